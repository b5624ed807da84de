"""A party's watch settings: read strictly, the example is whole, and clocks show what each party's walls show."""

import re
from importlib import resources

import pytest

from searoom.clock import from_text
from searoom.console.watchkeeping import settings
from searoom.console.watchkeeping.cards import EVENTS, read_settings
from searoom.errors import NotAllowed
from searoom.signals import forms
from searoom.signals.codebook import load
from searoom.signals.tables import read_table

TEXT = resources.files("searoom.console.watchkeeping").joinpath("data", "watch.toml").read_text(encoding="utf-8")


def read(text=TEXT):
    """Return the settings of a text."""
    return read_settings(read_table(text, "watch.toml"))


def test_the_example_has_a_card_for_every_event():
    """Whatever can call for a card has one, with a title and steps in each language."""
    held = settings.example()
    assert set(EVENTS) == {card.event for card in held.cards}
    assert all({"en", "ja", "zh"} == set(step.do) for card in held.cards for step in card.steps)
    assert held.example


def test_the_example_names_forms_and_signals_that_there_are():
    """A form or a signal that no book has would never call for its card."""
    book, held = forms.load(), settings.example()
    assert all(book.form(name) for card in held.cards for name in card.forms)
    codes = {signal.code for signal in load(("ics", "plain")).signals}
    assert {code for card in held.cards for code in card.codes} <= codes


def test_both_clocks_stand_beside_z():
    """A party's clock shows its own hour, and its own day where that is another."""
    held = read()
    assert (("amber", "11:16 +09:00"), ("coral", "10:16 +08:00")) == held.locals(
        from_text("2026-06-03T02:16:00Z"), ("amber", "coral")
    )
    late = held.locals(from_text("2026-06-03T15:30:00Z"), ("amber", "coral"))
    assert (("amber", "06-04 00:30 +09:00"), ("coral", "23:30 +08:00")) == late


def test_a_clock_that_is_put_forward_is_so_from_its_day_on():
    """A party with summer time has a row for each change, and each time is shown by the row of its day."""
    more = '[[clock]]\nparty = "coral"\noffset = "-03:30"\nfrom = "2026-06-04"\nsource = "made"\n[[card]]'
    held = read(TEXT.replace("[[card]]", more, 1))
    shown = [held.locals(from_text(f"2026-06-0{day}T02:00:00Z"), ("coral",))[0][1] for day in (3, 4)]
    assert ["10:00 +08:00", "06-03 22:30 -03:30"] == shown


def test_a_party_without_a_clock_is_shown_in_z_alone():
    """Nothing is guessed."""
    assert () == read().locals(from_text("2026-06-03T02:00:00Z"), ("teal",))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("format = 1", "format = 2", "format 1"),
        ("hours = 4 ", "hours = 0 ", "1 to 48 hours"),
        ('offset = "+09:00"', 'offset = "nine"', "clock 1"),
        ('offset = "+09:00"', 'offset = "+19:00"', "no offset from UTC"),
        ('from = "2020-01-01"', 'from = "soon"', "clock 1"),
        ('event = "restored"', 'event = "encounter-urgent"', "two cards"),
        ('event = "restored"', 'event = "rain"', "card 8"),
        ('id = "captain"', 'id = "speak"', "an id of its own"),
        ("minutes = 1,", "minutes = -1,", "minutes lie between"),
        ('lang = "none"', 'lang = "latin"', "'latin'"),
        ("hours = 4 ", "days = 1\nhours = 4 ", "unknown field 'days'"),
        ('en = "Tell the captain", ', "", "'en'"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(old, new, why):
    """A card that cannot be read is found before it is needed."""
    assert old in TEXT
    with pytest.raises(NotAllowed, match=re.escape(why)):
        read(TEXT.replace(old, new, 1))


def test_a_step_that_a_card_has_not_is_refused():
    """Only what stands on the card is ticked."""
    card = read().card("line-silent")
    assert 15 == card.step("fallback").minutes
    with pytest.raises(NotAllowed, match="no step"):
        card.step("dance")
