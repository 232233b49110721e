// Care Navigator's chat, for any page:
//   <script src="https://host/widget.js" data-clinic="demo" async></script>
// Optional: data-language="es" (else the page's own language), data-open (open when the page is first shown),
// data-position="left", data-topic or data-page (what a new chat is about), data-fill (the chat is the whole page),
// data-leave="https://…" (where "Leave quickly" leads). docs/embedding.md has more.
// The server puts the other files, the words and the style sheet where the marks are (see assets.py).
(() => {
  "use strict";
  const SERVED = /*SERVED*/ null;
  /*PARTS*/

  const SMALL = "(max-width: 30em), (max-height: 26em)"; // there the chat fills the screen
  const WAITS = 6e5; // ms between signs that a hand-off lasts
  const ICONS = {
    chat: "M4 5h16v11H9.5L5 20v-4H4z",
    close: "M6 6l12 12M18 6L6 18",
    more: "M5 12h.01M12 12h.01M19 12h.01",
    send: "M4 12h15M13 6l6 6-6 6",
  };

  const tag = document.currentScript;
  if (document.querySelector("care-navigator")) return;
  const asked = tag.dataset;
  const clinic = asked.clinic || "demo";
  const fill = "fill" in asked;
  const base = new URL(tag.src).origin;
  const answer = clinicFacts(base, clinic);
  const me = Math.random(); // this tab, among those of the site
  const kept = keeping(`care-navigator ${base} ${clinic}`, onOther);
  const wish = kept.chat().ui || asked.language || document.documentElement.lang || navigator.language;
  const { words, language, worded, turnTo, other } = wording(SERVED.words, wish.slice(0, 2).toLowerCase());
  const small = matchMedia(SMALL);
  const touch = matchMedia("(pointer: coarse)");
  let facts = {}; // what the server says of the clinic
  let chat = null;

  // --- the window ---

  const host = el("care-navigator");
  const root = host.attachShadow({ mode: "open" });
  dress(root, SERVED.css, tag.nonce);

  const icons = (key, path, onclick, more) =>
    worded(el("button", { type: "button", className: "icon", onclick, ...more }, icon(path)), { "aria-label": key, title: key });
  const show = messageNodes({ words, language, onChoose: ({ id, label }) => say({ choice: id }, label), onRetry: (item) => chat.retry(item), onPrint: (node) => printAlone(host, node) });
  const log = messageLog({ root, worded, afterChoice: () => (touch.matches ? log.node : input).focus() });
  const help = helpStrip({ words, root, kept, show });
  const bar = handoffBar({ words, chat: () => chat, onEnded: () => input.focus(), onFailed: () => notice(words.not_ended) });
  const unread = unreadCount({ words, kept, inView: () => panel.open && !document.hidden });
  const leaving = leavingAtOnce({ host, chat: () => chat, kept, inUse: () => panel.open, where: () => [asked.leave, facts.leave_url].find((url) => /^https:/.test(url)) || words.leave_href });
  const acts = menuActs({
    words, language, kept, chat: () => chat, log, unread, bar, relabel, notice, name: () => title.textContent,
    grow: (size) => { app.style.fontSize = size + "%"; },
    tell: (text) => { told.textContent = text; },
    rest: (yes) => { startingOver = yes === null; resting = !!yes; if (!startingOver) tune(); },
    after: () => input.focus(),
  });
  const menu = chatMenu({
    words, worded, root, icons, path: ICONS.more, settings: kept.tab,
    other: () => other(facts.languages || Object.keys(SERVED.words)),
    does: { ...acts, leave: () => leaving.go(true) },
  });
  const writing = writingForm({ words, worded, button: icons("send", ICONS.send, null, { type: "submit", className: "send" }), onSend: (text) => say({ text }, text), onKey: bar.writes });
  const { input } = writing;

  const name = el("span");
  const launcher = el("button", { type: "button", className: "launcher", "aria-haspopup": "dialog", hidden: fill, onclick: () => open(true) },
    icon(ICONS.chat), name, unread.badge);
  const title = el("h2", { id: "title" });
  const exit = worded(el("button", { type: "button", className: "exit", onclick: () => leaving.go(false) }), { text: "leave", title: "leave_help" });
  const status = el("p", { className: "status", role: "status" });
  const told = el("span", { className: "unseen", role: "status" }); // heard, not seen
  const panel = el("dialog", { className: "panel", "aria-labelledby": "title", "aria-describedby": "what", tabindex: -1, onkeydown: onEscape, oncancel: onEscape },
    el("header", null,
      el("div", { className: "top" }, title, el("div", { className: "icons" }, menu.toggle, fill ? null : icons("close", ICONS.close, close))),
      el("div", { className: "top" }, worded(el("p", { id: "what" }), { text: "what" }), exit),
      menu.node),
    help.node, bar.node, log.node, status, told, writing.node);
  const app = el("section", { className: "app" + (asked.position === "left" ? " at-left" : "") }, launcher, unread.news, panel);
  root.append(app);

  // The clinic's name, colours and greeting.
  function learn(about) {
    facts = about || facts;
    const { colours, languages } = facts;
    for (const part of colours ? ["own", "head", "fill"] : []) app.style.setProperty("--" + part, colours.accent);
    if (colours) app.style.setProperty("--on-own", colours.on_accent);
    relabel(languages && !languages.includes(language()) ? languages[0] : language());
  }

  function relabel(to) {
    turnTo(to);
    host.lang = language();
    title.textContent = facts.name || words.title;
    app.setAttribute("aria-label", title.textContent);
    log.greet(facts.greeting?.[to] ?? facts.greeting);
    help.draw();
    unread.draw();
    bar.draw();
    tell();
    const fresh = (asked.topic || asked.page) && !kept.chat().token;
    name.textContent = fresh ? words.launcher_page : words.launcher;
  }

  // --- opening and closing ---

  // Filling the screen it is modal, so that focus cannot go behind it; beside the page, or as the page, it is not.
  let full = false;
  function lay() {
    if (panel.open && full === small.matches) return;
    if (panel.open && !fill) panel.close();
    full = small.matches;
    panel.classList.toggle("full", full || fill);
    if (full && !fill) panel.showModal();
    else panel.setAttribute("open", ""); // show() would move the focus
  }

  function open(byPerson) {
    expire();
    lay();
    launcher.hidden = true;
    if (!fill) kept.keepTab({ open: true });
    if (byPerson || (full && !fill)) (touch.matches ? panel : input).focus(); // a touch keyboard would hide the answers
    resting = false;
    tune(true);
    unread.look();
    log.reveal();
  }

  function close() {
    if (fill) return;
    panel.close();
    menu.close();
    launcher.hidden = false;
    kept.keepTab({ open: false });
    relabel(language());
    launcher.focus();
    tune();
  }

  function onEscape(event) {
    if (event.type === "keydown" && (event.key !== "Escape" || event.isComposing)) return;
    event.preventDefault();
    event.stopPropagation();
    if (menu.node.hidden) close();
    else menu.close(true);
  }

  small.addEventListener("change", () => {
    if (!panel.open) return;
    const focused = root.activeElement;
    lay();
    focused?.focus();
    log.reveal();
  });

  // A touch keyboard covers the page without resizing it: fill only what is left in view.
  window.visualViewport?.addEventListener("resize", () => {
    if (visualViewport.scale > 1.01) return;
    panel.style.setProperty("--seen", visualViewport.height + "px");
    panel.style.setProperty("--above", visualViewport.offsetTop + "px");
    if (log.following()) log.reveal();
  });

  // --- listening: while there is a chat, open or closed, in the tab that was looked at last ---

  let resting = false; // the chat was ended here; the next begins when the person writes
  let startingOver = false;

  function tune(look) {
    const { token, front } = kept.chat();
    if (look && token && !document.hidden && front !== me) kept.keep({ front: me });
    const looked = !document.hidden || front === me;
    if (looked && (token || (panel.open && !resting))) chat.listen();
    else chat.stop();
  }

  function expire() {
    if (kept.stale() && !bar.lasts()) chat.expire();
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) expire();
    tune(true);
    unread.look();
  });

  function onOther(hasLeft) {
    if (hasLeft) return leaving.withdraw();
    if (chat.follow()) resting = false;
    tune();
    unread.sync();
  }

  // --- what comes in ---

  function notice(text, lines) {
    const node = show.message({ from: "system", kind: "notice", text });
    if (lines) node.append(show.reach(lines));
    log.speak(true);
    log.add(node);
  }

  // What is wrong now, or who is writing: one quiet line above the input.
  let typing = null;
  let linked = true;
  let typingTimer = 0;

  function tell() {
    const writes = typing === "staff" ? words.typing_staff.replace("{name}", bar.who()) : words.typing;
    const text = !linked ? (navigator.onLine ? words.reconnecting : words.offline) : typing ? writes : "";
    if (status.textContent === text) return;
    status.replaceChildren(text);
    status.classList.toggle("writing", linked && !!typing);
  }

  // A chat in which nobody has written is begun anew on a page in another language.
  const before = kept.chat();
  if (before.token && !before.wrote && before.wish !== wish) kept.end();

  let busyAt = -1e5;
  chat = delivery({
    base, kept,
    about: () => ({ clinic, language: language(), page: asked.page || location.origin + location.pathname, topic: asked.topic }),
    on: {
      begun(about) {
        kept.keep({ wish, wrote: false });
        learn(about);
        tune(true);
      },
      message(m, fresh) {
        if (m.from !== "person") this.typing(false);
        help.hear(m);
        log.speak(fresh);
        log.add(show.message({ lang: fresh ? kept.chat().language : null, ...m }, true), m.id);
        unread.arrived(m, fresh);
      },
      sent(item, id) {
        item.node.dataset.id = id;
        kept.keep({ wrote: true });
      },
      state(item) {
        const { node, state, body } = item;
        if (state === "sent") node.querySelector(".state").remove();
        else node.querySelector(".state").replaceWith(show.state(item));
        told.textContent = { failed: words.failed, long: words.too_long }[state] || "";
        if (state === "long") writing.giveBack(body.text);
      },
      busy(lines) {
        if (performance.now() - busyAt > 6e4) notice(words.busy, lines || help.lines());
        busyAt = performance.now();
      },
      typing(on, who = "bot") {
        clearTimeout(typingTimer);
        typing = null;
        if (on) typingTimer = setTimeout(() => { typing = who; tell(); }, 300); // a quick answer needs no sign
        tell();
      },
      handoff: bar.show,
      // The person wrote in another language, and is answered in it: the window follows.
      language: (spoken) => chat.speak(spoken).then(() => { kept.keep({ ui: spoken }); relabel(spoken); help.draw(); }, () => {}),
      link(up) { linked = up; tell(); },
      refused: (status) => leaving.withdraw(refusal(status, clinic)),
      // What is not yet sent outlives an expired session; nothing outlives an erasure.
      cleared(why) {
        resting = why === "erased" || why === "elsewhere";
        log.clear(resting || why === "anew");
        unread.clear();
        bar.show(null);
        help.clear();
        if (!startingOver && words[why]) notice(words[why]);
        tune();
      },
    },
  });

  // --- what the person does ---

  function say(content, text) {
    resting = false;
    const item = chat.send(content);
    item.node = show.message({ from: "person", kind: "text", text });
    item.node.append(show.state(item));
    log.speak(true);
    log.add(item.node);
  }

  // --- the beginning ---

  function start() {
    if (document.querySelector("care-navigator")) return;
    const { size, open: was } = kept.tab();
    if (size) app.style.fontSize = size + "%";
    document.body.append(host);
    if (fill || (was ?? "open" in asked)) open(false);
    else tune(true);
    setInterval(() => host.isConnected && bar.lasts() && kept.keep({}), WAITS); // a long wait is a use
    const { token, language: spoken } = kept.chat();
    if (token && spoken !== language()) chat.speak(language()).then(help.draw, () => {});
  }

  answer.then((about) => {
    learn(about);
    if (document.body) start();
    else addEventListener("DOMContentLoaded", start);
  }, ({ message }) => leaving.withdraw(message));
})();
