"""Seals: who reads, who does not, and that one body opens to one text."""

import dataclasses
import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import keyring, make_statement, parties, seed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import seal as room
from searoom.record.entry import Statement
from searoom.record.seal import Body, KemKey, Opening, check_body, open_body, seal

AMBER, CORAL, JADE = parties("amber", "coral", "jade")
RING = keyring(AMBER, CORAL, JADE)
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
    with pytest.raises(Tampered, match="unwrap"):
        open_body(SEALED.body, statement=STATEMENT, reader="coral", kem=JADE.kem)


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
        party.name: room._SUITE.encrypt(
            key,
            room._kem_public(party.kem.public),
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
    wrapped = {name: room._SUITE.encrypt(key, room._kem_public(CORAL.kem.public), info) for name in ("amber", "coral")}
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


def test_the_longest_words_fit() -> None:
    """The limit on words leaves room for the wrapping of every party that a mechanism can have."""
    assert room.MAX_CONTENT + 64 + 32 * (room.WRAPPED_SIZE + 40) <= room.MAX_BODY


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
