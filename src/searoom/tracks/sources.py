"""Where fixes come from: the table of sources, and a file read by the one that knows it.

A new source is one file in this folder and one row in `SOURCES`. The kind of a file is told from its
first bytes, never from its name.
"""

import gzip
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from io import BufferedReader, FileIO
from pathlib import Path
from typing import NamedTuple

from searoom.errors import NotAllowed
from searoom.tracks import addresses, aircraft, ais, aisrest, columns, decoders, instruments, layouts, sighted, stamps
from searoom.tracks.fixes import Rows
from searoom.tracks.readings import Reading, reading_of
from searoom.tracks.ships import Ship, named

HEAD_BYTES = 64 * 1024
MAX_LINE_BYTES = 64 * 1024
BLOCK_BYTES = 1024**2
MAX_UNPACKED_BYTES = 16 * 1024**3  # a day of the whole US is 0.8 GB; what grows beyond this is a bomb
NMEA_LINES_LOOKED_AT = 200  # a receiver's log may open with comments and other instruments
_GZIP_MAGIC = b"\x1f\x8b"


class Told(NamedTuple):
    """What a source says beside its rows: its kind, ships, what else was counted, safety texts and aids heard."""

    kind: str
    ships: Mapping[str, Ship]
    counted: Mapping[str, int]
    texts: tuple[aisrest.Text, ...] = ()
    aids: tuple[aisrest.Aid, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file: whether a head (the first bytes, unpacked) is of it, and how its lines become rows.

    `read` takes the lines, the head, the rows to fill, and what the sensor is called that wrote the file. Where
    `line_bytes` is 0 it takes blocks of bytes instead, cut anywhere.
    """

    kind: str
    knows: Callable[[str], bool]
    read: Callable[[Iterator[bytes], str, Rows, str], Told]
    line_bytes: int = MAX_LINE_BYTES


def read(path: str | Path, given: layouts.Layout | None = None) -> Reading:
    """Return the fixes of a track file, of any kind in `SOURCES`, plain or gzip; NotAllowed says why it cannot be.

    A table that has the columns of a `given` layout is read by it, before any of ours is tried.
    """
    where = Path(path)
    try:
        with BufferedReader(where.open("rb", buffering=0), HEAD_BYTES) as file:
            return _read_open(_unpacked(file), where.name, given)
    except FileNotFoundError:
        raise NotAllowed(f"there is no file {where.name}", advice="Check the name and the folder.") from None
    except (IsADirectoryError, PermissionError) as fault:
        raise NotAllowed(
            f"{where} cannot be read: {fault.strerror}", advice="Name a file that you may read."
        ) from fault
    except EOFError:
        raise NotAllowed(f"{where.name} is cut short: its gzip data ends before its end mark") from None
    except (gzip.BadGzipFile, zlib.error) as fault:
        raise NotAllowed(f"{where.name} is damaged: {fault}", advice="Fetch the file again.") from fault


def layout_in(path: str | Path) -> layouts.Layout:
    """Return the layout that a file of a user's own columns (TOML) declares; NotAllowed says what in it is wrong."""
    try:
        return layouts.from_table(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise NotAllowed(f"the map of columns in {path} cannot be read: {problem}") from None


def _unpacked(file: "BufferedReader[FileIO]") -> "BufferedReader[FileIO] | gzip.GzipFile":
    """Return the file, through gzip where it opens with gzip's mark."""
    return gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == _GZIP_MAGIC else file


def _read_open(
    stream: "BufferedReader[FileIO] | gzip.GzipFile", name: str, given: layouts.Layout | None
) -> Reading:  # fmt: skip
    head = stream.peek(HEAD_BYTES)
    if not head.strip():
        raise NotAllowed(f"{name} is empty")
    if b"\0" in head:
        raise NotAllowed(f"{name} is binary, not text", advice="Give a csv or a file of AIS sentences.")
    text = head.decode("utf-8", "replace")
    first = text.split("\n", 1)[0].rstrip("\r")
    source = next((source for source in (*_by(given), *SOURCES) if source.knows(text)), None)
    if source is None:
        if "," in first or (given and given.separator in first):
            raise layouts.refuse_columns(first, given)
        raise NotAllowed(f"{name} is no kind of track file that is known here", advice=_KINDS_ADVICE)
    rows = Rows()
    sensor = addresses.plain(name)
    pieces = _lines(stream, rows, name, source.line_bytes) if source.line_bytes else _blocks(stream, name)
    return _reading(rows, source.read(pieces, text, rows, sensor), name)


_KINDS_ADVICE = (
    "Known are: a csv with named columns, MarineCadastre and Danish csv, sightings, AIS and instruments' sentences, "
    "SBS lines, aircraft.json, Cursor on Target; see docs/formats/tracks.md."
)


def _lines(
    stream: "BufferedReader[FileIO] | gzip.GzipFile", rows: Rows, name: str, most: int
) -> Iterator[bytes]:  # fmt: skip
    """Yield lines of bounded length; a longer one is counted and passed over, never held whole."""
    total = 0
    while line := stream.readline(most):
        total += len(line)
        _check_size(total, name)
        if len(line) == most and not line.endswith(b"\n"):
            rows.refuse("line too long")
            while line and not line.endswith(b"\n"):
                line = stream.readline(most)
                total += len(line)
            continue
        yield line


def _blocks(stream: "BufferedReader[FileIO] | gzip.GzipFile", name: str) -> Iterator[bytes]:
    """Yield the bytes as they come."""
    total = 0
    while block := stream.read(BLOCK_BYTES):
        total += len(block)
        _check_size(total, name)
        yield block


def _check_size(total: int, name: str) -> None:
    if total > MAX_UNPACKED_BYTES:
        raise NotAllowed(f"{name} holds more than {MAX_UNPACKED_BYTES} bytes", advice="Split it by time.")


def _reading(rows: Rows, found: Told, name: str) -> Reading:
    fixes, backwards = rows.fixes()
    told = {**rows.doubtful, **found.counted}
    reading = reading_of(fixes, backwards, found.kind, found.ships, rows.refused, told, name)
    return replace(reading, texts=found.texts, aids=found.aids)


def _by(given: layouts.Layout | None) -> tuple[Source, ...]:
    """Return the source that reads by a user's own layout, where there is one."""
    if given is None:
        return ()

    def knows(head: str) -> bool:
        return layouts.layout_of(head.split("\n", 1)[0].rstrip("\r"), given) is given

    return (Source("csv by a given layout", knows, partial(_read_csv, given)),)


def _knows_csv(head: str) -> bool:
    return layouts.layout_of(head.split("\n", 1)[0].rstrip("\r")) is not None


def _read_csv(given: layouts.Layout | None, lines: Iterator[bytes], head: str, rows: Rows, _sensor: str) -> Told:
    header = head.split("\n", 1)[0].rstrip("\r")
    layout = layouts.layout_of(header, given)
    if layout is None:
        raise layouts.refuse_columns(header, given)
    next(lines)
    return Told(layout.kind, named(columns.read_rows(_text(lines, rows), layout, header, rows)), {})


def _text(lines: Iterator[bytes], rows: Rows) -> Iterator[str]:
    for line in lines:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            rows.refuse("line is not text")
            continue
        if "\0" in text:
            rows.refuse("line is not text")
            continue
        yield text


def _knows_nmea(head: str) -> bool:
    lines = head.split("\n")[:NMEA_LINES_LOOKED_AT]
    return any("VDM," in line or "VDO," in line for line in lines if line.startswith(("!", "\\")))


def _read_nmea(blocks: Iterator[bytes], _head: str, rows: Rows, _sensor: str) -> Told:
    sentences = ais.Sentences(rows=rows)
    for block in blocks:
        sentences.read(block)
    sentences.close()
    told = {
        "lines that are no AIS sentences": sentences.decoder.other_lines,
        "AIS messages of base stations": sentences.base_stations,
        aisrest.FORGOTTEN: sentences.rest.forgotten,
        **aisrest.told({**sentences.decoder.other_messages, **sentences.rest.heard}),
    }
    counted = {what: count for what, count in told.items() if count}
    return Told("AIS sentences", sentences.ships, counted, sentences.rest.texts(), sentences.rest.aids())


def _knows_sightings(head: str) -> bool:
    return sighted.knows(head.split("\n", 1)[0].rstrip("\r"))


def _read_sightings(lines: Iterator[bytes], head: str, rows: Rows, _sensor: str) -> Told:
    next(lines)
    return Told(
        "sightings", named(sighted.read_rows(_text(lines, rows), head.split("\n", 1)[0].rstrip("\r"), rows)), {}
    )


def _knows_instruments(head: str) -> bool:
    return any(instruments.speaks(line) for line in head.split("\n")[:NMEA_LINES_LOOKED_AT])


def _knows(content: str, words: str, head: str) -> bool:
    """Return whether the first line is of this content, and the words of its kind stand in the head."""
    first = next((line for line in head.split("\n") if line.strip()), "")
    return decoders.content_of(first.encode()) == content and words in head


def _read_feed(content: str, kind: str, lines: Iterator[bytes], _head: str, rows: Rows, sensor: str) -> Told:
    """Read what a feed of this content would have brought."""
    reader = decoders.reader_of(content, sensor, rows)
    reader.feed(lines)
    reader.close()
    counted = {"lines and messages without a craft's position": reader.other} if reader.other else {}
    if isinstance(reader, instruments.Instruments):
        return Told(kind, reader.ships, counted, reader.rest.texts(), reader.rest.aids())
    return Told(kind, named(reader.labels), counted)


SOURCES = (
    Source("csv", _knows_csv, partial(_read_csv, None)),
    Source("sightings", _knows_sightings, _read_sightings),
    Source("instruments", _knows_instruments, partial(_read_feed, "nmea", "instruments' sentences")),
    Source("AIS sentences", _knows_nmea, _read_nmea, line_bytes=0),
    Source("SBS lines", partial(_knows, "sbs", ","), partial(_read_feed, "sbs", "SBS lines")),
    Source(
        "aircraft lists", partial(_knows, "aircraft", '"aircraft"'), partial(_read_feed, "aircraft", "aircraft lists"),
        aircraft.MAX_DOCUMENT_BYTES + stamps.MAX_TAG_BYTES,
    ),
    Source("CoT events", partial(_knows, "cot", "<event"), partial(_read_feed, "cot", "CoT events")),
)  # fmt: skip
