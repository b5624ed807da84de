"""The command `due`: what is owed, by whom and until when, from an agreement alone or from a node's record."""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from searoom import account, clock
from searoom.commands.arguments import pack, parser, print_json
from searoom.desk.asking import POINTER, ask
from searoom.node.node import Node
from searoom.obligations import agreement as agreements
from searoom.obligations import feed, standing
from searoom.signals.tables import LANGUAGES

NO_RECORD = "no record"
NOTHING_SAID = {
    "en": "No record was named, so nothing here says that a duty was not done: these are the dates of the agreement.",
    "ja": "記録の指定がないため、履行の有無は示しません。以下は取決め上の期日です。",
    "zh": "未指定记录，故不能说明任何事项是否履行。以下为协议规定的日期。",
}
Duty = Mapping[str, object]


def due(argv: Sequence[str]) -> int:
    """Print what is still to be done under an agreement, by whom and until when."""
    command = parser(
        "due",
        "What is owed, by whom, until when, and what silence means. Without a node: the dates of the agreement alone.",
        [
            "searoom due --agreement macm",
            "searoom due --agreement macm --at 2026-01-01T00:00:00Z --lang ja",
            "searoom due demo-out/amber/node --json",
            "searoom due --agreement macm --ics > due.ics",
        ],
    )
    command.add_argument("node", type=Path, nargs="?", help="a node's folder, running or not")
    command.add_argument("--agreement", default="macm", help="a packaged agreement or the path of a pack")
    command.add_argument("--at", metavar="TIME", help="as of this time (default: the node's, or the machine's)")
    command.add_argument("--all", action="store_true", help="also what has been met")
    command.add_argument("--lang", choices=LANGUAGES, default="en")
    command.add_argument("--json", action="store_true")
    command.add_argument("--ics", action="store_true", help="as a calendar with alarms (never of an exercise)")
    given = command.parse_args(argv)
    if given.ics:
        sys.stdout.write(_calendar(given))
        return 0
    duties = _of_agreement(given) if given.node is None else _of_node(given)
    if given.json:
        print_json(duties)
        return 0
    if given.node is None:
        sys.stdout.write(NOTHING_SAID[given.lang] + "\n")
    for duty in duties:
        until = str(duty["due"] or "no deadline")
        owed_by = ", ".join(cast("list[str]", duty["owed_by"]))
        sys.stdout.write(f"  {duty['state']:<10}{until:<22}{owed_by}\n      {duty['sentence']}\n")
    if not duties:
        sys.stdout.write("  nothing\n")
    return 0


def _calendar(given: Namespace) -> str:
    """Return the calendar of an agreement, or of a node's record as it is on disk."""
    if given.node is None:
        agreement = agreements.load(pack(given.agreement))
        now_us = clock.from_text(given.at) if given.at else clock.machine_now()
        duties = standing.due(agreement, account.arrange(agreement.parties, (), {}), now_us)
        return feed.calendar(agreement, duties, given.lang, now_us)
    node = Node.open(given.node, to_read=True)
    try:
        now_us = clock.from_text(given.at) if given.at else node.now()
        return feed.calendar(node.agreement, node.duties(now_us=now_us), given.lang, now_us)
    finally:
        node.close()


def _of_agreement(given: Namespace) -> list[Duty]:
    """Return the dates of an agreement: with no record, silence is no evidence of anything."""
    agreement = agreements.load(pack(given.agreement))
    now_us = clock.from_text(given.at) if given.at else clock.machine_now()
    what = standing.standing if given.all else standing.due
    duties = what(agreement, account.arrange(agreement.parties, (), {}), now_us)
    return [
        {**standing.facts(duty, given.lang), "state": NO_RECORD if duty.state == "missed" else duty.state}
        for duty in duties
    ]


def _of_node(given: Namespace) -> list[Duty]:
    if (given.node / POINTER).exists() and not given.at:
        reply = ask(given.node, {"do": "due", "lang": given.lang, "all": given.all})
        return cast("list[Duty]", reply["duties"])
    node = Node.open(given.node, to_read=True)
    try:
        now_us = clock.from_text(given.at) if given.at else None
        return [standing.facts(duty, given.lang) for duty in node.duties(everything=given.all, now_us=now_us)]
    finally:
        node.close()
