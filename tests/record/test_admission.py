"""The door: everything about a batch is verified, then all of it is stored, or nothing; what contradicts is kept whole."""

import contextlib
import dataclasses

import pytest

from builders import (
    NOW_US,
    epoch,
    epoch_words,
    exchange,
    hand_over,
    issue,
    make_party,
    make_record,
    make_released,
    parties,
    records,
    renewed,
    roster,
    say,
)
from failing_store import FailingStore, Loss
from searoom import cbor
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint, cover, heads
from searoom.record.algorithms import SigningKey
from searoom.record.batch import Batch
from searoom.record.cards import Revoked
from searoom.record.cose import Signature
from searoom.record.entry import MAX_ENTRY, Entry, Kind, clear_statement, place, release
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import MAX_BODY
from searoom.record.store import SqliteStore

AMBER, CORAL, TEAL = parties("amber", "coral", "teal")
RING = roster(AMBER, CORAL)
SECOND = renewed(AMBER, "2", revoked=(Revoked(AMBER.station.key_id, ("amber", 0), "the laptop was stolen"),))


def forged(
    base, released, body, *, station=AMBER.station, log_key=AMBER.log, log="amber", index=None, height=None, heard=()
):
    """Return a batch with one entry more than `base` holds of a log, by keys that a thief may have."""
    leaves = [entry.to_bytes() for entry, _ in base.entries(log)] if log in base.logs() else []
    index = len(leaves) if index is None else index
    one = place(
        released,
        log=log,
        index=index,
        height=index + 1 if height is None else height,
        heard=heard,
        placed_us=NOW_US,
        station_key=station,
    ).to_bytes()
    tree = Tree(map(leaf_hash, [*leaves, one]))
    note = heads.sign_head(base.mechanism, log, tree.size, tree.root(), log_key)
    return Batch(log, len(leaves), ((one, body),), note)


def pair(*members):
    return tuple(make_record(member, RING) for member in members or (AMBER, CORAL))


def test_a_stolen_station_key_ends_at_the_new_card():
    """From the card's entry on the new station places; what the thief places after it is refused and kept."""
    a, b = pair()
    say(a, AMBER, b"before")
    issue(a, SECOND)
    exchange(a, b)
    words = make_released(a.roster, AMBER, b"the thief's")
    for station, log_key in ((AMBER.station, SECOND.log), (AMBER.station, AMBER.log), (SECOND.station, AMBER.log)):
        with pytest.raises((NotAllowed, Tampered)):
            b.admit(forged(a, *words, station=station, log_key=log_key), now_us=NOW_US)
    assert 2 == b.size("amber")
    assert {"refused", "forged"} == {piece.kind for piece in b.evidence()}
    assert 3 == b.admit(forged(a, *words, station=SECOND.station, log_key=SECOND.log), now_us=NOW_US)


def test_the_card_entry_itself_is_judged_by_the_card_that_it_brings():
    """The new station announces itself; the old one cannot bring the card that ends it, nor place it by the old log key."""
    a, b = pair()
    say(a, AMBER, b"before")
    exchange(a, b)
    statement = clear_statement(
        Kind.CARD, SECOND.card_bytes, mechanism=a.mechanism, exercise=True, author="amber", claimed_us=NOW_US
    )
    for station, log_key in ((AMBER.station, SECOND.log), (SECOND.station, AMBER.log), (AMBER.station, AMBER.log)):
        lie = forged(a, release(statement, station), SECOND.card_bytes, station=station, log_key=log_key)
        with pytest.raises((NotAllowed, Tampered)):
            b.admit(lie, now_us=NOW_US)
    assert AMBER.card == b.roster.card("amber")
    good = forged(a, release(statement, SECOND.station), SECOND.card_bytes, station=SECOND.station, log_key=SECOND.log)
    assert 2 == b.admit(good, now_us=NOW_US)
    assert SECOND.card == b.roster.card("amber")


def test_back_dated_use_of_a_key_is_refused():
    """An officer who is on the card no more releases nothing after it, whatever time the words claim."""
    people = [key for key in SECOND.card.keys if key.holder != "amber-1"]
    less = renewed(AMBER, "2", keys=SECOND.keys)
    card = dataclasses.replace(less.card, keys=tuple(people))
    less = dataclasses.replace(less, card=card, card_bytes=card.signed(*AMBER.roots))
    a, b = pair()
    say(a, AMBER, b"before", signers=AMBER.officers[:1])
    early = make_released(a.roster, AMBER, b"signed before the card", signers=AMBER.officers[:1])
    issue(a, less)
    exchange(a, b)
    with pytest.raises(NotAllowed, match="not on the card of amber in force there"):
        a.say(*early, now_us=NOW_US)
    with pytest.raises(NotAllowed, match="not on the card of amber in force there"):
        b.admit(forged(a, *early, station=less.station, log_key=less.log), now_us=NOW_US)
    assert (
        "amber-2"
        == b.roster.by_key_id(
            "amber", say(a, less, b"x", signers=AMBER.officers[1:]).released.signatures[0].key_id
        ).holder
    )


def test_a_card_of_a_thief_with_too_few_keepers_is_refused():
    """The station brings what the keepers signed; by itself it brings nothing, and what it tries is kept."""
    a, b = pair()
    exchange(a, b)
    stranger = dataclasses.replace(SECOND.card, serial=1)
    rows = [row for root in CORAL.roots for row in root.sign(b"searoom/card/v1", stranger.payload())]
    data = make_card_bytes(stranger, rows)
    statement = clear_statement(
        Kind.CARD, data, mechanism=a.mechanism, exercise=True, author="amber", claimed_us=NOW_US
    )
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        b.admit(
            forged(a, release(statement, SECOND.station), data, station=SECOND.station, log_key=SECOND.log),
            now_us=NOW_US,
        )
    assert (0, ["refused"]) == (b.size("amber"), [piece.kind for piece in b.evidence()])
    with pytest.raises(NotAllowed):
        a.issue_card(data, SECOND.keys, now_us=NOW_US)
    with pytest.raises(NotAllowed, match="key at hand"):
        a.issue_card(SECOND.card_bytes, AMBER.keys, now_us=NOW_US)
    assert 0 == a.size("amber")
    assert 0 == issue(a, SECOND).index


def make_card_bytes(card, rows):
    """Return a card under whatever signatures."""
    header = sorted(rows, key=lambda row: row.key_id)
    return cbor.encode([b"", {}, card.payload(), [[row.header(), {}, row.value] for row in header]])


def test_several_cards_in_one_batch_take_effect_each_at_its_place():
    """Two rotations and words between, at once: each entry is judged by the card before it, or all is refused."""
    a, b = pair()
    keep = dataclasses.replace(SECOND.keys, log=AMBER.keys.log, log_pq=AMBER.keys.log_pq)
    second = renewed(AMBER, "2", keys=keep)
    third = renewed(
        second, "3", keys=dataclasses.replace(renewed(second, "3").keys, log=AMBER.keys.log, log_pq=AMBER.keys.log_pq)
    )
    say(a, AMBER, b"0")
    issue(a, second)
    say(a, second, b"2")
    issue(a, third)
    say(a, third, b"4")
    batch = a.batch("amber", 0)
    assert 5 == len(batch.items)
    assert 5 == b.admit(batch, now_us=NOW_US)
    assert [0, 1, 1, 2, 2] == [b.roster.card_at("amber", "amber", index).serial for index in range(5)]


@pytest.mark.parametrize("loss", Loss)
def test_a_card_that_was_not_stored_is_not_in_force(loss):
    """Where the disk fails at the admission of a card, the roster is as before, until a start says otherwise."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    issue(a, SECOND)
    store.fail("append", loss)
    with pytest.raises(StateUnknown):
        hand_over(a, b)
    assert (0, 0) == (b.size("amber"), b.roster.card("amber").serial)
    b = make_record(CORAL, RING, store)
    assert (loss is Loss.WORD_LOST) == b.roster.card("amber").serial
    hand_over(a, b)
    assert 1 == b.roster.card("amber").serial


def test_a_refused_batch_changes_nothing_not_even_the_roster():
    """A card in front of a lie is not in force: all of a batch or nothing of it."""
    a, b = pair()
    say(a, AMBER, b"0")
    issue(a, SECOND)
    say(a, SECOND, b"2")
    hand_over_first = a.batch("amber", 0)
    b.admit(hand_over_first, now_us=NOW_US)
    batch = a.batch("amber", 1)
    data, body = batch.items[1]
    lie = dataclasses.replace(batch, items=(batch.items[0], (data[:-1] + bytes((data[-1] ^ 1,)), body)))
    with pytest.raises(Tampered):
        b.admit(lie, now_us=NOW_US)
    assert (1, 0) == (b.size("amber"), b.roster.card("amber").serial)
    assert 3 == b.admit(batch, now_us=NOW_US)


def fetch_all(giver, taker):
    """Let `taker` fetch every log from one that holds them all, each as far as the others allow."""
    moved = True
    while moved:
        moved = False
        for log in giver.logs():
            batch = giver.batch(log, taker.size(log), max_bytes=0) if log != taker.own else None
            with contextlib.suppress(NotAllowed):
                moved |= batch is not None and taker.admit(batch, now_us=NOW_US) > batch.start


def test_a_late_joiner_fetches_everything_and_says_then_what_it_has_heard():
    """Teal holds and says nothing for long; nobody waits for it; then it fetches all logs from one of the others."""
    a, b, c = records(None, "amber", "coral", "teal")
    for number in range(3):
        say(a, AMBER, b"%d" % number)
        exchange(a, b)
        say(b, CORAL, b"%d" % number)
        exchange(a, b)
    assert {"amber"} == {heard.log for entry, _ in b.entries("coral") for heard in entry.heard}
    fetch_all(b, c)
    assert [] == c.evidence()
    first = say(c, TEAL, b"here now")
    assert ["amber", "coral"] == [heard.log for heard in first.heard]
    assert 7 == first.height
    exchange(a, b, c)
    heads_of = [[(log, side.root(log)) for log in side.logs()] for side in (a, b, c)]
    assert heads_of[0] == heads_of[1] == heads_of[2]


def test_a_party_alone_keeps_a_record():
    """With nobody else enrolled yet, words to nobody are placed, cards are issued, and a second log is opened."""
    ring = roster(AMBER)
    store = SqliteStore(":memory:")
    a = make_record(AMBER, ring, store)
    assert ((), (), 1) == (a.heard(), say(a, AMBER, b"to myself").statement.recipients, a.size("amber"))
    issue(a, SECOND)
    epoch(a, SECOND)
    again = make_record(SECOND, ring, store)
    assert ("amber", "amber.2") == again.logs() == a.logs()
    assert 1 == say(again, SECOND, b"on").index


def test_words_to_nobody_are_held_by_all_and_read_by_their_author_alone():
    """An entry needs no recipient; the others store it and cannot read it."""
    a, b = pair()
    say(a, AMBER, b"noted", to=[])
    exchange(a, b)
    ((entry, body),) = b.entries("amber")
    assert () == entry.statement.recipients
    assert {"amber"} == set(cbor.decode(body)[2])  # type: ignore[index,call-overload]


def test_an_observer_stores_everything_and_brings_only_cards():
    """Pearl holds all logs and hands them on, changes its own keys, and says no word that anybody takes."""
    pearl = make_party("pearl", observer=True)
    ring = roster(AMBER, CORAL, pearl)
    a, b, p = (make_record(member, ring) for member in (AMBER, CORAL, pearl))
    say(a, AMBER, b"words")
    exchange(a, p)
    b.admit(p.batch("amber", 0), now_us=NOW_US)
    later = renewed(pearl, "2")
    issue(p, later)
    exchange(a, b, p)
    assert 1 == a.roster.card("pearl").serial == b.size("pearl")
    assert ["amber"] == [heard.log for heard in next(p.entries("pearl"))[0].heard]
    released, body = make_released(RING, AMBER, b"x", to=["coral"])
    words = dataclasses.replace(released.statement, author="pearl", recipients=("coral",))
    with pytest.raises(NotAllowed):
        p.say(release(words, later.station), body, now_us=NOW_US)
    assert 1 == p.size("pearl")


def test_a_body_sealed_to_a_key_of_no_card_is_refused():
    """By who cannot open it, too: its reader could not, and nobody could say whose fault that is."""
    a, b, c = records(None, "amber", "coral", "teal")
    lost = renewed(CORAL, "lost")
    ring = roster(AMBER, dataclasses.replace(CORAL, card=dataclasses.replace(CORAL.card, kem=lost.card.kem)), TEAL)
    words = make_released(ring, AMBER, b"words", to=["coral"])
    with pytest.raises(NotAllowed, match="of coral that is not on its card"):
        a.say(*words, now_us=NOW_US)
    for side in (b, c):
        with pytest.raises(NotAllowed, match="of coral that is not on its card"):
            side.admit(forged(a, *words), now_us=NOW_US)
        assert (0, ["refused"]) == (side.size("amber"), [piece.kind for piece in side.evidence()])


# ---- a second log -------------------------------------------------------------------------------------------------


def test_a_second_log_is_opened_by_two_persons():
    """With one officer, one person twice, or the station alone, nothing is opened: here and at the other side."""
    a, b = pair()
    say(a, AMBER, b"before")
    exchange(a, b)
    for signers in (AMBER.officers[:1], [AMBER.station]):
        with pytest.raises(NotAllowed, match="it takes two"):
            a.open_log(*epoch_words(a, AMBER, signers=signers), now_us=NOW_US)
        with pytest.raises(NotAllowed, match="it takes two"):
            b.admit(forged(a, *epoch_words(a, AMBER, signers=signers), log="amber.2", index=0), now_us=NOW_US)
    assert (("amber", "coral"), "amber") == (a.logs(), a.own)
    assert ("amber", "coral") == b.logs()
    with pytest.raises(NotAllowed, match="reason why, and with nothing else"):
        a.open_log(*make_released(RING, AMBER, b"words"), now_us=NOW_US)


def test_what_is_said_later_is_said_in_the_new_log():
    """It has heard the older one; heights go on; both logs stay, and are found again at a start."""
    store = SqliteStore(":memory:")
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    for number in range(2):
        say(a, AMBER, b"%d" % number)
    exchange(a, b)
    first = epoch(a, AMBER, "the disk died")
    assert [("amber", 2)] == [(heard.log, heard.size) for heard in first.heard]
    assert ("amber.2", 0, 3) == (first.log, first.index, first.height)
    second = say(a, AMBER, b"in the new one")
    assert ("amber.2", 1, 4) == (second.log, second.index, second.height)
    exchange(a, b)
    assert ("amber.2", ("amber", "amber.2", "coral")) == (b.log_of("amber"), b.logs())
    answer = say(b, CORAL, b"welcome")
    assert [("amber", 2), ("amber.2", 2)] == [(heard.log, heard.size) for heard in answer.heard]
    assert 5 == answer.height
    exchange(a, b)
    again = make_record(AMBER, RING, store)
    assert (a.logs(), "amber.2") == (again.logs(), again.own)
    assert 2 == say(again, AMBER, b"more").index


def test_the_words_that_opened_a_log_open_no_other():
    """Two officers signed for one new log, by its name; their station cannot use their signatures for a third."""
    a, b = pair()
    words = epoch_words(a, AMBER)
    for record, deed in (
        (a, lambda: a.open_log(*epoch_words(a, AMBER, log="amber.3"), now_us=NOW_US)),
        (b, lambda: b.admit(forged(a, *epoch_words(a, AMBER, log="amber.3"), log="amber.2", index=0), now_us=NOW_US)),
    ):
        with pytest.raises(NotAllowed, match="one for the log 'amber.3', and opens no log 'amber.2'"):
            deed()
        assert ("amber", "coral") == record.logs()
    a.open_log(*words, now_us=NOW_US)
    exchange(a, b)
    with pytest.raises(NotAllowed, match="one for the log 'amber.2', and opens no log 'amber.3'"):
        a.open_log(*words, now_us=NOW_US)
    with pytest.raises(NotAllowed, match="one for the log 'amber.2', and opens no log 'amber.3'"):
        b.admit(forged(a, *words, log="amber.3", index=0), now_us=NOW_US)
    epoch(a, AMBER)  # the same reason, in the same words, for the next log
    exchange(a, b)
    assert "amber.3" == b.log_of("amber")


def test_the_same_statement_may_stand_again_in_a_later_log():
    """A node that was put back says again what stood in the part that it lost; whoever holds both logs takes both."""
    a, b, c = records(None, "amber", "coral", "teal")
    say(a, AMBER, b"kept")
    exchange(a, b, c)
    words = make_released(a.roster, AMBER, b"lost")
    a.say(*words, now_us=NOW_US)
    exchange(a, b)
    restored = make_record(AMBER, roster(AMBER, CORAL, TEAL))
    restored.mark_restored(now_us=NOW_US)
    restored.admit(c.batch("amber", 0), now_us=NOW_US)
    epoch(restored, AMBER)
    again = restored.say(*words, now_us=NOW_US)
    for order in ((b, c), (c, b)):  # who has the old log first, and who has the new one first
        exchange(restored, *order)
    c.admit(b.batch("amber", 1), now_us=NOW_US)
    restored.admit(b.batch("amber", 1), now_us=NOW_US)
    for record in (restored, b, c):
        assert (2, 2) == (record.size("amber"), record.size("amber.2"))
        assert record.root("amber.2") == restored.root("amber.2")
    with pytest.raises(NotAllowed, match="stands in amber.2 already"):
        b.admit(forged(restored, *words, log="amber.2", height=4, heard=again.heard), now_us=NOW_US)
    with pytest.raises(NotAllowed, match="stands in amber.2 already"):
        restored.say(*words, now_us=NOW_US)
    assert ("amber.2", 1) == (again.log, again.index)


def test_our_own_node_says_nothing_again_that_it_holds():
    """Another party may have to; our own desk that asks twice does not get a second place in our next log."""
    a, _ = pair()
    words = make_released(RING, AMBER, b"words")
    a.say(*words, now_us=NOW_US)
    epoch(a, AMBER)
    with pytest.raises(NotAllowed, match="older log of ours"):
        a.say(*words, now_us=NOW_US)
    assert 1 == a.size("amber.2")


def test_a_card_does_not_come_in_a_log_that_was_left():
    """Entries of the new log were judged without it; it would change what they are, and a store would not open again."""
    store = SqliteStore(":memory:")
    a, twin, b = make_record(AMBER, RING), make_record(AMBER, RING), make_record(CORAL, RING, store)
    words = make_released(RING, AMBER, b"both have this")
    for side in (a, twin):
        side.say(*words, now_us=NOW_US)
    b.admit(Batch("amber", 0, tuple(a._store.items("amber", 0, 1)), a.note("amber")), now_us=NOW_US)
    said = b.root("amber")
    assert said == a.root("amber") != twin.root("amber") or said == twin.root("amber")
    epoch(a, AMBER)
    say(a, AMBER, b"in the second log")
    exchange(a, b)
    statement = clear_statement(
        Kind.CARD, SECOND.card_bytes, mechanism=a.mechanism, exercise=True, author="amber", claimed_us=NOW_US
    )
    late = forged(
        a, release(statement, SECOND.station), SECOND.card_bytes, station=SECOND.station, log_key=SECOND.log, height=2
    )
    with pytest.raises(NotAllowed, match="was left"):
        b.admit(late, now_us=NOW_US)
    again = make_record(CORAL, RING, store)
    assert ((1, 2), 0) == ((again.size("amber"), again.size("amber.2")), again.roster.card("amber").serial)
    assert Entry.from_bytes(late.items[0][0]).statement.kind is Kind.CARD


def test_words_may_still_come_in_a_log_that_was_left():
    """What others kept of the old log after its owner lost it is handed on and belongs to the record."""
    a, b, c = records(None, "amber", "coral", "teal")
    store = SqliteStore(":memory:")
    restored = make_record(AMBER, c.roster, store)
    first = make_released(c.roster, AMBER, b"one")
    for side in (a, restored):
        side.say(*first, now_us=NOW_US)
    same = a.root("amber") == restored.root("amber")
    say(a, AMBER, b"two")
    hand_over(a, b)
    assert same
    epoch(restored, AMBER)
    hand_over(restored, c)
    c.admit(b.batch("amber", 1), now_us=NOW_US)
    assert (2, 1) == (c.size("amber"), c.size("amber.2"))


# ---- evidence -----------------------------------------------------------------------------------------------------


def test_evidence_is_never_cut():
    """A fork with all that proves it, a refused entry, a note with its leaves: whole, and beyond its limit refused as ours."""
    a, twin, b = make_record(AMBER, RING), make_record(AMBER, RING), make_record(CORAL, RING)
    for number in range(400):
        say(a, AMBER, b"%d" % number)
    say(twin, AMBER, b"another")
    batch, other = a.batch("amber", 0, most=300), twin.batch("amber", 0)
    with pytest.raises(Tampered):
        b.admit(dataclasses.replace(batch, proof=batch.proof[::-1]), now_us=NOW_US)
    (piece,) = b.evidence()
    _, log, note, start, leaves = cbor.decode(piece.detail)  # type: ignore[misc]
    assert ("note", "amber", batch.note, 0) == (piece.kind, log, note, start)
    assert b"".join(leaf_hash(data) for data, _ in batch.items) == leaves
    b.admit(batch, now_us=NOW_US)
    with pytest.raises(Tampered, match="forked"):
        b.admit(other, now_us=NOW_US)
    _, log, ours, mine, theirs, signed = cbor.decode(b.evidence()[1].detail)  # type: ignore[misc]
    assert (batch.items[0][0], other.items[0][0], other.note) == (mine, theirs, signed)
    assert log == "amber"
    assert ours == b.note("amber")
    with pytest.raises(NotAllowed, match="too long to be kept"):
        b.keep_evidence("fork", bytes(256 * 1024 + 1))


def test_other_bytes_that_their_author_did_not_sign_are_no_fork():
    """In the place of what is held, with a signature that does not hold, or out of their place: forged, and said so."""
    a, b = pair()
    for number in range(2):
        say(a, AMBER, b"%d" % number)
    batch = a.batch("amber", 0)
    b.admit(batch, now_us=NOW_US)
    (first, body), second = batch.items
    unsigned = dataclasses.replace(batch, items=((first[:-1] + bytes((first[-1] ^ 1,)), body),))
    elsewhere = dataclasses.replace(batch, items=(second,))
    for lie, error, said in (
        (unsigned, Tampered, "signature"),
        (elsewhere, NotAllowed, "entry 1 of amber comes where number 0 of amber stands"),
    ):
        with pytest.raises(error, match=said):
            b.admit(lie, now_us=NOW_US)
        assert ("forged", cbor.encode(["amber", lie.items[0][0], lie.note])) == (
            b.evidence()[-1].kind,
            cbor.encode(cbor.decode(b.evidence()[-1].detail)[1:]),
        )
    assert 2 == b.size("amber")


def test_a_card_is_the_one_that_its_entry_names():
    """Another card of the same keepers behind the entry is refused before any key of it is asked."""
    a, b = pair()
    issue(a, SECOND)
    batch = a.batch("amber", 0)
    other = renewed(AMBER, "other").card_bytes
    with pytest.raises(Tampered, match="not the one that amber signed for"):
        b.admit(dataclasses.replace(batch, items=((batch.items[0][0], other),)), now_us=NOW_US)
    assert ["refused"] == [piece.kind for piece in b.evidence()]
    assert 1 == b.admit(batch, now_us=NOW_US)


def test_a_note_of_another_root_over_what_is_held_is_a_fork():
    """Also where its entries are the ones that are held: the author signed two roots of one size."""
    a, b = pair()
    say(a, AMBER, b"one")
    batch = a.batch("amber", 0)
    b.admit(batch, now_us=NOW_US)
    head = checkpoint.Checkpoint("demo-2026/amber", 1, bytes(32))
    note = checkpoint.sign(head, head.origin, AMBER.log).to_bytes()
    with pytest.raises(Tampered, match="signed another root of size 1"):
        b.admit(dataclasses.replace(batch, note=note), now_us=NOW_US)
    assert ["fork"] == [piece.kind for piece in b.evidence()]


def test_our_own_log_is_taken_from_nobody():
    """A peer's copy of what we write is not a source of it, unless our store is to be filled again (test_healing)."""
    a, b = pair()
    say(a, AMBER, b"one")
    exchange(a, b)
    fresh = make_record(AMBER, RING)
    with pytest.raises(NotAllowed, match="taken from nobody"):
        fresh.admit(b.batch("amber", 0), now_us=NOW_US)
    assert isinstance(AMBER.station, SigningKey)


def test_what_is_held_already_is_not_written_again():
    """A batch that brings nothing new costs no durable write, however often it comes."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    hand_over(a, b)
    assert [] == list(store.inner.each(cover.KIND))  # a note over all that is held needs nothing beside it
    writes = store.writes
    for most in (1, 3):
        assert 3 == b.admit(a.batch("amber", 0, max_bytes=1 << 20, most=most), now_us=NOW_US)
    assert (writes, a.note("amber")) == (store.writes, b.note("amber"))


def test_a_part_of_a_log_is_held_and_passed_on_by_the_note_over_all_of_it():
    """Two of five entries under the note of five: kept as what they are, also after a start, and proven to a third."""
    store, ring = SqliteStore(":memory:"), roster(AMBER, CORAL, TEAL)
    a, b, c = make_record(AMBER, ring), make_record(CORAL, ring, store), make_record(TEAL, ring)
    for number in range(5):
        say(a, AMBER, b"%d" % number)
    assert 2 == b.admit(a.batch("amber", 0, max_bytes=1 << 20, most=2), now_us=NOW_US)
    for held in (b, make_record(CORAL, ring, store)):
        assert (2, a.root("amber", 2)) == (held.size("amber"), held.root("amber"))
        passed = held.batch("amber", 0, max_bytes=1 << 20)
        assert (a.note("amber"), a.batch("amber", 0, max_bytes=1 << 20, most=2)) == (passed.note, passed)
    assert 2 == c.admit(passed, now_us=NOW_US)
    assert 5 == b.admit(a.batch("amber", 2, max_bytes=1 << 20), now_us=NOW_US)
    assert a.note("amber") == b.note("amber") == make_record(CORAL, ring, store).note("amber")


def test_we_say_nothing_that_the_others_would_not_take():
    """A body or an entry over its limit is refused at home, before anything is signed for good."""
    a, _ = pair()
    released, body = make_released(a.roster, AMBER, b"words")
    with pytest.raises(NotAllowed, match="an entry has at most"):
        a.say(released, bytes(MAX_BODY + 1), now_us=NOW_US)
    rows = [Signature(-19, bytes([n]) * 8, bytes(4000)) for n in range(1, 8)]
    long = dataclasses.replace(released, signatures=tuple(rows))
    with pytest.raises(NotAllowed, match="an entry has at most"):
        a.say(long, b"words", now_us=NOW_US)
    with pytest.raises(Tampered, match="not the one that amber signed for"):
        a.say(released, bytes(MAX_BODY), now_us=NOW_US)

    def signed(size):
        return dataclasses.replace(released, signatures=(*rows[:3], dataclasses.replace(rows[3], value=bytes(size))))

    place_of = {"log": "amber", "index": 0, "height": 1, "heard": (), "placed_us": NOW_US}
    longest = 3000 + MAX_ENTRY - len(place(signed(3000), station_key=AMBER.station, **place_of).to_bytes())
    for size, said in ((longest, "not on the card of amber"), (longest + 1, "an entry has at most")):
        with pytest.raises(NotAllowed, match=said):
            a.say(signed(size), body, now_us=NOW_US)
    assert 0 == a.size("amber")
