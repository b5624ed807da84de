"""Checkpoints: the published example verifies, our golden notes stay, and nothing but the one form is read."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed, Tampered
from searoom.record.checkpoint import (
    COSIGNATURE_TYPE,
    NOTE_TYPE,
    Checkpoint,
    NoteSignature,
    SignedNote,
    Verifier,
    check,
    cosign,
    cosignature,
    mirror_name,
    origin,
    sign,
    with_lines,
)
from searoom.record.keys import SigningKey
from searoom.record.merkle import EMPTY_ROOT

VECTORS = Path(__file__).parent.parent / "vectors"
LOG, MIRROR = SigningKey(bytes(range(32))), SigningKey(bytes(range(32, 64)))
NAME, PEER = origin("demo-2026", "amber"), mirror_name("demo-2026", "coral")
HEAD = Checkpoint(NAME, 20852163, bytes.fromhex("09c51868629e4a6b3cbc2a2bcd8a0ab4f9e2b2c7f1aa1d3ba16a4f3f2c1d5e77"))
KNOWN = (Verifier(NAME, NOTE_TYPE, LOG.public), Verifier(PEER, COSIGNATURE_TYPE, MIRROR.public))

# The example of the C2SP signed-note specification, v1.0.0, section "Verifier keys".
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of the C2SP tlog-cosignature specification: a checkpoint with a cosignature (its keys are not given).
PUBLISHED_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_verifies_the_published_signed_note():
    """The specification's own key and note check, and its key is written as it writes it."""
    name, _, key = PUBLISHED_KEY.rsplit("+", 2)
    verifier = Verifier(name, NOTE_TYPE, base64.b64decode(key)[1:])
    assert PUBLISHED_KEY == verifier.to_text()
    note = SignedNote.from_bytes(PUBLISHED_NOTE.encode())
    assert ("example.com/foo",) == check(note, [verifier])
    assert PUBLISHED_NOTE.encode() == note.to_bytes()
    with pytest.raises(Tampered):
        check(SignedNote(note.text.replace("an", "no"), note.signatures), [verifier])


def test_reads_the_published_checkpoint_and_its_time():
    """The specification's example is read, and its cosignature was made at second 1679315147."""
    note = SignedNote.from_bytes(PUBLISHED_CHECKPOINT.encode())
    assert ("example.com/behind-the-sofa", 20852163) == (note.checkpoint.origin, note.checkpoint.size)
    assert 1679315147 == note.signatures[1].time_s
    assert PUBLISHED_CHECKPOINT.encode() == note.to_bytes()


def test_the_golden_note_stays_byte_for_byte():
    """Ed25519 has one signature per key and message, so our notes have one form for ever."""
    golden = (VECTORS / "checkpoint.note").read_bytes()
    note = cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, 1_800_000_000)
    assert golden == note.to_bytes()
    assert (NAME, PEER) == check(SignedNote.from_bytes(golden), KNOWN)
    assert [line + "\n" for line in (VECTORS / "checkpoint.keys").read_text().splitlines()] == [
        v.to_text() + "\n" for v in KNOWN
    ]


def test_the_golden_cosignature_signs_what_the_standard_says():
    """Header, time and the whole text are under a cosignature: checked here without our own code for it."""
    note = SignedNote.from_bytes((VECTORS / "checkpoint.note").read_bytes())
    message = b"cosignature/v1\ntime 1800000000\n" + note.text.encode()
    Ed25519PublicKey.from_public_bytes(MIRROR.public).verify(note.signatures[1].value[8:], message)
    Ed25519PublicKey.from_public_bytes(LOG.public).verify(note.signatures[0].value, note.text.encode())


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.integers(0, 2**63 - 1))
def test_what_is_signed_is_read_back_and_checks(size, root, time_s):
    """Any head, signed and cosigned at any second, round-trips and names its signers."""
    head = Checkpoint(NAME, size, EMPTY_ROOT if size == 0 else root)
    note = cosign(sign(head, NAME, LOG), PEER, MIRROR, time_s)
    again = SignedNote.from_bytes(note.to_bytes())
    assert note == again
    assert head == again.checkpoint
    assert time_s == again.signatures[1].time_s
    assert (NAME, PEER) == check(again, KNOWN)


def test_every_flipped_bit_of_a_note_is_refused():
    """No bit of a note can change unseen: neither in the text nor in the base64 of a signature."""
    data = cosign(sign(HEAD, NAME, LOG), PEER, MIRROR, 1_800_000_000).to_bytes()
    for at in range(len(data)):
        for bit in range(8):
            changed = data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
            with pytest.raises((NotAllowed, Tampered)):
                _ = SignedNote.from_bytes(changed).checkpoint, check(SignedNote.from_bytes(changed), KNOWN)


ROOT64 = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


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
    f"text\n\n{LINE}\u2014 z AAAAAAAA\n\u2014 a AAAAAAAA\n", "text\n\n" + "".join(f"\u2014 n{n:02d} AAAAAAAA\n" for n in range(17)),
])  # fmt: skip
def test_refuses_every_other_way_to_write_a_note(note):
    """No blank line, cut lines, doubled or disordered lines, odd names, loose base64, too many lines: refused."""
    with pytest.raises(NotAllowed):
        SignedNote.from_bytes(note.encode())


def test_refuses_notes_that_are_no_text_or_too_long():
    """Bytes that are not UTF-8, and more than 16 KiB, are refused before anything else."""
    with pytest.raises(NotAllowed, match="not UTF-8"):
        SignedNote.from_bytes(b"\xff\xfe\n\n" + LINE.encode())
    room = 16 * 1024 - len(f"\n\n{LINE}".encode())
    assert room + 1 == len(SignedNote.from_bytes(f"{'a' * room}\n\n{LINE}".encode()).text)
    with pytest.raises(NotAllowed, match="longer than 16384"):
        SignedNote.from_bytes(f"{'a' * (room + 1)}\n\n{LINE}".encode())


def test_says_what_is_wrong_with_a_checkpoint():
    """Lines too many or too few, a size that is no number: the sentence names it."""
    for text in (f"a\n1\n{ROOT64}\nextension\n", f"a\n1\n{ROOT64}", f"a\n1\n{ROOT64}\n\n"):
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
