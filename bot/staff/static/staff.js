// The inbox and the conversations: what changes is fetched again with htmx, so the server renders it.
// Listens to /staff/events, keeps the title, the sounds and the ages, and lets everything be done by keys.
(() => {
  "use strict";
  const desk = document.getElementById("desk");
  if (!desk) return;
  const live = document.getElementById("live");
  const words = JSON.parse(desk.dataset.words);
  const byId = (id) => document.getElementById(id);
  const fill = (text, n) => text.replace("{n}", n);
  const QUIET = 40_000; // without a word of the server the line is dead: it says something every 15 s
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
    now.replaceWith(part);
    return [part];
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
      next = there || item;
    }
    now.dataset.last = part.dataset.last;
    if (atEnd) now.scrollTop = now.scrollHeight;
    return [];
  }
  htmx.defineExtension("keep", {
    isInlineSwap: (style) => style === "keep",
    handleSwap(style, _target, fragment) {
      if (style !== "keep") return false;
      return [...fragment.querySelectorAll("[data-part]")].flatMap(keep);
    },
  });

  let soon = 0;
  function again() {
    clearTimeout(soon);
    soon = setTimeout(() => htmx.trigger(live, "again"), 100);
  }
  const post = (where, values) => htmx.ajax("POST", where, { source: desk, swap: "none", values });

  // --- what is new: the title counts it, a voice says it, a sound tells it ------------------------------

  const rows = (list) => [...document.querySelectorAll(`[data-list="${list}"] > li`)];
  function look() {
    return {
      waiting: new Set(rows("waiting").map((row) => row.id)),
      unread: new Set(rows("mine").filter((row) => row.classList.contains("unread")).map((row) => row.id)),
      alerts: new Set([...document.querySelectorAll("[data-alert]")].map((one) => one.dataset.alert)),
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
    else if (more(now.waiting, before.waiting)) tell(words.heard_new, "new");
    else if (more(now.unread, before.unread)) tell(words.heard_message, "message");
    if (before.mine && !now.mine && !ending) tell(words.taken_from_you);
    if (!before.mine && now.mine && taking) byId("box").focus();
    if (now.mine || !before.mine) ending = taking = false;
    before = now;
    clocks();
    seen();
  }
  function tell(text, sound) {
    const place = byId("polite");
    place.textContent = "";
    setTimeout(() => (place.textContent = text), 50);
    if (sound) play(sound);
  }
  function alertNow() {
    if (Date.now() - alertedAt < 3000) return;
    alertedAt = Date.now();
    const place = byId("assertive");
    place.textContent = "";
    setTimeout(() => (place.textContent = words.alert), 50);
    play("alert");
  }

  let reported = "";
  function seen() {
    const messages = byId("messages");
    if (!messages || !canAnswer || document.visibilityState !== "visible") return;
    const alert = byId("state").querySelector("[data-alert]");
    const mark = `${messages.dataset.last} ${alert ? alert.dataset.alert : ""}`;
    if (mark === reported) return;
    reported = mark;
    post(`${talk}/seen`, { message: messages.dataset.last });
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
  let lost = false;
  function connected(is) {
    if (is === !lost) return;
    lost = !is;
    byId("connection").textContent = is ? "" : words.not_connected;
    document.body.classList.toggle("lost", lost);
    if (is) tell(words.connected);
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
    on("open", () => {
      connected(true);
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
      connected(false);
      if (line.readyState === EventSource.CLOSED) setTimeout(retry, 3000);
    };
  }
  // A refused line may mean that nobody is signed in any more: a page's answer would lead to the sign-in.
  function retry() {
    connect();
    again();
  }
  function signedOut() {
    line.close();
    byId("connection").textContent = words.signed_out;
    again();
  }
  setInterval(() => {
    if (Date.now() - heardAt < QUIET) return;
    connected(false);
    connect();
  }, 5000);
  setInterval(again, 60_000);
  document.addEventListener("visibilitychange", seen);

  let typingEnds = 0;
  function typing(on) {
    const place = byId("typing");
    if (!place) return;
    clearTimeout(typingEnds);
    place.textContent = on ? words.typing : "";
    if (on) typingEnds = setTimeout(() => typing(false), 12_000);
  }

  // --- sounds: made here, off until asked for -------------------------------------------------------------

  const TONES = { new: [[660, 0], [880, 0.16]], message: [[560, 0]], alert: [[880, 0], [660, 0.2], [880, 0.4], [660, 0.6]] };
  let audio = null;
  let wanted = false;
  const remember = (name, value) => {
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch { /* a browser that keeps nothing: the choice lasts as long as the page */ }
    return null;
  };
  function play(name) {
    desk.dataset.sounded = name;
    if (!wanted || !audio || audio.state !== "running") return;
    for (const [pitch, after] of TONES[name]) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + after;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    }
  }
  function soundSays() {
    const button = byId("sound");
    button.setAttribute("aria-pressed", String(wanted));
    const ready = audio && audio.state === "running";
    button.textContent = !wanted ? words.sound_off : ready ? words.sound_on : words.sound_waits;
  }
  // A browser lets a page sound only after a key or a click in it.
  async function wake() {
    if (!wanted) return;
    audio = audio || new AudioContext();
    if (audio.state !== "running") await audio.resume();
    soundSays();
  }
  byId("sound").addEventListener("click", async () => {
    wanted = !wanted;
    remember("carenav.staff.sound", wanted ? "on" : "off");
    soundSays();
    await wake();
    if (wanted) play("message");
  });
  wanted = remember("carenav.staff.sound") === "on";
  soundSays();
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, wake);

  // --- answering ------------------------------------------------------------------------------------------

  const talk = live.getAttribute("hx-get").replace(/\/live$/, "");
  const canAnswer = Boolean(byId("end"));
  let ending = false;
  let taking = false;
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
    post(`${talk}/typing`, { on: on ? "1" : "0" });
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
    if (box && box.value.trim() && !lost) event.preventDefault();
  });

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target;
    if (saying(form)) {
      tried = byId("box").value;
      byId("told").textContent = "";
      form.classList.add("sending");
      form.setAttribute("aria-busy", "true");
    }
    if (form.matches(".take")) taking = true;
    if (form.closest("#end, #transfer")) ending = true;
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target;
    if (saying(form)) {
      form.classList.remove("sending");
      form.removeAttribute("aria-busy");
    }
    if (form === live) return event.detail.successful ? settle() : undefined;
    if (!event.detail.successful && form !== desk) again();
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
    if (form === desk) return;
    if (form === live) return (byId("connection").textContent = words.not_connected);
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    const place = form.querySelector(".dialog-told") || byId("told");
    const text = !saying(form) ? words.not_done : status === 503 ? words.not_sent_down : words.not_sent;
    place.replaceChildren(say(text));
    ending = taking = false;
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

  function open(name) {
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

  // --- keys -------------------------------------------------------------------------------------------------

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

  // --- begin ------------------------------------------------------------------------------------------------

  const messages = byId("messages");
  if (messages) messages.scrollTop = messages.scrollHeight;
  clocks();
  seen();
  if (before.alerts.size) setTimeout(alertNow, 500);
  connect();
})();
