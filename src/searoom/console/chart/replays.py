"""The pages of the replay: where everybody was in a period, moment by moment, from the node's own recordings (loud)."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from starlette.responses import Response

from searoom.clock import from_text, to_text
from searoom.console.asked import Asked, Page
from searoom.console.chart import land, past, saidso, tale
from searoom.console.chart.sheets import called, in_json, notices_at, sea_of, svg, zones_of
from searoom.console.chart.wanted import first_box, wanted
from searoom.console.craft import HeldSea, Who
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.tracks.fixes import Fixes
from searoom.units import MICROSECONDS

HOUR_US: Final = 3_600 * MICROSECONDS
SPEEDS: Final = (1, 2, 5, 10, 20, 30, 60)
LISTED: Final = 100
OLDEST_US: Final = 360 * MICROSECONDS  # a fix that was older than this at a moment is not shown there


def last_hour(now_us: int) -> str:
    """Return the query of a replay of the hour before a moment."""
    return _query(max(now_us - HOUR_US, 0), now_us)


def _query(from_us: int, to_us: int, **more: str) -> str:
    return urlencode({"from": to_text(from_us), "to": to_text(to_us), **more}, safe=":")


def period(query: Mapping[str, str], now_us: int) -> tuple[int, int, int]:
    """Return begin, end and shown moment of a replay; NotAllowed where they are none.

    With a moment alone it is the hour around it; with nothing the last hour.
    """
    said = {name: from_text(query[name]) for name in ("from", "to", "t") if query.get(name)}
    at_us = said.get("t")
    from_us = said.get("from", said["to"] - HOUR_US if "to" in said else (at_us or now_us) - HOUR_US)
    to_us = min(said.get("to", from_us + HOUR_US if at_us is None else at_us + HOUR_US // 2), max(now_us, from_us + 1))
    if not 0 <= from_us < to_us <= from_us + past.LONGEST_US:
        raise NotAllowed(Sentence("replay.turned_times"))
    return from_us, to_us, min(max(at_us or from_us, from_us), to_us)


async def replay(asked: Asked) -> Response:
    """Show the replay; its script fetches the tracks."""
    t, now_us, wrong = asked.texts, asked.view.now_us, ""
    query = asked.request.query_params
    try:
        from_us, to_us, at_us = period(query, now_us)
    except NotAllowed:
        wrong = t("replay.bad_time")
        from_us, to_us, at_us = max(now_us - HOUR_US, 0), now_us, now_us
    view, names = wanted(query), called(asked)
    speed = int(query.get("speed", "")) if query.get("speed", "") in {str(each) for each in SPEEDS} else 10
    box = view.box or first_box(await sea_of(asked).now())
    said = _query(from_us, to_us)
    grades = [
        {**row, "words": saidso.grade_words(row, t), "link": _query(from_us, to_us, t=to_text(row["at"] * 1000))}
        for row in tale.grades(asked.view.notes, from_us, to_us)
    ]
    return asked.page(
        "chart/replay.html",
        400 if wrong else 200,
        wrong=wrong,
        config=saidso.config(
            view, box, names, t, asked.light, tracks=said, start=from_us // 1000, end=to_us // 1000, at=at_us // 1000,
            boxed=view.box is not None,
        ),
        query=_query(from_us, to_us, t=to_text(at_us)),
        moment=to_text(at_us),
        span_s=math.ceil((to_us - from_us) / MICROSECONDS),
        at_s=(at_us - from_us) // MICROSECONDS,
        from_text=to_text(from_us),
        to_text=to_text(to_us),
        speed=speed,
        parties=saidso.parties_of(names),
        grades=grades[-LISTED:],
        notices=[one["properties"] for one in notices_at(asked, at_us)],
        credit=land.CREDIT,
    )  # fmt: skip


async def tracks_json(asked: Asked) -> Response:
    """Return the tracks of a period, and the changes of grade in it."""
    from_us, to_us, _ = period(asked.request.query_params, asked.view.now_us)
    seen = await asked.house.at_length(past.seen, asked.house.folder, from_us, to_us)
    own = (await sea_of(asked).now()).own
    said: dict[str, Any] = {
        "from": from_us // 1000,
        "to": to_us // 1000,
        "every_s": seen.every_s,
        "fixes": len(seen.fixes),
        "sources": seen.fixes.sources,
        "craft": tale.tracks(seen.fixes, seen.labels, seen.registry, own),
        "grades": tale.grades(asked.view.notes, from_us, to_us),
    }
    return in_json(await asyncio.to_thread(json.dumps, said, separators=(",", ":")))


async def drawn_svg(asked: Asked) -> Response:
    """Draw one moment of the past here, for a browser that cannot."""
    query = asked.request.query_params
    from_us, to_us, at_us = period(query, asked.view.now_us)
    seen = await asked.house.at_length(past.seen, asked.house.folder, from_us, to_us)
    held = moment(seen, at_us, (await sea_of(asked).now()).own)
    view = wanted(query)
    box = view.box or first_box(held if len(held) else await sea_of(asked).now())
    return svg(asked, held, np.arange(len(held)), box, await zones_of(asked), view.vector, at_us)


def moment(seen: past.Past, at_us: int, own: tuple[str, str]) -> HeldSea:
    """Return where everybody had last been told of at a moment."""
    fixes: Fixes = seen.fixes.between(at_us - OLDEST_US, at_us)
    _, back = np.unique(fixes.craft[::-1], return_index=True)
    newest = fixes.take(np.sort(len(fixes) - 1 - back))
    who = []
    for index in newest.craft.tolist():
        name = newest.names[index]
        unit = seen.registry.unit(name, at_us)
        party = unit.party if unit else own[1] if name == own[0] else ""
        who.append(Who(name, seen.labels.get(name, ""), unit.name if unit else "", party, unit.kind if unit else ""))
    columns = {
        "ids": np.arange(len(newest)), "time_us": newest.time_us, "lat_deg": newest.lat_deg, "lon_deg": newest.lon_deg,
        "speed_mps": newest.speed_mps, "course_deg": newest.course_deg, "alt_m": newest.alt_m,
        "sigma_m": newest.sigma_m, "source": newest.source.astype(np.int64), "flying": np.isfinite(newest.alt_m),
    }  # fmt: skip
    return HeldSea(columns, who, np.ones(len(newest), np.int64), 1, now_us=at_us, own=own, sources=newest.sources)


PAGES: Final = (
    Page("/replay", "replay", replay),
    Page("/replay/tracks.json", "replay_tracks", tracks_json),
    Page("/replay/drawn.svg", "replay_drawn", drawn_svg),
)
