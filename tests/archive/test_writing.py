"""Rows to a file whose ending says the form."""

import csv
import json
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from searoom.archive import writing
from searoom.errors import NotAllowed

ROWS = pa.table({
    "a": ["A,1", "C"], "b": ["B", 'D"'], "time_us": [1_641_168_000_500_000, 1_641_168_001_000_000], "cpa_m": [1.23456, 7.0],
    "a_lat_deg": [1.0, 2.0], "a_lon_deg": [3.0, 4.0], "b_lat_deg": [5.0, 6.0], "b_lon_deg": [7.0, 8.123456789],
})  # fmt: skip


def write(path, *tables):
    """Write tables to a path."""
    with writing.writing(path, tables[0].schema) as writer:
        for table in tables:
            writer.write(writing.presented(table))


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".geojson", ".kml", ".CSV"])
def test_every_form_holds_every_row(tmp_path, ending):
    """Read back by others' readers: as many rows, the same names, the same instants."""
    path = tmp_path / f"x{ending}"
    write(path, ROWS, ROWS.slice(0, 0), ROWS)
    if ending == ".parquet":
        rows = pq.read_table(path).to_pylist()
        rows = [{**row, "time_utc": row["time_utc"].isoformat()[:19]} for row in rows]
    elif ending.lower() == ".csv":
        rows = list(csv.DictReader(path.read_text().splitlines()))
    elif ending == ".geojson":
        rows = [one["properties"] for one in json.loads(path.read_text())["features"]]
    else:
        marks = ET.parse(path).getroot().iter("{http://www.opengis.net/kml/2.2}Placemark")
        rows = [
            {data.get("name"): data[0].text for data in mark.iter() if data.tag.endswith("}Data")} for mark in marks
        ]

    assert ["A,1", "C", "A,1", "C"] == [row["a"] for row in rows]
    assert 'D"' == rows[1]["b"]
    assert 1.235 == float(rows[0]["cpa_m"])
    assert rows[0]["time_utc"].startswith("2022-01-03T00:00:00")
    assert [path.name] == [one.name for one in tmp_path.iterdir()]


def test_nothing_half_written_has_the_name(tmp_path):
    """A failure midway leaves what was there before, and nothing beside it."""
    path = tmp_path / "x.csv"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), writing.writing(path, ROWS.schema) as writer:
        writer.write(writing.presented(ROWS))
        raise ZeroDivisionError

    assert "before" == path.read_text()
    assert ["x.csv"] == [one.name for one in tmp_path.iterdir()]


def test_an_ending_that_says_nothing_is_refused(tmp_path):
    """With those that say something; and a folder that is not there."""
    with pytest.raises(NotAllowed, match=r"ending of x\.xlsx") as refusal:
        writing.check_ending(tmp_path / "x.xlsx")
    assert ".geojson" in refusal.value.advice()
    with pytest.raises(NotAllowed, match="no folder"):
        writing.check_ending(tmp_path / "gone" / "x.csv")


def test_figures_are_no_finer_than_they_are_good():
    """Millimetres, and a centimetre of latitude."""
    table = writing.presented(ROWS)

    assert [1.235, 7.0] == table.column("cpa_m").to_pylist()
    assert 8.1234568 == table.column("b_lon_deg").to_pylist()[1]
    assert pa.timestamp("us", "UTC") == table.schema.field("time_utc").type
