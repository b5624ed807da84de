"""An exported record as a folder: what lies where, and the manifest that says whose it is.

    manifest                    what this is (below)
    cards/<party>.card          each party's first card, signed by its root; later ones are entries
    <log>/checkpoint            the newest signed note of a log, with its cosignatures
    <log>/recorded/<by>         an older note with the lines of <by>, where it did not cosign the newest
    <log>/tile/...              the log as tiles and bundles of entries (C2SP tlog-tiles)
    <log>/bodies/...            the bodies of its entries, bundled as the entries are
    <log>/openings/...          what the exporter opened, bundled likewise; no file where it opened nothing of it

A log of which nothing is held has no folder. Bundles of bodies and openings have the paths of bundles of
entries with another first word; each item stands behind its length in four bytes, high byte first.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape, tiles
from searoom.record.entry import MAX_LOGS, MAX_PARTIES
from searoom.record.roster import author_of

MANIFEST: Final = "manifest"
CARDS: Final = "cards"
RESERVED: Final = frozenset((MANIFEST, CARDS))
MAX_MANIFEST: Final = 8192
MAX_FILE: Final = 64 * 1024 * 1024
"""The longest file of a record: a full bundle of bodies."""

_CHECK_PREFIX: Final = b"searoom/manifest/v1"
_LENGTH_BYTES: Final = 4


def card_path(party: str) -> str:
    """Return where the card of a party lies."""
    return f"{CARDS}/{party}.card"


def checkpoint_path(log: str) -> str:
    """Return where the newest note of a log lies."""
    return f"{log}/checkpoint"


def recorded_path(log: str, by: str) -> str:
    """Return where the note lies that `by` cosigned last, if that is not the newest."""
    return f"{log}/recorded/{by}"


def entries_path(log: str, index: int, width: int) -> str:
    """Return where a bundle of entries lies."""
    return f"{log}/{tiles.tile_path(tiles.ENTRIES, index, width)}"


def bodies_path(log: str, index: int, width: int) -> str:
    """Return where a bundle of bodies lies."""
    return f"{log}/bodies/{_number(index, width)}"


def openings_path(log: str, index: int, width: int) -> str:
    """Return where a bundle of openings lies."""
    return f"{log}/openings/{_number(index, width)}"


def _number(index: int, width: int) -> str:
    return tiles.tile_path(tiles.ENTRIES, index, width).removeprefix(f"tile/{tiles.ENTRIES}/")


def write_long(items: Sequence[bytes]) -> bytes:
    """Return a bundle of bodies or openings: each item behind its length in four bytes."""
    return tiles.pack(items, _LENGTH_BYTES)


def read_long(data: bytes, width: int) -> list[bytes]:
    """Return the `width` items of a bundle, which must hold exactly them."""
    return tiles.unpack(data, width, _LENGTH_BYTES, one="item", many="items")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the folder is: mechanism, exercise or not, who exported it, the parties in the agreement's order, the logs.

    `agreement` is the hash of the agreement's text and forms by which the exporter read the record.
    Nobody signs it: who exported a record proves nothing, and all else in it is proven elsewhere. Its
    last item is a SHA-256 over the others, so that a worn disk is noticed here too.
    """

    mechanism: str
    exercise: bool
    exporter: str
    parties: tuple[str, ...]
    logs: tuple[str, ...]
    agreement: bytes

    def __post_init__(self) -> None:
        shape.mechanism_id(self.mechanism, "the mechanism")
        shape.sequence(self.parties, "the parties", least=1, most=MAX_PARTIES)
        for party in self.parties:
            if shape.party_id(party, "a party") in RESERVED:
                raise NotAllowed(f"a party cannot be called '{party}' in an exported record")
        if len(set(self.parties)) != len(self.parties) or self.exporter not in self.parties:
            raise NotAllowed("the parties are not each named once, with the exporter among them")
        shape.sequence(self.logs, "the logs", most=MAX_LOGS)
        for log in self.logs:
            if author_of(shape.log_id(log, "a log")) not in self.parties:
                raise NotAllowed(f"the log '{log}' is of no party of this record")
        shape.ascending(self.logs, "the logs")
        shape.octets(self.agreement, "the hash of the agreement", size=shape.HASH_SIZE)

    def _items(self) -> dict[int, cbor.Value]:
        return {
            0: shape.VERSION, 1: self.mechanism, 2: self.exercise, 3: self.exporter, 4: self.parties, 5: self.logs,
            6: self.agreement,
        }  # fmt: skip

    def to_bytes(self) -> bytes:
        """Return the manifest's CBOR map."""
        items = self._items()
        check = hashlib.sha256(_CHECK_PREFIX + cbor.encode(items)).digest()
        return cbor.encode({**items, 7: check})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Return the manifest of `data`; raise `NotAllowed` for anything but one."""
        items = shape.numbered(cbor.decode(data, max_bytes=MAX_MANIFEST), 8, "the manifest")
        parties = shape.sequence(items[4], "the parties", least=1, most=MAX_PARTIES)
        manifest = cls(
            mechanism=shape.mechanism_id(items[1], "the mechanism"),
            exercise=shape.boolean(items[2], "the exercise bit"),
            exporter=shape.party_id(items[3], "the exporter"),
            parties=tuple(shape.party_id(party, "a party") for party in parties),
            logs=tuple(shape.log_id(log, "a log") for log in shape.sequence(items[5], "the logs", most=MAX_LOGS)),
            agreement=shape.octets(items[6], "the hash of the agreement", size=shape.HASH_SIZE),
        )
        if manifest.to_bytes() != data:
            raise NotAllowed("the manifest does not fit its own check sum")
        return manifest


def shown(path: str) -> str:
    """Return a file name that can be printed, whoever chose it: what is not plain ASCII is shown by its code."""
    return ascii(path)[1:-1]


def known_names(files: Mapping[str, bytes], seen: set[str]) -> None:
    """Refuse a file that nothing in the record accounts for."""
    for path in sorted(set(files) - seen):
        raise NotAllowed(f"{shown(path)}: nothing in the record accounts for this file")
