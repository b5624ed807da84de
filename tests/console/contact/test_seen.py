"""Open encounters as the pages show them: who answered, what was noted, how a craft without a name is called."""

from types import SimpleNamespace

import pytest

from deskside import BOOK
from searoom.console.contact import seen
from searoom.console.contact.seen import Craft, Shown
from searoom.console.view import Note
from searoom.errors import NotAllowed
from searoom.signals import forms

START = 1_780_452_000_000_000
FIGURES = {
    "range_m": 1340, "range_error_m": 30, "bearing_deg": 30, "cpa_m": 800, "cpa_error_m": 400, "tcpa_s": 310,
}  # fmt: skip
OPEN = {
    "a": {"name": "AMBER 21", "called": None, "unit": None, "party": "amber", "seen": [["GPS", 1]]},
    "b": {"name": "radar:bridge:7", "called": None, "unit": "CORAL 34", "party": "coral", "seen": [["RADAR", 2]]},
    "grade": "warn", "since": "2026-06-03T02:00:00Z", "geometry": "crossing", "colregs": "no class", "state": None,
    "figures": FIGURES, "height_m": None, "bell": {"since": "2026-06-03T02:01:00Z", "step": 2, "of": 3, "calls": "x"},
    "acknowledged": "2026-06-03T02:02:00Z", "snoozed_until": "2026-06-03T02:20:00Z",
}  # fmt: skip
REPLY = {"now": "2026-06-03T02:02:00Z", "open": [OPEN], "company": []}


def bell(at_s, person, a="AMBER 21", b="radar:bridge:7", **more):
    """Return the note of an answer to an alarm."""
    fields = {"a": a, "b": b, "grade": "warn", "at": START + at_s * 1_000_000, "person": person, **more}
    return Note(0, forms.Filled("bell-note", 1, "national", "routine", "en", fields))


def test_a_pair_shows_who_answered_and_until_when():
    """The newest answer of each kind to this pair, whichever of the two the note names first; no other pair's."""
    notes = [
        bell(1, "amber-2", first=START), bell(2, "amber-1", first=START), bell(3, "amber-3", until=START + 9),
        bell(4, "amber-9", a="AMBER 21", b="another", first=START),
        bell(5, "amber-4", a="radar:bridge:7", b="AMBER 21", until=START + 9),
    ]  # fmt: skip
    (one,) = seen.rows(REPLY, notes, 9)

    assert ("amber-1", "2026-06-03T02:02:00Z") == (one.acknowledged_by, one.acknowledged)
    assert ("amber-4", "2026-06-03T02:20:00Z") == (one.snoozed_by, one.snoozed_until)
    assert one.calls
    assert START + (120 + 310) * 1_000_000 == one.cpa_us


def test_a_pair_is_found_whichever_is_named_first():
    """An address may name the two in either order; of two that meet nobody, only the names are there."""
    one = seen.pair(REPLY, (), "radar:bridge:7", "AMBER 21")

    assert ("warn", "CORAL 34") == (one.grade, one.b.said)
    assert Shown(Craft("X"), Craft("Y")) == seen.pair(REPLY, (), "X", "Y")


@pytest.mark.parametrize("names", [("A", "A"), ("", "B"), ("A", "x" * 101), ("A", "b\u202e"), (" ", "B"), ("A\n", "B")])
def test_what_can_be_no_two_craft_is_refused(names):
    """The same name twice, none, a long one, or one that cannot be shown."""
    with pytest.raises(NotAllowed, match="no names of two craft"):
        seen.named(*names)


def test_our_own_unit_comes_first_and_the_bearing_is_from_it():
    """The desk tells the bearing from the first to the second of a pair; an officer wants it from our own ship."""
    (one,) = seen.rows(REPLY, (), 9)
    turned = Shown(one.b, one.a, figures=FIGURES)

    assert ("AMBER 21", "radar:bridge:7", 30) == tuple(
        x if isinstance(x, int) else x.name for x in seen.ours_first(one, "AMBER 21")
    )
    assert ("AMBER 21", 210) == (seen.ours_first(turned, "AMBER 21")[0].name, seen.ours_first(turned, "AMBER 21")[2])
    assert seen.ours_first(one, "AMBER 99")[2] is None


@pytest.mark.parametrize(
    ("craft", "called"),
    [
        (Craft("radar:bridge:7", unit="CORAL 34"), "CORAL 34"),
        (Craft("219000001", called="MERI"), "MERI"),
        (Craft("219000001"), "219000001"),
        (Craft("radar:bridge:7"), "UNKNOWN VESSEL BEARING 005"),
        (Craft("sighted:dark ship"), "UNKNOWN VESSEL BEARING 005"),
        (Craft("icao:7c1234"), "UNKNOWN AIRCRAFT BEARING 005"),
        (Craft("219000001", called="<b>\u202eX"), "UNKNOWN VESSEL BEARING 005"),
    ],
)
def test_a_craft_is_called_by_a_name_that_can_be_said(craft, called):
    """A track number is no name; who has none is called by what it is and where it bears."""
    assert called == seen.addressee(craft, 5)


def test_aircraft_are_called_on_the_guard_frequency():
    """121.5 MHz where what saw it, or its name, says that it flies; else channel 16."""
    assert ["121.5", "121.5", "16"] == [
        one.guard for one in (Craft("icao:7c1234"), Craft("X", seen=(("ADSB", 1),)), Craft("radar:bridge:7"))
    ]


def test_a_silent_nodes_last_picture_has_the_same_shape():
    """Pages are drawn from it too; nobody is said to have answered, for that is not known."""
    told = {
        "a": "A", "b": "B", "grade": "warn", "since_us": START, "at_us": START, "figures_us": START,
        "range_m": 9, "range_error_m": 1,
        "cpa_m": 3, "cpa_error_m": 1, "cpa_us": START + 5_000_000, "geometry": "crossing", "height_m": None,
    }  # fmt: skip
    (one,) = seen.rows(seen.from_picture(SimpleNamespace(now_us=START, picture={"open": [told]})), (), 9)

    assert ("A", "B", "warn", 5, "") == (one.a.name, one.b.name, one.grade, one.figures["tcpa_s"], one.acknowledged)


@pytest.mark.parametrize(("lang", "words"), [("en", "crossed ahead"), ("ja", "前方を横切った"), ("zh", "从前方横越")])
def test_events_read_in_each_language(lang, words):
    """What craft in company did, in the words of the note's own form, the newest first."""
    fields = {
        "a": "A",
        "b": "B",
        "state": "shadowing",
        "deed": "crossed-ahead",
        "at": START,
        "by": "B",
        "range_mm": 500_000,
    }
    note = Note(0, forms.Filled("company-note", 1, "national", "routine", "en", fields))
    later = Note(
        0, forms.Filled("company-note", 1, "national", "routine", "en", {**fields, "at": START + 1, "deed": "ended"})
    )
    told = seen.events([note, later], BOOK, lang)

    assert [START + 1, START] == [one.at_us for one in told]
    assert (words, "B", 500.0) == (told[1].words, told[1].by, told[1].range_m)
    assert [] == list(seen.history([note], BOOK, "A", "C", lang))


def test_only_the_most_pressing_are_drawn():
    """A harbour may have hundreds open; the desk's order decides which are shown."""
    reply = {**REPLY, "open": [OPEN, {**OPEN, "grade": "advise"}]}

    assert ["warn"] == [one.grade for one in seen.rows(reply, (), 1)]
