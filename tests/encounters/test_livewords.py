"""Alerts, events and answers as lines of JSON, and back from a journal that may be torn."""

import json

import pytest

from searoom.encounters import livewords
from searoom.encounters.alerts import Deed, Event, State
from searoom.encounters.bells import Answers
from searoom.encounters.detector import detect
from searoom.encounters.livewords import Standing, alert_of, alert_words, line
from searoom.encounters.settings import Grade
from searoom.errors import NotAllowed
from tracks_made import fixes_of, flight, track

SECONDS = range(0, 600, 10)
SHIPS = fixes_of([*track("A", 30.0, 130.0, 8.0, 90.0, SECONDS), *track("B", 30.0, 130.1, 8.0, 270.0, SECONDS)])
FLIGHTS = fixes_of([
    *flight("icao:00000a", 30.0, 130.0, 200.0, 90.0, SECONDS, alt=9_000.0),
    *flight("icao:00000b", 30.0, 131.0, 200.0, 270.0, SECONDS, alt=9_100.0),
])  # fmt: skip


def told(fixes):
    """Return the one encounter of some tracks."""
    return detect(fixes).encounters[0]


@pytest.mark.parametrize("fixes", [SHIPS, FLIGHTS])
def test_an_alert_comes_back_as_it_went(fixes):
    """Every field, to a millimetre; what does not exist is null, never left out."""
    for alert in told(fixes).alerts:
        words = json.loads(line("alert", alert_words(alert)))
        again = alert_of(words)
        assert alert_words(alert) == alert_words(again)
        assert (alert.grade, alert.reason, alert.geometry, alert.pair) == (
            again.grade, again.reason, again.geometry, again.pair,
        )  # fmt: skip


def test_what_is_no_alert_is_refused():
    """A missing field or an unknown grade."""
    words = alert_words(told(SHIPS).alerts[0])

    for wrong in ({**words, "grade": "loud"}, {name: words[name] for name in words if name != "cpa_m"}):
        with pytest.raises(NotAllowed, match="no alert"):
            alert_of(wrong)


def test_a_journal_comes_to_what_is_open_and_what_was_answered():
    """Cleared pairs are gone; the newest answers stand; the fewest lines come to the same again."""
    one = told(SHIPS)
    rising = [alert for alert in one.alerts if alert.grade is not Grade.CLEAR]
    answer = Answers().acknowledge(one, 7).acknowledged["A", "B"]
    standing = Standing()
    for alert in (*told(FLIGHTS).alerts, *rising):
        standing.take(line("alert", alert_words(alert)))
    gone = told(FLIGHTS).alerts[-1]
    standing.take(line("alert", {**alert_words(gone), "grade": "clear"}))
    standing.take(line("acknowledged", livewords.answer_words(("A", "B"), answer)))
    (open_,) = standing.encounters()

    assert (("A", "B"), len(rising), None) == ((open_.a, open_.b), len(open_.alerts), open_.cleared_us)
    assert {("A", "B"): answer} == standing.answers.acknowledged
    again = Standing()
    for raw in standing.lines():
        again.take(raw)
    assert (0, standing.told, standing.answers) == (again.unread, again.told, again.answers)


@pytest.mark.parametrize(
    "raw", [b'{"kind":"al', b"\xff\n", b"[]\n", b'{"kind":"alert"}\n', b'{"kind":"new"}\n', b"7\n"]
)
def test_a_line_that_cannot_be_read_is_counted_and_stops_nothing(raw):
    """The torn last line of a crash among them."""
    standing = Standing()
    standing.take(raw)

    assert (1, {}) == (standing.unread, standing.told)


def test_an_event_whose_range_is_not_known_says_null():
    """One of the two is no longer seen: JSON has no nan."""
    event = Event(1, "A", "B", State.ESCORT, Deed.ENDED, None, float("nan"), float("nan"), None, None)
    words = json.loads(line("event", livewords.event_words(event)))

    assert (None, "escort", "no longer keep together") == (words["range_m"], words["state"], words["deed"])
