"""Rows to a file: Parquet, CSV, GeoJSON or KML by its ending; the file has its name only when it is whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # it says no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it says no types
from pyarrow import csv

from searoom.archive import maps
from searoom.errors import NotAllowed

Table: TypeAlias = Any  # a pyarrow.Table

TIMES = ("first_us", "last_us", "time_us")
_ROUNDED = {"cpa_m": 3, "relative_mps": 3, **dict.fromkeys(maps.PLACES, 7)}


class Writer(Protocol):
    """What takes tables of the same columns, and ends the file."""

    def write(self, table: Table) -> None:
        """Write rows behind those before."""
        ...

    def close(self) -> None:
        """Write what stands at the end."""
        ...


class _Parquet:
    def __init__(self, file: BinaryIO, schema: Any) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")

    def write(self, table: Table) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


class _Csv:
    def __init__(self, file: BinaryIO, schema: Any) -> None:
        self._writer = csv.CSVWriter(file, _as_text(schema.empty_table()).schema)

    def write(self, table: Table) -> None:
        self._writer.write(_as_text(table))

    def close(self) -> None:
        self._writer.close()


class _Map:
    def __init__(self, file: BinaryIO, head: bytes, tail: bytes, line: Callable[[dict[str, Any], bool], bytes]) -> None:
        self._file, self._tail, self._line, self._first = file, tail, line, True
        file.write(head)

    def write(self, table: Table) -> None:
        for row in _as_text(table).to_pylist():
            self._file.write(self._line(row, self._first))
            self._first = False

    def close(self) -> None:
        self._file.write(self._tail)


_FORMS: dict[str, Callable[[BinaryIO, Any], Writer]] = {
    ".parquet": _Parquet,
    ".csv": _Csv,
    ".geojson": lambda file, _schema: _Map(file, maps.GEOJSON_HEAD, maps.GEOJSON_TAIL, maps.feature),
    ".kml": lambda file, _schema: _Map(file, maps.KML_HEAD, maps.KML_TAIL, maps.placemark),
}


def check_ending(path: Path) -> None:
    """Refuse a file whose ending says no form that can be written; asked before the work begins."""
    if path.suffix.lower() not in _FORMS:
        raise NotAllowed(
            f"the ending of {path.name} says no form that can be written",
            advice=f"Name a file that ends in {', '.join(_FORMS)}.",
        )
    if not path.absolute().parent.is_dir():
        raise NotAllowed(f"there is no folder {path.parent} to write {path.name} in", advice="Make it first.")


@contextmanager
def writing(path: Path, schema: Any) -> Iterator[Writer]:
    """Give what writes rows to `path`, as its ending says; whatever goes wrong, no half a file has that name."""
    check_ending(path)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            writer = _FORMS[path.suffix.lower()](file, presented(schema.empty_table()).schema)
            yield writer
            writer.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def presented(table: Table) -> Table:
    """Return rows as users get them: times as instants, called `..._utc`, figures no finer than they are good."""
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if name in TIMES:
            columns[name.removesuffix("_us") + "_utc"] = column.cast(pa.timestamp("us", "UTC"))
        elif name in _ROUNDED:
            columns[name] = pc.round(column.cast(pa.float64()), _ROUNDED[name])
        else:
            columns[name] = column
    return pa.table(columns)


def _as_text(table: Table) -> Table:
    """Return rows with the times as ISO text with a Z."""
    columns = {name: table.column(name) for name in table.column_names}
    for name, column in columns.items():
        if pa.types.is_timestamp(column.type):
            whole = pc.strftime(pc.cast(column, pa.timestamp("ms", "UTC"), safe=False), format="%Y-%m-%dT%H:%M:%SZ")
            columns[name] = whole
    return pa.table(columns)
