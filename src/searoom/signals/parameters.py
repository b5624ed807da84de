"""The values that signals carry: a course, a distance, a time, a name; each with its kind, its label and its unit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from searoom.errors import NotAllowed
from searoom.sentences import Named, Sentence
from searoom.signals.tables import read_table

PARAMETER_KINDS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType({
    "course": (re.compile(r"(?:[0-2][0-9][0-9]|3[0-5][0-9])"), "shape.course"),
    "figures": (re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?"), "shape.figures"),
    "position": (
        re.compile(
            r"(?:[0-8]?[0-9]-[0-5]?[0-9](?:\.[0-9]+)?|90-00?)[NS] "
            r"(?:(?:1[0-7]|0?[0-9])?[0-9]-[0-5]?[0-9](?:\.[0-9]+)?|180-00?)[EW]"
        ),
        "shape.position",
    ),
    "time": (re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9]Z"), "shape.time"),
    "choice": (re.compile(r"[a-z0-9]{1,16}"), "shape.choice"),
    "name": (re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 '-]{0,30}[A-Za-z0-9])?"), "shape.name"),
})  # fmt: skip
"""Kind of value -> what it must look like as text, and the row that says that to a person."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that belongs into a signal: its kind (`PARAMETER_KINDS`), its label, and its unit as spoken.

    `one` is the unit where the value is 1; `choices` are the words of each choice (empty for other kinds).
    """

    name: str
    kind: str
    label: Mapping[str, str]
    unit: Mapping[str, str]
    one: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]

    def check(self, value: str) -> str:
        """Return `value`, or raise `NotAllowed` where it is not of this kind."""
        pattern, shape = PARAMETER_KINDS[self.kind]
        if not pattern.fullmatch(value) or (self.choices and value not in self.choices):
            fits = Named(self.label["en"], self.name)
            if self.choices:
                raise NotAllowed(Sentence("signal.no_choice", value=value[:40], what=fits, known=tuple(self.choices)))
            raise NotAllowed(Sentence("signal.no_fit", value=value[:40], what=fits, shape=Sentence(shape)))
        return value

    def unit_of(self, value: str, lang: str) -> str:
        """Return the unit that stands behind `value` in a language."""
        return (self.one if value == "1" else self.unit)[lang]

    def said(self, value: str, lang: str) -> str:
        """Return a checked value as a sentence of `lang` says it, with its unit; a choice in that language's words."""
        self.check(value)
        return self.choices[value][lang] if self.choices else value + self.unit_of(value, lang)


def read_parameters(text: str, file: str) -> dict[str, Parameter]:
    """Return the parameters that a table of them declares, by name."""
    found: dict[str, Parameter] = {}
    for name, table in read_table(text, file).all_tables().items():
        kind = table.choice("kind", tuple(PARAMETER_KINDS))
        label, unit = table.languages("label"), table.units("unit")
        one = table.units("one") if table.has("one") else unit
        choices = {key: inner.only_wording() for key, inner in table.named_tables("choices").items()}
        if (kind == "choice") != bool(choices):
            raise table.fault("a parameter has choices where its kind is 'choice', and nowhere else")
        found[name] = Parameter(name, kind, label, unit, one, MappingProxyType(choices))
        table.done()
    return found
