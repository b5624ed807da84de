"""A second reading of an exported record, by other hands: hashlib, json and cryptography, nothing of Searoom.

Run it as `python tests/second_verifier.py DIR`: it prints one JSON object and exits 0 where the
record in DIR holds, 1 where it does not. It was written from docs/formats/, not from the code.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

from second_reader import (
    Refused,
    check_ed25519,
    check_key,
    fields,
    from_cbor,
    kid,
    need,
    protected,
    sign1,
    to_cbor,
    unbase64,
)

OPENING_SIZES = [256 * 2**n for n in range(10)]
PARTY = re.compile(r"[a-z][a-z0-9]{0,31}\Z")
PERSON = re.compile(r"[a-z][a-z0-9]{0,31}-[a-z0-9][a-z0-9-]{0,31}\Z")
MECHANISM = re.compile(r"[a-z0-9](?:[a-z0-9.-]|/(?=[a-z])){0,63}\Z")


# ---- cards --------------------------------------------------------------------------------------------------------


def read_card(data, party, mechanism, where):
    """Return {key id: (role, holder, public)} of a card that its own root signed, and the id of its KEM key."""
    need(len(data) <= 65536, where)
    key_id, payload, check = sign1(data, b"searoom/card/v0", where)
    named, whose, names, root, rows, kem, certificate = fields(
        payload, [str, str, dict, bytes, list, bytes, bytes], where
    )
    need((named, whose) == (mechanism, party) and key_id == kid(root), f"{where}: another party's card")
    check(root)
    need(len(kem) == 1216 and 1 <= len(certificate) <= 8192 and 1 <= len(names) <= 16, where)
    need(all(isinstance(k, str) and isinstance(v, str) for k, v in names.items()), where)
    need(all(1 <= len(k) <= 16 and 1 <= len(v) <= 80 for k, v in names.items()) and len(rows) <= 67, where)
    keys, publics = {}, {root}
    for row in rows:
        need(
            isinstance(row, list) and [type(part) for part in row] == [str, str, str, int, bytes] and row[3] == -19,
            where,
        )
        role, holder, name, _, public = row
        check_key(public)
        need(1 <= len(name) <= 80, where)
        need(role in ("station", "officer", "log", "mirror") and public not in publics, where)
        person = PERSON.match(holder) and holder.startswith(f"{party}-")
        need(person if role == "officer" else holder == party, where)
        publics.add(public)
        keys[kid(public)] = (role, holder, public)
    need(all(sum(key[0] == role for key in keys.values()) == 1 for role in ("station", "log", "mirror")), where)
    need(len(keys) == len(rows), where)
    return keys, kid(kem)


def key_of(keys, role):
    return next(public for found, _, public in keys.values() if found == role)


# ---- trees and notes ----------------------------------------------------------------------------------------------


def tree_head(hashes):
    """MTH of RFC 6962 over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_head(hashes[:half]) + tree_head(hashes[half:])).digest()


def tile_names(count, level):
    """Yield (path, first, last) of every tile over `count` hashes of one level."""
    for first in range(0, count, 256):
        number, last = first // 256, min(first + 256, count)
        digits = f"{number:03d}" if number < 1000 else f"{number:0{-(-len(str(number)) // 3) * 3}d}"
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        yield f"tile/{level}/{path}" + ("" if last - first == 256 else f".p/{last - first}"), first, last


def note_key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_note(data, party, mechanism, cards, where):
    """Return size, root and the parties whose lines stand under a note, every one of which must check."""
    need(len(data) <= 16384, where)
    try:
        text, gap, block = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Refused(f"{where}: not UTF-8") from None
    need(gap and block.endswith("\n"), where)
    name, lines = f"{mechanism}/{party}", text.split("\n")
    need(len(lines) == 3 and lines[0] == name and re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII), where)
    size, root = int(lines[1]), unbase64(lines[2], where)
    need(size < 2**63 and len(root) == 32, where)
    text, signed = (text + "\n").encode(), []
    known = {
        f"{mechanism}/{other}/mirror": (4, key_of(cards[other], "mirror"), other) for other in cards if other != party
    }
    known[name] = (1, key_of(cards[party], "log"), party)
    for line in block[:-1].split("\n"):
        words = line.split(" ")
        need(len(words) == 3 and words[0] == "\u2014" and words[1] in known, f"{where}: unknown signature line")
        kind, public, who = known[words[1]]
        blob = unbase64(words[2], where)
        need(blob[:4] == note_key_id(words[1], kind, public), f"{where}: unknown key")
        message = text
        if kind == 4:
            seconds, blob = int.from_bytes(blob[4:12], "big"), blob[8:]
            need(seconds < 2**63, where)
            message = f"cosignature/v1\ntime {seconds}\n".encode() + text
        check_ed25519(public, message, blob[4:], where)
        signed.append((words[1], who))
    need(signed[1:] == sorted(signed[1:]) and len(set(signed)) == len(signed), f"{where}: order of the lines")
    return size, root, [who for _, who in signed]


# ---- entries ------------------------------------------------------------------------------------------------------


def read_entry(leaf, party, keys, where):
    """Return what an entry says of its place, with every signature on it checked."""
    need(len(leaf) <= 16384, where)
    key_id, payload, check = sign1(leaf, b"searoom/entry/v0", where)
    need(key_id in keys and keys[key_id][0] == "station", f"{where}: not placed by the station")
    check(keys[key_id][2])
    index, height, heard, released, placed = fields(payload, [int, int, list, bytes, int], where)
    need(0 <= placed < 2**63, f"{where}: placed time")
    parts = from_cbor(released)
    need(isinstance(parts, list) and [type(part) for part in parts] == [bytes, dict, bytes, list], where)
    need(parts[0] == b"" and parts[1] == {} and len(parts[2]) <= 4096 and 1 <= len(parts[3]) <= 8, where)
    roles, kids = [], []
    for row in parts[3]:
        need(isinstance(row, list) and [type(part) for part in row] == [bytes, dict, bytes] and row[1] == {}, where)
        signer = protected(row[0], where)
        need(signer in keys, f"{where}: released by a stranger")
        check_ed25519(
            keys[signer][2], to_cbor(["Signature", b"", row[0], b"searoom/statement/v0", parts[2]]), row[2], where
        )
        roles.append(keys[signer][0])
        kids.append(signer)
    need(kids == sorted(set(kids)) and (set(roles) == {"officer"} or roles == ["station"]), f"{where}: who released it")
    types = [str, bool, str, list, bytes, bytes, int, (int, type(None))]
    statement = dict(
        zip(
            ("mechanism", "exercise", "author", "to", "body", "plain", "claimed", "until"),
            fields(parts[2], types, where),
            strict=True,
        )
    )
    need(statement["author"] == party and len(statement["body"]) == len(statement["plain"]) == 32, where)
    need(
        0 <= statement["claimed"] < 2**63
        and (statement["until"] is None or statement["claimed"] <= statement["until"] < 2**63),
        where,
    )
    need(all(isinstance(h, list) and [type(part) for part in h] == [str, int, bytes] for h in heard), where)
    return {"index": index, "height": height, "heard": heard, **statement}


def check_place(entry, index, previous, manifest, logs, said, where):
    mechanism, exercise, _, parties = manifest
    others = sorted(set(parties) - {entry["author"]})
    need(
        (entry["mechanism"], entry["exercise"], entry["index"]) == (mechanism, exercise, index), f"{where}: wrong place"
    )
    need(entry["to"] == sorted(set(entry["to"])) and set(entry["to"]) <= set(others), f"{where}: recipients")
    need(entry["to"] or not others, f"{where}: said to nobody")
    need([h[0] for h in entry["heard"]] == others, f"{where}: what was heard")
    heights = [previous["height"] if previous else 0]
    for at, (party, size, root) in enumerate(entry["heard"]):
        need(previous is None or previous["heard"][at][1] <= size, f"{where}: heard less than before")
        need(
            0 <= size <= len(logs[party][0]) and root == tree_head(logs[party][1][:size]), f"{where}: heard another log"
        )
        heights += [logs[party][0][size - 1]["height"]] if size else []
    need(entry["height"] == max(heights) + 1, f"{where}: height")
    need(entry["plain"] not in said, f"{where}: said twice")


def check_body(data, entry, kems, where):
    need(hashlib.sha256(data).digest() == entry["body"], f"{where}: not the body that was signed")
    need(len(data) <= 192 * 1024, where)
    ciphertext, wrapped = fields(data, [bytes, dict], where)
    need(len(ciphertext) - 16 in OPENING_SIZES and set(wrapped) == {entry["author"], *entry["to"]}, where)
    for party, row in wrapped.items():
        need(isinstance(row, list) and [type(part) for part in row] == [int, bytes, bytes], where)
        need(row[0] == 1 and row[1] == kems[party] and len(row[2]) == 1168, f"{where}: wrapped otherwise")


# ---- the whole ----------------------------------------------------------------------------------------------------


def verify(files):
    """Return what `files` (path -> bytes) prove, or raise `Refused`."""
    used = {"manifest"}

    def take(path):
        need(path in files, f"{path}: missing")
        used.add(path)
        return files[path]

    for path, data in files.items():
        if path.startswith("bodies/"):
            need(hashlib.sha256(data).hexdigest() == path[7:], f"{path}: not the hash of its content")
        if path.startswith("openings/"):
            check_opening(data, path)
    manifest = read_manifest(take("manifest"))
    mechanism, _, exporter, parties = manifest
    read = {party: read_card(take(f"cards/{party}.card"), party, mechanism, f"cards/{party}.card") for party in parties}
    cards, kems = ({party: card[part] for party, card in read.items()} for part in (0, 1))
    need(
        len({key for card in cards.values() for key in card}) == sum(map(len, cards.values())),
        "two parties share a key",
    )
    logs = {party: read_log(files, take, party, mechanism, cards) for party in parties}
    openings = 0
    for party in parties:
        previous, said = None, set()
        for index, entry in enumerate(logs[party][0]):
            where = f"{party}, entry {index}"
            check_place(entry, index, previous, manifest, logs, said, where)
            check_body(take(f"bodies/{entry['body'].hex()}"), entry, kems, where)
            if f"openings/{entry['plain'].hex()}" in files:
                take(f"openings/{entry['plain'].hex()}")
                openings += 1
            said.add(entry["plain"])
            previous = entry
    need(used == set(files), f"unknown files: {sorted(set(files) - used)[:3]}")
    return {
        "holds": True, "mechanism": mechanism, "exporter": exporter, "openings": openings,
        "sizes": {party: len(logs[party][0]) for party in parties},
        "roots": {party: tree_head(logs[party][1]).hex() for party in parties},
        "cosigned": {f"{party} by {by}": size for party in parties for by, size in sorted(logs[party][2].items())},
    }  # fmt: skip


def read_manifest(data):
    mechanism, exercise, exporter, parties, check = fields(data, [str, bool, str, list, bytes], "manifest")
    unchecked = to_cbor({0: 0, 1: mechanism, 2: exercise, 3: exporter, 4: parties})
    need(hashlib.sha256(b"searoom/manifest/v0" + unchecked).digest() == check, "manifest: check sum")
    need(MECHANISM.match(mechanism) and len(parties) <= 32 and len(data) <= 4096, "manifest: form")
    need(all(isinstance(party, str) and PARTY.match(party) for party in parties), "manifest: parties")
    need(not {"manifest", "cards", "bodies", "openings"} & set(parties), "manifest: parties")
    need(len(set(parties)) == len(parties) and exporter in parties, "manifest: parties")
    return mechanism, exercise, exporter, parties


def read_log(files, take, party, mechanism, cards):
    """Return entries, leaf hashes and {cosigner: size} of one log."""
    where = f"{party}/checkpoint"
    if where not in files:
        return [], [], {}
    size, root, (own, *by) = read_note(take(where), party, mechanism, cards, where)
    need(own == party, f"{where}: not signed by its own log first")
    leaves = []
    for name, first, last in tile_names(size, "entries"):
        data = take(f"{party}/{name}")
        for _ in range(first, last):
            length = int.from_bytes(data[:2], "big")
            need(len(data) >= 2 + length, f"{party}/{name}: cut")
            leaves.append(data[2 : 2 + length])
            data = data[2 + length :]
        need(not data, f"{party}/{name}: bytes left over")
    hashes = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    level, row = 0, hashes
    while row:
        for name, first, last in tile_names(len(row), level):
            need(take(f"{party}/{name}") == b"".join(row[first:last]), f"{party}/{name}: not the hashes of the entries")
        level, row = level + 1, [tree_head(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
    need(tree_head(hashes) == root, f"{where}: not the root of the entries")
    entries = [read_entry(leaf, party, cards[party], f"{party}, entry {index}") for index, leaf in enumerate(leaves)]
    cosigned = dict.fromkeys(by, size)
    for other in sorted(set(cards) - {party} - set(by)):
        where = f"{party}/recorded/{other}"
        if where in files:
            older, older_root, who = read_note(take(where), party, mechanism, cards, where)
            need(
                who == [other] and 0 < older < size and tree_head(hashes[:older]) == older_root, f"{where}: another log"
            )
            cosigned[other] = older
    return entries, hashes, cosigned


def check_opening(data, path):
    parts = from_cbor(data)
    need(isinstance(parts, list) and [type(part) for part in parts] == [bytes] * 3 and len(parts[0]) == 32, path)
    need(len(parts[1]) <= 127 * 1024 and not any(parts[2]), path)
    need(data == padded(parts[:2]), f"{path}: not padded to the next size")
    need(
        hashlib.sha256(b"searoom/plain/v0" + parts[0] + parts[1]).hexdigest() == path[9:],
        f"{path}: not its salted hash",
    )


def padded(parts):
    """Write an opening with the one pad of zero bytes that brings it to the smallest size that it can have."""
    for size in OPENING_SIZES:
        room = size - len(to_cbor([*parts, b""]))
        for pad in range(max(room - 4, 0), room + 1):
            if len(data := to_cbor([*parts, bytes(pad)])) == size:
                return data
    raise Refused("words too long to be padded")


def read_folder(folder):
    """Return the plain files under a folder; anything else in it is refused."""
    files = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        need(
            not path.is_symlink() and (path.is_file() or (path.is_dir() and any(path.iterdir()))),
            f"{name}: not a plain file",
        )
        if path.is_file():
            files[name] = path.read_bytes()
    return files


def main(arguments):
    """Print the verdict on the folder that is named, as JSON; return the exit code."""
    try:
        need(len(arguments) == 1 and Path(arguments[0]).is_dir(), "name one folder")
        verdict = verify(read_folder(arguments[0]))
    except Refused as refusal:
        verdict = {"holds": False, "why": str(refusal)}
    print(json.dumps(verdict, sort_keys=True))
    return 0 if verdict["holds"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
