"""What goes without saying in a form that opens, and what its boxes are called in an officer's words.

Pure. All of it stands in the boxes before anything is signed: the officer changes what does not fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from searoom.account import Message, ref_text
from searoom.clock import to_text
from searoom.console.fields import Drawn
from searoom.console.gathering import FIELD
from searoom.console.hotline import inside
from searoom.console.view import View
from searoom.errors import NotAllowed
from searoom.matters.delivery import LAYER_FORMS
from searoom.review.texts import Texts
from searoom.signals.forms import Form
from searoom.statements.items import ref_of

NOW: Final = "now"
"""What a link brings for a time: the moment at which it is pressed, by the node's clock."""
PRESSED: Final = "now "  # the deed of a button beside a time: this, and the box
TRANSLATION: Final = "translation"
MOST: Final = 20  # of our newest entries, how many a transcript is offered to answer


def supposed(view: View, form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in a form when it opens: what a link brought or was kept, and what goes without saying.

    An answer in words begins as pressing as what it answers; that something was read, or suffices, presses nobody.
    A time that a link calls now is the node's. Of a translation: of which text it is, and by whom.
    """
    given = {name: to_text(view.now_us) if value == NOW and name.startswith(FIELD) else value
             for name, value in typed.items()}  # fmt: skip
    pressing = "" if form.name in LAYER_FORMS else precedence(view, typed.get("reply_to", ""))
    return {**_translated(form, typed), **({"precedence": pressing} if pressing else {}), **given}


def precedence(view: View, reply_to: str) -> str:
    """Return the precedence of the entry that is answered, or '' where none is, or it is ours."""
    try:
        item = view.account.message(ref_of(reply_to))
    except NotAllowed:
        return ""
    theirs = isinstance(item, Message) and item.author != view.party
    return item.filled.precedence if isinstance(item, Message) and theirs else ""


def answerable(view: View, form: Form, lang: str) -> list[tuple[str, str]]:
    """Return our newest entries that a transcript may answer, the newest first: as typed, and as they are called."""
    if not inside.holds(form):
        return []
    ours = [one for one in view.account.messages() if one.author == view.party]
    said = [one for one in ours if not view.book.form(one.filled.form).automatic][-MOST:]
    return [
        (ref_text(one.ref), f"{view.book.form(one.filled.form).title[lang]}, {to_text(one.placed_us)}")
        for one in reversed(said)
    ]


def _translated(form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    maker = "recipient" if form.visibility == "national" else "author"
    known = {"of": "text", "maker": maker, "review": "unreviewed"}
    named = [each.name for each in form.fields if each.kind == TRANSLATION and not typed.get(FIELD + each.name)]
    return {f"{FIELD}{name}.{part}": value for name in named for part, value in known.items()}


def pressed(typed: Mapping[str, str], now_us: int) -> dict[str, str] | None:
    """Return what stands in a form after a button that signs nothing: a time is now, a form inside is shown."""
    deed = typed.get("deed", "")
    if deed == "show":
        return dict(typed)
    if deed.startswith(PRESSED + FIELD):
        return {**typed, deed.removeprefix(PRESSED): to_text(now_us)}
    return None


def asked(drawn: Sequence[Drawn], form: Form, texts: Texts) -> tuple[Drawn, ...]:
    """Return the fields of a form under what an officer would call them, where the texts have such words."""
    return tuple(
        replace(one, label=said(form, one.name, texts) or one.label, help=_help(form, one, texts)) for one in drawn
    )


def said(form: Form, name: str, texts: Texts) -> str:
    """Return what a box of a form is called in an officer's words, or ''."""
    key = f"ask.{form.name}_{name}".replace("-", "_")
    return texts(key) if texts.has(key) else ""


def _help(form: Form, one: Drawn, texts: Texts) -> str:
    key = f"ask_help.{form.name}_{one.name}".replace("-", "_")
    return key if texts.has(key) else one.help
