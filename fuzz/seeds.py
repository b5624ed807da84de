"""Makes the seeds: for each harness a few small real encodings from which the fuzzer starts.

python -m fuzz --seeds writes them to fuzz/seeds/<harness>/. They are committed; signatures and sealed bodies differ
each time they are made, so they are made anew only where a format changes.
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import spoken
from builders import NOW_US, cosign, epoch_words, exchange, make_released, records, renewed, say
from fuzz.material import MECHANISM, book, channel, pair
from searoom import cbor
from searoom.keys.proposals import NodeRequest, OfficerRequest, Proposal, root_bytes
from searoom.link import frames
from searoom.record import cose
from searoom.record.algorithms import SigningKey
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry
from searoom.record.heads import log_verifiers, mirror_verifiers
from searoom.record.layout import Manifest, write_long
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.policy import everybody
from searoom.record.proof import Fork, ForkProof, prove
from searoom.record.seal import SALT_SIZE, Opening, reason
from searoom.record.shared import SharedRecord
from searoom.record.tiles import write_bundle
from searoom.signals import forms
from searoom.statements import annexes, offrecord
from searoom.tracks import cotout, stamps
from searoom.tracks.fixes import Rows

Seeds = dict[str, list[bytes]]
_HASH = bytes(range(32))
_VECTORS = Path(__file__).resolve().parent.parent / "tests" / "vectors"
_WAITING = b"POST /searoom/v1/wait HTTP/1.1\r\nhost: amber\r\nprefer: wait=25\r\ncontent-length: 0\r\n\r\n"


def make() -> Seeds:
    """Return the seeds of each harness."""
    amber, _ = pair()
    a, b = records()
    released, body = make_released(a.roster, amber, b"meeting at 0400Z?", signers=amber.officers)
    first = say(a, amber, b"meeting at 0400Z?", signers=amber.officers)
    exchange(a, b)
    cosign(a, b)
    say(b, pair()[1], "四時、了解。".encode())
    exchange(a, b)
    return {
        **_of_record(a, first),
        "statement": [released.statement.to_bytes(), released.to_bytes(), epoch_words(a, amber)[0].to_bytes()],
        "body": [body, reason("amber.2", "our store is lost")],
        **_of_proofs(a),
        **_of_people(),
        **_of_link(a, b),
        **_of_text(),
        **_of_forms(),
        **_of_tracks(),
        **_of_sensors(),
        **_of_tables(),
    }


def _of_record(a: SharedRecord, first: Entry) -> Seeds:
    amber, coral = pair()
    rows = [row for key in amber.roots for row in key.sign(b"label", b"payload")]
    kids = sorted(rows, key=lambda row: row.key_id)
    later = renewed(amber, "2")
    sign1 = cose.sign1_bytes(cose.protected(-19, amber.station.key_id), b"payload", bytes(64))
    head = a.note("amber")
    index = 0
    return {
        "cbor": [
            cbor.encode({0: 1, 1: "amber", "b": [b"\x00\xff", -1, None, True, 1 << 40], 24: {"a": {}}}),
            cbor.encode([[[["四時、了解。", -(1 << 63), (1 << 64) - 1]]]]),
        ],
        "cose": [sign1, cose.sign_bytes(b"payload", [kids[0]]), cose.sign_bytes(b"payload", kids)],
        "entry": [first.to_bytes(), *(entry.to_bytes() for entry, _ in a.entries("coral"))],
        "card": [amber.card.payload(), coral.card_bytes, later.card.payload(), later.card_bytes],
        "opening": [
            Opening(bytes(SALT_SIZE), b"meeting at 0400Z?").to_bytes(),
            Opening(_HASH[:SALT_SIZE], bytes(40)).to_bytes(),
        ],
        "note": [head, a.offer(now_us=NOW_US)],
        "checkpoint": [SignedNote.from_bytes(head).text.encode()],
        "ahead": [a.ahead(index).to_bytes()],
        "manifest": [
            Manifest(MECHANISM, True, "amber", ("amber", "coral"), ("amber", "amber.2", "coral"), _HASH).to_bytes(),
            cbor.encode({0: 1, 1: MECHANISM, 2: False, 3: "amber", 4: ["amber", "coral"], 5: ["amber"], 6: _HASH}),
        ],
        "block": [cbor.encode([1, b"", b"", b"", []]), cbor.encode([1, b"", b"", b"", [0, 5, 16383]])],
    }


def _of_proofs(a: SharedRecord) -> Seeds:
    logs, mirrors = log_verifiers(a.roster, "amber", 1), mirror_verifiers(a.roster, "coral")[-1]
    tree = Tree()
    leaves = [entry.to_bytes() for entry, _ in a.entries("amber")]
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    signed = SignedNote.from_bytes(a.note("amber"))
    own = replace(signed, signatures=signed.signatures[:1])
    proof = prove(tree, 0, signed)
    sides = ((own, Fork(leaves[0], proof.path)), (own, Fork(leaves[0][:-1] + b"!", proof.path)))
    return {
        "vkey": [key.to_text().encode() for key in (*logs, mirrors[0])],
        "policy": [everybody(logs, {"coral": mirrors}).to_bytes(), b"# none\n\nquorum none\n"],
        "tlog-proof": [proof.to_bytes(), prove(tree, 0, signed, b"extra").to_bytes()],
        "fork-proof": [ForkProof.of_roots(own, own).to_bytes(), ForkProof.of_entries(0, *sides).to_bytes()],
        "tile-path": [b"tile/0/000", b"tile/entries/x001/x234/067.p/5", b"tile/7/x999/001.p/255"],
        "tile-bundle": [b"\x03" + write_bundle([b"one", b"", b"three"]), b"\x01" + write_bundle(leaves[:1])],
        "long-bundle": [b"\x03" + write_long([b"one", b"", b"three"])],
    }


def _of_people() -> Seeds:
    amber, _ = pair()
    officer, card = amber.officers[0], amber.card
    request = OfficerRequest("amber-1", "Amber officer 1", officer.public).proven(officer)
    publics = tuple(key.public for key in card.keys[:5])
    node = NodeRequest("amber", MECHANISM, card.names, publics, card.kem, card.link_certificates[0])
    node = node.proven(amber.station)
    said, asked = (cbor.encode(cbor.decode(data)[0]) for data in (request.to_bytes(), node.to_bytes()))  # type: ignore[index]  # lists of two
    vectors = Path(__file__).resolve().parent.parent / "tests" / "vectors"
    closed = (vectors / "keyfile.key").read_bytes()
    clear = f"searoom-key v1; station amber; ed25519; {'0a' * 32}; exercise: not protected\n{'0b' * 32}\n"
    token = f"searoom-key v1; officer amber-1; ed25519; {'0a' * 32}; token: amber/amber-1\n"
    return {
        "officer-request": [request.to_bytes(), said],
        "node-request": [node.to_bytes(), asked],
        "proposal": [
            Proposal.of(card).to_bytes(), Proposal.of(renewed(amber, "2").card, amber.card_bytes).to_bytes(),
            root_bytes(card.root),
        ],
        "key-file": [closed, clear.encode(), token.encode()],
        "desk": [cbor.encode({"do": "say", "form": "line-test", "fields": {"at": "now"}}), cbor.encode({})],
    }  # fmt: skip


def _of_link(a: SharedRecord, b: SharedRecord) -> Seeds:
    found = a.batch("amber", 0, max_bytes=1 << 20)
    ahead = a.ahead(0)
    note = a.offer(now_us=NOW_US)
    hello = frames.Hello(MECHANISM, _HASH, "amber", "amber", 1, "coral", 1, b.root("coral"))
    events: Sequence[frames.Event] = [
        hello,
        frames.Entries(found.log, found.start, found.items, found.note, found.proof) if found else frames.End(),
        frames.Ahead("amber", 0, ahead.entry, ahead.body, ahead.proof, ahead.note),
        frames.Witness(note), frames.Cosigned(note), frames.Want("coral.2", 0), frames.Aside("amber 3", 1, b"words"),
        frames.AsideHeld("amber 3", 1), frames.WantAnnex((_HASH,)), frames.Annex(_HASH, b"data"),
        frames.Fault("busy", "later, please"), frames.End(),
    ]  # fmt: skip
    small = [frames.write(event) for event in (hello, frames.Want("coral.2", 0), frames.AsideHeld("c", 1))]
    payload = cbor.encode([b"one message", b"another"])
    return {
        "frame": [frames.write(event)[frames.LENGTH_BYTES :] for event in events],
        "message": [b"".join(map(frames.write, events)), b"".join([*small, frames.write(frames.End())])],
        "part": [payload, *_parts(payload)],
        "http": [
            b"POST /searoom/v1/exchange HTTP/1.1\r\nhost: amber\r\ncontent-length: 5\r\n\r\nhello" + _WAITING,
            b"POST /searoom/v1/urgent HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 5\r\n\r\nhello",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Too Many Requests\r\nconnection: close\r\n\r\nlater",
        ],
        "aside": [channel("amber").write(1, "hello").data, offrecord._padded("hello"), _copy()],  # noqa: SLF001  # behind the seal
        "annex": [Opening(bytes(SALT_SIZE), cbor.encode([annexes.LABEL, "born 1980"])).to_bytes()],
    }  # fmt: skip


def _copy() -> bytes:
    return offrecord.copy_bytes(channel("amber").write(2, "hello"), "amber", "hello")


def _parts(payload: bytes) -> list[bytes]:
    key: SigningKey = pair()[0].station
    digest = hashlib.sha256(payload).digest()
    content = cbor.encode(dict(enumerate([1, MECHANISM, True, "amber", "coral", bytes(16), 1, 2, digest])))
    header = cose.protected(key.algorithm, key.key_id)
    signed = cose.sign1_bytes(header, content, key.sign(cose.to_sign1(header, b"searoom/bundle/v1", content)))
    return [cbor.encode([signed, payload]), content]


def _of_text() -> Seeds:
    packs = resources.files("searoom.obligations") / "data" / "agreements"
    tables = resources.files("searoom.signals") / "data" / "forms"
    names = ("hotline-message", "measurement", "transcribed")
    return {
        "pack": [(packs / f"{name}.toml").read_bytes() for name in ("demo", "macm")],
        "form-table": [(tables / f"{name}.toml").read_bytes() for name in names],
        "slip": [b"7KQ2 MD4N XPAV 90HT\nMEETING AT 0400Z?", "七\n--------\n四時、了解。\n--------".encode()],
    }


def _of_forms() -> Seeds:
    typed = forms.Filled("line-test", 1, "desk", "routine", "en", {})
    words = forms.Filled("hotline-message", 1, "hotline", "flash", "ja", {"text": "四時、了解。"}, ("amber", 3))
    receipt = forms.Filled("receipt", 1, "desk", "routine", "en", {"party": "coral", "size": 7})
    found = []
    for filled in (typed, words, receipt):
        form = book().form(filled.form)
        whole = replace(filled, version=form.version, channel=form.channels[0])
        found.append(forms.encode(whole, book()))
    rows = json.loads((_VECTORS / "field-kinds.json").read_text(encoding="utf-8"))["forms"]
    found += [bytes.fromhex(row["cbor"]) for row in rows]
    given = [json.dumps(row["json"], ensure_ascii=False).encode() for row in rows]
    alerts = [path.read_bytes() for path in sorted((_VECTORS.parent / "data" / "cap").iterdir())]
    return {"form": found, "form-json": given, "wording": [text.encode() for text in _TOLD], "cap": alerts}


_TOLD = (
    "At 0600Z on 6 December 2025 for 6 hours, within 20 nm of 25-30.0N 125-20.0E, 3 ships, F-15, 030215Z JUN",
    "令和8年2月29日午後3時半（日本時間）から約６時間、北緯25度30分、東経125度20分から一万二千メートル、三隻",
    "2026年6月3日北京时间14时30分，航速不超过十二节，飞机两架，歼-15，16频道",
)


def _of_tracks() -> Seeds:
    data = _VECTORS.parent / "data"
    stream = (data / "dma_stream_2010-06-11.txt").read_bytes().splitlines(keepends=True)
    kinds = gzip.decompress((data / "gpsd" / "sample.aivdm.gz").read_bytes()).splitlines(keepends=True)
    position = b"\\g:1-2-7,s:amber,c:1700000000*06\\!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n"
    of_each_type = [line for line in kinds if line[:1] == b"!" and line[6:10] == b",1,1" and line[14:15] in b"159BCHK"]
    return {"ais": [b"".join(stream[:17]), position + b"".join(of_each_type[:12])]}


def _of_sensors() -> Seeds:
    noon = 1_780_488_000_000_000
    bridge = (
        spoken.rmc(), spoken.said("HEHDT,90.0,T"), spoken.ttm(bearing="10.0,R", name="FERRY"), spoken.ttm(status="L"),
        spoken.said("RATLL,08,3402.0000,N,13902.0000,E,X,120000,T,"), spoken.said("RAOSD,90.0,A,90.0,P,10.0,P,,,N"),
        spoken.said("GPGGA,120001,3400.0000,N,13900.0000,E,1,09,1.0,-5.0,M,45.8,M,,"),
        spoken.said("GPZDA,120000,03,06,2026,00,00"), spoken.said("GPVTG,90.0,T,,M,10.0,N,18.5,K,A"),
    )  # fmt: skip
    sbs = "MSG,{},1,1,86E123,1,2026/06/03,12:00:01.500,2026/06/03,12:00:02.000,{},0,0,0,0"
    one = {"hex": "86e123", "type": "adsb_icao", "alt_baro": 38000, "gs": 450, "lat": 34, "lon": 139, "seen_pos": 1}
    listed = json.dumps({"now": noon / 1e6, "aircraft": [one, {**one, "hex": "~86e123", "alt_baro": "ground"}]})
    rows = Rows()
    for name, height in (("cot:<&> 1", 900.0), ("cot:S", float("nan"))):
        rows.add(name, noon, 1.0, 2.0, speed_mps=5.0, course_deg=6.0, sigma_m=7.0, source="COT", alt_m=height)
    events = "\n".join(cotout.of_fixes(rows.fixes()[0], labels={"cot:S": "TEAL 1"})).encode()
    sighting = "time_utc,who,name,lat,lon,bearing_deg,range_nm\n2026-06-03T12:00:00Z,Lt,grey,34,139,45,4\n"
    return {
        "instruments": [b"\r\n".join(bridge), b"\n".join(stamps.tag(noon) + line for line in bridge)],
        "sbs": [(sbs.format(4, ",,450,90.0,,,-640,") + "\n" + sbs.format(3, ",38000,,,34.0,139.0,,")).encode()],
        "aircraft": [listed.encode(), stamps.tag(noon) + listed.encode()],
        "cot": [events, b'<?xml version="1.0"?>\n' + events.replace(b"><", b">\n<")],
        "sighting": [sighting.encode()],
        "stamped": [stamps.tag(noon) + bridge[0], b"\\s:amber*3D\\" + bridge[0]],
        "pieces": [b"\r\n".join(bridge), b"one\r\n\r\ntwo\r"],
        "sensor-address": [b"bridge=udp://0.0.0.0:10110", b"aircraft+http://127.0.0.1/list.json", b"file:bridge.nmea"],
    }


def _of_tables() -> Seeds:
    tracks = "name,source_kind,time_utc,lat,lon,sog_kn,cog_deg,sigma_m\nA,AIS,2026-06-03T12:00:00Z,34,139,10,90,7.5\n"
    danish = (
        "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,SOG,COG,Name\n"
        "03/06/2026 12:00:00,Class A,219000123,55.5,12.5,10.4,180.5,MARIE\n"
        "03/06/2026 12:00:00,Base Station,2190064,55.5,12.5,,,Unknown\n"
    )
    mapped = (
        'kind = "m"\nname = "n"\ntime = { column = "t", form = "%d.%m.%Y %H:%M", zone = "+09:00" }\n'
        'lat = { column = "y", unit = "deg" }\nlon = { column = "x", unit = "rad" }\ndecimal = ","\nseparator = ";"\n'
        'speed = { column = "v", unit = "m/s", unknown = -1 }\ncourse = { column = "c", unit = "deg" }\n'
        "---\nn;t;y;x;v;c\nA;03.06.2026 12:00;34,5;2,4;5,1;90\n"
    )
    counted = mapped.replace('form = "%d.%m.%Y %H:%M", zone = "+09:00"', 'form = "unix s"')
    daily = (
        "date,party,kind,craft,source,hours\n2026-06-01,coral,navy,2,notice of amber,7.5\n2026-06-02,coral,navy,0,n,\n"
    )
    return {
        "track-table": [tracks.encode(), danish.encode()],
        "csv-blocks": [tracks.encode(), danish.encode()],
        "column-map": [mapped.encode(), counted.encode()],
        "daily-table": [daily.encode()],
    }


def write(folder: Path) -> int:
    """Write the seeds, named by what is in them; return how many there are."""
    written = 0
    for name, seeds in make().items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for old in (folder / name).iterdir():
            old.unlink()
        for data in seeds:
            (folder / name / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
            written += 1
    return written


def of(name: str) -> list[bytes]:
    """Return the seeds and the kept finds of a harness."""
    here = Path(__file__).resolve().parent
    folders = (here / "seeds" / name, here / "crashes" / name)
    return [path.read_bytes() for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
