"""Radar targets: placed by range and bearing from a fresh place of our own, ended when lost, refused by cause."""

import math

import pytest
from pyproj import Geod

from searoom.errors import NotAllowed
from searoom.tracks.fixes import Rows
from searoom.tracks.nmea import Unusable, parse
from searoom.tracks.ownship import OwnShip
from searoom.tracks.radar import MAX_LOST, SILENT_US, Radar, Sensor
from spoken import NOON_US, rmc, said, ttm

GEOD = Geod(ellps="WGS84")
SECOND = 1_000_000
NM = 1852.0


def watching(*lines, heading=None):
    """Return a radar on our ship off Izu, after these sentences, all at noon."""
    rows = Rows()
    own = OwnShip(rows, "own:bridge")
    own.take(parse(rmc(knots="0.0")), None)
    if heading is not None:
        own.take(parse(said(f"HEHDT,{heading},T")), None)
    radar = Radar(rows, own, "bridge")
    for line in lines:
        radar.take(parse(line), None)
    return radar


def seen(radar):
    """Return the fixes of the targets."""
    found = radar.rows.fixes()[0]
    return (
        found.take(found.source == found.sources.index("RADAR"))
        if "RADAR" in found.sources
        else found.take(slice(0, 0))
    )


def test_places_a_target_by_range_and_bearing():
    """Three miles in the north-east, on the ellipsoid, with its course and speed."""
    found = seen(watching(ttm()))
    lon, lat, _ = GEOD.fwd(139.0, 34.0, 45.0, 3 * NM)

    assert (lat, lon) == pytest.approx((found.lat_deg[0], found.lon_deg[0]), abs=1e-9)
    assert (270.0, pytest.approx(12 * NM / 3600)) == (found.course_deg[0], found.speed_mps[0])
    assert "radar:bridge:7" == found.names[found.craft[0]]


def test_a_relative_bearing_needs_our_heading():
    """45 degrees off a bow that heads 300 is 345; and the gyro's error goes in."""
    found, true = seen(watching(ttm(bearing="45.0,R"), heading=300.0)), seen(watching(ttm()))
    lon, lat, _ = GEOD.fwd(139.0, 34.0, 345.0, 3 * NM)

    assert (lat, lon) == pytest.approx((found.lat_deg[0], found.lon_deg[0]), abs=1e-9)
    assert found.sigma_m[0] > true.sigma_m[0]


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("relative bearing without a fresh heading", ttm(bearing="45.0,R")),
        ("target's bearing is neither", ttm(bearing="45.0,")),
        ("target's bearing out of range", ttm(bearing="361.0,T")),
        ("target's bearing out of range", ttm(bearing=",T")),
        ("target's range out of range", ttm(range_nm="")),
        ("target's range out of range", ttm(range_nm="101")),
        ("target's range out of range", ttm(range_nm="-1")),
        ("target has no number", ttm("")),
        ("target has no number", ttm("ab")),
        ("target has no number", ttm("99999")),
        ("target's status not known", ttm(status="")),
        ("target's units not known", said("RATTM,07,3.0,45.0,T,12.0,270.0,T,0.5,15.0,,,T,,,A")),
        ("not a number", ttm(range_nm="near")),
        ("time cannot be read", ttm(time="250000")),
        ("position not available", said("RATLL,08,,N,,E,X,,T,")),
    ],
)
def test_refuses_by_its_cause(cause, line):
    """A field that cannot be costs its sentence, with its cause, and nothing else."""
    radar = watching()
    with pytest.raises(Unusable, match=cause):
        radar.take(parse(line), None)
    assert 0 == len(seen(radar))


def test_refuses_a_target_without_a_fresh_place_of_our_own():
    """Never heard, or more than ten seconds ago: then the target is nowhere."""
    radar = Radar(Rows(), OwnShip(Rows(), "own:x"), "x")
    with pytest.raises(Unusable, match="without a fresh place"):
        radar.take(parse(ttm()), NOON_US)
    stale = watching()
    with pytest.raises(Unusable, match="without a fresh place"):
        stale.take(parse(ttm()), NOON_US + 11 * SECOND)


def test_the_error_grows_with_the_range():
    """25 m near by, a degree of bearing further out; our own error is in it."""
    near, far = Sensor().sigma_m(500.0, 5.0, by_heading=False), Sensor().sigma_m(12 * NM, 5.0, by_heading=False)

    assert math.hypot(25.0, 5.0) == pytest.approx(near)
    assert math.hypot(math.radians(1.0) * 12 * NM, 5.0) == pytest.approx(far)


@pytest.mark.parametrize(("factor", "unit"), [(1852.0, "N"), (1000.0, "K"), (1609.344, "S")])
def test_reads_each_unit(factor, unit):
    """Nautical miles, kilometres, statute miles, and the speeds of each in an hour."""
    radar = watching(said(f"RATTM,07,2.0,45.0,T,10.0,270.0,T,0.5,15.0,{unit},,T,,,A"))

    assert 2.0 * factor == pytest.approx(radar.targets["radar:bridge:7"].range_m)
    assert 10.0 * factor / 3600 == pytest.approx(seen(radar).speed_mps[0])


def test_a_relative_vector_is_not_taken_for_a_true_one():
    """The place counts, the vector is not known, and it is said."""
    radar = watching(ttm(vector="12.0,270.0,R"))

    assert [True, True] == [math.isnan(seen(radar).speed_mps[0]), math.isnan(seen(radar).course_deg[0])]
    assert {"target's course is relative to our ship": 1} == radar.rows.doubtful


def test_a_target_being_acquired_has_no_vector_yet():
    """In the first minute the radar itself does not know it."""
    assert math.isnan(seen(watching(ttm(status="Q"))).speed_mps[0])


def test_keeps_what_the_radar_says():
    """Its CPA and TCPA, the name a person gave, how it was acquired."""
    target = watching(ttm(name="FERRY", cpa="0.5,-3.0")).targets["radar:bridge:7"]

    assert (0.5 * NM, -180.0, "FERRY", "A", "T") == (
        target.cpa_m, target.tcpa_s, target.called, target.acquired, target.status,
    )  # fmt: skip


def test_a_lost_target_ends_and_its_number_is_another_craft_then():
    """What a person tagged as one ship does not become the next one."""
    radar = watching(ttm())
    radar.take(parse(ttm(status="L")), NOON_US + SECOND)

    assert {} == radar.targets
    assert {"radar:bridge:7": NOON_US + SECOND} == radar.lost
    radar.take(parse(ttm()), NOON_US + 2 * SECOND)
    assert ["radar:bridge:7#2"] == list(radar.targets)
    assert {"radar:bridge:7", "radar:bridge:7#2", "own:bridge"} == set(radar.rows.fixes()[0].names)


def test_a_long_silence_ends_a_target_too():
    """The sentence that said so may have been lost on the way."""
    radar = watching(ttm())
    radar.own.take(parse(rmc(knots="0.0")), NOON_US + SILENT_US + SECOND)
    radar.take(parse(ttm()), NOON_US + SILENT_US + SECOND)

    assert {"radar:bridge:7": NOON_US} == radar.lost
    assert ["radar:bridge:7#2"] == list(radar.targets)


def test_losing_what_was_never_tracked_ends_nothing():
    """And does not count up the number's craft."""
    radar = watching(ttm(status="L"), ttm())

    assert {} == radar.lost
    assert ["radar:bridge:7"] == list(radar.targets)


def test_remembers_a_bounded_number_of_lost_targets():
    """A radar that loses targets all day does not fill the memory."""
    radar = watching()
    for _ in range(MAX_LOST // 100 + 1):
        for number in range(100):
            radar.take(parse(ttm(str(number))), None)
            radar.take(parse(ttm(str(number), status="L")), None)

    assert MAX_LOST == len(radar.lost)


def test_the_radars_own_time_counts_where_it_fits_ours():
    """Two seconds ago it was there; a time that is an hour off is not believed, and counted."""
    radar = watching(ttm(time="115958"), ttm("08", time="105958"))

    assert [NOON_US - 2 * SECOND, NOON_US] == sorted(seen(radar).time_us.tolist())
    assert {"radar's time is not ours": 1} == radar.rows.doubtful


def test_a_tll_places_a_target_that_no_ttm_tells_of():
    """Latitude and longitude by the radar; beside a TTM of the same target it is not needed."""
    tll = "RATLL,{},3402.0000,N,13902.0000,E,X,120000,T,"
    alone, beside = watching(said(tll.format("08"))), watching(ttm("08"), said(tll.format("08")))

    assert 34 + 2 / 60 == pytest.approx(seen(alone).lat_deg[0])
    assert math.isnan(seen(alone).speed_mps[0])
    assert Sensor().sigma_m(12 * NM, 0.0, by_heading=True) == pytest.approx(seen(alone).sigma_m[0])
    assert 1 == len(seen(beside))


def test_other_kinds_are_left_to_others():
    """A heading is no target."""
    assert not watching().take(parse(said("HEHDT,90.0,T")), NOON_US)


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_refuses_a_sensor_without_errors(value):
    """No radar measures exactly."""
    with pytest.raises(NotAllowed, match="bearing_deg of a radar"):
        Sensor(bearing_deg=value)
