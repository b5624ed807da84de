"""What each page shows: one function a page, from a view; what a page may do besides stands in `deeds`."""

from collections.abc import Iterator
from typing import Final

from starlette.responses import Response

from searoom.account import Again, Item, Message, Ref, Transcribed, ref_text
from searoom.console import matters
from searoom.console.asked import PACKAGE, Asked, Page
from searoom.console.contact import links
from searoom.console.contact.seen import slug
from searoom.console.watchkeeping import cardpages, handing
from searoom.console.watchkeeping.answers import answers
from searoom.console.watchkeeping.noted import settings_of
from searoom.console.watchkeeping.raised import raised
from searoom.desk import agreed
from searoom.errors import NotAllowed
from searoom.matters.delivery import CLARIFICATION, LAYER_FORMS, READ
from searoom.review import rows
from searoom.review.distance import say
from searoom.review.sections import MessageRow
from searoom.review.svg import look
from searoom.review.texts import placeholders, table
from searoom.sentences import Sentence
from searoom.signals.formbook import Form
from searoom.units import METRES_PER_NAUTICAL_MILE

NEWEST = 50


def front(asked: Asked) -> Response:
    """Show the four answers: is the line up, what is closing, what is unanswered, what is due; who has the watch."""
    view = asked.view
    held, _ = settings_of(asked)
    taken = handing.taken(view, asked.house.follower.table.roster)
    return asked.page(
        "front.html",
        answers=answers(view, asked.texts),
        lines=matters.lines(view),
        near=matters.near(view),
        unread=matters.unread(view),
        unanswered=matters.unanswered(view),
        awaited=matters.awaited(view),
        due=matters.pressing(view),
        taken=taken,
        watch_over=taken is not None and view.now_us - taken.at_us > held.longest_us,
        hours=held.hours,
        agreed=agreed.open_questions(view.status["agreement"]) if "agreement" in view.status else (),
        cards=raised(view, held),
        card_link=cardpages.link,
        card_about=lambda one: cardpages.about(asked, one.about),
        card_title=lambda one: held.title(one.event, asked.lang),
        beside=lambda one: handing.beside(view, one, asked.texts),
        carrier=lambda name: _carrier(asked, name),
        miles=_miles,
        geometry=lambda one: _geometry(asked, one),
        link=links.pair,
        apart=lambda value, error: say(value, error, asked.lang),
        colour=lambda party: look(party, view.agreement.parties),
        ref=ref_text,
    )


def _carrier(asked: Asked, name: str) -> str:
    """Return what a carrier is called: our own two, or the medium of words that went another way."""
    own = {"HTTPS": "queue.direct", "by hand": "queue.by_hand"}
    if name in own:
        return asked.texts(own[name])
    choices = asked.view.book.form("conveyed").field("medium").choices
    return choices[name][asked.lang] if name in choices else name


def _geometry(asked: Asked, one: matters.Near) -> str:
    """Return how two craft lie to each other, in the page's language."""
    key, names = f"geometry.{slug(one.geometry)}", {"a": one.a, "b": one.b}
    if not asked.texts.has(key):
        return one.geometry
    wanted = placeholders(table(PACKAGE)[key][asked.lang])
    return asked.texts(key, **{name: names[name] for name in wanted})


def _miles(metres: float) -> str:
    return f"{metres / METRES_PER_NAUTICAL_MILE:.1f} nm"


def messages(asked: Asked) -> Response:
    """Show what was said, the newest first, each with how far it came."""
    view = asked.view
    before = asked.request.query_params.get("before", "")
    items = view.account.items
    stop = int(before) if before.isdecimal() and len(before) < 10 else len(items)
    chosen = [item for item in items[:stop] if _worth_showing(asked, item)][-NEWEST:]
    first = items.index(chosen[0]) if chosen else 0
    return asked.page(
        "messages.html", rows=[_row(asked, item) for item in reversed(chosen)], earlier=first, drafts=view.drafts
    )


def _worth_showing(asked: Asked, item: Item | Again) -> bool:
    return not (isinstance(item, Message) and asked.view.book.form(item.filled.form).automatic)


def _row(asked: Asked, item: Item | Again) -> MessageRow:
    view = asked.view
    return rows.message_row(view.account, item, view.agreement, view.book, asked.words, director=True, handed={})


def message(asked: Asked) -> Response:
    """Show one entry: its words, who signed, each state and what it does not mean."""
    log, index = asked.request.path_params["log"], asked.request.path_params["index"]
    item = asked.view.account.message((log, index))
    if isinstance(item, Again):
        raise NotAllowed(Sentence("entry.elsewhere", ref=ref_text((log, index))))
    answers, near = [_row(asked, one) for one in _answers(asked, item.ref)], _usual(asked, item)
    answering = _answering(asked, item, near)
    return asked.page(
        "message.html",
        row=_row(asked, item),
        channel=item.filled.channel if isinstance(item, Message) else "",
        answers=answers,
        theirs=item.author != asked.view.party,
        near=[form for form in answering if form.name in near],
        answering=answering,
    )


def _answers(asked: Asked, ref: Ref) -> Iterator[Message | Transcribed]:
    """Yield what answers an entry, and behind each question about it what answers that question."""
    for one in asked.view.account.answers(ref):
        yield one
        if isinstance(one, Message) and one.filled.form == CLARIFICATION:
            yield from _answers(asked, one.ref)


def _usual(asked: Asked, item: Item) -> frozenset[str]:
    """Return the usual answers to an entry: the layers, what its form names, and that of an entry which it answers."""
    names = set(LAYER_FORMS)
    while isinstance(item, Message):
        names |= set(asked.view.book.form(item.filled.form).answered_by)
        if item.filled.reply_to is None:
            break
        held = asked.view.account.message(item.filled.reply_to)
        if isinstance(held, Again):
            break
        item = held
    return frozenset(names)


def _answering(asked: Asked, item: Item, near: frozenset[str]) -> list[Form]:
    """Return the forms with which a person can answer an entry on its channel, besides that it was read."""
    channel = item.filled.channel if isinstance(item, Message) else ""
    return [
        form
        for form in asked.view.book.forms
        if (form.answers or form.name in near) and form.name != READ and channel in form.channels and not form.automatic
    ]


PAGES: Final = (
    Page("/", "front", front, menu=True, follows=True),
    Page("/messages", "messages", messages, menu=True, follows=True),
    Page("/messages/{log}/{index:int}", "message", message, follows=True),
)
