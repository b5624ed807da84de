"""BlueSky's detector of conflicts in C++, as it comes: it compares all aircraft with all."""

from types import SimpleNamespace

import numpy as np
from bluesky.traffic.asas import cstatebased

from bench.rivals.picture import Array, Picture, run


def fleet(picture: Picture) -> SimpleNamespace:
    """Return the picture in the columns that BlueSky asks for."""
    return SimpleNamespace(
        ntraf=len(picture["lat"]), id=[str(place) for place in range(len(picture["lat"]))], lat=picture["lat"],
        lon=picture["lon"], trk=picture["course"], gs=picture["speed"], alt=picture["alt"], vs=picture["climb"],
    )  # fmt: skip


def limits(picture: Picture) -> tuple[Array, Array, Array]:
    """Return radius, height and time, one each for every aircraft."""
    ones = np.ones(len(picture["lat"]))
    return ones * float(picture["radius"]), ones * float(picture["height"]), ones * float(picture["horizon"])


def each_once(pairs: object) -> Array:
    """Return the first of each pair; BlueSky names a pair from both sides."""
    found = {tuple(sorted((int(a), int(b)))) for a, b in pairs}  # type: ignore[attr-defined]  # a list of names
    return np.array([a for a, _ in found])


def compiled(picture: Picture) -> Array:
    """Return the first aircraft of each pair in conflict."""
    traffic = fleet(picture)
    return each_once(cstatebased.detect(traffic, traffic, *limits(picture))[0])


if __name__ == "__main__":
    run(compiled)
