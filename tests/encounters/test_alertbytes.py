"""What was told of an open encounter comes back from its bytes as it was."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from searoom.encounters import alertbytes
from searoom.encounters.alerts import Alert, Reason
from searoom.encounters.craft import Pair
from searoom.encounters.geometry import Colregs, Geometry
from searoom.encounters.settings import Grade

NUMBER = st.floats(allow_nan=False)
NAME = st.text(min_size=1, max_size=40).filter(str.isprintable)
MAYBE = st.none() | NUMBER
ALERT = st.builds(
    Alert, time_us=st.integers(0, 2**62), a=NAME, b=NAME, grade=st.sampled_from(Grade), range_m=NUMBER,
    range_error_m=NUMBER, cpa_m=NUMBER, cpa_error_m=NUMBER, tcpa_s=NUMBER, bearing_deg=MAYBE, aspect_deg=MAYBE,
    geometry=st.sampled_from(Geometry), reason=st.sampled_from(Reason), age_s=NUMBER, pair=st.sampled_from(Pair),
    height_m=MAYBE, height_error_m=MAYBE, colregs=st.sampled_from(Colregs),
)  # fmt: skip


@profile(max_examples=200, deadline=None)
@given(given=st.lists(ALERT, min_size=1, max_size=9))
def test_every_alert_comes_back_as_it_was(given):
    """Every field, in order, names of any letters among them, and of the newest alone too."""
    told = [replace(one, a=given[0].a, b=given[0].b) for one in given]
    kept = alertbytes.begun(told[0])
    for one in told[1:]:
        kept = alertbytes.longer(kept, one, None)

    assert tuple(told) == alertbytes.all_of(kept)
    assert told[-1] == alertbytes.last(kept)


def test_a_number_that_is_not_known_stays_so():
    """What was read back from a journal may have a range that nobody knows."""
    one = Alert(5, "A", "B", Grade.WARN, *[float("nan")] * 5, None, 3.0, Geometry.CROSSING, Reason.LOST, 1.0)
    (back,) = alertbytes.all_of(alertbytes.begun(one))

    assert [repr(getattr(one, part.name)) for part in fields(one)] == [
        repr(getattr(back, part.name)) for part in fields(one)
    ]


def test_the_first_and_the_last_stay_where_there_are_too_many():
    """Of ten alerts with room for six: the first three and the last three."""
    one = Alert(0, "A", "B", Grade.WARN, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, Geometry.CROSSING, Reason.NEARER, 1.0)
    kept = alertbytes.begun(one)
    for time_us in range(1, 10):
        kept = alertbytes.longer(kept, replace(one, time_us=time_us), 6)

    assert [0, 1, 2, 7, 8, 9] == [alert.time_us for alert in alertbytes.all_of(kept)]
    assert len(kept) < 6 * 110
