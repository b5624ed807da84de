// Keeps a page new without loading it anew: draws what changed, counts down, and says when nobody answers any more.
// @ts-check

const AGAIN_MS = 10_000; // after a stream was refused
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
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return minutes < 60 ? `${minutes}:${rest}` : `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
}

function count() {
  if (clock) clock.textContent = text(now());
  for (const each of document.querySelectorAll("[data-until]")) {
    if (!(each instanceof HTMLElement)) continue;
    const left = Number(each.dataset.until) / 1000 - now();
    each.textContent = left >= 0 ? `${span(left)} ${each.dataset.left}` : `${each.dataset.past} ${span(left)}`;
  }
}

const TOO_MANY = 429;

/** How long whoever asked too often is told to wait, in milliseconds. @param {Response} answer */
const later = (answer) => 1000 * (Number(answer.headers.get("retry-after")) || 1);

let drawing = false;
let again = false;
let refused = false; // and told to wait: what changes meanwhile is drawn after it

/**
 * Returns how an element is found again in a part of the page that was drawn anew: what it is, and which of its like.
 * @param {HTMLElement} part
 * @param {Element | null} one
 */
function place(part, one) {
  if (!one || one === part || !part.contains(one)) return null;
  const marks = ["id", "href", "name", "value", "tabindex"].filter((name) => one.hasAttribute(name));
  const like = one.localName + marks.map((name) => `[${name}="${CSS.escape(one.getAttribute(name) ?? "")}"]`).join("");
  return { like, which: [...part.querySelectorAll(like)].indexOf(one) };
}

/**
 * Puts what is new in the place of what is shown; what was unfolded stays so, and the focus where it was.
 * @param {HTMLElement} shown
 * @param {HTMLElement} fresh
 */
function swap(shown, fresh) {
  if (shown.innerHTML === fresh.innerHTML) return;
  const unfolded = [...shown.querySelectorAll("details[open][id]")].map((one) => one.id);
  const focus = place(shown, document.activeElement);
  shown.innerHTML = fresh.innerHTML;
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  const again = focus ? shown.querySelectorAll(focus.like)[focus.which] : null;
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

async function draw() {
  if (drawing || refused) {
    again = true;
    return;
  }
  drawing = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect") return location.reload();
    if (answer.status === TOO_MANY) {
      refused = true;
      setTimeout(() => {
        refused = again = false;
        draw();
      }, later(answer));
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    const time = page.getElementById("now");
    if (time) [node, at] = [Number(time.dataset.now) / 1000, performance.now()];
    // What a person is typing into is never taken from under their hands.
    const boxes = live ? [...live.querySelectorAll("textarea, input:not([type=hidden])")] : [];
    const begun = boxes.some((box) => box.value !== box.defaultValue); // typed, and left for a moment
    const typing = begun || (live?.contains(document.activeElement) && document.activeElement?.closest("form"));
    if (live && fresh && !typing) swap(live, fresh);
    document.dispatchEvent(new CustomEvent("searoom:drawn", { detail: page }));
    count();
  } finally {
    drawing = false;
    if (again && !refused) {
      again = false;
      draw();
    }
  }
}

if (document.body.dataset.follow) {
  follow("/stream?seen=" + document.body.dataset.follow);
}

/**
 * Listens to what changes. A stream that is refused, as where too many pages are open, is asked for again, and until
 * then the page is drawn anew from time to time.
 * @param {string} address
 */
function follow(address) {
  const stream = new EventSource(address);
  stream.addEventListener("changed", draw);
  stream.addEventListener("ended", () => location.reload());
  stream.addEventListener("open", () => stale?.setAttribute("hidden", ""));
  stream.addEventListener("error", () => {
    stale?.removeAttribute("hidden");
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      draw().then(() => stale?.setAttribute("hidden", ""), () => {});
      follow("/stream");
    }, AGAIN_MS);
  });
}

// A form is sent once, however often it is clicked; the server takes it once, too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.again) return; // it gives a file, and the page stays
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
});

/**
 * Says at each field what was found at it, and marks its boxes; what stands in them stays untouched.
 * @param {HTMLFormElement} form
 * @param {Document} page
 */
function foundAtFields(form, page) {
  for (const each of form.querySelectorAll("[data-found]")) {
    const fresh = page.getElementById(each.id);
    if (!fresh) continue;
    each.innerHTML = fresh.innerHTML;
    for (const box of form.querySelectorAll(`[aria-describedby~="${each.id}"]:not(fieldset)`)) {
      if (each.childElementCount) box.setAttribute("aria-invalid", "true");
      else box.removeAttribute("aria-invalid");
    }
  }
}

/** @param {HTMLFormElement} form */
function posted(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (name !== "passphrase") body.append(name, String(value));
  return body;
}

/**
 * Sends what stands in a form to be checked and kept; nothing is said by it.
 * @param {HTMLFormElement} form
 * @param {boolean} leaving
 */
async function check(form, leaving) {
  const answer = await fetch(location.href, { method: "POST", body: posted(form), headers: { "X-Live": "1" }, keepalive: leaving });
  if (leaving) return;
  if (answer.status === TOO_MANY) return void setTimeout(() => check(form, false), later(answer));
  document.getElementById("ended")?.toggleAttribute("hidden", answer.status !== 401 && answer.status !== 403);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("findings")) return;
  for (const shown of document.querySelectorAll("#findings, [data-fresh]")) {
    const fresh = page.getElementById(shown.id);
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.innerHTML = fresh.innerHTML;
  }
  foundAtFields(form, page);
}

// While a form is filled in, the same rules as at the other side say what is missing, and what was typed is kept.
let waiting = 0;
/** @type {HTMLFormElement | null} */
let typing = null;
document.addEventListener("input", (event) => {
  const form = event.target instanceof HTMLElement ? event.target.closest("form[data-check]") : null;
  if (!(form instanceof HTMLFormElement)) return;
  clearTimeout(waiting);
  typing = form;
  waiting = window.setTimeout(() => {
    typing = null;
    check(form, false).catch(() => stale?.removeAttribute("hidden"));
  }, 400);
});
addEventListener("pagehide", () => {
  if (typing && !typing.dataset.sent) check(typing, true).catch(() => {});
});

count();
setInterval(count, 1000);
