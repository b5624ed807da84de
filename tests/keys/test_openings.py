"""What a party can read: bodies by old and new KEM keys, and what was kept before an old one was destroyed."""

from dataclasses import replace

import pytest

from builders import make_party, make_released, renewed, roster, seed
from searoom.errors import NotAllowed, Tampered
from searoom.keys import openings as room
from searoom.keys.openings import KIND, Openings
from searoom.record.seal import KemKey
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.statements.annexes import detach, seal_annex
from told import BOOK

AMBER, CORAL, TEAL = (make_party(name) for name in ("amber", "coral", "teal"))
RING = roster(AMBER, CORAL, TEAL)
WORDS = b"Your course at 02:16Z?"


@pytest.fixture
def store():
    return SqliteStore(":memory:")


def reading(store, *kems, party=CORAL):
    """Return what opens bodies for a party with these KEM keys."""
    return Openings(store, RING.mechanism, party.name, kems or (party.kem,), party.storage)


def said(content=WORDS, author=AMBER, to=None):
    """Return a statement of amber to all, and its body."""
    released, body = make_released(RING, author, content, to=to)
    return released.statement, body


def personal():
    """Return personal data of amber, sealed to both: the hash in the record, the bytes beside it, the name in them."""
    typed = {
        "visit": "2026 visit", "host": "coral", "from": "2026-09-01", "to": "2026-09-05", "size": "1",
        "persons": "Cdr A. Vale",
    }  # fmt: skip
    ((reference, opening),) = detach(forms.from_text(BOOK, "visit-delegation", typed), BOOK)[1].items()
    readers = {"amber": AMBER.kem.public, "coral": CORAL.kem.public}
    return reference, seal_annex(opening, mechanism=RING.mechanism, author="amber", readers=readers)


def test_opens_what_is_sealed_to_it(store):
    """The words come out; to who is no reader they stay closed, and that is no error of the account."""
    statement, body = said(to=["coral"])

    assert WORDS == reading(store).require(statement, body).content
    assert reading(store, party=TEAL).opening(statement, body) is None
    with pytest.raises(NotAllowed, match="not sealed to teal"):
        reading(store, party=TEAL).require(statement, body)


def test_opens_by_an_older_key_too(store):
    """After a new card both keys open; what is sealed to neither says for which it is."""
    later = KemKey(seed("coral", "kem", "later"))
    statement, body = said()

    assert WORDS == reading(store, later, CORAL.kem).require(statement, body).content
    with pytest.raises(NotAllowed, match="sealed to a key"):
        reading(store, later).require(statement, body)
    only = reading(store, later)
    only.use(CORAL.kem)
    assert WORDS == only.require(statement, body).content


def test_what_was_kept_is_read_after_the_key_was_destroyed(store):
    """Rewrapped under the storage key, the words stay readable here; without that key the store opens nothing."""
    pairs = [said(b"words %d" % number) for number in range(3)]
    assert 3 == reading(store).keep_all(pairs)
    assert 0 == reading(store).keep_all(pairs)

    later = KemKey(seed("coral", "kem", "later"))
    assert [b"words 0", b"words 1", b"words 2"] == [reading(store, later).require(*pair).content for pair in pairs]
    thief = Openings(store, RING.mechanism, "coral", [later], replace(CORAL.storage, seed=bytes(32)))
    with pytest.raises(Tampered, match="storage key"):
        thief.require(*pairs[0])


def test_keeps_many_in_a_few_transactions(store, monkeypatch):
    """However many they are, all are kept: none is left out at the end of a lot."""
    monkeypatch.setattr(room, "_TOGETHER", 2)
    assert 5 == reading(store).keep_all(said(b"words %d" % number) for number in range(5))
    assert 5 == len(list(store.each(KIND)))


def test_what_is_not_for_us_is_not_kept(store):
    """Bodies of others, and what is in clear, are passed over."""
    card = renewed(AMBER, "later")
    pairs = [said(to=["teal"]), said()]

    assert 1 == reading(store).keep_all(pairs)
    assert card.card_bytes not in [value for _, value in store.each(KIND)]


def test_who_signs_anothers_hashes_gains_nothing(store):
    """Teal repeats the hash of amber's words over a body of its own: amber's stay as they are, teal's stay closed.

    In whatever order they are kept or read: a node that remembers and one that does not read alike.
    """
    theirs, body = said(to=["coral"])
    own, other_body = said(b"nothing of the kind", author=TEAL, to=["coral"])
    copied = replace(own, plain_hash=theirs.plain_hash)
    same_body = replace(theirs, author="teal")
    for first, second in ((True, False), (False, True)):
        fresh = SqliteStore(":memory:")
        coral = reading(fresh)
        pairs = [(theirs, body), (copied, other_body), (same_body, body)]
        for statement, data in pairs if first else reversed(pairs):
            coral.opening(statement, data)
        assert 1 == coral.keep_all(pairs if second else reversed(pairs))
        for reader in (coral, reading(fresh), reading(fresh, KemKey(seed("gone")))):
            assert WORDS == reader.require(theirs, body).content
            assert reader.opening(copied, other_body) is None
            assert reader.opening(same_body, body) is None


def test_another_body_under_a_statement_that_was_read_is_refused(store):
    """What is remembered is of the body that was signed for, and of no other."""
    statement, body = said()
    coral = reading(store)
    coral.require(statement, body)

    with pytest.raises(Tampered, match="not the one that amber signed for"):
        coral.require(statement, body[:-1] + bytes([body[-1] ^ 1]))


def test_holds_so_many_and_the_latest_used(store, monkeypatch):
    """What was used longest ago is let go of first, and is opened again when it is asked for."""
    monkeypatch.setattr(room, "HELD", 2)
    opened = []
    real = room.unsealing.opened
    monkeypatch.setattr(room.unsealing, "opened", lambda *given: opened.append(1) or real(*given))
    one, two, three = (said(b"words %d" % number) for number in range(3))
    coral = reading(store)

    for pair in (one, two, one, three, one):
        coral.require(*pair)
    assert 3 == len(opened)
    assert (b"words 1", 4) == (coral.require(*two).content, len(opened))
    assert 2 == len(coral._held)


def test_personal_data_open_to_their_readers_and_only_under_their_hash(store):
    """An annex opens for the readers of its message; for another hash, or another author's message, it does not."""
    reference, data = personal()
    coral = reading(store)

    assert b"Vale" in coral.annex(data, reference, "amber", ("coral",))
    with pytest.raises(Tampered):
        coral.annex(data, bytes(32), "amber", ("coral",))
    with pytest.raises((NotAllowed, Tampered)):
        coral.annex(data, reference, "teal", ("coral",))
    with pytest.raises(NotAllowed):
        reading(store, party=TEAL).annex(data, reference, "amber", ("coral",))


def test_personal_data_stay_readable_after_the_key_was_destroyed_until_they_are_erased(store):
    """Kept like the words, and forgotten with them: no content key outlives what was erased."""
    reference, data = personal()
    coral = reading(store)
    statement, body = coral.annex_parts(data, "amber", ("coral",))
    assert 1 == coral.keep_all([(statement, body)])

    later = reading(store, KemKey(seed("coral", "kem", "later")))
    assert b"Vale" in later.annex(data, reference, "amber", ("coral",))
    later.forget(body)
    assert [] == list(store.each(KIND))
    assert {} == dict(later._held)
    with pytest.raises(NotAllowed):
        later.annex(data, reference, "amber", ("coral",))
