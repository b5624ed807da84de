"""scipy's cKDTree with one radius for all, that of the fastest pair, then the formula in NumPy: the plain way."""

import numpy as np
from scipy.spatial import cKDTree

from bench.rivals.near_tree import BLOCK, compared
from bench.rivals.picture import Array, Picture, run


def by_one_tree(picture: Picture) -> Array:
    """Return the first craft of each near pair."""
    speed, horizon, radius = picture["speed"], float(picture["horizon"]), float(picture["radius"])
    middle = picture["place"] + picture["velocity"] * horizon / 2.0
    pairs = cKDTree(middle).query_pairs(radius + speed.max() * horizon, output_type="ndarray")
    moving = (speed[pairs[:, 0]] > 0.0) | (speed[pairs[:, 1]] > 0.0)
    a, b = pairs[moving].T
    blocks = [slice(start, start + BLOCK) for start in range(0, len(a), BLOCK)]
    return np.concatenate([compared(picture, a[block], b[block]) for block in blocks])


if __name__ == "__main__":
    run(by_one_tree)
