"""The places of one counterpart: who is given up for whom, and who waits for news."""

import asyncio
from pathlib import Path

import pytest

from certificates import careless_client
from searoom.errors import PeerFault
from searoom.link.callers import MAX_CALLS, MAX_CONNECTIONS, Caller, Callers, Doing
from searoom.link.carriers import DEFAULT_LIMITS, Limits
from searoom.link.lanes import Lanes
from searoom.link.post import WAIT_PATH
from wire import PATIENT, Sides, refused, say


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


class News:
    """What a node's record is to those who wait: a count that grows."""

    def __init__(self) -> None:
        self.count = 0
        self.asked = 0
        self._changed = asyncio.Condition()

    async def add(self) -> None:
        async with self._changed:
            self.count += 1
            self._changed.notify_all()

    async def beyond(self, party: str, token: bytes) -> bytes:
        self.asked += 1
        if token == b"bad":
            raise PeerFault("no")
        async with self._changed:
            await self._changed.wait_for(lambda: str(self.count).encode() != token)
            return str(self.count).encode()


def test_answers_as_soon_as_there_is_news(sides: Sides) -> None:
    """Who says what it heard last is answered when there is more; at once, where there is more already."""

    async def scene() -> None:
        news = News()
        async with sides.port(waiter=news.beyond) as server, sides.carrier(server.port) as carrier:
            assert b"0" == await carrier.wait(b"", 20.0)
            waiting = asyncio.create_task(carrier.wait(b"0", 20.0))
            while news.asked < 2:
                await asyncio.sleep(0)
            assert b"ba" == await carrier.exchange(b"ab")  # it is in nobody's way
            assert not waiting.done()
            await news.add()
            assert b"1" == await asyncio.wait_for(waiting, 5.0)
            assert carrier.connections == 2

    asyncio.run(scene())


@pytest.mark.parametrize("shorter", ["theirs", "ours"])
def test_says_nothing_when_there_is_no_news(sides: Sides, shorter: str) -> None:
    """Who waits is answered with nothing after the shorter of its limit and the port's; the connection stays good."""
    brief = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2, wait_s=0.2 if shorter == "ours" else 20.0)

    async def scene() -> None:
        news = News()
        async with sides.port(waiter=news.beyond, limits=brief) as server, sides.carrier(server.port) as carrier:
            for _ in range(2):
                assert b"" == await asyncio.wait_for(carrier.wait(b"0", 1.0 if shorter == "theirs" else 20.0), 10.0)
            assert carrier.connections == 1
            assert sides.failures == []

    asyncio.run(scene())


def test_the_newest_wait_takes_the_place_of_the_one_before(sides: Sides) -> None:
    """One of a counterpart waits at a time: a leftover of a broken line is answered with nothing, at once."""

    async def scene() -> None:
        news = News()
        async with (
            sides.port(waiter=news.beyond) as server,
            sides.carrier(server.port) as first,
            sides.carrier(server.port) as second,
        ):
            older = asyncio.create_task(first.wait(b"0", 20.0))
            while news.asked < 1:
                await asyncio.sleep(0)
            newer = asyncio.create_task(second.wait(b"0", 20.0))
            assert b"" == await asyncio.wait_for(older, 5.0)
            assert not newer.done()
            await news.add()
            assert b"1" == await newer

    asyncio.run(scene())


def test_one_carrier_waits_once(sides: Sides) -> None:
    """Two who wait on one carrier do so one after the other."""

    async def scene() -> None:
        news = News()
        async with sides.port(waiter=news.beyond) as server, sides.carrier(server.port) as carrier:
            both = [asyncio.create_task(carrier.wait(b"0", 20.0)) for _ in range(2)]
            while news.asked < 1:
                await asyncio.sleep(0)
            await asyncio.sleep(0.05)
            assert 1 == news.asked
            await news.add()
            assert [b"1", b"1"] == await asyncio.gather(*both)

    asyncio.run(scene())


def test_a_wait_that_is_refused_is_a_sentence(sides: Sides) -> None:
    """What they cannot have heard is refused, and a node that lets nobody wait says so."""

    async def scene() -> None:
        async with sides.port(waiter=News().beyond) as server:
            assert "HTTP status 400" in await refused(sides.carrier(server.port).wait(b"bad", 1.0))
        async with sides.port() as server:
            assert "HTTP status 404" in await refused(sides.carrier(server.port).wait(b"", 1.0))

    asyncio.run(scene())
    assert sides.failures == []


@pytest.mark.parametrize("prefer", ["Prefer: wait=99999", "Prefer: wait=-1", "Prefer: wait=1;x", "X-Y: z"])
def test_a_wish_that_makes_no_sense_is_no_wish(sides: Sides, prefer: str) -> None:
    """Whoever names no time, or none that we read, does not wait."""
    request = f"POST {WAIT_PATH} HTTP/1.1\r\nHost: x\r\n{prefer}\r\nContent-Length: 1\r\nConnection: close\r\n\r\n0"

    async def scene() -> None:
        async with sides.port(waiter=News().beyond) as server:
            answer = await asyncio.wait_for(say(server.port, careless_client(sides.amber), request.encode()), 10.0)
            assert answer.startswith(b"HTTP/1.1 200")
            assert answer.endswith(b"\r\n\r\n")

    asyncio.run(scene())


def test_a_time_out_inside_is_not_the_end_of_the_wait() -> None:
    """What runs out of time in the node itself is raised, not taken for no news."""

    async def failing() -> bytes:
        raise TimeoutError

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            await Callers(PATIENT, Lanes()).wait(failing(), 10.0)

    asyncio.run(scene())


# What eight connections do, and which of them is given up for a ninth.
GIVEN_UP = {
    "the idle one": ([Doing.WORK] * 4 + [Doing.NOTHING] + [Doing.READING] * 3, {}, 4),
    "the oldest idle one": ([Doing.READING] + [Doing.NOTHING] * 7, {}, 1),
    "one that waits before one that answers": ([Doing.ANSWERING] * 4 + [Doing.WAITING] + [Doing.READING] * 3, {}, 4),
    "one that answers before one that reads": ([Doing.READING] * 6 + [Doing.ANSWERING] * 2, {}, 6),
    "a routine one before an urgent one": ([Doing.ANSWERING] * 8, {0, 1, 2}, 3),
    "an urgent one, where all others work": ([Doing.WORK] * 7 + [Doing.READING], {7}, 7),
}


@pytest.mark.parametrize("name", GIVEN_UP)
def test_gives_up_what_can_best_be_spared(name: str) -> None:
    """A new connection takes the place of the one that does least; work under way is never broken off."""
    doings, urgent, given_up = GIVEN_UP[name]

    async def scene() -> None:
        callers = Callers(DEFAULT_LIMITS, Lanes())
        tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(MAX_CONNECTIONS)]
        for number, (task, doing) in enumerate(zip(tasks, doings, strict=True)):
            caller = Caller(task, b"", lambda: float(number))  # noqa: B023  # called at once
            caller.set(doing)
            caller.urgent = number in urgent
            callers._here.append(caller)
        with callers.enter(tasks[0], b"") as entered:
            await asyncio.sleep(0)
            assert [given_up] == [number for number, task in enumerate(tasks) if task.cancelled()]
            assert len(callers._here) == MAX_CONNECTIONS
        assert entered not in callers._here
        for task in tasks:
            task.cancel()

    asyncio.run(scene())


def test_a_connection_is_urgent_for_one_call() -> None:
    """What was urgent on it once gives an idle connection no better place."""

    async def scene() -> None:
        caller = Caller(asyncio.create_task(asyncio.sleep(0)), b"", asyncio.get_running_loop().time)
        caller.urgent = True
        caller.set(Doing.WORK)
        assert caller.urgent
        caller.set(Doing.NOTHING)
        assert not caller.urgent

    asyncio.run(scene())


def test_a_wait_may_last_longer_than_an_exchange(sides: Sides) -> None:
    """The time of the wait comes on top of the time that an answer may take."""
    brief = Limits(handshake_s=20.0, exchange_s=0.5, goodbye_s=0.2)

    async def scene() -> None:
        async with sides.port(waiter=News().beyond) as server, sides.carrier(server.port, brief) as carrier:
            assert b"" == await carrier.wait(b"0", 1.0)

    asyncio.run(scene())


def test_there_are_more_places_than_calls() -> None:
    """However many calls the node works on, a place is left that can be given up for a new connection."""
    assert sum(most for path, most in MAX_CALLS.items() if path != WAIT_PATH) < MAX_CONNECTIONS
