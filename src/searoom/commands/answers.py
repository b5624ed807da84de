"""Commands that answer a message in layers: what the check finds at home, sufficient, a question, comply or not, words.

Each is an entry of its own under an officer's key. What the check finds leaves only as the question that an officer
asks.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from searoom import officer
from searoom.commands.arguments import parser, print_json, reference
from searoom.commands.people import confirmed, tell
from searoom.errors import Finding, NotAllowed
from searoom.keys.unlocking import asker
from searoom.sentences import spoken
from searoom.signals import forms
from searoom.signals.forms import Filled, Form, FormBook
from searoom.signals.kinds import FIELD_KINDS

FOUND_HEAD: Final[Mapping[str, str]] = {
    "en": "found by the check; advice for our side, and nothing of it has left:",
    "ja": "検査の結果（当方限りの参考。相手側には何も伝わっていません）：",
    "zh": "检查结果（仅供本方参考，没有任何内容发往对方）：",
}
NOTHING_FOUND: Final[Mapping[str, str]] = {
    "en": "the check finds nothing missing and nothing unlikely; whether it is sufficient, an officer says",
    "ja": "検査では不足も不自然な値も見つかりません。充足かどうかを述べるのは担当官です",
    "zh": "检查没有发现缺项或可疑之处；是否完备由军官说明",
}
UNLIKELY: Final[Mapping[str, str]] = {
    "en": "unlikely, not wrong",
    "ja": "不自然（誤りとは限らない）",
    "zh": "可疑，未必有误",
}
"""ja and zh are our own words and await review by native speakers."""
CHANNEL = "hotline"


def _asked(name: str, summary: str, examples: Sequence[str]) -> ArgumentParser:
    command = parser(name, summary, examples)
    command.add_argument("node", type=Path)
    command.add_argument("entry", metavar="PARTY/INDEX")
    command.add_argument(
        "--lang", choices=("en", "ja", "zh"), default="en", help="language of labels and of your words"
    )
    command.add_argument("--json", action="store_true")
    return command


def _signing(command: ArgumentParser) -> None:
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--post", default="", help="the role in which you say so, such as 'duty officer'")
    command.add_argument("--yes", action="store_true", help="do not ask before signing")
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")


def findings(argv: Sequence[str]) -> int:
    """Print what the check finds in an entry: advice at home."""
    given = _asked(
        "findings",
        "What the check finds in a message: missing, wrong or unlikely, each with its field and the rule that asks for "
        "it. Advice for our side: nothing of it leaves unless an officer asks with `searoom clarify`.",
        ["searoom findings amber coral/3", "searoom findings amber coral/3 --json"],
    ).parse_args(argv)
    book = forms.load()
    said = officer.message(given.node, reference(given.entry), book)
    found = list(found_in(said, book))
    if given.json:
        print_json([
            {"field": one.where, "sentence": one.sentence, "clause": one.clause, "weight": weight}
            for weight, one in found
        ])  # fmt: skip
        return 0
    for line in told(found, book.form(said.form), given.lang):
        sys.stdout.write(line + "\n")
    return 0


def found_in(said: Filled, book: FormBook) -> Iterator[tuple[str, Finding]]:
    """Yield what is found, as (needed or advice, finding); the sender's own check was the same one."""
    yield from (("needed", one) for one in forms.check(said, book))
    yield from (("advice", one) for one in forms.advise(said, book))


def told(found: Sequence[tuple[str, Finding]], form: Form, lang: str) -> Iterator[str]:
    """Yield findings as lines for an officer, behind a line that says whose they are; fields by name and label."""
    yield FOUND_HEAD[lang] if found else NOTHING_FOUND[lang]
    labels = {each.name: each.label[lang] for each in form.fields}
    called = {} if lang == "en" else labels  # in English a field goes by its name, as in JSON
    for weight, one in found:
        label = labels.get(one.where.partition(".")[0], "")
        yield (
            f"  {one.where}{f' ({label})' if label and lang != 'en' else ''}: {spoken(one.sentence, lang, called)}"
            + (f" [{one.clause}]" if one.clause else "")
            + (f" ({UNLIKELY[lang]})" if weight == "advice" else "")
        )


def clarify(argv: Sequence[str]) -> int:
    """Ask about named fields of a message."""
    command = _asked(
        "clarify",
        "Ask about fields of a message: clarification wanted. A question: it refuses nothing and accepts nothing. "
        "Without --field it asks about what the check finds.",
        ["searoom clarify amber coral/3 --key amber-1.key --field text --question 'Which area?'"],
    )
    _signing(command)
    command.add_argument("--field", action="append", default=[], help="a field, or field.part; may be given again")
    command.add_argument("--clause", default="", help="the clause that asks for it")
    command.add_argument("--question", default="", help="in your words")
    given = command.parse_args(argv)
    ref, book = reference(given.entry), forms.load()
    said = officer.message(given.node, ref, book)
    found = list(found_in(said, book))
    fields = list(dict.fromkeys(given.field or [one.where for _, one in found]))
    if not fields:
        raise NotAllowed("the check finds nothing to ask about", advice="Name the field with --field.")
    for name in fields:
        _known(book.form(said.form), name)
    typed = {"fields": ", ".join(fields), "clause": given.clause, "question": given.question}
    return _answer(given, ref, said, book, "clarification", typed, "Sign that you want this clarified?", found)


def _known(form: Form, name: str) -> None:
    """Refuse a field that the message cannot have."""
    field, _, part = name.partition(".")
    kind = FIELD_KINDS[form.field(field).kind]
    if part and part not in kind.parts:
        raise NotAllowed(f"the field '{field}' has no part '{part}'; it has: {', '.join(kind.parts) or 'none'}")


def sufficient(argv: Sequence[str]) -> int:
    """Say that nothing is missing in a message."""
    command = _asked(
        "sufficient",
        "Say that nothing is missing in a message which the agreement asks for. Nothing in it is accepted by this.",
        ["searoom sufficient amber coral/3 --key amber-1.key --post 'duty officer'"],
    )
    _signing(command)
    command.add_argument("--words", default="", help="in your words")
    given = command.parse_args(argv)
    ref, book = reference(given.entry), forms.load()
    said = officer.message(given.node, ref, book)
    typed = {"rules_version": str(book.form(said.form).rules_version), "words": given.words}
    question = "Sign that nothing is missing in this?"
    return _answer(given, ref, said, book, "sufficient", typed, question, list(found_in(said, book)))


def comply(argv: Sequence[str]) -> int:
    """Say what our side will do about a message, or that it cannot."""
    command = _asked(
        "comply",
        "Say that our side will comply with a message, or that it cannot. It does not show that anything was done.",
        ["searoom comply amber coral/3 will-comply --key amber-1.key"],
    )
    command.add_argument("answer", choices=("will-comply", "cannot-comply"))
    _signing(command)
    command.add_argument("--words", default="", help="in your words")
    given = command.parse_args(argv)
    ref, book = reference(given.entry), forms.load()
    said = officer.message(given.node, ref, book)
    typed = {"answer": given.answer, "words": given.words}
    return _answer(given, ref, said, book, "comply", typed, f"Sign '{given.answer}'?", [])


def answer(argv: Sequence[str]) -> int:
    """Answer a message in words."""
    command = _asked(
        "answer",
        "Answer a message in words, on the hotline. An answer means what its own words say, and no more.",
        ["searoom answer amber coral/3 --key amber-1.key --lang ja --text '了解。後刻回答します。'"],
    )
    _signing(command)
    command.add_argument("--text", required=True)
    given = command.parse_args(argv)
    ref, book = reference(given.entry), forms.load()
    said = officer.message(given.node, ref, book)
    return _answer(given, ref, said, book, "hotline-message", {"text": given.text}, "Sign this answer?", [])


def _answer(
    given: Namespace, ref: tuple[str, int], said: Filled, book: FormBook, name: str, typed: Mapping[str, str],
    question: str, found: Sequence[tuple[str, Finding]],
) -> int:  # fmt: skip
    """Show the message, ask the officer, and say the form that answers it."""
    form = book.form(name)
    fields = {key: text for key, text in typed.items() if text}
    if given.post and any(each.name == "post" for each in form.fields):
        fields["post"] = given.post
    channel = said.channel if said.channel in form.channels else CHANNEL
    filled = forms.from_text(book, name, fields, channel=channel, lang=given.lang, reply_to=ref)
    if not given.json:
        lines = [
            *forms.read_out(said, book, given.lang),
            *(told(found, book.form(said.form), given.lang) if found else ()),
            "you say:",
        ]
        for line in (*lines, *forms.read_out(filled, book, given.lang)):
            sys.stdout.write(f"  {line}\n")
    if not confirmed(question, given):
        sys.stdout.write("not signed\n")
        return 1
    placed = officer.say(given.node, given.key, filled, book, passphrase=asker(given.passphrase_file))
    return tell(placed, as_json=given.json)
