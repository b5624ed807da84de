"""What the desk answers to the watch on a bridge: open encounters, answers to alarms, tags of tracks, marks for maps.

All of it is national. An answer is on the disk before it is confirmed; nothing here is ever handed to a courier.
"""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from searoom import cbor, clock
from searoom.desk.door import Request, take
from searoom.encounters.alerts import Encounter, Event
from searoom.encounters.bells import MOST_PRESSING, Bell
from searoom.encounters.closeup import Figures, Place, middle
from searoom.encounters.geometry import Colregs
from searoom.encounters.settings import Grade
from searoom.encounters.zones import Nearing, Zone
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.sentences import Sentence
from searoom.tracks import cotout
from searoom.tracks.cotout import Meeting
from searoom.tracks.registry import Tag, track_name
from searoom.units import MICROSECONDS
from searoom.watch.answering import tag_from_words
from searoom.watch.lookout import Lookout, Standing

Reply = dict[str, cbor.Value]
CALLED: Final = ("nobody yet", "the officer of the watch", "the captain", "everybody on the bridge")
_CLEARED_US: Final = 30 * 60 * MICROSECONDS  # who was cleared or lost is shown for so long


class Bridge:
    """These verbs of one node's desk."""

    def __init__(self, node: Node, lookout: Lookout) -> None:
        self._node, self._lookout = node, lookout
        self._labels: Mapping[str, str] = {}

    def verbs(self) -> dict[str, Callable[[Request], Awaitable[Reply]]]:
        """Return the verbs by name."""
        return {
            "encounters": self._encounters,
            "acknowledge": self._acknowledge,
            "snooze": self._snooze,
            "tag": self._tag,
            "untag": self._untag,
            "tags": self._tags,
            "cot": self._cot,
        }

    # -- seen ------------------------------------------------------------------------------------------

    async def _encounters(self, _request: Request) -> Reply:
        look, now_us = self._lookout, self._node.now()
        self._labels = look.labels
        standing = look.standing(now_us)
        open_ = {frozenset((it.one.a, it.one.b)) for it in standing}
        kept = sorted((sorted(pair), str(state)) for pair, state in look.company().items() if pair not in open_)
        return {
            "now": clock.to_text(now_us),
            "looked_at": clock.to_text(look.until_us) if look.until_us > 0 else None,
            "behind": look.behind,
            "blind": dict(look.blind),
            "open": [self._open(it, now_us) for it in standing],
            "company": [self._company(pair, state) for pair, state in kept],
            "events": [_event(event) for event in list(look.events)[-10:]],
            "cleared": [
                self._cleared(one) for one in look.cleared if now_us - (one.cleared_us or 0) <= _CLEARED_US
            ],
            "limits": [self._limit(*each) for each in look.limits().standing()],
        }  # fmt: skip

    def _open(self, it: Standing, now_us: int) -> Reply:
        last, answers = it.one.alerts[-1], self._lookout.said.answers
        pair = (it.one.a, it.one.b) if it.one.a < it.one.b else (it.one.b, it.one.a)
        heard, later = answers.acknowledged.get(pair), answers.snoozed.get(pair)
        until_us = 0 if later is None else later.until_us or 0
        return {
            "a": self._craft(it.one.a, now_us, None if it.now is None else it.now.a),
            "b": self._craft(it.one.b, now_us, None if it.now is None else it.now.b),
            "grade": str(last.grade),
            "since": clock.to_text(it.one.alerts[0].time_us),
            "geometry": str(last.geometry),
            "colregs": None if last.colregs is Colregs.NONE else str(last.colregs),
            "state": None if it.state is None else str(it.state),
            "figures": None if it.now is None else _figures(it.now),
            "height_m": None if last.height_m is None else round(last.height_m),
            "nearest_m": round(it.one.range_m),
            "bell": None if it.bell is None else _bell(it.bell),
            "acknowledged": None if heard is None else clock.to_text(heard.at_us),
            "snoozed_until": clock.to_text(until_us) if until_us > now_us else None,
        }

    def _craft(self, name: str, now_us: int, place: Place | None) -> Reply:
        unit = self._lookout.said.registry.unit(name, now_us)
        party = unit.party if unit is not None else self._node.party if name == self._node.settings.unit else None
        seen = self._lookout.sources(name, now_us) or (((place.source, place.age_s),) if place is not None else ())
        rows: list[cbor.Value] = [[what, round(age_s)] for what, age_s in seen]
        called = self._labels.get(name)
        return {
            "name": name,
            "called": called,
            "unit": None if unit is None else unit.name,
            "party": party,
            "seen": rows,
        }

    def _company(self, pair: Sequence[str], state: str) -> Reply:
        now_us = self._node.now()
        found = self._lookout.figures(pair[0], pair[1], now_us)
        return {
            "a": self._craft(pair[0], now_us, None if found is None else found.a),
            "b": self._craft(pair[1], now_us, None if found is None else found.b),
            "state": state,
            "figures": None if found is None else _figures(found),
        }

    def _cleared(self, one: Encounter) -> Reply:
        last = one.alerts[-1]
        return {
            "a": one.a, "b": one.b, "at": clock.to_text(one.cleared_us or 0), "why": last.reason.value,
            "nearest_m": round(one.range_m),
        }  # fmt: skip

    def _limit(self, craft: str, zone: Zone, near: Nearing) -> Reply:
        return {
            "craft": craft, "zone": zone.name, "claimed_by": zone.claimed_by, "source": zone.source,
            "date": zone.dated.isoformat(), "outside_m": round(near.outside_m), "error_m": math.ceil(near.error_m),
            "crosses_s": None if near.crosses_s is None else round(near.crosses_s),
        }  # fmt: skip

    # -- answered --------------------------------------------------------------------------------------

    async def _acknowledge(self, request: Request) -> Reply:
        return self._answer(request, self._lookout.said.acknowledge)

    async def _snooze(self, request: Request) -> Reply:
        minutes = take(request, "minutes", int)

        def snooze(one: Encounter, person: str, now_us: int) -> None:
            self._lookout.said.snooze(one, now_us + minutes * 60 * MICROSECONDS, person, now_us)

        return self._answer(request, snooze)

    def _answer(self, request: Request, answer: Callable[[Encounter, str, int], None]) -> Reply:
        names, person, now_us = _names(request), take(request, "by", str), self._node.now()
        if self._lookout.behind:
            raise NotAllowed(Sentence("meet.still_looking"))
        chosen = [
            one for one in self._lookout.now_open().encounters
            if all(self._is(name, one.a, now_us) or self._is(name, one.b, now_us) for name in names)
        ]  # fmt: skip
        if not chosen:
            raise NotAllowed(Sentence("more.none_open", names=" and ".join(names)))
        pairs: list[cbor.Value] = []
        for one in chosen:
            answer(one, person, now_us)
            pairs.append([one.a, one.b, str(one.alerts[-1].grade)])
        return {"answered": pairs}

    def _is(self, name: str, craft: str, now_us: int) -> bool:
        """Return whether a craft is meant by a name: its own, or that of the unit that it is said to be."""
        unit = self._lookout.said.registry.unit(craft, now_us)
        return track_name(name) == craft or (unit is not None and unit.name == name)

    # -- named -----------------------------------------------------------------------------------------

    async def _tag(self, request: Request) -> Reply:
        words = [take(request, name, str) for name in ("track", "unit", "begin", "end")]
        tag = tag_from_words(
            *words, by=take(request, "by", str), note=take(request, "note", str), now_us=self._node.now()
        )  # fmt: skip
        self._lookout.said.tag(tag)
        return _tagged(tag)

    async def _untag(self, request: Request) -> Reply:
        at, now_us = take(request, "at", str), self._node.now()
        at_us = clock.from_text(at) if at else now_us
        return _tagged(self._lookout.said.untag(take(request, "track", str), at_us, take(request, "by", str), now_us))

    async def _tags(self, _request: Request) -> Reply:
        return {"tags": [_tagged(tag) for tag in self._lookout.said.registry.tags if tag.stands]}

    # -- handed on, by a person's command alone --------------------------------------------------------

    async def _cot(self, _request: Request) -> Reply:
        now_us = self._node.now()
        found = (_meeting(it, now_us) for it in self._lookout.standing(now_us))
        return {"events": list(cotout.of_meetings(one for one in found if one is not None))}


def _names(request: Request) -> list[str]:
    names = request.get("names")
    if not isinstance(names, list) or not 1 <= len(names) <= 2 or not all(isinstance(name, str) for name in names):
        raise NotAllowed(Sentence("more.name_craft"))
    return [str(name) for name in names]


def _figures(now: Figures) -> Reply:
    return {
        "range_m": round(now.range_m),
        "range_error_m": math.ceil(now.range_error_m),
        "bearing_deg": None if now.bearing_deg is None else round(now.bearing_deg) % 360,
        "cpa_m": round(now.cpa_m),
        "cpa_error_m": math.ceil(now.cpa_error_m),
        "tcpa_s": round(now.tcpa_s),
    }


def _bell(bell: Bell) -> Reply:
    return {
        "since": clock.to_text(bell.since_us), "step": bell.step, "of": MOST_PRESSING, "calls": CALLED[bell.step],
    }  # fmt: skip


def _event(event: Event) -> Reply:
    seen = math.isfinite(event.range_m)
    return {
        "at": clock.to_text(event.time_us), "a": event.a, "b": event.b, "state": str(event.state),
        "deed": str(event.deed), "by": event.by, "range_m": round(event.range_m) if seen else None,
        "range_error_m": math.ceil(event.range_error_m) if seen else None,
        "height_m": None if event.height_m is None else round(event.height_m),
    }  # fmt: skip


def _tagged(tag: Tag) -> Reply:
    return {
        "track": tag.track, "unit": tag.unit, "begin": clock.to_text(tag.begin_us), "end": clock.to_text(tag.end_us),
        "by": tag.by, "note": tag.note,
    }  # fmt: skip


def _meeting(it: Standing, now_us: int) -> Meeting | None:
    """Return an open encounter as a mark for a map, halfway between the two at their closest approach."""
    last, now = it.one.alerts[-1], it.now
    if now is None or last.grade is Grade.CLEAR:
        return None
    lat, lon = middle(now.a, now.b, now.tcpa_s)
    return Meeting(now_us, lat, lon, last.a, last.b, str(last.grade), now.range_m, now.cpa_m, now.tcpa_s)
