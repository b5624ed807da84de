"""A CAP alert as a form that officers may release: its own words in their languages, and a note of what did not fit.

The draft says who warned and what the file was; it does not say that it is so. Nothing of it is translated.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from searoom.signals.capalert import Alert, Info, Moment, Place, Point
from searoom.signals.formbook import FormBook
from searoom.signals.forms import Filled
from searoom.signals.namekinds import MAX_NAME, MAX_TEXT, MAX_WORDS
from searoom.signals.placekinds import MAX_CORNERS

FORM: Final = "hadr-alert"
AREAS: Final = ("area", "area_2", "area_3", "area_4")
WORDS: Final = ("words", "words_2", "words_3")
CUT: Final = " […]"
_SCRIPT_LETTERS: Final = 4
_REGION: Final = re.compile(r"[A-Za-z]{2}|[0-9]{3}", re.ASCII)
NOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "thinned": {
        "en": "An area of {count} corners was thinned to {most}; none left out lies more than {off} m from its edge.",
        "ja": "{count}点の区域を{most}点に間引きました。省いた点と辺との距離は最大{off}メートルです。",
        "zh": "{count}个顶点的区域简化为{most}个；略去的顶点距其边线最远{off}米。",
    },
    "areas": {
        "en": "Of {count} areas {most} are here; the others stand in the file.",
        "ja": "{count}区域のうち{most}区域を記載しました。残りはファイルにあります。",
        "zh": "{count}个区域中载有{most}个，其余见文件。",
    },
    "cut": {
        "en": "Words were cut ({where}); the whole stands in the file.",
        "ja": "文を省略しました（{where}）。全文はファイルにあります。",
        "zh": "文字有删节（{where}），全文见文件。",
    },
    "languages": {
        "en": "Of {count} languages {most} are here: {where}.",
        "ja": "{count}言語のうち{most}言語を記載しました：{where}。",
        "zh": "{count}种语言中载有{most}种：{where}。",
    },
    "differ": {
        "en": "What is said in {where} differs in urgency, severity, certainty, time or area from what stands here.",
        "ja": "{where}の記載は、緊急度、重大度、確度、時刻または区域がここの記載と異なります。",
        "zh": "{where}所述的紧迫程度、严重程度、确定程度、时间或区域与此处不同。",
    },
}
"""ja and zh are our own words and await review by native speakers."""
_METRE_E7: Final = 89.8  # 1e-7 degrees of latitude in a metre, of 111,320 m to a degree


def draft(alert: Alert, lang: str, book: FormBook) -> Filled:
    """Return the form `hadr-alert` of an alert, with its note in `lang` (en, ja, zh).

    The words of the officer's language stand first, where the alert has them; else its own order holds. An alert
    without words gives a form that lacks what it needs: `forms.check` says so, and it cannot be sent.
    """
    notes: list[str] = []

    def note(what: str, **more: object) -> None:
        notes.append(NOTES[what][lang].format(**more))

    infos = sorted(alert.infos, key=lambda info: info.language[:2].lower() != lang)
    fields: dict[str, object] = {
        "identifier": _fit(alert.identifier, 2 * MAX_NAME, "identifier", note),
        "sender": _fit(alert.sender, 2 * MAX_NAME, "sender", note),
        "sent": _zoned(alert.sent),
        "status": alert.status.lower(),
        "kind": alert.kind.lower(),
        "file": alert.digest,
        "signature": "unchecked" if alert.signed else "none",
    }
    if alert.earlier:
        named = " ".join(f"{each.sender},{each.identifier}" for each in alert.earlier)
        fields["refers"] = _fit(named, MAX_WORDS, "references", note)
    if infos:
        fields |= _said(infos, note)
    if notes:
        fields["note"] = "\n".join(dict.fromkeys(notes))
    form = book.form(FORM)
    return Filled(form.name, form.version, form.channels[0], "routine", lang, fields)


def _zoned(moment: Moment) -> tuple[int, int]:
    return moment.at_us, moment.offset_min


def _said(infos: list[Info], note: Callable[..., None]) -> dict[str, object]:
    first = infos[0]
    fields: dict[str, object] = {
        "event": _fit(first.event, 2 * MAX_NAME, "event", note),
        "urgency": first.urgency.lower(),
        "severity": first.severity.lower(),
        "certainty": first.certainty.lower(),
        "where": _fit("; ".join(place.words for place in first.places) or "-", MAX_WORDS, "areaDesc", note),
    }
    fields |= {name: _zoned(first.times[name]) for name in ("onset", "expires") if name in first.times}
    for name, info in zip(WORDS, infos, strict=False):
        fields[name] = (_tag(info.language), _fit(_spoken(info), MAX_TEXT, info.language, note))
    if len(infos) > len(WORDS):
        shown = ", ".join(info.language for info in infos[: len(WORDS)])
        note("languages", count=len(infos), most=len(WORDS), where=shown)
    for info in infos[1:]:
        if _facts(info) != _facts(first):
            note("differ", where=info.language)
    points = [at for place in first.places for at, radius in place.circles if not radius]
    if points:
        fields["at"] = points[0]  # a circle without a radius is how CAP writes a place
    if len(points) > 1:
        note("areas", count=len(points), most=1)
    return fields | dict(zip(AREAS, _areas(first.places, note), strict=False))


def _facts(info: Info) -> tuple[object, ...]:
    shapes = [(place.polygons, place.circles) for place in info.places]
    return info.urgency, info.severity, info.certainty, dict(info.times), shapes


def _tag(language: str) -> str:
    """Return a language tag as forms have it: language, script and region; what else a tag may say is left out."""
    first, *more = language.split("-")
    script = [part.title() for part in more[:1] if len(part) == _SCRIPT_LETTERS and part.isalpha()]
    region = [part.upper() for part in more[: 1 + len(script)][len(script) :] if _REGION.fullmatch(part)]
    return "-".join([first.lower(), *script, *region])


def _spoken(info: Info) -> str:
    """Return the words of one language, each part on its own lines, as it stands in the file."""
    parts = [
        info.words.get(name, "") for name in ("senderName", "headline", "description", "instruction", "web", "contact")
    ]
    return "\n".join([info.event, *filter(None, parts)])


def _fit(text: str, limit: int, where: str, note: Callable[..., None]) -> str:
    if len(text) <= limit:
        return text
    note("cut", where=where)
    return text[: limit - len(CUT)] + CUT


def _areas(places: tuple[Place, ...], note: Callable[..., None]) -> list[tuple[object, ...]]:
    polygons = [polygon for place in places for polygon in place.polygons]
    circles = [circle for place in places for circle in place.circles if circle[1]]
    found: list[tuple[object, ...]] = [("circle", at, radius) for at, radius in circles]
    for polygon in sorted(polygons, key=len, reverse=True):
        kept, off = thinned(polygon, MAX_CORNERS)
        if len(kept) < len(polygon):
            note("thinned", count=len(polygon), most=len(kept), off=math.ceil(off))
        found.append(("polygon", kept))
    if len(found) > len(AREAS):
        note("areas", count=len(found), most=len(AREAS))
    return found[: len(AREAS)]


def thinned(corners: tuple[Point, ...], most: int) -> tuple[tuple[Point, ...], float]:
    """Return at most `most` corners of a polygon (1e-7 degrees), and how many metres the furthest left out lies off.

    The corner that changes the area least goes first (Visvalingam and Whyatt 1993); no corner is moved.
    """
    kept = list(range(len(corners)))
    east = math.cos(math.radians(corners[0][0] / 1e7)) if corners else 1.0
    at = [(lat / _METRE_E7, _near(lon, corners[0][1]) * east / _METRE_E7) for lat, lon in corners]
    while len(kept) > most:
        turn = len(kept)
        least = min(range(turn), key=lambda n: _twice(at[kept[n - 1]], at[kept[n]], at[kept[(n + 1) % turn]]))
        del kept[least]
    edges = [(at[kept[n - 1]], at[kept[n]]) for n in range(len(kept))]
    left = set(range(len(corners))) - set(kept)
    off = max((min(_off(at[n], *edge) for edge in edges) for n in left), default=0.0)
    return tuple(corners[n] for n in kept), off


def _near(lon: int, other: int) -> int:
    """Return a longitude as the one of its turns that lies nearest to another: an area may lie across the date line."""
    return (lon - other + 1_800_000_000) % 3_600_000_000 - 1_800_000_000


def _twice(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _off(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return how far a point lies from an edge."""
    along = (b[0] - a[0], b[1] - a[1])
    length = along[0] ** 2 + along[1] ** 2
    share = ((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.dist(p, (a[0] + share * along[0], a[1] + share * along[1]))
