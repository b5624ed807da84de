"""Commands of a bridge: log a call as sent with its voice script, log what was heard, log a reading."""

import sys
from collections.abc import Sequence
from pathlib import Path

from searoom import clock, officer
from searoom.commands.answers import found_in, told
from searoom.commands.arguments import pairs, parser, reference
from searoom.commands.people import confirmed, tell
from searoom.errors import NotAllowed
from searoom.node.books import in_force
from searoom.signals import forms, readback, render

SPOKEN = "en"
"""Voice between ships is English unless the parties agree otherwise (CUES 3, as published)."""


def call(argv: Sequence[str]) -> int:
    """Put a signal into words for the officer to speak, and log it as sent."""
    command = parser(
        "call",
        "Put what you have decided to say into the codebook's words, print the voice script, and log it as sent.",
        [
            "searoom call amber --key amber-1.key --to 'CORAL 34' --code V-Q1",
            "searoom call coral --key coral-1.key --to 'AMBER 21' --code V-N5 --intention overtake",
        ],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--to", required=True, metavar="UNIT")
    command.add_argument("--code", required=True)
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    command.add_argument("--intention", default="", help="what you have decided to do: needed to announce it")
    command.add_argument("--means", default="vhf-16", help="vhf-16 (default), vhf, hf, flags, light, sound ...")
    command.add_argument("--at", metavar="TIME", help="when it was said (default: now)")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    table = _aboard(given.node)
    row = in_force(given.node, table.books).row(given.code)
    render.check_decided(row, given.intention)
    values = pairs(given.set)
    script = render.voice_script(
        row, values, to=given.to, sender=table.unit, lang=SPOKEN, exercise=table.exercise
    )  # fmt: skip
    fields = {
        "unit_from": table.unit,
        "unit_to": given.to,
        "code": row.code,
        "words": script.words,
        "script": script.text,
        "lang": SPOKEN,
        "means": given.means,
        "at": given.at or clock.to_text(table.now_us),
    }
    if values:
        fields["parameters"] = ", ".join(f"{name}={value}" for name, value in values.items())
    book = forms.load()
    placed = officer.say(given.node, given.key, forms.from_text(book, "contact-sent", fields, lang=SPOKEN), book)
    if not given.json:  # what was refused is not there to be spoken
        sys.stdout.write("\n".join(script.lines) + "\n")
    return tell(placed, as_json=given.json)


def _aboard(node: Path) -> officer.Table:
    """Return what the node tells an officer of its unit; raise `NotAllowed` where it serves none."""
    table = officer.sit_down(node)
    if not table.unit:
        raise NotAllowed("this node serves no unit", advice='Write `unit = "..."` into its node.toml.')
    return table


def heard(argv: Sequence[str]) -> int:
    """Log what was heard, in the words that were heard."""
    command = parser(
        "heard",
        "Log what you heard, word for word; what the codebook makes of it is shown, and never put in its place.",
        ["searoom heard coral --key coral-1.key --from 'AMBER 21' --words 'What are your intentions' --quality clear"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--from", dest="sender", required=True, metavar="UNIT")
    command.add_argument("--words", required=True)
    command.add_argument("--quality", choices=("clear", "weak", "garbled"), default="clear")
    command.add_argument("--at", metavar="TIME", help="when it was heard (default: now)")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    table = _aboard(given.node)
    candidates = readback.recognise(given.words, in_force(given.node, table.books))
    fields = {
        "unit_from": given.sender,
        "unit_to": table.unit,
        "words": given.words,
        "at": given.at or clock.to_text(table.now_us),
        "quality": given.quality,
    }
    if candidates:
        fields["candidates"] = ", ".join(dict.fromkeys(candidate.signal.code for candidate in candidates))
    if not given.json:
        for candidate in candidates:
            sure = "is" if candidate.certain else "may be"
            sys.stdout.write(f"  {sure} {candidate.signal.code}: {candidate.words[SPOKEN]} ({candidate.why})\n")
    book = forms.load()
    filled = forms.from_text(book, "contact-heard", fields, lang=SPOKEN)
    return tell(officer.say(given.node, given.key, filled, book), as_json=given.json)


def read(argv: Sequence[str]) -> int:
    """Sign that a person has read an entry."""
    command = parser(
        "read",
        "Show an entry and sign that you have read it. It is neither agreement nor an answer.",
        ["searoom read coral amber/7 --key coral-1.key"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("entry", metavar="PARTY/INDEX")
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--lang", choices=("en", "ja", "zh"), default="en", help="language of the labels")
    command.add_argument("--post", default="", help="the role in which you read, such as 'duty officer'")
    command.add_argument("--yes", action="store_true", help="do not ask before signing")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    ref, book = reference(given.entry), forms.load()
    said = officer.message(given.node, ref, book)
    if not given.json:
        found = list(found_in(said, book))
        advice = told(found, book.form(said.form), given.lang) if found else ()
        for line in (*forms.read_out(said, book, given.lang), *advice):
            sys.stdout.write(f"  {line}\n")
    if not confirmed("Sign that you have read this?", given):
        sys.stdout.write("not signed\n")
        return 1
    post = {"post": given.post} if given.post else {}
    filled = forms.from_text(book, "read", post, channel=said.channel, lang=given.lang, reply_to=ref)
    return tell(officer.say(given.node, given.key, filled, book), as_json=given.json)
