"""Thresholds: from which figure on notice is owed and observers are invited, and what lies just below or is split.

Declared and afterwards reported figures stand beside each other; neither replaces the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from searoom.obligations.asking import DATES, NUMBERS, form_field, shared_form
from searoom.obligations.deadlines import Said
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.pack import DAY_US, Table, refuse
from searoom.signals.forms import FormBook


@dataclass(frozen=True, slots=True)
class Threshold:
    """The figure in `field` of the form, from which on notice (`notify`) and observation (`observe`) are owed.

    `near` is the percentage below `notify` that is shown; `start` and `end` are date fields: two activities of one
    party whose times overlap are shown together. `report` is the form of afterwards, with the same field.
    """

    form: str
    field: str
    notify: int
    observe: int
    near: int
    start: str
    end: str
    report: str


def read_threshold(table: Table, book: FormBook) -> Threshold:
    """Return a threshold of a pack."""
    form = shared_form(table, "form", book)
    field = form_field(table, "field", book, form, NUMBERS)
    report = shared_form(table, "report", book) if table.has("report") else ""
    if report and not any(known.name == field for known in book.form(report).fields):
        raise refuse(table.at("report"), f"the form '{report}' has no field '{field}' to compare")
    found = Threshold(
        form=form,
        field=field,
        notify=table.whole("notify", 1, 10**9),
        observe=table.whole("observe", 1, 10**9) if table.has("observe") else 0,
        near=table.whole("near_percent", 1, 50) if table.has("near_percent") else 0,
        start=form_field(table, "start", book, form, DATES),
        end=form_field(table, "end", book, form, DATES),
        report=report,
    )
    if found.observe and found.observe < found.notify:
        raise refuse(table.at("observe"), "what is observed is notified too: 'observe' is not below 'notify'")
    return found


def tell_threshold(rule: Threshold, scene: Scene) -> Iterator[Fact]:
    """Give where each declared figure lies, what overlaps with it, and what was reported afterwards."""
    entries = [said for said in scene.of(rule.form) if isinstance(said.fields.get(rule.field), int)]
    for at, said in enumerate(entries):
        yield _fact(rule, scene, said, level(rule, _figure(rule, said)))
        for other in entries[:at]:
            together = _figure(rule, said) + _figure(rule, other)
            small = max(_figure(rule, said), _figure(rule, other)) < rule.notify <= together
            if small and other.author == said.author and overlap(rule, said, other):
                more = {"other": str(_figure(rule, other)), "together": str(together)}
                yield _fact(rule, scene, said, "split", (other,), **more)
        for report in scene.answers(said.ref, rule.report) if rule.report else ():
            told = report.fields.get(rule.field)
            if isinstance(told, int) and told >= rule.notify > _figure(rule, said):
                yield _fact(rule, scene, said, "reported-above", (report,), reported=str(told))


def level(rule: Threshold, figure: int) -> str:
    """Return where a figure lies: below, near, notify or observe."""
    if rule.observe and figure >= rule.observe:
        return "observe"
    if figure >= rule.notify:
        return "notify"
    return "near" if rule.near and figure * 100 >= rule.notify * (100 - rule.near) else "below"


def overlap(rule: Threshold, one: Said, other: Said) -> bool:
    """Whether two activities share a day; one whose times are missing shares none."""
    times = [said.moment_us(name) for said in (one, other) for name in (rule.start, rule.end)]
    known = [time // DAY_US for time in times if time is not None]
    return len(known) == len(times) and max(known[0], known[2]) <= min(known[1], known[3])


def _figure(rule: Threshold, said: Said) -> int:
    return int(str(said.fields[rule.field]))


def _fact(rule: Threshold, scene: Scene, said: Said, state: str, others: Sequence[Said] = (), **more: str) -> Fact:
    figures = {
        "declared": str(_figure(rule, said)), "notify": str(rule.notify), "observe": str(rule.observe),
        "near": str(rule.near), **more,
    }  # fmt: skip
    refs = (said.ref, *(other.ref for other in others))
    label = str(said.fields.get("designation") or f"{said.ref[0]}/{said.ref[1]}")
    return Fact(scene.clause, "threshold", (said.author,), label, state, figures, refs)
