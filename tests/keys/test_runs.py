"""Content keys that are kept by the run: what was opened once needs no KEM again, and none is believed alone."""

import pytest

import builders
from folding_made import SMALL, same, spoken
from searoom.account import Reading, read
from searoom.errors import StateUnknown
from searoom.keys import runs
from searoom.keys.openings import Openings
from searoom.keys.runs import KIND, Runs
from searoom.record import unsealing
from searoom.record.store import SqliteStore
from searoom.statements import folded
from searoom.statements.folded import ENTRIES
from talk import AMBER, CORAL
from told import BOOK

OPENER = builders.opener(AMBER)


@pytest.fixture(autouse=True, scope="module")
def _small_runs():
    """Runs of few entries."""
    folded.ENTRIES = SMALL
    yield
    folded.ENTRIES = ENTRIES


@pytest.fixture
def unwrapped(monkeypatch):
    """Count what is unwrapped with a KEM key."""
    found, real = [], unsealing.find
    monkeypatch.setattr(unsealing, "find", lambda *given: found.append(1) or real(*given))
    return found


def opens(record, store, party=AMBER):
    """Return what opens bodies for a party that has just started."""
    return Openings(store, record.mechanism, party.name, [party.kem], party.storage)


def whole(record, openings):
    """Return the account of a record, read from its entries by no blocks."""
    reading = Reading(record, BOOK, openings.content)
    reading.go_on()
    return reading.account()


def test_a_second_reading_needs_no_kem(unwrapped):
    """Each body of a whole run is unwrapped once for ever, though every block of the account is gone."""
    (record, _, _), store = spoken(), SqliteStore(":memory:")
    first = whole(record, opens(record, store))
    assert 2 * SMALL + 1 == len(unwrapped)
    second = whole(record, opens(record, store))
    assert 2 * SMALL + 2 == len(unwrapped)
    same(read(record, BOOK, OPENER), first)
    same(first, second)


def lies():
    """Return by name what makes kept runs wrong."""

    def damaged(store):
        for name, value in list(store.each(KIND)):
            store.put(KIND, name, value[:-1] + bytes([value[-1] ^ 1]))

    def swapped(store):
        (one, first), (other, second) = list(store.each(KIND))
        store.put(KIND, one, second)
        store.put(KIND, other, first)

    def wrong_keys(store):
        kept = Runs(store, AMBER.storage)
        for number in range(2):
            kept.take("amber", number, bytes(range(32)) * SMALL)

    def of_another(store):
        kept = Runs(store, CORAL.storage)
        for number in range(2):
            kept.take("amber", number, bytes(range(32)) * SMALL)

    def cut(store):
        for name, value in list(store.each(KIND)):
            store.put(KIND, name, value[:40])

    return {each.__name__: each for each in (damaged, swapped, wrong_keys, of_another, cut)}


@pytest.mark.parametrize("lie", sorted(lies()))
def test_a_run_that_does_not_hold_is_not_believed(lie, unwrapped):
    """The bodies are opened as if nothing were kept, and the right keys are kept in its place."""
    (record, _, _), store = spoken(), SqliteStore(":memory:")
    whole(record, opens(record, store))
    lies()[lie](store)
    unwrapped.clear()
    same(read(record, BOOK, OPENER), whole(record, opens(record, store)))
    assert 2 * SMALL + 1 == len(unwrapped)
    whole(record, opens(record, store))
    assert 2 * SMALL + 2 == len(unwrapped)


def test_what_was_opened_out_of_turn_is_kept_too(unwrapped):
    """A single entry that somebody looked at is no reason to lose what a run had before, or to unwrap it again."""
    (record, _, _), store = spoken(), SqliteStore(":memory:")
    entries = list(record.entries("amber"))
    opens(record, store).content(*entries[0])
    looking = opens(record, store)
    for index in (1, SMALL, 2, SMALL + 1):
        looking.content(*entries[index])
    assert 5 == len(unwrapped)
    again = opens(record, store)
    for index in (1, 2, SMALL):
        again.content(*entries[index])
    assert 5 == len(unwrapped)


def test_keys_lie_in_the_store_sealed_and_under_no_nonce_twice():
    """Who steals the store without its key has no content key; other runs are sealed under other names."""
    (record, _, _), store = spoken(), SqliteStore(":memory:")
    whole(record, opens(record, store))
    keys = bytes(Runs(store, AMBER.storage).run("amber", 0).keys)
    kept = [value for _, value in store.each(KIND)]
    assert (2, 2) == (len(kept), len({value[:32] for value in kept}))
    assert not any(keys[at : at + 32] in value for value in kept for at in range(0, len(keys), 32))


def test_a_store_that_cannot_keep_keys_stops_nobody(monkeypatch):
    """A full disk costs the next reading its time, and this one nothing."""
    (record, _, _), store = spoken(), SqliteStore(":memory:")

    def full(*_):
        raise StateUnknown("the disk is full")

    monkeypatch.setattr(store, "put", full)
    same(read(record, BOOK, OPENER), whole(record, opens(record, store)))
    assert [] == list(store.each(runs.KIND))
