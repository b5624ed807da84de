// Hands the craft to the painter, which draws them over the map on a thread of its own; the map itself stands still.
// @ts-check
import { how } from "./feed.js";
import { fetched, slow } from "./ground.js";
import { colour, config } from "./words.js";

const NOBODY = 4;
const STILL = 0.3; // metres a second: below it there is no course
const ROUND_M = 40030000;
const [TOLD_OLD_S, TOLD_LOST_S] = [60, 360];

/** @param {number} lat */
const north = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360)) / (2 * Math.PI);

/** A colour of the style sheet as the painter's dots have it. @param {string} name @param {number} alpha */
function dot(name, alpha) {
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  if (!pen) return 0;
  pen.fillStyle = colour(name);
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

export class CraftLayer {
  constructor() {
    this.drawn = 0; // the number of the newest update that is painted
    this.laid = false; // whether the map with its land is there, too
    this.number = 0;
    /** @type {any} */
    this.map = null;
    /** @type {Worker | null} */
    this.painter = null;
    this.told = () => {};
  }

  /** @param {any} map @param {() => void} told called each time an update is painted */
  attach(map, told) {
    this.map = map;
    this.told = told;
    const [under, canvas] = [0, 1].map(() => {
      const made = document.createElement("canvas");
      made.className = "painter";
      made.setAttribute("aria-hidden", "true");
      map.getCanvasContainer().append(made);
      return made;
    });
    this.painter = new Worker(new URL("./painter.js", import.meta.url), { type: "module" });
    this.painter.onmessage = ({ data }) => {
      if (data === "laid") this.laid = true;
      else this.drawn = data;
      this.told();
    };
    const away = canvas.transferControlToOffscreen();
    const looks = ["--c0", "--c1", "--c2", "--c3", "--ink"].map(colour);
    this.painter.postMessage({ canvas: away, inks: { looks, card: colour("--card"), way: dot("--ink", 190) } }, [away]);
    this.fetch(map, under);
    map.on("move", () => this.look());
    map.on("resize", () => this.look());
    this.look();
  }

  /** Where the map itself is drawn slowly, its frames are painted there, too. @param {any} map @param {HTMLCanvasElement} under */
  fetch(map, under) {
    this.laid = !slow(map);
    if (this.laid) return under.remove();
    const away = under.transferControlToOffscreen();
    this.painter?.postMessage({ under: away }, [away]);
    fetched(map, (dots, wide, high, whole) => this.painter?.postMessage({ ground: { dots, wide, high, whole } }, [dots]));
  }

  /** Tell the painter what the map shows now. */
  look() {
    const [centre, box] = [this.map.getCenter(), this.map.getContainer()];
    const ratio = Math.min(devicePixelRatio, 2);
    this.painter?.postMessage({
      view: {
        x: centre.lng / 360 + 0.5, y: north(centre.lat), scale: 512 * 2 ** this.map.getZoom() * ratio, ratio,
        wide: Math.round(box.clientWidth * ratio), high: Math.round(box.clientHeight * ratio),
      },
    });
  }

  /**
   * Hand over who is where.
   * @param {Iterable<import("./feed.js").Craft>} craft @param {number} count @param {string[]} sources
   * @param {number} now @param {number} minutes of the ways ahead
   */
  show(craft, count, sources, now, minutes) {
    if (!this.painter) return;
    const signs = new Float32Array(count * 6);
    const lines = new Float32Array(count * 4);
    const size = count <= 2500 ? 24 : count <= 8000 ? 17 : 9;
    const known = sources.map(how);
    const looks = new Map(config.parties.map((one) => [one.id, one.look]));
    const centre = this.map.getCenter();
    const origin = [centre.lng / 360 + 0.5, north(centre.lat)];
    let [k, w] = [0, 0];
    for (const one of craft) {
      let x = one.lon / 360 + 0.5 - origin[0];
      x -= Math.round(x);
      const y = north(one.lat) - origin[1];
      const moving = one.sog >= STILL && one.cog === one.cog;
      const old = (now - one.at) / 1000;
      const turn = moving || one.flying ? ((one.cog || 0) * Math.PI) / 180 : 0;
      signs[k] = x;
      signs[k + 1] = y;
      signs[k + 2] = turn;
      signs[k + 3] = (one.flying ? 2 : moving ? 0 : 1) * 15 + (known[one.src] ?? 0) * 5 + (looks.get(one.party) ?? NOBODY);
      signs[k + 4] = old > TOLD_LOST_S ? 1 : old > TOLD_OLD_S ? 2 : 3;
      signs[k + 5] = size;
      k += 6;
      if (moving && minutes) {
        const far = (one.sog * minutes * 60) / (ROUND_M * Math.cos((one.lat * Math.PI) / 180));
        lines[w] = x;
        lines[w + 1] = y;
        lines[w + 2] = far * Math.sin(turn);
        lines[w + 3] = -far * Math.cos(turn);
        w += 4;
      }
    }
    const data = { signs: signs.subarray(0, k), lines: lines.subarray(0, w), origin, number: ++this.number };
    this.painter.postMessage({ craft: data }, [signs.buffer, lines.buffer]);
  }
}
