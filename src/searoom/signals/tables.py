"""Packaged tables, strictly read: what is wrong is named with its file and its row.

Rule 1: a field that nobody asks for is a fault, not a comment.
Rule 2: a text that people read stands in every language of the house, or nowhere.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from searoom import sentences
from searoom.errors import NotAllowed

LANGUAGES: Final = sentences.LANGUAGES

_DATA: Final = files("searoom.signals") / "data"
_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})


def packaged(name: str) -> str:
    """Return the text of the packaged file `name`, such as `codebook-ics.toml` or `forms/read.toml`."""
    try:
        return _DATA.joinpath(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotAllowed(f"there is no packaged table '{name}'") from None


def packaged_names(folder: str) -> tuple[str, ...]:
    """Return the names of the TOML files in a packaged folder, sorted."""
    names = (entry.name for entry in _DATA.joinpath(folder).iterdir())
    return tuple(sorted(name for name in names if name.endswith(".toml")))


class Table:
    """One table of a TOML file; each field is asked for by name and kind, and `done` refuses what is left over."""

    def __init__(self, items: Mapping[str, object], file: str, row: str = "") -> None:
        self._items = dict(items)
        self.file = file
        self.row = row

    def fault(self, sentence: str) -> NotAllowed:
        """Return the error that names this file and row, to be raised."""
        place = f"{self.file}, {self.row}" if self.row else self.file
        return NotAllowed(f"{place}: {sentence}")

    def named(self, row: str) -> "Table":
        """Name this row for later messages, once its code or name is known, and return it."""
        self.row = row
        return self

    def has(self, key: str) -> bool:
        """Tell whether the field is there and was not yet taken."""
        return key in self._items

    def _take(self, key: str) -> object:
        if key not in self._items:
            raise self.fault(f"the field '{key}' is missing")
        return self._items.pop(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Take a text that is not blank; where it is missing, take `default` if there is one."""
        if default is not None and key not in self._items:
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"the field '{key}' must be a text that is not blank")
        return value

    def text_or_nothing(self, key: str) -> str:
        """Take a text that must be there and may be empty."""
        value = self._take(key)
        if not isinstance(value, str):
            raise self.fault(f"the field '{key}' must be a text")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Take a text that must be one of `allowed`."""
        value = self.text(key, default)
        if value not in allowed and value != default:
            raise self.fault(f"'{value}' is not allowed in '{key}'; allowed are {', '.join(allowed)}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Take true or false."""
        value = self._items.pop(key, default)
        if not isinstance(value, bool):
            raise self.fault(f"the field '{key}' must be true or false")
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        """Take a whole number."""
        if default is not None and key not in self._items:
            return default
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(f"the field '{key}' must be a whole number")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts without doubles; an absent field is an empty list."""
        value = self._items.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fault(f"the field '{key}' must be a list of texts")
        if len(set(value)) != len(value):
            raise self.fault(f"the field '{key}' names something twice")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """Take a table inside this one."""
        value = self._take(key)
        if not isinstance(value, dict):
            raise self.fault(f"the field '{key}' must be a table")
        return Table(value, self.file, f"{self.row}, {key}" if self.row else key)

    def tables(self, key: str) -> tuple["Table", ...]:
        """Take a list of tables; an absent field is an empty list."""
        value = self._items.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fault(f"the field '{key}' must be a list of tables")
        return tuple(Table(item, self.file, f"{key} {at}") for at, item in enumerate(value, 1))

    def names(self) -> tuple[str, ...]:
        """Return the names of what was not yet taken."""
        return tuple(self._items)

    def all_tables(self) -> dict[str, "Table"]:
        """Take everything that is left, all of it tables, by name."""
        return {name: self.table(name) for name in tuple(self._items)}

    def all_texts(self) -> Mapping[str, str]:
        """Take everything that is left, all of it texts, by name."""
        return MappingProxyType({name: self.text(name) for name in tuple(self._items)})

    def named_tables(self, key: str) -> dict[str, "Table"]:
        """Take a table of tables, by name; an absent field is an empty one."""
        return self.table(key).all_tables() if key in self._items else {}

    def languages(self, key: str) -> Mapping[str, str]:
        """Take a table with one text for each language, none missing and none more."""
        return self.table(key).only_wording()

    def only_wording(self) -> Mapping[str, str]:
        """Take this table's `en`, `ja` and `zh`, and refuse anything beside them."""
        found = self.wording()
        self.done()
        return found

    def wording(self) -> Mapping[str, str]:
        """Take this table's own `en`, `ja` and `zh`."""
        return MappingProxyType({lang: self._spoken(lang) for lang in LANGUAGES})

    def units(self, key: str) -> Mapping[str, str]:
        """Take a table with one text for each language, where a text may be empty."""
        inner = self.table(key)
        found = {lang: inner.text_or_nothing(lang) for lang in LANGUAGES}
        inner.done()
        return MappingProxyType(found)

    def readings(self, key: str) -> Mapping[str, str]:
        """Take a table with readings for some of the languages; it may be absent."""
        if key not in self._items:
            return _EMPTY
        inner = self.table(key)
        found = {lang: inner.text(lang) for lang in LANGUAGES if inner.has(lang)}
        inner.done()
        return MappingProxyType(found)

    def _spoken(self, lang: str) -> str:
        if lang not in self._items:
            raise self.fault(f"the text in language '{lang}' is missing")
        return self.text(lang)

    def done(self) -> None:
        """Refuse what nobody asked for."""
        if self._items:
            raise self.fault(f"unknown field '{min(self._items)}'")


def read_table(text: str, file: str) -> Table:
    """Return the whole of a TOML text as one table; what is no TOML is refused with its line."""
    try:
        return Table(tomllib.loads(text), file)
    except (ValueError, RecursionError) as fault:  # a number of 5,000 digits is a ValueError of no kind
        raise NotAllowed(f"{file}: this is no TOML: {fault}") from None
