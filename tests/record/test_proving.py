"""No byte of a record changes unseen: both verifiers refuse it, by one process or several, with the same first fault."""

import dataclasses
from functools import lru_cache
from types import SimpleNamespace

import pytest

import second_verifier
from builders import NOW_US, issue, make_record, make_released, renewed, roster, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import algorithms, checkpoint, keys, proving, reading, verify
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry, Heard, Kind, clear_statement, release
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.layout import read_long, write_long
from searoom.record.seal import reason
from searoom.record.verify import verify_files, verify_folder
from small_record import (
    AGREEMENT,
    AMBER,
    CORAL,
    LATER_AMBER,
    LATER_CORAL,
    again,
    bodies_of,
    both_refuse,
    card_bytes,
    full_files,
    leaves_of,
    put,
    resigned,
    small_files,
)

EACH = 1000  # files up to this size are tried byte by byte; in longer ones, runs of key and signature in steps
STEP = 13


@pytest.fixture
def quick(monkeypatch):
    """Read and check only once what is the same bytes again: many thousand flips leave most files as they were."""
    once = lru_cache(maxsize=8192)  # of pure functions; a refusal is an exception and is not remembered
    check = once(algorithms.check_signature)
    monkeypatch.setattr(keys, "check_signature", check)
    monkeypatch.setattr(checkpoint, "check_signature", check)
    for module, name in ((verify, "Card"), (verify, "SignedNote"), (reading, "SignedNote"), (proving, "Entry")):
        monkeypatch.setattr(module, name, SimpleNamespace(from_bytes=once(getattr(module, name).from_bytes)))
    read_card, known = second_verifier.read_card, {}

    def read_card_once(data, mechanism, before, where):
        asked = data, mechanism, repr(before), where
        if asked not in known:
            known[asked] = read_card(*(data, mechanism, before, where))
        return known[asked]

    monkeypatch.setattr(second_verifier, "read_card", read_card_once)
    for name in ("check_signature", "parse_entry", "read_note"):
        monkeypatch.setattr(second_verifier, name, once(getattr(second_verifier, name)))


def places(data, step):
    """Return which bytes are turned: all of a short file, of a long one its ends and every so many between."""
    if len(data) <= EACH:
        return range(len(data))
    return sorted({*range(120), *range(120, len(data), step), *range(len(data) - 80, len(data))})


def turned(data, at):
    return data[:at] + bytes((data[at] ^ 1 << at % 8,)) + data[at + 1 :]


@pytest.mark.usefixtures("quick")
def test_every_flipped_byte_of_every_file_is_refused_by_both():
    """No byte of an exported record can change unseen; our verifier names the file."""
    files, flips = small_files(), 0
    for path, data in files.items():
        for at in places(data, STEP):
            fault = both_refuse({**files, path: turned(data, at)})
            named = fault.sentence.partition(":")[0].partition(", entry")[0] in files
            assert named or "the file is missing" in fault.sentence, fault.sentence  # a note of another size
            flips += 1
    assert flips > 4_000


@pytest.mark.usefixtures("quick")
def test_flipped_bytes_of_cards_in_logs_and_of_later_logs_are_refused_by_both():
    """The same where keys changed, a root changed, and a second log was opened."""
    files = full_files()
    for path, data in files.items():
        for at in range(0, len(data), 37 if len(data) <= EACH else 331):
            both_refuse({**files, path: turned(data, at)})


@pytest.mark.usefixtures("quick")
def test_a_file_missing_cut_longer_or_too_much_is_refused_by_both():
    """Each file in turn taken away, cut by a byte, lengthened by one, put a second time under another name."""
    files = full_files()
    spare = [path for path in files if "/openings/" in path or "/recorded/" in path]
    for path, data in files.items():
        rest = {name: content for name, content in files.items() if name != path}
        if path not in spare:
            assert path in both_refuse(rest).sentence
        else:
            verify_files(rest)  # what nobody must hand over may be left out: it is another, smaller export
            second_verifier.verify(rest)
        for other in (data[:-1], data + b"\0", b"", data + b"\n"):
            both_refuse({**files, path: other})
        both_refuse({**files, path + "x": data})
        both_refuse({**files, "amber/" + path: data})
    assert 5 == len(spare)


# ---- signed lies --------------------------------------------------------------------------------------------------


def lie_in(log, at, change):
    """Return the fuller record with one entry of a log changed and signed again by the keys that are in force there."""
    leaves = leaves_of(log, full_files())
    leaves[at] = change(leaves[at])
    return resigned(leaves, log=log, key=LATER_AMBER.log, files=full_files())


def by_later(**change):
    """Return what changes an entry and lets amber's newest station sign it again."""
    return lambda leaf: again(leaf, station=LATER_AMBER.station, **change)


def released_by(*signers):
    """Return what lets others release the words of an entry."""
    return lambda leaf: by_later(released=release(Entry.from_bytes(leaf).statement, *signers))(leaf)


def heard_itself(leaf):
    return by_later(heard=(Heard("amber", 3, bytes(32)), *Entry.from_bytes(leaf).heard[1:]))(leaf)


# What is changed: log, entry, how; and what both verifiers say of it.
LIES = {
    "the station of before its card": ("amber", 2, lambda leaf: again(leaf, station=AMBER.station), "not on the card"),
    "the card placed by whom it ends": ("amber", 1, lambda leaf: again(leaf, station=AMBER.station), "not on the card"),
    "another party's station": ("amber", 2, lambda leaf: again(leaf, station=CORAL.station), "not on the card"),
    "in the log before": ("amber.2", 2, by_later(log="amber"), "place|stands at|number 2 of the log of amber"),
    "another index": ("amber.2", 2, by_later(index=3), "place|stands at"),
    "another height": ("amber.2", 2, by_later(height=99), "height"),
    "heard another log": ("amber.2", 2, heard_itself, "heard another log"),
    "heard less than before": ("amber.2", 2, by_later(heard=(), height=9), "heard less"),
    "the station beside an officer": (
        "amber.2",
        2,
        released_by(LATER_AMBER.station, AMBER.officers[0]),
        "beside others|who released",
    ),
    "released by coral": ("amber.2", 2, released_by(CORAL.officers[0]), "not on the card"),
    "released by the log key": ("amber.2", 2, released_by(LATER_AMBER.log), "does not release|who released"),
    "released under the old station": ("amber.2", 2, released_by(AMBER.station), "not on the card"),
    "a log opened by one officer": ("amber.2", 0, released_by(AMBER.officers[0]), "opens no log|it takes two"),
}


@pytest.mark.parametrize("lie", LIES)
def test_signed_lies_are_refused_by_both(lie):
    """What a thief of keys, or their owner, signs against the rules is refused whoever verifies, for the same reason."""
    log, at, change, why = LIES[lie]
    refused_for(lie_in(log, at, change), f"{log}, entry {at}", why)


def refused_for(files, where, why):
    """Let both verifiers refuse the files at the same entry, for the same reason."""
    with pytest.raises(second_verifier.Refused, match=f"{where}: .*({why})"):
        second_verifier.verify(files)
    log, _, entry = where.partition(", ")
    with pytest.raises((NotAllowed, Tampered), match=f"^{log}/.*, {entry}: .*({why})"):
        verify_files(files)


def test_what_is_changed_by_its_owner_and_nobody_heard_is_no_lie():
    """The tests above change what nobody had heard yet: done by the rules, the same change is true."""
    files = lie_in("amber.2", 2, by_later(placed_us=NOW_US + 5))
    assert verify_files(files).sizes == second_verifier.verify(files)["sizes"]


@pytest.mark.parametrize("key", [AMBER.log, LATER_CORAL.log, LATER_AMBER.mirror], ids=["old", "coral's", "mirror"])
def test_a_log_is_signed_by_the_log_key_in_force_at_its_end(key):
    """The key of before the card, another party's, another role's: refused by both."""
    leaves = leaves_of("amber", full_files())
    for one, holds in ((LATER_AMBER.log, True), (key, False)):
        files = resigned(leaves, key=one, files=full_files())
        if holds:
            assert verify_files(files).sizes == second_verifier.verify(files)["sizes"]
        else:
            assert "amber/checkpoint" in both_refuse(files).sentence


def rebodied(log, at, statement_of, body, *, station=LATER_AMBER.station, signers=AMBER.officers[:1]):
    """Return the fuller record with other words at a place of amber's, and their body."""
    files = full_files()
    leaves, bodies = leaves_of(log, files), bodies_of(log, files)
    old = Entry.from_bytes(leaves[at])
    leaves[at] = again(leaves[at], station=station, released=release(statement_of(old.statement), *signers))
    bodies[at] = body
    return resigned(leaves, log=log, key=LATER_AMBER.log, files=files, bodies=bodies)


def test_a_body_that_is_sealed_to_another_key_is_refused_by_both():
    """Old and new keys of which the author had heard will do; one that is on no card of its reader will not."""
    known = roster(AMBER, CORAL).with_card(LATER_AMBER.card_bytes, "amber", 1)
    both = known.with_card(LATER_CORAL.card_bytes, "coral", 1)
    for held, holds in ((both, True), (known, True), (roster(AMBER, CORAL), True), (strange(), False)):
        released, body = make_released(held, LATER_AMBER, b"other words", to=["coral"])
        files = rebodied("amber.2", 2, lambda _old, said=released.statement: said, body)
        if holds:
            assert verify_files(files).sizes == second_verifier.verify(files)["sizes"]
        else:
            refused_for(files, "amber.2, entry 2", "sealed to")


def strange():
    """Return a roster in which coral has a KEM key that is on none of its cards."""
    return roster(LATER_FIRST, renewed_first(CORAL))


def renewed_first(party):
    """Return a party with another KEM key on its first card: one that nobody knows."""
    later = renewed(party, "unknown")
    return dataclasses.replace(party, card=dataclasses.replace(party.card, kem=later.card.kem))


LATER_FIRST = dataclasses.replace(AMBER, card=dataclasses.replace(AMBER.card, kem=LATER_AMBER.card.kem))


def test_words_in_clear_that_are_none_are_refused_by_both():
    """A card of another party, a card as the reason, no card at all: under the right hash and signatures."""
    for kind, body in (
        (Kind.CARD, CORAL.card_bytes),
        (Kind.CARD, AMBER.card_bytes),
        (Kind.CARD, b"\xa0"),
        (Kind.CARD, LATER_AMBER.card_bytes),
        (Kind.EPOCH, reason("amber", "x")),
    ):
        statement = clear_statement(kind, body, mechanism="demo-2026", exercise=True, author="amber", claimed_us=NOW_US)
        both_refuse(rebodied("amber.2", 2, lambda _old, said=statement: said, body, signers=AMBER.officers))


def cosigned_lines(files, path, change):
    """Return the files with the lines under one note changed."""
    note = SignedNote.from_bytes(files[path])
    return {**files, path: dataclasses.replace(note, signatures=change(note.signatures)).to_bytes()}


@pytest.mark.parametrize("keep", [(1, 2, 3), (0, 1, 2), (0, 1, 3), (2, 3), (0, 2), (0, 3), (1,)])
def test_a_line_taken_from_a_checkpoint_is_noticed_where_it_belongs_to_a_pair(keep):
    """The log's own first line and both lines of a mirror: with one of them gone both verifiers refuse."""
    files = full_files()
    both_refuse(cosigned_lines(files, "amber.2/checkpoint", lambda lines: tuple(lines[at] for at in keep)))


@pytest.mark.parametrize("keep", [(0,), (0, 1), (0, 2, 3), (0, 1, 2, 3)])
def test_a_checkpoint_with_less_is_a_smaller_export(keep):
    """Without its ML-DSA-44 line, or without a mirror's two lines, it still proves what it says."""
    files = cosigned_lines(full_files(), "amber.2/checkpoint", lambda lines: tuple(lines[at] for at in keep))
    proven, verdict = verify_files(files), second_verifier.verify(files)
    assert (2 in keep) == (("amber.2", "coral") in proven.cosigned) == ("amber.2 by coral" in verdict["cosigned"])


@pytest.mark.parametrize("keep", [(0,), (0, 1), (0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)])
def test_a_recorded_note_has_four_lines(keep):
    """Log and mirror, each with both keys: what was recorded must hold when one of the two kinds has fallen."""
    both_refuse(cosigned_lines(full_files(), "amber/recorded/coral", lambda lines: tuple(lines[at] for at in keep)))


# ---- several processes --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """Return the files of a record of ten bundles, with a change of keys in the middle; bundles of 16 entries."""
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        a = make_record(AMBER, roster(AMBER, CORAL))
        for number in range(80):
            say(a, AMBER, b"%d" % number, signers=[AMBER.station])
        later = renewed(AMBER, "2")
        issue(a, later)
        for number in range(79):
            say(a, later, b"%d" % number, signers=AMBER.officers)
        folder = tmp_path_factory.mktemp("long") / "record"
        write_record(a, folder, cards=card_bytes(), agreement=AGREEMENT)
        return dict(Folder(folder))


def narrow(patch):
    """Let a bundle hold 16 entries, so that a small record has many."""
    for name, value in (("TILE_HEIGHT", 4), ("TILE_WIDTH", 16)):
        patch.setattr(f"searoom.record.tiles.{name}", value)


@pytest.fixture
def narrow_bundles(monkeypatch):
    narrow(monkeypatch)


@pytest.mark.usefixtures("narrow_bundles")
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_several_processes_reach_the_same_verdict(long, workers):
    """Sizes, roots, signatures and openings; and progress comes to its end."""
    told = []
    one, many = verify_files(long), verify_files(long, workers=workers, progress=lambda *step: told.append(step))
    assert (one.sizes, one.roots, one.signatures) == (many.sizes, many.roots, many.signatures)
    assert 80 * 2 + 2 + 79 * 3 + 1 == many.signatures
    assert told[-1] == (160, 160)
    assert told == sorted(told)


@pytest.mark.usefixtures("narrow_bundles")
def test_several_processes_name_the_first_fault(long):
    """With two lies in the record, the first is what is said, by however many it was found."""
    bundles = sorted(path for path in long if path.startswith("amber/bodies/"))
    lie = dict(long)
    for path in (bundles[7], bundles[2]):
        bodies = read_long(lie[path], 16)
        bodies[3] = bodies[4]
        lie[path] = write_long(bodies)
    sentences = set()
    for workers in (1, 2, 3):
        with pytest.raises(Tampered) as caught:
            verify_files(lie, workers=workers)
        sentences.add(caught.value.sentence)
    assert {f"{bundles[2]}, entry 35: the body is not the one that amber signed for"} == sentences


@pytest.mark.usefixtures("narrow_bundles")
@pytest.mark.parametrize("place", [0, 1, 17, 40, 79, 80, 81, 100, 159])
def test_a_lie_about_any_entry_of_a_long_record_is_found(long, place):
    """Whether an entry is the first of its kind or one of many alike: a turned bit in entry, body or signature is named."""
    number, at = divmod(place, 16)
    bodies_path = f"amber/bodies/{number:03d}"
    bodies = read_long(long[bodies_path], 16)
    for byte in (0, 5, len(bodies[at]) // 2, len(bodies[at]) - 1):
        lie = [*bodies[:at], turned(bodies[at], byte), *bodies[at + 1 :]]
        with pytest.raises((Tampered, NotAllowed), match=bodies_path):
            verify_files({**long, bodies_path: write_long(lie)})
    entries = f"amber/tile/entries/{number:03d}"
    for byte in (0, 1, -1):
        with pytest.raises((Tampered, NotAllowed)):
            verify_files({**long, entries: turned(long[entries], byte % len(long[entries]))})


def test_reads_the_entries_again_as_they_were_proven(tmp_path):
    """`read` gives each entry of a log with body, signers and opening, in order, and of no other log."""
    proven = verify_folder(put(tmp_path / "record", full_files()))
    assert ["amber", "amber.2", "coral"] == list(proven.sizes)
    for log, size in proven.sizes.items():
        read = list(proven.read(log))
        assert list(range(size)) == [one.entry.index for one in read]
        assert [one.entry.to_bytes() for one in read] == leaves_of(log, full_files())
        assert [one.body for one in read] == bodies_of(log, full_files())
        assert {log.partition(".")[0]} == {one.party for one in read}
    openings = [one.opening.content for log in proven.sizes for one in proven.read(log) if one.opening]
    assert [b"before", b"with new keys", b"in a new log", b"good to be back", b"heard", b"welcome back"] == openings
    assert 6 == proven.openings
