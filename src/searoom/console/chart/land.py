"""The land that a chart is drawn on: OpenStreetMap's around the East China Sea, Natural Earth's elsewhere.

Natural Earth puts some islands three miles from where they are, so nothing of it is shown where the other stands.
"""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np

from searoom.tracks.fixes import Floats

FOLDER: Final = "static/vendor/land"
FILES: Final = ("world-land-50m.geojson", "osm-land-eastchina.geojson")
PACKED: Final = ".gz"
CREDIT: Final = "© OpenStreetMap contributors, ODbL · Natural Earth"
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Shore:
    """One closed line of land or of a lake in it: longitude and latitude, shape (n, 2), with its box."""

    line: Floats
    box: Box


@cache
def shores() -> tuple[Shore, ...]:
    """Return every line there is, polygon by polygon; a tenth of a second the first time."""
    found = []
    for name in FILES:
        packed = resources.files("searoom.console").joinpath(FOLDER, name + PACKED).read_bytes()
        for feature in json.loads(gzip.decompress(packed))["features"]:
            for ring in feature["geometry"]["coordinates"]:
                line = np.array(ring, np.float64)
                low, high = line.min(axis=0), line.max(axis=0)
                found.append(Shore(line, (float(low[0]), float(low[1]), float(high[0]), float(high[1]))))
    return tuple(found)


def near(box: Box) -> tuple[Shore, ...]:
    """Return the lines whose box meets another; west above east crosses the date line."""
    west, south, east, north = box
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return tuple(
        one
        for one in shores()
        if one.box[1] <= north
        and one.box[3] >= south
        and any(one.box[0] <= last and one.box[2] >= first for first, last in spans)
    )


def within_sight(line: Floats, box: Box) -> Floats:
    """Return a closed line without those of its points that lie, with both neighbours, beyond one side of a box.

    What of it crosses the box stays as it is, so that a shore of a continent is short where one bay of it is shown.
    """
    west, south, east, north = box
    beyond = (
        (line[:, 0] < west) * 1 + (line[:, 0] > east) * 2 + (line[:, 1] < south) * 4 + (line[:, 1] > north) * 8
    ).astype(np.int64)
    return np.asarray(line[(beyond & np.roll(beyond, 1) & np.roll(beyond, -1)) == 0])
