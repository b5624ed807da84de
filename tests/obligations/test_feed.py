"""What is due as a calendar: another program reads it; nothing of an exercise goes into it."""

from dataclasses import replace

import icalendar
import pytest

from searoom import clock
from searoom.account import arrange
from searoom.errors import NotAllowed
from searoom.obligations.feed import ALARMS, calendar
from searoom.obligations.standing import due
from told import DEMO, MACM

NOW = clock.from_text("2026-11-01T00:00:00Z")
EMPTY = arrange(MACM.parties, (), {})


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_another_program_reads_it(lang):
    """Every open duty with a deadline is an event with its time, its sentence and two alarms."""
    duties = due(MACM, EMPTY, NOW)
    read = icalendar.Calendar.from_ical(calendar(MACM, duties, lang, NOW))
    events = list(read.walk("VEVENT"))

    assert [clock.to_text(d.due_us) for d in duties] == [e["DTSTART"].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for e in events]
    assert [d.sentence[lang] for d in duties] == [str(e["DESCRIPTION"]) for e in events]
    assert [len(ALARMS)] * len(events) == [len(list(e.walk("VALARM"))) for e in events]
    assert len(events) == len({str(e["UID"]) for e in events})


def test_lines_are_short_and_whole():
    """At most 75 octets, ended by CR LF, and no letter is cut in two."""
    raw = calendar(MACM, due(MACM, EMPTY, NOW), "ja", NOW).encode()

    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert all(line.decode() or True for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_is_the_same_again_and_keeps_its_ids():
    """The same duties at the same moment are the same text; later the ids are the same."""
    first, again = (calendar(MACM, due(MACM, EMPTY, NOW), "en", NOW) for _ in range(2))
    later = calendar(MACM, due(MACM, EMPTY, NOW + 86_400_000_000), "en", NOW + 86_400_000_000)

    assert first == again
    assert [line for line in first.splitlines() if line.startswith("UID")] == [
        line for line in later.splitlines() if line.startswith("UID")
    ]


def test_words_with_marks_of_the_format_come_back():
    """Commas, semicolons and line ends in a title are words, and stay words."""
    title = dict.fromkeys(("en", "ja", "zh"), "a, b; c\\ d\ne")
    duty = due(MACM, EMPTY, NOW)[0]
    duty = replace(duty, clause=replace(duty.clause, title=title))
    (event,) = icalendar.Calendar.from_ical(calendar(MACM, [duty], "en", NOW)).walk("VEVENT")

    assert str(event["SUMMARY"]).startswith("a, b; c\\ d\ne (")


def test_nothing_of_an_exercise_goes_into_a_calendar():
    """There it could be taken for real."""
    with pytest.raises(NotAllowed, match="nothing of an exercise goes into a calendar"):
        calendar(DEMO, (), "en", NOW)
