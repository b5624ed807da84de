"""What the chart says in words: no finer than the errors, in every language, and no party before the other by rank."""

import json

import pytest

from made_sea import NOW_US, PAIR, sea
from searoom.console.asked import PACKAGE
from searoom.console.chart import saidso
from searoom.console.chart.wanted import wanted
from searoom.review.texts import Texts
from searoom.signals.tables import LANGUAGES

CALLED = {"amber": "Amber", "coral": "Coral"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pair_is_told_no_finer_than_its_error(lang):
    """A closest approach of 960 m with an error of 120 m reads 1000 m, with the time and what is left of it."""
    words = saidso.pair_words(PAIR, NOW_US, Texts(lang, PACKAGE))

    assert "960" not in words
    assert all(part in words for part in ("A", "B", "2026-", "10:00", "±"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_zone_has_every_name_and_its_claimant(lang):
    """Each party's own name stands there with whose name it is; where nobody gave one, the name of the file."""
    t = Texts(lang, PACKAGE)
    told = {"name": "z", "claimed_by": "coral", "names": [["amber", "bank"], ["coral", "area 7"]]}

    words = saidso.zone_words(told, CALLED, t)
    assert all(part in words for part in ("bank (Amber)", "area 7 (Coral)"))
    assert "z" in saidso.zone_words({**told, "names": []}, CALLED, t)


def test_parties_differ_by_colour_and_by_sign_whatever_their_order():
    """Swapping the chairs moves no colour and no sign."""
    one = {row["id"]: (row["look"], row["sign"]) for row in saidso.parties_of(CALLED)}
    other = {row["id"]: (row["look"], row["sign"]) for row in saidso.parties_of(dict(reversed(CALLED.items())))}

    assert one == other
    assert 2 == len(set(one.values()))


def test_what_the_address_asks_for_is_among_the_choices():
    """A filter of two kinds from an address that somebody handed on stays chosen."""
    found = saidso.choices(wanted({"kind": "navy,aircraft"}), sea((1, "A", 125.0, 30.0)), CALLED, Texts("en", PACKAGE))

    assert "navy,aircraft" == found["kinds"][-1][0]
    assert {"AIS", "RADAR", "SIGHTED", ""} == {value for value, _ in found["sources"]}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_script_gets_the_words_of_the_page(lang):
    """Its words are those of this language, and nothing that is seen stands in them."""
    said = json.loads(saidso.config(wanted({}), (118.0, 23.5, 132.0, 34.5), CALLED, Texts(lang, PACKAGE), "day"))

    assert Texts(lang, PACKAGE)("chart.measure") == said["words"]["chart.measure"]
    assert [118.0, 23.5, 132.0, 34.5] == said["box"]
