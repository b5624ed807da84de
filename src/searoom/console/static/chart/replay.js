// The past, moment by moment: the tracks of a period, a scrubber, and the same signs and words as on the live chart.
// @ts-check
import { bounds, makeMap, put } from "./base.js";
import { drawHere } from "./drawn.js";
import { called, nearest, place } from "./feed.js";
import { apart, destination } from "./geo.js";
import { CraftLayer } from "./layer.js";
import { showNotices, showSelected } from "./list.js";
import * as over from "./over.js";
import { query, turn } from "./view.js";
import { clock, colour, config, party, say, visible } from "./words.js";

const LOST_MS = 360000;
const TRAIL_MS = 600000;
const FRAME_MS = 200;
const sheet = /** @type {HTMLElement} */ (document.getElementById("sheet"));
const page = /** @type {HTMLElement} */ (document.getElementById("chart"));
const scrub = /** @type {HTMLInputElement} */ (document.getElementById("scrub"));
const play = /** @type {HTMLButtonElement} */ (document.getElementById("play"));
const speed = /** @type {HTMLSelectElement} */ (document.getElementById("speed"));
const step = /** @type {HTMLSelectElement} */ (document.getElementById("step"));
const start = config.start ?? 0;
const end = config.end ?? 0;
const layer = new CraftLayer();
/** @type {any} */
let map = null;
/** @type {any} */
let past = { craft: [], grades: [], sources: [] };
/** @type {any} */
let noticed = { features: [] };
let now = config.at ?? start;
let playing = false;
let last = 0;
let chosen = 0;
/** @type {() => void} */
let redraw = () => {};

/** How many of a track's fixes are not later than a moment. @param {number[]} times @param {number} until */
function upto(times, until) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= until) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Who was there at this moment, each as last told by then. */
function there() {
  const found = [];
  for (const track of past.craft) {
    const k = upto(track.at, now) - 1;
    if (k < 0 || now - track.at[k] > LOST_MS) continue;
    if (track.shown !== k) place(track.one, track, (track.shown = k));
    found.push(track.one);
  }
  return found;
}

/** Each pair whose last noted grade by now is no all-clear, with the approach as it follows from both fixes. @param {any[]} craft */
function pairs(craft) {
  const grades = new Map();
  for (const row of past.grades) if (row.at <= now) grades.set(`${row.a}\n${row.b}`, row);
  const named = new Map(craft.map((one) => [one.name, one]));
  for (const one of craft) if (one.unit) named.set(one.unit, one);
  return [...grades.values()].filter((row) => row.grade !== "clear" && named.has(row.a) && named.has(row.b))
    .map((row) => approach(row, named.get(row.a), named.get(row.b)));
}

/** @param {any} row @param {any} a @param {any} b */
function approach(row, a, b) {
  const { range, bearing } = apart([a.lon, a.lat], [b.lon, b.lat]);
  const way = (/** @type {any} */ one) => [(one.sog || 0) * Math.sin(((one.cog || 0) * Math.PI) / 180), (one.sog || 0) * Math.cos(((one.cog || 0) * Math.PI) / 180)];
  const [x, y] = [range * Math.sin((bearing * Math.PI) / 180), range * Math.cos((bearing * Math.PI) / 180)];
  const [ax, ay] = way(a);
  const [bx, by] = way(b);
  const [u, v] = [bx - ax, by - ay];
  const after = u * u + v * v > 0.0025 ? Math.min(Math.max(-(x * u + y * v) / (u * u + v * v), 0), 3600) : 0;
  const at = (/** @type {any} */ one) => destination([one.lon, one.lat], one.cog || 0, (one.sog || 0) * after);
  return {
    a: row.a, b: row.b, grade: row.grade, from_a: [a.lon, a.lat], from_b: [b.lon, b.lat], cpa_a: at(a), cpa_b: at(b),
    cpa_m: Math.hypot(x + u * after, y + v * after), cpa_error_m: Math.hypot(a.err, b.err, row.cpa_error_m), cpa_us: (now + after * 1000) * 1000,
  };
}

/** @param {any[]} craft */
function trails(craft) {
  return craft.filter((one) => one.id === chosen || one.party || craft.length <= 100).map((one) => {
    const track = past.craft[one.id - 1];
    const points = [];
    for (let k = upto(track.at, now - TRAIL_MS); k < track.at.length && track.at[k] <= now; k++) points.push([track.lon[k] / 1e6, track.lat[k] / 1e6]);
    const ink = colour(party(one.party) ? `--c${party(one.party)?.look}` : "--quiet");
    return { type: "Feature", properties: { ink }, geometry: { type: "LineString", coordinates: points.length > 1 ? points : [] } };
  }).filter((one) => one.geometry.coordinates.length);
}

function draw() {
  const craft = there();
  const open = pairs(craft);
  const one = past.craft[chosen - 1]?.one;
  const moment = document.querySelector("#moment time");
  if (moment) {
    moment.textContent = say("replay.past", { time: clock(now) });
    moment.setAttribute("datetime", clock(now));
  }
  if (document.activeElement !== scrub || playing) scrub.value = String(Math.round((now - start) / 1000));
  scrub.setAttribute("aria-valuetext", clock(now));
  showSelected(one, past.sources, now);
  showNotices(noticed, now);
  if (map) {
    layer.show(craft, craft.length, past.sources, now, config.vector);
    const paired = new Set(open.flatMap((pair) => [pair.a, pair.b]));
    put(map, "pairs", over.pairs(/** @type {any} */ (open)));
    put(map, "labels", over.names(craft, paired, chosen, now));
    put(map, "errors", over.errors(craft, 60));
    put(map, "trails", trails(craft));
    put(map, "notices", over.notices(noticed, now));
    put(map, "chosen", one && craft.includes(one) ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [one.lon, one.lat] } }] : []);
  }
  page.dataset.now = clock(now);
  page.dataset.shown = String(craft.length);
}

/** @param {number} moment @param {boolean} [keep] */
function go(moment, keep = true) {
  now = Math.min(Math.max(moment, start), end);
  draw();
  if (keep) {
    turn({ t: clock(now) });
    redraw();
  }
}

/** @param {boolean} on */
function run(on) {
  playing = on && now < end;
  play.textContent = (playing ? play.dataset.pause : play.dataset.play) ?? "";
  play.setAttribute("aria-pressed", String(playing));
  last = performance.now();
  if (playing) setTimeout(tick, FRAME_MS);
  else turn({ t: clock(now) });
}

function tick() {
  if (!playing) return;
  const at = performance.now();
  go(now + (at - last) * Number(speed.value), false);
  last = at;
  if (now >= end) return run(false);
  setTimeout(tick, FRAME_MS);
}

/** @param {number} id */
function choose(id) {
  chosen = id;
  const one = past.craft[id - 1]?.one;
  turn({ craft: one?.name ?? "" });
  page.dataset.chosen = one?.name ?? "";
  for (const key of document.querySelectorAll("#tracks button")) key.setAttribute("aria-pressed", String(Number(/** @type {HTMLElement} */ (key).dataset.id) === id));
  draw();
}

function list() {
  const rows = past.craft.slice(0, 300).map((/** @type {any} */ track) => {
    const row = document.createElement("li");
    const key = document.createElement("button");
    key.type = "button";
    key.dataset.id = String(track.one.id);
    key.setAttribute("aria-pressed", "false");
    key.textContent = `${party(track.party)?.sign ?? "○"} ${visible(called(track.one))}`;
    row.append(key);
    return row;
  });
  document.getElementById("tracks")?.replaceChildren(...rows);
}

function listen() {
  play.addEventListener("click", () => run(!playing));
  speed.addEventListener("change", () => turn({ speed: speed.value }));
  for (const [id, sign] of [["back", -1], ["forward", 1]]) {
    document.getElementById(String(id))?.addEventListener("click", () => {
      run(false);
      go(now + Number(sign) * Number(step.value) * 1000);
    });
  }
  scrub.addEventListener("input", () => go(start + Number(scrub.value) * 1000));
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("#tracks button, [data-at]") : null;
    if (!(target instanceof HTMLElement)) return;
    event.preventDefault();
    if (target.dataset.at) return go(Number(target.dataset.at));
    choose(Number(target.dataset.id));
  });
}

async function load() {
  const answer = await fetch(`/replay/tracks.json?${config.tracks}`);
  past = await answer.json();
  past.craft.forEach((/** @type {any} */ track, /** @type {number} */ k) => {
    track.one = { ...track, id: k + 1, lon: 0, lat: 0, cog: NaN, sog: NaN, alt: NaN, err: 0, src: 0, at: 0 };
    track.shown = -1;
  });
  const told = document.getElementById("told");
  if (told) {
    told.textContent = !past.fixes ? say("replay.none")
      : say("replay.loaded", { craft: past.craft.length, fixes: past.fixes }) + (past.every_s ? " " + say("replay.thinned", { seconds: past.every_s }) : "");
  }
  list();
}

function around() {
  if (config.boxed || !past.fixes) return config.box;
  const few = past.craft.filter((/** @type {any} */ track) => track.party);
  const tracks = few.length ? few : past.craft;
  const lon = tracks.flatMap((/** @type {any} */ track) => track.lon.map((/** @type {number} */ each) => each / 1e6));
  const lat = tracks.flatMap((/** @type {any} */ track) => track.lat.map((/** @type {number} */ each) => each / 1e6));
  const ends = (/** @type {number[]} */ many) => many.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [Infinity, -Infinity]);
  const [[west, east], [south, north]] = [ends(lon), ends(lat)];
  return [west - 0.03, south - 0.03, east + 0.03, north + 0.03];
}

async function begin() {
  for (const one of document.querySelectorAll(".needs-script")) one.removeAttribute("hidden");
  listen();
  await load();
  noticed = await (await fetch("/chart/notices.json?" + config.tracks)).json();
  const named = past.craft.find((/** @type {any} */ track) => track.name === config.craft || (config.craft && track.unit === config.craft));
  try {
    map = await makeMap(sheet);
    layer.attach(map, () => {});
    map.fitBounds(bounds(around()), { animate: false, padding: 30 });
    map.on("click", (/** @type {any} */ event) => {
      const reach = (18 * 360 * Math.cos((event.lngLat.lat * Math.PI) / 180)) / 512 / 2 ** map.getZoom();
      choose(nearest(there(), event.lngLat.lng, event.lngLat.lat, reach)?.id ?? 0);
    });
    map.once("idle", () => page.setAttribute("data-ready", "map"));
  } catch {
    redraw = drawHere(sheet, "/replay/drawn.svg", () => query, (box) => turn({ box: box.join(",") }));
  }
  if (named) choose(named.one.id);
  draw();
  if (map) put(map, "zones", over.zones(await (await fetch("/chart/zones.json")).json()));
}

begin();
