"""What comes every year or on a schedule, as a grid: a row for each who owes it, a column for each year or slot."""

from collections.abc import Iterator, Mapping, Sequence

from searoom.console.duties.marks import SIZE, WIDTH, Figure, drawing, mark, words
from searoom.console.duties.scene import Scene, shown
from searoom.obligations.clauses import Clause
from searoom.obligations.standing import Obligation
from searoom.review.svg import element

MOST = 14
"""Columns of a drawing: the last years or slots; the table beside it has the same."""
_LINE = 30.0
_NAMES = 300.0
_HEAD = 34.0

Cells = Mapping[tuple[str, ...], Mapping[str, Obligation]]


def draw(scene: Scene) -> Figure | None:
    """Return the grid of what recurs, clause by clause; None where nothing does."""
    parts: list[str] = []
    table: list[tuple[str, ...]] = []
    drawn: list[Obligation] = []
    y = 4.0
    for clause in scene.clauses("yearly", "schedule"):
        labels, cells = _cells(scene.reckoning.of(clause.id))
        if not labels:
            continue
        parts += _block(scene, clause, labels, cells, y)
        y += _HEAD + _LINE * (len(cells) + 1)
        kept = [duty for by in cells.values() for label, duty in by.items() if label in labels]
        drawn += kept
        title = clause.title[scene.lang]
        table += [(title, scene.called(duty.owed_by), duty.label, scene.state(duty)) for duty in kept]
    if not table:
        return None
    heads = tuple(scene.t(f"standing.{name}") for name in ("what", "owed_by", "which", "state"))
    svg = drawing(y, scene.t("standing.grid"), "".join(parts))
    return Figure("grid", svg, heads, tuple(table), shown(drawn))


def _cells(duties: Sequence[Obligation]) -> tuple[tuple[str, ...], Cells]:
    """Return the last labels in their order, and the duties by who owes them and by label."""
    labels = tuple(dict.fromkeys(duty.label for duty in duties))[-MOST:]
    found: dict[tuple[str, ...], dict[str, Obligation]] = {}
    for duty in duties:
        if duty.label in labels:
            found.setdefault(duty.owed_by, {})[duty.label] = duty
    return labels, found


def _block(
    scene: Scene, clause: Clause, labels: Sequence[str], cells: Cells, top: float
) -> Iterator[str]:  # fmt: skip
    yield words(clause.title[scene.lang], 4, top + SIZE + 4, kind="head", most=WIDTH - 8)
    step = (WIDTH - _NAMES) / len(labels)
    for at, label in enumerate(labels):
        x = _NAMES + step * (at + 0.5)
        yield words(_short(label, clause), x, top + _HEAD + SIZE, anchor="middle", kind="soft", most=step - 2)
    for row, (owed_by, by) in enumerate(cells.items()):
        y = top + _HEAD + _LINE * (row + 1.3)
        yield element("path", d=f"M4 {y + 15:g}H{WIDTH - 4:g}", class_="hair")
        yield words(scene.called(owed_by), 4, y + SIZE / 3, most=_NAMES - 12)
        for at, label in enumerate(labels):
            if label in by:
                yield mark(by[label].state, _NAMES + step * (at + 0.5), y, scene.told(by[label]))


def _short(label: str, clause: Clause) -> str:
    """Return a slot as its day, or as its hour where a day has several; a year as it is."""
    if clause.trigger.kind != "schedule":
        return label
    return label[5:10] if clause.trigger.every_us >= 24 * 3600 * 1_000_000 else label[11:16]
