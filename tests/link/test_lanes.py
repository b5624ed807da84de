"""Flash before routine: on a slow line, in both directions, and when all routine places are taken."""

import asyncio
from pathlib import Path

import pytest

from proxy import Proxy
from searoom.link.carriers import ROUTINE_AT_ONCE, Limits
from searoom.link.lanes import Bucket, GaveWayError, Lanes
from wire import Sides

SLOW = Limits(handshake_s=60.0, exchange_s=120.0, goodbye_s=0.2)
RATE = 2048  # bytes a second
FLASH = bytes(300)
ROUTINE = bytes(60 << 10)  # half a minute of such a line


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


async def took_s(work: object) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await work  # type: ignore[misc]
    return loop.time() - began


async def drop(task: asyncio.Task[bytes]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def short(party: str, data: bytes) -> bytes:
    return bytes(200)


async def until(condition: object) -> None:
    while not condition():  # type: ignore[operator]
        await asyncio.sleep(0.01)


def test_flash_has_the_whole_line(sides: Sides) -> None:
    """On a narrow line flash takes about as long beside a long routine exchange as it takes alone."""

    async def scene() -> None:
        async with (
            sides.port(short, SLOW) as server,
            Proxy(server.port, rate=RATE) as line,
            sides.carrier(line.port, SLOW) as carrier,
        ):
            await carrier.exchange(b"x")
            alone_s = await took_s(carrier.exchange(FLASH, urgent=True))
            routine = asyncio.create_task(carrier.exchange(ROUTINE))
            await asyncio.sleep(2.0)  # it fills the line
            # a new connection for it, and what stands in the line's buffers, come on top
            beside_s = await took_s(carrier.exchange(FLASH, urgent=True))
            assert not routine.done()
            assert beside_s < 8 * alone_s + 3.0
            assert beside_s < len(ROUTINE) / RATE / 3
            again_s = await took_s(carrier.exchange(FLASH, urgent=True))
            assert again_s < 3 * alone_s + 0.5  # now its connection is there already
            await drop(routine)

    asyncio.run(scene())


def test_a_long_answer_gives_way_to_flash_from_the_other_side(sides: Sides) -> None:
    """What this node answers slowly is broken off when it has something urgent to say itself."""
    lanes = {"amber": Lanes()}

    async def long_answer(party: str, data: bytes) -> bytes:
        return ROUTINE

    async def scene() -> None:
        async with (
            sides.port(long_answer, SLOW, lanes=lanes) as server,
            Proxy(server.port, rate=RATE) as line,
            sides.carrier(line.port, SLOW) as carrier,
        ):
            routine = asyncio.create_task(carrier.exchange(b"x"))
            await until(lambda: lanes["amber"]._routine)
            await asyncio.sleep(0.3)
            with lanes["amber"].urgent():  # as coral's own carrier has it when it calls amber
                await until(lambda: not lanes["amber"]._routine)
                assert not routine.done()  # what is in the line still comes
            await asyncio.gather(routine, return_exceptions=True)

    asyncio.run(scene())


def test_breaks_nothing_off_on_a_fast_line(sides: Sides) -> None:
    """Where routine is quick it is let finish: each message is sent once."""

    async def scene() -> None:
        async with sides.port() as server, sides.carrier(server.port) as carrier:
            for _ in range(20):
                await asyncio.gather(carrier.exchange(b"routine"), carrier.exchange(b"flash", urgent=True))

    asyncio.run(scene())
    words = [data for _, data in sides.heard]
    assert (words.count(b"routine"), words.count(b"flash")) == (20, 20)


def test_what_gave_way_is_repeated(sides: Sides) -> None:
    """The courier does not notice that its exchange was broken off: it gets its answer after the urgent one."""
    going = asyncio.Event()

    async def handler(party: str, data: bytes) -> bytes:
        sides.heard.append((party, data))
        if len(sides.heard) == 1:
            await asyncio.sleep(60)
        return data

    async def urgent(party: str, data: bytes) -> bytes:
        await going.wait()
        return data

    async def scene() -> None:
        async with (
            sides.port(handler, urgent_handler=urgent) as server,
            sides.carrier(server.port, lanes=Lanes(slow_s=0.0)) as carrier,
        ):
            routine = asyncio.create_task(carrier.exchange(b"routine"))
            await until(lambda: sides.heard)
            flash = asyncio.create_task(carrier.exchange(b"flash", urgent=True))
            await asyncio.sleep(0.1)
            assert 1 == len(sides.heard)  # held back as long as the urgent one is under way
            going.set()
            assert b"flash" == await flash
            assert b"routine" == await routine

    asyncio.run(scene())
    assert [b"routine", b"routine"] == [data for _, data in sides.heard]


def test_flash_passes_when_all_routine_places_are_taken(sides: Sides) -> None:
    """Routine exchanges that hang, at our end or at theirs, keep no flash waiting."""

    async def handler(party: str, data: bytes) -> bytes:
        sides.heard.append((party, data))
        await asyncio.sleep(60)
        return data

    async def scene() -> None:
        async with (
            sides.port(handler, urgent_handler=short) as server,
            sides.carrier(server.port, lanes=Lanes(slow_s=60.0)) as carrier,
        ):
            hanging = [asyncio.create_task(carrier.exchange(b"x")) for _ in range(2 * ROUTINE_AT_ONCE)]
            await until(lambda: len(sides.heard) == ROUTINE_AT_ONCE)
            for _ in range(3):
                assert bytes(200) == await asyncio.wait_for(carrier.exchange(FLASH, urgent=True), 10)
            for task in hanging:
                await drop(task)

    asyncio.run(scene())


def test_an_urgent_call_holds_our_own_routine_back(sides: Sides) -> None:
    """While they tell us something urgent, our routine answers and exchanges leave them the line."""
    lanes = {"amber": Lanes()}
    going, reached = asyncio.Event(), asyncio.Event()

    async def urgent(party: str, data: bytes) -> bytes:
        reached.set()
        await going.wait()
        return data

    async def scene() -> None:
        async with (
            sides.port(urgent_handler=urgent, lanes=lanes) as server,
            # two carriers: amber's own lanes shall not do what coral's are tried for
            sides.carrier(server.port) as calling,
            sides.carrier(server.port) as routine,
        ):
            flash = asyncio.create_task(calling.exchange(b"flash", urgent=True))
            await reached.wait()
            answer = asyncio.create_task(routine.exchange(b"routine"))
            await until(lambda: sides.heard)
            await asyncio.sleep(0.1)
            assert not answer.done()
            going.set()
            assert b"enituor" == await answer
            assert b"flash" == await flash

    asyncio.run(scene())


def test_lanes_tell_their_own_break_from_a_time_out() -> None:
    """A time that ran out inside is no giving way, even while something urgent goes on."""

    async def scene() -> None:
        lanes = Lanes(slow_s=0.0)
        with pytest.raises(TimeoutError):
            async with lanes.routine():
                raise TimeoutError
        with pytest.raises(GaveWayError):
            async with lanes.routine():
                with lanes.urgent():
                    await asyncio.sleep(10)
        with pytest.raises(GaveWayError):
            async with lanes.routine():
                with lanes.urgent():
                    with lanes.urgent():
                        pass
                    await asyncio.sleep(10)  # one of two is over: the line is still the other's
        async with lanes.routine():
            with lanes.urgent(), lanes.urgent():
                pass
            await asyncio.sleep(0)

    asyncio.run(scene())


def test_a_bucket_fills_again() -> None:
    """So many at once, then as many as time allows, and never more than it holds."""
    bucket = Bucket(2.0, 3.0)
    assert [True, True, True, False] == [bucket.take(100.0) for _ in range(4)]
    assert not bucket.take(100.4)
    assert bucket.take(100.5)
    assert [True, True, True, False] == [bucket.take(1000.0) for _ in range(4)]
