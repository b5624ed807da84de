"""The decoder beside two others: pyais on every sentence of every file here, gpsd by the answers that it published."""

import contextlib
import gzip
import itertools
import json
import math
from collections import Counter
from pathlib import Path

import pytest
from pyais import IterMessages
from pyais.constants import ShipType
from pyais.exceptions import MissingPayloadException, UnknownPartNoException

from searoom.tracks import ais
from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aisfields import ABSENT, CALL_SIGN, DESTINATION, NAME
from searoom.tracks.aislayout import BASE_STATIONS, COLUMNS, POSITIONS, STATIC

DATA = Path(__file__).parent.parent / "data"
GPSD = ("sample.aivdm", "ais-nmea.log", "ais-18-27.log", "ais-raw-messages.log", "ais_unpack_sixbit.log")
FILES = (*(f"gpsd/{name}.gz" for name in GPSD), "pyais_nmea_data_sample.txt.gz", "dma_stream_2010-06-11.txt")
KINDS = {*POSITIONS, *STATIC, *BASE_STATIONS}
TEXTS = {"shipname": NAME, "callsign": CALL_SIGN, "destination": DESTINATION}
TEXTS_OF = {5: set(TEXTS), 19: {"shipname"}, 24: {"shipname", "callsign"}}
# What pyais and gpsd call our columns.
SAME = {"mmsi", "lat", "lon", "speed", "course", "heading", "accuracy", "alt", "imo"}
SIDES = {"to_bow": "bow", "to_stern": "stern", "to_port": "port", "to_starboard": "starboard"}
PYAIS = {**{name: name for name in SAME}, **SIDES, "partno": "part"}
OF_GPSD = {**{name: name for name in SAME}, **SIDES, "turn": "turn", "shiptype": "ship_type"}


def content(name):
    """Return the bytes of a file, unpacked."""
    data = (DATA / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def decoded(name):
    """Return each message as a dict of its own integers and texts, and the decoder."""
    decoder = Decoder()
    messages = decoder.read(content(name) + b"\n")
    found = []
    for row in messages.table.tolist():
        one = {column: value for column, value in zip(COLUMNS, row, strict=True) if value != ABSENT}
        if "text" in one:
            letters = messages.letters[one.pop("text")]
            one |= {text: ais.text_of(letters[TEXTS[text]]) for text in TEXTS_OF[one["kind"]]}
        found.append(one)
    return found, decoder


def scaled(one):
    """Return a message in the units of pyais, and rounded as there."""
    long_range, aircraft = one["kind"] == 27, one["kind"] == 9
    by = {"lat": 600 if long_range else 600_000, "course": 1 if long_range else 10}
    by |= {"lon": by["lat"], "speed": 1 if long_range or aircraft else 10}
    return {key: round(value / by[key], 6) if key in by else value for key, value in one.items()}


def turn_of_pyais(one):
    """Return a rate of turn as pyais gives it: whole degrees a minute, or what stands for none."""
    return one["turn"] if abs(one["turn"]) > 126 else math.copysign(round((one["turn"] / 4.733) ** 2), one["turn"])


def told_by_pyais(name):
    """Return what pyais makes of the messages of our types in a file, each as a dict."""
    told = []
    for message in IterMessages(content(name).splitlines()):
        with contextlib.suppress(MissingPayloadException, UnknownPartNoException):
            told.append(message.decode().asdict())
    return [one for one in told if one["msg_type"] in KINDS]


def told_by_gpsd(name):
    """Return what gpsd says of the messages of our types; of what it says twice, what stands behind the sentence."""
    lines = content(f"gpsd/{name}").decode().splitlines()
    echoed = any(line.startswith("!") for line in lines)
    after = [line for before, line in itertools.pairwise(["!", *lines]) if before.startswith("!") or not echoed]
    told = [json.loads(line) for line in after if line.startswith('{"class":"AIS"')]
    return [one for one in told if one["type"] in KINDS]


@pytest.mark.parametrize("name", FILES)
def test_says_what_pyais_says(name):
    """Every message of the types that are read, field by field; both find the same messages in the same order."""
    ours, _ = decoded(name)
    theirs = told_by_pyais(name)

    assert [told["msg_type"] for told in theirs] == [one["kind"] for one in ours]
    for one, told in zip(ours, theirs, strict=True):
        units = scaled(one)
        assert {key: told[key] for key, column in PYAIS.items() if column in one and key in told} == {
            key: units[column] for key, column in PYAIS.items() if column in one and key in told
        }
        assert {key: told[key] for key in TEXTS if key in told} == {key: one[key] for key in TEXTS if key in told}
        assert told.get("turn") == (turn_of_pyais(one) if "turn" in one else None)
        if "ship_type" in one:  # pyais turns the numbers that have no name yet into 0
            assert told["ship_type"] == (one["ship_type"] if one["ship_type"] in set(ShipType) else 0)


@pytest.mark.parametrize("name", GPSD)
def test_says_what_gpsd_says(name):
    """Every position and static message in gpsd's own vectors, in its integers; a message 24 by what its parts add up to."""
    told = told_by_gpsd(f"{name}.ju.chk.gz" if name == "sample.aivdm" else f"{name}.chk.gz")
    ours, _ = decoded(f"gpsd/{name}.gz")
    whole = [one for one in told if one["type"] != 24]

    assert [one["type"] for one in whole] == [one["kind"] for one in ours if one["kind"] != 24]
    for one, theirs in zip((one for one in ours if one["kind"] != 24), whole, strict=True):
        assert {key: theirs[key] for key in OF_GPSD if key in theirs} == {
            key: one[column] for key, column in OF_GPSD.items() if column in one
        }
        assert {key: theirs[key] for key in TEXTS if key in theirs} == {key: one[key] for key in TEXTS if key in one}
    ships = said(f"gpsd/{name}.gz")
    for theirs in (one for one in told if one["type"] == 24):
        ship = ships[ais.name_of(theirs["mmsi"])]
        assert (theirs["shipname"], theirs["callsign"]) == (ship.name, ship.call_sign)
        assert [theirs[side] for side in SIDES] == [
            value or 0 for value in (ship.bow_m, ship.stern_m, ship.port_m, ship.starboard_m)
        ]
        assert theirs["shiptype"] == ship.ship_type


def said(name):
    """Return the ships of a file."""
    sentences = ais.Sentences()
    sentences.read(content(name))
    sentences.close()
    return sentences.ships


def test_the_vectors_have_each_type():
    """All types that are read occur in the files; what is refused in them is counted, each by its cause."""
    kinds, refused = set(), Counter()
    for name in FILES:
        ours, decoder = decoded(name)
        kinds |= {one["kind"] for one in ours}
        decoder.close()
        refused += decoder.refused

    assert KINDS == kinds
    assert {"part of a message missing": 20, "part of message 24 unknown": 69} == refused
