"""Packaged tables: every field asked for by its kind, every fault with its file and row."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals.tables import LANGUAGES, Table, packaged, packaged_names, read_table

WHOLE = """
name = "x"
size = 3
good = true
list = ["a", "b"]
words = { en = "e", ja = "j", zh = "z" }
unit = { en = "", ja = "", zh = "節" }
inner = { one = { en = "e", ja = "j", zh = "z" } }
[[row]]
code = "R1"
"""


def test_gives_each_field_once_and_by_its_kind():
    """What was taken is gone, and a table that was read whole has nothing left."""
    table = read_table(WHOLE, "t.toml")
    assert ("x", 3, True, ("a", "b")) == (
        table.text("name"),
        table.integer("size"),
        table.flag("good", default=False),
        table.texts("list"),
    )
    assert dict(zip(LANGUAGES, "ejz", strict=True)) == dict(table.languages("words"))
    assert table.units("unit")["zh"] == "節"
    assert table.named_tables("inner")["one"].only_wording()["en"] == "e"
    (row,) = table.tables("row")
    assert row.text("code") == "R1"
    row.done()
    table.done()
    with pytest.raises(NotAllowed, match=r"t\.toml: the field 'name' is missing"):
        table.text("name")


def test_absent_fields_take_their_default():
    """What may be absent has a stated default, and nothing else has."""
    table = read_table("", "t.toml")
    assert ("d", 4, True) == (table.text("a", "d"), table.integer("a", 4), table.flag("a", default=True))
    assert ((), (), {}, {}) == (table.texts("a"), table.tables("a"), table.named_tables("a"), dict(table.readings("a")))
    with pytest.raises(NotAllowed, match="'a' is missing"):
        table.integer("a")


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda t: t.text("size"), "must be a text"),
        (lambda t: t.text_or_nothing("size"), "must be a text"),
        (lambda t: t.integer("good"), "whole number"),
        (lambda t: t.flag("size", default=True), "true or false"),
        (lambda t: t.texts("name"), "list of texts"),
        (lambda t: t.table("name"), "must be a table"),
        (lambda t: t.tables("list"), "list of tables"),
        (lambda t: t.languages("inner"), "'en' is missing"),
        (lambda t: t.languages("unit"), "not blank"),
        (lambda t: t.choice("name", ("y", "z")), "allowed are y, z"),
        (lambda t: t.all_texts(), "must be a text"),
        (lambda t: t.done(), "unknown field 'good'"),
    ],
)
def test_refuses_another_kind(ask, named):
    """A field of another kind is refused with the file."""
    with pytest.raises(NotAllowed, match=r"^t\.toml") as refused:
        ask(read_table(WHOLE, "t.toml"))
    assert named in refused.value.sentence


def test_faults_name_file_and_row():
    """Once a row has a name, its faults bear it; before that its number."""
    (row,) = read_table(WHOLE, "t.toml").tables("row")
    assert row.fault("x").sentence == "t.toml, row 1: x"
    assert row.named("R1").fault("x").sentence == "t.toml, R1: x"
    assert Table({"a": {}}, "t.toml", "R1").table("a").fault("x").sentence == "t.toml, R1, a: x"


def test_refuses_what_is_no_toml_with_its_line():
    """A slip of the pen is found by line."""
    with pytest.raises(NotAllowed, match=r"t\.toml: this is no TOML: .*line 2"):
        read_table("a = 1\nb = = 2\n", "t.toml")


@pytest.mark.parametrize("text", ["a = " + "1" * 5000, "a = " + "[" * 3000, "a = " + "{a=" * 3000])
def test_refuses_what_the_parser_itself_breaks_on(text):
    """A number of 5,000 digits and a table nested 3,000 deep are no TOML of ours (found by fuzzing)."""
    with pytest.raises(NotAllowed, match=r"t\.toml: this is no TOML"):
        read_table(text, "t.toml")


def test_knows_its_packaged_tables():
    """The packaged tables are found by name; one that is not there is named."""
    assert "read.toml" in packaged_names("forms")
    assert packaged("forms/read.toml").startswith("#")
    with pytest.raises(NotAllowed, match="'forms/none.toml'"):
        packaged("forms/none.toml")
