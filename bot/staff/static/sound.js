// Sounds, made here and off until somebody asks for them.
import { byId, remember, words } from "./page.js";

const TONES = { new: [[660, 0], [880, 0.16]], message: [[560, 0]], alert: [[880, 0], [660, 0.2], [880, 0.4], [660, 0.6]] };
let audio = null;
let wanted = false;
export function play(name) {
  if (!wanted || !audio || audio.state !== "running") return;
  for (const [pitch, after] of TONES[name]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}
function soundSays() {
  const button = byId("sound");
  button.setAttribute("aria-pressed", String(wanted));
  const ready = audio && audio.state === "running";
  button.textContent = !wanted ? words.sound_off : ready ? words.sound_on : words.sound_waits;
}
// A browser lets a page sound only after a key or a click in it.
async function wake() {
  if (!wanted) return;
  audio = audio || new AudioContext();
  if (audio.state !== "running") await audio.resume();
  soundSays();
}
byId("sound").addEventListener("click", async () => {
  wanted = !wanted;
  remember("carenav.staff.sound", wanted ? "on" : "off");
  soundSays();
  await wake();
  if (wanted) play("message");
});
wanted = remember("carenav.staff.sound") === "on";
soundSays();
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, wake);
