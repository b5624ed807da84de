"""Single files judged: proof, fork, parts of a bundle, off-record copy; each verdict says what is not proven, too."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from searoom import cbor, clock
from searoom.commands.arguments import print_json
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.link import bundle, contents
from searoom.record import excerpt as excerpts
from searoom.record import forks
from searoom.record.cards import MAX_CARD, Card
from searoom.record.excerpt import Excerpt, Shown
from searoom.record.policy import MAX_POLICY_BYTES, Policy
from searoom.record.proof import MAX_PROOF_BYTES, PROOF_HEADER, Proof
from searoom.record.seal import MAX_BODY
from searoom.record.tiles import MAX_LEAF_BYTES
from searoom.signals import fingerprints, forms
from searoom.statements.offrecord import COPY, PROVES_NOTHING, is_copy

DONE, NOTHING_PROVEN, FORK_PROVEN = 0, 1, 7
STORED: Final = "A cosignature says that a party stored this; it never says that it agreed."
UNPINNED: Final = (
    "Compare the root fingerprints with those that were read aloud: without that, anybody could have made this."
)
_MAX_FILE: Final = max(bundle.MAX_PART_BYTES, MAX_PROOF_BYTES)


@dataclass(frozen=True, slots=True)
class Helps:
    """What the reader gives beside the file: cards, a policy, an entry, fingerprints that were read aloud."""

    cards: tuple[Path, ...] = ()
    policy: Path | None = None
    entry: Path | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out: the word and the exit code of the outcome, sentences for people, facts for programs."""

    outcome: str
    code: int
    lines: tuple[str, ...]
    facts: Mapping[str, object]


def judge(paths: Sequence[Path], helps: Helps) -> Verdict:
    """Return the verdict on one file, or on the parts of a bundle; raises what refuses it."""
    datas = [(path, read_file(path, _MAX_FILE)) for path in paths]
    if len(datas) > 1:
        return _bundle(datas, helps)
    ((path, data),) = datas
    if data.startswith(PROOF_HEADER.encode()):
        return _proof(path, data, helps)
    ways: dict[str, Callable[[Path, bytes, Helps], Verdict]] = {
        "searoom/fork-proof": _fork, COPY: _aside, "": lambda *_: _bundle(datas, helps)
    }  # fmt: skip
    return ways[_label(data)](path, data, helps)


def _label(data: bytes) -> str:
    """Return what a CBOR file says it is; "" for a part of a bundle."""
    try:
        value = cbor.decode(data, max_bytes=_MAX_FILE)
    except NotAllowed:
        value = None
    if isinstance(value, list) and len(value) == 2:
        return ""
    for label in (value.get(0), value.get(1)) if isinstance(value, dict) else ():
        if label in (COPY, "searoom/fork-proof"):
            return str(label)
    raise NotAllowed(
        "this is no file that can be proven: no proof, no fork proof, no part of a bundle, no off-record copy",
        advice="Name a folder that `searoom export` wrote, or a file that `searoom proof` or a node wrote.",
    )


def tell(verdict: Verdict, *, as_json: bool) -> int:
    """Print a verdict; return its exit code."""
    if as_json:
        print_json({"outcome": verdict.outcome, **verdict.facts})
    else:
        sys.stdout.write("\n".join(verdict.lines) + "\n")
    return verdict.code


def compared(cards: Sequence[Card], given: Mapping[str, str]) -> dict[str, str]:
    """Return the fingerprints, as hex, of the parties that were named, after comparing them with what was heard.

    Raises `Tampered` where a root is another, `NotAllowed` where what was given compares nothing.
    """
    known: dict[str, str] = {}
    first = [card for card in cards if card.serial == 0]
    for party, heard in given.items():
        own = [card for card in first if card.party == party]
        if not own:
            names = ", ".join(sorted({card.party for card in first}))
            raise NotAllowed(f"there is no card of '{party}' here, whose fingerprint was given; there are {names}")
        for card in own:
            wrong = fingerprints.compare(heard, card.root.fingerprint())
            if wrong:
                raise Tampered(
                    f"the root of '{party}' here is {card.fingerprint()}, not the one that was named (group "
                    f"{wrong[0]} of {fingerprints.GROUPS} differs first)",
                    advice="Compare the fingerprint once more, in person. If it differs, this is not theirs.",
                )
        known[party] = own[0].fingerprint()
    return known


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a file of at most `most`."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as fault:
        raise NotAllowed(f"{path} cannot be read: {fault.strerror}") from fault
    if len(data) > most:
        raise NotAllowed(f"{path} is longer than {most} bytes")
    return data


def _cards(path: Path, helps: Helps) -> list[Card]:
    """Return the cards that were named, or those that lie beside the file."""
    beside = [*path.parent.glob("*.card"), *(path.parent / "cards").glob("*.card")]
    return [Card.from_bytes(read_file(one, MAX_CARD)) for one in helps.cards or sorted(beside)]


def _proof(path: Path, data: bytes, helps: Helps) -> Verdict:
    proof = Proof.from_bytes(data)
    if helps.policy is not None:
        return _by_policy(proof, helps.policy, helps.entry or path.with_suffix(".entry"))
    if not proof.extra:
        raise NotAllowed(
            "the proof holds no entry and no cards",
            advice="Name the policy that it is to fulfil with --policy, and the entry with --entry.",
        )
    held = Excerpt.from_bytes(proof.extra)
    body, opening = (held.body or _beside(path, ".body")), (held.opening or _beside(path, ".opening"))
    shown = excerpts.check(proof, Excerpt(held.entry, body, opening, held.cards))
    roots = [shown.roster.first_card(party) for party in shown.roster.parties]
    pinned = compared(roots, helps.fingerprints)
    return Verdict("proven", DONE, tuple(_said(shown, roots, set(pinned))), _facts(shown, set(pinned)))


def _beside(path: Path, suffix: str) -> bytes:
    other = path.with_suffix(suffix)
    return read_file(other, MAX_BODY) if other.exists() else b""


def _said(shown: Shown, roots: Sequence[Card], pinned: set[str]) -> list[str]:
    entry = shown.entry
    kind = "EXERCISE" if entry.statement.exercise else "real"
    names = ", ".join(f"{one.name} ({one.role.value})" for one in shown.who)
    to = ", ".join(entry.statement.recipients) or "nobody"
    lines = [
        f"entry {entry.index} of the log {entry.log}: {entry.statement.mechanism} ({kind}), to {to}",
        f"  said by {names}; claimed {clock.to_text(entry.statement.claimed_us)}",
        f"  placed by the station of {entry.statement.author}; claimed {clock.to_text(entry.placed_us)}",
    ]
    if shown.opening is not None:
        lines += [f"  {line}" for line in _words(shown.opening.content)]
    stored = ", ".join(shown.stored)
    lines += [f"  root of {card.party}: {card.fingerprint()}" for card in roots]
    lines.append(
        f"Proven: the persons above signed this, {entry.statement.author} put it at place {entry.index} of a log of "
        f"{shown.size} entries that it signed" + (f", and {stored} signed that it stored that log." if stored else ".")
    )
    opened = "" if shown.opening is not None else " what was said (its words are not opened here);"
    lines.append(
        f"Not proven:{opened} that it is true, that anybody read it, or what else was said before or after. {STORED}"
    )
    if pinned != {card.party for card in roots}:
        lines.append(UNPINNED)
    return lines


def _words(content: bytes) -> Sequence[str]:
    """Return the words of an opening as they are read out; their bytes where no form of ours has them."""
    book = forms.load()
    try:
        filled = forms.decode(content, book)
    except SearoomError:
        return (f"its words have {len(content)} bytes of no form that is known here: {content[:200].hex()}",)
    return forms.read_out(filled, book, filled.lang)


def _facts(shown: Shown, pinned: set[str]) -> dict[str, object]:
    return {
        "log": shown.entry.log,
        "index": shown.entry.index,
        "mechanism": shown.entry.statement.mechanism,
        "exercise": shown.entry.statement.exercise,
        "size": shown.size,
        "signers": [{"holder": one.holder, "key": one.key_id.hex()} for one in shown.who],
        "stored": list(shown.stored),
        "opened": shown.opening is not None,
        "fingerprints_compared": sorted(pinned),
    }


def _by_policy(proof: Proof, policy: Path, entry: Path) -> Verdict:
    """Judge a proof as c2sp.org/tlog-proof has it: by a policy, of whatever bytes."""
    head = proof.check(read_file(entry, MAX_LEAF_BYTES), Policy.from_bytes(read_file(policy, MAX_POLICY_BYTES)))
    place = f"entry {proof.index} of the log '{head.origin}' of {head.size} entries"
    lines = (
        f"Proven: the bytes of {entry} are {place}, and its head fulfils the policy.",
        f"Not proven: what the bytes mean, or whose the keys of the policy are. {STORED}",
    )
    return Verdict("proven", DONE, lines, {"log": head.origin, "index": proof.index, "size": head.size})


def _fork(path: Path, data: bytes, helps: Helps) -> Verdict:
    fork = forks.read(data)
    cards = _cards(path, helps)
    sentence = forks.check(fork, cards)
    pinned = compared([card for card in cards if card.party == forks.party_of(fork)], helps.fingerprints)
    lines = (f"FORK: {sentence}", *(() if pinned else (UNPINNED,)))
    facts = {"party": forks.party_of(fork), "sentence": sentence, "fingerprints_compared": sorted(pinned)}
    return Verdict("fork proven", FORK_PROVEN, lines, facts)


def _aside(path: Path, data: bytes, _helps: Helps) -> Verdict:
    if not is_copy(data):
        raise NotAllowed(f"{path} says that it is an off-record copy and is not written as one")
    return Verdict("proves nothing", NOTHING_PROVEN, (PROVES_NOTHING["en"],), {"sentence": PROVES_NOTHING["en"]})


def _bundle(datas: Sequence[tuple[Path, bytes]], helps: Helps) -> Verdict:
    cards = _cards(datas[0][0], helps)
    if not cards:
        raise NotAllowed(
            "the cards of the parties are needed to judge a part of a bundle",
            advice="Put the cards beside the file, or name each of them with --card.",
        )
    pinned = compared(cards, helps.fingerprints)
    lines: list[str] = []
    found: list[contents.Contents] = []
    for path, data in datas:
        try:
            one = contents.examine(data, cards)
        except (NotAllowed, Tampered) as fault:
            raise type(fault)(f"{path}: {fault.sentence}", advice=fault.advice()) from fault
        found.append(one)
        say = one.manifest
        kind = "EXERCISE" if say.exercise else "real"
        lines.append(
            f"{path}: {say.mechanism} ({kind}), part {say.part} of {say.parts} from {say.sender} to {say.receiver}"
        )
        lines += [f"  {log}: entries {first} to {last}" for log, first, last in one.runs]
    for bundle_id, parts in bundle.missing(one.manifest for one in found).items():
        lines.append(f"  of bundle {bundle_id[:4].hex()} these parts are not here: {', '.join(map(str, parts))}")
    lines.append("Proven: the sender's station signed each part, each entry in it is signed and has the body it names.")
    lines.append(
        "Not proven: that nothing was left out, that the entries fit those before them, or that they were received. "
        "Only a record shows that."
    )
    if {card.party for card in cards} != set(pinned):
        lines.append(UNPINNED)
    entries = sum(one.entries for one in found)
    facts = {"parts": len(found), "entries": entries, "fingerprints_compared": sorted(pinned)}
    return Verdict("proven", DONE, tuple(lines), facts)
