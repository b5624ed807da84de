"""What one part of a bundle proves to somebody who has the cards of its parties and nothing else of the record.

A part carries runs of entries, not a record: its sender's station signed it, and each entry in it is signed; that the
runs fit what came before them, only who holds the logs can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.link import bundle, frames
from searoom.link.bundle import MAX_PART_BYTES, Manifest
from searoom.link.frames import LENGTH_BYTES, Ahead, Entries, Event
from searoom.record import cose, heads, shape
from searoom.record.cards import Card
from searoom.record.entry import Entry, verify_entry
from searoom.record.keys import Role
from searoom.record.merkle import Tree, leaf_hash, verify_consistency, verify_inclusion
from searoom.record.roster import Roster
from searoom.record.seal import check_placed

_MANIFEST_BYTES: Final = 1 << 10


@dataclass(frozen=True, slots=True)
class Contents:
    """The manifest of a part, and what was found in it: runs of entries as (log, first, last), and other frames."""

    manifest: Manifest
    runs: tuple[tuple[str, int, int], ...]
    entries: int
    others: int


def manifest_of(data: bytes) -> Manifest:
    """Return what a part says of itself; nothing of it is proven. Raises `NotAllowed` for bytes that are no part."""
    if len(data) > MAX_PART_BYTES:
        raise NotAllowed(f"{len(data)} bytes are more than a part of a bundle has ({MAX_PART_BYTES})")
    value = cbor.decode(data, max_bytes=MAX_PART_BYTES, max_depth=1)
    signed, _ = shape.sequence(value, "a part of a bundle", least=2, most=2)
    signed = shape.octets(signed, "the signed manifest of a bundle", least=1, most=_MANIFEST_BYTES)
    return Manifest.from_bytes(cose.read_sign1(signed, "a bundle", max_bytes=_MANIFEST_BYTES)[3])


def examine(data: bytes, cards: Sequence[Card]) -> Contents:
    """Return what a part holds, after every signature in it was checked by the cards given.

    Raises `NotAllowed` or `Tampered` for whatever does not check: also for an entry by a key of a later card, which
    only the record can show.
    """
    manifest = manifest_of(data)
    stations: dict[str, list[bytes]] = {}
    for card in cards:
        if card.mechanism == manifest.mechanism:
            stations.setdefault(card.party, []).append(card.key(Role.STATION).public)
    names = {"mechanism": manifest.mechanism, "receiver": manifest.receiver}
    part = bundle.read_part(data, exercise=manifest.exercise, stations=stations, **names)
    roster = Roster([card for card in cards if card.mechanism == manifest.mechanism and card.serial == 0])
    events = [event for message in part.messages for event in _events(message)]
    runs = [_run(event, manifest, roster) for event in events if isinstance(event, Entries | Ahead)]
    count = sum(last - first + 1 for _, first, last in runs)
    return Contents(manifest, tuple(runs), count, len(events) - len(runs))


def _events(message: bytes) -> list[Event]:
    """Return the frames of a message, whoever may say them when."""
    events: list[Event] = []
    at = 0
    while at < len(message):
        size = int.from_bytes(message[at : at + LENGTH_BYTES], "big")
        at += LENGTH_BYTES
        if not 0 < size <= len(message) - at:
            raise NotAllowed("a message in the bundle ends in the middle of a frame")
        events.append(frames.read(message[at : at + size]))
        at += size
    return events


def _run(event: Entries | Ahead, manifest: Manifest, roster: Roster) -> tuple[str, int, int]:
    """Return log, first and last index of a run of which all signatures and hashes check."""
    first = event.index if isinstance(event, Ahead) else event.start
    items = ((event.entry, event.body),) if isinstance(event, Ahead) else event.items
    head = heads.read_head(event.note, event.log, roster)
    for index, (data, body) in enumerate(items, first):
        entry = Entry.from_bytes(data)
        said = entry.statement
        if (entry.log, entry.index) != (event.log, index):
            raise NotAllowed(f"entry {entry.index} of {entry.log} is carried as number {index} of {event.log}")
        if (said.mechanism, said.exercise) != (manifest.mechanism, manifest.exercise):
            raise NotAllowed(f"entry {index} of {event.log} belongs to another record than its bundle")
        verify_entry(entry, roster.card_at(said.author, entry.log, entry.index))
        check_placed(body, entry)
    if isinstance(event, Ahead):
        verify_inclusion(leaf_hash(event.entry), event.index, head.size, event.proof, head.root)
    elif first == 0 and items:
        root = Tree(leaf_hash(data) for data, _ in items).root()
        verify_consistency(len(items), head.size, event.proof, root, head.root)
    return event.log, first, first + len(items) - 1
