"""The record written out as a folder that proves itself, for an arbiter, an archive or the other side.

Everything in it is computed from the store at that moment, tiles too; nothing is kept beside the
store (there are never two truths). The folder is verified from its bytes before it gets its name.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from searoom.errors import NotAllowed, Tampered
from searoom.record import layout, tiles
from searoom.record.cards import Card
from searoom.record.checkpoint import SignedNote, with_lines
from searoom.record.entry import Entry
from searoom.record.layout import Manifest
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import Opening
from searoom.record.shared import SharedRecord
from searoom.record.verify import verify_folder

Opener: TypeAlias = Callable[[Entry, bytes], Opening | None]


def closed(_entry: Entry, _body: bytes) -> Opening | None:
    """Open nothing: the record is proven all the same."""
    return None


def write_record(
    record: SharedRecord,
    folder: Path | str,
    *,
    cards: Mapping[str, bytes],
    agreement: bytes,
    opener: Opener = closed,
) -> None:
    """Write `record` into the new folder `folder`, whole or not at all.

    `cards` are the parties' first cards, signed, as they were exchanged; `agreement` is the hash of the
    agreement in force here; `opener` gives what the exporter chooses to open. Raises `NotAllowed`
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
            _write_all(record, part, cards, agreement, opener)
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


def _write_all(record: SharedRecord, part: Path, cards: Mapping[str, bytes], agreement: bytes, opener: Opener) -> None:
    parties = record.roster.parties
    logs = tuple(sorted(log for log in record.logs() if record.note(log)))
    manifest = Manifest(record.mechanism, record.exercise, record.party, parties, logs, agreement)
    _write(part, layout.MANIFEST, manifest.to_bytes())
    for party in parties:
        if party not in cards or Card.from_bytes(cards[party]) != record.roster.first_card(party):
            raise NotAllowed(
                f"the first signed card of '{party}' is not at hand, or not the one that the record was kept with"
            )
        _write(part, layout.card_path(party), cards[party])
    for log in logs:
        _write_log(record, log, part, opener)


def _write_log(record: SharedRecord, log: str, part: Path, opener: Opener) -> None:
    """Write one log with bodies, openings, tiles and notes, as far as its newest note goes."""
    size = SignedNote.from_bytes(record.note(log)).checkpoint.size
    tree = Tree()
    entries = record.entries(log)
    for number, width in tiles.widths(size):
        leaves, bodies, openings = [], [], []
        for entry, body in islice(entries, width):
            opening = opener(entry, body)
            if opening is not None and opening.plain_hash() != entry.statement.plain_hash:
                raise Tampered(f"the opening of entry {entry.index} of {log} is of another message")
            leaves.append(entry.to_bytes())
            bodies.append(body)
            openings.append(b"" if opening is None else opening.to_bytes())
            tree.append(leaf_hash(leaves[-1]))
        _write(part, layout.entries_path(log, number, width), tiles.write_bundle(leaves))
        _write(part, layout.bodies_path(log, number, width), layout.write_long(bodies))
        if any(openings):
            _write(part, layout.openings_path(log, number, width), layout.write_long(openings))
    for path, data in tiles.tiles(tree):
        _write(part, f"{log}/{path}", data)
    _write_notes(record, log, part)


def _write_notes(record: SharedRecord, log: str, part: Path) -> None:
    """Write the newest note with the cosignatures on it, and older cosigned notes of those who are not on it."""
    note = SignedNote.from_bytes(record.note(log))
    for by in record.roster.parties:
        data = record.cosigned(log, by)
        if data is None:
            continue
        cosigned = SignedNote.from_bytes(data)
        if cosigned.text == note.text:
            note = with_lines(note, cosigned.signatures)
        elif cosigned.checkpoint.size > 0:  # that somebody stored nothing is not worth a file
            _write(part, layout.recorded_path(log, by), data)
    _write(part, layout.checkpoint_path(log), note.to_bytes())


def _write(part: Path, path: str, data: bytes) -> None:
    file = part / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
