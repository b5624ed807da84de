"""Checkpoints: signed by hand they verify, our golden notes stay, and nothing but the one form is read."""

import base64
import hashlib
import itertools
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ML_DSA_44, ML_DSA_87, SigningKey
from searoom.record.checkpoint import (
    COSIGNATURE_TYPE,
    ML_DSA_TYPE,
    NOTE_TYPE,
    Checkpoint,
    NoteSignature,
    SignedNote,
    Verifier,
    check,
    check_each,
    cosign,
    cosignature,
    mirror_name,
    origin,
    sign,
    signers,
    with_lines,
)
from searoom.record.merkle import EMPTY_ROOT

VECTORS = Path(__file__).parent.parent / "vectors"
LOG, MIRROR = SigningKey(bytes(range(32))), SigningKey(bytes(range(32, 64)))
LOG_PQ, MIRROR_PQ = SigningKey(bytes(range(64, 96)), ML_DSA_44), SigningKey(bytes(range(96, 128)), ML_DSA_44)
NAME, PEER = origin("demo-2026", "amber"), mirror_name("demo-2026", "coral")
HEAD = Checkpoint(NAME, 20852163, bytes.fromhex("09c51868629e4a6b3cbc2a2bcd8a0ab4f9e2b2c7f1aa1d3ba16a4f3f2c1d5e77"))
KNOWN = (Verifier(NAME, NOTE_TYPE, LOG.public), Verifier(PEER, COSIGNATURE_TYPE, MIRROR.public))
LOG_KEYS = (KNOWN[0], Verifier(NAME, ML_DSA_TYPE, LOG_PQ.public))
MIRROR_KEYS = (KNOWN[1], Verifier(PEER, ML_DSA_TYPE, MIRROR_PQ.public))
ALL_KEYS = (*LOG_KEYS, *MIRROR_KEYS)


def hand_key(seed):
    """Return a private Ed25519 key of cryptography and its public bytes."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key, key.public_key().public_bytes_raw()


def hand_key_pq(seed):
    """Return a private ML-DSA-44 key of cryptography and its public bytes."""
    key = MLDSA44PrivateKey.from_seed_bytes(seed)
    return key, key.public_key().public_bytes_raw()


def hand_id(name, kind, public):
    """Return the first four bytes of SHA-256 of name, newline, type and key (signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:4]


def hand_line(name, kind, public, value):
    """Return a signature line: em dash, space, name, space, base64 of key id and value, newline."""
    return f"\u2014 {name} {base64.b64encode(hand_id(name, kind, public) + value).decode()}\n"


def hand_vkey(name, kind, public):
    """Return a verifier key: name, key id in hexadecimal, base64 of type and key, with a plus between."""
    key = base64.b64encode(bytes((kind,)) + public).decode()
    return f"{name}+{hand_id(name, kind, public).hex()}+{key}"


HAND_TEXT = f"demo-2026/amber\n20852163\n{base64.b64encode(HEAD.root).decode()}\n"


def test_verifies_a_note_that_is_signed_by_hand():
    """Key, id, line and note written here by the words of the standard: read, checked, and written the same."""
    key, public = hand_key(bytes(range(7, 39)))
    data = f"{HAND_TEXT}\n{hand_line(NAME, 1, public, key.sign(HAND_TEXT.encode()))}".encode()
    vkey = hand_vkey(NAME, 1, public)
    verifier, note = Verifier.from_text(vkey), SignedNote.from_bytes(data)
    assert (vkey, data) == (verifier.to_text(), note.to_bytes())
    assert HEAD == note.checkpoint
    assert (NAME,) == check(note, [verifier])
    assert data == sign(HEAD, NAME, SigningKey(bytes(range(7, 39)))).to_bytes()
    for text in (
        HAND_TEXT.replace("amber", "ambre"),
        HAND_TEXT.replace("20852163", "20852164"),
        HAND_TEXT.replace("Cc", "Dc"),
    ):
        assert text != HAND_TEXT
        with pytest.raises(Tampered):
            check(SignedNote(text, note.signatures), [verifier, Verifier(NAME, NOTE_TYPE, LOG.public)])


@pytest.mark.parametrize("lie", [
    HAND_TEXT[:-1], HAND_TEXT + "\n", "\n" + HAND_TEXT, HAND_TEXT.replace("\n", "\r\n"), HAND_TEXT.upper(), "", f"cosignature/v1\ntime 5\n{HAND_TEXT}", "subtree/v1\n\0" + HAND_TEXT,
])  # fmt: skip
def test_a_note_signs_its_text_and_nothing_else(lie):
    """With a newline less or more, with a header of another type, of another text: that signature is of no such note."""
    key, public = hand_key(bytes(range(32)))
    value = key.sign(lie.encode())
    note = SignedNote.from_bytes(f"{HAND_TEXT}\n{hand_line(NAME, 1, public, value)}".encode())
    with pytest.raises(Tampered, match="does not check"):
        check(note, KNOWN)


def cosigned_by_hand(time_s, message, stated=None):
    """Return `HEAD` with a mirror's 0x04 line at `time_s` over `message`, put together without our own code."""
    key, public = hand_key(bytes(range(32, 64)))
    value = (time_s if stated is None else stated).to_bytes(8, "big") + key.sign(message.encode())
    return SignedNote.from_bytes(f"{HAND_TEXT}\n{hand_line(PEER, 4, public, value)}".encode())


@pytest.mark.parametrize("time_s", [0, 1, 1_679_315_147, 2**63 - 1])
def test_verifies_a_cosignature_that_is_made_by_hand(time_s):
    """A header, a line with the second, the text: taken at that second, and told as that second."""
    note = cosigned_by_hand(time_s, f"cosignature/v1\ntime {time_s}\n{HAND_TEXT}")
    assert (PEER,) == check(note, KNOWN)
    assert [time_s] == [line.time_s for line in note.signatures]
    assert (cosignature(HEAD, PEER, MIRROR, time_s),) == note.signatures


@pytest.mark.parametrize("message", [
    f"cosignature/v1\ntime 6\n{HAND_TEXT}", f"cosignature/v1\ntime 05\n{HAND_TEXT}", f"cosignature/v1\ntime +5\n{HAND_TEXT}", f"cosignature/v1\ntime 5\n\n{HAND_TEXT}",
    f"cosignature/v1\ntime 5\n{HAND_TEXT}\n", f"cosignature/v1\ntime 5\n{HAND_TEXT[:-1]}", f"cosignature/v1\n{HAND_TEXT}", f"cosignature/v2\ntime 5\n{HAND_TEXT}",
    f"cosignature/v0\ntime 5\n{HAND_TEXT}", f"time 5\n{HAND_TEXT}", HAND_TEXT, f"cosignature/v1 time 5\n{HAND_TEXT}", f"cosignature/v1\ntime 5\n{HAND_TEXT.replace('63', '64')}",
])  # fmt: skip
def test_a_cosignature_over_anything_else_is_refused(message):
    """Another second, header, number of newlines or text under the mirror's true key: it does not check."""
    assert (PEER,) == check(cosigned_by_hand(5, f"cosignature/v1\ntime 5\n{HAND_TEXT}"), KNOWN)
    with pytest.raises(Tampered, match="does not check"):
        check(cosigned_by_hand(5, message), KNOWN)


def u64(number):
    return number.to_bytes(8, "big")


def short(text):
    """Return a text behind one byte that says how many bytes it has."""
    return bytes((len(text.encode()),)) + text.encode()


# What a 0x06 line signs (tlog-cosignature), in the order in which it is signed, for a line of the mirror at second 7.
SUBTREE = {
    "label": b"subtree/v1\n\0",
    "cosigner": short(PEER),
    "second": u64(7),
    "log": short(NAME),
    "start": u64(0),
    "end": u64(HEAD.size),
    "root": HEAD.root,
}


def signed_by_hand(parts, context=None):
    """Return `HEAD` with a mirror's 0x06 line over `parts`, put together without our own code."""
    key, public = hand_key_pq(bytes(range(96, 128)))
    value = u64(7) + key.sign(b"".join(parts), context=context)
    return SignedNote.from_bytes(f"{HAND_TEXT}\n{hand_line(PEER, 6, public, value)}".encode())


def test_verifies_an_ml_dsa_line_that_is_made_by_hand():
    """Seven fields laid one behind the other, signed with no code of ours: taken, by a key written by hand as well."""
    note = signed_by_hand(SUBTREE.values())
    verifier = Verifier.from_text(hand_vkey(PEER, 6, MIRROR_PQ.public))
    assert (verifier,) == signers(note, [verifier])
    assert verifier == MIRROR_KEYS[1]
    assert [7] == [line.time_s for line in note.signatures]
    assert 12 + 1 + 22 + 8 + 1 + 15 + 8 + 8 + 32 == len(b"".join(SUBTREE.values()))


@pytest.mark.parametrize(
    ("name", "size", "time_s"), [("a", 1, 0), ("n" * 255, 2**63 - 1, 2**63 - 1), ("é" * 127, 0, 1)]
)
def test_the_fields_of_an_ml_dsa_line_hold_the_least_and_the_most(name, size, time_s):
    """Names of 1 and 255 bytes, sizes and seconds from 0 to 2**63 - 1: signed by hand, taken; and ours checks by hand."""
    head = Checkpoint(name, size, HEAD.root if size else EMPTY_ROOT)
    key, public = hand_key_pq(bytes(range(64, 96)))
    message = SUBTREE["label"] + short(name) + u64(time_s) + short(name) + u64(0) + u64(size) + head.root
    line = hand_line(name, 6, public, u64(time_s) + key.sign(message))
    note = SignedNote.from_bytes(f"{head.to_text()}\n{line}".encode())
    assert (name,) == check(note, [Verifier(name, ML_DSA_TYPE, public)])
    ours = cosignature(head, name, LOG_PQ, time_s)
    MLDSA44PublicKey.from_public_bytes(public).verify(ours.value[8:], message)
    assert u64(time_s) == ours.value[:8]


OTHER_FIELDS = [
    *[("label", value) for value in (b"", b"subtree/v1\n", b"subtree/v1\0", b"subtree/v2\n\0", b"subtree/v1\n\0\0", b"Subtree/v1\n\0", b"cosignature/v1\n", b"checkpoint/v1\n\0")],
    *[("cosigner", value) for value in (b"", b"\0", PEER.encode(), short(PEER + "s"), short(PEER[:-1]), short(NAME), short("demo-2026/teal/mirror"), b"\0" + short(PEER), u64(22) + PEER.encode(), bytes((23,)) + PEER.encode(), bytes((21,)) + PEER.encode())],
    *[("second", value) for value in (b"", u64(0), u64(6), u64(8), u64(7)[::-1], u64(7)[1:], u64(7_000_000))],
    *[("log", value) for value in (b"", b"\0", NAME.encode(), short(NAME + ".2"), short("demo-2026/coral"), short("demo-2027/amber"), short(PEER), short(NAME + "\n"), bytes((16,)) + NAME.encode())],
    *[("start", value) for value in (b"", u64(1), u64(HEAD.size), u64(2**63), bytes(7), bytes(9), bytes(16))],
    *[("end", value) for value in (b"", u64(0), u64(HEAD.size - 1), u64(HEAD.size + 1), u64(HEAD.size)[::-1], u64(HEAD.size)[4:], b"20852163")],
    *[("root", value) for value in (b"", bytes(32), EMPTY_ROOT, HEAD.root[:-1], HEAD.root + b"\0", HEAD.root[::-1], HEAD.root.hex().encode(), base64.b64encode(HEAD.root), HEAD.root + HEAD.root)],
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), OTHER_FIELDS)
def test_no_field_of_an_ml_dsa_line_can_be_another(field, value):
    """One field of the seven changed, left out or written otherwise, signed by the true key: it does not check."""
    assert value != SUBTREE[field]
    with pytest.raises(Tampered, match="does not check"):
        check(signed_by_hand({**SUBTREE, field: value}.values()), MIRROR_KEYS)


def test_no_field_of_an_ml_dsa_line_can_stand_elsewhere():
    """Any two of the seven in each other's place, all backwards, a text or a context in their stead: refused."""
    parts = list(SUBTREE.values())
    lies = [parts[::-1], [HAND_TEXT.encode()], [f"cosignature/v1\ntime 7\n{HAND_TEXT}".encode()], [*parts, b"\0"]]
    for one, two in itertools.combinations(range(7), 2):
        lies.append(list(parts))
        lies[-1][one], lies[-1][two] = parts[two], parts[one]
    for lie in lies:
        with pytest.raises(Tampered, match="does not check"):
            check(signed_by_hand(lie), MIRROR_KEYS)
    for context in (b"\0", b"subtree/v1", PEER.encode()):
        with pytest.raises(Tampered, match="does not check"):
            check(signed_by_hand(parts, context), MIRROR_KEYS)
    assert (PEER,) == check(signed_by_hand(parts, b""), MIRROR_KEYS)


def test_every_flipped_byte_of_what_an_ml_dsa_line_signs_is_refused():
    """107 bytes from the label to the root, one bit of each flipped under the hand of the true key: none is free."""
    message = b"".join(SUBTREE.values())
    for at in range(len(message)):
        lie = message[:at] + bytes((message[at] ^ 1 << at % 8,)) + message[at + 1 :]
        with pytest.raises(Tampered, match="does not check"):
            check(signed_by_hand([lie]), MIRROR_KEYS)


def whole_note(time_s=1_800_000_000):
    """Return `HEAD` with both lines of its log and both of a mirror."""
    lines = [
        cosignature(HEAD, NAME, LOG_PQ, time_s),
        cosignature(HEAD, PEER, MIRROR, time_s),
        cosignature(HEAD, PEER, MIRROR_PQ, time_s),
    ]
    return with_lines(sign(HEAD, NAME, LOG), lines)


def test_the_golden_note_stays_readable_for_ever():
    """Ed25519 lines have one form for ever; ML-DSA-44 lines are made with chance, and the written ones check."""
    golden = (VECTORS / "checkpoint.note").read_bytes()
    note = SignedNote.from_bytes(golden)
    assert golden == note.to_bytes()
    assert (NAME, PEER) == check(note, ALL_KEYS)
    check_each(note, ALL_KEYS)
    assert "".join(v.to_text() + "\n" for v in ALL_KEYS) == (VECTORS / "checkpoint.keys").read_text()
    old = cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, 1_800_000_000)
    assert set(old.signatures) == {line for line in note.signatures if len(line.value) < 100}


def test_the_golden_lines_sign_what_the_standards_say():
    """What lies under each of the four lines is put together here by hand, without our own code for it."""
    note = SignedNote.from_bytes((VECTORS / "checkpoint.note").read_bytes())
    plain, log_pq, *rest = note.signatures
    mirror, mirror_pq = sorted(rest, key=lambda line: len(line.value))
    Ed25519PublicKey.from_public_bytes(LOG.public).verify(plain.value, note.text.encode())
    message = b"cosignature/v1\ntime 1800000000\n" + note.text.encode()
    Ed25519PublicKey.from_public_bytes(MIRROR.public).verify(mirror.value[8:], message)
    tail = (
        bytes.fromhex("000000006b49d200")
        + b"\x0fdemo-2026/amber"
        + bytes(8)
        + bytes.fromhex("00000000013e2dc3")
        + HEAD.root
    )
    for line, key, name in (
        (log_pq, LOG_PQ, b"\x0fdemo-2026/amber"),
        (mirror_pq, MIRROR_PQ, b"\x16demo-2026/coral/mirror"),
    ):
        MLDSA44PublicKey.from_public_bytes(key.public).verify(line.value[8:], b"subtree/v1\n\0" + name + tail)


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.integers(0, 2**63 - 1))
def test_what_is_signed_is_read_back_and_checks(size, root, time_s):
    """Any head, signed and cosigned at any second, round-trips and names its signers."""
    head = Checkpoint(NAME, size, EMPTY_ROOT if size == 0 else root)
    note = cosign(cosign(sign(head, NAME, LOG), PEER, MIRROR, time_s), NAME, LOG_PQ, time_s)
    again = SignedNote.from_bytes(note.to_bytes())
    assert note == again
    assert head == again.checkpoint
    assert [time_s] * 2 == [line.time_s for line in again.signatures[1:]]
    assert (NAME, PEER) == check(again, (*LOG_KEYS, *MIRROR_KEYS))


def test_every_flipped_bit_of_a_note_is_refused():
    """No bit of a note can change unseen: neither in the text nor in the base64 of a signature."""
    data = cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, 1_800_000_000).to_bytes()
    for at in range(len(data)):
        for bit in range(8):
            changed = data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
            with pytest.raises((NotAllowed, Tampered)):
                _ = SignedNote.from_bytes(changed).checkpoint, check(SignedNote.from_bytes(changed), KNOWN)


ROOT64 = base64.b64encode(b"\xfb" * 31 + b"\xf2").decode()  # ends in "I="; with "+" and "/"


@pytest.mark.parametrize("text", [
    "", "a\n", "a\n1\n", f"a\n1\n{ROOT64}", f"a\n1\n{ROOT64}\nextension\n", f"a\n1\n{ROOT64}\n\n", f"\n1\n{ROOT64}\n", f"a\n01\n{ROOT64}\n", f"a\n+1\n{ROOT64}\n",
    f"a\n-1\n{ROOT64}\n", f"a\n\n{ROOT64}\n", f"a\n1 \n{ROOT64}\n", f"a\n1e3\n{ROOT64}\n", f"a\n\u0661\n{ROOT64}\n", f"a\n9223372036854775808\n{ROOT64}\n", f"a\n0\n{ROOT64}\n",
    "a\n1\nAAAA\n", f"a\n1\n{ROOT64[:-1]}\n", f"a\n1\n{ROOT64[:-2]}J=\n", f"a\n1\n{ROOT64[:-2]}I\n", f"a\n1\n {ROOT64}\n", f"a\n1\n{ROOT64.replace('/', '_')}\n", f"a b\n1\n{ROOT64}\n", f"a+b\n1\n{ROOT64}\n",
    f"a\r\n1\n{ROOT64}\n", f"a\u00a0b\n1\n{ROOT64}\n",
])  # fmt: skip
def test_refuses_every_other_way_to_write_a_checkpoint(text):
    """Extensions, leading zeroes, foreign digits, loose base64, odd names, a size of 0 with a root: refused."""
    with pytest.raises(NotAllowed):
        Checkpoint.from_text(text)


def test_refuses_base64_with_bits_that_mean_nothing():
    """The last letter before the padding has bits that decoders ignore: they must be zero."""
    assert base64.b64decode(ROOT64) == base64.b64decode(ROOT64[:-2] + "J=")
    with pytest.raises(NotAllowed, match="mean nothing"):
        Checkpoint.from_text(f"a\n1\n{ROOT64[:-2]}J=\n")


LINE = sign(HEAD, NAME, LOG).signatures[0].to_text()


@pytest.mark.parametrize("note", [
    "", "\n", "\n\n", "text\n\n", f"text\n{LINE}", f"text\n\n{LINE[:-1]}", f"text\n\n{LINE}\n", f"text\n\n{LINE}{LINE}", f"text\n\n{LINE}rest\n",
    "text\n\n- name AAAAAAAA\n", "text\n\n\u2014  name AAAAAAAA\n", "text\n\n\u2014 name  AAAAAAAA\n", "text\n\n\u2014 na+me AAAAAAAA\n", "text\n\n\u2014 name AAAAAA==\n",
    "text\n\n\u2014 name AAAAAAB=\n", "text\n\n\u2014 name AAAAAAAA \n", "text\n\n\u2014 name AAAA AAAA\n", "text\n\n\u2014  AAAAAAAA\n", f"te\txt\n\n{LINE}", f"te\x07xt\n\n{LINE}", f"te\rxt\n\n{LINE}",
    f"text\n\n{LINE}\u2014 z AAAAAAAA\n\u2014 a AAAAAAAA\n", "text\n\n" + "".join(f"\u2014 n{n:02d} AAAAAAAA\n" for n in range(65)),
])  # fmt: skip
def test_refuses_every_other_way_to_write_a_note(note):
    """No blank line, cut lines, doubled or disordered lines, odd names, loose base64, too many lines: refused."""
    with pytest.raises(NotAllowed):
        SignedNote.from_bytes(note.encode())


def test_refuses_notes_that_are_no_text_or_too_long():
    """Bytes that are not UTF-8, and more than 128 KiB, are refused before anything else."""
    with pytest.raises(NotAllowed, match="not UTF-8"):
        SignedNote.from_bytes(b"\xff\xfe\n\n" + LINE.encode())
    room = 128 * 1024 - len(f"\n\n{LINE}".encode())
    assert room + 1 == len(SignedNote.from_bytes(f"{'a' * room}\n\n{LINE}".encode()).text)
    with pytest.raises(NotAllowed, match="longer than 131072"):
        SignedNote.from_bytes(f"{'a' * (room + 1)}\n\n{LINE}".encode())


def test_a_note_holds_the_lines_of_a_log_and_of_31_mirrors():
    """32 parties is the most that a record has: all their lines together are one note still."""
    lines = [
        cosignature(HEAD, f"{'m' * 64}/{'p' * 30}{n:02d}/mirror", key, 7)
        for n in range(31)
        for key in (MIRROR, MIRROR_PQ)
    ]
    full = with_lines(sign(HEAD, NAME, LOG), [cosignature(HEAD, NAME, LOG_PQ, 7), *lines])
    assert 64 == len(SignedNote.from_bytes(full.to_bytes()).signatures)


def test_writes_no_note_that_could_not_be_read():
    """A text without its newline, a name that no line can hold, no line at all: refused when it is written."""
    line = sign(HEAD, NAME, LOG).signatures[0]
    spaced = NoteSignature("two words", line.key_id, line.value)
    for note in (SignedNote("text", (line,)), SignedNote(HEAD.to_text(), (spaced,)), SignedNote(HEAD.to_text(), ())):
        with pytest.raises(NotAllowed):
            note.to_bytes()


def test_says_what_a_note_is_made_of():
    """Where the empty line or the last newline is missing, the sentence says what a note is."""
    for note in ("", "text", f"text\n{LINE}", f"text\n\n{LINE[:-1]}", f"text\n\n{LINE} "):
        with pytest.raises(NotAllowed, match="an empty line, and signature lines"):
            SignedNote.from_bytes(note.encode())


def test_says_what_is_wrong_with_a_checkpoint():
    """Lines too many or too few, a size that is no number: the sentence names it."""
    for text in (
        f"a\n1\n{ROOT64}\nextension\n",
        f"a\n1\n{ROOT64}\nextension",
        f"a\n1\n{ROOT64}",
        f"a\n1\n{ROOT64}\n\n",
    ):
        with pytest.raises(NotAllowed, match="exactly three lines"):
            Checkpoint.from_text(text)
    for size in ("\u00b2", "\u0661", "", "-1", "1" * 20):
        with pytest.raises(NotAllowed, match="decimal digits"):
            Checkpoint.from_text(f"a\n{size}\n{ROOT64}\n")


def test_refuses_a_signature_of_the_wrong_length():
    """63 or 65 bytes, a cosignature without its time, or none at all: named as such."""
    note = cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, 5)
    for at, line in enumerate(note.signatures):
        for value in (line.value[:-1], line.value + b"\0", line.value[8:], b"\0"):
            lines = list(note.signatures)
            lines[at] = NoteSignature(line.name, line.key_id, value)
            with pytest.raises(Tampered, match="wrong length"):
                check(SignedNote(note.text, tuple(lines)), KNOWN)


def test_refuses_every_other_order_of_lines():
    """0x01, then 0x06 of the log, then the mirrors' by name and key id: no other order is that note."""
    note = whole_note()
    assert ["demo-2026/amber"] * 2 == [line.name for line in note.signatures[:2]]
    assert [64, 8 + 2420] == [len(line.value) for line in note.signatures[:2]]
    assert note.signatures[2].key_id < note.signatures[3].key_id
    assert note == SignedNote.from_bytes(note.to_bytes())
    for order in itertools.permutations(range(4)):
        other = SignedNote(note.text, tuple(note.signatures[at] for at in order))
        if other == note:
            continue
        with pytest.raises(NotAllowed, match="not in order"):
            other.to_bytes()
        data = (other.text + "\n" + "".join(line.to_text() for line in other.signatures)).encode()
        with pytest.raises(NotAllowed, match="not in order"):
            SignedNote.from_bytes(data)


def test_names_every_line_that_is_missing_where_all_are_asked_for():
    """Of the four lines, each that is not there is missed by name and type; and a fifth is unknown."""
    note = whole_note()
    check_each(note, ALL_KEYS)
    for at, verifier in enumerate(signers(note, ALL_KEYS)):
        lines = note.signatures[:at] + note.signatures[at + 1 :]
        with pytest.raises(Tampered, match=f"type {verifier.kind} of '{verifier.name}'"):
            check_each(SignedNote(note.text, lines), ALL_KEYS)
    with pytest.raises(Tampered, match="no known key"):
        check_each(note, ALL_KEYS[:3])


def test_an_ml_dsa_line_is_bound_to_name_second_log_size_and_root():
    """Moved under another name, another second or another head, an ML-DSA-44 line does not check."""
    line = cosignature(HEAD, PEER, MIRROR_PQ, 5)
    moved = "demo-2026/teal/mirror"
    other_name = NoteSignature(moved, Verifier(moved, ML_DSA_TYPE, MIRROR_PQ.public).key_id, line.value)
    other_time = NoteSignature(PEER, line.key_id, (6).to_bytes(8, "big") + line.value[8:])
    keys = [*MIRROR_KEYS, Verifier(moved, ML_DSA_TYPE, MIRROR_PQ.public)]
    assert (PEER,) == check(SignedNote(HEAD.to_text(), (line,)), keys)
    heads = [
        Checkpoint(NAME, HEAD.size + 1, HEAD.root),
        Checkpoint(NAME, HEAD.size, bytes(32)),
        Checkpoint(NAME + ".2", HEAD.size, HEAD.root),
    ]
    lies = [(HEAD.to_text(), other_name), (HEAD.to_text(), other_time), *((head.to_text(), line) for head in heads)]
    for text, lie in lies:
        with pytest.raises(Tampered, match="does not check"):
            check(SignedNote(text, (lie,)), keys)


def test_an_ml_dsa_line_is_no_line_of_a_text_that_is_no_checkpoint():
    """It signs the three lines only, so nothing may stand beside them: an extension would be under nobody's hand."""
    line = cosignature(HEAD, PEER, MIRROR_PQ, 5)
    with pytest.raises(Tampered, match="exactly three lines"):
        check(SignedNote(HEAD.to_text() + "extension\n", (line,)), MIRROR_KEYS)


def test_refuses_a_key_under_which_one_signature_fits_every_note():
    """With the neutral point as key and as R, and S = 0, the equation holds for any text: such a line proves nothing."""
    neutral = b"\x01" + bytes(31)
    everything = neutral + bytes(32)
    for kind, value in ((NOTE_TYPE, everything), (COSIGNATURE_TYPE, bytes(8) + everything)):
        verifier = Verifier(NAME, kind, neutral)
        note = SignedNote(HEAD.to_text(), (NoteSignature(NAME, verifier.key_id, value),))
        with pytest.raises(Tampered, match="prime order"):
            check(note, [verifier])


def test_a_key_signs_only_what_its_algorithm_is_for():
    """No ML-DSA key under the first line, no ML-DSA-87 key under any."""
    with pytest.raises(NotAllowed, match="with Ed25519"):
        sign(HEAD, NAME, LOG_PQ)
    with pytest.raises(NotAllowed, match="Ed25519 or ML-DSA-44"):
        cosignature(HEAD, PEER, SigningKey(bytes(32), ML_DSA_87), 5)


def test_refuses_a_line_of_an_unknown_key():
    """In a mechanism every signer is known: a line of anybody else makes the note foreign."""
    stranger = SigningKey(bytes(32))
    for note in (
        cosign(sign(HEAD, NAME, LOG), "stranger/mirror", stranger, 5),
        cosign(sign(HEAD, NAME, LOG), PEER, stranger, 5),
        sign(HEAD, NAME, stranger),
    ):
        with pytest.raises(Tampered, match="no known key"):
            check(note, KNOWN)


def test_refuses_a_signature_of_one_kind_for_the_other():
    """A log signature under a mirror's key id, or a cosignature moved to another second or text, does not check."""
    note = cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, 5)
    line = note.signatures[1]
    moved = NoteSignature(PEER, line.key_id, (6).to_bytes(8, "big") + line.value[8:])
    plain = NoteSignature(PEER, line.key_id, MIRROR.sign(note.text.encode()))
    late = NoteSignature(
        PEER,
        line.key_id,
        (2**63).to_bytes(8, "big") + MIRROR.sign(f"cosignature/v1\ntime {2**63}\n{note.text}".encode()),
    )
    untimed = NoteSignature(PEER, line.key_id, (5).to_bytes(8, "big") + MIRROR.sign(note.text.encode()))
    for lie in (moved, plain, late, untimed):
        with pytest.raises(Tampered, match="demo-2026/coral/mirror"):
            check(SignedNote(note.text, (note.signatures[0], lie)), KNOWN)
    other = Checkpoint(NAME, HEAD.size + 1, HEAD.root)
    with pytest.raises(Tampered):
        check(SignedNote(other.to_text(), (sign(other, NAME, LOG).signatures[0], line)), KNOWN)


def test_keeps_cosignatures_in_the_order_of_their_names():
    """Whoever adds them, in whatever order: the note has one form, and a line that is there stays."""
    lines = [cosignature(HEAD, name, MIRROR, 7) for name in ("m/zeta", "m/alpha", "m/beta")]
    first = with_lines(with_lines(sign(HEAD, NAME, LOG), lines[:1]), lines[1:])
    assert [NAME, "m/alpha", "m/beta", "m/zeta"] == [line.name for line in first.signatures]
    assert first == with_lines(with_lines(sign(HEAD, NAME, LOG), lines[1:]), lines)
    assert first == SignedNote.from_bytes(first.to_bytes())
    assert first == with_lines(first, [cosignature(HEAD, "m/beta", MIRROR, 9)])


def test_signs_nothing_impossible():
    """No head of size 0 with entries, no negative size, no short root, no second beyond the format."""
    for head in (
        Checkpoint(NAME, 0, bytes(32)),
        Checkpoint(NAME, -1, bytes(32)),
        Checkpoint(NAME, 2**63, bytes(32)),
        Checkpoint(NAME, 1, bytes(31)),
        Checkpoint("", 1, bytes(32)),
    ):
        with pytest.raises(NotAllowed):
            sign(head, NAME, LOG)
    for time_s in (-1, 2**63):
        with pytest.raises(NotAllowed):
            cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, time_s)
    with pytest.raises(NotAllowed):
        sign(HEAD, "two words", LOG)


@given(st.binary(max_size=80) | st.text(alphabet="a\n\u2014 +=A1/", max_size=60).map(str.encode))
def test_foreign_bytes_end_in_a_note_or_a_refusal(data):
    """Whatever arrives is a note that is written back the same, or `NotAllowed`."""
    try:
        note = SignedNote.from_bytes(data)
    except NotAllowed:
        return
    assert data == note.to_bytes()


def test_names_say_mechanism_and_log_or_party():
    """The names under which logs and mirrors sign are the same in every implementation."""
    assert "demo-2026/amber.2" == origin("demo-2026", "amber.2")
    assert "demo-2026/coral/mirror" == mirror_name("demo-2026", "coral")
