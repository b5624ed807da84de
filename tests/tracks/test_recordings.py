"""Recordings: written in bounded files, read in order, half-written lines and all; played back at the pace of their times."""

import asyncio
from pathlib import Path

import pytest

from searoom.errors import NotAllowed, StateUnknown
from searoom.tracks import recordings
from searoom.tracks.recordings import Recorder, Replay, recorded, replay, set_aside
from spoken import NOON_US, at, rmc

LINES = [at(second, rmc(f"1200{second:02d}")) for second in range(5)]


def write(path, lines, **given):
    """Record lines into a file."""
    recorder = Recorder(path, **given)
    recorder.write(lines)
    recorder.close()
    return recorder


def play(path, speed=0.0, **given):
    """Return what a recording plays, how long it waited, and its counts."""
    waits = []
    clock = [0.0]

    async def sleep(seconds):
        waits.append(seconds)
        clock[0] += seconds

    player = Replay(path, speed, sleep=sleep, monotonic=lambda: clock[0], **given)

    async def run():
        return [line async for line in player.lines()]

    return asyncio.run(run()), waits, player.counts


def test_what_is_written_is_played(tmp_path):
    """Each line with its time, in order, and nothing between."""
    recorder = write(tmp_path / "log.nmea", LINES)
    lines, waits, _ = play(tmp_path / "log.nmea")

    assert [(NOON_US + second * 1_000_000, line) for second, line in enumerate(LINES)] == lines
    assert [] == waits
    assert len(LINES) == recorder.counts["lines"]


def test_the_short_form_plays_too(tmp_path):
    """One call for whoever only wants the lines."""
    write(tmp_path / "log", LINES)

    async def run():
        return [line async for _, line in replay(tmp_path / "log", 0)]

    assert LINES == asyncio.run(run())


@pytest.mark.parametrize(("speed", "wait"), [(1.0, 1.0), (10.0, 0.1), (0.5, 2.0)])
def test_the_pace_is_that_of_the_times(tmp_path, speed, wait):
    """One second apart, divided by the speed."""
    write(tmp_path / "log", LINES)

    assert [wait] * 4 == pytest.approx(play(tmp_path / "log", speed)[1])


def test_a_long_gap_is_made_shorter_and_a_step_back_takes_no_time(tmp_path):
    """Both are counted; a line without a time comes with the one before it."""
    write(tmp_path / "log", [LINES[0], rmc(), at(3600, rmc()), at(0, rmc())])
    lines, waits, counts = play(tmp_path / "log", 1.0, longest_gap_s=5.0)

    assert [5.0] == waits
    assert [NOON_US, NOON_US] == [time for time, _ in lines[:2]]
    assert (1, 1, 1) == (counts["gap made shorter"], counts["time goes backwards"], counts["line without a time"])


def test_full_files_are_set_aside_and_played_first(tmp_path):
    """No file is longer than it may be; a second recording goes on counting."""
    path = tmp_path / "log.nmea"
    size = len(LINES[0]) + 1
    write(path, LINES, max_bytes=2 * size)
    assert ["log.0001.nmea", "log.0002.nmea"] == [one.name for one in set_aside(path)]
    write(path, LINES, max_bytes=2 * size)

    assert all(one.stat().st_size <= 2 * size for one in recorded(path))
    assert LINES * 2 == [line for _, line in play(path)[0]]


def test_a_half_written_line_costs_only_itself(tmp_path):
    """A crash cut the last line; the next recording begins on a line of its own, and the half stays to be counted."""
    path = tmp_path / "log"
    path.write_bytes(LINES[0] + b"\n" + LINES[1][:30])
    recorder = write(path, LINES[2:])
    lines = [line for _, line in play(path)[0]]

    assert [LINES[0], LINES[1][:30], *LINES[2:]] == lines
    assert 1 == recorder.counts["half-written line closed"]


def test_each_batch_is_out_of_the_process(tmp_path):
    """Before the next one comes, another process can read it."""
    recorder = Recorder(tmp_path / "log")
    recorder.write(LINES[:1])

    assert LINES[0] + b"\n" == (tmp_path / "log").read_bytes()
    recorder.close()


def test_a_line_without_end_is_passed_over(tmp_path, monkeypatch):
    """A file that was damaged into one long line is not held in memory."""
    monkeypatch.setattr(recordings, "MAX_LINE_BYTES", 100)
    (tmp_path / "log").write_bytes(LINES[0] + b"\n" + b"x" * 1000 + b"\n" + LINES[1] + b"\n")
    lines, _, counts = play(tmp_path / "log")

    assert LINES[:2] == [line for _, line in lines]
    assert 1 == counts["line too long"]


def test_refuses_what_cannot_be(tmp_path):
    """No recording, a speed that is none, a file of no size, an old file in the way of a new one."""
    with pytest.raises(NotAllowed, match="no recording"):
        Replay(tmp_path / "nothing")
    for speed in (-1.0, float("nan"), float("inf")):
        with pytest.raises(NotAllowed, match="times its speed"):
            Replay(tmp_path / "nothing", speed)
    for gap in (-1.0, float("nan")):
        with pytest.raises(NotAllowed, match="a pause cannot be"):
            Replay(tmp_path / "nothing", longest_gap_s=gap)
    with pytest.raises(NotAllowed, match="at least one byte"):
        Recorder(tmp_path / "log", max_bytes=0)
    recorder = Recorder(tmp_path / "log", max_bytes=10)
    (tmp_path / "log.0001").write_bytes(b"old")
    with pytest.raises(StateUnknown, match="in the way"):
        recorder.write(LINES)


def test_a_full_disk_is_told(tmp_path):
    """The write fails with a sentence that names the file."""
    recorder = Recorder(tmp_path / "log")
    recorder._file.close()
    with Path("/dev/full").open("wb") as full:
        recorder._file = full
        with pytest.raises(StateUnknown, match="cannot be written"):
            recorder.write(LINES)
        full.raw.close()
