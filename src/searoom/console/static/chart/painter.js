// Paints all craft, off the page's own thread and without a graphics card: signs and ways ahead, dot by dot.
// @ts-check

const KINDS = 3; // ship, lying still, aircraft
const KNOWN = 3; // told by itself, measured by us, seen by eye
const WHOSE = 5; // four looks of parties, and nobody's
const TURNS = 36;
const FLOATS = 6; // east, north, turn, sign, strength, size

/** @type {OffscreenCanvas} */
let canvas;
/** @type {OffscreenCanvasRenderingContext2D} */
let pen;
/** @type {OffscreenCanvas} where the map's own frames go, if it is drawn slowly */
let under;
/** @type {{looks: string[], card: string, way: number}} */
let inks = { looks: [], card: "", way: 0 };
let view = { x: 0.5, y: 0.5, scale: 512, ratio: 1 };
let craft = { signs: new Float32Array(0), lines: new Float32Array(0), origin: [0.5, 0.5], number: 0 };
let image = new ImageData(1, 1);
let dots = new Uint32Array(1);
let waiting = false;
/** @type {Map<number, {at: Int16Array, ink: Uint32Array}>} */
const cut = new Map();

/** One sign as a path around the origin, 64 units across. @param {OffscreenCanvasRenderingContext2D} ctx @param {number} sign */
function draw(ctx, sign) {
  const [what, known, whose] = [Math.floor(sign / (KNOWN * WHOSE)), Math.floor(sign / WHOSE) % KNOWN, sign % WHOSE];
  const ink = inks.looks[whose];
  ctx.lineJoin = "round";
  ctx.beginPath();
  if (what === 0) for (const [x, y] of [[0, -28], [13, -6], [13, 24], [-13, 24], [-13, -6]]) ctx.lineTo(x, y);
  if (what === 1) ctx.arc(0, 0, 19, 0, 2 * Math.PI);
  if (what === 2) {
    const half = [[0, -28], [5, -18], [5, -6], [28, 8], [28, 14], [5, 8], [4, 20], [12, 26], [0, 24]];
    for (const [x, y] of [...half, ...half.map(([a, b]) => [-a, b]).reverse()]) ctx.lineTo(x, y);
  }
  ctx.closePath();
  ctx.strokeStyle = inks.card;
  ctx.lineWidth = 10;
  ctx.stroke();
  ctx.strokeStyle = ink;
  ctx.lineWidth = 5;
  ctx.fillStyle = known ? inks.card : ink;
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = known ? ink : inks.card;
  ctx.beginPath();
  const y = what === 0 ? 6 : 0;
  if (whose === 0) ctx.arc(0, y, 6, 0, 2 * Math.PI);
  if (whose === 1) ctx.rect(-6, y - 6, 12, 12);
  if (whose === 2) for (const [a, b] of [[0, -9], [9, 0], [0, 9], [-9, 0]]) ctx.lineTo(a, b + y);
  if (whose === 3) for (const [a, b] of [[0, -9], [9, 7], [-9, 7]]) ctx.lineTo(a, b + y);
  ctx.fill();
  if (known < 2) return;
  ctx.beginPath();
  for (const way of [1, -1]) {
    ctx.moveTo(-24 * way, -24);
    ctx.lineTo(24 * way, 24);
  }
  ctx.stroke();
}

/** The dots of one sign, turned and faded; made once. @param {number} sign @param {number} turn @param {number} fade @param {number} size */
function stamp(sign, turn, fade, size) {
  const key = ((sign * TURNS + turn) * 4 + fade) * 256 + size;
  const held = cut.get(key);
  if (held) return held;
  const sheet = new OffscreenCanvas(size, size);
  const ctx = /** @type {OffscreenCanvasRenderingContext2D} */ (sheet.getContext("2d", { willReadFrequently: true }));
  ctx.translate(size / 2, size / 2);
  ctx.rotate((turn / TURNS) * 2 * Math.PI);
  ctx.scale(size / 64, size / 64);
  draw(ctx, sign);
  const data = ctx.getImageData(0, 0, size, size).data;
  /** @type {number[]} */
  const at = [];
  /** @type {number[]} */
  const ink = [];
  for (let k = 0; k < size * size; k++) {
    const alpha = (data[4 * k + 3] * fade) / 3;
    if (alpha < 24) continue;
    at.push((k % size) - (size >> 1), Math.floor(k / size) - (size >> 1));
    ink.push(((alpha << 24) | (data[4 * k + 2] << 16) | (data[4 * k + 1] << 8) | data[4 * k]) >>> 0);
  }
  const made = { at: Int16Array.from(at), ink: Uint32Array.from(ink) };
  cut.set(key, made);
  return made;
}

/** @param {number} below @param {number} above */
function over(below, above) {
  const a = above >>> 24;
  if (a > 250 || !below) return above;
  const b = 255 - a;
  const mix = (/** @type {number} */ shift) => ((((above >>> shift) & 255) * a + ((below >>> shift) & 255) * b) / 255) << shift;
  return ((Math.max(below >>> 24, a) << 24) | mix(16) | mix(8) | mix(0)) >>> 0;
}

function paint() {
  waiting = false;
  const [wide, high] = [canvas.width, canvas.height];
  if (!wide || !high) return;
  if (image.width !== wide || image.height !== high) {
    image = new ImageData(wide, high);
    dots = new Uint32Array(image.data.buffer);
  }
  dots.fill(0);
  let [ox, oy] = [craft.origin[0] - view.x, craft.origin[1] - view.y];
  ox -= Math.round(ox);
  ways(wide, high, ox, oy);
  signs(wide, high, ox, oy);
  pen.putImageData(image, 0, 0);
  postMessage(craft.number);
}

/** @param {number} wide @param {number} high @param {number} ox @param {number} oy */
function ways(wide, high, ox, oy) {
  const { lines } = craft;
  for (let k = 0; k < lines.length; k += 4) {
    const [x, y] = [(lines[k] + ox) * view.scale + wide / 2, (lines[k + 1] + oy) * view.scale + high / 2];
    const [dx, dy] = [lines[k + 2] * view.scale, lines[k + 3] * view.scale];
    const count = Math.min(Math.ceil(Math.max(Math.abs(dx), Math.abs(dy))), wide + high);
    if (count < 4) continue;
    for (let n = 0; n <= count; n++) {
      const [px, py] = [Math.round(x + (dx * n) / count), Math.round(y + (dy * n) / count)];
      if (px >= 0 && px < wide && py >= 0 && py < high) dots[py * wide + px] = inks.way;
    }
  }
}

/** @param {number} wide @param {number} high @param {number} ox @param {number} oy */
function signs(wide, high, ox, oy) {
  const { signs } = craft;
  for (let k = 0; k < signs.length; k += FLOATS) {
    const x = Math.round((signs[k] + ox) * view.scale + wide / 2);
    const y = Math.round((signs[k + 1] + oy) * view.scale + high / 2);
    const size = Math.round(signs[k + 5] * view.ratio);
    if (x < -size || y < -size || x >= wide + size || y >= high + size) continue;
    const turn = Math.round((signs[k + 2] / (2 * Math.PI)) * TURNS) % TURNS;
    const { at, ink } = stamp(signs[k + 3], (turn + TURNS) % TURNS, signs[k + 4], size);
    const inside = x >= size && y >= size && x < wide - size && y < high - size;
    for (let n = 0; n < ink.length; n++) {
      const [px, py] = [x + at[2 * n], y + at[2 * n + 1]];
      if (!inside && (px < 0 || py < 0 || px >= wide || py >= high)) continue;
      const place = py * wide + px;
      dots[place] = over(dots[place], ink[n]);
    }
  }
}

/** A frame of the map comes from its lowest row upwards. @param {{dots: ArrayBuffer, wide: number, high: number, whole: boolean}} frame */
function lay({ dots, wide, high, whole }) {
  const picture = new ImageData(wide, high);
  const [from, to] = [new Uint32Array(dots), new Uint32Array(picture.data.buffer)];
  for (let row = 0; row < high; row++) to.set(from.subarray((high - 1 - row) * wide, (high - row) * wide), row * wide);
  if (under.width !== wide) under.width = wide;
  if (under.height !== high) under.height = high;
  under.getContext("2d", { willReadFrequently: true })?.putImageData(picture, 0, 0);
  if (whole) postMessage("laid");
}

onmessage = ({ data }) => {
  if (data.under) under = data.under;
  if (data.ground) lay(data.ground);
  if (data.under || data.ground) return;
  if (data.canvas) {
    canvas = data.canvas;
    inks = data.inks;
    pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  }
  if (data.view) {
    view = data.view;
    if (canvas.width !== data.view.wide) canvas.width = data.view.wide;
    if (canvas.height !== data.view.high) canvas.height = data.view.high;
  }
  if (data.craft) craft = data.craft;
  if (!waiting) setTimeout(paint, 0);
  waiting = true;
};
