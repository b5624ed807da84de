"""What is national and stays so: notes of what was seen and judged, drafts that wait, what a carrier took when."""

import sys
from collections.abc import Iterator, Mapping
from typing import cast

from searoom.account import Ref
from searoom.clock import Now
from searoom.errors import NotAllowed
from searoom.openings import Openings
from searoom.record.algorithms import PrivateKey
from searoom.record.entry import Entry, Released
from searoom.record.private import PrivateLog
from searoom.record.seal import Opening
from searoom.record.shared import SharedRecord
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

DRAFT = "draft"
HANDED_OVER = "handed-over"


class Notebook:
    """The national log as forms; `record` is only asked what stands in it already."""

    def __init__(
        self, log: PrivateLog, record: SharedRecord, openings: Openings, book: FormBook, now: Now, station: PrivateKey
    ) -> None:
        self._log, self._record, self._openings, self._book = log, record, openings, book
        self._now, self._station = now, station
        self._handed: dict[str, list[int]] | None = None
        self._forms: list[str] = []  # of each note that was opened so far: so that none is opened in vain again

    def use(self, station: PrivateKey) -> None:
        """Sign notes with this station key from now on."""
        self._station = station

    def note(self, filled: Filled) -> Entry:
        """Write what is national into the national log."""
        if self._book.form(filled.form).visibility != "national":
            raise NotAllowed(f"'{filled.form}' is said to the other party; it is no national note")
        forms.require(filled, self._book)
        entry = self._log.write(forms.encode(filled, self._book), signer=self._station, now_us=self._now())
        if entry.index == len(self._forms):
            self._forms.append(sys.intern(filled.form))
        return entry

    def notes(self, *wanted: str) -> Iterator[tuple[Entry, Filled]]:
        """Yield the notes of these forms, in the order in which they were written; no other is opened twice."""
        for _, content in self._log.read(len(self._forms)):
            self._forms.append(sys.intern(forms.decode(content, self._book).form))
        for index in [index for index, form in enumerate(self._forms) if form in wanted]:
            for entry, content in self._log.read(index, index + 1):
                yield entry, forms.decode(content, self._book)

    def note_handed_over(self, party: str, carrier: str, log: str, size: int) -> None:
        """Note that a carrier took entries of a log of ours for a party, up to `size` and no further."""
        fields = {"party": party, "log": log, "size": size, "carrier": carrier, "at": self._now()}
        self.note(self._national(HANDED_OVER, fields))
        self._take_handed(fields)

    def handed_over(self) -> dict[Ref, int]:
        """Return when each entry of our own logs was first taken by a carrier."""
        if self._handed is None:
            self._handed = {}
            for _, filled in self.notes(HANDED_OVER):
                self._take_handed(filled.fields)
        return {(log, index): at_us for log, times in self._handed.items() for index, at_us in enumerate(times)}

    def _take_handed(self, fields: Mapping[str, object]) -> None:
        if self._handed is not None:
            times = self._handed.setdefault(str(fields["log"]), [])
            times += [cast("int", fields["at"])] * (cast("int", fields["size"]) - len(times))

    def draft(self, released: Released, body: bytes) -> int:
        """Keep what one person signed until another releases it; return the draft's number."""
        forms.require(self._said(released, body), self._book)
        return self.note(self._national(DRAFT, {"released": released.to_bytes(), "body": body})).index

    def waiting(self) -> Iterator[tuple[int, Filled, int, tuple[str, ...]]]:
        """Yield the drafts not yet released: number, words, the time their writer claims, who has signed."""
        newest = {_draft(filled)[0].statement.plain_hash: (entry, filled) for entry, filled in self.notes(DRAFT)}
        for entry, filled in newest.values():  # who signs as a further person makes a new draft of the same words
            released, body = _draft(filled)
            if not self._record.said(self._record.party, released.statement.plain_hash):
                roster = self._record.roster
                names = tuple(roster.by_key_id(signature.key_id)[1].name for signature in released.signatures)
                yield entry.index, self._said(released, body), released.statement.claimed_us, names

    def drafts(self) -> Iterator[tuple[Released, bytes]]:
        """Yield every draft with its body, said since or not."""
        return (_draft(filled) for _, filled in self.notes(DRAFT))

    def look(self, number: int) -> tuple[Released, bytes, Opening]:
        """Return a draft with its words opened."""
        for entry, filled in self.notes(DRAFT):
            if entry.index == number:
                released, body = _draft(filled)
                return released, body, self._openings.require(released.statement, body)
        raise NotAllowed(f"there is no draft {number}", advice="`searoom drafts` lists those that wait.")

    def _said(self, released: Released, body: bytes) -> Filled:
        return forms.decode(self._openings.require(released.statement, body).content, self._book)

    def _national(self, name: str, fields: dict[str, object]) -> Filled:
        return Filled(name, self._book.form(name).version, "national", "routine", "en", fields)


def _draft(filled: Filled) -> tuple[Released, bytes]:
    return Released.from_bytes(cast("bytes", filled.fields["released"])), cast("bytes", filled.fields["body"])
