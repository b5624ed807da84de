"""The page of the calls by telephone and video: what is promised, what was asked, and both readouts side by side."""

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from searoom.account import ref_text
from searoom.clock import to_text
from searoom.console.asked import Asked, Page
from searoom.console.watchkeeping import calls
from searoom.console.watchkeeping.calls import Thread
from searoom.console.watchkeeping.noted import clocks, may_write, settings_of
from searoom.review.svg import look
from searoom.review.texts import HTML_LANGUAGES
from searoom.signals import forms
from searoom.signals.forms import Filled

PATH: Final = "/watch/calls"
NEWEST: Final = 30


def show(asked: Asked) -> Response:
    """Show the calls, the newest first, each with what can be said next."""
    held, wrong = settings_of(asked)
    view = asked.view
    return asked.page(
        "watchkeeping/calls.html", threads=calls.threads(view)[:NEWEST], promised=calls.promised(view), wrong=wrong,
        at=clocks(asked, held), said=lambda filled: _said(asked, filled), held=held, may_write=may_write(asked),
        colour=lambda party: look(party, view.agreement.parties), ref=ref_text, note_link=_note_link,
        logged=[view.book.form(name) for name in calls.logged(view)],
    )  # fmt: skip


def _said(asked: Asked, filled: Filled) -> list[tuple[str, str, str]]:
    """Return what a form says, field by field: label, value, and the language of words that its writer chose."""
    form = asked.view.book.form(filled.form)
    own = {each.label[asked.lang] for each in form.fields if each.kind in ("text", "line", "words")}
    rows = (line.partition(": ") for line in forms.read_out(filled, asked.view.book, asked.lang)[1:])
    return [(label, value, HTML_LANGUAGES[filled.lang] if label in own else "") for label, _, value in rows]


def _note_link(thread: Thread, party: str) -> str:
    """Return where our own side notes something about a call."""
    fields = {"field-party": party, "field-call": thread.ref}
    if thread.at_us is not None:
        fields["field-at"] = to_text(thread.at_us)
    return "/say/call-note?" + urlencode(fields)


PAGES: Final = (Page(PATH, "watch_calls", show, follows=True),)
