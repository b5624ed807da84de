"""Asking at the desk: one request and its reply over the door of the node that runs on the same machine.

A Unix socket in a folder that only its owner may enter (`door.py` is the node's end). One request,
one reply, each a CBOR map behind four bytes of length. The person is not known by the socket: what
must be signed is signed by the person's own key before it comes through the door.
"""

import contextlib
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from searoom import cbor
from searoom.errors import NotAllowed, PeerFault, StateUnknown, Tampered
from searoom.sentences import Named, Sentence, remade

MAX_BYTES = 64 << 20
MAX_DEPTH = 32
LENGTH = struct.Struct(">I")
POINTER = "desk"
_SENTENCE = "sentence of the tables"
"""The one key of a map that stands for a sentence: its key, its part and its values; or for a name and its field."""
_KINDS = {kind.__name__: kind for kind in (NotAllowed, PeerFault, Tampered, StateUnknown)}


def pack(value: cbor.Value) -> bytes:
    """Return a request or reply as it goes through the door."""
    data = cbor.encode(_plain(value), max_depth=MAX_DEPTH)
    return LENGTH.pack(len(data)) + data


def unpack(data: bytes) -> dict[str, object]:
    """Return the map that came through the door; raise `NotAllowed` where it is none."""
    value = cbor.decode(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    if not isinstance(value, dict):
        raise NotAllowed("a request to the desk is a map")
    return {str(key): _said(item) for key, item in value.items()}


def _plain(value: cbor.Value) -> cbor.Value:
    """Return a value with each sentence as its key and values, so that who reads it says it in their own language."""
    match value:
        case Sentence():
            values = {name: _plain(item) for name, item in value.values.items()}
            row: list[cbor.Value] = [value.key, value.part, values]
            return {_SENTENCE: row}
        case Named():
            return {_SENTENCE: [str(value), value.of]}
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case str():
            return str(value)
    return value


def _said(value: object) -> object:
    """Return a value with its sentences put together again; of a key that is in no table here, the key alone."""
    match value:
        case {**row} if row.keys() == {_SENTENCE}:
            return _sentence(row[_SENTENCE])
        case dict():
            return {key: _said(item) for key, item in value.items()}
        case list():
            return [_said(item) for item in value]
    return value


def _sentence(row: object) -> str:
    match row:
        case [str() as key, str() as part, dict() as values]:
            held = {str(name): _said(item) for name, item in values.items()}
            with contextlib.suppress(KeyError):
                return remade(key, part, {name: tuple(it) if isinstance(it, list) else it for name, it in held.items()})
            return key
        case [str() as name, str() as of]:
            return Named(name, of)
    raise NotAllowed("a sentence at the desk is its key, its part and its values")


def ask(folder: Path, request: Mapping[str, cbor.Value], *, timeout_s: float = 60.0) -> dict[str, object]:
    """Send one request to the node that runs in `folder` and return its reply; raise what the node raised."""
    path, data = where(folder), pack(dict(request))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(timeout_s)
        try:
            door.connect(path)
        except OSError as problem:
            raise unreached(folder, problem) from None
        try:
            door.sendall(data)
            (size,) = LENGTH.unpack(_exactly(door, LENGTH.size))
            reply = unpack(_exactly(door, min(size, MAX_BYTES)))
        except (OSError, struct.error, NotAllowed) as problem:
            raise unanswered(folder, problem) from None
    return answered(reply)


def where(folder: Path) -> str:
    """Return where the door of the node that runs in `folder` is; `NotAllowed` where none runs."""
    try:
        return (folder / POINTER).read_text(encoding="utf-8")
    except OSError:
        raise NotAllowed(Sentence("desk.no_node", folder=folder)) from None


def unreached(folder: Path, problem: Exception) -> NotAllowed:
    """Return what is raised where nobody opens the door."""
    return NotAllowed(Sentence("desk.no_answer", folder=folder, problem=problem))


def unanswered(folder: Path, problem: Exception) -> StateUnknown:
    """Return what is raised where it was asked, and no whole answer came.

    From the first byte on nobody here knows whether it was done; "nothing changed" would invite a double.
    """
    return StateUnknown(
        Sentence("desk.half", folder=folder, problem=problem),
    )


def answered(reply: dict[str, object]) -> dict[str, object]:
    """Return a reply; raise what the node raised."""
    if "error" in reply:
        kind = _KINDS.get(str(reply["error"]), NotAllowed)
        raise kind(cast("str", reply["sentence"]), advice=cast("str", reply["advice"]))
    return reply


def runs(folder: Path) -> bool:
    """Return whether a node runs in `folder`; a killed one leaves a pointer behind that leads nowhere."""
    try:
        ask(folder, {"do": "material"})
    except NotAllowed:
        return False
    except StateUnknown:
        pass
    return True


def _exactly(door: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = door.recv(min(size - len(parts), 1 << 16))
        if not part:
            raise ConnectionResetError("it closed the door in the middle of its reply")
        parts += part
    return bytes(parts)
