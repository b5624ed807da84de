"""What a person has typed into a form and not signed yet: kept from key to key in the console's own file, nowhere else.

It is no draft of the record: nobody signed it, the node never sees it, no other account reads it. It is there after a
session ended, and is gone when it was signed or thrown away. A passphrase is never among it.

Rule 1: what is done with stays done with: a key stroke that comes late, of a form that was signed, is kept no more.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import apsw

from searoom.console.people import KEPT_US
from searoom.console.peoplefile import BUSY_MS, FILE
from searoom.errors import NotAllowed, StateUnknown
from searoom.sentences import Sentence

MOST: Final = 64
"""How many unfinished forms one account keeps; the oldest makes room."""
MAX_BYTES: Final = 1 << 18
FORGOTTEN: Final = frozenset({"mark", "deed", "passphrase", "number", "was"})
"""What is posted with a form and is no part of what was typed."""
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS kept (
    person TEXT NOT NULL, number TEXT NOT NULL, form TEXT NOT NULL, reply TEXT NOT NULL, at_us INTEGER NOT NULL,
    typed BLOB NOT NULL, PRIMARY KEY (person, number)
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One unfinished form: its number, the form, the entry that it answers or '', when it was typed, and the fields."""

    number: str
    form: str
    reply: str
    at_us: int
    typed: Mapping[str, str]

    def first_words(self, most: int = 60) -> str:
        """Return the beginning of the longest field, by which a person knows it again."""
        words = max((value for name, value in self.typed.items() if name.startswith("field-")), key=len, default="")
        line = " ".join(words.split())
        return line if len(line) <= most else line[: most - 1] + "…"


class Desk:
    """The unfinished forms of the accounts of one node's console, in the file of the accounts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def keep(self, person: str, form: str, number: str, typed: Mapping[str, str], now_us: int) -> None:
        """Keep what stands in a form now, in the place of what stood there under this number before.

        Raises `NotAllowed` for more than `MAX_BYTES`, `StateUnknown` where the file cannot be written.
        """
        held = {name: _storable(value) for name, value in typed.items() if name not in FORGOTTEN and value}
        data = json.dumps(held).encode()
        if len(data) > MAX_BYTES:
            raise NotAllowed(Sentence("kept.too_much"))
        with self._open() as db:
            db.execute(
                "INSERT INTO kept VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET form = excluded.form,"
                " reply = excluded.reply, at_us = excluded.at_us, typed = excluded.typed WHERE kept.form != ''",
                (person, number, form, typed.get("reply_to", ""), now_us, data),
            )
            db.execute(
                "DELETE FROM kept WHERE person = ?1 AND form != '' AND number NOT IN"
                " (SELECT number FROM kept WHERE person = ?1 AND form != '' ORDER BY at_us DESC, number LIMIT ?2)",
                (person, MOST),
            )
            db.execute("DELETE FROM kept WHERE form = '' AND at_us < ?", (now_us - KEPT_US,))

    def done(self, person: str, number: str, now_us: int) -> None:
        """Forget an unfinished form: it was signed, or thrown away. That it is done with is known for `KEPT_US`."""
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, '', '', ?, x'')", (person, number, now_us))

    def went_on(self, person: str, number: str, typed_us: int, now_us: int) -> bool:
        """Forget one that goes on under another number; return whether nobody had typed into it since `typed_us`."""
        with self._open() as db:
            rows = list(
                db.execute(
                    "UPDATE kept SET form = '', reply = '', typed = x'', at_us = ?4 WHERE person = ?1 AND number = ?2"
                    " AND form != '' AND at_us <= ?3 RETURNING 1",
                    (person, number, typed_us, now_us),
                )
            )
        return bool(rows)

    def holds(self, person: str, number: str) -> bool:
        """Whether something unfinished is kept under a number."""
        return any(one.number == number for one in self.all(person))

    def all(self, person: str) -> tuple[Kept, ...]:
        """Return the unfinished forms of a person, the newest first."""
        with self._open() as db:
            rows = list(
                db.execute(
                    "SELECT number, form, reply, at_us, typed FROM kept WHERE person = ? AND form != ''"
                    " ORDER BY at_us DESC, number",
                    (person,),
                )
            )
        return tuple(
            Kept(str(number), str(form), str(reply), cast("int", at_us), _typed(cast("bytes", data)))
            for number, form, reply, at_us, data in rows
        )

    @contextmanager
    def _open(self) -> Iterator[apsw.Connection]:
        try:
            db = apsw.Connection(str(self._path))
            try:
                db.set_busy_timeout(BUSY_MS)
                db.execute(_TABLE)
                yield db
            finally:
                db.close()
        except apsw.Error as problem:
            raise StateUnknown(Sentence("kept.not_kept", path=self._path, problem=problem)) from problem


def _storable(text: str) -> str:
    """Return a text as it can be stored: half a surrogate pair, which no text has, is shown as missing."""
    return text.encode("utf-8", "replace").decode()


def _typed(data: bytes) -> Mapping[str, str]:
    return cast("Mapping[str, str]", json.loads(data))
