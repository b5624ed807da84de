"""Readers of a live watch: who reads slowly loses the least important, is told how much, and holds nobody up."""

import asyncio
import json
import os

import pytest

from searoom.encounters.livewords import line
from searoom.errors import NotAllowed
from searoom.watch import outlets
from searoom.watch.outlets import MOST_WAITING, Plain, Server, Waiting

PATIENCE_S = 20.0


def lines(many, kind="alert"):
    """Return some lines."""
    return [line(kind, {"n": number}) for number in range(many)]


def said(data):
    """Return what lines say."""
    return [json.loads(raw) for raw in data.splitlines()]


async def answer(asked):
    """Answer one question, refuse all others."""
    if asked.get("do") != "ping":
        raise NotAllowed("nothing is known of this request")
    return [line("pong", {})]


def test_what_matters_goes_first_and_nothing_else_makes_it_go():
    """A flood of strangers' pairs waits behind the watched ones, and only strangers' pairs are dropped, the oldest."""
    waiting = Waiting()
    assert 7 == waiting.put(lines(MOST_WAITING + 7, "stranger"), first=False)
    assert 0 == waiting.put(lines(3, "watched"), first=True)
    taken = said(waiting.take())

    assert ["dropped", "watched", "watched", "watched", "stranger"] == [one["kind"] for one in taken[:5]]
    assert (7, 7) == (taken[0]["lines"], taken[4]["n"])


def test_all_readers_are_told_and_each_is_answered_alone():
    """Two connect, both hear an alert; one asks, and only it gets the answer."""

    async def scene():
        server = Server(answer)
        await server.open("127.0.0.1", 0)
        one = await asyncio.open_connection("127.0.0.1", server.port)
        other = await asyncio.open_connection("127.0.0.1", server.port)
        one[1].write(b'{"do":"ping"}\nnonsense\n[]\n{"do":"sing"}\n')
        answers = [json.loads(await one[0].readline()) for _ in range(4)]
        while server.readers < 2:
            await asyncio.sleep(0.01)
        server.tell(lines(1), first=True)
        heard = [json.loads(await reader.readline()) for reader, _ in (one, other)]
        server.close()
        for _, writer in (one, other):
            writer.close()
        return answers, heard

    answers, heard = asyncio.run(asyncio.wait_for(scene(), PATIENCE_S))
    assert ["pong", "refused", "refused", "refused"] == [one["kind"] for one in answers]
    assert [{"kind": "alert", "n": 0}] * 2 == heard


def test_a_reader_that_never_reads_holds_nobody_up(monkeypatch):
    """Its lines are dropped and counted, those of the other all arrive."""
    monkeypatch.setattr(outlets, "MOST_WAITING", 500)
    big = [line("alert", {"n": number, "fill": "x" * 2_000}) for number in range(100)]

    async def scene():
        server = Server(answer)
        await server.open("127.0.0.1", 0)
        _, deaf = await asyncio.open_connection("127.0.0.1", server.port)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 20)
        while server.readers < 2:
            await asyncio.sleep(0.01)
        got = 0
        for _ in range(200):
            server.tell(big, first=False)
            for _ in big:
                got += json.loads(await reader.readline())["kind"] == "alert"
        server.close()
        deaf.close()
        writer.close()
        return got, server.dropped

    got, dropped = asyncio.run(asyncio.wait_for(scene(), PATIENCE_S))
    assert 20_000 == got
    assert dropped > 1_000


def test_a_request_without_an_end_is_no_reason_to_hold_it():
    """Whoever sends more than a request may be long is cut off."""

    async def scene():
        server = Server(answer)
        await server.open("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"x" * 100_000)
        try:
            left = await reader.read()
        except ConnectionError:
            left = b""
        writer.close()
        server.close()
        return left

    assert b"" == asyncio.run(asyncio.wait_for(scene(), PATIENCE_S))


def test_a_full_pipe_holds_nobody_up():
    """Telling returns at once though nobody reads the pipe; what was kept arrives when somebody does."""
    reading, writing = os.pipe()
    plain = Plain(writing)
    for _ in range(20):
        plain.tell(lines(2_000), first=False)
    assert plain.dropped > 0
    os.set_blocking(reading, True)
    data = b""
    while data.count(b"\n") < MOST_WAITING:
        data += os.read(reading, 1 << 20)
    plain.close()
    os.close(reading)
    os.close(writing)
    assert data.startswith(b'{"kind":')


@pytest.mark.parametrize(
    ("expected", "host"),
    [(True, "127.0.0.1"), (True, "::1"), (True, "localhost"), (False, "0.0.0.0"), (False, "10.0.0.1"), (False, "sea")],
)
def test_knows_which_addresses_are_of_this_machine_alone(expected, host):
    """A name may be anybody's; every address at once is everybody's."""
    assert expected is outlets.own(host)
