// What the browser keeps, and for how long.
// A chat (its token, help lines, language, what was read) is in localStorage, so that the pages of a site and
// the tabs on it are one conversation, and a page change does not end it. Sharing it so has a price on a shared
// computer: the next person could open it. Therefore it ends two hours after its last use, and at once with an erasure,
// a start-over or "Leave quickly". A tab's own things (open or not, text size, sound) are in sessionStorage.
// No word of a conversation is ever kept here. Where storage is blocked, memory does, for this page.
// `onOther(left)` hears that another tab has changed what is shared; `left`: it was left quickly.
function keeping(name, onOther) {
  const LASTS = 2 * 3600e3;

  function shelf(kind) {
    let area = null;
    let memory = null;
    try {
      area = window[kind];
      area.setItem(name + " ?", "");
      area.removeItem(name + " ?");
    } catch {
      area = null;
    }
    return {
      read() {
        try { return JSON.parse(area ? area.getItem(name) : memory) || {}; } catch { return {}; }
      },
      write(value) {
        if (gone) return;
        memory = JSON.stringify(value);
        try { area?.setItem(name, memory); } catch { area = null; }
      },
      clear() {
        memory = null;
        area?.removeItem(name);
      },
    };
  }

  let gone = false; // left quickly, here or in another tab: nothing may be kept again by what is still on its way
  const site = shelf("localStorage");
  const tab = shelf("sessionStorage");
  if (!(site.read().used > Date.now() - LASTS)) site.clear();

  addEventListener("storage", ({ key, newValue }) => {
    if (key !== name && key !== null) return;
    const left = !!newValue && !!JSON.parse(newValue).left;
    if (left) leave();
    onOther(left);
  });

  function leave() {
    site.clear();
    tab.clear();
    gone = true;
  }

  return {
    chat: () => site.read(),
    tab: () => tab.read(),
    keep: (change) => site.write({ ...site.read(), ...change, used: Date.now() }),
    keepTab: (change) => tab.write({ ...tab.read(), ...change }),
    stale: () => !!site.read().token && site.read().used < Date.now() - LASTS,
    // The language that was chosen for the window outlives a chat.
    end() {
      const { ui } = site.read();
      if (ui) site.write({ ui, used: Date.now() });
      else site.clear();
    },
    leave() {
      site.write({ left: true }); // for the other tabs to hear
      leave();
    },
  };
}
