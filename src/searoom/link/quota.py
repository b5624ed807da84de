"""How much of a counterpart's badly formed, refused or repeated messages one node reads in an hour.

Three levels sink with time: bytes that brought nothing new, messages that were refused, and bytes that were answered.
Who sends refused messages is read ever more rarely, up to once in ten minutes; who then sends good ones is read as
before. Who asks for more than the most that a record can need is answered in small pieces.
Rule 1: what only asks is always answered, so that contact is never lost by a quota.
Rule 2: hurried entries have their own level: what was refused of the routine never holds up a flash.
"""

from dataclasses import dataclass, field
from typing import Final

HOUR_US: Final = 3_600_000_000
SECOND_US: Final = 1_000_000
SMALL_BYTES: Final = 16 << 10  # a message as short as this is read whatever the bytes before it


@dataclass(frozen=True, slots=True)
class Limits:
    """What one counterpart may cost."""

    idle_bytes: int = 256 << 20  # an hour, in messages that brought nothing new
    answered_bytes: int = 8 << 30  # an hour: about 4 million entries; then in pieces of SMALL_BYTES
    free_refusals: int = 3  # after which each refusal doubles the time to the next message
    longest_wait_us: int = 600 * SECOND_US
    most_refusals: int = 14  # remembered; forgotten one by one, all of them within an hour


@dataclass(slots=True)
class _Level:
    """A number that sinks by `most` within an hour, never below 0; a clock that is put back lets it stand."""

    most: int
    value: float = 0.0
    at_us: int = 0

    def now(self, now_us: int) -> float:
        passed_us = max(now_us - self.at_us, 0)
        self.value, self.at_us = max(self.value - self.most * passed_us / HOUR_US, 0.0), now_us
        return self.value

    def add(self, amount: int, now_us: int) -> None:
        self.value = min(self.now(now_us) + amount, 2.0 * self.most)


@dataclass(slots=True)
class _Lane:
    level: _Level
    last_us: int = 0  # of the last refusal
    until_us: int = 0  # to when nothing is acted on


@dataclass(slots=True)
class Quota:
    """The levels of one counterpart."""

    limits: Limits = field(default_factory=Limits)
    _bytes: _Level = field(init=False)
    _answers: _Level = field(init=False)
    _lanes: dict[bool, _Lane] = field(init=False)

    def __post_init__(self) -> None:
        self._bytes, self._answers = _Level(self.limits.idle_bytes), _Level(self.limits.answered_bytes)
        self._lanes = {urgent: _Lane(_Level(self.limits.most_refusals)) for urgent in (False, True)}

    def takes(self, size: int, now_us: int) -> bool:
        """Return whether a message of `size` bytes is read at all."""
        return size <= SMALL_BYTES or self._bytes.now(now_us) < self.limits.idle_bytes

    def brought_nothing(self, size: int, now_us: int) -> None:
        """Count a message that changed nothing here."""
        self._bytes.add(size, now_us)

    def answers_whole(self, now_us: int) -> bool:
        """Return whether an answer may still be of the usual size."""
        return self._answers.now(now_us) < self.limits.answered_bytes

    def answered(self, size: int, now_us: int) -> None:
        """Count an answer of `size` bytes."""
        self._answers.add(size, now_us)

    def refused(self, now_us: int, *, urgent: bool) -> None:
        """Count a message that was refused."""
        lane, limits = self._lanes[urgent], self.limits
        lane.level.add(1, now_us)
        lane.level.value = min(lane.level.value, limits.most_refusals)
        over = round(lane.level.value) - limits.free_refusals
        pause_us = min(SECOND_US << over, limits.longest_wait_us) if over >= 0 else 0
        lane.last_us, lane.until_us = now_us, now_us + pause_us

    def wait_us(self, now_us: int, *, urgent: bool) -> int:
        """Return for how long no message of this lane is acted on; 0 where the next one is."""
        lane = self._lanes[urgent]
        return max(lane.until_us - now_us, 0) if now_us >= lane.last_us else 0
