// What has come and was not seen yet: counted on the launcher, said once, and heard when sound is on.
function unreadCount({ words, kept, inView }) {
  const badge = el("span", { className: "badge", hidden: true });
  const news = el("span", { className: "unseen", role: "status" });
  const waiting = new Set();
  const read = () => kept.chat().read || "";
  let newest = "";
  let audio = null;

  function draw() {
    const n = waiting.size;
    const says = n > 1 ? words.new_many.replace("{n}", n) : n ? words.new_one : "";
    badge.hidden = !n;
    badge.replaceChildren(el("span", { "aria-hidden": "true" }, String(n)), unseen(says));
    if (news.textContent !== says) news.textContent = says;
  }

  // What is in view has been read, in every tab.
  function look() {
    if (!inView()) return;
    waiting.clear();
    draw();
    if (newest > read()) kept.keep({ read: newest });
  }

  // Two short soft tones, when the person has turned sound on in this tab.
  function beep() {
    if (!kept.tab().sound) return;
    try {
      audio ??= new AudioContext();
      audio.resume();
      for (const [pitch, after] of [[660, 0], [880, 0.15]]) {
        const at = audio.currentTime + after;
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        volume.gain.setValueAtTime(0.08, at);
        volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
        tone.frequency.value = pitch;
        tone.connect(volume).connect(audio.destination);
        tone.start(at);
        tone.stop(at + 0.3);
      }
    } catch { /* no sound here */ }
  }

  return {
    badge,
    news,
    draw,
    look,
    beep,
    arrived({ id, from }, fresh) {
      if (id > newest) newest = id;
      if (from !== "person" && id > read()) {
        waiting.add(id);
        if (fresh && !inView()) beep();
        draw();
      }
      look();
    },
    // Another tab may have shown them.
    sync() {
      waiting.forEach((id) => id <= read() && waiting.delete(id));
      draw();
    },
    clear() {
      waiting.clear();
      newest = "";
      draw();
    },
  };
}
