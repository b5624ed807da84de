"""An exported record as a folder: what lies where, and the manifest that says whose it is.

    manifest                    what this is (below)
    cards/<party>.card          each party's card, signed by its root key
    <party>/checkpoint          the newest signed note of that party's log, with its cosignatures
    <party>/recorded/<by>       an older note with the line of <by> alone, where it did not cosign the newest
    <party>/tile/...            the log as tiles and bundles of entries (C2SP tlog-tiles)
    bodies/<body hash>          the sealed bodies, each under its SHA-256
    openings/<plain hash>       what the exporter opened, if anything, each under its salted hash

A party of whose log nothing is held has a card and no folder.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import shape
from searoom.record.entry import MAX_PARTIES

MANIFEST: Final = "manifest"
BODIES: Final = "bodies"
OPENINGS: Final = "openings"
CARDS: Final = "cards"
RESERVED: Final = frozenset((MANIFEST, BODIES, OPENINGS, CARDS))
MAX_MANIFEST: Final = 4096
MAX_FILE: Final = 16 * 1024 * 1024
"""The longest file of a record: a full bundle of 256 entries has some 4 MiB."""

_CHECK_PREFIX: Final = b"searoom/manifest/v0"


def card_path(party: str) -> str:
    """Return where the card of a party lies."""
    return f"{CARDS}/{party}.card"


def checkpoint_path(party: str) -> str:
    """Return where the newest note of a party's log lies."""
    return f"{party}/checkpoint"


def recorded_path(party: str, by: str) -> str:
    """Return where the note lies that `by` cosigned last, if that is not the newest."""
    return f"{party}/recorded/{by}"


def body_path(body_hash: bytes) -> str:
    """Return where a sealed body lies."""
    return f"{BODIES}/{body_hash.hex()}"


def opening_path(plain_hash: bytes) -> str:
    """Return where an opening lies."""
    return f"{OPENINGS}/{plain_hash.hex()}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the folder is: mechanism, exercise or not, who exported it, the parties in the agreement's order.

    Nobody signs it: who exported a record proves nothing, and all else in it is proven elsewhere. Its
    last item is a SHA-256 over the others, so that a worn disk is noticed here too.
    """

    mechanism: str
    exercise: bool
    exporter: str
    parties: tuple[str, ...]

    def __post_init__(self) -> None:
        shape.mechanism_id(self.mechanism, "the mechanism")
        shape.sequence(self.parties, "the parties", least=1, most=MAX_PARTIES)
        for party in self.parties:
            if shape.party_id(party, "a party") in RESERVED:
                raise NotAllowed(f"a party cannot be called '{party}' in an exported record")
        if len(set(self.parties)) != len(self.parties) or self.exporter not in self.parties:
            raise NotAllowed("the parties are not each named once, with the exporter among them")

    def _items(self) -> dict[int, cbor.Value]:
        return {0: 0, 1: self.mechanism, 2: self.exercise, 3: self.exporter, 4: self.parties}

    def to_bytes(self) -> bytes:
        """Return the manifest's CBOR map."""
        items = self._items()
        check = hashlib.sha256(_CHECK_PREFIX + cbor.encode(items)).digest()
        return cbor.encode({**items, 5: check})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Return the manifest of `data`; raise `NotAllowed` for anything but one."""
        items = shape.numbered(cbor.decode(data, max_bytes=MAX_MANIFEST), 6, "the manifest")
        parties = shape.sequence(items[4], "the parties", least=1, most=MAX_PARTIES)
        manifest = cls(
            mechanism=shape.mechanism_id(items[1], "the mechanism"),
            exercise=shape.boolean(items[2], "the exercise bit"),
            exporter=shape.party_id(items[3], "the exporter"),
            parties=tuple(shape.party_id(party, "a party") for party in parties),
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
