"""The two ways of decoding, compiled and plain, make the same of any bytes."""

import subprocess
import sys
from functools import reduce
from itertools import pairwise
from operator import xor
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from searoom import compiling
from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aisfields import CAUSES as FIELD_CAUSES
from searoom.tracks.aiskernel import CAUSES as LINE_CAUSES

STREAM = (Path(__file__).parent.parent / "data" / "dma_stream_2010-06-11.txt").read_bytes()
SOURCE = Path(__file__).parent.parent.parent / "src"
ARMOUR = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
LENGTHS = {1: 28, 4: 28, 5: 71, 9: 28, 12: 30, 14: 178, 18: 28, 19: 52, 24: 28, 27: 16, 8: 20, 21: 46, 40: 9}


def armoured(value):
    """Return six bits as a letter."""
    return ARMOUR[value]


def summed(words):
    """Return a sentence with its checksum."""
    return words + b"*%02X" % reduce(xor, words[1:], 0)


@st.composite
def payloads(draw):
    """Draw a payload of a type that is read, or nearly so: of its length, or with some letters more or fewer."""
    kind = draw(st.sampled_from(sorted(LENGTHS)))
    size = max(0, LENGTHS[kind] - 1 + draw(st.sampled_from([0, 0, 0, 0, -1, -2, 1, 6, 7])))
    rest = draw(st.lists(st.integers(0, 63), min_size=size, max_size=size))
    return (armoured(kind) + "".join(map(armoured, rest))).encode()


@st.composite
def sentences(draw):
    """Draw lines of one message: in one part or more, from stations, with times in each layout, some of them broken."""
    payload, total = draw(payloads()), draw(st.sampled_from([1, 1, 2, 3]))
    size = -(-len(payload) // total)
    talker = draw(st.sampled_from([b"!AIVDM", b"!AIVDO", b"!BSVDM"]))
    before = draw(
        st.sampled_from([b"", b"", b"s:a,c:1700000000", b"c:1700000000123,s:b", b"g:1-2-7,s:a", b"c:x", b"c:"])
    )
    after = draw(st.sampled_from([b"", b"", b",r1,1700000000", b",b2", b",r1,17x", b","]))
    lines = []
    for number in range(1, total + 1):
        part = payload[(number - 1) * size : number * size]
        fill = b"%d" % draw(st.sampled_from([0, 0, 2, 5, 6]))
        line = summed(b",".join([talker, b"%d" % total, b"%d" % number, b"3", b"A", part, fill])) + after
        block = b"\\" + summed(b"!" + before)[1:] + b"\\" if before else b""
        lines.append((block if draw(st.integers(0, 9)) else block[:-2] + b"\\") + line)
    return draw(st.permutations(lines)) if draw(st.booleans()) else lines


TIMES = st.sampled_from(
    [
        summed(b"$PGHP,1,2010,6,11,11,46,12,470,219,,2190064,1,5D"),
        b"$PGHP,1,2012,2,29,23,59,59,0",
        b"$PGHP,1,2010,2,29,11,46,12,470,219,,2190064,1,5D",
        b"$PGHP,1,2010,4,31,0,0,0,0",
        b"$PGHP,1,2010,12,31,24,0,0,0",
        b"$PGHP,1,1969,12,31,0,0,0,999,",
        b"$PGHP,,1,1,1,0,0,0,1000,",
        b"$GPRMC,213950.00,A,5250.53669,N,00542.34920,E,0.020,,070420,,,A*7D",
        b"# a comment",
        b"",
    ]
)


def both(data, cuts=()):
    """Return what both ways make of some bytes: messages and counts."""
    found = []
    for way in (False, compiling.COMPILED):
        decoder = Decoder(compiled=way)
        places = [0, *sorted(cuts), len(data)]
        parts = [decoder.read(data[a:b]) for a, b in pairwise(places)]
        parts.append(decoder.close())
        tables = [part.table.tolist() for part in parts]
        texts = [part.letters.tobytes() for part in parts]
        times = [part.time_us.tolist() for part in parts]
        found.append(
            (tables, texts, times, decoder.refused, decoder.other_lines, decoder.other_messages, decoder.whole)
        )
    return found


@given(
    st.lists(st.one_of(sentences(), TIMES.map(lambda line: [line])), max_size=12),
    st.lists(st.integers(0, 900), max_size=3),
)
def test_both_ways_make_the_same_of_sentences(messages, cuts):
    """Whole and broken sentences, in parts, out of order, with times of each layout, cut anywhere."""
    data = b"\n".join(line for lines in messages for line in lines)
    plain, compiled = both(data, [cut for cut in cuts if cut < len(data)])

    assert plain == compiled


@given(st.integers(0, len(STREAM) - 400), st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=6))
def test_both_ways_make_the_same_of_a_damaged_stream(start, damage):
    """A piece of the real stream with some bytes overwritten."""
    some = bytearray(STREAM[start : start + 400])
    for place, letter in damage:
        some[place] = letter
    plain, compiled = both(bytes(some))

    assert plain == compiled


@given(st.binary(max_size=300))
def test_both_ways_make_the_same_of_any_bytes(data):
    """Any bytes behind the beginnings that are looked at."""
    for start in (b"", b"!AIVDM,", b"\\", b"\\c:1700000000", b"$PGHP,1,2010,"):
        plain, compiled = both(start + data)
        assert plain == compiled


def test_each_cause_is_counted_once():
    """No two causes have one name: the counts of lines and of messages stand in one table."""
    assert len({*LINE_CAUSES, *FIELD_CAUSES}) == len(LINE_CAUSES) + len(FIELD_CAUSES)


def test_reads_the_same_where_nothing_can_be_compiled():
    """Without Numba the same messages come out, by the plain way; a process that cannot import it shows it."""
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from searoom import compiling; from searoom.tracks.aisdecoder import Decoder\n"
        "decoder = Decoder(); messages = decoder.read(sys.stdin.buffer.read())\n"
        "print(compiling.COMPILED, decoder.compiled, len(messages), messages.table.sum(dtype='int64'))\n"
    )
    command, environment = [sys.executable, "-c", program], {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, input=STREAM, capture_output=True, check=True, env=environment)
    messages = Decoder(compiled=True).read(STREAM)

    assert f"False False {len(messages)} {messages.table.sum(dtype='int64')}\n" == done.stdout.decode()
