"""Sticks between the nodes of `linked.py`: written, read, carried, and looked into."""

import asyncio

from linked import LinkedNode
from searoom.link import bundle
from searoom.link.session import Role, Session
from searoom.node.stick import Sticks, Taken, Written


class Box:
    """A mail that keeps everything in memory."""

    def __init__(self) -> None:
        self.out: dict[tuple[str, int], bytes] = {}
        self.came: dict[tuple[str, int], bytes] = {}
        self.annexes: dict[bytes, bytes] = {}
        self.wanted: set[bytes] = set()

    def pending_asides(self, _peer):
        return [(channel, number, data) for (channel, number), data in sorted(self.out.items())]

    def taken_aside(self, _peer, channel, number):
        self.out.pop((channel, number), None)

    def got_aside(self, _peer, channel, number, data):
        self.came[channel, number] = data

    def wanted_annexes(self, _peer):
        return sorted(self.wanted - set(self.annexes))

    def annex(self, _peer, hash_):
        return self.annexes.get(hash_)

    def got_annex(self, _peer, hash_, data):
        self.annexes[hash_] = data


def sticks(node: LinkedNode, mail: Box | None = None) -> Sticks:
    record = node.record
    return Sticks(
        record, record._store, mail or Box(), agreement=node.agreement, now=node.now, on_admitted=node.on_admitted
    )


def written(node: LinkedNode, peer: str, mail: Box | None = None, **options: object) -> Written:
    return sticks(node, mail).write(peer, station=node.party.station, **options)


def read(node: LinkedNode, *parts: bytes, mail: Box | None = None) -> list[Taken]:
    async def all_of_them() -> list[Taken]:
        reader = sticks(node, mail)
        return [await reader.read(part) for part in parts]

    return asyncio.run(all_of_them())


def events(node: LinkedNode, peer: str, stick: Written) -> list[type]:
    """Return the kinds of all that is said on a stick of `node` for `peer`."""
    found: list[type] = []
    for _, data in stick.parts:
        names = {"mechanism": "demo-2026", "exercise": node.record.exercise, "receiver": peer}
        part = bundle.read_part(data, **names, stations={node.name: [node.party.station.public]})
        for message in part.messages:
            session = Session(Role.SERVER, "demo-2026", peer, node.name)
            found += [type(event) for event in session.receive_message(message)]
    return found


def carry(giver: LinkedNode, taker: LinkedNode, **options: object) -> list[Taken]:
    """Write a stick, and read all of it in order."""
    return read(taker, *(data for _, data in written(giver, taker.name, **options).parts))


def packed(node: LinkedNode, peer: str, *messages: bytes) -> bytes:
    """A part with these messages, whatever they are."""
    (part,) = bundle.make_parts(
        messages,
        mechanism="demo-2026",
        exercise=node.record.exercise,
        sender=node.name,
        receiver=peer,
        bundle_id=bytes(16),
        station=node.party.station,
    )
    return part


def put_back(amber: LinkedNode, coral: LinkedNode, store: object = None) -> LinkedNode:
    lost = LinkedNode(amber.party, (amber.party, coral.party), store, receipts=False)
    lost.record.mark_restored(now_us=1)
    return lost
