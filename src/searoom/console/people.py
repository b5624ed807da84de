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
from types import MappingProxyType
from typing import Final, cast

from searoom.console.audit import NOBODY, TERMINAL, Audit
from searoom.console.bearers import Bearers
from searoom.console.passkeys import Passkeys
from searoom.console.passwords import UNSET, opens, secret_of
from searoom.console.peoplefile import Cell, PeopleFile
from searoom.errors import NotAllowed
from searoom.keys.passphrases import USUAL, Cost, chosen
from searoom.sentences import Sentence
from searoom.units import MICROSECONDS

ROLES: Final = ("watch", "duty", "drafter", "releaser", "desk", "auditor", "administrator")
"""What a person may do: docs/console.md has the table."""
WORKERS: Final = ("watch", "duty", "drafter", "releaser", "desk")
"""Who does the work: auditors and administrators look, and post on their own pages alone."""
PROVERS: Final = ("duty", "desk", "releaser", "auditor", "administrator")  # who may take the proof of one entry
SHOWN_TO: Final = MappingProxyType({"drafts": WORKERS, "proof": PROVERS, "reviews": (*WORKERS, "auditor")})
"""Who is shown what not everybody is, on pages and by programs alike; how many drafts wait, everybody is told."""

IDLE_US: Final = 4 * 3600 * MICROSECONDS  # one watch
LONGEST_US: Final = 12 * 3600 * MICROSECONDS
FREE_TRIES: Final = 5
FIRST_LOCK_US: Final = 60 * MICROSECONDS  # doubled with each failure more
LONGEST_LOCK_US: Final = 900 * MICROSECONDS
KEPT_US: Final = 7 * 24 * 3600 * MICROSECONDS  # how long it is known that a form was posted
CODE_US: Final = 24 * 3600 * MICROSECONDS  # how long a one-time code holds
MAX_BROWSER: Final = 200
MAX_NAME: Final = 64
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?(?![\s\S])")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another
_COLUMNS: Final = "person.id, name, roles, officer, closed"


@dataclass(frozen=True, slots=True)
class Person:
    """One account; `officer` is the id on the party's card of whoever signs, '' for who never does."""

    id: str
    name: str
    roles: frozenset[str]
    officer: str = ""
    closed: bool = False  # locked by an administrator


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


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session as its owner and an administrator see it; `id` names it and opens nothing."""

    id: str
    begun_us: int
    seen_us: int
    how: str
    browser: str
    here: bool


class People:
    """The accounts of one node's console, in a file beside its stores; what is done to them is written down with it."""

    def __init__(self, folder: Path, *, cost: Cost = USUAL) -> None:
        self._cost = cost
        self._file = PeopleFile(folder)
        self._rows = self._file.rows
        self.audit = Audit(self._file)
        self.passkeys = Passkeys(self._file, self.audit)
        self.bearers = Bearers(self._file, self.audit, ROLES)
        self._nobody = secret_of(secrets.token_bytes(16), cost)  # who does not exist takes as long as who does

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # -- accounts --------------------------------------------------------------------------------

    def add(self, person: Person, password: str | None, now_us: int, *, by: str = TERMINAL) -> None:
        """Make an account, without a password for who gets a code; `NotAllowed` where it is there, or wrong."""
        _check(person)
        secret = UNSET if password is None else secret_of(chosen(password), self._cost)
        with self._file.together():
            if self._rows("SELECT 1 FROM person WHERE id = ?", person.id):
                raise NotAllowed(Sentence("account.there_is", person=person.id))
            self._rows(
                "INSERT INTO person (id, name, roles, officer, secret) VALUES (?, ?, ?, ?, ?)",
                person.id, person.name, " ".join(sorted(person.roles)), person.officer, secret,
            )  # fmt: skip
            self.audit.note("account-made", person.id, now_us, by=by, about=_told(person))

    def change_account(self, person: Person, now_us: int, *, by: str = TERMINAL) -> None:
        """Set name, roles and officer of an account anew; the sessions go on, with the new roles."""
        _check(person)
        with self._file.together():
            self.find(person.id)
            self._rows(
                "UPDATE person SET name = ?, roles = ?, officer = ? WHERE id = ?",
                person.name, " ".join(sorted(person.roles)), person.officer, person.id,
            )  # fmt: skip
            self.audit.note("account-changed", person.id, now_us, by=by, about=_told(person))

    def remove(self, person: str, now_us: int, *, by: str = TERMINAL) -> None:
        """Remove an account, and end its sessions at once."""
        with self._file.together():
            self.find(person)
            self._rows("DELETE FROM person WHERE id = ?", person)
            self.audit.note("account-removed", person, now_us, by=by)

    def lock(self, person: str, now_us: int, *, closed: bool, by: str = TERMINAL) -> None:
        """Lock an account and end its sessions, or unlock it; a wait after wrong passwords ends with that."""
        with self._file.together():
            self.find(person)
            self._rows("UPDATE person SET closed = ?, failed = 0, locked_us = 0 WHERE id = ?", int(closed), person)
            if closed:
                self._rows("DELETE FROM session WHERE person = ?", person)
            self.audit.note("account-locked" if closed else "account-unlocked", person, now_us, by=by)

    def change(self, person: str, password: str, now_us: int, *, by: str = TERMINAL) -> None:
        """Set another password; sessions begun with the old one end, and a lock is lifted."""
        self.find(person)
        secret = secret_of(chosen(password), self._cost)
        with self._file.together():
            self._set(person, secret)
            self.audit.note("password-set", person, now_us, by=by)

    def _set(self, person: str, secret: str, code: str = "", until_us: int = 0) -> None:
        self._rows(
            "UPDATE person SET secret = ?, failed = 0, locked_us = 0, code = ?, code_until_us = ? WHERE id = ?",
            secret, code, until_us, person,
        )  # fmt: skip
        self._rows("DELETE FROM session WHERE person = ?", person)

    def give_code(self, person: str, now_us: int, *, by: str = TERMINAL) -> str:
        """Return a code with which a person sets a password, once and within a day; the old password opens nothing."""
        self.find(person)
        code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
        with self._file.together():
            self._set(person, UNSET, hashlib.sha256(code.encode()).hexdigest(), now_us + CODE_US)
            self.audit.note("code-given", person, now_us, by=by)
        return code

    def use_code(self, person: str, code: str, password: str, now_us: int) -> None:
        """Set a password by a one-time code; a wrong code counts as a wrong password does."""
        secret = secret_of(chosen(password), self._cost)
        with self._file.together():
            rows = self._rows("SELECT code, failed, locked_us, code_until_us FROM person WHERE id = ?", person)
            held, failed, locked_us, until_us = cast("tuple[str, int, int, int]", rows[0]) if rows else ("", 0, 0, 0)
            self._refuse_waiting(locked_us, now_us)
            given = hashlib.sha256(code.strip().lower().encode()).hexdigest()
            if held and until_us > now_us and hmac.compare_digest(held, given):
                self._set(person, secret)
                self.audit.note("password-set", person, now_us)
                return
            self._count_failure(person, failed + 1, now_us, known=bool(rows))
        raise NotAllowed(Sentence("account.wrong_code"))

    def find(self, person: str) -> Person:
        """Return an account; `NotAllowed` where there is none."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM person WHERE id = ?", person)  # noqa: S608  # a constant
        if not rows:
            raise NotAllowed(Sentence("account.none", person=f"{person:.40}"))
        return _person(rows[0])

    def everybody(self) -> tuple[Person, ...]:
        """Return all accounts, by name."""
        return tuple(map(_person, self._rows(f"SELECT {_COLUMNS} FROM person ORDER BY id")))  # noqa: S608  # a constant

    # -- sessions --------------------------------------------------------------------------------

    def sign_in(self, person: str, password: str, now_us: int, browser: str = "") -> Session:
        """Begin a session; what was wrong is not told apart, and each failure more makes the next try wait longer."""
        rows = self._rows("SELECT secret, locked_us FROM person WHERE id = ?", person)
        secret, locked_us = cast("tuple[str, int]", rows[0]) if rows else (self._nobody, 0)
        self._refuse_waiting(locked_us, now_us)
        right = opens(secret if secret != UNSET else self._nobody, password)
        with self._file.together():
            # Read again: while the password was being stretched, others may have been tried.
            found = self._rows("SELECT failed, locked_us FROM person WHERE id = ?", person)
            failed, locked_us = cast("tuple[int, int]", found[0]) if found else (0, 0)
            self._refuse_waiting(locked_us, now_us)
            if right and found:
                return self.begin_session(person, "password", now_us, browser)
            self._count_failure(person, failed + 1, now_us, known=bool(rows))
        raise NotAllowed(Sentence("account.wrong_password"))

    def confirm(self, person: str, password: str, now_us: int) -> bool:
        """Return whether somebody who is signed in gave their password; a wrong one counts as at the door."""
        query = "SELECT secret, failed, locked_us FROM person WHERE id = ?"
        secret = str(self._rows(query, person)[0][0])
        right = secret != UNSET and opens(secret, password)
        with self._file.together():
            _, failed, locked_us = cast("tuple[str, int, int]", self._rows(query, person)[0])
            self._refuse_waiting(locked_us, now_us)
            if not right:
                self._count_failure(person, failed + 1, now_us, known=True)
        return right

    def begin_session(self, person: str, how: str, now_us: int, browser: str) -> Session:
        """Begin a session of somebody whose password or passkey was right; `NotAllowed` where the account is locked."""
        token = secrets.token_urlsafe(32)
        with self._file.together():
            found = self.find(person)
            if found.closed:
                raise NotAllowed(Sentence("account.locked"))
            self._rows("UPDATE person SET failed = 0, locked_us = 0 WHERE id = ?", person)
            self._rows(
                "INSERT INTO session (id, person, begun_us, seen_us, how, browser) VALUES (?, ?, ?, ?, ?, ?)",
                _hash(token), person, now_us, now_us, how, browser[:MAX_BROWSER],
            )  # fmt: skip
            self._sweep(now_us)
            self.audit.note("signed-in", person, now_us, about=how)
        return Session(found, token)

    def _refuse_waiting(self, locked_us: int, now_us: int) -> None:
        if locked_us > now_us:
            wait = -(-(locked_us - now_us) // MICROSECONDS)
            raise NotAllowed(Sentence("account.too_many", wait=wait))

    def _count_failure(self, person: str, failed: int, now_us: int, *, known: bool) -> None:
        over = failed - FREE_TRIES
        locked_us = 0 if over < 0 else now_us + min(FIRST_LOCK_US << min(over, 10), LONGEST_LOCK_US)
        self._rows("UPDATE person SET failed = ?, locked_us = ? WHERE id = ?", failed, locked_us, person)
        if known:
            self.audit.note("refused", person, now_us, by=NOBODY, about=f"{failed}")
        else:
            self.audit.refused_stranger(now_us)

    def session(self, token: str, now_us: int) -> Session | None:
        """Return the session of a browser that shows this token, None where there is none or it has ended."""
        if not token:
            return None
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM session JOIN person ON person.id = session.person"  # noqa: S608  # a constant
            " WHERE session.id = ? AND begun_us > ? AND seen_us > ? AND closed = 0",
            _hash(token), now_us - LONGEST_US, now_us - IDLE_US,
        )  # fmt: skip
        return Session(_person(rows[0]), token) if rows else None

    def sittings(self, person: str, now_us: int, token: str = "") -> tuple[Sitting, ...]:
        """Return the sessions of an account that have not ended, the newest first; `token` is the one that asks."""
        found = self._rows(
            "SELECT id, begun_us, seen_us, how, browser FROM session"
            " WHERE person = ? AND begun_us > ? AND seen_us > ? ORDER BY begun_us DESC",
            person, now_us - LONGEST_US, now_us - IDLE_US,
        )  # fmt: skip
        return tuple(
            Sitting(each.hex(), begun_us, seen_us, how, browser, each == _hash(token))
            for each, begun_us, seen_us, how, browser in cast("list[tuple[bytes, int, int, str, str]]", found)
        )

    def end(self, person: str, sitting: str, now_us: int, *, by: str) -> None:
        """End one session of an account by its name, or all of them where none is named."""
        with self._file.together():
            rows = self._rows(
                "DELETE FROM session WHERE person = ? AND (? = '' OR hex(id) = upper(?)) RETURNING 1",
                person, sitting, sitting,
            )  # fmt: skip
            if not rows and sitting:
                raise NotAllowed(Sentence("account.session_ended"))
            self.audit.note("session-ended", person, now_us, by=by, about=f"{len(rows)}")

    def seen(self, session: Session, now_us: int) -> None:
        """Note that a person did something; a page that draws itself anew is no sign of anybody."""
        self._rows("UPDATE session SET seen_us = ? WHERE id = ?", now_us, _hash(session.token))

    def sign_out(self, session: Session, now_us: int) -> None:
        """End a session."""
        with self._file.together():
            self._rows("DELETE FROM session WHERE id = ?", _hash(session.token))
            self.audit.note("signed-out", session.person.id, now_us)

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


def _person(row: Sequence[Cell]) -> Person:
    identity, name, roles, officer, closed = row
    return Person(str(identity), str(name), frozenset(str(roles).split()), str(officer), bool(closed))


def _told(person: Person) -> str:
    return " ".join([*sorted(person.roles), *([f"({person.officer})"] if person.officer else [])])


def _check(person: Person) -> None:
    if not _ID.match(person.id):
        raise NotAllowed(Sentence("account.no_id", person=f"{person.id:.40}"))
    if not person.name.strip() or len(person.name) > MAX_NAME or not person.name.isprintable():
        raise NotAllowed(Sentence("account.no_name", most=MAX_NAME))
    odd = sorted(person.roles.difference(ROLES))
    if odd:
        raise NotAllowed(Sentence("more.no_role", roles=", ".join(odd), known=", ".join(ROLES)))
    if not person.roles:
        raise NotAllowed(Sentence("more.one_role", known=", ".join(ROLES)))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
