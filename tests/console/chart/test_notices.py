"""Areas of notices: which stand at a moment, with whose words, where they are drawn, and what was said in words alone."""

import pytest

from searoom.clock import from_text
from searoom.console.chart import notices
from searoom.review.texts import Texts
from searoom.signals.tables import LANGUAGES
from told import BOOK, Tale

CIRCLE = ("circle", (321666667, 1254000000), 37_040_000)
BEFORE, WITHIN, AFTER = (
    from_text(text) for text in ("2026-06-09T23:59:59Z", "2026-06-12T23:59:59Z", "2026-06-13T00:00:00Z")
)
SAID = from_text("2026-06-01T00:00:00Z")
NAMES = {"amber": "Amber", "coral": "Coral"}


@pytest.fixture
def tale():
    """Coral has announced an exercise of three days."""
    made = Tale()
    made.say("coral", "exercise-notice", at_us=SAID, start="2026-06-10", end="2026-06-12", area=CIRCLE)
    return made


def found(tale, at_us, until_us=None):
    """Return what stands in a period, or at a moment."""
    return notices.notices(tale.account(), BOOK, at_us, at_us if until_us is None else until_us)


@pytest.mark.parametrize(
    ("at_us", "states"), [(SAID - 1, []), (SAID, ["coming"]), (BEFORE, ["coming"]), (WITHIN, ["now"]), (AFTER, [])]
)
def test_an_area_is_coming_then_in_force_then_over(tale, at_us, states):
    """It stands from when it was said; its last day counts whole, by UTC."""
    assert states == [one.state(at_us) for one in found(tale, at_us)]


def test_a_replay_has_what_stood_at_any_time_in_it(tale):
    """A period that ends before it was said, or begins after its end, has none of it."""
    assert 1 == len(found(tale, SAID - 10, AFTER + 10))
    assert () == found(tale, SAID - 10, SAID - 1)
    assert () == found(tale, AFTER, AFTER + 10)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_whose_it_is_and_until_when(tale, lang):
    """The words of each state, the party and the area in the language of the page; the ring is closed."""
    (one,) = found(tale, WITHIN)
    made = notices.feature(one, NAMES, BOOK, Texts(lang, "searoom.console"))
    told, (ring,) = made["properties"], made["geometry"]["coordinates"]

    assert "Coral" in told["now"]
    assert "2026-06-13T00:00:00Z" in told["now"]
    assert "2026-06-10T00:00:00Z" in told["coming"]
    assert BOOK.form("exercise-notice").title[lang] in told["now"]
    assert "20" in told["area"]
    assert ring[0] == ring[-1]


def test_what_lasts_for_a_time_ends_with_it():
    """A begin with its zone and a duration are enough."""
    tale, begin = Tale(), from_text("2026-06-10T02:00:00Z")
    tale.say("amber", "macm-training-notice", at_us=SAID, start=(begin, 480), lasts=3_600_000_000, area=CIRCLE)
    (one,) = found(tale, begin)

    assert (begin, begin + 3_600_000_000) == (one.from_us, one.to_us)


@pytest.mark.parametrize(("typed", "drawn"), [("circle 32-10N 125-24E 20 nm", True), ("east of the bank", False)])
def test_an_area_in_words_is_drawn_where_it_can_be_read(typed, drawn):
    """A form whose area is a text is read like a typed one; else its words stand in the list, and nothing is guessed."""
    tale = Tale()
    tale.say("coral", "incsea-notice", at_us=SAID, what="firing", start=BEFORE, end=AFTER, area=typed)
    (one,) = found(tale, WITHIN)
    made = notices.feature(one, NAMES, BOOK, Texts("en", "searoom.console"))

    assert drawn == (made["geometry"] is not None)
    assert drawn or typed == made["properties"]["area"]


def test_a_notice_without_an_end_is_no_area():
    """What cannot be said to be over at any time is not drawn for ever."""
    tale = Tale()
    tale.say("coral", "exercise-notice", at_us=SAID, start="2026-06-10", area=CIRCLE)

    assert () == found(tale, WITHIN)
