"""SVG written by hand: escaped elements, unit marks, round numbers and labels that keep clear of each other."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

# A party's colour and mark follow its place in the sorted list of names, never its chair, so that
# swapping the columns moves no colour. The four colours differ in lightness and in the blue-yellow
# direction that every common kind of colour blindness keeps; the marks carry the same meaning in print.
PALETTE = ("#9a5b00", "#1d5c96", "#5b6770", "#6b3d7a")
MARKS = ("circle", "square", "diamond", "triangle")
DASHES = ("", "7 3", "2 3", "9 3 2 3")

INK = "#1b2730"
QUIET = "#5a6670"
HAIR = "#d5dbe0"
PAPER = "#ffffff"

_NICE = (1.0, 2.0, 5.0, 10.0)
_CONTROL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # zero-width joiners belong to the spelling of several scripts and move nothing


def visible(text: str, *, lines: bool = False) -> str:
    """Return `text` with every control or direction character replaced by its visible code, such as [U+202E].

    Unicode bidirectional controls (UAX 9) can make a sentence read backwards; here they are shown,
    never obeyed. With `lines` a line feed stays.
    """
    parts = []
    for char in text:
        keep = char in _JOINERS or (lines and char == "\n") or unicodedata.category(char) not in _CONTROL
        parts.append(char if keep else f"[U+{ord(char):04X}]")
    return "".join(parts)


def look(party: str, parties: Sequence[str]) -> int:
    """Return the index of a party's colour, mark and dash: its place among the sorted party names."""
    return sorted(parties).index(party) % len(PALETTE)


def number(value: float) -> str:
    """Return a coordinate with at most two decimals and no needless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def nice(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above `value` (which must be positive)."""
    scale = 10.0 ** math.floor(math.log10(value))
    return max(step * scale for step in _NICE if step * scale <= value * (1.0 + 1e-9))


def text_width(text: str, size: float) -> float:
    """Return an estimate of a text's width in the units of `size`; full-width characters count whole."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56 for char in text) * size


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """Return one element; `content` is markup already, attribute values are escaped, `None` leaves one out."""
    pairs = []
    for key, value in attributes.items():
        if value is None or value == "":
            continue
        shown = number(value) if isinstance(value, float) else str(value)
        pairs.append(f' {key.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    return f"<{name}{''.join(pairs)}>{content}</{name}>" if content else f"<{name}{''.join(pairs)}/>"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in drawing units: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Return whether the two share any area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def inside(self, other: "Box") -> bool:
        """Return whether this box lies wholly within the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


class Drawing:
    """One picture under construction; elements are drawn in the order in which they are added."""

    def __init__(self, width: float, height: float, *, title: str, description: str, lang: str, size: float) -> None:
        self.width, self.height, self.size = width, height, size
        self._title, self._description, self._lang = title, description, lang
        self._parts: list[str] = []
        self._taken: list[Box] = []
        self._lines: list[Box] = []

    def add(self, markup: str) -> None:
        """Draw one element."""
        self._parts.append(markup)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, width: float = 1.0, **more: object
    ) -> None:
        """Draw a straight line."""
        self.add(element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, **more))

    def polyline(self, points: Sequence[tuple[float, float]], stroke: str, width: float, **more: object) -> None:
        """Draw an open line through the points."""
        joined = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.add(
            element(
                "polyline",
                points=joined,
                fill="none",
                stroke=stroke,
                stroke_width=width,
                stroke_linejoin="round",
                **more,
            )
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        fill: str = INK,
        size: float = 0.0,
        weight: str = "",
        halo: bool = False,
        lang: str = "",
    ) -> None:
        """Write words with their baseline at y; a halo of paper keeps them readable over lines."""
        self.add(
            element(
                "text",
                escape(visible(words)),
                x=x,
                y=y,
                fill=fill,
                font_size=size or self.size,
                text_anchor=anchor if anchor != "start" else None,
                font_weight=weight or None,
                lang=lang or None,
                stroke=PAPER if halo else None,
                stroke_width=3.0 if halo else None,
                paint_order="stroke" if halo else None,
            )
        )

    def languages(self, x: float, y: float, pieces: Sequence[tuple[str, str]], *, size: float) -> None:
        """Write one sentence in several languages on one line, each piece marked with its own."""
        spans = " · ".join(element("tspan", escape(visible(words)), lang=lang) for lang, words in pieces)
        self.add(element("text", spans, x=x, y=y, fill=INK, font_size=size, font_weight="700"))

    def mark(self, x: float, y: float, kind: str, colour: str, *, radius: float = 4.0, hollow: bool = False) -> None:
        """Draw a unit's mark: circle, square, diamond or triangle, filled or hollow."""
        fill = PAPER if hollow else colour
        stroke = {"fill": fill, "stroke": colour, "stroke_width": 1.4}
        if kind == "circle":
            self.add(element("circle", cx=x, cy=y, r=radius, **stroke))
            return
        r = radius * 1.15
        corners = {
            "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
            "diamond": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
            "triangle": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
        }[kind]
        points = " ".join(f"{number(x + dx * r)},{number(y + dy * r)}" for dx, dy in corners)
        self.add(element("polygon", points=points, **stroke))

    def arrow(self, x: float, y: float, dx: float, dy: float, colour: str, *, length: float = 8.0) -> None:
        """Draw an arrow head at (x, y) that points along (dx, dy)."""
        size = math.hypot(dx, dy)
        if size == 0.0:
            return
        ux, uy = dx / size * length, dy / size * length
        corners = (
            (x + ux * 0.6, y + uy * 0.6),
            (x - ux * 0.4 - uy * 0.42, y - uy * 0.4 + ux * 0.42),
            (x - ux * 0.4 + uy * 0.42, y - uy * 0.4 - ux * 0.42),
        )
        joined = " ".join(f"{number(a)},{number(b)}" for a, b in corners)
        self.add(element("polygon", points=joined, fill=colour))

    def take(self, box: Box) -> None:
        """Keep labels out of this area."""
        self._taken.append(box)

    def avoid(self, points: Sequence[tuple[float, float]], *, pace: float = 7.0) -> None:
        """Keep labels off this line where there is room elsewhere."""
        for (x1, y1), (x2, y2) in pairwise(points):
            count = max(1, math.ceil(math.hypot(x2 - x1, y2 - y1) / pace))
            for k in range(count + 1):
                x, y = x1 + (x2 - x1) * k / count, y1 + (y2 - y1) * k / count
                self._lines.append(Box(x - 2, y - 2, x + 2, y + 2))

    def label(
        self,
        x: float,
        y: float,
        words: str,
        *,
        within: Box,
        fill: str = INK,
        weight: str = "",
        gap: float = 8.0,
        must: bool = False,
        leader: bool = False,
    ) -> bool:
        """Write words beside a point where nothing else is written; return whether a place was found.

        Sixteen places near the point are tried, then wider rings; first clear of lines too. With `must`
        the words are written even where they meet others; with `leader` a thin line joins far places to the point.
        """
        width, height = text_width(words, self.size), self.size * 1.15
        rings = 14 if leader or must else 3
        for others in (self._taken + self._lines, self._taken):
            for box, ring in self._places(x, y, width, height, gap, rings):
                if box.inside(within) and not any(box.meets(taken) for taken in others):
                    self._write(box, words, fill, weight, (x, y) if leader and ring > 1 else None)
                    return True
        if must:
            left = min(max(x + gap, within.left), within.right - width)
            self._write(Box(left, y - height, left + width, y), words, fill, weight, None)
        return must

    @staticmethod
    def _places(x: float, y: float, width: float, height: float, gap: float, rings: int) -> Iterator[tuple[Box, int]]:
        for ring in range(1, rings):
            for turn in range(16):
                angle = math.pi * 2 * turn / 16
                reach = gap * ring
                cx = x + math.cos(angle) * (reach + width / 2 * abs(math.cos(angle)) ** 0.5)
                cy = y - math.sin(angle) * (reach + height / 2)
                yield Box(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2), ring

    def _write(self, box: Box, words: str, fill: str, weight: str, joined: tuple[float, float] | None) -> None:
        if joined is not None:
            x, y = joined
            near_x, near_y = min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)
            self.line(x, y, near_x, near_y, fill, 0.7)
        self.take(box)
        self.text(box.left, box.bottom - self.size * 0.28, words, fill=fill, weight=weight, halo=True)

    def finish(self) -> str:
        """Return the picture as one `svg` element with its title and description for readers who cannot see it."""
        head = element("title", escape(visible(self._title))) + element("desc", escape(visible(self._description)))
        return element(
            "svg",
            head + "".join(self._parts),
            xmlns="http://www.w3.org/2000/svg",
            role="img",
            lang=self._lang,
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            font_family="inherit",
        )

    def small(self) -> str:
        """Return the picture for running text: hidden from readers that speak, since words stand beside it."""
        return element(
            "svg",
            "".join(self._parts),
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            width="12",
            height="12",
            aria_hidden="true",
        )
