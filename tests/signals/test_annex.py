"""A book that a party brings itself: an empty template, the same rules as for every book, faults by line."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.annex import COLUMNS, template, to_book

ROWS = (
    "CM9\tINFORMATION\tyes\t\tcourse\tcrossing contact\tMade group: our course is {course}.\t針路{course}。\t",
    "CM8\t\tno\t\t\t\tMade group: form a column.\t\t",
)


def brought(*rows):
    return to_book(template() + "\n".join(rows) + "\n", name="cues", version=2, source="made for a test")


def test_the_template_is_empty():
    """No group of the annex is known, and none is made up."""
    assert "\t".join(COLUMNS) == next(line for line in template().splitlines() if not line.startswith("#"))
    with pytest.raises(NotAllowed, match="no rows yet"):
        brought()


def test_what_is_brought_is_a_book_like_the_others():
    """Read by the same reader, in force by its name, offered where its maker said so, missing words marked."""
    book = codebook.load(("ics", "cues"), {"cues": brought(*ROWS)})
    row, other = book.row("CM9"), book.row("CM8")
    assert ("cues", 2, "made for a test", True) == (row.book, row.version, row.source, row.offered)
    assert "Made group: our course is 045 degrees." == row.filled({"course": "045"}, "en")
    assert row.wording["zh"].startswith("（未译）")
    assert (False, True) == (other.offered, bool(other.why_not["ja"]))
    assert row in book.for_situation("crossing")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("CM9\tREQUEST\tyes\t\t\t\tYou should stop at once.\t\t", "is an order"),
        ("CM9\tINFORMATION\tyes\t\tcourse\t\tNo blank.\t\t", "blanks"),
        ("CM9\tINFORMATION\tperhaps\t\t\t\tWords.\t\t", "line 7: write yes or no"),
        ("CM9\tINFORMATION\tyes", "line 7 has 3 columns"),
        ("cm9\tINFORMATION\tyes\t\t\t\tWords.\t\t", "capital letters"),
        ("CM9\tINFORMATION\tyes\t\t\ttea\tWords.\t\t", "tea"),
        ("CM9\tINTENTION\tyes\t\t\t\tWe turn.\t\t", "name the intention"),
        ("CM9\tINFORMATION\tyes\t\t\t\tWo\u202erds.\t\t", "hidden"),
        ('CM9\tINFORMATION\tyes\t\t\t\t"\nname = "ics\t\t', "columns"),
        ("CM9\tINFORMATION\tyes\t\t\t\t\t\t", "not blank"),
    ],
)
def test_refuses_a_faulty_row(row, named):
    """An order, a missing column, hostile text: named with its line or its row, and no book is made."""
    with pytest.raises(NotAllowed) as refused:
        brought(row)
    assert named in refused.value.sentence


def test_a_quotation_mark_is_no_way_out():
    """Whatever stands in a cell stays words."""
    book = codebook.load(("cues",), {"cues": brought('CM9\tINFORMATION\tyes\t\t\t\tSay "\\nx = 1" twice.\t\t')})
    assert 'Say "\\nx = 1" twice.' == book.row("CM9").wording["en"]


def test_refuses_another_name_no_source_and_another_table():
    """Only a book that parties bring can be brought, with its source, in the template's columns; no code stands twice."""
    table = template() + ROWS[0] + "\n"
    for wrong in ({"name": "incsea"}, {"source": " "}, {"version": 0}):
        with pytest.raises(NotAllowed):
            to_book(table, **({"name": "cues", "version": 1, "source": "made"} | wrong))
    with pytest.raises(NotAllowed, match="should begin"):
        to_book("code,marker\nCM1,INFORMATION\n", name="cues", version=1, source="made")
    with pytest.raises(NotAllowed, match="too long"):
        to_book("x" * 3_000_000, name="cues", version=1, source="made")
    with pytest.raises(NotAllowed, match="already in 'ics'"):
        codebook.load(("ics", "cues"), {"cues": brought(ROWS[0].replace("CM9", "RT1"))})
