"""The joint record: what each side holds of the other, through loss, disorder and failing disks."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    NOW_US,
    SECOND_US,
    cosign,
    exchange,
    hand_over,
    keyring,
    make_record,
    make_released,
    opener,
    parties,
    records,
    say,
)
from failing_store import FailingStore, Loss
from searoom.errors import NotAllowed, StateUnknown, Tampered
from searoom.record import checkpoint
from searoom.record.keys import Role
from searoom.record.merkle import EMPTY_ROOT
from searoom.record.shared import Batch, SharedRecord
from searoom.record.store import SqliteStore

AMBER, CORAL, JADE = parties("amber", "coral", "jade")
RING = keyring(AMBER, CORAL)


def heads(record: SharedRecord) -> list[tuple[str, int, bytes]]:
    """Return what a record holds of each party."""
    return [(party, record.size(party), record.root(party)) for party in record.keyring.parties]


def contents(record: SharedRecord) -> list[tuple[str, int, int, bytes]]:
    """Return all entries in the joint order."""
    rows = [
        (entry.height, at, entry.index, entry.to_bytes() + body)
        for at, party in enumerate(record.keyring.parties)
        for entry, body in record.entries(party)
    ]
    return [(record.keyring.parties[at], height, index, data) for height, at, index, data in sorted(rows)]


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
    assert [("amber", 1, a.root("amber"))] == [(h.party, h.size, h.root) for h in answer.heard]
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
    """From the first start there is a checkpoint of our own log, and none of theirs."""
    a, _ = records()
    note = checkpoint.SignedNote.from_bytes(a.note("amber"))
    assert checkpoint.Checkpoint("demo-2026/amber", 0, EMPTY_ROOT) == note.checkpoint
    assert b"" == a.note("coral")
    assert [("coral", 0, EMPTY_ROOT)] == [(h.party, h.size, h.root) for h in a.heard()]
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
                batch = sides[1 - who].batch(other, start, max_bytes=3_000 * cut)
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
                note = sides[who].note(members[1 - who].name)
                if note:
                    sides[who].witness(members[1 - who].name, note, now_us=NOW_US)
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
    """What is heard has one item for each other party; a message to one of them is sealed to it and held by all."""
    members = (AMBER, CORAL, JADE)
    sides = records(None, "amber", "coral", "jade")
    for turn in range(3):
        for side, member in zip(sides, members, strict=True):
            say(side, member, b"to all %d" % turn)
            exchange(*sides, max_bytes=0)
    secret = say(sides[0], AMBER, b"to coral alone", to=["coral"])
    exchange(*sides, max_bytes=0)
    assert ["coral", "jade"] == [heard.party for heard in secret.heard]
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
        with pytest.raises(NotAllowed, match="stands in this log already"):
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
def test_a_cosignature_that_fails_is_repeated(loss: Loss) -> None:
    """No cosignature leaves before it is durable; asked again, the same or a new one of that size comes."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    say(a, AMBER, b"words")
    hand_over(a, b)
    store.fail("cosign", loss)
    with pytest.raises(StateUnknown):
        b.witness("amber", a.note("amber"), now_us=NOW_US)
    assert 0 == b.recorded("amber", "coral")
    b = make_record(CORAL, RING, store)
    assert (1 if loss is Loss.WORD_LOST else 0) == b.recorded("amber", "coral")
    note = b.witness("amber", a.note("amber"), now_us=NOW_US + SECOND_US)
    a.accept_cosignature("coral", note)
    assert (1, 1) == (a.recorded("amber", "coral"), b.recorded("amber", "coral"))
    assert note == b.cosigned("amber", "coral")


@pytest.mark.parametrize("loss", Loss)
def test_accepting_a_cosignature_that_fails_is_repeated(loss: Loss) -> None:
    """The owner's disk fails: nothing shows as recorded that is not on it."""
    store = FailingStore(SqliteStore(":memory:"))
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    say(a, AMBER, b"words")
    hand_over(a, b)
    note = b.witness("amber", a.note("amber"), now_us=NOW_US)
    store.fail("cosign", loss)
    with pytest.raises(StateUnknown):
        a.accept_cosignature("coral", note)
    assert 0 == a.recorded("amber", "coral")
    a = make_record(AMBER, RING, store)
    a.accept_cosignature("coral", note)
    assert 1 == a.recorded("amber", "coral")


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


def test_a_cosigned_size_never_decreases() -> None:
    """Asked to cosign less than before, the larger one is given; a smaller one that comes late changes nothing."""
    a, b = records()
    notes, cosigned = [], []
    for number in range(3):
        say(a, AMBER, b"%d" % number)
        hand_over(a, b)
        notes.append(a.note("amber"))
        cosigned.append(b.witness("amber", notes[-1], now_us=NOW_US + number))
    assert cosigned[2] == b.witness("amber", notes[0], now_us=NOW_US)
    a.accept_cosignature("coral", cosigned[2])
    a.accept_cosignature("coral", cosigned[0])
    assert 3 == a.recorded("amber", "coral") == b.recorded("amber", "coral")
    assert cosigned[2] == a.cosigned("amber", "coral")


def test_the_cosignature_says_the_head_and_nothing_else() -> None:
    """What comes back is the note's text and one line, by the mirror key, with its second."""
    a, b = records()
    say(a, AMBER, b"words")
    hand_over(a, b)
    note = checkpoint.SignedNote.from_bytes(b.witness("amber", a.note("amber"), now_us=NOW_US))
    name = "demo-2026/coral/mirror"
    verifier = checkpoint.Verifier(name, checkpoint.COSIGNATURE_TYPE, CORAL.card.key(Role.MIRROR).public)
    assert (name,) == checkpoint.check(note, [verifier])
    assert NOW_US // SECOND_US == note.signatures[0].time_s
    assert checkpoint.Checkpoint("demo-2026/amber", 1, a.root("amber")) == note.checkpoint


def test_a_store_that_was_put_back_says_nothing_more(tmp_path: Path) -> None:
    """After a restore from an old backup the cosignature that we hold over more is the alarm."""
    store = SqliteStore(tmp_path / "amber.searoom")
    a, b = make_record(AMBER, RING, store), make_record(CORAL, RING)
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    exchange(a, b)
    cosign(a, b)
    store._db.execute("DELETE FROM entry WHERE place = 2")
    store._db.execute("DELETE FROM note WHERE size = 3")
    with pytest.raises(Tampered, match="older state") as caught:
        make_record(AMBER, RING, store)
    assert "Do not say anything" in caught.value.advice()


def test_refuses_to_open_with_keys_that_are_not_on_the_card() -> None:
    """A record is opened with its own party's keys, for the cards' mechanism, or not at all."""
    right = {"station_key": AMBER.station, "log_key": AMBER.log, "mirror_key": AMBER.mirror}
    rest = {"party": "amber", "mechanism": "demo-2026", "exercise": True, "now_us": NOW_US}
    for name in right:
        with pytest.raises(NotAllowed, match="not the one on the card"):
            SharedRecord.open(SqliteStore(":memory:"), RING, **rest, **{**right, name: CORAL.station})  # type: ignore[arg-type]
    for change in ({"party": "jade"}, {"mechanism": "demo-2027"}):
        with pytest.raises(NotAllowed):
            SharedRecord.open(SqliteStore(":memory:"), RING, **{**rest, **change}, **right)  # type: ignore[arg-type]


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
        (make_released(RING, AMBER, b"x", to=[]), "nobody"),
        (make_released(RING, AMBER, b"x", signers=[CORAL.officers[0]]), "coral-1"),
        (make_released(RING, CORAL, b"x"), "coral"),
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
    for ask in (a.size, a.root, a.note, lambda name: a.batch(name, 0), lambda name: list(a.entries(name))):
        with pytest.raises(NotAllowed, match="no party"):
            ask("jade")
