"""The file `console.db` of one console: accounts, sessions, passkeys, tokens, forms posted, deeds not yet noted.

An older file gets what is new when it is opened. Whoever writes several things that belong together does it `together`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import apsw

from searoom.errors import StateUnknown
from searoom.sentences import Sentence

Cell: TypeAlias = int | float | str | bytes | None
FILE: Final = "console.db"
BUSY_MS: Final = 5_000
_FIRST: Final = """
CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, officer TEXT NOT NULL, secret TEXT NOT NULL,
    failed INTEGER NOT NULL DEFAULT 0, locked_us INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    id BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, begun_us INTEGER NOT NULL,
    seen_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS posted (
    id BLOB PRIMARY KEY, person TEXT NOT NULL, at_us INTEGER NOT NULL, came TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
_SECOND: Final = """
ALTER TABLE person ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN code_until_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN how TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
CREATE TABLE passkey (
    id BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, public BLOB NOT NULL,
    count INTEGER NOT NULL, name TEXT NOT NULL, added_us INTEGER NOT NULL, used_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE deed (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at_us INTEGER NOT NULL, kind TEXT NOT NULL, account TEXT NOT NULL,
    by TEXT NOT NULL, about TEXT NOT NULL
) STRICT;
"""
_THIRD: Final = """
CREATE TABLE bearer (
    name TEXT PRIMARY KEY, secret BLOB NOT NULL UNIQUE, roles TEXT NOT NULL, uses TEXT NOT NULL,
    made_us INTEGER NOT NULL, until_us INTEGER NOT NULL, used_us INTEGER NOT NULL DEFAULT 0
) STRICT;
"""
_STEPS: Final = (_FIRST, _SECOND, _THIRD)
"""What makes a file of each version out of one of the version before; `PRAGMA user_version` says how far it is."""


class PeopleFile:
    """One open file; threads take turns."""

    def __init__(self, folder: Path) -> None:
        self._path = path = folder / FILE
        self._turn = threading.RLock()
        try:
            path.touch(mode=0o600)
            self._db = apsw.Connection(str(path))
            self._db.set_busy_timeout(BUSY_MS)
            self._db.execute("PRAGMA foreign_keys = ON")
            self._bring_up_to_date()
        except (OSError, apsw.Error) as problem:
            raise StateUnknown(Sentence("account.not_opened", path=path, problem=problem)) from problem

    def _bring_up_to_date(self) -> None:
        if self._version() == len(_STEPS):
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for step in _STEPS[self._version() :]:
                self._db.execute(step)
            self._db.execute(f"PRAGMA user_version = {len(_STEPS)}")
            self._db.execute("COMMIT")
        except apsw.Error:
            self._db.execute("ROLLBACK")
            raise

    def _version(self) -> int:
        ((found,),) = self._db.execute("PRAGMA user_version")
        return int(found)

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._db.close()

    def rows(self, sql: str, *values: Cell) -> list[tuple[Cell, ...]]:
        """Return what a statement gives; `StateUnknown` where the file cannot be read or written."""
        with self._turn:
            try:
                return list(self._db.execute(sql, values))
            except apsw.Error as problem:
                raise StateUnknown(Sentence("account.not_read", path=self._path, problem=problem)) from problem

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that is written inside be written whole or not at all."""
        with self._turn:
            if self._db.in_transaction:  # part of what somebody else does together
                yield
                return
            self.rows("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.rows("ROLLBACK")
                raise
            self.rows("COMMIT")
