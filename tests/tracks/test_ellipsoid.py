"""The place that a bearing and a distance lead to, against a geodesic library of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from searoom.tracks.ellipsoid import WGS84_A_M, WGS84_F, destination

GEOD = Geod(ellps="WGS84")


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 360), st.floats(0, 1_000_000))
def test_leads_where_the_geodesic_leads(lat, lon, bearing, range_m):
    """Anywhere, up to a thousand kilometres: within a tenth of a millimetre."""
    found = destination(lat, lon, bearing, range_m)
    lon_true, lat_true, _ = GEOD.fwd(lon, lat, bearing, range_m)

    assert 0.0001 > GEOD.inv(found[1], found[0], lon_true, lat_true)[2]


@pytest.mark.parametrize("lat", [90.0, -90.0, 0.0])
def test_poles_and_equator_are_places_like_others(lat):
    """From a pole, along the equator, over the date line."""
    found = destination(lat, 179.999, 90.0, 1000.0)

    assert -180.0 <= found[1] <= 180.0
    assert 1000.0 == pytest.approx(GEOD.inv(179.999, lat, found[1], found[0])[2], abs=0.001)


def test_no_distance_is_no_move():
    """A range of nothing stays."""
    assert (34.0, 139.0) == pytest.approx(destination(34.0, 139.0, 77.0, 0.0))


def test_the_ellipsoid_is_that_of_the_library():
    """WGS84, not another."""
    assert (GEOD.a, GEOD.f) == pytest.approx((WGS84_A_M, WGS84_F))
