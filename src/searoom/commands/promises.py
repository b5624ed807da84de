"""The command `due`: what is owed, by whom and until when, from an agreement alone or from a node's record."""

import sys
from collections.abc import Sequence
from pathlib import Path

from searoom import account, clock
from searoom.commands.arguments import pack, parser, print_json
from searoom.node import Node
from searoom.obligations import agreement as agreements
from searoom.obligations import standing
from searoom.obligations.agreement import Agreement
from searoom.obligations.standing import Obligation

LANGUAGES = ("en", "ja", "zh")
NOTHING_SAID = {
    "en": " (as if nothing had been said: no record was named)",
    "ja": "（記録の指定がないため、何も通知されていないものとして表示）",
    "zh": "（未指定记录，按没有任何通报显示）",
}


def due(argv: Sequence[str]) -> int:
    """Print what is still to be done under an agreement, by whom and until when."""
    command = parser(
        "due",
        "What is owed, by whom, until when, and what silence means. Without a node: as if nothing had been said.",
        [
            "searoom due --agreement macm",
            "searoom due --agreement macm --at 2026-01-01T00:00:00Z --lang ja",
            "searoom due demo-out/amber/node --json",
        ],
    )
    command.add_argument("node", type=Path, nargs="?", help="a node's folder; the node must not be running")
    command.add_argument("--agreement", default="macm", help="a packaged agreement or the path of a pack")
    command.add_argument("--at", metavar="TIME", help="as of this time (default: the node's, or the machine's)")
    command.add_argument("--all", action="store_true", help="also what has been met")
    command.add_argument("--lang", choices=LANGUAGES, default="en")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    at_us = clock.from_text(given.at) if given.at else None
    agreement, duties, now_us = _duties(given.node, given.agreement, at_us, everything=given.all)
    if given.json:
        print_json([_facts(duty, given.lang) for duty in duties])
        return 0
    unsaid = NOTHING_SAID[given.lang] if given.node is None else ""
    sys.stdout.write(f"{agreement.title[given.lang]}: {clock.to_text(now_us)}{unsaid}\n")
    for duty in duties:
        until = "no deadline" if duty.due_us is None else clock.to_text(duty.due_us)
        sys.stdout.write(f"  {duty.state:<9}{until:<22}{', '.join(duty.owed_by)}\n      {duty.sentence[given.lang]}\n")
    if not duties:
        sys.stdout.write("  nothing\n")
    return 0


def _duties(
    folder: Path | None, name: str, at_us: int | None, *, everything: bool
) -> tuple[Agreement, tuple[Obligation, ...], int]:
    what = standing.standing if everything else standing.due
    if folder is None:
        agreement = agreements.load(pack(name))
        now_us = clock.machine_now() if at_us is None else at_us
        return agreement, what(agreement, account.arrange(agreement.parties, (), {}), now_us), now_us
    node = Node.open(folder)
    try:
        now_us = node.now() if at_us is None else at_us
        return node.agreement, what(node.agreement, node.account(), now_us), now_us
    finally:
        node.close()


def _facts(duty: Obligation, lang: str) -> dict[str, object]:
    return {
        "clause": duty.clause.id,
        "label": duty.label,
        "state": duty.state,
        "owed_by": list(duty.owed_by),
        "arose": clock.to_text(duty.arose_us),
        "due": None if duty.due_us is None else clock.to_text(duty.due_us),
        "host": duty.host,
        "silence": duty.silence,
        "met_by": None if duty.met_by is None else f"{duty.met_by[0]}/{duty.met_by[1]}",
        "sentence": duty.sentence[lang],
    }
