"""Kinds of places: areas of three shapes, bands of heights; what nobody could draw is found, not guessed."""

import pytest

from searoom.errors import NotAllowed
from searoom.signals.kinds import FIELD_KINDS, Context
from searoom.signals.placekinds import parse_area, parse_heights, say_area, say_far, say_heights

CONTEXT = Context({})
AREA, HEIGHTS = FIELD_KINDS["area"], FIELD_KINDS["heights"]
P = (321_750_000, -1_653_333_333)


def square(*order):
    corners = [(10_000_000, 10_000_000), (10_000_000, 20_000_000), (20_000_000, 20_000_000), (20_000_000, 10_000_000)]
    return ("polygon", tuple(corners[at] for at in order))


def test_three_shapes_are_typed_and_said():
    """A circle, a polygon and a quadrant, in each language with nautical miles."""
    circle = parse_area("circle 32-10.5N 165-20.0W 20 nm")
    assert ("circle", P, 37_040_000) == circle
    assert "32-10.500N 165-20.000Wを中心とする半径20海里の円" == say_area(circle, "ja")
    quadrant = parse_area("quadrant 32-10.5N 165-20.0W 12.5 nm 270-360")
    assert ("quadrant", P, 23_150_000, 270_000, 0) == quadrant
    assert "from 270.0° clockwise to 000.0°" in say_area(quadrant, "en")
    polygon = parse_area("polygon 1-00N 1-00E; 1-00N 2-00E; 2-00N 2-00E; 1-00N 1-00E")
    assert 3 == len(polygon[1])  # the way back to the first corner is understood
    assert "依次连接" in say_area(polygon, "zh")


@pytest.mark.parametrize(
    "typed",
    [
        "", "circle", "circle 32N 165W 20 nm", "circle 32-10.5N 165-20.0W 20", "polygon 1-00N 1-00E; 1-00N 2-00E",
        "quadrant 32-10.5N 165-20.0W 20 nm 270", "square 1-00N 1-00E 5 nm", "circle 91-00N 1-00E 5 nm",
        "circle 32-60.0N 165-20.0W 20 nm", "polygon " + "; ".join(f"{n}-00N 1-00E" for n in range(65)),
    ],
)  # fmt: skip
def test_refuses_what_is_no_area(typed):
    """Places that do not exist, shapes that nobody knows, corners too few or too many."""
    with pytest.raises(NotAllowed):
        parse_area(typed)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (square(0, 1, 2, 3), ""),
        (square(0, 2, 1, 3), "crosses"),
        (square(0, 1, 2, 0), "a corner stands twice"),
        (("polygon", ((0, 0), (10, 10), (20, 20))), "one line"),
        (("polygon", ((0, 1_799_000_000), (10_000_000, -1_800_000_000), (20_000_000, -1_799_000_000))), "one line"),
        (("circle", P, 0), "the radius is zero"),
        (("circle", (0, 0), 5), "unset receiver"),
        (("quadrant", P, 5, 90_000, 90_000), "this is a line"),
        (
            (
                "polygon",
                ((0, 1_799_000_000), (10_000_000, 1_799_000_000), (10_000_000, -1_799_000_000), (0, -1_799_000_000)),
            ),
            "",
        ),
    ],
)
def test_finds_an_area_of_which_nobody_can_say_what_lies_inside(value, named):
    """A crossing side, a doubled corner, nothing inside; the date line is no crossing."""
    found = AREA.check(value, CONTEXT)
    assert named in found
    assert bool(named) == bool(found)


def test_an_area_wider_than_an_ocean_is_doubted():
    """It can be sent; the hand may have slipped on the unit."""
    assert ["", True] == [
        AREA.doubt(("circle", P, 10**9), CONTEXT),
        bool(AREA.doubt(("circle", P, 3 * 10**9), CONTEXT)),
    ]


@pytest.mark.parametrize(
    ("mm", "said"), [(37_040_000, "20 nautical miles"), (18_520, "0.01 nautical miles"), (500_000, "500 m")]
)
def test_far_is_in_miles_where_that_is_exact(mm, said):
    """What was meant in metres stays in metres."""
    assert said == say_far(mm, "en")


@pytest.mark.parametrize(
    ("typed", "value", "said"),
    [
        ("surface - FL100", (("surface", 0), ("fl", 100)), "surface - FL100"),
        (
            "1000 ft AGL - 5000 ft MSL",
            (("agl", 304_800), ("msl", 1_524_000)),
            "1000 ft above ground - 5000 ft above mean sea level",
        ),
        ("FL180-FL250", (("fl", 180), ("fl", 250)), "FL180 - FL250"),
        ("3000 m - unlimited", (("msl", 3_000_000), ("unlimited", 0)), "3000 m above mean sea level - unlimited"),
    ],
)
def test_heights_keep_what_they_are_counted_from(typed, value, said):
    """A flight level stays one; a height says over what."""
    assert (value, said) == (parse_heights(typed), say_heights(value, "en"))


@pytest.mark.parametrize("typed", ["FL100", "100-200", "FL1000 - FL1100", "low - high", "1000 ft - 2000"])
def test_refuses_what_is_no_band(typed):
    """One limit is no band, and a number without its unit is no height."""
    with pytest.raises(NotAllowed):
        parse_heights(typed)


@pytest.mark.parametrize(
    ("value", "weak", "doubted"),
    [
        ((("fl", 200), ("fl", 100)), True, False),
        ((("fl", 100), ("fl", 100)), True, False),
        ((("unlimited", 0), ("fl", 100)), True, False),
        ((("fl", 200), ("msl", 1_000_000)), False, True),
        ((("msl", 1_000_000), ("fl", 200)), False, False),
        ((("surface", 0), ("unlimited", 0)), False, False),
    ],
)
def test_finds_limits_that_are_upside_down(value, weak, doubted):
    """Of one reference it is found; across references it depends on the air, and is doubted."""
    assert (weak, doubted) == (bool(HEIGHTS.check(value, CONTEXT)), bool(HEIGHTS.doubt(value, CONTEXT)))


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("circle 32-10N 165-20W", "the radius of the circle is missing"),
        ("quadrant 32-10N 165-20W", "the radius of the sector is missing"),
        ("quadrant 32-10N 165-20W 090-180", "the radius of the sector is missing"),
        ("sector 32-10N 165-20W 20 nm", "the two bearings of the sector are missing"),
        ("quadrant 32-10N 165-20W 20 nm -", "the two bearings of the sector are missing"),
    ],
)
def test_names_what_of_a_round_area_is_missing(typed, named):
    """Of a circle without a radius it is told that the radius is missing, and not that its place is none."""
    with pytest.raises(NotAllowed) as refused:
        parse_area(typed)
    assert named == str(refused.value.sentence)
