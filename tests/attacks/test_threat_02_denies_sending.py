"""Threat 2: a counterpart denies that it sent, or says that the text was another."""

import dataclasses
import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from attacks.scene import AMBER, CORAL, RING, Scene, words
from builders import MECHANISM
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record.entry import Entry, release, verify_entry
from searoom.record.seal import Body, Opening, content_key, open_body, seal


def test_threat_02_who_said_what_is_proven_from_one_entry():
    """Officer and station signed; the opening fits by its salted hash, and no other text and no other salt does."""
    scene = Scene()
    entry, body = next(iter(scene.ours.entries("coral")))
    opening = open_body(body, statement=entry.statement, reader="amber", kem=AMBER.kem)
    shown = Opening.from_bytes(opening.to_bytes())  # what an arbiter is given: no key of anybody
    assert (b"coral 0", entry.statement.plain_hash) == (shown.content, shown.plain_hash())
    assert {"coral-1"} == {signer.holder for signer in verify_entry(Entry.from_bytes(entry.to_bytes()), CORAL.card)}
    for other in (Opening(shown.salt, b"coral 1"), Opening(bytes(32), shown.content), Opening(shown.salt, b"")):
        assert entry.statement.plain_hash != other.plain_hash()


def test_threat_02_another_text_for_what_was_said():
    """Coral brings the entry that amber holds with the body of other words: refused, the first stays."""
    scene = Scene()
    entry, held = list(scene.ours.entries("coral"))[1]
    lie = dataclasses.replace(scene.next_batch(), items=((entry.to_bytes(), words(b"it was this")[1]),))
    scene.refused(scene.admit(lie), Tampered, "body is not the one that coral signed for")
    assert held == list(scene.ours.entries("coral"))[1][1]


def test_threat_02_a_signature_moved_to_other_words():
    """The officer's true signature under a statement that it was not made for."""
    scene = Scene()
    true, _ = words(b"true")
    released, body = words(b"false")
    lie = dataclasses.replace(released, signatures=true.signatures)
    scene.refused(scene.admit(scene.lie(lie, body)), Tampered, "coral-1's signature", ["refused"])


def test_threat_02_one_ciphertext_is_never_two_texts():
    """Coral signs the hash of one text and seals another: the reader is told so, and the signed hash accuses coral."""
    scene = Scene()
    readers = {"amber": AMBER.kem.public, "coral": CORAL.kem.public}
    told = seal(b"we yield", mechanism=MECHANISM, author="coral", recipients=("amber",), readers=readers)
    base = words()[0].statement
    honest = dataclasses.replace(base, body_hash=told.body_hash, plain_hash=told.plain_hash)
    key = content_key(told.body, statement=honest, reader="coral", kem=CORAL.kem)
    parsed = Body.from_bytes(told.body)
    aad = cbor.encode([MECHANISM, "coral", ["amber"]])
    other = ChaCha20Poly1305(key).encrypt(bytes(12), Opening(bytes(32), b"we do not").to_bytes(), aad)
    body = Body(other, parsed.wrapped).to_bytes()
    statement = dataclasses.replace(honest, body_hash=hashlib.sha256(body).digest())
    scene.ours.admit(scene.lie(release(statement, CORAL.officers[0]), body), now_us=scene.now_us)
    entry, held = list(scene.ours.entries("coral"))[-1]
    with pytest.raises(Tampered, match="not those that coral signed for"):
        open_body(held, statement=entry.statement, reader="amber", kem=AMBER.kem)
    assert RING.by_key_id("coral", entry.released.signatures[0].key_id).holder == "coral-1"


def test_threat_02_a_body_wrapped_for_somebody_else_only():
    """Coral says that it told amber, and sealed the words to itself: refused before it stands anywhere."""
    scene = Scene()
    alone = seal(b"?", mechanism=MECHANISM, author="coral", recipients=(), readers={"coral": CORAL.kem.public})
    statement = dataclasses.replace(words()[0].statement, body_hash=alone.body_hash, plain_hash=alone.plain_hash)
    lie = scene.lie(release(statement, CORAL.officers[0]), alone.body)
    scene.refused(scene.admit(lie), NotAllowed, "readers of a body", ["refused"])
