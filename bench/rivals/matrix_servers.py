"""Matrix: two federated Synapse homeservers, one for the sender and one for the receiver, and a room that both are in.

Variants: `read`, where the receipt is an m.read of the event; `reply`, where it is an event of its own, which the
receiver's homeserver signs; `single`, one homeserver for both, receipt an m.read.
"""

import asyncio
import base64
import contextlib
import importlib.metadata
import os
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.leash import Leash, free_port, wait_for_port
from bench.rivals.course import Inbox, Receipts, Rival, Started, main, receipt_for

FAST = {"per_second": 1_000_000, "burst_count": 1_000_000}
LONG_POLL_MS = 20_000
ONLY_ROOM = '{"presence":{"types":[]},"account_data":{"types":[]},"room":{"timeline":{"limit":200}}}'


class Homeserver:
    """One Synapse under way: a port for clients, a TLS port for the other homeserver."""

    def __init__(self, leash: Leash, name: str) -> None:
        self.client_port, self.federation_port = free_port(), free_port()
        self._folder = leash.folder / name
        self._folder.mkdir()
        self._configure()
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", self._folder / "homeserver.yaml"]
        self.child = leash.start(name, [*command, "--generate-keys"])
        self.child.wait(60)
        self.child = leash.start(name, command)
        self.log = leash.log(name)

    def ready(self) -> None:
        """Return when it answers; it takes some seconds."""
        wait_for_port(self.federation_port, self.child, self.log, seconds=120)
        wait_for_port(self.client_port, self.child, self.log, seconds=120)

    def _configure(self) -> None:
        folder = self._folder
        write_certificate(folder)
        listener = {"bind_addresses": ["127.0.0.1"], "type": "http"}
        config = {
            "server_name": f"127.0.0.1:{self.federation_port}",
            "listeners": [
                {**listener, "port": self.client_port, "tls": False, "resources": [{"names": ["client"]}]},
                {**listener, "port": self.federation_port, "tls": True, "resources": [{"names": ["federation"]}]},
            ],
            "tls_certificate_path": str(folder / "tls.pem"),
            "tls_private_key_path": str(folder / "tls.key"),
            "federation_verify_certificates": False,
            "ip_range_blacklist": [],
            "trusted_key_servers": [],
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "signing_key_path": str(folder / "signing.key"),
            "media_store_path": str(folder / "media"),
            "macaroon_secret_key": "made for one run",
            "enable_registration": True,
            "enable_registration_without_verification": True,
            "report_stats": False,
            "use_presence": False,
            **dict.fromkeys(("rc_message", "rc_registration", "rc_registration_token_validity"), FAST),
            "rc_joins": {"local": FAST, "remote": FAST},
            "rc_joins_per_room": FAST,
            "rc_invites": {"per_room": FAST, "per_user": FAST, "per_issuer": FAST},
            "rc_login": {"address": FAST, "account": FAST},
            "rc_federation": {"window_size": 1000, "sleep_limit": 100_000, "reject_limit": 100_000, "concurrent": 64},
            "federation_rr_transactions_per_room_per_second": 1000,
        }
        (folder / "homeserver.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def write_certificate(folder: Path) -> None:
    """Write a self-signed certificate for 127.0.0.1; the other homeserver is told not to ask who signed it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "tls.key").write_bytes(secret)


class User:
    """One account and its session with a homeserver."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session, self._base, self._count = session, f"http://127.0.0.1:{port}/_matrix/client/v3", 0
        self.token = self.name = self._since = ""

    async def register(self, name: str) -> None:
        """Make the account."""
        words = {"username": name, "password": name, "auth": {"type": "m.login.dummy"}}
        answer = await self.call("POST", "/register", words)
        self.token, self.name = str(answer["access_token"]), str(answer["user_id"])

    async def resume(self, token: str) -> None:
        """Go on with the account of a token."""
        self.token = token
        self.name = str((await self.call("GET", "/account/whoami"))["user_id"])

    async def call(self, method: str, path: str, body: dict | None = None, **query: str) -> dict:
        """Return the answer to one call; `RuntimeError` with the server's words where it refuses."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._session.request(
            method, self._base + path, json=body, params=query, headers=headers
        ) as response:
            answer: dict = await response.json()
            if response.status != 200:
                raise RuntimeError(f"{method} {path.split('/')[1]}: {response.status} {answer}")
            return answer

    async def say(self, room: str, text: str) -> str:
        """Send a message event and return its id."""
        self._count += 1
        path = f"/rooms/{room}/send/m.room.message/{os.getpid()}-{self._count}"
        answer = await self.call("PUT", path, {"msgtype": "m.text", "body": text})
        return str(answer["event_id"])

    async def read(self, room: str, event: str) -> None:
        """Say that an event was read."""
        await self.call("POST", f"/rooms/{room}/receipt/m.read/{event}", {})

    async def news(self, room: str) -> tuple[list[dict], list[dict]]:
        """Wait for something new in the room; return its events and its ephemeral ones."""
        query = {"timeout": str(LONG_POLL_MS), "filter": ONLY_ROOM}
        if self._since:
            query["since"] = self._since
        answer = await self.call("GET", "/sync", **query)
        self._since = str(answer["next_batch"])
        joined = answer.get("rooms", {}).get("join", {}).get(room, {})
        return joined.get("timeline", {}).get("events", []), joined.get("ephemeral", {}).get("events", [])


class Servers:
    """Both homeservers, this process as the sender, another as the receiver."""

    def __init__(self, variant: str, user: User, room: str, processes: dict[str, int]) -> None:
        servers = "one homeserver" if variant == "single" else "two federated homeservers"
        by = "reply event" if variant == "reply" else "m.read"
        self.name = f"Matrix Synapse, {servers}, receipt by {by}"
        self.receipt = "event signed by the homeserver" if variant == "reply" else "ephemeral, unsigned"
        self.window = variant == "reply"  # an m.read stands for all events before it
        versions = [f"{name} {importlib.metadata.version(name)}" for name in ("matrix-synapse", "aiohttp")]
        tls = "clients without TLS" if variant == "single" else "TLS between the homeservers, clients without"
        servers += ", SQLite, no end-to-end encryption, no rate limits"
        self.configuration = (", ".join(versions), f"{servers}; {tls}")
        self.processes = processes
        self.sent: dict[str, bytes] = {}  # event id to the receipt that is due
        self._user, self._room = user, room

    async def send(self, message: bytes) -> None:
        """Send one message event; its body is the message in base64, as JSON asks."""
        event = await self._user.say(self._room, base64.b64encode(message).decode())
        self.sent[event] = receipt_for(message)


async def hear(user: User, room: str, servers: Servers, receipts: Receipts) -> None:
    """Hand each receipt on to who waits for it, until cancelled."""
    early: set[str] = set()
    while True:
        events, ephemeral = await user.news(room)
        for event in events:
            if event["sender"] != user.name and event["type"] == "m.room.message":
                receipts.arrived(base64.b64decode(event["content"]["body"]))
        early |= {read for one in ephemeral if one["type"] == "m.receipt" for read in one["content"]}
        for read in early & set(servers.sent):  # the receipt can be faster than the answer to the sending
            receipts.arrived(servers.sent.pop(read))
            early.discard(read)


def variant(kind: str) -> Started:
    """Return what starts one variant."""

    @contextlib.asynccontextmanager
    async def started(leash: Leash, receipts: Receipts) -> AsyncIterator[Rival]:
        names = ["server"] if kind == "single" else ["server-a", "server-b"]
        servers = [Homeserver(leash, name) for name in names]
        for server in servers:
            server.ready()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            sender, receiver = User(session, servers[0].client_port), User(session, servers[-1].client_port)
            await sender.register("sender")
            await receiver.register("receiver")
            made = await sender.call("POST", "/createRoom", {"preset": "private_chat", "invite": [receiver.name]})
            room = str(made["room_id"])
            await joined(receiver, room)
            by = "reply" if kind == "reply" else "read"
            words = ["receive", by, str(servers[-1].client_port), room, leash.folder / "inbox.db"]
            command = [sys.executable, "-m", __spec__.name, *words]
            child = leash.start("receiver", command, env={"BENCH_TOKEN": receiver.token})
            processes = {name: server.child.pid for name, server in zip(names, servers, strict=True)}
            rival = Servers(kind, sender, room, {**processes, "receiver": child.pid})
            hearing = asyncio.create_task(hear(sender, room, rival, receipts))
            try:
                yield rival
            finally:
                hearing.cancel()

    return started


async def joined(user: User, room: str) -> None:
    """Join a room as soon as the invitation has come over."""
    for _ in range(50):
        with contextlib.suppress(RuntimeError):
            await user.call("POST", f"/join/{room}", {})
            return
        await asyncio.sleep(0.2)
    raise RuntimeError("the receiver cannot join the room")


def receive(arguments: Sequence[str]) -> None:
    """Be the receiver until ended."""
    by, port, room, path = arguments
    asyncio.run(_receive(by, int(port), room, Inbox(Path(path))))


async def _receive(by: str, port: int, room: str, inbox: Inbox) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        user = User(session, port)
        await user.resume(os.environ["BENCH_TOKEN"])
        while True:
            events, _ = await user.news(room)
            new = [one for one in events if one["sender"] != user.name and one["type"] == "m.room.message"]
            if not new:
                continue
            bodies = [base64.b64decode(one["content"]["body"]) for one in new]
            inbox.keep(bodies)
            if by == "read":
                await user.read(room, new[-1]["event_id"])
            else:
                texts = [base64.b64encode(receipt_for(body)).decode() for body in bodies]
                await asyncio.gather(*(user.say(room, text) for text in texts))


if __name__ == "__main__":
    main({kind: variant(kind) for kind in ("read", "reply", "single")}, receive)
