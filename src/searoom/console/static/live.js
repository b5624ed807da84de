// Keeps a page new without loading it anew: draws what changed, counts down, and says when nobody answers any more.
// @ts-check

const live = document.getElementById("live");
const stale = document.getElementById("stale");
const clock = document.getElementById("now");
const begun = performance.now();
let node = clock ? Number(clock.dataset.now) / 1000 : Date.now();
let at = begun;

/** @param {number} ms */
const text = (ms) => new Date(ms).toISOString().slice(0, 19) + "Z";
const still = Boolean(clock?.dataset.still); // a scenario's time goes on by ticks alone
const now = () => node + (still ? 0 : performance.now() - at);

/** @param {number} ms */
function span(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}

function count() {
  if (clock) clock.textContent = text(now());
  for (const each of document.querySelectorAll("[data-until]")) {
    if (!(each instanceof HTMLElement)) continue;
    const left = Number(each.dataset.until) / 1000 - now();
    each.textContent = left >= 0 ? `${span(left)} ${each.dataset.left}` : `${each.dataset.past} ${span(left)}`;
  }
}

let drawing = false;
let again = false;

async function draw() {
  if (drawing) {
    again = true;
    return;
  }
  drawing = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect") return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    const time = page.getElementById("now");
    if (time) [node, at] = [Number(time.dataset.now) / 1000, performance.now()];
    // What a person is typing into is never taken from under their hands.
    const typing = live?.contains(document.activeElement) && document.activeElement?.closest("form");
    if (live && fresh && !typing) live.innerHTML = fresh.innerHTML;
    count();
  } finally {
    drawing = false;
    if (again) {
      again = false;
      draw();
    }
  }
}

if (document.body.dataset.follow) {
  const stream = new EventSource("/stream?seen=" + document.body.dataset.follow);
  stream.addEventListener("changed", draw);
  stream.addEventListener("ended", () => location.reload());
  stream.addEventListener("open", () => stale?.setAttribute("hidden", ""));
  stream.addEventListener("error", () => stale?.removeAttribute("hidden"));
}

// A form is sent once, however often it is clicked; the server takes it once, too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
});

// While a form is filled in, the same rules as at the other side say what is missing.
let waiting = 0;
document.addEventListener("input", (event) => {
  const form = event.target instanceof HTMLElement ? event.target.closest("form[data-check]") : null;
  if (!(form instanceof HTMLFormElement)) return;
  clearTimeout(waiting);
  waiting = window.setTimeout(async () => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) body.append(name, String(value));
    const answer = await fetch(location.href, { method: "POST", body, headers: { "X-Live": "1" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("findings");
    const shown = document.getElementById("findings");
    if (fresh && shown) shown.innerHTML = fresh.innerHTML;
  }, 400);
});

count();
setInterval(count, 1000);
