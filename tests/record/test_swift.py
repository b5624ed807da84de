"""Entries that are read swiftly: the same fields as the full way gives, and nothing that the full way refuses."""

import functools
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import MECHANISM, NOW_US, epoch, parties, records, say
from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import cose
from searoom.record.entry import ENTRY_AAD, STATEMENT_AAD, Entry, Heard, Kind, Statement, place, release
from searoom.record.seal import KemKey, check_body, seal
from searoom.record.swift import MAX_SHAPES, Swift, body_keys

AMBER, CORAL = parties()
LOGS = ("amber", "coral", "coral.2")
PEOPLE = (AMBER.officers, AMBER.officers[:1], (AMBER.station,))


@functools.cache
def said(people=AMBER.officers, content=b"words", recipients=("coral",)):
    """Return a statement of amber's that `people` released, and its body."""
    readers = {party.name: party.card.kem for party in (AMBER, CORAL) if party.name in ("amber", *recipients)}
    sealed = seal(content, mechanism=MECHANISM, author="amber", recipients=recipients, readers=readers)
    statement = Statement(MECHANISM, True, "amber", recipients, sealed.body_hash, sealed.plain_hash, NOW_US, None)
    return release(statement, *people), sealed.body


def entry_of(released, *, index=3, height=7, heard=(), placed_us=NOW_US, key=AMBER.station):
    """Return an entry of amber's log."""
    return place(released, log="amber", index=index, height=height, heard=heard, placed_us=placed_us, station_key=key)


def taught(swift, people, body=None, released=None):
    """Let `swift` learn the shape of what `people` release."""
    if released is None:
        released, body = said(people)
    entry = entry_of(released)
    kids = [one.key_id for one in released.signatures]
    releasing = [AMBER.card.by_key_id(kid) for kid in kids]
    station = AMBER.card.by_key_id(entry.station.key_id)
    swift.learn(entry, check_body(body, released.statement), station, releasing, ())
    return swift


@functools.cache
def swift():
    """A reader of amber's log that knows the shapes of all `PEOPLE`; it keeps nothing that a test could spoil."""
    made = Swift("amber", LOGS)
    for people in PEOPLE:
        taught(made, people)
    return made


def same(seen, data):
    """Compare what was seen with what the full way reads; it must read it."""
    entry = Entry.from_bytes(data)
    fields = ("log", "index", "height")
    statement, released = entry.statement, entry.released
    assert [getattr(entry, name) for name in fields] == [getattr(seen, name) for name in fields]
    assert [(one.log, one.size, one.root) for one in entry.heard] == [tuple(one) for one in seen.heard]
    assert (statement.body_hash, statement.plain_hash) == (seen.body_hash, seen.plain_hash)
    assert ("amber", Kind.WORDS, MECHANISM) == (statement.author, statement.kind, statement.mechanism)
    wanted = [
        (entry.station.key_id, cose.to_sign1(entry.station.header(), ENTRY_AAD, entry.payload()), entry.station.value)
    ]
    wanted += [
        (one.key_id, cose.to_sign(one.header(), STATEMENT_AAD, statement.to_bytes()), one.value)
        for one in released.signatures
    ]
    assert wanted == [(key.key_id, message, signature) for key, message, signature in seen.signed]


HASHES = st.binary(min_size=32, max_size=32)
NUMBERS = st.one_of(st.integers(0, 300), st.integers(0, 2**63 - 1), st.sampled_from([2**8, 2**16, 2**32, 2**63 - 1]))


@st.composite
def entries(draw):
    """Entries of known shapes with any numbers and hashes that an entry can have."""
    released, _ = said(draw(st.sampled_from(PEOPLE)))
    logs = sorted(draw(st.sets(st.sampled_from(LOGS[1:]))))
    claimed = draw(NUMBERS)
    until = draw(st.one_of(st.none(), st.integers(claimed, 2**63 - 1)))
    old = released.statement
    statement = Statement(
        old.mechanism, old.exercise, old.author, old.recipients, draw(HASHES), draw(HASHES), claimed, until
    )
    people = [key for key in (*AMBER.officers, AMBER.station) if key.key_id in {s.key_id for s in released.signatures}]
    return entry_of(
        release(statement, *people),
        index=draw(NUMBERS),
        height=max(1, draw(NUMBERS)),
        heard=[Heard(log, max(1, draw(NUMBERS)), draw(HASHES)) for log in logs],
        placed_us=draw(NUMBERS),
    )


@settings(deadline=None)
@given(entries())
def test_every_entry_of_a_known_shape_is_seen_as_the_full_way_reads_it(entry):
    """Whatever its numbers, hashes and what it heard: each field and each signed message is the same."""
    data = entry.to_bytes()
    seen = swift().read(data)

    assert seen is not None
    same(seen, data)


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_what_is_changed_anywhere_is_not_taken_where_the_full_way_refuses_it(data):
    """Bytes replaced, cut out, put in, moved, taken from another entry: seen as the full way reads it, or not at all."""
    first, second = data.draw(entries()).to_bytes(), data.draw(entries()).to_bytes()
    at = data.draw(st.integers(0, len(first) - 1))
    length = data.draw(st.integers(0, 8))
    way = data.draw(st.integers(0, 3))
    if way == 0:
        found = first[:at] + data.draw(st.binary(min_size=length, max_size=length)) + first[at + length :]
    elif way == 1:
        found = first[:at] + first[at + 1 + length :]
    elif way == 2:
        found = first[:at] + data.draw(st.binary(min_size=1, max_size=9)) + first[at:]
    else:
        found = first[:at] + second[data.draw(st.integers(0, len(second))) :]
    seen = swift().read(found)

    if seen is not None:
        same(seen, found)


def test_each_byte_changed_is_seen_as_the_full_way_reads_it():
    """Every byte of an entry turned by each of eight bits, and to the values that begin each kind of integer."""
    entry = entry_of(said(AMBER.officers)[0], heard=[Heard("coral", 300, bytes(32)), Heard("coral.2", 5, b"r" * 32)])
    whole, taken = entry.to_bytes(), 0
    for at, byte in enumerate(whole):
        for other in {byte ^ 1 << bit for bit in range(8)} | {0x00, 0x18, 0x19, 0x1A, 0x1B, 0x58, 0x59, 0xFF}:
            found = whole[:at] + bytes((other,)) + whole[at + 1 :]
            seen = swift().read(found)
            if seen is not None:
                same(seen, found)
                taken += 1
    assert taken > 5_000  # of a hash, a signature or a number most changes give another good entry


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (b"\x02\x03\x03", b"\x02\x18\x03\x03"),  # the index 3
        (b"\x03\x07\x04", b"\x03\x19\x00\x07\x04"),  # the height 7
        (b"\x19\x01\x2c", b"\x1a\x00\x00\x01\x2c"),  # 300 that were heard
        (b"\x1b\x00\x06", b"\x1b\x80\x06"),  # a time beyond 2^63
        (b"\x08\xf6", b"\x08\x01"),  # an end before the beginning
        (b"\x03\x07\x04", b"\x03\x00\x04"),  # a height of 0
    ],
)
def test_what_fits_the_lengths_and_not_the_form_is_left_to_the_full_way(short, long):
    """An integer longer than it must be or too large, an end before the claim, a height of 0: the full way refuses it."""
    entry = entry_of(said(AMBER.officers)[0], heard=[Heard("coral", 300, bytes(32))])
    payload, statement = entry.payload(), entry.statement.to_bytes()
    inside = statement.replace(short, long, 1)
    rows = [[one.header(), {}, one.value] for one in entry.released.signatures]
    released = cbor.encode([b"", {}, inside, rows])
    outer = payload[: payload.index(b"\x05\x59")]
    if inside == statement:
        outer = outer.replace(short, long, 1)
        assert outer != payload[: payload.index(b"\x05\x59")]
    made = outer + b"\x05" + cbor.encode(released) + payload[payload.rindex(b"\x06\x1b") :]
    whole = cose.sign1_bytes(entry.station.header(), made, entry.station.value)

    assert swift().read(entry.to_bytes()) is not None
    assert swift().read(whole) is None
    with pytest.raises(NotAllowed):
        Entry.from_bytes(whole)


@pytest.mark.parametrize(
    "heard",
    [
        [("coral.2", 5), ("coral", 5)],  # not in order
        [("coral", 5), ("coral", 6)],  # twice
        [("coral", 0)],  # nothing of it
        [("jade", 5)],  # of nobody's log
    ],
)
def test_what_was_heard_is_in_order_and_of_known_logs(heard):
    """Rows out of order, twice, of size 0 or of an unknown log are left to the full way."""
    entry = entry_of(said(AMBER.officers)[0])
    payload = cbor.decode(entry.payload())
    payload[4] = [[log, size, bytes(32)] for log, size in heard]
    whole = cose.sign1_bytes(entry.station.header(), cbor.encode(payload), entry.station.value)

    assert swift().read(whole) is None


def test_an_unknown_shape_is_left_to_the_full_way():
    """Other people, other recipients, another log, another station key: all of it was never checked in full."""
    fresh = taught(Swift("amber", LOGS), AMBER.officers)
    known, _ = said(AMBER.officers)
    alone, _ = said(AMBER.officers[:1])
    nobody, _ = said(AMBER.officers, recipients=())

    assert fresh.read(entry_of(known).to_bytes()) is not None
    assert fresh.read(entry_of(alone).to_bytes()) is None
    assert fresh.read(entry_of(nobody).to_bytes()) is None
    assert fresh.read(entry_of(known, key=CORAL.station).to_bytes()) is None
    assert taught(Swift("amber.2", LOGS), AMBER.officers).read(entry_of(known).to_bytes()) is None


def test_no_shape_is_taken_from_what_is_said_in_clear():
    """Cards and the openings of later logs are few, and go the full way always."""
    a, _ = records()
    say(a, AMBER, b"first")
    made = epoch(a, AMBER)
    fresh = Swift(made.log, LOGS)
    keys = [AMBER.card.by_key_id(one.key_id) for one in (made.station, *made.released.signatures)]
    words = check_body(said(AMBER.officers)[1], said(AMBER.officers)[0].statement)
    fresh.learn(made, words, keys[0], keys[1:], ())

    assert fresh.read(made.to_bytes()) is None


def test_shapes_are_forgotten_before_they_fill_the_memory():
    """Whoever sends entries of ever new shapes makes the verifier slower, not larger."""
    fresh = Swift("amber", LOGS)
    for number in range(MAX_SHAPES + 3):
        taught(fresh, AMBER.officers, *reversed(said(AMBER.officers, recipients=())))
        fresh._shapes[b"", b"", number.to_bytes(4, "big")] = None  # as if of other people
    assert MAX_SHAPES + 1 >= len(fresh._shapes)  # the same


@functools.cache
def sealed():
    """What was seen of an entry, its statement and its body."""
    released, body = said(AMBER.officers)
    return swift().read(entry_of(released).to_bytes()), released.statement, body


def kids_in_full(body, statement):
    """Return the key ids that the full way finds, in the order of the readers."""
    return tuple(one.key_id for one in check_body(body, statement).wrapped.values())


@pytest.mark.parametrize("size", [0, 5, 230, 300, 40_000, 70_000, 120_000])
def test_bodies_of_every_length_are_read(size):
    """The head of the ciphertext has three bytes or five; the key ids are those of the full way."""
    released, body = said(AMBER.officers, bytes(size))
    seen = swift().read(entry_of(released).to_bytes())

    assert (AMBER.kem.key_id, CORAL.kem.key_id) == body_keys(body, seen) == kids_in_full(body, released.statement)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_changed_body_is_not_taken_where_the_full_way_refuses_it(data):
    """Its hash made to fit again, so that the form alone decides: the same verdict and key ids, or none."""
    seen, statement, body = sealed()
    head = data.draw(st.sampled_from([0, 4, 7, 270, 279, 281, 1440, 1449, len(body) - 1180, len(body) - 9]))
    at = min(len(body) - 1, max(0, head + data.draw(st.integers(0, 18))))
    drop = data.draw(st.integers(0, 3))
    found = body[:at] + data.draw(st.binary(max_size=4)) + body[at + drop :]
    seen.body_hash = sha256(found).digest()
    kids = body_keys(found, seen)

    if kids is not None:
        refit = Statement(
            statement.mechanism, True, "amber", statement.recipients, seen.body_hash, statement.plain_hash, NOW_US, None
        )
        assert kids_in_full(found, refit) == kids


def test_a_body_with_another_hash_is_not_taken():
    """A bit within the ciphertext or a wrapped key changes no form: the hash is compared."""
    released, body = said(AMBER.officers, b"another")
    seen = swift().read(entry_of(released).to_bytes())
    for at in (20, len(body) - 20):
        assert body_keys(body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :], seen) is None


def test_a_body_for_other_readers_is_not_taken():
    """One reader fewer, another reader, a reader twice: who reads is what the statement says."""
    released, _ = said(AMBER.officers)
    seen = swift().read(entry_of(released).to_bytes())
    for readers in (("amber",), ("amber", "jade"), ("amber", "coral", "jade")):
        kem = KemKey(bytes(32)).public
        other = seal(
            b"", mechanism=MECHANISM, author="amber", recipients=readers[1:], readers=dict.fromkeys(readers, kem)
        )
        seen.body_hash = other.body_hash
        assert body_keys(other.body, seen) is None


def test_bytes_too_many_or_too_few_are_left_to_the_full_way():
    """At the end of an entry, where the last signature stands."""
    whole = entry_of(said(AMBER.officers)[0]).to_bytes()

    assert swift().read(whole) is not None
    assert [None, None, None] == [swift().read(other) for other in (whole + b"x", whole[:-1], whole + whole)]


@pytest.mark.parametrize("count", [0x80, 0x81, 0x83])
def test_what_was_heard_is_as_many_as_it_says(count):
    """Two heads behind a head of none, one or three: no encoding of anything."""
    entry = entry_of(said(AMBER.officers)[0], heard=[Heard("coral", 300, bytes(32)), Heard("coral.2", 5, bytes(32))])
    payload = entry.payload()
    other = payload.replace(b"\x04\x82\x83", bytes((4, count, 0x83)), 1)
    whole = cose.sign1_bytes(entry.station.header(), other, entry.station.value)

    assert other != payload
    assert swift().read(whole) is None
    with pytest.raises(NotAllowed):
        Entry.from_bytes(whole)
