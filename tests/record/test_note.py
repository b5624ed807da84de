"""One line of a note: read in one form, its type known by its size, its key refused where verifiers could differ."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edwards
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.note import (
    COSIGNATURE_TYPE,
    KINDS,
    ML_DSA_TYPE,
    NOTE_TYPE,
    NoteSignature,
    Verifier,
    check_name,
    from_base64,
    in_order,
    split,
    to_base64,
)

ED, PQ = SigningKey(bytes(range(32))), SigningKey(bytes(range(32)), ML_DSA_44)
KEYS = {NOTE_TYPE: ED, COSIGNATURE_TYPE: ED, ML_DSA_TYPE: PQ}


@pytest.mark.parametrize("kind", KINDS)
def test_a_verifier_key_is_read_back(kind):
    """The text of a key gives the same key, for each of the three signature types."""
    verifier = Verifier("demo-2026/amber", kind, KEYS[kind].public)
    assert verifier == Verifier.from_text(verifier.to_text())


def test_a_verifier_key_is_what_the_standard_says():
    """Name, the start of SHA-256 of name, newline, type and key, then type and key in base64: put together by hand."""
    for kind, key in KEYS.items():
        typed = bytes((kind,)) + key.public
        digest = hashlib.sha256(b"demo-2026/amber\n" + typed).hexdigest()
        text = "demo-2026/amber+" + digest[:8] + "+" + base64.b64encode(typed).decode()
        assert text == Verifier("demo-2026/amber", kind, key.public).to_text()


def test_refuses_an_ml_dsa_key_for_which_anybody_signs():
    """Zeros behind the seed, in a key that is written as it must be: refused when it is read."""
    with pytest.raises(Tampered, match="nothing but zeros"):
        Verifier.from_text(vkey(kind=ML_DSA_TYPE, public=bytes(range(32)) + bytes(1280)))


def test_each_type_has_its_own_key_id():
    """One public key under two types, or two names, has two ids: no line passes for one of another type."""
    ids = {Verifier(name, kind, ED.public).key_id for name in ("a", "b") for kind in (NOTE_TYPE, COSIGNATURE_TYPE)}
    assert 4 == len(ids)


def vkey(name="demo-2026/amber", kind=NOTE_TYPE, public=ED.public):
    return Verifier(name, kind, public).to_text()


@pytest.mark.parametrize("text", [
    "", "a", "a+b", "+00000000+AQ==", vkey().replace("+", "++", 1), vkey()[:-1], vkey() + "\n", " " + vkey(), vkey().upper(),
    vkey().replace("demo", "DEMO"), vkey(name="two words"), vkey(name=""), vkey(name="n" * 256), vkey(kind=0x02), vkey(kind=0x05), vkey(kind=0xFF), "demo+00000000+",
])  # fmt: skip
def test_refuses_every_other_way_to_write_a_verifier_key(text):
    """Missing parts, an id of another name, an unknown type, a name that no line can hold: refused."""
    with pytest.raises(NotAllowed):
        Verifier.from_text(text)


@pytest.mark.parametrize("public", [
    *[data for small in edwards.TORSION for data in edwards.encodings(small)],
    *[edwards.encode(edwards.add(edwards.BASE, small)) for small in edwards.TORSION[1:]],
    *[(edwards.P + y).to_bytes(32, "little") for y in range(19)], ED.public[:-1], ED.public + b"\0", b"",
])  # fmt: skip
@pytest.mark.parametrize("kind", [NOTE_TYPE, COSIGNATURE_TYPE])
def test_refuses_a_verifier_key_that_verifiers_could_differ_on(kind, public):
    """Small order in every encoding, mixed order, y beyond P, another size: refused before anything is judged by it."""
    with pytest.raises(Tampered):
        Verifier.from_text(vkey(kind=kind, public=public))


def test_refuses_an_ml_dsa_key_of_another_size():
    """An ML-DSA-44 key has 1,312 bytes; an Ed25519 key under that type is none."""
    for public in (PQ.public[:-1], PQ.public + b"\0", ED.public):
        with pytest.raises(Tampered, match="size"):
            Verifier.from_text(vkey(kind=ML_DSA_TYPE, public=public))


def test_the_size_of_a_line_tells_its_type():
    """64, 72 and 2,428 bytes: no two types have one size, so the order of lines needs no key."""
    assert [64, 72, 2428] == [KINDS[kind].value_size for kind in (NOTE_TYPE, COSIGNATURE_TYPE, ML_DSA_TYPE)]


def test_splits_the_second_from_the_signature_by_the_type_of_the_key():
    """A plain line has no time; a timed line has it in its first eight bytes; another length is refused."""
    for kind in KINDS:
        size = KINDS[kind].value_size
        line = NoteSignature("a", b"abcd", bytes(range(1, 9)) + bytes(size - 8))
        time_s, signature = split(line, Verifier("a", kind, b""))
        assert (0, size) == (time_s, len(signature)) or (0x0102030405060708, size - 8) == (time_s, len(signature))
        assert KINDS[kind].timed == (time_s > 0)
        for value in (line.value[:-1], line.value + b"\0", b""):
            with pytest.raises(Tampered, match="wrong length"):
                split(NoteSignature("a", b"abcd", value), Verifier("a", kind, b""))


def test_the_owner_of_the_text_stands_first_and_the_rest_by_name_and_key_id():
    """Own lines by size, others by name then key id, whatever order they came in."""
    own = [NoteSignature("m/log", b"zzzz", bytes(64)), NoteSignature("m/log", b"aaaa", bytes(2428))]
    rest = [
        NoteSignature("a/mirror", b"bbbb", bytes(2428)),
        NoteSignature("a/mirror", b"cccc", bytes(72)),
        NoteSignature("z", b"aaaa", bytes(72)),
    ]
    assert (*own, *rest) == in_order([*reversed(rest), *reversed(own)], "m/log")


@given(st.text(alphabet="ab/.+ \u00a0\u2028é\u0301\t\n", max_size=6))
def test_a_name_is_taken_or_refused_with_a_sentence(name):
    """Whatever a name is: it comes back as it is, or `NotAllowed`; never with a space or a plus."""
    try:
        assert name == check_name(name)
    except NotAllowed:
        return
    assert name
    assert not set(name) & set("+ \u00a0\u2028\t\n")


@pytest.mark.parametrize("line", [
    "", "\u2014", "\u2014 a", "\u2014 a AAAAAAAA b", "- a AAAAAAAA", "\u2014\u2014 a AAAAAAAA", "\u2014 a AAAAAA==", "\u2014 a+ AAAAAAAA", "\u2014  AAAAAAAA", "\u2014 a\u202e AAAAAAAA", "\u2014 a AAAAAAAB\n",
])  # fmt: skip
def test_refuses_every_other_line(line):
    """Another dash, another number of words, a name that no key has, an id with nothing behind it: refused."""
    assert NoteSignature("a", bytes(4), bytes(2)) == NoteSignature.from_text("\u2014 a AAAAAAAA")
    with pytest.raises(NotAllowed):
        NoteSignature.from_text(line)


@pytest.mark.parametrize("name", ["a\u202eb", "a\u200bb", "e\u0301", "a\x07"])
def test_refuses_a_name_that_is_shown_as_another(name):
    """Bidirectional, invisible or composable characters have no place in the name of a key."""
    with pytest.raises(NotAllowed):
        check_name(name)


def test_a_name_has_at_most_255_bytes():
    """Behind one byte of length there is no room for more: 255 bytes pass, 256 do not, counted in bytes."""
    assert 255 == len(check_name("é" * 127 + "a").encode())
    for name in ("a" * 256, "é" * 128):
        with pytest.raises(NotAllowed, match="255 bytes"):
            check_name(name)


@given(st.binary(max_size=70))
def test_base64_has_one_form(data):
    """What is written is read back, and no other text is read as those bytes."""
    text = to_base64(data)
    assert data == from_base64(text)
    for other in (text.rstrip("="), text + "=", text + "\n", text.replace("+", "-").replace("/", "_") + "A"):
        if other != text:
            try:
                assert data != from_base64(other)
            except NotAllowed:
                continue


def test_refuses_base64_of_other_letters():
    """Letters of the alphabet for addresses, or beyond ASCII, are not read."""
    assert b"\xfb\xff" == base64.urlsafe_b64decode("-_8=")
    for text in ("-_8=", "AAA\u0391", "AA=A", "A"):
        with pytest.raises(NotAllowed, match="not base64"):
            from_base64(text)
