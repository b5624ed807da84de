"""Off the record: certain between two, and proof to nobody."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import assume, given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.statements import offrecord
from searoom.statements.offrecord import (
    MAX_NUMBER,
    MAX_TEXT_BYTES,
    PROVES_NOTHING,
    SIZES,
    Aside,
    copy_bytes,
    is_copy,
    join,
)

HALVES = {"amber": b"\x01" * 32, "coral": b"\x02" * 32}
NAME = "amber/7"


def both(name=NAME, halves=HALVES, mechanism="demo-2026"):
    """Return the channel as amber and as coral hold it."""
    return tuple(join(mechanism, name, party, halves) for party in ("amber", "coral"))


@given(st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=300), st.integers(1, MAX_NUMBER - 1))
def test_each_reads_what_the_other_says(text, number):
    """Words go over and come out, in both directions, under any number."""
    amber, coral = both()
    try:
        cbor.check_text(text)
    except NotAllowed:
        assume(False)
    assert text == coral.read(amber.write(number, text), number - 1)
    assert text == amber.read(coral.write(number, text), 0)


def test_either_side_can_forge_any_message_of_the_other():
    """Coral makes, byte for byte, what amber would have sent: a copy of it shows that one of the two wrote it, no more."""
    for we, they in (("amber", "coral"), ("coral", "amber")):
        forged = join("demo-2026", NAME, they, HALVES)  # by us: we hold both halves, as they do
        theirs, ours = (join("demo-2026", NAME, party, HALVES) for party in (they, we))
        assert theirs.write(3, "We shall withdraw at noon.") == forged.write(3, "We shall withdraw at noon.")
        assert "Never said." == ours.read(forged.write(4, "Never said."), 3)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_refuses_what_was_changed(at, flip):
    """One bit anywhere, and the words are not read."""
    amber, coral = both()
    aside = amber.write(1, "Words.")
    data = bytearray(aside.data)
    data[at % len(data)] ^= flip
    with pytest.raises(Tampered):
        coral.read(replace(aside, data=bytes(data)), 0)


def test_refuses_another_number_channel_direction_or_mechanism():
    """A message stands at its number, in its channel, from its author, in its mechanism; nowhere else."""
    amber, coral = both()
    aside = amber.write(2, "Words.")
    for other in (
        lambda: coral.read(replace(aside, number=3), 0),
        lambda: amber.read(aside, 0),
        lambda: both("amber/8")[1].read(replace(aside, channel="amber/8"), 0),
        lambda: both(mechanism="demo-2027")[1].read(aside, 0),
        lambda: both(halves=HALVES | {"coral": b"\x03" * 32})[1].read(aside, 0),
    ):
        with pytest.raises(Tampered):
            other()
    with pytest.raises(NotAllowed, match="is for the channel"):
        both("amber/8")[1].read(aside, 0)


@pytest.mark.parametrize("heard", [5, 6, MAX_NUMBER])
def test_refuses_what_was_heard_before(heard):
    """A message kept and sent again is not heard twice, nor is one from before."""
    amber, coral = both()
    with pytest.raises(NotAllowed, match="was heard before"):
        coral.read(amber.write(5, "Words."), heard)


@pytest.mark.parametrize("number", [0, -1, MAX_NUMBER, True])
def test_numbers_begin_at_one_and_end(number):
    """No message is written or read under a number that none has."""
    amber, coral = both()
    with pytest.raises(NotAllowed):
        amber.write(number, "x")
    with pytest.raises((NotAllowed, Tampered)):
        coral.read(Aside(NAME, number, bytes(SIZES[0] + 16)), -5)


def test_never_uses_a_nonce_twice(monkeypatch):
    """Each number and each direction has its own pair of key and nonce."""
    seen = []

    class Spy:
        def __init__(self, key):
            self.key = key

        def encrypt(self, nonce, data, about):
            seen.append((self.key, nonce))
            return ChaCha20Poly1305(self.key).encrypt(nonce, data, about)

    monkeypatch.setattr(offrecord, "ChaCha20Poly1305", Spy)
    for side in both():
        for number in (1, 2, 256, 65_536):
            side.write(number, "x")
    assert 8 == len(set(seen))


@pytest.mark.parametrize(("length", "size"), [(1, 256), (252, 256), (253, 1024), (4092, 4096), (4093, 16_384)])
def test_hides_how_long_a_text_is(length, size):
    """Only four lengths are ever seen."""
    assert size + 16 == len(both()[0].write(1, "x" * length).data)


@pytest.mark.parametrize("text", ["", "x" * (MAX_TEXT_BYTES + 1), "a\u202eb", "\x07"])
def test_refuses_what_is_no_text_to_send(text):
    """Nothing, too much, and characters that turn the reading round are not said."""
    with pytest.raises(NotAllowed):
        both()[0].write(1, text)


@pytest.mark.parametrize(
    "inner",
    [
        bytes(256),
        (5).to_bytes(4, "big") + b"words" + b"\x01" + bytes(246),
        (1 << 31).to_bytes(4, "big") + bytes(252),
        (2).to_bytes(4, "big") + b"\xff\xfe" + bytes(250),
        (5).to_bytes(4, "big") + b"words" + bytes(1015),
    ],
)
def test_reads_only_what_is_filled_up_in_the_one_way(inner):
    """The other side holds the key and can send anything; what is not as we would write it is refused."""
    amber, coral = both()
    about = cbor.encode([offrecord._KEY_LABEL, NAME, "amber", 1])
    data = ChaCha20Poly1305(amber._ours).encrypt(offrecord._nonce(1), inner, about)
    with pytest.raises(NotAllowed):
        coral.read(Aside(NAME, 1, data), 0)


@pytest.mark.parametrize(
    "halves",
    [
        {"amber": b"\x01" * 32},
        {"amber": b"\x01" * 31, "coral": b"\x02" * 32},
        {"amber": b"\x01" * 32, "coral": b"\x01" * 32},
        {"coral": b"\x01" * 32, "teal": b"\x02" * 32},
        HALVES | {"teal": b"\x03" * 32},
    ],
)
def test_is_between_two_with_a_half_each(halves):
    """One half, a short one, the same one given back, a stranger's, or three: no channel."""
    with pytest.raises(NotAllowed):
        join("demo-2026", NAME, "amber", halves)


def test_a_copy_says_that_it_proves_nothing():
    """Whoever verifies one is told so, in each language."""
    amber, _ = both()
    data = copy_bytes(amber.write(1, "x"), "amber", "x")
    assert is_copy(data)
    assert not any(is_copy(other) for other in (b"", data[:-1], data + b"\x00", cbor.encode({0: "x"}), cbor.encode([])))
    assert not is_copy(data.replace(b"aside/v1", b"aside/v2"))
    assert "proves nothing to a third party" in PROVES_NOTHING["en"]
    assert ["en", "ja", "zh"] == sorted(PROVES_NOTHING)


def test_knows_nothing_of_a_record():
    """The module imports no room in which something is signed or stored: it cannot put a message on record."""
    tree = ast.parse(Path(offrecord.__file__).read_text(encoding="utf-8"))
    names = {
        f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    ours = {name for name in names if name.startswith("searoom")}
    assert {"searoom.cbor", "searoom.errors.NotAllowed", "searoom.errors.Tampered"} == ours
