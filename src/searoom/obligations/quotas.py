"""Quotas and ceilings: how many a party has accepted, how much it has used, and what is left of it.

A quota is passive: it counts what a party has *accepted* of others' requests. A refused request counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.account import Ref
from searoom.obligations.asking import NUMBERS, choice_of, form_field, shared_form
from searoom.obligations.deadlines import Said, year_of
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.pack import Table, refuse
from searoom.signals.forms import FormBook

MAX_COUNT: Final = 10_000
COUNTS: Final = ("sum", "latest", "largest")


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests a party accepts: a year, a year from one requester, a year for one unit, and at once.

    A number that is 0 is no limit. `field` of the form `answer` says `accepted`; the form `done` ends one.
    """

    request: str
    answer: str
    field: str
    accepted: str
    done: str
    unit_field: str
    per_year: int
    per_requester: int
    per_unit: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A ceiling for what a party declares in one field: by sum, latest or largest figure, in a year or ever."""

    form: str
    field: str
    ceiling: int
    counts: str
    yearly: bool


def read_quota(table: Table, book: FormBook) -> Quota:
    """Return a quota of a pack."""
    request, answer = shared_form(table, "request", book), shared_form(table, "answer", book)
    field = form_field(table, "answer_field", book, answer)
    quota = Quota(
        request=request,
        answer=answer,
        field=field,
        accepted=choice_of(table, "accepted", book, answer, field),
        done=shared_form(table, "done", book) if table.has("done") else "",
        unit_field=form_field(table, "unit_field", book, request) if table.has("unit_field") else "",
        per_year=_limit(table, "per_year"),
        per_requester=_limit(table, "per_requester"),
        per_unit=_limit(table, "per_unit"),
        at_once=_limit(table, "at_once"),
    )
    if not any((quota.per_year, quota.per_requester, quota.per_unit, quota.at_once)):
        raise refuse(table.place, "a quota limits something: per_year, per_requester, per_unit or at_once")
    if bool(quota.per_unit) != bool(quota.unit_field) or (quota.at_once and not quota.done):
        raise refuse(table.place, "'per_unit' needs 'unit_field' and the reverse; 'at_once' needs the form 'done'")
    return quota


def _limit(table: Table, name: str) -> int:
    return table.whole(name, 1, MAX_COUNT) if table.has(name) else 0


def tell_quota(quota: Quota, scene: Scene) -> Iterator[Fact]:
    """Give what each party has accepted, by year; by requester and unit where something was accepted at all."""
    accepted = [
        (request, answer)
        for request in scene.of(quota.request)
        for answer in scene.answers(request.ref, quota.answer)
        if answer.fields.get(quota.field) == quota.accepted and answer.author != request.author
    ]
    for party in scene.parties:
        by: dict[tuple[str, str], list[Ref]] = defaultdict(list)
        for request, answer in accepted:
            if answer.author == party:
                year, unit = str(year_of(answer.at_us)), str(request.fields.get(quota.unit_field, ""))
                for what in ("per_year", f"per_requester {request.author}", f"per_unit {unit}"):
                    by[year, what].append(answer.ref)
        for (year, what), refs in sorted(by.items()):
            most = int(getattr(quota, what.split(" ")[0]))
            if most:
                label = f"{year} {what.partition(' ')[2]}".strip()
                yield _fact(scene, "quota", party, label, len(refs), most, tuple(refs), what=what.split(" ")[0])
        if quota.at_once:
            open_now = tuple(
                answer.ref
                for request, answer in accepted
                if answer.author == party and not scene.answers(request.ref, quota.done)
            )
            if open_now:
                yield _fact(scene, "quota", party, "at once", len(open_now), quota.at_once, open_now, what="at_once")


def _fact(
    scene: Scene, kind: str, party: str, label: str, used: int, most: int, refs: tuple[Ref, ...], **more: str
) -> Fact:
    state = "within" if used <= most else "exceeded"
    figures = {"used": str(used), "of": str(most), "balance": str(most - used), **more}
    return Fact(scene.clause, kind, (party,), label, state, figures, refs)


def read_limit(table: Table, book: FormBook) -> Limit:
    """Return a ceiling of a pack."""
    form = shared_form(table, "form", book)
    return Limit(
        form=form,
        field=form_field(table, "field", book, form, NUMBERS),
        ceiling=table.whole("ceiling", 0, 10**12),
        counts=table.choice("counts", COUNTS),
        yearly=table.flag("yearly"),
    )


def tell_limit(limit: Limit, scene: Scene) -> Iterator[Fact]:
    """Give what each party has declared, against the ceiling; a party that declared nothing has no figure."""
    by: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in scene.of(limit.form):
        if isinstance(said.fields.get(limit.field), int):
            by[said.author, str(year_of(said.at_us)) if limit.yearly else "all"].append(said)
    for (party, label), entries in sorted(by.items()):
        used = counted([int(str(said.fields[limit.field])) for said in entries], limit.counts)
        yield _fact(scene, "limit", party, label, used, limit.ceiling, tuple(said.ref for said in entries))


def counted(figures: Sequence[int], how: str) -> int:
    """Return the figure that counts of several in order: their sum, the latest, or the largest."""
    return {"sum": sum(figures), "latest": figures[-1], "largest": max(figures)}[how]
