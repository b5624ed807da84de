"""Pairs: two groups of commitments that belong together, at the same time, one after the other, or side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.obligations.facts import Done, Fact, Scene
from searoom.obligations.pack import Table, refuse
from searoom.signals.forms import FormBook
from searoom.signals.quantities import say_duration

ORDERS: Final = {
    "simultaneous": "both are done within `within` of each other",
    "after": "the second is done only when the first is",
    "parallel": "both are done, each at its own pace; neither waits for the other",
}
_DONE: Final = frozenset({"met", "late"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups of clauses and how they belong together."""

    order: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    within_us: int


def read_pair(table: Table, _book: FormBook) -> Pair:
    """Return a pair of a pack."""
    order = table.choice("order", ORDERS)
    pair = Pair(
        order, table.list("first"), table.list("second"), table.duration_us("within") if order == "simultaneous" else 0
    )
    if not pair.first or not pair.second or set(pair.first) & set(pair.second):
        raise refuse(table.place, "a pair has clauses on both sides, and none on both")
    return pair


def tell_pair(pair: Pair, scene: Scene) -> Iterator[Fact]:
    """Give how the pair stands, from the duties of its clauses alone."""
    first, second = (_since(names, scene) for names in (pair.first, pair.second))
    who = tuple(
        party
        for party in scene.parties
        if any(party in duty.owed_by for name in (*pair.first, *pair.second) for duty in scene.duties.get(name, ()))
    )
    label = f"{'+'.join(pair.first)} / {'+'.join(pair.second)}"
    figures: dict[str, str] = {}
    if first is None and second is None:
        state = "open"
    elif first is None or second is None:
        state, figures["done"] = "one-sided", "+".join(pair.second if first is None else pair.first)
        if pair.order == "after" and second is None:
            state = "open"
    else:
        apart = second - first
        good = {"simultaneous": abs(apart) <= pair.within_us, "after": apart >= 0, "parallel": True}[pair.order]
        state, figures["apart"] = "met" if good else "out-of-order", say_duration(abs(apart), "en")
    yield Fact(scene.clause, "pair", who, label, state, figures)


def _since(names: Sequence[str], scene: Scene) -> int | None:
    """Return since when all of these clauses are done, or None while one is not."""
    moments = [_of(scene.duties.get(name, ())) for name in names]
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None


def _of(duties: Sequence[Done]) -> int | None:
    """Return since when the latest occasion of a clause is done by all who owe it."""
    if not duties:
        return None
    last = [duty for duty in duties if duty.label == duties[-1].label]
    moments = [duty.moment_us for duty in last if duty.state in _DONE and duty.moment_us is not None]
    return max(moments) if moments and len(moments) == len(last) else None
