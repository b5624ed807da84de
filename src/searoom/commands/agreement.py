"""The command `agreement`: check a pack, tell it as prose, compare two, show what stories cover."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from searoom.commands.arguments import pack, parser, print_json
from searoom.errors import Finding, NotAllowed
from searoom.exercise.told import Rehearsal
from searoom.node.node import Node
from searoom.obligations import agreement as agreements
from searoom.obligations import checks, coverage, diffing, explain, promoting, proposing, sovereignty
from searoom.obligations.agreement import Agreement
from searoom.obligations.stories import Told
from searoom.obligations.tellers import On, by_hand
from searoom.record.keys import Key
from searoom.sentences import spoken
from searoom.signals import forms
from searoom.signals.forms import FormBook
from searoom.signals.tables import LANGUAGES

EXAMPLES = [
    "searoom agreement check ours.toml --sources",
    "searoom agreement explain macm --lang ja",
    "searoom agreement diff macm ours.toml",
    "searoom agreement coverage exercise-notice",
    "searoom agreement coverage weekly-call --nodes",
    "searoom agreement propose contested-waters",
    "searoom agreement proposals amber contested-waters",
    "searoom agreement promote table draft.toml --out proposal.toml",
    "searoom agreement words contested-waters 'Leave our waters.'",
]


def agreement(argv: Sequence[str]) -> int:
    """Run one of the verbs of `searoom agreement`; 1 where the answer is no."""
    command = parser("agreement", "Check, explain, compare and propose agreements, which are text files.", EXAMPLES)
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (_, summary, arguments) in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        arguments(verb)
        verb.add_argument("--json", action="store_true", help="for a program")
    given = command.parse_args(argv)
    return VERBS[given.verb][0](given, forms.load())


def _pack(verb: ArgumentParser) -> None:
    verb.add_argument("pack", help="a packaged agreement, or the path of a pack")


def _check_arguments(verb: ArgumentParser) -> None:
    _pack(verb)
    verb.add_argument("--sources", action="store_true", help="what each clause and each field of its forms rests on")


def _explain_arguments(verb: ArgumentParser) -> None:
    _pack(verb)
    verb.add_argument("--lang", choices=LANGUAGES, default="en")


def _diff_arguments(verb: ArgumentParser) -> None:
    verb.add_argument("old", help="the version before")
    verb.add_argument("new", help="the version after")


def _coverage_arguments(verb: ArgumentParser) -> None:
    _pack(verb)
    verb.add_argument("stories", type=Path, nargs="*", help="files of stories (default: those packaged with it)")
    verb.add_argument("--nodes", action="store_true", help="told on nodes with keys, stores and lines, one a party")


def _check(given: Namespace, book: FormBook) -> int:
    file = agreements.file_of(pack(given.pack))
    text = _read(file)
    found, findings = checks.examine(text, file.name, book)
    rows = list(checks.sources(found, book)) if given.sources and found is not None else []
    if given.json:
        print_json({
            "hash": found.hash.hex() if found else "",
            "findings": [_facts(finding) for finding in findings],
            "sources": [{"what": what.strip(), "source": source} for what, source in rows],
        })  # fmt: skip
        return 1 if findings else 0
    for finding in findings:
        sys.stdout.write(f"{finding.where}: {finding.clause + ': ' if finding.clause else ''}{finding.sentence}\n")
    for what, source in rows:
        sys.stdout.write(f"  {what:<44}{source}\n")
    if found is not None:
        force, offered = len(found.in_force()), len(found.clauses) - len(found.in_force())
        sys.stdout.write(f"{file.name}: {force} clauses in force, {offered} offered; hash {found.hash.hex()}\n")
    sys.stdout.write(f"{len(findings)} findings\n" if findings else "nothing is wrong with it\n")
    return 1 if findings else 0


def _read(file: agreements.Readable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotAllowed(f"{file.name} cannot be read as a pack: {error}") from None


def _facts(finding: Finding) -> Mapping[str, str]:
    return {"where": finding.where, "place": finding.clause, "sentence": finding.sentence}


def _explain(given: Namespace, book: FormBook) -> int:
    told = explain.explain(_load(given.pack, book), book, given.lang)
    if given.json:
        print_json({"lang": given.lang, "text": told})
    else:
        sys.stdout.write(told + "\n")
    return 0


def _diff(given: Namespace, book: FormBook) -> int:
    changes = diffing.differences(_load(given.old, book), _load(given.new, book))
    if given.json:
        print_json([{"where": each.where, "before": each.before, "after": each.after} for each in changes])
    else:
        for each in changes:
            sys.stdout.write(f"{each.where}\n  - {each.before or 'nothing'}\n  + {each.after or 'nothing'}\n")
        sys.stdout.write("They say the same.\n" if not changes else f"{len(changes)} differences\n")
    return 1 if changes else 0


def _coverage(given: Namespace, book: FormBook) -> int:
    if given.nodes:
        with Rehearsal() as rehearsal:
            told = _tell(given, book, rehearsal.nodes)
    else:
        told = _tell(given, book, by_hand)
    findings = [finding for story in told for finding in story.findings("story")]
    rows = coverage.covered(told[0].agreement, told)
    if given.json:
        print_json({
            "percent": coverage.percent(rows),
            "clauses": [{"clause": row.clause, "states": list(row.states)} for row in rows],
            "findings": [_facts(finding) for finding in findings],
        })  # fmt: skip
    else:
        for finding in findings:
            sys.stdout.write(f"{finding.where}: {finding.sentence}\n")
        sys.stdout.write(coverage.table(rows))
    return 0 if not findings and coverage.percent(rows) == 100 else 1


def _tell(given: Namespace, book: FormBook, on: On) -> Sequence[Told]:
    """Tell the stories of the files that are named, or those that are packaged with the agreement."""
    under = _load(given.pack, book)
    if given.stories:
        texts = [(path.name, path.read_text(encoding="utf-8")) for path in given.stories]
        return [told for place, text in texts for told in coverage.tell_all(text, place, book, under, on=on)]
    text = coverage.stories_of(given.pack)
    if text is None:
        raise NotAllowed(f"no stories are packaged with '{given.pack}'", advice="Name files of stories after it.")
    return coverage.tell_all(text, f"{given.pack}.txt", book, on=on)


def _propose(given: Namespace, book: FormBook) -> int:
    rows = proposing.rows(_load(given.pack, book))
    if given.json:
        print_json([{"row": row.id, "hash": row.digest, "title": row.title} for row in rows])
    else:
        sys.stdout.write(proposing.page(rows))
    return 0


def _proposals_arguments(verb: ArgumentParser) -> None:
    verb.add_argument("node", type=Path, help="a node's folder")
    verb.add_argument("pack", nargs="?", help="the draft (default: the agreement of the node)")


def _proposals(given: Namespace, book: FormBook) -> int:
    """Show how each row of a draft stands, by the last word of each party in a node's record."""
    node = Node.open(given.node, to_read=True)
    try:
        draft = _load(given.pack, book) if given.pack else node.agreement
        if not node.agreement.policy.attributed:
            return _tallies(_at_table(node, draft), as_json=given.json)
        found, adopted = proposing.standpoints(draft, node.account()), proposing.adopted_by(draft, node.account())
        force = proposing.in_force(draft, node.account())
    finally:
        node.close()
    if given.json:
        print_json({
            "adopted_by": list(adopted),
            "in_force": force,
            "rows": [
                {"row": one.row.id, "hash": one.row.digest, "by": dict(one.by), "stands": one.stands} for one in found
            ],
        })  # fmt: skip
        return 0
    for one in found:
        by = ", ".join(f"{party} {one.by.get(party, 'silent')}" for party in draft.parties)
        sys.stdout.write(f"  {one.row.id:<28}{one.stands or 'not all have said':<20}{by}\n")
    sys.stdout.write(f"  adopted by its hash: {', '.join(adopted) or 'nobody'}; in force: {'yes' if force else 'no'}\n")
    return 0


def _at_table(node: Node, draft: Agreement) -> tuple[promoting.Tally, ...]:
    return promoting.tallies(draft, node.account(), [person.key_id for person in _persons(node)])


def _persons(node: Node) -> tuple[Key, ...]:
    roster = node.record.roster
    return promoting.seated(key for party in roster.speakers() for key in roster.card(party).keys)


def _tallies(found: Sequence[promoting.Tally], *, as_json: bool) -> int:
    if as_json:
        print_json([
            {"row": one.row.id, "hash": one.row.digest, "counts": dict(one.counts), "silent": one.silent}
            | {"stands": one.stands}
            for one in found
        ])  # fmt: skip
    else:
        sys.stdout.write(promoting.page(found))
    return 0


def _promote_arguments(verb: ArgumentParser) -> None:
    verb.add_argument("table", type=Path, help="the folder of the table's node, of track 2 or 1.5")
    verb.add_argument("draft", type=Path, help="the draft that its rows are of, a pack of track 2 or 1.5")
    verb.add_argument("--out", type=Path, required=True, metavar="FILE", help="the proposal, a pack that names nobody")


def _promote(given: Namespace, book: FormBook) -> int:
    """Lift what all persons at a table agreed to into a pack for governments; nothing is in force by that."""
    text = _read(given.draft)
    node = Node.open(given.table, to_read=True)
    try:
        if node.agreement.head.binds:
            raise NotAllowed(f"'{node.agreement.id}' is no table: what is agreed there is adopted and not promoted")
        draft = agreements.parse(text, given.draft.name, book)
        found = _at_table(node, draft)
        heads = {log: (node.record.size(log), node.record.root(log)) for log in node.record.logs()}
        persons = _persons(node)
    finally:
        node.close()
    agreed = {one.row.id for one in found if one.stands == promoting.STEPS[-1]}
    source = promoting.source_hash(draft, heads)
    lifted, proposal = promoting.lift(text, given.draft.name, book, agreed, source)
    promoting.require_nameless(lifted, persons)
    with given.out.open("x", encoding="utf-8") as file:
        file.write(lifted)
    left = [one.row.id for one in found if one.row.id not in agreed]
    if given.json:
        print_json({"hash": proposal.hash.hex(), "source": source, "agreed": sorted(agreed), "left_out": left})
        return 0
    sys.stdout.write(f"{len(agreed)} rows lifted into {given.out}; left out: {', '.join(left) or 'none'}\n")
    sys.stdout.write(f"  source {source}\n  hash   {proposal.hash.hex()}\n")
    sys.stdout.write("  It is in force only when each party's own node has said this hash with 'agreement-adopted'.\n")
    return 0


def _words_arguments(verb: ArgumentParser) -> None:
    _pack(verb)
    verb.add_argument("text", help="the words of a safety message")
    verb.add_argument("--lang", choices=LANGUAGES, default="en", help="in which language they are")


def _words(given: Namespace, book: FormBook) -> int:
    marked = sovereignty.marks(given.text, given.lang, _load(given.pack, book))
    if given.json:
        print_json([{"at": mark.start, "word": mark.word, "offer": spoken(mark.offer, given.lang)} for mark in marked])
    else:
        lines = "".join(f"{mark.start}: {spoken(mark.sentence, given.lang)}\n" for mark in marked)
        sys.stdout.write(lines or "nothing is marked\n")
    return 0


def _load(name: str, book: FormBook) -> Agreement:
    return agreements.load(pack(name), book)


VERBS: Mapping[str, tuple[Callable[[Namespace, FormBook], int], str, Callable[[ArgumentParser], None]]] = {
    "check": (_check, "every fault of a pack with its line", _check_arguments),
    "explain": (_explain, "the whole pack as prose in one language", _explain_arguments),
    "diff": (_diff, "what differs between two versions", _diff_arguments),
    "coverage": (_coverage, "which clauses stories show kept and missed", _coverage_arguments),
    "words": (_words, "words of sovereignty in a safety message; nothing is changed", _words_arguments),
    "proposals": (_proposals, "how each row of a draft stands, by a node's record", _proposals_arguments),
    "promote": (_promote, "lift what a table of persons agreed on into a proposal without a name", _promote_arguments),
    "propose": (_propose, "the rows of a draft, each to be agreed on by its hash", _pack),
}
