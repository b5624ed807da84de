"""The harness of each decoder by name; where a signature or a sum stands before a parser, the harness makes it."""

from collections.abc import Mapping
from typing import Final

from fuzz import of_link, of_people, of_record, of_sensors, of_tables, of_tracks
from fuzz.material import book
from fuzz.promise import Broken, Harness, again, each_of, text
from searoom import cbor
from searoom.errors import SearoomError
from searoom.keys.proposals import Proposal, root_bytes, root_from_bytes
from searoom.link import frames
from searoom.record import layout, tiles
from searoom.record.ahead import Ahead
from searoom.record.cards import Card
from searoom.record.checkpoint import Checkpoint, SignedNote
from searoom.record.entry import Entry, Released, Statement
from searoom.record.note import Verifier
from searoom.record.proof import ForkProof, Proof
from searoom.record.seal import Body, Opening, read_reason, reason
from searoom.signals import forms

HARNESSES: Final[Mapping[str, Harness]] = {
    "cbor": again(cbor.decode, cbor.encode),
    "cose": each_of(again(of_record.sign1, bytes), again(of_record.sign, bytes)),
    "statement": each_of(
        again(Statement.from_bytes, Statement.to_bytes), again(Released.from_bytes, Released.to_bytes)
    ),
    "entry": again(Entry.from_bytes, Entry.to_bytes),
    "card": each_of(again(Card.unsigned, Card.payload), of_record.next_card),
    "body": each_of(again(Body.from_bytes, Body.to_bytes), again(read_reason, lambda found: reason(*found))),
    "opening": again(Opening.from_bytes, Opening.to_bytes),
    "note": again(SignedNote.from_bytes, SignedNote.to_bytes),
    "checkpoint": text(Checkpoint.from_text, Checkpoint.to_text),
    "vkey": text(Verifier.from_text, Verifier.to_text),
    "tlog-proof": again(Proof.from_bytes, Proof.to_bytes),
    "fork-proof": again(ForkProof.from_bytes, ForkProof.to_bytes),
    "policy": of_record.policy,
    "tile-path": text(tiles.read_tile_path, lambda found: tiles.tile_path(*found)),
    "tile-bundle": of_record.numbered(tiles.read_bundle, tiles.write_bundle),
    "long-bundle": of_record.numbered(layout.read_long, layout.write_long),
    "manifest": of_record.manifest,
    "block": of_record.block,
    "ahead": again(Ahead.from_bytes, Ahead.to_bytes),
    "frame": again(frames.read, lambda event: frames.write(event)[frames.LENGTH_BYTES :]),
    "message": of_link.message,
    "part": of_link.part,
    "http": of_link.http,
    "key-file": of_people.key_file,
    "aside": of_people.aside,
    "annex": of_people.annex,
    "form": again(lambda data: forms.decode(data, book()), lambda filled: forms.encode(filled, book())),
    "form-json": of_people.form_json,
    "form-table": of_people.form_table,
    "wording": of_people.wording,
    "cap": of_people.cap,
    "pack": of_people.pack,
    "slip": of_people.retyped,
    "desk": of_people.desk_request,
    "officer-request": of_people.officer,
    "node-request": of_people.node,
    "ais": of_tracks.ais,
    "track-table": of_tables.track_table,
    "csv-blocks": of_tables.csv_blocks,
    "column-map": of_tables.column_map,
    "daily-table": of_tables.daily_table,
    "instruments": of_sensors.reading("nmea"),
    "sbs": of_sensors.reading("sbs"),
    "aircraft": of_sensors.reading("aircraft"),
    "cot": of_sensors.reading("cot"),
    "sighting": of_sensors.sighting,
    "stamped": of_sensors.stamped,
    "pieces": of_sensors.pieces,
    "sensor-address": of_sensors.address,
    "proposal": each_of(again(Proposal.from_bytes, Proposal.to_bytes), again(root_from_bytes, root_bytes)),
}


def judge(name: str, data: bytes, taken: list[bytes] | None = None) -> str:
    """Return "" where the decoder `name` keeps its promise, else what it did; bytes that it took go into `taken`."""
    try:
        if HARNESSES[name](data) and taken is not None:
            taken.append(data)
    except Broken as broken:
        return str(broken)
    except SearoomError as error:
        return f"{type(error).__name__} where what was read is written again: {error.sentence}"
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
        return f"{type(error).__name__}: {error}"
    return ""
