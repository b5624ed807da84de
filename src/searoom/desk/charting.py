"""What the desk tells a chart: where everybody is, who comes near whom and where, claimed zones, sightings by eye.

Columns go as bytes (little-endian), words as JSON: names come from foreign transmitters, and CBOR takes no odd ones.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import numpy as np

from searoom import cbor
from searoom.desk.door import Request, take
from searoom.encounters import kernels
from searoom.encounters.closeup import Place
from searoom.encounters.zones import Zone
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.sentences import Sentence
from searoom.tracks.ellipsoid import destination
from searoom.tracks.sighted import RANGE_PART, Sighting
from searoom.units import MICROSECONDS
from searoom.watch import byhand, sightings
from searoom.watch.lookout import Lookout, Standing
from searoom.watch.present import COLUMNS

Reply = dict[str, cbor.Value]
KINDS: Final = {"ids": "<i8", "time_us": "<i8", "source": "<i1", "flying": "|b1", "lat_deg": "<f8", "lon_deg": "<f8"}
NARROW: Final = "<f4"  # speed, course, height and error need no more
MOST_PAIRS: Final = 500


class Charting:
    """These verbs of one node's desk."""

    def __init__(self, node: Node, lookout: Lookout) -> None:
        self._node, self._lookout = node, lookout

    def verbs(self) -> dict[str, Callable[[Request], Awaitable[Reply]]]:
        """Return the verbs by name."""
        return {"tracks": self._tracks, "zones": self._zones, "sight": self._sight}

    async def _tracks(self, request: Request) -> Reply:
        """Return who is new, moved or gone since the number that is named, and all open pairs as they stand now."""
        look, now_us = self._lookout, self._node.now()
        change = look.present.since(take(request, "since", int))
        names, labels = change.craft.names, look.labels
        registry = look.said.registry
        known = {name: registry.unit(name, now_us) for name in names} if registry.units else {}
        told = {
            "names": names,
            "sources": change.craft.sources,
            "labels": {name: labels[name] for name in names if name in labels},
            "units": {name: [unit.name, unit.party, unit.kind] for name, unit in known.items() if unit is not None},
            "own": [self._node.settings.unit, self._node.party],
            "pairs": [row for it in look.standing(now_us)[:MOST_PAIRS] if (row := _pair(it, now_us)) is not None],
            "sightings": [_sighting(one) for one in self._sighted(now_us)],
            "blind": dict(look.blind),
        }
        return {
            "number": change.number,
            "whole": change.whole,
            "gone": list(change.gone),
            "columns": {
                name: np.asarray(getattr(change.craft, name), dtype=KINDS.get(name, NARROW)).tobytes()
                for name in COLUMNS
            },
            "told": json.dumps(told).encode(),
            "now_us": now_us,
        }

    def _sighted(self, now_us: int) -> tuple[Sighting, ...]:
        return sightings.recent(self._node.folder, now_us)

    async def _zones(self, _request: Request) -> Reply:
        """Return the zones that this node was given, with whose claims they are."""
        return {"told": json.dumps([_zone(zone) for zone in self._lookout.limits().zones]).encode()}

    async def _sight(self, request: Request) -> Reply:
        """Write down what an officer saw with their own eyes."""
        node, typed = self._node, {str(name): str(value) for name, value in _fields(request).items()}
        fields = byhand.placed(typed, unit=node.settings.unit, own=self._lookout.fixes, now_us=node.now())
        filled = byhand.note(fields, node.book)
        one = sightings.add(node.folder, fields, node.now())
        node.notebook.note(filled)
        return {"craft": one.craft, "at_us": one.time_us}


def _fields(request: Request) -> Mapping[Any, Any]:
    fields = request.get("fields")
    if not isinstance(fields, Mapping):
        raise NotAllowed(Sentence("desk.no_fields"))
    return fields


def _pair(it: Standing, now_us: int) -> dict[str, Any] | None:
    """Return an open pair with both places of the closest approach; None where one of the two is not seen now."""
    figures = it.now
    if figures is None:
        return None
    last, ahead_s = it.one.alerts[-1], max(figures.tcpa_s, 0.0)
    return {
        "a": it.one.a, "b": it.one.b, "grade": str(last.grade), "geometry": str(last.geometry),
        "colregs": str(last.colregs), "answered": it.bell is None,
        "from_a": _degrees(figures.a, 0.0), "from_b": _degrees(figures.b, 0.0),
        "cpa_a": _degrees(figures.a, ahead_s), "cpa_b": _degrees(figures.b, ahead_s),
        "range_m": round(figures.range_m), "range_error_m": round(figures.range_error_m),
        "cpa_m": round(figures.cpa_m), "cpa_error_m": round(figures.cpa_error_m),
        "cpa_us": now_us + round(figures.tcpa_s * MICROSECONDS),
        "height_m": None if last.height_m is None else round(last.height_m),
    }  # fmt: skip


def _degrees(place: Place, after_s: float) -> list[float]:
    lat, lon, speed, course, after = (
        np.array([value]) for value in (place.lat_deg, place.lon_deg, place.speed_mps, place.course_deg, after_s)
    )
    lat, lon, _ = kernels.dead_reckon(lat, lon, speed, course, after)
    return [round(float(lon[0]), 6), round(float(lat[0]), 6)]


def _zone(zone: Zone) -> dict[str, Any]:
    return {
        "name": zone.name, "names": dict(zone.names), "claimed_by": zone.claimed_by, "source": zone.source,
        "dated": zone.dated.isoformat(), "shape": zone.shape, "line": np.round(zone.line, 7).tolist(),
        "reach_m": zone.reach_m, "closed": zone.closed,
    }  # fmt: skip


def _sighting(one: Sighting) -> dict[str, Any]:
    """Return a sighting with the limits of its bearing and range; one that says no place of its own has none."""
    part = one.range_m * RANGE_PART if np.isnan(one.range_error_m) else one.range_error_m
    placed = not (np.isnan(one.lat_deg) or np.isnan(one.lon_deg))
    lat, lon = destination(one.lat_deg, one.lon_deg, one.bearing_deg, one.range_m) if placed else (None, None)
    return {
        "craft": one.craft, "who": one.who, "seen": one.seen, "at_us": one.time_us, "bearing_deg": one.bearing_deg,
        "bearing_error_deg": one.bearing_error_deg, "range_m": round(one.range_m), "range_error_m": round(part),
        "from": [one.lon_deg, one.lat_deg] if placed else None,
        "at": [round(lon, 6), round(lat, 6)] if lat is not None and lon is not None else None,
    }  # fmt: skip
