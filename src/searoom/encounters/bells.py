"""Which encounters still call for a person: answered, put off until a time, or louder the longer nobody answers.

Pure: what was answered is a value, what rings is computed from it, the encounters and a moment. A crash loses nothing
that was written down: whoever keeps the answers can hand them in again.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from searoom.encounters.alerts import Alert, Encounter
from searoom.encounters.settings import RISING, Grade, Settings
from searoom.errors import NotAllowed
from searoom.units import MICROSECONDS

MOST_PRESSING = 3  # steps: the officer of the watch, the captain, everybody on the bridge
LONGEST_SNOOZE_US = 3_600 * MICROSECONDS  # who wants quiet for longer says so again
_ESCALATING = frozenset({Grade.WARN, Grade.URGENT})  # an advise is shown, and never becomes louder

Names = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has answered: it holds up to this grade, for one encounter, or for the pair until a time."""

    grade: Grade
    at_us: int
    first_us: int | None = None  # the first alert of the encounter that was acknowledged
    until_us: int | None = None  # or the end of a snooze, which outlasts an encounter


@dataclass(frozen=True, slots=True)
class Bell:
    """An encounter that nobody has answered since `since_us`; `step` grows from 0 to MOST_PRESSING."""

    a: str
    b: str
    grade: Grade
    since_us: int
    step: int


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers, by pair: the newest acknowledgement and the newest snooze of each."""

    acknowledged: Mapping[Names, Answer] = field(default_factory=dict)
    snoozed: Mapping[Names, Answer] = field(default_factory=dict)

    def acknowledge(self, one: Encounter, now_us: int) -> "Answers":
        """Return the answers with one more: it holds until the encounter is cleared or its grade rises above."""
        answer = Answer(_grade(one), now_us, first_us=one.alerts[0].time_us)
        return replace(self, acknowledged={**self.acknowledged, _pair(one): answer})

    def snooze(self, one: Encounter, now_us: int, until_us: int) -> "Answers":
        """Return the answers with a pair put off until a time; a grade above the present one rings all the same."""
        if not now_us < until_us <= now_us + LONGEST_SNOOZE_US:
            raise NotAllowed(
                "a pair is put off until a time ahead, an hour at most", advice="Say it again when the hour is over."
            )
        return replace(self, snoozed={**self.snoozed, _pair(one): Answer(_grade(one), now_us, until_us=until_us)})

    def kept(self, encounters: Iterable[Encounter], now_us: int) -> "Answers":
        """Return the answers that still say something: of open encounters, and snoozes that have not ended.

        One that has ended while its encounter lasts still says since when that rings again.
        """
        open_ = {_pair(one): one.alerts[0].time_us for one in encounters if one.cleared_us is None}
        return Answers(
            {pair: one for pair, one in self.acknowledged.items() if open_.get(pair) == one.first_us},
            {pair: one for pair, one in self.snoozed.items() if (one.until_us or 0) > now_us or pair in open_},
        )


def ringing(encounters: Iterable[Encounter], answers: Answers, settings: Settings, now_us: int) -> tuple[Bell, ...]:
    """Return the open encounters that nobody has answered, the most pressing first."""
    bells = []
    for one in encounters:
        since_us = _since(one, answers, now_us)
        if since_us is None:
            continue
        bells.append(Bell(one.a, one.b, _grade(one), since_us, _step(_grade(one), since_us, settings, now_us)))
    return tuple(sorted(bells, key=pressing))


def unanswered(
    open_: Iterable[tuple[Alert, int]], settings: Settings, now_us: int, most: int
) -> list[Bell]:  # fmt: skip
    """Return the most pressing of the open encounters that nobody has ever answered, at most so many.

    Each is given by its last alert and the time (us) of its first: what `ringing` tells of it, for far less work.
    """
    ranks = (
        (-RISING.index(last.grade), -_step(last.grade, first_us, settings, now_us), first_us, last.a, last.b)
        for last, first_us in open_
    )
    return [Bell(a, b, RISING[-rank], since_us, -step) for rank, step, since_us, a, b in heapq.nsmallest(most, ranks)]


def pressing(bell: Bell) -> tuple[int, int, int, str, str]:
    """Return the key that puts bells in order, the most pressing first."""
    return -RISING.index(bell.grade), -bell.step, bell.since_us, bell.a, bell.b


def _step(grade: Grade, since_us: int, settings: Settings, now_us: int) -> int:
    steps = (now_us - since_us) // round(settings.escalate_s * MICROSECONDS) if grade in _ESCALATING else 0
    return min(steps, MOST_PRESSING)


def _since(one: Encounter, answers: Answers, now_us: int) -> int | None:
    """Return since when an encounter has called for somebody, None where it does not."""
    grade = RISING.index(_grade(one))
    if one.cleared_us is not None or grade == 0:
        return None
    heard, after_us = 0, one.alerts[0].time_us
    acknowledged, snoozed = answers.acknowledged.get(_pair(one)), answers.snoozed.get(_pair(one))
    if acknowledged is not None and acknowledged.first_us == one.alerts[0].time_us:
        heard = RISING.index(acknowledged.grade)
    if snoozed is not None and snoozed.until_us is not None:
        if now_us < snoozed.until_us:
            heard = max(heard, RISING.index(snoozed.grade))
        elif heard == 0:
            after_us = max(after_us, snoozed.until_us)
    if grade <= heard:
        return None
    rose = next(alert.time_us for alert in one.alerts if RISING.index(alert.grade) > heard)
    return max(rose, after_us)


def _grade(one: Encounter) -> Grade:
    return one.alerts[-1].grade


def _pair(one: Encounter) -> Names:
    return (one.a, one.b) if one.a < one.b else (one.b, one.a)
