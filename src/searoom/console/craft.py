"""The craft that a console holds, as its node told them, and of each when it last changed here.

Pure: what comes over the desk goes in, columns come out; a reply that is none is refused whole.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from searoom.errors import NotAllowed

ORDER: Final = (
    "ids",
    "time_us",
    "lat_deg",
    "lon_deg",
    "speed_mps",
    "course_deg",
    "alt_m",
    "sigma_m",
    "source",
    "flying",
)
_WIRE: Final = {"ids": "<i8", "time_us": "<i8", "source": "<i1", "flying": "|b1", "lat_deg": "<f8", "lon_deg": "<f8"}
_NARROW: Final = "<f4"
Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Who:
    """What is known of one craft: the name that its fixes bear, what it calls itself, and what a registry says."""

    name: str
    label: str
    unit: str
    party: str
    kind: str  # of the registry: navy, coast guard, ...; '' where nobody has said


def _empty() -> dict[str, Numbers]:
    return {name: np.zeros(0, np.dtype(_WIRE.get(name, _NARROW))) for name in ORDER}


@dataclass(slots=True)
class HeldSea:
    """All craft, as columns in rising order of their ids; `turn` rises with each reply that is taken in.

    `changed` says at which turn each row last changed. `since` is what the node is asked with next.
    """

    columns: dict[str, Numbers] = field(default_factory=_empty)
    who: list[Who] = field(default_factory=list)
    changed: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    turn: int = 0
    since: int = 0
    now_us: int = 0
    own: tuple[str, str] = ("", "")
    sources: tuple[str, ...] = ()
    pairs: tuple[Mapping[str, Any], ...] = ()
    sightings: tuple[Mapping[str, Any], ...] = ()
    blind: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.who)

    def take(self, reply: Mapping[str, object]) -> None:
        """Take in what the node told; NotAllowed where the columns do not fit each other."""
        told = cast("dict[str, Any]", json.loads(cast("bytes", reply["told"])))
        fresh, who = _columns(cast("Mapping[str, bytes]", reply["columns"])), _who(told)
        if any(len(column) != len(who) for column in fresh.values()):
            raise NotAllowed("the node handed over columns of craft that differ in length")
        self.turn += 1
        if reply["whole"]:
            self.columns, self.who, self.changed = _empty(), [], np.zeros(0, np.int64)
        self._leave(cast("Sequence[int]", reply["gone"]))
        self._merge(fresh, who)
        self.since, self.now_us = cast("int", reply["number"]), cast("int", reply["now_us"])
        self.own = told["own"][0], told["own"][1]
        self.sources = tuple(told["sources"])
        self.pairs, self.sightings, self.blind = tuple(told["pairs"]), tuple(told["sightings"]), told["blind"]

    def _leave(self, gone: Sequence[int]) -> None:
        if not gone or not len(self):
            return
        stays = ~np.isin(self.columns["ids"], np.array(gone, np.int64))
        self.columns = {name: column[stays] for name, column in self.columns.items()}
        self.changed = self.changed[stays]
        self.who = [one for one, kept in zip(self.who, stays.tolist(), strict=True) if kept]

    def _merge(self, fresh: Mapping[str, Numbers], who: Sequence[Who]) -> None:
        ids, held = fresh["ids"], self.columns["ids"]
        places = np.searchsorted(held, ids)
        known = (places < len(held)) & (held[np.minimum(places, max(len(held) - 1, 0))] == ids if len(held) else False)
        for name, column in self.columns.items():
            column[places[known]] = fresh[name][known]
        self.changed[places[known]] = self.turn
        for place, row in zip(places[known].tolist(), np.flatnonzero(known).tolist(), strict=True):
            self.who[place] = who[row]
        new = np.flatnonzero(~known)
        if len(new):  # ids rise and none is given twice: whoever is new stands last
            self.columns = {name: np.concatenate([column, fresh[name][new]]) for name, column in self.columns.items()}
            self.changed = np.concatenate([self.changed, np.full(len(new), self.turn, np.int64)])
            self.who += [who[row] for row in new.tolist()]


def _columns(told: Mapping[str, bytes]) -> dict[str, Numbers]:
    if set(told) != set(ORDER) or any(len(told[name]) % np.dtype(_WIRE.get(name, _NARROW)).itemsize for name in ORDER):
        raise NotAllowed("the node handed over no columns of craft")
    return {name: np.frombuffer(told[name], np.dtype(_WIRE.get(name, _NARROW))) for name in ORDER}


def _who(told: Mapping[str, Any]) -> list[Who]:
    labels, units, (own, party) = told["labels"], told["units"], told["own"]
    found = []
    for name in told["names"]:
        unit, owner, kind = units.get(name, ("", party if name == own else "", ""))
        found.append(Who(name, labels.get(name, ""), unit, owner, kind))
    return found
