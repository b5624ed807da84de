"""Our own ship: valid places become fixes with a time and an error; heading, speed and clock are kept as long as fresh."""

import math

import pytest
from pyproj import Geod

from searoom.tracks.fixes import Rows
from searoom.tracks.nmea import Unusable, parse
from searoom.tracks.ownship import SIGMA_BY_MODE_M, OwnShip
from spoken import NOON_US, rmc, said

SECOND = 1_000_000
GGA = "GPGGA,{},3400.0000,N,13900.0000,E,{},09,{},-5.0,M,45.8,M,,"


def ship(*lines, heard=None):
    """Return our own ship after it took in some sentences."""
    own = OwnShip(Rows(), "own:bridge")
    for number, line in enumerate(lines):
        own.take(parse(line), None if heard is None else heard + number * SECOND)
    return own


def fixes(own):
    """Return the fixes that were made."""
    return own.rows.fixes()[0]


def test_a_valid_place_is_a_fix():
    """RMC: place, speed in metres a second, course, time of the receiver."""
    found = fixes(ship(rmc()))

    assert ("own:bridge",) == found.names
    assert ("OWN",) == found.sources
    assert [NOON_US] == found.time_us.tolist()
    assert (34.0, 139.0, 90.0) == (found.lat_deg[0], found.lon_deg[0], found.course_deg[0])
    assert 10 * 1852 / 3600 == pytest.approx(found.speed_mps[0])
    assert [5.0] == found.sigma_m.tolist()


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("own position not valid", rmc(mode="N")),
        ("own position not valid", said("GPRMC,120000,V,3400.0,N,13900.0,E,1,1,030626,,,A")),
        ("own position is simulated", rmc(mode="S")),
        ("position not available", rmc(lat=",", lon=",")),
        ("own position not valid", said(GGA.format("120000", "0", "1.0"))),
        ("own position not valid", said(GGA.format("120000", "", "1.0"))),
        ("own position is simulated", said(GGA.format("120000", "8", "1.0"))),
        ("own heading not valid", said("HEHDT,361.0,T")),
        ("own heading not valid", said("HEHDT,,T")),
        ("own heading not valid", said("HETHS,90.0,E")),
        ("own heading not valid", said("RAOSD,90.0,V,90.0,P,10.0,P,,,N")),
        ("own speed not valid", said("GPVTG,90.0,T,,M,10.0,N,18.5,K,N")),
        ("not a number", rmc(knots="fast")),
        ("time cannot be read", rmc(date="310226")),
    ],
)
def test_refuses_by_its_cause(cause, line):
    """Not valid, simulated, not available, no number: never a fix."""
    own = ship(rmc("115900"))
    with pytest.raises(Unusable, match=cause):
        own.take(parse(line), None)
    assert 1 == len(own.rows)


def test_the_time_of_reception_goes_first():
    """All craft are timed by one clock; a receiver whose clock differs is counted."""
    own = ship(rmc("115930"), heard=NOON_US)

    assert [NOON_US] == fixes(own).time_us.tolist()
    assert {"GNSS time is not the time of reception": 1} == own.rows.doubtful


def test_a_clock_that_goes_back_is_counted():
    """A receiver that found its week again."""
    assert {"own clock went back": 1} == ship(rmc("120000"), rmc("115900")).rows.doubtful


def test_midnight_belongs_to_the_right_day():
    """A GGA tells no date: just after midnight it is of the day that begins, just before of the day that ends."""
    own = ship(
        said("GPZDA,235950.0,03,06,2026,00,00"),
        said(GGA.format("235959", "1", "1.0")),
        said(GGA.format("000001", "1", "1.0")),
    )
    times = fixes(own).time_us

    assert 2 * SECOND == times[1] - times[0]
    assert 12 * 3600 * SECOND + SECOND == times[1] - NOON_US


def test_a_time_of_day_alone_is_no_time():
    """Before any date is known, a GGA cannot be placed in time."""
    with pytest.raises(Unusable, match="without a date"):
        ship(said(GGA.format("120000", "1", "1.0")))


def test_nothing_without_a_time():
    """A heading for which no time is known is refused."""
    with pytest.raises(Unusable, match="no time of reception"):
        ship(said("HEHDT,90.0,T"))


def test_gga_places_us_only_where_rmc_is_silent():
    """The same second twice is no second fix; with VTG beside it, GGA alone has speed and course."""
    together = ship(rmc("120000"), said(GGA.format("120000.5", "1", "1.0")))
    alone = ship(
        said("GPZDA,120000,03,06,2026,00,00"),
        said("GPVTG,180.0,T,,M,10.0,N,18.5,K,A"),
        said(GGA.format("120001", "1", "1.0")),
        said(GGA.format("120020", "1", "1.0")),
    )

    assert 1 == len(together.rows)
    assert [180.0, True] == [fixes(alone).course_deg[0], math.isnan(fixes(alone).course_deg[1])]


def test_the_error_is_that_of_the_mode_and_of_the_satellites():
    """Autonomous 5 m, times the dilution; typed in by hand a cable."""
    assert [12.5] == fixes(
        ship(said("GPZDA,120000,03,06,2026,,"), said(GGA.format("120000", "1", "2.5")))
    ).sigma_m.tolist()
    assert [2.5 * 5.0] == fixes(ship(rmc("115959"), said(GGA.format("115959", "1", "2.5")), rmc())).sigma_m.tolist()[1:]
    assert [SIGMA_BY_MODE_M["M"]] == fixes(ship(rmc(mode="M"))).sigma_m.tolist()
    assert SIGMA_BY_MODE_M["R"] < SIGMA_BY_MODE_M["D"] < SIGMA_BY_MODE_M["A"] < SIGMA_BY_MODE_M["E"]


def test_is_reckoned_on_as_long_as_fresh():
    """Five seconds later we are 26 m further east; eleven seconds later we are nowhere."""
    own = ship(rmc())
    place = own.place(NOON_US + 5 * SECOND, 10.0)

    assert 5 * 10 * 1852 / 3600 == pytest.approx(
        Geod(ellps="WGS84").inv(139.0, 34.0, place.lon_deg, place.lat_deg)[2], abs=1e-3
    )
    assert 139.0 > own.place(NOON_US - 5 * SECOND, 10.0).lon_deg
    assert None is own.place(NOON_US + 11 * SECOND, 10.0)
    assert None is OwnShip(Rows(), "own:x").place(NOON_US, 10.0)


def test_a_ship_of_unknown_speed_is_where_it_was():
    """Nothing is reckoned from what is not known."""
    assert (34.0, 139.0) == ship(rmc(knots="", course="")).place(NOON_US + SECOND, 10.0)[1:3]


@pytest.mark.parametrize("line", ["HEHDT,90.0,T", "HETHS,90.0,A", "RAOSD,90.0,A,,,,,,,N", "HEHDT,450.0,T"])
def test_a_heading_is_kept_as_long_as_fresh(line):
    """HDT, THS and OSD tell it; an impossible one leaves none."""
    own = ship(rmc())
    if "450" in line:
        with pytest.raises(Unusable):
            own.take(parse(said(line)), None)
        assert None is own.heading(NOON_US, 3.0)
        return
    own.take(parse(said(line)), None)

    assert 90.0 == own.heading(NOON_US + 3 * SECOND, 3.0)
    assert None is own.heading(NOON_US + 4 * SECOND, 3.0)


def test_osd_gives_speed_over_ground_only_where_it_is_over_ground():
    """By the positioning system it counts; through the water it does not."""
    ground = ship(rmc(), said("RAOSD,90.0,A,95.0,P,10.0,P,,,N"))
    water = ship(rmc(), said("RAOSD,90.0,A,95.0,W,10.0,W,,,N"))

    assert (95.0, pytest.approx(10 * 1852 / 3600)) == (ground._velocity[2], ground._velocity[1])
    assert math.isnan(water._velocity[1])


def test_other_kinds_are_left_to_others():
    """A depth is no place."""
    assert not OwnShip(Rows(), "own:x").take(parse(said("SDDBT,7.8,f,2.4,M,1.3,F")), NOON_US)
