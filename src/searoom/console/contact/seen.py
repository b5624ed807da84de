"""Open encounters as their pages show them: the desk's figures of now, who answered and until when, and what was noted.

Pure. All of it is national. The class of a geometry is advice about a picture from above; it gives nobody a right.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from searoom.clock import from_text, to_text
from searoom.console.view import Note, View
from searoom.encounters.alerts import Reason
from searoom.encounters.craft import AIR_SOURCES, flies
from searoom.errors import NotAllowed
from searoom.sentences import Sentence
from searoom.signals.forms import Filled, FormBook
from searoom.signals.render import CALLING_CHANNEL
from searoom.signals.render import MAX_NAME as MAX_NAME_SAID
from searoom.units import MICROSECONDS
from searoom.watch.answering import BELL
from searoom.watch.noting import COMPANY, ENCOUNTER

MAX_NAME: Final = 100
SNOOZES_MIN: Final = (5, 10, 20, 30, 60)
_OF_PAIRS: Final = (ENCOUNTER, COMPANY, BELL)
_LOOKED_BACK: Final = 2_000  # notes: half a day of a busy bridge
_MMSI: Final = 9
_AIR_GUARD: Final = "121.5"
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_SAYABLE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .'/-]*[A-Za-z0-9.])?")


@dataclass(frozen=True, slots=True)
class Craft:
    """One of the two: its name among the tracks, what it calls itself, whose unit it is said to be, by what seen."""

    name: str
    called: str = ""
    unit: str = ""
    party: str = ""
    seen: tuple[tuple[str, int], ...] = ()  # what saw it, and how many seconds ago

    @property
    def said(self) -> str:
        """What a person calls it: its unit, else the name that it sends, else its track."""
        return self.unit or self.called or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which it may stand in a log of calls."""
        return tuple(dict.fromkeys(name for name in (self.unit, self.called, self.name) if name))

    @property
    def flies(self) -> bool:
        """Whether its name, or what saw it, says that it is an aircraft."""
        return flies(self.name, "") or any(source in AIR_SOURCES for source, _ in self.seen)

    @property
    def guard(self) -> str:
        """Where it is called first."""
        return _AIR_GUARD if self.flies else CALLING_CHANNEL

    @property
    def mmsi(self) -> str:
        """Its identity in AIS, where that is its track; empty where it is not known."""
        return self.name if self.name.isdecimal() and len(self.name) == _MMSI else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One pair. `grade` is empty where no encounter is open; times in microseconds, figures as the desk tells them."""

    a: Craft
    b: Craft
    grade: str = ""
    since: str = ""
    geometry: str = ""
    colregs: str = ""
    state: str = ""
    figures: Mapping[str, Any] | None = None
    cpa_us: int | None = None
    as_of: str = ""
    height_m: int | None = None
    bell: Mapping[str, Any] | None = None
    bell_us: int | None = None
    acknowledged: str = ""
    acknowledged_by: str = ""
    snoozed_until: str = ""
    snoozed_by: str = ""

    @property
    def calls(self) -> bool:
        """Whether it still calls for somebody."""
        return self.bell is not None


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what was noted of a pair: when, of which kind, in the words of its form's choices."""

    at_us: int
    kind: str
    words: str
    a: str
    b: str
    by: str = ""
    until_us: int | None = None
    range_m: float | None = None
    range_error_m: float = 0.0


def named(a: str, b: str) -> tuple[str, str]:
    """Return two names as an address gave them; `NotAllowed` for what can be no two craft."""
    if a == b or not all(name.isprintable() and 0 < len(name) <= MAX_NAME and name.strip() for name in (a, b)):
        raise NotAllowed(Sentence("meet.no_names"))
    return a, b


def rows(reply: Mapping[str, Any], notes: Sequence[Note], most: int) -> tuple[Shown, ...]:
    """Return so many of the open encounters that the desk told, the most pressing bell first, as the desk has them."""
    return tuple(_shown(row, reply, notes) for row in reply["open"][:most])


def company(reply: Mapping[str, Any]) -> tuple[Shown, ...]:
    """Return who keeps together without an open encounter."""
    return tuple(_shown(row, reply, ()) for row in reply["company"])


def pair(reply: Mapping[str, Any], notes: Sequence[Note], a: str, b: str) -> Shown:
    """Return one pair, open or in company; of two that are neither, their names alone."""
    for row in (*reply["open"], *reply["company"]):
        if {row["a"]["name"], row["b"]["name"]} == {a, b}:
            return _shown(row, reply, notes)
    return Shown(Craft(a), Craft(b))


def from_picture(view: View) -> dict[str, Any]:
    """Return what the node last told of open encounters in the shape of the desk's answer: it is silent now."""
    told = [_from_row(row) for row in view.picture.get("open", ())]
    nothing: dict[str, Any] = {"company": [], "cleared": [], "limits": [], "behind": False, "blind": {}}
    return {**nothing, "now": to_text(view.now_us), "open": told}


def _from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: row[name] for name in ("range_m", "range_error_m", "cpa_m", "cpa_error_m")}
    figures |= {"bearing_deg": None, "tcpa_s": round((row["cpa_us"] - row["figures_us"]) / MICROSECONDS)}
    nothing = dict.fromkeys(("state", "bell", "acknowledged", "snoozed_until", "colregs"))
    return {
        **nothing, "a": {"name": row["a"]}, "b": {"name": row["b"]}, "grade": row["grade"],
        "since": to_text(row["since_us"]), "geometry": row["geometry"], "figures": figures,
        "height_m": row.get("height_m"), "as_of": to_text(row["figures_us"]),
    }  # fmt: skip


def _shown(row: Mapping[str, Any], reply: Mapping[str, Any], notes: Sequence[Note]) -> Shown:
    a, b, bell = _craft(row["a"]), _craft(row["b"]), row.get("bell")
    as_of, figures = str(row.get("as_of") or reply["now"]), row["figures"]
    heard, later = (_answerer(notes, a.name, b.name, what) for what in ("first", "until"))
    return Shown(
        a=a, b=b, grade=str(row.get("grade") or ""), since=str(row.get("since") or ""),
        geometry=str(row.get("geometry") or ""), colregs=str(row.get("colregs") or ""),
        state=str(row.get("state") or ""), figures=figures, as_of=as_of,
        cpa_us=None if figures is None else from_text(as_of) + int(figures["tcpa_s"]) * MICROSECONDS,
        height_m=row.get("height_m"), bell=bell, bell_us=None if bell is None else from_text(str(bell["since"])),
        acknowledged=str(row.get("acknowledged") or ""), acknowledged_by=heard,
        snoozed_until=str(row.get("snoozed_until") or ""), snoozed_by=later,
    )  # fmt: skip


def _craft(row: Mapping[str, Any]) -> Craft:
    seen = tuple((str(what), int(age_s)) for what, age_s in row.get("seen", ()))
    name, called, unit, party = (str(row.get(each) or "") for each in ("name", "called", "unit", "party"))
    return Craft(name, called, unit, party, seen)


def _answerer(notes: Sequence[Note], a: str, b: str, what: str) -> str:
    """Return who answered the alarm of a pair last, by acknowledging (`first`) or by putting it off (`until`)."""
    for note in reversed(notes[-_LOOKED_BACK:]):
        fields = note.filled.fields
        if note.filled.form == BELL and what in fields and _of(note.filled, a, b):
            return str(fields.get("person", ""))
    return ""


def history(notes: Sequence[Note], book: FormBook, a: str, b: str, lang: str) -> tuple[Told, ...]:
    """Return what was noted of a pair, the newest first: grades, events in company, and who answered."""
    return _told(
        (note.filled for note in notes[-_LOOKED_BACK:] if note.filled.form in _OF_PAIRS and _of(note.filled, a, b)),
        book, lang,
    )  # fmt: skip


def events(notes: Sequence[Note], book: FormBook, lang: str) -> tuple[Told, ...]:
    """Return what craft in company did lately, the newest first: who crossed ahead of whom, who came back."""
    return _told((note.filled for note in notes[-_LOOKED_BACK:] if note.filled.form == COMPANY), book, lang)


def _of(filled: Filled, a: str, b: str) -> bool:
    return {filled.fields["a"], filled.fields["b"]} == {a, b}


def _told(filled: Iterable[Filled], book: FormBook, lang: str) -> tuple[Told, ...]:
    return tuple(sorted((_line(one, book, lang) for one in filled), key=lambda one: -one.at_us))


def _line(filled: Filled, book: FormBook, lang: str) -> Told:
    fields = filled.fields
    name = "deed" if filled.form == COMPANY else "grade"
    kind = filled.form if filled.form != BELL else ("snoozed" if "until" in fields else "acknowledged")
    choices, chosen = book.form(filled.form).field(name).choices, str(fields[name])
    near, until = fields.get("range_mm"), fields.get("until")
    return Told(
        at_us=int(str(fields["at"])), kind=kind, words=choices[chosen][lang] if chosen in choices else chosen,
        a=str(fields["a"]), b=str(fields["b"]), by=str(fields.get("person", fields.get("by", ""))),
        until_us=until if isinstance(until, int) else None, range_m=near / 1000 if isinstance(near, int) else None,
        range_error_m=_metres(fields.get("range_error_mm")),
    )  # fmt: skip


def _metres(value: object) -> float:
    return value / 1000 if isinstance(value, int) else 0.0


def why(told: str) -> str:
    """Return the row of the table `ended` for why the desk says that an encounter ended."""
    return f"ended.{Reason(told).name.lower()}"


def slug(words: str) -> str:
    """Return the name of the row with the words for a class of geometry."""
    return _OTHER.sub("_", words.lower()).strip("_")


def ours_first(one: Shown, unit: str) -> tuple[Craft, Craft, int | None]:
    """Return our own unit, the other, and the true bearing from ours to the other (None: not known).

    Where none of the two is our `unit` they stay as they are, and there is no bearing of ours.
    """
    told = None if one.figures is None else one.figures.get("bearing_deg")
    if unit in one.b.names:
        return one.b, one.a, None if told is None else (int(told) + 180) % 360
    return one.a, one.b, None if told is None or unit not in one.a.names else int(told)


def addressee(other: Craft, bearing_deg: int | None) -> str:
    """Return how a craft is called: by its name, or where it has none to be said, by what it is and its bearing."""
    if len(other.said) <= MAX_NAME_SAID and _SAYABLE.fullmatch(other.said):
        return other.said
    what = "UNKNOWN AIRCRAFT" if other.flies else "UNKNOWN VESSEL"
    return what if bearing_deg is None else f"{what} BEARING {bearing_deg:03d}"
