"""The storage key: what the store keeps of content keys is worth nothing without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import exchange, make_record, make_statement, parties, renewed, roster, say
from searoom.errors import NotAllowed, Tampered
from searoom.keys.openings import Openings
from searoom.record.seal import KemKey
from searoom.record.storage import StorageKey
from searoom.record.store import SqliteStore

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)
KEY = StorageKey(bytes(range(32)))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_gives_back_what_was_put_away(content_key, plain_hash):
    """Each content key under its message, and under no other."""
    wrapped = KEY.wrap(content_key, plain_hash)
    assert content_key == KEY.unwrap(wrapped, plain_hash)
    assert content_key not in wrapped
    for key, data, where in (
        (StorageKey(bytes(32)), wrapped, plain_hash),
        (KEY, wrapped, bytes(31) + b"\1" if plain_hash == bytes(32) else bytes(32)),
        (KEY, wrapped[:-1] + bytes((wrapped[-1] ^ 1,)), plain_hash),
        (KEY, wrapped[:-1], plain_hash),
        (KEY, b"", plain_hash),
    ):
        with pytest.raises(Tampered, match="storage key"):
            key.unwrap(data, where)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_has_one_size(size):
    """Thirty-two bytes, and they are not shown."""
    with pytest.raises(NotAllowed, match="storage key"):
        StorageKey(bytes(size))
    assert str(KEY.seed) not in repr(KEY)


def test_the_national_key_follows_from_it():
    """Who has the storage key opens the national log, and its seed is not the storage key itself."""
    assert KEY.national_seed() == StorageKey(bytes(range(32))).national_seed() != KEY.seed
    assert StorageKey(bytes(32)).national_seed() != KEY.national_seed()


def openings(store, kems, storage=CORAL.storage):
    return Openings(store, RING.mechanism, "coral", kems, storage)


def test_words_stay_readable_after_the_kem_key_is_destroyed():
    """Content keys are put away before a rotation; then the old KEM key may go, and only this party reads on."""
    store = SqliteStore(":memory:")
    a, b = make_record(AMBER, RING), make_record(CORAL, RING, store)
    say(a, AMBER, b"before")
    exchange(a, b)
    entries = list(b.entries("amber"))
    bodies = [(entry.statement, body) for entry, body in entries]
    assert [1, 0] == [openings(store, [CORAL.kem]).keep_all(bodies) for _ in range(2)]
    later = renewed(CORAL, "2")
    assert [b"before"] == [openings(store, [later.kem]).content(*item) for item in entries]
    assert [b"before"] == [openings(store, []).content(*item) for item in entries]
    assert [None] == [openings(SqliteStore(":memory:"), [later.kem]).content(*item) for item in entries]
    assert [None] == [openings(store, [later.kem], AMBER.storage).content(*item) for item in entries]


def test_an_old_and_a_new_kem_key_open_what_is_sealed_to_each():
    """While both are held, what was under way when the card changed is read too."""
    later = renewed(CORAL, "2")
    ring = RING.with_card(later.card_bytes, "coral", 0)
    opener = openings(SqliteStore(":memory:"), [CORAL.kem])
    opener.use(later.kem)
    for roster_then, words in ((RING, b"old"), (ring, b"new")):
        statement, sealed = make_statement(roster_then, "amber", words)
        assert words == opener.require(statement, sealed.body).content
    statement, sealed = make_statement(RING, "amber", b"not for us", to=[])
    assert opener.opening(statement, sealed.body) is None
    with pytest.raises(NotAllowed):
        openings(SqliteStore(":memory:"), [KemKey(bytes(32))]).require(statement, sealed.body)
