"""One lie a test: impostors at the peer port, and a pinned counterpart whose node does not keep to its word.

Each impostor is refused before a byte of HTTP is parsed, and an honest client afterwards is served.
Each lie ends as a sentence with nothing half-stored, and an honest meeting afterwards succeeds.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import h11
import pytest

from certificates import Identity, careless_client, careless_server, forged, honest
from linked import LinkedNode, Scripted, two_nodes
from proxy import FakePort
from searoom.errors import PeerFault
from searoom.link import carriers
from searoom.link.carriers import HttpsCarrier, Limits, Server, serve
from searoom.link.post import EXCHANGE_PATH
from searoom.link.session import Cosigned, End, Entries, Event, Fault, Hello, Role, Session, Witness

LIMITS = Limits(handshake_s=20.0, exchange_s=20.0, goodbye_s=0.1)  # nobody here is refused for being slow
REQUEST = f"POST {EXCHANGE_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nevil".encode()


class Gate:
    """A peer port that counts who reached the HTTP parser and who reached the handler."""

    def __init__(self, coral: Identity, peers: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        self._coral, self._peers = coral, peers
        self.parsed = 0
        self.handled: list[tuple[str, bytes]] = []
        made = carriers.new_parser

        def counting(role: type[h11.SERVER]) -> h11.Connection:
            self.parsed += 1
            return made(role)

        monkeypatch.setattr(carriers, "new_parser", counting)

    async def handler(self, party: str, data: bytes) -> bytes:
        self.handled.append((party, data))
        return data[::-1]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Server]:
        server = await serve(
            "127.0.0.1",
            0,
            certificate=self._coral.certificate,
            key=self._coral.key,
            peers=self._peers,
            handler=self.handler,
            limits=LIMITS,
        )
        try:
            yield server
        finally:
            await server.close()


async def break_in(port: int, context: ssl.SSLContext | None) -> bytes:
    """Send a request as fast as the handshake lets us, and return whatever comes back."""
    answer = b""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        try:
            writer.write(REQUEST)
            answer = await reader.read()
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return answer


def old_tls(identity: Identity) -> ssl.SSLContext:
    context = careless_client(identity)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


# What each impostor brings, given a folder and the honest client's own identity.
IMPOSTORS: dict[str, Callable[[Path, Identity], ssl.SSLContext | None]] = {
    "no certificate": lambda folder, amber: careless_client(None),
    "a foreign certificate": lambda folder, amber: careless_client(forged(folder, "x", party="jade")),
    "the same name, another key": lambda folder, amber: careless_client(forged(folder, "x", party="amber")),
    "the same name and key, another certificate": lambda folder, amber: careless_client(
        forged(folder, "x", party="amber", key_of=amber)
    ),
    "issued by the pinned key": lambda folder, amber: careless_client(forged(folder, "x", party="amber", issuer=amber)),
    "plain text": lambda folder, amber: None,
    "TLS 1.2": lambda folder, amber: old_tls(amber),
}


@pytest.mark.parametrize("name", IMPOSTORS)
def test_an_impostor_never_reaches_the_parser(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not show the pinned certificate is refused before a byte of HTTP; amber is served after it."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    gate = Gate(coral, {"amber": amber.der}, monkeypatch)

    async def scene() -> None:
        async with gate.open() as server:
            assert await break_in(server.port, IMPOSTORS[name](tmp_path, amber)) == b""
            assert (gate.parsed, gate.handled) == (0, [])
            assert await honest_exchange(server.port, amber, coral) == b"ba"

    asyncio.run(scene())
    assert (gate.parsed, gate.handled) == (1, [("amber", b"ab")])


async def honest_exchange(port: int, client: Identity, server: Identity, data: bytes = b"ab") -> bytes:
    carrier = HttpsCarrier(
        "127.0.0.1",
        port,
        certificate=client.certificate,
        key=client.key,
        peer_certificate=server.der,
        limits=LIMITS,
    )
    return await carrier.exchange(data)


@pytest.mark.parametrize("trusted", ["the authority is pinned", "the authority is a second peer's"])
def test_the_right_authority_is_not_the_right_pin(
    trusted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that verifies up to a trusted one passes the handshake, and stops at the pin."""
    coral = honest(tmp_path, "coral")
    authority = forged(tmp_path, "authority", party="jade", authority=True)
    amber = forged(tmp_path, "amber", party="amber", issuer=authority)
    twin = forged(tmp_path, "twin", party="amber", issuer=authority)
    pins = (
        {"jade": authority.der} if trusted == "the authority is pinned" else {"amber": amber.der, "jade": authority.der}
    )
    gate = Gate(coral, pins, monkeypatch)
    reached: list[object] = []
    pinned = carriers.pinned_party

    def noting(writer: asyncio.StreamWriter, peers: dict[str, bytes]) -> str:
        reached.append(writer.get_extra_info("peercert"))
        return pinned(writer, peers)

    monkeypatch.setattr(carriers, "pinned_party", noting)

    async def scene() -> None:
        async with gate.open() as server:
            assert await break_in(server.port, careless_client(twin)) == b""
            assert len(reached) == 1  # its chain was good: only the pin refused it
            assert (gate.parsed, gate.handled) == (0, [])
            assert await honest_exchange(server.port, authority, coral) == b"ba"

    asyncio.run(scene())
    assert gate.handled == [("jade", b"ab")]


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)], ids=["expired", "not yet valid"])
def test_a_pinned_certificate_out_of_its_time_is_refused(
    days: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pin does not outlive the certificate's own dates; the other counterpart is served."""
    coral, jade = honest(tmp_path, "coral"), honest(tmp_path, "jade")
    amber = forged(tmp_path, "amber", party="amber", days=days)
    gate = Gate(coral, {"amber": amber.der, "jade": jade.der}, monkeypatch)

    async def scene() -> None:
        async with gate.open() as server:
            assert await break_in(server.port, careless_client(amber)) == b""
            assert (gate.parsed, gate.handled) == (0, [])
            assert await honest_exchange(server.port, jade, coral) == b"ba"

    asyncio.run(scene())
    assert gate.handled == [("jade", b"ab")]


def test_a_client_that_is_refused_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose certificate the other side has not pinned, reads that as a cause."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    gate = Gate(coral, {"amber": amber.der}, monkeypatch)

    async def scene() -> None:
        async with gate.open() as server:
            with pytest.raises(PeerFault, match="does not take our certificate"):
                await honest_exchange(server.port, forged(tmp_path, "x", party="amber"), coral)

    asyncio.run(scene())


# What a false server shows, given a folder and the honest server's own identity.
FALSE_SERVERS: dict[str, Callable[[Path, Identity], Identity]] = {
    "a foreign certificate": lambda folder, coral: forged(folder, "x", party="jade"),
    "the same name": lambda folder, coral: forged(folder, "x", party="coral"),
    "the same name and key": lambda folder, coral: forged(folder, "x", party="coral", key_of=coral),
    "issued by the pinned key": lambda folder, coral: forged(folder, "x", party="coral", issuer=coral),
}


@pytest.mark.parametrize("name", FALSE_SERVERS)
def test_a_false_server_hears_nothing(name: str, tmp_path: Path) -> None:
    """A server without the pinned certificate is not told a byte of ours, and the fault says why."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    context = careless_server(FALSE_SERVERS[name](tmp_path, coral))
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(65536))

    async def scene() -> None:
        async with FakePort(listen, context=context) as fake:
            with pytest.raises(PeerFault, match="does not show the certificate that we pinned"):
                await honest_exchange(fake.port, amber, coral)

    asyncio.run(scene())
    assert bytes(heard) == b""


def test_a_false_server_with_the_right_authority_hears_nothing(tmp_path: Path) -> None:
    """Even where the pinned certificate is an authority, only itself is taken."""
    amber = honest(tmp_path, "amber")
    authority = forged(tmp_path, "authority", party="jade", authority=True)
    context = careless_server(forged(tmp_path, "issued", party="coral", issuer=authority))
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(65536))

    async def scene() -> None:
        async with FakePort(listen, context=context) as fake:
            with pytest.raises(PeerFault, match="not the pinned one"):
                await honest_exchange(fake.port, amber, authority)

    asyncio.run(scene())
    assert bytes(heard) == b""


def test_a_server_of_tls_1_2_is_refused(tmp_path: Path) -> None:
    """The client speaks nothing older than TLS 1.3 either."""
    amber, coral = honest(tmp_path, "amber"), honest(tmp_path, "coral")
    context = careless_server(coral)
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError

    async def scene() -> None:
        async with FakePort(listen, context=context) as fake:
            with pytest.raises(PeerFault, match="broke the connection"):
                await honest_exchange(fake.port, amber, coral)

    asyncio.run(scene())


# A counterpart with the right certificate and the wrong intentions.


def lie(node: LinkedNode, *events: Event, **hello: object) -> Callable[[bytes], bytes]:
    """Answers of coral's that open with its true hello, changed as told, and go on with `events`."""

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "demo-2026", "coral", "amber")
        session.receive_message(message)
        record = node.record
        fields: dict[str, object] = {
            "own_size": record.size("coral"),
            "held_size": record.size("amber"),
            "held_root": record.root("amber"),
            **hello,
        }
        opening = Hello("demo-2026", "coral", **fields)  # type: ignore[arg-type]
        return b"".join(session.send(event) for event in (opening, *events, End()))

    return answer


def tell_a_lie(amber: LinkedNode, coral: LinkedNode, answer: Callable[[bytes], bytes], *, first_honest: int = 0) -> str:
    """Let amber meet a lying coral; check that nothing of amber's changed and that an honest meeting succeeds."""
    calls = iter(range(100))

    async def scene() -> str:
        honest_answers = coral.answers_to("amber")
        lying = True

        class Liar:
            async def exchange(self, data: bytes) -> bytes:
                if not lying or next(calls) < first_honest:
                    return await honest_answers(data)
                return answer(data)

        courier = amber.courier("coral", Liar())
        before = amber.state()
        progress = await courier.meet()
        assert not progress.in_step
        assert progress.rounds <= first_honest + 2
        assert before == amber.state()
        lying = False
        after = await courier.meet()
        assert (after.in_step, after.fault) == (True, "")
        return progress.fault

    return asyncio.run(scene())


def batch_of(node: LinkedNode, start: int = 0) -> Entries:
    batch = node.record.batch(node.party.name, start)
    assert batch is not None
    return Entries(batch.log, batch.start, batch.items, batch.note)


def flipped(data: bytes, at: int = -1) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("what", ["entry", "body", "note", "order", "start"])
def test_forged_entries_are_refused_whole(what: str) -> None:
    """One changed byte among three entries, and none of the three is stored; the reason is told."""
    amber, coral = two_nodes()
    for n in range(3):
        coral.say(b"%d" % n)
    true = batch_of(coral)
    items = list(true.items)
    match what:
        case "entry":
            items[2] = (flipped(items[2][0]), items[2][1])
        case "body":
            items[2] = (items[2][0], flipped(items[2][1]))
        case "order":
            items[1:] = items[:0:-1]
    forged_batch = Entries(
        "coral",
        0,
        tuple(items[:2] if what == "start" else items),
        flipped(true.note, -3) if what == "note" else true.note,
    )
    fault = tell_a_lie(amber, coral, lie(coral, forged_batch))
    assert fault.startswith("their entries were refused: ")
    assert amber.told == ["coral"]  # by the honest meeting alone


def test_a_fork_is_kept_as_evidence() -> None:
    """Two first entries under one name: the second is refused, what proves the fork is kept, messages still flow."""
    amber, coral = two_nodes()
    double = LinkedNode(coral.party, (amber.party, coral.party))
    coral.say(b"to amber")
    double.say(b"to somebody else")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    coral.say(b"more")
    assert "forked" in tell_a_lie(amber, coral, lie(coral, batch_of(double)))
    assert [piece.kind for piece in amber.record.evidence()] == ["fork"]


@pytest.mark.parametrize("extra", [0, 1, 1 << 40, (1 << 63) - 1])
def test_a_claim_to_hold_more_than_we_said(extra: int) -> None:
    """Nothing is signed or sent to who claims more of our log than there is; the claim is kept once."""
    amber, coral = two_nodes()
    amber.say(b"words")
    fault = tell_a_lie(amber, coral, lie(coral, held_size=max(extra, 2)))
    assert "they hold more of our log than we do" in fault
    assert [piece.kind for piece in amber.record.evidence()] == ["hello"]


def test_a_claim_to_hold_another_log_of_ours() -> None:
    """A root that is not ours at a size that we have is no reason to say anything."""
    amber, coral = two_nodes()
    amber.say(b"words")
    fault = tell_a_lie(amber, coral, lie(coral, held_size=1, held_root=bytes(32)))
    assert "they hold another log under our name" in fault


def test_a_log_that_shrinks() -> None:
    """Who disowns entries that we hold is told so; our copy stays."""
    amber, coral = two_nodes()
    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    fault = tell_a_lie(amber, coral, lie(coral, own_size=0))
    assert fault.startswith("we hold more of their log than they do (1 entries against 0)")


def test_entries_that_are_never_stored() -> None:
    """A counterpart that takes what we send and goes on holding nothing does not keep us busy."""
    amber, coral = two_nodes()
    amber.say(b"words")
    assert "did not store" in tell_a_lie(amber, coral, lie(coral))


def test_a_countersignature_that_is_withheld() -> None:
    """Delivered and never recorded: the sentence says so, once a meeting."""
    amber, coral = two_nodes(receipts=False)
    amber.say(b"words")

    async def deliver() -> None:
        amber_line = amber.calling(coral, max_rounds=2)
        assert (await amber_line.meet()).fault == ""

    asyncio.run(deliver())
    assert amber.record.recorded("amber", "coral") == 0
    assert "do not countersign" in tell_a_lie(amber, coral, lie(coral), first_honest=1)


def test_entries_that_are_promised_and_not_sent() -> None:
    """A larger size without the entries is no progress."""
    amber, coral = two_nodes()
    assert "hand over none" in tell_a_lie(amber, coral, lie(coral, own_size=7))


@pytest.mark.parametrize("what", ["garbage", "ours", "another size"])
def test_a_countersignature_that_is_none(what: str) -> None:
    """A note that does not verify under their mirror key is refused and changes nothing."""
    amber, coral = two_nodes()
    amber.say(b"words")
    notes = {"garbage": b"garbage", "ours": amber.record.note("amber"), "another size": coral.record.note("coral")}
    fault = tell_a_lie(amber, coral, lie(coral, Cosigned(notes[what])))
    assert fault.startswith("their countersignature was refused: ")


def test_a_request_to_countersign_what_we_do_not_hold() -> None:
    """Nothing is signed for a checkpoint beyond what is stored here."""
    amber, coral = two_nodes()
    coral.say(b"one")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    coral.say(b"two")
    fault = tell_a_lie(amber, coral, lie(coral, Witness(coral.record.note("coral")), own_size=1))
    assert fault.startswith("their request to countersign cannot be met: ")


def test_a_countersignature_is_not_coaxed_for_a_fork() -> None:
    """A checkpoint of another root at a size that we hold is evidence, and is not countersigned."""
    amber, coral = two_nodes()
    double = LinkedNode(coral.party, (amber.party, coral.party))
    coral.say(b"to amber")
    double.say(b"to somebody else")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    fault = tell_a_lie(amber, coral, lie(coral, Witness(double.record.note("coral"))))
    assert "cannot be met" in fault
    assert [piece.kind for piece in amber.record.evidence()] == ["fork"]


def test_entries_that_come_again() -> None:
    """What we hold already is compared and changes nothing; nobody here is told of news."""
    amber, coral = two_nodes()
    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    before, told = amber.state(), list(amber.told)
    progress = asyncio.run(amber.courier("coral", Scripted(lie(coral, batch_of(coral)))).meet())
    assert (progress.in_step, progress.received) == (True, 0)
    assert (before, told) == (amber.state(), amber.told)


def test_a_fault_is_read_out() -> None:
    """Their reason is shown as theirs, and nothing else of such an answer is acted on."""
    amber, coral = two_nodes()
    coral.say(b"words")
    answer = lie(coral, batch_of(coral), Fault("busy", "our watch changes"))
    assert tell_a_lie(amber, coral, answer) == "they say: our watch changes"


@pytest.mark.parametrize(
    "answer", [b"", b"\x00", b"\xff" * 64, b"\x00\x00\x00\x01\x80", bytes(4 << 20), bytes(5 << 20)], ids=len
)
def test_garbage_for_an_answer(answer: bytes) -> None:
    """Bytes that are no message are a sentence."""
    amber, coral = two_nodes()
    amber.say(b"words")
    fault = tell_a_lie(amber, coral, lambda _: answer)
    assert fault.startswith("what they answered is no message of the exchange: ")


def test_an_answer_cut_at_any_frame() -> None:
    """An answer without its end is not acted on, though its entries were whole."""
    amber, coral = two_nodes()
    coral.say(b"words")
    whole = lie(coral, batch_of(coral))
    fault = tell_a_lie(amber, coral, lambda message: whole(message)[:-8])
    assert "breaks off" in fault


def test_another_mechanism_s_answer() -> None:
    """A node of another mechanism is not spoken with, whatever certificate it shows."""
    amber, coral = two_nodes()

    def answer(message: bytes) -> bytes:
        session = Session(Role.SERVER, "other-2026", "coral", "amber")
        client = Session(Role.CLIENT, "other-2026", "amber", "coral")
        session.receive_message(client.send(Hello("other-2026", "amber", 0, 0, bytes(32))) + client.send(End()))
        return session.send(Hello("other-2026", "coral", 0, 0, bytes(32))) + session.send(End())

    assert "'coral' of 'other-2026' speaks where" in tell_a_lie(amber, coral, answer)


@pytest.mark.parametrize("what", ["entry", "note", "cosigned", "witness"])
def test_a_lying_caller_is_told_why_and_changes_nothing(what: str) -> None:
    """The server's side keeps to the same rules: refused, unchanged, and the next honest caller is served."""
    amber, coral = two_nodes()
    amber.say(b"words")
    coral.say(b"words")
    true = batch_of(amber)
    lies: dict[str, Event] = {
        "entry": Entries("amber", 0, ((flipped(true.items[0][0]), true.items[0][1]),), true.note),
        "note": Entries("amber", 0, true.items, flipped(true.note, -3)),
        "cosigned": Cosigned(coral.record.note("coral")),
        "witness": Witness(amber.record.note("amber")),
    }
    session = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    hello = Hello("demo-2026", "amber", 1, 0, amber.record.root("coral"))
    message = b"".join(session.send(event) for event in (hello, lies[what], End()))
    before = coral.state()
    answer = session.receive_message(asyncio.run(coral.answerer.handle("amber", message)))
    assert [type(event) for event in answer] == [Hello, Fault, End]
    assert coral.answerer.last_fault["amber"] == answer[1].sentence  # type: ignore[union-attr]
    assert before == coral.state()
    assert coral.told == []
    assert asyncio.run(amber.calling(coral).meet()).in_step


def test_a_carrier_may_not_be_talked_to_for_ever() -> None:
    """A counterpart that always has one thing more does not hold a meeting for ever."""
    amber, coral = two_nodes(receipts=False)
    calls: list[int] = []

    def answer(message: bytes) -> bytes:
        calls.append(len(calls))
        return lie(coral, Witness(coral.record.note("coral")))(message)

    coral.say(b"words")
    assert asyncio.run(amber.calling(coral).meet()).in_step
    progress = asyncio.run(amber.courier("coral", Scripted(answer)).meet())
    assert (progress.in_step, progress.rounds, progress.fault) == (False, 64, "")
