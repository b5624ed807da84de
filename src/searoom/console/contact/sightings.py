"""The page on which a person writes down what was seen by eye: a national note, and a source of tracks (loud)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.responses import Response

from searoom import clock
from searoom.cbor import Value
from searoom.console.asked import Asked, Page
from searoom.console.contact.asking import once
from searoom.console.people import WORKERS
from searoom.errors import NotAllowed
from searoom.sentences import Labels
from searoom.tracks.sighted import BEARING_ERROR_DEG, NEEDED, OPTIONAL, RANGE_PART

ONE_LINE: Final = tuple(name for name in (*NEEDED, *OPTIONAL) if name not in {"who", "seen", "own"})
LABELS: Final = MappingProxyType({
    "bearing_deg": "bearing", "range_nm": "range", "name": "name", "seen": "seen", "sog_kn": "speed",
    "cog_deg": "course", "time_utc": "at", "lat": "lat", "lon": "lon",
})  # fmt: skip
"""The rows of the texts that call a box, by the box."""
_LATEST: Final = 10
_SHOWN_S: Final = 2.0  # so long the page waits for the note to come back, so that it stands among the newest


async def sighting(asked: Asked) -> Response:
    """Show the form, with what was wrong; or take it once, and show it among the newest."""
    if asked.request.method != "POST":
        return _page(asked, asked.request.query_params, "")
    typed, number = await asked.posted(), asked.house.follower.number
    try:
        await once(asked, typed, "/sightings", {"do": "sight", "fields": _fields(asked, typed)})
    except NotAllowed as fault:
        return _page(asked, typed, asked.refusal(fault, _labels(asked)), 422)
    await asked.house.follower.changed(number, _SHOWN_S)
    return asked.to("/sightings")


def _fields(asked: Asked, typed: Mapping[str, str]) -> dict[str, Value]:
    person = "" if asked.session is None else asked.session.person.officer or asked.session.person.id
    given = {name: typed.get(name, "").strip() for name in (*ONE_LINE, "seen")}
    return {**{name: value for name, value in given.items() if value}, "who": person}


def _labels(asked: Asked) -> Labels:
    """Return what the boxes of this page are called, by the names that a sighting has for them."""
    return {name: asked.texts(f"sighting.{row}") for name, row in LABELS.items()}


def _page(asked: Asked, typed: Mapping[str, str], wrong: str, status: int = 200) -> Response:
    seen = [note for note in asked.view.notes if note.filled.form == "sighting"][-_LATEST:]
    return asked.page(
        "contact/sightings.html", status, typed=typed, wrong=wrong, seen=list(reversed(seen)),
        at=clock.to_text(asked.view.now_us), part=round(RANGE_PART * 100), degrees=round(BEARING_ERROR_DEG),
    )  # fmt: skip


PAGES: Final[tuple[Page, ...]] = (Page("/sightings", "sightings", sighting, roles=WORKERS, posts=True),)
