"""The pages from an encounter to spoken words, and from heard words to the log (loud).

Two keys lead to the words: one for the situation, one for the row. A key at a row that announces what we shall do
enters that decision. What is shown is for a person to say; a log entry is made by its form alone, looked at and signed.
"""

import asyncio
import io
import wave
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.responses import Response

from searoom.console.asked import Asked, Page
from searoom.console.contact import links, listening, seen, speaking
from searoom.console.contact.asking import book_of, common, ends, here, pair
from searoom.console.contact.speaking import Call
from searoom.signals import lamp, render
from searoom.signals.rows import Signal
from searoom.signals.situations import intention_words, situation, situations

MAX_HEARD: Final = 2_000
MOST: Final = 60


async def choose(asked: Asked) -> Response:
    """Show what may be said in one situation: each line a key; nothing follows from the geometry."""
    one, _, _ = await pair(asked)
    chosen = situation(asked.request.path_params["key"])
    lines = [
        (choice, row, links.words(here(one), row.code, choice.intention))
        for choice, row in speaking.menu(book_of(asked), chosen.key)
    ]
    return asked.page(
        "contact/choose.html", one=one, chosen=chosen, lines=lines, situations=situations(), **common(asked)
    )


async def find(asked: Asked) -> Response:
    """Show the rows in which the typed words stand, those that are never offered too, each with why; or all offered."""
    one, _, _ = await pair(asked)
    book, words = book_of(asked), asked.request.query_params.get("find", "")[:MAX_HEARD]
    found = [
        (row, links.words(here(one), row.code), intention_words(row.intention) if row.intention else {})
        for row in (book.search(words)[:MOST] if words.strip() else book.offered())
    ]
    return asked.page("contact/find.html", one=one, words=words, found=found, **common(asked))


async def words(asked: Asked) -> Response:
    """Show a signal by every means: to read aloud, to hoist, to flash, to copy; and a readback beside it."""
    one, _, _ = await pair(asked)
    row, values, call, decided = await _chosen(asked)
    spoken = speaking.speak(row, values, call)
    lang = asked.request.query_params.get("spoken", "en")
    aloud = next((each for each in spoken.words if each.lang == lang), spoken.words[0])
    back = asked.request.query_params.get("back", "")[:MAX_HEARD]
    return asked.page(
        "contact/words.html", one=one, row=row, spoken=spoken, values=values, call=call, aloud=aloud, back=back,
        decided=intention_words(decided) if decided else None, decided_key=decided, guards=render.GUARDS,
        log=links.sent(row, values, aloud, call, back=links.logged(here(one), _here(asked))) if aloud.script else "",
        readback=listening.readback(aloud.script.words, back) if back and aloud.script else None,
        query=asked.request.url.query, query_fields=asked.request.query_params.items(),
        hoisted=Markup(spoken.flags.picture),  # noqa: S704  # drawn by the library from its own table of flags
        **common(asked),
    )  # fmt: skip


def _here(asked: Asked) -> str:
    """Return the address of the words that are shown, without what was read back."""
    kept = [(name, value) for name, value in asked.request.query_params.multi_items() if name != "back"]
    return quote(asked.request.url.path) + (f"?{urlencode(kept)}" if kept else "")


async def _chosen(asked: Asked) -> tuple[Signal, dict[str, str], Call, str]:
    """Return the row that the address names, its values, who calls whom, and the intention that was entered."""
    one, _, _ = await pair(asked)
    query: Mapping[str, str] = asked.request.query_params
    row, decided = book_of(asked).row(asked.request.path_params["code"]), query.get("decided", "")
    if row.offered:
        render.check_decided(row, decided)
    table = asked.house.follower.table
    _, other, bearing = ends(asked, one)
    guard = query.get("guard", other.guard)
    call = Call(
        to=query.get("to", "").strip() or seen.addressee(other, bearing), sender=table.unit,
        guard=guard if guard in render.GUARDS else other.guard, working=query.get("working", "").strip(),
        bad_line=query.get("bad") == "yes", exercise=table.exercise, mmsi=other.mmsi,
    )  # fmt: skip
    return row, speaking.values_of(row, query), call, decided if row.intention else ""


async def sound(asked: Asked) -> Response:
    """Return the blasts of a sound signal, or its Morse, to be heard by whoever presses for it."""
    row, values, _, _ = await _chosen(asked)
    beats = lamp.sounding(row) if row.sound else lamp.flashing(row, values, words_a_minute=speaking.WORDS_A_MINUTE)
    return Response(await asyncio.to_thread(_wave, lamp.samples(beats)), media_type="audio/wav")


def _wave(samples: bytes) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(lamp.RATE_HZ)
        file.writeframes(samples)
    return held.getvalue()


async def heard(asked: Asked) -> Response:
    """Show which signals the typed words may be, each with its words; the log is of what was heard, word for word.

    What the other side logged of its call is not on this page: an entry counts for more that was made without it.
    """
    one, _, _ = await pair(asked)
    query = asked.request.query_params
    words, quality = query.get("words", "")[:MAX_HEARD], query.get("quality", listening.CLEAR)
    found = listening.heard(words, quality, book_of(asked))
    table = asked.house.follower.table
    _, other, bearing = ends(asked, one)
    sender = query.get("from", "").strip() or seen.addressee(other, bearing)
    codes = [each.signal.code for each in found]
    log = links.heard(sender, table.unit, words, quality, codes, back=links.logged(here(one)))
    return asked.page(
        "contact/heard.html", one=one, words=words, quality=quality, found=found, sender=sender,
        qualities=listening.QUALITIES, log=log if words.strip() and table.unit else "", **common(asked),
    )  # fmt: skip


PAGES: Final[tuple[Page, ...]] = (
    Page("/encounters/{a}/{b}/say/{key}", "situation", choose),
    Page("/encounters/{a}/{b}/find", "find", find),
    Page("/encounters/{a}/{b}/words/{code}", "words", words),
    Page("/encounters/{a}/{b}/words/{code}/sound", "sound", sound),
    Page("/encounters/{a}/{b}/heard", "heard", heard),
)
