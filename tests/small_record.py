"""A small record of amber and coral, made by the real rooms, with every kind of file that an export can have.

Four entries: two persons released the first, an officer the second and fourth, coral's station the
third. Coral has cosigned amber's log at size 1 only, amber coral's log at its newest size 2.
"""

import functools
import tempfile
from pathlib import Path

import pytest

import second_verifier
from builders import MECHANISM, NOW_US, SECOND_US, Party, cosign, exchange, parties, records, say
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.record import checkpoint
from searoom.record.checkpoint import Checkpoint
from searoom.record.entry import Entry, Released, place
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.keys import SigningKey
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import Opening, open_body
from searoom.record.shared import SharedRecord
from searoom.record.tiles import bundles, read_bundle, tiles
from searoom.record.verify import verify_files

AMBER, CORAL = parties()


def card_bytes(*names: str) -> dict[str, bytes]:
    """Return the parties' signed cards, as they exchanged them."""
    return {party.name: party.card_bytes for party in parties(*names)}


def openings(record: SharedRecord, *readers: Party) -> dict[bytes, Opening]:
    """Return an opening for each entry that the first reader who may can open."""
    found: dict[bytes, Opening] = {}
    for author in record.keyring.parties:
        for entry, body in record.entries(author):
            for reader in readers:
                if reader.name in (author, *entry.statement.recipients):
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
    b.accept_cosignature("amber", a.witness("coral", b.note("coral"), now_us=NOW_US + 4 * SECOND_US))
    return a, b


@functools.cache
def small_files() -> dict[str, bytes]:
    """Return the files of amber's export, with two of the four messages opened."""
    a, _ = small_records()
    with tempfile.TemporaryDirectory() as folder:
        opened = dict(list(openings(a, AMBER).items())[:2])
        write_record(a, Path(folder) / "record", cards=card_bytes(), openings=opened)
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


def leaves_of(party: str, files: dict[str, bytes]) -> list[bytes]:
    """Return the entries' bytes of one party's log (fewer than 256 of them)."""
    path = next(path for path in files if path.startswith(f"{party}/tile/entries"))
    return list(read_bundle(files[path], int(path.rpartition("/")[2])))


@functools.cache
def amber_leaves() -> tuple[bytes, ...]:
    """Return the two entries of amber's log."""
    return tuple(leaves_of("amber", small_files()))


def resigned(
    leaves: list[bytes] | tuple[bytes, ...],
    *,
    name: str = "",
    key: SigningKey = AMBER.log,
    files: dict[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return the files with another log of amber's, tiles made again and the checkpoint signed by its log key."""
    files = small_files() if files is None else files
    kept = {path: data for path, data in files.items() if not path.startswith("amber/")}
    tree = Tree(map(leaf_hash, leaves))
    origin = name or checkpoint.origin(MECHANISM, "amber")
    note = checkpoint.sign(Checkpoint(origin, tree.size, tree.root()), origin, key)
    made = {f"amber/{path}": data for path, data in (*tiles(tree), *bundles(leaves))}
    return {**kept, **made, "amber/checkpoint": note.to_bytes()}


def again(
    leaf: bytes, *, released: Released | None = None, station: SigningKey = AMBER.station, **changes: object
) -> bytes:
    """Return an entry's bytes with its index, height, heard, placed time or statement changed and the station's signature made again."""
    entry = Entry.from_bytes(leaf)
    says = {"index": entry.index, "height": entry.height, "heard": entry.heard, "placed_us": entry.placed_us, **changes}
    return place(released or entry.released, station_key=station, **says).to_bytes()
