"""The pages of the chart: the sheet with its table, what its script asks for, and sightings typed in."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from searoom import clock
from searoom.console import streams
from searoom.console.asked import Asked, Page
from searoom.console.chart import land, listed, replays, saidso
from searoom.console.chart.sheets import called, in_json, notices_at, notices_of, sea_of, svg, zones_of
from searoom.console.chart.told import Teller
from searoom.console.chart.wanted import UTMOST, Wanted, chosen, first_box, wanted
from searoom.console.contact.links import pair
from searoom.console.people import WORKERS
from searoom.console.sea import EVERY_S
from searoom.review.svg import look


async def chart(asked: Asked) -> Response:
    """Show the chart, with the same in a table."""
    sea, t, view = await sea_of(asked).now(), asked.texts, wanted(asked.request.query_params)
    box = view.box or first_box(sea)
    places, total = chosen(sea, replace(view, box=box))
    names, shown = called(asked), len(places)
    thinned = shown < total
    told = t("chart.thinned", shown=shown, total=total) if thinned else t("chart.all_shown", total=total, held=len(sea))
    rows = listed.rows(sea, places)
    zones = await zones_of(asked)
    options: dict[str, Any] = {**saidso.choices(view, sea, names, t)}
    return asked.page(
        "chart/chart.html",
        wanted=view,
        box=",".join(f"{side:.4f}" for side in box),
        config=saidso.config(view, box, names, t, asked.light, own=sea.own[0]),
        query=replace(view, box=box).address(),
        all=replace(view, box=box).address(most=UTMOST),
        replay=replays.last_hour(asked.view.now_us),
        description=t("chart.description", count=shown, pairs=len(sea.pairs)),
        told=told,
        thinned=thinned,
        blind=sorted(sea.blind),
        credit=land.CREDIT,
        most=listed.MOST,
        parties=saidso.parties_of(names),
        chosen=next((row for row in rows if view.craft in (row.name, row.called) and view.craft), None),
        pairs=[
            {"grade": one["grade"], "words": saidso.pair_words(one, sea.now_us, t), "link": pair(one["a"], one["b"])}
            for one in sea.pairs
        ],
        rows=[_shown(row, view, names, asked) for row in rows],
        zones=[_zone(feature, asked) for feature in zones],
        notices=[one["properties"] for one in notices_at(asked, asked.view.now_us)],
        sightings=[saidso.sighting_words(one, t) for one in reversed(sea.sightings)],
        may_sight=asked.may(WORKERS),
        **options,
    )


def _shown(row: listed.Row, view: Wanted, names: Mapping[str, str], asked: Asked) -> dict[str, Any]:
    order = list(names)
    index = look(row.party, order) if row.party in names else 0
    return {
        **{name: getattr(row, name) for name in listed.Row.__slots__},
        "link": "/chart?" + view.address(craft=row.name),
        "owner": names.get(row.party, row.party),
        "look": index,
        "sign": saidso.SIGNS[index] if row.party in names else "○",
        "what": saidso.kind_word(row.kind, row.flying, asked.texts),
    }


def _zone(feature: Mapping[str, Any], asked: Asked) -> dict[str, str]:
    told = feature["properties"]
    return {"words": told["words"], "of": asked.texts("chart.zone_of", source=told["source"], date=told["dated"])}


async def craft_json(asked: Asked) -> Response:
    """Return once what the stream tells from second to second."""
    return in_json(Teller(wanted(asked.request.query_params)).tell(await sea_of(asked).now()))


async def zones_json(asked: Asked) -> Response:
    """Return the zones as GeoJSON."""
    return in_json(json.dumps({"type": "FeatureCollection", "features": await zones_of(asked)}))


async def notices_json(asked: Asked) -> Response:
    """Return the areas of notices of a replay's period as GeoJSON; without one, those that are not over now."""
    query, now_us = asked.request.query_params, asked.view.now_us
    from_us, to_us = replays.period(query, now_us)[:2] if query else (now_us, now_us)
    return in_json(json.dumps({"type": "FeatureCollection", "features": notices_of(asked, from_us, to_us)}))


async def stream(asked: Asked) -> Response:
    """Tell a browser each second what has changed in its view, a grade at once, until its session ends."""
    teller, sea, people = Teller(wanted(asked.request.query_params)), sea_of(asked), asked.house.people
    session = asked.session
    place = None if session is None else asked.house.streams.page(session.person.id, session.token)
    if session is None or place is None:
        return streams.full()

    async def events() -> AsyncGenerator[str, None]:
        due = clock.monotonic()
        while people.session(session.token, clock.machine_now()) is not None:
            bell = sea.bell
            yield f"event: craft\ndata: {teller.tell(await sea.now())}\n\n"
            if sea.silent:
                yield "event: silent\ndata: 0\n\n"
            due = max(due + EVERY_S, clock.monotonic())
            if await sea.rung(bell, due):
                due = clock.monotonic()
        yield "event: ended\ndata: 0\n\n"

    return streams.Kept(events(), place)


async def drawn_svg(asked: Asked) -> Response:
    """Draw the chart here, for a browser that cannot."""
    sea, view = await sea_of(asked).now(), wanted(asked.request.query_params)
    box = view.box or first_box(sea)
    places, _ = chosen(sea, replace(view, box=box))
    await asyncio.to_thread(land.shores)  # read once; others have their turn meanwhile
    return svg(asked, sea, places, box, await zones_of(asked), view.vector, asked.view.now_us)


PAGES: Final[tuple[Page, ...]] = (
    Page("/chart", "chart", chart, menu=True),
    Page("/chart/craft.json", "chart_craft", craft_json),
    Page("/chart/zones.json", "chart_zones", zones_json),
    Page("/chart/notices.json", "chart_notices", notices_json),
    Page("/chart/stream", "chart_stream", stream),
    Page("/chart/drawn.svg", "chart_drawn", drawn_svg),
    *replays.PAGES,
)
