"""The command `signal`: a signal's words in three languages, how to send it by every means, and what was heard."""

import sys
import wave
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from searoom import lazily
from searoom.commands.arguments import pairs, parser, print_json
from searoom.signals import aistext, hoist, lamp, readback, render, situations
from searoom.signals.codebook import BOOKS, Codebook, load
from searoom.signals.readback import Candidate
from searoom.signals.rows import Signal
from searoom.signals.tables import LANGUAGES

_own: Any = lazily.module("searoom.node.books")  # it loads what checks signatures, which only --node needs

_EXAMPLES = [
    "searoom signal EV1",
    "searoom signal --find 'turn starboard'",
    "searoom signal --keys a",
    "searoom signal V-N8 --to 'AMBER 21' --from 'CORAL 34' --set speed=10 --intention slow-down --working 06",
    "searoom signal OJ --set bearing=310 --set distance=1.5 --flags hoist.svg",
    "searoom signal RT1 --light --wav rt1.wav",
    "searoom signal RT1 --ais 412000001",
    "searoom signal --heard 'what manoeuvres do you intend'",
    "searoom signal --hoist 'code romeo tango pennant 1'",
]


def signal(argv: Sequence[str]) -> int:
    """Print what a signal means, whether it is offered, and how it is sent by voice, flags, light, sound or AIS."""
    command = parser("signal", "What a signal means in English, Japanese and Chinese, and how to send it.", _EXAMPLES)
    _look_arguments(command)
    _send_arguments(command)
    given = command.parse_args(argv)
    books = given.books.split(",") if given.books else BOOKS
    book = _own.in_force(given.node, books) if given.node else load(books)
    if given.keys:
        return _keys(book, given)
    if given.heard or given.hoist:
        found = readback.recognise(given.heard, book) if given.heard else hoist.read(given.hoist, book)
        return _heard(found, as_json=given.json)
    if given.find:
        return _list(book.search(given.find), as_json=given.json)
    if given.situation:
        return _list(book.for_situation(given.situation, intention=given.intention), as_json=given.json)
    if not given.code:
        return _list(book.offered(), as_json=given.json)
    row = book.row(given.code)
    if (given.to is None) != (given.sender is None):
        command.error("a voice script needs --to and --from")
    values = pairs(given.set)
    if values and not (given.to or given.flags or given.light or given.wav or given.ais):
        command.error("values belong to a way of sending: --to and --from, --flags, --light, --wav or --ais")
    sent = _sent(row, values, given)
    if given.json:
        print_json({**_facts(row), **sent})
        return 0
    lines = _lines(row)
    for means, said in sent.items():
        lines += ["", f"  {_MEANS[means]}:"] + [f"    {line}" for line in said]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


_MEANS = {
    "script": "by voice",
    "flags": "by flags, from the top",
    "light": "by light",
    "sound": "by sound",
    "wav": "to hear",
    "ais": "for the AIS transponder",
}


def _look_arguments(command: ArgumentParser) -> None:
    command.add_argument("code", nargs="?", help="such as EV1 or V-Q1; without one: all that is offered")
    command.add_argument("--find", metavar="WORDS", help="rows with these words, in any language, kana or pinyin")
    command.add_argument("--keys", metavar="KEYS", help="a situation's key, then a row's key: a, then a1")
    command.add_argument("--situation", help="list what is offered in a situation instead")
    command.add_argument("--intention", help="what you have decided, e.g. keep-course: needed to announce it")
    command.add_argument("--heard", metavar="WORDS", help="what was heard or read on the AIS: which signal may it be")
    command.add_argument("--hoist", metavar="FLAGS", help="the flags that were seen, from the top")
    command.add_argument("--books", metavar="A,B", help=f"the books in force (default: {','.join(BOOKS)})")
    command.add_argument("--node", type=Path, help="use this node's own books and its officers' reviews")
    command.add_argument("--json", action="store_true")


def _send_arguments(command: ArgumentParser) -> None:
    command.add_argument("--to", metavar="UNIT", help="whom the script calls")
    command.add_argument("--from", dest="sender", metavar="UNIT", help="who calls")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the script (at sea: English)")
    command.add_argument(
        "--guard", choices=render.GUARDS, default=render.CALLING_CHANNEL, help="where the call is made"
    )
    command.add_argument("--working", default="", metavar="CHANNEL", help="shift to this channel or MHz after the call")
    command.add_argument("--bad-line", action="store_true", help="speak figures in the Code's own words")
    command.add_argument("--exercise", action="store_true", help="it is an exercise: voice and AIS say so")
    command.add_argument("--flags", type=Path, metavar="FILE.svg", help="draw the hoist")
    command.add_argument("--light", action="store_true", help="show it in Morse for a signal lamp")
    command.add_argument("--wav", type=Path, metavar="FILE.wav", help="the light or sound pattern, to be heard")
    command.add_argument("--ais", metavar="MMSI|all", help="sentences for the transponder: to one ship, or to all")


def _sent(row: Signal, values: dict[str, str], given: Namespace) -> dict[str, list[str]]:
    if given.to or given.flags or given.light or given.wav or given.ais:
        render.check_decided(row, given.intention or "")
    sent: dict[str, list[str]] = {}
    if given.to:
        sent["script"] = list(
            render.voice_script(
                row, values, to=given.to, sender=given.sender, lang=given.lang, guard=given.guard,
                working=given.working, bad_line=given.bad_line, exercise=given.exercise,
            ).lines
        )  # fmt: skip
    if given.flags:
        groups = hoist.groups(row, values)
        flown = hoist.flags(groups)
        given.flags.write_text(hoist.draw(flown), encoding="utf-8")
        sent["flags"] = [" + ".join(flag.name for flag in group) for group in flown] + [str(given.flags)]
    if given.light or given.wav or row.sound:
        sent |= _beaten(row, values, given)
    if given.ais:
        mmsi = "" if given.ais == "all" else given.ais
        message = aistext.ADDRESSED if mmsi else aistext.BROADCAST
        text = aistext.text_of(row, values, message=message, exercise=given.exercise)
        sent["ais"] = [text, *aistext.to_transponder(text, mmsi=mmsi)]
    return sent


def _beaten(row: Signal, values: dict[str, str], given: Namespace) -> dict[str, list[str]]:
    if row.sound and not row.offered:
        return {}
    beats = lamp.sounding(row) if row.sound else lamp.flashing(row, values)
    again = [f"again within {row.every_s} s"] if row.every_s else []
    said = {"sound" if row.sound else "light": [lamp.seen(beats), f"{lamp.lasts_ms(beats) / 1000:g} s", *again]}
    if given.wav:
        with wave.open(str(given.wav), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(lamp.RATE_HZ)
            file.writeframes(lamp.samples(beats))
        said["wav"] = [str(given.wav)]
    return said


def _keys(book: Codebook, given: Namespace) -> int:
    if len(given.keys) > 1:
        row, intention = situations.press(book, given.keys)
        if intention:
            sys.stdout.write(f"decided: {situations.intention_words(intention)[given.lang]}\n")
        return _list((row,), as_json=given.json)
    chosen = situations.situation(given.keys)
    sys.stdout.write(f"{chosen.key}  {chosen.words[given.lang]}\n")
    for choice in situations.choices(book, given.keys):
        decide = "(decide) " if choice.intention else ""
        sys.stdout.write(f"  {choice.key}  {choice.code:<8}{decide}{choice.words[given.lang]}\n")
    return 0


def _heard(found: Sequence[Candidate], *, as_json: bool) -> int:
    if as_json:
        print_json([
            {"code": c.signal.code, "certain": c.certain, "words": dict(c.words), "values": dict(c.params)}
            | {"why": c.why}
            for c in found
        ])  # fmt: skip
        return 0 if found else 1
    for candidate in found:
        sys.stdout.write(f"{'IS' if candidate.certain else 'may be'} {candidate.signal.code}: {candidate.why}\n")
        for lang in LANGUAGES:
            sys.stdout.write(f"  {lang}  {candidate.words[lang]}   [{_review(candidate.signal, lang)}]\n")
    if not found:
        sys.stdout.write("no signal of the books in force is like this\n")
    return 0 if found else 1


def _facts(row: Signal) -> dict[str, object]:
    return {
        "code": row.code,
        "book": row.book,
        "version": row.version,
        "marker": row.marker,
        "meaning": dict(row.meaning),
        "reading": dict(row.reading),
        "parameters": [parameter.name for parameter in row.parameters],
        "state": row.state,
        "review": dict(row.review),
        "reviewers": dict(row.reviewers),
        "source": row.source,
        "offered": row.offered,
        "why_not": dict(row.why_not),
        "intention": row.intention,
    }


def _lines(row: Signal) -> list[str]:
    marker = f"  {row.marker}" if row.marker else ""
    lines = [f"{row.code}  ({row.book}, version {row.version}){marker}"]
    lines += [f"  {lang}  {row.meaning[lang]}   [{_review(row, lang)}]" for lang in LANGUAGES]
    lines += [f"  {lang}  read: {reading}" for lang, reading in row.reading.items()]
    lines += [f"  needs {parameter.name}: {parameter.label['en']}" for parameter in row.parameters]
    if row.phrase:
        lines.append(f"  spoken: {row.phrase} ({row.pronounced}), twice")
    if row.intention:
        lines.append(f"  announces our own intention ({row.intention}): offered once the officer has entered it")
    if not row.offered:
        lines += ["  NEVER OFFERED:"] + [f"  {lang}  {row.why_not[lang]}" for lang in LANGUAGES]
    lines.append(f"  source: {row.source} ({row.state})")
    return lines


def _review(row: Signal, lang: str) -> str:
    return f"{row.review[lang]} by {row.reviewers[lang]}" if lang in row.reviewers else row.review[lang]


def _list(rows: Sequence[Signal], *, as_json: bool) -> int:
    if as_json:
        print_json([_facts(row) for row in rows])
        return 0 if rows else 1
    for row in rows:
        never = "" if row.offered else "NEVER OFFERED: "
        sys.stdout.write(f"{row.code:<8}{row.marker:<12}{never}{row.meaning['en']}\n")
        for lang in LANGUAGES[1:]:
            sys.stdout.write(f"{'':<20}{row.meaning[lang]}\n")
    return 0 if rows else 1
