"""Quantities: what a person types, and how it reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals.quantities import (
    MAX_LAT_E7,
    MAX_LON_E7,
    check_position,
    coarse,
    parse_angle,
    parse_distance,
    parse_duration,
    parse_length,
    parse_position,
    parse_speed,
    say_angle,
    say_distance,
    say_duration,
    say_length,
    say_position,
    say_speed,
)  # fmt: skip


@pytest.mark.parametrize("typed", ["١٣٧ m", "1३7 m", "𝟏37 m", "137٫5 m"])
def test_figures_of_another_script_are_refused_by_number(typed):
    """They look like figures to a machine and not to a reader; full-width ones are how one types in Japanese."""
    with pytest.raises(NotAllowed):
        parse_length(typed)
    assert 137_000 == parse_length("１３７ ｍ")
    with pytest.raises(NotAllowed, match=r"\(U\+0661\) is a figure of another script"):
        parse_length("١ m")


def test_lengths_are_exact():
    """Each unit is exact by definition; a number without its unit is refused."""
    assert (137_000, 137_160, 926_000, 1_829, 370_400) == (
        parse_length("137 m"), parse_length("150yd"), parse_length("0.5 nm"), parse_length("6 ft"), parse_length("2 cables"),
    )  # fmt: skip
    for typed in ("137", "m", "-3 m", "1e3 m", "3 furlongs", "", "1,5 m"):
        with pytest.raises(NotAllowed, match="no length"):
            parse_length(typed)


def test_a_distance_needs_its_error():
    """A distance is typed with how sure one is, in either unit and with either sign."""
    assert (
        (137_000, 25_000)
        == parse_distance("137 m ± 25 m")
        == parse_distance("137 m +- 25 m")
        == parse_distance("137m+/-25m")
    )
    with pytest.raises(NotAllowed, match="no error"):
        parse_distance("137 m")


def test_positions_in_two_manners():
    """Degrees and minutes, or decimal degrees; the date line has one name."""
    assert (321_750_000, -1_653_333_333) == parse_position("32-10.5N 165-20.0W")
    assert (321_750_000, -1_653_333_333) == parse_position("32.175, -165.3333333")
    assert (0, -MAX_LON_E7) == parse_position("00-00N 180-00E") == parse_position("0 180")
    assert (-MAX_LAT_E7, 0) == parse_position("90-00S 000-00E")
    for typed in ("91-00N 000-00E", "32-60N 000-00E", "32-10N", "somewhere", "32 500", "90-00.1N 000-00E"):
        with pytest.raises(NotAllowed):
            parse_position(typed)
    for lat, lon in ((MAX_LAT_E7 + 1, 0), (0, MAX_LON_E7), (0, -MAX_LON_E7 - 1), (True, 0), ("0", 0)):
        with pytest.raises(NotAllowed):
            check_position(lat, lon)


@given(st.integers(-MAX_LAT_E7, MAX_LAT_E7), st.integers(-MAX_LON_E7, MAX_LON_E7 - 1))
def test_a_position_said_is_read_again(lat, lon):
    """What is said of a place, typed again, is that place to a thousandth of a minute."""
    again = parse_position(say_position(lat, lon))
    assert abs(again[0] - lat) <= 84
    assert (abs(again[1] - lon) + 84) % (2 * MAX_LON_E7) <= 2 * 84


@given(st.integers(0, 10**9), st.integers(1, 10**7))
def test_coarse_holds_the_interval_and_no_fine_figure(value, error):
    """What is shown holds what was measured, and no figure is finer than the error's first."""
    shown, sure = coarse(value, error)
    assert shown - sure <= value - error
    assert value + error <= shown + sure
    step = 10 ** (len(str(error)) - 1)
    assert shown % step == sure % step == 0


def test_says_no_distance_finer_than_its_error():
    """137.16 m ± 25 m is 140 m ± 30 m, in each language."""
    assert say_distance(137_160, 25_000, "en") == "140 m ± 30 m"
    assert say_distance(137_160, 25_000, "zh") == "140 米 ± 30 米"
    assert say_distance(137_160, 120, "en") == "137.2 m ± 0.2 m"
    assert say_length(137_160, "ja") == "137.16 m"
    assert say_length(2_000_000, "en") == "2000 m"


def test_durations_speeds_and_angles():
    """Each has its unit when typed and when said."""
    assert (90_000_000, -1_080_000_000, 7_200_000_000) == (
        parse_duration("90 s"), parse_duration("-18 min"), parse_duration("2h"),
    )  # fmt: skip
    assert ("90 s", "-18 分", "1.5 秒") == (
        say_duration(90_000_000, "en"), say_duration(-1_080_000_000, "ja"), say_duration(1_500_000, "zh"),
    )  # fmt: skip
    assert (5144, 5000) == (parse_speed("10 kn"), parse_speed("5 m/s"))
    assert say_speed(5144, "en") == "10.0 knots"
    assert (45_500, 0, 0) == (parse_angle("45.5°"), parse_angle("360"), parse_angle("000"))
    assert (say_angle(45_500, "en"), say_angle(359_980, "en")) == ("045.5°", "000.0°")
    for parse, typed in ((parse_duration, "soon"), (parse_speed, "10"), (parse_speed, "fast"), (parse_angle, "361")):
        with pytest.raises(NotAllowed):
            parse(typed)
