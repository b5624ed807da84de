"""The first pass over a record's files: what it computes is what is there, and what does not fit is named by its file."""

import functools

import pytest

from builders import exchange, issue, parties, records, renewed, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import reading, tiles
from searoom.record.entry import Entry
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.layout import read_long
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.proving import spread
from searoom.record.reading import Task, read_bundle, read_logs, read_notes, said_again, said_prefix
from searoom.record.roster import Roster
from searoom.record.verify import verify_files
from small_record import card_bytes

AMBER, CORAL = parties()
COUNT = 260


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A record with a full bundle, a partial one, and a card at place 200."""
    a, b = records()
    later = renewed(AMBER, "2")
    for number in range(COUNT - 1):
        if number == 200:
            issue(a, later)
        say(a, AMBER if number < 200 else later, b"%d" % number)
    exchange(a, b)
    say(b, CORAL, b"words")
    exchange(a, b)
    folder = tmp_path_factory.mktemp("reading") / "record"
    write_record(a, folder, cards=card_bytes(), agreement=bytes(32))
    return dict(Folder(folder))


def read(files, workers=1):
    """Return the logs, the roster and the names of the files of a first pass."""
    seen = set()
    logs = read_notes(files, ["amber", "coral"], seen)
    run = functools.partial(spread, workers=workers)
    return logs, read_logs(files, logs, Roster([AMBER.card, CORAL.card]), seen, run), seen


def leaves(files):
    """Return amber's entries."""
    return [
        leaf
        for index, width in tiles.widths(COUNT)
        for leaf in tiles.read_bundle(files[f"amber/{tiles.tile_path('entries', index, width)}"], width)
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_trees_heights_and_words_are_those_of_the_entries(files, workers, monkeypatch):
    """Also where several processes share the work."""
    monkeypatch.setattr("searoom.record.proving.FEW", 1)
    logs, roster, seen = read(files, workers)
    entries = [Entry.from_bytes(leaf) for leaf in leaves(files)]

    assert Tree(map(leaf_hash, leaves(files))).root() == logs["amber"].tree.root()
    assert [one.height for one in entries] == list(logs["amber"].heights)
    assert [said_prefix(one.statement.plain_hash) for one in entries] == list(logs["amber"].said)
    assert [(-1, 0), (200, 1)] == [(index, card.serial) for _, index, card in roster.issued("amber")]
    assert set(files) - seen == {path for path in files if path == "manifest" or "card" in path or "recorded" in path}


@pytest.mark.parametrize("tile", ["tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1"])
def test_a_tile_that_is_not_of_the_entries_is_named(files, tile):
    """On every level, full or partial: a flipped bit, a missing file."""
    data = files[f"amber/{tile}"]
    with pytest.raises(Tampered, match=f"amber/{tile}: the tile"):
        read({**files, f"amber/{tile}": data[:-1] + bytes((data[-1] ^ 1,))})
    with pytest.raises(NotAllowed, match=f"amber/{tile}: the file is missing"):
        read({path: content for path, content in files.items() if path != f"amber/{tile}"})


def test_a_bundle_that_does_not_hold_its_entries_is_named(files):
    """One byte more, one entry that is none, a card that follows from no card."""
    path = "amber/tile/entries/001.p/4"
    with pytest.raises(NotAllowed, match=path):
        read({**files, path: files[path] + b"x"})
    with pytest.raises(NotAllowed, match=path):
        read({**files, path: tiles.write_bundle([b"x"] * 4)})
    bodies = read_long(files["amber/bodies/000"], 256)
    assert Roster([AMBER.card]).with_card(bodies[200], "amber", 200).card("amber").serial == 1
    broken = files["amber/bodies/000"].replace(bodies[200], bodies[200][:-1] + bytes((bodies[200][-1] ^ 1,)))
    with pytest.raises(Tampered, match="amber/bodies/000"):
        read({**files, "amber/bodies/000": broken})


def test_one_bundle_is_read_alone(files):
    """A full one gives all hashes of its subtree, a partial one the leaf hashes."""
    full, part = read_bundle(files, Task("amber", 0, 256)), read_bundle(files, Task("amber", 1, 4))

    assert Tree(map(leaf_hash, leaves(files)[:256])).block(0, 8) == full.hashes
    assert b"".join(map(leaf_hash, leaves(files)[256:])) == part.hashes
    assert ((200,), ()) == (full.cards, part.cards)


def test_what_begins_alike_is_compared_to_its_end(files):
    """The first bytes that are kept in memory only say where to look: here two entries that begin alike are two."""
    logs, _, _ = read(files)
    logs["amber"].said[9] = logs["amber"].said[7]
    assert 0 == said_again(files, logs)


def test_one_statement_stands_in_one_log_once(files):
    """The second of them is named; what two authors say alike, each says once."""
    logs, _, _ = read(files)
    logs["coral"].said[0] = logs["amber"].said[7]
    assert 0 == said_again(files, logs)
    twice = leaves(files)[:256]
    twice[9] = twice[7]
    logs["amber"].said[9] = logs["amber"].said[7]
    with pytest.raises(NotAllowed, match="entry 9 of amber says again what entry 7 says"):
        said_again({**files, "amber/tile/entries/000": tiles.write_bundle(twice)}, logs)


def test_files_that_change_between_the_two_passes_are_refused(files, monkeypatch):
    """What is checked is what was hashed: a disk under another's control gains nothing by giving other bytes later."""

    class Shifting(dict):
        again = False

        def __getitem__(self, path):
            data = super().__getitem__(path)
            if path == "amber/tile/entries/001.p/4" and self.again:
                return tiles.write_bundle([*leaves(files)[256:259], leaves(files)[255]])
            return data

    def after(_files, _logs):
        shifting.again = True

    shifting = Shifting(files)
    monkeypatch.setattr("searoom.record.verify.said_again", after)
    with pytest.raises(Tampered, match=r"amber/tile/entries/001\.p/4: the file changed while the record was read"):
        verify_files(shifting)


def test_a_fault_is_told_with_its_file():
    """Both kinds stay what they are, with their advice."""
    for kind in (NotAllowed, Tampered):
        fault = reading.named("a\u202eb", kind("wrong", advice="do"))
        assert (kind, r"a\u202eb: wrong", "do") == (type(fault), fault.sentence, fault.advice())
