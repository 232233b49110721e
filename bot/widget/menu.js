// The menu: language, text size, sound, a file to keep, the ways to end. `does` holds what each of them does.
function chatMenu({ words, worded, root, icons, path, other, settings, does }) {
  const SIZES = [100, 125, 150];
  const node = worded(el("div", { className: "menu", id: "menu", role: "group", hidden: true }), { "aria-label": "more" });
  const toggle = icons("more", path, () => (node.hidden ? open() : close()), { className: "icon dots", "aria-expanded": "false", "aria-controls": "menu" });
  const entry = (label, onclick, props) => el("button", { type: "button", onclick, ...props }, label);
  // What closes the menu does so first, so that the focus is somewhere when the work is done.
  const doing = (key, act) => entry(words[key], () => { close(true); act(); });
  const sure = (key, act) => entry(words[key], () => confirm(key, act));

  function sizes() {
    const size = settings().size || 100;
    const step = (by, label, key) => {
      const to = SIZES[SIZES.indexOf(size) + by];
      const set = () => { if (to) { does.resize(to); redraw(key); } };
      // Not `disabled`: that would lose the focus at the last step.
      return entry(label, set, { "data-key": key, "aria-label": `${label} ${words[key]}`, title: words[key], "aria-disabled": to ? null : "true" });
    };
    return el("div", { className: "sizes", role: "group", "aria-label": words.size },
      el("span", null, words.size), el("div", null, step(-1, "A−", "smaller"), size + " %", step(1, "A+", "larger")));
  }

  function sound() {
    const on = !!settings().sound;
    const flip = () => { does.sound(!on); redraw("sound"); };
    return entry(words.sound, flip, { role: "switch", "aria-checked": String(on), "data-key": "sound" });
  }

  function list() {
    const next = other();
    return [
      next && entry(next.name, () => { close(true); does.speak(next.language); }, { lang: next.language }),
      sizes(),
      sound(),
      doing("save", does.save),
      sure("start_over", does.startOver),
      sure("erase", does.erase),
      sure("leave_erase", does.leave),
      el("p", { id: "leave-help" }, words.leave_help),
    ].filter(Boolean);
  }

  function redraw(key) {
    node.replaceChildren(...list());
    node.querySelector(`[data-key="${key}"]`).focus();
  }

  function confirm(key, act) {
    const keep = entry(words.keep, () => close(true), { "aria-describedby": "sure" });
    const go = entry(words[key], () => { close(true); act(); }, { className: "sure", "aria-describedby": "sure" });
    node.replaceChildren(el("p", { id: "sure" }, words[key + "_sure"]), go, keep);
    keep.focus();
  }

  function open() {
    node.replaceChildren(...list());
    node.hidden = false;
    toggle.setAttribute("aria-expanded", "true");
    node.querySelector("button").focus();
  }

  function close(back) {
    node.hidden = true;
    toggle.setAttribute("aria-expanded", "false");
    if (back) toggle.focus();
  }

  root.addEventListener("click", (event) => {
    const path = event.composedPath();
    if (!node.hidden && !path.includes(node) && !path.includes(toggle)) close();
  });

  return { node, toggle, close };
}
