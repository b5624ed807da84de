"""mldsa-py, an ML-DSA that others wrote, judges the 0x06 lines; what they sign is laid down here in the standard's words.

No verifier of whole notes was found that knows 0x06. So a note is taken apart here without our own code, by C2SP
signed-note and tlog-cosignature, and the signature is left to the library.
"""

import base64
import hashlib

import pytest
from mldsa import ParameterSet, VerificationError, VerificationKey

import lattice
from builders import MECHANISM
from searoom.errors import Tampered
from searoom.record.algorithms import ML_DSA_44, SigningKey, check_signature
from searoom.record.checkpoint import Checkpoint, SignedNote, cosignature, mirror_name, origin
from searoom.record.keys import Role
from searoom.record.merkle import EMPTY_ROOT
from small_record import AMBER, CORAL, small_files
from tools.house import ROOT

KEY = SigningKey(bytes(range(32)), ML_DSA_44)
LATTICE = lattice.key_of(bytes(range(32)))


def u64(number):
    return number.to_bytes(8, "big")


def opaque(text):
    """Return opaque<1..2^8-1> of RFC 8446: one byte of length, then the bytes."""
    return len(text.encode()).to_bytes(1, "big") + text.encode()


def cosigned_message(text, cosigner, timestamp):
    """Return the fields of a `cosigned_message` (tlog-cosignature) for the three lines of a checkpoint."""
    log, size, root = text.removesuffix("\n").split("\n")
    return {
        "label": b"subtree/v1\n\0",
        "cosigner_name": opaque(cosigner),
        "timestamp": u64(timestamp),
        "log_origin": opaque(log),
        "start": u64(0),
        "end": u64(int(size)),
        "hash": base64.b64decode(root),
    }


def taken(public, message, signature):
    """Tell whether mldsa-py takes a signature, pure and with an empty context."""
    try:
        VerificationKey(public, parameters=ParameterSet.ML_DSA_44).verify(signature, message)
    except VerificationError:
        return False
    return True


def verified(note, keys):
    """Return the names and seconds of the 0x06 lines of a note that check; `keys` has one key for a name."""
    text, _, block = note.decode().rpartition("\n\n")
    found = []
    for line in block.splitlines():
        dash, name, value = line.split(" ")
        key_id = hashlib.sha256(name.encode() + b"\n\x06" + keys[name]).digest()[:4]
        raw = base64.b64decode(value, validate=True)
        if "\u2014" == dash and key_id == raw[:4]:
            timestamp = int.from_bytes(raw[4:12], "big")
            message = b"".join(cosigned_message(text, name, timestamp).values())
            found += [(name, timestamp)] if taken(keys[name], message, raw[12:]) else []
    return found


def key_on_card(party, role):
    (key,) = [key for key in party.card.keys if (role, ML_DSA_44) == (key.role, key.algorithm)]
    return key.public


def names_and_keys():
    """Return the ML-DSA-44 keys of amber and coral as their cards have them, under the names of their lines."""
    logs = {origin(MECHANISM, party.name): key_on_card(party, Role.LOG) for party in (AMBER, CORAL)}
    return logs | {mirror_name(MECHANISM, party.name): key_on_card(party, Role.MIRROR) for party in (AMBER, CORAL)}


def test_verifies_the_lines_of_an_exported_record():
    """The keys on the cards and the bytes of two notes: the log's own line and the mirror's, under each of them."""
    files, keys = small_files(), names_and_keys()
    heads = {
        name: [who for who, _ in verified(files[name], keys)] for name in ("coral/checkpoint", "amber/recorded/coral")
    }
    assert {
        "coral/checkpoint": ["demo-2026/coral", "demo-2026/amber/mirror"],
        "amber/recorded/coral": ["demo-2026/amber", "demo-2026/coral/mirror"],
    } == heads
    head = files["coral/checkpoint"]
    assert [] == verified(head.replace(b"\n2\n", b"\n3\n"), keys)
    assert [] == verified(head, keys | {name: key[:-1] + bytes((key[-1] ^ 1,)) for name, key in keys.items()})


def test_verifies_the_golden_note():
    """The note that a second implementer starts from, with the keys that lie beside it as text."""
    vectors = ROOT / "tests" / "vectors"
    rows = [line.split("+", 2) for line in (vectors / "checkpoint.keys").read_text().splitlines()]
    raw = {name: base64.b64decode(value) for name, _, value in rows}  # of two keys of one name the later, 0x06
    assert {6} == {value[0] for value in raw.values()}
    note = (vectors / "checkpoint.note").read_bytes()
    both = [("demo-2026/amber", 1_800_000_000), ("demo-2026/coral/mirror", 1_800_000_000)]
    assert both == verified(note, {name: value[1:] for name, value in raw.items()})


@pytest.mark.parametrize(
    ("name", "size", "time_s"), [("a", 0, 0), ("n" * 255, 2**63 - 1, 2**63 - 1), ("é" * 127, 1, 1_800_000_000)]
)
def test_verifies_the_least_and_the_most_that_a_line_can_say(name, size, time_s):
    """Names of 1 and 255 bytes, the empty tree and the largest, the first second and the last."""
    head = Checkpoint(name, size, bytes(range(32)) if size else EMPTY_ROOT)
    note = SignedNote(head.to_text(), (cosignature(head, name, KEY, time_s),)).to_bytes()
    assert [(name, time_s)] == verified(note, {name: KEY.public})


@pytest.mark.parametrize("field", cosigned_message("a\n1\n\n", "b", 7))
def test_a_line_binds_each_field(field):
    """Each of the seven fields with one bit changed, and without the field: mldsa-py refuses our signature over it."""
    head = Checkpoint("demo-2026/amber", 300, bytes(range(32)))
    line = cosignature(head, "demo-2026/coral/mirror", KEY, 7)
    fields = cosigned_message(head.to_text(), line.name, 7)
    signature = line.value[8:]
    assert taken(KEY.public, b"".join(fields.values()), signature)
    for other in (fields[field][:-1] + bytes((fields[field][-1] ^ 1,)), b""):
        assert not taken(KEY.public, b"".join((fields | {field: other}).values()), signature)


def test_refuses_a_flipped_byte_of_a_signature():
    """Every 20th byte and those of the hints' ends: refused, as by us."""
    signature = KEY.sign(b"message")
    for at in {*range(0, len(signature), 20), *range(len(signature) - 4, len(signature))}:
        assert not taken(KEY.public, b"message", signature[:at] + bytes((signature[at] ^ 1,)) + signature[at + 1 :])
    assert taken(KEY.public, b"message", signature)


def taken_by_us(public, message, signature):
    """Tell whether our own door takes it."""
    try:
        check_signature(ML_DSA_44, public, message, signature)
    except Tampered:
        return False
    return True


def test_judges_as_we_do_where_the_equation_holds():
    """Signatures by plain mathematics that look at no bound, many with a number too large in z: one verdict on each."""
    verdicts = []
    masks = lattice.masks(b"outside", lattice.GAMMA1 - 1)
    while len(verdicts) < 20:
        signature = lattice.sign_with(LATTICE, b"message", next(masks))
        if signature and lattice.fits(LATTICE.public, b"message", signature):
            verdicts.append((taken(KEY.public, b"message", signature), taken_by_us(KEY.public, b"message", signature)))
    assert {(True, True), (False, False)} == set(verdicts)
