"""Parquet files as pieces: row groups whose time is known before they are read, and the rows of them in a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it says no types

from searoom.archive.inputs import Input, head, opened, said_plainly
from searoom.errors import NotAllowed
from searoom.tracks import arrays, tables
from searoom.tracks.layouts import Layout

Table: TypeAlias = Any  # a pyarrow.Table
File: TypeAlias = Any  # a pyarrow.parquet.ParquetFile

MAGIC = b"PAR1"
BATCH_ROWS = 262_144  # rows that are unpacked at once
_DAMAGED = "Fetch or write the file again; a file that is still being written has no end yet."


@dataclass(frozen=True, slots=True)
class Piece:
    """One row group: its file, its number, its rows, and the first and last time in it."""

    source: Input
    layout: Layout
    group: int
    rows: int
    first_us: int
    last_us: int


def is_parquet(source: Input) -> bool:
    """Return whether a file begins as Parquet does."""
    return head(source, len(MAGIC)) == MAGIC


def pieces_of(source: Input, given: Layout | None = None) -> tuple[Piece, ...] | None:
    """Return the row groups of a Parquet file; None where its times are not told beforehand and must be read.

    `NotAllowed` where it is no whole Parquet file, or its columns are of no layout, or hold what cannot be meant.
    """
    with parquet(source) as file:
        layout = _layout(file, source, given)
        names = {file.metadata.schema.column(place).path: place for place in range(file.metadata.num_columns)}
        time = next((name for name in file.schema_arrow.names if name.strip().lower() == layout.time), "")
        if time not in names:
            return None
        kind = file.schema_arrow.field(time).type
        if not (pa.types.is_timestamp(kind) or pa.types.is_integer(kind)):
            return None
        groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
        spans = [_span(group.column(names[time]).statistics, kind, layout) for group in groups]
    found = []
    for place, (group, span) in enumerate(zip(groups, spans, strict=True)):
        if not group.num_rows:
            continue
        if span is None:
            return None
        found.append(Piece(source, layout, place, group.num_rows, *span))
    return tuple(found)


def read(pieces: Sequence[Piece], after_us: int, until_us: int, owned: Sequence[Piece]) -> Table:
    """Return the rows of one file's pieces with after < time <= until, of the columns that count.

    Rows whose time cannot be read come with the `owned` pieces alone, so that each is counted once.
    """
    source, layout = pieces[0].source, pieces[0].layout
    parts, mine = [], {(piece.source.name, piece.group) for piece in owned}
    with parquet(source, text=layout.name) as file:
        names = tables.columns_read(layout, file.schema_arrow.names)
        for piece in pieces:
            whole = (source.name, piece.group) in mine
            if whole and after_us < piece.first_us and piece.last_us <= until_us:
                parts.append(file.read_row_group(piece.group, columns=names))
                continue
            for batch in file.iter_batches(BATCH_ROWS, row_groups=[piece.group], columns=names):
                chosen = _chosen(pa.Table.from_batches([batch]), layout, after_us, until_us, owned=whole)
                parts.append(chosen)
        return with_keys(pa.concat_tables(parts), source, layout)


def batches(source: Input, given: Layout | None) -> Iterator[tuple[Layout, Table]]:
    """Yield all rows of a Parquet file, some at a time, for whoever must read it from end to end."""
    with parquet(source) as file:
        layout = _layout(file, source, given)
        names = tables.columns_read(layout, file.schema_arrow.names)
        for batch in file.iter_batches(BATCH_ROWS, columns=names):
            yield layout, with_keys(pa.Table.from_batches([batch]), source, layout)


@contextmanager
def parquet(source: Input, text: str = "") -> Iterator[File]:
    """Open a Parquet file; `text` is a column that is wanted as numbers of a table of words, where it holds words."""
    with opened(source) as file, said_plainly(source.name), _told(source):
        yield _opened(file, text)


def _opened(file: BinaryIO, text: str) -> File:
    found = pq.ParquetFile(file)
    words = [
        field.name for field in found.schema_arrow
        if field.name.strip().lower() == text and field.type in {pa.string(), pa.large_string()}
    ]  # fmt: skip
    if not words:
        return found
    file.seek(0)
    return pq.ParquetFile(file, read_dictionary=words)


@contextmanager
def _told(source: Input) -> Iterator[None]:
    """Say of a Parquet file that it is damaged, with its name."""
    try:
        yield
    except (pa.ArrowException, OSError) as fault:
        if isinstance(fault, OSError) and fault.errno is not None:
            raise
        said = str(fault).split("\n", 1)[0].rstrip(".")
        raise NotAllowed(f"{source.name} is damaged or half-written: {said}", advice=_DAMAGED) from fault


def _layout(file: File, source: Input, given: Layout | None) -> Layout:
    """Return the layout of a file, after a look at what types its columns hold."""
    names = [*file.schema_arrow.names, *(key for key, _ in source.keys)]
    try:
        layout = tables.layout_for(names, given)
        tables.taken(with_keys(file.schema_arrow.empty_table(), source, layout), layout)
    except NotAllowed as refusal:
        raise NotAllowed(f"{source.name}: {refusal.sentence}", advice=refusal.advice()) from None
    return layout


def with_keys(table: Table, source: Input, layout: Layout) -> Table:
    """Return a table with the columns that its folders say, where the layout wants them and the file has them not."""
    found = {name.strip().lower() for name in table.column_names}
    for key, value in source.keys:
        if key.lower() in tables.columns_read(layout, [key.lower()]) and key.lower() not in found:
            table = table.append_column(key.lower(), pa.array([value] * len(table), pa.string()))
    return table


def _chosen(table: Table, layout: Layout, after_us: int, until_us: int, *, owned: bool) -> Table:
    time = next(name for name in table.column_names if name.strip().lower() == layout.time)
    time_us, readable = arrays.times_of(table.column(time), layout)
    inside = readable & (time_us > after_us) & (time_us <= until_us)
    if owned:
        inside |= ~readable
    return table if inside.all() else table.filter(pa.array(inside))


def _span(told: Any, kind: object, layout: Layout) -> tuple[int, int] | None:
    if told is None or not told.has_min_max:
        return None
    try:
        times, readable = arrays.times_of(pa.array([told.min, told.max], kind), layout)
    except (pa.ArrowException, TypeError, ValueError, NotAllowed):
        return None
    return (int(times[0]), int(times[1])) if np.all(readable) else None
