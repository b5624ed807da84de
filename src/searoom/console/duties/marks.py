"""The marks of a state in a drawing: a shape for each, so that it is told without colour; and words kept in their room.

A drawing has no style of its own: classes alone, which the style sheet gives their colour by day and by night.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from searoom.review.svg import element, text_width, visible

SIZE: Final = 14.0  # of letters, in drawing units
HALF: Final = 8.0  # of a mark
WIDTH: Final = 900.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of one kind and the same as a table: `kind` is a row of the texts, `heads` and `rows` are the table.

    `shown` are the states that stand in it, in the order of `STATES`, for the legend.
    """

    kind: str
    svg: Markup
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shown: tuple[str, ...]


def drawing(height: float, said: str, parts: str, *, width: float = WIDTH) -> Markup:
    """Return a whole drawing; `said` is what is read out instead of it."""
    return Markup(  # noqa: S704  # every part is made by `element`, or escaped by `words`
        element(
            "svg", parts, viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=visible(said), class_="figure"
        )
    )


def words(text: str, x: float, y: float, *, most: float = 0.0, anchor: str = "", kind: str = "") -> str:
    """Return a text in a drawing; it is cut to `most` units where that is given, and then says so."""
    shown = visible(text)
    cut = fitted(shown, most) if most else shown
    told = element("title", escape(shown)) if cut != shown else ""
    return element("text", told + escape(cut), x=x, y=y, text_anchor=anchor, class_=kind)


def fitted(text: str, most: float) -> str:
    """Return a text that is at most so wide."""
    if text_width(text, SIZE) <= most:
        return text
    kept = text
    while kept and text_width(kept + "…", SIZE) > most:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def mark(state: str, x: float, y: float, told: str) -> str:
    """Return the mark of a state about a point; `told` is what it says in words."""
    shape = SHAPES.get(state, SHAPES["pending"])(x, y)
    return element("g", element("title", escape(visible(told))) + shape, class_=f"mark s-{state}")


def _disc(x: float, y: float) -> str:
    return element("circle", cx=x, cy=y, r=HALF, class_="full")


def _ring(x: float, y: float) -> str:
    return element("circle", cx=x, cy=y, r=HALF, class_="line")


def _dots(x: float, y: float) -> str:
    return element("circle", cx=x, cy=y, r=HALF, class_="line", stroke_dasharray="2 3")


def _half(x: float, y: float) -> str:
    return _ring(x, y) + element(
        "path", d=f"M{x:g} {y - HALF:g}A{HALF:g} {HALF:g} 0 0 1 {x:g} {y + HALF:g}Z", class_="full"
    )


def _cross(x: float, y: float) -> str:
    reach = HALF - 2
    lines = f"M{x - reach:g} {y - reach:g}l{2 * reach:g} {2 * reach:g}m0 {-2 * reach:g}l{-2 * reach:g} {2 * reach:g}"
    box = element("rect", x=x - HALF, y=y - HALF, width=2 * HALF, height=2 * HALF, class_="line")
    return box + element("path", d=lines, class_="line")


def _diamond(x: float, y: float, *, full: bool = False) -> str:
    path = f"M{x:g} {y - HALF:g}L{x + HALF:g} {y:g}L{x:g} {y + HALF:g}L{x - HALF:g} {y:g}Z"
    return element("path", d=path, class_="full" if full else "line")


def _split(x: float, y: float) -> str:
    half = element("path", d=f"M{x:g} {y - HALF:g}L{x + HALF:g} {y:g}L{x:g} {y + HALF:g}Z", class_="full")
    return _diamond(x, y) + half


def _bar(x: float, y: float) -> str:
    return element("path", d=f"M{x - HALF:g} {y:g}H{x + HALF:g}", class_="line")


def _back(x: float, y: float) -> str:
    box = element("rect", x=x - HALF, y=y - HALF, width=2 * HALF, height=2 * HALF, class_="line")
    return box + element("path", d=f"M{x + HALF:g} {y - HALF:g}L{x - HALF:g} {y + HALF:g}", class_="line")


SHAPES: Final[Mapping[str, Callable[[float, float], str]]] = MappingProxyType({
    "pending": _dots,
    "due": _ring,
    "met": _disc,
    "late": _half,
    "missed": _cross,
    "disputed": _split,
    "waived": _bar,
    "transcribed": _diamond,
    "reversed": _back,
})  # fmt: skip
"""How each state of a duty is drawn."""


def legend() -> Mapping[str, Markup]:
    """Return the mark of each state as a small drawing of its own, which says nothing: its words stand beside it."""
    return {
        state: Markup(  # noqa: S704  # every part is made by `element`
            element(
                "svg",
                element("g", shape(10, 10), class_=f"mark s-{state}"),
                viewBox="0 0 20 20",
                aria_hidden="true",
                class_="figure",
            )
        )
        for state, shape in SHAPES.items()
    }
