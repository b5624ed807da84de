"""A part of a log is handed on under the note under which it came, though that note is over more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW_US, parties, records, say
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record.cover import Cover, read_cover
from searoom.record.log import Log
from searoom.record.merkle import Tree, consistency_beyond, leaf_hash, verify_consistency
from searoom.record.store import SqliteStore

LEAVES = [leaf_hash(b"%d" % n) for n in range(70)]
COVER = Cover(3, 9, b"note", (bytes(32), bytes(range(32))))


@given(st.integers(1, 70), st.data())
def test_proves_each_part_by_what_is_held_and_one_proof(new: int, data: st.DataObject) -> None:
    """From fewer entries than are held to more than are held: the very proof that the whole log would give."""
    held = data.draw(st.integers(1, new))
    old = data.draw(st.integers(1, held))
    whole, part = Tree(LEAVES[:new]), Tree(LEAVES[:held])
    proof = consistency_beyond(part, old, new, whole.consistency(held, new))
    assert proof == whole.consistency(old, new)
    verify_consistency(old, new, proof, part.root(old), whole.root())


def test_a_proof_of_another_length_is_refused() -> None:
    """A stored proof that was cut or added to is no IndexError."""
    proof = Tree(LEAVES[:9]).consistency(5, 9)
    for other in (proof[:-1], (*proof, bytes(32)), ()):
        with pytest.raises(Tampered, match="hashes, not"):
            consistency_beyond(Tree(LEAVES[:5]), 3, 9, other)


def test_reads_back_what_was_kept() -> None:
    """The bytes of the store, strictly: anything else is no cover."""
    assert Cover.from_bytes(COVER.to_bytes()) == COVER
    assert read_cover(COVER.to_bytes(), 3) == COVER
    assert read_cover(COVER.to_bytes(), 4) is None
    assert read_cover(None, 3) is None
    for parts in (
        [0, 9, b"n", []],
        [9, 9, b"n", []],
        [3, 9, b"", []],
        [3, 9, b"n", [b"x"]],
        [3, 9, b"n"],
        [3, 9, "n", []],
    ):
        with pytest.raises(NotAllowed):
            Cover.from_bytes(cbor.encode(parts))
        assert read_cover(cbor.encode(parts), 3) is None


def test_a_mirror_hands_on_what_it_holds_of_an_unfinished_log() -> None:
    """Coral has three of amber's five entries, in two pieces: each run of them is proven, also after a restart."""
    amber, coral = records()
    _, fresh = records()
    for n in range(5):
        say(amber, parties()[0], b"%d" % n)
    for start, most in ((0, 1), (1, 2)):
        batch = amber.batch("amber", start, most=most)
        assert batch is not None
        coral.admit(batch, now_us=NOW_US)
    assert coral.note("amber") == b""
    for start, most in ((0, 2), (2, 4)):
        part = coral.batch("amber", start, most=most)
        assert part is not None
        fresh.admit(part, now_us=NOW_US)
    assert fresh.size("amber") == 3
    coral.recover()
    assert coral.batch("amber", 1) is not None
    rest = amber.batch("amber", 3)
    assert rest is not None
    for mirror in (coral, fresh):
        mirror.admit(rest, now_us=NOW_US)
        whole = mirror.batch("amber", 0)
        assert whole is not None
        assert (len(whole.items), whole.proof) == (5, ())


def test_an_empty_store_has_no_cover() -> None:
    """A log of which nothing is held hands on nothing."""
    log = Log.load(SqliteStore(":memory:"), "amber")
    assert log.batch(0, 1 << 20) == ((), b"", ())
