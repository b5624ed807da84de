"""The record as a folder: whole or not at all, the same for the same store, nothing secret in it."""

import dataclasses
import os
from pathlib import Path

import pytest

import second_verifier
from builders import NOW_US, cosign, epoch, exchange, issue, make_private, make_record, parties, records, renewed, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import export
from searoom.record.cards import Card
from searoom.record.checkpoint import SignedNote
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.layout import Manifest
from searoom.record.roster import Roster
from searoom.record.seal import Opening
from searoom.record.store import SqliteStore
from searoom.record.verify import verify_files, verify_folder
from small_record import AGREEMENT, AMBER, CORAL, card_bytes, openings, small_files, small_records


def write(record, folder, **changes):
    write_record(record, folder, **{"cards": card_bytes(), "agreement": AGREEMENT, **changes})
    return dict(Folder(folder))


def opens(chosen):
    """Return what opens the messages that are chosen, by their salted hash."""
    return lambda entry, _body: chosen.get(entry.statement.plain_hash)


def test_writes_each_kind_of_file_and_no_other(tmp_path):
    """Manifest, two cards, two logs with notes, tiles and bundles of entries, of bodies and of what was opened."""
    each = ["bodies/000.p/2", "checkpoint", "tile/0/000.p/2", "tile/entries/000.p/2"]
    expected = [
        *(f"amber/{name}" for name in (*each, "openings/000.p/2", "recorded/coral")),
        *(f"coral/{name}" for name in each),
        *("cards/amber.card", "cards/coral.card", "manifest"),
    ]
    assert sorted(expected) == sorted(small_files())


def test_the_same_record_is_written_in_the_same_bytes(tmp_path):
    """Two exports of one store are equal, file by file; nothing of the moment is in them."""
    a, _ = small_records()
    assert write(a, tmp_path / "one") == write(a, tmp_path / "two")


def test_notes_carry_the_cosignatures_that_are_known(tmp_path):
    """On the newest note where its size was cosigned, beside it where only an older one was."""
    a, b = small_records()
    files = write(a, tmp_path / "a")
    lines = {
        path: [line.name for line in SignedNote.from_bytes(files[path]).signatures]
        for path in files
        if "checkpoint" in path or "recorded" in path
    }
    assert {
        "amber/checkpoint": ["demo-2026/amber"],
        "amber/recorded/coral": ["demo-2026/amber"] * 2 + ["demo-2026/coral/mirror"] * 2,
        "coral/checkpoint": ["demo-2026/coral"] * 2 + ["demo-2026/amber/mirror"] * 2,
    } == lines
    cosign(a, b)
    after = write(a, tmp_path / "after")
    assert "amber/recorded/coral" not in after
    assert ["demo-2026/amber"] * 2 + ["demo-2026/coral/mirror"] * 2 == [
        line.name for line in SignedNote.from_bytes(after["amber/checkpoint"]).signatures
    ]


def test_a_cosignature_of_nothing_is_no_file(tmp_path):
    """That the other side once cosigned the empty log says nothing later; on the empty log itself it is shown."""
    a, b = records()
    a.accept_cosignature("coral", b.witness("amber", a.offer(now_us=NOW_US), now_us=NOW_US))
    empty = write(a, tmp_path / "empty")
    assert 4 == len(SignedNote.from_bytes(empty["amber/checkpoint"]).signatures)
    assert {("amber", "coral"): 0} == verify_folder(tmp_path / "empty").cosigned
    say(a, AMBER, b"first")
    assert not [path for path in write(a, tmp_path / "later") if "recorded" in path]


def test_openings_are_those_that_were_chosen(tmp_path):
    """None, some or all messages are opened; an opening of something else is refused before anything is written."""
    a, _ = small_records()
    every = openings(a, AMBER)
    assert 4 == len(every)
    for count in (0, 1, 4):
        files = write(a, tmp_path / str(count), opener=opens(dict(list(every.items())[:count])))
        assert count == verify_folder(tmp_path / str(count)).openings
        bundles = {0: [], 1: ["amber/openings/000.p/2"], 4: ["amber/openings/000.p/2", "coral/openings/000.p/2"]}
        assert bundles[count] == sorted(path for path in files if "openings" in path)
    stray = Opening(bytes(32), b"never said")
    first, second, *_ = every
    for lie in ({first: stray}, {first: every[second]}):
        with pytest.raises(Tampered, match="opening of entry 0 of amber is of another message"):
            write(a, tmp_path / "lie", opener=opens(lie))
    assert ["0", "1", "4"] == sorted(os.listdir(tmp_path))


def test_needs_the_cards_as_they_were_signed(tmp_path):
    """A missing card, another party's, or one that was signed anew with other words, is refused."""
    a, _ = small_records()
    card = Card.from_bytes(CORAL.card_bytes)
    other = dataclasses.replace(card, names={"en": "Other"})
    for cards in (
        {"amber": AMBER.card_bytes},
        {"amber": AMBER.card_bytes, "coral": AMBER.card_bytes},
        {"amber": AMBER.card_bytes, "coral": other.signed(*CORAL.roots)},
    ):
        with pytest.raises(NotAllowed, match="card of 'coral' is not at hand"):
            write(a, tmp_path / "x", cards=cards)
    assert [] == os.listdir(tmp_path)


def test_never_overwrites(tmp_path):
    """A folder with anything in it, and a file, are left alone; an empty folder is taken."""
    a, _ = small_records()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(NotAllowed, match="is there already"):
            write(a, tmp_path / name)
    assert "mine" == (tmp_path / "full" / "x").read_text() == (tmp_path / "file").read_text()
    (tmp_path / "empty").mkdir()
    assert write(a, tmp_path / "empty") == write(a, tmp_path / "new" / "deeper")


def test_a_disk_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    """When the disk is full in the middle, or the export would not verify, no folder has the name and none is left."""
    a, _ = small_records()
    written = []

    def full_disk(self, data):
        if len(written) == 7:
            raise OSError(28, "No space left on device")
        written.append(data)
        return len(data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full_disk)
        with pytest.raises(NotAllowed, match="No space left on device") as caught:
            write(a, tmp_path / "record")
    assert "store is unharmed" in caught.value.advice()
    assert [] == os.listdir(tmp_path)
    monkeypatch.setattr(export, "verify_folder", lambda _: (_ for _ in ()).throw(Tampered("no")))
    with pytest.raises(Tampered):
        write(a, tmp_path / "record")
    assert [] == os.listdir(tmp_path)


def test_a_store_that_was_changed_is_not_exported(tmp_path):
    """What the disk gives back is compared with what was signed before it is handed on."""
    store = SqliteStore(tmp_path / "a.searoom")
    record = make_record(AMBER, Roster([member.card for member in parties()]), store)
    say(record, AMBER, b"true")
    store._db.execute("UPDATE entry SET body = x'00'")
    with pytest.raises(Tampered):
        write(record, tmp_path / "record")
    assert not (tmp_path / "record").exists()


def test_holds_no_private_key_and_nothing_national(tmp_path):
    """No seed of any key, and no word of the national log, is in any byte of an export."""
    a, b = records()
    make_private(AMBER).write(b"CANARY national", signer=AMBER.officers[0], now_us=NOW_US)
    say(a, AMBER, b"CANARY sealed")
    exchange(a, b)
    data = b"".join(write(a, tmp_path / "sealed").values())
    opened = b"".join(write(a, tmp_path / "opened", opener=opens(openings(a, AMBER))).values())
    seeds = [
        key.seed
        for member in parties()
        for key in (
            *member.roots,
            *(getattr(member.keys, name) for name in ("station", "log", "log_pq", "mirror", "mirror_pq")),
            *(member.kem, member.storage, *member.officers),
        )
    ]
    assert not [seed for seed in seeds if seed in opened]
    assert b"CANARY" not in data
    assert b"CANARY sealed" in opened
    assert b"CANARY national" not in opened
    assert 2 * (1 + 5 + 2 + 2) == len(set(seeds))


def test_writes_a_log_longer_than_a_tile(tmp_path):
    """257 entries: a full tile and bundle, a partial one, and a tile of the next level; both readings agree."""
    a, _ = records()
    for number in range(257):
        say(a, AMBER, b"%d" % number, signers=[AMBER.station])
    files = write(a, tmp_path / "record", opener=opens({**openings(a, AMBER)}))
    numbers = ["000", "001.p/1"]
    assert [
        *(f"amber/bodies/{number}" for number in numbers),
        "amber/checkpoint",
        *(f"amber/openings/{number}" for number in numbers),
        *(f"amber/tile/0/{number}" for number in numbers),
        "amber/tile/1/000.p/1",
        *(f"amber/tile/entries/{number}" for number in numbers),
    ] == [path for path in files if path.startswith("amber/")]
    assert {"amber": 257, "coral": 0} == {"coral": 0, **second_verifier.verify(files)["sizes"]}


def test_writes_cards_and_later_logs_as_what_they_are(tmp_path):
    """A rotation and a second log: the first card beside them, the next in its entry; nothing of it needs to be opened."""
    a, b = records()
    say(a, AMBER, b"before")
    second = renewed(AMBER, "2")
    issue(a, second)
    say(a, second, b"after")
    epoch(a, second)
    exchange(a, b)
    for side, folder in ((a, tmp_path / "a"), (b, tmp_path / "b")):
        files = write(side, folder)
        assert files["cards/amber.card"] == AMBER.card_bytes
        assert ("amber", "amber.2") == tuple(Manifest.from_bytes(files["manifest"]).logs)[:2]
        proven = verify_folder(folder)
        assert (3, 1) == (proven.sizes["amber"], proven.sizes["amber.2"])
        assert second.card == proven.roster.card("amber")
    with pytest.raises(NotAllowed, match="card of 'amber' is not at hand"):
        write(a, tmp_path / "x", cards={**card_bytes(), "amber": second.card_bytes})


def test_a_mirror_writes_as_far_as_its_newest_note_goes(tmp_path):
    """What was handed over in part has no note of its own yet; it is not in the export, and the rest proves."""
    a, b = records()
    say(a, AMBER, b"one")
    exchange(a, b)
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    part = a.batch("amber", 1, max_bytes=1)
    assert 2 == b.admit(part, now_us=NOW_US)
    assert {"amber": 1, "coral": 0} == verify_files(write(b, tmp_path / "record")).sizes


def test_what_is_said_while_a_log_is_held_in_part_does_not_spoil_the_export(tmp_path):
    """An entry says that it has heard only what a signed note covers: what else is held nobody could be shown."""
    a, b = records()
    say(a, AMBER, b"one")
    exchange(a, b)
    for number in range(3):
        say(a, AMBER, b"%d" % number)
    b.admit(a.batch("amber", 1, max_bytes=1), now_us=NOW_US)
    said = say(b, CORAL, b"cut off")
    assert [("amber", 1)] == [(heard.log, heard.size) for heard in said.heard]
    assert {"amber": 1, "coral": 1} == verify_files(write(b, tmp_path / "record")).sizes
    exchange(a, b)
    assert [("amber", 4)] == [(heard.log, heard.size) for heard in say(b, CORAL, b"whole").heard]
