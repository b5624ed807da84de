"""A body opened by its one byte form: the words that the full way gives, and no others."""

import hashlib
import secrets
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_party, make_released, roster
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import unsealing
from searoom.record.seal import MAX_CONTENT, Body, Opening, content_key, open_with

AMBER, CORAL, TEAL = (make_party(name) for name in ("amber", "coral", "teal"))
RING = roster(AMBER, CORAL, TEAL)
EDGES = sorted({size + step for size in (0, 24, 220, 256, 480, 992, 2016, 4064, 65_400) for step in range(-8, 40)})


def said(content, to=None):
    """Return a statement of amber and its body."""
    released, body = make_released(RING, AMBER, content, to=to)
    return released.statement, body


def full(statement, body, party=CORAL):
    """Return what the full way gives: the content key and the opening."""
    key = content_key(body, statement=statement, reader=party.name, kem=party.kem)
    return key, open_with(key, body, statement)


def swift(statement, body, party=CORAL):
    """Return the same by the one byte form."""
    key = unsealing.find(body, statement, party.name, party.kem)
    return key, None if key is None else unsealing.opened(key, body, statement)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*(size for size in EDGES if size >= 0), MAX_CONTENT]), st.sampled_from([None, ["coral"]]))
def test_gives_what_the_full_way_gives(size, to):
    """For words of every length around each size of an opening, to one reader and to several."""
    statement, body = said(secrets.token_bytes(size), to)
    key, opening = full(statement, body)
    found, opened = swift(statement, body)
    assert (found, opened) in ((key, opening), (key, None), (None, None))  # None leaves it to the full way
    if size < 200:  # which words of the usual length do not take
        assert (key, opening) == (found, opened)


def test_a_body_that_was_changed_opens_to_nothing_else():
    """Whatever byte is another one: refused, or left to the full way, or the words that were signed for."""
    statement, body = said(b"Your course?")
    _, opening = full(statement, body)
    for at in [*range(40), *range(250, 330), *range(len(body) - 1400, len(body) - 1150), len(body) - 1]:
        changed = body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]
        try:
            _, found = swift(statement, changed)
        except Tampered:
            found = None
        assert found in (None, opening)


def test_who_is_no_reader_and_another_key_find_nothing():
    """It is left to the full way, which says so."""
    statement, body = said(b"Your course?", to=["coral"])
    assert unsealing.find(body, statement, "teal", TEAL.kem) is None
    assert unsealing.find(body, statement, "coral", TEAL.kem) is None
    assert unsealing.find(b"", statement, "coral", CORAL.kem) is None
    other = replace(statement, recipients=("coral", "teal"))
    assert unsealing.find(body, other, "coral", CORAL.kem) is None


def test_a_body_with_more_than_its_parts_is_left_to_the_full_way():
    """An author who signs for more bytes than a body has gives nothing to read."""
    statement, body = said(b"Your course?")
    key, _ = full(statement, body)
    for made in (body + b"\x00", body[:-1]):
        lying = replace(statement, body_hash=hashlib.sha256(made).digest())
        assert unsealing.opened(key, made, lying) is None
        with pytest.raises(NotAllowed):
            open_with(key, made, lying)


def test_words_of_another_hash_are_not_given():
    """Who knows a content key cannot pass off other words: the statement names their hash."""
    statement, body = said(b"Your course?")
    key, _ = full(statement, body)
    assert unsealing.opened(key, body, replace(statement, plain_hash=bytes(32))) is None
    assert unsealing.opened(bytes(32), body, statement) is None


@pytest.mark.parametrize(
    "wrong",
    ["pad that says something", "larger than it needs to be", "a longer head", "a fourth part", "no pad"],
)
def test_an_opening_that_the_full_way_refuses_is_not_given(wrong):
    """An author who seals words in another form than the one is not read here either."""
    salt, words = secrets.token_bytes(32), b"Your course?"
    sizes = {"larger than it needs to be": 512}
    pad = bytes(sizes.get(wrong, 256) - len(cbor.encode([salt, words])) - (3 if wrong in sizes else 2))
    inner = cbor.encode([salt, words, pad])
    if wrong == "pad that says something":
        inner = inner[:-1] + b"\x01"
    elif wrong == "a longer head":
        inner = b"\x83" + cbor.encode(salt) + b"\x58" + bytes((len(words),)) + words + cbor.encode(bytes(len(pad) - 1))
    elif wrong == "a fourth part":
        inner = b"\x84" + inner[1:-1] + b"\x00"
    elif wrong == "no pad":
        inner = cbor.encode([salt, words + bytes(256 - len(cbor.encode([salt, words])) - 1)])
    statement, body = said(words)
    key, _ = full(statement, body)
    aad = cbor.encode([statement.mechanism, statement.author, sorted(statement.recipients)])
    ciphertext = ChaCha20Poly1305(key).encrypt(bytes(12), inner, aad)
    made = replace(Body.from_bytes(body), ciphertext=ciphertext).to_bytes()
    plain = Opening(salt, words).plain_hash()
    lying = replace(statement, body_hash=hashlib.sha256(made).digest(), plain_hash=plain)
    with pytest.raises((NotAllowed, Tampered)):
        open_with(key, made, lying)
    assert unsealing.opened(key, made, lying) is None
