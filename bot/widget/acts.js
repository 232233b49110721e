// What the menu does. Each says so when it could not be done.
function menuActs({ words, language, kept, chat, log, unread, bar, relabel, grow, tell, notice, name, rest, after }) {
  // Erases this chat and begins a new one. `rest(yes)`: whether the next waits until the person writes.
  async function again() {
    rest(null);
    await chat().erase().finally(() => rest(false));
  }

  const ending = (end) => end().then(after, () => notice(words.not_erased));

  return {
    erase: () => ending(() => chat().erase()),
    startOver: () => ending(again),
    // The window's words change at once; the chat itself when the server agrees, or by a new one while nobody has written.
    async speak(to) {
      kept.keep({ ui: to });
      relabel(to);
      if (!kept.chat().token) return;
      try {
        if (log.node.querySelector(".own") || bar.lasts()) await chat().speak(to);
        else await again();
        relabel(to);
      } catch {
        notice(words.language_stays);
      }
    },
    resize(size) {
      kept.keepTab({ size });
      grow(size);
      tell(size + " %");
      log.reveal();
    },
    sound(on) {
      kept.keepTab({ sound: on });
      unread.beep();
    },
    async save() {
      try {
        const text = transcript({ words, language: language(), name: name() }, await chat().export());
        saveAs(`chat-${new Date().toLocaleDateString("sv")}.txt`, text);
      } catch {
        notice(words.not_saved);
      }
    },
  };
}
