// The page's own words and parties, and how figures are written: never finer than their error.
// @ts-check
import { MILE } from "./geo.js";

/** @typedef {{id: string, name: string, look: number, sign: string}} Party */
/** @typedef {{lang: string, light: string, box: number[], words: Record<string, string>, query: string,
 *   parties: Party[], craft: string, follow: boolean, rings: number, vector: number, knot: number, own?: string,
 *   tracks?: string, start?: number, end?: number, at?: number, boxed?: boolean}} Config */

const chart = document.getElementById("chart");
/** @type {Config} */
export const config = JSON.parse(chart?.dataset.config ?? "{}");
export const FONT = config.lang === "zh" ? "Searoom SC" : "Searoom JP";

/** @param {string} key @param {Record<string, string | number>} [values] */
export function say(key, values = {}) {
  return (config.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {string} id */
export const party = (id) => config.parties.find((one) => one.id === id);

/** @param {number} ms */
export const clock = (ms) => new Date(ms).toISOString().slice(0, 19) + "Z";

/** @param {number} metres @param {number} error */
export function distance(metres, error) {
  const step = 10 ** (String(Math.max(Math.round(error), 1)).length - 1);
  const whole = Math.round(metres / step) * step;
  return whole < 2 * MILE ? `${whole} m` : `${(metres / MILE).toFixed(step >= 1000 ? 0 : step >= 100 ? 1 : 2)} nm`;
}

/** An error, rounded up to its first digit: it is never told smaller than it is. @param {number} error */
export function spread(error) {
  const step = 10 ** (String(Math.max(Math.ceil(error), 1)).length - 1);
  return distance(Math.ceil(error / step) * step, error);
}

/** @param {number} degrees @param {string} letters @param {number} digits */
function side(degrees, letters, digits) {
  const tenths = Math.round(Math.abs(degrees) * 600);
  const minutes = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${String(Math.floor(tenths / 600)).padStart(digits, "0")}°${minutes}′${letters[degrees < 0 ? 1 : 0]}`;
}

/** @param {number} lon @param {number} lat */
export const where = (lon, lat) => `${side(lat, "NS", 2)} ${side(((((lon + 180) % 360) + 360) % 360) - 180, "EW", 3)}`;

/** @param {number} seconds */
export function span(seconds) {
  const whole = Math.abs(Math.round(seconds));
  return `${seconds < 0 ? "-" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @param {string} key */
export const word = (key) => say(`chart.${key.replaceAll(" ", "_")}`);

/** Whatever a transmitter sent: signs that steer the reading are shown, not obeyed. @param {string} text */
export const visible = (text) =>
  text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) => `[U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`);

/** @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
