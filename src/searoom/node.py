"""One establishment's node: settings read, parts put together, and the verbs say, hear, note, owe and tell.

Rule 1: nothing leaves by itself. What is automatic is a receipt for what came, and the test of the
line that the agreement schedules; both are signed by the station and say so.
Rule 2: what is seen, drafted or judged goes to the national log, which this file never hands to a courier.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self, cast

from searoom import account as accounts
from searoom import clock
from searoom.account import Account, Message, Ref
from searoom.clock import HandClock
from searoom.enrol import Settings, read_cards, read_settings
from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.keyfiles import read_key
from searoom.obligations import agreement as agreements
from searoom.obligations import standing
from searoom.record.entry import Entry, Released, Statement, sign_statement
from searoom.record.export import write_record
from searoom.record.keys import Keyring, SigningKey
from searoom.record.private import PrivateLog
from searoom.record.seal import KemKey, Opening, open_body, seal
from searoom.record.shared import SharedRecord
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.signals.forms import Filled, Form

RECEIPT = "receipt"
LINE_TEST = "line-test"
DRAFT = "draft"
READ = "read"
HANDED_OVER = "handed-over"
_TICK_FILE = "tick"


def pack(folder: Path, name: str) -> Path | str:
    """Return the pack that a setting names: a path, from the node's folder where it is relative, or a packaged name."""
    return folder / name if name.endswith(".toml") else name


class Node:
    """The parts of one node on one folder; it has no sockets, `serve.py` gives it those."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.agreement = agreements.load(pack(folder, settings.agreement))
        self.book = forms.load()
        if settings.party not in self.agreement.parties:
            raise NotAllowed(f"{settings.party} is no party of the agreement '{settings.agreement}'")
        self.keyring = Keyring(read_cards(folder, self.agreement.parties))
        self._station = self._key("station")
        self._kem = KemKey(read_key(folder / "keys" / "kem.key")[1])
        self._hand = self._hand_clock()
        self._shared_store = SqliteStore(folder / "shared.db")
        self._national_store = SqliteStore(folder / "national.db")
        self._openings: dict[bytes, Opening] = {}
        self._handed: dict[Ref, int] | None = None
        self._account: tuple[object, Account] | None = None
        self.record = SharedRecord.open(
            self._shared_store,
            self.keyring,
            party=settings.party,
            mechanism=self.agreement.id,
            exercise=self.agreement.exercise,
            station_key=self._station,
            log_key=self._key("log"),
            mirror_key=self._key("mirror"),
            now_us=self.now(),
        )
        self.national = PrivateLog.open(
            self._national_store,
            self.keyring.card(settings.party),
            exercise=self.agreement.exercise,
            station_key=self._station,
            log_key=self._key("log"),
            kem=self._kem,
        )

    @classmethod
    def open(cls, folder: Path, *, to_read: bool = False) -> Self:
        """Open the node of a folder; whatever a crash left half-done is recovered by the same steps as always.

        One that is opened only `to_read` says nothing, not even a receipt that is owed.
        """
        node = cls(folder, read_settings(folder))
        if not to_read:
            node.acknowledge()
        return node

    def close(self) -> None:
        """Close both stores."""
        self._shared_store.close()
        self._national_store.close()

    def _key(self, what: str) -> SigningKey:
        return SigningKey(read_key(self.folder / "keys" / f"{what}.key")[1])

    # -- time ------------------------------------------------------------------------------------

    def _hand_clock(self) -> HandClock | None:
        if self.settings.clock != "scenario":
            return None
        start = clock.from_text(self.settings.start)
        ticked = self.folder / _TICK_FILE
        if ticked.exists():
            start = max(start, clock.from_text(ticked.read_text(encoding="ascii")))
        return HandClock(start)

    def now(self) -> int:
        """Return the node's time: the machine's, or the scenario's last tick."""
        return clock.machine_now() if self._hand is None else self._hand.now()

    def tick(self, now_us: int) -> None:
        """Move a scenario's clock on and write it down before anything is done at it: a restart resumes there."""
        if self._hand is None:
            raise NotAllowed("this node runs on the machine's clock; only a scenario's clock can be moved")
        self._hand.set(now_us)
        fresh = self.folder / f"{_TICK_FILE}.new"
        try:
            fresh.write_text(clock.to_text(now_us, seconds_only=False), encoding="ascii")
            fresh.replace(self.folder / _TICK_FILE)
        except OSError as problem:
            raise StateUnknown(f"the time cannot be written down in {self.folder}: {problem.strerror}") from problem

    # -- the account -----------------------------------------------------------------------------

    @property
    def party(self) -> str:
        """The party whose node this is."""
        return self.settings.party

    def opening(self, statement: Statement, body: bytes) -> Opening | None:
        """Return what is in a body, or nothing where it is not for us or does not fit its statement."""
        known = self._openings.get(statement.plain_hash)
        if known is None:
            try:
                known = open_body(body, statement=statement, reader=self.party, kem=self._kem)
            except SearoomError:
                return None
            self._openings[statement.plain_hash] = known
        return known

    def _content(self, entry: Entry, body: bytes) -> bytes | None:
        opening = self.opening(entry.statement, body)
        return None if opening is None else opening.content

    def account(self) -> Account:
        """Return the shared record, opened, decoded and in its one order."""
        parties = self.agreement.parties
        marks = tuple(
            (self.record.size(p), *(self.record.recorded(p, by) for by in parties if by != p)) for p in parties
        )
        if self._account is None or self._account[0] != marks:
            self._account = (marks, accounts.read(self.record, self.book, self._content))
        return self._account[1]

    # -- say -------------------------------------------------------------------------------------

    def submit(self, released: Released, body: bytes) -> Entry:
        """Place what officers signed in our log, after the same check that the receiver will make."""
        statement = released.statement
        if statement.author != self.party:
            raise NotAllowed(f"{statement.author} does not speak in the log of {self.party}")
        filled = self._read(statement, body)
        form = self.book.form(filled.form)
        if form.visibility != "shared":
            raise NotAllowed(f"'{form.name}' is national and never enters the shared record")
        self._check(filled)
        self._check_release(form, released)
        if filled.reply_to is not None:
            self.account().message(filled.reply_to)
            if form.name == READ and filled.reply_to[0] == self.party:
                raise NotAllowed("one does not sign that one has read one's own words")
        return self.record.say(released, body, now_us=self.now())

    def _read(self, statement: Statement, body: bytes) -> Filled:
        opening = open_body(body, statement=statement, reader=self.party, kem=self._kem)
        return forms.decode(opening.content, self.book)

    def _check(self, filled: Filled) -> None:
        findings = forms.check(filled, self.book)
        if findings:
            raise NotAllowed("; ".join(f"{finding.where}: {finding.sentence}" for finding in findings))

    def _check_release(self, form: Form, released: Released) -> None:
        holders = {self.keyring.by_key_id(signature.key_id)[1].holder for signature in released.signatures}
        if form.automatic:
            raise NotAllowed(f"'{form.name}' is written by the station alone")
        if self.party in holders or len(holders) < form.release_persons:
            raise NotAllowed(
                f"'{form.name}' needs {form.release_persons} person(s) to release it, and {len(holders)} signed",
                advice="Let another person release the draft with their own key.",
            )

    def say_automatic(self, name: str, fields: dict[str, object]) -> Entry:
        """Say what the agreement lets a station say by itself, signed by the station and by no person."""
        form = self.book.form(name)
        if not form.automatic:
            raise NotAllowed(f"'{name}' needs a person")
        filled = Filled(form.name, form.version, "desk", "routine", "en", fields)
        self._check(filled)
        others = tuple(sorted(party for party in self.agreement.parties if party != self.party))
        sealed = seal(
            forms.encode(filled, self.book),
            mechanism=self.record.mechanism,
            author=self.party,
            recipients=others,
            readers={party: self.keyring.card(party).kem for party in self.agreement.parties},
        )
        statement = Statement(
            self.record.mechanism,
            self.record.exercise,
            self.party,
            others,
            sealed.body_hash,
            sealed.plain_hash,
            self.now(),
            None,
        )
        released = Released(statement, (sign_statement(statement, self._station),))
        return self.record.say(released, sealed.body, now_us=self.now())

    # -- hear ------------------------------------------------------------------------------------

    def acknowledge(self) -> None:
        """Write the receipts that are owed for what we hold; a receipt causes no receipt.

        Run after every admission and at every start: a crash between the two loses nothing.
        """
        account = self.account()
        for other in self.agreement.parties:
            if other == self.party:
                continue
            covered = max((cast("int", m.filled.fields["size"]) for m in self._receipts(account, other)), default=0)
            fresh = [item for item in account.items if item.ref[0] == other and item.ref[1] >= covered]
            if any(not (isinstance(item, Message) and item.filled.form == RECEIPT) for item in fresh):
                self.say_automatic(RECEIPT, {"party": other, "size": self.record.size(other)})

    def _receipts(self, account: Account, other: str) -> Iterator[Message]:
        for message in account.messages(RECEIPT):
            if message.author == self.party and message.filled.fields["party"] == other:
                yield message

    # -- note ------------------------------------------------------------------------------------

    def note(self, filled: Filled) -> Entry:
        """Write what is national into the national log."""
        if self.book.form(filled.form).visibility != "national":
            raise NotAllowed(f"'{filled.form}' is said to the other party; it is no national note")
        self._check(filled)
        return self.national.write(forms.encode(filled, self.book), signer=self._station, now_us=self.now())

    def notes(self, *wanted: str) -> Iterator[tuple[Entry, Filled]]:
        """Yield the notes of these forms, in the order in which they were written; each call opens the whole log."""
        for entry, content in self.national.read():
            filled = forms.decode(content, self.book)
            if filled.form in wanted:
                yield entry, filled

    def note_handed_over(self, party: str, carrier: str, size: int) -> None:
        """Note that a carrier took our entries for a party, up to `size` of our log and no further."""
        self._take_handed(size, self.now())
        fields: dict[str, object] = {"party": party, "size": size, "carrier": carrier, "at": self.now()}
        self.note(Filled(HANDED_OVER, self.book.form(HANDED_OVER).version, "national", "routine", "en", fields))

    def handed_over(self) -> dict[Ref, int]:
        """Return when each entry of our own log was first taken by a carrier."""
        if self._handed is None:
            self._handed = {}
            for _, filled in self.notes(HANDED_OVER):
                self._take_handed(cast("int", filled.fields["size"]), cast("int", filled.fields["at"]))
        return dict(self._handed)

    def _take_handed(self, size: int, at_us: int) -> None:
        if self._handed is not None:
            for index in range(size):
                self._handed.setdefault((self.party, index), at_us)

    def draft(self, released: Released, body: bytes) -> int:
        """Keep what one person signed until another releases it; return the draft's number."""
        self._check(self._read(released.statement, body))
        fields: dict[str, object] = {"released": released.to_bytes(), "body": body}
        return self.note(Filled(DRAFT, self.book.form(DRAFT).version, "national", "routine", "en", fields)).index

    def waiting(self) -> Iterator[tuple[int, Filled, int, tuple[str, ...]]]:
        """Yield the drafts not yet released: number, words, the time their writer claims, who has signed."""
        for entry, filled in self.notes(DRAFT):
            released = Released.from_bytes(cast("bytes", filled.fields["released"]))
            if not self.record.said(self.party, released.statement.plain_hash):
                said = self._read(released.statement, cast("bytes", filled.fields["body"]))
                names = tuple(self.keyring.by_key_id(signature.key_id)[1].name for signature in released.signatures)
                yield entry.index, said, released.statement.claimed_us, names

    def look(self, number: int) -> tuple[Released, bytes, Opening]:
        """Return a draft with its words opened."""
        for entry, filled in self.notes(DRAFT):
            if entry.index == number:
                released = Released.from_bytes(cast("bytes", filled.fields["released"]))
                body = cast("bytes", filled.fields["body"])
                opening = open_body(body, statement=released.statement, reader=self.party, kem=self._kem)
                return released, body, opening
        raise NotAllowed(f"there is no draft {number}", advice="`searoom drafts` lists those that wait.")

    # -- owe, tell -------------------------------------------------------------------------------

    def duties(self, *, everything: bool = False, now_us: int | None = None) -> tuple[standing.Obligation, ...]:
        """Return what is still owed at this moment and by whom; with `everything` also what has been met."""
        what = standing.standing if everything else standing.due
        return what(self.agreement, self.account(), self.now() if now_us is None else now_us)

    def test_lines(self) -> None:
        """Send the scheduled test of the line where it has come due and was not sent."""
        duties = standing.standing(self.agreement, self.account(), self.now())
        for _ in standing.automatic(duties, self.party, self.book):
            self.say_automatic(LINE_TEST, {})

    def export(self, folder: Path, progress: Callable[[str], None] = lambda _line: None) -> int:
        """Write the whole record as files, with what we can read opened beside it; return the number of entries."""
        openings: dict[bytes, Opening] = {}
        total = 0
        for party in self.agreement.parties:
            for entry, body in self.record.entries(party):
                total += 1
                opening = self.opening(entry.statement, body)
                if opening is not None:
                    openings[entry.statement.plain_hash] = opening
            progress(f"{party}: {self.record.size(party)} entries")
        cards = {party: (self.folder / "cards" / f"{party}.card").read_bytes() for party in self.agreement.parties}
        write_record(self.record, folder, cards=cards, openings=openings)
        return total
