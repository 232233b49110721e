// The help lines in view: those of the last message about safety, else the session's, else our own words.
function helpStrip({ words, root, kept, show }) {
  const node = el("p", { className: "help" });
  let safety = null;
  let known = null; // the clinic's, also when the chat that told them is erased

  function lines() {
    const own = ["help_emergency", "help_call", "help_text"].map((key) => ({ label: words[key], href: words[key + "_href"] }));
    known = kept.chat().lines || known;
    return known || own;
  }

  function draw() {
    const [emergency, ...others] = (safety?.cards || []).map(({ actions }) => actions || []);
    const these = safety ? [...emergency.slice(0, 1), ...others.flat()].slice(0, 3) : lines();
    const focused = node.contains(root.activeElement);
    node.replaceChildren(el("span", null, words.help), ...these.map(({ href, label }) => show.link(href, label)));
    if (focused) node.querySelector("a").focus();
  }

  return {
    node,
    lines,
    draw,
    hear(message) {
      if (message.kind !== "safety" || message.id < safety?.id || !message.cards?.length) return;
      safety = message;
      draw();
    },
    clear() {
      safety = null;
      draw();
    },
  };
}
