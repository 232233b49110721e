// Answering: the box, what came of it, dialogs and ready replies. Words that were not sent stay in the box.
import { again, byId, desk, doing, live, post, signedOut, talk, words } from "./page.js";

let tried = null; // the words of the last try: other words are another message
let typingSaid = 0;
const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
const saying = (form) => form && form.id === "composer";
function say(text) {
  const line = document.createElement("p");
  line.className = "error";
  line.setAttribute("role", "alert");
  line.textContent = text;
  return line;
}
function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
}
function iType(on) {
  const now = Date.now();
  if (on && now - typingSaid < 4000) return;
  if (!on && !typingSaid) return;
  typingSaid = on ? now : 0;
  post(desk, `${talk}/typing`, { on: on ? "1" : "0" });
}
document.addEventListener("input", (event) => {
  const box = event.target;
  if (box.id === "canned-find") return find(box.value);
  if (box.id !== "box") return;
  if (tried !== null && box.value !== tried) {
    byId("client-id").value = newId();
    tried = null;
  }
  byId("told").replaceChildren();
  grow(box);
  iType(box.value.trim() !== "");
});
window.addEventListener("beforeunload", (event) => {
  const box = byId("box");
  if (box && box.value.trim() && !doing.leaving) event.preventDefault();
});

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status !== 401) return;
  event.preventDefault(); // the guard would lead to the sign-in at once, and nobody would know why
  signedOut();
});
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target;
  if (saying(form)) {
    tried = byId("box").value;
    byId("told").textContent = "";
    form.classList.add("sending");
    form.setAttribute("aria-busy", "true");
  }
  if (form.matches(".take")) doing.taking = true;
  if (form.closest("#end, #transfer")) doing.ending = true;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (saying(form)) {
    form.classList.remove("sending");
    form.removeAttribute("aria-busy");
  }
  if (form.matches("form") && event.detail.xhr.status >= 400) {
    doing.ending = doing.taking = false;
    again();
  }
});
// Answers that say why not are shown where the form says; the others get words of our own.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if ([409, 410, 422].includes(status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (status === 410 && event.detail.elt === live) event.detail.swapOverride = "innerHTML";
  }
});
function failed(event) {
  const form = event.detail.elt;
  if (!form.matches("form")) return;
  const status = event.detail.xhr ? event.detail.xhr.status : 0;
  const place = form.querySelector(".dialog-told") || byId("told");
  const text = !saying(form) ? words.not_done : status === 503 ? words.not_sent_down : words.not_sent;
  place.replaceChildren(say(text));
  doing.ending = doing.taking = false;
}
for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.body.addEventListener(kind, failed);

document.body.addEventListener("sent", () => {
  const box = byId("box");
  if (box && box.value === tried) {
    box.value = "";
    grow(box);
  }
  byId("client-id").value = newId();
  tried = null;
  typingSaid = 0;
  if (box) box.focus();
  again();
});
for (const kind of ["taken", "moved", "noted"])
  document.body.addEventListener(kind, () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    if (kind === "noted") byId("note-box").value = "";
    again();
  });

// --- dialogs, ready replies -------------------------------------------------------------------------------

export function open(name) {
  const dialog = byId(name);
  if (!dialog || (name !== "keys" && !byId("composer"))) return;
  dialog.showModal();
  if (name === "canned") find((byId("canned-find").value = ""));
}
function find(text) {
  const plain = (some) => some.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let shown = 0;
  for (const item of document.querySelectorAll("ul.canned > li")) {
    item.hidden = !plain(item.textContent).includes(plain(text.trim()));
    shown += !item.hidden;
  }
  byId("canned-none").hidden = shown > 0;
}
function insert(text) {
  const box = byId("box");
  byId("canned").close();
  const gap = box.value && !/\s$/.test(box.value) ? " " : "";
  box.focus();
  box.setRangeText(gap + text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.dialog) open(button.dataset.dialog);
  if (button.dataset.words) insert(button.dataset.words);
  if ("close" in button.dataset) button.closest("dialog").close();
  if ("change" in button.dataset) {
    byId("told").replaceChildren();
    byId("box").focus();
  }
});
document.body.addEventListener("htmx:afterSwap", () => byId("change")?.focus());
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "canned-find" || event.key !== "Enter") return;
  event.preventDefault();
  document.querySelector("ul.canned > li:not([hidden]) button")?.click();
});
