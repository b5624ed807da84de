// The map under everything: land and sea without tiles or glyphs, our layers over it, north always up.
// @ts-check
import * as maplibre from "../vendor/maplibre/maplibre-gl.mjs";
import { beside } from "./geo.js";
import { slow } from "./ground.js";
import { colour, config, FONT, say } from "./words.js";

const LAND = "/static/vendor/land/";
const DAY = { sea: "#dbe7f0", land: "#e2d8bf", net: "#b9cad6" };
const NIGHT = { sea: "#0a1016", land: "#30302a", net: "#1d2730" };
const ink = config.light === "night" ? NIGHT : DAY;
const AT_ONCE = 3; // layers added before others have their turn
const turn = () => new Promise((done) => setTimeout(done));
export const GRADES = { urgent: "--bad", warn: "--warn", advise: "--ink" };

function net() {
  const lines = [];
  for (let lon = -180; lon < 180; lon += 1) lines.push(line([[lon, -84], [lon, 84]], lon % 10 ? (lon % 5 ? 6 : 4) : 0));
  for (let lat = -84; lat <= 84; lat += 1) lines.push(line([[-180, lat], [0, lat], [180, lat]], lat % 10 ? (lat % 5 ? 6 : 4) : 0));
  return collection(lines);
}

/** @param {number[][]} coordinates @param {number} from */
const line = (coordinates, from) => feature({ type: "LineString", coordinates }, { from });

/** @param {any} geometry @param {Record<string, any>} properties */
export const feature = (geometry, properties) => ({ type: "Feature", properties, geometry });
/** @param {any[]} features */
export const collection = (features) => ({ type: "FeatureCollection", features });

/** What is drawn over the land, from below to above: name, what kind of layer, paint, layout, filter. */
function overlays() {
  const halo = { "text-halo-color": config.light === "night" ? "#07090b" : "#ffffff", "text-halo-width": 1.6 };
  const text = (/** @type {string} */ field, size = 12) => ({
    "text-field": ["get", field], "text-font": [FONT], "text-size": size, "text-max-width": 14,
    "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1.1, "text-justify": "auto",
  });
  const own = ["get", "ink"];
  return [
    ["zones", "fill", { "fill-color": own, "fill-opacity": 0.06 }, {}, ["==", ["geometry-type"], "Polygon"]],
    ["zones", "line", { "line-color": own, "line-width": 1.6, "line-dasharray": [8, 3, 2, 3] }, {}, null],
    ["notices", "fill", { "fill-color": own, "fill-opacity": 0.1 }, {}, ["all", ["==", ["geometry-type"], "Polygon"], ["==", ["get", "state"], "now"]]],
    ["notices", "line", { "line-color": own, "line-width": 2.6 }, {}, ["==", ["get", "state"], "now"]],
    ["notices", "line", { "line-color": own, "line-width": 2.6, "line-dasharray": [1, 2] }, { "line-cap": "round" }, ["==", ["get", "state"], "coming"]],
    ["rings", "line", { "line-color": colour("--link"), "line-width": 1, "line-dasharray": [2, 3] }, {}, null],
    ["sectors", "fill", { "fill-color": colour("--warn"), "fill-opacity": 0.14 }, {}, ["==", ["geometry-type"], "Polygon"]],
    ["sectors", "line", { "line-color": colour("--warn"), "line-width": 1.2, "line-dasharray": [2, 2] }, {}, null],
    ["errors", "line", { "line-color": colour("--quiet"), "line-width": 1, "line-dasharray": [1, 2] }, {}, null],
    ["trails", "line", { "line-color": own, "line-width": 1.6, "line-opacity": 0.7 }, {}, null],
    ["pairs", "line", { "line-color": own, "line-width": ["get", "wide"] }, { "line-cap": "round" }, ["==", ["geometry-type"], "LineString"]],
    ["pairs", "circle", { "circle-radius": 5, "circle-color": config.light === "night" ? "#0e1317" : "#ffffff", "circle-stroke-color": own, "circle-stroke-width": 2.5 }, {}, ["==", ["get", "mark"], 1]],
    ["measure", "line", { "line-color": colour("--link"), "line-width": 2.5 }, {}, null],
    ["chosen", "circle", { "circle-radius": 17, "circle-opacity": 0, "circle-stroke-color": colour("--focus"), "circle-stroke-width": 3 }, {}, null],
    ["zones", "symbol", { "text-color": own, ...halo }, text("words"), ["==", ["geometry-type"], "Point"]],
    ["notices", "symbol", { "text-color": own, ...halo }, text("words"), ["==", ["geometry-type"], "Point"]],
    ["rings", "symbol", { "text-color": colour("--link"), ...halo }, { ...text("words", 11), "symbol-placement": "line" }, ["has", "words"]],
    ["sectors", "symbol", { "text-color": colour("--warn"), ...halo }, text("words"), ["==", ["geometry-type"], "Point"]],
    ["pairs", "symbol", { "text-color": own, ...halo, "text-halo-width": 2.4 }, { ...text("words", 13), "symbol-sort-key": ["get", "rank"] }, [">", ["get", "rank"], 0]],
    ["measure", "symbol", { "text-color": colour("--link"), ...halo, "text-halo-width": 2.4 }, { ...text("words", 14), "text-allow-overlap": true }, ["has", "words"]],
    ["labels", "symbol", { "text-color": own, ...halo }, text("words"), null],
    // The most pressing pair's figures are always written, and first; the others' where there is room, and in the list.
    ["pairs", "symbol", { "text-color": own, ...halo, "text-halo-width": 2.4 }, { ...text("words", 13), "text-allow-overlap": true }, ["==", ["get", "rank"], 0]],
  ];
}

/** @param {number[]} box @returns {any} */
export const bounds = (box) => [[box[0], box[1]], [box[2] <= box[0] ? box[2] + 360 : box[2], box[3]]];

/**
 * Make the map; throws where the browser has no WebGL.
 * @param {HTMLElement} sheet
 */
export async function makeMap(sheet) {
  await Promise.all([
    document.fonts.load(`12px "${FONT}"`, "海Aあ").catch(() => []),
    maplibre.importScriptInWorkers(new URL("./ashore.mjs", import.meta.url).href),
  ]);
  const container = document.createElement("div");
  sheet.replaceChildren(container);
  container.className = "map";
  const names = [...new Set(overlays().map(([source]) => String(source)))];
  const empty = { type: "geojson", data: collection([]) };
  const data = (/** @type {string} */ name) => ({ type: "geojson", data: `ashore://${location.host}${LAND}${name}`, tolerance: 0.25, maxzoom: 13 });
  /** @type {any} */
  const style = {
    version: 8,
    sources: {
      world: data("world-land-50m.geojson"), osm: data("osm-land-eastchina.geojson"),
      net: { type: "geojson", data: net(), tolerance: 0 },
      ...Object.fromEntries(names.map((name) => [name, empty])),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": ink.sea } },
      ...[[0, 0, 24], [4, 4.2, 24], [6, 6.4, 24]].map(([from, low, high]) => ({
        id: `net-${from}`, type: "line", source: "net", minzoom: low, maxzoom: high, filter: ["==", ["get", "from"], from],
        paint: { "line-color": ink.net, "line-width": 0.6 },
      })),
      ...["world", "osm"].map((source) => ({
        id: source, type: "fill", source, paint: { "fill-color": ink.land },
      })),
    ],
  };
  const map = new maplibre.Map({
    container, style, bounds: bounds(config.box), fitBoundsOptions: { animate: false }, attributionControl: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, maxPitch: 0, fadeDuration: 0, maxZoom: 17,
    localIdeographFontFamily: false, boxZoom: false, validateStyle: false, canvasContextAttributes: { antialias: false },
  });
  if (slow(map)) map.getCanvas().hidden = true; // from the first frame on: `layer.js` lays its frames under the craft
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ unit: "nautical", maxWidth: 140 }), "top-left");
  const below = [".warned", ".credit"].map((one) => /** @type {HTMLElement | null} */ (document.querySelector(one)));
  const [warned, credit] = below.map((one) => one?.innerHTML ?? "");
  map.addControl(new maplibre.AttributionControl({ compact: false, customAttribution: `${warned} | <span lang="en">${credit}</span>` }));
  for (const one of below) if (one) one.hidden = true; // it stands on the sheet now, once
  map.getCanvas().setAttribute("aria-label", say("chart.select_one"));
  await new Promise((done) => map.once("style.load", done));
  for (const [k, [source, type, paint, layout, filter]] of overlays().entries()) {
    if (k % AT_ONCE === 0) await turn();
    map.addLayer(/** @type {any} */ ({ id: `${source}-${type}-${k}`, source, type, paint, layout, ...(filter ? { filter } : {}) }));
  }
  return map;
}

/** @param {any} map @param {string} name @param {any[]} features */
export const put = (map, name, features) => map.getSource(name)?.setData(collection(features));

/** The box that a map shows, as it stands in an address. @param {any} map */
export function boxOf(map) {
  const shown = map.getBounds();
  const [west, east] = [shown.getWest(), shown.getEast()];
  if (east - west >= 360) return "";
  return [beside(west, 0), Math.max(shown.getSouth(), -85), beside(east, 0), Math.min(shown.getNorth(), 85)].map((side) => side.toFixed(4)).join(",");
}
