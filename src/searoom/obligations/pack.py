"""One table of a pack, read strictly: what is missing, unknown or of the wrong kind is refused with its place."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.units import MICROSECONDS

LANGUAGES: Final = ("en", "ja", "zh")

DAY_US: Final = 86_400 * MICROSECONDS
_UNITS: Final = {"min": 60 * MICROSECONDS, "h": 3600 * MICROSECONDS, "d": DAY_US}
_ADVICE: Final = "Correct the pack at this place; docs/formats/agreement.md lists what each table may hold."


def refuse(place: str, problem: str) -> NotAllowed:
    """Return the error for `problem` at `place`, for the caller to raise."""
    return NotAllowed(f"{place}: {problem}", advice=_ADVICE)


class Table:
    """A table of the file with its place; each value is asked for once and by name, and `done` refuses the rest."""

    def __init__(self, values: object, place: str, faults: list[NotAllowed] | None = None) -> None:
        """Read `values`; where `faults` is given, `gather` collects there what it would otherwise raise."""
        if not isinstance(values, Mapping):
            raise refuse(place, "this must be a table")
        self.place = place
        self.faults = faults
        self._values: dict[str, object] = {str(name): value for name, value in values.items()}
        self._asked: set[str] = set()

    def at(self, name: str) -> str:
        """Return the place of the value `name`."""
        return f"{self.place}, {name}"

    def has(self, name: str) -> bool:
        """Whether the table holds `name`; asking does not count as reading it."""
        return name in self._values

    def names(self) -> tuple[str, ...]:
        """Return the names in the table, in the order of the file."""
        return tuple(self._values)

    def gather(self, parts: Mapping[str, Callable[[], object]]) -> dict[str, Any]:
        """Return what each part reads; with a list of faults, go on after each and raise the last at the end."""
        found: dict[str, object] = {}
        last: NotAllowed | None = None
        for name, read in parts.items():
            try:
                found[name] = read()
            except NotAllowed as fault:
                if self.faults is None:
                    raise
                if fault not in self.faults:
                    self.faults.append(fault)
                last = fault
        if last is not None:
            raise last
        return found

    def take(self, name: str) -> object:
        """Return the value of `name`, which must be there."""
        if name not in self._values:
            raise refuse(self.place, f"'{name}' is missing")
        self._asked.add(name)
        return self._values[name]

    def done(self) -> None:
        """Refuse what nobody asked for."""
        for name in self._values:
            if name not in self._asked:
                raise refuse(self.place, f"'{name}' is not a field of this table")

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        if default is not None and not self.has(name):
            return default
        value = self.take(name)
        if not isinstance(value, str) or not value.strip():
            raise refuse(self.at(name), "this must be a text that says something")
        try:
            return cbor.check_text(value)
        except NotAllowed as error:
            raise refuse(self.at(name), error.sentence) from None

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise refuse(self.at(name), "this must be true or false")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self.take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise refuse(self.at(name), f"this must be a whole number from {low} to {high}")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return a text that is one of `allowed`."""
        value = self.text(name, default)
        if value not in allowed:
            raise refuse(self.at(name), f"'{value}' is unknown; known are {', '.join(sorted(allowed))}")
        return value

    def texts(self, name: str) -> Mapping[str, str]:
        """Return a text in each language: all of them, and no other."""
        table = Table(self.take(name), self.at(name), self.faults)
        texts = {language: table.text(language) for language in LANGUAGES}
        table.done()
        return texts

    def table(self, name: str) -> "Table":
        """Return a table inside this one."""
        return Table(self.take(name), self.at(name), self.faults)

    def tables(self, name: str, *, optional: bool = False) -> tuple["Table", ...]:
        """Return a list of tables, each with its number and, where it has one, its id as its place."""
        if optional and not self.has(name):
            return ()
        value = self.take(name)
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise refuse(self.at(name), "this must be a list of tables")
        return tuple(
            Table(item, f"{self.at(name)}[{at}]{_named(item)}", self.faults) for at, item in enumerate(value, start=1)
        )

    def list(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, none of them twice."""
        value = self.take(name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise refuse(self.at(name), "this must be a list of texts")
        items = tuple(cast("Sequence[str]", value))
        if len(set(items)) != len(items):
            raise refuse(self.at(name), "something is named twice")
        return items

    def days(self, name: str) -> tuple[date, ...]:
        """Return a list of dates in ascending order, each once."""
        value = self.take(name)
        if not isinstance(value, list) or any(isinstance(d, datetime) or not isinstance(d, date) for d in value):
            raise refuse(self.at(name), "this must be a list of dates such as 2026-05-04")
        found = tuple(cast("Sequence[date]", value))
        if sorted(set(found)) != list(found):
            raise refuse(self.at(name), "dates stand in ascending order, each once")
        return found

    def day(self, name: str) -> date:
        """Return a date without a time of day."""
        value = self.take(name)
        if isinstance(value, datetime) or not isinstance(value, date):
            raise refuse(self.at(name), "this must be a date such as 2018-05-09")
        return value

    def instant_us(self, name: str) -> int:
        """Return a date with a time and a zone, as microseconds of Unix time."""
        value = self.take(name)
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise refuse(self.at(name), "this must be a time with its zone, such as 2026-06-03T00:00:00Z")
        return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    def duration_us(self, name: str) -> int:
        """Return a duration such as '24 h' in microseconds; a number without its unit is refused."""
        text = self.text(name) if isinstance(self._values.get(name), str) else str(self.take(name))
        amount, _, unit = text.partition(" ")
        if not amount.isdecimal() or not amount.isascii() or int(amount) == 0 or len(amount) > 6:
            raise refuse(self.at(name), f"'{text}' is not a duration such as '24 h'")
        if unit not in _UNITS:
            raise refuse(self.at(name), f"'{text}' has no unit; known are {', '.join(_UNITS)}")
        return int(amount) * _UNITS[unit]


def _named(item: object) -> str:
    name = item.get("id") if isinstance(item, Mapping) else None
    return f" '{name}'" if isinstance(name, str) else ""


def day_us(day: date) -> int:
    """Return the first microsecond of a day in UTC."""
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY_US


def plain(value: object, place: str) -> cbor.Value:
    """Return what TOML gave as a value with one encoding, for the hash; a float has none and is refused."""
    if isinstance(value, Mapping):
        return {str(name): plain(item, f"{place}, {name}") for name, item in value.items()}
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return [plain(item, place) for item in value]
    raise refuse(place, f"a {type(value).__name__} has no place in a pack")
