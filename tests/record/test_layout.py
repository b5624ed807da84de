"""The manifest of an exported record: one form, a check sum, parties that make sense; and what lies where."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import tiles
from searoom.record.layout import (
    Manifest,
    bodies_path,
    card_path,
    checkpoint_path,
    entries_path,
    known_names,
    openings_path,
    read_long,
    recorded_path,
    write_long,
)

AGREEMENT = bytes(range(32))
MANIFEST = Manifest("demo-2026", True, "amber", ("coral", "amber"), ("amber", "amber.2"), AGREEMENT)
GOLDEN = (
    "a8000101"
    "6964656d6f2d32303236" "02f5" "0365616d626572" "048265636f72616c65616d626572" "058265616d62657267616d6265722e32"
    "065820" + AGREEMENT.hex() + "075820"
)  # fmt: skip


def test_reads_what_it_writes():
    """The parties keep the agreement's order, which is not the alphabet's."""
    data = MANIFEST.to_bytes()
    assert MANIFEST == Manifest.from_bytes(data)
    assert GOLDEN == data[:-32].hex()
    unchecked = bytes.fromhex("a7" + GOLDEN[2:-6])
    assert hashlib.sha256(b"searoom/manifest/v1" + unchecked).digest() == data[-32:]


def test_every_flipped_bit_is_noticed():
    """No signature is on the manifest; its check sum finds every worn bit."""
    data = MANIFEST.to_bytes()
    for at in range(len(data) * 8):
        changed = data[: at // 8] + bytes((data[at // 8] ^ 1 << at % 8,)) + data[at // 8 + 1 :]
        with pytest.raises(NotAllowed):
            Manifest.from_bytes(changed)


TWO = ("amber", "coral")


@pytest.mark.parametrize("arguments", [
    ("demo-2026", True, "jade", TWO, ()), ("demo-2026", True, "amber", ("amber", "amber"), ()), ("demo-2026", True, "amber", (), ()),
    ("demo-2026", 1, "amber", ("amber",), ()), ("Demo", True, "amber", ("amber",), ()), ("demo-2026", True, "../x", ("../x",), ()),
    ("demo-2026", True, "manifest", ("manifest", "amber"), ()), ("demo-2026", True, "cards", ("cards", "amber"), ()),
    ("demo-2026", True, "amber", ("amber", *(f"p{n}" for n in range(32))), ()), ("demo-2026", True, "amber", "amber", ()),
    ("demo-2026", True, "amber", TWO, ("jade",)), ("demo-2026", True, "amber", TWO, ("coral", "amber")),
    ("demo-2026", True, "amber", TWO, ("amber", "amber")), ("demo-2026", True, "amber", TWO, ("amber.1",)),
    ("demo-2026", True, "amber", TWO, tuple(sorted(f"amber.{n}" for n in range(2, 67)))), ("demo-2026", True, "amber", TWO, "amber"),
])  # fmt: skip
def test_refuses_parties_and_logs_that_make_no_sense(arguments):
    """A stranger, somebody twice, none, too many, the name of a folder; a log of nobody or out of order: not written, not read."""
    items = {0: 1, **dict(enumerate(arguments, 1)), 6: AGREEMENT}
    data = cbor.encode({**items, 7: hashlib.sha256(b"searoom/manifest/v1" + cbor.encode(items)).digest()})
    with pytest.raises(NotAllowed):
        Manifest.from_bytes(data)
    if arguments[1] is True:
        with pytest.raises(NotAllowed):
            Manifest(*arguments, AGREEMENT)


@pytest.mark.parametrize("agreement", [b"", bytes(31), bytes(33)])
def test_names_the_agreement_by_its_hash(agreement):
    """By which text the exporter read the record is 32 bytes, and not left out."""
    with pytest.raises(NotAllowed, match="hash of the agreement"):
        Manifest("demo-2026", True, "amber", ("amber",), (), agreement)


def test_names_each_file_once():
    """No two kinds of file can have one name; bodies and openings lie as the entries do."""
    paths = [
        card_path("amber"),
        checkpoint_path("amber.2"),
        recorded_path("amber.2", "coral"),
        entries_path("amber", 1, 256),
        bodies_path("amber", 1234067, 5),
        openings_path("amber", 0, 1),
    ]
    assert [
        "cards/amber.card",
        "amber.2/checkpoint",
        "amber.2/recorded/coral",
        "amber/tile/entries/001",
        "amber/bodies/x001/x234/067.p/5",
        "amber/openings/000.p/1",
    ] == paths


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_a_bundle_of_bodies_comes_back(items):
    """Each item behind its length in four bytes, none lost and none added."""
    data = write_long(items)
    assert items == read_long(data, len(items))
    assert sum(map(len, items)) + 4 * len(items) == len(data)
    for wrong in (data + b"\0", data[:-1]) if data else ():
        with pytest.raises(NotAllowed, match="bundle"):
            read_long(wrong, len(items))
    with pytest.raises(NotAllowed, match="middle of its item"):
        read_long(data, len(items) + 1)


def test_a_length_beyond_the_end_is_refused():
    """A bundle that claims more bytes than it has gives nothing, however large the claim."""
    for claim in (b"\xff\xff\xff\xff", b"\0\0\0\1", b"\0\0\0", b""):
        with pytest.raises(NotAllowed, match="middle of its item 0"):
            read_long(claim, 1)
    assert 256 == tiles.TILE_WIDTH


def test_refuses_an_unknown_name_and_shows_it_safely():
    """A name that would move the cursor or cannot be printed is shown by its code."""
    known_names({"a": b""}, {"a", "b"})
    with pytest.raises(NotAllowed, match=r"\\x1b\[2Jx\\udc80: nothing in the record"):
        known_names({"a": b"", "\x1b[2Jx\udc80": b""}, {"a"})
