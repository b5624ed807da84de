"""How rules are made: each clause of a draft is a row, proposed, bracketed, accepted or adopted by its hash.

A row stands where the *least* far party stands; nobody is outvoted. What is agreed on track 2 or 1.5 binds nobody: it
is lifted into a pack of track 1, and in force only when each government's own node has adopted the hash of the whole.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Final, cast

from searoom import cbor
from searoom.account import Account, Ref
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.conditions import Condition

ROW_CONTEXT: Final = b"searoom/agreement-row/v1"
FORM: Final = "agreement-row"
ADOPTION: Final = "agreement-adopted"
STEPS: Final = ("proposed", "bracketed", "ad-referendum", "adopted")
"""How far a party can stand to a row, from the least to the furthest."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a draft: a clause, and the hash of all that it says."""

    id: str
    digest: str
    title: str


@dataclass(frozen=True, slots=True)
class Standpoint:
    """How a row stands: what each party last said of this very hash, and the least of it ('' while one is silent)."""

    row: Row
    by: Mapping[str, str]
    stands: str
    other_hashes: tuple[str, ...]


def rows(agreement: Agreement) -> tuple[Row, ...]:
    """Return the rows of a draft in its order."""
    return tuple(Row(clause.id, digest(clause), clause.title["en"]) for clause in agreement.clauses)


def digest(clause: Clause) -> str:
    """Return the hash of all that a clause says, in hexadecimal; a changed word is another row."""
    return hashlib.sha256(ROW_CONTEXT + cbor.encode(_plain(clause))).hexdigest()


def _plain(value: object) -> cbor.Value:
    if isinstance(value, Condition):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        items = [_plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, frozenset) else items
    return cast("cbor.Value", value) if value is None or isinstance(value, str | int) else str(value)


def standpoints(draft: Agreement, account: Account) -> tuple[Standpoint, ...]:
    """Return how each row of a draft stands, by the last word of each party in the record."""
    said: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for message in account.messages(FORM):
        told = message.filled.fields
        said[str(told["row"])][message.author] = (str(told["hash"]), str(told["step"]))
    return tuple(_standpoint(row, said.get(row.id, {}), draft.parties) for row in rows(draft))


def _standpoint(row: Row, said: Mapping[str, tuple[str, str]], parties: Sequence[str]) -> Standpoint:
    by = {party: step for party, (known, step) in said.items() if known == row.digest and party in parties}
    others = tuple(sorted({known for known, _ in said.values() if known != row.digest}))
    silent = any(party not in by for party in parties)
    stands = "" if silent else min(by.values(), key=STEPS.index)
    return Standpoint(row, by, stands, others)


def all_adoptions(account: Account) -> dict[str, dict[str, Ref]]:
    """Return by hash (hexadecimal), in the order in which they were first said, where each author first adopted it."""
    found: dict[str, dict[str, Ref]] = {}
    for message in account.messages(ADOPTION):
        found.setdefault(str(message.filled.fields["hash"]).lower(), {}).setdefault(message.author, message.ref)
    return found


def adoptions(agreement: Agreement, account: Account) -> dict[str, Ref]:
    """Return by party, of all authors, the first entry in which it adopted the hash of the whole agreement."""
    return all_adoptions(account).get(agreement.hash.hex(), {})


def adopted_by(agreement: Agreement, account: Account) -> tuple[str, ...]:
    """Return the parties whose own node has adopted the hash of the whole agreement, in its order."""
    said = adoptions(agreement, account)
    return tuple(party for party in agreement.parties if party in said)


def in_force(agreement: Agreement, account: Account) -> bool:
    """Whether a version is in force between governments: each has adopted its hash, and the track binds."""
    return agreement.head.binds and adopted_by(agreement, account) == agreement.parties


def page(table: Sequence[Row]) -> str:
    """Return the rows as a page to take to the table, with a column for each step."""
    lines = [f"  {'row':<28}{'hash':<18}title"]
    lines += [f"  {row.id:<28}{row.digest[:16]:<18}{row.title}" for row in table]
    lines.append("  Each party says where it stands to a row with the form 'agreement-row': " + ", ".join(STEPS) + ".")
    return "\n".join(lines) + "\n"
