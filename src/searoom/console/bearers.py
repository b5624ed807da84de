"""Tokens of programs: each with roles, uses and an end; the file keeps a hash of it, and who shows it signs nothing."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from searoom.console.audit import TERMINAL, Audit
from searoom.console.peoplefile import PeopleFile
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.units import MICROSECONDS

USES: Final = ("api", "metrics", "calendar")
"""What a token is for; one for a calendar stands in an address, and so opens nothing else."""
MARK: Final = "searoom-"  # a token that lies somewhere is known for what it is
LONGEST_US: Final = 400 * 24 * 3600 * MICROSECONDS
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?(?![\s\S])")
_USED_EVERY_US: Final = 60 * MICROSECONDS


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program that may ask: by which roles, for what, and until when (microseconds since 1970)."""

    name: str
    roles: frozenset[str]
    uses: frozenset[str]
    made_us: int
    until_us: int
    used_us: int = 0


class Bearers:
    """The tokens of one console; `roles` are those that there are."""

    def __init__(self, file: PeopleFile, audit: Audit, roles: Sequence[str]) -> None:
        self._file, self._audit, self._roles = file, audit, roles

    def give(
        self, name: str, roles: Sequence[str], uses: Sequence[str], until_us: int, now_us: int, *, by: str = TERMINAL
    ) -> str:
        """Return a new token, which is shown once; `NotAllowed` where the name is taken, or what is asked is wrong."""
        self._check(name, roles, uses, until_us, now_us)
        token = MARK + secrets.token_urlsafe(32)
        with self._file.together():
            if self._file.rows("SELECT 1 FROM bearer WHERE name = ?", name):
                raise NotAllowed(Sentence("token.there_is", name=name))
            self._file.rows(
                "INSERT INTO bearer (name, secret, roles, uses, made_us, until_us) VALUES (?, ?, ?, ?, ?, ?)",
                name, _hash(token), " ".join(sorted(set(roles))), " ".join(sorted(set(uses))), now_us, until_us,
            )  # fmt: skip
            self._audit.note("token-given", name, now_us, by=by, about=" ".join([*sorted(set(roles)), *sorted(uses)]))
        return token

    def _check(self, name: str, roles: Sequence[str], uses: Sequence[str], until_us: int, now_us: int) -> None:
        if not _NAME.match(name):
            raise NotAllowed(Sentence("token.no_name", name=f"{name:.40}"))
        if not roles or set(roles) - set(self._roles):
            raise NotAllowed(Sentence("token.no_role", roles=", ".join(self._roles)))
        if not uses or set(uses) - set(USES):
            raise NotAllowed(Sentence("token.no_use", uses=", ".join(USES)))
        if "calendar" in uses and len(set(uses)) > 1:
            raise NotAllowed(Sentence("token.calendar_alone"))
        if not now_us < until_us <= now_us + LONGEST_US:
            raise NotAllowed(Sentence("token.end"))

    def bearer(self, token: str, now_us: int) -> Bearer | None:
        """Return whose token this is; None where it is none, has ended, or was withdrawn."""
        rows = self._file.rows(
            "SELECT name, roles, uses, made_us, until_us, used_us FROM bearer WHERE secret = ? AND until_us > ?",
            _hash(token), now_us,
        )  # fmt: skip
        if not rows:
            return None
        found = _bearer(rows[0])
        if now_us - found.used_us >= _USED_EVERY_US:
            self._file.rows("UPDATE bearer SET used_us = ? WHERE name = ?", now_us, found.name)
        return found

    def everybody(self) -> tuple[Bearer, ...]:
        """Return all tokens that were given and not withdrawn, also those that have ended, by name."""
        rows = self._file.rows("SELECT name, roles, uses, made_us, until_us, used_us FROM bearer ORDER BY name")
        return tuple(map(_bearer, rows))

    def withdraw(self, name: str, now_us: int, *, by: str = TERMINAL) -> None:
        """Let a token open nothing any more, at once."""
        with self._file.together():
            if not self._file.rows("DELETE FROM bearer WHERE name = ? RETURNING 1", name):
                raise NotAllowed(Sentence("token.none", name=f"{name:.40}"))
            self._audit.note("token-withdrawn", name, now_us, by=by)


def _bearer(row: Sequence[object]) -> Bearer:
    name, roles, uses, made_us, until_us, used_us = cast("tuple[str, str, str, int, int, int]", row)
    return Bearer(name, frozenset(roles.split()), frozenset(uses.split()), made_us, until_us, used_us)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()  # 256 bits drawn by chance need no stretching
