// The hard words of a message, in their order, as buttons in its lines: a tap shows what one means, right after it,
// and another tap or Escape hides that again.
function explainer(glossary) {
  const left = [...(glossary || [])];
  return function explained(line) {
    const [hard] = left;
    const found = hard && new RegExp(`(^|[^\\p{L}\\d/@.-])${hard.word}(?![\\p{L}\\d/@-]|\\.\\p{L})`, "u").exec(line);
    if (!found) return [line];
    left.shift();
    const at = found.index + found[1].length;
    const meaning = el("span", { className: "meaning", hidden: true }, ` (${hard.meaning})`);
    const onclick = () => {
      meaning.hidden = !meaning.hidden;
      word.setAttribute("aria-expanded", !meaning.hidden);
    };
    const onkeydown = (event) => {
      if (event.key !== "Escape" || meaning.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      onclick();
    };
    const word = el("button", { type: "button", className: "hard", "aria-expanded": "false", onclick, onkeydown }, hard.word);
    return [line.slice(0, at), word, meaning, ...explained(line.slice(at + hard.word.length))];
  };
}
