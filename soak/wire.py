"""The line between two nodes, in the hands of an adversary: it loses, delays, cuts, garbles, repeats and replays."""

import asyncio
import hashlib
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Final

from searoom.errors import PeerFault
from soak.disk import PowerLoss
from soak.judge import Judge
from soak.speech import in_words
from soak.timeline import Trace

Serve = Callable[[str, str, bytes], Awaitable[bytes]]  # (server, client, message) -> answer
Bend = Callable[[str, str, bytes], bytes]  # (speaker, listener, message) -> what the speaker really sends
PAST: Final = 6
TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How often each thing happens to an exchange, and how slow the line is."""

    lost_request: float = 0.0
    lost_answer: float = 0.0
    cut_request: float = 0.0
    cut_answer: float = 0.0
    garbled_request: float = 0.0
    garbled_answer: float = 0.0
    twice: float = 0.0
    stale_request: float = 0.0
    slow: float = 0.0

    def fate(self, chance: random.Random) -> str:
        """Draw what happens to one exchange; at most one thing, "" for nothing."""
        drawn = chance.random()
        for field in fields(self):
            drawn -= getattr(self, field.name)
            if drawn < 0:
                return field.name
        return ""


CLEAR: Final = Weather()


class Net:
    """All lines; `serve` is set by the world, `bend` is where a liar changes what it says.

    `hurried(client, server, begins)` is told when an urgent exchange begins, and when one was disturbed;
    `carried` when any exchange has ended.
    """

    def __init__(self, chance: random.Random, judge: Judge, trace: Trace) -> None:
        self.chance, self.judge, self.trace = chance, judge, trace
        self.weather, self.faults, self.exchanges = CLEAR, Counter[str](), 0
        self.clean: Counter[tuple[str, str]] = Counter()  # (client, server) -> exchanges that nothing has disturbed
        self.sent = hashlib.sha256()  # over all bytes that left a node: another each time, for keys and seals are drawn
        self.parted: set[frozenset[str]] = set()
        self.serve: Serve
        self.hurried: Callable[[str, str, bool], None] = lambda _client, _server, _begins: None
        self.carried: Callable[[], None] = lambda: None
        self.bend: Bend = lambda _speaker, _listener, data: data
        self.lives: Counter[str] = Counter()  # how often each node was put back: its old connections are dead then
        self._past: dict[tuple[str, str], deque[bytes]] = {}

    def line(self, client: str, server: str, alive: Callable[[], bool]) -> "Line":
        """Return the carrier that a client's courier is given; it serves that process while it is `alive`."""
        return Line(self, client, server, alive)

    def is_parted(self, one: str, other: str) -> bool:
        """Whether nothing comes through between the two."""
        return frozenset((one, other)) in self.parted

    def past(self, client: str, server: str) -> deque[bytes]:
        """Return the last requests that went this way, as an adversary has kept them."""
        return self._past.setdefault((client, server), deque(maxlen=PAST))

    def put_back(self, name: str) -> None:
        """Break all connections of a node that is put back to an older state; what was under way is gone."""
        self.lives[name] += 1
        for (client, _), past in self._past.items():
            if client == name:
                past.clear()

    def fault(self, kind: str) -> None:
        """Count a fault."""
        self.faults[kind] += 1


class Line:
    """A carrier (`searoom.link.carriers.Carrier`) from one node to another."""

    def __init__(self, net: Net, client: str, server: str, alive: Callable[[], bool]) -> None:
        self._net, self._client, self._server, self._alive = net, client, server, alive

    async def wait(self, _token: bytes, limit_s: float) -> bytes:
        """Return no news: a story says itself who calls, and when."""
        await asyncio.sleep(limit_s)
        return b""

    async def exchange(self, data: bytes, *, urgent: bool = False) -> bytes:
        """Return the counterpart's answer, or what the adversary makes of it."""
        net = self._net
        if not self._alive():
            raise PowerLoss
        if urgent:
            net.hurried(self._client, self._server, True)
        before = net.clean[self._client, self._server]
        try:
            return await self._exchange(data, urgent)
        finally:
            if urgent and net.clean[self._client, self._server] == before:
                net.hurried(self._client, self._server, False)
            net.carried()
            if not self._alive():
                raise PowerLoss

    async def _exchange(self, data: bytes, urgent: bool) -> bytes:
        net = self._net
        net.exchanges += 1
        number, lives = net.exchanges, self._lives()
        net.judge.leaves(self._client, data)
        net.sent.update(data)
        fate = net.weather.fate(net.chance)
        net.trace.add(f"#{number} {self._client}>{self._server} {in_words(data)}{' [' + fate + ']' if fate else ''}")
        data = net.bend(self._client, self._server, data)
        if fate:
            net.fault(fate)
            if urgent:
                net.hurried(self._client, self._server, False)
        await self._wait(fate)
        if net.is_parted(self._client, self._server) or lives != self._lives():
            net.fault("parted")
            net.trace.add(f"#{number} does not get through")
            raise PeerFault("no line")
        answer = await self._carry(number, fate, data)
        await self._wait(fate)
        if lives != self._lives():
            fate = "lost_answer"
        return self._arrive(number, fate, answer)

    def _lives(self) -> tuple[int, int]:
        return self._net.lives[self._client], self._net.lives[self._server]

    async def _wait(self, fate: str) -> None:
        chance = self._net.chance.random()
        await asyncio.sleep(chance * 600.0 if fate == "slow" else 0.02 + chance * 0.3)

    async def _carry(self, number: int, fate: str, data: bytes) -> bytes:
        """Bring the request over, and what else the adversary brings with it."""
        net = self._net
        past = net.past(self._client, self._server)
        if fate == "lost_request":
            await asyncio.sleep(TIMEOUT_S)
            raise PeerFault("the other node did not answer within the time allowed")
        if fate == "stale_request" and past:
            await self._ignored(number, past[int(net.chance.random() * len(past))])
        if fate == "cut_request":
            data = data[: int(net.chance.random() * len(data))]
        elif fate == "garbled_request":
            data = garbled(data, net.chance.random())
        else:
            past.append(data)
        answer = await self._served(number, data)
        if fate == "twice":
            await asyncio.sleep(net.chance.random())
            await self._ignored(number, data)
        return answer

    async def _served(self, number: int, data: bytes) -> bytes:
        net = self._net
        answer = await net.serve(self._server, self._client, data)
        net.judge.leaves(self._server, answer)
        net.sent.update(answer)
        net.trace.add(f"#{number} {self._server}:{in_words(answer)}")
        return net.bend(self._server, self._client, answer)

    async def _ignored(self, number: int, data: bytes) -> None:
        """Bring bytes over whose answer nobody waits for."""
        try:
            await self._served(number, data)
        except PeerFault:
            self._net.trace.add(f"#{number} refused")

    def _arrive(self, number: int, fate: str, answer: bytes) -> bytes:
        net = self._net
        if fate == "lost_answer" or net.is_parted(self._client, self._server):
            net.trace.add(f"#{number} the answer is lost")
            raise PeerFault("the other node broke the connection")
        if fate == "cut_answer":
            return answer[: int(net.chance.random() * len(answer))]
        if fate == "garbled_answer":
            return garbled(answer, net.chance.random())
        if not fate:
            net.clean[self._client, self._server] += 1
        return answer


def garbled(data: bytes, fraction: float) -> bytes:
    """Return the bytes with one of them changed.

    The highest bit: of a text it makes no text, of a number another number, whatever the other bits are. So what
    becomes of it does not hang on the bytes of a signature.
    """
    at = int(fraction * len(data))
    return data[:at] + bytes((data[at] ^ 0x80,)) + data[at + 1 :] if data else data
