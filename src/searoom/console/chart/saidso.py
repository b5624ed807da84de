"""What the chart's pages say in words: pairs, zones, sightings, choices of a form, words for a script."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from searoom.clock import to_text
from searoom.console.chart.wanted import GRADES, KINDS, NOBODYS, RINGS_NM, VECTORS_MIN, Wanted
from searoom.console.craft import HeldSea
from searoom.review.distance import say
from searoom.review.svg import look
from searoom.review.texts import Texts, table
from searoom.units import METRES_PER_SECOND_PER_KNOT, MICROSECONDS

SIGNS: Final = ("●", "■", "◆", "▲")
GROUPS: Final = ("chart.", "near.", "replay.")
Choice = list[tuple[str, str]]


def pair_words(pair: Mapping[str, Any], now_us: int, t: Texts) -> str:
    """Return an open pair with its closest approach, no finer than its error, and the time that is left."""
    left_s = round((pair["cpa_us"] - now_us) / MICROSECONDS)
    cpa, error = say(pair["cpa_m"], pair["cpa_error_m"], t.lang).split(" ± ")
    left = f"{'-' if left_s < 0 else ''}{abs(left_s) // 60}:{abs(left_s) % 60:02d}"
    return t("chart.pair", a=pair["a"], b=pair["b"], cpa=cpa, error=error, time=to_text(pair["cpa_us"]), left=left)


def grade_words(row: Mapping[str, Any], t: Texts) -> str:
    """Return a change of grade as it was noted; one that ended an encounter has the word for that."""
    cpa, error = say(row["cpa_m"], row["cpa_error_m"], t.lang).split(" ± ")
    grade = t(f"near.{row['grade']}") if t.has(f"near.{row['grade']}") else "–"
    time = to_text(row["at"] * 1000)
    return t("replay.grade_row", time=time, a=row["a"], b=row["b"], grade=grade, cpa=cpa, error=error)


def zone_words(told: Mapping[str, Any], called: Mapping[str, str], t: Texts) -> str:
    """Return a zone by each party's own name for it, in the order of the parties, and whose claim it is."""
    names = [f"{name} ({called.get(party, party)})" for party, name in told["names"]] or [told["name"]]
    return t("chart.zone", names=" / ".join(names), party=called.get(told["claimed_by"], told["claimed_by"]))


def sighting_words(one: Mapping[str, Any], t: Texts) -> str:
    """Return a sighting with the errors of its bearing and its range."""
    distance, error = say(one["range_m"], one["range_error_m"], t.lang).split(" ± ")
    return t(
        "chart.sighting_row", time=to_text(one["at_us"]), craft=one["seen"] or one["craft"], who=one["who"],
        bearing=f"{one['bearing_deg']:03.0f}°", bearing_error=f"{one['bearing_error_deg']:.0f}°", range=distance,
        range_error=error,
    )  # fmt: skip


def kind_word(kind: str, flying: bool, t: Texts) -> str:
    """Return what a craft is: of the registry, else ship or aircraft."""
    return t(f"chart.{kind.replace(' ', '_')}" if kind else "chart.aircraft" if flying else "chart.ship")


def parties_of(called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the parties with the colour and the sign by which the chart tells them apart."""
    order = list(called)
    return [
        {"id": party, "name": name, "look": look(party, order), "sign": SIGNS[look(party, order)]}
        for party, name in called.items()
    ]


def choices(view: Wanted, sea: HeldSea, called: Mapping[str, str], t: Texts) -> dict[str, Choice]:
    """Return what can be chosen in each field of the filters; what the address asks for is among it."""
    every: Choice = [("", t("chart.any"))]
    return {
        "kinds": _with(view.kinds, every + [(kind, kind_word(kind, kind == "aircraft", t)) for kind in KINDS]),
        "owners": _with(view.parties, [*every, *called.items(), (NOBODYS, t("chart.nobody"))]),
        "sources": _with(view.sources, every + [(name, name) for name in sorted(sea.sources)]),
        "grades": every + [(grade, t(f"near.{grade}")) for grade in GRADES],
        "vectors": [(str(each), t("chart.off") if not each else str(each)) for each in VECTORS_MIN],
        "rings": [(str(each), t("chart.off") if not each else str(each)) for each in RINGS_NM],
    }


def _with(asked: Sequence[str], options: Choice) -> Choice:
    now = ",".join(asked)
    return options if now in {value for value, _ in options} else [*options, (now, now)]


def config(view: Wanted, box: Sequence[float], called: Mapping[str, str], t: Texts, light: str, **more: Any) -> str:
    """Return what a script needs of the page, as JSON: its words in this language and nothing of what is seen."""
    said = {key: rows[t.lang] for key, rows in table("searoom.console").items() if key.startswith(GROUPS)}
    return json.dumps({
        "lang": t.lang, "light": light, "box": [round(side, 4) for side in box], "words": said, "query": view.address(),
        "parties": parties_of(called), "craft": view.craft, "follow": view.follow, "rings": view.rings,
        "vector": view.vector, "knot": METRES_PER_SECOND_PER_KNOT, **more,
    })  # fmt: skip
