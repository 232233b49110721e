// What the other scripts of an inbox or conversation page share.
export const byId = (id) => document.getElementById(id);
export const desk = byId("desk");
export const live = byId("live");
export const words = JSON.parse(desk.dataset.words);
export const talk = live.getAttribute("hx-get").replace(/\/live$/, "");
export const canAnswer = Boolean(byId("end"));
export const fill = (text, n) => text.replace("{n}", n);
// What this member is doing just now, so that what follows from it does not surprise them.
export const doing = { ending: false, taking: false, leaving: false };

let soon = 0;
// Read again what changes: the server renders it, and several reasons at once are one reading.
export function again() {
  clearTimeout(soon);
  soon = setTimeout(() => htmx.trigger(live, "again"), 100);
}
// `from` is the element that asks: of requests of one element only the last waits its turn.
export const post = (from, where, values) => htmx.ajax("POST", where, { source: from, swap: "none", values });

// A browser that keeps nothing: the choice lasts as long as the page.
export function remember(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch { /* as said */ }
  return null;
}

export function tell(text, urgent = false) {
  const place = byId(urgent ? "assertive" : "polite");
  place.textContent = "";
  setTimeout(() => (place.textContent = text), 50);
}
