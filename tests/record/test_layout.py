"""The manifest of an exported record: one form, a check sum, parties that make sense."""

import hashlib

import pytest

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record.layout import (
    Manifest,
    body_path,
    card_path,
    checkpoint_path,
    known_names,
    opening_path,
    recorded_path,
)

MANIFEST = Manifest("demo-2026", True, "amber", ("coral", "amber"))
GOLDEN = (
    "a6000001"
    "6964656d6f2d32303236" "02f5" "0365616d626572" "048265636f72616c65616d626572" "055820"
)  # fmt: skip


def test_reads_what_it_writes():
    """The parties keep the agreement's order, which is not the alphabet's."""
    data = MANIFEST.to_bytes()
    assert MANIFEST == Manifest.from_bytes(data)
    assert GOLDEN == data[:-32].hex()
    unchecked = bytes.fromhex("a5" + GOLDEN[2:-6])
    assert hashlib.sha256(b"searoom/manifest/v0" + unchecked).digest() == data[-32:]


def test_every_flipped_bit_is_noticed():
    """No signature is on the manifest; its check sum finds every worn bit."""
    data = MANIFEST.to_bytes()
    for at in range(len(data) * 8):
        changed = data[: at // 8] + bytes((data[at // 8] ^ 1 << at % 8,)) + data[at // 8 + 1 :]
        with pytest.raises(NotAllowed):
            Manifest.from_bytes(changed)


@pytest.mark.parametrize("arguments", [
    ("demo-2026", True, "jade", ("amber", "coral")), ("demo-2026", True, "amber", ("amber", "amber")), ("demo-2026", True, "amber", ()),
    ("demo-2026", 1, "amber", ("amber",)), ("Demo", True, "amber", ("amber",)), ("demo-2026", True, "../x", ("../x",)), ("demo-2026", True, "bodies", ("bodies",)),
    ("demo-2026", True, "manifest", ("manifest", "amber")), ("demo-2026", True, "amber", ("amber", *(f"p{n}" for n in range(32)))), ("demo-2026", True, "amber", "amber"),
])  # fmt: skip
def test_refuses_parties_that_make_no_sense(arguments):
    """A stranger as exporter, a party twice, none, too many, or one with the name of a folder: not written, not read."""
    mechanism, exercise, exporter, parties = arguments
    items = {0: 0, 1: mechanism, 2: exercise, 3: exporter, 4: parties}
    data = cbor.encode({**items, 5: hashlib.sha256(b"searoom/manifest/v0" + cbor.encode(items)).digest()})
    with pytest.raises(NotAllowed):
        Manifest.from_bytes(data)
    if exercise is True:
        with pytest.raises(NotAllowed):
            Manifest(*arguments)


def test_names_each_file_once():
    """No two kinds of file can have one name."""
    paths = [
        card_path("amber"),
        checkpoint_path("amber"),
        recorded_path("amber", "coral"),
        body_path(b"\xab" * 32),
        opening_path(b"\xab" * 32),
    ]
    assert [
        "cards/amber.card",
        "amber/checkpoint",
        "amber/recorded/coral",
        "bodies/" + "ab" * 32,
        "openings/" + "ab" * 32,
    ] == paths


def test_refuses_an_unknown_name_and_shows_it_safely():
    """A name that would move the cursor or cannot be printed is shown by its code."""
    known_names({"a": b""}, {"a", "b"})
    with pytest.raises(NotAllowed, match=r"\\x1b\[2Jx\\udc80: nothing in the record"):
        known_names({"a": b"", "\x1b[2Jx\udc80": b""}, {"a"})
