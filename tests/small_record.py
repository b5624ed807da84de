"""A small record of amber and coral, made by the real rooms, with every kind of file that an export can have.

Four entries: two persons released the first, an officer the second and fourth, coral's station the
third. Coral has cosigned amber's log at size 1 only, amber coral's log at its newest size 2.

And a fuller one (`full_files`), with an observer, pearl: amber changes its keys and begins a second log, coral
changes its root, and both go on talking; every kind of entry is in it.
"""

import contextlib
import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import second_verifier
from builders import (
    MECHANISM,
    NOW_US,
    SECOND_US,
    Party,
    cosign,
    epoch,
    exchange,
    issue,
    make_party,
    make_record,
    parties,
    records,
    renewed,
    roster,
    say,
    seed,
)
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint
from searoom.record.algorithms import SigningKey
from searoom.record.cards import Revoked
from searoom.record.checkpoint import Checkpoint
from searoom.record.entry import Entry, Released, place
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.keys import Root, RootKey
from searoom.record.layout import bodies_path, entries_path, read_long, write_long
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import Opening, open_body
from searoom.record.shared import SharedRecord
from searoom.record.tiles import bundles, read_bundle, tiles, widths
from searoom.record.verify import verify_files

AMBER, CORAL = parties()


AGREEMENT = bytes(range(32))
"""The hash of an agreement: the record holds it and asks nothing of it."""


def card_bytes(*names: str) -> dict[str, bytes]:
    """Return the parties' signed cards, as they exchanged them."""
    return {party.name: party.card_bytes for party in parties(*names)}


def openings(record: SharedRecord, *readers: Party) -> dict[bytes, Opening]:
    """Return an opening for each entry that one of the readers can open."""
    found: dict[bytes, Opening] = {}
    for log in record.logs():
        for entry, body in record.entries(log):
            for reader in readers:
                with contextlib.suppress(NotAllowed):
                    opening = open_body(body, statement=entry.statement, reader=reader.name, kem=reader.kem)
                    found[entry.statement.plain_hash] = opening
    return found


def small_records() -> tuple[SharedRecord, SharedRecord]:
    """Return both sides of the small record, in step but for one cosignature."""
    amber, coral = AMBER, CORAL
    a, b = records()
    say(a, amber, b"meeting at 0400Z?", signers=amber.officers)
    exchange(a, b)
    cosign(a, b)
    say(b, coral, b"received: amber 1", signers=[coral.station], now_us=NOW_US + SECOND_US)
    say(b, coral, "四時、了解。".encode(), now_us=NOW_US + 2 * SECOND_US)
    exchange(a, b)
    say(a, amber, b"understood", now_us=NOW_US + 3 * SECOND_US)
    exchange(a, b)
    b.accept_cosignature("amber", a.witness("coral", b.offer(now_us=NOW_US), now_us=NOW_US + 4 * SECOND_US))
    return a, b


@functools.cache
def small_files() -> dict[str, bytes]:
    """Return the files of amber's export, with two of the four messages opened."""
    a, _ = small_records()
    with tempfile.TemporaryDirectory() as folder:
        opened = dict(list(openings(a, AMBER).items())[:2])
        write_record(
            a,
            Path(folder) / "record",
            cards=card_bytes(),
            agreement=AGREEMENT,
            opener=lambda entry, _body: opened.get(entry.statement.plain_hash),
        )
        return dict(Folder(Path(folder) / "record"))


LATER_AMBER = renewed(AMBER, "2", revoked=(Revoked(AMBER.station.key_id, ("amber", 1), "the laptop was stolen"),))
PEARL = make_party("pearl", observer=True)
NEW_ROOT = RootKey(seed("coral", "new root"))
LATER_CORAL = renewed(CORAL, "2", signers=(*CORAL.roots, NEW_ROOT), root=Root(1, (NEW_ROOT.keeper,)))


def full_records() -> tuple[SharedRecord, SharedRecord]:
    """Return both sides of the fuller record: rotations, a second log, an observer, cosignatures of old and new keys."""
    ring = roster(AMBER, CORAL, PEARL)
    a, b = make_record(AMBER, ring), make_record(CORAL, ring)
    say(a, AMBER, b"before", signers=AMBER.officers)
    exchange(a, b)
    say(b, CORAL, b"heard", signers=[CORAL.station])
    exchange(a, b)
    cosign(a, b)
    issue(a, LATER_AMBER)
    say(a, LATER_AMBER, b"with new keys")
    exchange(a, b)
    issue(b, LATER_CORAL)
    exchange(a, b)
    b.accept_cosignature("amber", a.witness("coral", b.offer(now_us=NOW_US), now_us=NOW_US))
    epoch(a, LATER_AMBER)
    say(a, LATER_AMBER, b"in a new log")
    exchange(a, b)
    say(b, LATER_CORAL, b"welcome back")
    exchange(a, b)
    say(a, LATER_AMBER, b"good to be back")
    exchange(a, b)
    a.accept_cosignature("coral", b.witness("amber.2", a.offer(now_us=NOW_US), now_us=NOW_US))
    return a, b


@functools.cache
def full_files() -> dict[str, bytes]:
    """Return the files of amber's export of the fuller record, all of it opened."""
    a, _ = full_records()
    with tempfile.TemporaryDirectory() as folder:
        opened = openings(a, AMBER, LATER_AMBER)
        write_record(
            a,
            Path(folder) / "record",
            cards={**card_bytes(), "pearl": PEARL.card_bytes},
            agreement=AGREEMENT,
            opener=lambda entry, _body: opened.get(entry.statement.plain_hash),
        )
        return dict(Folder(Path(folder) / "record"))


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files under a folder that is new, and return it."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def both_refuse(files: dict[str, bytes]) -> SearoomError:
    """Return our own refusal, after the second verifier has refused the files as well."""
    with pytest.raises(second_verifier.Refused):
        second_verifier.verify(files)
    with pytest.raises((NotAllowed, Tampered)) as caught:
        verify_files(files)
    return caught.value


def widest(log: str, files: dict[str, bytes], path_of: Callable[[str, int, int], str]) -> tuple[str, int]:
    """Return the path and the width of the one bundle of a log."""
    return next((path_of(log, 0, width), width) for width in range(1, 256) if path_of(log, 0, width) in files)


def leaves_of(log: str, files: dict[str, bytes]) -> list[bytes]:
    """Return the entries of a log, which are fewer than a bundle holds."""
    path, width = widest(log, files, entries_path)
    return list(read_bundle(files[path], width))


def bodies_of(log: str, files: dict[str, bytes]) -> list[bytes]:
    """Return the bodies of a log, which are fewer than a bundle holds."""
    path, width = widest(log, files, bodies_path)
    return read_long(files[path], width)


def amber_leaves() -> tuple[bytes, ...]:
    """Return the two entries of amber's log."""
    return tuple(leaves_of("amber", small_files()))


def resigned(
    leaves: list[bytes] | tuple[bytes, ...],
    *,
    log: str = "amber",
    name: str = "",
    key: SigningKey = AMBER.log,
    files: dict[str, bytes] | None = None,
    bodies: list[bytes] | None = None,
) -> dict[str, bytes]:
    """Return the files with another log of amber's, tiles made again and the checkpoint signed by its log key.

    The bodies are those that stand there, as many as there are leaves, where no others are given; nothing is opened.
    """
    files = small_files() if files is None else files
    kept = {path: data for path, data in files.items() if not path.startswith(f"{log}/")}
    bodies = bodies_of(log, files)[: len(leaves)] if bodies is None else bodies
    for number, width in widths(len(leaves)):
        kept[bodies_path(log, number, width)] = write_long(bodies[number * 256 : number * 256 + width])
    tree = Tree(map(leaf_hash, leaves))
    origin = name or checkpoint.origin(MECHANISM, log)
    note = checkpoint.sign(Checkpoint(origin, tree.size, tree.root()), origin, key)
    made = {f"{log}/{path}": data for path, data in (*tiles(tree), *bundles(leaves))}
    return {**kept, **made, f"{log}/checkpoint": note.to_bytes()}


def again(
    leaf: bytes, *, released: Released | None = None, station: SigningKey = AMBER.station, **changes: object
) -> bytes:
    """Return an entry's bytes with its log, index, height, heard, placed time or statement changed and the station's signature made again."""
    entry = Entry.from_bytes(leaf)
    says = {
        "log": entry.log,
        "index": entry.index,
        "height": entry.height,
        "heard": entry.heard,
        "placed_us": entry.placed_us,
        **changes,
    }
    return place(released or entry.released, station_key=station, **says).to_bytes()
