"""The closest approach of two craft by searching along geodesics: slow, and it shares no code with the detector."""

import numpy as np
from pyproj import Geod

EARTH = Geod(ellps="WGS84")
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def sail(lat, lon, speed, course, seconds):
    """Return where craft are after some seconds of holding the geodesic they are on."""
    lon, lat, _ = EARTH.fwd(lon, lat, course, speed * seconds)
    return np.asarray(lat), np.asarray(lon)


def distance(a, b, seconds):
    """Return the geodesic distance of craft a and b (each lat, lon, speed, course) after some seconds."""
    lat1, lon1 = sail(*a, seconds)
    lat2, lon2 = sail(*b, seconds)
    return np.asarray(EARTH.inv(lon1, lat1, lon2, lat2)[2])


def closest(a, b, horizon_s):
    """Return the time and distance of the closest approach between now and a horizon, by golden section.

    The distance of two craft on nearly straight lines falls and then rises, so one bracket suffices.
    """
    low, high = np.zeros(len(a[0])), np.full(len(a[0]), float(horizon_s))
    for _ in range(36):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        nearer_left = distance(a, b, left) < distance(a, b, right)
        low, high = np.where(nearer_left, low, left), np.where(nearer_left, right, high)
    middle = (low + high) / 2.0
    return middle, distance(a, b, middle)


def pairs_within(lat, lon, speed, course, *, radius_m, horizon_s):
    """Return {(i, j): least distance} of all pairs of craft of which one moves, within a radius up to a horizon."""
    i, j = np.triu_indices(len(lat), 1)
    moving = (speed[i] > 0.0) | (speed[j] > 0.0)
    i, j = i[moving], j[moving]
    columns = (lat, lon, speed, course)
    _, least = closest([c[i] for c in columns], [c[j] for c in columns], horizon_s)
    near = least <= radius_m
    return dict(zip(zip(i[near].tolist(), j[near].tolist(), strict=True), least[near].tolist(), strict=True))
