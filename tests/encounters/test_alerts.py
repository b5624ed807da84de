"""An encounter answers from its alerts."""

from dataclasses import replace

from searoom.encounters.alerts import Alert, Encounter, Reason
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade
from searoom.signals import formbook

ADVISE = Alert(
    time_us=1, a="A", b="B", grade=Grade.ADVISE, range_m=5000.0, range_error_m=30.0, cpa_m=300.0, cpa_error_m=250.0,
    tcpa_s=900.0, bearing_deg=45.0, aspect_deg=315.0, geometry=Geometry.CROSSING, reason=Reason.NEARER, age_s=5.0,
)  # fmt: skip


def test_knows_the_first_alert_of_a_grade():
    """A grade that came twice answers with its first time; one that never came with nothing."""
    warn, again = replace(ADVISE, time_us=2, grade=Grade.WARN), replace(ADVISE, time_us=3)
    one = Encounter("A", "B", (ADVISE, warn, again), 300.0, 400.0, 9, None)

    assert one.first(Grade.ADVISE) is ADVISE
    assert one.first(Grade.WARN) is warn
    assert one.first(Grade.URGENT) is None


def test_geometry_is_that_of_the_first_alert():
    """How they lay to each other when it began."""
    later = replace(ADVISE, time_us=2, grade=Grade.WARN, geometry=Geometry.HEAD_ON)

    assert Geometry.CROSSING is Encounter("A", "B", (ADVISE, later), 1.0, 1.0, 1, None).geometry


def test_no_form_that_leaves_has_room_for_a_grade_or_a_class():
    """A grade or a rule of COLREGS crosses only as an officer's own words: no field of a shared form is made for one."""
    words = {*(str(grade) for grade in Grade if grade is not Grade.CLEAR), *map(str, Colregs), *map(str, Geometry)}
    shared = [form for form in formbook.load().forms if form.visibility == "shared"]
    fields = [(form.name, field.name) for form in shared for field in form.fields]
    choices = {choice for form in shared for field in form.fields for choice in field.choices}

    assert len(shared) > 5
    assert [] == [one for one in fields if one[1] in {"grade", "geometry", "colregs", "state", "deed"}]
    assert set() == words & choices
