"""Commands beside the line: a page to send, what was handed over, what was heard otherwise, words off the record."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from searoom import clock, officer
from searoom.commands.arguments import pairs, parser, print_json, reference
from searoom.commands.people import tell
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.keys.unlocking import asker
from searoom.matters import slip
from searoom.signals import forms
from searoom.statements.items import ref_text
from searoom.statements.offrecord import PROVES_NOTHING

MEDIA = ("telephone", "fax", "paper", "voice-radio", "in-person", "press")
LANGUAGES = ("en", "ja", "zh")


def page(argv: Sequence[str]) -> int:
    """Print a message of ours as one page with its check code."""
    command = parser(
        "slip",
        "A message of ours as one page to fax, hand over or read aloud, with a check code to be read back.",
        ["searoom slip amber amber/3", "searoom slip amber amber/3 --lang ja --html page.html"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("entry", metavar="PARTY/INDEX")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the labels")
    command.add_argument("--html", type=Path, metavar="FILE", help="write the page for printing, too")
    given = command.parse_args(argv)
    log, index = reference(given.entry)
    reply = ask(given.node, {"do": "slip", "log": log, "index": index, "lang": given.lang})
    sys.stdout.write(str(reply["text"]))
    if given.html is not None:
        given.html.write_text(str(reply["html"]), encoding="utf-8")
        sys.stdout.write(f"wrote {given.html}\n")
    return 0


def check(argv: Sequence[str]) -> int:
    """Compare a page that was retyped with the check code that came with it; 1 where they do not fit."""
    command = parser(
        "checkslip",
        "Does a page fit its check code? For one that came by fax, or a code that was read back. Needs no node.",
        ["searoom checkslip page.txt 'H7QE 2MXK 9RTA BC4V'"],
    )
    command.add_argument("page", type=Path, help="the text, with or without what stands outside its two rules")
    command.add_argument("code")
    command.add_argument("--lang", choices=LANGUAGES, default="en")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    try:
        text = given.page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise NotAllowed(f"{given.page} cannot be read as text: {problem}") from None
    found = slip.check_slip(text, given.code)
    if given.json:
        print_json({"found": found})
    else:
        sys.stdout.write(slip.CHECK_WORDS[found][given.lang] + "\n")
    return 0 if found == slip.MATCHES else 1


def convey(argv: Sequence[str]) -> int:
    """Log that an entry of ours was handed over by other means, and what was read back."""
    command = parser(
        "convey",
        "Log that you handed an entry of ours over by other means. It is our own word, and says so for ever.",
        [
            "searoom convey amber amber/3 --key a1.key --to coral --medium fax --at 2026-06-03T02:20Z --readback code",
        ],
    )
    _signing(command)
    command.add_argument("entry", metavar="PARTY/INDEX")
    command.add_argument("--to", required=True, metavar="PARTY")
    command.add_argument("--medium", choices=MEDIA[:-1], required=True)
    command.add_argument("--at", required=True, metavar="TIME")
    command.add_argument("--readback", choices=("none", "code", "words", "differs"), required=True)
    command.add_argument("--taken-by", metavar="NAME", help="who took it there, as they said")
    given = command.parse_args(argv)
    typed = {"party": given.to, "medium": given.medium, "at": given.at, "readback": given.readback}
    if given.taken_by:
        typed["taken_by"] = given.taken_by
    book = forms.load()
    filled = forms.from_text(
        book, "conveyed", typed, channel=given.channel, lang=given.lang, reply_to=reference(given.entry)
    )
    placed = officer.say(given.node, given.key, filled, book, passphrase=asker(given.passphrase_file))
    return tell(placed, as_json=given.json)


def transcribe(argv: Sequence[str]) -> int:
    """Log what a counterpart is said to have said by other means."""
    given = _transcript_parser().parse_args(argv)
    if given.set and not given.form:
        raise NotAllowed("--set fills in a form; name it with --form")
    book, answers = forms.load(), reference(given.reply) if given.reply else None
    understood = None
    if given.form:
        understood = forms.from_text(book, given.form, pairs(given.set), lang=given.lang, reply_to=answers)
    optional = {name: getattr(given, name) for name in ("speaker", "source", "language", "code")}
    filled = officer.transcript(
        book,
        said_by=given.said_by,
        medium=given.medium,
        heard_by=given.heard_by,
        at_us=clock.from_text(given.at),
        words=given.words,
        understood=understood,
        more={name: value for name, value in optional.items() if value},
        lang=given.lang,
        channel=given.channel,
        reply_to=answers,
    )
    placed = officer.say(given.node, given.key, filled, book, passphrase=asker(given.passphrase_file))
    return tell(placed, as_json=given.json)


def _transcript_parser() -> ArgumentParser:
    how = "searoom transcribe amber --key a1.key --from coral --heard-by 'Lt Reed' --at 2026-06-03T02:20Z"
    command = parser(
        "transcribe",
        "Log what a counterpart is said to have said by telephone, fax, paper, radio or press: in the words that you "
        "heard (--words), as the form that you understood it to be (--form), or both. It stays your transcript.",
        [
            f"{how} --medium telephone --reply amber/3 --form hotline-contact --set phrase=we-are-here",
            f"{how} --medium press --source 'morning bulletin' --words 'They say that the exercise is over.'",
        ],
    )
    _signing(command)
    command.add_argument("--from", dest="said_by", required=True, metavar="PARTY")
    command.add_argument("--medium", choices=MEDIA, required=True)
    command.add_argument("--heard-by", required=True, metavar="NAME", help="who heard or received it")
    command.add_argument("--at", required=True, metavar="TIME")
    command.add_argument("--reply", metavar="PARTY/INDEX", help="the entry that it answers")
    command.add_argument("--words", default="")
    command.add_argument("--form", help="the form that you understood it to be")
    command.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    command.add_argument("--speaker", metavar="NAME", help="who spoke or signed there, as they said")
    command.add_argument("--source", help="number, frequency or publication")
    command.add_argument("--language", choices=(*LANGUAGES, "other"), help="in which it was heard")
    command.add_argument("--code", help="the check code that came with it")
    return command


def aside(argv: Sequence[str]) -> int:
    """Say something on an off-record channel, or print our copies of what was said there."""
    command = parser(
        "aside",
        "Say something on an open off-record channel, or print our own copies of what was said there. "
        "Nothing of it enters the shared record, and a copy proves nothing to a third party.",
        ["searoom aside amber amber/7 --say 'Off the record: we could live with noon.'", "searoom aside amber amber/7"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("channel", metavar="PARTY/INDEX", help="the entry that opened the channel")
    command.add_argument("--say", default="")
    command.add_argument("--lang", choices=LANGUAGES, default="en")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    channel = ref_text(reference(given.channel))
    if given.say:
        said = ask(given.node, {"do": "aside", "channel": channel, "text": given.say, "lang": given.lang})
        sys.stdout.write(f"said off the record on {channel}, number {said['number']}\n")
        return 0
    rows = cast("list[dict[str, object]]", ask(given.node, {"do": "asides", "channel": channel})["asides"])
    if given.json:
        print_json(rows)
        return 0
    for row in rows:
        sys.stdout.write(f"  {row['author']} {row['number']}: {row['text']}\n")
    sys.stdout.write(PROVES_NOTHING[given.lang] + "\n")
    return 0


def _signing(command: ArgumentParser) -> None:
    """Add what every command has that signs with a person's key."""
    command.add_argument("node", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="language in which you write")
    command.add_argument("--channel", default="", choices=("", "hotline", "unit-contact", "desk"))
    command.add_argument("--json", action="store_true")
