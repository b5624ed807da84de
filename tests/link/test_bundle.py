"""Bundles carried by hand: each part proves itself, and whatever else a stick can hold is refused."""

import gzip
import hashlib
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.link.bundle import (
    MAX_MESSAGES,
    MAX_PART_BYTES,
    MIN_PART_BYTES,
    Manifest,
    Part,
    file_name,
    make_parts,
    missing,
    read_part,
)
from searoom.link.session import MAX_MESSAGE_BYTES
from searoom.record import cose
from searoom.record.algorithms import ML_DSA_44, SigningKey

STATION, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(32))
BUNDLE_ID = bytes(range(16))
NAMES = {"mechanism": "demo-2026", "exercise": False, "sender": "amber", "receiver": "coral"}
DOC = Path(__file__).parents[2] / "docs" / "formats" / "bundle.md"


def made(messages: list[bytes], *, station: SigningKey = STATION, **changed: object) -> list[bytes]:
    return make_parts(messages, **{"bundle_id": BUNDLE_ID, **NAMES, **changed}, station=station)  # type: ignore[arg-type]


def read(data: bytes, **changed: object) -> Part:
    asked = {"mechanism": "demo-2026", "exercise": False, "receiver": "coral", **changed}
    stations = {"amber": [OTHER.public, STATION.public], "coral": [OTHER.public]}
    return read_part(data, **{"stations": stations, **asked})  # type: ignore[arg-type]


def signed(content: bytes, payload: bytes, *, key: SigningKey = STATION, domain: bytes = b"searoom/bundle/v1") -> bytes:
    """A part as a sender could sign it who does not keep to the form."""
    header = cose.protected(key.algorithm, key.key_id)
    return cbor.encode([cose.sign1_bytes(header, content, key.sign(cose.to_sign1(header, domain, content))), payload])


def manifest(payload: bytes, **changed: object) -> dict[int, object]:
    names = ["version", "mechanism", "exercise", "sender", "receiver", "bundle_id", "part", "parts", "payload_hash"]
    value = {"version": 1, **NAMES, "bundle_id": BUNDLE_ID, "part": 1, "parts": 1}
    value |= {"payload_hash": hashlib.sha256(payload).digest(), **changed}
    return {number: value[name] for number, name in enumerate(names)}


@given(st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=30), st.integers(MIN_PART_BYTES, 1 << 16))
def test_parts_carry_the_messages_in_order(messages: list[bytes], max_bytes: int) -> None:
    """All messages come out whole and in order; no part is longer than asked for, and none is empty."""
    parts = made(messages, max_bytes=max_bytes)
    assert all(len(part) <= max_bytes for part in parts)
    got = [read(part) for part in parts]
    assert messages == [message for part in got for message in part.messages]
    assert [(number, len(parts)) for number in range(1, len(parts) + 1)] == [
        (part.manifest.part, part.manifest.parts) for part in got
    ]


def test_each_part_is_read_alone() -> None:
    """Parts may come in any order, twice, or not all of them: each says what it is, and what is missing is known."""
    parts = made([bytes([number]) * 2000 for number in range(9)], max_bytes=MIN_PART_BYTES)
    assert 9 == len(parts)
    shuffled = [*parts, *parts[:4]]
    random.Random(5).shuffle(shuffled)
    got = {read(part).manifest.part: read(part).messages for part in shuffled}
    assert {number: (bytes([number - 1]) * 2000,) for number in range(1, 10)} == got
    assert {BUNDLE_ID: (1, 6)} == missing(read(part).manifest for part in (*parts[1:5], *parts[6:], *parts[6:]))
    assert {} == missing(read(part).manifest for part in parts)


def test_carries_the_longest_message() -> None:
    """Whatever an exchange carries fits a part; one byte more is refused before it is written."""
    longest = bytes(MAX_MESSAGE_BYTES)
    (part,) = made([longest], max_bytes=MAX_PART_BYTES)
    assert (longest,) == read(part).messages
    for messages, max_bytes in (
        ([longest + b"x"], MAX_PART_BYTES),
        ([bytes(MIN_PART_BYTES)], MIN_PART_BYTES),
        ([b""], 1 << 20),
        ([], 1 << 20),
        ([b"x"], MIN_PART_BYTES - 1),
        ([b"x"], MAX_PART_BYTES + 1),
    ):
        with pytest.raises(NotAllowed):
            made(messages, max_bytes=max_bytes)


def test_bounds_the_messages_of_a_part_and_the_parts_of_a_bundle() -> None:
    """Small messages without end fill another part; parts without end are refused."""
    parts = made([b"x"] * (MAX_MESSAGES + 1))
    assert [MAX_MESSAGES, 1] == [len(read(part).messages) for part in parts]
    with pytest.raises(NotAllowed, match="more than the 9999"):
        made([bytes(3000)] * 10_000, max_bytes=MIN_PART_BYTES)


@pytest.mark.parametrize(
    "changed", [{"sender": "Amber"}, {"receiver": "amber"}, {"bundle_id": b"short"}, {"mechanism": "NO"}]
)
def test_writes_nothing_that_it_would_not_read(changed: dict[str, object]) -> None:
    """A mistake of ours is found before the stick is carried away."""
    with pytest.raises(NotAllowed):
        made([b"x"], **changed)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"mechanism": "other-2026"}, "belongs to 'demo-2026', and this is 'other-2026'"),
        ({"exercise": True}, "belongs to the real thing, and this is an exercise"),
        ({"receiver": "teal"}, "is for 'coral', and this is 'teal'"),
        ({"stations": {"teal": [STATION.public]}}, "no station of 'amber'"),
        ({"stations": {"amber": [OTHER.public], "coral": [STATION.public]}}, "no station of 'amber'"),
    ],
)
def test_refuses_a_bundle_that_belongs_elsewhere(asked: dict[str, object], sentence: str) -> None:
    """Another mechanism, an exercise, another receiver, an unknown sender: a sentence each, and nothing is read."""
    (part,) = made([b"x"])
    with pytest.raises(NotAllowed, match=re.escape(sentence)):
        read(part, **asked)
    assert (b"x",) == read(part).messages


def test_an_exercise_is_never_taken_for_the_real_thing() -> None:
    """The exercise bit is signed, and compared."""
    (part,) = made([b"x"], exercise=True)
    with pytest.raises(NotAllowed, match="belongs to an exercise"):
        read(part)
    assert read(part, exercise=True).manifest.exercise


def test_refuses_every_changed_byte() -> None:
    """A byte changed anywhere, a byte more or less: refused, and never another message."""
    (part,) = made([b"a message", b"another"])
    for place in range(len(part)):
        with pytest.raises((NotAllowed, Tampered)):
            read(part[:place] + bytes([part[place] ^ 1]) + part[place + 1 :])
        with pytest.raises((NotAllowed, Tampered)):
            read(part[:place])
    for data in (part + b"\x00", part + part, b"", gzip.compress(part), b"PK\x03\x04" + part):
        with pytest.raises(NotAllowed):
            read(data)


def test_refuses_what_is_too_long_before_it_is_decoded() -> None:
    """A file of any size costs nothing but its length."""
    with pytest.raises(NotAllowed, match="more than a part of a bundle has"):
        read(bytes(MAX_PART_BYTES + 1))


PAYLOAD = cbor.encode([b"x"])
BAD_MANIFESTS: dict[str, dict[str, object]] = {
    "version 0": {"version": 0},
    "version 2": {"version": 2},
    "part 0": {"part": 0},
    "a part past the last": {"part": 2},
    "parts without end": {"parts": 10_000},
    "a part that is a bool": {"part": True},
    "an exercise bit that is a number": {"exercise": 0},
    "to oneself": {"receiver": "amber"},
    "a short id": {"bundle_id": bytes(15)},
    "a short hash": {"payload_hash": bytes(31)},
    "a name that is none": {"sender": "am/ber"},
}


@pytest.mark.parametrize("name", BAD_MANIFESTS)
def test_refuses_a_manifest_of_another_form(name: str) -> None:
    """Even well signed, a manifest has one form."""
    assert (b"x",) == read(signed(cbor.encode(manifest(PAYLOAD)), PAYLOAD)).messages
    with pytest.raises(NotAllowed):
        read(signed(cbor.encode(manifest(PAYLOAD, **BAD_MANIFESTS[name])), PAYLOAD))


@pytest.mark.parametrize(
    "payload",
    [cbor.encode([]), cbor.encode([b""]), cbor.encode(b"x"), cbor.encode(["x"]), cbor.encode([[b"x"]]), b"x"],
)
def test_refuses_a_payload_of_another_form(payload: bytes) -> None:
    """Even well signed, a payload is messages and nothing else."""
    with pytest.raises(NotAllowed):
        read(signed(cbor.encode(manifest(payload)), payload))


def test_refuses_a_signature_for_another_purpose() -> None:
    """What the station signed elsewhere is no bundle, nor what another key or another kind of key signed."""
    content = cbor.encode(manifest(PAYLOAD))
    with pytest.raises(Tampered):
        read(signed(content, PAYLOAD, domain=b"searoom/entry/v1"))
    foreign = SigningKey(bytes([7]) * 32)
    with pytest.raises(NotAllowed, match="no station of 'amber'"):
        read(signed(content, PAYLOAD, key=foreign))
    header = cose.protected(ML_DSA_44, STATION.key_id)  # the station's key, under the name of another algorithm
    with pytest.raises(NotAllowed, match="no station of 'amber'"):
        read(cbor.encode([cose.sign1_bytes(header, content, bytes(64)), PAYLOAD]))


def test_takes_a_part_of_a_former_station() -> None:
    """A stick may be older than a change of keys: every station key the party ever had is looked at."""
    for key in (STATION, OTHER):
        (part,) = made([b"x"], station=key)
        assert (b"x",) == read(part).messages


@given(st.binary(max_size=300))
def test_noise_is_no_bundle(data: bytes) -> None:
    """A decoder of foreign bytes raises what it promises, and nothing else."""
    with pytest.raises((NotAllowed, Tampered)):
        read(data)


def test_names_files_that_sort_in_order() -> None:
    """The file's name says what is in it, for who looks for a missing part."""
    parts = made([bytes(3000)] * 12, max_bytes=MIN_PART_BYTES)
    names = [file_name(read(part).manifest) for part in parts]
    assert "amber-to-coral-00010203-001-of-012.bundle" == names[0]
    assert names == sorted(names)


def test_the_page_shows_a_part_that_reads() -> None:
    """The vector in the page of the format is what this code makes of its own description, and reads again."""
    vector = re.search(r"```\n([0-9a-f]{200,})\n```", DOC.read_text(encoding="utf-8"))
    assert vector is not None
    data = bytes.fromhex(vector[1])
    assert made([b"first message", b"second message"]) == [data]
    assert (b"first message", b"second message") == read(data).messages
    assert 1 == Manifest.from_bytes(cose.read_sign1(cbor.decode(data)[0], "x", max_bytes=1024)[3]).part  # type: ignore[index, call-overload]
