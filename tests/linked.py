"""Nodes reduced to what the link needs: a record, a receipt for what comes in, and both ends of an exchange."""

import functools
from collections.abc import Awaitable, Callable

from builders import NOW_US, Party, keyring, make_record, opener, parties, say
from searoom.errors import PeerFault
from searoom.link.carriers import LoopCarrier
from searoom.link.courier import Answerer, Courier
from searoom.record.log import Store
from searoom.record.shared import SharedRecord

RECEIPT = b"receipt"


class LinkedNode:
    """One party's record with an answerer; it writes a receipt for what is admitted, but none for receipts."""

    def __init__(
        self, party: Party, others: tuple[Party, ...], store: Store | None = None, *, receipts: bool = True
    ) -> None:
        self.party = party
        self.record: SharedRecord = make_record(party, keyring(*others), store)
        self.receipts = receipts
        self.told: list[str] = []
        self.now_us = NOW_US
        self._seen = {name: self.record.size(name) for name in self.record.keyring.others(party.name)}
        self.answerer = Answerer(self.record, now=self.now, on_admitted=self.on_admitted)

    def now(self) -> int:
        return self.now_us

    def on_admitted(self, peer: str) -> None:
        """Write one receipt where anything but receipts is new."""
        self.told.append(peer)
        fresh = list(self.record.entries(peer, self._seen[peer]))
        self._seen[peer] = self.record.size(peer)
        words = [opener(self.party)(entry, body) for entry, body in fresh]
        if self.receipts and any(word is None or not word.startswith(RECEIPT) for word in words):
            say(self.record, self.party, RECEIPT, signers=[self.party.station])

    def say(self, words: bytes) -> None:
        say(self.record, self.party, words)

    def heard(self, peer: str) -> list[bytes | None]:
        return [opener(self.party)(entry, body) for entry, body in self.record.entries(peer)]

    def courier(self, peer: str, carrier: object, **options: int) -> Courier:
        return Courier(
            self.record,
            peer,
            carrier,  # type: ignore[arg-type]  # any object with an exchange
            now=self.now,
            on_admitted=self.on_admitted,
            **options,
        )

    def calling(self, other: "LinkedNode", **options: int) -> Courier:
        """A courier to another node in this process."""
        return self.courier(other.party.name, Line(other.answers_to(self.party.name)), **options)

    def answers_to(self, party: str) -> Callable[[bytes], Awaitable[bytes]]:
        return functools.partial(self.answerer.handle, party)

    def state(self) -> tuple[object, ...]:
        """Everything that an exchange could have changed."""
        record = self.record
        names = record.keyring.parties
        heads = [(name, record.size(name), record.root(name), record.note(name)) for name in names]
        return (*heads, *(record.cosigned(log, by) for log in names for by in names))


def two_nodes(**options: bool) -> tuple[LinkedNode, LinkedNode]:
    members = parties()
    amber, coral = (LinkedNode(member, members, **options) for member in members)
    return amber, coral


class Line:
    """A carrier that remembers each message and answer, and can lose the n-th request or answer."""

    def __init__(self, handler: Callable[[bytes], Awaitable[bytes]]) -> None:
        self._carrier = LoopCarrier(handler)
        self.messages: list[bytes] = []
        self.answers: list[bytes] = []
        self.lose_request_at: int | None = None
        self.lose_answer_at: int | None = None
        self.after: Callable[[int], None] = lambda _: None

    async def exchange(self, data: bytes) -> bytes:
        number = len(self.messages)
        self.messages.append(data)
        if number == self.lose_request_at:
            raise PeerFault("the request was lost")
        answer = await self._carrier.exchange(data)
        if number == self.lose_answer_at:
            raise PeerFault("the answer was lost")
        self.answers.append(answer)
        self.after(number)
        return answer


class Scripted:
    """A carrier whose answers are made by `answer(message)`: a counterpart that lies."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self.messages: list[bytes] = []

    async def exchange(self, data: bytes) -> bytes:
        self.messages.append(data)
        return self._answer(data)
