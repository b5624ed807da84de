"""The command `verify`: records, proofs and bundles proven from their bytes alone, with an exit code per outcome."""

import contextlib
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from searoom import account as accounts
from searoom import clock
from searoom.account import Account, Again, Closed, Item, Message, Ref, State, Transcribed, ref_text
from searoom.commands import verdicts
from searoom.commands.arguments import pairs, parser, print_json, shown_progress
from searoom.commands.verdicts import UNPINNED, Helps, compared
from searoom.errors import NotAllowed, SearoomError
from searoom.link import fetch
from searoom.matters.delivery import answer_kind, delivery
from searoom.record import layout
from searoom.record.cards import Card
from searoom.record.entry import Entry
from searoom.record.keys import Signer
from searoom.record.roster import author_of
from searoom.record.verify import Proven, verify_many
from searoom.signals import forms

RECORD = "record"
PROVEN = (
    "Proven: each entry was signed by the keys named on the cards, none was changed, removed or put elsewhere since,\n"
    "and each side signed that it stored the other's log up to the sizes above (stored, never agreed).\n"
    "Not proven: that what was said is true, that a clock was right, or that nothing was said elsewhere."
)


class _Exported:
    """A proven export, read as the account reads a record."""

    def __init__(self, proven: Proven) -> None:
        self._proven = proven
        self.roster = proven.roster

    def logs(self) -> tuple[str, ...]:
        return self._proven.manifest.logs

    def size(self, log: str) -> int:
        return self._proven.sizes[log]

    def entries(self, log: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        for item in self._proven.read(log):
            if item.entry.index >= start:
                yield item.entry, item.body

    def recorded(self, log: str, by: str) -> int:
        return self._proven.cosigned.get((log, by), 0)


def account_of(proven: Proven) -> Account:
    """Return the account of an export: what the exporter opened is read, the rest keeps its place, closed."""
    opened = {
        item.entry.statement.plain_hash: item.opening
        for log in proven.manifest.logs
        for item in proven.read(log)
        if item.opening is not None
    }

    def opener(entry: Entry, _body: bytes) -> bytes | None:
        opening = opened.get(entry.statement.plain_hash)
        return None if opening is None else opening.content

    return accounts.read(_Exported(proven), forms.load(), opener)


def records_in(folder: Path) -> tuple[Path, ...]:
    """Return the record folders that `folder` is or holds (`*/record`), by name."""
    if (folder / layout.MANIFEST).exists():
        return (folder,)
    found = tuple(sorted(path for path in folder.glob(f"*/{RECORD}") if path.is_dir()))
    if not found:
        raise NotAllowed(
            f"{folder} holds no exported record", advice="Name a folder that `searoom export` or `searoom demo` wrote."
        )
    return found


def verify(argv: Sequence[str]) -> int:
    """Prove what somebody handed over: exported records, single files of proof, parts of a bundle."""
    command = parser(
        "verify",
        "Prove, from bytes alone: an exported record (DIR, or records in it as */record), one that is published (URL), "
        "a proof or fork-proof file, parts of a bundle. Nothing is believed, and no other program is asked.",
        [
            "searoom verify demo-out",
            "searoom verify demo-out --who",
            "searoom verify /media/stick/amber-record --fingerprint amber='2f54 dd60 ...'",
            "searoom verify coral-3.tlog-proof",
            "searoom verify amber.fork-proof --card cards/amber.card",
            "searoom verify https://records.example/demo",
        ],
    )
    command.add_argument("what", nargs="+", metavar="DIR|FILE|URL")
    command.add_argument("--who", action="store_true", help="name the person and the key behind each state of a record")
    command.add_argument(
        "--fingerprint",
        action="append",
        default=[],
        metavar="PARTY=FINGERPRINT",
        help="a root's fingerprint that was read aloud: 12 groups of 5 figures, or 64 hex digits",
    )
    command.add_argument("--card", action="append", default=[], type=Path, metavar="FILE", help="a party's signed card")
    command.add_argument("--policy", type=Path, metavar="FILE", help="judge a proof by this policy, and by no card")
    command.add_argument(
        "--entry", type=Path, metavar="FILE", help="the entry that a proof is of, where it is not in it"
    )
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    given.fingerprint = pairs(given.fingerprint)
    if len(given.what) == 1 and fetch.is_address(given.what[0]):
        return _published(given.what[0], given)
    paths = [Path(one) for one in given.what]
    if not any(path.is_file() for path in paths):
        return _records([one for path in paths for one in records_in(path)], given)
    helps = Helps(tuple(given.card), given.policy, given.entry, given.fingerprint)
    return verdicts.tell(verdicts.judge(paths, helps), as_json=given.json)


def _published(address: str, given: Namespace) -> int:
    """Read what is published, then prove what was read like any folder."""
    with tempfile.TemporaryDirectory(prefix="searoom-") as folder:
        with shown_progress("read") as progress:
            fetch.fetch_record(address, Path(folder), progress)
        return _records([Path(folder)], given, name=address)


def _records(folders: Sequence[Path], given: Namespace, name: str = "") -> int:
    fingerprints: Mapping[str, str] = given.fingerprint
    roots = compared(cards_in(folders), fingerprints)
    with shown_progress("checked") as progress:
        proven = verify_many(folders, fingerprints=roots, progress=progress)
    pinned = set(fingerprints)
    names = [name or str(folder) for folder in folders]
    if given.json:
        print_json(_facts(names, proven, pinned))
        return 0
    for one, facts in zip(names, proven, strict=True):
        sys.stdout.write("\n".join(_lines(one, facts)) + "\n")
    sys.stdout.write(("The exports agree with each other.\n" if len(proven) > 1 else "") + PROVEN + "\n")
    if pinned != set(proven[0].manifest.parties):
        sys.stdout.write(UNPINNED + "\n")
    if given.who:
        sys.stdout.write("\n" + "\n".join(who(proven[0])) + "\n")
    return 0


def cards_in(folders: Sequence[Path]) -> list[Card]:
    """Return the cards of some records, as far as they can be read; the verifier says what is wrong with others."""
    found: list[Card] = []
    for folder in folders:
        for path in sorted((folder / layout.CARDS).glob("*.card")):
            with contextlib.suppress(SearoomError, OSError):
                found.append(Card.from_bytes(path.read_bytes()))
    return found


def _lines(name: str, proven: Proven) -> list[str]:
    manifest = proven.manifest
    kind = "EXERCISE" if manifest.exercise else "real"
    lines = [f"{name}: {manifest.mechanism} ({kind}), exported by {manifest.exporter}"]
    for log in manifest.logs:
        sizes = {by: proven.cosigned.get((log, by), 0) for by in _others(proven, author_of(log))}
        stored = ", ".join(f"{by} signed that it stored {size}" for by, size in sizes.items())
        lines.append(f"  {log}: {proven.sizes[log]} entries; {stored}")
    lines += [f"  root of {party}: {proven.roster.first_card(party).fingerprint()}" for party in manifest.parties]
    lines.append(f"  {proven.openings} of {proven.entries} bodies opened by the exporter")
    if proven.again:
        lines.append(f"  said again in a later log of their author: {proven.again} (each counts once, with the first)")
    return lines


def _others(proven: Proven, party: str) -> list[str]:
    return [other for other in proven.manifest.parties if other != party]


def who(proven: Proven) -> list[str]:
    """Return, for each message, every state with the person and the key behind it."""
    account = account_of(proven)
    lines = []
    for item in account.items:
        said = _what(item)
        lines.append(f"{ref_text(item.ref)}  {clock.to_text(item.claimed_us)}  {said}")
        lines += [f"    said by       {_signer(signer)}" for signer in item.signers]
        lines.append(f"    placed by     {_signer(item.station)}")
        lines += () if isinstance(item, Again) else _states(account, item.ref)
    return lines


def _what(item: Item | Again) -> str:
    match item:
        case Message():
            return item.filled.form
        case Closed():
            return f"closed: {item.why}"
        case _:
            return item.sentence("en", forms.load()) if isinstance(item, Transcribed) else item.sentence("en")


def _states(account: Account, ref: Ref) -> Iterator[str]:
    told = delivery(account, ref)
    for one in told.each:
        if one.delivered is not None:
            yield f"    delivered     {_state(one.delivered)}"
        if one.recorded:
            yield f"    recorded      by the mirror key of {one.party}: stored, never agreed"
        if one.read is not None:
            yield f"    read          {_state(one.read)}"
        for said in told.judged(one):
            yield f"    {said.kind:<13} {_state(said.state)}"
    for answer in told.answers:
        yield f"    {answer_kind(answer):<13} " + _state(State(answer.ref, answer.placed_us, answer.signers[0]))


def _state(state: State) -> str:
    return f"{_signer(state.signer)}, in {ref_text(state.ref)}"


def _signer(signer: Signer) -> str:
    return f"{signer.name} ({signer.role.value} of {signer.party}, key {signer.key_id.hex()})"


def _facts(names: Sequence[str], proven: Sequence[Proven], pinned: set[str]) -> list[dict[str, object]]:
    return [
        {
            "outcome": "proven",
            "folder": name,
            "mechanism": one.manifest.mechanism,
            "exercise": one.manifest.exercise,
            "exporter": one.manifest.exporter,
            "sizes": dict(one.sizes),
            "roots": {party: root.hex() for party, root in one.roots.items()},
            "cosigned": {f"{log} by {by}": size for (log, by), size in one.cosigned.items()},
            "entries": one.entries,
            "signatures": one.signatures,
            "opened": one.openings,
            "again": one.again,
            "fingerprints_compared": sorted(pinned),
            "proven": PROVEN,
        }
        for name, one in zip(names, proven, strict=True)
    ]
