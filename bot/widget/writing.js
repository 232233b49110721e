// Where the person writes. `onSend(text)` gets what is to be sent, `onKey(empty)` hears each change.
function writingForm({ words, worded, button, onSend, onKey }) {
  const LONGEST = 4000; // characters in one message
  const WARN_AT = 200; // characters left
  const left = el("span", { className: "left", id: "left" });
  const input = worded(el("textarea", {
    id: "input", rows: 1, maxlength: LONGEST, autocomplete: "off", enterkeyhint: "send", "aria-describedby": "left",
    oninput: changed, onkeydown: pressed,
  }), { placeholder: "placeholder" });
  const label = worded(el("label", { className: "unseen", for: "input" }), { text: "input" });
  const node = el("form", { onsubmit: (event) => { event.preventDefault(); submit(); } }, label, input, button, left);

  function changed() {
    input.style.height = "auto";
    input.style.height = input.scrollHeight + 2 + "px";
    const room = LONGEST - input.value.length;
    left.textContent = room <= WARN_AT ? words.left.replace("{n}", room) : "";
    onKey(!input.value.trim());
  }

  function submit() {
    const text = input.value.trim();
    input.focus();
    if (!text) return;
    input.value = "";
    changed();
    onSend(text);
  }

  function pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  }

  return {
    node,
    input,
    // What could not be sent, for another try; never over what is being written.
    giveBack(text) {
      if (!input.value) input.value = text;
      changed();
    },
  };
}
