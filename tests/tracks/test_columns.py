"""Comma-separated rows: by named columns, each bad one counted."""

import math

import numpy as np
import pytest

from searoom.tracks import columns, layouts
from searoom.tracks.fixes import Rows

OWN = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg,heading_deg"
GOOD = "A,AIS,B,2020-01-01T00:00:00Z,10,20,10,90,"


def read(header, *lines):
    """Return the rows that were made of lines under a header."""
    rows, layout = Rows(), layouts.layout_of(header)
    labels = columns.read_rows(iter(lines), layout, header, rows)
    return rows, labels


def test_reads_a_row_in_si_units():
    """Knots become metres a second; the error comes from the kind of source, or from its own column."""
    rows, _ = read(
        OWN + ",sigma_m",
        GOOD + ",",
        GOOD.replace("AIS", "ARPA").replace("A,", "R,", 1) + ",",
        GOOD.replace("A,", "S,", 1) + ",7.5",
    )
    fixes, _ = rows.fixes()

    assert pytest.approx(5.1444, abs=1e-4) == fixes.speed_mps[0]
    assert [15.0, 100.0, 7.5] == fixes.sigma_m.tolist()
    assert ("AIS", "ARPA") == fixes.sources


@pytest.mark.parametrize(
    ("cause", "line"),
    [
        ("wrong number of columns", "A,AIS"),
        ("wrong number of columns", GOOD + "," * 300),
        ("time cannot be read", GOOD.replace("2020-01-01T00:00:00Z", "yesterday")),
        ("time cannot be read", GOOD.replace("00Z", "00")),
        ("not a number", GOOD.replace("10,20", "ten,20")),
        ("not a number", GOOD.replace("10,20", ",20")),
        ("position out of range", GOOD.replace("10,20", "nan,20")),
        ("position out of range", GOOD.replace("10,20", "95,20")),
        ("position not available", GOOD.replace("10,20", "91,181")),
        ("no usable name", GOOD[1:]),
        ("line is no row of values", 'A,"AIS,B'),
    ],
)
def test_counts_a_bad_row(cause, line):
    """One bad row costs one row, and its cause is named."""
    rows, _ = read(OWN, line, "", GOOD)

    assert {cause: 1} == rows.refused
    assert 1 == len(rows)


@pytest.mark.parametrize(("speed", "course"), [("102.3", "360"), ("", ""), ("nan", "nan")])
def test_unknown_speed_and_course_are_not_numbers(speed, course):
    """Sentinels, empty cells and nan all mean: not known."""
    fixes, _ = read(OWN, GOOD.replace("10,90", f"{speed},{course}"))[0].fixes()

    assert math.isnan(fixes.speed_mps[0])
    assert math.isnan(fixes.course_deg[0])


def test_gathers_the_names_that_ships_send():
    """MarineCadastre has the number as the craft and the name beside it; its times are UTC."""
    rows, labels = read(
        "MMSI,BaseDateTime,LAT,LON,SOG,COG,VesselName", "367752440,1970-01-01T00:00:01,43,-70,0.0,360.0,SAN JOSE"
    )

    assert {"367752440": "SAN JOSE"} == labels
    assert [1_000_000] == rows.fixes()[0].time_us.tolist()


DANISH = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
    "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
)
DANE = "31/12/2021 00:00:01,{},{},{},{},Under way using engine,0.0,10.4,180.5,181,Unknown,Unknown,{},Undefined,,,,Undefined,,Unknown,,AIS,,,,"


def test_reads_the_danish_layout():
    """Day before month, UTC; base stations and aids to navigation are no craft; a short MMSI has nine digits."""
    rows, labels = read(
        DANISH,
        DANE.format("Class A", "219000123", "55.5", "11.25", "MARIE"),
        DANE.format("Class B", "2190047", "55.5", "11.25", "Unknown"),
        DANE.format("Base Station", "2190064", "55.5", "11.25", "Unknown"),
        DANE.format("AtoN", "992190001", "55.5", "11.25", "Unknown"),
        DANE.format("Class A", "219000124", "91.000000", "0.000000", "KAJ"),
        DANE.format("Class A", "219000125", "55.5", "11.25", "IB").replace("31/12", "12/31"),
        DANE.format("Class A", "219000126", "55.5", "11.25", "OLE").replace("10.4,180.5", ","),
    )
    fixes, _ = rows.fixes()

    assert ("219000123", "002190047", "219000126") == fixes.names
    assert {1_640_908_801_000_000} == set(fixes.time_us.tolist())
    assert pytest.approx(10.4 * 1852 / 3600) == fixes.speed_mps[0]
    assert [False, False, True] == np.isnan(fixes.speed_mps).tolist()
    assert {"219000123": "MARIE", "219000126": "OLE"} == {name: labels[name] for name in fixes.names if name in labels}
    assert {
        "report of a base station": 1,
        "report of an aid to navigation": 1,
        "position not available": 1,
        "time cannot be read": 1,
    } == rows.refused


MAP = {
    "kind": "coast radar",
    "name": "Ziel",
    "time": {"column": "Zeit", "form": "%d.%m.%Y %H:%M:%S", "zone": "+01:00"},
    "lat": {"column": "Breite", "unit": "deg"},
    "lon": {"column": "Laenge", "unit": "deg"},
    "speed": {"column": "Fahrt", "unit": "m/s", "unknown": -1},
    "course": {"column": "Kurs", "unit": "rad"},
    "alt": {"column": "Hoehe", "unit": "ft"},
    "source": {"is": "RADAR"},
    "separator": ";",
    "decimal": ",",
}
COAST = "Ziel;Zeit;Breite;Laenge;Fahrt;Kurs;Hoehe"


def mapped(line, **changes):
    """Return the rows that a line gives by the map, with some of its entries changed."""
    rows = Rows()
    columns.read_rows(iter([line]), layouts.from_table(MAP | changes), COAST, rows)
    return rows


def test_reads_by_a_map_of_columns():
    """Columns, units, decimal comma, separator, form and zone of the time as the user says; the source is a radar."""
    fixes, _ = mapped("T1;01.01.1970 01:00:02;54,5;9,25;7,5;1,5707963267948966;1000").fixes()

    assert ("T1",) == fixes.names
    assert ("RADAR",) == fixes.sources
    assert [2_000_000, 54.5, 9.25, 7.5, 100.0] == [
        float(column[0]) for column in (fixes.time_us, fixes.lat_deg, fixes.lon_deg, fixes.speed_mps, fixes.sigma_m)
    ]
    assert pytest.approx(90.0) == fixes.course_deg[0]
    assert pytest.approx(304.8) == fixes.alt_m[0]
    assert math.isnan(mapped("T1;01.01.1970 01:00:02;54,5;9,25;-1;1;").fixes()[0].speed_mps[0])


@pytest.mark.parametrize(
    ("expected", "form", "cell"),
    [
        (1_500_000, {"form": "unix s"}, "1,5"),
        (1_500_000, {"form": "unix ms"}, "1500"),
        (1_500_000, {"form": "unix us"}, "1500000"),
        (1_600_000_000_123_457, {"form": "unix s"}, "1600000000,123457"),
        (0, {"form": "iso", "zone": "+09:00"}, "1970-01-01T09:00:00"),
        (0, {"form": "iso", "zone": "+09:00"}, "1970-01-01T00:00:00Z"),
        (0, {"form": "iso"}, "1970-01-01T00:00:00+00:00"),
        (0, {"form": "%Y-%m-%d %I:%M %p %z"}, "1970-01-01 09:00 AM +0900"),
        (0, {"form": "%d %b %Y %H:%M", "zone": "-03:30"}, "31 Dec 1969 20:30"),
    ],
)
def test_reads_a_time_in_each_form(expected, form, cell):
    """Counts since 1970, ISO 8601, patterns; a time that says its zone keeps it, another has the map's."""
    assert expected == columns.time_reader(layouts.from_table(MAP | {"time": {"column": "Zeit", **form}}))(cell)


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ({"form": "unix s"}, "-5"),
        ({"form": "unix s"}, "1e9"),
        ({"form": "unix s"}, ""),
        ({"form": "iso"}, "1970-01-01T00:00:00"),
        ({"form": "iso", "zone": "Z"}, "1970-01-01"),
        ({"form": "%d/%m/%Y %H:%M", "zone": "Z"}, "12/31/2021 00:00"),
    ],
)
def test_counts_a_time_that_is_not_of_its_form(form, cell):
    """A day alone is not midnight, month and day are not swapped to fit, and no zone is guessed."""
    rows = mapped(f"T1;{cell};54,5;9,25;7,5;1;", time={"column": "Zeit", **form})

    assert {"time cannot be read": 1} == rows.refused


@pytest.mark.parametrize("line", ["T1;{};;9,25;7,5;1;", "T1;{};54.5.1;9;7;1;", "T1;{};5_4;9;7;1;"])
def test_counts_a_number_that_is_none(line):
    """An empty place is no place; digits grouped as in a program are no number."""
    assert {"not a number": 1} == mapped(line.format("01.01.1970 01:00:02")).refused
