"""What each party said last, by hand, of what it holds and waits for: remembered, since nobody answers on a stick.

It is what the next stick for that party is written for. Where it is lost, or older than what is known by now, a
stick brings more than is needed, or asks again; nothing else comes of it.
"""

from dataclasses import dataclass
from typing import Final, cast

from searoom import cbor
from searoom.link.frames import MAX_WANTED, Aside, AsideHeld, End, Event, Hello, Want, WantAnnex
from searoom.link.progress import Message
from searoom.link.session import MOST, Role, Session
from searoom.record.log import Store

KIND: Final = "stick"
ASKED: Final = "stick-asked"
HALF: Final = 8
"""Of the 16 bytes of a bundle's id: the first are chance, the others the first of the bundle that it answers."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who it is and what it holds, the annexes that it asks for, and its asides that came and were not answered yet."""

    hello: Hello
    wants: tuple[Want, ...]
    annexes: tuple[bytes, ...] = ()
    asides: tuple[tuple[str, int], ...] = ()


class LastWords:
    """The last words of all counterparts, in the store of one node."""

    def __init__(self, store: Store, mechanism: str, me: str) -> None:
        self._store, self._mechanism, self._me = store, mechanism, me

    def keep(self, peer: str, message: Message, bundle_id: bytes) -> None:
        """Keep what a message of `peer` tells; of the messages of one bundle what each asks for is added up."""
        asides = {(event.channel, event.number) for event in message.events if isinstance(event, Aside)}
        wanted = {one for event in message.events if isinstance(event, WantAnnex) for one in event.hashes}
        held = self._store.get(KIND, peer.encode())
        if held is not None and _fields(held)[0] == bundle_id:
            before = self._told(peer, held)
            asides |= set(before.asides)
            wanted |= set(before.annexes)
        session = Session(Role.CLIENT, self._mechanism, peer, self._me)
        events: list[Event] = [message.hello, *message.wants, End()]
        said = b"".join(session.send(event) for event in events)
        rows: list[cbor.Value] = [[channel, number] for channel, number in sorted(asides)[: MOST[AsideHeld]]]
        asked: list[cbor.Value] = [*sorted(wanted)[:MAX_WANTED]]
        self._store.put(KIND, peer.encode(), cbor.encode([bundle_id, said, rows, asked]))

    def last(self, peer: str) -> Told | None:
        """Return what `peer` said last, or None where it never did."""
        data = self._store.get(KIND, peer.encode())
        return None if data is None else self._told(peer, data)

    def read(self, peer: str) -> bytes:
        """Return the first half of the id of the newest bundle of `peer` that was read; zeros for none."""
        data = self._store.get(KIND, peer.encode())
        return bytes(HALF) if data is None else _fields(data)[0][:HALF]

    def ask(self, peer: str, name: bytes, own: str, size: int) -> None:
        """Remember the bundle that asked `peer` what it holds of our log, and what we held of it then."""
        self._store.put(ASKED, peer.encode(), cbor.encode([name, own, size]))

    def answers(self, peer: str, name: bytes, own: str, size: int) -> bool:
        """Return whether the bundle of this name asked, and we hold just as much now as it said."""
        return self._store.get(ASKED, peer.encode()) == cbor.encode([name, own, size])

    def forget(self, peer: str) -> None:
        """Forget it."""
        if self._store.get(KIND, peer.encode()) is not None:
            self._store.drop(KIND, peer.encode())

    def _told(self, peer: str, data: bytes) -> Told:
        _, said, rows, asked = _fields(data)
        message = Message.read(Session(Role.SERVER, self._mechanism, self._me, peer), said)
        return Told(message.hello, message.wants, tuple(asked), tuple((channel, number) for channel, number in rows))


def _fields(data: bytes) -> tuple[bytes, bytes, list[tuple[str, int]], list[bytes]]:
    """Return what `keep` wrote."""
    value = cast("tuple[bytes, bytes, list[tuple[str, int]], list[bytes]]", cbor.decode(data, max_bytes=len(data)))
    name, said, rows, asked = value
    return name, said, rows, asked
