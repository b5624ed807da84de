"""What does not say its times beforehand (text, Parquet with times as text) as sorted Parquet, with little in memory.

Each run of a million fixes is put in order of time and written by itself; whoever reads a part of time takes from each
run what is of it. A file is done when its note lies beside its runs: what was cut short is done again.
"""

import gzip
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it says no types

from searoom.archive import csvblocks
from searoom.archive.inputs import Input, opened
from searoom.archive.pieces import MAGIC, Piece, batches, pieces_of
from searoom.errors import NotAllowed
from searoom.tracks import layouts, sources, tables
from searoom.tracks.fixes import Fixes
from searoom.tracks.layouts import Layout
from searoom.tracks.tables import Counts

Table: TypeAlias = Any  # a pyarrow.Table

RUN_ROWS = 1_000_000
GROUP_ROWS = 32_768  # rows that must be unpacked to get at one of them
_GZIP_MAGIC = b"\x1f\x8b"


def sorted_pieces(source: Input, number: int, given: Layout | None, folder: Path) -> tuple[tuple[Piece, ...], Counts]:
    """Return a file's fixes as pieces of sorted runs in `folder`, and what was not taken on the way.

    Runs that are there from before are used again. `NotAllowed` where the file cannot be read, or holds no fix.
    """
    note = folder / f"{number:05}.json"
    told = {"name": source.name, "size": source.size, "mark": source.mark}
    if note.exists():
        kept = json.loads(note.read_text(encoding="utf-8"))
        if kept["source"] == told:
            return _pieces(folder, kept["runs"]), Counts(**kept["counts"])
    counts, runs = Counts(), list[str]()
    for place, run in enumerate(_runs(fixes_in(source, given, counts))):
        runs.append(f"{number:05}-{place:05}.parquet")
        part = folder / (runs[-1] + ".part")
        pq.write_table(run, part, row_group_size=GROUP_ROWS, compression="lz4")
        part.replace(folder / runs[-1])
    if not runs:
        causes = ", ".join(f"{count} x {cause}" for cause, count in sorted(counts.refused.items())) or "it has no rows"
        raise NotAllowed(f"{source.name} holds not one usable fix: {causes}")
    done = note.with_suffix(".part")
    done.write_text(json.dumps({"source": told, "runs": runs, "counts": asdict(counts)}), encoding="utf-8")
    done.replace(note)
    return _pieces(folder, runs), counts


def _pieces(folder: Path, runs: list[str]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for name in runs:
        path = folder / name
        found += pieces_of(Input(str(path), path.stat().st_size, ""), tables.FIXES) or ()
    return tuple(found)


def fixes_in(source: Input, given: Layout | None, counts: Counts) -> Iterator[Fixes]:
    """Yield the fixes of a file of any kind, some at a time, and count what was not taken."""
    with opened(source) as stream:
        file = BufferedReader(stream, sources.HEAD_BYTES)  # type: ignore[type-var]  # it asks for a raw file, any will do
        if not file.peek(1):
            raise NotAllowed(f"{source.name} is empty", advice="Fetch the file again, or leave it out.")
        if file.peek(len(MAGIC))[: len(MAGIC)] == MAGIC:
            file.detach()
            for layout, table in batches(source, given):
                fixes, told = tables.taken(table, layout)
                counts.add(told)
                yield fixes
            return
        try:
            yield from _text(file, source, given, counts)
        except (EOFError, gzip.BadGzipFile) as fault:
            raise NotAllowed(
                f"{source.name} is cut short or damaged: {fault}", advice="Fetch the file again."
            ) from fault


def _text(file: Any, source: Input, given: Layout | None, counts: Counts) -> Iterator[Fixes]:
    packed = file.peek(2)[:2] == _GZIP_MAGIC
    text: Any = gzip.GzipFile(fileobj=file) if packed else file
    first = text.peek(sources.HEAD_BYTES).decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")
    layout = layouts.layout_of(first, given)
    if layout is None:
        yield _whole(cast("BinaryIO", file), source, given, counts)
        return
    for fixes, told in csvblocks.fixes_in(text, layout):
        counts.add(told)
        yield fixes


def _whole(file: BinaryIO, source: Input, given: Layout | None, counts: Counts) -> Fixes:
    """Return what a file holds that can only be read in one piece, such as a log of sentences."""
    with tempfile.TemporaryDirectory() as folder:
        path = source.local
        if path is None:
            path = Path(folder) / source.name.rsplit("/", 1)[-1]
            with path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        reading = sources.read(path, given)
    counts.add(Counts(refused=dict(reading.refused), labels=dict(reading.labels)))
    return reading.fixes


def _runs(parts: Iterator[Fixes]) -> Iterator[Table]:
    """Yield tables of about `RUN_ROWS` fixes, each in order of time."""
    held: list[Table] = []
    for fixes in parts:
        if len(fixes):
            held.append(tables.table_of(fixes))
        if sum(map(len, held)) >= RUN_ROWS:
            yield _in_order(held)
            held = []
    if held:
        yield _in_order(held)


def _in_order(held: list[Table]) -> Table:
    whole = pa.concat_tables(held).unify_dictionaries().combine_chunks()
    return whole.sort_by([("time_us", "ascending")]) if len(held) > 1 else whole
