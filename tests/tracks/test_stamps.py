"""A time before a line: written, read, kept where the sender wrote one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.tracks import stamps

TIME_US = 1_700_000_000_123_000
LINE = b"$RATTM,anything"


def test_writes_what_the_standard_says():
    """A tag block: backslash, the time, its checksum, backslash."""
    assert rb"\c:1700000000123*6F" + b"\\" == stamps.tag(TIME_US)


@given(st.integers(0, 4_102_444_799_999).map(lambda ms: ms * 1000), st.binary(max_size=80))
def test_what_is_stamped_is_split_again(time_us, rest):
    """Any line behind any millisecond comes back with it."""
    later = time_us + 10_000_000_000_000  # 11 digits and more are milliseconds

    assert (later, rest, "") == stamps.split(stamps.tag(later) + rest)


def test_a_line_without_a_block_has_no_time():
    """Nothing is wrong with it."""
    assert (None, LINE, "") == stamps.split(LINE)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (stamps.TAG_BAD, rb"\c:1700000000*00" + b"\\" + LINE),
        (stamps.TAG_BAD, rb"\c:1700000000" + LINE),
        (stamps.TAG_BAD, b"\\" + b"s:x," * 200 + b"\\" + LINE),
        (stamps.TIME_BAD, rb"\c:yesterday*29" + b"\\" + LINE),
    ],
)
def test_says_what_is_wrong_with_a_block(wrong, line):
    """A wrong checksum, no end, no time in the time's place."""
    assert (None, wrong) == stamps.split(line)[::2]


def test_a_senders_own_time_is_kept():
    """Who relays what was heard earlier knows when that was."""
    line = stamps.tag(TIME_US) + LINE

    assert line == stamps.stamped(line, TIME_US + 5_000_000)


def test_a_block_without_a_time_keeps_its_other_words():
    """The station's name stays, behind our time."""
    words = b"s:station"
    line = b"\\%b*%02X\\%b" % (words, stamps.checksum(words), LINE)
    stamped = stamps.stamped(line, TIME_US)

    assert stamped.startswith(rb"\c:1700000000123,s:station*")
    assert (TIME_US, LINE, "") == stamps.split(stamped)


def test_a_broken_block_is_replaced():
    """What does not check says nothing; the line behind it is still received now."""
    assert stamps.tag(TIME_US) + LINE == stamps.stamped(rb"\c:1*00" + b"\\" + LINE, TIME_US)


def test_seconds_and_milliseconds_are_told_apart():
    """Ten digits are seconds, thirteen milliseconds, more are no time."""
    assert 1_700_000_000_000_000 == stamps.unix_time(b"1700000000")
    assert TIME_US == stamps.unix_time(b"1700000000123")
    assert None is stamps.unix_time(b"17000000001234")
