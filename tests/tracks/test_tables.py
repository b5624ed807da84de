"""Tables in memory: the same fixes, the same counts as from rows of text."""

import csv
import gzip
import io
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.tracks import columns, layouts, sources, tables
from searoom.tracks.fixes import Rows

DATA = Path(__file__).parent.parent / "data"
OWN = ("name", "source_kind", "time_utc", "lat", "lon", "sog_kn", "cog_deg", "sigma_m")
SEARADAR = layouts.from_table(
    {
        "kind": "coast radar", "name": "target", "time": {"column": "t", "form": "unix ms"},
        "lat": {"column": "phi", "unit": "deg"}, "lon": {"column": "lambda", "unit": "deg"},
        "speed": {"column": "v", "unit": "m/s", "unknown": -1}, "course": {"column": "c", "unit": "rad"},
        "sigma": {"column": "err", "unit": "ft"}, "source": {"is": "RADAR"},
    }
)  # fmt: skip
ODD = [
    "",
    " ",
    "nan",
    "inf",
    "-1",
    "1e3",
    "+5",
    " 7 ",
    "1_0",
    "ten",
    "91",
    "181",
    "102.3",
    "360",
    "359.9",
    "0",
    ".5",
    "-0",
]
TIMES = [
    "2020-01-01T00:00:00Z", "2020-01-01 00:00:01Z", "2020-01-01T09:00:01+09:00", "2020-01-01T00:00:02.5Z", "2020-01-01",
    "2020-02-30T00:00:00Z", "yesterday", "", "2020-01-01T00:00:00", "1969-12-31T00:00:00Z", "2100-01-01T00:00:00Z",
    " 2019-12-31T23:59:59Z ",
]  # fmt: skip
NAMES = ["A", " A", "B", "", "x" * 65, "237 000", "123", "\u200b", "ЗАРЯ"]
number = st.one_of(st.floats(-200, 400, allow_nan=False).map(repr), st.sampled_from(ODD))
row = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(["AIS", "arpa", " RADAR", "", "x"]), st.sampled_from(TIMES),
    number, number, number, number, st.one_of(st.just(""), number),
)  # fmt: skip
whole_day = [f"2020-01-01T00:00:{second:02}Z" for second in range(10)]
plain = st.tuples(
    st.sampled_from("ABC"), st.just("AIS"), st.sampled_from(whole_day), st.floats(-90, 90).map(repr),
    st.floats(-180, 180).map(repr), st.floats(0, 30).map(repr), st.floats(0, 359).map(repr), st.just(""),
)  # fmt: skip


def as_text(head, table):
    """Return what the reader of rows makes of a table: fixes, causes, doubts, labels."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([head, *table])
    header, *body = lines.getvalue().splitlines()
    rows, layout = Rows(), layouts.layout_of(header)
    labels = columns.read_rows(iter(body), layout, header, rows)
    fixes, _ = rows.fixes()
    return fixes, rows.refused, rows.doubtful, labels


def as_columns(head, table, layout=None):
    """Return what whole columns make of it."""
    arrow = pa.table({name: pa.array([line[place] for line in table], pa.string()) for place, name in enumerate(head)})
    fixes, counts = tables.taken(arrow, layout or tables.layout_for(head))
    return fixes, counts.refused, counts.doubtful, counts.labels


def same(one, other):
    """Return whether two fixes are the same, column by column, tables of names included."""
    names = (
        "craft",
        "time_us",
        "lat_deg",
        "lon_deg",
        "speed_mps",
        "course_deg",
        "sigma_m",
        "source",
        "alt_m",
        "ground",
    )
    return (one.names, one.sources) == (other.names, other.sources) and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=getattr(one, name).dtype.kind == "f")
        for name in names
    )


@given(st.lists(st.one_of(row, plain), max_size=14))
def test_columns_are_read_as_rows_of_text_are(table):
    """The same fixes in the same order, the same causes and the same counts."""
    text, whole = as_text(OWN, table), as_columns(OWN, table)

    assert same(text[0], whole[0])
    assert text[1:] == whole[1:]


@given(st.lists(st.tuples(
    st.sampled_from(["219000123", "12345", "2190 00123", ""]), st.sampled_from(["SAN JOSE", "", " ", "B"]),
    st.sampled_from(["2022-01-03T00:00:00", "2022-01-03T00:00:07", "x"]), st.sampled_from(["55.1", "91", ""]),
    st.sampled_from(["12.1", "181"]), number, number,
), max_size=10))  # fmt: skip
def test_the_layout_of_an_agency_too(table):
    """Times without a zone are UTC there, numbers of ships have nine digits, names that ships send are gathered."""
    head = ("MMSI", "VesselName", "BaseDateTime", "LAT", "LON", "SOG", "COG")
    text, whole = as_text(head, table), as_columns(head, table)

    assert same(text[0], whole[0])
    assert text[1:] == whole[1:]


@given(st.lists(st.tuples(
    st.sampled_from(["Class A", "Base Station", "AtoN", "class b"]), st.sampled_from(["219000123", "2190001"]),
    st.sampled_from(["Unknown", "ALFA", ""]), st.sampled_from(["31/12/2021 23:59:59", "2021-12-31", ""]),
    st.sampled_from(["55.1", "91", ""]), st.sampled_from(["12.1", "181"]), number, number,
), max_size=10))  # fmt: skip
def test_the_danish_layout_too(table):
    """What sends no craft's position is counted as that, and its times are read in their own form."""
    head = ("Type of mobile", "MMSI", "Name", "# Timestamp"[2:], "Latitude", "Longitude", "SOG", "COG")
    text, whole = as_text(head, table), as_columns(head, table)

    assert same(text[0], whole[0])
    assert text[1:] == whole[1:]


def test_real_reports_are_the_same_both_ways(tmp_path):
    """NOAA's first 600 ships, by the row reader and as a table whose columns have types of their own."""
    packed = DATA / "noaa_us_2022-01-03_first600.csv.gz"
    reading = sources.read(packed)
    with gzip.open(packed, "rt", encoding="utf-8") as file:
        table = pd.read_csv(file, dtype={"MMSI": str})
    table["BaseDateTime"] = pd.to_datetime(table["BaseDateTime"])
    whole = tables.fixes_of(table)

    assert same(reading.fixes, whole.fixes)
    assert (reading.refused, reading.kind) == (whole.refused, whole.kind)
    assert reading.labels == whole.labels


TYPED = {
    "mmsi": [219000123, 219000123, 219000124],
    "base_date_time": np.array(["2022-01-03T00:00:05", "2022-01-03T00:00:03", "2022-01-03T00:00:04"], "M8[us]"),
    "latitude": [55.0, 55.1, None],
    "longitude": [12.0, 12.1, 12.2],
    "sog": [102.3, 10.0, 5.0],
    "cog": [90.0, None, 10.0],
}


@pytest.mark.parametrize("made", [pa.table, pl.DataFrame, pd.DataFrame], ids=["pyarrow", "polars", "pandas"])
def test_takes_tables_of_three_libraries(made):
    """Whatever hands itself over as an Arrow stream; null is not known, and no place where a place is needed."""
    reading = tables.fixes_of(made(TYPED))
    fixes = reading.fixes

    assert {"not a number": 1} == reading.refused
    assert ["219000123"] == list(fixes.names)
    assert [3, 5] == [time_us // 1_000_000 % 60 for time_us in fixes.time_us.tolist()]
    assert [True, False] == np.isnan(fixes.course_deg).tolist()
    assert [False, True] == np.isnan(fixes.speed_mps).tolist()


@pytest.mark.parametrize(
    "kind", [pa.timestamp("s"), pa.timestamp("ms", "UTC"), pa.timestamp("ns", "Asia/Tokyo"), pa.timestamp("us")]
)
def test_timestamps_are_instants_whatever_their_unit_and_zone(kind):
    """Without a zone they are of the layout's."""
    moment = datetime(2022, 1, 3, 12, 0, 5, tzinfo=UTC)
    stamps = pa.array([moment if kind.tz else moment.replace(tzinfo=None)], kind)
    table = pa.table({**{name: values[:1] for name, values in TYPED.items()}, "base_date_time": stamps})

    assert [round(moment.timestamp()) * 1_000_000] == tables.fixes_of(table).fixes.time_us.tolist()


def test_a_timestamp_without_a_zone_is_refused_where_the_layout_has_none():
    """Our own layout asks for a zone in text, and so in a column."""
    table = pa.table({
        "name": ["A"], "source_kind": ["AIS"], "time_utc": np.array(["2022-01-03"], "M8[us]"),
        "lat": [1.0], "lon": [2.0], "sog_kn": [3.0], "cog_deg": [4.0],
    })  # fmt: skip

    with pytest.raises(NotAllowed, match="1 x time cannot be read"):
        tables.fixes_of(table)


def test_a_map_of_columns_says_units_and_what_is_not_known():
    """Milliseconds, metres a second, radians, feet; a number that means not known is none."""
    table = pa.table({
        "Target": pa.array([7, 7], pa.int32()), "t": [1_600_000_000_500, 1_600_000_001_500], "PHI": [1.0, 1.1],
        "lambda": pa.array([2.0, 2.1], pa.float32()), "v": pa.array([-1.0, 2.5], pa.float32()), "c": [math.pi, 0.0],
        "err": [10.0, 20.0],
    })  # fmt: skip
    fixes = tables.fixes_of(table, SEARADAR).fixes

    assert (("7",), ("RADAR",)) == (fixes.names, fixes.sources)
    assert [1_600_000_000_500_000, 1_600_000_001_500_000] == fixes.time_us.tolist()
    assert [True, False] == np.isnan(fixes.speed_mps).tolist()
    assert pytest.approx([180.0, 0.0]) == fixes.course_deg.tolist()
    assert pytest.approx([3.048, 6.096]) == fixes.sigma_m.tolist()


def test_what_stands_for_not_known_is_found_in_single_precision():
    """102.3 in a column of 32 bits is not the 102.3 of 64."""
    table = pa.table({**TYPED, "sog": pa.array([102.3, 1.0, 1.0], pa.float32())})

    assert [False, True] == np.isnan(tables.fixes_of(table).fixes.speed_mps).tolist()


def test_fixes_become_a_table_and_come_back():
    """Nothing is lost, not even what an aircraft says of the ground."""
    rows = Rows()
    rows.add(
        "icao:86e123", 5, 1.0, 2.0, speed_mps=3.0, course_deg=math.nan, sigma_m=4.0, source="ADSB", alt_m=100.0,
        climb_mps=-1.0, turn_dps=0.5, ground=True,
    )  # fmt: skip
    rows.add("A", 7, -1.0, -2.0, speed_mps=math.nan, course_deg=10.0, sigma_m=15.0, source="AIS")
    fixes, _ = rows.fixes()
    back = tables.fixes_of(tables.table_of(fixes))

    assert same(fixes, back.fixes)
    assert [-1.0, 0.5] == [back.fixes.climb_mps[0], back.fixes.turn_dps[0]]
    assert {} == back.refused


@given(st.lists(plain, max_size=14))
def test_without_an_order_by_craft_they_are_the_same_fixes(table):
    """In order of time, each once; only those of one time may stand in another order."""
    arrow = pa.table({name: pa.array([line[place] for line in table], pa.string()) for place, name in enumerate(OWN)})
    layout = tables.layout_for(OWN)
    (one, counts), (other, told) = (tables.taken(arrow, layout, by_craft=by_craft) for by_craft in (True, False))
    order = np.lexsort((other.craft, other.time_us))

    assert counts == told
    assert one.names == other.names
    for name in ("time_us", "craft", "lat_deg", "lon_deg", "speed_mps", "course_deg", "sigma_m"):
        assert np.array_equal(getattr(one, name), getattr(other, name)[order], equal_nan=True)


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("'latitude' holds bool", {"latitude": [True] * 3}),
        ("'latitude' holds list", {"latitude": [[1.0]] * 3}),
        ("'mmsi' holds bool", {"mmsi": [True] * 3}),
        ("'base_date_time' holds double", {"base_date_time": [1.0] * 3}),
        ("'base_date_time' holds date32", {"base_date_time": np.array(["2022-01-03"] * 3, "M8[D]")}),
    ],
)
def test_a_column_of_the_wrong_type_is_refused_by_name(said, change):
    """What cannot be meant is said before anything is read."""
    with pytest.raises(NotAllowed, match=said) as refusal:
        tables.fixes_of(pa.table({**TYPED, **change}))
    assert refusal.value.advice()


def test_missing_and_doubled_columns_are_refused_by_name():
    """The nearest layout and what it needs are named; two columns of one name are none."""
    with pytest.raises(NotAllowed, match="also needs cog"):
        tables.fixes_of(pa.table({name: values for name, values in TYPED.items() if name != "cog"}))
    with pytest.raises(NotAllowed, match="'cog' twice"):
        tables.fixes_of(pa.table([pa.array(values) for values in (*TYPED.values(), TYPED["cog"])], [*TYPED, "COG"]))
    with pytest.raises(NotAllowed, match="'coast radar': it also needs c, err, lambda"):
        tables.fixes_of(pa.table({"target": [1]}), SEARADAR)


@pytest.mark.parametrize("thing", [[1, 2], "tracks.csv", None])
def test_what_is_no_table_is_refused(thing):
    """A path, a list: the sentence says what can be given."""
    with pytest.raises(NotAllowed, match="is no table") as refusal:
        tables.fixes_of(thing)
    assert "pyarrow, Polars or pandas" in refusal.value.advice()


def test_a_table_without_a_usable_row_is_refused_with_the_causes():
    """As a file is."""
    with pytest.raises(NotAllowed, match=r"the table .* holds not one usable fix: it has no rows"):
        tables.fixes_of(pa.table(TYPED).slice(0, 0))


def test_only_the_columns_that_count_are_asked_for():
    """Whoever reads a file with forty columns need not load the others."""
    names = ["MMSI", "base_date_time", "latitude", "longitude", "sog", "cog", "draft", "vessel_name"]

    assert [n for n in names if n != "draft"] == tables.columns_read(tables.layout_for(names), names)


def test_zones_east_of_utc_are_taken_off():
    """A map may say +09:00 for times without a zone."""
    japan = layouts.from_table({
        "kind": "k", "name": "n", "time": {"column": "t", "form": "iso", "zone": "+09:00"},
        "lat": {"column": "y", "unit": "deg"}, "lon": {"column": "x", "unit": "deg"},
        "speed": {"column": "v", "unit": "kn"}, "course": {"column": "c", "unit": "deg"},
    })  # fmt: skip
    table = pa.table(
        {"n": ["A"], "t": np.array(["2022-01-01T09"], "M8[us]"), "y": [1.0], "x": [1.0], "v": [1.0], "c": [1.0]}
    )
    moment = datetime(2022, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))

    assert [round(moment.timestamp()) * 1_000_000] == tables.fixes_of(table, japan).fixes.time_us.tolist()
