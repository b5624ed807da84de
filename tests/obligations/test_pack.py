"""A table of a pack: read by name, strictly, every refusal with its place."""

from datetime import UTC, date, datetime

import pytest

from searoom.errors import NotAllowed
from searoom.obligations.pack import Table, day_us, plain


def table(**values):
    """Return a table at the place 'pack.toml'."""
    return Table(values, "pack.toml")


@pytest.mark.parametrize(
    ("read", "values", "problem"),
    [
        (lambda t: t.text("a"), {}, "'a' is missing"),
        (lambda t: t.text("a"), {"a": " "}, "a text that says something"),
        (lambda t: t.text("a"), {"a": 1}, "a text that says something"),
        (lambda t: t.text("a"), {"a": "x\u202ey"}, "forbidden character"),
        (lambda t: t.flag("a"), {"a": 1}, "true or false"),
        (lambda t: t.whole("a", 1, 2), {"a": 3}, "from 1 to 2"),
        (lambda t: t.whole("a", 0, 2), {"a": True}, "from 0 to 2"),
        (lambda t: t.choice("a", ("x", "y")), {"a": "z"}, "known are x, y"),
        (lambda t: t.texts("a"), {"a": {"en": "e", "ja": "j"}}, "'zh' is missing"),
        (lambda t: t.texts("a"), {"a": {"en": "e", "ja": "j", "zh": "z", "fr": "f"}}, "'fr' is not a field"),
        (lambda t: t.texts("a"), {"a": "e"}, "must be a table"),
        (lambda t: t.tables("a"), {"a": "e"}, "a list of tables"),
        (lambda t: t.tables("a"), {"a": [1]}, "must be a table"),
        (lambda t: t.list("a"), {"a": ["x", "x"]}, "named twice"),
        (lambda t: t.list("a"), {"a": ["x", 1]}, "a list of texts"),
        (lambda t: t.day("a"), {"a": "2018-05-09"}, "must be a date"),
        (lambda t: t.day("a"), {"a": datetime(2018, 5, 9, tzinfo=UTC)}, "must be a date"),
        (lambda t: t.instant_us("a"), {"a": datetime(2018, 5, 9)}, "with its zone"),  # noqa: DTZ001  # no zone is the fault
        (lambda t: t.instant_us("a"), {"a": date(2018, 5, 9)}, "with its zone"),
        (lambda t: t.duration_us("a"), {"a": 24}, "has no unit"),
        (lambda t: t.duration_us("a"), {"a": "24"}, "has no unit"),
        (lambda t: t.duration_us("a"), {"a": "24 weeks"}, "has no unit"),
        (lambda t: t.duration_us("a"), {"a": "0 h"}, "not a duration"),
        (lambda t: t.duration_us("a"), {"a": "-1 h"}, "not a duration"),
        (lambda t: t.duration_us("a"), {"a": "1.5 h"}, "not a duration"),
        (lambda t: t.duration_us("a"), {"a": "９ h"}, "not a duration"),
    ],
)
def test_refuses_with_its_place(read, values, problem):
    """What is wrong is named, and where."""
    with pytest.raises(NotAllowed, match="pack.toml") as refusal:
        read(table(**values))

    assert problem in refusal.value.sentence


@pytest.mark.parametrize(
    ("text", "value_us"), [("30 min", 1_800_000_000), ("24 h", 86_400_000_000), ("1 d", 86_400_000_000)]
)
def test_reads_a_duration(text, value_us):
    """Minutes, hours and days are exact."""
    assert value_us == table(a=text).duration_us("a")


def test_reads_an_instant_in_any_zone():
    """A zone is needed, and which one does not matter."""
    assert 0 == table(a=datetime.fromisoformat("1970-01-01T09:00:00+09:00")).instant_us("a")


def test_refuses_what_nobody_asked_for():
    """A misspelt field is not passed over."""
    found = table(a="x", b="y")
    found.text("a")

    with pytest.raises(NotAllowed, match=r"pack\.toml: 'b' is not a field"):
        found.done()


def test_names_a_row_by_number_and_id():
    """The place of a row in a list is its number and its id."""
    assert ["pack.toml, a[1] 'x'", "pack.toml, a[2]"] == [t.place for t in table(a=[{"id": "x"}, {}]).tables("a")]


def test_knows_the_first_microsecond_of_a_day():
    """Days are days of UTC."""
    assert (0, 86_400_000_000, -86_400_000_000) == tuple(
        day_us(date.fromisoformat(d)) for d in ("1970-01-01", "1970-01-02", "1969-12-31")
    )


def test_has_one_value_for_the_hash():
    """Dates become text; a float has no single encoding and is refused with its place."""
    assert {"a": ["2018-05-09", 1, True]} == plain({"a": [date(2018, 5, 9), 1, True]}, "p")
    with pytest.raises(NotAllowed, match="p, a: a float"):
        plain({"a": 1.5}, "p")
