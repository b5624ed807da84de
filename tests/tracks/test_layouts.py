"""Layouts: a table is known by its columns, and a user's map of columns is read strictly."""

import math
import tomllib

import pytest

from searoom.errors import NotAllowed
from searoom.tracks import layouts

OWN = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg,heading_deg"
MAP = {
    "kind": "coast radar",
    "name": "track",
    "time": {"column": "t", "form": "unix s"},
    "lat": {"column": "y", "unit": "deg"},
    "lon": {"column": "x", "unit": "deg"},
    "speed": {"column": "v", "unit": "kn"},
    "course": {"column": "c", "unit": "deg"},
}


@pytest.mark.parametrize(
    ("expected", "header"),
    [
        ("searoom csv", OWN),
        ("searoom csv", "\ufeff" + OWN.upper()),
        ("searoom csv", "cog_deg,sog_kn,lon,lat,time_utc,source_kind,name"),
        ("marinecadastre csv", "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName"),
        ("marinecadastre csv", "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name"),
        ("danish csv", "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading"),
        ("danish csv", "Timestamp,Type of mobile,MMSI,Latitude,Longitude,SOG,COG"),
    ],
)
def test_knows_a_layout_by_its_columns(expected, header):
    """In any order and any case, with or without a byte order mark."""
    assert expected == layouts.layout_of(header).kind


def test_an_unknown_table_is_refused_with_what_is_missing():
    """The nearest layout is named, and the columns it still needs; a map of the user's own goes before ours."""
    given = layouts.from_table(MAP)

    assert layouts.layout_of("name,lat,lon") is None
    assert "time_utc" in layouts.refuse_columns("name,lat,lon,sog_kn").sentence
    assert "no table of tracks" in layouts.refuse_columns('{"type": 1, "x": 2}').sentence
    assert "'coast radar': it also needs c, v" in layouts.refuse_columns("track,t,y,x", given).sentence


def test_a_map_goes_before_our_layouts():
    """A table that has the columns of both is read by the map; one without them, by ours."""
    given = layouts.from_table(MAP)

    assert given is layouts.layout_of("track,t,y,x,v,c," + OWN, given)
    assert "searoom csv" == layouts.layout_of(OWN, given).kind


def test_refuses_a_column_that_stands_twice():
    """Which of the two is meant, nobody can say; a column that is not read may stand as often as it likes."""
    given = layouts.from_table(MAP)

    assert {"track", "t", "y", "x", "v", "c", "note"} == set(layouts.places_of("track,t,y,x,v,c,note,note", given))
    with pytest.raises(NotAllowed, match="'x' twice"):
        layouts.places_of("track,t,y,x,v,c,X", given)


def test_a_map_needs_each_column_that_it_names():
    """A height that the user says is there, and is not, is a wrong map; of our own layouts, some columns may be missing."""
    given = layouts.from_table(MAP | {"alt": {"column": "height", "unit": "m"}})

    assert layouts.layout_of("track,t,y,x,v,c", given) is None
    assert "also needs height" in layouts.refuse_columns("track,t,y,x,v,c", given).sentence
    assert "sigma_m" in layouts.layout_of(OWN).reads() - layouts.layout_of(OWN).needs()


@pytest.mark.parametrize(
    ("expected", "quantity", "unit"),
    [
        (1852 / 3600, "speed", "kn"),
        (1.0, "speed", "m/s"),
        (1 / 3.6, "speed", "km/h"),
        (180 / math.pi, "course", "rad"),
        (1 / 600_000, "lat", "min/10000"),
        (1e-7, "lon", "deg/10000000"),
        (1852.0, "sigma", "nm"),
        (0.3048, "alt", "ft"),
        (0.3048 / 60, "climb", "ft/min"),
        (1 / 60, "turn", "deg/min"),
    ],
)
def test_knows_what_one_of_a_unit_is(expected, quantity, unit):
    """In degrees, metres, metres a second, degrees a second."""
    layout = layouts.from_table(MAP | {quantity: {"column": f"its {quantity}", "unit": unit}})

    assert pytest.approx(expected, rel=1e-12) == layout.factor(quantity)


def test_usual_units_need_no_word():
    """Our own layouts: degrees, knots, metres."""
    own = layouts.layout_of(OWN)

    assert (1.0, 1852 / 3600, 1.0) == (own.factor("lat"), own.factor("speed"), own.factor("sigma"))


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("has no 'heading'", {"heading": "h"}),
        ("needs 'course'", {"course": None}),
        ("'speed' needs its unit", {"speed": "v"}),
        ("'speed' needs its unit", {"speed": {"column": "v", "unit": "knots"}}),
        ("'lat' has no 'zone'", {"lat": {"column": "y", "unit": "deg", "zone": "Z"}}),
        ("'lat' needs the name of its column", {"lat": {"unit": "deg"}}),
        ("'lat' is the name of a column", {"lat": 3}),
        ("'y' is given to", {"lon": {"column": "Y", "unit": "deg"}}),
        ("'unknown' of 'speed'", {"speed": {"column": "v", "unit": "kn", "unknown": "none"}}),
        ("needs a line 'form'", {"time": "t"}),
        ("has no zone", {"time": {"column": "t", "form": "unix s", "zone": "Z"}}),
        ("is no zone", {"time": {"column": "t", "form": "iso", "zone": "Asia/Tokyo"}}),
        ("is no zone", {"time": {"column": "t", "form": "iso", "zone": "+15:00"}}),
        ("no form of a time", {"time": {"column": "t", "form": "%H:%M", "zone": "Z"}}),
        ("no form of a time", {"time": {"column": "t", "form": "%Y%m%d%H%M%Q", "zone": "Z"}}),
        ("needs one zone", {"time": {"column": "t", "form": "%Y%m%d %H:%M"}}),
        ("needs one zone", {"time": {"column": "t", "form": "%Y%m%d %H:%M %z", "zone": "Z"}}),
        ("'mmsi' in a map", {"mmsi": "yes"}),
        ("'separator' in a map", {"separator": "x"}),
        ("needs a line 'kind'", {"kind": " "}),
        ("needs the name of its column", {"source": {"column": "s", "is": "RADAR"}}),
    ],
)
def test_refuses_a_map_that_is_wrong(sentence, changes):
    """Whatever is not understood is refused with its name: nothing in a map is passed over, no unit is guessed."""
    table = {key: value for key, value in (MAP | changes).items() if value is not None}

    with pytest.raises(NotAllowed, match=sentence):
        layouts.from_table(table)


def test_reads_a_map_from_toml():
    """As the page shows it: a bare name where there is nothing else to say."""
    layout = layouts.from_table(
        tomllib.loads("""
            kind = "coast radar"
            name = "Track"
            time = { column = "When", form = "%d/%m/%Y %H:%M:%S", zone = "+09:00" }
            lat = { column = "Lat", unit = "deg" }
            lon = { column = "Lon", unit = "deg" }
            speed = { column = "Speed", unit = "m/s" }
            course = { column = "Course", unit = "deg", unknown = 511 }
            source = { column = "Seen by" }
        """)
    )

    assert ("track", "when", "seen by") == (layout.name, layout.time, layout.source)
    assert {"course": 511.0} == layout.unknown
    assert "9:00:00" == str(layout.offset().utcoffset(None))
