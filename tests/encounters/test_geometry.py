"""Geometry by the sectors of the Collision Regulations, from both craft."""

import pytest

from searoom.encounters.geometry import CONDITION, Colregs, Geometry, classify, colregs, held, relative_deg

ANGLES = {"head_on_deg": 6.0, "overtaking_deg": 112.5}


def geometry(b_from_a, a_from_b, course_a, course_b, **angles):
    """Return the geometry for true bearings and courses."""
    return classify(
        b_from_a_deg=b_from_a, a_from_b_deg=a_from_b, course_a_deg=course_a, course_b_deg=course_b, **(angles or ANGLES)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        (Geometry.HEAD_ON, (0.0, 180.0, 0.0, 180.0)),
        (Geometry.HEAD_ON, (358.0, 178.0, 2.0, 179.0)),
        (Geometry.CROSSING, (45.0, 225.0, 0.0, 270.0)),
        (Geometry.CROSSING, (90.0, 270.0, 0.0, 180.0)),  # opposite courses, but not seen ahead
        (Geometry.OVERTAKING, (0.0, 180.0, 0.0, 0.0)),
        (Geometry.BEING_OVERTAKEN, (180.0, 0.0, 0.0, 0.0)),
        (Geometry.A_STILL, (45.0, 225.0, None, 270.0)),
        (Geometry.B_STILL, (45.0, 225.0, 0.0, None)),
        (Geometry.STILL, (45.0, 225.0, None, None)),
    ],
)
def test_names_the_geometry(expected, case):
    """Head-on, crossing, overtaking from either side, and craft that stand still."""
    assert expected is geometry(*case)


@pytest.mark.parametrize(
    ("expected", "aspect"),
    [
        (Geometry.CROSSING, 112.5),
        (Geometry.OVERTAKING, 112.6),
        (Geometry.OVERTAKING, 247.4),
        (Geometry.CROSSING, 247.5),
    ],
)
def test_overtaking_begins_more_than_22_5_degrees_abaft_the_beam(expected, aspect):
    """COLREGS 13(b), seen from the craft being overtaken; exactly on the limit is not yet overtaking."""
    assert expected is geometry((aspect + 180.0) % 360.0, aspect, (aspect + 180.0) % 360.0, 0.0)


def test_the_head_on_sector_is_a_setting():
    """The Rules name no angle, so ours is a setting."""
    case = (0.0, 180.0, 0.0, 190.0)

    assert Geometry.CROSSING is geometry(*case)
    assert Geometry.HEAD_ON is geometry(*case, head_on_deg=10.0, overtaking_deg=112.5)


def test_overtaking_is_never_turned_into_crossing():
    """COLREGS 13(d): until past and clear; a crossing may still become something else."""
    assert Geometry.OVERTAKING is held(Geometry.OVERTAKING, Geometry.CROSSING)
    assert Geometry.HEAD_ON is held(Geometry.CROSSING, Geometry.HEAD_ON)


def test_relative_bearings_wrap():
    """A bearing of 10 on a course of 350 is 20 degrees to starboard."""
    assert relative_deg(10.0, 350.0) == 20.0


@pytest.mark.parametrize(
    ("expected", "geometry", "b_from_a"),
    [
        (Colregs.GIVES_WAY, Geometry.CROSSING, 45.0),  # b on our starboard side: rule 15
        (Colregs.STANDS_ON, Geometry.CROSSING, 315.0),
        (Colregs.HEAD_ON, Geometry.HEAD_ON, 0.0),
        (Colregs.OVERTAKING, Geometry.OVERTAKING, 30.0),
        (Colregs.BEING_OVERTAKEN, Geometry.BEING_OVERTAKEN, 170.0),
        (Colregs.NONE, Geometry.B_STILL, 20.0),
    ],
)
def test_names_the_rule_that_the_geometry_falls_under(expected, geometry, b_from_a):
    """Rules 13 to 15, named from a, and always under the condition that nobody forgets."""
    assert expected is colregs(geometry, b_from_a)
    assert "geometry, if in sight of one another" == CONDITION
