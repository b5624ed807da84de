"""The record as a folder: whole or not at all, the same for the same store, nothing secret in it."""

import os
from pathlib import Path

import pytest

import second_verifier
from builders import NOW_US, cosign, exchange, make_private, make_record, parties, records, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import export
from searoom.record.checkpoint import SignedNote
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.keys import Card, Keyring, SigningKey
from searoom.record.seal import Opening
from searoom.record.store import SqliteStore
from searoom.record.verify import verify_folder
from small_record import AMBER, CORAL, card_bytes, openings, small_files, small_records


def write(record, folder, **changes):
    write_record(record, folder, **{"cards": card_bytes(), "openings": {}, **changes})
    return dict(Folder(folder))


def test_writes_each_kind_of_file_and_no_other(tmp_path):
    """Manifest, two cards, two logs with notes, tiles and bundles, a body an entry, the openings that were given."""
    kinds = [
        path if "/" not in path or path[:5] in ("amber", "coral") else path.partition("/")[0] for path in small_files()
    ]
    tile = ["tile/0/000.p/2", "tile/entries/000.p/2"]
    logs = (
        ["amber/checkpoint", "amber/recorded/coral", *(f"amber/{t}" for t in tile)],
        ["coral/checkpoint", *(f"coral/{t}" for t in tile)],
    )
    assert sorted([*logs[0], *["bodies"] * 4, *["cards"] * 2, *logs[1], "manifest", *["openings"] * 2]) == sorted(kinds)


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
        "amber/recorded/coral": ["demo-2026/coral/mirror"],
        "coral/checkpoint": ["demo-2026/coral", "demo-2026/amber/mirror"],
    } == lines
    cosign(a, b)
    after = write(a, tmp_path / "after")
    assert "amber/recorded/coral" not in after
    assert ["demo-2026/amber", "demo-2026/coral/mirror"] == [
        line.name for line in SignedNote.from_bytes(after["amber/checkpoint"]).signatures
    ]


def test_a_cosignature_of_nothing_is_no_file(tmp_path):
    """That the other side once cosigned the empty log says nothing later; on the empty log itself it is shown."""
    a, b = records()
    a.accept_cosignature("coral", b.witness("amber", a.note("amber"), now_us=NOW_US))
    empty = write(a, tmp_path / "empty")
    assert 2 == len(SignedNote.from_bytes(empty["amber/checkpoint"]).signatures)
    assert {("amber", "coral"): 0} == verify_folder(tmp_path / "empty").cosigned
    say(a, AMBER, b"first")
    assert not [path for path in write(a, tmp_path / "later") if "recorded" in path]


def test_openings_are_those_that_were_chosen(tmp_path):
    """None, some or all messages are opened; an opening of nothing, or under a wrong name, is refused."""
    a, _ = small_records()
    every = openings(a, AMBER)
    assert 4 == len(every)
    for count in (0, 1, 4):
        write(a, tmp_path / str(count), openings=dict(list(every.items())[:count]))
        assert count == verify_folder(tmp_path / str(count)).openings
    stray = Opening(bytes(32), b"never said")
    first, second, *_ = every
    for lie in ({stray.plain_hash(): stray}, {first: every[second]}):
        with pytest.raises(NotAllowed, match="an opening is of no message"):
            write(a, tmp_path / "lie", openings=lie)
    assert ["0", "1", "4"] == sorted(os.listdir(tmp_path))


def test_needs_the_cards_as_they_were_signed(tmp_path):
    """A missing card, another party's, or one that was signed anew with other words, is refused."""
    a, _ = small_records()
    card = Card.from_bytes(CORAL.card_bytes)
    other = Card(card.party, card.mechanism, {"en": "Other"}, card.root, card.keys, card.kem, card.link_certificate)
    for cards in (
        {"amber": AMBER.card_bytes},
        {"amber": AMBER.card_bytes, "coral": AMBER.card_bytes},
        {"amber": AMBER.card_bytes, "coral": other.signed(CORAL.root)},
    ):
        with pytest.raises(NotAllowed, match="card of 'coral'"):
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
    record = make_record(AMBER, Keyring([member.card for member in parties()]), store)
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
    opened = b"".join(write(a, tmp_path / "opened", openings=openings(a, AMBER)).values())
    seeds = [
        key.seed
        for member in parties()
        for key in (member.root, member.station, member.log, member.mirror, member.kem, *member.officers)
    ]
    assert not [seed for seed in seeds if seed in opened]
    assert b"CANARY" not in data
    assert b"CANARY sealed" in opened
    assert b"CANARY national" not in opened
    assert isinstance(AMBER.root, SigningKey)


def test_writes_a_log_longer_than_a_tile(tmp_path):
    """257 entries: a full tile and bundle, a partial one, and a tile of the next level; both readings agree."""
    a, _ = records()
    for number in range(257):
        say(a, AMBER, b"%d" % number, signers=[AMBER.station])
    files = write(a, tmp_path / "record")
    assert [
        "amber/tile/0/000",
        "amber/tile/0/001.p/1",
        "amber/tile/1/000.p/1",
        "amber/tile/entries/000",
        "amber/tile/entries/001.p/1",
    ] == [path for path in files if "tile" in path]
    assert {"amber": 257, "coral": 0} == second_verifier.verify(files)["sizes"]
