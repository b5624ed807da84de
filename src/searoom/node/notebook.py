"""What is national and stays so: notes of what was seen and judged, drafts that wait, what a carrier took when."""

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import cast

from searoom.account import Ref
from searoom.clock import Now
from searoom.errors import NotAllowed
from searoom.keys.openings import Openings
from searoom.record.algorithms import PrivateKey
from searoom.record.entry import Entry, Released
from searoom.record.private import PrivateLog
from searoom.record.seal import Opening
from searoom.record.shared import SharedRecord
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

DRAFT = "draft"
HANDED_OVER = "handed-over"
_RUN = 64  # notes that are opened together


class Notebook:
    """The national log as forms; `record` is only asked what stands in it already."""

    def __init__(
        self, log: PrivateLog, record: SharedRecord, openings: Openings, book: FormBook, now: Now, station: PrivateKey
    ) -> None:
        self._log, self._record, self._openings, self._book = log, record, openings, book
        self._now, self._station = now, station
        self._handed: dict[str, list[tuple[int, int]]] = {}  # by log: up to which size, and when
        self._forms: list[str] = []  # of each note that was opened so far: so that none is opened in vain again

    def use(self, station: PrivateKey) -> None:
        """Sign notes with this station key from now on."""
        self._station = station

    def note(self, filled: Filled) -> Entry:
        """Write what is national into the national log."""
        (entry,) = self.note_all((filled,))
        return entry

    def note_all(self, notes: Sequence[Filled]) -> tuple[Entry, ...]:
        """Write several notes at once: all of them or none, for one wait at the disk."""
        for filled in notes:
            if self._book.form(filled.form).visibility != "national":
                raise NotAllowed(Sentence("node.not_national", form=filled.form))
            forms.require(filled, self._book)
        contents = [forms.encode(filled, self._book) for filled in notes]
        entries = self._log.write_all(contents, signer=self._station, now_us=self._now())
        for entry, filled in zip(entries, notes, strict=True):
            if entry.index == len(self._forms):
                self._take(filled)
        return entries

    def notes(self, *wanted: str) -> Iterator[tuple[Entry, Filled]]:
        """Yield the notes of these forms, in the order in which they were written; no other is opened twice."""
        self.read_on(self._log.size)
        for index in [index for index, form in enumerate(self._forms) if form in wanted]:
            for entry, content in self._log.read(index, index + 1):
                yield entry, forms.decode(content, self._book)

    def newest(self, *wanted: str) -> Iterator[Filled]:
        """Yield the notes of these forms, the newest first; what is further back is opened when it is asked for."""
        for stop in range(self._log.size, 0, -_RUN):
            read = [forms.decode(content, self._book) for _, content in self._log.read(max(stop - _RUN, 0), stop)]
            yield from (filled for filled in reversed(read) if filled.form in wanted)

    def read_on(self, most: int) -> bool:
        """Open so many notes more; return whether that was all."""
        first = len(self._forms)
        for _, content in self._log.read(first, min(first + most, self._log.size)):
            self._take(forms.decode(content, self._book))
        return len(self._forms) == self._log.size

    def _take(self, filled: Filled) -> None:
        self._forms.append(sys.intern(filled.form))
        if filled.form == HANDED_OVER:
            steps, size = self._handed.setdefault(str(filled.fields["log"]), []), cast("int", filled.fields["size"])
            if size > (steps[-1][0] if steps else 0):
                steps.append((size, cast("int", filled.fields["at"])))

    def note_handed_over(self, party: str, carrier: str, log: str, size: int) -> None:
        """Note that a carrier took entries of a log of ours for a party, up to `size` and no further."""
        fields = {"party": party, "log": log, "size": size, "carrier": carrier, "at": self._now()}
        self.note(self._national(HANDED_OVER, fields))

    def handed_over(self) -> dict[Ref, int]:
        """Return when each entry of our own logs was first taken by a carrier."""
        self.read_on(self._log.size)
        return {
            (log, index): at_us
            for log, steps in self._handed.items()
            for (first, _), (size, at_us) in pairwise([(0, 0), *steps])
            for index in range(first, size)
        }

    def taken_us(self, *places: Ref) -> int | None:
        """Return when the first of these entries was first taken by a carrier; None where none was."""
        self.read_on(self._log.size)
        found: list[tuple[int, int]] = []
        for log, index in places:
            steps = self._handed.get(log, [])
            first = bisect_right(steps, index, key=lambda step: step[0])
            found += steps[first : first + 1]
        return min((at_us for _, at_us in found), default=None)

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
                author = released.statement.author
                names = tuple(roster.by_key_id(author, each.key_id).name for each in released.signatures)
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
        raise NotAllowed(Sentence("officer.no_draft", draft=number))

    def _said(self, released: Released, body: bytes) -> Filled:
        return forms.decode(self._openings.require(released.statement, body).content, self._book)

    def _national(self, name: str, fields: dict[str, object]) -> Filled:
        return Filled(name, self._book.form(name).version, "national", "routine", "en", fields)


def _draft(filled: Filled) -> tuple[Released, bytes]:
    return Released.from_bytes(cast("bytes", filled.fields["released"])), cast("bytes", filled.fields["body"])
