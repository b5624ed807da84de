"""When pairs of ships will be due: one that holds its course comes down to the time of a grade at a known moment."""

import numpy as np

from searoom.encounters.craft import Pair
from searoom.encounters.looks import Keys, Look, distinct
from searoom.encounters.settings import Settings
from searoom.tracks.fixes import Flags, Floats, Times
from searoom.units import MICROSECONDS

AHEAD_S = 20.0  # later ones are put in by a later look, which may be that late on a busy machine
MOST = 1_000_000  # pairs; what is more, the full look sees
_LATER_US = 5_000  # so that rounding does not ask too early


class DueTimes:
    """Pairs and moments; to be asked again about a pair costs little, so one may stand in it more than once."""

    def __init__(self, settings: Settings) -> None:
        limits = {level.tcpa_s for level in settings.levels} | {settings.still_tcpa_s, settings.slow_tcpa_s}
        self._limits_s = np.array(sorted(limits))
        self._widest_m = settings.levels[0].cpa_m
        self._keys: Keys = np.zeros(0, dtype=np.int64)
        self._due_us: Times = np.zeros(0, dtype=np.int64)

    def put(self, look: Look) -> None:
        """Take in the pairs of a look that come down to the next limit of time soon."""
        left_s = self._left_s(look)
        soon = left_s <= AHEAD_S
        due_us = look.now_us + (left_s[soon] * MICROSECONDS).astype(np.int64) + _LATER_US
        self._keys = np.concatenate([self._keys, look.key[soon]])[-MOST:]
        self._due_us = np.concatenate([self._due_us, due_us])[-MOST:]

    def soon(self, look: Look) -> Flags:
        """Return which pairs of a look would be taken in."""
        return np.asarray(self._left_s(look) <= AHEAD_S)

    def _left_s(self, look: Look) -> Floats:
        """Return after how many seconds each pair comes down to the next limit of time; infinite where none is told."""
        tcpa_s = look.met.tcpa_s
        below = np.searchsorted(self._limits_s, tcpa_s) - 1
        told = (below >= 0) & (look.pair == Pair.SHIPS) & (look.met.cpa_m <= self._widest_m)
        return np.where(told, tcpa_s - self._limits_s[below], np.inf)

    def take(self, now_us: int) -> Keys:
        """Return the pairs that are due, rising, none twice; they are in it no more."""
        due = self._due_us <= now_us
        keys = distinct(self._keys[due])
        if len(keys):
            self._keys, self._due_us = self._keys[~due], self._due_us[~due]
        return keys
