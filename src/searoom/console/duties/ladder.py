"""Steps as a ladder: a rail for each party, a rung for each step, and beside it which steps belong together."""

from collections.abc import Iterator, Sequence

from searoom.clock import to_text
from searoom.console.duties.marks import SIZE, WIDTH, Figure, drawing, mark, words
from searoom.console.duties.scene import Scene, shown
from searoom.obligations.facts import Fact
from searoom.obligations.pairing import Pair
from searoom.obligations.standing import Obligation
from searoom.review.svg import element

_RUNG = 46.0
_TOP = 44.0
_NAMES = 330.0
_SIDE = 210.0
"""Room for the names of the steps at the left, and for the pairs at the right."""

Rung = tuple[str, tuple[Obligation, ...]]


def draw(scene: Scene) -> Figure | None:
    """Return the ladder of what arises once, pledges too; None where the programme has no such clause."""
    rungs: list[Rung] = [
        (clause.id, scene.reckoning.of(clause.id)) for clause in scene.clauses("once", "after", "pledge")
    ]
    if not rungs:
        return None
    duties = [duty for _, each in rungs for duty in each]
    pairs = [fact for clause in scene.agreement.in_force() for fact in _pairs(scene, clause.id)]
    parts = "".join([*_rails(scene, len(rungs)), *_rungs(scene, rungs), *_brackets(scene, rungs, pairs)])
    heads = tuple(scene.t(f"standing.{name}") for name in ("step", "owed_by", "state", "until"))
    table = [row for name, each in rungs for row in _rows(scene, name, each)]
    table += [(_named(scene, fact), scene.called(fact.parties), _paired(scene, fact), "") for fact in pairs]
    svg = drawing(_TOP + _RUNG * len(rungs) + 10, scene.t("standing.ladder"), parts)
    return Figure("ladder", svg, heads, tuple(table), shown(duties))


def _pairs(scene: Scene, clause: str) -> Sequence[Fact]:
    return [fact for fact in scene.reckoning.counted(clause) if fact.kind == "pair"]


def _paired(scene: Scene, fact: Fact) -> str:
    return scene.t(f"standing.pair_{fact.state.replace('-', '_')}")


def _x(scene: Scene, party: str) -> float:
    parties = scene.agreement.parties
    room = WIDTH - _NAMES - _SIDE
    return _NAMES + room * (parties.index(party) + 0.5) / len(parties)


def _y(at: int) -> float:
    return _TOP + _RUNG * (at + 0.5)


def _rails(scene: Scene, count: int) -> Iterator[str]:
    room = (WIDTH - _NAMES - _SIDE) / len(scene.agreement.parties)
    for party in scene.agreement.parties:
        x = _x(scene, party)
        yield element("path", d=f"M{x:g} {_TOP - 6:g}V{_TOP + _RUNG * count:g}", class_="rail")
        yield words(scene.called([party]), x, SIZE + 8, anchor="middle", kind="head", most=room - 8)


def _rungs(scene: Scene, rungs: Sequence[Rung]) -> Iterator[str]:
    for at, (name, duties) in enumerate(rungs):
        y = _y(at)
        title = scene.agreement.clause(name).title[scene.lang]
        yield words(title, 4, y + SIZE / 3, most=_NAMES - 16)
        if not duties:
            yield words(scene.t("standing.not_yet"), _x(scene, scene.agreement.parties[0]), y + SIZE / 3, kind="soft")
        for duty in duties:
            places = sorted(_x(scene, party) for party in duty.owed_by)
            if len(places) > 1:
                yield element("path", d=f"M{places[0]:g} {y:g}H{places[-1]:g}", class_="rung")
            for x in places:
                yield mark(duty.state, x, y, scene.told(duty))
                if duty.progress is not None:
                    yield words("{}/{}".format(*duty.progress), x + 14, y + SIZE / 3, kind="soft")


def _brackets(scene: Scene, rungs: Sequence[Rung], pairs: Sequence[Fact]) -> Iterator[str]:
    at = {name: number for number, (name, _) in enumerate(rungs)}
    for number, fact in enumerate(pairs):
        rule = scene.agreement.clause(fact.clause).rule
        numbers = rule.numbers if rule is not None else None
        if not isinstance(numbers, Pair):
            continue
        levels = sorted(_y(at[name]) for name in (*numbers.first, *numbers.second) if name in at)
        if not levels:
            continue
        x = WIDTH - _SIDE + 8 + 10 * number
        yield element("path", d=f"M{x - 8:g} {levels[0]:g}H{x:g}V{levels[-1]:g}H{x - 8:g}", class_="pair")
        middle = (levels[0] + levels[-1]) / 2
        yield words(_paired(scene, fact), x + 8, middle, most=_SIDE - 30 - 10 * number, kind="head")


def _rows(scene: Scene, name: str, duties: Sequence[Obligation]) -> Iterator[tuple[str, ...]]:
    title = scene.agreement.clause(name).title[scene.lang]
    if not duties:
        yield title, "", scene.t("standing.not_yet"), ""
    for duty in duties:
        yield title, scene.called(duty.owed_by), scene.state(duty), "" if duty.due_us is None else to_text(duty.due_us)


def _named(scene: Scene, fact: Fact) -> str:
    names = fact.label.replace(" / ", "+").split("+")
    return f"{scene.t('standing.pair')}: " + ", ".join(scene.agreement.clause(name).title[scene.lang] for name in names)
