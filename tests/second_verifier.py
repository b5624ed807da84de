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
    ED25519,
    ML_DSA_44,
    ML_DSA_87,
    Refused,
    check_key,
    check_signature,
    fields,
    from_cbor,
    kid,
    need,
    sign,
    sign1,
    to_cbor,
    unbase64,
)

OPENING_SIZES = [256 * 2**n for n in range(10)]
LIMIT = 2**63
WORDS, CARD, EPOCH = 0, 1, 2
PARTY = re.compile(r"[a-z][a-z0-9]{0,31}\Z")
LOG = re.compile(r"[a-z][a-z0-9]{0,31}(\.([2-9]|[1-9][0-9]{1,5}))?\Z")
PERSON = re.compile(r"[a-z][a-z0-9]{0,31}-[a-z0-9][a-z0-9-]{0,31}\Z")
MECHANISM = re.compile(r"[a-z0-9](?:[a-z0-9.-]|/(?=[a-z])){0,63}\Z")
OWN_KEYS = [("station", ED25519), ("log", ED25519), ("log", ML_DSA_44), ("mirror", ED25519), ("mirror", ML_DSA_44)]


def author(log):
    return log.partition(".")[0]


def place_of(log, index):
    """Where an entry stands among all of its author: the number of the log, then the index."""
    return int(log.partition(".")[2] or 1), index


# ---- cards --------------------------------------------------------------------------------------------------------


def read_root(value, where):
    """Return (need, [(Ed25519 key, ML-DSA-87 key) of each keeper])."""
    need(isinstance(value, list) and [type(part) for part in value] == [int, list], where)
    count, rows = value
    need(1 <= len(rows) <= 9 and 1 <= count <= len(rows), f"{where}: root")
    need(all(isinstance(row, list) and [type(part) for part in row] == [bytes, bytes] for row in rows), where)
    for first, second in rows:
        check_key(ED25519, first)
        check_key(ML_DSA_87, second)
    need(len({public for row in rows for public in row}) == 2 * len(rows), f"{where}: a keeper's key stands twice")
    return count, [tuple(row) for row in rows]


def check_root(root, rows, where):
    """Check the signatures of a root's keepers; enough of them signed with both halves."""
    by_id, complete = {row[1]: row for row in rows}, 0
    for keeper in root[1]:
        halves = 0
        for algorithm, public in zip((ED25519, ML_DSA_87), keeper, strict=True):
            if kid(public) in by_id:
                named, _, message, signature = by_id[kid(public)]
                need(named == algorithm, f"{where}: a keeper's algorithm")
                check_signature(algorithm, public, message, signature, where)
                halves += 1
        complete += halves == 2
    need(complete >= root[0], f"{where}: too few keepers signed")


def names_of(value, where):
    need(isinstance(value, dict) and 1 <= len(value) <= 16, where)
    need(all(isinstance(k, str) and isinstance(v, str) for k, v in value.items()), where)
    need(all(1 <= len(k) <= 16 and 1 <= len(v) <= 80 for k, v in value.items()), where)


def read_card(data, mechanism, before, where):
    """Return what a card says, as a dict, after the keepers of its root (and of the one before) were checked."""
    need(len(data) <= 120 * 1024, where)
    payload, rows = sign(data, b"searoom/card/v1", 36, where)
    types = [str, str, dict, int, list, list, bytes, list, bool, dict, int, list]
    named, party, names, serial, root, keys, kem, certificates, observer, members, member_need, revoked = fields(
        payload, types, where
    )
    need(named == mechanism and PARTY.match(party) and 0 <= serial <= 1 << 20, f"{where}: another card")
    root = read_root(root, where)
    roots = [root] if before in (None, root) else [root, before]
    for one in roots:
        check_root(one, rows, where)
    keepers = {kid(public) for one in roots for keeper in one[1] for public in keeper}
    need({row[1] for row in rows} <= keepers, f"{where}: signed by a stranger")
    names_of(names, where)
    need(len(members) <= 32 and all(isinstance(m, str) and PARTY.match(m) for m in members), f"{where}: members")
    for value in members.values():
        names_of(value, where)
    need((1 if members else 0) <= member_need <= len(members), f"{where}: members")
    need(len(kem) == 1216 and 1 <= len(certificates) <= 4, where)
    need(all(isinstance(one, bytes) and 1 <= len(one) <= 8192 for one in certificates), where)
    need(len(set(certificates)) == len(certificates), where)
    taken = {public for keeper in root[1] for public in keeper}
    keys = read_keys(keys, party, members, taken, where)
    need(not (observer and (members or any(key[0] == "officer" for key in keys.values()))), f"{where}: observer")
    ended = read_revoked(revoked, party, where)
    need(not ended & {*keys, kid(kem)}, f"{where}: a key both in force and revoked")
    return {
        "party": party, "serial": serial, "root": root, "keys": keys, "kem": kid(kem), "observer": observer,
        "ended": ended,
    }  # fmt: skip


def read_keys(rows, party, members, taken, where):
    """Return {key id: (role, holder, algorithm, public)} of the keys on a card."""
    keys, publics = {}, set(taken)
    need(5 <= len(rows) <= 69, where)
    for row in rows:
        need(isinstance(row, list) and [type(part) for part in row] == [str, str, str, int, bytes, str], where)
        role, holder, name, algorithm, public, member = row
        check_key(algorithm, public)
        need(1 <= len(name) <= 80 and public not in publics, where)
        if role == "officer":
            need(PERSON.match(holder) and holder.startswith(f"{party}-") and algorithm == ED25519, where)
            need(member in members if members else member == "", f"{where}: member")
        else:
            need((role, algorithm) in OWN_KEYS and (holder, member) == (party, ""), where)
        publics.add(public)
        keys[kid(public)] = (role, holder, algorithm, public)
    need(sorted(key[::2] for key in keys.values() if key[0] != "officer") == sorted(OWN_KEYS), f"{where}: own keys")
    need(len(keys) == len(rows), where)
    return keys


def read_revoked(rows, party, where):
    need(len(rows) <= 256, where)
    for row in rows:
        need(isinstance(row, list) and len(row) == 3 and isinstance(row[0], bytes) and len(row[0]) == 8, where)
        if row[1] is not None:
            need(isinstance(row[1], list) and [type(part) for part in row[1]] == [str, int], where)
            need(LOG.match(row[1][0]) and author(row[1][0]) == party and 0 <= row[1][1] < LIMIT, f"{where}: last good")
        need(isinstance(row[2], str) and 1 <= len(row[2]) <= 200, where)
    kids = [row[0] for row in rows]
    need(kids == sorted(set(kids)), f"{where}: order of the revoked keys")
    return set(kids)


class Cards:
    """The cards of all parties: from which place on each of them is in force."""

    def __init__(self, mechanism, first):
        self.mechanism = mechanism
        self.issued = {party: [((0, -1), card)] for party, card in first.items()}
        self.owners = {}
        for party, card in first.items():
            need(card["party"] == party and card["serial"] == 0, f"cards/{party}.card: not its first card")
            self._own(card, f"cards/{party}.card")

    def _own(self, card, where):
        for key_id, (role, holder, _, _) in card["keys"].items():
            known = self.owners.setdefault((card["party"], key_id), (role, holder))
            need(known == (role, holder), f"{where}: a key passes to somebody else")

    def add(self, log, index, data, where):
        """Take the card that the entry `index` of `log` brings, which must follow from the one before."""
        party = author(log)
        place, before = self.issued[party][-1]
        card = read_card(data, self.mechanism, before["root"], where)
        need((card["party"], card["observer"]) == (party, before["observer"]), f"{where}: another party's card")
        need(card["serial"] == before["serial"] + 1 and place_of(log, index) > place, f"{where}: does not come next")
        need(before["ended"] <= card["ended"], f"{where}: a revocation left out")
        returned = [key for key in card["keys"] if (party, key) in self.owners and key not in before["keys"]]
        need(not returned, f"{where}: a key comes back")
        self._own(card, where)
        self.issued[party].append((place_of(log, index), card))

    def at(self, log, index):
        return [card for place, card in self.issued[author(log)] if place <= place_of(log, index)][-1]

    def kems(self, log, index):
        known = [card for place, card in self.issued[author(log)] if place <= place_of(log, index)]
        return {card["kem"] for card in known} - known[-1]["ended"]


def key_of(card, role, algorithm):
    return next(key[3] for key in card["keys"].values() if (key[0], key[2]) == (role, algorithm))


# ---- trees and notes ----------------------------------------------------------------------------------------------


def tree_head(hashes):
    """MTH of RFC 6962 over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_head(hashes[:half]) + tree_head(hashes[half:])).digest()


def numbered(count):
    """Yield (path behind the first word, first, last) of every tile or bundle over `count` things."""
    for first in range(0, count, 256):
        number, last = first // 256, min(first + 256, count)
        digits = f"{number:03d}" if number < 1000 else f"{number:0{-(-len(str(number)) // 3) * 3}d}"
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        yield path + ("" if last - first == 256 else f".p/{last - first}"), first, last


def read_note(data, log, mechanism, where):
    """Return size, root, text and the signature lines (name, key id, rest) of a note, whoever made them."""
    need(len(data) <= 128 * 1024, where)
    try:
        text, gap, block = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Refused(f"{where}: not UTF-8") from None
    need(gap and block.endswith("\n"), where)
    parts = text.split("\n")
    need(len(parts) == 3 and parts[0] == f"{mechanism}/{log}", where)
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}", parts[1], re.ASCII), where)
    size, root, lines = int(parts[1]), unbase64(parts[2], where), []
    need(size < LIMIT and len(root) == 32 and (size or root == tree_head([])), where)
    for line in block[:-1].split("\n"):
        words = line.split(" ")
        need(len(words) == 3 and words[0] == "\u2014", f"{where}: signature line")
        blob = unbase64(words[2], where)
        lines.append((words[1], blob[:4], blob[4:]))
    need(len(lines) <= 64, where)
    return size, root, text + "\n", lines


def lines_known(log, size, mechanism, cards):
    """Return {(name, key id): (type, public key, whose)} of the lines that may stand under a head of `log`."""
    own, name = cards.at(log, size - 1), f"{mechanism}/{log}"
    keys = [(name, 1, key_of(own, "log", ED25519), log), (name, 6, key_of(own, "log", ML_DSA_44), log)]
    for party, issued in cards.issued.items():
        if party != author(log):
            for _, card in issued:
                mirror = f"{mechanism}/{party}/mirror"
                keys.append((mirror, 4, key_of(card, "mirror", ED25519), party))
                keys.append((mirror, 6, key_of(card, "mirror", ML_DSA_44), party))
    return {
        (name, hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]): (kind, public, whose)
        for name, kind, public, whose in keys
    }


def check_lines(note, log, mechanism, cards, where):
    """Check every line under a note; return the parties that cosigned it, each with both keys of one card."""
    size, root, text, lines = note
    known, found = lines_known(log, size, mechanism, cards), []
    for name, key_id, rest in lines:
        need((name, key_id) in known, f"{where}: unknown signature line")
        kind, public, whose = known[name, key_id]
        message, seconds, value = text.encode(), 0, rest
        if kind != 1:
            need(len(rest) > 8, where)
            seconds, value = int.from_bytes(rest[:8], "big"), rest[8:]
            message = f"cosignature/v1\ntime {seconds}\n".encode() + message
        if kind == 6:
            origin = f"{mechanism}/{log}"
            message = b"subtree/v1\n\0" + bytes([len(name)]) + name.encode() + seconds.to_bytes(8, "big")
            message += bytes([len(origin)]) + origin.encode() + bytes(8) + size.to_bytes(8, "big") + root
        need(seconds < LIMIT, where)
        check_signature(ML_DSA_44 if kind == 6 else ED25519, public, message, value, where)
        found.append((name, key_id, kind, public, whose))
    own = [line for line in found if line[4] == log]
    others = [line[:2] for line in found if line[4] != log]
    need(found[: len(own)] == own and [line[2] for line in own] in ([1], [1, 6]), f"{where}: the log's own lines")
    need(others == sorted(set(others)), f"{where}: order of the lines")
    cosigners = []
    for party in sorted({line[4] for line in found} - {log}):
        publics = {line[3] for line in found if line[4] == party}
        pairs = [{key_of(card, "mirror", a) for a in (ED25519, ML_DSA_44)} for _, card in cards.issued[party]]
        need(publics in pairs, f"{where}: {party} cosigned with one key of two")
        cosigners.append(party)
    return cosigners, len(own)


# ---- entries ------------------------------------------------------------------------------------------------------


def parse_entry(leaf, where):
    """Return what an entry says, with the rows of signatures that are still to be checked."""
    need(len(leaf) <= 16384, where)
    (algorithm, station), payload, message, signature = sign1(leaf, b"searoom/entry/v1", where)
    log, index, height, heard, released, placed = fields(payload, [str, int, int, list, bytes, int], where)
    need(LOG.match(log) and 0 <= index < LIMIT and 0 <= placed < LIMIT, f"{where}: place")
    said, rows = sign(released, b"searoom/statement/v1", 8, where)
    need(len(said) <= 4096, where)
    names = ("mechanism", "exercise", "author", "to", "body", "plain", "claimed", "until", "kind")
    types = [str, bool, str, list, bytes, bytes, int, (int, type(None)), int]
    entry = dict(zip(names, fields(said, types, where), strict=True))
    need(entry["author"] == author(log) and len(entry["body"]) == len(entry["plain"]) == 32, where)
    need(0 <= entry["claimed"] < LIMIT, where)
    need(entry["until"] is None or entry["claimed"] <= entry["until"] < LIMIT, where)
    need(entry["kind"] in (WORDS, CARD, EPOCH), f"{where}: kind")
    need(entry["kind"] == WORDS or (not entry["to"] and entry["plain"] == entry["body"]), f"{where}: in clear")
    need(all(isinstance(h, list) and [type(part) for part in h] == [str, int, bytes] for h in heard), where)
    need([h[0] for h in heard] == sorted({h[0] for h in heard}) and len(heard) <= 64, f"{where}: what was heard")
    need(all(LOG.match(h[0]) and 1 <= h[1] < LIMIT and len(h[2]) == 32 for h in heard), f"{where}: what was heard")
    stamp = (algorithm, station, message, signature)
    entry["statement"] = said
    return {"log": log, "index": index, "height": height, "heard": heard, "rows": rows, "stamp": stamp, **entry}


def check_signers(entry, card, where):
    """Check the station's signature and those of who released it, by the card in force there."""
    roles = []
    for algorithm, key_id, message, signature in (entry["stamp"], *entry["rows"]):
        need(key_id in card["keys"], f"{where}: signed by a key that is not on the card in force")
        role, holder, named, public = card["keys"][key_id]
        need(named == algorithm, f"{where}: another algorithm")
        check_signature(algorithm, public, message, signature, where)
        roles.append((role, holder))
    need(roles[0][0] == "station", f"{where}: not placed by the station")
    released = {role for role, _ in roles[1:]}
    need(released == {"officer"} or (released == {"station"} and len(roles) == 2), f"{where}: who released it")
    persons = {holder for role, holder in roles[1:] if role == "officer"}
    need(entry["kind"] != EPOCH or len(persons) >= 2, f"{where}: one person opens no log")


def check_place(entry, log, index, previous, manifest, logs, cards, said, where):
    mechanism, exercise, _, parties, _ = manifest
    need((entry["mechanism"], entry["exercise"]) == (mechanism, exercise), f"{where}: another record")
    need((entry["log"], entry["index"]) == (log, index), f"{where}: wrong place")
    need((entry["kind"] == EPOCH) == ("." in log and index == 0), f"{where}: how a log begins")
    quiet = {party for party in parties if cards.issued[party][-1][1]["observer"]}
    need(entry["kind"] != WORDS or entry["author"] not in quiet, f"{where}: an observer speaks")
    need(entry["to"] == sorted(set(entry["to"])) and len(entry["to"]) <= 32, f"{where}: recipients")
    need(set(entry["to"]) <= set(parties) - quiet - {entry["author"]}, f"{where}: recipients")
    heights, heard = [previous["height"] if previous else 0], {name: size for name, size, _ in entry["heard"]}
    for name, size, _ in previous["heard"] if previous else ():
        need(heard.get(name, 0) >= size, f"{where}: heard less than before")
    for name, size, root in entry["heard"]:
        need(name != log and name in logs and size <= len(logs[name][0]), f"{where}: heard what is not there")
        need(root == tree_head(logs[name][1][:size]), f"{where}: heard another log")
        heights.append(logs[name][0][size - 1]["height"])
    need(entry["height"] == max(heights) + 1, f"{where}: height")
    need((log, entry["plain"]) not in said, f"{where}: said twice")
    said[log, entry["plain"]] = entry["statement"]
    older = [one for one in logs if author(one) == author(log) and place_of(one, 0) < place_of(log, 0)]
    return any(said.get((one, entry["plain"])) == entry["statement"] for one in older)


def check_body(data, entry, log, cards, where):
    need(hashlib.sha256(data).digest() == entry["body"], f"{where}: not the body that was signed")
    need(len(data) <= 192 * 1024, where)
    if entry["kind"] == CARD:
        return  # read and checked when the cards were put in their places
    if entry["kind"] == EPOCH:
        begins, why = fields(data, [str, str], where)
        need(begins == log and 1 <= len(why) <= 500, f"{where}: a reason for another log")
        return
    ciphertext, wrapped = fields(data, [bytes, dict], where)
    need(len(ciphertext) - 16 in OPENING_SIZES and set(wrapped) == {entry["author"], *entry["to"]}, where)
    for party, row in wrapped.items():
        need(isinstance(row, list) and [type(part) for part in row] == [int, bytes, bytes], where)
        heard = sorted((place_of(h[0], h[1] - 1), h[0]) for h in entry["heard"] if author(h[0]) == party)
        last, index = (heard[-1][1], heard[-1][0][1]) if heard else (party, -1)
        if party == entry["author"]:
            last, index = log, entry["index"]
        need(row[0] == 1 and len(row[2]) == 1168, f"{where}: wrapped otherwise")
        need(row[1] in cards.kems(last, index), f"{where}: sealed to another key of {party}")


# ---- the whole ----------------------------------------------------------------------------------------------------


def verify(files):
    """Return what `files` (path -> bytes) prove, or raise `Refused`."""
    used = {"manifest"}

    def take(path):
        need(path in files, f"{path}: missing")
        used.add(path)
        return files[path]

    manifest = read_manifest(take("manifest"))
    mechanism, _, exporter, parties, names = manifest
    paths = {party: f"cards/{party}.card" for party in parties}
    cards = Cards(mechanism, {party: read_card(take(path), mechanism, None, path) for party, path in paths.items()})
    logs = {
        log: read_log(take, log, mechanism, cards) for log in sorted(names, key=lambda n: (author(n), place_of(n, 0)))
    }
    cosigned = {}
    for log in logs:
        for by, size in read_notes(files, take, log, logs, mechanism, cards).items():
            cosigned[f"{log} by {by}"] = size
    openings, again, said = 0, 0, {}
    for log, (entries, _, _, bodies) in logs.items():
        opened, previous = read_openings(files, take, log, len(entries)), None
        for index, entry in enumerate(entries):
            where = f"{log}, entry {index}"
            again += check_place(entry, log, index, previous, manifest, logs, cards, said, where)
            check_signers(entry, cards.at(log, index), where)
            check_body(bodies[index], entry, log, cards, where)
            if opened[index]:
                check_opening(opened[index], entry["plain"], where)
                openings += 1
            previous = entry
    need(used == set(files), f"unknown files: {sorted(set(files) - used)[:3]}")
    return {
        "holds": True, "mechanism": mechanism, "exporter": exporter, "openings": openings, "again": again,
        "sizes": {log: len(logs[log][0]) for log in logs},
        "roots": {log: tree_head(logs[log][1]).hex() for log in logs},
        "cosigned": dict(sorted(cosigned.items())),
    }  # fmt: skip


def read_manifest(data):
    mechanism, exercise, exporter, parties, logs, agreement, check = fields(
        data, [str, bool, str, list, list, bytes, bytes], "manifest"
    )
    items = {0: 1, 1: mechanism, 2: exercise, 3: exporter, 4: parties, 5: logs, 6: agreement}
    need(hashlib.sha256(b"searoom/manifest/v1" + to_cbor(items)).digest() == check, "manifest: check sum")
    need(MECHANISM.match(mechanism) and len(parties) <= 32 and len(data) <= 8192, "manifest: form")
    need(all(isinstance(party, str) and PARTY.match(party) for party in parties), "manifest: parties")
    need(not {"manifest", "cards"} & set(parties), "manifest: parties")
    need(len(set(parties)) == len(parties) and exporter in parties, "manifest: parties")
    need(all(isinstance(log, str) and LOG.match(log) and author(log) in parties for log in logs), "manifest: logs")
    need(logs == sorted(set(logs)) and len(logs) <= 64 and len(agreement) == 32, "manifest: logs")
    return mechanism, exercise, exporter, parties, logs


def split(data, width, count, where):
    """Return the `count` items of a bundle, each behind its length of `width` bytes."""
    items = []
    for _ in range(count):
        length = int.from_bytes(data[:width], "big")
        need(len(data) >= width + length, f"{where}: cut")
        items.append(data[width : width + length])
        data = data[width + length :]
    need(not data, f"{where}: bytes left over")
    return items


def read_log(take, log, mechanism, cards):
    """Return entries, leaf hashes, note and bodies of one log; its cards are put in their places."""
    note = read_note(take(f"{log}/checkpoint"), log, mechanism, f"{log}/checkpoint")
    leaves, bodies = [], []
    for name, first, last in numbered(note[0]):
        leaves += split(take(f"{log}/tile/entries/{name}"), 2, last - first, f"{log}/tile/entries/{name}")
        bodies += split(take(f"{log}/bodies/{name}"), 4, last - first, f"{log}/bodies/{name}")
    hashes = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    level, row = 0, hashes
    while row:
        for name, first, last in numbered(len(row)):
            path = f"{log}/tile/{level}/{name}"
            need(take(path) == b"".join(row[first:last]), f"{path}: not the hashes of the entries")
        level, row = level + 1, [tree_head(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
    need(tree_head(hashes) == note[1], f"{log}/checkpoint: not the root of the entries")
    entries = [parse_entry(leaf, f"{log}, entry {index}") for index, leaf in enumerate(leaves)]
    for index, entry in enumerate(entries):
        if entry["kind"] == CARD:
            cards.add(log, index, bodies[index], f"{log}, entry {index}")
    return entries, hashes, note, bodies


def read_notes(files, take, log, logs, mechanism, cards):
    """Return {party: size} of who cosigned a log: under its checkpoint, or in a note of an older size."""
    _, hashes, note, _ = logs[log]
    cosigned = dict.fromkeys(check_lines(note, log, mechanism, cards, f"{log}/checkpoint")[0], note[0])
    for by in sorted(set(cards.issued) - {author(log), *cosigned}):
        where = f"{log}/recorded/{by}"
        if where in files:
            older = read_note(take(where), log, mechanism, where)
            who, own = check_lines(older, log, mechanism, cards, where)
            need(who == [by] and own == 2, f"{where}: not the four lines of log and mirror")
            need(0 < older[0] < note[0] and tree_head(hashes[: older[0]]) == older[1], f"{where}: another log")
            cosigned[by] = older[0]
    return cosigned


def read_openings(files, take, log, size):
    """Return an opening or nothing for each entry of a log."""
    openings = []
    for name, first, last in numbered(size):
        path = f"{log}/openings/{name}"
        some = split(take(path), 4, last - first, path) if path in files else [b""] * (last - first)
        need(path not in files or any(some), f"{path}: opens nothing")
        openings += some
    return openings


def check_opening(data, plain, where):
    parts = from_cbor(data)
    need(isinstance(parts, list) and [type(part) for part in parts] == [bytes] * 3 and len(parts[0]) == 32, where)
    need(len(parts[1]) <= 127 * 1024 and not any(parts[2]), where)
    need(data == padded(parts[:2]), f"{where}: not padded to the next size")
    need(hashlib.sha256(b"searoom/plain/v1" + parts[0] + parts[1]).digest() == plain, f"{where}: not its salted hash")


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
