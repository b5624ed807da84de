// The craft that the console tells of, kept by number; one stream for one view, opened anew when the view changes.
// @ts-check
import { beside } from "./geo.js";

/** @typedef {{id: number, name: string, label: string, unit: string, party: string, kind: string, flying: boolean,
 *   lon: number, lat: number, cog: number, sog: number, alt: number, err: number, src: number, at: number}} Craft */
/** @typedef {{a: string, b: string, grade: string, from_a: [number, number], from_b: [number, number],
 *   cpa_a: [number, number], cpa_b: [number, number], cpa_m: number, cpa_error_m: number, cpa_us: number}} Pair */
/** @typedef {{craft: string, who: string, seen: string, at_us: number, bearing_deg: number, bearing_error_deg: number,
 *   range_m: number, range_error_m: number, from: [number, number] | null, at: [number, number] | null}} Sighting */

const NO_HEIGHT = -32768;

export class Feed {
  /** @param {(feed: Feed) => void} changed */
  constructor(changed) {
    /** @type {Map<number, Craft>} */
    this.craft = new Map();
    /** @type {Pair[]} */
    this.pairs = [];
    /** @type {Sighting[]} */
    this.sightings = [];
    /** @type {string[]} */
    this.sources = [];
    /** @type {string[]} */
    this.blind = [];
    this.own = "";
    this.now = this.total = this.shown = this.held = this.taken = 0;
    this.changed = changed;
    /** @type {EventSource | null} */
    this.stream = null;
  }

  /** @param {string} query */
  open(query) {
    this.stream?.close();
    const stream = (this.stream = new EventSource("/chart/stream?" + query));
    const stale = document.getElementById("stale");
    stream.addEventListener("craft", (event) => {
      if (stream === this.stream) this.take(JSON.parse(event.data));
    });
    stream.addEventListener("ended", () => location.reload());
    stream.addEventListener("open", () => stale?.setAttribute("hidden", ""));
    stream.addEventListener("silent", () => stale?.removeAttribute("hidden"));
    stream.addEventListener("error", () => {
      stale?.removeAttribute("hidden");
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => stream === this.stream && this.open(query), 3000);
    });
  }

  /** @param {any} told */
  take(told) {
    if (told.whole) this.craft = new Map();
    for (const id of told.gone) this.craft.delete(id);
    for (const [id, name, label, unit, party, kind, flying] of told.who) {
      this.craft.set(id, {
        id, name, label, unit, party, kind, flying: Boolean(flying), lon: 0, lat: 0, cog: NaN, sog: NaN, alt: NaN,
        err: 0, src: 0, at: 0,
      });
    }
    const rows = told.rows;
    for (let k = 0; k < rows.id.length; k++) {
      const one = this.craft.get(rows.id[k]);
      if (!one) continue;
      place(one, rows, k);
    }
    this.now = told.now;
    this.taken = performance.now();
    for (const name of ["pairs", "sightings", "sources", "blind", "own", "total", "shown", "held"]) this[name] = told[name];
    this.changed(this);
  }

  /** @param {number} id @param {string} [name] */
  find(id, name) {
    if (id) return this.craft.get(id);
    if (name) for (const one of this.craft.values()) if (one.name === name || one.unit === name) return one;
    return undefined;
  }
}

/** @param {Craft} one @param {any} rows @param {number} k */
export function place(one, rows, k) {
  one.lon = rows.lon[k] / 1e6;
  one.lat = rows.lat[k] / 1e6;
  one.cog = rows.cog[k] < 0 ? NaN : rows.cog[k] / 10;
  one.sog = rows.sog[k] < 0 ? NaN : rows.sog[k] / 100;
  one.alt = rows.alt[k] === NO_HEIGHT ? NaN : rows.alt[k];
  one.err = rows.err[k] / 10;
  one.src = rows.src[k];
  one.at = rows.at[k];
}

/**
 * The craft nearest to a place, no further than `reach` degrees of latitude.
 * @param {Iterable<Craft>} craft @param {number} lon @param {number} lat @param {number} reach
 */
export function nearest(craft, lon, lat, reach) {
  const narrow = Math.cos((lat * Math.PI) / 180);
  let best;
  let least = reach * reach;
  for (const one of craft) {
    const x = (beside(one.lon, lon) - lon) * narrow;
    const y = one.lat - lat;
    const far = x * x + y * y;
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

/** @param {Craft} one */
export const called = (one) => one.unit || one.label || one.name;

/** How a source came by a place: 0 the craft says it, 1 we measured it, 2 somebody saw it. @param {string} source */
export const how = (source) => (source === "SIGHTED" ? 2 : source === "RADAR" || source === "ARPA" ? 1 : 0);
