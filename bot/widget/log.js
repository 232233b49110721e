// The log: where messages stand, what is scrolled to, what a screen reader is told.
function messageLog({ root, worded, afterChoice }) {
  const TURN = 2000; // ms within which messages belong to one turn
  const SETTLE = 1000; // ms until a screen reader has taken in restored history without reading it out
  const greeting = el("p", { className: "greeting", hidden: true }); // the clinic's own words
  const node = worded(el("div", { className: "log", role: "log", "aria-live": "polite", tabindex: 0 }, greeting), { "aria-label": "log" });
  let turn = null; // the node that began the latest turn
  let addedAt = 0;
  let restTop = 0; // where we last scrolled to
  let quiet = 0;

  const following = () => Math.abs(node.scrollTop - restTop) < 8 || node.scrollTop + node.clientHeight > node.scrollHeight - 60;

  // To the start of the latest turn, so that a long answer is read from its beginning; else to the end.
  function reveal() {
    const asked = turn?.classList.contains("own") && turn.offsetHeight > node.clientHeight / 3;
    const start = (asked && turn.nextElementSibling) || turn;
    const first = !start || start.previousElementSibling === greeting;
    node.scrollTop = first ? 0 : Math.min(node.scrollHeight - node.clientHeight, start.offsetTop - 12);
    restTop = node.scrollTop;
  }

  function dropChoices() {
    for (const list of node.querySelectorAll(".choices")) {
      if (list.contains(root.activeElement)) afterChoice();
      list.remove();
    }
  }

  return {
    node,
    following,
    reveal,
    greet(text) {
      greeting.hidden = typeof text !== "string" || !text;
      greeting.textContent = greeting.hidden ? "" : text;
    },
    add(message, id) {
      const follow = following();
      const later = id && [...node.children].find((other) => other.dataset.id > id);
      const own = message.classList.contains("own");
      if (!later && own) dropChoices();
      if (id) message.dataset.id = id;
      node.insertBefore(message, later || null);
      if (later) return;
      if (own || !turn || performance.now() - addedAt > TURN) turn = message;
      addedAt = performance.now();
      if (follow || own) reveal();
    },
    // History is put in place with the log's voice off; what is new is said.
    speak: function speak(fresh) {
      clearTimeout(quiet);
      node.setAttribute("aria-live", fresh ? "polite" : "off");
      if (!fresh) quiet = setTimeout(speak, SETTLE, true);
    },
    // What is not yet sent may stay.
    clear(all) {
      for (const message of node.querySelectorAll(".message")) {
        if (all || !message.querySelector(".state")) message.remove();
      }
      turn = null;
    },
  };
}
