"""The account as a transcript: lines to read in one language, or JSON for programs; pure, entry by entry.

What somebody said stands in their own words; labels, states and names stand in the language of the transcript.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from searoom.account import Again, Closed, Item, Message, Notice, State, Transcribed, ref_text
from searoom.clock import to_text
from searoom.console.view import View
from searoom.matters.delivery import delivery
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.signals import forms

FORMAT: Final = "searoom/transcript/v1"
PACKAGE: Final = "searoom.console"


def as_text(view: View, lang: str) -> Iterator[str]:
    """Yield the transcript in one language, a piece an entry."""
    t, names = Texts(lang, PACKAGE), view.agreement.names_in(lang)
    yield f"{view.agreement.title[lang]} ({view.agreement.id})\n"
    if view.agreement.exercise:
        yield f"*** {t('page.exercise')} ***\n"
    sizes = ", ".join(f"{log} {size}" for log, size in view.account.sizes.items())
    yield t("proving.transcript_head", party=names[view.party], time=to_text(view.now_us), sizes=sizes) + "\n"
    for item in view.account.items:
        yield "\n" + "\n".join(_lines(view, item, lang, t, names)) + "\n"


def _lines(view: View, item: Item | Again, lang: str, t: Texts, names: Mapping[str, str]) -> Iterator[str]:
    to = ", ".join(names.get(party, party) for party in item.recipients)
    yield f"[{ref_text(item.ref)}] {to_text(item.placed_us)}  {names.get(item.author, item.author)}" + (
        f" -> {to}" if to else ""
    )
    signers = ", ".join(signer.name for signer in item.signers)
    yield f"    {t('proving.signed_by')}{Texts(lang)('mark.colon')}{signers}"
    if isinstance(item, Again | Notice):
        yield f"    {item.sentence(lang, names)}"
        return
    if isinstance(item, Closed):
        yield f"    {t('proving.state_closed')}{Texts(lang)('mark.colon')}{item.why}"
        return
    if isinstance(item, Transcribed):
        yield f"    {item.sentence(lang, view.book, names)}"
    filled = item.filled
    about = [filled.channel, filled.precedence, *([f"-> {ref_text(filled.reply_to)}"] if filled.reply_to else [])]
    yield f"    {view.book.form(filled.form).title[lang]} ({', '.join(about)})"
    for line in forms.read_out(filled, view.book, lang)[1:]:
        yield from (f"    {part}" for part in line.splitlines())
    if isinstance(item, Message) and not view.book.form(filled.form).automatic:
        yield from (f"    {line}" for line in delivery(view.account, item.ref).sentences(lang, names))


def as_json(view: View) -> Iterator[str]:
    """Yield the transcript as one JSON document, a piece an entry."""
    head = {
        "format": FORMAT, "mechanism": view.agreement.id, "exercise": view.agreement.exercise, "node": view.party,
        "at": to_text(view.now_us), "sizes": dict(view.account.sizes), "languages": sorted(HTML_LANGUAGES),
    }  # fmt: skip
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "entries": ['
    for at, item in enumerate(view.account.items):
        yield (",\n" if at else "\n") + json.dumps(_value(view, item), ensure_ascii=False)
    yield "\n]}\n"


def _value(view: View, item: Item | Again) -> dict[str, object]:
    made: dict[str, object] = {
        "ref": ref_text(item.ref), "height": item.height, "author": item.author, "recipients": list(item.recipients),
        "claimed": to_text(item.claimed_us), "placed": to_text(item.placed_us),
        "signed_by": [
            {"party": one.party, "id": one.holder, "name": one.name, "key": one.key_id.hex() if one.holder else ""}
            for one in item.signers
        ],
        "kind": type(item).__name__.lower(),
    }  # fmt: skip
    if item.doubtful:
        made["doubtful"] = item.doubtful
    if isinstance(item, Again):
        return {**made, "of": ref_text(item.of)}
    if isinstance(item, Closed):
        return {**made, "why": item.why}
    if isinstance(item, Notice):
        return {**made, "says": {lang: item.sentence(lang) for lang in HTML_LANGUAGES}}
    filled = item.filled
    made |= {
        "form": filled.form, "channel": filled.channel, "precedence": filled.precedence, "lang": filled.lang,
        "answers": ref_text(filled.reply_to) if filled.reply_to else None,
        "fields": {name: _plain(value) for name, value in filled.fields.items()},
    }  # fmt: skip
    if isinstance(item, Transcribed):
        made["said_by"] = item.said_by
    told = delivery(view.account, item.ref)
    return {**made, "stored": to_text(told.stored.at_us), "delivered": _at(told.delivered), "read": _at(told.read)}


def _at(state: State | None) -> str | None:
    return None if state is None else to_text(state.at_us)


def _plain(value: object) -> object:
    """Return a field's value as JSON has it: bytes as hex digits, parts as lists."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
