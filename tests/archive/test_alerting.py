"""Alerts of an archive, read in parts: what one detector would have told live."""

from pathlib import Path

import pytest

from archives_made import reports, written
from searoom.archive import alerting
from searoom.encounters import stretches
from searoom.encounters.detector import detect
from searoom.encounters.settings import Settings
from searoom.tracks import sources, tables

NOAA = Path(__file__).parent.parent / "data" / "aisdb_noaa_2023-01-11.csv"


def told(name, part_rows):
    """Return all alerts with their places, and the detection."""
    with alerting.watching([str(name)], Settings(), part_rows=part_rows) as watched:
        parts = list(watched.told)
        alerts = [alert for part in parts for alert in part.alerts]
        return [row for part in parts for row in alerting.table_of(part).to_pylist()], watched.detection(alerts)


@pytest.mark.parametrize("part_rows", [10**9, 900, 100])
def test_alerts_do_not_depend_on_where_an_archive_is_cut(tmp_path, part_rows):
    """They are those of the detector on all fixes at once: alerts, encounters, events, and what was not believed."""
    table = reports(ships=60, minutes=60)
    name = written(tmp_path / "a.parquet", table, group_rows=200)
    expected = detect(stretches.by_name(tables.fixes_of(table).fixes), Settings())
    _, found = told(name, part_rows)

    assert len(expected.alerts) > 20
    assert expected.alerts == found.alerts
    assert expected.encounters == found.encounters
    assert repr(expected.events) == repr(found.events)  # nan is not itself
    assert dict(expected.passed_over) == dict(found.passed_over)


def test_alerts_of_real_reports_have_places():
    """Where both craft were last seen, within the range that was told of each other."""
    rows, detection = told(NOAA, 300)
    reading = sources.read(NOAA)

    assert len(rows) == len(detection.alerts) > 100
    seen = {
        (round(lat, 6), round(lon, 6)) for lat, lon in zip(reading.fixes.lat_deg, reading.fixes.lon_deg, strict=True)
    }
    assert all((round(row["a_lat_deg"], 6), round(row["a_lon_deg"], 6)) in seen for row in rows)
    assert {"time_us", "a", "b", "grade", "colregs", "b_lon_deg"} <= set(rows[0])


def test_what_was_refused_is_counted(tmp_path):
    """By its cause, whatever the kind of the file."""
    (tmp_path / "a.csv").write_text(NOAA.read_text() + "x,y\n")
    with alerting.watching([str(tmp_path / "a.csv")], Settings()) as watched:
        list(watched.told)

    assert 1 == watched.counts.refused["wrong number of columns"]
    assert 1000 == watched.fixes
