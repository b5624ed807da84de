"""The joint record: what each side holds of the other, through loss, disorder and failing disks."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    NOW_US,
    SECOND_US,
    cosign,
    epoch_words,
    exchange,
    hand_over,
    make_record,
    make_released,
    opener,
    parties,
    records,
    renewed,
    roster,
    say,
)
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint
from searoom.record import heads as heads_room
from searoom.record.batch import Batch
from searoom.record.log import NOTE_ROOM
from searoom.record.merkle import EMPTY_ROOT
from searoom.record.shared import BATCH_BYTES, SharedRecord
from searoom.record.store import SqliteStore

AMBER, CORAL, JADE = parties("amber", "coral", "jade")
RING = roster(AMBER, CORAL)


def heads(record: SharedRecord) -> list[tuple[str, int, bytes]]:
    """Return what a record holds of each party."""
    return [(party, record.size(party), record.root(party)) for party in record.roster.parties]


def contents(record: SharedRecord) -> list[tuple[str, int, int, bytes]]:
    """Return all entries in the joint order."""
    rows = [
        (entry.height, at, entry.index, entry.to_bytes() + body)
        for at, party in enumerate(record.roster.parties)
        for entry, body in record.entries(party)
    ]
    return [(record.roster.parties[at], height, index, data) for height, at, index, data in sorted(rows)]


def test_what_is_said_is_heard_and_cosigned() -> None:
    """The whole way: said, handed over, opened by the recipient, cosigned, and recorded on both sides."""
    a, b = records()
    entry = say(a, AMBER, "言葉".encode())
    assert (0, 1) == (entry.index, entry.height)
    exchange(a, b)
    ((heard, body),) = b.entries("amber")
    assert entry == heard
    assert "言葉".encode() == opener(CORAL)(heard, body)
    answer = say(b, CORAL, b"heard", now_us=NOW_US - SECOND_US)
    assert 2 == answer.height
    assert [("amber", 1, a.root("amber"))] == [(h.log, h.size, h.root) for h in answer.heard]
    exchange(a, b)
    assert (0, 0) == (a.recorded("amber", "coral"), b.recorded("coral", "amber"))
    cosign(a, b)
    for record in (a, b):
        assert (1, 1) == (record.recorded("amber", "coral"), record.recorded("coral", "amber"))
    assert contents(a) == contents(b)
    assert a.batch("amber", 1) is None


def test_an_entry_says_when_it_was_placed_not_only_when_it_was_said() -> None:
    """Signed at one time and placed later, by a clock that is set back in between: both sides read both times."""
    a, b = records()
    for late_us in (60 * SECOND_US, -60 * SECOND_US):
        a.say(*make_released(RING, AMBER, b"words"), now_us=NOW_US + late_us)
    exchange(a, b)
    times = [(entry.statement.claimed_us, entry.placed_us) for entry, _ in b.entries("amber")]
    assert [(NOW_US, NOW_US + 60 * SECOND_US), (NOW_US, NOW_US - 60 * SECOND_US)] == times


def test_an_empty_record_has_a_signed_note_of_nothing() -> None:
    """From the first start there is a checkpoint of our own log, and none of theirs; of what is empty nothing is heard."""
    a, _ = records()
    note = checkpoint.SignedNote.from_bytes(a.note("amber"))
    assert checkpoint.Checkpoint("demo-2026/amber", 0, EMPTY_ROOT) == note.checkpoint
    assert b"" == a.note("coral")
    assert (0, EMPTY_ROOT) == (a.size("coral"), a.root("coral"))
    assert () == a.heard()
    assert a.batch("amber", 0) is None


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    """Logs, copies, cosignatures and evidence survive the process."""
    a, b = records(tmp_path)
    for number in range(4):
        say(a, AMBER, b"%d" % number)
        say(b, CORAL, b"%d" % number)
        exchange(a, b)
    cosign(a, b)
    a.keep_evidence("fork", b"proof")
    again = make_record(AMBER, RING, SqliteStore(tmp_path / "amber.searoom"))
    assert heads(a) == heads(again) == heads(b)
    assert contents(a) == contents(again)
    assert (4, 4) == (again.recorded("amber", "coral"), again.recorded("coral", "amber"))
    assert a.cosigned("amber", "coral") == again.cosigned("amber", "coral")
    assert [("fork", b"proof")] == [(piece.kind, piece.detail) for piece in again.evidence()]
    assert 4 == say(again, AMBER, b"next").index


deeds = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from([0, 1])),
        st.tuples(st.just("fetch"), st.sampled_from([0, 1]), st.sampled_from([0, 1]), st.integers(0, 5)),
        st.tuples(st.just("deliver"), st.integers(0, 20)),
        st.tuples(st.just("restart"), st.sampled_from([0, 1])),
        st.tuples(st.just("cosign"), st.sampled_from([0, 1])),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(deeds)
def test_disorder_loss_and_doubles_end_equal(script: list[tuple[object, ...]]) -> None:
    """Batches that come late, cut short, twice or never: in the end both sides hold the same, and the roots agree."""
    members, stores = (AMBER, CORAL), [SqliteStore(":memory:"), SqliteStore(":memory:")]
    sides = [make_record(member, RING, store) for member, store in zip(members, stores, strict=True)]
    mail: list[tuple[int, Batch]] = []
    for deed in script:
        match deed:
            case ("say", int(who)):
                say(sides[who], members[who], b"words")
            case ("fetch", int(who), int(back), int(cut)):
                other = members[1 - who].name
                start = max(sides[who].size(other) - back, 0)
                batch = sides[1 - who].batch(other, start, max_bytes=NOTE_ROOM + 3_000 * cut)
                mail += [(who, batch)] if batch else []
            case ("deliver", int(which)) if mail:
                who, batch = mail[which % len(mail)]
                before = heads(sides[who])
                try:
                    sides[who].admit(batch, now_us=NOW_US)
                except NotAllowed:
                    assert before == heads(sides[who])
                    assert batch.start > sides[who].size(batch.log)
            case ("restart", int(who)):
                sides[who] = make_record(members[who], RING, stores[who])
            case ("cosign", int(who)):
                other = members[1 - who].name
                try:
                    sides[who].witness(other, sides[1 - who].offer(now_us=NOW_US), now_us=NOW_US)
                except NotAllowed:
                    assert sides[who].size(other) < sides[1 - who].size(other)
    exchange(*sides)
    assert heads(sides[0]) == heads(sides[1])
    assert contents(sides[0]) == contents(sides[1])
    cosign(*sides)
    for side in sides:
        assert [] == side.evidence()
        for member in members:
            other = next(m.name for m in members if m is not member)
            assert side.size(member.name) == side.recorded(member.name, other)


def test_the_joint_order_follows_what_was_heard() -> None:
    """An entry that has heard another stands after it, whatever the clocks say."""
    a, b = records()
    say(a, AMBER, b"1", now_us=NOW_US)
    say(a, AMBER, b"2", now_us=NOW_US)
    say(b, CORAL, b"at the same time", now_us=NOW_US - 3600 * SECOND_US)
    exchange(a, b)
    say(b, CORAL, b"after all", now_us=NOW_US - 3600 * SECOND_US)
    exchange(a, b)
    order = [(party, height) for party, height, _, _ in contents(a)]
    assert [("amber", 1), ("coral", 1), ("amber", 2), ("coral", 3)] == order
    assert contents(a) == contents(b)


def test_three_parties_hear_each_other() -> None:
    """What is heard has one item for each other log; a message to one of them is sealed to it and held by all."""
    members = (AMBER, CORAL, JADE)
    sides = records(None, "amber", "coral", "jade")
    for turn in range(3):
        for side, member in zip(sides, members, strict=True):
            say(side, member, b"to all %d" % turn)
            exchange(*sides, max_bytes=0)
    secret = say(sides[0], AMBER, b"to coral alone", to=["coral"])
    exchange(*sides, max_bytes=0)
    assert ["coral", "jade"] == [heard.log for heard in secret.heard]
    assert heads(sides[0]) == heads(sides[1]) == heads(sides[2])
    assert contents(sides[0]) == contents(sides[2])
    entry, body = list(sides[2].entries("amber"))[-1]
    assert secret == entry
    assert opener(JADE)(entry, body) is None
    assert b"to coral alone" == opener(CORAL)(entry, body)
    cosign(*sides)
    assert (4, 4) == (sides[0].recorded("amber", "coral"), sides[0].recorded("amber", "jade"))


def test_what_a_third_party_said_must_be_fetched_first() -> None:
    """An entry that has heard more of jade than we hold waits, without evidence against anybody, until we hold it."""
    a, b, c = records(None, "amber", "coral", "jade")
    say(c, JADE, b"first")
    hand_over(c, b)
    say(b, CORAL, b"second")
    with pytest.raises(NotAllowed, match="fetch that first"):
        hand_over(b, a)
    assert ([], 0) == (a.evidence(), a.size("coral"))
    hand_over(c, a)
    hand_over(b, a)
    assert 1 == a.size("coral")


def test_another_partys_log_can_be_handed_on() -> None:
    """Any log that is held can be given in batches, as for an export or to a third party."""
    a, b, c = records(None, "amber", "coral", "jade")
    for number in range(5):
        say(a, AMBER, b"%d" % number)
    hand_over(a, b)
    while (batch := b.batch("amber", c.size("amber"), max_bytes=1)) is not None:
        c.admit(batch, now_us=NOW_US)
    assert a.root("amber") == c.root("amber")


@pytest.mark.parametrize("loss", Loss)
def test_a_say_that_fails_is_there_whole_or_not_at_all(loss: Loss) -> None:
    """After the restart the entry with its note is there, or neither; saying it again never doubles it."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    say(a, AMBER, b"before")
    released, body = make_released(RING, AMBER, b"during")
    store.fail("append", loss)
    with pytest.raises(StateUnknown):
        a.say(released, body, now_us=NOW_US)
    assert 1 == a.size("amber")
    assert 1 == checkpoint.SignedNote.from_bytes(a.note("amber")).checkpoint.size
    assert a.batch("amber", 1) is None
    a = make_record(AMBER, RING, store)
    assert (2 if loss is Loss.WORD_LOST else 1) == a.size("amber")
    if loss is Loss.WORD_LOST:
        with pytest.raises(NotAllowed, match="stands in amber already"):
            a.say(released, body, now_us=NOW_US)
    else:
        a.say(released, body, now_us=NOW_US)
    exchange(a, b)
    assert [b"before", b"during"] == [opener(CORAL)(*item) for item in b.entries("amber")]


def test_after_a_lost_word_nothing_is_signed_over_it() -> None:
    """Without a restart, the next message is refused, for the store has grown: no second entry of one place leaves."""
    store = FailingStore(SqliteStore(":memory:"))
    a = make_record(AMBER, RING, store)
    store.fail("append", Loss.WORD_LOST)
    with pytest.raises(StateUnknown):
        say(a, AMBER, b"first")
    with pytest.raises(StateUnknown, match="another program has written"):
        say(a, AMBER, b"second")
    assert a.batch("amber", 0) is None
    a.recover()
    assert 1 == a.size("amber")
    assert 1 == say(a, AMBER, b"second").index


@pytest.mark.parametrize("loss", Loss)
def test_an_admission_that_fails_is_there_whole_or_not_at_all(loss: Loss) -> None:
    """A receiver whose disk fails holds the batch or does not; the same batch brings it to the same end."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    batch = a.batch("amber", 0)
    assert batch is not None
    store.fail("append", loss)
    with pytest.raises(StateUnknown):
        b.admit(batch, now_us=NOW_US)
    assert 0 == b.size("amber")
    b = make_record(CORAL, RING, store)
    assert (3 if loss is Loss.WORD_LOST else 0) == b.size("amber")
    assert 3 == b.admit(batch, now_us=NOW_US)
    assert contents(a) == contents(b)


@pytest.mark.parametrize("loss", Loss)
def test_evidence_that_cannot_be_kept_is_the_louder_news(loss: Loss) -> None:
    """Where the disk fails while a lie is refused, the disk is what is reported; nothing is admitted."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    say(a, AMBER, b"words")
    batch = a.batch("amber", 0)
    assert batch is not None
    (data, body), note = batch.items[0], batch.note
    store.fail("keep", loss)
    with pytest.raises(StateUnknown):
        b.admit(Batch("amber", 0, ((data[:-1] + bytes([data[-1] ^ 1]), body),), note), now_us=NOW_US)
    assert 0 == b.size("amber")
    assert 1 == b.admit(batch, now_us=NOW_US)


def test_refuses_to_open_with_keys_that_are_not_on_the_card() -> None:
    """A record is opened with its own party's five keys, or not at all."""
    for name in ("station", "log", "log_pq", "mirror", "mirror_pq"):
        keys = dataclasses.replace(AMBER.keys, **{name: getattr(CORAL.keys, name)})
        with pytest.raises(
            NotAllowed, match=f"the {name.partition('_')[0]} key at hand is not the one on card 0 of amber"
        ):
            make_record(dataclasses.replace(AMBER, keys=keys), RING)
    with pytest.raises(NotAllowed, match="no party"):
        make_record(JADE, RING)


def test_refuses_to_say_what_may_not_be_said() -> None:
    """Our own side is held to the same rules, before anything is signed that leaves."""
    a, _ = records()
    say(a, AMBER, b"before")
    before = heads(a)
    good, body = make_released(RING, AMBER, b"words")
    other = make_released(RING, AMBER, b"other")[1]
    cases = [
        (make_released(RING, AMBER, b"x", exercise=False), "record"),
        (make_released(RING, AMBER, b"x", mechanism="demo-2027"), "mechanism"),
        (make_released(RING, AMBER, b"x", signers=[CORAL.officers[0]]), "not on the card of amber"),
        (make_released(RING, CORAL, b"x"), "coral"),
        (epoch_words(a, AMBER), "deeds of their own"),
        ((good, bytes(200_000)), "at most"),
    ]
    for (released, its_body), said in cases:
        with pytest.raises(NotAllowed, match=said):
            a.say(released, its_body, now_us=NOW_US)
    with pytest.raises(Tampered, match="not the one"):
        a.say(good, other, now_us=NOW_US)
    assert before == heads(a)
    assert [] == a.evidence()
    a.say(good, body, now_us=NOW_US)
    with pytest.raises(NotAllowed, match="already"):
        a.say(good, body, now_us=NOW_US)
    assert 2 == a.size("amber")


def test_strangers_are_no_party() -> None:
    """Every question about somebody who has no card is refused."""
    a, _ = records()
    for ask in (a.size, a.root, a.note, a.log_of, lambda name: list(a.entries(name))):
        with pytest.raises(NotAllowed, match="no party"):
            ask("jade")
    assert a.batch("jade", 0) is None
    batch = Batch("jade", 0, ((b"x", b"x"),), b"")
    with pytest.raises(NotAllowed, match="no party"):
        a.admit(batch, now_us=NOW_US)
    with pytest.raises(NotAllowed, match="no party"):
        a.accept_cosignature("jade", b"")


def test_a_start_of_a_whole_store_writes_nothing() -> None:
    """What was signed once is not signed again at each start; the keys may be asked for by our newest card."""
    store, asked = FailingStore(SqliteStore(":memory:")), []
    say(make_record(AMBER, RING, store), AMBER, b"words")
    writes = store.writes
    again = SharedRecord.open(
        store, RING, party="amber", exercise=True, keys=lambda card: asked.append(card) or AMBER.keys, now_us=NOW_US
    )
    assert (1, writes, [AMBER.card]) == (again.size("amber"), store.writes, asked)
    assert 1 << 20 == BATCH_BYTES


def test_each_deed_brings_its_own_kind_of_words() -> None:
    """Neither a card nor a new log slips in among words, and words open no log; nothing is said then."""
    a, _ = records()
    words, why = make_released(a.roster, AMBER, b"words"), epoch_words(a, AMBER)
    with pytest.raises(NotAllowed, match="deeds of their own"):
        a.say_all([words, why], now_us=NOW_US)
    with pytest.raises(NotAllowed, match="a new log begins with the reason why, and with nothing else"):
        a.open_log(*words, now_us=NOW_US)
    later = renewed(AMBER, "2")
    with pytest.raises(NotAllowed):
        a.issue_card(later.card_bytes, AMBER.keys, now_us=NOW_US)
    with pytest.raises(NotAllowed):
        a.issue_card(later.card_bytes, dataclasses.replace(later.keys, mirror=AMBER.mirror), now_us=NOW_US)
    assert (0, "amber", AMBER.card) == (a.size("amber"), a.own, a.roster.card("amber"))


def test_each_deed_returns_the_entry_that_it_placed() -> None:
    """The card, then the new log, whose first entry has heard how the older one of the same party ended."""
    a, _ = records()
    later = renewed(AMBER, "2")
    card = a.issue_card(later.card_bytes, later.keys, now_us=NOW_US)
    assert [(card, later.card_bytes)] == list(a.entries("amber"))
    first = a.open_log(*epoch_words(a, AMBER), now_us=NOW_US)
    assert [first] == [entry for entry, _ in a.entries("amber.2")]
    assert (("amber", 1, a.root("amber")),) == tuple((h.log, h.size, h.root) for h in first.heard)
    silent, _ = records()
    assert () == silent.open_log(*epoch_words(silent, AMBER), now_us=NOW_US).heard


def test_knows_what_was_said_by_its_salted_hash() -> None:
    """The same released words are known again in any log of their party, and in no other's."""
    a, b = records()
    entry = say(a, AMBER, b"words")
    exchange(a, b)
    for record in (a, b):
        assert record.said("amber", entry.statement.plain_hash)
        assert not record.said("coral", entry.statement.plain_hash)
        assert not record.said("amber", bytes(32))


def test_an_entry_goes_ahead_of_its_place_and_is_forgotten_there() -> None:
    """Taken once, waiting until its place is reached; nobody brings us our own, and there is none beyond the end."""
    a, b = records()
    for number in range(2):
        say(a, AMBER, b"%d" % number)
    with pytest.raises(NotAllowed, match="there is no entry 2 in amber"):
        a.ahead(2)
    ahead = a.ahead(1)
    assert (True, False) == (b.take_ahead(ahead, now_us=NOW_US), b.take_ahead(ahead, now_us=NOW_US))
    assert (ahead,) == b.aheads("amber")
    with pytest.raises(NotAllowed, match="taken from nobody"):
        a.take_ahead(ahead, now_us=NOW_US)
    hand_over(a, b)
    assert () == b.aheads("amber")
    assert a.batch("amber", -1) is None


def test_evidence_bears_the_second_at_which_it_came() -> None:
    """Each deed that takes something sets the time of what it keeps."""
    a, b = records()
    twin = make_record(AMBER, RING)
    say(a, AMBER, b"one")
    say(twin, AMBER, b"another")
    say(twin, AMBER, b"more")
    hand_over(a, b)
    for number, take in enumerate(
        (
            lambda at: b.admit(twin.batch("amber", 0), now_us=at),
            lambda at: b.witness("amber", twin.offer(now_us=NOW_US)[:-8] + b"AAAAAA=\n", now_us=at),
            lambda at: b.take_ahead(
                dataclasses.replace(
                    twin.ahead(1), entry=twin.ahead(1).entry[:-1] + bytes([twin.ahead(1).entry[-1] ^ 1])
                ),
                now_us=at,
            ),
        ),
        1,
    ):
        before = len(b.evidence())
        with pytest.raises(Tampered):
            take(NOW_US + number)
        assert [NOW_US + number] == [piece.at_us for piece in b.evidence()[before:]]
    b.mark_restored(now_us=NOW_US + 9)
    with pytest.raises(Tampered):
        b.accept_cosignature("amber", heads_room.offer(b.note("coral"), CORAL.keys.log_pq, NOW_US))
    assert NOW_US + 9 == b.evidence()[-1].at_us


def test_an_older_log_of_ours_is_cosigned_too() -> None:
    """After a second log was opened, the head of the first can still be offered by its name; else that of the newest."""
    a, b = records()
    say(a, AMBER, b"one")
    a.open_log(*epoch_words(a, AMBER), now_us=NOW_US)
    say(a, AMBER, b"two")
    exchange(a, b)
    for log, size, note in (("amber", 1, a.offer(now_us=NOW_US, log="amber")), ("amber.2", 2, a.offer(now_us=NOW_US))):
        cosigned = b.witness(log, note, now_us=NOW_US)
        a.accept_cosignature("coral", cosigned)
        assert (size, cosigned) == (a.recorded(log, "coral"), a.cosigned(log, "coral"))


def test_says_nothing_that_was_sealed_to_a_key_of_before() -> None:
    """The reader may have destroyed it: the words are written once more, or not said; nor is anything said twice."""
    a, b = records()
    early, said = make_released(RING, AMBER, b"early"), make_released(RING, AMBER, b"said")
    a.say(*said, now_us=NOW_US)
    later = renewed(CORAL, "2")
    b.issue_card(later.card_bytes, later.keys, now_us=NOW_US)
    exchange(a, b)
    with pytest.raises(NotAllowed, match="sealed before coral changed its keys") as caught:
        a.say(*early, now_us=NOW_US)
    assert "Write it once more." == caught.value.advice()
    a.open_log(*epoch_words(a, AMBER), now_us=NOW_US)
    with pytest.raises(NotAllowed, match="stands in an older log of ours already"):
        a.say(*said, now_us=NOW_US)
