"""Harnesses for what comes over a line or on a stick: messages, HTTP, parts of bundles."""

import hashlib
import io
from collections.abc import Coroutine

import h11

from fuzz.material import MECHANISM, pair
from fuzz.promise import FOUR, Broken, again
from searoom import cbor
from searoom.link import bundle, post
from searoom.link.session import NEED_DATA, Role, Session
from searoom.record import cose


def message(data: bytes) -> bool:
    """Read a whole message as a server, at once and in pieces; what is taken is written again by a client."""
    whole, pieces = (Session(Role.SERVER, MECHANISM, "coral", "amber") for _ in range(2))
    try:
        events = whole.receive_message(data)
    except FOUR:
        events = ()
    found = []
    try:
        for at in range(0, len(data), 97):
            pieces.receive_data(data[at : at + 97])
            while (event := pieces.next_event()) is not NEED_DATA:
                found.append(event)
        pieces.receive_data(b"")
        pieces.next_event()
    except FOUR:
        found = []
    if list(events) != found:
        raise Broken("a message is read otherwise in pieces than at once")
    client = Session(Role.CLIENT, MECHANISM, "amber", "coral")
    if events and b"".join(client.send(event) for event in events) != data:
        raise Broken("what was read is written otherwise")
    return bool(events)


def part(data: bytes) -> bool:
    """Read a part of a bundle; bytes that are a manifest or a payload are signed first."""
    amber, _ = pair()
    known = {"amber": (amber.station.public,)}
    taken = again(bundle.Manifest.from_bytes, bundle.Manifest.to_bytes)(data)
    for whole in (data, _signed_part(data)):
        try:
            bundle.read_part(whole, mechanism=MECHANISM, exercise=True, receiver="coral", stations=known)
            taken = True
        except FOUR:
            continue
    return taken


def _signed_part(data: bytes) -> bytes:
    key, digest = pair()[0].station, hashlib.sha256(data).digest()
    manifest = bundle.Manifest(MECHANISM, True, "amber", "coral", bytes(bundle.ID_SIZE), 1, 1, digest).to_bytes()
    header = cose.protected(key.algorithm, key.key_id)
    signature = key.sign(cose.to_sign1(header, bundle._DOMAIN, manifest))  # noqa: SLF001  # as a sender signs
    return cbor.encode([cose.sign1_bytes(header, manifest, signature), data])


class _Line:
    """A line that carries these bytes in pieces, and swallows what is written."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    async def read(self, most: int, /) -> bytes:
        """Return some of the bytes."""
        return self._data.read(min(most, 61))

    async def write(self, data: bytes, /) -> None:
        """Take the bytes and forget them."""


async def _requests(data: bytes) -> bool:
    line, parser = _Line(data), post.new_parser(h11.SERVER)
    while found := await post.read_head(parser, line):
        request, head = found
        body = await post.read_body(parser, line, request)
        if len(body) > post.MAX_BODY_BYTES or not 0 <= head.wait_s <= 9999:
            raise Broken("a request is longer, or waits longer, than is allowed")
        post.answer_bytes(parser, 200, b"")
        if not post.goes_on(parser):
            return


async def _answer(data: bytes) -> bool:
    await post.ask(post.new_parser(h11.CLIENT), _Line(data), "amber", post.EXCHANGE_PATH, b"")


def _talk(exchange: Coroutine[None, None, None]) -> None:
    """Run an exchange to its end: the line never lets it wait, so no loop is needed."""
    try:
        exchange.send(None)
    except StopIteration:
        return
    raise Broken("an exchange waits for something else than its line")


def http(data: bytes) -> bool:
    """Read requests as a server and an answer as a client, as a port and a caller do; they know these errors."""
    taken = False
    for talk in (_requests, _answer):
        try:
            _talk(talk(data))
            taken = True
        except (*FOUR, post.RefusedError, h11.RemoteProtocolError, ConnectionError):
            continue
    return taken
