"""Opening a store by what the settings say, and copying one store whole into another of any kind."""

import hashlib
from pathlib import Path
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record.postgres import DEFAULT_SCHEMA, SCHEMES, PostgresStore
from searoom.record.store import SqliteStore
from searoom.record.tables import TABLES, Row, TableStore

_BATCH: Final = 256  # rows written at a time


def open_store(where: str | Path, *, part: str = DEFAULT_SCHEMA) -> TableStore:
    """Open the store in a file, or at `postgres://...`, where `part` names the schema (a node has two stores)."""
    if isinstance(where, str) and where.startswith(SCHEMES):
        return PostgresStore(where, schema=part)
    if isinstance(where, str) and "://" in where:
        raise NotAllowed(
            f"a store cannot be kept at '{where.split('://', 1)[0]}://...'",
            advice="Name a file, or a PostgreSQL database: postgres://USER@HOST/DATABASE.",
        )
    return SqliteStore(where)


def is_empty(store: TableStore) -> bool:
    """Tell whether nothing at all is in the store."""
    return not any(True for name in TABLES for _ in store.table(name))


def digest(store: TableStore) -> bytes:
    """Return the SHA-256 of everything that is in the store: equal for two stores of any kind that hold the same."""
    hashed = hashlib.sha256()
    with store.still():
        for name, (columns, _) in TABLES.items():
            numbered = columns[0] == "id"  # the database's own number says no more than the order
            for row in store.table(name):
                hashed.update(cbor.encode([name, *_plain(row[numbered:])]))
    return hashed.digest()


def copy_store(source: TableStore, target: TableStore) -> None:
    """Copy everything, of one moment of `source`, into the empty `target`: in one transaction, all or nothing."""
    with target.together():
        if not is_empty(target):
            raise NotAllowed(
                f"the store {target.where} is not empty; nothing is overwritten", advice="Name a new place."
            )
        with source.still():
            for name in TABLES:
                rows: list[Row] = []
                for row in source.table(name):
                    rows.append(row)
                    if len(rows) == _BATCH:
                        target.fill(name, rows)
                        rows = []
                target.fill(name, rows)


def _plain(row: Row) -> list[cbor.Value]:
    return [value for value in row if isinstance(value, int | bytes | str)]
