"""Blocks read by several processes: the account is that of one process, whatever becomes of the others."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from folding_made import SMALL, same, spoken
from searoom.account import Reading, read
from searoom.keys import folds as room
from searoom.keys import pieces
from searoom.keys.crew import Crew
from searoom.keys.openings import Openings
from searoom.keys.pieces import Piece
from searoom.record.store import SqliteStore
from searoom.statements import folded
from searoom.statements.folded import ENTRIES
from talk import AMBER, HELLO, PEOPLE, Talk
from told import BOOK

LEAST = room.LEAST


class Forked(Crew):
    """A crew that is begun beside the threads of a test runner, too."""

    def ready(self):
        return True


@pytest.fixture(autouse=True, scope="module")
def _small_blocks():
    """Blocks of few entries, and a crew for one of them."""
    folded.ENTRIES, room.LEAST = SMALL, 1
    yield
    folded.ENTRIES, room.LEAST = ENTRIES, LEAST


def reading(record, store, party=AMBER):
    """Return what reads the account of a party that has just started, with two hands more."""
    openings = Openings(store, record.mechanism, party.name, [party.kem], party.storage)
    return Reading(record, BOOK, openings.content, folds=openings.folds(record, b"rules", hands=Forked(2)))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9))
def test_what_several_read_is_what_one_reads(seed):
    """Of talks over cards, second logs and a lost store, read at once, or after a part was read by one."""
    talk = Talk(random.Random(seed))
    for _ in range(30):
        talk.step()
    for name, record in talk.sides.items():
        party, store = PEOPLE[name], SqliteStore(":memory:")
        several = reading(record, store, party)
        if talk.chance.random() < 0.5:
            several.go_on(talk.chance.choice((1, SMALL, SMALL + 1)))
        several.go_on()
        same(read(record, BOOK, builders.opener(party)), several.account())
        again = reading(record, store, party)
        again.go_on()
        same(several.account(), again.account())


def test_blocks_come_from_the_others(monkeypatch):
    """What makes whole blocks is opened by no one here, and neither it nor its keys are asked for again."""
    (record, _, _), store = spoken(4 * SMALL + 1), SqliteStore(":memory:")
    opened, real = [], Openings.content
    monkeypatch.setattr(Openings, "content", lambda self, *given: opened.append(1) or real(self, *given))
    several = reading(record, store)
    several.go_on()
    assert 1 == len(opened)
    for kind in (room.KIND, "content-keys"):
        assert 4 == len(list(store.each(kind)))
    same(read(record, BOOK, builders.opener(AMBER)), several.account())


@pytest.mark.parametrize("first", [1, SMALL, SMALL + 1, 2 * SMALL])
def test_they_go_on_behind_what_was_read_by_slices(first):
    """In the middle of a block one process goes on; at its end the others do, and nothing is read twice."""
    (record, _, _), store = spoken(5 * SMALL + 1), SqliteStore(":memory:")
    several = reading(record, store)
    several.go_on(first)
    several.go_on()
    assert 0 == several.unread
    same(read(record, BOOK, builders.opener(AMBER)), several.account())


def test_what_the_others_cannot_open_is_read_here():
    """Words that only a key in the store opens, kept when an older KEM key was destroyed, are no less read."""
    (record, _, _), store = spoken(4 * SMALL + 1), SqliteStore(":memory:")
    bodies = [(entry.statement, body) for entry, body in record.entries("amber")]
    before = Openings(store, record.mechanism, "amber", [AMBER.kem], AMBER.storage)
    assert len(bodies) == before.keep_all(bodies)
    after = Openings(store, record.mechanism, "amber", [builders.make_party("teal").kem], AMBER.storage)
    several = Reading(record, BOOK, after.content, folds=after.folds(record, b"rules", hands=Forked(2)))
    several.go_on()
    same(read(record, BOOK, builders.opener(AMBER)), several.account())


def test_a_process_that_is_ended_from_outside_costs_time_alone(monkeypatch):
    """What it had is read here: nothing is missing and nobody waits for ever."""
    (record, _, _), store = spoken(6 * SMALL + 1), SqliteStore(":memory:")
    here, real = os.getpid(), folded.fold

    def fold(*given):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given)

    monkeypatch.setattr(pieces, "fold", fold)
    several = reading(record, store)
    several.go_on()
    same(read(record, BOOK, builders.opener(AMBER)), several.account())


def test_none_are_begun_beside_another_thread():
    """A thread may hold a lock that a fork would keep closed for ever; with one processor there is nothing to gain."""
    assert not Crew(1).ready()
    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    try:
        assert not Crew(2).ready()
    finally:
        ended.set()
        other.join()


LEFT = """
import sys, time
from searoom.keys.crew import Crew
from searoom.keys.pieces import Piece, Reader

def given():
    for number in range(1 << 20):
        yield Piece(number, ())

for number, found in Crew(2).folded(Reader("amber", (), None), given()):
    if number == 5:
        import multiprocessing
        print(*(each.pid for each in multiprocessing.active_children()), flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_who_is_gone_leaves_none_behind(way):
    """However the process that asked ends, each of the others ends by itself."""
    source = str(Path(room.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", LEFT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": source},
    ) as process:  # fmt: skip
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert 2 == len(pids)
        process.send_signal(way)
        process.wait(30)
    until = time.monotonic() + 30
    while any(map(runs, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert [False, False] == [runs(pid) for pid in pids]


class Slow:
    """Folds the first pieces at once, and those behind them for longer than anybody waits."""

    def fold(self, piece):
        time.sleep(60 if piece.number > 1 else 0)


def test_those_that_are_not_needed_any_more_end_at_once(tmp_path):
    """In the middle of their work, and by no handler of the process that asked: its own signals are its own."""
    told, begun = tmp_path / "told", time.monotonic()
    before = signal.signal(signal.SIGTERM, lambda *_: told.write_text("a signal"))
    try:
        several = Forked(2).folded(Slow(), (Piece(number, ()) for number in range(4)))
        assert (0, None) == next(several)
        several.close()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (True, False) == (time.monotonic() - begun < 30, told.exists())


def runs(pid):
    """Whether a process is there and is no remains of one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_account_that_was_given_out_stays_what_it_was():
    """What is read later is no part of it, and is in each list of the next one, though lists were made before."""
    (record, _, _), store = spoken(SMALL), SqliteStore(":memory:")
    several = reading(record, store)
    several.go_on()
    first, size = several.account(), record.size("amber")
    assert SMALL == len(first.items) == len(first.messages())
    for _ in range(3 * SMALL):
        builders.say(record, AMBER, HELLO)
    several.go_on()
    assert (size, 4 * SMALL) == (len(first.items), len(several.account().items))
    same(read(record, BOOK, builders.opener(AMBER)), several.account())
