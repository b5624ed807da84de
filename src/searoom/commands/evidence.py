"""The commands `proof` and `fork-proof`: one entry, or one fork, as a file that proves itself to others."""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from searoom.commands.arguments import parser, shown_progress
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.keys.enrol import read_settings
from searoom.record import heads, layout, proof
from searoom.record.excerpt import Excerpt
from searoom.record.forks import AnyFork, from_evidence, party_of
from searoom.record.policy import everybody
from searoom.record.proof import FORK_SUFFIX, MAX_EXTRA_BYTES, PROOF_SUFFIX
from searoom.record.roster import author_of
from searoom.record.stores import open_store
from searoom.record.verify import Proven, verify_folder

NODE_FILE = "node.toml"
STORE = "shared.db"


def entry(argv: Sequence[str]) -> int:
    """Write the proof of one entry."""
    command = parser(
        "proof",
        "Write one entry with all that proves it, and nothing of any other, as a file that `searoom verify` and other "
        "readers of c2sp.org/tlog-proof can check. DIR is an exported record, or the folder of a running node.",
        [
            "searoom proof amber-record coral/3 --out coral-3.tlog-proof",
            "searoom proof amber coral/3 --open --out coral-3.tlog-proof",
        ],
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("entry", metavar="LOG/INDEX")
    command.add_argument("--out", type=Path, required=True, metavar="FILE")
    command.add_argument("--open", action="store_true", help="show the words of this one entry, too")
    given = command.parse_args(argv)
    log, slash, index = given.entry.partition("/")
    if not slash or not index.isdecimal() or len(index) > 18:
        raise NotAllowed(f"'{given.entry:.60}' is no entry; write it like amber/3")
    if not (given.folder / NODE_FILE).exists():
        return _write_entry(given.folder, log, int(index), given)
    with tempfile.TemporaryDirectory(prefix="searoom-") as folder:
        target = Path(folder) / "record"
        ask(given.folder, {"do": "export", "folder": str(target)})
        return _write_entry(target, log, int(index), given)


def _write_entry(folder: Path, log: str, index: int, given: Namespace) -> int:
    with shown_progress("checked") as progress:
        proven = verify_folder(folder, progress=progress)
    held = proven.excerpt(log, index, opened=given.open)
    inside = held.to_bytes()
    beside: dict[str, bytes] = {".entry": held.entry, ".policy": _policy(proven, log)}
    if len(inside) > MAX_EXTRA_BYTES:
        beside |= {".body": held.body, ".opening": held.opening}
        inside = Excerpt(held.entry, b"", b"", held.cards).to_bytes()
    made = proof.prove(proven.tree(log), index, proven.note(log), inside).to_bytes()
    out: Path = given.out.with_suffix(PROOF_SUFFIX)
    files = {out: made, **{out.with_suffix(suffix): data for suffix, data in beside.items() if data}}
    _write_new(files)
    sys.stdout.write(f"wrote {', '.join(map(str, files))}\n")
    sys.stdout.write(
        f"It proves that this entry stands in the log {log}, who signed it and who stored it (stored, never agreed), "
        + ("and shows its words" if given.open else "and shows no words")
        + "; of other entries it shows nothing.\n"
    )
    return 0


def _policy(proven: Proven, log: str) -> bytes:
    """Return the policy by which others can judge a log's newest note: its keys, and the mirrors that signed it."""
    note, roster = proven.note(log), proven.roster
    ids = {line.key_id for line in note.signatures}
    pairs = {by: heads.mirror_verifiers(roster, by) for by in roster.others(author_of(log))}
    signed = {by: next((pair for pair in all_ if pair[0].key_id in ids), ()) for by, all_ in pairs.items()}
    own = [key for key in heads.log_verifiers(roster, log, note.checkpoint.size) if key.key_id in ids]
    return everybody(own, {by: pair for by, pair in signed.items() if pair}).to_bytes()


def _write_new(files: dict[Path, bytes]) -> None:
    for path in files:
        if path.exists():
            raise NotAllowed(f"{path} is there already", advice="Name a new file; a proof never overwrites.")
    for path, data in files.items():
        path.write_bytes(data)


def fork(argv: Sequence[str]) -> int:
    """Write the forks that a node has kept as evidence."""
    command = parser(
        "fork-proof",
        "Write each fork that a node (it must not be running) has kept evidence of as a file that proves itself, with "
        "the card that it is judged by.",
        ["searoom fork-proof amber --out evidence"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    given = command.parse_args(argv)
    settings = read_settings(given.node)
    if not settings.store and not (given.node / STORE).exists():
        raise NotAllowed(f"{given.node} has no store yet, so nothing was kept in it", advice="Run the node first.")
    store = open_store(settings.store or given.node / STORE, part=settings.party)
    try:
        kept = store.kept()
    finally:
        store.close()
    found = from_evidence(kept)
    if not found:
        contested = sum(item.kind == "fork" for item in kept)
        sys.stdout.write(
            f"no fork that proves itself was kept here; {contested} of {len(kept)} pieces of evidence speak of one\n"
        )
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(found, 1):
        _write_fork(one, number, given)
    return 0


def _write_fork(one: AnyFork, number: int, given: Namespace) -> None:
    party = party_of(one)
    path = given.out / f"{party}-{number}{FORK_SUFFIX}"
    card = given.node / layout.CARDS / f"{party}.card"
    _write_new({path: one.to_bytes()})
    beside = given.out / card.name
    if card.exists() and not beside.exists():
        beside.write_bytes(card.read_bytes())
    sys.stdout.write(f"wrote {path}, to be judged by {beside}: `searoom verify {path}`\n")
