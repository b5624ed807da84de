"""What is said of a message's states in every language, each with what it does not mean; for terminal and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Final

from searoom.signals.tables import LANGUAGES, Table, packaged, read_table

_GROUPS: Final = MappingProxyType({"word": "state", "says": "state_says", "not": "state_not"})
"""What a page shows of a state, and the group of its texts that it stands in."""
Wording = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One state: its sentence, or an empty one; and its texts for pages by group (`_GROUPS`), or none."""

    sentence: Wording
    pages: Mapping[str, Wording]


@cache
def load() -> Mapping[str, Said]:
    """Return the packaged states by name; a gap or an odd placeholder raises `NotAllowed` with its row."""
    return read(packaged("states.toml"), "states.toml")


def read(text: str, file: str) -> Mapping[str, Said]:
    """Return the states that a table describes."""
    table = read_table(text, file)
    table.languages("review")
    found = {name: _state(row) for name, row in table.named_tables("state").items()}
    table.done()
    return MappingProxyType(found)


def _state(row: Table) -> Said:
    sentence = row.languages("sentence") if row.has("sentence") else MappingProxyType(dict.fromkeys(LANGUAGES, ""))
    if len({frozenset(name for _, name, _, _ in Formatter().parse(sentence[lang]) if name) for lang in LANGUAGES}) > 1:
        raise row.fault("the languages of its sentence name different values")
    pages: Mapping[str, Wording] = {}
    if row.has("word"):
        pages = {group: row.languages(key) for key, group in _GROUPS.items()}
    found = Said(sentence, MappingProxyType(dict(pages)))
    row.done()
    return found


def sentences() -> Mapping[str, Wording]:
    """Return each state's sentence by language."""
    return MappingProxyType({name: said.sentence for name, said in load().items() if said.sentence[LANGUAGES[0]]})


def page_groups() -> dict[str, dict[str, Wording]]:
    """Return the texts of the pages: group, then state with `_` for what is no letter, then language."""
    groups: dict[str, dict[str, Wording]] = {group: {} for group in _GROUPS.values()}
    for name, said in load().items():
        for group, words in said.pages.items():
            groups[group][page_key(name)] = words
    return groups


def page_key(name: str) -> str:
    """Return a state's name as a page's texts have it: `will_comply`."""
    return name.replace(", ", "_").replace(" ", "_").replace("-", "_")
