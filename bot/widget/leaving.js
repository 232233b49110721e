// Leaving: a button, or three quick presses of Esc, put another page in the place of this one.
function leavingAtOnce({ host, chat, kept, inUse, where }) {
  const HURRY = 1500; // ms for three presses of Esc
  const HEARD = ["keydown", "pointerdown"];
  let presses = [];

  function withdraw(why) {
    chat().stop();
    host.remove();
    for (const kind of HEARD) document.removeEventListener(kind, onPress, true);
    if (why) console.warn(`Care Navigator is not shown: ${why}. See docs/embedding.md`);
  }

  // `erasing`: also ask the server to forget the chat, without waiting for its answer.
  function go(erasing) {
    if (erasing) chat().eraseBehind();
    withdraw();
    kept.leave();
    const to = where();
    if (top !== window) try { top.location.replace(to); } catch { /* the page around does not let us */ }
    location.replace(to);
  }

  // In a row: any other key, and any click, begins the count anew.
  function onPress({ key, isComposing, repeat, timeStamp }) {
    if (isComposing || repeat) return;
    presses = key === "Escape" ? presses.filter((at) => timeStamp - at < HURRY) : [];
    if (key !== "Escape") return;
    if (!presses.length && !inUse()) return;
    if (presses.push(timeStamp) === 3) go(false);
  }

  for (const kind of HEARD) document.addEventListener(kind, onPress, true);
  return { go, withdraw };
}
