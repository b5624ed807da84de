"""Where blocks of an account are kept: sealed, and no block is believed where anything differs that it was made from."""

import pytest

from folding_made import SMALL, begun, kept, same, spoken
from searoom.account import read
from searoom.errors import StateUnknown
from searoom.keys.folds import KIND, Folds
from searoom.record.store import SqliteStore
from talk import CORAL, next_card
from told import BOOK

pytestmark = pytest.mark.usefixtures("small_blocks")


def lies():
    """Return by name what makes a kept block wrong: of (record, store), another record or other folds."""

    def damaged(record, store):
        for key, value in list(store.each(KIND)):
            store.put(KIND, key, value[:-1] + bytes([value[-1] ^ 1]))
        return kept(record, store)

    def swapped(record, store):
        (one, first), (other, second) = list(store.each(KIND))
        store.put(KIND, one, second)
        store.put(KIND, other, first)
        return kept(record, store)

    def carded(record, store):
        next_card(record, "lost at sea")
        return kept(record, store)

    return {
        "damaged": damaged,
        "swapped": swapped,
        "cut short": lambda record, store: (
            [store.put(KIND, key, b"") for key, _ in list(store.each(KIND))] and kept(record, store)
        ),
        "another card": carded,
        "other rules": lambda record, store: kept(record, store, rules=b"other"),
        "other keys that open": lambda record, store: kept(record, store, opens=(b"key", b"found again")),
        "another record": lambda _record, store: kept(spoken()[0], store),
        "another node's storage key": lambda record, store: Folds(store, record, CORAL.storage, b"rules", (b"key",)),
    }


@pytest.mark.parametrize("lie", sorted(lies()))
def test_a_block_that_does_not_hold_is_not_believed(lie):
    """Where anything differs that a block was made from, the entries are read, and the block is replaced."""
    record, opened, opener = spoken()
    store = SqliteStore(":memory:")
    begun(record, opener, kept(record, store))
    folds = lies()[lie](record, store)
    assert folds.get("amber", 0, record.roster) is None
    opened.clear()
    again = begun(record, opener, folds)
    assert [*range(2 * SMALL + 1)] == opened
    same(read(record, BOOK, opener), again.account())


def test_words_lie_in_the_store_sealed_alone():
    """Who steals the store without its key reads no word in the blocks."""
    record, _, opener = spoken()
    store = SqliteStore(":memory:")
    begun(record, opener, kept(record, store))
    blocks = b"".join(value for _, value in store.each(KIND))
    assert (True, False) == (len(blocks) > 2 * SMALL * 64, b"noon" in blocks)


def test_no_two_blocks_are_sealed_under_one_nonce():
    """What the nonce comes from follows from the block: other blocks have another, the same one has the same."""
    record, _, opener = spoken()
    stores = [SqliteStore(":memory:") for _ in range(2)]
    for store in stores:
        begun(record, opener, kept(record, store))
    ones, others = ([value[:32] for _, value in store.each(KIND)] for store in stores)
    assert (2, ones) == (len(set(ones)), others)


def test_a_store_that_cannot_keep_a_block_stops_nobody(monkeypatch):
    """A full disk costs the next start its time, and this one nothing."""
    record, _, opener = spoken()
    store = SqliteStore(":memory:")

    def full(*_):
        raise StateUnknown("the disk is full")

    monkeypatch.setattr(store, "put", full)
    same(read(record, BOOK, opener), begun(record, opener, kept(record, store)).account())
    assert [] == list(store.each(KIND))
