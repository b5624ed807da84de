"""Alerts, encounters and answers as JSON lines and back: what a live watch tells, writes down, and reads again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter

from searoom.encounters.alerts import Alert, Encounter, Event, Reason
from searoom.encounters.bells import Answer, Answers, Names
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade
from searoom.errors import NotAllowed

Words = dict[str, object]
_FIELDS = tuple(field.name for field in fields(Alert))
_NUMBERS = (
    "range_m", "range_error_m", "cpa_m", "cpa_error_m", "tcpa_s", "bearing_deg", "aspect_deg", "age_s", "height_m",
    "height_error_m",
)  # fmt: skip
_VALUES, _NUMBERS_OF = attrgetter(*_FIELDS), attrgetter(*_NUMBERS)
_SAID: Mapping[Pair | Reason, str] = {one: one.name.lower() for one in (*Pair, *Reason)}
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECIMALS = 3  # millimetres, milliseconds: finer than any error


def line(kind: str, words: Mapping[str, object]) -> bytes:
    """Return one line of JSON."""
    return _JSON.encode({"kind": kind, **words}).encode() + b"\n"


def alert_words(alert: Alert) -> Words:
    """Return an alert's fields by name; what does not exist is null."""
    words: Words = dict(zip(_FIELDS, _VALUES(alert), strict=True))
    for name, value in zip(_NUMBERS, _NUMBERS_OF(alert), strict=True):
        if value is not None:
            words[name] = round(value, _DECIMALS) if value - value == 0.0 else None
    words["pair"], words["reason"] = _SAID[alert.pair], _SAID[alert.reason]
    return words


def alert_of(words: Mapping[str, object]) -> Alert:
    """Return the alert of such fields; NotAllowed where they are none."""
    try:
        given = {name: words[name] for name in _FIELDS}
        numbers = {
            name: float("nan") if value is None and name in _SURE else value
            for name, value in given.items() if isinstance(value, int | float) or value is None
        }  # fmt: skip
        made = {
            "grade": Grade(str(given["grade"])), "geometry": Geometry(str(given["geometry"])),
            "colregs": Colregs(str(given["colregs"])), "reason": Reason[str(given["reason"]).upper()],
            "pair": Pair[str(given["pair"]).upper()],
        }  # fmt: skip
        return Alert(**{**given, **numbers, **made})  # type: ignore[arg-type]  # each was made by the kind of its name
    except (KeyError, ValueError, TypeError) as fault:
        raise NotAllowed(
            f"this is no alert: {fault}", advice="Leave the line as it is, and look at who wrote it."
        ) from None


_SURE = frozenset({"range_m", "range_error_m", "cpa_m", "cpa_error_m", "tcpa_s", "age_s"})


def event_words(event: Event) -> Words:
    """Return an event's fields by name."""
    found = {one.name: getattr(event, one.name) for one in fields(Event)}
    return {
        name: (round(value, _DECIMALS) if value - value == 0.0 else None) if isinstance(value, float) else value
        for name, value in found.items()
    }


@dataclass(slots=True)
class Standing:
    """What a journal's lines come to: the encounters that are open, and what was answered."""

    told: dict[Names, list[Alert]] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    unread: int = 0  # lines that could not be read

    def take(self, raw: bytes) -> None:
        """Take one line in; one that cannot be read, as the torn last one after a crash, is counted."""
        try:
            words = json.loads(raw)
            kind = words["kind"]
            if kind == "alert":
                self._told(alert_of(words))
            elif kind in ("acknowledged", "snoozed"):
                self._answered(str(kind), words)
            else:
                self.unread += 1
        except (ValueError, KeyError, TypeError, NotAllowed):
            self.unread += 1

    def _told(self, alert: Alert) -> None:
        pair = names_of(alert.a, alert.b)
        if alert.grade is Grade.CLEAR:
            self.told.pop(pair, None)
        else:
            self.told.setdefault(pair, []).append(alert)

    def _answered(self, kind: str, words: Mapping[str, object]) -> None:
        pair = names_of(str(words["a"]), str(words["b"]))
        first_us, until_us = words.get("first_us"), words.get("until_us")
        answer = Answer(
            Grade(str(words["grade"])), int(str(words["at_us"])),
            None if first_us is None else int(str(first_us)), None if until_us is None else int(str(until_us)),
        )  # fmt: skip
        self.answers = answered(self.answers, kind, pair, answer)

    def encounters(self) -> Iterable[Encounter]:
        """Yield the open encounters, as they were told."""
        for alerts in self.told.values():
            nearest = min(alerts, key=lambda alert: alert.range_m)
            cpa_m = min(alert.cpa_m for alert in alerts)
            yield Encounter(alerts[0].a, alerts[0].b, tuple(alerts), cpa_m, nearest.range_m, nearest.time_us, None)

    def lines(self) -> Iterable[bytes]:
        """Yield the fewest lines that come to the same."""
        for alerts in self.told.values():
            yield from (line("alert", alert_words(alert)) for alert in alerts)
        for kind, answers in (("acknowledged", self.answers.acknowledged), ("snoozed", self.answers.snoozed)):
            for pair, answer in answers.items():
                yield line(kind, answer_words(pair, answer))


def answer_words(pair: Names, answer: Answer) -> Words:
    """Return what was answered about a pair, by name."""
    return {
        "a": pair[0], "b": pair[1], "grade": answer.grade, "at_us": answer.at_us, "first_us": answer.first_us,
        "until_us": answer.until_us,
    }  # fmt: skip


def answered(answers: Answers, kind: str, pair: Names, answer: Answer) -> Answers:
    """Return the answers with one more, `acknowledged` or `snoozed`."""
    if kind == "acknowledged":
        return Answers({**answers.acknowledged, pair: answer}, answers.snoozed)
    return Answers(answers.acknowledged, {**answers.snoozed, pair: answer})


def names_of(one: str, other: str) -> Names:
    """Return the two names of a pair in the order in which answers know them."""
    return (one, other) if one < other else (other, one)
