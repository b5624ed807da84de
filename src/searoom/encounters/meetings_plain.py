"""Who is within a radius of whom at each stamp, by NumPy alone: the judge of the compiled search, and its stand-in."""

import numpy as np
import numpy.typing as npt

from searoom.encounters.approaches_cells import Boxes, sharing
from searoom.encounters.approaches_legs import earth_fixed
from searoom.encounters.approaches_rows import Rows
from searoom.tracks.fixes import Floats, Times


def runs(
    craft: npt.NDArray[np.int32], time_us: Times, lat_deg: Floats, lon_deg: Floats, *, radius_m: float
) -> tuple[Rows, dict[str, int]]:  # fmt: skip
    """Return a row for each stamp at which two craft are within the radius, a < b; and what was left out, by cause.

    The columns are in time order. A second fix of a craft at one stamp is left out ("repeated").
    """
    keys = time_us * (int(craft.max(initial=0)) + 1) + craft
    _, once = np.unique(keys, return_index=True)
    craft, time_us, lat_deg, lon_deg = craft[once], time_us[once], lat_deg[once], lon_deg[once]
    place = earth_fixed(lat_deg, lon_deg)
    found = [np.zeros((2, 0), np.int64)]
    for one, other in sharing(Boxes(time_us, place - radius_m / 2.0, place + radius_m / 2.0), 2.0 * radius_m):
        near = np.linalg.norm(place[one] - place[other], axis=1) <= radius_m
        found.append(np.unique(np.stack([one[near], other[near]]), axis=1))
    a, b = np.unique(np.concatenate(found, axis=1), axis=1)
    a, b = np.where(craft[a] < craft[b], (a, b), (b, a))
    apart = np.linalg.norm(place[a] - place[b], axis=1)
    rows = {
        "a": craft[a], "b": craft[b], "first_us": time_us[a], "last_us": time_us[a],
        "stamps": np.ones(len(a), np.int64),
        "time_us": time_us[a], "cpa_m": np.floor(apart * 1e3 + 0.5) / 1e3, "a_lat_deg": lat_deg[a],
        "a_lon_deg": lon_deg[a], "b_lat_deg": lat_deg[b], "b_lon_deg": lon_deg[b],
    }  # fmt: skip
    return rows, {"repeated": len(keys) - len(once)}
