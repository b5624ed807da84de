"""What people did at the console besides speaking: written down with the deed itself, then noted in the national log.

A deed is a row of `console.db` from the moment it is done. The station notes it in the national log, which is signed
and in which nothing can be changed or left out unseen; then the row goes. While no node answers the rows wait.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from searoom.cbor import Value
from searoom.console.peoplefile import PeopleFile
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.units import MICROSECONDS

FORM: Final = "console-note"
TERMINAL: Final = "terminal"  # who works at the machine itself, with the command
NOBODY: Final = "-"
MAX_ABOUT: Final = 100
AT_ONCE: Final = 64
PAUSE_US: Final = 60 * MICROSECONDS

Ask = Callable[[Mapping[str, Value]], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed: what kind (a choice of the form), at which account, by whom, and about what."""

    number: int
    at_us: int
    kind: str
    account: str
    by: str
    about: str

    def filled(self, book: FormBook) -> Filled:
        """Return it as the national note that it becomes."""
        fields: dict[str, object] = {"number": self.number, "deed": self.kind, "by": self.by, "at": self.at_us}
        fields |= {name: text for name, text in (("account", self.account), ("about", self.about)) if text}
        return Filled(FORM, book.form(FORM).version, "national", "routine", "en", fields)


def deed_of(filled: Filled) -> Deed:
    """Return the deed that a note tells."""
    fields = filled.fields
    number, at_us = cast("int", fields["number"]), cast("int", fields["at"])
    kind, account, by, about = (str(fields.get(name, "")) for name in ("deed", "account", "by", "about"))
    return Deed(number, at_us, kind, account, by, about)


class Audit:
    """The deeds of one console that the national log does not have yet."""

    def __init__(self, file: PeopleFile) -> None:
        self._file = file
        self._strangers, self._told_us = 0, 0

    def note(self, kind: str, account: str, now_us: int, *, by: str = "", about: str = "") -> None:
        """Write a deed down; `by` is the account of whoever did it, where it is another than the one it is about."""
        self._file.rows(
            "INSERT INTO deed (at_us, kind, account, by, about) VALUES (?, ?, ?, ?, ?)",
            now_us, kind, account, by or account or NOBODY, about[:MAX_ABOUT],
        )  # fmt: skip

    def refused_stranger(self, now_us: int) -> None:
        """Count a sign-in of no account, one row a minute at most; the name may be a password, and is not kept."""
        self._strangers += 1
        if now_us - self._told_us >= PAUSE_US:
            self.note("refused", "", now_us, about=f"{self._strangers} x ?")
            self._strangers, self._told_us = 0, now_us

    def waiting(self) -> tuple[Deed, ...]:
        """Return what was not noted yet, the oldest first."""
        rows = self._file.rows(
            "SELECT number, at_us, kind, account, by, about FROM deed ORDER BY number LIMIT ?", AT_ONCE
        )
        return tuple(Deed(*cast("tuple[int, int, str, str, str, str]", row)) for row in rows)

    async def hand_over(self, ask: Ask, book: FormBook) -> int:
        """Let the node note what waits; return how many. One whose answer is lost is noted twice, word for word."""
        waiting = self.waiting()
        for deed in waiting:
            await ask({"do": "note", "content": forms.encode(deed.filled(book), book)})
            self._file.rows("DELETE FROM deed WHERE number = ?", deed.number)
        return len(waiting)
