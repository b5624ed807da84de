"""Rows in the formats of maps and tables, read back by other readers."""

import csv
import io
import json
import math
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from searoom.console.api import formats
from searoom.console.craft import HeldSea, Who
from searoom.tracks import cot

CRAFT = {
    "craft": "A",
    "label": "x<y>&\x00\u202e",
    "at": "2026-06-03T02:00:00Z",
    "lat_deg": 32.0,
    "lon_deg": 179.9,
    "speed_mps": None,
}
NEAR = {
    "a": "A",
    "b": "B",
    "grade": "warn",
    "cpa_at": "2026-06-03T02:10:00Z",
    "cpa_m": 10.0,
    "cpa_a_lon_lat_deg": [179.99, 10.0],
    "cpa_b_lon_lat_deg": [-179.99, 10.2],
}


def fix(at, lon, lat=30.0, name="A"):
    """Return one position of a track."""
    return {
        "craft": name,
        "source": "AIS",
        "at": f"2026-06-03T02:{at:02}:00Z",
        "lat_deg": lat,
        "lon_deg": lon,
        "error_m": 5.0,
    }


def test_a_line_over_the_date_line_is_cut():
    """The line between two points on both sides of 180 degrees is two lines that end there, with the height between."""
    shape = json.loads(formats.geojson([NEAR]))["features"][0]["geometry"]
    (first, second) = shape["coordinates"]

    assert "MultiLineString" == shape["type"]
    assert (180.0, -180.0) == (first[-1][0], second[0][0])
    assert 10.1 == pytest.approx(first[-1][1]) == pytest.approx(second[0][1])


def test_an_encounter_without_places_has_no_geometry():
    """What is not known is no point somewhere else."""
    row = {**NEAR, "cpa_a_lon_lat_deg": None}

    assert json.loads(formats.geojson([row]))["features"][0]["geometry"] is None
    assert "coordinates" not in formats.kml([row])


@pytest.mark.parametrize("write", [formats.kml, formats.gpx])
def test_names_from_transmitters_break_no_xml(write):
    """Marks, null bytes and letters that turn the direction are shown as what they are, or replaced."""
    text = write([CRAFT])
    root = ET.fromstring(text.split("?>\n", 1)[1])

    assert "x<y>&\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" in [one.text for one in root.iter()]


def test_a_table_is_read_back_and_reckons_with_nothing():
    """A reader of CSV finds each cell; what a spreadsheet would take for a formula is text."""
    odd = {**CRAFT, "label": '=1+1,"x"\n'}
    (row,) = csv.DictReader(io.StringIO(formats.table([odd]), newline=""))

    assert ("'" + odd["label"], "32.0", "") == (row["label"], row["lat_deg"], row["speed_mps"])
    assert "" == formats.table([])
    assert ["179.99", "10.0"] == [
        next(csv.DictReader(io.StringIO(formats.table([NEAR]))))[f"cpa_a_{end}_deg"] for end in ("lon", "lat")
    ]


def test_tracks_are_lines_in_order_of_time():
    """Each craft and sensor is one line, whatever order the notes had, and its times go with its points."""
    rows = [fix(3, 10.3), fix(1, 10.1), fix(2, -10.0, name="B"), fix(2, 10.2)]
    first, second = json.loads(formats.tracks_geojson(rows))["features"]
    gpx = ET.fromstring(formats.tracks_gpx(rows).split("?>\n", 1)[1])

    assert [10.1, 10.2, 10.3] == [point[0] for point in first["geometry"]["coordinates"]]
    assert ["2026-06-03T02:01:00Z", "2026-06-03T02:03:00Z"] == first["properties"]["times"][::2]
    assert "Point" == second["geometry"]["type"]
    assert 4 == len(gpx.findall(".//{*}trkpt"))
    assert 2 == formats.tracks_kml(rows).count("<Placemark>")


def test_craft_as_cot_are_read_back():
    """Events say place, course and speed; ship or aircraft, and never friend or foe; our own reader takes them back."""
    columns = {
        "ids": np.array([1, 2]),
        "time_us": np.array([1_780_000_060_000_000, 1_780_000_000_000_000]),
        "lat_deg": np.array([30.5, 31.0]),
        "lon_deg": np.array([124.0, 125.0]),
        "speed_mps": np.array([5.0, math.nan]),
        "course_deg": np.array([90.0, math.nan]),
        "alt_m": np.array([math.nan, 3000.0]),
        "sigma_m": np.array([10.0, 100.0]),
        "source": np.array([0, 0]),
        "flying": np.array([False, True]),
    }
    sea = HeldSea(columns=columns, who=[Who("A", 'n"<1>', "", "", ""), Who("icao:1", "", "", "", "")], sources=("AIS",))
    events = list(ET.fromstring(formats.cot(sea).split("?>\n", 1)[1]))

    assert ["icao:1", "A"] == [event.get("uid") for event in events]
    assert ["a-u-A", "a-u-S"] == [event.get("type") for event in events]
    assert 'n"<1>' == events[1].find("detail/contact").get("callsign")
    assert ("30.5", "124.0") == (events[1].find("point").get("lat"), events[1].find("point").get("lon"))
    assert cot.UNKNOWN == float(events[1].find("point").get("hae"))
