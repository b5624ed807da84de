"""A pack written as text: read again it is the same, whatever pack it is, and nothing but its values is in it."""

import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.obligations.agreement import parse
from searoom.obligations.packwriting import written
from told import BOOK

PACKS = sorted(
    (file for file in (files("searoom.obligations") / "data" / "agreements").iterdir()), key=lambda file: file.name
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip
VALUES = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)), max_leaves=8
)


@pytest.mark.parametrize("file", PACKS, ids=lambda file: file.name)
def test_every_pack_that_ships_is_the_same_after_writing(file):
    """The same values and the same hash; only comments and layout are gone."""
    text = file.read_text(encoding="utf-8")
    again = written(tomllib.loads(text))

    assert tomllib.loads(text) == tomllib.loads(again)
    assert parse(text, file.name, BOOK).hash == parse(again, file.name, BOOK).hash
    assert not [line for line in again.splitlines() if line.startswith("#")]


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_whatever_is_written_reads_as_the_same(values):
    """Quotes, control letters, empty names, tables in lists in tables."""
    assert values == tomllib.loads(written(values))


def test_writes_plain_values_before_tables():
    """In TOML what follows the head of a table belongs to it."""
    values = {"b": {"x": True}, "rows": [{"id": "r"}], "a": date(2026, 2, 28), "c": datetime(2026, 1, 1, tzinfo=UTC)}

    assert ["a = 2026-02-28", "c = 2026-01-01T00:00:00+00:00", "", "[b]"] == written(values).splitlines()[:4]
    assert values == tomllib.loads(written(values))


@pytest.mark.parametrize("value", [1.5, None, b"x", object()])
def test_refuses_what_has_no_place_in_a_pack(value):
    """A float has no one encoding, and the rest is no TOML."""
    with pytest.raises(NotAllowed, match="has no place in a pack"):
        written({"a": value})
