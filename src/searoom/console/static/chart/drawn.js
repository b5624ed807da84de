// Where the browser cannot draw the chart, the console draws it: a picture, anew every few seconds, with keys to move it.
// @ts-check
import { boundsOf } from "./view.js";
import { say } from "./words.js";

const EVERY_MS = 5000;
const MOVES = { "＋": [0, 0, 0.5], "－": [0, 0, 2], "←": [-0.3, 0, 1], "→": [0.3, 0, 1], "↑": [0, 0.3, 1], "↓": [0, -0.3, 1] };

/**
 * @param {HTMLElement} sheet @param {string} path @param {() => URLSearchParams} query @param {(box: number[]) => void} moved
 * @returns {() => void} what draws it anew
 */
export function drawHere(sheet, path, query, moved) {
  const picture = document.createElement("img");
  picture.alt = say("chart.title");
  sheet.replaceChildren(picture);
  const told = document.createElement("p");
  told.className = "note";
  told.textContent = say("chart.drawn");
  const keys = document.createElement("div");
  keys.className = "tools";
  for (const [sign, [east, north, wider]] of Object.entries(MOVES)) {
    const key = document.createElement("button");
    key.type = "button";
    key.className = "second";
    key.textContent = sign;
    key.addEventListener("click", () => {
      const [w, s, e, n] = boundsOf(query().get("box") ?? "");
      const [wide, high] = [(e - w) / 2, (n - s) / 2];
      const [x, y] = [(e + w) / 2 + 2 * wide * east, (n + s) / 2 + 2 * high * north];
      moved([x - wide * wider, Math.max(y - high * wider, -84), x + wide * wider, Math.min(y + high * wider, 84)]);
      draw();
    });
    keys.append(key);
  }
  sheet.after(told, keys);
  const draw = () => void (picture.src = `${path}?${query()}&at=${Date.now()}`);
  picture.addEventListener("load", () => sheet.closest(".chart")?.setAttribute("data-ready", "drawn"));
  draw();
  setInterval(draw, EVERY_MS);
  return draw;
}
