"""Working days, from tables that lie inside the pack and under its hash: no library and no clock decides what is owed.

A day is a calendar day of UTC. It is a working day where every calendar that a clause names has it as one. What lies
outside a table is not known, and nothing is guessed about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from searoom.obligations.pack import Table, day_us, refuse

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_WORKING_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one party from `first` to `last`: its weekly days of rest, its holidays, its made-up days.

    `workdays` are days of rest that are worked nevertheless (as a Saturday before a long holiday). `source` names who
    published them.
    """

    id: str
    party: str
    source: str
    first: date
    last: date
    rest: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]

    def works(self, day: date) -> bool | None:
        """Whether a day is worked; None where the table does not reach it."""
        if not self.first <= day <= self.last:
            return None
        if day in self.workdays:
            return True
        return day.weekday() not in self.rest and day not in self.holidays


def read_calendar(row: Table, name: str) -> Calendar:
    """Return one calendar of a pack; a holiday outside its years, or a day that is both, is refused."""
    first, last = row.day("first"), row.day("last")
    if not first <= last:
        raise refuse(row.at("last"), "the last day stands before the first")
    rest = row.list("rest")
    if strange := [day for day in rest if day not in WEEKDAYS]:
        raise refuse(row.at("rest"), f"'{strange[0]}' is no weekday; there are {', '.join(WEEKDAYS)}")
    holidays, workdays = row.days("holidays"), row.days("workdays") if row.has("workdays") else ()
    for field, days in (("holidays", holidays), ("workdays", workdays)):
        if outside := [day for day in days if not first <= day <= last]:
            raise refuse(row.at(field), f"{outside[0]} lies outside this table, {first} to {last}")
    if both := sorted(set(holidays) & set(workdays)):
        raise refuse(row.at("workdays"), f"{both[0]} is a holiday and a working day")
    numbers = frozenset(WEEKDAYS.index(day) for day in rest)
    if idle := [day for day in workdays if day.weekday() not in numbers]:
        raise refuse(row.at("workdays"), f"{idle[0]} is a working day anyhow")
    found = Calendar(
        name, row.text("party", ""), row.text("source"), first, last, numbers, frozenset(holidays), frozenset(workdays)
    )
    row.done()
    return found


def day_of(time_us: int) -> date:
    """Return the day of UTC in which a time lies."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).date()


def end_of_working_day(calendars: Sequence[Calendar], from_us: int, days: int) -> int | None:
    """Return the end of the `days`-th working day after the day of `from_us`; None where a table ends before it."""
    day = day_of(from_us)
    while days > 0:
        day += timedelta(days=1)
        worked = [calendar.works(day) for calendar in calendars]
        if not worked or None in worked:
            return None
        days -= all(worked)
    return day_us(day + timedelta(days=1))


def by_id(calendars: Mapping[str, Calendar], names: Sequence[str]) -> tuple[Calendar, ...]:
    """Return the calendars of these names, in their order; a name that the pack lacks is left out."""
    return tuple(calendars[name] for name in names if name in calendars)
