"""Nodes at work inside a test: their desks open in a thread, and the line between them without a socket.

with at_work(stage, "amber", "coral") as nodes:      # {party: Service}
    code = cli.main(["say", folder, ...])            # commands reach the desk as always
    meet(nodes)                                      # until neither has anything for the other
node = Node.open(stage.folder("amber"))              # or a node alone, without its desk
released, body = signed(stage, node, filled, "amber-1", "amber-2")
"""

import asyncio
import contextlib
import gc
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from searoom import cli
from searoom.desk import asking as desk
from searoom.desk import serve
from searoom.desk.door import Desk
from searoom.desk.serve import Service
from searoom.errors import SearoomError
from searoom.exercise.made import Stage
from searoom.keys import ceremonies, enrol
from searoom.keys.keyfiles import Unlocked, load
from searoom.keys.proposals import Change
from searoom.keys.unlocking import open_file
from searoom.link.carriers import LoopCarrier
from searoom.link.courier import Courier
from searoom.node.node import Node
from searoom.record.algorithms import SigningKey
from searoom.record.cards import Card
from searoom.record.entry import Released, Statement, release
from searoom.record.seal import seal
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.units import MICROSECONDS

BOOK = forms.load()


@contextlib.contextmanager
def at_work(stage: Stage, *parties: str) -> Iterator[dict[str, Service]]:
    """Run the nodes of these parties (both where none is named) behind their desks, until the block ends."""
    services: dict[str, Service] = {}
    failed: list[BaseException] = []
    opened, done = threading.Event(), threading.Event()

    async def work() -> None:
        desks = []
        try:
            for party in parties or stage.parties:
                services[party] = Service(stage.folder(party), lambda _line: None)
                desks.append(Desk(stage.folder(party), services[party]._handle))
                await desks[-1].open()
            connect(services)
            opened.set()
            await asyncio.to_thread(done.wait)
        finally:
            for each in desks:
                await each.close()
            for service in services.values():
                service.node.close()

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:  # noqa: BLE001  # a thread's failure is raised again in the test's own
            failed.append(error)
        finally:
            opened.set()

    thread = threading.Thread(target=run)
    thread.start()
    opened.wait()
    try:
        if not failed:
            yield services
    finally:
        done.set()
        thread.join()
        with warnings.catch_warnings():  # who was cut off at a closing desk ends here and not in a later test
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    if failed:
        raise failed[0]


def connect(services: Mapping[str, Service]) -> None:
    """Let each service reach the others without a socket."""
    for party, service in services.items():
        for other in services:
            if other != party:
                service._couriers[other] = courier(service, services[other])


def courier(service: Service, peer: Service) -> Courier:
    """Return what lets `service` meet `peer` in this process."""

    async def handler(data: bytes) -> bytes:
        return await peer._answerer.handle(service.node.party, data)

    return service._make_courier(peer.node.party, LoopCarrier(handler))


def meet(nodes: Mapping[str, Service]) -> None:
    """Let the nodes of `at_work` meet until they are in step."""
    for _ in range(4):
        replies = [desk.ask(service.node.folder, {"do": "meet"}) for service in nodes.values()]
        assert [{}] * len(replies) == [reply["faults"] for reply in replies]
        if all(reply["in_step"] for reply in replies):
            return
    raise AssertionError("not in step")


def exchange(one: Node, other: Node) -> None:
    """Hand over what each has said, until neither has more; each acknowledges as it does at work."""
    while True:
        moved = 0
        for giver, taker in ((one, other), (other, one)):
            batch = giver.record.batch(giver.party, taker.record.size(giver.party))
            if batch is not None:
                moved += 1
                taker.record.admit(batch, now_us=taker.now())
                taker.acknowledge()
        if not moved:
            return


def key_file(stage: Stage, person: str) -> Path:
    """Return the key file of a person such as `amber-1`."""
    return stage.folder(person.split("-", 1)[0]) / "officers" / f"{person}.key"


def unlock(path: Path, passphrase: bytes | None = None) -> Unlocked:
    """Return what a key file holds; without a passphrase where an exercise left it open."""
    file = load(path)
    return file.open_clear() if passphrase is None else open_file(file, lambda _what: passphrase)


def key(stage: Stage, person: str) -> SigningKey:
    """Return the key of a person such as `amber-1`, or of a station: `amber-station`."""
    party, role = person.split("-", 1)
    path = stage.folder(party) / "keys" / f"{role}.key"
    return SigningKey(unlock(path if path.exists() else key_file(stage, person)).secret)


def next_card(stage: Stage, party: str, **change: object) -> bytes:
    """Lay new keys for a party's node beside those in force, and return its next card, signed by its keeper."""
    folder = stage.folder(party)
    before = _newest_card(folder, party)
    card = ceremonies.prepare_next(folder, before, Change(**{"why": "renewed", **change}), renew=True, ask=_no_words)
    return card.signed(ceremonies.open_keeper(folder / enrol.ROOT_FOLDER / "keeper-1.key", _no_words))


def _newest_card(folder: Path, party: str) -> Card:
    node = Node.open(folder, to_read=True)
    try:
        return node.record.roster.card(party)
    finally:
        node.close()


def _no_words(_what: str) -> bytes:
    raise AssertionError("an exercise's keys lie open")


def fill(form: str, fields: Mapping[str, str] = {}, **options: object) -> Filled:
    """Return a form filled in with what a person would type."""
    return forms.from_text(BOOK, form, fields, **options)


CONTACT = fill("hotline-contact", {"phrase": "message-follows"})
MESSAGE = fill("hotline-message", {"text": "We ask for your course at 02:16Z."})


def draft_form(content: bytes = b"x") -> Filled:
    """Return what the notebook keeps of words that wait for a second person."""
    return Filled("draft", 1, "national", "routine", "en", {"released": content, "body": content})


def closed(node: Node, content: bytes) -> tuple[Statement, bytes]:
    """Return a statement of the node's party over a content, and its body."""
    others = tuple(sorted(party for party in node.agreement.parties if party != node.party))
    sealed = seal(
        content,
        mechanism=node.record.mechanism,
        author=node.party,
        recipients=others,
        readers={party: node.record.roster.card(party).kem for party in node.agreement.parties},
    )
    statement = Statement(
        mechanism=node.record.mechanism,
        exercise=node.record.exercise,
        author=node.party,
        recipients=others,
        body_hash=sealed.body_hash,
        plain_hash=sealed.plain_hash,
        claimed_us=node.now(),
        until_us=None,
    )
    return statement, sealed.body


def signed(stage: Stage, node: Node, filled: Filled, *persons: str) -> tuple[Released, bytes]:
    """Return what these persons (or stations) signed of a form, and its body."""
    statement, body = closed(node, forms.encode(filled, node.book))
    return release(statement, *(key(stage, person) for person in persons)), body


def change_settings(folder: Path, **changes: object) -> None:
    """Write other values into a node's settings."""
    settings = replace(enrol.read_settings(folder), **changes)
    enrol.write_settings(folder, settings)


def tick(stage: Stage, party: str, seconds: int, *, meet_too: bool = False) -> dict[str, object]:
    """Move a node's clock to so many seconds after the start."""
    now_us = stage.scenario.start_us + seconds * MICROSECONDS
    return desk.ask(stage.folder(party), {"do": "tick", "now_us": now_us, "meet": meet_too})


def serving(monkeypatch: pytest.MonkeyPatch, folder: Path, act: Callable[[Service], object]) -> tuple[int, list[str]]:
    """Run `searoom node` in this thread and `act(service)` in another once it listens; then it is told to stop.

    Return the exit code and what the node said.
    """
    said: list[str] = []
    made: list[Service] = []
    failed: list[BaseException] = []
    listening, ended = threading.Event(), threading.Event()
    build = Service

    def tell(line: str) -> None:
        said.append(line)
        listening.set()

    def make(path: Path, say: Callable[[str], None], ask: object = None) -> Service:
        made.append(build(path, say, ask))
        return made[-1]

    def other_thread() -> None:
        listening.wait()
        if ended.is_set():
            return
        try:
            act(made[0])
        except BaseException as error:  # noqa: BLE001  # a thread's failure is raised again in the test's own
            failed.append(error)
        finally:
            with contextlib.suppress(SearoomError):
                desk.ask(folder, {"do": "stop"})

    monkeypatch.setattr(serve, "_tell", tell)
    monkeypatch.setattr(serve, "Service", make)
    thread = threading.Thread(target=other_thread)
    thread.start()
    try:
        code = cli.main(["node", str(folder)])
    finally:
        ended.set()
        listening.set()
        thread.join()
    if failed:
        raise failed[0]
    return code, said


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    """Run a command as a person types it; return exit code, output and errors."""
    code = cli.main([str(word) for word in argv])
    out = capsys.readouterr()
    return code, out.out, out.err


def forms_of(items: Sequence[object]) -> list[str]:
    """Return the form of each message, why another is closed, and of a notice that it is one."""
    return [item.filled.form if hasattr(item, "filled") else getattr(item, "why", "Notice") for item in items]


def told(stage: Stage) -> Path:
    """Let amber send a hotline message that coral reads, and both export; return the folder of both records."""
    with at_work(stage) as nodes:
        amber, coral = (nodes[party].node for party in ("amber", "coral"))
        amber.submit(*signed(stage, amber, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))
        meet(nodes)
        coral.submit(*signed(stage, coral, fill("read", {}, channel="hotline", reply_to=("amber", 0)), "coral-1"))
        meet(nodes)
        for party, service in nodes.items():
            service.node.export(stage.out / party / "record")
    return stage.out
