"""When a duty arises and until when it runs: two tables in plain Python, TRIGGERS and TERMS, over times in UTC.

A row here is a kind; its numbers stand in the pack. A new kind of trigger or term is one row and
one test. Years are calendar years of UTC: no table of holidays that two nodes could have in two
versions decides what is owed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from searoom.account import Ref, ref_text
from searoom.clock import to_text
from searoom.obligations.pack import Table, refuse
from searoom.units import MICROSECONDS

FAR_US: Final = 1 << 62
"""Later than every deadline: the end of a duty that has none yet."""

MIN_EVERY_US: Final = 3600 * MICROSECONDS
"""A schedule runs at most once an hour: the account of ten years of tests is then still folded in seconds."""

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2200


@dataclass(frozen=True, slots=True)
class Said:
    """What a trigger needs to know of an entry: its place, form, author and recipients, and its times.

    `at_us` is the time that its author claims, `delivered_us` the time at which, by the clocks of the stations
    that placed what shows it, all recipients had it (None while one has not). `transcript_by` names whose
    officer wrote down that it was said ('' where its author signed it); `conveyed` says that its delivery is shown
    by its author's own word alone.
    """

    ref: Ref
    form: str
    author: str
    recipients: tuple[str, ...]
    at_us: int
    delivered_us: int | None
    transcript_by: str = ""
    conveyed: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time that a duty arises. It is fulfilled by what is said from `arose_us` on and before `until_us`.

    `label` is what people call it (a year, a slot, an entry); `cause` is the entry that started it, if one did.
    """

    label: str
    arose_us: int
    until_us: int
    cause: Said | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a duty: its kind, and its numbers as the pack has them."""

    kind: str
    from_year: int = 0
    every_us: int = 0
    start_us: int = 0
    form: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """Until when a duty runs: its kind, and its numbers as the pack has them."""

    kind: str
    within_us: int = 0
    counts_from: str = ""


@dataclass(frozen=True, slots=True)
class TriggerKind:
    """A row of TRIGGERS: what it means, how its numbers are read, which occasions it gives up to a moment."""

    meaning: str
    read: Callable[[Table], Trigger]
    occasions: Callable[[Trigger, Sequence[Said], int, int], Iterator[Occasion]]


@dataclass(frozen=True, slots=True)
class TermKind:
    """A row of TERMS: what it means, how its numbers are read, and the deadline of an occasion (None: not running)."""

    meaning: str
    read: Callable[[Table], Term]
    due: Callable[[Term, Occasion], int | None]


def year_start_us(year: int) -> int:
    """Return the first microsecond of a calendar year in UTC."""
    return (datetime(year, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def year_of(time_us: int) -> int:
    """Return the calendar year, in UTC, of a time."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).year


def _standing(_trigger: Trigger, _said: Sequence[Said], _start_us: int, _now_us: int) -> Iterator[Occasion]:
    return iter(())


def _yearly(trigger: Trigger, _said: Sequence[Said], start_us: int, now_us: int) -> Iterator[Occasion]:
    """Give each calendar year from the later of the trigger's first year and the agreement's start to this one."""
    for year in range(max(trigger.from_year, year_of(start_us)), year_of(max(now_us, 0)) + 1):
        arose_us = max(year_start_us(year), start_us)
        if arose_us <= now_us:
            yield Occasion(str(year), arose_us, year_start_us(year + 1))


def _schedule(trigger: Trigger, _said: Sequence[Said], start_us: int, now_us: int) -> Iterator[Occasion]:
    """Give each slot that has come, and the next one, so that it can be shown before it comes."""
    skipped = max(0, -(-(start_us - trigger.start_us) // trigger.every_us))
    at_us = trigger.start_us + skipped * trigger.every_us
    while True:
        yield Occasion(to_text(at_us), at_us, at_us + trigger.every_us)
        if at_us > now_us:
            return
        at_us += trigger.every_us


def _on_entry(trigger: Trigger, said: Sequence[Said], start_us: int, _now_us: int) -> Iterator[Occasion]:
    """Give each entry of the form since the start; a clock that runs ahead of ours hides none of them."""
    for entry in said:
        if entry.form == trigger.form and start_us <= entry.at_us:
            yield Occasion(ref_text(entry.ref), entry.at_us, FAR_US, entry)


def _read_yearly(table: Table) -> Trigger:
    return Trigger("yearly", from_year=table.whole("from_year", FIRST_YEAR, LAST_YEAR))


def _read_schedule(table: Table) -> Trigger:
    every_us = table.duration_us("every")
    if every_us < MIN_EVERY_US:
        raise refuse(table.at("every"), "a schedule runs at most once an hour")
    return Trigger("schedule", every_us=every_us, start_us=table.instant_us("start"))


TRIGGERS: Final[Mapping[str, TriggerKind]] = {
    "standing": TriggerKind(
        "it holds always, and nothing falls due by itself", lambda _: Trigger("standing"), _standing
    ),
    "yearly": TriggerKind("once in every calendar year (UTC) from `from_year` on", _read_yearly, _yearly),
    "schedule": TriggerKind("at `start` and every `every` after it", _read_schedule, _schedule),
    "on-entry": TriggerKind(
        "each time an entry of the form `form` is said",
        lambda table: Trigger("on-entry", form=table.text("form")),
        _on_entry,
    ),
}


def _due_within(term: Term, occasion: Occasion) -> int | None:
    if term.counts_from == "delivery":
        delivered_us = occasion.cause.delivered_us if occasion.cause else None
        return None if delivered_us is None else delivered_us + term.within_us
    return occasion.arose_us + term.within_us


def _read_within(table: Table) -> Term:
    return Term("within", table.duration_us("time"), table.choice("from", ("start", "delivery")))


TERMS: Final[Mapping[str, TermKind]] = {
    "none": TermKind("no deadline", lambda _: Term("none"), lambda _term, _occasion: None),
    "period-end": TermKind(
        "until the period of the trigger ends", lambda _: Term("period-end"), lambda _, occasion: occasion.until_us
    ),
    "within": TermKind(
        "`time` after the duty arose (`from` start), or after the entry that started it was delivered",
        _read_within,
        _due_within,
    ),
    "on-receipt": TermKind(
        "it takes effect when the other side has it, and not before",
        lambda _: Term("on-receipt"),
        lambda _term, _occasion: None,
    ),
}

FITS: Final[Mapping[str, frozenset[str]]] = {
    "standing": frozenset({"none"}),
    "yearly": frozenset({"period-end", "within"}),
    "schedule": frozenset({"period-end", "within"}),
    "on-entry": frozenset({"within", "on-receipt"}),
}
"""Which terms make sense with which trigger; the loader refuses the rest."""
