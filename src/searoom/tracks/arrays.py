"""One column of an Arrow table as an array: names as numbers of a table of names, quantities, times.

Text is read by what `columns` reads a cell with, each different text once. A column of another type than can be meant
is refused as a whole, by its name.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # it says no types

from searoom.errors import NotAllowed
from searoom.tracks.columns import number_of, time_reader
from searoom.tracks.fixes import Flags, Floats, Times
from searoom.tracks.layouts import TIME_FORMS, Layout
from searoom.units import MICROSECONDS

Column: TypeAlias = Any  # a pyarrow.Array or ChunkedArray
Codes: TypeAlias = npt.NDArray[np.int64]
ADVICE = "See docs/formats/tracks.md for the columns that are read and their types."
_MOST_COUNTED = 1e16  # microseconds: far beyond any time that can be, and well within an int64


def names_of(column: Column, told: Callable[[str], str], where: str) -> tuple[list[str], Codes]:
    """Return the names in a column of text or whole numbers, each once, and for each row which; null is no name.

    `told` makes the name of a cell's text.
    """
    encoded = _encoded(column, where)
    cells = [*(told(_text(value)) for value in encoded.dictionary.to_pylist()), ""]
    names = {name: place for place, name in enumerate(dict.fromkeys(cells))}
    places = np.array([names[cell] for cell in cells], np.int64)
    return list(names), places[_indices(encoded, len(cells) - 1)]


def numbers_of(column: Column, layout: Layout, quantity: str, *, needed: bool) -> tuple[Floats, Flags]:
    """Return a column of numbers in the house's unit, nan where not known, and whether each could be read.

    Where the quantity is `needed`, an empty cell could not be read.
    """
    whole = _whole(column)
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode()
    if _is_text(whole.type):
        return _written(whole, layout, quantity, needed=needed)
    if not (_is_number(whole.type) or pa.types.is_null(whole.type)):
        raise NotAllowed(f"the column '{getattr(layout, quantity)}' holds {whole.type}, not numbers", advice=ADVICE)
    right = _known(whole) if needed else np.ones(len(whole), np.bool_)
    values: Floats = whole.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    unknown, factor = layout.unknown.get(quantity), layout.factor(quantity)
    if unknown is not None:
        sign = float(np.float32(unknown)) if pa.types.is_float32(whole.type) else unknown
        if (none := values == sign).any():
            values = np.where(none, np.nan, values)
    return values if factor == 1.0 else values * factor, right


def times_of(column: Column, layout: Layout) -> tuple[Times, Flags]:
    """Return microseconds of Unix time, and whether each could be read; what could not is 0."""
    whole, one_us = _whole(column), TIME_FORMS.get(layout.time_form)
    kind = whole.type
    if pa.types.is_timestamp(kind):
        return _stamped(whole, layout)
    if pa.types.is_integer(kind) and one_us:
        most = np.iinfo(np.int64).max // one_us
        counted = pc.fill_null(whole, 0).cast(pa.int64(), safe=False).to_numpy(zero_copy_only=False)
        good = _known(whole) & (counted >= 0) & (counted <= most)
        return (counted if one_us == 1 else np.where(good, counted, 0) * one_us), good
    if pa.types.is_floating(kind) and one_us:
        seconds = pc.fill_null(whole, np.nan).cast(pa.float64()).to_numpy(zero_copy_only=False)
        good = (seconds >= 0.0) & (seconds * one_us < _MOST_COUNTED)
        return np.floor(np.where(good, seconds, 0.0) * one_us + 0.5).astype(np.int64), good
    if _is_text(kind.value_type if pa.types.is_dictionary(kind) else kind) or pa.types.is_null(kind):
        return _spelt(whole, layout)
    wanted = f"a count ({layout.time_form})" if one_us else "timestamps or text"
    raise NotAllowed(f"the column '{layout.time}' holds {kind}, not {wanted}", advice=ADVICE)


def _stamped(column: Column, layout: Layout) -> tuple[Times, Flags]:
    """Return the instants of timestamps; one without a zone is of the layout's; where that has none, unreadable."""
    zone, offset = column.type.tz, layout.offset()
    instants = pc.fill_null(column.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64()), 0)
    times: Times = instants.to_numpy(zero_copy_only=False)
    if zone is not None:
        return times, _known(column)
    if offset is None:
        return np.zeros(len(times), np.int64), np.zeros(len(times), np.bool_)
    ahead = offset.utcoffset(None).total_seconds()
    return (times - round(ahead * MICROSECONDS) if ahead else times), _known(column)


def _spelt(column: Column, layout: Layout) -> tuple[Times, Flags]:
    """Return the times that text says: each different text is read once, and a day of seconds has 86,400 of them."""
    encoded, read = _encoded(column, layout.time), time_reader(layout)
    cells = [*(_text(value) for value in encoded.dictionary.to_pylist()), ""]
    times, good = np.zeros(len(cells), np.int64), np.zeros(len(cells), np.bool_)
    for place, cell in enumerate(cells):
        try:
            times[place], good[place] = read(cell), True
        except (ValueError, OverflowError):
            continue
    places = _indices(encoded, len(cells) - 1)
    return times[places], good[places]


def _written(column: Column, layout: Layout, quantity: str, *, needed: bool) -> tuple[Floats, Flags]:
    """Return the numbers in cells of text; where one is odd, each different text is read as the rows' reader does."""
    if layout.decimal == ".":
        try:
            known = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
            return numbers_of(pc.cast(known, pa.float64()), layout, quantity, needed=needed)
        except pa.ArrowInvalid:  # blanks round a number, a word, a sign of plus
            return _one_by_one(column, layout, quantity, needed=needed)
    return _one_by_one(column, layout, quantity, needed=needed)


def _one_by_one(column: Column, layout: Layout, quantity: str, *, needed: bool) -> tuple[Floats, Flags]:
    encoded = column.dictionary_encode()
    cells = [*(str(value) for value in encoded.dictionary.to_pylist()), ""]
    values, good = np.full(len(cells), np.nan), np.ones(len(cells), np.bool_)
    for place, cell in enumerate(cells):
        try:
            values[place] = number_of(cell, layout, quantity)
            good[place] = bool(cell.strip()) or not needed
        except ValueError:
            good[place] = False
    places = _indices(encoded, len(cells) - 1)
    return values[places], good[places]


def _whole(column: Column) -> Column:
    """Return a column in one piece."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not isinstance(whole, pa.ChunkedArray):
        return _unviewed(whole)
    kind = whole.type.value_type if pa.types.is_dictionary(whole.type) else whole.type
    kind = pa.large_string() if pa.types.is_string_view(kind) else kind
    # too long for one, or dictionaries apart
    return pa.concat_arrays([_unviewed(chunk).cast(kind) for chunk in whole.chunks])


def _unviewed(column: Column) -> Column:
    """Return views of text, which Polars hands over and hardly a function of Arrow takes, as text."""
    if pa.types.is_string_view(column.type):
        return column.cast(pa.large_string())
    if pa.types.is_dictionary(column.type) and pa.types.is_string_view(column.type.value_type):
        return pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(pa.large_string()))
    return column


def _encoded(column: Column, where: str) -> Column:
    whole = _whole(column)
    if pa.types.is_null(whole.type):
        whole = whole.cast(pa.string())
    kind = whole.type.value_type if pa.types.is_dictionary(whole.type) else whole.type
    if not (_is_text(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise NotAllowed(f"the column '{where}' holds {kind}, which is no text", advice=ADVICE)
    return whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()


def _indices(encoded: Column, missing: int) -> Codes:
    """Return which of the different values stands in each row; `missing` where there is none."""
    indices = encoded.indices
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int64()), missing)
    values: Codes = indices.to_numpy(zero_copy_only=False)
    return values


def _known(column: Column) -> Flags:
    if not column.null_count:
        return np.ones(len(column), np.bool_)
    values: Flags = column.is_valid().to_numpy(zero_copy_only=False)
    return values


def _text(value: object) -> str:
    """Return a cell as text; a number of a craft that a table holds as 219000123.0 is 219000123."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - nan names nothing


def _is_text(kind: object) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: object) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))
