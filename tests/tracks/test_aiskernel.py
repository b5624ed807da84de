"""What the compiled loops know of time and of bytes, beside the standard library."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from searoom import compiling
from searoom.tracks import aiskernel
from searoom.tracks.aiskernel import NO_TIME

compiling.ready(aiskernel.__name__)  # else the loops are tested as Python runs them


def cells(moment):
    """Return a date and time as the cells of a time line."""
    return np.array(
        [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond // 1000]
    )


def test_the_calendar_is_that_of_everybody():
    """Each day of four centuries, leap years among them, and some times of day."""
    moment, epoch = datetime(1899, 12, 30, 23, 59, 58, 7000, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
    for _ in range(146_100):
        moment += timedelta(days=1)
        assert (moment - epoch) // timedelta(microseconds=1) == aiskernel.instant(cells(moment))


@pytest.mark.parametrize(
    "wrong",
    [
        (0, 1, 1, 0, 0, 0, 0), (2010, 0, 1, 0, 0, 0, 0), (2010, 13, 1, 0, 0, 0, 0), (2010, 1, 0, 0, 0, 0, 0),
        (2010, 1, 32, 0, 0, 0, 0), (2010, 4, 31, 0, 0, 0, 0), (2010, 2, 29, 0, 0, 0, 0), (1900, 2, 29, 0, 0, 0, 0),
        (2010, 1, 1, 24, 0, 0, 0), (2010, 1, 1, 0, 60, 0, 0), (2010, 1, 1, 0, 0, 60, 0), (2010, 1, 1, 0, 0, 0, 1000),
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_no_time(wrong):
    """Months, days and hours that are not."""
    assert NO_TIME == aiskernel.instant(np.array(wrong))


@pytest.mark.parametrize(
    ("expected", "text"),
    [(5_000_000, b"5"), (9_999_999_999_000_000, b"9" * 10), (99_999_999_999_000, b"9" * 11), (NO_TIME, b"9" * 14)],
)
def test_unix_times_are_seconds_or_milliseconds(expected, text):
    """More than ten digits are milliseconds, more than thirteen nothing."""
    assert expected == aiskernel.unix_time(np.frombuffer(bytearray(text), np.uint8), 0, len(text))


def test_other_words_give_other_keys():
    """What tells two receivers apart does not run together where one word ends and the next begins."""
    text = np.frombuffer(bytearray(b"abab"), np.uint8)
    keys = {
        aiskernel.mixed(text, 2, 4, aiskernel.mixed(text, 0, 2, 0)), aiskernel.mixed(text, 0, 4, 0),
        aiskernel.mixed(text, 1, 4, aiskernel.mixed(text, 0, 1, 0)), aiskernel.mixed(text, 0, 2, 0),
    }  # fmt: skip

    assert 4 == len(keys)
