"""The areas of released notices, in force or coming at a moment, as features that a chart draws and rows that it lists.

Pure. An area is what a notice says of itself; that it is drawn is no word of ours about whose sea it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from searoom.account import Account, Message, Ref, ref_text
from searoom.clock import from_text, to_text
from searoom.console.chart import outlines
from searoom.errors import NotAllowed
from searoom.review.texts import Texts
from searoom.signals.forms import Form, FormBook
from searoom.signals.placekinds import parse_area, say_area
from searoom.units import MICROSECONDS

DAY_US: Final = 86_400 * MICROSECONDS
BEGINS: Final = ("start", "onset")
ENDS: Final = ("end", "expires")
LASTS: Final = "lasts"
NOW, COMING = "now", "coming"
MOST: Final = 500  # the newest of them; a chart with more can be read by nobody
_TURN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Notice:
    """One area of a notice: from and until when, microseconds; `area` is None where it is said in words alone."""

    ref: Ref
    author: str
    form: str
    placed_us: int
    from_us: int
    to_us: int
    area: tuple[Any, ...] | None
    said: str

    def state(self, at_us: int) -> str:
        """Return whether it is in force at a moment, coming, or ('') neither said yet nor over."""
        if not self.placed_us <= at_us < self.to_us:
            return ""
        return NOW if self.from_us <= at_us else COMING


def notices(account: Account, book: FormBook, from_us: int, to_us: int) -> tuple[Notice, ...]:
    """Return the areas that were said before the end of a period and were not over at its begin, the newest last."""
    found = [
        one
        for message in account.messages(*(form.name for form in book.forms if _tells(form)))
        if message.placed_us <= to_us
        for one in _areas(message, book.form(message.filled.form))
        if one.to_us > from_us
    ]
    return tuple(found[-MOST:])


def _tells(form: Form) -> bool:
    return form.visibility == "shared" and any(one.name.split("_")[0] == "area" for one in form.fields)


def _areas(message: Message, form: Form) -> Iterator[Notice]:
    """Yield the areas of a message that says when they begin and end."""
    fields, kinds = message.filled.fields, {one.name: one.kind for one in form.fields}
    begin = next((_moment(fields[name], kinds.get(name, ""), 0) for name in BEGINS if fields.get(name)), None)
    end = next((_moment(fields[name], kinds.get(name, ""), DAY_US) for name in ENDS if fields.get(name)), None)
    if end is None and begin is not None and isinstance(fields.get(LASTS), int):
        end = begin + cast("int", fields[LASTS])
    if begin is None or end is None or end <= begin:
        return
    for name, value in fields.items():
        if name.split("_")[0] == "area" and value:
            area = tuple(cast("Sequence[Any]", value)) if kinds.get(name) == "area" else _read(str(value))
            yield Notice(message.ref, message.author, form.name, message.placed_us, begin, end, area, str(value))


def _moment(value: object, kind: str, whole_day_us: int) -> int | None:
    """Return a moment; of a date its first, or with a day added the first after it, by UTC."""
    match kind:
        case "date":
            return from_text(f"{value}T00:00:00Z") + whole_day_us
        case "zoned":
            return int(cast("Sequence[int]", value)[0])
        case "time":
            return cast("int", value)
    return None


def _read(text: str) -> tuple[Any, ...] | None:
    try:
        return parse_area(text)
    except NotAllowed:
        return None


def feature(one: Notice, names: Mapping[str, str], book: FormBook, t: Texts) -> dict[str, Any]:
    """Return a notice as a GeoJSON feature with its words in each state; one without an area has no geometry."""
    values = {
        "form": book.form(one.form).title[t.lang], "party": names.get(one.author, one.author),
        "begin": to_text(one.from_us), "end": to_text(one.to_us),
    }  # fmt: skip
    return {
        "type": "Feature",
        "properties": {
            "ref": ref_text(one.ref), "party": one.author, "placed": one.placed_us // _TURN,
            "from": one.from_us // _TURN, "to": one.to_us // _TURN,
            NOW: t("chart.notice_now", **values), COMING: t("chart.notice_coming", **values),
            "area": one.said if one.area is None else say_area(one.area, t.lang),
        },
        "geometry": None if one.area is None else {"type": "Polygon", "coordinates": [outlines.area(one.area)]},
    }  # fmt: skip
