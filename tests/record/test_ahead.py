"""An entry ahead of its place: proven by its author's head, or refused, before anything in front of it has come."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import epoch, issue, parties, records, renewed, roster, say
from searoom.errors import NotAllowed, Tampered
from searoom.record.ahead import Ahead, check_ahead
from searoom.record.entry import Entry

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)


def sent(count: int = 5, index: int = 3) -> Ahead:
    """Return the entry `index` of amber's `count` as it goes ahead."""
    a, _ = records()
    for number in range(count):
        say(a, AMBER, b"%d" % number)
    return a.ahead(index)


AHEAD = sent()
OTHER = sent()


def test_comes_back_from_its_bytes() -> None:
    """What the store keeps is what came."""
    assert AHEAD == Ahead.from_bytes(AHEAD.to_bytes())
    assert (3, 3) == (AHEAD.index, Entry.from_bytes(AHEAD.entry).index)


@given(st.binary(max_size=300))
def test_refuses_bytes_that_are_none(data: bytes) -> None:
    """A damaged store gives a refusal, not something else."""
    with pytest.raises(NotAllowed):
        Ahead.from_bytes(data)


@pytest.mark.parametrize("count", range(1, 10))
def test_each_entry_of_each_log_can_be_proven(count: int) -> None:
    """First, last and between: the path leads to the head, and the entry is what is returned."""
    a, _ = records()
    for number in range(count):
        say(a, AMBER, b"%d" % number)
    for index in range(count):
        ahead = a.ahead(index)
        assert ahead.entry == check_ahead(ahead, RING).to_bytes()
    with pytest.raises(NotAllowed, match="no entry"):
        a.ahead(count)


@pytest.mark.parametrize(("change", "said"), [
    ({"index": 2}, "not stand where"), ({"log": "coral"}, "not stand where"), ({"entry": OTHER.entry}, "root|place|tree"),
    ({"note": OTHER.note}, "tree"), ({"proof": AHEAD.proof[:-1]}, "proof"), ({"proof": (*AHEAD.proof, bytes(32))}, "proof"),
    ({"proof": tuple(reversed(AHEAD.proof))}, "tree"), ({"body": OTHER.body}, "not the one"), ({"body": b""}, "not the one"),
    ({"note": b""}, "note"), ({"entry": b"\0"}, "entry|bytes|array"),
])  # fmt: skip
def test_refuses_each_lie(change: dict[str, object], said: str) -> None:
    """Place, entry, note, path and body belong together."""
    with pytest.raises((NotAllowed, Tampered), match=said):
        check_ahead(dataclasses.replace(AHEAD, **change), RING)  # type: ignore[arg-type]


@given(st.sampled_from(["entry", "body", "note"]), st.integers(0, 10_000), st.integers(0, 7))
def test_no_bit_of_it_can_be_turned(part: str, at: int, bit: int) -> None:
    """Whatever is changed on the way is found before it is shown to anybody."""
    data = bytearray(getattr(AHEAD, part))
    data[at % len(data)] ^= 1 << bit
    with pytest.raises((NotAllowed, Tampered)):
        check_ahead(dataclasses.replace(AHEAD, **{part: bytes(data)}), RING)  # type: ignore[arg-type]


def test_only_words_go_ahead() -> None:
    """A card or a new log is in force by its place, so it waits for it."""
    a, _ = records()
    later = renewed(AMBER, "2")
    issue(a, later)
    epoch(a, later)
    ring = RING.with_card(later.card_bytes, "amber", 0)
    with pytest.raises(NotAllowed, match="only words"):
        check_ahead(a.ahead(0), ring)
    say(a, later, b"words")
    assert "amber.2" == check_ahead(a.ahead(1), ring).log
