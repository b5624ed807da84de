"""scipy's cKDTree over the middles of the paths, then the formula of Searoom's kernels in NumPy.

The craft are put in classes of speed first: one radius for all would be that of the fastest.
"""

import itertools

import numpy as np
from scipy.spatial import cKDTree

from bench.rivals.picture import Array, Picture, run

CLASSES = (0.0, 4.0, 9.0, 20.0, 400.0)  # m/s
BLOCK = 2_000_000


def by_tree(picture: Picture) -> Array:
    """Return the first craft of each near pair; TCPA and CPA are reckoned on the way."""
    speed, horizon, radius = picture["speed"], float(picture["horizon"]), float(picture["radius"])
    middle = picture["place"] + picture["velocity"] * horizon / 2.0
    steps = itertools.pairwise(CLASSES)
    classes = [np.flatnonzero(speed == 0.0), *(np.flatnonzero((speed > low) & (speed <= high)) for low, high in steps)]
    trees = [(one, cKDTree(middle[one]), speed[one].max() * horizon / 2.0) for one in classes if len(one)]
    found = []
    for at, (one, tree, reach) in enumerate(trees):
        for other, beside, further in trees[at:]:
            if reach + further == 0.0:
                continue
            if beside is tree:
                a, b = tree.query_pairs(radius + 2.0 * reach, output_type="ndarray").T
            else:
                near = tree.sparse_distance_matrix(beside, radius + reach + further, output_type="ndarray")
                a, b = near["i"], near["j"]
            blocks = [slice(start, start + BLOCK) for start in range(0, len(a), BLOCK)]
            found += [compared(picture, one[a[block]], other[b[block]]) for block in blocks]
    return np.concatenate(found)


def compared(picture: Picture, i: Array, j: Array) -> Array:
    """Return the first craft of those pairs that come near."""
    place, velocity, up = picture["place"], picture["velocity"], picture["up"]
    radius, horizon = float(picture["radius"]), float(picture["horizon"])
    middle = up[i] + up[j]
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    offset, drift = place[j] - place[i], velocity[j] - velocity[i]
    offset -= (offset * middle).sum(1)[:, None] * middle
    drift -= (drift * middle).sum(1)[:, None] * middle
    oo, ow, ww = (offset * offset).sum(1), (offset * drift).sum(1), (drift * drift).sum(1)
    tcpa = np.where(ww > 1e-6, -ow / np.where(ww > 1e-6, ww, 1.0), 0.0)
    moment = np.clip(tcpa, 0.0, horizon)
    kept = oo + 2.0 * ow * moment + ww * moment * moment <= radius**2
    i, j, tcpa, drifting = i[kept], j[kept], tcpa[kept], np.sqrt(ww[kept])
    cpa = np.sqrt(np.maximum(oo[kept] + ow[kept] * tcpa, 0.0))
    if not np.isfinite(picture["height"]):
        return np.asarray(i)
    return np.asarray(i[_heights_meet(picture, i, j, tcpa, cpa, drifting)])


def _heights_meet(picture: Picture, i: Array, j: Array, tcpa: Array, cpa: Array, drifting: Array) -> Array:
    """Return which pairs are within the height while they are within the radius."""
    radius, horizon, height = float(picture["radius"]), float(picture["horizon"]), float(picture["height"])
    apart, climb = picture["alt"][j] - picture["alt"][i], picture["climb"][j] - picture["climb"][i]
    half = np.sqrt(np.maximum(radius**2 - cpa**2, 0.0)) / np.maximum(drifting, 1e-9)
    first, last = np.maximum(tcpa - half, 0.0), np.minimum(tcpa + half, horizon)
    rate = np.where(climb == 0.0, 1.0, climb)
    one, other = (-height - apart) / rate, (height - apart) / rate
    within = np.maximum(first, np.minimum(one, other)) <= np.minimum(last, np.maximum(one, other))
    return np.asarray(np.where(climb == 0.0, np.abs(apart) <= height, within))


if __name__ == "__main__":
    run(by_tree)
