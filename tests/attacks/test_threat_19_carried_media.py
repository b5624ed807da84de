"""Threat 19: a stick is swapped, infected, cut or read twice: each part proves itself, nothing else is read, nothing is run."""

import asyncio
import gzip
import tracemalloc

import pytest

from attacks.scene import AMBER, CORAL, Scene, digest
from builders import MECHANISM, make_party
from searoom import cbor
from searoom.errors import NotAllowed, PeerFault, Tampered
from searoom.link.bundle import MAX_PART_BYTES, MIN_PART_BYTES, Part, make_parts, missing, read_part
from searoom.link.frames import Ahead, Entries, Witness
from searoom.record.algorithms import SigningKey

BUNDLE_ID = bytes(range(16))


def stick(scene: Scene, **changed: object) -> list[bytes]:
    """Return the parts of what coral hands over by hand: three entries, each in a message, and its newest head."""
    for number in range(3):
        scene.coral.say(bytes([65 + number]) * 1500)
    messages = []
    for start in range(2, 5):
        batch = scene.theirs.batch("coral", start, max_bytes=1, most=1)
        assert batch is not None
        messages.append(scene.message(Entries(batch.log, batch.start, batch.items, batch.note, batch.proof)))
    messages.append(scene.message(Witness(scene.theirs.offer(now_us=scene.now_us))))
    asked = {
        "mechanism": MECHANISM, "exercise": True, "sender": "coral", "receiver": "amber", "bundle_id": BUNDLE_ID,
        "station": CORAL.station, "max_bytes": 2 * MIN_PART_BYTES,
    }  # fmt: skip
    return make_parts(messages, **{**asked, **changed})  # type: ignore[arg-type]  # a test bends what it passes


def read(data: bytes) -> Part:
    """Return a part as amber's node reads it."""
    stations = {"coral": [CORAL.station.public]}
    return read_part(data, mechanism=MECHANISM, exercise=True, receiver="amber", stations=stations)


def take(scene: Scene, data: bytes) -> None:
    """Let amber's node act on a part."""
    for message in read(data).messages:
        asyncio.run(scene.amber.answerer.handle("coral", message))


def test_threat_19_parts_late_twice_out_of_order_and_missing():
    """Whatever order they come in, and however often: what fits is taken once, the rest waits, nothing is doubled."""
    scene = Scene()
    parts = stick(scene)
    assert len(parts) > 2
    for data in (parts[-1], parts[1], parts[0], parts[0]):
        take(scene, data)
    known = [read(data).manifest for data in (parts[0], parts[-1])]
    assert {BUNDLE_ID: tuple(range(2, len(parts)))} == missing(known)
    before = scene.ours.size("coral")
    for data in parts * 2:
        take(scene, data)
    assert (5, True) == (scene.ours.size("coral"), before < 5)
    assert scene.ours.root("coral") == scene.theirs.root("coral")
    kept = digest(scene.store)
    for data in parts:
        take(scene, data)
    assert kept == digest(scene.store)
    scene.honest()


def test_threat_19_any_changed_byte_of_a_part():
    """A part is what coral's station signed, or it is none; the others stay good."""
    scene = Scene()
    part = stick(scene)[0]
    for at in range(0, len(part), 211):
        bent = part[:at] + bytes([part[at] ^ 4]) + part[at + 1 :]
        with pytest.raises((NotAllowed, Tampered)):
            take(scene, bent)
    scene.refused(lambda: take(scene, part[:-1]), NotAllowed, ".")


INFECTED = {
    "a program": b"\x7fELF" + bytes(4096),
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a zip bomb": gzip.compress(bytes(64 << 20)),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(512),
    "a pickle": b"\x80\x04cos\nsystem\n(S'id'\ntR.",
    "nothing": b"",
    "more than a part": bytes(MAX_PART_BYTES + 1),
    "as much as a part": bytes(MAX_PART_BYTES),
    "deep": b"\x81" * 100_000,
}


@pytest.mark.parametrize("name", INFECTED)
def test_threat_19_whatever_else_lies_on_the_stick(name):
    """Files of any other kind are refused by their form, in bounded memory."""
    scene = Scene()
    tracemalloc.start()
    try:
        scene.refused(lambda: take(scene, INFECTED[name]), NotAllowed, ".")
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"receiver": "teal"}, "is for 'teal'"),
        ({"mechanism": "demo-2027"}, "belongs to 'demo-2027'"),
        ({"exercise": False}, "belongs to the real thing"),
        ({"station": SigningKey(bytes(32))}, "no station of 'coral'"),
        ({"station": AMBER.station}, "no station of 'coral'"),
        ({"station": CORAL.officers[0]}, "no station of 'coral'"),
        ({"sender": "teal", "station": make_party("teal").station}, "no station of 'teal'"),
    ],
)
def test_threat_19_a_stick_that_was_swapped(changed, said):
    """Another receiver's, another record's, another sender's: refused before a message in it is read."""
    scene = Scene()
    parts = stick(scene, **changed)
    scene.refused(lambda: take(scene, parts[0]), NotAllowed, said)


def test_threat_19_a_carrier_cannot_mix_parts():
    """The manifest of one part over the messages of another."""
    scene = Scene()
    one, other = (cbor.decode(data, max_bytes=MAX_PART_BYTES) for data in stick(scene)[:2])
    assert isinstance(one, list)
    assert isinstance(other, list)
    scene.refused(lambda: take(scene, cbor.encode([one[0], other[1]])), Tampered, "not what its station signed")


def test_threat_19_a_lie_inside_a_good_part():
    """A part that coral's station signed over entries that nobody signed: its messages are refused as on a line."""
    scene = Scene()
    good = scene.message(Ahead("coral", 2, b"e", b"b", (), b"n"))
    (part,) = make_parts(
        [good, scene.message(Entries("coral", 2, ((b"e", b"b"),), b"note", ()))], mechanism=MECHANISM, exercise=True,
        sender="coral", receiver="amber", bundle_id=BUNDLE_ID, station=CORAL.station,
    )  # fmt: skip
    messages = read(part).messages
    scene.refused(lambda: scene.call(messages[0]), PeerFault, "ahead of its place was refused")
    scene.refused(lambda: scene.call(messages[1]), PeerFault, "entries were refused")
