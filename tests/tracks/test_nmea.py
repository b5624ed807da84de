"""One sentence: its checksum, its fields, and what cannot be in them."""

import pytest

from searoom.tracks import nmea
from searoom.tracks.nmea import DAY_US, Unusable
from spoken import NOON_US, said


def test_reads_talker_kind_and_fields():
    """Any talker; a field that was not sent is empty."""
    told = nmea.parse(said("IIHDT,271.3,T"))

    assert ("II", "HDT", "271.3", "T", "") == (told.talker, told.kind, told[1], told[2], told[9])


@pytest.mark.parametrize("words", ["PGRMZ,93,f,3", "GPRMC", "GPX,1", "GPTOOLONG,1"])
def test_passes_over_what_is_a_makers_own(words):
    """Proprietary sentences, and what has no kind that could be known."""
    assert None is nmea.parse(said(words))


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("checksum missing", b"$GPHDT,1.0,T"),
        ("checksum wrong", b"$GPHDT,1.0,T*00"),
        ("checksum wrong", b"$GPHDT,1.0,T*"),
        ("checksum wrong", b"$GPHDT,1.0,T*zz"),
        ("line too long", b"$GPHDT," + b"1" * 300 + b"*00"),
    ],
)
def test_refuses_a_line_by_its_cause(cause, line):
    """Checksum missing or wrong, a line without end."""
    with pytest.raises(Unusable, match=cause):
        nmea.parse(line)


def test_refuses_bytes_that_are_no_text():
    """A right checksum over bytes that are no letters."""
    words = b"GPHDT,\xff\xff,T"
    with pytest.raises(Unusable, match="not text"):
        nmea.parse(b"$%b*%02X" % (words, nmea.stamps.checksum(words)))


@pytest.mark.parametrize(
    ("expected", "cells"),
    [
        ((34.5, 139.25), ("3430.000", "N", "13915.000", "E")),
        ((-34.5, -139.25), ("3430", "S", "13915.0", "W")),
        ((0.0, 0.0), ("0000.0", "N", "00000.0", "E")),
        ((90.0, 180.0), ("9000.0", "N", "18000.0", "E")),
    ],
)
def test_reads_degrees_and_minutes(expected, cells):
    """Four quarters of the earth."""
    assert expected == pytest.approx(nmea.place(*cells))


@pytest.mark.parametrize(
    ("cause", "cells"),
    [
        ("not available", ("", "N", "13915.0", "E")),
        ("cannot be read", ("3460.0", "N", "13915.0", "E")),
        ("cannot be read", ("3430.0", "E", "13915.0", "E")),
        ("cannot be read", ("3430.0", "", "13915.0", "E")),
        ("cannot be read", ("34.5", "N", "139.2", "E")),
        ("cannot be read", ("-3430.0", "N", "13915.0", "E")),
    ],
)
def test_refuses_a_place_that_is_none(cause, cells):
    """Nothing sent, sixty minutes, no side, degrees with a point."""
    with pytest.raises(Unusable, match=cause):
        nmea.place(*cells)


def test_reads_a_time_of_day():
    """Whole seconds, parts of them, a leap second, nothing."""
    assert 12 * 3_600_000_000 + 34 * 60_000_000 + 56_780_000 == nmea.time_of_day("123456.78")
    assert DAY_US == nmea.time_of_day("235960")
    assert None is nmea.time_of_day("")


@pytest.mark.parametrize("cell", ["12345", "246000", "126000", "123461", "12:34:56", "-12345", "１２３４５６"])
def test_refuses_a_time_that_is_none(cell):
    """Hours, minutes and seconds that no day has, and figures that are not ASCII."""
    with pytest.raises(Unusable, match="time cannot be read"):
        nmea.time_of_day(cell)


def test_reads_a_date():
    """Two figures of a year are of 1980 to 2079, four are what they say."""
    noon_of_day = NOON_US % DAY_US

    assert NOON_US - noon_of_day == nmea.midnight("03", "06", "26") == nmea.midnight("03", "06", "2026")
    assert 0 > nmea.midnight("01", "01", "1960")
    assert nmea.midnight("01", "01", "80") < nmea.midnight("01", "01", "79")


@pytest.mark.parametrize("cells", [("31", "02", "26"), ("", "", ""), ("03", "06", "-1"), ("a", "b", "cd")])
def test_refuses_a_date_that_is_none(cells):
    """Days that no month has."""
    with pytest.raises(Unusable, match="time cannot be read"):
        nmea.midnight(*cells)


@pytest.mark.parametrize(("offset_s", "near_s"), [(1, -1), (-1, 1), (0, 0), (43_000, 1000)])
def test_a_time_of_day_is_of_the_nearest_day(offset_s, near_s):
    """A second after midnight told a second before it is tomorrow's, and the other way round."""
    midnight = NOON_US - NOON_US % DAY_US
    meant = midnight + offset_s * 1_000_000

    assert meant == nmea.nearest_day(meant % DAY_US, midnight + near_s * 1_000_000)


@pytest.mark.parametrize("cell", ["1e5", "nan", "inf", "1_0", " 1", "+1", "0x1", "--1", "1" * 12])
def test_refuses_a_number_that_is_none(cell):
    """What Python would take and no instrument sends."""
    with pytest.raises(Unusable, match="not a number"):
        nmea.number(cell)
