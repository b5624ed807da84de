"""A screening from end to end: the files cut into parts, each part worked on, the rows joined over the cuts, in order.

Memory holds one part (on a cluster a few results), the rows that cuts divided, and nothing that grows with the archive:
what is found lies on disk until it is given out.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # it says no types

from searoom.archive.cutting import PART_ROWS, Part, parts_of, read_again
from searoom.archive.engines import Engine, one_process
from searoom.archive.finds import OPEN, Find, left_out
from searoom.archive.inputs import Input, inputs
from searoom.archive.pieces import Piece, is_parquet, pieces_of
from searoom.archive.sorting import sorted_pieces
from searoom.archive.workfolder import WorkFolder, work_folder
from searoom.archive.working import Found, Task, work
from searoom.errors import NotAllowed
from searoom.tracks.layouts import Layout
from searoom.tracks.tables import Counts

Table: TypeAlias = Any  # a pyarrow.Table
Progress: TypeAlias = Callable[[str, int, int], None]  # what is done, how much of it, of how much

MOST_READ_AGAIN = 3.0  # rows unpacked for each that is looked at: above this it pays to put them in order first


@dataclass(slots=True)
class Screened:
    """What a screening read and found, filled while it runs; `rows` yields tables in order of time, once."""

    rows: Iterator[Table] = field(default_factory=lambda: iter(()))
    parts: int = 0
    fixes: int = 0
    found: int = 0
    counts: Counts = field(default_factory=Counts)
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Archive:
    """Files that were looked at: their pieces, and what was counted while they were put in order."""

    sources: tuple[Input, ...]
    pieces: tuple[Piece, ...]
    counts: Counts


@contextmanager
def screening(
    names: Sequence[str], find: Find, *, given: Layout | None = None, engine: Engine = one_process,
    folder: Path | None = None, part_rows: int = PART_ROWS, progress: Progress | None = None,
) -> Iterator[Screened]:  # fmt: skip
    """Screen the files that are named; what comes out can be read while the context lasts.

    `folder` keeps what is done, for a run that goes on after this one was killed. The rows do not depend on `engine`,
    on `folder`, nor on `part_rows` (fixes of a part). `NotAllowed` where a file cannot be used, before any is searched.
    """
    told = progress or _silent
    with _folder(folder) as kept:
        sources = inputs(names)
        kept.accept(sources, f"{find!r} {given!r} {part_rows}")
        archive = looked_at(sources, given, kept.sorted, find.reach_us, part_rows, told)
        parts = parts_of(archive.pieces, find.reach_us, part_rows)
        screened = Screened(parts=len(parts), counts=archive.counts)
        opened = _search(parts, find, engine, kept, screened, told)
        screened.rows = _in_order(parts, kept, opened)
        yield screened


def looked_at(
    sources: Sequence[Input], given: Layout | None, folder: Path, reach_us: int, part_rows: int, told: Progress
) -> Archive:  # fmt: skip
    """Return the pieces of all files; what does not say its times, or is out of order, is first put in order."""
    counts, direct = Counts(), dict[int, tuple[Piece, ...]]()
    for number, source in enumerate(sources):
        found = pieces_of(source, given) if is_parquet(source) else None
        if found is not None:
            direct[number] = found
    straight = [piece for pieces in direct.values() for piece in pieces]
    if read_again(parts_of(straight, reach_us, part_rows)) > MOST_READ_AGAIN:
        direct.clear()
    pieces: list[Piece] = []
    for number, source in enumerate(sources):
        if number not in direct:
            told("files put in order", number, len(sources))
            mine, counted = sorted_pieces(source, number, given, folder)
            counts.add(counted)
            direct[number] = mine
        pieces += direct[number]
    if not pieces:
        raise NotAllowed("the files hold not one row", advice="Check that these are the files you meant.")
    return Archive(tuple(sources), tuple(pieces), counts)


def _search(
    parts: Sequence[Part], find: Find, engine: Engine, kept: WorkFolder, screened: Screened, told: Progress
) -> Table:  # fmt: skip
    """Have each part worked on that is not done yet; return the rows that cuts divided, joined again."""
    left = {part.number for part in parts if kept.kept(part) is None}
    results = engine(work, [Task(part, find) for part in parts if part.number in left])
    opened, done = list[Table](), 0
    for part in parts:
        told("parts of time", done, len(parts))
        if part.number in left:
            found = next(results)
            kept.keep(part, found)
        else:
            found = _there(kept, part)
        _count(screened, found)
        opened.append(found.rows.filter(found.rows.column(OPEN)))
        done += 1
    told("parts of time", done, len(parts))
    return find.chained(opened)


def _there(kept: WorkFolder, part: Part) -> Found:
    found = kept.kept(part)
    if found is None:
        raise NotAllowed(f"a finished part has gone from {kept.folder}", advice="Start again.")
    return found


def _count(screened: Screened, found: Found) -> None:
    screened.fixes += found.fixes
    screened.counts.add(found.counts)
    for cause, count in left_out(found.rows).items():
        screened.left_out[cause] = screened.left_out.get(cause, 0) + count


def _in_order(parts: Sequence[Part], kept: WorkFolder, opened: Table) -> Iterator[Table]:
    """Yield what was found, part by part; a row stands in the part in which it began."""
    for part in parts:
        found = _there(kept, part)
        closed = found.rows.filter(pc.invert(found.rows.column(OPEN)))
        first = opened.column("first_us")
        chained = opened.filter(pc.and_(pc.greater(first, part.after_us), pc.less_equal(first, part.until_us)))
        both = pa.concat_tables([one.replace_schema_metadata(None).drop_columns([OPEN]) for one in (closed, chained)])
        yield both.sort_by([("first_us", "ascending"), ("a", "ascending"), ("b", "ascending")])


@contextmanager
def _folder(folder: Path | None) -> Iterator[WorkFolder]:
    """Give the folder that was named, or one that is gone afterwards."""
    if folder is not None:
        with work_folder(folder) as made:
            yield made
        return
    with tempfile.TemporaryDirectory(prefix="searoom-") as place, work_folder(Path(place)) as made:
        yield made


def _silent(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""
