// Keys. None works while somebody types, and they can be switched off (WCAG 2.1.4).
import { open } from "./answer.js";
import { byId, remember } from "./page.js";


const inList = () => [...document.querySelectorAll(".inbox li.entry > a")].filter((link) => link.offsetParent);
function move(by) {
  const links = inList();
  const current = links.findIndex((link) => link === document.activeElement || link.hasAttribute("aria-current"));
  const focused = links.indexOf(document.activeElement);
  const from = focused >= 0 ? focused : current;
  const next = links[from < 0 ? (by > 0 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, from + by))];
  if (next) next.focus();
}
function take() {
  const row = document.activeElement.closest("li.entry");
  const button = (row && row.querySelector(".take button")) || byId("take");
  if (button) button.click();
}
function note() {
  const box = byId("note-box");
  if (!box) return;
  byId("private").open = true;
  box.focus();
}
function back() {
  if (byId("talk")) location.assign("/staff/inbox");
}
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  c: take,
  m: () => byId("box")?.focus(),
  "/": () => open("canned"),
  t: () => open("transfer"),
  e: () => open("end"),
  n: note,
  "?": () => open("keys"),
};
const writes = (one) => one.matches("textarea, select, input:not([type=checkbox], [type=radio])") || one.isContentEditable;
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (target.id === "box" && event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    return target.form.requestSubmit();
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return writes(target) ? target.blur() : back();
  if (writes(target) || !byId("keys-on").checked || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
byId("keys-on").checked = remember("carenav.staff.keys") !== "off";
byId("keys-on").addEventListener("change", (event) => remember("carenav.staff.keys", event.target.checked ? "on" : "off"));
