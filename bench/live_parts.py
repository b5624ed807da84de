"""What the live benchmark's processes share: ships that sail, and their reports as AIS sentences, many at once."""

import numpy as np
import numpy.typing as npt

from bench.near import sea
from searoom.tracks.fixes import Floats, Indices

Whole = npt.NDArray[np.int64]
FIRST_MMSI = 200_000_000
METRES_PER_DEGREE = 111_120.0
KNOT = 1852.0 / 3600.0
_ARMOUR = np.frombuffer(bytes(48 + k if k < 40 else 56 + k for k in range(64)), np.uint8)
_HEAD, _TAIL = b"!AIVDM,1,1,,A,", b",0*"
_HEX = np.frombuffer(b"0123456789ABCDEF", np.uint8)


class Ships:
    """A made sea (that of `bench near`); each ship holds its course and now and then turns."""

    def __init__(self, count: int) -> None:
        made = sea(count)
        self.lat, self.lon, self.speed, self.course = made.lat, made.lon, made.speed, made.course
        self._at_s = np.zeros(count)
        self._chance = np.random.default_rng(11)

    def sail(self, some: Indices, to_s: float, turning: float) -> None:
        """Move some ships on to a time; a share of them turns there by up to 40 degrees."""
        gone = self.speed[some] * (to_s - self._at_s[some]) / METRES_PER_DEGREE
        course = np.radians(self.course[some])
        self.lat[some] = np.clip(self.lat[some] + gone * np.cos(course), -80.0, 80.0)
        east = gone * np.sin(course) / np.cos(np.radians(self.lat[some]))
        self.lon[some] = (self.lon[some] + east + 180.0) % 360.0 - 180.0
        self._at_s[some] = to_s
        turns = self._chance.random(len(some)) < turning
        self.course[some] = (self.course[some] + np.where(turns, self._chance.uniform(-40, 40, len(some)), 0.0)) % 360.0

    def lines(self, some: Indices) -> list[bytes]:
        """Return the position reports (message 1) of some ships, with a degree of noise in the course."""
        course = (self.course[some] + self._chance.normal(0.0, 0.5, len(some))) % 360.0
        return sentences(FIRST_MMSI + some, self.lat[some], self.lon[some], self.speed[some] / KNOT, course)


def sentences(mmsi: Whole, lat_deg: Floats, lon_deg: Floats, speed_kn: Floats, course_deg: Floats) -> list[bytes]:
    """Return AIVDM sentences of message 1 (ITU-R M.1371, table 48), one a ship, without an end of line."""
    n = len(mmsi)
    parts = (
        (np.full(n, 1), 6), (np.zeros(n), 2), (mmsi, 30), (np.zeros(n), 4), (np.full(n, 128), 8),
        (np.minimum(np.round(speed_kn * 10.0), 1022), 10), (np.ones(n), 1), (np.round(lon_deg * 600_000.0), 28),
        (np.round(lat_deg * 600_000.0), 27), (np.round(course_deg * 10.0) % 3600, 12), (np.full(n, 511), 9),
        (np.full(n, 60), 6), (np.zeros(n), 2 + 3 + 1 + 19),
    )  # fmt: skip
    bits = np.concatenate([
        (value.astype(np.int64)[:, None] >> np.arange(width - 1, -1, -1)) & 1 for value, width in parts
    ], axis=1)  # fmt: skip
    symbols = bits.reshape(n, 28, 6) @ (1 << np.arange(5, -1, -1))
    text = np.concatenate([
        np.tile(np.frombuffer(_HEAD, np.uint8), (n, 1)), _ARMOUR[symbols],
        np.tile(np.frombuffer(_TAIL, np.uint8), (n, 1)), np.zeros((n, 2), np.uint8),
    ], axis=1)  # fmt: skip
    check = np.bitwise_xor.reduce(text[:, 1:-3], axis=1)
    text[:, -2], text[:, -1] = _HEX[check >> 4], _HEX[check & 15]
    return [row.tobytes() for row in text]
