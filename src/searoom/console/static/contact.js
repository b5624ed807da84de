// Unit contact: one key presses what bears it; a lamp blinks, a sentence is copied, words are looked up, when asked to.
// @ts-check
// Nothing here sends anything. Every page does the same without this script.

/** @param {EventTarget | null} target */
const types = (target) => target instanceof HTMLElement && Boolean(target.closest("input, textarea, select, audio, [contenteditable]"));

// A second key that comes while the next page is still on its way is kept for that page, and for no later one.
const KEPT = "searoom-key";
const KEPT_MS = 2000;
let leaving = false;

/** @param {string} key */
function press(key) {
  for (const each of document.querySelectorAll("main [data-key]")) {
    if (!(each instanceof HTMLElement) || each.dataset.key !== key) continue;
    leaving = each instanceof HTMLAnchorElement;
    each.click();
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing || types(event.target)) return;
  const key = event.key.toLowerCase();
  if (leaving && key.length === 1) sessionStorage.setItem(KEPT, `${key} ${Date.now()}`);
  else if (press(key)) event.preventDefault();
});
addEventListener("pageshow", () => (leaving = false));
const [kept, since] = (sessionStorage.getItem(KEPT) ?? "").split(" ");
sessionStorage.removeItem(KEPT);
if (kept && kept !== "=" && Date.now() - Number(since) < KEPT_MS) press(kept);

// -- a lamp on the screen, after a deliberate press --------------------------------------------------
let blinking = 0;
let restart = "";

/** @param {HTMLElement} button @param {HTMLElement} lamp */
function stop(button, lamp) {
  clearTimeout(blinking);
  blinking = 0;
  lamp.classList.remove("lit");
  button.textContent = restart;
}

/** @param {HTMLElement} button */
function blink(button) {
  const lamp = document.getElementById("lamp");
  if (!lamp) return;
  if (blinking) return stop(button, lamp);
  restart = button.textContent ?? "";
  button.textContent = button.dataset.stop ?? "";
  const beats = (button.dataset.lamp ?? "").trim().split(/\s+/);
  let at = 0;
  const next = () => {
    if (at >= beats.length) return stop(button, lamp);
    const beat = beats[at++];
    lamp.classList.toggle("lit", beat[0] === "+");
    blinking = window.setTimeout(next, Number(beat.slice(1)));
  };
  next();
}

/** @param {HTMLElement} button */
async function copy(button) {
  const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? "";
  await navigator.clipboard.writeText(text);
  button.textContent = button.dataset.done ?? "";
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  if (button.dataset.lamp) blink(button);
  if (button.dataset.copy) copy(button);
});
for (const each of document.querySelectorAll("[data-lamp], [data-copy]")) each.removeAttribute("hidden");

/** @param {string} address @param {string} id */
async function drawn(address, id) {
  const answer = await fetch(address, { headers: { "X-Live": "1" }, redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  const shown = document.getElementById(id);
  if (fresh && shown && !shown.contains(document.activeElement)) shown.innerHTML = fresh.innerHTML;
}

// -- heard words are read back while they are typed ---------------------------------------------------
let waiting = 0;
document.addEventListener("input", (event) => {
  const form = event.target instanceof HTMLElement ? event.target.closest("form[data-heard]") : null;
  if (!(form instanceof HTMLFormElement)) return;
  clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) typed.append(name, String(value));
    drawn(`${location.pathname}?${typed}`, "reading").catch(() => undefined);
  }, 400);
});

// -- figures of now: they change without an entry in any log ------------------------------------------
const every = Number(document.getElementById("fresh")?.dataset.fresh ?? 0);
if (every) setInterval(() => drawn(location.href, "fresh").catch(() => undefined), every * 1000);
