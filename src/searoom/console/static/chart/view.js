// What is looked at, as it stands in the address: box, selection, filters; the address is kept as the view changes.
// @ts-check
import { beside } from "./geo.js";
import { config } from "./words.js";

/** The query of the page, with the box that it was drawn for. */
export const query = new URLSearchParams(location.search);
if (!query.get("box")) query.set("box", config.box.join(","));

/** @param {string} text @returns {number[]} west, south, east, north; east may go beyond 180 */
export function boundsOf(text) {
  const [w, s, e, n] = text.split(",").map(Number);
  return [w, s, e <= w ? e + 360 : e, n];
}

/** @param {number[]} box */
export const boxText = (box) => [beside(box[0], 0), box[1], beside(box[2], 0), box[3]].map((side) => side.toFixed(4)).join(",");

/** @param {Record<string, string>} change */
export function turn(change) {
  for (const [name, value] of Object.entries(change)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(null, "", `${location.pathname}?${text()}`);
  const filters = document.getElementById("filters");
  for (const name of ["box", "craft"]) {
    const field = filters?.querySelector(`input[name="${name}"]`);
    if (field instanceof HTMLInputElement) field.value = query.get(name) ?? "";
  }
}

export const text = () => query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
