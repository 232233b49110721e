// A person at the other end: the bar that says so, its end, and the sign that the visitor is writing.
function handoffBar({ words, chat, onEnded, onFailed }) {
  const AGAIN = 4e3; // ms between two signs that the visitor writes
  const STILL = 5e3; // ms without a key after which they no longer do
  const what = el("p", { role: "status" });
  const buttons = el("div", null);
  const node = el("div", { className: "bar", role: "group", hidden: true }, what, buttons);
  let now = null;
  let asking = false;
  let saidAt = 0;
  let still = 0;

  const talking = () => !!now && (now.state === "claimed" || now.state === "active");
  const who = () => (now?.name ? [now.name, now.title].filter(Boolean).join(", ") : words.from_staff);
  const set = (key) => words[key].replace("{name}", who()).replace("{n}", now.ahead);
  const button = (key, onclick, className) => el("button", { type: "button", className, onclick }, words[key]);

  function status() {
    if (talking()) return set("with");
    if (now.kind === "message") return words.message_left;
    return [words.waiting_person, now.ahead ? set("ahead").replaceAll(" ", "\u00a0") : now.ahead === 0 && words.next].filter(Boolean).join(" · ");
  }

  function draw() {
    const shown = !!now && now.state !== "asked";
    const active = node.getRootNode().activeElement;
    const focused = node.contains(active);
    node.hidden = !shown;
    node.setAttribute("aria-label", words.from_staff);
    if (!shown) {
      if (focused) onEnded();
      return;
    }
    const key = talking() ? "end" : now.kind === "message" ? "take_back" : "stop";
    const says = asking ? set(key + "_sure") : status();
    if (what.textContent !== says) what.textContent = says;
    const keep = button("go_on", () => ask(false));
    buttons.replaceChildren(...(asking ? [button(key + "_yes", end, "sure"), keep] : [button(key, () => ask(true))]));
    if (focused) (asking ? keep : buttons.firstChild).focus();
    else active?.scrollIntoView({ block: "nearest" }); // the log may have become less high
  }

  function ask(yes) {
    asking = yes;
    draw();
  }

  async function end() {
    try {
      await chat().endHandoff();
      show(null);
    } catch {
      onFailed();
      ask(false);
    }
  }

  function show(handoff) {
    if (!handoff || handoff.state !== now?.state) asking = false;
    now = handoff;
    if (!talking()) hush(false);
    draw();
  }

  function hush(say) {
    clearTimeout(still);
    if (say && saidAt) chat().typing(false);
    saidAt = 0;
  }

  return {
    node,
    show,
    draw,
    who,
    lasts: () => !!now && now.state !== "asked",
    // A key was pressed; `sent`: what was written has gone out, or the field is empty.
    writes(sent) {
      if (!talking() || sent) return hush(talking());
      clearTimeout(still);
      still = setTimeout(hush, STILL, true);
      if (Date.now() - saidAt < AGAIN) return;
      saidAt = Date.now();
      chat().typing(true);
    },
  };
}
