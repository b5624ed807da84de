"""Requests by state and age: a bar for each until it was done, or until now, and its deadline on it."""

from collections.abc import Iterator, Sequence

from searoom.clock import to_text
from searoom.console.duties.marks import SIZE, WIDTH, Figure, drawing, mark, words
from searoom.console.duties.scene import Scene, shown
from searoom.obligations.pack import DAY_US
from searoom.obligations.standing import Obligation
from searoom.review.svg import element
from searoom.signals.quantities import say_duration

MOST = 40
"""Requests of a drawing: the open ones first, then the newest."""
_LINE = 30.0
_TOP = 40.0
_NAMES = 440.0
_HOUR_US = DAY_US // 24
_MINUTE_US = _HOUR_US // 60
_DAYS = {"en": "{n} d", "ja": "{n}日", "zh": "{n}天"}
_HOURS = {"en": "{n} h", "ja": "{n}時間", "zh": "{n}小时"}


def draw(scene: Scene) -> Figure | None:
    """Return what entries have started, each by how old it is; None where nothing was."""
    names = {clause.id for clause in scene.clauses("on-entry") if clause.about != "exchange"}
    duties = [duty for duty in scene.reckoning.duties if duty.clause.id in names]
    if not duties:
        return None
    kept = sorted(duties, key=lambda duty: (not duty.open, -duty.arose_us))[:MOST]
    longest = max(_reach(duty, scene.now_us) for duty in kept)
    parts = "".join([*_scale(scene, longest, len(kept)), *_bars(scene, kept, longest)])
    heads = tuple(scene.t(f"standing.{name}") for name in ("what", "entry", "owed_by", "state", "age", "until"))
    rows = tuple(
        (
            duty.clause.title[scene.lang], duty.label, scene.called(duty.owed_by), scene.state(duty),
            age(_age(duty, scene.now_us), scene.lang), "" if duty.due_us is None else to_text(duty.due_us),
        )
        for duty in kept
    )  # fmt: skip
    svg = drawing(_TOP + _LINE * len(kept) + 6, scene.t("standing.ages"), parts)
    return Figure("ages", svg, heads, rows, shown(kept))


def _age(duty: Obligation, now_us: int) -> int:
    """Return how long a request was open: until it was done, or until now (microseconds, never below 0)."""
    return max(0, (now_us if duty.moment_us is None else duty.moment_us) - duty.arose_us)


def _reach(duty: Obligation, now_us: int) -> int:
    due = 0 if duty.due_us is None else duty.due_us - duty.arose_us
    return max(_age(duty, now_us), due, _HOUR_US)


def age(span_us: int, lang: str) -> str:
    """Return an age in whole days, or below two days in hours and below two hours in minutes."""
    if span_us >= 2 * DAY_US:
        return _DAYS[lang].format(n=span_us // DAY_US)
    if span_us >= 2 * _HOUR_US:
        return _HOURS[lang].format(n=span_us // _HOUR_US)
    return say_duration(span_us // _MINUTE_US * _MINUTE_US, lang)


def _x(span_us: int, longest: int) -> float:
    return _NAMES + (WIDTH - _NAMES - 30) * min(1.0, max(0.0, span_us / longest))


def _scale(scene: Scene, longest: int, count: int) -> Iterator[str]:
    for part in range(5):
        span = longest * part // 4
        x = _x(span, longest)
        yield element("path", d=f"M{x:g} {_TOP - 8:g}V{_TOP + _LINE * count:g}", class_="hair")
        yield words(age(span, scene.lang), x, _TOP - 14, anchor="middle", kind="soft")


def _bars(scene: Scene, duties: Sequence[Obligation], longest: int) -> Iterator[str]:
    for at, duty in enumerate(duties):
        y = _TOP + _LINE * (at + 0.5)
        words_of = f"{duty.clause.title[scene.lang]} · {duty.label} · {scene.called(duty.owed_by)}"
        end = _x(_age(duty, scene.now_us), longest)
        yield words(words_of, 4, y + SIZE / 3, most=_NAMES - 20)
        yield element("path", d=f"M{_NAMES:g} {y:g}H{end:g}", class_=f"bar s-{duty.state}")
        if duty.due_us is not None:
            due = _x(duty.due_us - duty.arose_us, longest)
            yield element("path", d=f"M{due:g} {y - 11:g}V{y + 11:g}", class_="deadline")
        yield mark(duty.state, end, y, scene.told(duty))
