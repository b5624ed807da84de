"""Comma-separated rows: by named columns, each bad one counted."""

import math

import pytest

from searoom.tracks import columns
from searoom.tracks.fixes import Rows

OWN = "name,source_kind,party,time_utc,lat,lon,sog_kn,cog_deg,heading_deg"
GOOD = "A,AIS,B,2020-01-01T00:00:00Z,10,20,10,90,"


def read(header, *lines):
    """Return the rows that were made of lines under a header."""
    rows, layout = Rows(), columns.layout_of(header)
    labels = columns.read_rows(iter(lines), layout, header, rows)
    return rows, labels


@pytest.mark.parametrize(
    ("expected", "header"),
    [
        ("searoom csv", OWN),
        ("searoom csv", "\ufeff" + OWN.upper()),
        ("searoom csv", "cog_deg,sog_kn,lon,lat,time_utc,source_kind,name"),
        ("marinecadastre csv", "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName"),
        ("marinecadastre csv", "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name"),
    ],
)
def test_knows_a_layout_by_its_columns(expected, header):
    """In any order and any case, with or without a byte order mark."""
    assert expected == columns.layout_of(header).kind


def test_an_unknown_table_is_refused_with_what_is_missing():
    """The nearest layout is named, and the columns it still needs."""
    assert columns.layout_of("name,lat,lon") is None
    assert "time_utc" in columns.refuse_columns("name,lat,lon,sog_kn").sentence
    assert "no table of tracks" in columns.refuse_columns('{"type": 1, "x": 2}').sentence


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
