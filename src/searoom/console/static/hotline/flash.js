// Sounds and flashes again what nobody has signed as read, at a set interval, on whatever page is open.
// @ts-check

const EVERY_MS = 10_000; // how often it is asked whether something new has come
const TONES = [880, 660, 880, 660, 880, 660];
const TONE_S = 0.22;

/** @type {AudioContext | null} */
let audio = null;
let sounded = 0;
let count = 0;

function box() {
  return document.getElementById("flash");
}

/** Whether this browser lets the page sound; it may only after somebody has touched the page. */
async function mayBeHeard() {
  if (!audio && navigator.userActivation && !navigator.userActivation.hasBeenActive) return false;
  audio = audio ?? new AudioContext();
  if (audio.state !== "running") await Promise.race([audio.resume(), new Promise((go) => setTimeout(go, 200))]);
  return audio.state === "running";
}

async function sound() {
  const heard = await mayBeHeard().catch(() => false);
  document.getElementById("sound")?.toggleAttribute("hidden", heard);
  if (!heard || !audio) return;
  const begin = audio.currentTime + 0.05;
  TONES.forEach((hertz, at) => {
    if (!audio) return;
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = hertz;
    loud.gain.setValueAtTime(0.25, begin + at * TONE_S);
    loud.gain.exponentialRampToValueAtTime(0.001, begin + (at + 1) * TONE_S);
    tone.connect(loud).connect(audio.destination);
    tone.start(begin + at * TONE_S);
    tone.stop(begin + (at + 1) * TONE_S);
  });
}

/** @param {HTMLElement} shown */
function call(shown) {
  sounded = Date.now();
  shown.dataset.called = String(Number(shown.dataset.called ?? "0") + 1);
  shown.classList.remove("calling");
  void shown.offsetWidth; // so that the same movement begins anew
  shown.classList.add("calling");
  sound();
}

function look() {
  const shown = box();
  if (!shown) return;
  const now = Number(shown.dataset.count);
  const again = Number(shown.dataset.again) * 1000;
  if (now > count || (now > 0 && Date.now() - sounded >= again)) call(shown);
  count = now;
}

/** @param {Document} page */
function take(page) {
  const fresh = page.getElementById("flash");
  const shown = box();
  if (!fresh || !shown) return;
  if (fresh.innerHTML.trim() !== shown.dataset.drawn) {
    shown.dataset.drawn = fresh.innerHTML.trim();
    shown.innerHTML = fresh.innerHTML;
    shown.dataset.count = fresh.dataset.count;
    if (audio) document.getElementById("sound")?.toggleAttribute("hidden", audio.state === "running");
  }
  look();
}

async function ask() {
  try {
    const answer = await fetch("/hotline/flash", { headers: { "X-Live": "1" }, redirect: "manual", cache: "no-store" });
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // that nobody answers stands on the page already
  }
}

document.addEventListener("searoom:drawn", (event) => {
  if (event instanceof CustomEvent) take(event.detail);
});
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLElement && event.target.id === "sound-on") sound();
});
for (const touched of ["pointerdown", "keydown"]) {
  document.addEventListener(touched, () => audio?.state === "suspended" && audio.resume(), { passive: true });
}
if (box()) {
  box().dataset.drawn = box().innerHTML.trim();
  look();
  setInterval(look, 1000);
  setInterval(ask, EVERY_MS);
}
