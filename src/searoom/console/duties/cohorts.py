"""Visits as cohorts on a time line: from their first day to their last, and after it what each was to leave behind."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from searoom.account import Account, Message, Ref
from searoom.clock import to_text
from searoom.console.duties.marks import SIZE, WIDTH, Figure, drawing, mark, words
from searoom.console.duties.scene import Scene, shown
from searoom.obligations.deadlines import moment_us
from searoom.obligations.pack import DAY_US
from searoom.obligations.standing import Obligation
from searoom.review.svg import element
from searoom.statements.items import ref_of

MOST = 24
_LINE = 34.0
_TOP = 40.0
_NAMES = 250.0


@dataclass(frozen=True, slots=True)
class Cohort:
    """One visit: what it is called, its first and last moment, and the duties that hang on it."""

    title: str
    who: str
    start_us: int
    end_us: int
    duties: tuple[Obligation, ...]


def draw(scene: Scene) -> Figure | None:
    """Return the visits on a time line; None where the programme has no clause about exchange, or nobody visited."""
    names = {clause.id for clause in scene.agreement.in_force() if clause.about == "exchange"}
    hanging: Mapping[Ref, list[Obligation]] = defaultdict(list)
    for duty in scene.reckoning.duties:
        if duty.clause.id in names and duty.clause.trigger.kind == "on-entry":
            hanging[_root(scene.account, ref_of(duty.label))].append(duty)
    found = [cohort for ref, duties in hanging.items() if (cohort := _cohort(scene, ref, duties)) is not None]
    if not found:
        return None
    kept = sorted(found, key=lambda one: (one.start_us, one.title))[-MOST:]
    first = min(one.start_us for one in kept)
    last = max([scene.now_us, *(one.end_us for one in kept), *(_at(duty, one) for one in kept for duty in one.duties)])
    parts = "".join([*_scale(scene, first, last, len(kept)), *_lanes(scene, kept, first, last)])
    heads = tuple(scene.t(f"standing.{name}") for name in ("visit", "days", "what", "owed_by", "state", "until"))
    rows = tuple(
        (
            one.title, f"{to_text(one.start_us)[:10]} – {to_text(one.end_us)[:10]}", duty.clause.title[scene.lang],
            scene.called(duty.owed_by), scene.state(duty), "" if duty.due_us is None else to_text(duty.due_us),
        )
        for one in kept
        for duty in one.duties
    )  # fmt: skip
    svg = drawing(_TOP + _LINE * len(kept) + 6, scene.t("standing.cohorts"), parts)
    return Figure("cohorts", svg, heads, rows, shown([duty for one in kept for duty in one.duties]))


def _root(account: Account, ref: Ref) -> Ref:
    """Return the entry at the beginning of what answers what; an answer that names a later one leads nowhere twice."""
    seen = {ref}
    while True:
        item = account.message(ref)
        above = account.answered(item.filled) if isinstance(item, Message) else None
        if above is None or above in seen:
            return ref
        ref = above
        seen.add(ref)


def _cohort(scene: Scene, ref: Ref, duties: Sequence[Obligation]) -> Cohort | None:
    item = scene.account.message(ref)
    if not isinstance(item, Message):
        return None
    fields = item.filled.fields
    start = moment_us(fields.get("start"))
    end = moment_us(fields.get("end"))
    start_us = item.claimed_us if start is None else start
    end_us = start_us if end is None else end
    return Cohort(
        str(fields.get("title") or duties[0].label), scene.called([item.author]), start_us,
        max(start_us, end_us) + DAY_US, tuple(sorted(duties, key=lambda duty: (duty.arose_us, duty.owed_by))),
    )  # fmt: skip


def _at(duty: Obligation, one: Cohort) -> int:
    """Return where on the line a duty is marked: when it was done, else when it falls due, else at the visit's end."""
    return duty.moment_us or duty.due_us or one.end_us


def _x(at_us: int, first: int, last: int) -> float:
    return _NAMES + (WIDTH - _NAMES - 20) * (at_us - first) / max(1, last - first)


def _scale(scene: Scene, first: int, last: int, count: int) -> Iterator[str]:
    for part in range(5):
        at_us = first + (last - first) * part // 4
        x = _x(at_us, first, last)
        yield element("path", d=f"M{x:g} {_TOP - 8:g}V{_TOP + _LINE * count:g}", class_="hair")
        yield words(to_text(at_us)[:7], x, _TOP - 14, anchor="middle" if part < 4 else "end", kind="soft")
    x = _x(min(scene.now_us, last), first, last)
    yield element("path", d=f"M{x:g} {_TOP - 8:g}V{_TOP + _LINE * count:g}", class_="deadline")


def _lanes(scene: Scene, kept: Sequence[Cohort], first: int, last: int) -> Iterator[str]:
    for at, one in enumerate(kept):
        y = _TOP + _LINE * (at + 0.5)
        yield words(f"{one.title} · {one.who}", 4, y + SIZE / 3, most=_NAMES - 14)
        x, end = _x(one.start_us, first, last), _x(one.end_us, first, last)
        yield element("path", d=f"M{x:g} {y:g}H{_x(last, first, last):g}", class_="hair")
        yield element("rect", x=x, y=y - 7, width=max(4.0, end - x), height=14.0, class_="visit")
        placed: list[float] = []
        for duty in one.duties:
            spot = max(end + 12, _x(_at(duty, one), first, last))
            while any(abs(spot - other) < 18 for other in placed):
                spot += 18
            spot = min(spot, WIDTH - 10)
            placed.append(spot)
            yield mark(duty.state, spot, y, scene.told(duty))
