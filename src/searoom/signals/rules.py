"""What a form asks between its fields: rows of its own table, judged alike on both ends by one versioned set of rules.

Rule 1: a form names the version of the rules, and both stand under its hash; a changed rule is another version.
Rule 2: a row of the weight `needed` is a gap, of the weight `advice` a doubt; neither sends anything, and no node
says of another's message that it is insufficient: an officer does.
Rule 3: what cannot be judged, because a field is missing, is judged where that field is asked for, and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, cast

from searoom.cbor import Value
from searoom.sentences import Named, Sentence, joined
from searoom.signals.fieldkind import Context, Kind
from searoom.signals.quantities import parse_duration
from searoom.signals.tables import Table
from searoom.units import MICROSECONDS

VERSION: Final = 1
"""The version of the rules that this program judges by; an older one that a form names must be kept beside it."""
VERSIONS: Final = (1,)
WEIGHTS: Final = ("needed", "advice")
_DAY_US: Final = 86_400 * MICROSECONDS
_FIRST_DAY_US: Final = date(1970, 1, 1).toordinal() * _DAY_US


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of a form: its kind (`RULES`), the fields it is about, its weight, its clause, and what it asks.

    `choices` are values of the first field (of any, where empty); `low` and `high` are typed as the field's own kind.
    `since` is the version of the form that brought the rule: what was said by an older one is judged without it.
    """

    kind: str
    fields: tuple[str, ...]
    weight: str
    clause: str
    choices: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    since: int = 1

    def meaning(self) -> Value:
        """Return what of a rule decides anything, for the hash of the form book."""
        return [
            self.kind, list(self.fields), self.weight, self.clause, list(self.choices), self.low, self.high, self.since,
        ]  # fmt: skip


Fields = Mapping[str, object]
Kinds = Mapping[str, Kind]
Judge = Callable[[Row, Fields, Kinds], str]


def judge(row: Row, fields: Fields, kinds: Kinds) -> str:
    """Return what is wrong by this rule, in a sentence, or nothing; `kinds` are those of the form's fields by name."""
    return RULES[row.kind](row, fields, kinds)


def where(row: Row) -> str:
    """Return the field that a finding by this rule names: the one that is to be changed."""
    return row.fields[-1]


def _needs(row: Row, fields: Fields, _kinds: Kinds) -> str:
    first, then = row.fields
    if first not in fields or then in fields or (row.choices and fields[first] not in row.choices):
        return ""
    if not row.choices:
        return Sentence("rule.needs", first=Named(first))
    choices = joined((Named(choice, first) for choice in row.choices), "at.or")
    return Sentence("rule.needs_where", first=Named(first), choices=choices)


def _order(row: Row, fields: Fields, kinds: Kinds) -> str:
    first, second = (_moment(fields.get(name), kinds[name]) for name in row.fields)
    if first is None or second is None or first <= second:
        return ""
    return Sentence("rule.order", first=Named(row.fields[0]))


def _lasting(row: Row, fields: Fields, kinds: Kinds) -> str:
    first, second = (_moment(fields.get(name), kinds[name]) for name in row.fields)
    if first is None or second is None:
        return ""
    most = parse_duration(row.high)
    return Sentence("rule.lasting", high=row.high, first=Named(row.fields[0])) if second - first > most else ""


def _between(row: Row, fields: Fields, kinds: Kinds) -> str:
    (name,) = row.fields
    value, kind = fields.get(name), kinds[name]
    if not isinstance(value, int) or isinstance(value, bool):
        return ""
    context = Context({})
    low, high = (None if not text else cast("int", kind.parse(text, context)) for text in (row.low, row.high))
    if low is not None and value < low:
        return Sentence("rule.below", low=row.low)
    return Sentence("rule.above", high=row.high) if high is not None and value > high else ""


RULES: Final[Mapping[str, Judge]] = MappingProxyType(
    {"needs": _needs, "order": _order, "lasting": _lasting, "between": _between}
)
"""Every kind of rule: what a row may ask between the fields of its form."""
_COUNTS: Final = MappingProxyType({"needs": 2, "order": 2, "lasting": 2, "between": 1})
_TIMES: Final = frozenset({"time", "zoned", "date"})


def _moment(value: object, kind: Kind) -> int | None:
    """Return microseconds of a time, a time with its zone, or the first of a day in UTC."""
    if kind.name == "date" and isinstance(value, str):
        return date.fromisoformat(value).toordinal() * _DAY_US - _FIRST_DAY_US
    if kind.name == "zoned" and isinstance(value, list | tuple) and value:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def read(table: Table, kinds: Kinds) -> tuple[Row, ...]:
    """Return the rules in a form's table; one that asks what its fields cannot answer is refused with its row."""
    return tuple(_row(each, kinds) for each in table.tables("rule"))


def _row(table: Table, kinds: Kinds) -> Row:
    row = Row(
        table.choice("kind", tuple(RULES)), table.texts("fields"), table.choice("weight", WEIGHTS, "needed"),
        table.text("clause"), table.texts("is"), table.text("low", ""), table.text("high", ""),
        table.integer("since", 1),
    )  # fmt: skip
    table.done()
    if len(row.fields) != _COUNTS[row.kind]:
        raise table.fault(f"a rule '{row.kind}' is about {_COUNTS[row.kind]} fields")
    if strange := [name for name in row.fields if name not in kinds]:
        raise table.fault(f"the form has no field '{strange[0]}'")
    used = {kinds[name].name for name in row.fields}
    if row.kind in ("order", "lasting") and not used <= _TIMES:
        raise table.fault(f"a rule '{row.kind}' is about times and dates")
    if row.kind == "lasting":
        parse_duration(row.high)
    if row.kind == "between" and not (row.low or row.high):
        raise table.fault("a rule 'between' has a low or a high limit")
    for limit in filter(None, (row.low, row.high)) if row.kind == "between" else ():
        kinds[row.fields[0]].parse(limit, Context({}))
    return row
