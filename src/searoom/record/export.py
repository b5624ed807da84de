"""The record written out as a folder that proves itself, for an arbiter, an archive or the other side.

Everything in it is computed from the store at that moment, tiles too; nothing is kept beside the
store (there are never two truths). The folder is verified from its bytes before it gets its name.
"""

import shutil
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from searoom.errors import NotAllowed
from searoom.record import layout, tiles
from searoom.record.checkpoint import SignedNote, with_lines
from searoom.record.keys import Card
from searoom.record.layout import Manifest
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import Opening
from searoom.record.shared import SharedRecord
from searoom.record.verify import verify_folder


def write_record(
    record: SharedRecord,
    folder: Path | str,
    *,
    cards: Mapping[str, bytes],
    openings: Mapping[bytes, Opening],
) -> None:
    """Write `record` into the new folder `folder`, whole or not at all.

    `cards` are the parties' signed cards as they were exchanged; `openings` (plain hash -> opening)
    are the messages that the exporter chooses to open, none where it is empty. Raises `NotAllowed`
    where the folder has something in it already or cannot be written, `Tampered` where the store
    does not give back what was signed; the folder is then as before.
    """
    target = Path(folder)
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise NotAllowed(f"{target} is there already", advice="Name a new folder; an export never overwrites.")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        try:
            _write_all(record, part, cards, openings)
            verify_folder(part)
            part.chmod(0o755)  # it was private while it was not whole; what is in it is meant to be handed on
            part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as fault:
        raise NotAllowed(
            f"the record cannot be written to {target}: {fault.strerror}",
            advice="Choose a folder on a disk with room that you may write to; the store is unharmed.",
        ) from fault


def _write_all(record: SharedRecord, part: Path, cards: Mapping[str, bytes], openings: Mapping[bytes, Opening]) -> None:
    parties = record.keyring.parties
    manifest = Manifest(record.mechanism, record.exercise, record.party, parties)
    _write(part, layout.MANIFEST, manifest.to_bytes())
    for party in parties:
        if party not in cards or Card.from_bytes(cards[party]) != record.keyring.card(party):
            raise NotAllowed(
                f"the signed card of '{party}' is not at hand, or not the one that the record was kept with"
            )
        _write(part, layout.card_path(party), cards[party])
    said: set[bytes] = set()
    for party in parties:
        said |= _write_log(record, party, part)
    for plain_hash, opening in openings.items():
        if plain_hash not in said or opening.plain_hash() != plain_hash:
            raise NotAllowed(f"an opening is of no message of this record ({plain_hash.hex()})")
        _write(part, layout.opening_path(plain_hash), opening.to_bytes())


def _write_log(record: SharedRecord, party: str, part: Path) -> set[bytes]:
    """Write one party's log with bodies, tiles and notes; return the plain hashes of what is said in it."""
    if not record.note(party):
        return set()
    tree, said = Tree(), set()
    entries = record.entries(party)
    for number, width in tiles.widths(record.size(party)):
        leaves: list[bytes] = []
        for entry, body in islice(entries, width):
            leaves.append(entry.to_bytes())
            tree.append(leaf_hash(leaves[-1]))
            said.add(entry.statement.plain_hash)
            _write(part, layout.body_path(entry.statement.body_hash), body)
        _write(part, f"{party}/{tiles.tile_path('entries', number, width)}", tiles.write_bundle(leaves))
    for path, data in tiles.tiles(tree):
        _write(part, f"{party}/{path}", data)
    _write_notes(record, party, part)
    return said


def _write_notes(record: SharedRecord, party: str, part: Path) -> None:
    """Write the newest note with the cosignatures on it, and older cosigned notes of those who are not on it."""
    note = SignedNote.from_bytes(record.note(party))
    for by in record.keyring.others(party):
        data = record.cosigned(party, by)
        if data is None:
            continue
        cosigned = SignedNote.from_bytes(data)
        if cosigned.text == note.text:
            note = with_lines(note, cosigned.signatures)
        elif cosigned.checkpoint.size > 0:  # that somebody stored nothing is not worth a file
            _write(part, layout.recorded_path(party, by), data)
    _write(part, layout.checkpoint_path(party), note.to_bytes())


def _write(part: Path, path: str, data: bytes) -> None:
    file = part / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
