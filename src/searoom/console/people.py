"""Who may use the console of this machine: accounts, roles, passwords, sessions that end, and forms posted once.

A password opens pages; it signs nothing. What is said in a party's name is signed with an officer's own key, which the
officer's passphrase opens for that one deed (`officer.py`), so that whoever steals this file can sign nothing.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, cast

import apsw

from searoom.errors import NotAllowed, StateUnknown
from searoom.passphrases import USUAL, Cost, chosen, normal, stretch
from searoom.units import MICROSECONDS

Cell: TypeAlias = int | float | str | bytes | None
ROLES: Final = ("watch", "duty", "drafter", "releaser", "desk", "auditor", "administrator")
"""What a person may do: docs/console.md has the table."""

FILE: Final = "console.db"
IDLE_US: Final = 4 * 3600 * MICROSECONDS  # one watch
LONGEST_US: Final = 12 * 3600 * MICROSECONDS
FREE_TRIES: Final = 5
FIRST_LOCK_US: Final = 60 * MICROSECONDS  # doubled with each failure more
LONGEST_LOCK_US: Final = 900 * MICROSECONDS
KEPT_US: Final = 7 * 24 * 3600 * MICROSECONDS  # how long it is known that a form was posted
BUSY_MS: Final = 5_000
MAX_NAME: Final = 64
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?(?![\s\S])")
_SECRET: Final = re.compile(r"argon2id m=(\d+) t=(\d+) p=(\d+) ([0-9a-f]{32}) ([0-9a-f]{64})(?![\s\S])")
_SCHEMA: Final = """
CREATE TABLE person (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, officer TEXT NOT NULL, secret TEXT NOT NULL,
    failed INTEGER NOT NULL DEFAULT 0, locked_us INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE session (
    id BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES person ON DELETE CASCADE, begun_us INTEGER NOT NULL,
    seen_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE posted (
    id BLOB PRIMARY KEY, person TEXT NOT NULL, at_us INTEGER NOT NULL, came TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Person:
    """One account; `officer` is the id on the party's card of whoever signs, '' for who never does."""

    id: str
    name: str
    roles: frozenset[str]
    officer: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Who sits at a browser, and the mark that each form of theirs carries."""

    person: Person
    token: str = field(repr=False)

    @property
    def mark(self) -> str:
        """What a form must bring along: no other site can know it."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()

    def may(self, roles: Sequence[str]) -> bool:
        """Whether this person has one of these roles; nobody needs any for what asks for none."""
        return not roles or not self.person.roles.isdisjoint(roles)


class People:
    """The accounts of one node's console, in a file beside its stores."""

    def __init__(self, folder: Path, *, cost: Cost = USUAL) -> None:
        self._cost = cost
        self._path = path = folder / FILE
        try:
            fresh = not path.exists()
            path.touch(mode=0o600)
            self._db = apsw.Connection(str(path))
            self._db.set_busy_timeout(BUSY_MS)
            self._db.execute("PRAGMA foreign_keys = ON")
            if fresh or not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'person'"):
                self._db.execute("BEGIN IMMEDIATE; " + _SCHEMA + "COMMIT")
        except (OSError, apsw.Error) as problem:
            raise StateUnknown(f"the accounts in {path} cannot be opened: {problem}") from problem
        self._nobody = _secret(secrets.token_bytes(16), cost)  # who does not exist takes as long as who does

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _rows(self, sql: str, *values: Cell) -> list[tuple[Cell, ...]]:
        try:
            return list(self._db.execute(sql, values))
        except apsw.Error as problem:
            raise StateUnknown(f"the accounts in {self._path} cannot be read or written: {problem}") from problem

    # -- accounts --------------------------------------------------------------------------------

    def add(self, person: Person, password: str) -> None:
        """Make an account; `NotAllowed` where there is one of that name, or where something in it is wrong."""
        _check(person)
        if self._rows("SELECT 1 FROM person WHERE id = ?", person.id):
            raise NotAllowed(f"there is an account '{person.id}' already")
        self._rows(
            "INSERT INTO person (id, name, roles, officer, secret) VALUES (?, ?, ?, ?, ?)",
            person.id, person.name, " ".join(sorted(person.roles)), person.officer,
            _secret(chosen(password), self._cost),
        )  # fmt: skip

    def remove(self, person: str) -> None:
        """Remove an account, and end its sessions at once."""
        self.find(person)
        self._rows("DELETE FROM person WHERE id = ?", person)

    def change(self, person: str, password: str) -> None:
        """Set another password; sessions begun with the old one end, and a lock is lifted."""
        self.find(person)
        secret = _secret(chosen(password), self._cost)
        self._rows("UPDATE person SET secret = ?, failed = 0, locked_us = 0 WHERE id = ?", secret, person)
        self._rows("DELETE FROM session WHERE person = ?", person)

    def find(self, person: str) -> Person:
        """Return an account; `NotAllowed` where there is none."""
        rows = self._rows("SELECT id, name, roles, officer FROM person WHERE id = ?", person)
        if not rows:
            raise NotAllowed(f"there is no account '{person:.40}'")
        return _person(rows[0])

    def everybody(self) -> tuple[Person, ...]:
        """Return all accounts, by name."""
        return tuple(map(_person, self._rows("SELECT id, name, roles, officer FROM person ORDER BY id")))

    # -- sessions --------------------------------------------------------------------------------

    def sign_in(self, person: str, password: str, now_us: int) -> Session:
        """Begin a session; what was wrong is not told apart, and each failure more makes the next try wait longer."""
        rows = self._rows("SELECT secret, failed, locked_us FROM person WHERE id = ?", person)
        secret, failed, locked_us = cast("tuple[str, int, int]", rows[0]) if rows else (self._nobody, 0, 0)
        if locked_us > now_us:
            wait = -(-(locked_us - now_us) // MICROSECONDS)
            raise NotAllowed(f"too many wrong passwords: the next try is in {wait} s", advice=_LOCKED)
        try:
            right = _opens(secret, normal(password))
        except NotAllowed:
            right = False
        if not right:
            self._count_failure(person, failed + 1, now_us)
            raise NotAllowed("the name or the password is wrong", advice="Try again; an administrator can set another.")
        self._rows("UPDATE person SET failed = 0, locked_us = 0 WHERE id = ?", person)
        token = secrets.token_urlsafe(32)
        self._rows("INSERT INTO session VALUES (?, ?, ?, ?)", _hash(token), person, now_us, now_us)
        self._sweep(now_us)
        return Session(self.find(person), token)

    def _count_failure(self, person: str, failed: int, now_us: int) -> None:
        over = failed - FREE_TRIES
        locked_us = 0 if over < 0 else now_us + min(FIRST_LOCK_US << min(over, 10), LONGEST_LOCK_US)
        self._rows("UPDATE person SET failed = ?, locked_us = ? WHERE id = ?", failed, locked_us, person)

    def session(self, token: str, now_us: int) -> Session | None:
        """Return the session of a browser that shows this token, None where there is none or it has ended."""
        if not token:
            return None
        rows = self._rows(
            "SELECT person.id, name, roles, officer FROM session JOIN person ON person.id = session.person"
            " WHERE session.id = ? AND begun_us > ? AND seen_us > ?",
            _hash(token), now_us - LONGEST_US, now_us - IDLE_US,
        )  # fmt: skip
        return Session(_person(rows[0]), token) if rows else None

    def seen(self, session: Session, now_us: int) -> None:
        """Note that a person did something; a page that draws itself anew is no sign of anybody."""
        self._rows("UPDATE session SET seen_us = ? WHERE id = ?", now_us, _hash(session.token))

    def sign_out(self, session: Session) -> None:
        """End a session."""
        self._rows("DELETE FROM session WHERE id = ?", _hash(session.token))

    def _sweep(self, now_us: int) -> None:
        ended, kept = (now_us - LONGEST_US, now_us - IDLE_US), now_us - KEPT_US
        self._rows("DELETE FROM session WHERE begun_us <= ? OR seen_us <= ?", *ended)
        self._rows("DELETE FROM posted WHERE at_us <= ?", kept)

    # -- forms that are posted once --------------------------------------------------------------

    def begin(self, form: str, person: Person, now_us: int) -> str | None:
        """Take a form's number once: None where it is new, else what came of it ('' while nobody knows)."""
        rows = self._rows(
            "INSERT INTO posted VALUES (?, ?, ?, '') ON CONFLICT DO NOTHING RETURNING 1", _hash(form), person.id, now_us
        )
        if rows:
            return None
        found = self._rows("SELECT came FROM posted WHERE id = ?", _hash(form))
        return str(found[0][0]) if found else ""

    def ended(self, form: str, came: str) -> None:
        """Write down what came of a form, for whoever posts it again."""
        self._rows("UPDATE posted SET came = ? WHERE id = ?", came, _hash(form))

    def give_back(self, form: str) -> None:
        """Let a form be posted again: it was refused, and nothing happened."""
        self._rows("DELETE FROM posted WHERE id = ?", _hash(form))


_LOCKED: Final = "Wait, or let an administrator set another password on this machine."


def _person(row: Sequence[Cell]) -> Person:
    identity, name, roles, officer = (str(value) for value in row)
    return Person(identity, name, frozenset(roles.split()), officer)


def _check(person: Person) -> None:
    if not _ID.match(person.id):
        raise NotAllowed(f"'{person.id:.40}' is no name of an account: a-z, 0-9 and inner hyphens, at most 32")
    if not person.name.strip() or len(person.name) > MAX_NAME or not person.name.isprintable():
        raise NotAllowed(f"a person's name is one line of at most {MAX_NAME} letters")
    odd = sorted(person.roles.difference(ROLES))
    if odd or not person.roles:
        raise NotAllowed(
            f"'{', '.join(odd)}' is no role" if odd else "an account has one role at least",
            advice=f"The roles are {', '.join(ROLES)}.",
        )


def _secret(password: bytes, cost: Cost) -> str:
    salt = secrets.token_bytes(16)
    return f"argon2id {cost} {salt.hex()} {stretch(password, salt, cost).hex()}"


def _opens(secret: str, password: bytes) -> bool:
    parts = _SECRET.match(secret)
    if parts is None:
        raise StateUnknown("a password in the accounts is not written as it must be", advice="Set it anew.")
    memory, passes, lanes, salt, key = parts.groups()
    found = stretch(password, bytes.fromhex(salt), Cost(int(memory), int(passes), int(lanes)))
    return hmac.compare_digest(found, bytes.fromhex(key))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
