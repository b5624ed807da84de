"""What differs between two versions of an agreement, line by line; it takes effect only when both sign its hash."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from searoom.obligations.agreement import Agreement
from searoom.obligations.conditions import Condition


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where it is, and what stood and stands there ('' for nothing)."""

    where: str
    before: str
    after: str


def differences(old: Agreement, new: Agreement) -> tuple[Change, ...]:
    """Return what differs between two versions: head first, then the clauses in the order of the new one."""
    found = [change for change in _of(_head(old), _head(new), "") if change.where != "hash"]
    before = {clause.id: clause for clause in old.clauses}
    after = {clause.id: clause for clause in new.clauses}
    for name in (*after, *(name for name in before if name not in after)):
        if name not in before:
            found.append(Change(f"clause {name}", "", after[name].title["en"]))
        elif name not in after:
            found.append(Change(f"clause {name}", before[name].title["en"], ""))
        else:
            found += _of(_plain(before[name]), _plain(after[name]), f"clause {name}")
    if [name for name in before if name in after] != [name for name in after if name in before]:
        found.append(Change("order of clauses", ", ".join(before), ", ".join(after)))
    return tuple(found)


def _head(agreement: Agreement) -> object:
    left = {"clauses", "hash", "from_base", "adopted"}  # what follows from the rest
    return {each.name: _plain(getattr(agreement, each.name)) for each in fields(agreement) if each.name not in left}


def _plain(value: object) -> object:
    """Return a value as tables, lists and texts."""
    if isinstance(value, Condition):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _of(old: object, new: object, where: str) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in (*new, *(name for name in old if name not in new)):
            yield from _of(old.get(name), new.get(name), f"{where}, {name}" if where else str(name))
    elif old != new:
        yield Change(where, _text(old), _text(new))


def _text(value: object) -> str:
    """Return a value as a person reads it: a table as names with what stands there, a list with commas."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_text(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)
