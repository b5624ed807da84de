"""Folded items: a block gives back each item's parts, and a folded log is the list that it was made from."""

import random
from dataclasses import replace
from itertools import count

import pytest

from items_made import made
from searoom.statements import folded
from searoom.statements.folded import OTHER, Block, Folded, fold
from searoom.statements.items import Message, Transcribed

LOG = "coral"
SMALL = 4


pytestmark = pytest.mark.usefixtures("small_blocks")


def folds(items):
    """Return the blocks of a log, as they come back from bytes; the words of an item are its place."""
    blocks = []
    for first in range(0, len(items) - SMALL + 1, SMALL):
        part = items[first : first + SMALL]
        words = [str(item.ref).encode() if isinstance(item, Message | Transcribed) else b"" for item in part]
        block = fold(part, words, [("amber", item.heard[0].size, at) for at, item in enumerate(part) if item.heard])
        blocks.append(Block.from_bytes(block.to_bytes()))
    return blocks


def talk(seed=7):
    """Return the items of one log."""
    items = made(random.Random(seed), 80)[LOG]
    return [replace(item, statement=bytes([at % 256]) * 32) for at, item in enumerate(items)]


def test_a_block_gives_back_what_each_item_is_made_of():
    """Place, height, who, times, what was heard, statement, words and kind: of each item its own."""
    items = talk()
    for number, block in enumerate(folds(items)):
        for place in range(SMALL):
            item, row = items[number * SMALL + place], block.row(LOG, number * SMALL, place)
            assert (item.ref, item.height, item.recipients) == (row.ref, row.height, row.who.recipients)
            assert (item.claimed_us, item.placed_us, item.until_us) == (row.claimed_us, row.placed_us, row.until_us)
            assert (item.heard, item.statement, item.doubtful) == (row.heard, row.statement, row.who.doubtful)
            assert [signer.key_id for signer in item.signers] == list(row.who.signers)
            spoken = isinstance(item, Message | Transcribed)
            assert (spoken, str(item.ref).encode() if spoken else b"") == (row.kind != OTHER, row.words)


def test_the_columns_say_what_the_items_say():
    """By kind, by what is answered, and what was heard anew, without an item being made."""
    items = talk()
    log = Folded(LOG, folds(items), pytest.fail)
    whole = items[: len(log)]
    said = [item for item in whole if isinstance(item, Message)]
    for form in {item.filled.form for item in said}:
        wanted = [(item.ref[1], item.height) for item in said if item.filled.form == form]
        assert wanted == list(log.of_kind(folded.MESSAGE + form))
    answering = [item for item in whole if isinstance(item, Message | Transcribed) and item.filled.reply_to]
    assert [(item.ref[1], item.height, item.filled.reply_to) for item in answering] == list(log.answering())
    assert [("amber", i.heard[0].size, i.ref[1]) for i in whole if i.heard] == [
        row for number, block in enumerate(log.blocks) for row in block.heard(number)
    ]


def test_a_folded_log_is_a_list_that_grows():
    """Each item is made once; what is put in later or in its place is what is given back, and a copy is apart."""
    items, asked = talk(), []

    def make(row):
        asked.append(row.ref[1])
        return items[row.ref[1]]

    log = Folded(LOG, folds(items), make)
    size = len(log)
    assert [items[0], items[2], items[0]] == [log[0], log[2], log[0]]
    assert [0, 2] == asked
    log.append(items[size])
    other = log.copy()
    other[0] = other[size] = items[1]
    assert items[: size + 1] == list(log) == log[:]
    assert (items[1], items[1], items[1], size + 1) == (other[0], other[-1], other[size], len(other))
    with pytest.raises(IndexError):
        log[size + 1]


def test_more_kinds_than_a_block_can_number_are_not_folded(monkeypatch):
    """Who says more than 256 different forms within one block is read anew."""
    numbers = count()
    monkeypatch.setattr(folded, "_kind", lambda _item: str(next(numbers)))
    items = (talk() * 40)[:300]
    assert fold(items, [b""] * 300, []) is None
