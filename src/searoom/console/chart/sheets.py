"""What the pages of the chart share: the craft of their node, parties, zones, and a drawing of a sea (loud)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from searoom.clock import to_text
from searoom.console.asked import Asked
from searoom.console.chart import drawn, land, notices, outlines, saidso
from searoom.console.craft import HeldSea, Numbers
from searoom.console.sea import Sea
from searoom.errors import SearoomError


def sea_of(asked: Asked) -> Sea:
    """Return what holds the craft of this console's node."""
    return asked.house.follower.sea


def called(asked: Asked) -> dict[str, str]:
    """Return the parties with their names in the page's language, in the order of the agreement."""
    return {party: asked.called(party) for party in asked.view.agreement.parties}


async def zones_of(asked: Asked) -> list[dict[str, Any]]:
    """Return the zones as features that a chart draws, each with its words; none where the node does not answer."""
    names = called(asked)
    try:
        zones = await sea_of(asked).zones()
    except SearoomError:
        return []
    features = [outlines.feature(zone, list(names)) for zone in zones]
    for feature in features:
        feature["properties"]["words"] = saidso.zone_words(feature["properties"], names, asked.texts)
    return features


def notices_of(asked: Asked, from_us: int, to_us: int) -> list[dict[str, Any]]:
    """Return the areas of notices that matter in a period as features, each with its words."""
    book = asked.view.book
    found = notices.notices(asked.view.account, book, from_us, to_us)
    return [notices.feature(one, called(asked), book, asked.texts) for one in found]


def notices_at(asked: Asked, at_us: int) -> list[dict[str, Any]]:
    """Return those that are in force or coming at a moment, with the words of that state under `words`."""
    book, found = asked.view.book, []
    for one in notices.notices(asked.view.account, book, at_us, at_us):
        if state := one.state(at_us):
            made = notices.feature(one, called(asked), book, asked.texts)
            made["properties"] |= {"state": state, "words": made["properties"][state]}
            found.append(made)
    return found


def in_json(text: str) -> Response:
    """Return what a script asked for."""
    return Response(text, media_type="application/json")


def svg(
    asked: Asked, sea: HeldSea, places: Numbers, box: land.Box, zones: Sequence[dict[str, Any]], vector_min: int,
    at_us: int,
) -> Response:  # fmt: skip
    """Return the drawing of a sea, with the words of the page's language."""
    t = asked.texts
    words = {
        "title": t("chart.title"),
        "description": t("chart.description", count=len(places), pairs=len(sea.pairs)),
        "credit": f"{land.CREDIT} · {to_text(sea.now_us)}",
    }
    pairs = tuple({**pair, "words": saidso.pair_words(pair, sea.now_us, t)} for pair in sea.pairs)
    parties, warned = sorted(asked.view.agreement.parties), t.each("chart.not_for_navigation")
    shown = [*zones, *(one for one in notices_at(asked, at_us) if one["geometry"])]
    made = drawn.chart(replace(sea, pairs=pairs), places, box, shown, parties, words, warned, t.lang, vector_min)
    return Response(made, media_type="image/svg+xml")
