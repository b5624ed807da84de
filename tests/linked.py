"""Nodes reduced to what the link needs: a record, a receipt for what comes in, and both ends of an exchange."""

import functools
from collections.abc import Awaitable, Callable, Sequence

from builders import NOW_US, Party, make_record, opener, parties, roster, say
from searoom.errors import PeerFault
from searoom.link.answerer import Answerer
from searoom.link.carriers import LoopCarrier
from searoom.link.courier import Courier
from searoom.link.frames import Event
from searoom.link.session import Role, Session
from searoom.record.ahead import Ahead
from searoom.record.entry import Entry
from searoom.record.log import Store
from searoom.record.shared import SharedRecord

RECEIPT = b"receipt"
TEXT = b"\x07" * 32  # the hash of the agreement that all of them work by


class LinkedNode:
    """One party's record with an answerer; it writes a receipt for what is admitted, but none for receipts."""

    def __init__(
        self,
        party: Party,
        others: tuple[Party, ...],
        store: Store | None = None,
        *,
        receipts: bool = True,
        agreement: bytes = TEXT,
        **answerer: object,
    ) -> None:
        self.party = party
        self.record: SharedRecord = make_record(party, roster(*others), store)
        self.receipts, self.agreement = receipts, agreement
        self.told: list[str] = []
        self.hurried: list[str] = []
        self.now_us = NOW_US
        self._seen = {log: self.record.size(log) for log in self.record.logs()}
        self._answered_ahead: set[tuple[str, int]] = set()
        self.answerer = Answerer(
            self.record,
            agreement=agreement,
            now=self.now,
            on_admitted=self.on_admitted,
            on_ahead=self.on_ahead,
            **answerer,  # type: ignore[arg-type]  # mail and limits
        )

    @property
    def name(self) -> str:
        return self.party.name

    def now(self) -> int:
        return self.now_us

    def on_admitted(self, author: str) -> None:
        """Write one receipt where anything but receipts is new, and was not answered ahead of its place."""
        self.told.append(author)
        log = self.record.log_of(author)
        fresh = list(self.record.entries(log, max(self._seen.get(log, 0), self._heard_so_far(log))))
        self._seen[log] = self.record.size(log)
        words = [
            opener(self.party)(entry, body)
            for entry, body in fresh
            if (entry.log, entry.index) not in self._answered_ahead
        ]
        if self.receipts and any(word is None or not word.startswith(RECEIPT) for word in words):
            self._receipt()

    def _heard_so_far(self, log: str) -> int:
        """How much of a log our own last entry had heard: what it stands behind was answered before."""
        record = self.record
        last = list(record.entries(record.own, record.size(record.own) - 1))[-1:] if record.size(record.own) else []
        return max((heard.size for entry, _ in last for heard in entry.heard if heard.log == log), default=0)

    def on_ahead(self, author: str) -> None:
        """Write one receipt for what came ahead and was not answered yet."""
        self.hurried.append(author)
        waiting = {(item.log, item.index): item for item in self.record.aheads(self.record.log_of(author))}
        fresh = [item for place, item in waiting.items() if place not in self._answered_ahead]
        self._answered_ahead |= set(waiting)
        if self.receipts and any(self._open_ahead(item) not in (None, RECEIPT) for item in fresh):
            self._receipt()

    def _open_ahead(self, item: Ahead) -> bytes | None:
        return opener(self.party)(Entry.from_bytes(item.entry), item.body)

    def _receipt(self) -> None:
        say(self.record, self.party, RECEIPT, signers=[self.party.station])

    def say(self, words: bytes) -> None:
        say(self.record, self.party, words)
        self.answerer.changed()

    def heard(self, peer: str) -> list[bytes | None]:
        return [opener(self.party)(entry, body) for entry, body in self.record.entries(peer)]

    def courier(self, peer: str, carrier: object, **options: object) -> Courier:
        return Courier(
            self.record,
            peer,
            carrier,  # type: ignore[arg-type]  # any object with an exchange
            agreement=self.agreement,
            now=self.now,
            on_admitted=self.on_admitted,
            on_ahead=self.on_ahead,
            **options,  # type: ignore[arg-type]  # rounds, bytes and mail
        )

    def calling(self, other: "LinkedNode", **options: object) -> Courier:
        """A courier to another node in this process."""
        answerer = other.answerer
        line = Line(other.answers_to(self.name), waiter=functools.partial(answerer.wait, self.name))
        return self.courier(other.name, line, **options)

    def answers_to(self, party: str) -> Callable[[bytes], Awaitable[bytes]]:
        return functools.partial(self.answerer.handle, party)

    def state(self) -> tuple[object, ...]:
        """Everything that an exchange could have changed."""
        record = self.record
        logs = record.logs()
        heads = [(log, record.size(log), record.root(log), record.note(log), record.aheads(log)) for log in logs]
        cosigned = [record.cosigned(log, by) for log in logs for by in record.roster.parties]
        return (*heads, *cosigned, record.healing)


def nodes(*names: str, **options: object) -> tuple[LinkedNode, ...]:
    """Linked nodes of these parties; amber and coral where none are given."""
    members = parties(*names)
    return tuple(LinkedNode(member, members, **options) for member in members)  # type: ignore[arg-type]  # as given


def two_nodes(**options: object) -> tuple[LinkedNode, LinkedNode]:
    amber, coral = nodes(**options)
    return amber, coral


def spoken(peer: str, me: str, events: Sequence[Event]) -> bytes:
    """The bytes of a client's whole message of `me` to `peer`."""
    session = Session(Role.CLIENT, "demo-2026", me, peer)
    return b"".join(session.send(event) for event in events)


class Line:
    """A carrier that remembers each message and answer, and can lose the n-th request or answer."""

    def __init__(
        self,
        handler: Callable[[bytes], Awaitable[bytes]],
        *,
        waiter: Callable[[bytes], Awaitable[bytes]] | None = None,
    ) -> None:
        self._carrier = LoopCarrier(handler, waiter=waiter)
        self.messages: list[bytes] = []
        self.answers: list[bytes] = []
        self.urgent: list[bool] = []
        self.lose_request_at: int | None = None
        self.lose_answer_at: int | None = None
        self.after: Callable[[int], None] = lambda _: None

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        number = len(self.messages)
        self.messages.append(data)
        self.urgent.append(urgent)
        if number == self.lose_request_at:
            raise PeerFault("the request was lost")
        answer = await self._carrier.exchange(data, urgent=urgent)
        if number == self.lose_answer_at:
            raise PeerFault("the answer was lost")
        self.answers.append(answer)
        self.after(number)
        return answer

    async def wait(self, token: bytes, limit_s: float) -> bytes:
        return await self._carrier.wait(token, limit_s)


class Scripted:
    """A carrier whose answers are made by `answer(message)`: a counterpart that lies."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self.messages: list[bytes] = []

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        del urgent
        self.messages.append(data)
        return self._answer(data)
