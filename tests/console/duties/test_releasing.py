"""A national note released field by field: only what was ticked, never finer than chosen, and still true."""

from urllib.parse import parse_qs, urlsplit

import pytest

from searoom.console.duties import releasing
from searoom.errors import NotAllowed
from searoom.signals import forms
from searoom.signals.kinds import FIELD_KINDS, Context
from searoom.statements.release import Policy

BOOK = forms.load()
NOTE = forms.from_text(
    BOOK,
    "sighting",
    {
        "craft": "grey hull, number 101",
        "at": "2026-06-03T04:05:06Z",
        "where": "32-10.537N 125-20.123E",
        "bearing": "045",
        "distance": "1234 m ± 40 m",
        "speed": "12.5 kn",
        "lasting": "90 s",
        "words": "it turned towards us",
    },
)
TARGET = BOOK.form("observed-act")


def taken(query, target=TARGET):
    """Return what the address of the shared form brings, by field."""
    sources = releasing.sources(NOTE, BOOK, target, "en")
    link = releasing.prefilled(NOTE, BOOK, target, releasing.chosen(query, sources))
    assert f"/say/{target.name}" == urlsplit(link).path
    return {name.removeprefix("field-"): values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_only_what_was_ticked_goes_into_the_form():
    """A tick at the words brings the words, and nothing else of the note."""
    assert {"words": "it turned towards us"} == taken({"take-words": "1"})


def test_nothing_ticked_is_told():
    """Without a tick there is nothing to release."""
    with pytest.raises(NotAllowed, match="nothing is ticked"):
        taken({"step-where": "5"})


def test_two_fields_into_one_is_told():
    """What would silently lose one of two is refused."""
    target = BOOK.form("hotline-message")
    with pytest.raises(NotAllowed, match="two fields"):
        taken({"take-words": "1", "take-craft": "1", "into-words": "text", "into-craft": "text"}, target)


@pytest.mark.parametrize("query", [{"into-words": "by"}, {"into-words": "nothing"}])
def test_a_field_that_does_not_fit_is_told(query):
    """A value goes only where its kind fits."""
    with pytest.raises(NotAllowed, match="does not fit"):
        taken({"take-words": "1", **query})


@pytest.mark.parametrize("step", ["7", "-1", "x", "1e3"])
def test_a_step_that_is_not_offered_is_told(step):
    """Rounding is chosen among what is offered."""
    with pytest.raises(NotAllowed, match="no step"):
        taken({"take-where": "1", "step-where": step})


@pytest.mark.parametrize("step", releasing.STEPS["distance"])
def test_a_rounded_distance_still_holds_what_was_measured(step):
    """The error grows by what the rounding moved: no value that was possible becomes impossible."""
    form = BOOK.form("sighting")
    value, error = FIELD_KINDS["distance"].parse(
        releasing.coarser(NOTE, form, "distance", "distance", step), Context({}, "en")
    )

    assert value - error <= 1_194_000
    assert 1_274_000 <= value + error
    assert 0 == value % (step * 1000)
    assert 0 == error % (step * 1000)


@pytest.mark.parametrize("step", [1, 5, 10, 30])
def test_a_rounded_place_lies_on_whole_minutes_and_near(step):
    """A place is rounded to whole minutes of arc, and moves by half a step at most."""
    text = releasing.coarser(NOTE, BOOK.form("sighting"), "where", "position", step)
    place = FIELD_KINDS["position"].parse(text, Context({}, "en"))

    for moved, was in zip(place, NOTE.fields["where"], strict=True):
        assert abs(moved - was) <= step * 10_000_000 / 120 + 2
        minutes = moved * 60 / 10_000_000
        assert abs(minutes / step - round(minutes / step)) < 1e-4


@pytest.mark.parametrize("step", [1, 5, 15, 60])
def test_a_rounded_time_is_the_full_step_before(step):
    """A time is cut to whole steps of minutes."""
    text = releasing.coarser(NOTE, BOOK.form("sighting"), "at", "time", step)
    at_us = FIELD_KINDS["time"].parse(text, Context({}, "en"))

    assert 0 <= NOTE.fields["at"] - at_us < step * 60_000_000
    assert 0 == at_us % (step * 60_000_000)


def test_what_is_left_as_it_is_says_exactly_the_same():
    """A value that is not rounded reads back to the very same value, whatever its kind."""
    form = BOOK.form("sighting")
    for each in form.fields:
        if each.name in NOTE.fields and each.kind != "text":
            text = releasing.typed_text(NOTE, form, each.name, each.kind)
            assert NOTE.fields[each.name] == FIELD_KINDS[each.kind].parse(text, Context({}, "en")), each.name


def test_the_forms_that_are_offered_are_shared_and_signed_by_a_person():
    """Nothing leads from a note into another note, nor into what a station says."""
    offered = releasing.forms_for(BOOK.form("sighting"), BOOK, Policy())

    assert TARGET in offered
    assert all("shared" == form.visibility and not form.automatic for form in offered)
