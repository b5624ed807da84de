"""A node at work: its peer port, its couriers, its lookout and its desk, in one process.

On the machine's clock the couriers meet as soon as there is something to say and at least every
`MEET_EVERY_S`; in a scenario a tick is an input: the driver sends it, the node does all that is due,
meets its peers where the tick says so, and answers that it is idle.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TypeVar

from searoom import cbor, clock
from searoom.account import Message, ref_text
from searoom.delivery import STATE_WORDS, delivery
from searoom.door import Desk, Request
from searoom.encounters import screen
from searoom.errors import NotAllowed, StateUnknown
from searoom.link.carriers import HttpsCarrier, Server, serve
from searoom.link.courier import Answerer, Courier, Progress
from searoom.lookout import Lookout
from searoom.node import Node
from searoom.obligations import standing
from searoom.record.entry import Released
from searoom.review import render
from searoom.signals import codebook, forms
from searoom.signals.tables import LANGUAGES

MEET_EVERY_S = 15.0
LOOK_EVERY_S = 5.0
CARRIER = "HTTPS"


class Service:
    """One running node."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.node = Node.open(folder)
        self.lookout = Lookout(self.node)
        self._say = say
        self._stop = asyncio.Event()
        self._news = asyncio.Event()
        self._failed: BaseException | None = None
        self._server: Server | None = None
        self._couriers = self._make_couriers()
        self._answerer = Answerer(self.node.record, now=self.node.now, on_admitted=self._admitted)
        self._verbs: dict[str, Callable[[Request], Awaitable[dict[str, cbor.Value]]]] = {
            "material": self._material,
            "status": self._status,
            "submit": self._submit,
            "draft": self._draft,
            "drafts": self._drafts,
            "look": self._look,
            "note": self._note,
            "message": self._message,
            "tick": self._tick,
            "meet": self._meet,
            "nearest": self._nearest,
            "joint": self._joint,
            "export": self._export,
            "due": self._due,
            "watch": self._watch,
            "stop": self._halt,
        }

    def _make_couriers(self) -> dict[str, Courier]:
        keys = self.node.folder / "keys"
        couriers = {}
        for party, address in self.node.settings.peers.items():
            carrier = HttpsCarrier(
                address.host,
                address.port,
                certificate=keys / "link.crt",
                key=keys / "link.pem",
                peer_certificate=self.node.keyring.card(party).link_certificate,
            )
            couriers[party] = Courier(self.node.record, party, carrier, now=self.node.now, on_admitted=self._admitted)
        return couriers

    def _admitted(self, _party: str) -> None:
        self.node.acknowledge()
        self._news.set()

    async def run(self) -> None:
        """Serve until told to stop."""
        keys = self.node.folder / "keys"
        peers = {party: self.node.keyring.card(party).link_certificate for party in self.node.settings.peers}
        try:
            self._server = await serve(
                self.node.settings.host,
                self.node.settings.port,
                certificate=keys / "link.crt",
                key=keys / "link.pem",
                peers=peers,
                handler=self._answerer.handle,
                on_failure=self._fail,
            )
            await self._work(self._server.port)
        finally:
            if self._server is not None:
                await self._server.close()
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
        tasks = [] if self.node.settings.clock == "scenario" else [self._keep_meeting(), self._keep_looking()]
        running = [asyncio.create_task(self._guarded(task)) for task in tasks]
        await self._stop.wait()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await desk.close()

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  # a duty that ends for whatever reason ends the node, and aloud
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Stop the node and say why: where disk or lock failed midway, going on would build on what is not known."""
        self._failed = self._failed or error
        self._stop.set()

    async def _keep_meeting(self) -> None:
        while True:
            await self._meet_all()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), MEET_EVERY_S)
            self._news.clear()

    async def _keep_looking(self) -> None:
        while True:
            self.lookout.look(self.node.now())
            self.node.test_lines()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _meet_all(self) -> dict[str, Progress]:
        results = {}
        for party, courier in self._couriers.items():
            results[party] = await courier.meet()
            if results[party].sent:
                self.node.note_handed_over(party, CARRIER, courier.taken)
        return results

    # -- the desk's verbs ------------------------------------------------------------------------

    async def _handle(self, request: Request) -> dict[str, cbor.Value]:
        verb = self._verbs.get(str(request.get("do")))
        if verb is None:
            raise NotAllowed(f"the desk knows no '{request.get('do')}'")
        try:
            return await verb(request)
        except StateUnknown as error:
            self._fail(error)
            raise

    async def _material(self, _request: Request) -> dict[str, cbor.Value]:
        node = self.node
        cards = [(node.folder / "cards" / f"{party}.card").read_bytes() for party in node.agreement.parties]
        return {
            "party": node.party,
            "mechanism": node.record.mechanism,
            "exercise": node.record.exercise,
            "unit": node.settings.unit,
            "books": [book for book in node.agreement.books if book in codebook.BOOKS],
            "now_us": node.now(),
            "cards": cards,
        }

    async def _status(self, _request: Request) -> dict[str, cbor.Value]:
        node, parties = self.node, self.node.agreement.parties
        lines: dict[str, cbor.Value] = {}
        for party, courier in self._couriers.items():
            contact_us = max(courier.last_contact_us, self._answerer.last_contact_us.get(party, 0))
            lines[party] = {
                "last_contact": clock.to_text(contact_us) if contact_us else None,
                "last_fault": courier.last_fault,
                "last_fault_of_theirs": self._answerer.last_fault.get(party, ""),
            }
        recorded = {f"{p} by {by}": node.record.recorded(p, by) for p in parties for by in parties if by != p}
        return {
            "party": node.party,
            "pid": os.getpid(),
            "port": 0 if self._server is None else self._server.port,
            "fingerprint": node.keyring.card(node.party).fingerprint(),
            "now": clock.to_text(node.now()),
            "sizes": {party: node.record.size(party) for party in parties},
            "recorded": recorded,
            "lines": lines,
            "blind": dict(self.lookout.blind),
        }

    async def _submit(self, request: Request) -> dict[str, cbor.Value]:
        released = Released.from_bytes(_take(request, "released", bytes))
        entry = self.node.submit(released, _take(request, "body", bytes))
        self._news.set()
        return {"index": entry.index}

    async def _draft(self, request: Request) -> dict[str, cbor.Value]:
        released = Released.from_bytes(_take(request, "released", bytes))
        return {"draft": self.node.draft(released, _take(request, "body", bytes))}

    async def _drafts(self, _request: Request) -> dict[str, cbor.Value]:
        rows: list[cbor.Value] = [
            {"draft": number, "form": filled.form, "at": clock.to_text(at_us), "by": list(names)}
            for number, filled, at_us, names in self.node.waiting()
        ]
        return {"drafts": rows}

    async def _look(self, request: Request) -> dict[str, cbor.Value]:
        released, body, opening = self.node.look(_take(request, "draft", int))
        return {"released": released.to_bytes(), "body": body, "opening": opening.to_bytes()}

    async def _note(self, request: Request) -> dict[str, cbor.Value]:
        filled = forms.decode(_take(request, "content", bytes), self.node.book)
        return {"index": self.node.note(filled).index}

    async def _message(self, request: Request) -> dict[str, cbor.Value]:
        ref = (_take(request, "author", str), _take(request, "index", int))
        account = self.node.account()
        message = account.message(ref)
        if not isinstance(message, Message):
            raise NotAllowed(f"entry {ref_text(ref)} is closed to {self.node.party}")
        told = delivery(account, ref)
        lang = _language(request)
        states = list(told.sentences(lang, {party: name[lang] for party, name in self.node.agreement.names.items()}))
        handed = self.node.handed_over().get(ref)
        if handed is not None:
            states.insert(1, f"{STATE_WORDS['handed over'][lang]} [{clock.to_text(handed)}]")
        return {
            "content": forms.encode(message.filled, self.node.book),
            "states": states,
            "reached": {
                "handed over": handed is not None,
                "delivered": told.delivered is not None,
                "recorded": all(told.recorded.values()),
                "read": told.read is not None,
            },
        }

    async def _tick(self, request: Request) -> dict[str, cbor.Value]:
        now_us = _take(request, "now_us", int)
        self.node.tick(now_us)
        alerts = self.lookout.look(now_us)
        self.node.test_lines()
        faults = await self._meet(request) if request.get("meet") else {}
        return {"idle_at": now_us, "grades": [str(alert.grade) for alert in alerts], **faults}

    async def _meet(self, _request: Request) -> dict[str, cbor.Value]:
        progress = await self._meet_all()
        return {
            "faults": {party: result.fault for party, result in progress.items() if result.fault},
            "in_step": all(result.in_step for result in progress.values()),
        }

    async def _nearest(self, request: Request) -> dict[str, cbor.Value]:
        found = self.lookout.nearest(_take(request, "from_us", int), _take(request, "to_us", int))
        return {
            "value_mm": found.value_mm,
            "error_mm": found.error_mm,
            "at_us": found.at_us,
            "by": found.by,
            "sensor": found.source,
        }

    async def _joint(self, request: Request) -> dict[str, cbor.Value]:
        page = render.joint(self.node.account(), self.node.agreement, lang=_language(request))
        return {"page": page.encode()}

    async def _export(self, request: Request) -> dict[str, cbor.Value]:
        return {"entries": self.node.export(Path(_take(request, "folder", str)))}

    async def _due(self, request: Request) -> dict[str, cbor.Value]:
        lang = _language(request)
        return {
            "duties": [standing.facts(duty, lang) for duty in self.node.duties(everything=bool(request.get("all")))]
        }

    async def _watch(self, _request: Request) -> dict[str, cbor.Value]:
        return {"table": screen.to_table(self.lookout.now_open())}

    async def _halt(self, _request: Request) -> dict[str, cbor.Value]:
        self._stop.set()
        return {"stopping": True}


_Kind = TypeVar("_Kind", int, bytes, str)


def _take(request: Request, name: str, kind: type[_Kind]) -> _Kind:
    """Return what a request says under a name; raise `NotAllowed` where it is missing or of another kind."""
    value = request.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise NotAllowed(f"the request lacks '{name}', or it is not of the kind '{kind.__name__}'")
    return value


def _language(request: Request) -> str:
    lang = request.get("lang", LANGUAGES[0])
    if lang not in LANGUAGES:
        raise NotAllowed(f"'{lang}' is no language here; there are {', '.join(LANGUAGES)}")
    return str(lang)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run(folder: Path) -> int:
    """Run the node in `folder` until it is told to stop; raise what stopped it otherwise."""

    async def main() -> None:
        await Service(folder, _tell).run()

    asyncio.run(main())
    return 0
