"""When a duty arises and until when it runs: two tables in plain Python, TRIGGERS and TERMS, over times in UTC.

A row here is a kind; its numbers stand in the pack. A new kind of trigger or term is one row and
one test. Years are calendar years of UTC. Working days come from tables inside the pack (`calendars`): no table of
holidays that two nodes could have in two versions decides what is owed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from searoom.account import Ref, ref_text
from searoom.clock import to_text
from searoom.obligations.calendars import MAX_WORKING_DAYS, Calendar, end_of_working_day
from searoom.obligations.pack import DAY_US, Table, day_us, refuse
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
    by its author's own word alone. `fields` is what stands in it.
    """

    ref: Ref
    form: str
    author: str
    recipients: tuple[str, ...]
    at_us: int
    delivered_us: int | None
    transcript_by: str = ""
    conveyed: bool = False
    fields: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def moment_us(self, name: str) -> int | None:
        """Return the time in a field of it: whole microseconds, or the first of a day; None where there is none."""
        return moment_us(self.fields.get(name))


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
    clauses: tuple[str, ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """Until when a duty runs: its kind, and its numbers as the pack has them."""

    kind: str
    within_us: int = 0
    counts_from: str = ""
    field: str = ""
    month: int = 0
    day: int = 0
    at_us: int = 0
    days: int = 0
    calendars: tuple[str, ...] = ()
    tables: tuple[Calendar, ...] = ()


Reached = Mapping[str, int]
"""Since when each clause has been done or verified, for those that are: what a trigger `after` asks for."""


@dataclass(frozen=True, slots=True)
class TriggerKind:
    """A row of TRIGGERS: what it means, how its numbers are read, which occasions it gives up to a moment."""

    meaning: str
    read: Callable[[Table], Trigger]
    occasions: Callable[[Trigger, Sequence[Said], int, int, Reached], Iterator[Occasion]]


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


def _standing(_t: Trigger, _said: Sequence[Said], _start_us: int, _now_us: int, _r: Reached) -> Iterator[Occasion]:
    return iter(())


def _yearly(trigger: Trigger, _said: Sequence[Said], start_us: int, now_us: int, _r: Reached) -> Iterator[Occasion]:
    """Give each calendar year from the later of the trigger's first year and the agreement's start to this one."""
    for year in range(max(trigger.from_year, year_of(start_us)), year_of(max(now_us, 0)) + 1):
        arose_us = max(year_start_us(year), start_us)
        if arose_us <= now_us:
            yield Occasion(str(year), arose_us, year_start_us(year + 1))


def _schedule(trigger: Trigger, _said: Sequence[Said], start_us: int, now_us: int, _r: Reached) -> Iterator[Occasion]:
    """Give each slot that has come, and the next one, so that it can be shown before it comes."""
    skipped = max(0, -(-(start_us - trigger.start_us) // trigger.every_us))
    at_us = trigger.start_us + skipped * trigger.every_us
    while True:
        yield Occasion(to_text(at_us), at_us, at_us + trigger.every_us)
        if at_us > now_us:
            return
        at_us += trigger.every_us


def _on_entry(trigger: Trigger, said: Sequence[Said], start_us: int, _now_us: int, _r: Reached) -> Iterator[Occasion]:
    """Give each entry of the form since the start; a clock that runs ahead of ours hides none of them."""
    for entry in said:
        if entry.form == trigger.form and start_us <= entry.at_us:
            yield Occasion(ref_text(entry.ref), entry.at_us, FAR_US, entry)


def _once(trigger: Trigger, _said: Sequence[Said], start_us: int, _now_us: int, _r: Reached) -> Iterator[Occasion]:
    """Give the one occasion, which can be shown before it comes."""
    at_us = max(trigger.start_us, start_us)
    yield Occasion(to_text(at_us)[:10], at_us, FAR_US)


def _after(
    trigger: Trigger, _said: Sequence[Said], start_us: int, _now_us: int, reached: Reached
) -> Iterator[Occasion]:
    """Give the one occasion, from the moment at which the last of the named clauses was done or verified."""
    if all(name in reached for name in trigger.clauses):
        at_us = max(start_us, *(reached[name] for name in trigger.clauses))
        yield Occasion(to_text(at_us)[:10], at_us, FAR_US)


def moment_us(value: object) -> int | None:
    """Return the time in a date field: microseconds, with or without its zone, or the first of a day as 2026-06-03."""
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return value[0]
    if isinstance(value, int):
        return value
    try:
        return day_us(date.fromisoformat(str(value)))
    except ValueError:
        return None


def _read_yearly(table: Table) -> Trigger:
    return Trigger("yearly", from_year=table.whole("from_year", FIRST_YEAR, LAST_YEAR))


def _read_schedule(table: Table) -> Trigger:
    every_us = table.duration_us("every")
    if every_us < MIN_EVERY_US:
        raise refuse(table.at("every"), "a schedule runs at most once an hour")
    return Trigger("schedule", every_us=every_us, start_us=table.instant_us("start"))


def _read_after(table: Table) -> Trigger:
    clauses = table.list("clauses")
    if not clauses:
        raise refuse(table.at("clauses"), "it names no clause")
    return Trigger("after", clauses=clauses, state=table.choice("state", ("met", "verified")))


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
    "once": TriggerKind(
        "once, on the day `on`", lambda table: Trigger("once", start_us=day_us(table.day("on"))), _once
    ),
    "after": TriggerKind("once all of `clauses` are done (`state` met) or verified (verified)", _read_after, _after),
    "pledge": TriggerKind(
        "always, from the day `from`: a promise to refrain, without a date",
        lambda table: Trigger("pledge", start_us=day_us(table.day("from"))),
        lambda trigger, _said, start_us, _now_us, _r: iter(
            (Occasion(to_text(max(trigger.start_us, start_us))[:10], max(trigger.start_us, start_us), FAR_US),)
        ),
    ),
}


def _due_within(term: Term, occasion: Occasion) -> int | None:
    if term.counts_from == "delivery":
        delivered_us = occasion.cause.delivered_us if occasion.cause else None
        return None if delivered_us is None else delivered_us + term.within_us
    return occasion.arose_us + term.within_us


def _read_within(table: Table) -> Term:
    return Term("within", table.duration_us("time"), table.choice("from", ("start", "delivery")))


def _due_by_day(term: Term, occasion: Occasion) -> int | None:
    return day_us(date(year_of(occasion.arose_us), term.month, term.day)) + DAY_US


def _read_by_day(table: Table) -> Term:
    month, day = table.whole("month", 1, 12), table.whole("day", 1, 31)
    try:
        date(2001, month, day)  # a year without 29 February: a yearly duty falls due in every year
    except ValueError:
        raise refuse(table.at("day"), f"not every year has a day {day} of month {month}") from None
    return Term("by-day", month=month, day=day)


def _due_by_field(term: Term, occasion: Occasion) -> int | None:
    """Return the time in the entry's own field, less the time before it, or with the time after it."""
    named = occasion.cause.moment_us(term.field) if occasion.cause else None
    if named is None:
        return None
    if term.kind == "before":
        return named - term.within_us
    whole_day = DAY_US if occasion.cause and isinstance(occasion.cause.fields.get(term.field), str) else 0
    return named + whole_day + term.within_us


def _read_before(kind: str) -> Callable[[Table], Term]:
    def read(table: Table) -> Term:
        counted = table.choice("counted_to", ("receipt", "sending"))
        return Term(kind, table.duration_us("time"), counted, field=table.text("field"))

    return read


def _due_working_days(term: Term, occasion: Occasion) -> int | None:
    from_us: int | None = occasion.arose_us
    if term.counts_from == "delivery":
        from_us = occasion.cause.delivered_us if occasion.cause else None
    return None if from_us is None else end_of_working_day(term.tables, from_us, term.days)


def _read_working_days(table: Table) -> Term:
    calendars = table.list("calendars")
    if not calendars:
        raise refuse(table.at("calendars"), "working days need a calendar")
    return Term(
        "working-days",
        counts_from=table.choice("from", ("start", "delivery")),
        days=table.whole("days", 1, MAX_WORKING_DAYS),
        calendars=calendars,
    )


def _read_on_receipt(table: Table) -> Term:
    return Term("on-receipt", table.duration_us("time") if table.has("time") else 0)


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
        "it takes effect when the other side has it, or `time` after that, and not before",
        _read_on_receipt,
        lambda _term, _occasion: None,
    ),
    "by-day": TermKind("by the end of this day of the year, in UTC", _read_by_day, _due_by_day),
    "by-date": TermKind(
        "by the end of the day `date`, in UTC",
        lambda table: Term("by-date", at_us=day_us(table.day("date")) + DAY_US),
        lambda term, _occasion: term.at_us,
    ),
    "before": TermKind(
        "the entry itself is there `time` before what its field `field` names, counted to its receipt or its sending",
        _read_before("before"),
        _due_by_field,
    ),
    "at-latest": TermKind(
        "the entry itself is there `time` after what its field `field` names, at the latest",
        _read_before("at-latest"),
        _due_by_field,
    ),
    "after-field": TermKind(
        "`time` after what the field `field` of the entry names; a day counts to its end",
        lambda table: Term("after-field", table.duration_us("time"), field=table.text("field")),
        _due_by_field,
    ),
    "working-days": TermKind(
        "by the end of the `days`-th day that is a working day in each of `calendars`",
        _read_working_days,
        _due_working_days,
    ),
}

FITS: Final[Mapping[str, frozenset[str]]] = {
    "standing": frozenset({"none"}),
    "yearly": frozenset({"period-end", "within", "by-day"}),
    "schedule": frozenset({"period-end", "within"}),
    "on-entry": frozenset({"within", "on-receipt", "before", "at-latest", "after-field", "working-days", "none"}),
    "once": frozenset({"none", "within", "by-date", "working-days"}),
    "after": frozenset({"none", "within", "by-date", "working-days"}),
    "pledge": frozenset({"none"}),
}
"""Which terms make sense with which trigger; the loader refuses the rest."""
