"""Seals: who reads, who does not, and that one body opens to one text."""

import dataclasses
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

import second_verifier
from builders import MECHANISM, NOW_US, make_statement, parties, renewed, roster, seed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import seal as room
from searoom.record.cards import Revoked
from searoom.record.entry import Entry, Heard, Kind, Statement, clear_statement, place, release
from searoom.record.seal import (
    Body,
    KemKey,
    Opening,
    check_body,
    check_key_ids,
    content_key,
    open_body,
    open_with,
    read_reason,
    reason,
    seal,
)

AMBER, CORAL, JADE = parties("amber", "coral", "jade")
RING = roster(AMBER, CORAL, JADE)
STATEMENT, SEALED = make_statement(RING, "amber", b"the words", to=["coral"])
OPENING = open_body(SEALED.body, statement=STATEMENT, reader="coral", kem=CORAL.kem)


def resealed(body: bytes) -> Statement:
    """Return the statement of another body, as a sender who lies would sign it."""
    return dataclasses.replace(STATEMENT, body_hash=hashlib.sha256(body).digest())


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=2000))
def test_recipients_and_author_read_the_same_words(content: bytes) -> None:
    """What goes in comes out, for the recipient and for the author who keeps a copy."""
    statement, sealed = make_statement(RING, "amber", content, to=["coral"])
    for party in (AMBER, CORAL):
        opening = open_body(sealed.body, statement=statement, reader=party.name, kem=party.kem)
        assert content == opening.content
        assert statement.plain_hash == opening.plain_hash()
        assert opening == Opening.from_bytes(opening.to_bytes())


def test_nobody_else_reads() -> None:
    """A third party is told that the body is not for it; with another's name its key opens nothing."""
    with pytest.raises(NotAllowed, match="not sealed to jade"):
        open_body(SEALED.body, statement=STATEMENT, reader="jade", kem=JADE.kem)
    with pytest.raises(NotAllowed, match=f"sealed to a key {CORAL.kem.key_id.hex()}"):
        open_body(SEALED.body, statement=STATEMENT, reader="coral", kem=JADE.kem)
    body = rewrapped("coral", key_id=JADE.kem.key_id)
    with pytest.raises(Tampered, match="unwrap"):
        open_body(body, statement=resealed(body), reader="coral", kem=JADE.kem)


def rewrapped(reader: str, **change: Any) -> bytes:
    """Return the body with another row for one reader, as a liar would write it."""
    parsed = Body.from_bytes(SEALED.body)
    return Body(
        parsed.ciphertext, {**parsed.wrapped, reader: dataclasses.replace(parsed.wrapped[reader], **change)}
    ).to_bytes()


def test_a_wrapped_key_names_its_kind_and_its_key() -> None:
    """Kind 1, and the first 8 bytes of the hash of the reader's KEM key: what a reader needs to pick its own."""
    for party in (AMBER, CORAL):
        wrapped = Body.from_bytes(SEALED.body).wrapped[party.name]
        key_id = hashlib.sha256(party.kem.public).digest()[:8]
        assert (1, key_id, 1168) == (wrapped.kind, wrapped.key_id, len(wrapped.value))
        assert key_id == party.kem.key_id


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([0, bytes(8), bytes(1168)], "kind 0"),
        ([2, bytes(8), bytes(1168)], "kind 2"),
        ([True, bytes(8), bytes(1168)], "kind"),
        ([-1, bytes(8), bytes(1168)], "kind"),
        ([1, bytes(7), bytes(1168)], "key id"),
        ([1, "12345678", bytes(1168)], "key id"),
        ([1, bytes(8), bytes(1167)], "wrapped key"),
        ([1, bytes(8)], "wrapped key"),
        ([1, bytes(8), bytes(1168), 0], "wrapped key"),
        (bytes(1168), "wrapped key"),
    ],
)
def test_refuses_a_wrapping_that_is_not_known(row: Any, said: str) -> None:
    """Another kind, another size, a bare key: refused with words, before anything is unwrapped."""
    items: Any = cbor.decode(SEALED.body)
    body = cbor.encode({**items, 2: {**items[2], "coral": row}})
    with pytest.raises(NotAllowed, match=said):
        check_body(body, resealed(body))


def test_refuses_a_key_that_is_not_on_the_readers_card() -> None:
    """Who wraps for a key that the reader does not have is found out by everybody, also by those who cannot open."""
    check_key_ids(Body.from_bytes(SEALED.body), placed(STATEMENT), RING)
    for reader in ("amber", "coral"):
        body = rewrapped(reader, key_id=JADE.kem.key_id)
        parsed = check_body(body, resealed(body))
        assert parsed is not None
        with pytest.raises(NotAllowed, match=f"of {reader} that is not on its card"):
            check_key_ids(parsed, placed(resealed(body)), RING)


def placed(statement: Statement, *, index: int = 9, heard: tuple[Heard, ...] = ()) -> Entry:
    """Return amber's entry with this statement, that has heard so much."""
    released = release(statement, AMBER.officers[0])
    return place(released, log="amber", index=index, height=9, heard=heard, placed_us=NOW_US, station_key=AMBER.station)


def test_a_body_is_sealed_to_the_keys_that_its_author_had_heard_of() -> None:
    """To the author's own by its place, to a reader's by how much of its log was heard: an old key, never one to come."""
    amber, coral = renewed(AMBER, "2"), renewed(CORAL, "2")
    ring = RING.with_card(amber.card_bytes, "amber", 5).with_card(coral.card_bytes, "coral", 2)
    old, new = make_statement(RING, "amber", b"x", to=["coral"]), make_statement(ring, "amber", b"x", to=["coral"])

    def check(said: tuple[Statement, room.Sealed], index: int, heard: int) -> None:
        parsed = Body.from_bytes(said[1].body)
        names = (Heard("coral", heard, bytes(32)),) if heard else ()
        check_key_ids(parsed, placed(said[0], index=index, heard=names), ring)

    for index, heard in ((0, 0), (4, 2), (5, 3), (9, 0), (9, 9)):
        check(old, index, heard)
    check(new, 5, 3)
    check(new, 9, 9)
    for index, heard, whose in ((4, 3, "amber"), (5, 2, "coral"), (9, 0, "coral")):
        with pytest.raises(NotAllowed, match=f"of {whose} that is not on its card"):
            check(new, index, heard)


def test_a_revoked_kem_key_is_sealed_to_no_more() -> None:
    """From where its owner's card says that it ended, as far as that was heard: before, nobody could know."""
    ended = renewed(CORAL, "2", revoked=(Revoked(CORAL.kem.key_id, None, "copied"),))
    ring = RING.with_card(ended.card_bytes, "coral", 2)
    parsed = Body.from_bytes(SEALED.body)
    check_key_ids(parsed, placed(STATEMENT, heard=(Heard("coral", 2, bytes(32)),)), ring)
    with pytest.raises(NotAllowed, match="of coral that is not on its card"):
        check_key_ids(parsed, placed(STATEMENT, heard=(Heard("coral", 3, bytes(32)),)), ring)


def test_of_several_logs_the_newest_that_was_heard_counts() -> None:
    """A reader whose log began anew is judged by the newest of its logs of which the author had heard."""
    coral = renewed(CORAL, "2")
    ring = RING.with_card(coral.card_bytes, "coral.2", 1)
    statement, sealed = make_statement(ring, "amber", b"x", to=["coral"])
    statement_old, sealed_old = make_statement(RING, "amber", b"x", to=["coral"])
    heard = (Heard("coral", 99, bytes(32)), Heard("coral.2", 2, bytes(32)))
    check_key_ids(Body.from_bytes(sealed.body), placed(statement, heard=heard), ring)
    check_key_ids(Body.from_bytes(sealed_old.body), placed(statement_old, heard=heard), ring)
    for few in (heard[:1], (heard[0], Heard("coral.2", 1, bytes(32)))):
        with pytest.raises(NotAllowed, match="of coral"):
            check_key_ids(Body.from_bytes(sealed.body), placed(statement, heard=few), ring)


def in_clear(kind: Kind, body: bytes, author: str = "amber") -> Statement:
    """Return a statement over what is said in clear."""
    return clear_statement(kind, body, mechanism=MECHANISM, exercise=True, author=author, claimed_us=NOW_US)


def test_a_body_in_clear_is_read_to_its_end() -> None:
    """A card of its author, or a reason: in their one form, and not sealed at all."""
    card, why = AMBER.card_bytes, reason("amber.2", "our store is lost")
    for kind, body in ((Kind.CARD, card), (Kind.EPOCH, why)):
        assert check_body(body, in_clear(kind, body)) is None
        with pytest.raises(NotAllowed, match="not sealed"):
            content_key(body, statement=in_clear(kind, body), reader="amber", kem=AMBER.kem)
        with pytest.raises(NotAllowed, match="not sealed at all"):
            open_with(bytes(32), body, in_clear(kind, body))
        with pytest.raises(Tampered, match="not the one"):
            check_body(body + b"\0", in_clear(kind, body))
    assert ("amber.2", "our store is lost") == read_reason(why)
    with pytest.raises(NotAllowed, match="card of another party"):
        check_body(CORAL.card_bytes, in_clear(Kind.CARD, CORAL.card_bytes))
    for kind in (Kind.CARD, Kind.EPOCH):
        for body in (
            b"",
            SEALED.body,
            cbor.encode({0: 1, 1: ""}),
            cbor.encode({0: 1, 1: "x"}),
            cbor.encode({0: 1, 1: "amber.1", 2: "x"}),
            cbor.encode({0: 1, 1: "amber.2", 2: ""}),
            cbor.encode({0: 1, 1: "amber.2", 2: "x", 3: 0}),
            b"\xa3\0\1\1\x67amber.2\2\x78\1x",
        ):
            with pytest.raises(NotAllowed):
                check_body(body, in_clear(kind, body))
    with pytest.raises(NotAllowed, match="why a new log"):
        reason("amber.2", "x" * (room.MAX_REASON + 1))
    reason("amber.2", "x" * room.MAX_REASON)


def test_a_content_key_opens_its_body_without_the_kem_key() -> None:
    """Who has unwrapped once can keep the key and lose the other: the same words, and of this body alone."""
    key = content_key(SEALED.body, statement=STATEMENT, reader="coral", kem=CORAL.kem)
    assert OPENING == open_with(key, SEALED.body, STATEMENT)
    assert key == content_key(SEALED.body, statement=STATEMENT, reader="amber", kem=AMBER.kem)
    other_statement, other = make_statement(RING, "amber", b"other words", to=["coral"])
    with pytest.raises(Tampered, match="decrypt"):
        open_with(key, other.body, other_statement)
    for wrong in (bytes(32), b"", bytes(31)):
        with pytest.raises(Tampered, match="decrypt"):
            open_with(wrong, SEALED.body, STATEMENT)


def test_the_seed_expands_as_x_wing_says() -> None:
    """The public key of the first X-Wing vector (draft-connolly-cfrg-xwing-kem, appendix C)."""
    key = KemKey(bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"))
    assert "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5" == key.public.hex()[:64]
    assert 1216 == len(key.public)


def test_the_same_words_are_never_the_same_bytes() -> None:
    """Salt and content key are drawn fresh, so equal words cannot be recognised."""
    other_statement, other = make_statement(RING, "amber", b"the words", to=["coral"])
    assert other.body != SEALED.body
    assert other_statement.plain_hash != STATEMENT.plain_hash


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=len(SEALED.body) * 8 - 1))
def test_refuses_a_body_with_any_bit_turned(bit: int) -> None:
    """The statement names one body; and even where a liar signs for a changed one, it does not open."""
    data = bytearray(SEALED.body)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Tampered, match="not the one"):
        open_body(bytes(data), statement=STATEMENT, reader="coral", kem=CORAL.kem)
    try:
        opening = open_body(bytes(data), statement=resealed(bytes(data)), reader="coral", kem=CORAL.kem)
    except (NotAllowed, Tampered):
        return
    assert opening == OPENING  # only the other reader's wrapped key was hit


def test_one_body_cannot_be_opened_to_two_texts() -> None:
    """A sender who encrypts other words than those he signed for is found out by the salted hash."""
    key = bytes(32)
    inner = Opening(bytes(32), b"other words").to_bytes()
    aad = room._aad(STATEMENT.mechanism, "amber", ("coral",))
    wrapped = {
        party.name: room._wrap(
            key,
            party.kem.public,
            room._info(STATEMENT.mechanism, "amber", party.name, STATEMENT.plain_hash),
        )
        for party in (AMBER, CORAL)
    }
    body = Body(ChaCha20Poly1305(key).encrypt(bytes(12), inner, aad), wrapped).to_bytes()
    with pytest.raises(Tampered, match="signed for"):
        open_body(body, statement=resealed(body), reader="coral", kem=CORAL.kem)


def test_a_wrapped_key_serves_one_statement_only() -> None:
    """The wrapping is bound to mechanism, author, reader and words: it cannot be carried into another message."""
    for change in ({"mechanism": "demo-2027"}, {"plain_hash": bytes(32)}):
        statement = dataclasses.replace(STATEMENT, **change)
        with pytest.raises(Tampered, match="unwrap"):
            open_body(SEALED.body, statement=statement, reader="coral", kem=CORAL.kem)


def test_the_ciphertext_is_bound_to_its_recipients() -> None:
    """Who else was told is part of what is sealed."""
    key, aad = bytes(32), room._aad(STATEMENT.mechanism, "amber", ("coral", "jade"))
    info = room._info(STATEMENT.mechanism, "amber", "coral", STATEMENT.plain_hash)
    wrapped = {name: room._wrap(key, CORAL.kem.public, info) for name in ("amber", "coral")}
    body = Body(ChaCha20Poly1305(key).encrypt(bytes(12), OPENING.to_bytes(), aad), wrapped).to_bytes()
    with pytest.raises(Tampered, match="decrypt"):
        open_body(body, statement=resealed(body), reader="coral", kem=CORAL.kem)


def test_refuses_readers_who_are_not_the_recipients() -> None:
    """A body for more or fewer readers than the statement names is refused without being opened."""
    parsed = Body.from_bytes(SEALED.body)
    for wrapped in (
        {"amber": parsed.wrapped["amber"]},
        {**parsed.wrapped, "jade": parsed.wrapped["coral"]},
    ):
        body = Body(parsed.ciphertext, wrapped).to_bytes()
        with pytest.raises(NotAllowed, match="readers"):
            check_body(body, resealed(body))


def test_refuses_to_seal_to_the_wrong_people() -> None:
    """The readers are the recipients and the author, with whole keys, and words of a length."""
    keys = {party.name: party.kem.public for party in (AMBER, CORAL)}
    for recipients, readers in ((["jade"], keys), (["amber", "coral"], keys), ([], keys)):
        with pytest.raises(NotAllowed, match="sealed to its recipients"):
            seal(b"", mechanism="m", author="amber", recipients=recipients, readers=readers)
    with pytest.raises(NotAllowed, match="KEM key"):
        seal(b"", mechanism="m", author="amber", recipients=["coral"], readers={**keys, "coral": bytes(7)})
    with pytest.raises(NotAllowed, match="X-Wing"):
        seal(b"", mechanism="m", author="amber", recipients=["coral"], readers={**keys, "coral": b"\xff" * 1216})
    with pytest.raises(NotAllowed, match="at most"):
        seal(bytes(room.MAX_CONTENT + 1), mechanism="m", author="amber", recipients=["coral"], readers=keys)


def test_lengths_tell_the_next_size_and_no_more() -> None:
    """Whatever is said, the ciphertext has one of ten lengths: 256 to 131,072 bytes and the tag."""
    seen = set()
    for length in (0, 1, 150, 193, 194, 195, 218, 219, 5000, 65_000, room.MAX_CONTENT):
        _, sealed = make_statement(RING, "amber", bytes(length), to=["coral"])
        seen.add((length, len(Body.from_bytes(sealed.body).ciphertext) - 16))
    assert {
        (0, 256), (1, 256), (150, 256), (193, 256), (194, 512), (195, 256), (218, 256), (219, 512), (5000, 8192),
        (65_000, 65_536), (room.MAX_CONTENT, 131_072),
    } == seen  # fmt: skip
    assert tuple(256 * 2**step for step in range(10)) == room.OPENING_SIZES


NEAR_A_SIZE = st.sampled_from(room.OPENING_SIZES).flatmap(lambda size: st.integers(size - 320, size + 8))


@settings(deadline=None)
@given(st.one_of(NEAR_A_SIZE, st.integers(0, room.MAX_CONTENT)).filter(lambda n: 0 <= n <= room.MAX_CONTENT))
def test_every_length_is_filled_up_exactly_and_alike_by_other_hands(length: int) -> None:
    """One encoding: of a size of the list, the same as the second verifier makes, and read back as it was."""
    opening = Opening(bytes(range(32)), b"w" * length)
    data = opening.to_bytes()
    assert len(data) in room.OPENING_SIZES
    assert data == second_verifier.padded([opening.salt, opening.content])
    assert opening == Opening.from_bytes(data)


def pads() -> dict[str, bytes]:
    """Return encodings of one opening with another pad than the one that it must have."""
    salt, content = bytes(range(32)), b"words"
    right: Any = cbor.decode(Opening(salt, content).to_bytes())
    size = len(right[2])
    return {
        "not zero at its end": cbor.encode([salt, content, bytes(size - 1) + b"\1"]),
        "not zero at its start": cbor.encode([salt, content, b"\1" + bytes(size - 1)]),
        "too short": cbor.encode([salt, content, bytes(size - 1)]),
        "too long": cbor.encode([salt, content, bytes(size + 1)]),
        "the next size": cbor.encode([salt, content, bytes(size + 255)]),
        "empty": cbor.encode([salt, content, b""]),
        "none": cbor.encode([salt, content]),
        "text": cbor.encode([salt, content, "0" * size]),
        "one more part": cbor.encode([salt, content, right[2], b""]),
    }


@pytest.mark.parametrize("lie", pads())
def test_refuses_another_pad(lie: str) -> None:
    """All zero and of the one right length: nothing can be hidden in it, and one opening has one byte string."""
    with pytest.raises(NotAllowed, match="opening"):
        Opening.from_bytes(pads()[lie])
    with pytest.raises(second_verifier.Refused):
        second_verifier.check_opening(pads()[lie], Opening(bytes(range(32)), b"words").plain_hash(), "here")


@pytest.mark.parametrize("lie", ["not zero at its end", "the next size"])
def test_refuses_another_pad_under_the_seal(lie: str) -> None:
    """A sender who pads otherwise signed for the same words; who opens the body refuses it all the same."""
    key, opening = bytes(32), Opening(bytes(range(32)), b"words")
    for inner in (opening.to_bytes(), pads()[lie]):
        statement = dataclasses.replace(STATEMENT, plain_hash=opening.plain_hash())
        wrapped = {
            party.name: room._wrap(
                key,
                party.kem.public,
                room._info(statement.mechanism, "amber", party.name, statement.plain_hash),
            )
            for party in (AMBER, CORAL)
        }
        sealed = ChaCha20Poly1305(key).encrypt(bytes(12), inner, room._aad(statement.mechanism, "amber", ("coral",)))
        body = Body(sealed, wrapped).to_bytes()
        statement = dataclasses.replace(statement, body_hash=hashlib.sha256(body).digest())
        if inner == opening.to_bytes():
            assert opening == open_body(body, statement=statement, reader="coral", kem=CORAL.kem)
        else:
            with pytest.raises(NotAllowed, match="zero bytes"):
                open_body(body, statement=statement, reader="coral", kem=CORAL.kem)


@pytest.mark.parametrize("size", [0, 16, 17, 255, 257, 384, 1 << 18])
def test_refuses_a_ciphertext_that_no_padded_opening_gives(size: int) -> None:
    """Who does not pad is found out by everybody, without any key."""
    body = Body(bytes(size + 16), Body.from_bytes(SEALED.body).wrapped).to_bytes()
    with pytest.raises(NotAllowed, match="ciphertext|body|bytes"):
        check_body(body, resealed(body))


def test_the_longest_words_fit() -> None:
    """The limit on words leaves room for the wrapping of every party that a mechanism can have."""
    assert max(room.OPENING_SIZES) + room.TAG_SIZE + 64 + 32 * (room.WRAPPED_SIZE + 48) <= room.MAX_BODY


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_refuses_bytes_that_are_no_body(data: bytes) -> None:
    """Decoders of foreign bytes refuse with words and nothing else."""
    with pytest.raises(NotAllowed):
        Body.from_bytes(data)
    try:
        opening = Opening.from_bytes(data)
    except NotAllowed:
        return
    assert data == opening.to_bytes()


def test_a_kem_key_hides_its_seed() -> None:
    """What is printed of a private key, or of words, is not the thing itself."""
    key = KemKey.generate()
    assert str(key.seed) not in repr(key)
    assert "the words" not in repr(OPENING)
    assert seed("amber", "kem") == AMBER.kem.seed
    with pytest.raises(NotAllowed):
        KemKey(b"short")
    assert isinstance(cbor.decode(SEALED.body), dict)
