"""A published record read over HTTP into a folder, file by file, each proven to lead to its log's head as it comes.

What is published is an exported folder under an address (docs/formats/record-http.md). Nothing here is believed: a
tile or an entry that does not lead to the head of its log ends the reading, and what was read whole is proven from its
bytes like any folder. One server can still show everybody something else: compare with what others were shown.
"""

import contextlib
import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from searoom import clock
from searoom.errors import NotAllowed, Unreachable
from searoom.record import layout, tiles
from searoom.record.cards import MAX_CARD
from searoom.record.checkpoint import MAX_NOTE_BYTES, SignedNote
from searoom.record.entry import MAX_ENTRY
from searoom.record.layout import MAX_MANIFEST, Manifest
from searoom.record.merkle import HASH_BYTES
from searoom.record.roster import author_of

Progress = Callable[[int, int], None]

SILENCE_S: Final = 20.0  # how long a server may say nothing
FILE_S: Final = 300.0  # and how long it may take over one file
MAX_TOTAL: Final = 64 << 30
MAX_ENTRIES: Final = 50_000_000
_CHUNK: Final = 256 << 10
_SCHEMES: Final = ("http", "https")
_FULL_BUNDLE: Final = tiles.TILE_WIDTH * (MAX_ENTRY + 2)


def is_address(text: str) -> bool:
    """Tell whether `text` is the address of something on a network, and not a file's name."""
    return text.startswith(tuple(f"{scheme}://" for scheme in _SCHEMES))


class Site:
    """Files under one address, asked for one after the other over one kept connection."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in _SCHEMES or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise NotAllowed(f"'{address}' is not the address of a published record (http or https, host, path)")
        self._address, self._prefix = address, parts.path.rstrip("/")
        self._host, self._port, self._secure = parts.hostname, parts.port, parts.scheme == "https"
        self._line: http.client.HTTPConnection | None = None
        self._left = MAX_TOTAL

    def get(self, path: str, most: int) -> bytes | None:
        """Return a file of at most `most` bytes, None where there is none; raise `Unreachable` for all else."""
        kept = self._line is not None
        try:
            return self._ask(path, most)
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            if not kept:
                raise self._fault(path, str(fault) or type(fault).__name__) from fault
        try:
            return self._ask(path, most)  # a kept connection may have ended meanwhile: once more, on a fresh one
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            raise self._fault(path, str(fault) or type(fault).__name__) from fault

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _ask(self, path: str, most: int) -> bytes | None:
        if self._line is None:
            self._line = self._connect()
        self._line.request("GET", f"{self._prefix}/{quote(path)}", headers={"Accept-Encoding": "identity"})
        answer = self._line.getresponse()
        if answer.status == HTTPStatus.NOT_FOUND:
            self._read(answer, path, MAX_MANIFEST)
            return None
        if answer.status != HTTPStatus.OK:
            self.close()
            raise self._fault(path, f"the server answers {answer.status}")
        return self._read(answer, path, most)

    def _read(self, answer: http.client.HTTPResponse, path: str, most: int) -> bytes:
        parts, left, until = [], min(most, self._left) + 1, clock.monotonic() + FILE_S
        while left and (part := answer.read1(min(left, _CHUNK))):
            parts.append(part)
            left -= len(part)
            if clock.monotonic() > until:
                self.close()
                raise self._fault(path, f"it takes longer than {FILE_S:.0f} seconds")
        data = b"".join(parts)
        if not left:
            self.close()
            raise NotAllowed(f"{layout.shown(path)}: the file is longer than {min(most, self._left)} bytes")
        self._left -= len(data)
        if answer.length:
            raise http.client.IncompleteRead(data, answer.length)
        return data

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=SILENCE_S, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=SILENCE_S)

    def _fault(self, path: str, why: str) -> Unreachable:
        return Unreachable(f"{self._address}: {layout.shown(path)} cannot be read: {layout.shown(why)}")


class _Log(Mapping[str, bytes]):
    """The files of one published log as a mapping: read over the network once, then from the folder."""

    def __init__(self, site: Site, folder: Path, log: str, size: int) -> None:
        self._site, self._folder, self._log, self._size = site, folder, log, size

    def __getitem__(self, path: str) -> bytes:
        if path.startswith("tile/") and path != self._as_wide_as_it_is(path):
            raise KeyError(path)
        kept = self._folder / self._log / path
        if kept.exists():
            return kept.read_bytes()
        data = self._site.get(f"{self._log}/{path}", _most(path))
        if data is None:
            full, partial, width = path.partition(".p/")
            whole = self._site.get(f"{self._log}/{full}", _most(full)) if partial else None
            if whole is None:
                raise KeyError(path)
            data = _cut(full, whole, int(width))  # the log has grown since, and shows its full tile alone
        _write(kept, data)
        return data

    def _as_wide_as_it_is(self, path: str) -> str:
        """Return the path of the same tile or bundle with the width that it has under this log's head."""
        level, index, _ = tiles.read_tile_path(path)
        count = self._size >> (level * tiles.TILE_HEIGHT if isinstance(level, int) else 0)
        return tiles.tile_path(level, index, min(tiles.TILE_WIDTH, count - index * tiles.TILE_WIDTH))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _most(path: str) -> int:
    """Return how long a file of a log can be, by where it lies."""
    if path.startswith(f"tile/{tiles.ENTRIES}/"):
        return _FULL_BUNDLE
    if path.startswith("tile/"):
        return tiles.TILE_WIDTH * HASH_BYTES
    return layout.MAX_FILE if path.startswith(("bodies/", "openings/")) else MAX_NOTE_BYTES


def _cut(path: str, whole: bytes, width: int) -> bytes:
    """Return the first `width` items of a full tile or bundle."""
    if path.startswith(f"tile/{tiles.ENTRIES}/"):
        return tiles.write_bundle(tiles.read_bundle(whole, tiles.TILE_WIDTH)[:width])
    if path.startswith("tile/"):
        return whole[: width * HASH_BYTES]
    return layout.write_long(layout.read_long(whole, tiles.TILE_WIDTH)[:width])


def fetch_record(address: str, folder: Path, progress: Progress | None = None) -> int:
    """Read the record published at `address` into the new folder `folder`; return how many entries it has.

    Raises `Unreachable` where it cannot be read, `NotAllowed` or `Tampered` for what does not fit as it comes.
    `progress` is told of entries read and in all.
    """
    with contextlib.closing(Site(address)) as site:
        manifest = Manifest.from_bytes(_required(site, folder, layout.MANIFEST, MAX_MANIFEST))
        for party in manifest.parties:
            _required(site, folder, layout.card_path(party), MAX_CARD)
        heads = {
            log: SignedNote.from_bytes(_required(site, folder, layout.checkpoint_path(log), MAX_NOTE_BYTES)).checkpoint
            for log in manifest.logs
        }
        total = sum(head.size for head in heads.values())
        if total > MAX_ENTRIES:
            raise NotAllowed(f"{address} claims {total} entries, more than the {MAX_ENTRIES} that are read here")
        done = 0
        for log, head in heads.items():
            for width in _fetch_log(site, folder, log, head.size, head.root):
                done += width
                if progress is not None:
                    progress(done, total)
            for by in manifest.parties:
                path = layout.recorded_path(log, by)
                data = site.get(path, MAX_NOTE_BYTES) if by != author_of(log) else None
                if data is not None:
                    _write(folder / path, data)
    return total


def _fetch_log(site: Site, folder: Path, log: str, size: int, root: bytes) -> Iterator[int]:
    """Yield the width of each bundle of a log after its tiles, entries, bodies and openings are in the folder."""
    files = _Log(site, folder, log, size)
    tree = tiles.TileTree(files, size, root)
    for index, width in tiles.widths(size):
        tree.bundle(index)  # reads its tiles and itself, and proves them
        bodies, openings = layout.bodies_path(log, index, width), layout.openings_path(log, index, width)
        if files.get(bodies.removeprefix(f"{log}/")) is None:
            raise NotAllowed(f"{bodies}: the file is missing")
        opened = files.get(openings.removeprefix(f"{log}/"))
        if opened is not None and not any(layout.read_long(opened, width)):
            (folder / openings).unlink()  # cut off a full bundle that opens later entries alone
        yield width


def _required(site: Site, folder: Path, path: str, most: int) -> bytes:
    data = site.get(path, most)
    if data is None:
        raise Unreachable(f"there is no published record at this address: it has no file '{layout.shown(path)}'")
    _write(folder / path, data)
    return data


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
