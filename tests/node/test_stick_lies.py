"""Sticks that are not what they should be, and stores that were put back: refused, healed, nothing settled too early."""

import asyncio

import pytest

from builders import issue, renewed
from by_hand import carry, events, packed, put_back, read, sticks, written
from linked import LinkedNode, nodes, spoken, two_nodes
from searoom.errors import NotAllowed, Tampered
from searoom.link import bundle
from searoom.link.frames import Cosigned, End, Hello, Witness
from searoom.node.stick import Taken
from searoom.record.store import SqliteStore
from searoom.record.stores import copy_store


def test_a_store_that_was_put_back_is_filled_by_sticks() -> None:
    """It says nothing of its own, asks for its log, and speaks again when that was compared."""
    amber, coral = two_nodes(receipts=False)
    for number in range(3):
        amber.say(b"%d" % number)
    carry(amber, coral)
    lost = put_back(amber, coral)
    assert 0 == written(lost, "coral").entries
    assert not {Witness, Cosigned} & set(events(lost, "coral", written(lost, "coral")))
    carry(lost, coral)
    (back,) = carry(coral, lost)
    assert {"amber": 3} == dict(back.gained)
    assert lost.record.healing
    assert not {Witness, Cosigned} & set(events(lost, "coral", written(lost, "coral")))
    carry(lost, coral)
    carry(coral, lost)
    assert (3, False) == (lost.record.size("amber"), lost.record.healing)
    lost.say(b"on it goes")
    carry(lost, coral)
    assert 4 == coral.record.size("amber")


def test_a_stick_that_is_older_than_the_question_lets_nobody_speak_again() -> None:
    """Coral wrote it when it held less; read twice, and after a question that it does not answer, it settles nothing."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"0")
    carry(amber, coral)
    old = [data for _, data in written(coral, "amber").parts]
    store = SqliteStore(":memory:")
    copy_store(amber.record._store, store)
    lost = put_back(amber, coral, store)
    amber.say(b"1")
    carry(amber, coral)
    written(lost, "coral")
    read(lost, *old, *old)
    assert (1, True) == (lost.record.size("amber"), lost.record.healing)
    for _ in range(3):
        carry(lost, coral)
        carry(coral, lost)
    assert (2, False) == (lost.record.size("amber"), lost.record.healing)


@pytest.mark.parametrize("who", ["receiver", "mechanism", "stranger", "exercise"])
def test_what_is_not_for_us_is_refused_and_changes_nothing(who: str) -> None:
    """Another receiver, another mechanism, the real thing beside an exercise, or a station that nobody knows."""
    amber, coral, teal = nodes("amber", "coral", "teal")
    amber.say(b"words")
    if who == "receiver":
        part = written(amber, "teal").parts[0][1]
    else:
        station = teal.party.station if who == "stranger" else amber.party.station
        names = {"mechanism": "demo-2026", "exercise": amber.record.exercise, "sender": "amber", "receiver": "coral"}
        names |= {"mechanism": {"mechanism": "other-2026"}, "exercise": {"exercise": not amber.record.exercise}}.get(
            who, {}
        )
        (part,) = bundle.make_parts([b"words"], **names, bundle_id=bytes(16), station=station)
    before = coral.state()
    with pytest.raises(NotAllowed):
        read(coral, part)
    assert before == coral.state()


def test_a_part_that_was_changed_is_kept_as_evidence() -> None:
    """Signed by amber's station, and not what it signed: refused as a whole, kept with its hash."""
    amber, coral = two_nodes()
    amber.say(b"words")
    part = bytearray(written(amber, "coral").parts[0][1])
    part[-40] ^= 1
    before = coral.state()
    with pytest.raises(Tampered):
        read(coral, bytes(part))
    assert before == coral.state()
    assert ["stick"] == [piece.kind for piece in coral.record.evidence()]
    carry(amber, coral)
    assert 1 == coral.record.size("amber")


def test_messages_that_are_none_are_told_and_hold_up_nothing() -> None:
    """A station that signs nonsense is answered with a sentence; the other messages of its stick are read."""
    amber, coral = two_nodes()
    amber.say(b"words")
    good = bundle.read_part(
        written(amber, "coral").parts[0][1],
        mechanism="demo-2026",
        exercise=amber.record.exercise,
        receiver="coral",
        stations={"amber": [amber.party.station.public]},
    ).messages
    (taken,) = read(coral, packed(amber, "coral", b"nonsense", *good))
    assert 1 == len(taken.refused)
    assert "no message of the exchange" in taken.refused[0]
    assert 1 == coral.record.size("amber")


def test_another_text_of_the_agreement_is_told_and_nothing_is_taken() -> None:
    """As on a line."""
    amber, coral = two_nodes()
    other = LinkedNode(amber.party, (amber.party, coral.party), agreement=bytes(32))
    other.say(b"words")
    (taken,) = carry(other, coral)
    assert "two texts of the agreement" in taken.refused[0]
    assert 0 == coral.record.size("amber")


def test_nobody_writes_for_a_stranger_or_for_themselves() -> None:
    """A party that is no counterpart."""
    amber, _ = two_nodes()
    for peer in ("amber", "pearl"):
        with pytest.raises(NotAllowed, match="no counterpart"):
            written(amber, peer)


def test_a_stick_from_before_a_new_card_is_still_read() -> None:
    """The station key that signed it is on the card of then; the newest card came by the line meanwhile."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"words")
    old = written(amber, "coral").parts[0][1]
    issue(amber.record, renewed(amber.party, "next"))
    asyncio.run(amber.calling(coral).meet())
    assert ((),) == tuple(each.refused for each in read(coral, old))


def test_many_refusals_by_hand_do_not_hold_up_what_is_good() -> None:
    """Each was carried by a person: nothing waits for time to pass, as it does on a line."""
    amber, coral = two_nodes(receipts=False)
    hello = Hello("demo-2026", coral.agreement, "amber", "amber", 0, "coral", 0, coral.record.root("coral"))
    bad = [spoken("coral", "amber", [hello, Witness(b"%d" % number), End()]) for number in range(9)]

    async def all_of_them() -> list[Taken]:
        reader = sticks(coral)
        amber.say(b"words")
        return [await reader.read(part) for part in (packed(amber, "coral", *bad), written(amber, "coral").parts[0][1])]

    refused, good = asyncio.run(all_of_them())
    assert 1 == len(refused.refused)
    assert {"amber": 1} == dict(good.gained)


def test_what_a_party_with_another_log_of_ours_says_it_holds_is_not_believed() -> None:
    """Told as what it is; the next stick for it is written for what it is known to hold."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"one")
    other = LinkedNode(amber.party, (amber.party, coral.party), receipts=False)
    other.say(b"another")
    carry(other, coral)
    (taken,) = carry(coral, amber)
    assert "another log under our name" in taken.refused[0]
    assert ("", 0) == sticks(amber).held("coral")


def test_a_node_that_was_put_back_hands_out_nothing_of_its_own() -> None:
    """Not even what the other lacks as well, unless it was put back too."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"0")
    carry(amber, coral)
    carry(coral, amber)
    amber.say(b"1")
    amber.record.mark_restored(now_us=1)
    assert 0 == written(amber, "coral").entries
