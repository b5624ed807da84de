"""A record of known shapes is proven swiftly: the same as in full, and no lie in it passes for being read swiftly."""

import dataclasses
import functools
import tempfile
from pathlib import Path

import pytest

from builders import MECHANISM, NOW_US, cosign, exchange, parties, records, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, layout, proving, tiles
from searoom.record.entry import Entry, Heard, Statement, place, release
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import KemKey, seal
from searoom.record.swift import Swift
from searoom.record.verify import verify_files

AMBER, CORAL = parties()
PEOPLE = (AMBER.officers, AMBER.officers[:1], (AMBER.station,))


def entry_of(released, **fields):
    """Return an entry of amber's log, placed by its station."""
    return place(released, log="amber", placed_us=NOW_US, station_key=AMBER.station, **fields)


@functools.cache
def exported():
    """Return the files of a record in which people say much the same again and again."""
    a, b = records()
    for number in range(12):
        say(a, AMBER, b"%d" % number, signers=PEOPLE[number % 3])
        say(b, CORAL, b"%d" % number)
        if number % 3 == 0:
            exchange(a, b)
    exchange(a, b)
    cosign(a, b)
    with tempfile.TemporaryDirectory() as folder:
        cards = {party.name: party.card_bytes for party in (AMBER, CORAL)}
        write_record(a, Path(folder) / "record", cards=cards, agreement=bytes(32))
        return dict(Folder(Path(folder) / "record"))


def test_a_record_is_proven_alike_swiftly_and_in_full(monkeypatch):
    """Sizes, roots, signatures, signers and entries are the same; and most entries are read swiftly."""
    files, full = exported(), []
    in_full = proving._Prover.in_full  # to see how often
    monkeypatch.setattr(proving._Prover, "in_full", lambda *given: full.append(given[1]) or in_full(*given))  # the same
    swiftly = verify_files(files)
    first, met = list(swiftly.read("amber")), list(full)
    monkeypatch.setattr(Swift, "read", lambda _self, _data: None)
    slowly = verify_files(files)

    assert [0, 1, 2, 0, 0] == met  # each shape of amber and of coral once; the first entry of amber once more
    assert 24 == len(full) - len(met)
    assert dataclasses.replace(slowly, roster=swiftly.roster) == swiftly
    assert list(slowly.read("amber")) == first


def spoiled(leaf, body=None):
    """Return the record's files with another entry 7 of amber's, and body where one is given, well signed by its log."""
    files = exported()
    leaves = list(tiles.read_bundle(files["amber/tile/entries/000.p/12"], 12))
    bodies = layout.read_long(files["amber/bodies/000.p/12"], 12)
    leaves[7], bodies[7] = leaf, body or bodies[7]
    tree = Tree(map(leaf_hash, leaves))
    origin = checkpoint.origin(MECHANISM, "amber")
    note = checkpoint.sign(checkpoint.Checkpoint(origin, 12, tree.root()), origin, AMBER.log)
    changed = {f"amber/{name}": data for name, data in (*tiles.tiles(tree), *tiles.bundles(leaves))}
    changed |= {"amber/bodies/000.p/12": layout.write_long(bodies), "amber/checkpoint": note.to_bytes()}
    return {**files, **changed}


def seventh():
    """Return entry 7 of amber's log: one officer released it."""
    return Entry.from_bytes(tiles.read_bundle(exported()["amber/tile/entries/000.p/12"], 12)[7])


def turned(signature):
    """Return a signature with one bit of its value turned."""
    return dataclasses.replace(signature, value=signature.value[:-1] + bytes((signature.value[-1] ^ 1,)))


@pytest.mark.parametrize("signature", ["station", "officer"])
def test_a_wrong_signature_in_a_known_shape_is_refused_in_the_words_of_the_full_way(signature):
    """An entry that is swift to read is no swifter to believe: the full way says whose signature does not hold."""
    entry = seventh()
    if signature == "station":
        leaf = dataclasses.replace(entry, station=turned(entry.station)).to_bytes()
    else:
        released = dataclasses.replace(entry.released, signatures=tuple(map(turned, entry.released.signatures)))
        leaf = entry_of(released, index=7, height=entry.height, heard=entry.heard).to_bytes()

    with pytest.raises(Tampered, match=f"entry 7: .*{'station signature' if signature == 'station' else 'amber-1'}"):
        verify_files(spoiled(leaf))


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"height": 99}, NotAllowed, "entry 7: the entry has height 99"),
        ({"index": 8}, NotAllowed, "entry 7: the entry says that it is number 8"),
        ({"heard": ()}, NotAllowed, "entry 7: the entry has heard less"),
        ({"heard": (Heard("coral", 11, bytes(32)),)}, Tampered, "entry 7: the entry has heard another log"),
    ],
)
def test_the_rules_are_asked_of_a_known_shape_too(change, error, said):
    """Place, height and what was heard: well signed, in a shape that is known, and refused in the words of the rules."""
    entry = seventh()
    fields = {"index": 7, "height": entry.height, "heard": entry.heard, **change}

    with pytest.raises(error, match=said):
        verify_files(spoiled(entry_of(entry.released, **fields).to_bytes()))


def test_a_body_in_a_known_shape_is_sealed_to_keys_on_the_cards():
    """Sealed to another key of the same reader, it may be one that nobody has."""
    readers = {"amber": AMBER.card.kem, "coral": KemKey(bytes(32)).public}
    other = seal(b"x", mechanism=MECHANISM, author="amber", recipients=("coral",), readers=readers)
    statement = Statement(MECHANISM, True, "amber", ("coral",), other.body_hash, other.plain_hash, NOW_US, None)
    entry = seventh()
    leaf = entry_of(release(statement, AMBER.officers[0]), index=7, height=entry.height, heard=entry.heard)

    with pytest.raises(NotAllowed, match="entry 7: a body is sealed to a key .* of coral that is not on its card"):
        verify_files(spoiled(leaf.to_bytes(), other.body))


def test_the_first_of_two_faults_is_told():
    """A signature that does not hold stands before a later entry that is none: signatures are checked last, told first."""
    entry = seventh()
    files = spoiled(dataclasses.replace(entry, station=turned(entry.station)).to_bytes())
    bodies = layout.read_long(files["amber/bodies/000.p/12"], 12)
    files["amber/bodies/000.p/12"] = layout.write_long([*bodies[:9], b"no body", *bodies[10:]])

    with pytest.raises(Tampered, match="entry 7: the station signature"):
        verify_files(files)
