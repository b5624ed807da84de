"""Courier and answerer over real sockets: the counterpart absent, slow, cut off, and back again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from certificates import Identity, careless_server, honest
from linked import RECEIPT, LinkedNode, two_nodes
from proxy import FakePort, Proxy
from searoom.link.carriers import HttpsCarrier, Limits
from searoom.link.courier import Courier
from searoom.link.port import Server, serve
from searoom.link.post import MAX_BODY_BYTES
from searoom.link.progress import Progress

HURRIED = Limits(handshake_s=0.2, exchange_s=0.3, goodbye_s=0.1)  # where running out of time is the point
PATIENT = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.2)  # never reached, however busy the machine


class Wired:
    """Amber's courier and coral's peer port, with certificates and real sockets between them."""

    def __init__(self, folder: Path) -> None:
        self.nodes = two_nodes()
        self.amber, self.coral = self.nodes
        self.amber_identity: Identity = honest(folder, "amber")
        self.coral_identity: Identity = honest(folder, "coral")

    @asynccontextmanager
    async def port(self, port: int = 0) -> AsyncIterator[Server]:
        server = await serve(
            "127.0.0.1",
            port,
            credentials=self.coral_identity.credentials,
            peers={"amber": [self.amber_identity.der]},
            handler=self.coral.answerer.handle,
            waiter=self.coral.answerer.wait,
            limits=PATIENT,
        )
        try:
            yield server
        finally:
            await server.close()

    @asynccontextmanager
    async def courier(self, port: int, limits: Limits = PATIENT) -> AsyncIterator[Courier]:
        carrier = HttpsCarrier(
            "127.0.0.1",
            port,
            credentials=self.amber_identity.credentials,
            pins=lambda: [self.coral_identity.der],
            limits=limits,
        )
        async with carrier:
            yield self.amber.courier("coral", carrier)

    def assert_all_there(self) -> None:
        for owner, holder in (self.nodes, self.nodes[::-1]):
            name, by = owner.party.name, holder.party.name
            assert holder.record.root(name) == owner.record.root(name)
            assert owner.record.recorded(name, by) == owner.record.size(name) == holder.record.recorded(name, by)


@pytest.fixture
def wired(tmp_path: Path) -> Wired:
    wired = Wired(tmp_path)
    wired.amber.say(b"from amber")
    wired.coral.say(b"from coral")
    return wired


def words(node: LinkedNode, peer: str) -> list[bytes | None]:
    return [word for word in node.heard(peer) if word != RECEIPT]


def test_meets_over_mutual_tls(wired: Wired) -> None:
    """The whole way: real certificates, real sockets, both in step."""

    async def scene() -> None:
        async with wired.port() as server, wired.courier(server.port) as courier:
            progress = await courier.meet()
        assert (progress.in_step, progress.sent, progress.received, progress.fault) == (True, 2, 2, "")

    asyncio.run(scene())
    wired.assert_all_there()


def test_an_absent_counterpart_is_met_later(wired: Wired) -> None:
    """Absent, present, absent and present again on one port: only faults and progress, and nothing lost."""

    async def scene() -> None:
        async with wired.port() as server:
            port = server.port
        async with wired.courier(port) as courier:
            for _ in range(2):
                before = wired.amber.state()
                progress = await courier.meet()
                fault = f"nobody answers at 127.0.0.1:{port}"
                assert progress == Progress(in_step=False, rounds=1, sent=0, received=0, fault=fault)
                assert courier.last_contact_us == 0 or courier.last_fault == fault
                assert before == wired.amber.state()
                async with wired.port(port):
                    assert (await courier.meet()).in_step
                wired.amber.say(b"and more")

    asyncio.run(scene())
    assert words(wired.coral, "amber") == [b"from amber", b"and more"]


# Bytes of TLS after which the line is cut: in the handshake, in the head, in the entries, in the answer.
CUTS = [0, 1, 200, 520, 1000, 1400, 1800, 2200, 3000]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("exchange", [0, 1])
def test_a_line_cut_in_the_middle(wired: Wired, way: str, cut: int, exchange: int) -> None:
    """Wherever it breaks, each side has whole entries or none, and the next meeting completes it."""

    async def scene() -> None:
        async with wired.port() as server, Proxy(server.port) as line, wired.courier(line.port) as courier:
            line.cut_after(exchange, **{way: cut})
            progress = await courier.meet()
            assert not progress.in_step
            assert "127.0.0.1" in progress.fault
            assert wired.coral.record.size("amber") in (0, 1, 2)
            line.mend()
            progress = await courier.meet()
            assert (progress.in_step, progress.fault) == (True, "")

    asyncio.run(scene())
    assert words(wired.coral, "amber") == [b"from amber"]
    assert words(wired.amber, "coral") == [b"from coral"]
    wired.assert_all_there()


def test_a_line_that_freezes_between_delivered_and_recorded(wired: Wired) -> None:
    """Two exchanges pass and deliver; the third, which would countersign, is held, and comes in the next meeting."""

    async def scene() -> None:
        limits = Limits(handshake_s=1.5, exchange_s=2.0, goodbye_s=0.1)
        async with wired.port() as server, Proxy(server.port) as line, wired.courier(line.port, limits) as courier:
            line.freeze_after(2)
            progress = await courier.meet()
            assert "did not answer within the time allowed" in progress.fault
            assert line.frozen.is_set()
            assert line.passed == 2
            assert wired.coral.record.size("amber") == 2  # words and receipt: delivered
            assert wired.amber.heard("coral")[-1] == RECEIPT
            assert wired.amber.record.recorded("amber", "coral") == 0  # and not recorded
            line.thaw()
            assert (await courier.meet()).in_step

    asyncio.run(scene())
    assert words(wired.coral, "amber") == [b"from amber"]
    wired.assert_all_there()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + bytes(90):
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(0.02)


async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x16\x03\x01 what is this \xff" * 50)
    writer.close()
    await writer.wait_closed()


async def babble_in_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ngarbage")
    writer.close()
    await writer.wait_closed()


async def too_long(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1))
    writer.close()
    await writer.wait_closed()


async def long_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000)
    await nothing(reader, writer)


@pytest.mark.parametrize(
    ("talk", "sentence"),
    [
        (drip, "did not answer within the time allowed"),
        (nothing, "did not answer within the time allowed"),
        (babble, "something else than HTTP"),
        (babble_in_http, "no message of the exchange"),
        (too_long, "longer than"),
        (long_head, "something else than HTTP"),
    ],
)
def test_a_counterpart_that_misbehaves(wired: Wired, talk: object, sentence: str) -> None:
    """Slow, silent, garbage or over-long behind its true certificate: a sentence, and its true node is met after it."""
    context = careless_server(wired.coral_identity)

    async def scene() -> None:
        before = wired.amber.state()
        async with FakePort(talk, context=context) as fake:  # type: ignore[arg-type]
            limits = HURRIED if "within the time" in sentence else PATIENT
            async with wired.courier(fake.port, limits) as courier:
                progress = await courier.meet()
        assert sentence in progress.fault
        assert (progress.rounds, progress.sent, progress.received) == (1, 0, 0)
        assert before == wired.amber.state()
        async with wired.port() as server, wired.courier(server.port) as courier:
            assert (await courier.meet()).in_step

    asyncio.run(scene())
    wired.assert_all_there()


def test_waits_for_news_and_hears_of_it_at_once(wired: Wired) -> None:
    """Over a real line: nothing new, no answer; the moment coral says something, amber is woken and fetches it."""

    async def scene() -> None:
        async with wired.port() as server, wired.courier(server.port) as courier:
            assert await courier.wait() is True
            assert (await courier.meet()).in_step
            await courier.wait()  # what amber's own words brought there
            await courier.meet()
            waiting = asyncio.create_task(courier.wait(15.0))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            wired.coral.say(b"news")
            assert await waiting is True
            assert (await courier.meet()).received == 1

    asyncio.run(scene())
    assert words(wired.amber, "coral") == [b"from coral", b"news"]


def test_a_flash_passes_a_line_full_of_routine(wired: Wired) -> None:
    """On a narrow line a long backlog is under way; the flash is receipted long before it, and nothing is lost."""
    for n in range(40):
        wired.amber.say(b"%d" % n * 1500)
    wired.amber.say(b"flash")

    async def scene() -> None:
        async with (
            wired.port() as server,
            Proxy(server.port, rate=60_000) as line,
            wired.courier(line.port) as courier,
        ):
            meeting = asyncio.create_task(courier.meet())
            while line.opened < 2:  # the backlog is on its way
                await asyncio.sleep(0.01)
            progress = await courier.send_ahead(41)
            assert (progress.fault, progress.received) == ("", 1)
            assert not meeting.done()
            assert wired.coral.record.size("amber") == 0
            progress = await meeting
            assert (progress.in_step, progress.fault) == (True, "")

    asyncio.run(scene())
    assert words(wired.coral, "amber")[-1] == b"flash"
    wired.assert_all_there()
