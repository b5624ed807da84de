"""The simulation: short stories of each kind, the same story from the same seed, and planted defects that it must see."""

import asyncio
import hashlib
import random
import re
from pathlib import Path

import pytest

from searoom.record.log import Log
from soak import __main__ as command
from soak import planted
from soak.disk import ALL, Disk, PowerLoss, memory_folder
from soak.faulty import Blow, FaultyStore, Plan
from soak.ledger import EMPTY, Column, leaf_of
from soak.liar import LIES
from soak.planted import DEFECTS, Defect
from soak.scripts import KINDS, script_of
from soak.speech import Frame, in_words, read_frames, write_frame
from soak.stories import live
from soak.timeline import Idle, VirtualLoop
from soak.wire import Weather, garbled
from soak.world import Script

SHORT = 25
QUIET = Script(steps=10, nodes=2, faults=False)
HEX = re.compile(r"[0-9a-f]{16}")


def short(seed):
    """Return the script of a seed's story, cut short."""
    script = script_of(seed)
    return Script(steps=SHORT, nodes=script.nodes, lies=script.lies)


@pytest.mark.parametrize("seed", range(24))
def test_promises_hold(seed):
    """Whatever line, machine and counterpart do in these stories, no promise is broken."""
    outcome = live(seed, short(seed))

    assert () == outcome.breaches, command.told(outcome)


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_the_same_seed_tells_the_same_story(seed):
    """Keys, seals and signatures are drawn anew, so other bytes are sent; events and decisions stay the same."""
    once, again = live(seed, short(seed)), live(seed, short(seed))

    assert once.trace == again.trace
    assert once.digest == again.digest
    assert once.sent != again.sent


def test_another_seed_tells_another_story():
    """The seed decides."""
    assert live(0, QUIET).digest != live(1, QUIET).digest


def test_a_trace_shows_no_bytes():
    """Names, numbers and words only: nothing in a trace comes from a ciphertext or a signature."""
    assert [] == [line for line in live(2, short(2)).trace if HEX.search(line)]


@pytest.mark.parametrize("blow", [Blow.POWER_LOST, Blow.POWER_DONE])
@pytest.mark.parametrize("name", ["amber", "coral"])
def test_a_crash_at_any_write_breaks_nothing(name, blow):
    """Lost, or done but never reported: at each write of a story, every second unsynced one gone."""
    writes = live(3, QUIET).writes[name]
    assert writes > 10

    for at in range(blow is Blow.POWER_DONE, writes, 4):
        plan = Plan(at, blow, at / writes, 0x5555_5555_5555_5555)
        outcome = live(3, Script(steps=QUIET.steps, nodes=2, faults=False, crash_at=(name, plan)))
        assert () == outcome.breaches, f"at write {at}: {command.told(outcome)}"


# -- the disk --------------------------------------------------------------------------------------


@pytest.fixture
def disk():
    """Return a disk in memory."""
    with memory_folder() as folder:
        made = Disk(Path(folder))
        yield made
        made.unmount(None)


def entry(number):
    """Return an item of a store, as bytes that mean nothing."""
    return b"entry %d" % number * 50, b"body %d" % number * 500


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("mask", [0, ALL, 0xAAAA_AAAA_AAAA_AAAA])
@pytest.mark.parametrize("lost", [True, False])
def test_a_doomed_write_is_lost_or_done_as_told(disk, lost, mask, fraction):
    """However much of its bytes reached the platter, a commit is there wholly or not at all; older ones stay."""
    store = disk.open_store()
    store.append("amber", 0, [entry(0)], b"", now_us=1)
    with disk.doomed():
        store.append("amber", 1, [entry(1)], b"", now_us=1)
    disk.fall(store, lost=lost, fraction=fraction, mask=mask)

    store = disk.open_store()
    assert [entry(0)] + [entry(1)] * (not lost) == list(store.items("amber", 0, 9))
    store.close()


def test_what_is_not_synced_is_gone(disk):
    """A store that does not sync loses what it said was done: the disk would show it."""
    store = disk.open_store()
    store._db.pragma("synchronous", "off")
    store.append("amber", 0, [entry(0)], b"", now_us=1)
    disk.fall(store, lost=False, fraction=0.0, mask=0)

    store = disk.open_store()
    assert store.size("amber") == 0
    store.close()


def test_a_backup_puts_everything_back(disk):
    """What was written after the backup is gone, what was written before is there."""
    store = disk.open_store()
    store.append("amber", 0, [entry(0)], b"", now_us=1)
    backup = disk.copy()
    store.append("amber", 1, [entry(1)], b"", now_us=1)
    disk.put_back(store, backup)

    store = disk.open_store()
    assert [entry(0)] == list(store.items("amber", 0, 9))
    store.close()


def test_a_dead_node_writes_no_more(disk):
    """After the power failed no line of the old process reaches the store, and what is written together is one write."""
    store, told, fallen = disk.open_store(), [], []
    faulty = FaultyStore(store, disk, lambda name, _: told.append(name), fallen.append)
    faulty.plan = Plan(1, Blow.POWER_LOST, 0.5, 0)
    with faulty.together():
        faulty.put("ahead", b"1", b"one")
        faulty.put("ahead", b"2", b"two")
    with pytest.raises(PowerLoss):
        faulty.put("ahead", b"3", b"three")
    with pytest.raises(PowerLoss):
        faulty.size("amber")

    assert ["put", "put"] == told
    assert [Blow.POWER_LOST] == [plan.blow for plan in fallen]
    disk.fall(store, lost=True, fraction=0.5, mask=0)


# -- the parts -------------------------------------------------------------------------------------


def test_virtual_time_leaps():
    """Nothing is waited for; and where nothing can ever happen any more, it is said."""
    loop = VirtualLoop()

    async def wait():
        await asyncio.sleep(3600.0)
        return loop.time()

    assert loop.run_until_complete(wait()) == 3600.0
    with pytest.raises(Idle):
        loop.run_until_complete(loop.create_future())
    loop.close()


def test_the_observer_has_a_tree_of_its_own():
    """RFC 6962, section 2.1: roots of the first sizes, computed by hand."""
    one, two, three = leaf_of(b"a"), leaf_of(b"b"), leaf_of(b"c")
    node = hashlib.sha256(b"\1" + one + two).digest()
    column = Column()
    for leaf in (one, two, three):
        column.add_leaf(leaf)

    assert [EMPTY, one, node, hashlib.sha256(b"\1" + node + three).digest()] == column.roots


def test_frames_are_read_as_they_are_written():
    """A message that is cut is read as far as its frames are whole."""
    frames = [Frame("want", ("amber", 3)), Frame("end", ())]
    data = b"".join(write_frame(frame) for frame in frames)

    assert frames == list(read_frames(data))
    assert "want amber from 3 end" == in_words(data)
    assert frames[:1] == list(read_frames(data[:-1]))


def test_a_garbled_byte_is_always_another_one():
    """The highest bit: whatever the byte was, it is another, so that no decision hangs on its value."""
    assert all(garbled(bytes((byte,)), 0.0) != bytes((byte,)) for byte in range(256))
    assert garbled(b"", 0.5) == b""


def test_fate_takes_one_draw():
    """At most one thing happens to an exchange, as often as the weather says."""
    chance = random.Random(1)
    drawn = [Weather(lost_request=0.25, slow=0.25).fate(chance) for _ in range(4000)]

    assert {"", "lost_request", "slow"} == set(drawn)
    assert 900 < drawn.count("slow") < 1100


# -- planted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no-sync", "heard-less"])
def test_a_planted_defect_is_found(name):
    """A simulation that sees nothing proves nothing: two of the list, the rest with `make soak PLANTED=1`."""
    (defect,) = (defect for defect in DEFECTS if defect.name == name)
    outcome = planted.find(defect, limit_s=60.0)

    assert outcome is not None
    assert {"no-sync": "kept", "heard-less": "place"}[name] == outcome.breaches[0].invariant


def test_each_defect_is_another_one():
    """At least ten, each with a name and a sentence of its own, and lies that the liar knows."""
    assert len(DEFECTS) >= 10
    assert len(DEFECTS) == len({defect.name for defect in DEFECTS}) == len({defect.sentence for defect in DEFECTS})
    assert set(LIES) >= {lie for defect in DEFECTS for lie in defect.script.lies}


def test_a_defect_is_taken_out_again():
    """After the search the house stands as before."""
    commit = Log.commit
    (defect,) = (defect for defect in DEFECTS if defect.name == "passed-over")
    with planted.planted(defect):
        assert Log.commit is not commit

    assert Log.commit is commit


def test_a_defect_that_stays_hidden_is_said(monkeypatch):
    """The exit code tells; a table of defects that nobody sees would be a decoration."""
    nothing = Defect("nothing", "nothing is wrong", QUIET, lambda _stack: None)
    monkeypatch.setattr(planted, "DEFECTS", (nothing,))
    monkeypatch.setattr(planted, "LIMIT_S", 0.1)
    lines = []

    assert planted.find_all(lines.append) == 1
    assert "NOT FOUND" in lines[0]
    assert "0 of 1 planted defects were found" == lines[-1]


# -- the command -----------------------------------------------------------------------------------


def test_a_seed_is_replayed_with_its_trace(capsys, monkeypatch):
    """`--seed` shows the events and the hash of them."""
    monkeypatch.setattr(command, "script_of", short)

    assert command.main(["--seed", "0"]) == 0
    assert f"trace {live(0, short(0)).digest}" in capsys.readouterr().out


def test_a_soak_reports_what_it_lived_through(capsys, monkeypatch):
    """Stories, simulated hours, exchanges, faults by kind."""
    monkeypatch.setattr(command, "script_of", short)

    assert command.main(["--minutes", "0.01", "--start", "1"]) == 0
    said = capsys.readouterr().out
    assert "simulated hours" in said
    assert "entries" in said


def test_a_broken_promise_is_told_with_its_seed(capsys, monkeypatch):
    """Which promise, the end of the story, and how to see it again."""
    (defect,) = (defect for defect in DEFECTS if defect.name == "no-sync")
    monkeypatch.setattr(command, "script_of", lambda _seed: defect.script)
    with planted.planted(defect):
        assert command.main(["--minutes", "1", "--start", "0"]) == 1

    said = capsys.readouterr().out
    assert "[kept]" in said
    assert "again with: make soak ARGS='--seed" in said
