"""Raw tracks made along geodesics, and who met whom on them by brute force: it shares no code with the search."""

import itertools

import numpy as np

from geodesic_oracle import EARTH, sail

US = 1_000_000
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
WORLDS = {
    "open sea": ((30.0, 30.12), (125.0, 125.15)),
    "date line": ((-17.06, -16.94), (179.93, 180.07)),
    "north pole": ((89.92, 90.0), (-180.0, 180.0)),
    "south pole": ((-90.0, -89.92), (-180.0, 180.0)),
    "one place": ((10.0, 10.02), (60.0, 60.02)),
}


def made(world, seed, *, craft=14, fixes=12, span_s=3600.0):
    """Return columns (craft, time_us, lat, lon) in time order: who turns, who lies still, who lies where another does.

    Reports come at irregular times; some craft fall silent for long.
    """
    chance = np.random.default_rng(seed)
    (south, north), (west, east) = WORLDS[world]
    rows = []
    for number in range(craft):
        time = np.unique(chance.integers(0, round(span_s), fixes)) * US + chance.integers(0, US)
        lat, lon = chance.uniform(south, north), chance.uniform(west, east)
        speed = 0.0 if chance.random() < 0.3 else chance.uniform(0.5, 12.0)
        course, lats, lons = chance.uniform(0.0, 360.0), [], []
        for lasts in np.diff(time, prepend=time[0]) / US:
            (lat,), (lon,) = sail(np.array([lat]), np.array([lon]), np.array([speed]), np.array([course]), lasts)
            course += chance.normal(0.0, 20.0)
            lats.append(lat)
            lons.append(lon)
        rows += [(number, *row) for row in zip(time.tolist(), lats, lons, strict=True)]
    rows += [(craft, *row[1:]) for row in rows if row[0] == 0]  # two at one place, all the way
    rows.sort(key=lambda row: row[1])
    number, time, lat, lon = zip(*rows, strict=True)
    return np.array(number, np.int32), np.array(time), np.array(lat), (np.array(lon) + 180.0) % 360.0 - 180.0


def _legs(columns, max_gap_s):
    """Return {craft: [(begin, end, lat, lon, speed, azimuth)]}, each a geodesic at one speed."""
    number, time, lat, lon = columns
    legs = {}
    for craft in np.unique(number).tolist():
        own = np.flatnonzero(number == craft)
        for one, other in itertools.pairwise(own):
            lasts = (time[other] - time[one]) / US
            if 0 < lasts <= max_gap_s:
                azimuth, _, length = EARTH.inv(lon[one], lat[one], lon[other], lat[other])
                legs.setdefault(craft, []).append((time[one], time[other], lat[one], lon[one], length / lasts, azimuth))
    return legs


def _distance(one, other, time):
    places = []
    for leg in (one, other):
        lon, lat, _ = EARTH.fwd(leg[:, 3], leg[:, 2], leg[:, 5], leg[:, 4] * (time - leg[:, 0]) / US)
        places += [lon, lat]
    return np.asarray(EARTH.inv(*places)[2])


def _bisected(one, other, inside, outside, radius_m):
    """Return the time between `inside` and `outside` at which the radius is crossed."""
    for _ in range(40):
        middle = (inside + outside) / 2.0
        near = _distance(one, other, middle) <= radius_m
        inside, outside = np.where(near, middle, inside), np.where(near, outside, middle)
    return inside


def stretches(columns, *, radius_m, max_gap_s):
    """Return {(a, b): [(first, last, closest), ...]} in microseconds and metres, by trying all legs with all."""
    legs, found, pairs = _legs(columns, max_gap_s), {}, []
    for a in sorted(legs):
        for b in sorted(legs):
            pairs += [(a, b, one, other) for one in legs[a] for other in legs[b] if a < b]
    pairs = [pair for pair in pairs if max(pair[2][0], pair[3][0]) < min(pair[2][1], pair[3][1])]
    if not pairs:
        return {}
    one, other = (np.array([pair[side] for pair in pairs], np.float64) for side in (2, 3))
    begin, end = np.maximum(one[:, 0], other[:, 0]), np.minimum(one[:, 1], other[:, 1])
    low, high = begin.copy(), end.copy()
    for _ in range(50):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        nearer = _distance(one, other, left) < _distance(one, other, right)
        low, high = np.where(nearer, low, left), np.where(nearer, right, high)
    best = (low + high) / 2.0
    least = _distance(one, other, best)
    first = np.where(_distance(one, other, begin) <= radius_m, begin, _bisected(one, other, best, begin, radius_m))
    last = np.where(_distance(one, other, end) <= radius_m, end, _bisected(one, other, best, end, radius_m))
    for index in np.flatnonzero(least <= radius_m).tolist():
        runs = found.setdefault(pairs[index][:2], [])
        if runs and first[index] - runs[-1][1] <= US:
            runs[-1] = (runs[-1][0], last[index], min(runs[-1][2], least[index]))
        else:
            runs.append((first[index], last[index], least[index]))
    return found


def together(columns, *, radius_m):
    """Return {(time, a, b): metres} of all pairs at one time within the radius, by trying all with all."""
    number, time, lat, lon = columns
    found = {}
    for stamp in np.unique(time).tolist():
        at = np.flatnonzero(time == stamp)
        at = at[np.sort(np.unique(number[at], return_index=True)[1])]
        one, other = (at[side] for side in np.triu_indices(len(at), 1))
        metres = EARTH.inv(lon[one], lat[one], lon[other], lat[other])[2] if len(one) else []
        for i, j, far in zip(number[one].tolist(), number[other].tolist(), metres, strict=True):
            if far <= radius_m:
                found[stamp, min(i, j), max(i, j)] = far
    return found
