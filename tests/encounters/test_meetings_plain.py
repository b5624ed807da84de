"""Who is near at each stamp, by NumPy: a row for each, and what came twice is counted."""

import numpy as np

from searoom.encounters import meetings_plain


def test_a_row_for_each_stamp_at_which_two_are_near():
    """The smaller number first; a second fix of a craft at one stamp is left out, the first stands."""
    craft = np.array([1, 0, 1, 0, 1], np.int32)
    time = np.array([0, 0, 0, 600, 600])
    lat, lon = np.array([10.0, 10.001, 50.0, 10.0, 10.004]), np.array([20.0, 20.0, 20.0, 20.0, 20.0])
    rows, left_out = meetings_plain.runs(craft, time, lat, lon, radius_m=400.0)

    assert {"repeated": 1} == left_out
    assert [(0, 1, 0, 1)] == list(zip(rows["a"], rows["b"], rows["first_us"], rows["stamps"], strict=True))
    assert [(10.001, 10.0)] == list(zip(rows["a_lat_deg"], rows["b_lat_deg"], strict=True))


def test_just_within_and_just_beyond_the_radius():
    """A degree of latitude at the equator is 110,574 m."""
    craft, time, lon = np.array([0, 1], np.int32), np.array([0, 0]), np.zeros(2)
    lat = np.array([0.0, 500.0 / 110_574.3])

    assert 1 == len(meetings_plain.runs(craft, time, lat, lon, radius_m=500.1)[0]["a"])
    assert 0 == len(meetings_plain.runs(craft, time, lat, lon, radius_m=499.9)[0]["a"])
