"""The command `hadr`: a public alert read from its CAP 1.2 file, and laid as a draft before those who release it."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from searoom import clock, officer
from searoom.commands.arguments import parser, print_json
from searoom.commands.people import confirmed, tell
from searoom.errors import Finding, NotAllowed
from searoom.keys.unlocking import asker
from searoom.signals import capalert, capdraft, forms, schema
from searoom.signals.capxml import MAX_BYTES
from searoom.signals.forms import Filled, FormBook
from searoom.signals.tables import LANGUAGES

EXAMPLES: Final = [
    "searoom hadr read alert.xml --lang ja",
    "searoom hadr read alert.xml --node amber --key amber-1.key",
]


def hadr(argv: Sequence[str]) -> int:
    """Read an alert, say what is to be known before it is passed on, and make a draft of it where a node is named."""
    command = parser("hadr", "Public alerts in the Common Alerting Protocol, read and passed on.", EXAMPLES)
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    summary = "an alert's words, times, areas and what is to be known of it; 1 where it warns of nothing now"
    _arguments(verbs.add_parser("read", help=summary, description=summary, allow_abbrev=False))
    return _read(command.parse_args(argv), forms.load())


def _arguments(verb: ArgumentParser) -> None:
    verb.add_argument("file", type=Path, help="a CAP 1.2 alert (XML); nothing that it points at is fetched")
    verb.add_argument("--lang", choices=LANGUAGES, default="en", help="language of labels and of what was left out")
    verb.add_argument("--at", metavar="TIME", help="as it stands at this time (default: now)")
    verb.add_argument("--node", type=Path, help="make a draft of it at this node; another person releases it")
    verb.add_argument("--key", type=Path, help="with --node: your key")
    verb.add_argument("--yes", action="store_true", help="do not ask before signing")
    verb.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    verb.add_argument("--json", action="store_true", help="for a program")


def _read(given: Namespace, book: FormBook) -> int:
    if (given.node is None) != (given.key is None):
        raise NotAllowed("a draft needs --node and --key")
    with given.file.open("rb") as file:
        alert = capalert.read(file.read(MAX_BYTES + 1))
    table = officer.sit_down(given.node) if given.node else None
    now_us = clock.from_text(given.at) if given.at else table.now_us if table else clock.machine_now()
    filled = capdraft.draft(alert, given.lang, book)
    found = capalert.findings(alert, now_us, exercise=table.exercise if table else None)
    weak = forms.check(filled, book)
    if not (given.json and given.node):
        _show(filled, book, (*found, *weak), given)
    if given.node is None:
        return 0 if capalert.stands(alert, now_us) else 1
    if not confirmed("Sign this and lay it before another person?", given):
        sys.stdout.write("not signed; nothing was kept\n")
        return 1
    return tell(
        officer.say(given.node, given.key, filled, book, passphrase=asker(given.passphrase_file)), as_json=given.json
    )


def _show(filled: Filled, book: FormBook, found: Sequence[Finding], given: Namespace) -> None:
    if given.json:
        print_json({"form": _json(filled, book), "findings": [_facts(one) for one in found]})
        return
    for line in forms.read_out(filled, book, given.lang):
        sys.stdout.write(f"{line}\n")
    for one in found:
        sys.stdout.write(f"advice: {one.where}: {one.sentence}\n")


def _json(filled: Filled, book: FormBook) -> object:
    """Return the form as JSON, or what stands in it where it lacks what it needs."""
    try:
        return schema.to_json(filled, book)
    except NotAllowed:
        return None


def _facts(one: Finding) -> Mapping[str, str]:
    return {"where": one.where, "sentence": str(one.sentence)}
