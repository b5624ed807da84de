// Reads the land in the map's own worker and keeps it there: the page gets its tiles, and never the whole of it.
// @ts-check

const SCHEME = "ashore";

/**
 * MapLibre hands the page a copy of whatever a worker has fetched, field by field; what is not listed as a field of the
 * collection stays. Twenty megabytes of shores would hold the page up for a quarter of a second.
 * @param {{url: string}} asked @param {AbortController} ending
 */
async function land(asked, ending) {
  const answer = await fetch(asked.url.replace(`${SCHEME}:`, location.protocol), { signal: ending.signal });
  if (!answer.ok) throw new Error(`the land did not come: ${answer.status}`);
  const data = await answer.json();
  Object.defineProperty(data, "features", { enumerable: false });
  return { data };
}

/** @type {any} */ (self).addProtocol(SCHEME, land);
