// The live chart: map, feed and table joined; what is chosen here stands in the address of the page.
// @ts-check
import { boxOf, makeMap, put } from "./base.js";
import { drawHere } from "./drawn.js";
import { Feed, nearest } from "./feed.js";
import { CraftLayer } from "./layer.js";
import { markChosen, showNotices, showPairs, showSelected, showTable, showTold } from "./list.js";
import * as over from "./over.js";
import { boxText, query, text, turn } from "./view.js";
import { config, say } from "./words.js";

const sheet = /** @type {HTMLElement} */ (document.getElementById("sheet"));
const page = /** @type {HTMLElement} */ (document.getElementById("chart"));
const layer = new CraftLayer();
/** @type {any} */
let map = null;
let chosen = 0;
let wanted = config.craft;
let following = config.follow;
let measuring = false;
/** @type {[number, number][]} */
let ends = [];
let listed = 0;
/** @type {any} */
let noticed = { features: [] };

const NOTICED_MS = 30_000;
const feed = new Feed(draw);

function draw() {
  const begun = performance.now();
  const one = feed.find(chosen, wanted);
  if (one && !chosen) [chosen, wanted] = [one.id, ""];
  if (map) drawMap(one);
  showSelected(one, feed.sources, feed.now);
  showPairs(feed.pairs, feed.now);
  if (begun - listed > 1900 || feed.craft.size < 1000) {
    showTable(feed, chosen);
    listed = begun;
  }
  const all = new URLSearchParams(query);
  all.set("most", "100000");
  showTold(feed, all.toString());
  page.dataset.updates = String(Number(page.dataset.updates ?? 0) + 1);
  page.dataset.drawn = (performance.now() - begun).toFixed(1);
}

/** @param {import("./feed.js").Craft | undefined} one */
function drawMap(one) {
  const minutes = Number(query.get("vector") ?? config.vector);
  layer.show(feed.craft.values(), feed.craft.size, feed.sources, feed.now, over.known(minutes));
  const paired = new Set(feed.pairs.flatMap((pair) => [pair.a, pair.b]));
  set("pairs", over.pairs(feed.pairs));
  set("notices", over.notices(noticed, feed.now));
  set("sectors", over.sectors(feed.sightings));
  const many = feed.craft.size;
  const craft = many <= 2500 ? [...feed.craft.values()] : [...feed.craft.values()].filter((each) => each.party || paired.has(each.name) || each.id === chosen);
  const metres = (40075017 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 512 / 2 ** map.getZoom();
  set("labels", over.names(craft, paired, chosen, feed.now));
  set("errors", over.errors(craft, Math.max(metres * 14, 1)));
  const own = [...craft].find((each) => each.name === feed.own);
  set("rings", over.rings(one ?? own, Number(query.get("rings") ?? 0)));
  set("chosen", one ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [one.lon, one.lat] } }] : []);
  if (following && one) map.setCenter([one.lon, one.lat]);
}

/** @type {Map<string, string>} */
const put_before = new Map();

/** Hand features to the map only where they changed: each hand-over costs a worker its work. @param {string} name @param {any[]} features */
function set(name, features) {
  const now = JSON.stringify(features);
  if (put_before.get(name) === now) return;
  put_before.set(name, now);
  put(map, name, features);
}

/** @param {number} id */
function choose(id) {
  chosen = id;
  wanted = "";
  const one = feed.craft.get(id);
  turn({ craft: one?.name ?? "" });
  const past = document.getElementById("past");
  if (past instanceof HTMLAnchorElement && one) {
    const to = new URL(past.href);
    to.searchParams.set("craft", one.name);
    past.href = to.href;
  }
  showSelected(one, feed.sources, feed.now);
  markChosen(id);
  page.dataset.chosen = one?.name ?? "";
  set("chosen", one ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [one.lon, one.lat] } }] : []);
  return one;
}

/** Read the areas of notices anew; what cannot be read now stays as it was. */
async function notice() {
  const answer = await fetch("/chart/notices.json").catch(() => null);
  if (answer?.ok) noticed = await answer.json();
  if (feed.now) showNotices(noticed, feed.now);
}

function reopen() {
  feed.open(text());
}

function listen() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-craft]") : null;
    if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const one = choose(Number(link.dataset.craft));
    if (one && map && !map.getBounds().contains([one.lon, one.lat])) map.easeTo({ center: [one.lon, one.lat], duration: 0 });
  });
  document.getElementById("filters")?.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLSelectElement) {
      turn({ [field.name]: field.value });
      reopen();
    }
  });
  const follow = document.getElementById("follow");
  follow?.setAttribute("aria-pressed", String(following));
  follow?.addEventListener("click", () => {
    following = !following;
    follow.setAttribute("aria-pressed", String(following));
    turn({ follow: following ? "1" : "" });
    draw();
  });
}

function tools() {
  const button = document.getElementById("measure");
  const stop = () => {
    measuring = false;
    ends = [];
    put(map, "measure", []);
    button?.setAttribute("aria-pressed", "false");
  };
  button?.addEventListener("click", () => {
    if (measuring) return stop();
    measuring = true;
    button.setAttribute("aria-pressed", "true");
    const told = document.getElementById("told");
    if (told) told.textContent = say("chart.measure_how");
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && stop());
  map.on("click", (/** @type {any} */ event) => {
    const { lng, lat } = event.lngLat;
    if (measuring) {
      ends = ends.length > 1 ? [[lng, lat]] : [...ends, [lng, lat]];
      return put(map, "measure", over.measured(ends));
    }
    const reach = (18 * 360 * Math.cos((lat * Math.PI) / 180)) / 512 / 2 ** map.getZoom();
    const one = nearest(feed.craft.values(), lng, lat, reach);
    choose(one?.id ?? 0);
  });
  let waiting = 0;
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      const box = boxOf(map);
      if (box === query.get("box")) return;
      turn({ box });
      reopen();
    }, 300);
  });
  map.on("dragstart", () => {
    following = false;
    document.getElementById("follow")?.setAttribute("aria-pressed", "false");
  });
}

async function begin() {
  for (const one of document.querySelectorAll(".needs-script")) one.removeAttribute("hidden");
  listen();
  reopen();
  try {
    map = await makeMap(sheet);
  } catch {
    document.getElementById("measure")?.remove();
    drawHere(sheet, "/chart/drawn.svg", () => query, (box) => {
      turn({ box: boxText(box) });
      reopen();
    });
    return;
  }
  tools();
  const ready = () => {
    if (!page.dataset.ready && feed.now && layer.drawn && layer.laid && map.areTilesLoaded()) page.dataset.ready = "map";
  };
  layer.attach(map, () => {
    page.dataset.uploads = String(layer.drawn);
    ready();
  });
  map.on("render", ready);
  draw();
  notice();
  setInterval(notice, NOTICED_MS);
  put(map, "zones", over.zones(await (await fetch("/chart/zones.json")).json()));
}

begin();
