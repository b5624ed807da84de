"""The texts that a node keeps: whole, with their base, in the order in which they were taken up, and never another."""

import pytest

from searoom import cbor
from searoom.errors import Tampered
from searoom.node import packs
from searoom.obligations.agreement import load
from searoom.record.store import SqliteStore
from told import BOOK


@pytest.fixture
def kept(tmp_path):
    """A store that keeps the demonstration's agreement, and the row as it lies there."""
    store = SqliteStore(tmp_path / "shared.db")
    agreement = load("demo", BOOK)
    file, base = (packs.agreements.file_of(name).read_text(encoding="utf-8") for name in ("demo", agreement.base))
    store.put(packs.KIND, cbor.encode(0), cbor.encode(["demo.toml", agreement.hash, file, base]))
    yield store, packs.rows(store)[0]
    store.close()


def put(store, row):
    """Let another row lie in the place of the first."""
    store.put(packs.KIND, cbor.encode(0), cbor.encode(row))


def test_a_kept_text_is_the_agreement_that_was_taken_up(kept):
    """With the base as it was then; a remark in it says nothing."""
    store, (name, digest, text, base) = kept
    assert (digest,) == tuple(each.hash for each in packs.kept(store, BOOK))
    put(store, [name, digest, text, base + "# a remark\n"])
    assert (load("demo", BOOK).hash,) == tuple(each.hash for each in packs.kept(store, BOOK))


@pytest.mark.parametrize("part", [2, 3])
def test_a_changed_text_is_found(kept, part):
    """In the text itself or in its base: what is kept is what it was, or nothing is reckoned by it."""
    store, row = kept
    changed = [*row[:part], row[part].replace("starts_after_days", "starts_after_days ", 1), *row[part + 1 :]]
    changed[part] = changed[part].replace('"model"', '"agreed"', 1).replace('"overview"', '"agreed"', 1)
    put(store, changed)
    with pytest.raises(Tampered, match="the kept text of 'demo-2026' is not the one that was taken up"):
        packs.kept(store, BOOK)
