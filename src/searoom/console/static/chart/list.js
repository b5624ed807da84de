// The same in words: the table of craft, the selected one with its figures, open pairs, and what is left out.
// @ts-check
import { called } from "./feed.js";
import { pairWords } from "./over.js";
import { config, party, say, visible, where, word } from "./words.js";

const MOST = 100;
const ORDER = ["advise", "warn", "urgent"];

/** @param {string} name @param {string} text @param {Record<string, string>} [more] */
function make(name, text, more = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(more)) made.setAttribute(key, value);
  return made;
}

/** @param {import("./feed.js").Craft} one */
const what = (one) => word(one.kind || (one.flying ? "aircraft" : "ship"));
/** @param {import("./feed.js").Craft} one */
const owner = (one) => (one.party ? `${party(one.party)?.sign ?? "○"} ${party(one.party)?.name ?? visible(one.party)}` : "");

/** The figures of one craft, as they were last told. @param {import("./feed.js").Craft} one @param {string[]} sources @param {number} now */
function figures(one, sources, now) {
  return {
    position: where(one.lon, one.lat),
    course: Number.isNaN(one.cog) ? "" : `${one.cog.toFixed(1).padStart(5, "0")}°`,
    speed: Number.isNaN(one.sog) ? "" : `${(one.sog / config.knot).toFixed(1)} kn`,
    height: Number.isNaN(one.alt) ? "" : `${one.alt} m`,
    source: sources[one.src] ?? "",
    error: `± ${Math.ceil(one.err)} m`,
    age: `${Math.max(Math.round((now - one.at) / 1000), 0)} s`,
  };
}

/** Write a text only where it differs: a reader that speaks is not told what did not change. @param {Element} cell @param {string} text */
function write(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
}

/** @param {import("./feed.js").Craft | undefined} one @param {string[]} sources @param {number} now */
export function showSelected(one, sources, now) {
  const box = document.getElementById("selected");
  if (!box) return;
  if (!one) return box.replaceChildren(make("p", say("chart.select_one"), { class: "quiet" }));
  const rows = { craft: visible(one.name), party: owner(one), kind: what(one), ...figures(one, sources, now) };
  const title = visible(called(one));
  if (box.dataset.id !== String(one.id) || !box.querySelector("dl")) {
    const list = document.createElement("dl");
    for (const key of Object.keys(rows)) list.append(make("dt", say(`chart.${key}`)), make("dd", "", { "data-key": key, class: "num" }));
    const head = document.createElement("h3");
    head.append(make("bdi", title));
    box.replaceChildren(head, list, make("p", say("chart.of_fix"), { class: "note" }));
    box.dataset.id = String(one.id);
  }
  for (const cell of box.querySelectorAll("[data-key]")) {
    write(cell, rows[/** @type {HTMLElement} */ (cell).dataset.key ?? ""] || say("chart.unknown"));
  }
}

/** @param {import("./feed.js").Pair[]} pairs @param {number} now */
export function showPairs(pairs, now) {
  const list = document.getElementById("pairs");
  if (!list) return;
  if (list.children.length !== Math.max(pairs.length, 1) || (list.dataset.some ?? "") !== String(pairs.length > 0)) {
    list.replaceChildren(...(pairs.length ? pairs : [null]).map((one) => {
      if (!one) return make("li", say("chart.no_encounters"), { class: "quiet" });
      const row = make("li", "");
      const link = make("a", "", {});
      link.append(make("bdi", ""));
      row.append(make("span", "", { class: "state" }), " ", link);
      return row;
    }));
    list.dataset.some = String(pairs.length > 0);
  }
  pairs.forEach((one, k) => {
    const row = list.children[k];
    row.className = one.grade;
    write(row.children[0], say(`near.${one.grade}`));
    const link = /** @type {HTMLAnchorElement} */ (row.children[1]);
    const to = `/encounters/${encodeURIComponent(one.a)}/${encodeURIComponent(one.b)}`;
    if (link.getAttribute("href") !== to) link.setAttribute("href", to);
    write(link.children[0], pairWords(one, now));
  });
}

/** @param {import("./feed.js").Feed} feed @param {number} chosen */
export function showTable(feed, chosen) {
  const body = document.querySelector("#craft tbody");
  if (!body) return;
  /** @type {Map<string, string>} */
  const grades = new Map();
  for (const pair of feed.pairs) for (const name of [pair.a, pair.b]) {
    if (ORDER.indexOf(pair.grade) >= ORDER.indexOf(grades.get(name) ?? "")) grades.set(name, pair.grade);
  }
  const key = (/** @type {import("./feed.js").Craft} */ one) => `${grades.has(one.name) ? 0 : 1}${one.party ? 0 : 1}${called(one)}`;
  let few = [...feed.craft.values()];
  if (few.length > MOST) few = [...few.filter((one) => one.party || grades.has(one.name)), ...few.filter((one) => !one.party && !grades.has(one.name)).slice(0, MOST)];
  few = few.map((one) => ({ one, by: key(one) })).sort((a, b) => (a.by < b.by ? -1 : 1)).slice(0, MOST).map(({ one }) => one);
  const rows = new Map([...body.querySelectorAll("tr[data-id]")].map((row) => [/** @type {HTMLElement} */ (row).dataset.id, row]));
  const held = body.contains(document.activeElement);
  const shown = few.map((one) => rows.get(String(one.id)) ?? fresh(one));
  if (!few.length) {
    const none = document.createElement("tr");
    none.append(make("td", say("chart.none"), { colspan: "10" }));
    body.replaceChildren(none);
    return;
  }
  if (!held && (shown.length !== body.children.length || shown.some((row, k) => row !== body.children[k]))) body.replaceChildren(...shown);
  few.forEach((one, k) => fill(shown[k], one, feed, grades.get(one.name) ?? "", one.id === chosen));
}

/** Mark the row of the selected craft at once, without going through all of them. @param {number} chosen */
export function markChosen(chosen) {
  for (const row of document.querySelectorAll("#craft tbody tr[data-id]")) {
    const here = /** @type {HTMLElement} */ (row).dataset.id === String(chosen);
    row.classList.toggle("chosen", here);
    const link = row.querySelector("a");
    if (here) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
}

/** @param {import("./feed.js").Craft} one */
function fresh(one) {
  const row = document.createElement("tr");
  row.dataset.id = String(one.id);
  const head = make("th", "", { scope: "row" });
  const link = make("a", "", { href: `?craft=${encodeURIComponent(one.name)}`, "data-craft": String(one.id) });
  link.append(make("bdi", visible(called(one))));
  head.append(link, " ");
  row.append(head, ...Array.from({ length: 9 }, (_, k) => make("td", "", k > 1 && k !== 6 ? { class: "num" } : {})));
  return row;
}

/** @param {Element} row @param {import("./feed.js").Craft} one @param {import("./feed.js").Feed} feed @param {string} grade @param {boolean} chosen */
function fill(row, one, feed, grade, chosen) {
  const told = figures(one, feed.sources, feed.now);
  [owner(one), what(one), ...Object.values(told)].forEach((text, k) => write(row.children[k + 1], text));
  row.children[1].className = party(one.party) ? `p${party(one.party)?.look}` : "";
  row.className = `${grade}${chosen ? " chosen" : ""}`;
  const state = row.children[0].querySelector(".state");
  if (!grade) state?.remove();
  else if (state) write(state, say(`near.${grade}`));
  else row.children[0].append(make("span", say(`near.${grade}`), { class: "state" }));
  const link = row.children[0].querySelector("a");
  if (chosen) link?.setAttribute("aria-current", "true");
  else link?.removeAttribute("aria-current");
}

/** @param {import("./feed.js").Feed} feed @param {string} all */
export function showTold(feed, all) {
  const told = document.getElementById("told");
  const blind = document.getElementById("blind");
  const thinned = feed.shown < feed.total;
  const text = thinned ? say("chart.thinned", { shown: feed.shown, total: feed.total }) : say("chart.all_shown", { total: feed.total, held: feed.held });
  if (told && (told.firstChild?.textContent ?? "") !== text + (thinned ? " " : "")) {
    told.replaceChildren(text + (thinned ? " " : ""), ...(thinned ? [make("a", say("chart.show_all"), { href: `/chart?${all}` })] : []));
  }
  if (blind) {
    blind.hidden = !feed.blind.length;
    write(blind, feed.blind.length ? say("chart.blind", { names: feed.blind.map(visible).join(", ") }) : "");
  }
}

let noticed = "";

/** The areas of notices in words, as they stand at a moment. @param {any} geojson @param {number} now */
export function showNotices(geojson, now) {
  const told = geojson.features.map((/** @type {any} */ one) => one.properties)
    .filter((/** @type {any} */ one) => one.placed <= now && now < one.to)
    .map((/** @type {any} */ one) => ({ ...one, state: one.from <= now ? "now" : "coming" }));
  const next = told.map((/** @type {any} */ one) => one.ref + one.area + one.state).join("\n");
  if (next === noticed) return;
  noticed = next;
  const rows = told.map((/** @type {any} */ one) => {
    const row = make("li", "", { class: one.state });
    const link = make("a", visible(one[one.state]), { href: `/messages/${one.ref}` });
    const sign = make("span", party(one.party)?.sign ?? "○", { class: `sign p${party(one.party)?.look}`, "aria-hidden": "true" });
    const area = make("span", "", { class: "quiet" });
    area.append(make("bdi", visible(one.area)));
    row.append(make("span", say(`chart.state_${one.state}`), { class: "state" }), " ", sign, " ", link, " ", area);
    return row;
  });
  document.getElementById("notices")?.replaceChildren(...(rows.length ? rows : [make("li", say("chart.no_notices"), { class: "quiet" })]));
}
