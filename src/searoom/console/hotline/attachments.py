"""Documents, pictures and recordings beside a message: named in it by their hash, kept here in one folder by that hash.

The record holds hash, size and type, which the second person releases with the words. The bytes travel as the message
says: by hand, by other mail, published, or on request. What came is laid in here and compared with the hash; a file
that fits no message is kept too, and says so.

Rule 1: a file is kept by what it is: its SHA-256 is its name, and what is there is never written over.
Rule 2: nothing is shown inside a page but a picture of a kind that holds no script, told by its first bytes and not by
        its name; all else is handed over as a download.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searoom.errors import NotAllowed, StateUnknown
from searoom.sentences import Sentence

FOLDER: Final = "attachments"
MAX_FILE: Final = 16 << 20
MAX_ALL: Final = 2 << 30
"""Bytes of all files together; beyond, somebody has to make room."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PICTURES: Final = (
    ("image/png", b"\x89PNG\r\n\x1a\n", 0),
    ("image/jpeg", b"\xff\xd8\xff", 0),
    ("image/gif", b"GIF87a", 0),
    ("image/gif", b"GIF89a", 0),
    ("image/webp", b"WEBP", 8),
)
_OTHERS: Final = (
    ("application/pdf", b"%PDF-", 0),
    ("audio/mpeg", b"ID3", 0),
    ("audio/ogg", b"OggS", 0),
    ("audio/flac", b"fLaC", 0),
    ("audio/wav", b"WAVE", 8),
    ("application/zip", b"PK\x03\x04", 0),
)
UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Laid:
    """One file as it is kept here: SHA-256 in hexadecimal, size in bytes, and what its first bytes say that it is."""

    digest: str
    size: int
    type: str

    @property
    def picture(self) -> bool:
        """Whether it may stand inside a page."""
        return self.type in {kind for kind, _, _ in _PICTURES}


class Shelf:
    """The files of one node, in the folder `attachments` beside its stores."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def lay(self, data: bytes) -> Laid:
        """Keep a file and return what it is; the same bytes are kept once.

        Raises `NotAllowed` for nothing, too much, or where there is no room; `StateUnknown` where the disk fails.
        """
        if not data:
            raise NotAllowed(Sentence("file.empty"))
        if len(data) > MAX_FILE:
            raise NotAllowed(Sentence("file.too_large", most=MAX_FILE >> 20, count=len(data)))
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / digest
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if not path.exists():
                if sum(one.stat().st_size for one in self._folder.iterdir()) + len(data) > MAX_ALL:
                    raise NotAllowed(Sentence("file.all_too_large", most=MAX_ALL >> 30))
                self._write(path, data)
        except OSError as problem:
            raise StateUnknown(Sentence("file.not_kept", folder=self._folder, problem=problem)) from problem
        return Laid(digest, len(data), kind_of(data))

    def _write(self, path: Path, data: bytes) -> None:
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def find(self, digest: str) -> Laid | None:
        """Return what is kept under a hash; None where nothing is, or where `digest` is no hash."""
        data = self.read(digest)
        return None if data is None else Laid(digest, len(data), kind_of(data))

    def has(self, digest: str) -> bool:
        """Whether a file of this hash is kept here."""
        return bool(_DIGEST.fullmatch(digest)) and (self._folder / digest).is_file()

    def read(self, digest: str) -> bytes | None:
        """Return the bytes of a file; None where there is none, or where they are no longer what their hash says."""
        if not self.has(digest):
            return None
        try:
            data = (self._folder / digest).read_bytes()
        except OSError as problem:
            raise StateUnknown(Sentence("file.not_read", digest=digest[:16], problem=problem)) from problem
        return data if hashlib.sha256(data).hexdigest() == digest else None


def kind_of(data: bytes) -> str:
    """Return the media type that the first bytes of a file show; `UNKNOWN` for any other."""
    for kind, mark, at in (*_PICTURES, *_OTHERS):
        if data[at : at + len(mark)] == mark:
            return kind
    return UNKNOWN


def typed(laid: Laid, name: str, by: str = "carried") -> str:
    """Return a file as a person would type it into the field `attachment` of a form."""
    plain = re.sub(r"[^\w .()-]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[:100]
    rows = {"hash": laid.digest, "size": str(laid.size), "type": laid.type, "name": plain, "by": by}
    return "; ".join(f"{part}={value}" for part, value in rows.items() if value)
