"""One entry taken out of a record proves itself by its cards, and shows no other; whatever was put together wrongly is refused."""

import dataclasses
import functools
import tempfile
from pathlib import Path

import pytest

from builders import MECHANISM, NOW_US, cosign, exchange, issue, parties, records, renewed, say
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, proof
from searoom.record.entry import Statement, place, release
from searoom.record.excerpt import Excerpt, check, note_lines
from searoom.record.export import write_record
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.proof import Proof
from searoom.record.roster import FIRST
from searoom.record.seal import KemKey, open_body, seal
from searoom.record.verify import verify_folder

AMBER, CORAL = parties()


@functools.cache
def proven():
    """Return amber's export of four entries: two words of amber's first station, its card, words of its next one."""
    a, b = records()
    say(a, AMBER, b"first", signers=AMBER.officers)
    say(a, AMBER, b"second")
    later = renewed(AMBER, "2")
    issue(a, later)
    say(a, later, b"after the new card")
    exchange(a, b)
    say(b, CORAL, b"understood")
    exchange(a, b)
    cosign(a, b)

    def opened(entry, body):
        if entry.statement.author != "amber" or entry.index != 0:
            return None
        return open_body(body, statement=entry.statement, reader="amber", kem=AMBER.kem)

    folder = Path(tempfile.mkdtemp()) / "record"
    cards = {party.name: party.card_bytes for party in (AMBER, CORAL)}
    write_record(a, folder, cards=cards, agreement=bytes(32), opener=opened)
    return verify_folder(folder)


def taken(log="amber", index=0, *, opened=False):
    """Return the proof and the excerpt of one entry."""
    held = proven().excerpt(log, index, opened=opened)
    return proof.prove(proven().tree(log), index, proven().note(log), held.to_bytes()), held


@pytest.mark.parametrize(("log", "index"), [("amber", 0), ("amber", 1), ("amber", 2), ("amber", 3), ("coral", 0)])
def test_each_entry_proves_itself(log, index):
    """Words, a card, words under the later card, the other party's: who said it, who stored it, out of the file alone."""
    made, held = taken(log, index)
    again = Proof.from_bytes(made.to_bytes())
    shown = check(again, Excerpt.from_bytes(again.extra))

    assert (log, index) == (shown.entry.log, shown.entry.index)
    assert proven().sizes[log] == shown.size
    assert ({"amber": "coral", "coral": "amber"}[log],) == shown.stored
    assert shown.opening is None
    assert {one.holder for one in shown.who} == {one.holder for one in proven().entry(log, index).signers}
    assert held == Excerpt.from_bytes(held.to_bytes())


def test_one_message_is_opened_and_no_other():
    """The opening that is asked for, and nothing that opens another entry."""
    made, held = taken(opened=True)

    assert b"first" == check(made, held).opening.content
    assert b"second" not in made.to_bytes()
    with pytest.raises(NotAllowed, match="does not open entry 1"):
        proven().excerpt("amber", 1, opened=True)


@pytest.mark.parametrize(("log", "index"), [("amber", 4), ("amber", -1), ("jade", 0)])
def test_an_entry_that_is_not_there_cannot_be_taken(log, index):
    """The sentence names it."""
    with pytest.raises(NotAllowed, match="no entry"):
        proven().excerpt(log, index, opened=False)


def test_another_entry_under_the_same_proof_is_refused():
    """Index and log are those that the entry says of itself, and its hash is the one under the head."""
    made, held = taken()
    with pytest.raises(NotAllowed, match="number 1"):
        check(made, dataclasses.replace(held, entry=taken(index=1)[1].entry))
    with pytest.raises(NotAllowed, match="demo-2026/coral"):
        check(made, dataclasses.replace(held, entry=taken("coral")[1].entry))
    with pytest.raises(Tampered):
        check(dataclasses.replace(made, path=(bytes(32), *made.path[1:])), held)


@pytest.mark.parametrize("where", ["entry", "body", "opening"])
def test_a_flipped_bit_is_refused(where):
    """In the entry, in its body, in its opening."""
    made, held = taken(opened=True)
    data = bytearray(getattr(held, where))
    data[50] ^= 1
    with pytest.raises((NotAllowed, Tampered)):
        check(made, dataclasses.replace(held, **{where: bytes(data)}))


def test_a_body_or_an_opening_of_another_entry_is_refused():
    """Both have the hashes that the author signed."""
    made, held = taken(index=1)
    with pytest.raises(Tampered, match="body"):
        check(made, dataclasses.replace(held, body=taken()[1].body))
    with pytest.raises(Tampered, match="salted hash"):
        check(made, dataclasses.replace(held, opening=taken(opened=True)[1].opening))


def test_without_its_body_an_entry_is_proven_all_the_same():
    """What is not shown is not asked for."""
    made, held = taken(opened=True)
    assert b"first" == check(made, dataclasses.replace(held, body=b"")).opening.content


def test_cards_that_are_missing_or_others_are_refused():
    """No card of the author, a mirror whose card is not there, the cards of another mechanism, a later card alone."""
    made, held = taken(index=3)
    amber, coral, later = held.cards
    for cards in ((coral,), (amber, later), (amber, coral), ()):
        with pytest.raises((NotAllowed, Tampered)):
            check(made, dataclasses.replace(held, cards=cards))
    strangers = tuple((one.name, FIRST, one.card_bytes) for one in parties("amber", "coral", mechanism="other-2026"))
    with pytest.raises((NotAllowed, Tampered)):
        check(made, dataclasses.replace(held, cards=strangers))


def test_the_lines_of_a_note_are_counted_by_signer():
    """Two of the log, two of each mirror that signed."""
    assert {"amber": 2, "coral": 2} == note_lines(proven().note("amber"), "amber", proven().roster)


@pytest.mark.parametrize(
    "change", [{1: "searoom/other"}, {0: 2}, {2: b""}, {5: [["amber", None, b""]]}, {5: [["A", None, b"x"]]}]
)
def test_other_forms_are_no_excerpt(change):
    """Another label or version, no entry, a card that is none."""
    fields = cbor.decode(taken()[1].to_bytes(), max_bytes=1 << 20)
    with pytest.raises(NotAllowed):
        Excerpt.from_bytes(cbor.encode({**fields, **change}))


def alone(*, mechanism=MECHANISM, kem=CORAL.kem.public):
    """Return the proof and excerpt of one entry that stands alone in a log of amber's."""
    readers = {"amber": AMBER.card.kem, "coral": kem}
    sealed = seal(b"x", mechanism=mechanism, author="amber", recipients=("coral",), readers=readers)
    statement = Statement(mechanism, True, "amber", ("coral",), sealed.body_hash, sealed.plain_hash, NOW_US, None)
    released = release(statement, AMBER.officers[0])
    given = {"log": "amber", "index": 0, "height": 1, "heard": (), "placed_us": NOW_US}
    entry = place(released, **given, station_key=AMBER.station).to_bytes()
    tree, name = Tree([leaf_hash(entry)]), checkpoint.origin(MECHANISM, "amber")
    note = checkpoint.sign(checkpoint.Checkpoint(name, 1, tree.root()), name, AMBER.log)
    cards = tuple((party.name, FIRST, party.card_bytes) for party in (AMBER, CORAL))
    return proof.prove(tree, 0, note), Excerpt(entry, sealed.body, b"", cards)


def test_an_entry_of_another_mechanism_or_sealed_to_no_known_key_is_refused():
    """Well signed and under a signed head; what the cards do not bear out is refused all the same."""
    assert () == check(*alone()).stored
    with pytest.raises(NotAllowed, match="another mechanism"):
        check(*alone(mechanism="other-2026"))
    with pytest.raises(NotAllowed, match="not on its card"):
        check(*alone(kem=KemKey(bytes(32)).public))
