"""How two craft lie to each other: the geometry, and the rule that it would fall under between ships in sight.

The sectors are those of the Collision Regulations (COLREGS 13(b), 14, 15), the angles are settings. The
Rules themselves also ask for sight, lights, kind of vessel and visibility, which no track holds: so the class
is advice to our own watch, always read with `CONDITION`, and never part of anything that is released.
"""

from enum import StrEnum


class Geometry(StrEnum):
    """The picture from above, named from craft a."""

    HEAD_ON = "head-on"
    CROSSING = "crossing"
    OVERTAKING = "overtaking"  # a comes up in the stern sector of b
    BEING_OVERTAKEN = "being overtaken"  # b comes up in the stern sector of a
    A_STILL = "a stands still"
    B_STILL = "b stands still"
    STILL = "both stand still"


class Colregs(StrEnum):
    """The rule that the geometry falls under, named from craft a; valid only under `CONDITION`."""

    HEAD_ON = "head-on (rule 14)"
    GIVES_WAY = "crossing, a gives way (rule 15)"
    STANDS_ON = "crossing, a stands on (rules 15, 17)"
    OVERTAKING = "a overtakes (rule 13)"
    BEING_OVERTAKEN = "a is overtaken (rule 13)"
    NONE = "no class"  # one stands still or flies


CONDITION = "geometry, if in sight of one another"


def relative_deg(bearing_deg: float, course_deg: float) -> float:
    """Return a bearing as seen from a craft's course: 0 ahead, 90 on its starboard beam; in [0, 360)."""
    return (bearing_deg - course_deg) % 360.0


def classify(
    *,
    b_from_a_deg: float,
    a_from_b_deg: float,
    course_a_deg: float | None,
    course_b_deg: float | None,
    head_on_deg: float,
    overtaking_deg: float,
) -> Geometry:
    """Return the geometry of a pair that closes; true bearings both ways, a course of None: stands still.

    The stern sector of a craft runs from `overtaking_deg` on its starboard side round the stern to the
    same angle on its port side, 112.5 to 247.5 degrees; who closes from inside it is overtaking.
    """
    if course_a_deg is None or course_b_deg is None:
        if course_a_deg is not None:
            return Geometry.B_STILL
        return Geometry.STILL if course_b_deg is None else Geometry.A_STILL
    a_seen_from_b = relative_deg(a_from_b_deg, course_b_deg)
    b_seen_from_a = relative_deg(b_from_a_deg, course_a_deg)
    if overtaking_deg < a_seen_from_b < 360.0 - overtaking_deg:
        return Geometry.OVERTAKING
    if overtaking_deg < b_seen_from_a < 360.0 - overtaking_deg:
        return Geometry.BEING_OVERTAKEN
    opposite = _off(course_a_deg + 180.0, course_b_deg) <= head_on_deg
    if opposite and max(_off(a_seen_from_b, 0.0), _off(b_seen_from_a, 0.0)) <= head_on_deg:
        return Geometry.HEAD_ON
    return Geometry.CROSSING


def colregs(geometry: Geometry, b_seen_from_a_deg: float) -> Colregs:
    """Return the class of a pair of ships; in a crossing, who has the other on its own starboard side gives way."""
    if geometry is Geometry.CROSSING:
        return Colregs.GIVES_WAY if b_seen_from_a_deg < 180.0 else Colregs.STANDS_ON
    return _CLASSES.get(geometry, Colregs.NONE)


_CLASSES = {
    Geometry.HEAD_ON: Colregs.HEAD_ON,
    Geometry.OVERTAKING: Colregs.OVERTAKING,
    Geometry.BEING_OVERTAKEN: Colregs.BEING_OVERTAKEN,
}


def held(before: Geometry, now: Geometry) -> Geometry:
    """Return the geometry to show: who overtakes stays overtaking until clear (COLREGS 13(d))."""
    return before if before in {Geometry.OVERTAKING, Geometry.BEING_OVERTAKEN} else now


def _off(one_deg: float, other_deg: float) -> float:
    """Return the angle between two directions, 0 to 180."""
    return abs((one_deg - other_deg + 180.0) % 360.0 - 180.0)
