"""The exchange carried by hand: two nodes that never have a line, over real records, by files alone."""

import asyncio
import hashlib
import random

import pytest

from by_hand import Box, carry, events, read, sticks, written
from linked import nodes, two_nodes
from searoom.errors import NotAllowed
from searoom.link.frames import Witness
from searoom.link.session import MAX_MESSAGE_BYTES


def test_two_nodes_reach_delivered_and_recorded_by_sticks_alone() -> None:
    """There, back, there: the words with their receipt, and both logs countersigned by both; then nothing is left."""
    amber, coral = two_nodes()
    amber.say(b"from amber")
    coral.say(b"from coral")
    (there,) = carry(amber, coral)
    assert ({"amber": 1, "coral": 1}, False, ()) == (dict(there.gained), there.early, there.refused)
    assert 1 == coral.record.recorded("amber", "coral") == amber.record.recorded("amber", "coral") + 1
    carry(coral, amber)
    assert amber.heard("coral") == [b"from coral", b"receipt"]
    assert 1 == amber.record.recorded("amber", "coral")
    for _ in range(2):
        carry(amber, coral)
        carry(coral, amber)
    sizes = {log: amber.record.size(log) for log in ("amber", "coral")}
    assert sizes == {log: coral.record.size(log) for log in sizes}
    for node in (amber, coral):
        assert sizes == {log: node.record.recorded(log, {"amber": "coral", "coral": "amber"}[log]) for log in sizes}
    assert 0 == written(amber, "coral").entries


def test_writing_changes_nothing_and_a_lost_stick_is_written_again() -> None:
    """The same entries on the second one, under another id; our record stands as before."""
    amber, coral = two_nodes()
    amber.say(b"words")
    before = amber.state()
    first, second = written(amber, "coral"), written(amber, "coral")
    assert (1, 1) == (first.entries, second.entries)
    assert first.parts != second.parts
    assert before == amber.state()
    read(coral, second.parts[0][1])
    assert coral.heard("amber") == [b"words"]


def test_parts_in_any_order_and_twice_bring_what_they_bring_in_order() -> None:
    """Split into many, shuffled, some of them twice, read again where they came too early: all of it is there."""
    for seed in range(3):
        amber, coral = two_nodes(receipts=False)
        for number in range(12):
            amber.say(b"%d" % number + b"x" * 9000)
        stick = written(amber, "coral", part_bytes=64 << 10)
        parts = [data for _, data in stick.parts]
        assert 4 < len(parts) == int(stick.parts[0][0].rsplit("-", 1)[1].removesuffix(".bundle"))
        assert all(len(part) <= 64 << 10 for part in parts)
        left = parts * 2
        random.Random(seed).shuffle(left)
        taken = read(coral, *left)
        assert any(each.early for each in taken)
        assert () == sum((each.refused for each in taken), ())
        for _ in range(len(parts)):
            read(coral, *left)
        assert (12, 12) == (coral.record.size("amber"), coral.record.recorded("amber", "coral"))
        before = coral.state()
        assert [{}] * len(parts) == [dict(each.gained) for each in read(coral, *parts)]
        assert before == coral.state()


def test_a_part_that_is_missing_holds_up_only_what_comes_after_it() -> None:
    """What stands before it is taken; the answer says how far, and the next stick goes on from there."""
    amber, coral = two_nodes(receipts=False)
    for number in range(12):
        amber.say(b"%d" % number + b"x" * 9000)
    parts = [data for _, data in written(amber, "coral", part_bytes=64 << 10).parts]
    read(coral, *parts[:2], *parts[3:])
    held = coral.record.size("amber")
    assert 0 < held < 12
    carry(coral, amber)
    again = written(amber, "coral")
    assert 12 - held == again.entries
    read(coral, again.parts[0][1])
    assert 12 == coral.record.size("amber")


def test_a_stick_that_is_too_small_says_where_the_next_goes_on() -> None:
    """Its bytes are bounded; what is left is named, and nothing is asked to be countersigned that is not on it."""
    amber, coral = two_nodes(receipts=False)
    for number in range(6):
        amber.say(b"%d" % number + b"x" * 9000)
    first = written(amber, "coral", most_bytes=20_000, part_bytes=32 << 10)
    assert 0 < first.entries < 6
    assert {"amber": first.entries} == first.left
    assert Witness not in events(amber, "coral", first)
    second = written(amber, "coral", goes_on=first.left)
    assert Witness in events(amber, "coral", second)
    assert (6 - first.entries, {}) == (second.entries, second.left)
    read(coral, *(data for _, data in (*first.parts, *second.parts)))
    assert (6, 6) == (coral.record.size("amber"), coral.record.recorded("amber", "coral"))


def test_what_a_line_brought_is_not_carried_again() -> None:
    """Where they countersigned or heard it, the first stick already knows."""
    amber, coral = two_nodes()
    amber.say(b"by the line")
    asyncio.run(amber.calling(coral).meet())
    amber.say(b"by hand")
    assert 1 == written(amber, "coral").entries


def test_words_off_the_record_and_annexes_ride_too() -> None:
    """Each is taken once, said to be held on the way back, and then waits no more."""
    amber, coral = two_nodes()
    boxes = {"amber": Box(), "coral": Box()}
    boxes["amber"].out = {("table", number): b"aside %d" % number for number in range(20)}
    data = b"a name"
    digest = hashlib.sha256(data).digest()
    boxes["amber"].annexes = {digest: data}
    boxes["coral"].wanted = {digest}
    for _ in range(3):
        read(coral, *(each for _, each in written(amber, "coral", boxes["amber"]).parts), mail=boxes["coral"])
        read(amber, *(each for _, each in written(coral, "amber", boxes["coral"]).parts), mail=boxes["amber"])
    assert 20 == len(boxes["coral"].came)
    assert {} == boxes["amber"].out
    assert {digest: data} == boxes["coral"].annexes


def test_a_third_party_s_words_are_carried_on() -> None:
    """Coral, who never meets teal, hears teal through amber's stick."""
    amber, coral, teal = nodes("amber", "coral", "teal", receipts=False)
    teal.say(b"from teal")
    amber.say(b"from amber")
    carry(teal, amber)
    carry(amber, coral)
    assert [b"from teal"] == coral.heard("teal")
    assert [b"from amber"] == coral.heard("amber")


def test_an_entry_that_fits_no_part_is_refused_with_what_to_do() -> None:
    """Larger parts are asked for; nothing is cut."""
    amber, _ = two_nodes()
    amber.say(b"x" * 60_000)
    with pytest.raises(NotAllowed, match="fits no part"):
        written(amber, "coral", part_bytes=16 << 10)
    assert len(written(amber, "coral", part_bytes=256 << 10).parts[0][1]) < MAX_MESSAGE_BYTES


def test_what_was_said_by_hand_is_forgotten_when_a_line_works() -> None:
    """From then on what the line shows is what counts."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"one")
    read(amber, *(data for _, data in written(coral, "amber").parts))  # coral holds nothing
    carry(amber, coral)
    assert 1 == written(amber, "coral").entries
    asyncio.run(amber.calling(coral).meet())
    sticks(amber).forget("coral")
    assert 0 == written(amber, "coral").entries
    sticks(amber).forget("coral")
