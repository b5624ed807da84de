"""Flag hoists: the right flags in the right order, drawn, and read back without a guess."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.hoist import FLOWN, called, draw, flags, groups, read
from signals.test_render import values

BOOK = codebook.load()
SPECIAL = codebook.load(codebook.SHIPPED)


def names(*texts):
    return [flag.name for group in flags(texts) for flag in group]


def test_a_hoist_begins_with_the_code_pennant():
    """Between warships the code pennant shows where the group is from; the values follow with their letter."""
    row = BOOK.row("OJ")
    assert ("CODE", "OJ", "A310", "R1.5") == groups(row, values(row))
    assert ("OJ", "A310", "R1.5") == groups(row, values(row), code_pennant=False)
    assert ("CODE", "EV", "L3210N", "G16520W", "C045", "S18") == groups(
        BOOK.row("EV"), {"position": "32-10N 165-20.0W", "course": "045", "speed": "18"}
    )
    assert ("CODE", "YV1", "PJ1") == groups(SPECIAL.row("YV1 PJ1"), {})


def test_a_position_is_not_rounded_behind_the_back():
    """Flags say whole minutes: what is finer is refused, and the hundred of a longitude is never left out."""
    told = {"course": "045", "speed": "18"}
    with pytest.raises(NotAllowed, match="whole minutes"):
        groups(BOOK.row("EV"), told | {"position": "32-10.5N 165-20.0W"})
    assert "G16520W" in groups(BOOK.row("EV"), told | {"position": "32-10.0N 165-20W"})
    assert "G06520E" in groups(BOOK.row("EV"), told | {"position": "32-10N 65-20E"})


@pytest.mark.parametrize(
    ("group", "flown"),
    [
        ("RT1", ["ROMEO", "TANGO", "PENNANT 1"]),
        ("MAA", ["MIKE", "ALFA", "SECOND SUBSTITUTE"]),
        ("1100", ["PENNANT 1", "FIRST SUBSTITUTE", "PENNANT 0", "THIRD SUBSTITUTE"]),
        ("7228", ["PENNANT 7", "PENNANT 2", "SECOND SUBSTITUTE", "PENNANT 8"]),
        ("C045", ["CHARLIE", "PENNANT 0", "PENNANT 4", "PENNANT 5"]),
        ("R1.5", ["ROMEO", "PENNANT 1", "ANSWERING PENNANT", "PENNANT 5"]),
    ],
)
def test_what_comes_again_is_a_substitute(group, flown):
    """One set of flags is enough; letters and figures are classes of their own. Read back, the group is the same."""
    assert flown == names(group)
    assert group == called(", ".join(flown))


def test_every_group_that_is_offered_can_be_flown_and_read():
    """Each row of the flown books has a hoist whose flags lead back to that row first."""
    for row in SPECIAL.offered():
        if row.book not in FLOWN or any(p.kind == "name" for p in row.parameters):
            continue
        top = groups(row, {}, code_pennant=False) if not row.parameters else tuple(row.code.split())
        told = ", tack, ".join(", ".join(flag.name for flag in group) for group in flags(top))
        assert row is read(told, SPECIAL)[0].signal, told
        assert not any(candidate.certain for candidate in read(told, SPECIAL))


def test_the_drawing_is_one_svg():
    """Well-formed, with every flag's name in words, and nothing that runs or is fetched."""
    svg = draw(flags(groups(BOOK.row("RT1"), {})))
    root = ET.fromstring(svg)
    assert "Flag hoist, from the top: ANSWERING PENNANT, ROMEO, TANGO, PENNANT 1" == root[0].text
    assert "script" not in svg
    assert "href" not in svg


@pytest.mark.parametrize("code", ["V-Q1", "R34A1", "L", "PP7"])
def test_refuses_what_has_no_flags_or_is_never_offered(code):
    """Sentences and blasts cannot be hoisted, and no order is."""
    with pytest.raises(NotAllowed):
        groups(BOOK.row(code), {})


@pytest.mark.parametrize("group", ["ZZZZZZ", "111111", "R☃"])
def test_refuses_what_one_set_of_flags_cannot_say(group):
    """More of one flag than there are substitutes, or a sign without a flag, is no hoist."""
    with pytest.raises(NotAllowed):
        flags((group,))


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("romeo, tango, pennant 1", "RT1"),
        ("RT1", "RT1"),
        ("code oscar juliett alfa 3 1 0", "OJ"),
        ("papa 1st sub 7", "PP7"),
    ],
)
def test_a_called_hoist_is_read(told, code):
    """Spelled, typed or with its values behind it; never certain, always with its words."""
    found = read(told, BOOK)[0]
    assert (code, False) == (found.signal.code, found.certain)
    assert all(found.words.values())


def test_a_hoist_read_from_the_bottom_says_so():
    """What is no group from the top and one from the bottom is shown as that, and marked as a guess."""
    found = read("1TR", BOOK)
    assert ("RT1", False) == (found[0].signal.code, found[0].certain)
    assert "bottom" in found[0].why
    assert "another order" in read("T1R", BOOK)[0].why


def test_a_hoist_that_is_a_group_both_ways_shows_both():
    """NO read upside down is ON, which says something else."""
    assert ["NO", "ON"] == [candidate.signal.code for candidate in read("november oscar", BOOK)]


@pytest.mark.parametrize(
    "told", ["QQX", "zulu zulu zulu", "", "first substitute", "romeo third substitute", "<svg onload=x>", "a" * 500, "☃ romeo",
             "\u202e1TR", "xylophone tango"],
)  # fmt: skip
def test_a_hoist_that_does_not_exist_is_refused(told):
    """No group, no flag, a substitute that repeats nothing, hostile text: a finding, never a guess."""
    with pytest.raises(NotAllowed):
        read(told, BOOK)


def test_a_hoist_that_does_not_exist_names_what_is_near():
    """A slip of one flag is answered with the groups that are near."""
    with pytest.raises(NotAllowed) as refused:
        read("RT8", BOOK)
    assert "RT1" in refused.value.advice()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(["code", "romeo", "tango", "1", "first", "substitute", "tack", "papa", "7", "sub"])
        ).map(" ".join),
    )
)
def test_whatever_is_called_is_read_or_refused(told):
    """Any text, and any row of flags: candidates with their words, none certain, or a finding; never a crash."""
    try:
        found = read(told, SPECIAL)
    except NotAllowed as refused:
        found = ()
        told = refused.sentence
    assert told is not None
    assert not any(candidate.certain for candidate in found)
    assert all(all(candidate.words.values()) for candidate in found)
