"""What they say they hold of our log is compared with what we hold of it, and a claim that does not fit is kept."""

import pytest

from builders import parties, records, say
from linked import TEXT
from searoom import cbor
from searoom.link.claims import Claim, claim, keep, tell
from searoom.link.frames import Hello
from searoom.record.shared import SharedRecord


@pytest.fixture
def amber() -> SharedRecord:
    record, _ = records()
    for n in range(3):
        say(record, parties()[0], b"%d" % n)
    return record


def hello(held: int, root: bytes, log: str = "amber") -> Hello:
    return Hello("demo-2026", TEXT, "coral", "coral", 4, log, held, root)


def test_a_copy_of_any_length_fits(amber: SharedRecord) -> None:
    """From nothing to all of it, with the root that our log had at that size."""
    for held in range(4):
        each = hello(held, amber.root("amber", held))
        assert (claim(amber, each), tell(amber, each)) == (Claim.FITS, "")


def test_a_longer_copy_is_more(amber: SharedRecord) -> None:
    """Of the log that we write, by one entry or by all there can be; and of a log that we never opened."""
    for held in (4, (1 << 63) - 1):
        each = hello(held, bytes(32))
        assert claim(amber, each) is Claim.MORE
        assert tell(amber, each) == f"hold more of our log than we do ({held} entries against 3)"
    assert claim(amber, hello(0, bytes(32), "amber.2")) is Claim.MORE
    assert (
        tell(amber, hello(1, bytes(32), "amber.2")) == "hold more of our log 'amber.2' than we do (1 entries against 0)"
    )


def test_another_root_is_another_log(amber: SharedRecord) -> None:
    """Also at the size of nothing, whose root everybody knows."""
    for held in range(4):
        each = hello(held, bytes(32))
        assert claim(amber, each) is Claim.OTHER
        assert tell(amber, each) == f"hold another log under our name than ours (at {held} entries)"


def test_a_kept_claim_can_be_read_again(amber: SharedRecord) -> None:
    """The sentence, who claimed it, all that was claimed, and our note and theirs of that moment."""
    keep(amber, "coral", hello(9, bytes(32)), "they claim too much")
    piece = amber.evidence()[0]
    assert piece.kind == "hello"
    detail = cbor.decode(piece.detail)
    assert detail == ["they claim too much", "coral", ["coral", 4, "amber", 9, bytes(32)], [amber.note("amber"), b""]]
