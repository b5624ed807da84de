"""scipy's cKDTree over the fixes of each stamp, then runs in NumPy."""

import itertools

import numpy as np
import pyarrow.parquet as pq
from scipy.spatial import cKDTree

from bench.rivals.archived import AT_LEAST_US, GAP_US, RADIUS_M, run

WGS84_A_M, E2 = 6_378_137.0, 0.0066943799901413165


def meetings(folder: str) -> int:
    """Return how many there are."""
    table = pq.read_table(folder).combine_chunks()
    craft = table["craft"].unify_dictionaries().combine_chunks().indices.to_numpy().astype(np.int64)
    time_us, lat, lon = (table[name].to_numpy() for name in ("time_us", "lat", "lon"))
    lat, lon = np.radians(lat), np.radians(lon)
    vertical = WGS84_A_M / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
    across = vertical * np.cos(lat)
    place = np.stack([across * np.cos(lon), across * np.sin(lon), vertical * (1.0 - E2) * np.sin(lat)], axis=1)
    stamps = np.concatenate([[0], np.flatnonzero(np.diff(time_us)) + 1, [len(time_us)]])
    keys, times = [], []
    for first, last in itertools.pairwise(stamps.tolist()):
        pairs = craft[first:last][cKDTree(place[first:last]).query_pairs(RADIUS_M, output_type="ndarray")]
        keys.append(pairs.min(axis=1) * (1 << 31) + pairs.max(axis=1))
        times.append(np.full(len(pairs), time_us[first]))
    key, time = np.concatenate(keys), np.concatenate(times)
    order = np.lexsort((time, key))
    key, time = key[order], time[order]
    new = np.ones(len(key), np.bool_)
    new[1:] = (key[1:] != key[:-1]) | (time[1:] - time[:-1] > GAP_US)
    first = np.flatnonzero(new)
    last = np.concatenate([first[1:], [len(key)]]) - 1
    return int(np.count_nonzero(time[last] - time[first] >= AT_LEAST_US))


if __name__ == "__main__":
    run(meetings)
