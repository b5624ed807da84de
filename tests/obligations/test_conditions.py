"""Conditions: checked at load with line and column; an error is never yes or no; a second engine thinks the same."""

import celpy
import pytest
from celpy.adapter import json_to_cel

from searoom.errors import NotAllowed
from searoom.obligations import conditions
from searoom.obligations.conditions import Condition

NOTHING = {"fields": {}, "author": "", "verified": {}, "done": {}}
FIELDS = {"troops": 9000, "name": "North", "list": ["a", "b"], "start": "2026-06-03T09:00:00+09:00"}

# The fourteen of the comparison of engines, and what each must give: True, False, None (an error), or refused at load.
VECTORS = [
    ("comparison", "fields.troops >= 9000", True),
    ("in", "'a' in fields.list", True),
    (
        "time arithmetic",
        "timestamp('2026-06-03T00:00:00Z') - timestamp('2026-06-02T00:00:00Z') == duration('24h')",
        True,
    ),
    ("has", "has(fields.nothing)", False),
    ("exists", "fields.list.exists(x, x == 'b')", True),
    ("all", "fields.list.all(x, x == 'b')", False),
    ("filter", "fields.list.filter(x, x != 'b').size() == 1", True),
    ("matches", "fields.name.matches('^No.th$')", True),
    ("zone", "timestamp(fields.start).getHours() == 0", True),
    ("short circuit", "false && 1 / 0 > 0", False),
    ("undeclared name", "troops > 1", "refused"),
    ("syntax error", "fields.troops >", "refused"),
    ("int64 overflow", "9223372036854775807 + fields.troops > 0", None),
    ("int and double", "1 <= 1.5", "refused"),
]


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in VECTORS], ids=[row[0] for row in VECTORS])
def test_answers_the_fourteen_vectors(text, wanted):
    """Each is true, false, not known, or refused when the pack is read."""
    if wanted == "refused":
        with pytest.raises(NotAllowed, match=r"line 1, column \d+|line 1, column"):
            Condition(text)
        return
    assert wanted is Condition(text).holds(**{**NOTHING, "fields": FIELDS})


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in VECTORS if isinstance(row[2], bool)])
def test_a_second_engine_thinks_the_same(text, wanted):
    """Another implementation of the language gives the same answer to all that has one."""
    environment = celpy.Environment()
    program = environment.program(environment.compile(text))

    assert wanted == bool(program.evaluate({"fields": json_to_cel(FIELDS)}))


@pytest.mark.parametrize(
    "text", ["fields.troops > 1", "fields.name > 1", "1 / done['x'] > 0", "verified['x'] == 'confirmed'"]
)
def test_what_is_missing_or_of_another_kind_is_not_known(text):
    """The library returns an error as a value: here that is neither yes nor no."""
    assert None is Condition(text).holds(**{**NOTHING, "fields": {"name": "North"}, "done": {"y": 1}})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("met['shutdown']", "undeclared reference to 'met'"),
        ("verified['shutdown'] > 3", "line 1, column 22"),
        ("done['a'] + 1", "is true or false; this is"),
        ("true &&\n  nobody", "line 2, column 3"),
        ("x" * 3000, "at most 2000 characters"),
    ],
)
def test_refuses_what_does_not_fit_when_it_is_read(text, problem):
    """A claim, a clock or a wrong type never gets as far as a deadline."""
    with pytest.raises(NotAllowed) as refusal:
        Condition(text)

    assert problem in refusal.value.sentence


def test_says_what_it_asks_for():
    """The clauses and the fields, each once, so that the pack can be checked for them."""
    condition = Condition(
        "verified['a'] == 'x' && done[\"b\"] > 1 && verified['a'] != 'y' && fields.n > 1 && fields['m'] == 2"
    )

    assert (("a", "b"), ("n", "m")) == (condition.clauses(), condition.fields())
    assert Condition("true") == Condition("true") != Condition("false")
    assert hash(Condition("true")) == hash(Condition("true"))
    assert "Condition('true')" == repr(Condition("true"))


def test_a_field_of_any_kind_can_be_asked_beside():
    """Areas and tables become lists and tables; a kind that CEL has not is its text."""
    fields = {"area": ("circle", (1, 2), 3), "more": {"a": (1,)}, "odd": object(), "n": 5}

    assert True is Condition("fields.area[0] == 'circle' && fields.more.a[0] == 1").holds(
        **{**NOTHING, "fields": fields}
    )
    assert True is Condition("fields.odd != '' && fields.n == 5").holds(**{**NOTHING, "fields": fields})


def test_without_the_library_a_condition_is_refused(monkeypatch):
    """A node that lacks the extra guesses nothing: it does not load the pack."""
    monkeypatch.setattr(conditions, "cel", None)
    with pytest.raises(NotAllowed, match="extra 'conditions'") as refusal:
        Condition("true")

    assert "searoom[conditions]" in refusal.value.advice()
