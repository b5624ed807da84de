"""A screening as text: a table for people, CSV and JSON for machines."""

import csv
import io
import json
from pathlib import Path

import pytest

from searoom.encounters import screen
from searoom.tracks import sources
from tracks_made import fixes_of, track

DATA = Path(__file__).parent.parent / "data"
SECONDS = range(0, 1800, 10)


@pytest.fixture(scope="module")
def detection():
    """Two craft that meet, and one far away."""
    rows = [
        *track("A", 34.0, 139.0, 10.0, 90.0, SECONDS),
        *track("B", 34.0, 139.2, 10.0, 270.0, SECONDS),
        *track("C", 36.0, 139.2, 10.0, 270.0, SECONDS),
    ]
    return screen.screen(fixes_of(rows))


def test_csv_has_a_row_for_each_change_of_grade(detection):
    """The header names the columns, and each alert is a row that reads back."""
    rows = list(csv.DictReader(io.StringIO(screen.to_csv(detection))))

    assert list(screen.COLUMNS) == list(rows[0])
    assert ["advise", "warn", "urgent", "clear"] == [row["grade"] for row in rows]
    assert rows[0]["time_utc"].endswith("Z")


def test_json_can_be_written(detection):
    """Only what JSON knows, and no number that JSON does not have."""
    told = json.loads(json.dumps(screen.to_json(detection), allow_nan=False))

    assert 3 == told["craft"]
    assert ["advise", "warn", "urgent"] == list(told["encounters"][0]["first"])
    assert 4 == len(told["alerts"])


def test_the_table_puts_the_most_pressing_first_and_says_what_it_leaves_out():
    """A dense picture gives more than fits: the table says how many more there are."""
    reading = sources.read(DATA / "aisdb_noaa_2023-01-11.csv")
    found = screen.screen(reading.fixes)
    lines = screen.to_table(found, reading.labels, limit=5).splitlines()

    assert len(found.encounters) > 40
    assert 8 == len(lines)
    assert "urgent" in lines[1]
    assert f"and {len(found.encounters) - 5} more" in lines[6]
    assert "1000 craft" in lines[7]


def test_the_table_of_a_quiet_picture_is_one_line(detection):
    """Nothing found is said, not shown as an empty table."""
    quiet = type(detection)((), (), {}, 2)

    assert "2 craft, 0 encounters (0 urgent, 0 warn, 0 advise)\n" == screen.to_table(quiet)


@pytest.mark.parametrize(
    ("expected", "distance", "error"),
    [
        ("140 m ± 30 m", 137.0, 25.0),
        ("137 m ± 3 m", 137.4, 2.1),
        ("1,200 m ± 400 m", 1234.0, 312.0),
        ("0 m ± 2,000 m", 400.0, 1100.0),
        ("137 m ± 0 m", 137.0, 0.0),
    ],
)
def test_no_distance_is_printed_finer_than_its_error(expected, distance, error):
    """The last digit shown is never finer than the error, and the error is never rounded down."""
    assert expected == screen.distance_text(distance, error)


def test_a_real_stream_is_screened(detection):
    """The Danish stream goes through from sentences to rows, and moored neighbours are not in it."""
    reading = sources.read(DATA / "dma_stream_2010-06-11.txt")
    found = screen.screen(reading.fixes)

    assert 1390 == found.craft
    assert found.alerts
    assert all("both stand still" != row["geometry"] for row in screen.rows(found))
