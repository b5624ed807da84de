"""A pack written as text: values in one layout, without a comment, so that the same values give the same bytes."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from searoom.obligations.pack import refuse


def written(values: Mapping[str, object]) -> str:
    """Return a pack as TOML: plain values first, then each table, then each row of a list of tables, in their order.

    `values` are what `tomllib` reads: texts, whole numbers, true and false, dates, times, lists and tables. Raises
    `NotAllowed` for anything else. What was read, written and read again is the same.
    """
    rows = {name: value for name, value in values.items() if _are_tables(value)}
    tables = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    lines = [f"{_key(name)} = {_value(item)}" for name, item in values.items() if name not in (*rows, *tables)]
    for name, table in tables.items():
        lines += ["", f"[{_key(name)}]", *_pairs(cast("Mapping[str, object]", table))]
    for name, listed in rows.items():
        for row in cast("Sequence[Mapping[str, object]]", listed):
            lines += ["", f"[[{_key(name)}]]", *_pairs(row)]
    return "\n".join(lines) + "\n"


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _pairs(table: Mapping[str, object]) -> list[str]:
    return [f"{_key(name)} = {_value(item)}" for name, item in table.items()]


def _key(name: str) -> str:
    bare = name.isascii() and bool(name) and all(letter.isalnum() or letter in "-_" for letter in name)
    return name if bare else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # as a basic string of TOML, but for DEL


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_pairs(value))} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    raise refuse("pack", f"a {type(value).__name__} has no place in a pack")
