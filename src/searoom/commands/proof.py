"""The command `verify`: exported records proven offline, from their bytes alone."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from searoom import account as accounts
from searoom import clock
from searoom.account import Account, Message, Ref, State, ref_text
from searoom.commands.arguments import pairs, parser, print_json
from searoom.delivery import answer_kind, delivery
from searoom.errors import NotAllowed, Tampered
from searoom.record import layout
from searoom.record.entry import Entry
from searoom.record.keys import Card, Keyring, Signer
from searoom.record.verify import Proven, verify_many
from searoom.signals import forms

RECORD = "record"
PROVEN = (
    "Proven: each entry was signed by the keys named on the cards, none was changed, removed or put elsewhere since,\n"
    "and each side signed that it stored the other's log up to the sizes above (stored, never agreed).\n"
    "Not proven: that what was said is true, that a clock was right, or that nothing was said elsewhere."
)
UNPINNED = "Compare the root fingerprints with those that were read aloud: without that, anybody could have made this."


class _Exported:
    """A proven export, read as the account reads a record."""

    def __init__(self, proven: Proven) -> None:
        self._proven = proven
        self.keyring = Keyring([Card.from_bytes(proven.cards[party]) for party in proven.manifest.parties])

    def entries(self, party: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        for item in self._proven.entries:
            if item.party == party and item.entry.index >= start:
                yield item.entry, b""

    def recorded(self, party: str, by: str) -> int:
        return self._proven.cosigned.get((party, by), 0)


def account_of(proven: Proven) -> Account:
    """Return the account of an export: what the exporter opened is read, the rest keeps its place, closed."""
    opened = {item.entry.statement.plain_hash: item.opening for item in proven.entries if item.opening is not None}

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
    """Prove exported records from their bytes alone."""
    command = parser(
        "verify",
        "Prove exported records offline, from their bytes alone. DIR is a record, or holds records as */record.",
        [
            "searoom verify demo-out",
            "searoom verify demo-out --who",
            "searoom verify /media/stick/amber-record --fingerprint amber='2f54 dd60 ...'",
        ],
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--who", action="store_true", help="name the person and the key behind each state")
    command.add_argument(
        "--fingerprint", action="append", default=[], metavar="PARTY=HEX", help="a root fingerprint that was read aloud"
    )
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    folders = records_in(given.folder)
    proven = verify_many(folders)
    compared = _compared(proven, pairs(given.fingerprint))
    if given.json:
        print_json(_facts(folders, proven, compared))
        return 0
    for folder, one in zip(folders, proven, strict=True):
        sys.stdout.write("\n".join(_lines(folder, one)) + "\n")
    sys.stdout.write(("The exports agree with each other.\n" if len(proven) > 1 else "") + PROVEN + "\n")
    if compared != set(proven[0].manifest.parties):
        sys.stdout.write(UNPINNED + "\n")
    if given.who:
        sys.stdout.write("\n" + "\n".join(who(proven[0])) + "\n")
    return 0


def _compared(proven: Sequence[Proven], told: Mapping[str, str]) -> set[str]:
    """Return the parties whose root was compared with what was read aloud; raise `Tampered` where it is another."""
    for party, text in told.items():
        for one in proven:
            if party not in one.cards:
                raise NotAllowed(f"'{party}' is no party of this record: {', '.join(one.manifest.parties)}")
            shown = Card.from_bytes(one.cards[party]).fingerprint()
            if "".join(shown.split()) != "".join(text.lower().split()):
                raise Tampered(
                    f"the root of '{party}' in this record is {shown}, not the one that you named",
                    advice="Compare the fingerprint once more, in person. If it differs, this record is not theirs.",
                )
    return set(told)


def _lines(folder: Path, proven: Proven) -> list[str]:
    manifest = proven.manifest
    kind = "EXERCISE" if manifest.exercise else "real"
    lines = [f"{folder}: {manifest.mechanism} ({kind}), exported by {manifest.exporter}"]
    for party in manifest.parties:
        card = Card.from_bytes(proven.cards[party])
        sizes = {by: proven.cosigned.get((party, by), 0) for by in _others(proven, party)}
        stored = ", ".join(f"{by} signed that it stored {size}" for by, size in sizes.items())
        lines.append(f"  {party}: {proven.sizes[party]} entries; {stored}")
        lines.append(f"    root fingerprint {card.fingerprint()}")
    lines.append(f"  {proven.openings} of {len(proven.entries)} bodies opened by the exporter")
    return lines


def _others(proven: Proven, party: str) -> list[str]:
    return [other for other in proven.manifest.parties if other != party]


def who(proven: Proven) -> list[str]:
    """Return, for each message, every state with the person and the key behind it."""
    account = account_of(proven)
    lines = []
    for item in account.items:
        said = item.filled.form if isinstance(item, Message) else f"closed: {item.why}"
        lines.append(f"{ref_text(item.ref)}  {clock.to_text(item.claimed_us)}  {said}")
        lines += [f"    said by       {_signer(signer)}" for signer in item.signers]
        lines.append(f"    placed by     {_signer(item.station)}")
        lines += _states(account, item.ref)
    return lines


def _states(account: Account, ref: Ref) -> Iterator[str]:
    told = delivery(account, ref)
    for one in told.each:
        if one.delivered is not None:
            yield f"    delivered     {_state(one.delivered)}"
        if one.recorded:
            yield f"    recorded      by the mirror key of {one.party}: stored, never agreed"
        if one.read is not None:
            yield f"    read          {_state(one.read)}"
    for answer in told.answers:
        yield f"    {answer_kind(answer):<13} " + _state(State(answer.ref, answer.placed_us, answer.signers[0]))


def _state(state: State) -> str:
    return f"{_signer(state.signer)}, in {ref_text(state.ref)}"


def _signer(signer: Signer) -> str:
    return f"{signer.name} ({signer.role.value} of {signer.party}, key {signer.key_id.hex()})"


def _facts(folders: Sequence[Path], proven: Sequence[Proven], compared: set[str]) -> list[dict[str, object]]:
    return [
        {
            "folder": str(folder),
            "mechanism": one.manifest.mechanism,
            "exercise": one.manifest.exercise,
            "exporter": one.manifest.exporter,
            "sizes": dict(one.sizes),
            "roots": {party: root.hex() for party, root in one.roots.items()},
            "cosigned": {f"{log} by {by}": size for (log, by), size in one.cosigned.items()},
            "entries": len(one.entries),
            "opened": one.openings,
            "fingerprints_compared": sorted(compared),
        }
        for folder, one in zip(folders, proven, strict=True)
    ]
