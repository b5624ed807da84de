"""BlueSky's detector of conflicts in NumPy, as it comes: matrices of all aircraft with all."""

from bluesky.traffic.asas.statebased import StateBased

from bench.rivals.near_bluesky import each_once, fleet, limits
from bench.rivals.picture import Array, Picture, run


def by_matrices(picture: Picture) -> Array:
    """Return the first aircraft of each pair in conflict."""
    traffic = fleet(picture)
    return each_once(StateBased.detect(None, traffic, traffic, *limits(picture))[0])


if __name__ == "__main__":
    run(by_matrices)
