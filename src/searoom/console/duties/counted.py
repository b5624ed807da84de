"""What the clauses count, as bars against their limit where they have one, and in words where they have none."""

from collections.abc import Iterator, Sequence

from searoom.console.duties.marks import SIZE, WIDTH, Figure, drawing, words
from searoom.console.duties.scene import Scene
from searoom.obligations.facts import Fact, sentences
from searoom.review.svg import element

MOST = 40
_LINE = 32.0
_NAMES = 420.0
_ROOM = WIDTH - _NAMES - 110


def draw(scene: Scene) -> Figure | None:
    """Return what is counted; None where the programme counts nothing, or nothing that it counts was said yet."""
    facts = [fact for fact in scene.reckoning.facts if fact.kind != "pair"][-MOST:]
    if not facts:
        return None
    heads = tuple(scene.t(f"standing.{name}") for name in ("what", "who", "fact"))
    rows = tuple(
        (scene.agreement.clause(fact.clause).title[scene.lang], scene.called(fact.parties), said(scene, fact))
        for fact in facts
    )
    svg = drawing(_LINE * len(facts) + 10, scene.t("standing.counted"), "".join(_bars(scene, facts)))
    return Figure("counted", svg, heads, rows, ())


def said(scene: Scene, fact: Fact) -> str:
    """Return a fact as its own sentence."""
    return sentences(fact, scene.agreement.names)[scene.lang]


def limits(fact: Fact) -> tuple[int, int] | None:
    """Return how much of how much, where a fact says both in whole numbers."""
    figures = fact.figures
    used = next((figures[name] for name in ("used", "declared", "answered") if name in figures), "")
    most = next((figures[name] for name in ("of", "notify", "called") if name in figures), "")
    return (int(used), int(most)) if used.isdecimal() and most.isdecimal() and int(most) else None


def _bars(scene: Scene, facts: Sequence[Fact]) -> Iterator[str]:
    for at, fact in enumerate(facts):
        y = _LINE * (at + 0.5) + 4
        title = scene.agreement.clause(fact.clause).title[scene.lang]
        yield words(f"{title} · {fact.label} · {scene.called(fact.parties)}", 4, y + SIZE / 3, most=_NAMES - 14)
        share = limits(fact)
        if share is None:
            yield words(said(scene, fact), _NAMES, y + SIZE / 3, most=WIDTH - _NAMES - 6, kind="soft")
            continue
        used, most = share
        whole = max(used, most)
        yield element("rect", x=_NAMES, y=y - 8, width=_ROOM * used / whole, height=16.0, class_="share")
        limit = _NAMES + _ROOM * most / whole
        yield element("path", d=f"M{limit:g} {y - 12:g}V{y + 12:g}", class_="deadline")
        yield words(f"{used} / {most}", _NAMES + _ROOM + 12, y + SIZE / 3, kind="head")
