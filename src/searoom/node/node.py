"""One establishment's node: settings read, parts put together, and the verbs say, hear, note, owe and tell.

Rule 1: nothing leaves by itself. What is automatic is a receipt for what came, and the test of the
line that the agreement schedules; both are signed by the station and say so.
Rule 2: what is seen, drafted or judged goes to the national log, which this file never hands to a courier.
"""

import hashlib
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Self

from searoom import cbor
from searoom.account import Account, Again, Item
from searoom.errors import NotAllowed
from searoom.keys import crew, unlocking
from searoom.keys.enrol import Settings, read_settings
from searoom.keys.keychain import Keychain
from searoom.keys.openings import Openings
from searoom.keys.ourcards import shown_to
from searoom.link.tls import Credentials
from searoom.matters.delivery import LAYER_FORMS
from searoom.matters.receipts import RECEIPT, Receipts
from searoom.node import packs
from searoom.node.accounting import Accounting
from searoom.node.notebook import Notebook
from searoom.node.postbox import Postbox
from searoom.node.remembered import NodeClock, Signed
from searoom.node.retiring import retire
from searoom.obligations import standing
from searoom.obligations.agreement import Agreement
from searoom.obligations.proposing import ADOPTION
from searoom.obligations.succession import Versions
from searoom.record import selftest
from searoom.record.algorithms import PrivateKey
from searoom.record.cards import Card
from searoom.record.entry import Entry, Released, Statement, sign_statement, verify_released
from searoom.record.export import Opener, write_record
from searoom.record.log import Progress
from searoom.record.private import PrivateLog
from searoom.record.roster import Roster
from searoom.record.seal import seal
from searoom.record.shared import SharedRecord
from searoom.record.stores import open_store
from searoom.record.tables import TableStore
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, Form
from searoom.statements.release import lacking

LINE_TEST = "line-test"
_RULES = b"searoom/rules/v1"


class Node:
    """The parts of one node on one folder; it has no sockets, `serve.py` gives it those."""

    def __init__(
        self, folder: Path, settings: Settings, ask: unlocking.Ask, progress: Progress | None = None,
        agreement: Agreement | None = None, *, slices: bool = False, to_read: bool = False,
    ) -> None:  # fmt: skip
        selftest.run()
        self.folder, self.settings, self._slices, self.book = folder, settings, slices, forms.load()
        found = () if agreement else packs.named(folder, settings, self.book)
        self._shared_store = open_store(settings.store or folder / "shared.db", part=settings.party)
        taken_up = packs.taken_up(self._shared_store, found, self.book, to_read=to_read)
        self.versions = Versions([agreement]) if agreement else taken_up
        self.rules_hash = hashlib.sha256(_RULES + self.versions.texts[0].hash + self.book.hash).digest()
        self.cards = packs.cards(folder, settings, self.versions)
        first = Roster([Card.from_bytes(data) for data in self.cards.values()], self.versions.former)
        self._clock = NodeClock(folder, settings)
        self._keychain = Keychain(folder, settings.party, exercise=self.agreement.exercise, ask=ask)
        self._national_store = open_store(folder / "national.db")
        self.record = SharedRecord.open(
            self._shared_store,
            first,
            party=settings.party,
            exercise=self.agreement.exercise,
            keys=self._keychain.node_keys,
            now_us=self.now(),
            progress=progress,
        )
        self._signed = Signed(folder, self.record)
        self._unsettled = self._signed.behind()
        if self._unsettled:
            self.record.mark_restored(now_us=self.now())
        self.station: PrivateKey = self._keychain.station
        self._open_our_own(progress)
        self._keychain.forget()

    def _open_our_own(self, progress: Progress | None) -> None:
        """Put together what only we read: openings, national log, notebook, postbox."""
        storage = self._keychain.storage()
        card = self.record.roster.card(self.party)
        kems = self._keychain.kems(card.serial)
        if kems[0].public != card.kem:
            raise NotAllowed(f"the KEM key at hand is not the one on card {card.serial} of {self.party}")
        self.openings = Openings(self._shared_store, self.record.mechanism, self.party, kems, storage)
        self.national = PrivateLog.open(
            self._national_store,
            self.record.roster,
            self.party,
            exercise=self.agreement.exercise,
            station_key=self.station,
            log_key=self._keychain.log,
            storage=storage,
            progress=progress,
        )
        self._read_anew()
        self.notebook = Notebook(self.national, self.record, self.openings, self.book, self.now, self.station)
        self.postbox = Postbox(
            self._shared_store,
            self.notebook,
            self.openings,
            self.book,
            self.account,
            party=self.party,
            mechanism=self.record.mechanism,
            now=self.now,
            restored_us=lambda: self.record.restored_us,
            ready=lambda: self.accounting.ready,
        )

    def _read_anew(self) -> None:
        """Begin with the account, under the version in force; each entry is judged by the version of its place."""
        policy = self.versions.policy
        folds = self.openings.folds(self.record, self.rules_hash + cbor.encode(policy.to_value()), hands=crew.Crew())
        agreement = replace(self.agreement, policy=policy)
        self.accounting = Accounting(
            self.record, self.book, self.openings.content, agreement, slices=self._slices, folds=folds
        )
        self._receipts = Receipts(self.record, self.accounting.items, self.versions.parties)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        to_read: bool = False,
        slices: bool = False,
        ask: unlocking.Ask | None = None,
        progress: Progress | None = None,
        agreement: Agreement | None = None,
    ) -> Self:
        """Open the node of a folder; whatever a crash left half-done is recovered by the same steps as always.

        One that is opened only `to_read` says nothing, not even a receipt that is owed. With `slices` the account is
        read by `read_on`. `ask` gives the passphrase of its keys, once; where it is not given a person is asked, or
        the file that is named. `agreement` takes the place of the one that the settings name, in an exercise.
        """
        settings = read_settings(folder)
        node = cls(folder, settings, ask or unlocking.asker(), progress, agreement, slices=slices, to_read=to_read)
        if not to_read:
            node.acknowledge()
        return node

    def stores(self) -> tuple[TableStore, TableStore]:
        """Return the shared and the national store."""
        return self._shared_store, self._national_store

    def close(self) -> None:
        """Close both stores."""
        for store in self.stores():
            store.close()

    # -- keys and cards ----------------------------------------------------------------------------

    def issue_card(self, data: bytes) -> Entry:
        """Say our next card, signed by the root's keepers; its keys lie in a folder of their own, in force at once."""
        card = Card.from_bytes(data, before=self.record.roster.card(self.party).root)
        keys, kem = self._keychain.node_keys(card), self._keychain.kem(card.serial)
        if kem.public != card.kem:
            raise NotAllowed("the KEM key at hand is not the one on the new card")
        entry = self.record.issue_card(data, keys, now_us=self.now())
        self.openings.use(kem)
        self.national.use(self.record.roster, station_key=keys.station, log_key=keys.log)
        self.notebook.use(keys.station)
        self.station = keys.station
        self._keychain.forget()
        return self._placed(entry)

    def credentials(self, *peers: str) -> tuple[Credentials, ...]:
        """Return what our node may show to these counterparts; the first is the one that they know for certain."""
        shown = shown_to(self.record, self._keychain, *peers)
        self._keychain.forget()
        return shown

    def retire_keys(self) -> tuple[int, int]:
        """Destroy the KEM keys of our older cards; what they opened stays readable. Return (kept, destroyed)."""
        drafts = ((released.statement, body) for released, body in self.notebook.drafts())
        beside = chain(drafts, self.postbox.sealed())
        return retire(self.record, self.openings, self._keychain, beside, self.readers())

    # -- time ------------------------------------------------------------------------------------

    def now(self) -> int:
        """Return the node's time: the machine's, or the scenario's last tick."""
        return self._clock.now()

    def tick(self, now_us: int) -> None:
        """Move a scenario's clock on and write it down before anything is done at it: a restart resumes there."""
        self._clock.tick(now_us)

    # -- the account -----------------------------------------------------------------------------

    @property
    def party(self) -> str:
        """The party whose node this is."""
        return self.settings.party

    @property
    def agreement(self) -> Agreement:
        """The version of the agreement that is in force, as far as the account was read."""
        return self.versions.now

    def account(self) -> Account:
        """Return the shared record, opened, decoded and in its one order; `NotAllowed` while much of it is unread."""
        while self.versions.settle(account := self.accounting.account()):
            self._read_anew()
        return account

    def ahead(self) -> tuple[Item | Again, ...]:
        """Return what came ahead of its place, read as the account will read it; it is in no account yet."""
        return self.accounting.ahead()

    def read_on(self, most: int) -> bool:
        """Read so many entries and notes more; return whether that was all. Receipts that waited are written then."""
        done = self.accounting.read_on(most)
        if done and self.versions.settle(self.accounting.account()):
            self._read_anew()
            done = False
        if done and self._receipts.open:
            self.acknowledge()
        return done and self.notebook.read_on(most)

    # -- say -------------------------------------------------------------------------------------

    def submit(self, released: Released, body: bytes) -> Entry:
        """Place what officers signed in our log, after the same check that the receiver will make."""
        statement = released.statement
        if statement.author != self.party:
            raise NotAllowed(Sentence("node.other_author", author=statement.author, party=self.party))
        filled = forms.decode(self.openings.require(statement, body).content, self.book)
        form = self.book.form(filled.form)
        if form.visibility != "shared":
            raise NotAllowed(Sentence("node.national", form=form.name))
        forms.require(filled, self.book)
        self._check_release(form, filled, released)
        if form.name == ADOPTION:
            self.versions.require_held(str(filled.fields["hash"]))
        if filled.reply_to is not None:
            item = self.accounting.entry(filled.reply_to)
            if form.name in LAYER_FORMS and item.author == self.party:
                raise NotAllowed(Sentence("node.own_words", form=form.name))
        return self._placed(self.record.say(released, body, now_us=self.now()))

    def open_log(self, released: Released, body: bytes) -> Entry:
        """Begin a new log of ours, for a reason that two officers signed."""
        return self._placed(self.record.open_log(released, body, now_us=self.now()))

    def _placed(self, entry: Entry) -> Entry:
        self._signed.write()
        return entry

    def _check_release(self, form: Form, filled: Filled, released: Released) -> None:
        """Refuse what too few persons signed: the same question that the receiver asks, before anything is placed."""
        card = self.record.roster.card(self.party)
        if form.automatic:
            raise NotAllowed(Sentence("officer.station", form=form.name))
        if len(self.versions.texts) > 1 and not form.alone:
            self.account()  # which version is in force is known when all was read
        why = lacking(self.agreement.policy, form, filled, verify_released(released, card), card)
        if why:
            raise NotAllowed(why, advice="Let another person release the draft with their own key.")

    def readers(self) -> dict[str, bytes]:
        """Return the KEM keys of all who read what we say: the parties that have a card, and we."""
        roster = self.record.roster
        return {one: roster.card(one).kem for one in {*self.agreement.parties, self.party} if one in roster.parties}

    def say_automatic(self, name: str, fields: dict[str, object]) -> Entry:
        """Say what the agreement lets a station say by itself, signed by the station and by no person."""
        form = self.book.form(name)
        if self.party in self.versions.observers:
            raise NotAllowed(f"{self.party} is an observer: it stores and verifies, and says nothing")
        if not form.automatic:
            raise NotAllowed(f"'{name}' needs a person")
        filled = Filled(form.name, form.version, "desk", "routine", "en", fields)
        forms.require(filled, self.book)
        readers = self.readers()
        others = tuple(sorted(readers.keys() - {self.party}))
        sealed = seal(
            forms.encode(filled, self.book),
            mechanism=self.record.mechanism, author=self.party, recipients=others, readers=readers,
        )  # fmt: skip
        statement = Statement(
            self.record.mechanism, self.record.exercise, self.party, others,
            sealed.body_hash, sealed.plain_hash, self.now(), None,
        )  # fmt: skip
        released = Released(statement, (sign_statement(statement, self.station),))
        return self._placed(self.record.say(released, sealed.body, now_us=self.now()))

    # -- hear ------------------------------------------------------------------------------------

    def acknowledge(self) -> None:
        """Write the receipts that are owed for what we hold; a receipt causes no receipt.

        Run after every admission and at every start: a crash between the two loses nothing. One of which it is not
        known yet whether it is owed waits until that is read.
        """
        if not self._may_speak():
            return
        if self._unsettled:  # what we had signed beyond this, nobody has heard
            self._signed.write()
            self._unsettled = False
        for fields in self._receipts.owed(self.accounting.at_once):
            self.say_automatic(RECEIPT, fields)

    # -- owe, tell -------------------------------------------------------------------------------

    def duties(self, *, everything: bool = False, now_us: int | None = None) -> tuple[standing.Obligation, ...]:
        """Return what is still owed at this moment and by whom; with `everything` also what has been met."""
        self.account()  # by the version that is in force now
        what = self.accounting.standing if everything else self.accounting.due
        return what(self.now() if now_us is None else now_us)

    def test_lines(self) -> None:
        """Send the scheduled test of the line where it has come due and was not sent."""
        if not self.accounting.ready or not self._may_speak():
            return
        duties = self.accounting.standing(self.now(), clauses=standing.by_station(self.agreement, self.book))
        for _ in standing.automatic(duties, self.party, self.book):
            self.say_automatic(LINE_TEST, {})

    def _may_speak(self) -> bool:
        """Whether the station may say anything by itself: not before a store that was put back is filled again."""
        return not self.record.healing and self.party in self.versions.parties

    def export(self, folder: Path, *, opener: Opener | None = None) -> int:
        """Write the whole record as files, opened as far as we can read, or as `opener` opens; return the entries."""
        write_record(
            self.record,
            folder,
            cards=self.cards,
            agreement=self.rules_hash,
            opener=opener or (lambda entry, body: self.openings.opening(entry.statement, body)),
        )
        return sum(self.record.size(log) for log in self.record.logs())
