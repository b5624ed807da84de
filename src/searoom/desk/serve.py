"""A node at work: its peer port, its couriers, its lookout and its desk, in one process.

On the machine's clock the couriers meet as soon as either side has something to say and at least every
`MEET_EVERY_S`, and a flash goes ahead at once; in a scenario a tick is an input: the driver sends it, the node does
all that is due, meets its peers where the tick says so, and answers that it is idle.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from searoom import cbor, clock
from searoom.desk.door import Desk, Request
from searoom.desk.keeping import Keeping
from searoom.desk.verbs import Verbs
from searoom.errors import PeerFault, StateUnknown
from searoom.eventlog import SILENT, Changes, EventLog
from searoom.keys.ourcards import stored_by
from searoom.keys.unlocking import Ask
from searoom.link.answerer import Answerer
from searoom.link.carriers import HttpsCarrier
from searoom.link.courier import Courier
from searoom.link.lanes import Lanes
from searoom.link.port import Server, serve
from searoom.link.progress import Progress, Verdict
from searoom.link.tls import own_certificates
from searoom.node.node import Node
from searoom.record.entry import Entry
from searoom.watch.lookout import Lookout

MEET_EVERY_S = 15.0
LOOK_EVERY_S = 5.0
LIVE_EVERY_S = 1.0  # where a sensor is heard over a socket
AGAIN = 16  # recorded looks made again before others have their turn
PAUSE_S = 5.0  # after a counterpart could not be asked for news
CARRIER = "HTTPS"
SILENT_AFTER_US = 60_000_000  # without an answer
NEVER = "the start"
SLICE = 8  # entries read into the account before others have their turn: a few milliseconds


class Service:
    """One running node."""

    def __init__(
        self, folder: Path, say: Callable[[str], None], ask: Ask | None = None, log: EventLog = SILENT
    ) -> None:
        self._say, self._log = say, log
        self._lines, self._sensors = Changes(log, "line", "party"), Changes(log, "sensor", "sensor")
        self.node = Node.open(folder, slices=True, ask=ask, progress=self._tell_progress)
        self.lookout = Lookout(self.node)
        self._stop = asyncio.Event()
        self._news, self._unread = asyncio.Event(), asyncio.Event()
        self._failed: BaseException | None = None
        self._server: Server | None = None
        self._lanes = {party: Lanes() for party in self.node.settings.peers}
        self._pinned = self._pins()
        self._shown = self._stored_cards()
        self._credentials = self.node.credentials(*self._pinned)[0]
        self._turns = dict.fromkeys(self._pinned, 0)
        self._carriers = self._make_carriers()
        self._couriers = {party: self._make_courier(party, carrier) for party, carrier in self._carriers.items()}
        self._answerer = Answerer(
            self.node.record,
            agreement=self.node.rules_hash,
            now=self.node.now,
            on_admitted=self._admitted,
            on_ahead=self._admitted,
            mail=self.node.postbox,
        )
        self._keeping = Keeping(self.node, self._admitted)
        self._verbs = Verbs(self.node, self.lookout, self, self._keeping, self._stop)
        self._urgent: set[asyncio.Task[None]] = set()

    def _tell_progress(self, log: str, done: int, total: int) -> None:
        self._say(f"reading the log of {log}: {done} of {total} entries")
        self._log.tell("reading", log=log, entries=done, of=total)

    def _pins(self) -> dict[str, tuple[bytes, ...]]:
        roster = self.node.record.roster
        known = [party for party in self.node.settings.peers if party in roster.parties]
        return {party: own_certificates(party, roster.card(party).link_certificates) for party in known}

    def _make_carriers(self) -> dict[str, HttpsCarrier]:
        carriers = {}
        for party in self._pins():
            address = self.node.settings.peers[party]
            carriers[party] = HttpsCarrier(
                address.host,
                address.port,
                credentials=self.node.credentials(party)[0],
                pins=lambda party=party: self._pins()[party],  # type: ignore[misc]  # bound now, for each of them
                lanes=self._lanes[party],
            )
        return carriers

    def _make_courier(self, party: str, carrier: HttpsCarrier) -> Courier:
        return Courier(
            self.node.record,
            party,
            carrier,
            agreement=self.node.rules_hash,
            now=self.node.now,
            on_admitted=self._admitted,
            on_ahead=self._admitted,
            mail=self.node.postbox,
        )

    def _admitted(self, _party: str) -> None:
        self.node.acknowledge()
        self._follow_cards()
        self._wake()

    def _stored_cards(self) -> list[int]:
        record = self.node.record
        return [stored_by(record, party) for party in self._pins()] + [record.roster.card(self.node.party).serial]

    def _follow_cards(self) -> None:
        """Pin the certificates that a card of theirs has brought, and show ours as far as they have stored our card."""
        pins, stored = self._pins(), self._stored_cards()
        if stored != self._shown:
            self._shown, self._credentials = stored, self.node.credentials(*pins)[0]
            for party, carrier in self._carriers.items():
                carrier.show(self.node.credentials(party)[0])
        elif pins == self._pinned:
            return
        self._pinned = pins
        if self._server is not None:
            self._server.set_peers(pins, self._credentials)

    def _show_another(self, party: str) -> None:
        """Show our next certificate to who does not answer: perhaps it has our card, and its word of that was lost."""
        self._turns[party] += 1
        shown = self.node.credentials(party)
        self._carriers[party].show(shown[self._turns[party] % len(shown)])

    def _wake(self) -> None:
        self._news.set()
        self._unread.set()
        self._answerer.changed()

    async def run(self) -> None:
        """Serve until told to stop."""
        settings = self.node.settings
        try:
            self._server = await serve(
                settings.host,
                settings.port,
                credentials=self._credentials,
                peers=self._pinned,
                handler=self._answerer.handle,
                waiter=self._answerer.wait,
                lanes=self._lanes,
                on_failure=self._fail,
            )
            await self._work(self._server.port)
        finally:
            await asyncio.gather(*(carrier.close() for carrier in self._carriers.values()), return_exceptions=True)
            if self._server is not None:
                await self._server.close()
            self.lookout.close()
            self.node.close()
        if self._failed is not None:
            raise self._failed

    async def _work(self, port: int) -> None:
        desk = Desk(self.node.folder, self._handle)
        await desk.open()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._say(f"{self.node.party}: listening on {self.node.settings.host}:{port}")
        self._log.tell("listening", party=self.node.party, port=port)
        running = [asyncio.create_task(self._guarded(task)) for task in self._duties()]
        await self._stop.wait()
        for task in (*running, *self._urgent):
            task.cancel()
        await asyncio.gather(*running, *self._urgent, return_exceptions=True)
        await desk.close()
        self._log.tell("stopped", party=self.node.party)

    def _duties(self) -> list[Coroutine[None, None, None]]:
        if self.node.settings.clock == "scenario":
            return [self._keep_reading()]
        hearing = [self._keep_hearing(party) for party in self._couriers]
        return [self._keep_reading(), self._keep_meeting(), self._keep_looking(), self.lookout.sense(), *hearing]

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  # a duty that ends for whatever reason ends the node, and aloud
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Stop the node and say why: where disk or lock failed midway, going on would build on what is not known."""
        self._failed = self._failed or error
        self._log.tell("failed", level="error", kind=type(error).__name__)
        self._stop.set()

    async def _keep_reading(self) -> None:
        """Read the account, a slice at a time, with everybody else's turn in between."""
        while True:
            size = self.node.record.size(self.node.record.own)
            done = self.node.read_on(SLICE)
            if self.node.record.size(self.node.record.own) != size:
                self._wake()
            if done:
                await self._unread.wait()
                self._unread.clear()
            else:
                await asyncio.sleep(0)

    async def _keep_meeting(self) -> None:
        while True:
            self._news.clear()
            await self.meet_all()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), MEET_EVERY_S)

    async def _keep_hearing(self, party: str) -> None:
        """Meet as soon as this counterpart has news, instead of asking for it again and again."""
        while True:
            try:
                if await self._couriers[party].wait():
                    self._news.set()
            except PeerFault:
                await asyncio.sleep(PAUSE_S)

    async def _keep_looking(self) -> None:
        done = False
        while not done:
            done = self.lookout.look_again(AGAIN)
            await asyncio.sleep(0)
        while True:
            for alert in self.lookout.look(self.node.now()):
                self._log.tell("alert", grade=str(alert.grade))
            self._sensors.tell(self.lookout.blind)
            self._verbs.stir()
            self.node.test_lines()
            await asyncio.sleep(LIVE_EVERY_S if self.lookout.live else LOOK_EVERY_S)

    # -- what the desk asks of the link --------------------------------------------------------------

    def news(self, entry: Entry, *, flash: bool) -> None:
        """Wake the couriers; on the machine's clock a flash goes ahead at once, past whatever is under way."""
        self._wake()
        if flash and self.node.settings.clock != "scenario":
            for courier in self._couriers.values():
                task = asyncio.create_task(self._guarded(self._hurry(courier, entry.index)))
                self._urgent.add(task)
                task.add_done_callback(self._urgent.discard)

    async def _hurry(self, courier: Courier, index: int) -> None:
        await courier.send_ahead(index)

    async def meet_all(self) -> dict[str, Progress]:
        """Meet every counterpart once; return what came of it, by party."""
        results = {}
        for party, courier in self._couriers.items():
            results[party] = await courier.meet()
            self._follow_cards()
            if results[party].fault and self._shown[-1] > stored_by(self.node.record, party):
                self._show_another(party)
            if results[party].in_step:
                self._keeping.line_works(party)
            if results[party].sent:
                self.node.notebook.note_handed_over(party, CARRIER, self.node.record.own, courier.taken)
        self._lines.tell({party: result.fault for party, result in results.items()})
        return results

    def state(self) -> dict[str, cbor.Value]:
        """Return what is known of the lines: port, last contacts, faults, verdicts, key exchanges."""
        lines: dict[str, cbor.Value] = {}
        for party, courier in self._couriers.items():
            contact_us = max(courier.last_contact_us, self._answerer.last_contact_us.get(party, 0))
            theirs = "" if self._server is None else self._server.key_exchange(party)
            lines[party] = {
                "last_contact": clock.to_text(contact_us) if contact_us else None,
                "silent_since": self._silent_since(contact_us, courier.last_fault),
                "last_fault": courier.last_fault,
                "last_fault_of_theirs": self._answerer.last_fault.get(party, ""),
                "verdict": str(courier.verdict or self._answerer.verdict.get(party, Verdict.CLEAR)),
                "key_exchange": self._carriers[party].key_exchange or theirs,
            }
        return {"pid": os.getpid(), "port": 0 if self._server is None else self._server.port, "lines": lines}

    def _silent_since(self, contact_us: int, fault: str) -> str | None:
        """Return since when nobody has answered, where that is longer than it takes to meet; None where it is not."""
        silent = bool(fault) and self.node.now() - contact_us > SILENT_AFTER_US
        return (clock.to_text(contact_us) if contact_us else NEVER) if silent else None

    async def _handle(self, request: Request) -> dict[str, cbor.Value]:
        try:
            return await self._verbs.handle(request)
        except StateUnknown as error:
            self._fail(error)
            raise


def _nothing(_line: str) -> None:
    return


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run(folder: Path, ask: Ask | None = None, log: EventLog | None = None) -> int:
    """Run the node in `folder` until it is told to stop; raise what stopped it otherwise.

    It says a few sentences for a person; where a log is given it tells its events there instead.
    """

    async def main() -> None:
        await (Service(folder, _tell, ask) if log is None else Service(folder, _nothing, ask, log)).run()

    asyncio.run(main())
    return 0
