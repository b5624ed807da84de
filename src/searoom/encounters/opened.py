"""The encounters that are open, as columns: one row a pair, all moved on at once, and beside it what was told of each.

Rule 1: one alert for each change of grade of a pair, never a repetition. Rule 2: a grade rises at once and falls late:
only after `hold_s` in which even the widened limits were not met.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from searoom.encounters import alertbytes, reports
from searoom.encounters.alerts import Alert, Encounter, Reason
from searoom.encounters.looks import Keys, Look
from searoom.encounters.settings import RISING, Settings
from searoom.tracks.fixes import Flags, Indices
from searoom.units import MICROSECONDS

_NEVER = np.iinfo(np.int64).min // 4
_ROW = np.dtype([
    ("grade", np.int8), ("below_us", np.int64), ("cpa_m", np.float64), ("range_m", np.float64),
    ("range_us", np.int64), ("awaited_us", np.int64),
])  # fmt: skip
_FRESH = np.array((0, _NEVER, np.inf, np.inf, 0, 0), dtype=_ROW)
_ROOM = 64
_KEPT = 8  # of what was told of one encounter, where not all is: the first and the last so many


class Opened:
    """The open encounters, by the numbers of their pairs (`looks`)."""

    def __init__(self, settings: Settings, *, all_told: bool) -> None:
        self._settings = settings
        self._all_told = all_told
        self._table: npt.NDArray[np.void] = np.zeros(_ROOM, dtype=_ROW)
        self._free = np.arange(_ROOM)[::-1]  # rows of the table
        self._keys: Keys = np.zeros(0, dtype=np.int64)  # rising
        self._rows: Indices = np.zeros(0, dtype=np.intp)  # of each key
        self._told: dict[int, bytes] = {}  # `alertbytes`

    @property
    def keys(self) -> Keys:
        """The pairs, rising."""
        return self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def grades(self, keys: Keys) -> Indices:
        """Return the grade of each pair, as its place in RISING; 0 for one that is not open."""
        at, known = self._places(keys)
        return np.where(known, self._table["grade"][at], 0)

    def told(self, key: int) -> tuple[Alert, ...]:
        """Return what was told of an open pair."""
        return alertbytes.all_of(self._told[key])

    def awaited(self, keys: Keys, now_us: int) -> Flags:
        """Return which open pairs were put back and may still be seen again: they are not lost yet."""
        at, _ = self._places(keys)
        return np.asarray(self._table["awaited_us"][at] > now_us)

    def move_on(self, look: Look, in_company: Flags, names: Sequence[str]) -> tuple[list[Alert], list[Encounter]]:
        """Move on every pair of a look that is open or opens; return what changed, and what is over by that."""
        chosen = np.flatnonzero((look.raised > 0) | self._places(look.key)[1])
        at = self._entered(look.key[chosen])
        raised, holding, tcpa_s = look.raised[chosen], look.holding[chosen], look.met.tcpa_s[chosen]
        self._measure(at, look, chosen)
        table, now_us = self._table, look.now_us
        before, since = table["grade"][at].astype(np.intp), table["below_us"][at]
        rises = raised > before
        falls = ~rises & (holding < before)
        waits = falls & ((since == _NEVER) | (now_us - since < self._settings.hold_s * MICROSECONDS))
        after = np.where(rises, raised, np.where(falls & ~waits, holding, before))
        table["below_us"][at] = np.where(waits, np.where(since == _NEVER, now_us, since), _NEVER)
        table["grade"][at] = after
        changed = np.flatnonzero(after != before)
        said = [
            (RISING[int(after[row])], _reason(bool(rises[row]), bool(tcpa_s[row] < 0.0), bool(in_company[chosen[row]])))
            for row in changed
        ]
        rows = chosen[changed]
        keys = look.key[rows].tolist()
        last = [alertbytes.last(told) if (told := self._told.get(key)) else None for key in keys]
        alerts = reports.alerts(look, rows, said, last, names, self._settings)
        for key, alert in zip(keys, alerts, strict=True):
            self._keep(key, alert)
        over = self._close(look.key[chosen[after == 0]], now_us)
        return alerts, over

    def lose(self, keys: Keys, now_us: int) -> tuple[list[Alert], list[Encounter]]:
        """Clear pairs of which one can no longer be seen; return what is told of it, and what is over by that."""
        alerts = []
        for key in keys.tolist():
            alerts.append(reports.lost(alertbytes.last(self._told[key]), now_us, self._settings))
            self._keep(key, alerts[-1])
        return alerts, self._close(keys, now_us)

    def put_back(self, key: int, one: Encounter, until_us: int) -> None:
        """Open a pair again as it was, as if both craft had been seen until a time."""
        (at,) = self._entered(np.array([key]))
        last = RISING.index(one.alerts[-1].grade)
        self._table[at] = (last, _NEVER, one.cpa_m, one.range_m, one.range_us, until_us)
        for alert in one.alerts:
            self._keep(key, alert)

    def encounters(self, keys: Keys | None = None) -> Iterator[Encounter]:
        """Yield the open encounters, of these open pairs or of all."""
        yield from self._encounters(self._keys if keys is None else keys, None)

    def _measure(self, at: Indices, look: Look, chosen: Indices) -> None:
        table, range_m = self._table, look.met.range_m[chosen]
        nearest = range_m < table["range_m"][at]
        table["range_m"][at[nearest]], table["range_us"][at[nearest]] = range_m[nearest], look.now_us
        ahead = np.where(look.met.tcpa_s[chosen] >= 0.0, look.met.cpa_m[chosen], range_m)
        table["cpa_m"][at] = np.minimum(table["cpa_m"][at], ahead)

    def _places(self, keys: Keys) -> tuple[Indices, Flags]:
        """Return the row of each pair, of one that is not open any, and which pairs are open."""
        if not len(self._keys):
            return np.zeros(len(keys), dtype=np.intp), np.zeros(len(keys), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return self._rows[at], np.asarray(self._keys[at] == keys)

    def _entered(self, keys: Keys) -> Indices:
        """Return the row of each pair, after those that are not open were entered."""
        known = self._places(keys)[1]
        if not known.all():
            fresh = np.sort(keys[~known])
            if len(fresh) > len(self._free):
                more = max(len(fresh), len(self._table))
                self._free = np.concatenate([np.arange(len(self._table), len(self._table) + more)[::-1], self._free])
                self._table = np.concatenate([self._table, np.zeros(more, dtype=_ROW)])
            rows, self._free = self._free[-len(fresh) :], self._free[: -len(fresh)]
            self._table[rows] = _FRESH
            at = np.searchsorted(self._keys, fresh)
            self._keys, self._rows = np.insert(self._keys, at, fresh), np.insert(self._rows, at, rows)
        return self._places(keys)[0]

    def _keep(self, key: int, alert: Alert) -> None:
        told = self._told.get(key)
        most = None if self._all_told else 2 * _KEPT
        self._told[key] = alertbytes.begun(alert) if told is None else alertbytes.longer(told, alert, most)

    def _close(self, keys: Keys, now_us: int) -> list[Encounter]:
        if not len(keys):
            return []
        over = list(self._encounters(keys, now_us))
        for key in keys.tolist():
            del self._told[key]
        at = np.searchsorted(self._keys, keys)
        self._free = np.concatenate([self._free, self._rows[at]])
        self._keys, self._rows = np.delete(self._keys, at), np.delete(self._rows, at)
        return over

    def _encounters(self, keys: Keys, cleared_us: int | None) -> Iterator[Encounter]:
        table = self._table[self._places(keys)[0]]
        columns = (keys, *(table[name] for name in ("cpa_m", "range_m", "range_us")))
        for key, cpa_m, range_m, range_us in zip(*(column.tolist() for column in columns), strict=True):
            told = self.told(key)
            yield Encounter(told[-1].a, told[-1].b, told, cpa_m, range_m, range_us, cleared_us)


def _reason(rises: bool, past: bool, in_company: bool) -> Reason:
    if rises:
        return Reason.NEARER
    if in_company:
        return Reason.COMPANY
    return Reason.OPENING if past else Reason.WIDER
