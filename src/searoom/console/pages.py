"""What each page shows: one function a page, from a view; what a page may do besides stands in `deeds`."""

from starlette.responses import Response

from searoom.account import Again, Item, Message, ref_text
from searoom.console import matters
from searoom.console.asked import Asked
from searoom.delivery import READ
from searoom.errors import NotAllowed
from searoom.review import rows
from searoom.review.distance import say
from searoom.review.sections import MessageRow
from searoom.review.svg import look
from searoom.signals.formbook import Form
from searoom.units import METRES_PER_NAUTICAL_MILE

NEWEST = 50
MOST = 200


def front(asked: Asked) -> Response:
    """Show the four answers: is the line up, what is closing, what is unanswered, what is due."""
    view = asked.view
    return asked.page(
        "front.html",
        lines=matters.lines(view),
        near=matters.near(view),
        unread=matters.unread(view),
        unanswered=matters.unanswered(view),
        awaited=matters.awaited(view),
        due=matters.pressing(view),
        miles=_miles,
        apart=lambda value, error: say(value, error, asked.lang),
        colour=lambda party: look(party, view.agreement.parties),
        ref=ref_text,
    )


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
        raise NotAllowed(f"{ref_text((log, index))} stands elsewhere")
    answers = [_row(asked, one) for one in asked.view.account.answers(item.ref)]
    return asked.page(
        "message.html",
        row=_row(asked, item),
        answers=answers,
        theirs=item.author != asked.view.party,
        answering=_answering(asked, item),
    )


def _answering(asked: Asked, item: Item) -> list[Form]:
    """Return the forms with which a person can answer an entry on its channel, besides that it was read."""
    channel = item.filled.channel if isinstance(item, Message) else ""
    return [
        form
        for form in asked.view.book.forms
        if form.answers and form.name != READ and channel in form.channels and not form.automatic
    ]


def due(asked: Asked) -> Response:
    """Show all that is owed, by whom and until when, the earliest deadline first."""
    return asked.page("due.html", rows=rows.dues(asked.view.duties[:MOST], asked.view.agreement, asked.words))


def record(asked: Asked) -> Response:
    """Show the two logs, how far each was countersigned, and what the node says of itself."""
    view = asked.view
    return asked.page("record.html", sizes=view.account.sizes, recorded=view.account.recorded, told=view.status)
