"""A screening from end to end: the same rows however it was cut, however the files lie, and after it was killed."""

import gzip
import hashlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archives_made import as_csv, reports, written
from searoom.archive.finds import FindApproaches, FindMeetings
from searoom.archive.runs import screening
from searoom.encounters import approaches, meetings
from searoom.errors import NotAllowed
from searoom.tracks import tables

FINDS = [FindApproaches(max_gap_s=600.0), FindMeetings(at_least_s=1800.0, radius_m=2000.0)]


@pytest.fixture(scope="module")
def raw():
    """Reports of sixty ships over five hours."""
    return reports()


@pytest.fixture
def archive(tmp_path, raw):
    """The reports as one Parquet file."""
    return written(tmp_path / "raw.parquet", raw)


def rows_of(names, find, **options):
    """Return all rows of a screening, and the screening."""
    with screening([names] if isinstance(names, str) else names, find, **options) as screened:
        return pa.concat_tables(list(screened.rows)), screened


def digest(table):
    """Return a hash of all rows, sorted."""
    return hashlib.sha256(repr(sorted(map(repr, table.to_pylist()))).encode()).hexdigest()


@pytest.mark.parametrize("find", FINDS, ids=lambda find: find.kind)
def test_rows_do_not_depend_on_where_an_archive_is_cut(archive, find):
    """One part, a few, many: the same bytes in the same order, and each row is counted once."""
    whole, one = rows_of(archive, find)
    some, several = rows_of(archive, find, part_rows=4_000)
    most, many = rows_of(archive, find, part_rows=500)

    assert len(whole) > 3
    assert whole.equals(some)
    assert whole.equals(most)
    assert 1 == one.parts < several.parts < many.parts
    assert one.fixes == several.fixes == many.fixes
    assert one.counts.refused == several.counts.refused == many.counts.refused


def test_rows_are_those_of_the_kernels_on_all_fixes_at_once(archive, raw):
    """The archive adds nothing and loses nothing."""
    fixes = tables.fixes_of(raw).fixes
    near = approaches.approaches(fixes, radius_m=926.0, max_gap_s=600.0)
    stayed = meetings.meetings(meetings.resampled(fixes, max_gap_s=1200.0), at_least_s=1800.0, radius_m=2000.0)
    found, together = rows_of(archive, FINDS[0], part_rows=3_000)[0], rows_of(archive, FINDS[1], part_rows=3_000)[0]

    assert len(near) == len(found)
    assert near.cpa_m.tolist() == found.column("cpa_m").to_pylist()
    assert [near.names[a] for a in near.a] == found.column("a").to_pylist()
    assert stayed.first_us.tolist() == together.column("first_us").to_pylist()
    assert stayed.stamps.tolist() == together.column("stamps").to_pylist()


def test_rows_do_not_depend_on_how_the_files_lie(tmp_path, raw):
    """One file, files by hour in folders by day, out of order, as csv, packed csv, in a store's address: the same."""
    expected = digest(rows_of(written(tmp_path / "one.parquet", raw), FINDS[0])[0])
    pieces = [raw.slice(begin, 3_000) for begin in range(0, len(raw), 3_000)]
    for place, piece in enumerate(reversed(pieces)):
        (tmp_path / "days" / f"part={place}").mkdir(parents=True)
        written(tmp_path / "days" / f"part={place}" / "x.parquet", piece)
    (tmp_path / "days" / "_SUCCESS").touch()
    plain = as_csv(tmp_path / "t.csv", raw)
    with Path(plain).open("rb") as file, gzip.open(tmp_path / "t.csv.gz", "wb") as packed:
        shutil.copyfileobj(file, packed)
    mixed = [plain_half(tmp_path, raw, 0), plain_half(tmp_path, raw, 1)]
    shuffled = written(tmp_path / "shuffled.parquet", raw.take(pa.array(reversed(range(len(raw))))))
    with fsspec.open("memory://ais/2022/a.parquet", "wb") as file:
        pq.write_table(raw, file)

    for names in (
        str(tmp_path / "days"), plain, str(tmp_path / "t.csv.gz"), mixed, shuffled, "memory://ais/2022",
        f"file://{tmp_path}/one.parquet", str(tmp_path / "days" / "*" / "*.parquet"),
    ):  # fmt: skip
        assert expected == digest(rows_of(names, FINDS[0], part_rows=4_000)[0]), names


def plain_half(folder, raw, half):
    """Write one half of the reports: as Parquet or as csv."""
    piece = raw.slice(half * len(raw) // 2, len(raw) // 2)
    return as_csv(folder / "half.csv", piece) if half else written(folder / "half.parquet", piece)


def test_what_is_refused_is_counted_once_wherever_the_cuts_lie(tmp_path, raw):
    """Each bad row by its cause, each repetition, whether it was read with one part or with two."""
    frame = raw.to_pandas()
    frame.loc[::100, "LAT"] = 91.0
    frame.loc[50::100, "SOG"] = -5.0
    frame.loc[70::500, "BaseDateTime"] = None
    table = pa.concat_tables([pa.Table.from_pandas(frame, preserve_index=False).cast(raw.schema), raw.slice(1, 10)])
    name = written(tmp_path / "bad.parquet", table)
    counted = [rows_of(name, FINDS[0], part_rows=n)[1] for n in (10**9, 4_000, 700)]

    assert counted[0].counts.refused == counted[1].counts.refused == counted[2].counts.refused
    assert {"speed out of range": 180} == counted[0].counts.doubtful == counted[2].counts.doubtful
    assert (180, 36) == tuple(counted[0].counts.refused[c] for c in ("position not available", "time cannot be read"))
    assert counted[0].counts.refused["repeated"] >= 9


def test_fixes_at_common_stamps_are_taken_as_they_are(tmp_path):
    """An archive that was resampled already is cut between stamps, and nothing is drawn between them."""
    stamps = reports(ships=40, minutes=10)
    fixes = meetings.resampled(tables.fixes_of(stamps).fixes, step_s=60.0, max_gap_s=600.0)
    name = written(tmp_path / "stamps.parquet", tables.table_of(fixes), group_rows=100)
    find = FindMeetings(radius_m=3000.0, at_least_s=180.0, step_s=60.0, max_gap_s=120.0, stands=True)
    whole, cut = rows_of(name, find)[0], rows_of(name, find, part_rows=50)[0]

    assert len(whole) > 3
    assert whole.equals(cut)


@pytest.mark.parametrize("shuffled", [False, True])
def test_only_what_is_out_of_order_is_put_in_order_first(tmp_path, raw, shuffled):
    """Row groups that all span the whole time would be unpacked again for each part; others are read where they lie."""
    table = raw.take(pa.array(np.random.default_rng(2).permutation(len(raw)))) if shuffled else raw
    name = written(tmp_path / "a.parquet", table)
    rows_of(name, FINDS[0], part_rows=1_000, folder=tmp_path / "work")

    assert shuffled == any((tmp_path / "work" / "sorted").glob("*.parquet"))


KILLED = """
import sys
from searoom.archive import runs, working
from searoom.archive.finds import FindApproaches
done = []
def slow(task):
    print(len(done), flush=True)
    if len(done) == 4:
        (task_folder := __import__("pathlib").Path(sys.argv[2]) / "part-000004-x.part").write_bytes(b"half")
        __import__("time").sleep(600)
    done.append(1)
    return working.work(task)
runs.work = slow
from pathlib import Path
with runs.screening([sys.argv[1]], FindApproaches(max_gap_s=600.0), folder=Path(sys.argv[2]), part_rows=1000) as found:
    list(found.rows)
"""


def test_a_run_that_was_killed_goes_on_and_gives_the_same(archive, tmp_path, monkeypatch):
    """Finished parts are not done again; what was left half written is not read."""
    folder = tmp_path / "work"
    process = subprocess.Popen([sys.executable, "-c", KILLED, archive, str(folder)], stdout=subprocess.PIPE, text=True)
    assert ["0", "1", "2", "3", "4"] == [process.stdout.readline().strip() for _ in range(5)]
    while not list(folder.glob("*.part")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    finished = len(list(folder.glob("part-*.parquet")))
    worked = []

    def engine(work, tasks):
        for task in tasks:
            worked.append(task.part.number)
            yield work(task)

    expected, _ = rows_of(archive, FINDS[0], part_rows=1_000)
    rows, screened = rows_of(archive, FINDS[0], part_rows=1_000, folder=folder, engine=engine)

    assert 4 == finished
    assert list(range(4, screened.parts)) == worked
    assert expected.equals(rows)
    assert rows_of(archive, FINDS[0], part_rows=1_000, folder=folder, engine=None or engine)[0].equals(expected)
    assert screened.parts - 4 == len(worked)


def test_progress_is_told_part_by_part(archive):
    """From nothing done to all."""
    seen = []
    rows_of(archive, FINDS[0], part_rows=4_000, progress=lambda *said: seen.append(said))

    assert ("parts of time", 0, seen[-1][2]) == seen[0]
    assert seen[-1][1] == seen[-1][2] > 2


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("is empty", lambda path: path.write_bytes(b"")),
        ("damaged or half-written", lambda path: path.write_bytes(path.read_bytes()[:-500])),
        ("damaged or half-written", lambda path: path.write_bytes(b"PAR1")),
        ("also needs", lambda path: pq.write_table(pa.table({"MMSI": ["1"], "LAT": [1.0]}), path)),
        ("'LAT' holds list|'lat' holds list", lambda path: pq.write_table(nested(path), path)),
        ("not one row", lambda path: pq.write_table(pq.read_table(path).slice(0, 0), path)),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(archive, tmp_path, said, made):
    """One sentence with the file and what to do, before anything is searched, and nothing is left half written."""
    made(tmp_path / "raw.parquet")

    with pytest.raises(NotAllowed, match=said) as refusal, screening([archive], FINDS[0]):
        pass
    assert refusal.value.advice()
    assert ["raw.parquet"] == [path.name for path in tmp_path.iterdir()]


def nested(path):
    """Return the table with places as lists."""
    table = pq.read_table(path)
    lists = pa.array([[1.0]] * len(table))
    return table.set_column(table.column_names.index("LAT"), "LAT", lists)


def test_one_strange_file_in_a_folder_is_named(tmp_path, raw):
    """A schema of its own that is of no layout stops the screening with the name of that file."""
    (tmp_path / "day").mkdir()
    written(tmp_path / "day" / "a.parquet", raw)
    pq.write_table(pa.table({"x": [1]}), tmp_path / "day" / "b.parquet")

    with (
        pytest.raises(NotAllowed, match=r"day/b\.parquet: .*no table of tracks"),
        screening([str(tmp_path / "day")], FINDS[0]),
    ):
        pass


def test_one_folder_may_hold_several_layouts_and_types(tmp_path, raw):
    """Numbers of ships as text or as integers, times with a zone or without: each file is read by what it says."""
    expected = digest(rows_of(written(tmp_path / "one.parquet", raw), FINDS[0])[0])
    first, second = raw.slice(0, 9_000), raw.slice(9_000)
    typed = second.set_column(0, "MMSI", second.column("MMSI").cast(pa.int64()))
    typed = typed.set_column(1, "BaseDateTime", typed.column("BaseDateTime").cast(pa.timestamp("ns", "UTC")))
    (tmp_path / "both").mkdir()
    written(tmp_path / "both" / "a.parquet", tables.table_of(tables.fixes_of(first).fixes))
    written(tmp_path / "both" / "b.parquet", typed)

    assert expected == digest(rows_of(str(tmp_path / "both"), FINDS[0], part_rows=4_000)[0])
