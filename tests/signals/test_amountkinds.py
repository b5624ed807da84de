"""Kinds of amounts: zones kept, units known or refused by name, nothing said finer than its error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals.amountkinds import (
    by_typed,
    parse_frequency,
    parse_quantity,
    parse_reading,
    parse_zoned,
    say_frequency,
    say_quantity,
    say_reading,
    say_zoned,
    units,
)
from searoom.signals.kinds import FIELD_KINDS, Context

CONTEXT = Context({})
AT = 1_780_459_506_000_000  # 2026-06-03T04:05:06Z


@pytest.mark.parametrize(
    ("typed", "zone", "said"),
    [
        ("2026-06-03T04:05:06Z", 0, "2026-06-03T04:05:06Z"),
        ("2026-06-03T13:05:06+09:00", 540, "2026-06-03T04:05:06Z (2026-06-03 13:05:06 +09:00)"),
        ("2026-06-03 13:05:06 JST", 540, "2026-06-03T04:05:06Z (2026-06-03 13:05:06 +09:00)"),
        ("2026-06-03 12:05:06 北京时间", 480, "2026-06-03T04:05:06Z (2026-06-03 12:05:06 +08:00)"),
        ("２０２６-06-03 13:05:06 日本時間", 540, "2026-06-03T04:05:06Z (2026-06-03 13:05:06 +09:00)"),
        ("2026-06-02T18:05:06-10:00", -600, "2026-06-03T04:05:06Z (2026-06-02 18:05:06 -10:00)"),
    ],
)
def test_a_time_keeps_the_zone_of_its_writer(typed, zone, said):
    """The instant is UTC, and who reads it sees both clocks."""
    assert (AT, zone) == parse_zoned(typed)
    assert said == say_zoned((AT, zone), "en")


@pytest.mark.parametrize(
    "typed",
    ["2026-06-03T04:05:06", "2026-02-29T00:00Z", "2026-06-03 25:00Z", "2026-13-01T00:00Z", "2026-06-03T0:0Z", "CST"],
)
def test_a_time_without_a_zone_or_a_day_that_is_not_there_is_refused(typed):
    """A leap day exists in leap years alone; a zone is never guessed."""
    with pytest.raises(NotAllowed):
        parse_zoned(typed)


def test_a_leap_day_is_a_day():
    """29 February 2028 is taken, and its local day may be another."""
    assert "2028-02-29T15:00:00Z (2028-03-01 00:00:00 +09:00)" == say_zoned(parse_zoned("2028-03-01 00:00 JST"), "ja")


def test_an_odd_offset_is_doubted():
    """All zones lie at quarters of an hour; another offset can be sent, and is doubted."""
    doubt = FIELD_KINDS["zoned"].doubt
    assert ("", "no zone lies at such an offset") == (doubt((AT, 345), CONTEXT), doubt((AT, 541), CONTEXT))


@pytest.mark.parametrize(
    ("typed", "hertz", "said"),
    [
        ("156.8 MHz", 156_800_000, "156.800 MHz"), ("2182 kHz", 2_182_000, "2182 kHz"),
        ("121.5 MHz", 121_500_000, "121.500 MHz"), ("9.41 GHz", 9_410_000_000, "9.410 GHz"),
        ("8291.5kHz", 8_291_500, "8291.5 kHz"), ("500 Hz", 500, "0.5 kHz"),
    ],
)  # fmt: skip
def test_frequencies(typed, hertz, said):
    """Whole hertz inside, the unit that is spoken outside."""
    assert (hertz, said) == (parse_frequency(typed), say_frequency(hertz, "en"))


@pytest.mark.parametrize("typed", ["156.8", "16", "0.1 Hz", "156,8 MHz", "١٥٦ MHz"])
def test_refuses_what_is_no_frequency(typed):
    """A channel number is no frequency, and a figure of another script is no figure."""
    with pytest.raises(NotAllowed):
        parse_frequency(typed)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12 ships", (12, 0, "ships")), ("１２隻", (12, 0, "ships")), ("12 艘", (12, 0, "ships")),
        ("12.50 t", (1250, 2, "t")), ("-3 m", (-3, 0, "m")), ("10节", (10, 0, "kn")), ("5 海里", (5, 0, "nm")),
    ],
)  # fmt: skip
def test_a_quantity_is_typed_in_any_of_the_languages(typed, value):
    """The unit is one, however it is written; the places stay as written."""
    assert value == parse_quantity(typed)


def test_an_unknown_unit_is_refused_with_those_there_are():
    """Whoever writes furlongs learns what can be written."""
    with pytest.raises(NotAllowed, match="'furlongs' is no unit here; there are persons, .*nm"):
        parse_quantity("3 furlongs")
    with pytest.raises(NotAllowed, match="no quantity"):
        parse_quantity("three ships")
    with pytest.raises(NotAllowed, match=r"figure of another script"):
        parse_quantity("٣ ships")


def test_units_are_said_in_each_language_and_never_mean_two_things():
    """One spelling, one unit; every unit reads in every language."""
    assert all(say_quantity((1, 0, name), lang) for name in units() for lang in ("en", "ja", "zh"))
    spelled = [word for unit in units().values() for word in {unit.name, *unit.typed, *unit.words.values()}]
    assert sorted(spelled) == sorted(by_typed())
    assert "12.50 トン" == say_quantity((1250, 2, "t"), "ja")


def test_half_a_ship_is_doubted():
    """What is counted is whole; it can be written all the same."""
    doubt = FIELD_KINDS["quantity"].doubt
    assert ["", True, True] == [
        doubt((2, 0, "ships"), CONTEXT),
        *(bool(doubt(v, CONTEXT)) for v in ((5, 1, "ships"), (-1, 0, "persons"))),
    ]
    assert "" == doubt((5, 1, "t"), CONTEXT)


@pytest.mark.parametrize(
    ("typed", "value", "said"),
    [
        ("137.16 m ± 25 m", (13716, 2500, 2, "m"), "140 m ± 30 m"),
        ("10.26 kn +- 0.5 kn", (1026, 50, 2, "kn"), "10.3 knots ± 0.6 knots"),
        ("3 nm ± 1 nm", (3, 1, 0, "nm"), "3 nautical miles ± 1 nautical miles"),
    ],
)
def test_a_reading_is_never_finer_than_its_error(typed, value, said):
    """Value and error are brought to the same places, and rounded together when they are read."""
    assert (value, said) == (parse_reading(typed), say_reading(value, "en"))


@pytest.mark.parametrize("typed", ["137 m", "137 m ± 25 yd", "137 ± 25", "137 m ± -25 m"])
def test_refuses_a_reading_without_its_error(typed):
    """No error, another unit, or an error below zero is no reading."""
    with pytest.raises(NotAllowed):
        parse_reading(typed)


def test_an_error_of_nothing_is_weak():
    """As with a distance: found, and not refused."""
    assert "a measurement without an error is no measurement" == FIELD_KINDS["reading"].check((5, 0, 0, "m"), CONTEXT)


def test_a_speed_of_no_craft_is_doubted():
    """2,500 knots can be written."""
    doubt = FIELD_KINDS["speed"].doubt
    assert ("", True) == (doubt(15_000, CONTEXT), bool(doubt(1_286_000, CONTEXT)))


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(0, 6))
def test_what_a_reading_says_holds_what_was_measured(value, error, digits):
    """The interval that is read is never narrower than the one that was written."""
    said = say_reading((value, error, digits, "m"), "en")
    rough, wide = (float(part.split(" ")[0]) for part in said.split(" ± "))
    scale = 10**digits
    assert rough - wide <= (value - error) / scale + 1e-6
    assert rough + wide >= (value + error) / scale - 1e-6


def test_a_duration_of_less_than_nothing_is_doubted():
    """A minus before a duration can be typed and means nothing; no time at all may be meant."""
    kind = FIELD_KINDS["duration"]
    assert (True, False, False) == tuple(bool(kind.doubt(value, Context({}))) for value in (-1, 0, 60_000_000))
