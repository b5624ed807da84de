"""One node of the simulation: the real record, courier and answerer over the real store, on a disk that can fail."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from searoom.errors import NotAllowed, StateUnknown
from searoom.link.answerer import Answerer
from searoom.link.courier import Courier
from searoom.link.progress import Progress
from searoom.record.backup import RESTORED
from searoom.record.entry import Entry
from searoom.record.roster import author_of, epoch_of, log_name
from searoom.record.shared import SharedRecord
from soak import people
from soak.disk import ALL, Disk, PowerLoss
from soak.faulty import DEADLY, LOST, FaultyStore, Plan
from soak.judge import Judge
from soak.timeline import Trace
from soak.wire import Net

START_US = 1_790_000_000_000_000
SECOND_US = 1_000_000
BATCH_BYTES = 9_000  # small, so that a backlog takes many exchanges
AGREEMENT = bytes(32)  # the hash of the agreement's text


class Clock(Protocol):
    """What tells the virtual seconds since the start."""

    def time(self) -> float:
        """Return the virtual seconds since the start."""


class Node:
    """A party's node; `up` while its process lives. What its officers and its operator do are its methods."""

    def __init__(
        self, name: str, names: tuple[str, ...], folder: Path, net: Net, judge: Judge, trace: Trace, clock: Clock
    ) -> None:
        self.name, self.names = name, names
        self.disk = Disk(folder)
        self.up, self.skew_s, self.boots = False, 0.0, 0
        self.backup: dict[str, bytes] | None = None
        self.counts: dict[str, int] = {}
        self._net, self._judge, self._trace, self._clock = net, judge, trace, clock
        self._store: FaultyStore | None = None
        self.record: SharedRecord
        self.answerer: Answerer
        self.couriers: dict[str, Courier] = {}
        self.urgent: dict[str, list[tuple[str, int]]] = {}  # peer -> flashes that it is not known to have
        self._covered: dict[str, int] = {}

    def now(self) -> int:
        """Return the node's own time, as far off as its clock is."""
        return START_US + int((self._clock.time() + self.skew_s) * SECOND_US)

    # -- power ----------------------------------------------------------------------------------

    def boot(self, plan: Plan | None = None, *, restored: bool = False) -> None:
        """Start the process; `plan` may end it before it is up."""
        self.boots += 1
        try:
            self._boot(plan, restored)
        except PowerLoss:
            self._trace.add(f"{self.name} died while it started")
            self.up = False

    def _boot(self, plan: Plan | None, restored: bool) -> None:
        store = self.disk.open_store()
        if restored:  # as `backup.restore` leaves it
            store.put(*RESTORED, b"put back")
        self._judge.rebooted(self.name, store, restored=restored)
        self._store = FaultyStore(store, self.disk, self._wrote, self._fell)
        self._store.plan = plan
        self.record = self._open(self._store)
        self.up = True
        self.answerer = Answerer(
            self.record, agreement=AGREEMENT, now=self.now, on_admitted=self.on_admitted, on_ahead=self.on_ahead
        )
        self.couriers = {peer: self._courier(peer) for peer in self.names if peer != self.name}
        self._remember()
        for peer in self.couriers:
            self.on_admitted(peer)
        self._trace.add(f"{self.name} is up: {self._sizes()}")

    def _open(self, store: Any) -> SharedRecord:
        return SharedRecord.open(
            store,
            people.roster(self.names),
            party=self.name,
            exercise=people.EXERCISE,
            keys=people.party(self.name).keys,
            now_us=self.now(),
        )

    def _courier(self, peer: str) -> Courier:
        boots = self.boots
        carrier = self._net.line(self.name, peer, lambda: self.up and self.boots == boots)
        return Courier(
            self.record,
            peer,
            carrier,
            agreement=AGREEMENT,
            now=self.now,
            on_admitted=self.on_admitted,
            on_ahead=self.on_ahead,
            batch_bytes=BATCH_BYTES,
        )

    def _wrote(self, write: str, arguments: tuple[Any, ...]) -> None:
        self._count("writes")
        self._judge.wrote(self.name, write, arguments)

    def _fell(self, plan: Plan) -> None:
        self._trace.add(f"{self.name}: {plan.blow}")
        self._count(str(plan.blow))
        if plan.blow in DEADLY:
            self._drop_dead(lost=plan.blow in LOST, fraction=plan.fraction, mask=plan.mask)

    def _drop_dead(self, *, lost: bool, fraction: float, mask: int) -> None:
        assert self._store is not None
        self.up = False
        self.disk.fall(self._store.store, lost=lost, fraction=fraction, mask=mask)
        self._store = None

    def plan(self, plan: Plan | None) -> None:
        """Let a later write go wrong."""
        if self._store is not None:
            self._store.plan = plan

    @property
    def writes(self) -> int:
        """How many writes the process has asked for."""
        return self._store.count if self._store is not None else 0

    def cut_power(self, mask: int) -> None:
        """Let the power fail between two writes; `mask` says which unsynced ones survive."""
        assert self._store is not None
        self._trace.add(f"{self.name}: {'killed' if mask == ALL else 'power fails'} between two writes")
        self._count("crashes between writes")
        self._store.die()
        self._drop_dead(lost=False, fraction=0.0, mask=mask)

    def take_backup(self) -> None:
        """Copy the whole disk."""
        self.backup = self.disk.copy()
        self._trace.add(f"{self.name} is backed up at {self._sizes()}")

    def fail_to_open(self, plan: Plan) -> None:
        """Let the power fail while the store is being opened: nothing that was committed may suffer by it."""
        with self.disk.doomed():
            store = self.disk.open_store()
        self._trace.add(f"{self.name}: power fails while its store is opened")
        self._count("power fails while the store is opened")
        self.disk.fall(store, lost=True, fraction=plan.fraction, mask=plan.mask)

    def restore(self) -> None:
        """Put the whole disk back to the last backup and start from it; the operator's tool says so to the store."""
        assert self.backup is not None
        if self._store is not None:
            self._store.die()
        store = self._store.store if self._store is not None else None
        self.up, self._store = False, None
        self.disk.put_back(store, self.backup)
        self._trace.add(f"{self.name} is put back to its backup")
        self._count("restores")
        self._net.put_back(self.name)
        self.boot(restored=True)

    def close(self) -> None:
        """Leave for good."""
        self.disk.unmount(self._store.store if self._store is not None else None)

    def recover(self) -> None:
        """Rebuild memory from the disk after a `StateUnknown`; where even that fails, start anew."""
        if not self.up or self._store is None:
            return
        try:
            self.record.recover()
            self._judge.rebooted(self.name, self._store.store, restored=False)
            self._remember()
            self._trace.add(f"{self.name} recovers: {self._sizes()}")
        except PowerLoss:
            return
        except StateUnknown:
            self.cut_power(ALL)

    # -- words ----------------------------------------------------------------------------------

    def say(self, text: str, precedence: str) -> Entry | None:
        """Let two officers say something; None where the node may not, or did not live to tell."""
        signers = people.on_duty(self.record.roster.card(self.name))[:2]
        content = people.message(text, precedence)
        released, body = people.words(self.name, self.record.roster, content, claimed_us=self.now(), signers=signers)
        return self._said(lambda: self.record.say(released, body, now_us=self.now()))

    def has(self, log: str, index: int) -> bool:
        """Whether an entry is here, in its place or ahead of it."""
        held = self.record.size(log) if log in self.record.logs() else 0
        return held > index or any(ahead.index == index for ahead in self.record.aheads(log))

    def change_card(self) -> Entry | None:
        """Revoke the first officer and take on another, by an entry."""
        last = self.record.own, self.record.size(self.record.own)
        card = people.next_card(self.record.roster.card(self.name), last)
        return self._said(lambda: self.record.issue_card(card, people.party(self.name).keys, now_us=self.now()))

    def open_log(self) -> Entry | None:
        """Open a new log, by two officers."""
        signers = people.on_duty(self.record.roster.card(self.name))[:2]
        log = log_name(self.name, epoch_of(self.record.own) + 1)
        released, body = people.new_log(log, claimed_us=self.now(), signers=signers)
        return self._said(lambda: self.record.open_log(released, body, now_us=self.now()))

    def _said(self, deed: Callable[[], Entry]) -> Entry | None:
        """Do what may be refused, may fail, and may be the last; None where it did not come to an entry."""
        try:
            entry = deed()
        except NotAllowed as refusal:
            self._trace.add(f"{self.name} may not say it")
            self._trace.detail(refusal.sentence)
            return None
        except StateUnknown:
            self.recover()
            return None
        except PowerLoss:
            return None
        self._note_said(entry)
        return entry

    def _note_said(self, entry: Entry) -> None:
        self._covered = {item.log: item.size for item in entry.heard}
        self._trace.add(f"{self.name} said {entry.log}/{entry.index} at height {entry.height}")
        self._count("entries")

    def on_admitted(self, peer: str) -> None:
        """Write the receipt that is owed for what is new of a peer's; a receipt causes no receipt."""
        for log in self.record.logs():
            if author_of(log) == peer and self._owes(log):
                self._acknowledge(log)

    def on_ahead(self, peer: str) -> None:
        """Write the receipt that is owed for what came ahead of its place."""

    def flash(self, text: str) -> Entry | None:
        """Say something that may not wait."""
        entry = self.say(text, "flash")
        if entry is not None:
            for peer in self.couriers:
                self.urgent.setdefault(peer, []).append((entry.log, entry.index))
        return entry

    async def meet(self, peer: str) -> Progress:
        """Send what is urgent, then meet; what did not arrive is tried again the next time."""
        await self.hurry(peer)
        return await self.couriers[peer].meet()

    async def hurry(self, peer: str) -> None:
        """Send each flash that a peer is not known to have, ahead of its place."""
        for log, index in list(self.urgent.get(peer, [])):
            if log != self.record.own or index >= self.record.size(log):
                arrived = True  # lost with an older state of this store
            else:
                arrived = not (await self.couriers[peer].send_ahead(index)).fault
            if arrived and (log, index) in self.urgent[peer]:  # another meeting may have been faster
                self.urgent[peer].remove((log, index))

    def _owes(self, log: str) -> bool:
        fresh = self.record.entries(log, self._covered.get(log, 0))
        forms = [people.read(entry, body, self.name) for entry, body in fresh]
        return any(form is None or form.form != people.RECEIPT for form in forms)

    def _acknowledge(self, log: str) -> None:
        size = self.record.size(log)
        signers = (people.party(self.name).keys.station,)
        content = people.receipt(author_of(log), size)
        released, body = people.words(self.name, self.record.roster, content, claimed_us=self.now(), signers=signers)
        try:
            entry = self.record.say(released, body, now_us=self.now())
        except NotAllowed:
            self._trace.add(f"{self.name} may not acknowledge {log} yet")
            return
        self._judge.receipt_said(self.name, (entry.log, entry.index), log, size)
        self._note_said(entry)

    def _remember(self) -> None:
        """Read from our last entry how far we have heard the others: what is newer may be owed a receipt."""
        own = self.record.own
        last = [entry for entry, _ in self.record.entries(own, max(self.record.size(own) - 1, 0))]
        self._covered = {item.log: item.size for item in last[0].heard} if last else {}

    def _sizes(self) -> str:
        return " ".join(f"{log}={self.record.size(log)}" for log in self.record.logs())

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
