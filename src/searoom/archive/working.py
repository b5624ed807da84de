"""One part of an archive, read and searched: what a worker does, wherever it stands; it keeps nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types

from searoom.archive import pieces
from searoom.archive.cutting import Part
from searoom.archive.finds import Find
from searoom.archive.pieces import Piece
from searoom.tracks import arrays, tables
from searoom.tracks.fixes import Fixes, no_fixes
from searoom.tracks.layouts import Layout
from searoom.tracks.tables import Counts

Table: TypeAlias = Any  # a pyarrow.Table


@dataclass(frozen=True, slots=True)
class Task:
    """A part, and what is looked for in it."""

    part: Part
    find: Find


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a part, how many fixes were its own, and what of its rows was not taken."""

    rows: Table
    fixes: int
    counts: Counts


def work(task: Task) -> Found:
    """Read a part and return what is found in it; the same from whichever process."""
    part = task.part
    fixes, counts = fixes_of(part)
    own = len(fixes.between(part.after_us, part.until_us))
    return Found(task.find.rows(fixes, part.after_us, part.until_us), own, counts)


def fixes_of(part: Part) -> tuple[Fixes, Counts]:
    """Return the fixes of a part, with those of `reach_us` round it, and what was not taken of its own rows."""
    counts, made = Counts(), list[Fixes]()
    after, until = part.after_us - part.reach_us, part.until_us + part.reach_us
    for layout, group in _groups(part.pieces, after, until, part.owned):
        table = pa.concat_tables(group, promote_options="permissive")
        fixes, told = tables.taken(table, layout, by_craft=False)
        if (told.refused or told.doubtful) and part.reach_us:
            _subtract(told, tables.taken(_edges(table, layout, part), layout)[1])
        counts.add(told)
        made.append(fixes)
    if len(made) == 1:
        return made[0], counts
    if not made:
        return no_fixes(), counts
    joined = pa.concat_tables([tables.table_of(fixes) for fixes in made], promote_options="permissive")
    fixes, told = tables.taken(joined.unify_dictionaries(), tables.FIXES)
    counts.add(told)
    return fixes, counts


def _groups(
    chosen: Sequence[Piece], after_us: int, until_us: int, owned: Sequence[Piece]
) -> list[tuple[Layout, list[Table]]]:  # fmt: skip
    """Return the tables of the files, those together that have the same columns of the same types."""
    groups: dict[tuple[str, str], tuple[Layout, list[Table]]] = {}
    for _, several in groupby(chosen, key=lambda piece: piece.source):
        mine = list(several)
        table = pieces.read(mine, after_us, until_us, owned)
        key = (repr(mine[0].layout), str(table.schema.remove_metadata()))
        groups.setdefault(key, (mine[0].layout, []))[1].append(table)
    return list(groups.values())


def _edges(table: Table, layout: Layout, part: Part) -> Table:
    """Return the rows that are of other parts."""
    time = next(name for name in table.column_names if name.strip().lower() == layout.time)
    time_us, readable = arrays.times_of(table.column(time), layout)
    return table.filter(pa.array(readable & ((time_us <= part.after_us) | (time_us > part.until_us))))


def _subtract(told: Counts, other: Counts) -> None:
    for mine, theirs in ((told.refused, other.refused), (told.doubtful, other.doubtful)):
        for cause, count in theirs.items():
            mine[cause] -= count
            if not mine[cause]:
                del mine[cause]
