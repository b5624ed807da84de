"""Disputes: stages with clocks that run from receipt, longer where all agree, and what holds when they have run out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from searoom.account import ref_text
from searoom.clock import to_text
from searoom.obligations.asking import DATES, form_field, shared_form
from searoom.obligations.deadlines import Said
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.pack import LANGUAGES, Table, refuse
from searoom.signals.forms import FormBook

MAX_STAGES: Final = 12


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its id, how long it lasts, and what it is called."""

    id: str
    within_us: int
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dispute:
    """What opens a dispute, its stages in order, what lengthens and what settles it, and the default on silence."""

    opens: str
    settles: str
    extends: str
    until: str
    stages: tuple[Stage, ...]
    default: Mapping[str, str]


def read_dispute(table: Table, book: FormBook) -> Dispute:
    """Return the dispute clock of a pack."""
    stages = tuple(_stage(row) for row in table.tables("stages"))
    if not 1 <= len(stages) <= MAX_STAGES or len({stage.id for stage in stages}) != len(stages):
        raise refuse(table.at("stages"), f"a dispute has 1 to {MAX_STAGES} stages, each with its own id")
    extends = shared_form(table, "extends", book) if table.has("extends") else ""
    return Dispute(
        opens=shared_form(table, "opens", book),
        settles=shared_form(table, "settles", book),
        extends=extends,
        until=form_field(table, "until", book, extends, DATES) if extends else "",
        stages=stages,
        default=table.texts("default"),
    )


def _stage(row: Table) -> Stage:
    stage = Stage(row.text("id"), row.duration_us("time"), row.texts("names"))
    row.done()
    return stage


def tell_dispute(dispute: Dispute, scene: Scene) -> Iterator[Fact]:
    """Give at which stage each dispute stands; it is settled when each party has said so, whatever the clock says."""
    for opened in scene.of(dispute.opens):
        label, parties = ref_text(opened.ref), scene.parties
        settled = {said.author for said in scene.answers(opened.ref, dispute.settles)}
        if settled >= set(parties):
            yield Fact(scene.clause, "dispute", parties, label, "settled", {}, (opened.ref,))
        elif opened.delivered_us is None:
            yield Fact(scene.clause, "dispute", parties, label, "open", {}, (opened.ref,))
        else:
            yield _running(dispute, scene, opened, opened.delivered_us, label)


def _running(dispute: Dispute, scene: Scene, opened: Said, since_us: int, label: str) -> Fact:
    agreed_us = _agreed_until(dispute, scene, opened)
    until_us = since_us
    for stage in dispute.stages:
        begins_us = until_us
        until_us += stage.within_us
        if agreed_us is not None and begins_us < agreed_us and until_us < agreed_us:
            until_us = agreed_us  # all agreed to stay in this stage until then; what follows is counted from there
            agreed_us = None
        if scene.now_us < until_us:
            figures = {f"stage_{lang}": stage.names[lang] for lang in LANGUAGES} | {"until": to_text(until_us)}
            return Fact(scene.clause, "dispute", scene.parties, label, "running", figures, (opened.ref,), until_us)
    figures = {f"default_{lang}": dispute.default[lang] for lang in LANGUAGES} | {"until": to_text(until_us)}
    return Fact(scene.clause, "dispute", scene.parties, label, "default", figures, (opened.ref,))


def _agreed_until(dispute: Dispute, scene: Scene, opened: Said) -> int | None:
    """Return until when every party has agreed to stay: the earliest of their last words, or None."""
    if not dispute.extends:
        return None
    last = {said.author: said.moment_us(dispute.until) for said in scene.answers(opened.ref, dispute.extends)}
    known = [moment for party in scene.parties if (moment := last.get(party)) is not None]
    return min(known) if len(known) == len(scene.parties) else None
