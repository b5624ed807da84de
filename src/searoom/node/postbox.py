"""What a node sends and keeps beside the record: words off the record, and personal data that can be erased.

Neither stands in a log. Asides wait in the store until the other side says that it holds them; our copies of both
directions are national notes. Personal data lie sealed under the hash that the record names, and what was erased is
remembered as erased, so that it is not fetched again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast

from searoom import cbor
from searoom.account import Account, Message, ref_text
from searoom.clock import Now
from searoom.errors import NotAllowed
from searoom.keys.openings import Openings
from searoom.matters import asides
from searoom.node.notebook import Notebook
from searoom.record import shape
from searoom.record.entry import Statement
from searoom.record.log import Store
from searoom.signals.forms import Filled, FormBook
from searoom.statements import annexes, offrecord
from searoom.statements.offrecord import Aside

ASIDE_OUT: Final = "aside-out"
ANNEX: Final = "annex"
ERASED: Final = "erased"
MAX_WAITING: Final = 256  # asides for one party that it has not taken yet


class Postbox:
    """The mail of one node; `account` gives the record as it stands now, once it is `ready`, read as far as that."""

    def __init__(
        self,
        store: Store,
        notebook: Notebook,
        openings: Openings,
        book: FormBook,
        account: Callable[[], Account],
        *,
        party: str,
        mechanism: str,
        now: Now,
        restored_us: Now,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store, self._notebook, self._openings, self._book = store, notebook, openings, book
        self._account, self._party, self._mechanism, self._now = account, party, mechanism, now
        self._restored_us, self._ready = restored_us, ready
        self._personal = [form.name for form in book.forms if any(each.kind == annexes.KIND for each in form.fields)]

    # -- off the record ----------------------------------------------------------------------------

    def say_aside(self, name: str, text: str, lang: str) -> Aside:
        """Say something on an open channel off the record: our copy is kept first, then it waits to be taken."""
        channel = self._channel(name)
        opened = self._account().message(channel.ref)
        if opened.placed_us <= self._restored_us():
            raise NotAllowed(
                f"the channel {name} was opened before this store was put back: its numbers may have been used",
                advice="Close it, and open another one.",
            )
        peer = next(party for party in channel.parties if party != self._party)
        if sum(1 for _ in self.pending_asides(peer)) >= MAX_WAITING:
            raise NotAllowed(f"{MAX_WAITING} words off the record wait for {peer} already: it takes none")
        number = asides.last_number(self._copies(), name, self._party) + 1
        aside = channel.channel(self._mechanism, self._party).write(number, text)
        self._notebook.note(asides.copy_of(aside, self._party, text, self._now(), self._book, lang))
        self._store.put(ASIDE_OUT, cbor.encode([peer, name, number]), aside.data)
        return aside

    def copies(self, name: str) -> tuple[Filled, ...]:
        """Return our copies of what was said on a channel, in the order in which we took them."""
        return tuple(one for one in self._copies() if ref_text(cast("tuple[str, int]", one.fields["channel"])) == name)

    def _copies(self) -> Iterator[Filled]:
        for _, filled in self._notebook.notes(asides.ASIDE):
            yield filled

    def _channel(self, name: str) -> asides.Opened:
        for opened in asides.channels(self._account()):
            if opened.name == name and self._party in opened.parties:
                return opened
        raise NotAllowed(f"there is no channel '{name}' off the record here")

    def pending_asides(self, peer: str) -> Sequence[tuple[str, int, bytes]]:
        """Return channel, number and bytes of the asides that `peer` does not hold yet, oldest first."""
        found = []
        for key, data in self._store.each(ASIDE_OUT):
            to, name, number = cast("tuple[str, str, int]", cbor.decode(key))
            if to == peer:
                found.append((name, number, data))
        return found

    def taken_aside(self, peer: str, channel: str, number: int) -> None:
        """Forget what `peer` says it holds."""
        self._store.drop(ASIDE_OUT, cbor.encode([peer, channel, number]))

    def got_aside(self, peer: str, channel: str, number: int, data: bytes) -> None:
        """Keep an aside of `peer` as a national note; one that is held already is nothing new."""
        opened = self._channel(channel)
        if peer not in opened.parties:
            raise NotAllowed(f"'{peer}' has no part in the channel '{channel}'")
        heard = asides.last_number(self._copies(), channel, peer)
        if number <= heard:
            return
        aside = Aside(channel, number, data)  # also on a channel that was closed while it was under way
        joined = offrecord.join(self._mechanism, channel, self._party, opened.contributions)
        text = joined.read(aside, heard)
        self._notebook.note(asides.copy_of(aside, peer, text, self._now(), self._book, "en"))

    # -- personal data -----------------------------------------------------------------------------

    def keep_annexes(self, sealed: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep our own personal data, (hash in the record, sealed bytes), before the words that refer to them."""
        with self._store.together():
            for reference, data in sealed:
                self._store.put(ANNEX, reference, data)

    def look_up(self, message: Message) -> dict[bytes, bytes]:
        """Return {hash: opening} of the personal data of a message that are held here; erased ones open to nothing."""
        return self._look_up(message.filled, message.author, message.recipients)

    def look_up_draft(self, filled: Filled, statement: Statement) -> dict[bytes, bytes]:
        """Return the same for words that are not in the record yet."""
        return self._look_up(filled, statement.author, statement.recipients)

    def _look_up(self, filled: Filled, author: str, recipients: tuple[str, ...]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for reference in annexes.references(filled, self._book):
            data = self._store.get(ANNEX, reference)
            if data is not None:
                found[reference] = self._openings.annex(data, reference, author, recipients)
            elif self._store.get(ERASED, reference) is not None:
                found[reference] = annexes.ERASED
        return found

    def erase(self, reference: bytes) -> None:
        """Erase what a hash in the record refers to, here and for good; the record verifies as before."""
        shape.octets(reference, "the hash of personal data", size=shape.HASH_SIZE)
        data = self._store.get(ANNEX, reference)
        with self._store.together():
            if data is not None:
                self._openings.forget(self._openings.annex_parts(data, self._party, ())[1])
            self._store.drop(ANNEX, reference)
            self._store.put(ERASED, reference, str(self._now()).encode())

    def sealed(self) -> Iterator[tuple[Statement, bytes]]:
        """Yield the personal data that are held, sealed, each as a statement and its body."""
        for message, reference in self._referred():
            data = self._store.get(ANNEX, reference)
            if data is not None:
                yield self._openings.annex_parts(data, message.author, message.recipients)

    def _referred(self) -> Iterator[tuple[Message, bytes]]:
        """Yield each hash of personal data in the record, with the message that names it."""
        for message in self._account().messages(*self._personal):
            for reference in annexes.references(message.filled, self._book):
                yield message, reference

    def wanted_annexes(self, peer: str) -> Sequence[bytes]:
        """Return the hashes that messages of `peer` name, and of which neither data nor an erasure is here."""
        return [
            reference
            for message, reference in (self._referred() if self._ready() else ())
            if message.author == peer
            and self._store.get(ANNEX, reference) is None
            and self._store.get(ERASED, reference) is None
        ]

    def annex(self, peer: str, reference: bytes) -> bytes | None:
        """Return personal data, sealed, of a message that `peer` may read; or None: it asks again."""
        for message, named in self._referred() if self._ready() else ():
            if named == reference:
                may = peer in (message.author, *message.recipients)
                return self._store.get(ANNEX, reference) if may else None
        return None

    def got_annex(self, peer: str, reference: bytes, data: bytes) -> None:
        """Keep personal data that were wanted, after they were opened and compared with the hash in the record."""
        for message, named in self._referred():
            if message.author == peer and named == reference:
                self._openings.annex(data, reference, message.author, message.recipients)
                self._store.put(ANNEX, reference, data)
                return
        raise NotAllowed(f"'{peer}' sends personal data that none of its messages refers to")
