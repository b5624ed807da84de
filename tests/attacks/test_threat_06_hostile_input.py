"""Threat 6: whatever a counterpart can send is refused before anything changes, in bounded memory, and never blocks a flash."""

import asyncio
import contextlib
import dataclasses
import gzip
import random
import tracemalloc
import zlib

import pytest

from attacks.scene import CORAL, HOUR_US, RING, Scene, ahead, digest, frame, note, offered, words
from builders import MECHANISM, NOW_US
from linked import TEXT
from searoom import cbor
from searoom.errors import NotAllowed, PeerFault, SearoomError, Tampered
from searoom.link import bundle
from searoom.link.frames import MAX_FRAME_BYTES, Cosigned, Entries, Hello, Want, Witness, write
from searoom.link.quota import SMALL_BYTES, Limits, Quota
from searoom.link.session import MAX_MESSAGE_BYTES
from searoom.record import cose, heads
from searoom.record.entry import ENTRY_AAD, MAX_ENTRY, Entry
from searoom.record.policy import everybody
from searoom.record.proof import Proof
from searoom.signals import forms

POLICY = everybody(heads.log_verifiers(RING, "amber", 1), {"coral": heads.mirror_verifiers(RING, "coral")[0]})
BOUND = 48 << 20  # bytes that the longest of hostile messages may take while it is refused


def length(data: bytes) -> bytes:
    """Return the bytes of a frame."""
    return len(data).to_bytes(4, "big") + data


HELLO = write(Hello(MECHANISM, TEXT, "coral", "coral", 2, "amber", 2, bytes(32)))[4:]
BAD_MESSAGES = {
    "nothing": b"",
    "a length alone": b"\x00\x00\x00\x09",
    "a frame longer than any": (MAX_FRAME_BYTES + 1).to_bytes(4, "big") + bytes(64),
    "a length of four gigabytes": b"\xff\xff\xff\xff" + bytes(64),
    "more than a message": bytes(MAX_MESSAGE_BYTES + 1),
    "as much as a message, of nothing": bytes(MAX_MESSAGE_BYTES),
    "four million empty frames": length(HELLO) + bytes(4 << 19),
    "nested a thousand deep": length(b"\x81" * 1000 + b"\x00"),
    "nested as deep as a frame is long": length(b"\x81" * (MAX_FRAME_BYTES - 1) + b"\x00"),
    "an array that claims 2^32 items": length(b"\x9a\xff\xff\xff\xff" + bytes(100)),
    "an array that claims 2^64 items": length(b"\x9b" + b"\xff" * 8),
    "a map that claims 2^32 pairs": length(b"\xba\xff\xff\xff\xff" + bytes(100)),
    "a text that claims 2^62 bytes": length(b"\x7b\x40" + bytes(7) + b"x"),
    "duplicate keys": length(b"\xa2\x00\x01\x00\x02"),
    "keys in another order": length(b"\xa2\x01\x01\x00\x02"),
    "an over-long integer": length(b"\x82\x18\x00\x00"),
    "an indefinite length": length(b"\x9f\x65hello\xff"),
    "trailing bytes in a frame": length(HELLO + b"\x00"),
    "a tag": length(b"\xc0" + HELLO),
    "a float": length(b"\x81\xf9\x3c\x00"),
    "text of no Unicode": length(b"\x81\x65hell\xff"),
    "a future version": length(HELLO.replace(b"\x65hello\x01", b"\x65hello\x02", 1)),
    "an unknown frame": length(cbor.encode(["oracle", 1])),
    "a zip bomb, gzip": gzip.compress(bytes(64 << 20)),
    "a zip bomb, zlib in a frame": length(cbor.encode(["hello", zlib.compress(bytes(16 << 20))])),
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_threat_06_bytes_that_are_no_message(name):
    """As a call and as an answer: a sentence, the memory of a few messages at most, and the next honest one passes."""
    scene, data = Scene(), BAD_MESSAGES[name]
    tracemalloc.start()
    try:
        scene.refused(lambda: scene.call(data), PeerFault, "is no message of the exchange")
        scene.refused(lambda: scene.meet(lambda _: data), PeerFault, "is no message of the exchange")
        assert tracemalloc.get_traced_memory()[1] < BOUND
    finally:
        tracemalloc.stop()


def test_threat_06_every_prefix_and_many_flips_of_a_true_message():
    """Cut at any byte or with any bit turned, a message of coral's is taken whole or refused; nothing else happens."""
    scene, rng = Scene(), random.Random(6)
    scene.coral.say(b"true")
    whole = scene.message(frame(scene.next_batch()), Witness(scene.theirs.offer(now_us=NOW_US)))
    before = digest(scene.store)
    bent = [whole[:at] for at in range(0, len(whole), 97)]
    for _ in range(150):
        at = rng.randrange(len(whole))
        bent.append(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :])
    for data in bent:
        scene.amber.now_us += HOUR_US
        with contextlib.suppress(PeerFault):  # whatever else is raised fails the test
            scene.call(data)
        if digest(scene.store) != before:  # the flip was in what nobody signs, as in a hello's size
            assert scene.ours.root("coral") == scene.theirs.root("coral")
    scene.honest()


@pytest.mark.parametrize(
    "text", ["a\u202eb", "a\u2066b\u2069", "\u200b", "\ufeffx", "a\x00b", "a\x1bb", "e\u0301", "\ud800", "a\u2028b"]
)
def test_threat_06_words_that_read_otherwise_than_they_are(text):
    """Bidirectional, invisible and control characters: in no name of the link, and in no text of a form."""
    scene, book = Scene(), forms.load()
    raw = text.encode("utf-8", "surrogatepass")
    hidden = HELLO.replace(b"\x65coral", bytes([0x60 + len(raw)]) + raw, 1)
    scene.refused(lambda: scene.call(length(hidden)), PeerFault, "is no message of the exchange")
    with pytest.raises(NotAllowed):
        forms.encode(forms.from_text(book, "hotline-message", {"text": text}), book)
    content = forms.encode(forms.from_text(book, "hotline-message", {"text": "HERE"}), book)
    with pytest.raises(NotAllowed):
        forms.decode(content.replace(b"\x64HERE", bytes([0x60 + len(raw)]) + raw), book)


@pytest.mark.parametrize("size", [MAX_ENTRY + 1, 65_535, 65_536])
def test_threat_06_leaves_that_are_too_long(size):
    """A 65 KiB leaf is refused by the record and by the frame before it is read."""
    scene = Scene()
    batch = scene.batch([(bytes(size), words()[1])])
    scene.refused(scene.admit(batch), NotAllowed, "an entry has at most")
    with pytest.raises(NotAllowed):
        scene.message(frame(batch))
    raw = cbor.encode(["entries", "coral", 2, [[bytes(size), b"x"]], batch.note, []])
    scene.refused(lambda: scene.call(length(HELLO) + length(raw)), PeerFault, "is no message of the exchange")


@pytest.mark.parametrize("hashes", [1, 62, 63, 64, 65, 4096])
def test_threat_06_proofs_of_any_length(hashes):
    """Too many hashes are refused by their number, others by what they prove."""
    scene = Scene()
    batch = dataclasses.replace(scene.lie(*words()), proof=(bytes(32),) * hashes)
    scene.refused(scene.admit(batch), (NotAllowed, Tampered), "two trees|proof", ["note"] if hashes < 64 else [])  # type: ignore[arg-type]  # a test bends what it passes
    signed = scene.ours.cosigned("amber", "coral")
    assert signed is not None
    body = b"\n".join([b"c2sp.org/tlog-proof@v1", b"index 0", *[b"A" * 43 + b"="] * hashes, b"", b""])
    with pytest.raises(SearoomError):
        Proof.from_bytes(body + signed).check(b"x", POLICY)


@pytest.mark.parametrize("version", [0, 2, 255, 1 << 63])
def test_threat_06_versions_that_are_not_ours(version):
    """An entry and a statement of another version, rightly signed: the form is refused, in words."""
    scene = Scene()
    released, body = words()
    entry = scene.placed(released)
    items = cbor.decode(entry.payload())
    assert isinstance(items, dict)
    payload = cbor.encode({**items, 0: version})
    header = entry.station.header()
    data = cose.sign1_bytes(header, payload, CORAL.station.sign(cose.to_sign1(header, ENTRY_AAD, payload)))
    scene.refused(scene.admit(scene.batch([(data, body)])), NotAllowed, "version")
    with pytest.raises(NotAllowed, match="version"):
        Entry.from_bytes(data)


def test_threat_06_sizes_that_no_log_has():
    """Starts, sizes and indexes at the edges of 64 bits: refused, or let lie where they cannot be taken yet."""
    scene = Scene()
    before = digest(scene.store)
    for size in (1 << 40, (1 << 63) - 2):
        with pytest.raises(PeerFault):
            scene.meet(scene.answer(own_size=size))
        scene.call(scene.message(Want("amber", size), own_size=size))
        scene.call(scene.message(Entries("coral", size, ((b"e", b"b"),), note(2, bytes(32)), ())))
    for bad in ((1 << 63), (1 << 64) - 1, -1):
        items = cbor.decode(HELLO)
        assert isinstance(items, list)
        raw = cbor.encode([bad if item == 2 and item is not True else item for item in items])
        scene.refused(lambda raw=raw: scene.call(length(raw)), PeerFault, "is no message of the exchange")  # type: ignore[misc]  # a test bends what it passes
        before = digest(scene.store)
    assert before == digest(scene.store)


def test_threat_06_a_message_of_another_mechanism():
    """A node of another mechanism speaks, with the certificate of ours."""
    scene = Scene()
    raw = HELLO.replace(b"demo-2026", b"demo-2027")
    scene.refused(lambda: scene.call(length(raw)), PeerFault, "'coral' of 'demo-2027' speaks where")
    foreign = bundle.make_parts(
        [scene.message()], mechanism="demo-2027", exercise=True, sender="coral", receiver="amber",
        bundle_id=bytes(16), station=CORAL.station,
    )[0]  # fmt: skip
    asked = {
        "mechanism": MECHANISM,
        "exercise": True,
        "receiver": "amber",
        "stations": {"coral": [CORAL.station.public]},
    }
    scene.refused(lambda: bundle.read_part(foreign, **asked), NotAllowed, "belongs to 'demo-2027'")  # type: ignore[arg-type]  # a test bends what it passes


def test_threat_06_a_flood_is_bounded_and_blocks_no_flash():
    """Refused messages without end are soon not acted on; a flash of the same counterpart still is, at once."""
    scene = Scene()
    lie = scene.message(Cosigned(b"garbage"))
    said = []
    before = digest(scene.store)
    for _ in range(40):
        with pytest.raises(PeerFault) as refusal:
            scene.call(lie)
        said.append(refusal.value.sentence)
    assert "was refused" in said[0]
    assert "the next is acted on in" in said[-1]
    assert before == digest(scene.store)
    assert len(scene.ours.evidence()) <= 1
    scene.coral.say(b"flash")
    scene.call(scene.message(ahead(scene.theirs, 2)))
    assert 1 == len(scene.ours.aheads("coral"))
    scene.honest()


def test_threat_06_bytes_that_bring_nothing_have_a_quota():
    """Long messages of nothing new are read for so many bytes an hour; short ones and the next hour are open again."""
    scene = Scene()
    scene.amber.answerer._quotas["coral"] = Quota(Limits(idle_bytes=1 << 20))
    whole = scene.theirs.batch("coral", 0)
    assert whole is not None
    item = whole.items[0]
    many = Entries("coral", 5, (item,) * 200, whole.note, ())
    data = scene.message(many)
    assert len(data) > SMALL_BYTES
    read = 0
    with pytest.raises(PeerFault, match="more that brings nothing new"):
        for _ in range(60):
            scene.call(data)
            read += len(data)
    assert read < 2 << 20
    scene.call(scene.message())
    scene.refused(lambda: scene.call(data), PeerFault, "more that brings nothing new")


def test_threat_06_a_flood_of_proofs_of_lies_fills_no_disk():
    """Hundreds of different lies, each signed: the evidence has an end, for each kind by itself."""
    scene = Scene()
    for number in range(230):
        lie = offered(note(9 + number, bytes(32)), key=CORAL.keys.mirror_pq)
        with pytest.raises(SearoomError):
            scene.ours.witness("coral", lie, now_us=NOW_US)
    assert 200 == len(scene.ours.evidence())
    lie = offered(note(2, bytes(range(32))))
    scene.refused(lambda: scene.ours.witness("coral", lie, now_us=NOW_US), Tampered, "is forked", ["fork"])


def test_threat_06_long_polls_and_closed_nodes_need_no_message():
    """Asking for news costs a hash; a stranger's name is refused before anything is read."""
    scene = Scene()
    with pytest.raises(PeerFault, match="no counterpart of this node"):
        asyncio.run(scene.amber.answerer.handle("jade", scene.message()))
    assert isinstance(scene.call(scene.message())[0], Hello)
    scene.honest()
