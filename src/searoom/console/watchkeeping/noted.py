"""What the pages of the watch share: its settings, times with the parties' clocks, and a note written once (loud)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from searoom.clock import to_text
from searoom.console.asked import Asked
from searoom.console.people import WORKERS
from searoom.console.saying import SHOWN_S, once, person_of
from searoom.console.watchkeeping import settings
from searoom.console.watchkeeping.cards import WatchSettings
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.officer import Placed
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled

ENTRY: Final = "watch-entry"


@dataclass(frozen=True, slots=True)
class Clocked:
    """One time as the watch reads it: Z first, then what each party's clocks show."""

    z: str
    locals: tuple[tuple[str, str], ...]


def settings_of(asked: Asked) -> tuple[WatchSettings, str]:
    """Return the party's watch settings, and what is wrong with its file; then the example serves."""
    try:
        return settings.of(asked.house.folder), ""
    except NotAllowed as fault:
        return settings.example(), fault.sentence


def clocks(asked: Asked, held: WatchSettings) -> Callable[[int], Clocked]:
    """Return what shows a time with the clocks of the parties, in the order of the agreement."""
    parties = asked.view.agreement.parties

    def show(time_us: int) -> Clocked:
        local = held.locals(time_us, parties)
        return Clocked(to_text(time_us), tuple((asked.called(party), shown) for party, shown in local))

    return show


def may_write(asked: Asked) -> bool:
    """Whether whoever sits there may write into the watch's log."""
    return asked.may(WORKERS)


def entry(asked: Asked, kind: str, words: str, more: Mapping[str, str]) -> Filled:
    """Return an entry of the watch's log, by the account of whoever sits there; `NotAllowed` for an empty one."""
    if not may_write(asked):
        raise NotAllowed(asked.texts("page.not_your_role"))
    if not words.strip():
        raise NotAllowed(asked.texts("log.too_empty"))
    form = asked.view.book.form(ENTRY)
    kinds = form.field("kind").choices
    if kind not in kinds:
        raise NotAllowed(Sentence("watch.no_kind", kind=f"{kind:.40}", known=", ".join(kinds)))
    fields: dict[str, object] = {
        "at": asked.view.now_us, "kind": kind, "person": person_of(asked).name, "words": words.strip(),
        **{name: value for name, value in more.items() if value},
    }  # fmt: skip
    return Filled(form.name, form.version, "national", "routine", asked.lang, fields)


async def write(asked: Asked, typed: Mapping[str, str], filled: Filled, to: str) -> Response:
    """Write a note into the national log, once for its form's number, and lead to the page `to`."""
    forms.require(filled, asked.view.book)
    content, placed_at = forms.encode(filled, asked.view.book), list[int]()

    def deed() -> Placed:
        reply = desk.ask(asked.house.folder, {"do": "note", "content": content})
        placed_at.append(int(str(reply["index"])))
        return Placed(asked.view.party, placed_at[0], None)

    answer = await once(asked, typed, deed, asked.view.book.form(filled.form), to=to)
    await shown(asked, placed_at)
    return answer


async def shown(asked: Asked, placed_at: list[int]) -> None:
    """Wait until a note that was just placed is in the view, a few seconds at most."""
    follower, left = asked.house.follower, SHOWN_S
    while placed_at and len(follower.view.notes) <= placed_at[0] and left > 0:
        await follower.changed(follower.number, 0.2)
        left -= 0.2
