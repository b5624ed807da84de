"""Tests of what a yearly review is laid out in: the order of an edition, cells, and tables of counts."""

import pytest

from review.year import CHAIRS, made
from searoom.review.texts import Texts
from searoom.review.yearlysheet import Telling, in_order, number
from told import BOOK, DEMO

DATA = made().data


def telling(order=("amber", "coral")):
    """Return a telling in English."""
    return Telling(DATA, DEMO, BOOK, Texts("en"), order, {"amber": "Amber", "coral": "Coral"})


@pytest.mark.parametrize(
    ("languages", "lang", "expected"),
    [
        ({"amber": "ja", "coral": "zh"}, "ja", ("amber", "coral")), ({"amber": "ja", "coral": "zh"}, "zh", ("coral", "amber")),
        ({"amber": "ja", "coral": "zh"}, "en", ("amber", "coral")), ({"amber": "", "coral": ""}, "ja", ("amber", "coral")),
        ({"amber": "en", "coral": "en"}, "en", ("amber", "coral")),
    ],
)  # fmt: skip
def test_each_edition_names_the_party_of_its_language_first(languages, lang, expected):
    """Alternat: the edition decides, on both nodes alike; else the agreement's order."""
    assert expected == in_order({"languages": languages}, DEMO.parties, lang)
    if not any(languages.values()):
        assert expected[::-1] == in_order({"languages": languages}, CHAIRS.parties, lang)


def test_counts_of_several_parties_stand_in_the_columns_of_the_edition():
    """The order of columns is that of the parties; a party that is not counted has none."""
    table = telling(("coral", "amber")).crossed(
        "", "yearly.kind", {"b": {"amber": 2}, "a": {"coral": 1}}, {"a": "Alpha"}
    )
    assert ["Kind", "Coral", "Amber"] == [head.text for head in table.heads]
    assert [["Alpha", "1", "0"], ["b", "0", "2"]] == [[cell.text for cell in row] for row in table.rows]


def test_what_is_not_known_keeps_its_name():
    """A clause, a choice or a party of another agreement is shown as it is written."""
    tell = telling()
    odd = tell.choice("dossier-close", "how", "odd")
    assert ("no-clause", "odd", "teal") == (tell.clause("no-clause"), odd, tell.party("teal").text)
    assert "nobody yet" == tell.people(()).text
    assert "Amber, Coral" == tell.people(("coral", "amber")).text


def test_thousands_are_parted():
    """By a space that does not break."""
    assert ("1\u202f234\u202f567", True) == (number(1_234_567).text, number(1_234_567).figure)
