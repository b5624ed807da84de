"""A node reduced to its record and its line, for the benchmark of the link; `python -m bench.link_node FOLDER` is one.

That one is coral: it prints its two ports (of the exchange, and of a handler that does nothing) and serves until its
standard input ends. What it admits it answers with a receipt that its station signs; receipts are not receipted.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.made_parties import MadeParty, made_parties, made_roster, open_record
from bench.words import sealed_words, stated
from searoom.link.answerer import Answerer
from searoom.link.carriers import HttpsCarrier, Limits
from searoom.link.courier import Courier
from searoom.link.port import serve
from searoom.link.tls import Credentials, make_certificate
from searoom.record.entry import Entry, release
from searoom.record.store import SqliteStore
from searoom.units import MICROSECONDS

AGREEMENT = bytes(32)
RECEIPT = b"receipt: stored here, durably"
LIMITS = Limits(calls_per_s=1e6, calls_at_once=1e6, urgent_per_s=1e6, urgent_at_once=1e6)  # the bench calls in a row


def now_us() -> int:
    """Return the machine's time."""
    return time.time_ns() // 1000


class LinkNode:
    """One party's record over a store, and what it does with what comes in."""

    def __init__(self, party: MadeParty, store: SqliteStore, *, receipts: bool) -> None:
        self.party, self.store, self._receipts = party, store, receipts
        self.roster = made_roster(made_parties())
        self.record = open_record(store, party, self.roster)
        self._seen = {name: self.record.size(name) for name in self.roster.others(party.name)}
        self._ahead: set[int] = set()
        self.tell: Callable[[Entry], None] = lambda _entry: None  # called with each new entry, after it is durable

    def on_admitted(self, author: str) -> None:
        """Write one receipt where anything but receipts is new."""
        fresh = [entry for entry, _ in self.record.entries(author, self._seen[author])]
        self._seen[author] = self.record.size(author)
        self._answer([entry for entry in fresh if entry.index not in self._ahead])
        for entry in fresh:
            self.tell(entry)

    def on_ahead(self, author: str) -> None:
        """Write one receipt for what came ahead of its place and was not there before."""
        fresh = [Entry.from_bytes(piece.entry) for piece in self.record.aheads(author)]
        fresh = [entry for entry in fresh if entry.index not in self._ahead]
        self._ahead |= {entry.index for entry in fresh}
        self._answer(fresh)
        for entry in fresh:
            self.tell(entry)

    def _answer(self, fresh: list[Entry]) -> None:
        officers = {party.officer.key_id for party in made_parties()}
        if self._receipts and any(entry.released.signatures[0].key_id in officers for entry in fresh):
            self.say_receipt()

    def say_receipt(self) -> Entry:
        """Place a receipt in our own log, signed by the station alone."""
        sealed = sealed_words(self.party, self.roster, RECEIPT)
        released = release(stated(self.party, self.roster, sealed, now_us()), self.party.keys.station)
        return self.record.say(released, sealed.body, now_us=now_us())

    def answerer(self) -> Answerer:
        """Return the server's side of every exchange."""
        return Answerer(
            self.record, agreement=AGREEMENT, now=now_us, on_admitted=self.on_admitted, on_ahead=self.on_ahead
        )

    def courier(self, peer: str, carrier: HttpsCarrier) -> Courier:
        """Return the client's side of every exchange with one peer."""
        return Courier(
            self.record,
            peer,
            carrier,
            agreement=AGREEMENT,
            now=now_us,
            on_admitted=self.on_admitted,
            on_ahead=self.on_ahead,
        )


def write_certificates(folder: Path) -> None:
    """Write certificate and key of each party."""
    for party in made_parties():
        certificate, key, der = make_certificate(party.name, now_us=now_us() // MICROSECONDS * MICROSECONDS)
        for ending, data in (("pem", certificate), ("key", key), ("der", der)):
            (folder / f"{party.name}.{ending}").write_bytes(data)


def credentials(folder: Path, name: str) -> Credentials:
    """Return what a party shows."""
    return Credentials.read(folder / f"{name}.pem", folder / f"{name}.key")


def carrier_to(folder: Path, me: str, peer: str, port: int) -> HttpsCarrier:
    """Return the line to a peer on this machine."""
    pin = (folder / f"{peer}.der").read_bytes()
    shown = credentials(folder, me)
    return HttpsCarrier("127.0.0.1", port, credentials=shown, pins=lambda: [pin], limits=LIMITS)


async def _nothing(_party: str, _data: bytes) -> bytes:
    return b""


async def _serve(folder: Path) -> None:
    amber, coral = made_parties()
    node = LinkNode(coral, SqliteStore(folder / "coral.db"), receipts=True)
    answerer, pins = node.answerer(), {amber.name: [(folder / f"{amber.name}.der").read_bytes()]}
    shown = credentials(folder, coral.name)
    servers = [
        await serve("127.0.0.1", 0, credentials=shown, peers=pins, handler=handler, limits=LIMITS)
        for handler in (answerer.handle, _nothing)
    ]
    print(json.dumps([server.port for server in servers]), flush=True)
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)), daemon=True).start()
    await over.wait()
    for server in servers:
        await server.close()
    node.store.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
