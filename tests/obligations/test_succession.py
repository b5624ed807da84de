"""Versions: in force is the newest that all have signed whom it, or one since the last in force, names."""

from dataclasses import replace
from importlib.resources import files

import pytest

from searoom.errors import NotAllowed
from searoom.obligations import coverage, stories
from searoom.obligations.agreement import load, parse
from searoom.obligations.succession import in_force, wanting
from searoom.obligations.tellers import Teller
from searoom.signals import forms
from told import BOOK

_FOLDER = files("searoom.obligations") / "data" / "versions"
TWO = load("weekly-call", BOOK)
THREE, COMPOSITE = (load(_FOLDER / f"weekly-call-{name}.toml", BOOK) for name in ("three", "composite"))
VERSIONS = (TWO, THREE, COMPOSITE)
ALL = ("amber", "coral", "teal", "jade")


def adopted(*words, version=THREE):
    """Return an account in which these parties have adopted a version, before all others."""
    teller = Teller(ALL, BOOK)
    for who in words:
        filled = forms.from_text(BOOK, "agreement-adopted", {"hash": version.hash.hex()})
        teller.say(who, filled, at_us=version.starts_us, placed_us=version.starts_us)
    return teller.account()


@pytest.mark.parametrize(
    ("signed", "missing"),
    [((), ("amber", "coral", "teal")), (("amber", "coral"), ("teal",)), (("teal",), ("amber", "coral"))],
)
def test_while_one_has_not_signed_the_version_before_holds(signed, missing):
    """Two of three are not all: nobody is outvoted, and nobody is bound by others."""
    assert missing == wanting((TWO, THREE), adopted(*signed))
    assert TWO is in_force((TWO, THREE), adopted(*signed))


def test_with_the_last_word_it_is_in_force():
    """In whatever order they were said; another version's hash counts for nothing."""
    assert THREE is in_force((TWO, THREE), adopted("teal", "coral", "amber"))
    assert TWO is in_force((TWO, THREE), adopted("teal", "coral", "amber", version=COMPOSITE))
    assert TWO is in_force((TWO,), adopted("teal", "coral", "amber"))


@pytest.mark.parametrize("absent", ALL)
def test_who_leaves_signs_as_who_joins_does(absent):
    """A version that leaves somebody out needs the word of that party too, even where the one before was passed over."""
    signed = [party for party in ALL if party != absent]

    assert TWO is in_force(VERSIONS, adopted(*signed, version=COMPOSITE))
    assert COMPOSITE is in_force(VERSIONS, adopted(*ALL, version=COMPOSITE))


def test_a_version_of_a_track_that_binds_nobody_is_never_in_force():
    """Whatever was said of it."""
    table = replace(THREE, head=replace(THREE.head, track="2"))

    assert () == wanting((TWO, table), adopted(*ALL, version=table))
    assert TWO is in_force((TWO, table), adopted(*ALL, version=table))


def test_former_parties_are_named_and_are_no_parties():
    """They owe nothing and are called by their names; who is a party is no former one."""
    assert (("amber", "jade"), {"coral", "teal"}) == (COMPOSITE.parties, set(COMPOSITE.head.former))
    assert "珊瑚" == COMPOSITE.name("coral", "zh")
    text = (_FOLDER / "weekly-call-composite.toml").read_text(encoding="utf-8")
    with pytest.raises(NotAllowed, match="former: 'amber' is a party of this version"):
        parse(text.replace('[[former]]\nid = "teal"', '[[former]]\nid = "amber"'), "x.toml", BOOK)


def test_a_story_names_its_versions():
    """In their order; one that there is not, and one that its head does not name, is refused."""
    head = "Story: s\nAgreement: weekly-call\nLater: weekly-call-three, weekly-call-composite\n"

    assert ("weekly-call-three", "weekly-call-composite") == stories.later(head)
    assert () == stories.later("Story: s\nAgreement: weekly-call\n")
    for line in ("amber adopts incsea", "All work by incsea"):
        with pytest.raises(NotAllowed, match="'incsea' is no version here; there are weekly-call, weekly-call-three"):
            coverage.tell_all(head + line, "x", BOOK)
    for name in ("weekly-call-four", "../agreements/incsea"):
        with pytest.raises(NotAllowed, match="there is no packaged version"):
            coverage.tell_all(f"Story: s\nAgreement: weekly-call\nLater: {name}\n", "x", BOOK)


def test_a_story_says_without_whom_a_version_is_not_in_force():
    """A wrong expectation is told like any other."""
    text = (
        "Story: s\nAgreement: weekly-call\nLater: weekly-call-three\nAt 2026-01-21\namber adopts weekly-call-three\n"
        "Then weekly-call-three is in-force\nThen, as amber sees it, weekly-call-three is not-in-force, without teal\n"
        "Then, as coral sees it, weekly-call-three is not-in-force, without amber and coral and teal\n"
    )
    (told,) = coverage.tell_all(text, "x", BOOK)

    assert [False, False, True] == [each.right for each in told.checked]
    assert ["not-in-force", "not-in-force, without coral and teal"] == [each.found for each in told.checked[:2]]
