"""The command `signal`: a signal's words in three languages, its state of review, and how to say it by voice."""

import sys
from collections.abc import Mapping, Sequence

from searoom.commands.arguments import pairs, parser, print_json
from searoom.signals import codebook, render
from searoom.signals.codebook import Signal
from searoom.signals.tables import LANGUAGES


def signal(argv: Sequence[str]) -> int:
    """Print what a signal means, whether it is offered, and its voice script where names and values are given."""
    command = parser(
        "signal",
        "What a signal means in English, Japanese and Chinese, and how to say it by voice.",
        [
            "searoom signal EV1",
            "searoom signal V-N1 --to 'CORAL 34' --from 'AMBER 21'",
            "searoom signal V-N8 --to 'AMBER 21' --from 'CORAL 34' --set speed=10",
            "searoom signal --situation overtaking",
            "searoom signal",
        ],
    )
    command.add_argument("code", nargs="?", help="such as EV1 or V-Q1; without one: all that is offered")
    command.add_argument("--to", metavar="UNIT", help="whom the script calls")
    command.add_argument("--from", dest="sender", metavar="UNIT", help="who calls")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the script (at sea: English)")
    command.add_argument("--situation", help="list what is offered in a situation instead")
    command.add_argument("--intention", help="with --situation: what the officer has decided, e.g. keep-course")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    book = codebook.load()
    if given.situation:
        rows = book.for_situation(given.situation, intention=given.intention)
        return _list(rows, as_json=given.json)
    if not given.code:
        return _list(book.offered(), as_json=given.json)
    row = book.row(given.code)
    script: tuple[str, ...] = ()
    if given.to or given.sender or given.set:
        if not (given.to and given.sender):
            command.error("a voice script needs --to and --from")
        script = render.voice_script(row, pairs(given.set), to=given.to, sender=given.sender, lang=given.lang).lines
    if given.json:
        print_json({**_facts(row), "script": list(script)})
        return 0
    sys.stdout.write("\n".join(_lines(row, script)) + "\n")
    return 0


def _facts(row: Signal) -> dict[str, object]:
    return {
        "code": row.code,
        "book": row.book,
        "version": row.version,
        "marker": row.marker,
        "meaning": dict(row.meaning),
        "parameters": [parameter.name for parameter in row.parameters],
        "state": row.state,
        "review": dict(row.review),
        "source": row.source,
        "offered": row.offered,
        "why_not": dict(row.why_not),
        "intention": row.intention,
    }


def _lines(row: Signal, script: Sequence[str]) -> list[str]:
    marker = f"  {row.marker}" if row.marker else ""
    lines = [f"{row.code}  ({row.book}, version {row.version}){marker}"]
    lines += [f"  {lang}  {row.meaning[lang]}   [{_review(row.review, lang)}]" for lang in LANGUAGES]
    lines += [f"  needs {parameter.name}: {parameter.label['en']}" for parameter in row.parameters]
    if row.intention:
        lines.append(f"  announces our own intention ({row.intention}): offered once the officer has entered it")
    if not row.offered:
        lines += ["  NEVER OFFERED:"] + [f"  {lang}  {row.why_not[lang]}" for lang in LANGUAGES]
    lines.append(f"  source: {row.source} ({row.state})")
    if script:
        lines += ["", "  by voice:"] + [f"    {line}" for line in script]
    return lines


def _review(review: Mapping[str, str], lang: str) -> str:
    return review[lang]


def _list(rows: Sequence[Signal], *, as_json: bool) -> int:
    if as_json:
        print_json([_facts(row) for row in rows])
    else:
        for row in rows:
            sys.stdout.write(f"{row.code:<8}{row.marker:<12}{row.meaning['en']}\n")
            for lang in LANGUAGES[1:]:
                sys.stdout.write(f"{'':<20}{row.meaning[lang]}\n")
    return 0 if rows else 1
