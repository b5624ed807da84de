"""The pages of the room `watchkeeping`: the running log and its entry by hand; other parts have files of their own."""

from typing import Final

from starlette.responses import Response

from searoom.console.asked import Asked, Page
from searoom.console.watchkeeping import callpages, cardpages, handing, handpages, runninglog
from searoom.console.watchkeeping.noted import clocks, entry, may_write, settings_of, write
from searoom.console.watchkeeping.raised import raised
from searoom.review.svg import look

PATH: Final = "/watch"
BY_HAND: Final = ("note", "told", "remark")
"""The kinds of entry that a person chooses; a step of a card is ticked on its card."""
MAX_DIGITS: Final = 17


async def log(asked: Asked) -> Response:
    """Show what happened, the newest first; take an entry that was typed."""
    if asked.request.method == "POST":
        typed = await asked.posted()
        filled = entry(
            asked, typed.get("kind", "note"), typed.get("words", ""), {"about": typed.get("about", "")[:120]}
        )
        return await write(asked, typed, filled, PATH)
    held, wrong = settings_of(asked)
    query = asked.request.query_params
    kinds = frozenset(kind for kind in query.getlist("kind") if kind in runninglog.KINDS)
    before = query.get("before", "")
    before_us = int(before) if before.isdecimal() and len(before) < MAX_DIGITS else None
    rows = runninglog.rows(asked.view, asked.texts, kinds, before_us)
    return asked.page(
        "watchkeeping/log.html", rows=rows, kinds=kinds, every=runninglog.KINDS, at=clocks(asked, held), wrong=wrong,
        held=held, taken=handing.taken(asked.view, asked.house.follower.table.roster), may_write=may_write(asked),
        by_hand=BY_HAND, choices=asked.view.book.form("watch-entry").field("kind").choices,
        cards=raised(asked.view, held), colour=lambda party: look(party, asked.view.agreement.parties),
        earlier=rows[-1].at_us if len(rows) == runninglog.MOST else None,
        unset=[party for party in asked.view.agreement.parties if not held.locals(asked.view.now_us, (party,))],
    )  # fmt: skip


PAGES: Final = (
    Page(PATH, "watch", log, posts=True, menu=True, follows=True),
    *handpages.PAGES,
    *cardpages.PAGES,
    *callpages.PAGES,
)
