// Geodesy on WGS84 in small: how far and where to, places from a bearing, circles and sectors.
// @ts-check

/** @typedef {[number, number]} Place longitude and latitude, degrees */

export const MILE = 1852;
const A = 6378137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const E2 = F * (2 - F);
const RAD = Math.PI / 180;

/**
 * Range in metres and true bearing in degrees (Vincenty 1975, inverse); places nearly opposite end where it got to.
 * @param {Place} from @param {Place} to @returns {{range: number, bearing: number}}
 */
export function apart(from, to) {
  const u1 = Math.atan((1 - F) * Math.tan(from[1] * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to[1] * RAD));
  const l = ((((to[0] - from[0] + 540) % 360) + 360) % 360 - 180) * RAD;
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let turn = 0; ; turn++) {
    const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
    const ss = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (ss === 0) return { range: 0, bearing: 0 };
    const cs = s1 * s2 + c1 * c2 * cl;
    const sigma = Math.atan2(ss, cs);
    const sa = (c1 * c2 * sl) / ss;
    const ca2 = 1 - sa * sa;
    const c2m = ca2 ? cs - (2 * s1 * s2) / ca2 : 0;
    const c = (F / 16) * ca2 * (4 + F * (4 - 3 * ca2));
    const next = l + (1 - c) * F * sa * (sigma + c * ss * (c2m + c * cs * (-1 + 2 * c2m * c2m)));
    if (Math.abs(next - lambda) > 1e-12 && turn < 100) {
      lambda = next;
      continue;
    }
    const k = (ca2 * (A * A - B * B)) / (B * B);
    const a = 1 + (k / 16384) * (4096 + k * (-768 + k * (320 - 175 * k)));
    const b = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)));
    const rest = c2m + (b / 4) * (cs * (2 * c2m * c2m - 1) - (b / 6) * c2m * (4 * ss * ss - 3) * (4 * c2m * c2m - 3));
    const bearing = Math.atan2(c2 * sl, c1 * s2 - s1 * c2 * cl) / RAD;
    return { range: B * a * (sigma - b * ss * rest), bearing: (bearing + 360) % 360 };
  }
}

/**
 * The place so many metres away on a bearing: one step of the local radii, within 3 m after 20 km.
 * @param {Place} from @param {number} bearing @param {number} metres @returns {Place}
 */
export function destination(from, bearing, metres) {
  const s2 = Math.sin(from[1] * RAD) ** 2;
  const meridian = (A * (1 - E2)) / (1 - E2 * s2) ** 1.5;
  const vertical = A / Math.sqrt(1 - E2 * s2);
  const north = (metres * Math.cos(bearing * RAD)) / meridian;
  const east = (metres * Math.sin(bearing * RAD)) / vertical;
  const angle = Math.hypot(north, east);
  if (angle === 0) return [from[0], from[1]];
  const [sin, cos] = [Math.sin(angle) / angle, Math.cos(angle)];
  const [sf, cf] = [Math.sin(from[1] * RAD), Math.cos(from[1] * RAD)];
  const up = cos * sf + sin * north * cf;
  const out = cos * cf - sin * north * sf;
  return [from[0] + Math.atan2(sin * east, out) / RAD, Math.atan2(up, Math.hypot(out, sin * east)) / RAD];
}

/** @param {Place} middle @param {number} metres @returns {Place[]} */
export function circle(middle, metres) {
  const points = [];
  for (let bearing = 0; bearing <= 360; bearing += 6) points.push(destination(middle, bearing, metres));
  return points;
}

/**
 * The area in which something lies that was seen on a bearing and at a range, each with its error.
 * @param {Place} from @param {number} bearing @param {number} wide @param {number} range @param {number} deep
 * @returns {Place[]}
 */
export function sector(from, bearing, wide, range, deep) {
  const [near, far] = [Math.max(range - deep, 0), range + deep];
  const points = [];
  for (let k = -10; k <= 10; k++) points.push(destination(from, bearing + (wide * k) / 10, far));
  for (let k = 10; k >= -10; k--) points.push(destination(from, bearing + (wide * k) / 10, near));
  points.push(points[0]);
  return points;
}

/**
 * A longitude on the turn of the globe that lies nearest to another, so that a line over the date line is drawn short.
 * @param {number} lon @param {number} near
 */
export const beside = (lon, near) => near + ((((lon - near + 540) % 360) + 360) % 360) - 180;
