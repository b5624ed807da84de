// What lies over the sea besides craft, as features: open pairs with both places of the approach, rings, errors, names.
// @ts-check
import { feature, GRADES } from "./base.js";
import { called } from "./feed.js";
import { apart, beside, circle, MILE, sector } from "./geo.js";
import { clock, colour, config, distance, party, say, span, spread, visible } from "./words.js";

const MOST_NAMES = 150;
const MOST_ERRORS = 300;

/** @param {string} id */
const inkOf = (id) => colour(party(id) ? `--c${party(id)?.look}` : "--ink");

/** @param {import("./geo.js").Place[]} points */
function joined(points) {
  return points.map((one, k) => [beside(one[0], k ? points[0][0] : one[0]), one[1]]);
}

/** @param {import("./feed.js").Pair[]} pairs */
export function pairs(pairs) {
  const pressing = ["urgent", "warn", "advise"];
  const order = [...pairs].sort((a, b) => pressing.indexOf(a.grade) - pressing.indexOf(b.grade) || a.cpa_us - b.cpa_us);
  return order.flatMap((one, rank) => {
    const ink = colour(GRADES[one.grade] ?? "--ink");
    const wide = one.grade === "urgent" ? 3 : one.grade === "warn" ? 2.2 : 1.4;
    const words = `CPA ${distance(one.cpa_m, one.cpa_error_m)} ± ${spread(one.cpa_error_m)}\n${clock(one.cpa_us / 1000)}`;
    const line = (/** @type {any[]} */ points, /** @type {number} */ w) => feature({ type: "LineString", coordinates: joined(points) }, { ink, wide: w });
    const middle = [(one.cpa_a[0] + beside(one.cpa_b[0], one.cpa_a[0])) / 2, (one.cpa_a[1] + one.cpa_b[1]) / 2];
    return [
      line([one.from_a, one.cpa_a], wide / 2), line([one.from_b, one.cpa_b], wide / 2), line([one.cpa_a, one.cpa_b], wide),
      ...[one.cpa_a, one.cpa_b].map((place) => feature({ type: "Point", coordinates: place }, { ink, mark: 1 })),
      feature({ type: "Point", coordinates: middle }, { ink, words, rank }),
    ];
  });
}

/** @param {import("./feed.js").Pair} one @param {number} now */
export function pairWords(one, now) {
  return say("chart.pair", {
    a: visible(one.a), b: visible(one.b), cpa: distance(one.cpa_m, one.cpa_error_m), error: spread(one.cpa_error_m),
    time: clock(one.cpa_us / 1000), left: span((one.cpa_us / 1000 - now) / 1000),
  });
}

/** @param {import("./feed.js").Sighting[]} seen */
export function sectors(seen) {
  return seen.flatMap((one) => {
    if (!one.from || !one.at) return [];
    const area = sector(one.from, one.bearing_deg, one.bearing_error_deg, one.range_m, one.range_error_m);
    return [
      feature({ type: "Polygon", coordinates: [joined(area)] }, {}),
      feature({ type: "LineString", coordinates: joined([one.from, one.at]) }, {}),
      feature({ type: "Point", coordinates: one.at }, { words: `× ${visible(one.seen || one.craft)}\n${clock(one.at_us / 1000)}` }),
    ];
  });
}

/** @param {import("./feed.js").Craft | undefined} middle @param {number} miles */
export function rings(middle, miles) {
  if (!middle || !miles) return [];
  return [1, 2, 3, 4].map((turn) =>
    feature({ type: "LineString", coordinates: circle([middle.lon, middle.lat], turn * miles * MILE) }, { words: `${turn * miles} nm` }),
  );
}

/** Rings of the errors of fixes that are wide enough to be seen. @param {Iterable<import("./feed.js").Craft>} craft @param {number} least */
export function errors(craft, least) {
  const found = [];
  for (const one of craft) {
    if (one.err > least) found.push(feature({ type: "LineString", coordinates: circle([one.lon, one.lat], one.err) }, {}));
    if (found.length >= MOST_ERRORS) break;
  }
  return found;
}

/**
 * Names of those that matter first; few enough to be read.
 * @param {import("./feed.js").Craft[]} craft @param {Set<string>} paired @param {number} chosen @param {number} now
 */
export function names(craft, paired, chosen, now) {
  const matters = craft.filter((one) => one.id === chosen || paired.has(one.name) || one.party);
  const rest = craft.length <= MOST_NAMES ? craft.filter((one) => !matters.includes(one)) : [];
  return [...matters, ...rest].slice(0, MOST_NAMES).map((one) => {
    const age = Math.max(Math.round((now - one.at) / 1000), 0);
    const sign = party(one.party)?.sign;
    const words = `${sign ? sign + " " : ""}${visible(called(one))}${age >= 30 ? `\n${age} s` : ""}`;
    return feature({ type: "Point", coordinates: [one.lon, one.lat] }, { words, ink: inkOf(one.party) });
  });
}

/** @param {any} geojson */
export function zones(geojson) {
  return geojson.features.flatMap((/** @type {any} */ one) => {
    const ink = inkOf(one.properties.claimed_by);
    const top = one.geometry.coordinates.flat().reduce((/** @type {any} */ best, /** @type {any} */ each) => (each[1] > best[1] ? each : best), [0, -90]);
    const name = top[1] > -90 ? [feature({ type: "Point", coordinates: top }, { ink, words: one.properties.words })] : [];
    return [feature(one.geometry, { ink }), ...name];
  });
}

/** The areas of notices as they stand at a moment: said by then, and not over. @param {any} geojson @param {number} now */
export function notices(geojson, now) {
  return geojson.features.flatMap((/** @type {any} */ one) => {
    const told = one.properties;
    if (!one.geometry || told.placed > now || told.to <= now) return [];
    const state = told.from <= now ? "now" : "coming";
    const ink = inkOf(told.party);
    const corners = one.geometry.coordinates[0];
    const top = corners.reduce((/** @type {any} */ best, /** @type {any} */ each) => (each[1] > best[1] ? each : best), corners[0]);
    const words = `${party(told.party)?.sign ?? "○"} ${told[state]}`;
    return [feature(one.geometry, { ink, state }), feature({ type: "Point", coordinates: top }, { ink, words, state: "" })];
  });
}

/** @param {import("./geo.js").Place[]} ends */
export function measured(ends) {
  if (ends.length < 2) return ends.map((place) => feature({ type: "Point", coordinates: place }, { words: "+" }));
  const { range, bearing } = apart(ends[0], ends[1]);
  const words = say("chart.measured", { range: `${(range / MILE).toFixed(2)} nm`, bearing: `${bearing.toFixed(1).padStart(5, "0")}°` });
  return [
    feature({ type: "LineString", coordinates: joined(ends) }, {}),
    feature({ type: "Point", coordinates: ends[1] }, { words }),
  ];
}

/** @param {number} minutes */
export const known = (minutes) => (Number.isFinite(minutes) ? minutes : config.vector);
