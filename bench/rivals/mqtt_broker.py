"""MQTT with QoS 2: words and receipts are two topics of one Mosquitto broker; TCP_NODELAY on every socket."""

import asyncio
import contextlib
import importlib.metadata
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from bench.leash import Leash, free_port, wait_for_port
from bench.rivals.course import GROUP, Inbox, Receipts, Rival, main, receipt_for

WORDS, RECEIPTS, QOS = "words", "receipts", 2
SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 64
persistence false
"""
SAID = "; ".join(SETTINGS.format(port="...").splitlines())
UNPACKED = Path(sys.prefix) / "debian"  # where bench/peers.py unpacks a broker if the machine has none


class Broker:
    """One broker, this process as the sender, another as the receiver."""

    window = True
    name = "MQTT QoS 2, Mosquitto"
    receipt = "the receiver's word, unsigned; the broker keeps it in memory"

    def __init__(self, client: Client, version: str, processes: dict[str, int]) -> None:
        self.processes = processes
        paho = importlib.metadata.version("paho-mqtt")
        self.configuration = (f"mosquitto {version}, paho-mqtt {paho}", f"one broker; {SAID}; MQTT 3.1.1, no TLS")
        self._client = client

    async def send(self, message: bytes) -> None:
        """Publish; the client's own thread sees QoS 2 through."""
        self._client.publish(WORDS, message, qos=QOS)


def program() -> tuple[str, dict[str, str]]:
    """Return the broker's program and the environment it needs."""
    here = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if here is not None:
        return here, {}
    libraries = {str(path.parent) for path in UNPACKED.rglob("*.so.*")}
    return str(UNPACKED / "usr" / "sbin" / "mosquitto"), {"LD_LIBRARY_PATH": ":".join(sorted(libraries))}


def version_of(path: str, env: dict[str, str]) -> str:
    """Return the broker's version as it says it."""
    told = subprocess.run([path, "-h"], env={**os.environ, **env}, capture_output=True, text=True, check=False).stdout
    found = re.search(r"version ([\d.]+)", told)
    return found[1] if found else "of unknown version"


def connected(name: str, port: int, topic: str) -> Client:
    """Return a client without delayed packets that will take what comes on `topic`."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv311)
    client.max_inflight_messages_set(64)

    def on_socket_open(_client: Client, _data: object, opened: socket.socket) -> None:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def on_connect(client: Client, _data: object, _flags: object, _code: ReasonCode, _properties: object) -> None:
        client.subscribe(topic, qos=QOS)

    client.on_socket_open = on_socket_open
    client.on_connect = on_connect
    client.connect("127.0.0.1", port)
    return client


@contextlib.asynccontextmanager
async def started(leash: Leash, receipts: Receipts) -> AsyncIterator[Rival]:
    """Start broker and receiver and connect the sender."""
    path, env = program()
    version = version_of(path, env)
    port = free_port()
    settings = leash.folder / "mosquitto.conf"
    settings.write_text(SETTINGS.format(port=port), encoding="utf-8")
    server = leash.start("server", [path, "-c", settings], env=env)
    wait_for_port(port, server, leash.log("server"))
    loop, subscribed = asyncio.get_running_loop(), asyncio.Event()
    client = connected("sender", port, RECEIPTS)

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        # the receiver says "ready" once, when it has subscribed: nothing is kept for one who is not there
        call = subscribed.set if message.payload == b"ready" else receipts.arrived
        loop.call_soon_threadsafe(call, *(() if message.payload == b"ready" else (message.payload,)))

    client.on_message = on_message
    client.loop_start()
    command = [sys.executable, "-m", __spec__.name, "receive", str(port), str(leash.folder / "inbox.db")]
    receiver = leash.start("receiver", command)
    try:
        async with asyncio.timeout(20.0):
            await subscribed.wait()
        yield Broker(client, version, {"server": server.pid, "receiver": receiver.pid})
    finally:
        client.disconnect()
        client.loop_stop()


def receive(arguments: Sequence[str]) -> None:
    """Be the receiver until ended: the client's thread takes, this one stores and answers."""
    port, path = arguments
    inbox, waiting = Inbox(Path(path)), queue.SimpleQueue[bytes]()
    client = connected("receiver", int(port), WORDS)

    def on_subscribe(client: Client, *_rest: object) -> None:
        client.publish(RECEIPTS, b"ready", qos=QOS, retain=True)

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        waiting.put(message.payload)

    client.on_subscribe, client.on_message = on_subscribe, on_message
    client.loop_start()
    while True:
        group = [waiting.get()]
        while len(group) < GROUP and not waiting.empty():
            group.append(waiting.get())
        inbox.keep(group)
        for one in group:
            client.publish(RECEIPTS, receipt_for(one), qos=QOS)


if __name__ == "__main__":
    main({"qos2": started}, receive)
