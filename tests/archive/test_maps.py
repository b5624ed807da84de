"""Rows as lines on a map."""

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.archive import maps

ROW = {
    "time_utc": "2022-01-03T00:00:00.000Z", "a": "AMBER <1>", "b": "219000123", "cpa_m": 12.5, "height_m": None,
    "a_lat_deg": 34.0, "a_lon_deg": 139.0, "b_lat_deg": 34.1, "b_lon_deg": 139.1,
}  # fmt: skip
NAMESPACE = {"k": "http://www.opengis.net/kml/2.2"}


def between(lat_a, lon_a, lat_b, lon_b):
    """Return the lines between two places."""
    return maps.lines_between(dict(zip(maps.PLACES, (lat_a, lon_a, lat_b, lon_b), strict=True)))


@pytest.mark.parametrize(
    ("expected", "places"),
    [
        ([((139.0, 34.0), (139.1, 34.1))], (34.0, 139.0, 34.1, 139.1)),
        ([((179.9, 10.0), (180.0, 10.5)), ((-180.0, 10.5), (-179.9, 11.0))], (10.0, 179.9, 11.0, -179.9)),
        ([((-179.9, 10.0), (-180.0, 10.5)), ((180.0, 10.5), (179.9, 11.0))], (10.0, -179.9, 11.0, 179.9)),
        ([], (float("nan"), 1.0, 1.0, 1.0)),
        ([], (None, 1.0, 1.0, 1.0)),
    ],
)
def test_a_line_is_cut_at_the_date_line(expected, places):
    """Two lines that end on it, never one round the world (RFC 7946, 3.1.9)."""
    found = between(*places)

    assert len(expected) == len(found)
    for line, other in zip(expected, found, strict=True):
        for point, there in zip(line, other, strict=True):
            assert pytest.approx(point) == there


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_no_line_goes_the_long_way_round(lat_a, lon_a, lat_b, lon_b):
    """Each piece spans half the world at most and stays within it; the ends are the two places."""
    found = between(lat_a, lon_a, lat_b, lon_b)

    assert (lon_a, lat_a) == found[0][0]
    assert (lon_b, lat_b) == found[-1][1]
    for (west, _), (east, _) in found:
        assert abs(west - east) <= 180.0
    for line in found:
        assert all(-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 for lon, lat in line)


def test_features_are_one_document():
    """With commas between, and every column but the places as a property."""
    rows = [ROW, {**ROW, "b_lon_deg": None}]
    text = maps.GEOJSON_HEAD + b"".join(maps.feature(row, not n) for n, row in enumerate(rows)) + maps.GEOJSON_TAIL
    told = json.loads(text)

    assert "FeatureCollection" == told["type"]
    assert ["LineString", None] == [(one["geometry"] or {}).get("type") for one in told["features"]]
    assert [[139.0, 34.0], [139.1, 34.1]] == told["features"][0]["geometry"]["coordinates"]
    assert {"time_utc", "a", "b", "cpa_m", "height_m"} == set(told["features"][0]["properties"])


def test_a_placemark_holds_any_name():
    """Angle brackets and control characters come from transponders; the document stays one."""
    rows = [ROW, {**ROW, "a": "A\x07&]]>", "a_lon_deg": 179.9, "b_lon_deg": -179.9}]
    root = ET.fromstring(maps.KML_HEAD + b"".join(maps.placemark(row, False) for row in rows) + maps.KML_TAIL)
    marks = root.findall(".//k:Placemark", NAMESPACE)

    assert "AMBER <1> - 219000123" == marks[0].find("k:name", NAMESPACE).text
    assert "2022-01-03T00:00:00.000Z" == marks[0].find("k:TimeStamp/k:when", NAMESPACE).text
    assert "139.0000000,34.0000000 139.1000000,34.1000000" == marks[0].find(".//k:coordinates", NAMESPACE).text
    assert "A\N{REPLACEMENT CHARACTER}&]]>" in marks[1].find("k:name", NAMESPACE).text
    assert 2 == len(marks[1].findall("k:MultiGeometry/k:LineString", NAMESPACE))
    assert {"12.5"} == {one.text for one in root.findall(".//k:Data[@name='cpa_m']/k:value", NAMESPACE)}
