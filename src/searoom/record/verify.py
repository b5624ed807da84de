"""A whole record proven from its bytes, by anybody, offline.

It trusts nothing but the folder it is given and, where the reader pins them, the parties' root
keys. Nothing is believed because a file says so: tiles are computed again and compared, notes are
written again and compared, each signature is checked, each rule of `rules` is asked again, and a
file that nothing accounts for is refused. So every byte of every file is covered.

What it cannot prove: that a log has not grown since it was exported, and that the root keys are
the right parties' where they are not pinned (compare the fingerprints by voice).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint as notes
from searoom.record import layout, rules, tiles
from searoom.record.checkpoint import SignedNote, Verifier
from searoom.record.entry import Entry, verify_entry
from searoom.record.folder import Folder
from searoom.record.keys import Card, Keyring, Role, Signer
from searoom.record.layout import Manifest
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import Opening, check_body, check_key_ids


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry whose signatures, place and body have been proven; `opening` where the exporter opened it."""

    party: str
    entry: Entry
    signers: tuple[Signer, ...]
    opening: Opening | None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a folder proves.

    `cosigned[log, by]` is the largest size of a party's log that another party has cosigned, that
    is, says it has stored. `entries` stand in the order of the account: height, place of the author
    among `parties`, index. `pinned` are the parties whose root key the caller vouched for.
    """

    manifest: Manifest
    cards: Mapping[str, bytes]
    pinned: tuple[str, ...]
    sizes: Mapping[str, int]
    roots: Mapping[str, bytes]
    cosigned: Mapping[tuple[str, str], int]
    entries: tuple[ProvenEntry, ...]
    openings: int
    trees: Mapping[str, Tree] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Log:
    """One party's log as read: its entries with the file each came from, its tree, and who cosigned what."""

    entries: tuple[Entry, ...] = ()
    places: tuple[str, ...] = ()
    tree: Tree = field(default_factory=Tree)
    cosigned: Mapping[str, int] = field(default_factory=dict)


def verify_folder(folder: Path | str, *, roots: Mapping[str, bytes] | None = None) -> Proven:
    """Return what the record in `folder` proves; raise `Tampered` or `NotAllowed` with the file and what is wrong.

    `roots` are the root public keys (party -> key) that the caller knows from elsewhere.
    """
    return verify_files(Folder(Path(folder)), roots=roots)


def verify_many(folders: Sequence[Path | str], *, roots: Mapping[str, bytes] | None = None) -> tuple[Proven, ...]:
    """Return what each folder proves, after comparing the same log in all of them.

    A log may be shorter in one of them, if it is the beginning of the longer one. A fork, two
    histories of one log, is `Tampered`.
    """
    proven = tuple(verify_folder(folder, roots=roots) for folder in folders)
    for number, one in enumerate(proven):
        for other in proven[number + 1 :]:
            compare(one, other)
    return proven


def compare(one: Proven, other: Proven) -> None:
    """Return where two proven exports can both be true; `Tampered` where one of them shows another history."""
    first, second = one.manifest, other.manifest
    if (first.mechanism, first.exercise, first.parties) != (second.mechanism, second.exercise, second.parties):
        raise NotAllowed("the exports are not of one record: mechanism, exercise bit or order of parties differ")
    for party in first.parties:
        if one.cards[party] != other.cards[party]:
            raise Tampered(f"the exports of '{first.exporter}' and '{second.exporter}' show two cards of '{party}'")
        mine, theirs = one.trees[party], other.trees[party]
        size = min(mine.size, theirs.size)
        if mine.root(size) != theirs.root(size):
            at = next(index for index in range(size) if mine.leaf(index) != theirs.leaf(index))
            raise Tampered(
                f"the log of '{party}' forks: from entry {at} on, the export of '{first.exporter}' shows another "
                f"history than that of '{second.exporter}', and both are signed by '{party}'",
                advice="Keep both folders: together they prove it. Ask the party concerned for an explanation.",
            )


def verify_files(files: Mapping[str, bytes], *, roots: Mapping[str, bytes] | None = None) -> Proven:
    """Return what the files of a record (path within the folder -> bytes) prove; `verify_folder` reads them."""
    seen = {layout.MANIFEST}
    _check_names(files)
    with _at(layout.MANIFEST):
        manifest = Manifest.from_bytes(_read(files, layout.MANIFEST))
    cards, keyring = _read_cards(files, manifest, roots or {}, seen)
    logs = {party: _read_log(files, party, keyring, seen) for party in manifest.parties}
    entries: list[ProvenEntry] = []
    for party in manifest.parties:
        entries += _prove_log(files, party, manifest, keyring, logs, seen)
    layout.known_names(files, seen)
    order = {party: place for place, party in enumerate(manifest.parties)}
    entries.sort(key=lambda proven: (proven.entry.height, order[proven.party], proven.entry.index))
    return Proven(
        manifest=manifest,
        cards=cards,
        pinned=tuple(party for party in manifest.parties if party in (roots or {})),
        sizes={party: log.tree.size for party, log in logs.items()},
        roots={party: log.tree.root() for party, log in logs.items()},
        cosigned={(party, by): size for party, log in logs.items() for by, size in log.cosigned.items()},
        entries=tuple(entries),
        openings=sum(proven.opening is not None for proven in entries),
        trees={party: log.tree for party, log in logs.items()},
    )


@contextmanager
def _at(path: str) -> Iterator[None]:
    """Put the file in front of what is wrong with it."""
    try:
        yield
    except NotAllowed as fault:
        raise NotAllowed(f"{layout.shown(path)}: {fault.sentence}", advice=fault.advice()) from fault
    except Tampered as fault:
        raise Tampered(f"{layout.shown(path)}: {fault.sentence}", advice=fault.advice()) from fault


def _read(files: Mapping[str, bytes], path: str) -> bytes:
    if path not in files:
        raise NotAllowed("the file is missing")
    return files[path]


def _check_names(files: Mapping[str, bytes]) -> None:
    """Refuse a body or an opening that is not what its name says; this needs no key and so comes first."""
    for path in files:
        wing, _, name = path.partition("/")
        if wing == layout.BODIES:
            with _at(path):
                if hashlib.sha256(files[path]).hexdigest() != name:
                    raise Tampered("the body does not have the SHA-256 that is its name")
        if wing == layout.OPENINGS:
            with _at(path):
                if Opening.from_bytes(files[path]).plain_hash().hex() != name:
                    raise Tampered("the opening does not have the salted hash that is its name")


def _read_cards(
    files: Mapping[str, bytes], manifest: Manifest, roots: Mapping[str, bytes], seen: set[str]
) -> tuple[Mapping[str, bytes], Keyring]:
    for party in roots:
        if party not in manifest.parties:
            raise NotAllowed(f"{layout.MANIFEST}: the record has no party '{party}', whose root key was given")
    read: list[Card] = []
    cards: dict[str, bytes] = {}
    for party in manifest.parties:
        path = layout.card_path(party)
        seen.add(path)
        with _at(path):
            cards[party] = _read(files, path)
            card = Card.from_bytes(cards[party])
            if (card.party, card.mechanism) != (party, manifest.mechanism):
                raise NotAllowed(f"this is the card of '{card.party}' for mechanism '{card.mechanism}'")
            if roots.get(party, card.root) != card.root:
                raise Tampered(f"the card is signed by another root key than the one known of '{party}'")
            read.append(card)
    with _at(layout.CARDS):
        return cards, Keyring(read)


def _read_log(files: Mapping[str, bytes], party: str, keyring: Keyring, seen: set[str]) -> _Log:
    """Return a party's log: entries from its bundles, the tree over them, and the notes that fit that tree."""
    path = layout.checkpoint_path(party)
    if not any(name.startswith(f"{party}/") for name in files):
        return _Log()  # nothing of it is held
    seen.add(path)
    with _at(path):
        note = SignedNote.from_bytes(_read(files, path))
        first, *others = _check_note(note, party, keyring)
        if first != party:
            raise Tampered(f"the first line under the checkpoint is not the signature of '{party}' itself")
        size = note.checkpoint.size
    leaves, places = _read_bundles(files, party, size, seen)
    tree = Tree(leaf_hash(leaf) for leaf in leaves)
    for tile, data in tiles.tiles(tree):
        seen.add(f"{party}/{tile}")
        with _at(f"{party}/{tile}"):
            if _read(files, f"{party}/{tile}") != data:
                raise Tampered("the tile does not have the hashes of the entries")
    with _at(path):
        if note.checkpoint.root != tree.root():
            raise Tampered(f"the root that '{party}' signed is not that of its {size} entries")
    entries = []
    for place, leaf in zip(places, leaves, strict=True):
        with _at(place):
            entries.append(Entry.from_bytes(leaf))
    cosigned = dict.fromkeys(others, size) | _read_recorded(files, party, keyring, tree, seen, others)
    return _Log(tuple(entries), tuple(places), tree, cosigned)


def _read_bundles(files: Mapping[str, bytes], party: str, size: int, seen: set[str]) -> tuple[list[bytes], list[str]]:
    leaves: list[bytes] = []
    places: list[str] = []
    for index, width in tiles.widths(size):
        path = f"{party}/{tiles.tile_path('entries', index, width)}"
        seen.add(path)
        with _at(path):
            leaves += tiles.read_bundle(_read(files, path), width)
        places += [f"{path}, entry {index * tiles.TILE_WIDTH + at}" for at in range(width)]
    return leaves, places


def _check_note(note: SignedNote, party: str, keyring: Keyring) -> tuple[str, ...]:
    """Return whose lines stand under a note of `party`'s log, after checking each of them; its own line is `party`."""
    log_name = notes.origin(keyring.mechanism, party)
    if note.checkpoint.origin != log_name:
        raise Tampered(f"the checkpoint is of log '{note.checkpoint.origin}', not of '{log_name}'")
    whose = {log_name: party} | {notes.mirror_name(keyring.mechanism, by): by for by in keyring.others(party)}
    verifiers = [Verifier(log_name, notes.NOTE_TYPE, keyring.card(party).key(Role.LOG).public)]
    for name, by in whose.items():
        if by != party:
            verifiers.append(Verifier(name, notes.COSIGNATURE_TYPE, keyring.card(by).key(Role.MIRROR).public))
    return tuple(whose[name] for name in notes.check(note, verifiers))


def _read_recorded(
    files: Mapping[str, bytes], party: str, keyring: Keyring, tree: Tree, seen: set[str], newest: Sequence[str]
) -> dict[str, int]:
    """Return who cosigned which older size of a log, where it did not cosign the newest."""
    sizes: dict[str, int] = {}
    for by in keyring.others(party):
        path = layout.recorded_path(party, by)
        if path not in files or by in newest:
            continue  # beside a cosignature of the newest size an older one says nothing: left over, refused as such
        seen.add(path)
        with _at(path):
            note = SignedNote.from_bytes(files[path])
            if _check_note(note, party, keyring) != (by,):
                raise NotAllowed(f"the note does not have the line of '{by}' alone")
            head = note.checkpoint
            if not 0 < head.size < tree.size or head.root != tree.root(head.size):
                raise Tampered(f"'{by}' cosigned another log of '{party}' at size {head.size} than the one exported")
            sizes[by] = head.size
    return sizes


def _prove_log(
    files: Mapping[str, bytes],
    party: str,
    manifest: Manifest,
    keyring: Keyring,
    logs: Mapping[str, _Log],
    seen: set[str],
) -> list[ProvenEntry]:
    """Return the entries of one log after checking signatures, place, what was heard, body and opening of each."""
    proven: list[ProvenEntry] = []
    said: set[bytes] = set()
    previous: Entry | None = None
    for index, (entry, place) in enumerate(zip(logs[party].entries, logs[party].places, strict=True)):
        with _at(place):
            rules.check_entry(
                entry,
                previous=previous,
                index=index,
                mechanism=manifest.mechanism,
                exercise=manifest.exercise,
                author=party,
                order_of_parties=manifest.parties,
                head_height=lambda other, size: logs[other].entries[size - 1].height,
                root_of=lambda other, size: logs[other].tree.root(size) if size <= logs[other].tree.size else None,
                said_before=said.__contains__,
            )
            signers = verify_entry(entry, keyring)
        opening = _prove_body(files, entry, keyring, seen)
        said.add(entry.statement.plain_hash)
        proven.append(ProvenEntry(party, entry, signers, opening))
        previous = entry
    return proven


def _prove_body(files: Mapping[str, bytes], entry: Entry, keyring: Keyring, seen: set[str]) -> Opening | None:
    """Check the body that an entry names, and return the opening if the folder has one."""
    statement = entry.statement
    path = layout.body_path(statement.body_hash)
    seen.add(path)
    with _at(path):
        check_key_ids(check_body(_read(files, path), statement), keyring)
    path = layout.opening_path(statement.plain_hash)
    if path not in files:
        return None
    seen.add(path)
    with _at(path):
        opening = Opening.from_bytes(files[path])
        if opening.plain_hash() != statement.plain_hash:  # the disk may have changed since `_check_names`
            raise Tampered("the opening does not have the salted hash that its author signed")
        return opening
