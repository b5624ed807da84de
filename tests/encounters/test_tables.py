"""The library's face: a table of any kind in, the same kind out, what the detector and the kernels say, nothing lost."""

import csv
import gzip
import math
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyproj import Geod

from searoom.encounters import approaches, meetings, screen, tables
from searoom.encounters.tables import RowsNotUsed
from searoom.errors import NotAllowed
from searoom.tracks import sources
from searoom.tracks.tables import table_of

DATA = Path(__file__).parent.parent / "data"
ROOT = DATA.parent.parent
IMAZU = list(csv.DictReader((DATA / "imazu_cpa_table.csv").read_text(encoding="utf-8").splitlines()))
EARTH = Geod(ellps="WGS84")
KINDS = {"arrow": lambda table: table, "polars": pl.from_arrow, "pandas": lambda table: table.to_pandas()}
OF = {"arrow": pa.Table, "polars": pl.DataFrame, "pandas": pd.DataFrame}
STREAM = sources.read(DATA / "dma_stream_2010-06-11.txt").fixes


def rows(table):
    """Return a table as a list of dicts, whatever kind it is."""
    return (table if isinstance(table, pa.Table) else pa.table(table)).to_pylist()


def noaa():
    """Return the first rows of the national picture as text, as pyarrow would read them without being told more."""
    lines = gzip.decompress((DATA / "noaa_us_2022-01-03_first600.csv.gz").read_bytes()).decode().splitlines()
    columns = list(csv.DictReader(lines))
    return pa.table({name: [row[name] for row in columns] for name in columns[0]})


def quietly(ask):
    """Return an answer, and what was warned of on the way."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        answer = ask()
    assert {RowsNotUsed} >= {one.category for one in told}
    return answer, [str(one.message) for one in told]


@pytest.mark.parametrize("kind", KINDS)
def test_screens_a_table_of_any_kind(kind):
    """The national picture as text columns: the alerts of `searoom screen`, in a table of the kind that was given."""
    alerts, _ = quietly(lambda: tables.screen(KINDS[kind](noaa())))
    expected = screen.screen(sources.read(DATA / "noaa_us_2022-01-03_first600.csv.gz").fixes).alerts
    told = rows(alerts)

    assert isinstance(alerts, OF[kind])
    assert list(screen.COLUMNS) == list(told[0])
    assert [(one.a, one.b, one.grade.value, one.range_m, one.cpa_error_m) for one in expected] == [
        (row["a"], row["b"], row["grade"], row["range_m"], row["cpa_error_m"]) for row in told
    ]
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=expected[0].time_us) == told[0]["time_utc"]


@pytest.mark.parametrize("kind", KINDS)
def test_finds_the_approaches_of_a_real_stream(kind):
    """The Danish stream as a table: the rows of the kernel, in a table of the kind that was given."""
    found, _ = quietly(lambda: tables.approaches(KINDS[kind](table_of(STREAM)), radius_m=926.0, still_mps=1.0))
    expected = approaches.approaches(STREAM, radius_m=926.0, max_gap_s=600.0, still_mps=1.0)
    told = rows(found)

    assert isinstance(found, OF[kind])
    assert len(expected) > 50
    assert [(expected.names[a], expected.names[b]) for a, b in zip(expected.a, expected.b, strict=True)] == [
        (row["a"], row["b"]) for row in told
    ]
    assert expected.cpa_m.tolist() == [row["cpa_m"] for row in told]
    assert ["time_utc", "a", "b", "cpa_m"] == list(told[0])[:4]


@pytest.mark.parametrize("kind", KINDS)
def test_finds_meetings(kind):
    """Two craft that lie together for three hours, heard at odd moments; a third keeps a mile off."""
    begin = 1_780_272_000_000_000
    table = pa.table(
        {
            "name": ["A", "B", "C"] * 40, "source_kind": ["AIS"] * 120,
            "time_utc": pa.array([begin + (row // 3) * 290_000_000 + row * 1000 for row in range(120)], pa.timestamp("us", tz="UTC")),
            "lat": [30.0, 30.001, 30.02] * 40, "lon": [130.0] * 120, "sog_kn": [0.0] * 120, "cog_deg": [0.0] * 120,
        }
    )  # fmt: skip
    (row,) = rows(tables.meetings(KINDS[kind](table)))

    assert ("A", "B") == (row["a"], row["b"])
    assert pytest.approx(110.9, abs=0.5) == row["cpa_m"]
    assert timedelta(hours=3) - timedelta(minutes=20) <= row["last_utc"] - row["first_utc"]
    assert 18 <= row["stamps"]


def pair(**changes):
    """Return a table of one craft."""
    columns = {
        "name": ["A"], "source_kind": ["AIS"], "time_utc": ["2026-06-03T02:00:00Z"], "lat": [34.0], "lon": [139.0],
        "sog_kn": [12.0], "cog_deg": [90.0],
    }  # fmt: skip
    return pa.table(columns | changes)


@pytest.mark.parametrize("kind", KINDS)
def test_the_closest_approach_of_rows(kind):
    """Two craft on one parallel that steam at each other: nothing between them when they meet, after half their way."""
    one, other = pair(), pair(name=["B"], lon=[139.1], cog_deg=[270.0])
    found = tables.closest_approach(KINDS[kind](one), KINDS[kind](other))
    (row,) = rows(found)

    assert isinstance(found, OF[kind])
    assert row["cpa_m"] < 5.0
    assert pytest.approx(row["range_m"] / (24 * 1852 / 3600), rel=1e-4) == row["tcpa_s"]
    assert pytest.approx(90.0, abs=0.05) == row["bearing_deg"]


def test_positions_are_brought_to_one_time():
    """The same craft five minutes later and a mile on is the same approach, told at the later time."""
    gone = 12 * 1852 / 12 / (math.radians(1) * 6_383_473 * math.cos(math.radians(34.0)))
    other = pair(name=["B"], lon=[139.1], cog_deg=[270.0], time_utc=["2026-06-03T02:05:00Z"])
    (then,) = rows(tables.closest_approach(pair(), other))
    (now,) = rows(tables.closest_approach(pair(lon=[139.0 + gone], time_utc=["2026-06-03T02:05:00Z"]), other))

    assert pytest.approx(now["range_m"], abs=2.0) == then["range_m"]
    assert pytest.approx(now["tcpa_s"], abs=0.2) == then["tcpa_s"]
    assert datetime(2026, 6, 3, 2, 5, tzinfo=UTC) == then["time_utc"]


@pytest.mark.parametrize(
    "changes",
    [
        {"lat": [91.0]}, {"lat": [None]}, {"sog_kn": [102.3]}, {"sog_kn": [None]}, {"cog_deg": [360.0]},
        {"time_utc": ["yesterday"]}, {"lat": [float("nan")]},
    ],
)  # fmt: skip
def test_what_is_not_known_has_no_answer(changes):
    """A row whose time, place, speed or course is not known is null, and keeps its place; who lies still needs no course."""
    one = pa.concat_tables([pair(), pair(**changes).cast(pair().schema), pair(sog_kn=[0.0], cog_deg=[360.0])])
    other = pa.concat_tables([pair(name=["B"], lon=[139.1])] * 3)
    first, second, third = rows(tables.closest_approach(one, other))

    assert {None} == set(second.values())
    assert None not in first.values()
    assert third["range_m"] > 9000


def test_published_vectors_come_out_of_tables():
    """The 51 pairs of the 22 Imazu problems as two tables: times to 1 percent, distances to 1 percent of the range.

    Their table is of a plane, our Earth is not.
    """
    cases = [{key: float(row[key]) for key in row if key != "case"} for row in IMAZU]
    lon, lat, _ = EARTH.fwd(
        [10.0] * 51, [63.0] * 51, [row["rel_bearing_deg"] for row in cases], [row["range_m"] for row in cases]
    )
    knots = 3600 / 1852
    own = {"name": ["OWN"] * 51, "lat": [63.0] * 51, "lon": [10.0] * 51, "cog_deg": [0.0] * 51}
    own |= {"sog_kn": [row["own_speed_ms"] * knots for row in cases]}
    target = {"name": ["T"] * 51, "lat": lat, "lon": lon, "cog_deg": [row["course_diff_deg"] % 360.0 for row in cases]}
    target |= {"sog_kn": [row["target_speed_ms"] * knots for row in cases]}
    same = {"source_kind": ["AIS"] * 51, "time_utc": ["2026-06-03T02:00:00Z"] * 51}
    found = rows(tables.closest_approach(pl.DataFrame(own | same), pl.DataFrame(target | same)))

    assert 51 == len(found)
    for told, row in zip(found, cases, strict=True):
        assert row["tcpa_s"] == pytest.approx(told["tcpa_s"], rel=0.01, abs=3.0)
        assert row["dcpa_m"] == pytest.approx(told["cpa_m"], abs=0.01 * row["range_m"])


def test_rows_that_cannot_be_used_are_told():
    """A bad row is no error and no secret: it is named in a warning, by its cause."""
    table = pa.concat_tables([pair(), pair(name=["B"], lon=[139.05]), pair(name=["C"], lat=[95.0])])

    with pytest.warns(RowsNotUsed, match="rows not used: 1 position out of range"):
        tables.approaches(table)


def test_a_map_of_columns_goes_first():
    """A table with names of its own, by a map as in the file for `--columns`."""
    table = pa.table({"who": ["A"], "t": [1_780_272_000], "y": [34.0], "x": [139.0], "v": [6.0], "c": [90.0]})
    columns = {
        "kind": "mine", "name": "who", "time": {"column": "t", "form": "unix s"},
        "lat": {"column": "y", "unit": "deg"}, "lon": {"column": "x", "unit": "deg"},
        "speed": {"column": "v", "unit": "m/s"}, "course": {"column": "c", "unit": "deg"},
    }  # fmt: skip
    (row,) = rows(tables.closest_approach(table, table, columns=columns))

    assert (0.0, 0.0) == (row["range_m"], row["relative_mps"])
    assert [] == rows(tables.approaches(table, columns=columns))


@pytest.mark.parametrize(
    ("said", "ask"),
    [
        ("is no table", lambda: tables.screen([1, 2, 3])),
        ("not the columns of a track", lambda: tables.screen(pa.table({"name": ["A"], "lat": [1.0]}))),
        ("no row k", lambda: tables.closest_approach(pair(), pair().slice(0, 0))),
        ("radius is -1", lambda: tables.approaches(pair(), radius_m=-1.0)),
        ("no setting is called", lambda: tables.screen(pair(), {"no such setting": 1})),
    ],
)
def test_refuses_what_is_no_table_of_tracks(said, ask):
    """A list, a table without the columns, tables of different length, a limit or a setting that cannot be."""
    with pytest.raises(NotAllowed, match=said):
        ask()


def test_a_stranger_that_speaks_arrow_gets_arrow():
    """Whoever hands itself over as an Arrow stream is read; where its kind cannot be made of one, Arrow comes back."""

    class Stranger:
        def __arrow_c_stream__(self, requested_schema=None):
            return pair().__arrow_c_stream__(requested_schema)

    assert isinstance(tables.approaches(Stranger()), pa.Table)


def test_the_package_alone_loads_nothing_heavy():
    """`import searoom.encounters` reads one file: no NumPy, no Arrow."""
    program = "import sys, searoom.encounters; print(sorted({'numpy', 'pyarrow', 'numba'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env={"PYTHONPATH": str(ROOT / "src")}
    )

    assert b"[]\n" == done.stdout


def test_meetings_are_those_of_the_kernel():
    """The Danish stream looked at every five minutes: the same rows as the kernel gives."""
    told, _ = quietly(lambda: tables.meetings(table_of(STREAM), at_least_s=600.0, step_s=300.0, max_gap_s=900.0))
    fixes = meetings.resampled(STREAM, step_s=300.0, max_gap_s=900.0)
    expected = meetings.meetings(fixes, at_least_s=600.0, step_s=300.0, max_gap_s=900.0)

    assert expected.cpa_m.tolist() == told.column("cpa_m").to_pylist()


def test_polars_text_and_categories_are_text():
    """Polars hands text over as views, and categories as dictionaries of them: both are read as text."""
    frame = pl.from_arrow(pa.concat_tables([pair(), pair(name=["B"], lon=[139.05], cog_deg=[270.0])]))
    frame = frame.with_columns(pl.col("name").cast(pl.Categorical), pl.col("lat").cast(pl.String))
    (row,) = rows(tables.screen(frame).head(1))

    assert ("A", "B") == (row["a"], row["b"])
