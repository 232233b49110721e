// Care Navigator's chat, for any page:
//   <script src="https://host/widget.js" data-clinic="demo" async></script>
// Optional: data-language="es" (else the page's own language), data-open (open when the page is first shown).
// The server puts the other two files, the words and the style sheet where the marks are (see assets.py).
(() => {
  "use strict";
  const SERVED = /*SERVED*/ null;
  /*DELIVERY*/
  /*MESSAGES*/

  const SMALL = "(max-width: 30em), (max-height: 26em)"; // there the chat fills the screen
  const LONGEST = 4000; // characters in one message
  const WARN_AT = 200; // characters left
  const SETTLE = 1000; // ms until a screen reader has taken in restored history without reading it out
  const ICONS = {
    chat: "M4 5h16v11H9.5L5 20v-4H4z",
    close: "M6 6l12 12M18 6L6 18",
    more: "M5 12h.01M12 12h.01M19 12h.01",
    send: "M4 12h15M13 6l6 6-6 6",
  };

  const tag = document.currentScript;
  if (document.querySelector("care-navigator")) return;
  const clinic = tag.dataset.clinic || "demo";
  const wish = (tag.dataset.language || document.documentElement.lang || navigator.language).slice(0, 2);
  const language = SERVED.words[wish.toLowerCase()] ? wish.toLowerCase() : "en";
  const words = SERVED.words[language];
  const base = new URL(tag.src).origin;
  const store = tabStore(`care-navigator ${base} ${clinic} ${language}`);

  // What a reload needs: the session's token and help lines, and whether the chat was open. Gone when the tab is.
  function tabStore(name) {
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem(name)) || {}; } catch { /* storage is blocked: memory will do */ }
    return {
      get: () => kept,
      set(change) {
        kept = { ...kept, ...change };
        try { sessionStorage.setItem(name, JSON.stringify(kept)); } catch { /* as above */ }
      },
    };
  }

  // Returns a function that takes the style sheet away again.
  function dress(root, css) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
      return () => { root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet); };
    } catch {
      const style = el("style", { nonce: tag.nonce || null }, css);
      (root.head || root).append(style);
      return () => style.remove();
    }
  }

  const host = el("care-navigator", { lang: language });
  const root = host.attachShadow({ mode: "open" });
  dress(root, SERVED.css);

  const show = messageNodes({ words, language, onChoose: choose, onRetry: (item) => chat.retry(item), onPrint: print });
  const button = (label, path, onclick, more) =>
    el("button", { type: "button", className: "icon", "aria-label": label, title: label, onclick, ...more }, icon(path));

  const launcher = el("button", { type: "button", className: "launcher", "aria-haspopup": "dialog", onclick: () => open(true) },
    icon(ICONS.chat), words.launcher);
  const menu = el("div", { className: "menu", id: "menu", hidden: true });
  const more = button(words.more, ICONS.more, () => (menu.hidden ? openMenu() : closeMenu()), { className: "icon dots", "aria-expanded": "false", "aria-controls": "menu" });
  const log = el("div", { className: "log", role: "log", "aria-live": "polite", "aria-label": words.log, tabindex: 0 });
  const status = el("p", { className: "status", role: "status" });
  const help = el("p", { className: "help" });
  const told = el("span", { className: "unseen", role: "status" }); // heard, not seen
  const left = el("span", { className: "left", id: "left" });
  const input = el("textarea", {
    id: "input", rows: 1, maxlength: LONGEST, placeholder: words.placeholder, autocomplete: "off",
    enterkeyhint: "send", "aria-describedby": "left", oninput: grow, onkeydown: onKey,
  });
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); submit(); } },
    el("label", { className: "unseen", for: "input" }, words.input), input,
    el("button", { className: "send", "aria-label": words.send, title: words.send }, icon(ICONS.send)), left);
  const panel = el("dialog", { className: "panel", "aria-labelledby": "title", "aria-describedby": "what", tabindex: -1, onkeydown: onEscape, oncancel: onEscape },
    el("header", null,
      el("div", null, el("h2", { id: "title" }, words.title), el("p", { id: "what" }, words.what)),
      more, button(words.close, ICONS.close, close), menu),
    help, log, status, told, form);
  root.append(el("section", { "aria-label": words.title }, launcher, panel));

  // The help lines in view: those of the last message about safety, else the session's, else our own words.
  const OWN_LINES = ["help_emergency", "help_call", "help_text"].map((key) => ({ label: words[key], href: words[key + "_href"] }));
  let safetyId = "";

  function helpWith(lines) {
    const focused = help.contains(root.activeElement);
    help.replaceChildren(el("span", null, words.help), ...lines.map(({ href, label }) => show.link(href, label)));
    if (focused) help.querySelector("a").focus();
  }

  function helpAsEver() {
    safetyId = "";
    helpWith(store.get().lines || OWN_LINES);
  }

  function helpFrom({ id, kind, cards }) {
    if (kind !== "safety" || id < safetyId || !cards?.length) return;
    safetyId = id;
    const [emergency, ...others] = cards.map(({ actions }) => actions || []);
    helpWith([...emergency.slice(0, 1), ...others.flat()].slice(0, 3));
  }

  helpAsEver();

  // Opening and closing
  const small = matchMedia(SMALL);
  const touch = matchMedia("(pointer: coarse)");

  // Filling the screen it is modal, so that focus cannot go behind it; beside the page it is not.
  let full = false;
  function lay() {
    if (panel.open && full === small.matches) return;
    if (panel.open) panel.close();
    full = small.matches;
    panel.classList.toggle("full", full);
    if (full) panel.showModal();
    else panel.setAttribute("open", ""); // show() would move the focus
  }

  function open(byPerson) {
    lay();
    launcher.hidden = true;
    store.set({ open: true });
    if (byPerson || full) (touch.matches ? panel : input).focus(); // a touch keyboard would hide the answers
    chat.listen();
    reveal();
  }

  function close() {
    panel.close();
    closeMenu();
    launcher.hidden = false;
    store.set({ open: false });
    launcher.focus();
    chat.stop();
  }

  function onEscape(event) {
    if (event.type === "keydown" && (event.key !== "Escape" || event.isComposing)) return;
    event.preventDefault();
    event.stopPropagation();
    if (menu.hidden) close();
    else closeMenu(true);
  }

  small.addEventListener("change", () => {
    if (!panel.open) return;
    const focused = root.activeElement;
    lay();
    focused?.focus();
    reveal();
  });

  // A touch keyboard covers the page without resizing it: fill only what is left in view.
  window.visualViewport?.addEventListener("resize", () => {
    if (visualViewport.scale > 1.01) return;
    panel.style.setProperty("--seen", visualViewport.height + "px");
    panel.style.setProperty("--above", visualViewport.offsetTop + "px");
    if (following()) reveal();
  });

  // The log
  const TURN = 2000; // ms within which messages belong to one turn
  let turn = null; // the node that began the latest turn
  let addedAt = 0;
  let restTop = 0; // where we last scrolled to
  let quiet = 0;

  const following = () => Math.abs(log.scrollTop - restTop) < 8 || log.scrollTop + log.clientHeight > log.scrollHeight - 60;

  // To the start of the latest turn, so that a long answer is read from its beginning; else to the end.
  function reveal() {
    const asked = turn?.classList.contains("own") && turn.offsetHeight > log.clientHeight / 3;
    const start = (asked && turn.nextElementSibling) || turn;
    log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, start ? start.offsetTop - 12 : 0);
    restTop = log.scrollTop;
  }

  function dropChoices() {
    for (const list of log.querySelectorAll(".choices")) {
      if (list.contains(root.activeElement)) (touch.matches ? log : input).focus();
      list.remove();
    }
  }

  function add(node, id) {
    const follow = following();
    const later = id && [...log.children].find((other) => other.dataset.id > id);
    if (!later && node.classList.contains("own")) dropChoices();
    if (id) node.dataset.id = id;
    log.insertBefore(node, later || null);
    if (later) return;
    const own = node.classList.contains("own");
    if (own || !turn || performance.now() - addedAt > TURN) turn = node;
    addedAt = performance.now();
    if (follow || own) reveal();
  }

  // History is put in place with the log's voice off; what is new is said.
  function speak(fresh) {
    clearTimeout(quiet);
    log.setAttribute("aria-live", fresh ? "polite" : "off");
    if (!fresh) quiet = setTimeout(speak, SETTLE, true);
  }

  function notice(text) {
    speak(true);
    add(show.message({ from: "system", kind: "notice", text }));
  }

  // What is wrong now, or that the guide is writing: one quiet line above the input.
  let typing = false;
  let linked = true;
  let typingTimer = 0;

  function tell() {
    const text = !linked ? (navigator.onLine ? words.reconnecting : words.offline) : typing ? words.typing : "";
    if (status.textContent === text) return;
    status.replaceChildren(text);
    status.classList.toggle("writing", linked && typing);
  }

  const chat = delivery({
    base, store,
    about: () => ({ clinic, language, page: location.origin + location.pathname }),
    on: {
      begun: helpAsEver,
      message(m, fresh) {
        if (m.from !== "person") this.typing(false);
        helpFrom(m);
        speak(fresh);
        add(show.message(m, true), m.id);
      },
      sent(item, id) { item.node.dataset.id = id; },
      state(item) {
        const shown = item.node.querySelector(".state");
        if (item.state === "sent") shown.remove();
        else shown.replaceWith(show.state(item));
        told.textContent = item.state === "failed" ? words.failed : "";
      },
      typing(on) {
        clearTimeout(typingTimer);
        typing = false;
        if (on) typingTimer = setTimeout(() => { typing = true; tell(); }, 300); // a quick answer needs no sign
        tell();
      },
      link(up) { linked = up; tell(); },
      // What is not yet sent outlives an expired session; nothing outlives an erasure.
      cleared(why) {
        for (const node of [...log.children]) {
          if (why === "erased" || !node.querySelector(".state")) node.remove();
        }
        turn = null;
        helpAsEver();
        if (!startingOver) notice(words[why]);
      },
    },
  });

  // Writing
  function say(content, text) {
    const item = chat.send(content);
    item.node = show.message({ from: "person", kind: "text", text });
    item.node.append(show.state(item));
    speak(true);
    add(item.node);
  }

  function submit() {
    const text = input.value.trim();
    input.focus();
    if (!text) return;
    input.value = "";
    grow();
    say({ text }, text);
  }

  function choose({ id, label }) {
    say({ choice: id }, label);
  }

  function onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  }

  function grow() {
    input.style.height = "auto";
    input.style.height = input.scrollHeight + 2 + "px";
    const room = LONGEST - input.value.length;
    left.textContent = room <= WARN_AT ? words.left.replace("{n}", room) : "";
  }

  // The menu
  function openMenu() {
    const entry = (label, sure, again) =>
      el("button", { type: "button", onclick: () => confirm(label, sure, again) }, label);
    menu.replaceChildren(
      entry(words.start_over, words.start_over_sure, true),
      entry(words.erase, words.erase_sure, false));
    menu.hidden = false;
    more.setAttribute("aria-expanded", "true");
    menu.firstChild.focus();
  }

  function closeMenu(back) {
    menu.hidden = true;
    more.setAttribute("aria-expanded", "false");
    if (back) more.focus();
  }

  function confirm(label, sure, again) {
    const keep = el("button", { type: "button", "aria-describedby": "sure", onclick: () => closeMenu(true) }, words.keep);
    const go = el("button", { type: "button", className: "sure", "aria-describedby": "sure", onclick: () => erase(again) }, label);
    menu.replaceChildren(el("p", { id: "sure" }, sure), go, keep);
    keep.focus();
  }

  let startingOver = false;

  async function erase(again) {
    closeMenu(true);
    startingOver = again;
    try {
      await chat.erase();
      input.focus();
      if (again) chat.listen();
    } catch {
      notice(words.not_erased);
    }
    startingOver = false;
  }

  root.addEventListener("click", (event) => {
    const path = event.composedPath();
    if (!menu.hidden && !path.includes(menu) && !path.includes(more)) closeMenu();
  });

  // Prints one message and nothing else of the page.
  function print(node) {
    const undo = dress(document, "@media print { body > :not(care-navigator) { display: none !important } }");
    node.classList.add("printed");
    host.dataset.printing = "";
    addEventListener("afterprint", () => {
      undo();
      node.classList.remove("printed");
      delete host.dataset.printing;
    }, { once: true });
    window.print();
  }

  function start() {
    document.body.append(host);
    if (store.get().open ?? "open" in tag.dataset) open(false);
  }
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
