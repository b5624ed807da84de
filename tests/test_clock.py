"""Instants as text and back, and a clock that is only moved by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import clock
from searoom.errors import NotAllowed

MOMENT_US = 1_497_630_634_000_000
YEAR_9999_US = 253_402_300_799_999_999


def test_writes_an_instant_with_its_zone():
    """Text is ISO 8601 in UTC, with the Z."""
    assert "2017-06-16T16:30:34Z" == clock.to_text(MOMENT_US)
    assert "2017-06-16T16:30:34.000001Z" == clock.to_text(MOMENT_US + 1, seconds_only=False)


@pytest.mark.parametrize("text", ["2017-06-16T16:30:34Z", "2017-06-17T01:30:34+09:00", " 2017-06-16T16:30:34+00:00 "])
def test_reads_an_instant_in_any_zone(text):
    """One instant, however its zone is written."""
    assert MOMENT_US == clock.from_text(text)


@pytest.mark.parametrize("text", ["2017-06-16T16:30:34", "2017-06-16", "yesterday", "", "2017-13-01T00:00:00Z"])
def test_refuses_a_time_without_zone_or_sense(text):
    """A time without a zone is two times; it is refused with advice."""
    with pytest.raises(NotAllowed) as refused:
        clock.from_text(text)

    assert refused.value.advice()


@given(st.integers(0, YEAR_9999_US))
def test_what_is_written_is_read_back(time_us):
    """No microsecond is lost between text and number."""
    assert time_us == clock.from_text(clock.to_text(time_us, seconds_only=False))


def test_a_hand_clock_stands_until_it_is_told():
    """A tick is an input: the clock shows what it was told, as often as it is asked."""
    hand = clock.HandClock(MOMENT_US)
    assert (MOMENT_US, MOMENT_US) == (hand.now(), hand.now())

    hand.set(MOMENT_US + 5)

    assert MOMENT_US + 5 == hand.now()


def test_a_hand_clock_never_goes_back():
    """A clock that went back would let a later entry claim an earlier time."""
    hand = clock.HandClock(MOMENT_US)
    hand.set(MOMENT_US)

    with pytest.raises(NotAllowed, match="cannot go back"):
        hand.set(MOMENT_US - 1)

    assert MOMENT_US == hand.now()


def test_seconds_become_whole_microseconds():
    """Durations in entries are integers."""
    assert 1_500_000 == clock.seconds(1.5)
    assert 0 == clock.seconds(0.0000004)


def test_the_machine_has_a_time_and_a_measure():
    """The machine's time is microseconds of Unix time; the measure only grows."""
    first = clock.monotonic()

    assert MOMENT_US < clock.machine_now() < YEAR_9999_US
    assert first <= clock.monotonic()
