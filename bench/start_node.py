"""How long a whole node takes to start on a large record: a folder as `searoom enrol` leaves it, over a made store.

The node is a process as a user starts it (`searoom node FOLDER`), without a passphrase on its keys, which an exercise
allows. Its counterpart asks it by one true exchange over mutual TLS, again and again until it is answered.
"""

import asyncio
import hashlib
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.leash import Leash, end, free_port
from bench.link_node import LIMITS, now_us
from bench.made_parties import NAMES, MadeParty, made_party, made_roster, open_record, seed
from bench.memory import peak
from searoom.desk import asking as desk
from searoom.errors import NotAllowed, PeerFault, StateUnknown
from searoom.keys.enrol import NODE_KEYS, Address, Settings, write_settings
from searoom.keys.keyfiles import write_key, write_private
from searoom.link.carriers import HttpsCarrier
from searoom.link.counterpart import Counterpart
from searoom.link.frames import End
from searoom.link.session import Role, Session
from searoom.link.tls import Credentials, make_certificate
from searoom.node import node
from searoom.obligations import agreement as agreements
from searoom.record import snapshot
from searoom.record.algorithms import algorithm_of
from searoom.record.store import SqliteStore
from searoom.signals import forms
from searoom.units import MICROSECONDS

AGREEMENT = "demo"
PATIENCE_S = 3600.0
_PAUSE_S = 0.02
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A node's folder, and what its counterpart will ask it."""

    folder: Path
    carrier: HttpsCarrier
    question: bytes


def prepare(home: Path, store: Path, *, blocks: bool) -> Prepared:
    """Return a folder of amber's node over a store that may be written; without `blocks` it has no snapshot."""
    pems = {name: make_certificate(name, now_us=now_us() // MICROSECONDS * MICROSECONDS) for name in NAMES}
    amber, coral = (made_party(name, certificate=pems[name][2]) for name in NAMES)
    folder, port = home / "node", free_port()
    kinds = [(name, algorithm_of(number).name.lower()) for name, number, _ in NODE_KEYS]
    for name, kind in (*kinds, ("kem", "x-wing"), ("storage", "secret")):
        write_key(
            folder / "keys" / f"{name}.key", f"{name} amber", seed("amber", *name.split("-")), None, algorithm=kind
        )
    link = load_pem_private_key(pems["amber"][1], None)
    if not isinstance(link, Ed25519PrivateKey):
        raise TypeError("a link certificate has an Ed25519 key")
    write_key(folder / "keys" / "link.key", "link amber", link.private_bytes_raw(), None, algorithm="ed25519")
    write_private(folder / "keys" / "link.crt", pems["amber"][0])
    for party in (amber, coral):
        write_private(folder / "cards" / f"{party.name}.card", party.card_bytes)
    peers = {"coral": Address("127.0.0.1", free_port())}
    write_settings(folder, Settings("amber", AGREEMENT, "", "127.0.0.1", port, "machine", "", (), peers))
    (folder / "shared.db").symlink_to(store.absolute())
    shown = Credentials(pems["coral"][0], pems["coral"][1])
    carrier = HttpsCarrier("127.0.0.1", port, credentials=shown, pins=lambda: [pems["amber"][2]], limits=LIMITS)
    return Prepared(folder, carrier, _question(store, amber, coral, blocks=blocks))


def _question(path: Path, amber: MadeParty, coral: MadeParty, *, blocks: bool) -> bytes:
    """Return what coral, which holds the same, says to amber first."""
    store = SqliteStore(path)
    try:
        record = open_record(store, coral, made_roster((amber, coral)))
        for key in [] if blocks else [key for key, _ in store.each(snapshot.KIND)]:
            store.drop(snapshot.KIND, key)
    finally:
        store.close()
    agreement, book = agreements.load(AGREEMENT), forms.load()
    rules = hashlib.sha256(node._RULES + agreement.hash + book.hash).digest()  # noqa: SLF001  # as `Node` has it
    side = Counterpart(
        record, "amber", agreement=rules, now=now_us, on_admitted=_nothing, on_ahead=_nothing, whose="their"
    )
    session = Session(Role.CLIENT, record.mechanism, "coral", "amber")
    return session.send(side.hello()) + session.send(End())


def _nothing(_party: str) -> None:
    """Do nothing."""


def started(home: Path, store: Path, way: str, *, whole: bool) -> dict[str, float]:
    """Return the seconds until the node answered an exchange and its desk, and the peak of its memory by then.

    With `whole` also those until its account was read, and the peak by then.
    """
    ready = prepare(home, store, blocks=way == "snapshot")
    with Leash(home) as leash:
        begun = time.perf_counter()
        child = leash.start("node", [sys.executable, "-m", "searoom", "node", ready.folder])
        found = asyncio.run(_answered(ready, child, begun))
        found["peak"] = peak(child.pid)
        while whole and found["read"] < found["of"]:
            time.sleep(_LOOK_S)
            found |= _account(ready.folder)
        if whole:
            found |= {"account": time.perf_counter() - begun, "peak whole": peak(child.pid)}
        end(child)
    return found


async def _answered(ready: Prepared, child: "subprocess.Popen[bytes]", begun: float) -> dict[str, float]:
    async def exchange() -> float:
        while child.poll() is None and time.perf_counter() - begun < PATIENCE_S:
            try:
                if await ready.carrier.exchange(ready.question):
                    return time.perf_counter() - begun
            except PeerFault:
                await asyncio.sleep(_PAUSE_S)
        raise RuntimeError("the node did not answer its counterpart")

    async def status() -> dict[str, float]:
        while child.poll() is None and time.perf_counter() - begun < PATIENCE_S:
            try:
                return await asyncio.to_thread(_account, ready.folder) | {"status": time.perf_counter() - begun}
            except (NotAllowed, StateUnknown):
                await asyncio.sleep(_PAUSE_S)
        raise RuntimeError("the node's desk did not answer")

    try:
        seconds, found = await asyncio.gather(exchange(), status())
    finally:
        await ready.carrier.close()
    return {"exchange": seconds, **found}


def _account(folder: Path) -> dict[str, float]:
    """Return how far the account is, as the desk says."""
    reply = cast("dict[str, int]", desk.ask(folder, {"do": "status"})["account"])
    return {"read": reply["read"], "of": reply["of"]}
