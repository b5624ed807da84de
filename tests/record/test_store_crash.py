"""Power lost at every write, processes killed, disks that fail: what was acknowledged is there, nothing half."""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from lossy_vfs import Loss, LossyVFS, put_down
from searoom.errors import SearoomError, StateUnknown
from searoom.record.store import SqliteStore
from stored import content

CHECKPOINT_PAGES = 12  # a real store does it every 1000; here the log goes into the file again and again


@contextlib.contextmanager
def disk(name: str) -> Iterator[LossyVFS]:
    """A lossy disk under a name of its own, taken off afterwards."""
    vfs = LossyVFS(name)
    try:
        yield vfs
    finally:
        vfs.unregister()


def busy_hours(store: SqliteStore, rng: random.Random, count: int) -> Iterator[None]:
    """Do durable writes of all kinds, one a step."""
    for n in range(count):
        amber, coral = store.size("amber"), store.size("coral")
        items = [(rng.randbytes(rng.choice([9, 400, 6000])), rng.randbytes(300)) for _ in range(rng.randint(0, 3))]
        if n % 4 == 3:
            with store.together():
                store.append("amber", amber, items, b"note %d" % n, now_us=n)
                store.append("coral", coral, [(b"c%d" % n, b"")], b"note %d" % n, now_us=n)
                store.put("ahead", b"%d" % (n % 8), rng.randbytes(2000))
                store.cosign("amber", "coral", n, b"cosigned %d" % n)
        elif n % 4 == 2:
            store.drop("ahead", b"%d" % ((n + 1) % 8))
        else:
            store.append("amber", amber, [*items, (b"e%d" % n, b"b")], b"note %d" % n, now_us=n)
        yield


def state(store: SqliteStore) -> bytes:
    return hashlib.sha256(repr(content(store)).encode()).digest()


def crashes(tmp_path: Path, name: str, *, seed: int, synchronous: str = "full", count: int = 28) -> list[str]:
    """Lose power at every step of the disk, in three ways; return what was wrong after the next start."""
    rng, images = random.Random(seed), []
    states: list[bytes] = []
    with disk(name) as vfs:

        def power_lost(disk: LossyVFS, _: str) -> None:
            loss = (Loss.ALL, Loss.SOME, Loss.TORN)[disk.steps % 3]
            images.append((len(states), loss, disk.crash(loss, rng)))

        (tmp_path / "real").mkdir()
        vfs.on_step = power_lost
        store = SqliteStore(tmp_path / "real" / "a.db", vfs=name)
        store._db.wal_autocheckpoint(CHECKPOINT_PAGES)
        store._db.pragma("synchronous", synchronous)
        states.append(state(store))
        for _ in busy_hours(store, random.Random(seed), count):
            states.append(state(store))  # noqa: PERF401  # `power_lost` asks between two of them how many there are
        store.close()
    assert count + 1 == len(states)
    assert len(images) > 5 * count
    found = []
    with disk(f"{name}-found"):  # it syncs nothing, which is quicker, and these stores are thrown away
        for at, (done, loss, files) in enumerate(images):
            folder = tmp_path / str(at)
            put_down(files, folder)
            try:
                with contextlib.closing(SqliteStore(folder / "a.db", vfs=f"{name}-found")) as store:
                    if state(store) not in states[max(done - 1, 0) : done + 1]:
                        found.append(f"step {at}, {loss}: neither the state after {done} writes nor after the next")
                    store.append("amber", store.size("amber"), [(b"afterwards", b"")], b"note", now_us=1)
                    store.check()
            except SearoomError as fault:
                found.append(f"step {at}, {loss}: {fault}")
            shutil.rmtree(folder)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_power_lost_at_any_write_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    """After each crash the store is that of before or after the write that was under way, whole, and goes on."""
    assert [] == crashes(tmp_path, f"lossy-{seed}", seed=seed)


@pytest.mark.parametrize("synchronous", ["normal", "off"])
def test_the_lossy_disk_finds_a_store_that_does_not_sync(tmp_path: Path, synchronous: str) -> None:
    """The same crashes over a store that is told not to sync each commit are found out: the disk does lose."""
    assert crashes(tmp_path, f"lossy-{synchronous}", seed=1, synchronous=synchronous)


def test_each_commit_is_synced_once_and_a_group_is_one(tmp_path: Path) -> None:
    """One sync a commit; forty writes that are made together cost one."""
    with disk("lossy-count") as vfs:
        store = SqliteStore(tmp_path / "a.db", vfs="lossy-count")
        before = vfs.syncs
        for n in range(40):
            store.append("amber", n, [(b"e", b"b")], b"note", now_us=1)
        assert 40 == vfs.syncs - before
        before = vfs.syncs
        with store.together():
            for n in range(40):
                store.append("amber", 40 + n, [(b"e", b"b")], b"note", now_us=1)
                store.put("annex", b"%d" % n, b"v")
        assert 1 == vfs.syncs - before
        store.close()


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("later", range(3))
def test_after_a_sync_that_failed_nothing_acknowledged_is_lost(tmp_path: Path, later: int, forgets: bool) -> None:
    """The sync of a commit fails and the system forgets the pages, though they still read well: stop, start, go on."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    with disk("lossy-sync") as vfs:
        store = SqliteStore(old / "a.db", vfs="lossy-sync")
        for n in range(5):
            store.append("amber", n, [(b"e%d" % n, b"b")], b"note %d" % (n + 1), now_us=1)
        vfs.faults["sync", 0], vfs.forgets = apsw.IOError, forgets
        with pytest.raises(StateUnknown, match="the disk under .* failed"):
            store.append("amber", 5, [(b"e5", b"b")], b"note 6", now_us=1)
        for _ in range(2):
            with pytest.raises(StateUnknown, match="failed before"):
                store.append("amber", 5, [(b"e5", b"b")], b"note 6", now_us=1)
        assert 5 == store.size("amber")
        shutil.copytree(
            old, new
        )  # the process is killed: what it wrote reads as it wrote it, with the log's index gone
        (new / "a.db-shm").unlink()
        reborn = vfs.reborn("lossy-reborn", old, new)
        store.close()
    try:
        store = SqliteStore(new / "a.db", vfs="lossy-reborn")
        size = store.size("amber")
        assert size in {5, 6}
        for n in range(later):
            store.append("amber", size + n, [(b"after", b"b")], b"note %d" % (size + n + 1), now_us=1)
        files = reborn.crash(Loss.ALL, random.Random(1))
        store.close()
    finally:
        reborn.unregister()
    put_down(files, tmp_path / "found")
    store = SqliteStore(tmp_path / "found" / "a.db")
    assert size + later == store.size("amber")
    assert b"note %d" % (size + later) == store.note("amber")
    assert [b"e0", b"e1", b"e2", b"e3", b"e4"] == list(store.leaves("amber"))[:5]
    store.close()


@pytest.mark.parametrize("fault", [apsw.FullError, apsw.IOError])
def test_whichever_write_fails_nothing_half_is_there(tmp_path: Path, fault: type[apsw.Error]) -> None:
    """A disk that is full, or fails, at the first, second, ... change of it: a sentence, the old state, then on."""
    failed = 0
    for at in range(40):
        path = tmp_path / f"{at}.db"
        with disk("lossy-write") as vfs:
            store = SqliteStore(path, vfs="lossy-write")
            store.append("amber", 0, [(b"e0", b"b")], b"note 1", now_us=1)
            before = content(store)
            vfs.faults["write", at] = fault
            try:
                with store.together():
                    store.append("amber", 1, [(b"e1", bytes(9000))], b"note 2", now_us=1)
                    store.put("annex", b"k", bytes(9000))
                said = ""
            except StateUnknown as refusal:
                said = refusal.sentence
            vfs.faults.clear()
            if said:
                failed += 1
                assert ("is full" if fault is apsw.FullError else "failed (") in said
                assert before == content(store)
                if fault is apsw.FullError:  # with room again it goes on
                    store.append("amber", 1, [(b"e1", b"")], b"note 2", now_us=1)
            else:
                assert 2 == store.size("amber")
            before = content(store)
            store.close()
        store = SqliteStore(path)
        assert before == content(store)
        store.close()
    assert 5 < failed < 40


APPENDING = """
import sys
from searoom.record.store import SqliteStore
store = SqliteStore(sys.argv[1])
size = store.size("amber")
print(size, flush=True)
while True:
    with store.together():
        store.append("amber", size, [(b"e%d" % size, b"b" * 2000)], b"note %d" % (size + 1), now_us=1)
        store.put("count", b"k", b"%d" % (size + 1))
    size += 1
    print(size, flush=True)
"""


def test_a_killed_process_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """Killed with SIGKILL at a random moment, ten times: each acknowledged entry is there, in order, and nothing half."""
    path, rng, size = tmp_path / "a.db", random.Random(3), 0
    for _ in range(10):
        command = [sys.executable, "-c", APPENDING, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert size == int(process.stdout.readline())
            time.sleep(rng.uniform(0, 0.08))
            os.kill(process.pid, signal.SIGKILL)
            lines = process.stdout.read().splitlines(keepends=True)
        reported = max([size, *(int(line) for line in lines if line.endswith(b"\n"))])
        store = SqliteStore(path)
        size = store.size("amber")
        assert size in {reported, reported + 1}
        assert [b"e%d" % n for n in range(size)] == list(store.leaves("amber"))
        if size:
            assert (b"note %d" % size, b"%d" % size) == (store.note("amber"), store.get("count", b"k"))
        store.check()
        store.close()
    assert size > 10
