"""AIS texts: our own sentences, read by another decoder; limits to the sign; acknowledgements in words."""

import contextlib

import pyais
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.aistext import (
    ADDRESSED,
    BROADCAST,
    LIMITS,
    acknowledged,
    heard,
    on_the_air,
    text_of,
    to_transponder,
)
from searoom.signals.readback import recognise
from searoom.signals.render import marked
from signals.test_render import values
from spoken import said

BOOK = codebook.load()
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
CORAL, AMBER = "412000001", "431000001"


@settings(max_examples=150, deadline=None)
@given(st.text(SIGNS, min_size=1, max_size=156).filter(str.strip), st.booleans())
def test_another_decoder_reads_the_same(text, to_one):
    """pyais reads every text (without its outer blanks), addressed or broadcast, with its sender and addressee; so do we."""
    lines = on_the_air(text, sender=AMBER, mmsi=CORAL if to_one else "")
    told = pyais.decode(*lines)
    assert (ADDRESSED if to_one else BROADCAST, int(AMBER)) == (told.msg_type, told.mmsi)
    assert text.strip() == told.text.strip()
    assert text.rstrip() == heard(lines)
    if to_one:
        assert int(CORAL) == told.dest_mmsi


@pytest.mark.parametrize(("message", "mmsi"), [(ADDRESSED, CORAL), (BROADCAST, "")])
def test_a_text_fits_to_the_sign(message, mmsi):
    """The last sign that fits is sent; one more is refused with its length, never cut."""
    text = "A" * LIMITS[message]
    assert text == pyais.decode(*on_the_air(text, sender=AMBER, mmsi=mmsi)).text
    assert to_transponder(text, mmsi=mmsi)
    with pytest.raises(NotAllowed, match=f"{len(text) + 1} signs"):
        to_transponder(text + "A", mmsi=mmsi)


@pytest.mark.parametrize(("mmsi", "kind"), [(CORAL, "ABM"), ("", "BBM")])
def test_sentences_for_the_transponder(mmsi, kind):
    """Numbered, with addressee and message, no line longer than 82 signs, each with its check sum; the text is in them."""
    text = "WARNING. THERE IS RISK OF COLLISION BETWEEN US: CLOSEST APPROACH 0.1 NAUTICAL MILES IN 4 MINUTES."
    lines = to_transponder(text, mmsi=mmsi, channel=1, sequence=2)
    bits = ""
    for at, line in enumerate(lines, 1):
        fields = line.split("*")[0].split(",")
        payload, fill = fields[-2], int(fields[-1])
        assert [
            f"!AI{kind}",
            str(len(lines)),
            str(at),
            "2",
            *([mmsi] if mmsi else []),
            "1",
            "12" if mmsi else "14",
        ] == fields[:-2]
        assert len(line) + 2 <= 82
        assert said(line[1:].split("*")[0])[1:] == line[1:].encode()
        six = "".join(f"{(ord(c) - 48 - (8 if ord(c) > 88 else 0)):06b}" for c in payload)
        bits += six[: len(six) - fill] if fill else six
    codes = [int(bits[at : at + 6], 2) for at in range(0, len(bits) - 5, 6)]
    assert text == "".join(chr(code + 64) if code < 32 else chr(code) for code in codes)


def _text(row):
    """Return what is sent of a row, however long."""
    group = f"INTERCO {row.code}. " if row.book == "ics" else ""
    return f"{group}{marked(row, row.filled(values(row), 'en'), 'en')}".upper()


def test_every_sentence_that_fits_leads_back_to_its_signal():
    """What a ship reads on her screen is recognised: in English, with its values, and never another row as certain."""
    short = [row for row in BOOK.offered() if len(_text(row)) <= LIMITS[BROADCAST]]
    assert len(short) > 280
    for row in short:
        text = text_of(row, values(row), message=BROADCAST)
        assert _text(row) == text
        found = recognise(heard(on_the_air(text, sender=AMBER)), BOOK)
        assert row.code == found[0].signal.code
        assert not [c.signal.code for c in found if c.certain and c.signal is not row]
    for row in set(BOOK.offered()) - set(short):
        with pytest.raises(NotAllowed, match="message 14 holds 161"):
            text_of(row, values(row), message=BROADCAST)


def test_a_text_has_its_group_and_its_marker():
    """INTERCO and the group where it is one of the Code; in an exercise it says so first."""
    assert "INTERCO RT1. QUESTION. WHAT MANOEUVRES DO YOU INTEND?" == text_of(BOOK.row("RT1"), {}, message=ADDRESSED)
    plain = BOOK.row("V-Q1")
    assert marked(plain, plain.wording["en"], "en").upper() == text_of(plain, {}, message=ADDRESSED)
    assert text_of(plain, {}, message=ADDRESSED, exercise=True).startswith("EXERCISE EXERCISE. ")


@pytest.mark.parametrize(
    ("state", "words"), [(0, "received by"), (1, "no transponder"), (2, "could not"), (3, "broadcast"), (4, "late")]
)
def test_an_acknowledgement_in_words(state, words):
    """What the transponder says became of a text, and to whom; none says that a person has read it."""
    told = acknowledged(said(f"AIABK,{CORAL},A,12,2,{state}").decode())
    assert (CORAL, 12, "2", state) == (told.mmsi, told.message, told.sequence, told.state)
    assert words in told.words
    assert "read" not in told.words


@pytest.mark.parametrize(
    "line",
    [
        "", "hello", f"$AIABK,{CORAL},A,12,2,0*00", said(f"AIABK,{CORAL},A,12,2,9").decode(), said("AIABK,1").decode(),
        said(f"AIABK,{CORAL},A,x,2,0").decode(), said("AIVDM,1,1,,A,1,0").decode(), "$AIABK," + "9" * 200 + "*00",
    ],
)  # fmt: skip
def test_refuses_what_is_no_acknowledgement(line):
    """A garbled line, another sentence, a state that there is not: a finding, never a state."""
    with pytest.raises(NotAllowed):
        acknowledged(line)


@pytest.mark.parametrize("text", ["", "  ", "@@", "größe", "日本", "A\nB", "a"])
def test_refuses_what_six_bits_cannot_say(text):
    """No text, small letters or other scripts: nothing is sent in their place."""
    with pytest.raises(NotAllowed):
        to_transponder(text)


def test_refuses_wrong_numbers_and_places():
    """An MMSI has nine figures; a channel and a sequence go from 0 to 3; message 6 carries no text."""
    for wrong in ({"mmsi": "12"}, {"mmsi": "x" * 9}, {"channel": 4}, {"sequence": 9}):
        with pytest.raises(NotAllowed):
            to_transponder("HELLO", **wrong)
    with pytest.raises(NotAllowed, match="message 6"):
        text_of(BOOK.row("RT1"), {}, message=6)
    with pytest.raises(NotAllowed, match="never offered"):
        text_of(BOOK.row("L"), {}, message=ADDRESSED)
    with pytest.raises(NotAllowed, match="MMSI"):
        on_the_air("HELLO", sender="1")


def test_refuses_half_a_message():
    """A sentence that is missing, doubled, out of order or garbled is no text, and neither is another message."""
    first, second = on_the_air("A" * 60, sender=AMBER)
    for lines in ((first,), (second, first), (first, first), (first, second.replace("*", "0*")), ()):
        with pytest.raises(NotAllowed):
            heard(lines)
    with pytest.raises(NotAllowed, match="AIS message 1 "):
        heard([said("AIVDM,1,1,,A,15M67FC000G?ufbE`FepT@3n00Sa,0").decode().replace("$", "!")])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=90), st.text("!$AIVDMBK,0123456789*ABCDEF", max_size=60)), st.integers(0, 255))
def test_whatever_arrives_is_read_or_refused(words, noise):
    """Any line, with or without a check sum that fits: a text or a state, or a finding; never a crash."""
    inner = "".join(char for char in words if char.isascii() and char.isprintable() and char not in "*!$")
    for line in (
        words,
        said(f"AIVDM,1,1,,A,{inner},0").decode().replace("$", "!"),
        said(f"AIABK,{inner},{noise}").decode(),
    ):
        for read in (lambda line=line: heard([line]), lambda line=line: acknowledged(line)):
            with contextlib.suppress(NotAllowed):
                assert read() is not None
