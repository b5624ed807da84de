"""Commands of a person with a key: say something, release a draft, release a measured range."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from searoom import clock, officer
from searoom.commands.arguments import pairs, parser, print_json, reference
from searoom.desk.asking import ask
from searoom.errors import Finding, NotAllowed
from searoom.keys.enrol import read_settings
from searoom.keys.unlocking import asker
from searoom.node import packs
from searoom.obligations import agreement as agreements
from searoom.obligations import sovereignty
from searoom.officer import Placed
from searoom.sentences import spoken
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.signals.quantities import stepped


def say(argv: Sequence[str]) -> int:
    """Say something with an officer's key."""
    command = parser(
        "say",
        "Fill in a form, sign it with your key and hand it to your node. What takes two persons becomes a draft.",
        [
            "searoom say amber --key amber-1.key --form contact-answer --reply coral/2 --set answer=understood",
            "searoom say amber --key amber-1.key --form hotline-message --lang ja --set text='…'",
            "searoom say amber --key amber-1.key --form hotline-message --to teal --set text='…'",
        ],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--form", required=True)
    command.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    command.add_argument(
        "--to", action="append", default=[], metavar="PARTY", help="for this one alone; can be repeated"
    )
    command.add_argument("--reply", metavar="PARTY/INDEX")
    command.add_argument("--lang", choices=("en", "ja", "zh"), default="en")
    command.add_argument("--channel", default="")
    command.add_argument("--precedence", choices=("flash", "immediate", "routine"), default="routine")
    command.add_argument("--until", metavar="TIME", help="after this time the words no longer hold")
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    book = forms.load()
    filled = forms.from_text(
        book,
        given.form,
        pairs(given.set),
        channel=given.channel,
        precedence=given.precedence,
        lang=given.lang,
        reply_to=reference(given.reply) if given.reply else None,
    )
    until = clock.from_text(given.until) if given.until else None
    for one in () if given.json else (*forms.advise(filled, book), *_marked(given.node, filled, book)):
        sys.stdout.write(f"advice: {one.where}: {spoken(one.sentence, given.lang)}\n")
    placed = officer.say(
        given.node, given.key, filled, book, until_us=until, passphrase=asker(given.passphrase_file), to=given.to
    )
    return tell(placed, as_json=given.json)


def _marked(node: Path, filled: Filled, book: FormBook) -> tuple[Finding, ...]:
    """Return the words that say whose waters it is, or order or judge, as the node's own agreement names places."""
    agreement = agreements.load(packs.pack(node, read_settings(node).agreement))
    return sovereignty.advise(filled, book.form(filled.form), agreement)


def release(argv: Sequence[str]) -> int:
    """Release another officer's draft."""
    command = parser(
        "release",
        "Show a draft that another person signed, sign it too, and place it in our log.",
        ["searoom release amber 12 --key amber/officers/amber-2.key"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("draft", type=int)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--yes", action="store_true", help="do not ask before signing")
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    book = forms.load()
    looked = officer.look(given.node, given.draft, book)
    if not given.json:
        statement = looked.released.statement
        kind = "EXERCISE" if statement.exercise else "REAL"
        sys.stdout.write(f"{kind}, {statement.mechanism}, to {', '.join(statement.recipients)}\n")
        for line in forms.read_out(looked.shown, book, looked.filled.lang):
            sys.stdout.write(f"  {line}\n")
        for one in forms.advise(looked.filled, book):
            sys.stdout.write(f"  advice: {one.where}: {spoken(one.sentence, looked.filled.lang)}\n")
        sys.stdout.write(f"  signed so far by {', '.join(signer.name for signer in looked.signers)}\n")
    if not confirmed("Sign and release this?", given):
        sys.stdout.write("not signed; the draft stays\n")
        return 1
    placed = officer.release(given.node, given.key, looked, passphrase=asker(given.passphrase_file))
    return tell(placed, as_json=given.json)


def nearest(argv: Sequence[str]) -> int:
    """Release the nearest range that our own sensors measured in a period."""
    command = parser(
        "range",
        "Release into a dossier the nearest range that our own unit's sensors measured, rounded as you choose.",
        [
            "searoom range amber --key amber-1.key --dossier amber/8 --from 2026-06-03T02:10Z --to 2026-06-03T02:20Z",
        ],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--dossier", required=True, metavar="PARTY/INDEX", help="the entry that opened it")
    command.add_argument("--from", dest="start", required=True, metavar="TIME")
    command.add_argument("--to", dest="end", required=True, metavar="TIME")
    command.add_argument("--round-m", type=int, default=1, help="round value and error to this many metres")
    command.add_argument("--lang", choices=("en", "ja", "zh"), default="en")
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    if given.round_m < 1:
        raise NotAllowed("--round-m must be at least 1 metre")
    found = ask(
        given.node,
        {"do": "nearest", "from_us": clock.from_text(given.start), "to_us": clock.from_text(given.end)},
    )
    rounded, error = stepped(int(str(found["value_mm"])), int(str(found["error_mm"])), given.round_m * 1000)
    book = forms.load()
    filled = officer.measured(
        book,
        dossier=reference(given.dossier),
        value_mm=rounded,
        error_mm=error,
        at_us=int(str(found["at_us"])),
        source=str(found["by"]),
        sensor=str(found["sensor"]),
        lang=given.lang,
    )
    placed = officer.say(given.node, given.key, filled, book, passphrase=asker(given.passphrase_file))
    return tell(placed, as_json=given.json)


def confirmed(question: str, given: Namespace) -> bool:
    """Ask a person at a terminal before signing; a program, and whoever said --yes, is not asked."""
    if given.yes or given.json or not sys.stdin.isatty():
        return True
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def tell(placed: Placed, *, as_json: bool) -> int:
    """Print what became of an officer's words; return the exit code."""
    if as_json:
        print_json({"author": placed.author, "index": placed.index, "draft": placed.draft})
    elif placed.draft is not None:
        sys.stdout.write(f"kept as draft {placed.draft}: another person releases it with `searoom release`\n")
    else:
        sys.stdout.write(f"placed as {placed.author}/{placed.index}\n")
    return 0
