"""The pages of the check cards: which are called for now, and one card with its steps, each ticked into the log."""

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from searoom.console.asked import Asked, Page
from searoom.console.watchkeeping.cards import Card, WatchSettings
from searoom.console.watchkeeping.noted import clocks, entry, may_write, settings_of, write
from searoom.console.watchkeeping.raised import Raised, raised, ticked
from searoom.errors import NotAllowed

PATH: Final = "/watch/cards"
MAX_ABOUT: Final = 120


def link(one: Raised) -> str:
    """Return where the card of a matter stands."""
    return f"{PATH}/{one.event}?" + urlencode({"about": one.about})


def about(asked: Asked, of: str) -> str:
    """Return what a matter is about as a page says it: a party, or several, by name; all else as it stands."""
    parties = of.split(", ")
    named = all(party in asked.view.agreement.parties for party in parties)
    return asked.words("mark.list").join(map(asked.called, parties)) if named else of


def cards(asked: Asked) -> Response:
    """Show which cards are called for now, how far each is done, and all that there are."""
    held, wrong = settings_of(asked)
    rows = []
    for one in raised(asked.view, held):
        card = _card(held, one.event, asked)
        steps = ticked(asked.view, card, one.about, one.since_us)
        rows.append((one, card, sum(step.done is not None for step in steps), link(one)))
    return asked.page(
        "watchkeeping/cards.html", rows=rows, held=held, wrong=wrong, at=clocks(asked, held),
        called=lambda one: about(asked, one.about),
    )  # fmt: skip


async def card(asked: Asked) -> Response:
    """Show one card in one matter; take the tick of a step."""
    held, wrong = settings_of(asked)
    found = _card(held, asked.request.path_params["event"], asked)
    key = asked.request.query_params.get("about", "")[:MAX_ABOUT]
    here = next((one for one in raised(asked.view, held) if (one.event, one.about) == (found.event, key)), None)
    if asked.request.method == "POST":
        return await _tick(asked, found, key)
    return asked.page(
        "watchkeeping/card.html", card=found, about=about(asked, key), here=here, at=clocks(asked, held), held=held,
        wrong=wrong, may_write=may_write(asked),
        steps=ticked(asked.view, found, key, None if here is None else here.since_us),
        silent=key if found.event == "line-silent" and key in asked.view.agreement.parties else "",
    )  # fmt: skip


async def _tick(asked: Asked, found: Card, key: str) -> Response:
    if not key:
        raise NotAllowed(asked.texts("cards.choose_matter"))
    typed = await asked.posted()
    step = found.step(typed.get("step", ""))
    said = typed.get("words", "").strip()
    words = f"{step.do[asked.lang]}: {said}" if said else step.do[asked.lang]
    filled = entry(asked, "step", words, {"about": key, "card": found.event, "step": step.id})
    return await write(asked, typed, filled, f"{PATH}/{found.event}?" + urlencode({"about": key}))


def _card(held: WatchSettings, event: str, asked: Asked) -> Card:
    found = held.card(event)
    if found is None:
        raise NotAllowed(asked.texts("cards.no_card"))
    return found


PAGES: Final = (
    Page(PATH, "cards", cards, follows=True),
    Page("/watch/cards/{event}", "card", card, posts=True, follows=True),
)
