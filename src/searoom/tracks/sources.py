"""Where fixes come from: the table of sources, and a file read by the one that knows it.

A new source is one file in this folder and one row in `SOURCES`. The kind of a file is told from its
first bytes, never from its name.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path

from searoom.errors import Finding, NotAllowed
from searoom.tracks import ais, columns
from searoom.tracks.fixes import Fixes, Rows

HEAD_BYTES = 64 * 1024
MAX_LINE_BYTES = 64 * 1024
MAX_UNPACKED_BYTES = 16 * 1024**3  # a day of the whole US is 0.8 GB; what grows beyond this is a bomb
NMEA_LINES_LOOKED_AT = 200  # a receiver's log may open with comments and other instruments
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one file: its fixes, its kind, and what was turned away and why.

    `refused` counts rows by cause; `findings` say in a sentence what a reader of the result should
    know (values set to unknown, rows out of time order); `labels` are the names that craft send.
    """

    fixes: Fixes
    kind: str
    refused: Mapping[str, int]
    findings: tuple[Finding, ...]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of file: whether a head (the first bytes, unpacked) is of it, and how its lines become rows."""

    kind: str
    knows: Callable[[str], bool]
    read: Callable[[Iterator[bytes], str, Rows], tuple[str, dict[str, str], dict[str, int]]]


def read(path: str | Path) -> Reading:
    """Return the fixes of a track file (csv or AIS sentences, plain or gzip); NotAllowed says why it cannot be read."""
    where = Path(path)
    try:
        with BufferedReader(where.open("rb", buffering=0), HEAD_BYTES) as file:
            return _read_open(_unpacked(file), where.name)
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


def _unpacked(file: "BufferedReader[FileIO]") -> "BufferedReader[FileIO] | gzip.GzipFile":
    """Return the file, through gzip where it opens with gzip's mark."""
    return gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == _GZIP_MAGIC else file


def _read_open(stream: "BufferedReader[FileIO] | gzip.GzipFile", name: str) -> Reading:
    head = stream.peek(HEAD_BYTES)
    if not head.strip():
        raise NotAllowed(f"{name} is empty")
    if b"\0" in head:
        raise NotAllowed(f"{name} is binary, not text", advice="Give a csv or a file of AIS sentences.")
    text = head.decode("utf-8", "replace")
    source = next((source for source in SOURCES if source.knows(text)), None)
    if source is None:
        first = text.split("\n", 1)[0]
        if "," in first:
            raise columns.refuse_columns(first)
        raise NotAllowed(f"{name} is no kind of track file that is known here", advice=_KINDS_ADVICE)
    rows = Rows()
    kind, labels, told = source.read(_lines(stream, rows, name), text, rows)
    return _reading(rows, kind, labels, told, name)


_KINDS_ADVICE = "Known are: a csv with named columns, MarineCadastre csv, AIS sentences; see docs/formats/tracks.md."


def _lines(stream: "BufferedReader[FileIO] | gzip.GzipFile", rows: Rows, name: str) -> Iterator[bytes]:
    """Yield lines of bounded length; a longer one is counted and passed over, never held whole."""
    total = 0
    while line := stream.readline(MAX_LINE_BYTES):
        total += len(line)
        if total > MAX_UNPACKED_BYTES:
            raise NotAllowed(f"{name} holds more than {MAX_UNPACKED_BYTES} bytes", advice="Split it by time.")
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            rows.refuse("line too long")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE_BYTES)
                total += len(line)
            continue
        yield line


def _reading(rows: Rows, kind: str, labels: dict[str, str], told: dict[str, int], name: str) -> Reading:
    fixes, backwards = rows.fixes()
    if not len(fixes):
        causes = ", ".join(f"{count} x {cause}" for cause, count in sorted(rows.refused.items())) or "it has no rows"
        raise NotAllowed(f"{name} ({kind}) holds not one usable fix: {causes}")
    counted = {**rows.doubtful, **told}
    if backwards:
        counted["time goes backwards, put in order"] = backwards
    findings = tuple(Finding(name, f"{what}: {count}") for what, count in sorted(counted.items()))
    return Reading(fixes=fixes, kind=kind, refused=dict(rows.refused), findings=findings, labels=labels)


def _knows_csv(head: str) -> bool:
    return columns.layout_of(head.split("\n", 1)[0].rstrip("\r")) is not None


def _read_csv(lines: Iterator[bytes], head: str, rows: Rows) -> tuple[str, dict[str, str], dict[str, int]]:
    header = head.split("\n", 1)[0].rstrip("\r")
    layout = columns.layout_of(header)
    if layout is None:
        raise columns.refuse_columns(header)
    next(lines)
    return layout.kind, columns.read_rows(_text(lines, rows), layout, header, rows), {}


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


def _read_nmea(lines: Iterator[bytes], _head: str, rows: Rows) -> tuple[str, dict[str, str], dict[str, int]]:
    sentences = ais.Sentences(rows=rows)
    sentences.feed(lines)
    sentences.close()
    told = {"lines and messages without a craft's position": sentences.other} if sentences.other else {}
    return "AIS sentences", sentences.labels, told


SOURCES = (
    Source("csv", _knows_csv, _read_csv),
    Source("AIS sentences", _knows_nmea, _read_nmea),
)
