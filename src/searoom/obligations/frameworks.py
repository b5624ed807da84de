"""Which framework a threat asks for, by the three criteria of Yamamoto (1995), computed per party so that views show.

Of the eight combinations four have a name; the other four are said as what they are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from searoom.obligations.asking import form_field, shared_form
from searoom.obligations.deadlines import Said
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.pack import LANGUAGES, Table, refuse
from searoom.signals.forms import FormBook

CRITERIA: Final = {
    "threat": ("specific", "nonspecific"),
    "origin": ("external", "internal"),
    "means": ("military", "comprehensive"),
}
FRAMEWORKS: Final[Mapping[tuple[str, str, str], Mapping[str, str]]] = {
    ("specific", "external", "military"): {"en": "conventional", "ja": "伝統的安全保障", "zh": "传统安全"},
    ("nonspecific", "internal", "military"): {"en": "collective", "ja": "集団安全保障", "zh": "集体安全"},
    ("specific", "internal", "comprehensive"): {"en": "common", "ja": "共通の安全保障", "zh": "共同安全"},
    ("nonspecific", "internal", "comprehensive"): {"en": "cooperative", "ja": "協調的安全保障", "zh": "合作安全"},
}
UNNAMED: Final[Mapping[str, str]] = {"en": "no named framework", "ja": "名称のない枠組み", "zh": "无既有名称的框架"}


@dataclass(frozen=True, slots=True)
class Frameworks:
    """The form in which a party classifies a threat: the field with its name, and the three criteria."""

    form: str
    name: str


def read_frameworks(table: Table, book: FormBook) -> Frameworks:
    """Return the register of a pack; its form has the three criteria as choices."""
    form = shared_form(table, "form", book)
    for criterion, values in CRITERIA.items():
        there = {known.name: known.choices for known in book.form(form).fields}
        if set(there.get(criterion, ())) != set(values):
            raise refuse(table.at("form"), f"the form '{form}' has no choice '{criterion}' of {' and '.join(values)}")
    return Frameworks(form, form_field(table, "name", book, form))


def framework(fields: Mapping[str, object]) -> Mapping[str, str]:
    """Return which framework a classification asks for, in every language."""
    threat, origin, means = (str(fields.get(name)) for name in CRITERIA)
    return FRAMEWORKS.get((threat, origin, means), UNNAMED)


def tell_frameworks(rule: Frameworks, scene: Scene) -> Iterator[Fact]:
    """Give for each threat how the parties see it, by the last word of each."""
    last: dict[str, dict[str, Said]] = defaultdict(dict)
    for said in scene.of(rule.form):
        last[str(said.fields.get(rule.name))][said.author] = said
    for name, by in sorted(last.items()):
        parties = tuple(sorted(by, key=scene.place))
        views = [framework(by[party].fields) for party in parties]
        criteria = {tuple(str(by[party].fields.get(each)) for each in CRITERIA) for party in parties}
        state = "alone" if len(parties) < 2 else "agree" if len(criteria) == 1 else "differ"
        told = {f"first_{lang}": views[0][lang] for lang in LANGUAGES}
        told |= {f"views_{lang}": " / ".join(view[lang] for view in views) for lang in LANGUAGES}
        yield Fact(scene.clause, "frameworks", parties, name, state, told, tuple(by[p].ref for p in parties))
