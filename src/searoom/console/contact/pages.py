"""The pages of unit contact: what is open now, one encounter, its alarm answered, and both logs of calls (loud)."""

from typing import Final

from starlette.responses import Response

from searoom.cbor import Value
from searoom.console.asked import Asked, Page
from searoom.console.contact import links, listening, seen, sightings, talking
from searoom.console.contact.asking import calls, common, ends, here, once, pair, told
from searoom.console.people import WORKERS
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.situations import situations

MOST: Final = 40
FEW: Final = 12
_DIGITS: Final = 4


async def encounters(asked: Asked) -> Response:
    """Show every pair that is open or in company, what calls for somebody, limits that are near, what ended."""
    reply, fresh = await told(asked)
    return asked.page(
        "contact/encounters.html", open=seen.rows(reply, asked.view.notes, MOST), company=seen.company(reply)[:MOST],
        reply=reply, more=max(0, len(reply["open"]) - MOST), fresh=fresh,
        events=seen.events(asked.view.notes, asked.view.book, asked.lang)[:FEW], **common(asked),
    )  # fmt: skip


async def encounter(asked: Asked) -> Response:
    """Show one encounter: figures, advice, alarm, history, what may be said, and both logs of its calls."""
    one, fresh, limits = await pair(asked)
    unit = asked.house.follower.table.unit
    ours, other, bearing = ends(asked, one)
    names = {*other.names, seen.addressee(other, bearing)} - {unit}
    shown = listening.sides(calls(asked), asked.view.party, names)
    return asked.page(
        "contact/encounter.html", one=one, fresh=fresh, ours=ours, other=other, bearing=bearing, unit=unit,
        limits=limits, situations=situations(), sides=shown[:MOST],
        history=seen.history(asked.view.notes, asked.view.book, one.a.name, one.b.name, asked.lang)[:MOST],
        logged="logged" in asked.request.query_params, readback=_readback(asked, here(one)), **common(asked),
    )  # fmt: skip


def _readback(asked: Asked, at: str) -> str:
    """Return where the words stand that were just logged, on the pages of this pair alone, or ''."""
    words = asked.request.query_params.get("logged", "")
    return words if words.startswith(f"{at}/words/") and words.isascii() and words.isprintable() else ""


async def acknowledge(asked: Asked) -> Response:
    """Write down that an alarm was heard, once for the form that said so."""
    return await _answer(asked, {"do": "acknowledge"})


async def snooze(asked: Asked) -> Response:
    """Put a pair off until the time that was chosen, once for the form that said so."""
    minutes = (await asked.posted()).get("minutes", "")
    if asked.request.method == "POST" and not (minutes.isdecimal() and len(minutes) < _DIGITS):
        raise NotAllowed(Sentence("meet.no_time"))
    return await _answer(asked, {"do": "snooze", "minutes": int(minutes or 0)})


async def _answer(asked: Asked, request: dict[str, Value]) -> Response:
    a, b = seen.named(asked.request.path_params["a"], asked.request.path_params["b"])
    typed = await asked.posted()
    back = "/encounters" if typed.get("back") == "list" else links.pair(a, b)
    if asked.request.method != "POST" or asked.session is None:
        return asked.to(back)
    person, names = asked.session.person, [a, b]
    await once(asked, typed, back, {**request, "names": list[Value](names), "by": person.officer or person.id})
    return asked.to(back)


def all_calls(asked: Asked) -> Response:
    """Show every call between units, our log beside theirs, the newest first."""
    shown = listening.sides(calls(asked), asked.view.party)
    return asked.page("contact/calls.html", sides=shown[:MOST], more=max(0, len(shown) - MOST), **common(asked))


PAGES: Final[tuple[Page, ...]] = (
    Page("/encounters", "encounters", encounters, menu=True, follows=True),
    Page("/encounters/{a}/{b}", "encounter", encounter, follows=True),
    Page("/encounters/{a}/{b}/acknowledge", "acknowledge", acknowledge, roles=WORKERS, posts=True),
    Page("/encounters/{a}/{b}/snooze", "snooze", snooze, roles=WORKERS, posts=True),
    *talking.PAGES,
    Page("/calls", "calls", all_calls, follows=True),
    *sightings.PAGES,
)
