"""A whole record proven from its bytes, by anybody, offline.

It trusts nothing but the folder it is given and, where the reader pins them, the fingerprints of the parties'
roots. Nothing is believed because a file says so: tiles are computed again and compared, notes are written
again and compared, each signature is checked, each rule of `rules` is asked again, and a file that nothing
accounts for is refused. So every byte of every file is covered.

What it cannot prove: that a log has not grown since it was exported, and that the roots are the right
parties' where they are not pinned (compare the fingerprints by voice).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from searoom.errors import Forked, NotAllowed, Tampered
from searoom.record import heads, layout, tiles
from searoom.record.cards import Card
from searoom.record.checkpoint import SignedNote
from searoom.record.entry import Entry
from searoom.record.excerpt import Excerpt, note_lines
from searoom.record.folder import Folder
from searoom.record.keys import Signer
from searoom.record.layout import Manifest
from searoom.record.merkle import Tree
from searoom.record.proving import Context, prove_bundle, prove_bundles, spread
from searoom.record.reading import LogRead, at, read_file, read_logs, read_notes, said_again
from searoom.record.roster import FIRST, Roster, author_of, epoch_of
from searoom.record.seal import Opening


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry whose signatures, place and body have been proven; `opening` where the exporter opened it."""

    party: str
    entry: Entry
    body: bytes
    signers: tuple[Signer, ...]
    opening: Opening | None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a folder proves.

    `cosigned[log, by]` is the largest size of a log that another party has cosigned, that is, says it has
    stored. `pinned` are the parties whose root the caller vouched for. `again` is how many entries say again what
    an older log of their author has: each is one message with it. `read` gives the entries again.
    """

    manifest: Manifest
    cards: Mapping[str, bytes]
    roster: Roster
    pinned: tuple[str, ...]
    sizes: Mapping[str, int]
    roots: Mapping[str, bytes]
    cosigned: Mapping[tuple[str, str], int]
    signatures: int
    openings: int
    again: int
    _context: Context = field(repr=False, compare=False)

    @property
    def entries(self) -> int:
        """How many entries all logs have together."""
        return sum(self.sizes.values())

    def tree(self, log: str) -> Tree:
        """Return the tree of a log; an empty one for a log that the record does not have."""
        held = self._context.logs.get(log)
        return held.tree if held is not None else Tree()

    def note(self, log: str) -> SignedNote:
        """Return the newest note of a log of the record."""
        return self._context.logs[log].note

    def entry(self, log: str, index: int) -> ProvenEntry:
        """Return one entry, proven once more from the files; raise `NotAllowed` where the record does not have it."""
        if not 0 <= index < self.sizes.get(log, 0):
            raise NotAllowed(f"the record has no entry {index} of a log '{log:.48}'")
        bundle = prove_bundle(self._context, log, index // tiles.TILE_WIDTH)
        entry, body, who, opening = next(found for found in bundle if found[0].index == index)
        return ProvenEntry(author_of(log), entry, body, who, opening)

    def excerpt(self, log: str, index: int, *, opened: bool) -> Excerpt:
        """Return one entry with its body, all cards, and its opening where that is asked for."""
        one = self.entry(log, index)
        if opened and one.opening is None:
            raise NotAllowed(f"the record does not open entry {index} of {log}: it has no words of it to show")
        parties = self.manifest.parties
        later = [(at, place) for party in parties for at, place, _ in self.roster.issued(party) if place != FIRST]
        return Excerpt(
            one.entry.to_bytes(),
            one.body,
            one.opening.to_bytes() if opened and one.opening is not None else b"",
            (
                *((party, FIRST, self.cards[party]) for party in parties),
                *((at, place, self.entry(at, place).body) for at, place in later),
            ),
        )

    def read(self, log: str) -> Iterator[ProvenEntry]:
        """Yield the entries of a log, each proven once more from the files."""
        for index, _ in tiles.widths(self.sizes.get(log, 0)):
            for entry, body, who, opening in prove_bundle(self._context, log, index):
                yield ProvenEntry(author_of(log), entry, body, who, opening)


def verify_folder(
    folder: Path | str,
    *,
    fingerprints: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Proven:
    """Return what the record in `folder` proves; raise `Tampered` or `NotAllowed` with the file and what is wrong.

    `fingerprints` are those of the parties' roots that the caller knows from elsewhere (party -> hex).
    """
    return verify_files(Folder(Path(folder)), fingerprints=fingerprints, progress=progress, workers=workers)


def verify_many(
    folders: Sequence[Path | str],
    *,
    fingerprints: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Proven, ...]:
    """Return what each folder proves, after comparing the same log in all of them.

    A log may be shorter in one of them, if it is the beginning of the longer one. A fork, two
    histories of one log, is `Tampered`.
    """
    proven = tuple(verify_folder(folder, fingerprints=fingerprints, progress=progress) for folder in folders)
    for number, one in enumerate(proven):
        for other in proven[number + 1 :]:
            compare(one, other)
    return proven


def compare(one: Proven, other: Proven) -> None:
    """Return where two proven exports can both be true; `Tampered` where one of them shows another history."""
    first, second = one.manifest, other.manifest
    if (first.mechanism, first.exercise) != (second.mechanism, second.exercise):
        raise NotAllowed("the exports are not of one record: mechanism or exercise bit differ")
    for party in set(first.parties) & set(second.parties):
        if one.roster.first_card(party) != other.roster.first_card(party):  # signatures alone may differ
            raise Tampered(f"the exports of '{first.exporter}' and '{second.exporter}' show two cards of '{party}'")
    for log in sorted(set(first.logs) & set(second.logs)):
        mine, theirs = one.tree(log), other.tree(log)
        size = min(mine.size, theirs.size)
        if mine.root(size) != theirs.root(size):
            place = next(index for index in range(size) if mine.leaf(index) != theirs.leaf(index))
            raise Forked(
                f"the log '{log}' forks: from entry {place} on, the export of '{first.exporter}' shows another "
                f"history than that of '{second.exporter}', and both are signed by '{author_of(log)}'",
                advice="Keep both folders: together they prove it. Ask the party concerned for an explanation.",
            )


def verify_files(
    files: Mapping[str, bytes],
    *,
    fingerprints: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = 1,
) -> Proven:
    """Return what the files of a record (path within the folder -> bytes) prove; `verify_folder` reads them.

    `workers` processes check signatures side by side (None: one for each processor).
    """
    seen = {layout.MANIFEST}
    with at(layout.MANIFEST):
        manifest = Manifest.from_bytes(read_file(files, layout.MANIFEST))
    cards, roster = _read_cards(files, manifest, fingerprints or {}, seen)
    logs = read_notes(files, sorted(manifest.logs, key=lambda name: (author_of(name), epoch_of(name))), seen)
    roster = read_logs(files, logs, roster, seen, lambda job, tasks: spread(job, tasks, workers))
    cosigned: dict[tuple[str, str], int] = {}
    for log, held in logs.items():
        for by, size in _read_notes(files, log, held, roster, seen).items():
            cosigned[log, by] = size
    layout.known_names(files, seen)
    context = Context(files, manifest, roster, logs)
    again = said_again(files, logs)
    signatures, openings = prove_bundles(context, progress, workers)
    return Proven(
        manifest=manifest,
        cards=cards,
        roster=roster,
        pinned=tuple(party for party in manifest.parties if party in (fingerprints or {})),
        sizes={log: held.tree.size for log, held in logs.items()},
        roots={log: held.tree.root() for log, held in logs.items()},
        cosigned=cosigned,
        signatures=signatures + sum(held.lines for held in logs.values()),
        openings=openings,
        again=again,
        _context=context,
    )


def _read_cards(
    files: Mapping[str, bytes], manifest: Manifest, fingerprints: Mapping[str, str], seen: set[str]
) -> tuple[Mapping[str, bytes], Roster]:
    for party in fingerprints:
        if party not in manifest.parties:
            raise NotAllowed(
                f"{layout.MANIFEST}: the record has no party '{party}', whose fingerprint was given; it has "
                f"{', '.join(manifest.parties)}"
            )
    read: list[Card] = []
    cards: dict[str, bytes] = {}
    for party in manifest.parties:
        path = layout.card_path(party)
        seen.add(path)
        with at(path):
            cards[party] = read_file(files, path)
            card = Card.from_bytes(cards[party])
            if (card.party, card.mechanism) != (party, manifest.mechanism):
                raise NotAllowed(f"this is the card of '{card.party}' for mechanism '{card.mechanism}'")
            known = "".join(fingerprints.get(party, card.fingerprint()).lower().split())
            if known != "".join(card.fingerprint().split()):
                raise Tampered(
                    f"the root of '{party}' in this record is {card.fingerprint()}, not the one that was named",
                    advice="Compare the fingerprint once more, in person. If it differs, this record is not theirs.",
                )
            read.append(card)
    with at(layout.CARDS):
        return cards, Roster(read)


def _read_notes(files: Mapping[str, bytes], log: str, held: LogRead, roster: Roster, seen: set[str]) -> dict[str, int]:
    """Return who cosigned which size of a log, after checking every line under its notes."""
    path = layout.checkpoint_path(log)
    with at(path):
        newest = note_lines(held.note, log, roster)
        if held.note.checkpoint.root != held.tree.root():
            raise Tampered(f"the root that '{log}' signed is not that of its {held.tree.size} entries")
    sizes = {by: held.tree.size for by in newest if by != log}
    held.lines += sum(newest.values())
    for by in roster.others(author_of(log)):
        path = layout.recorded_path(log, by)
        if path not in files or by in sizes:
            continue  # beside a cosignature of the newest size an older one says nothing: left over, refused as such
        seen.add(path)
        with at(path):
            note = heads.read_cosigned(files[path], log, by, roster)
            head = note.checkpoint
            if not 0 < head.size < held.tree.size or head.root != held.tree.root(head.size):
                raise Tampered(f"'{by}' cosigned another log '{log}' at size {head.size} than the one exported")
            sizes[by] = head.size
            held.lines += len(note.signatures)
    return sizes
