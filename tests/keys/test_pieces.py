"""One block of the account as work that is given away: what comes back is what is read here, or nothing."""

from functools import partial

import pytest

import builders
from folding_made import SMALL, spoken
from searoom.keys.pieces import Piece, Reader
from searoom.keys.runs import Run
from searoom.record import unsealing
from searoom.record.seal import content_key
from searoom.statements import folded
from searoom.statements.folded import ENTRIES, Folded
from searoom.statements.interpreting import Interpreter
from searoom.statements.release import BY_FORM
from talk import AMBER
from told import BOOK

NONE = bytes(32 * SMALL)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks():
    """Blocks of few entries."""
    folded.ENTRIES = SMALL
    yield
    folded.ENTRIES = ENTRIES


def given(party=AMBER):
    """Return a record of one block, what reads it with the keys of a party, and the piece that it is."""
    record, _, opener = spoken(SMALL)
    reader = Reader("amber", (party.kem,), partial(Interpreter, record.roster, BOOK, policy=BY_FORM))
    items = tuple((entry.to_bytes(), body) for entry, body in record.entries("amber"))
    return record, opener, reader, Piece(0, items, NONE)


def test_gives_the_items_and_the_keys():
    """Made into items again, the block says what an interpreter says here; each key is the one that opens its body."""
    record, opener, reader, piece = given()
    data, keys = reader.fold(piece)
    here = Interpreter(record.roster, BOOK, opener, BY_FORM)
    block = folded.Block.from_bytes(data)
    items = [here.item(entry, body) for entry, body in record.entries("amber")]
    assert items == list(Folded("amber", [block], here.again))
    wanted = [
        content_key(body, statement=entry.statement, reader="amber", kem=AMBER.kem)
        for entry, body in record.entries("amber")
    ]
    run = Run(0, bytearray(keys))
    assert wanted == [run.key(index) for index in range(SMALL)]


def test_keys_that_are_known_need_no_kem(monkeypatch):
    """With the keys of an earlier reading nothing is unwrapped; with wrong ones everything is, and they are put right."""
    _, _, reader, piece = given()
    data, keys = reader.fold(piece)
    assert (data, keys) == reader.fold(piece._replace(keys=bytes(range(32)) * SMALL))
    monkeypatch.setattr(unsealing, "find", pytest.fail)
    assert (data, keys) == reader.fold(piece._replace(keys=keys))


@pytest.mark.parametrize("what", ["nothing", "another body", "no entry", "words for others"])
def test_gives_back_unread_what_takes_the_long_way(what):
    """It is the record's reader who says what is wrong with it."""
    _, _, reader, piece = given(builders.make_party("teal") if what == "words for others" else AMBER)
    (entry, body), *rest = piece.items
    other = body[:-1] + bytes((body[-1] ^ 1,))  # of the key for another reader, which no one here unwraps
    others = {"nothing": (), "another body": ((entry, other), *rest), "no entry": ((entry[:-1], body), *rest)}
    assert reader.fold(piece._replace(items=others.get(what, piece.items))) is None
