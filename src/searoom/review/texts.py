"""Every fixed sentence of the pages, in each language with equal rank; read from one table."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Formatter

from searoom.errors import NotAllowed
from searoom.sentences import Worded
from searoom.signals import states
from searoom.signals.tables import LANGUAGES

HTML_LANGUAGES: Mapping[str, str] = {"en": "en", "ja": "ja", "zh": "zh-Hans"}

_TABLE = "texts.toml"


@cache
def table(package: str = "searoom.review") -> Mapping[str, Mapping[str, str]]:
    """Return a package's table: `group.name` to the sentence in each language; a gap or odd placeholder is refused.

    A package has one `texts.toml`, or a folder `texts` of several such files: a sentence stands in one of them alone.
    """
    groups: dict[str, dict[str, object]] = {group: {**rows} for group, rows in states.page_groups().items()}
    for source in _sources(resources.files(package)):
        for group, rows in tomllib.loads(source.read_text(encoding="utf-8")).items():
            held = groups.setdefault(group, {})
            if twice := held.keys() & dict(rows).keys():
                raise NotAllowed(f"{source.name}: '{group}.{min(twice)}' stands in another file too")
            held.update(rows)
    return check(groups)


def _sources(folder: Traversable) -> list[Traversable]:
    several = folder.joinpath("texts")
    if not several.is_dir():
        return [folder.joinpath(_TABLE)]
    return sorted((one for one in several.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)


def check(groups: Mapping[str, object]) -> Mapping[str, Mapping[str, str]]:
    """Return the rows of a parsed table flat; each row has every language, and the same placeholders in each."""
    rows: dict[str, Mapping[str, str]] = {}
    for group, members in groups.items():
        if not isinstance(members, Mapping):
            raise NotAllowed(f"{_TABLE}: '{group}' is not a table of sentences")
        for name, row in members.items():
            where = f"{group}.{name}"
            if not isinstance(row, Mapping) or set(row) != set(LANGUAGES):
                raise NotAllowed(f"{_TABLE}: '{where}' must have exactly the languages {', '.join(LANGUAGES)}")
            if len({placeholders(str(row[lang])) for lang in LANGUAGES}) != 1:
                raise NotAllowed(f"{_TABLE}: the languages of '{where}' name different values")
            rows[where] = {lang: str(row[lang]) for lang in LANGUAGES}
    return rows


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names in braces of a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


class Texts:
    """The sentences of one language."""

    def __init__(self, lang: str, package: str = "searoom.review") -> None:
        if lang not in LANGUAGES:
            raise NotAllowed(f"there are no texts in '{lang}'", advice=f"Choose one of {', '.join(LANGUAGES)}.")
        self.lang, self._rows = lang, table(package)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a sentence with its values filled in; an unknown key or a missing value is refused."""
        row = self._rows.get(key)
        if row is None:
            raise NotAllowed(f"no sentence is called '{key}'")
        if placeholders(row[self.lang]) != frozenset(values):
            raise NotAllowed(f"'{key}' needs the values {sorted(placeholders(row[self.lang]))}")
        return Worded(row[self.lang].format(**values))

    def has(self, key: str) -> bool:
        """Return whether the table has this row."""
        return key in self._rows

    def each(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return (HTML language, sentence) for every language, this page's own first."""
        row = self._rows[key]
        order = sorted(LANGUAGES, key=lambda lang: lang != self.lang)
        return tuple((HTML_LANGUAGES[lang], row[lang]) for lang in order)
