// The inbox and the conversations: what changes is fetched again with htmx, so the server renders it.
// Listens to /staff/events, and keeps the title, the ages and what is said aloud.
import "./answer.js";
import "./keys.js";
import { again, byId, canAnswer, desk, doing, fill, live, post, signedOut, talk, tell, words } from "./page.js";
import { play } from "./sound.js";

const QUIET = 40_000; // without a word of the server the line is dead: it says something every 15 s
const HERE = 120_000;
htmx.config.timeout = 10_000;

// --- parts of the page, replaced only where they differ; what somebody is typing in stays ------------

const served = new Map();
function keep(part) {
  const now = byId(part.id);
  if (!now) return [];
  if (part.dataset.part === "merge") return merge(now, part);
  const mark = part.dataset.key ?? part.innerHTML;
  if ((served.get(part.id) ?? now.dataset.key) === mark) return [];
  served.set(part.id, mark);
  const unsent = byId("box")?.value.trim();
  now.replaceWith(part);
  if (unsent && !byId("box")) leftOver(unsent);
  return [part];
}
// The talk ended while somebody was writing: their words are theirs to copy.
function leftOver(text) {
  const [line, own] = [document.createElement("p"), document.createElement("div")];
  [line.className, line.textContent] = ["error", words.unsent];
  [own.className, own.textContent] = ["words", text];
  byId("told").append(line, own);
}
// New messages are put in where they belong and nothing else moves, so that only they are read out.
function merge(now, part) {
  const atEnd = now.scrollHeight - now.scrollTop - now.clientHeight < 60;
  const wanted = new Set([...part.children].map((item) => item.id));
  for (const item of [...now.children]) if (!wanted.has(item.id)) item.remove();
  let next = null;
  for (const item of [...part.children].reverse()) {
    const there = byId(item.id);
    if (!there) now.insertBefore(item, next);
    else stateOf(there, item);
    next = there || item;
  }
  now.dataset.last = part.dataset.last;
  if (atEnd) now.scrollTop = now.scrollHeight;
  return [];
}
// How far a text got is all that changes in a message that is there.
function stateOf(there, item) {
  const [before, after] = [there, item].map((one) => one.querySelector(".text-state"));
  if (!after || (before && before.textContent === after.textContent)) return;
  if (before) before.replaceWith(after);
  else there.append(after);
}
htmx.defineExtension("keep", {
  isInlineSwap: (style) => style === "keep",
  handleSwap(style, _target, fragment) {
    if (style !== "keep") return false;
    return [...fragment.querySelectorAll("[data-part]")].flatMap(keep);
  },
});

// --- what is new: the title counts it, a voice says it, a sound tells it ------------------------------

const rows = (list) => [...document.querySelectorAll(`[data-list="${list}"] > li`)];
function look() {
  return {
    waiting: new Set(rows("waiting").map((row) => row.id)),
    unread: new Set(rows("mine").filter((row) => row.classList.contains("unread")).map((row) => row.id)),
    alerts: new Set([...document.querySelectorAll("[data-alert]")].map((one) => one.dataset.alert)),
    dropped: new Set([...document.querySelectorAll("[data-dropped]")].map((one) => one.dataset.dropped)),
    mine: Boolean(byId("composer")),
  };
}
const more = (now, before) => [...now].some((one) => !before.has(one));
const title = document.title.replace(/^\(\d+\) /, "");
let before = look();
let alertedAt = 0;
function settle() {
  const now = look();
  const calling = Number(byId("lists").dataset.calling);
  document.title = (calling ? `(${calling}) ` : "") + title;
  if (more(now.alerts, before.alerts)) alertNow();
  else if (more(now.dropped, before.dropped)) {
    tell(words.heard_dropped, true);
    play("alert");
  } else if (more(now.waiting, before.waiting)) hear(words.heard_new, "new");
  else if (more(now.unread, before.unread)) hear(words.heard_message, "message");
  if (before.mine && !now.mine && !doing.ending) tell(words.taken_from_you);
  if (!before.mine && now.mine && doing.taking) byId("box").focus();
  // A reading may have begun before the click was answered: what was clicked is done once it shows, or refused.
  if (now.mine) doing.taking = false;
  else doing.ending = false;
  before = now;
  live.dataset.read = "yes";
  clocks();
  seen();
}
function hear(text, sound) {
  tell(text);
  play(sound);
}
function alertNow() {
  if (Date.now() - alertedAt < 3000) return;
  alertedAt = Date.now();
  tell(words.alert, true);
  play("alert");
}

let reported = "";
function seen() {
  const messages = byId("messages");
  if (!messages || !canAnswer || document.visibilityState !== "visible") return;
  const alerts = [...byId("state").querySelectorAll("[data-alert], [data-dropped]")];
  const mark = [messages.dataset.last, ...alerts.map((one) => one.dataset.alert || one.dataset.dropped)].join(" ");
  if (mark === reported) return;
  reported = mark;
  post(messages, `${talk}/seen`, { message: messages.dataset.last });
}

// --- times, in the reader's own zone ------------------------------------------------------------------

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
function ageOf(seconds) {
  if (seconds < 60) return words.age_now;
  if (seconds < 3600) return fill(words.age_minutes, Math.floor(seconds / 60));
  if (seconds < 86400) return fill(words.age_hours, Math.floor(seconds / 3600));
  return fill(words.age_days, Math.floor(seconds / 86400));
}
function clocks() {
  const now = Date.now() / 1000;
  for (const one of document.querySelectorAll(".age")) one.textContent = ageOf(now - one.dataset.since);
  for (const one of document.querySelectorAll(".clock")) {
    const then = new Date(one.dataset.at * 1000);
    one.textContent = (new Date().toDateString() === then.toDateString() ? clock : day).format(then);
  }
}
setInterval(clocks, 15_000);

// --- the line to the server -----------------------------------------------------------------------------

let line;
let heardAt = Date.now();
const lost = new Set(); // of "line" and "reading": either way this page may be behind
function works(what, is) {
  const before = lost.size;
  lost[is ? "delete" : "add"](what);
  if (Boolean(before) === Boolean(lost.size)) return;
  byId("connection").textContent = lost.size ? words.not_connected : "";
  if (!lost.size) tell(words.connected);
}
function connect() {
  if (line) line.close();
  heardAt = Date.now();
  line = new EventSource(desk.dataset.events);
  const on = (name, then) =>
    line.addEventListener(name, (event) => {
      heardAt = Date.now();
      then(JSON.parse(event.data));
    });
  on("hello", () => {
    works("line", true);
    again();
  });
  on("tick", () => {});
  on("changed", (what) => {
    if (what.alert) alertNow();
    again();
  });
  on("said", () => {
    typing(false);
    again();
  });
  on("closed", again);
  on("typing", (what) => typing(what.on));
  on("signed_out", signedOut);
  line.onerror = () => {
    works("line", false);
    if (line.readyState === EventSource.CLOSED) setTimeout(retry, 3000);
  };
}
// A refused line may mean that nobody is signed in any more: a page's answer would lead to the sign-in.
function retry() {
  if (doing.leaving) return;
  connect();
  again();
}
document.addEventListener("signed-out", () => {
  line.close();
  play("alert");
});
setInterval(() => {
  if (doing.leaving || Date.now() - heardAt < QUIET) return;
  works("line", false);
  connect();
}, 5000);
setInterval(again, 60_000);
// What this page asks for by itself does not keep anybody signed in; a hand on the keys or the mouse does.
let hereAt = Date.now();
function here() {
  if (doing.leaving || Date.now() - hereAt < HERE) return;
  hereAt = Date.now();
  fetch("/staff/here").then((answer) => answer.status === 401 && signedOut(), () => {});
}
for (const kind of ["keydown", "pointerdown", "pointermove"]) document.addEventListener(kind, here, { passive: true });
document.addEventListener("visibilitychange", seen);

let typingEnds = 0;
function typing(on) {
  const place = byId("typing");
  if (!place) return;
  clearTimeout(typingEnds);
  place.textContent = on ? words.typing : "";
  if (on) typingEnds = setTimeout(() => typing(false), 12_000);
}

// --- begin --------------------------------------------------------------------------------------------------

for (const part of document.querySelectorAll("[data-part]")) served.set(part.id, part.dataset.key ?? part.innerHTML);
document.body.addEventListener("htmx:afterRequest", (event) => {
  const failed = !event.detail.successful;
  if (event.target.id === "messages" && failed) reported = "";
  if (event.target !== live) return;
  works("reading", !failed);
  if (failed) setTimeout(again, 3000);
  else settle();
});
const messages = byId("messages");
if (messages) messages.scrollTop = messages.scrollHeight;
clocks();
seen();
if (before.alerts.size) setTimeout(alertNow, 500);
if (location.hash === "#box") byId("box")?.focus();
connect();
