"""Safety texts and aids to navigation: beside gpsd's published answers, in parts, damaged, and never without bound."""

import contextlib
import gzip
import json
from functools import reduce
from operator import xor
from pathlib import Path

import pytest
from pyais import IterMessages, encode_dict
from pyais.exceptions import MissingPayloadException, UnknownPartNoException

from searoom import compiling
from searoom.tracks import ais, aisrest, sources, stamps
from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aiskernel import NO_TIME
from searoom.tracks.aisplain import Whole

DATA = Path(__file__).parent.parent / "data"
WAYS = (False, compiling.COMPILED)
GPSD = ("sample.aivdm", "ais-nmea.log", "ais-18-27.log", "ais-raw-messages.log", "ais_unpack_sixbit.log")


def heard(data, compiled=None):
    """Return what was read of some bytes."""
    sentences = ais.Sentences(decoder=Decoder(compiled=compiled))
    sentences.read(data)
    sentences.close()
    return sentences


def lines(**message):
    """Return the sentences of a message."""
    return [line.encode() for line in encode_dict({"mmsi": "219000123", **message}, radio_channel="A", seq_id=1)]


def of_gpsd(name):
    """Return what gpsd says of texts and aids in one of its vectors, the texts in order, of each aid the last."""
    file = f"{name}.ju.chk.gz" if name == "sample.aivdm" else f"{name}.chk.gz"
    told = gzip.decompress((DATA / "gpsd" / file).read_bytes()).decode().splitlines()
    rows = [json.loads(line) for line in told if line.startswith('{"class":"AIS"')]
    texts = [(f"{row['mmsi']:09d}", row["text"].strip()) for row in rows if row["type"] in (12, 14)]
    aids = {f"{row['mmsi']:09d}": row for row in rows if row["type"] == 21}
    return texts, aids


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize("name", GPSD)
def test_says_what_gpsd_says(name, compiled):
    """Every text with its sender, and every aid by name, place and state, both ways of decoding."""
    texts, aids = of_gpsd(name)
    rest = heard(gzip.decompress((DATA / "gpsd" / f"{name}.gz").read_bytes()), compiled).rest

    assert texts == [(text.sender, text.words) for text in rest.texts()]
    assert set(aids) == {aid.sender for aid in rest.aids()}
    for aid in rest.aids():
        told = aids[aid.sender]
        assert told["name"].partition("@")[0].strip() == aid.called
        assert (told["lat"] / 600_000, told["lon"] / 600_000) == pytest.approx((aid.lat_deg, aid.lon_deg), abs=1e-6)
        assert bool(told["virtual_aid"]) == aid.virtual
        assert (bool(told["off_position"]) and told["second"] < 60) == aid.adrift


@pytest.mark.parametrize(
    "name", [*(f"gpsd/{name}.gz" for name in GPSD), "pyais_nmea_data_sample.txt.gz", "dma_stream_2010-06-11.txt"]
)
def test_says_what_pyais_says(name):
    """The same texts and aids in every file here; pyais drops a space between the name of an aid and its extension."""
    data = (DATA / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    told = []
    for message in IterMessages(data.splitlines()):
        with contextlib.suppress(MissingPayloadException, UnknownPartNoException):
            told.append(message.decode())
    rest = heard(data).rest

    assert [
        (f"{one.mmsi:09d}", f"{one.dest_mmsi:09d}" if one.msg_type == 12 else "", one.text.strip())
        for one in told
        if one.msg_type in (12, 14)
    ] == [(text.sender, text.to, text.words) for text in rest.texts()]
    last = {f"{one.mmsi:09d}": one for one in told if one.msg_type == 21}
    assert {
        sender: (one.full_name.partition("@")[0].replace(" ", ""), int(one.aid_type), one.lat, one.lon, one.virtual_aid)
        for sender, one in last.items()
    } == {
        aid.sender: (
            aid.called.replace(" ", ""),
            aisrest.AIDS.index(aid.kind),
            round(aid.lat_deg, 6),
            round(aid.lon_deg, 6),
            aid.virtual,
        )
        for aid in rest.aids()
    }


def test_the_vectors_have_texts_and_aids():
    """The published vectors hold ten texts, and seven aids of which the Danish stream has not one."""
    assert 10 == sum(len(of_gpsd(name)[0]) for name in GPSD)
    assert sum(len(of_gpsd(name)[1]) for name in GPSD) > 5


@pytest.mark.parametrize("compiled", WAYS)
def test_joins_a_text_over_other_sentences(compiled):
    """The longest text there is, 156 letters in its parts, with a base station, an aid and an instrument between."""
    words = "MAYDAY RELAY " * 12
    parts = lines(msg_type=12, dest_mmsi="002190064", text=words[:156])
    between = [
        *lines(msg_type=4, lat=55.0, lon=12.0),
        b"$GPRMC,213950.00,A,5250.53669,N,00542.34920,E,0.020,,070420,,,A*7D",
        *lines(msg_type=21, name="DROGDEN", lat=55.5, lon=12.7, aid_type=1, off_position=True, second=10),
    ]
    mixed = [line for pair in zip(parts, [between] * len(parts), strict=True) for line in (pair[0], *pair[1])]
    rest = heard(stamps.tag(1_700_000_000_000_000) + b"\n".join(mixed), compiled).rest

    assert len(parts) > 2
    (text,) = rest.texts()
    assert ("219000123", "002190064", words[:156].strip(), 1_700_000_000_000_000) == (
        text.sender, text.to, text.words, text.time_us,
    )  # fmt: skip
    assert [("DROGDEN", True, 55.5)] == [(aid.called, aid.adrift, aid.lat_deg) for aid in rest.aids()]


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize(
    ("cause", "payload", "fill"),
    [
        ("message too short for its type", b"<02:oP0", 0),
        ("message too short for its type", b"E02:oP0" + b"0" * 36, 0),
        ("message too long for its type", b">" + b"0" * 175, 0),
        ("message too long for its type", b">" + b"0" * 300, 0),
        ("payload is not six-bit", b">02:oP0000X0000", 0),
    ],
)
def test_counts_what_is_no_such_message(cause, payload, fill, compiled):
    """Too short, too long, not six-bit: counted by its cause, and not decoded."""
    words = b"AIVDM,1,1,,A,%b,%d" % (payload, fill)
    read = heard(b"!%b*%02X\n" % (words, reduce(xor, words)), compiled)

    assert {cause: 1} == read.rows.refused
    assert ((), ()) == (read.rest.texts(), read.rest.aids())


@pytest.mark.parametrize("compiled", WAYS)
def test_counts_the_other_types_by_their_names(compiled):
    """Binary messages, questions, and a type that there is not: each is counted as what it is."""
    unknown = b"AIVDM,1,1,,A,s0000000,0"
    counted = heard(
        b"\n".join(
            [
                *lines(msg_type=8, dac=1, fid=11),
                *lines(msg_type=10, dest_mmsi=1),
                b"!%b*%02X" % (unknown, reduce(xor, unknown)),
            ]
        ),
        compiled,
    ).decoder.other_messages

    assert {"AIS messages 8, binary, to all": 1, "AIS messages 10, asks for the time": 1} | {
        "AIS messages of a type that there is not": 1
    } == aisrest.told(counted)


def test_an_aid_is_kept_once():
    """Of each aid the last that it said; a place that it does not know is None, and a virtual one says so."""
    first = lines(msg_type=21, name="SABIK", lat=56.4, lon=10.9)
    again = lines(msg_type=21, name="SABIK", lat=91.0, lon=181.0, virtual_aid=True)
    (aid,) = heard(b"\n".join(first + again)).rest.aids()

    assert ("219000123", None, None, True, None) == (aid.sender, aid.lat_deg, aid.lon_deg, aid.virtual, aid.time_us)


@pytest.mark.parametrize(("adrift", "second"), [(True, 59), (False, 60), (False, 63)])
def test_an_aid_without_a_time_of_its_own_is_not_adrift(adrift, second):
    """Off its place means something only while the aid has a working receiver (ITU-R M.1371, message 21)."""
    (aid,) = heard(
        b"\n".join(lines(msg_type=21, name="SABIK", lat=56.4, lon=10.9, off_position=True, second=second))
    ).rest.aids()

    assert adrift == aid.adrift


def test_a_flood_of_texts_is_bounded(monkeypatch):
    """The last are kept, and how many were let go of is said."""
    monkeypatch.setattr(aisrest, "MAX_TEXTS", 3)
    rest = aisrest.Rest()
    for number in range(5):
        (line,) = lines(msg_type=14, text=f"TEST {number}")
        rest.take(Whole(NO_TIME, line.split(b",")[5], int(line.split(b",")[6][:1]), own=False))

    assert ["TEST 2", "TEST 3", "TEST 4"] == [text.words for text in rest.texts()]
    assert ["TEST 4"] == [text.words for text in rest.texts(last=1)]
    assert 2 == rest.forgotten


def test_a_flood_of_aids_is_bounded(monkeypatch):
    """No more aids than may be are kept; those that are known may still say more."""
    monkeypatch.setattr(aisrest, "MAX_AIDS", 1)
    rest = aisrest.Rest()
    for mmsi, name in ((992190001, "A"), (992190002, "B"), (992190001, "C")):
        line = b"".join(lines(msg_type=21, mmsi=mmsi, name=name))
        rest.take(Whole(NO_TIME, line.split(b",")[5], int(line.split(b",")[6][:1]), own=False))

    assert [("992190001", "C")] == [(aid.sender, aid.called) for aid in rest.aids()]


def test_a_file_tells_them():
    """The Danish stream: 24 aids to navigation, no text, and each other type by its name."""
    reading = sources.read(DATA / "dma_stream_2010-06-11.txt")

    assert (24, 0) == (len(reading.aids), len(reading.texts))
    assert {"AIS messages 21, aid to navigation: 37", "AIS messages 20, slots of a base station: 191"} < {
        finding.sentence for finding in reading.findings
    }
