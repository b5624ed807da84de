"""In which order clauses are reckoned, and that what they name exists; a circle is refused with its ring."""

from collections.abc import Iterator, Sequence

from searoom.obligations.clauses import Clause
from searoom.obligations.head import Head
from searoom.obligations.pack import refuse
from searoom.obligations.pairing import Pair


def in_order(clauses: Sequence[Clause], place: str = "the agreement") -> tuple[Clause, ...]:
    """Return the clauses so that each stands behind those that it waits for; raise `NotAllowed` for a circle."""
    by_id = {clause.id: clause for clause in clauses}
    placed: dict[str, Clause] = {}
    for clause in clauses:
        _place(clause, by_id, placed, (), place)
    return tuple(placed.values())


def _place(
    clause: Clause, by_id: dict[str, Clause], placed: dict[str, Clause], above: tuple[str, ...], place: str
) -> None:
    if clause.id in placed:
        return
    if clause.id in above:
        ring = " -> ".join((*above[above.index(clause.id) :], clause.id))
        raise refuse(_at(place, list(by_id), clause.id), f"these clauses wait for each other in a circle: {ring}")
    for name in clause.needs:
        if name in by_id:
            _place(by_id[name], by_id, placed, (*above, clause.id), place)
    placed[clause.id] = clause


def _at(place: str, names: list[str], name: str) -> str:
    return f"{place}, clauses[{names.index(name) + 1}] '{name}'"


def check_names(clauses: Sequence[Clause], head: Head, parties: Sequence[str], place: str) -> None:
    """Refuse a clause that names a party, clause or calendar that is not there, and a party that is a former one."""
    if both := sorted(set(parties) & set(head.former)):
        raise refuse(f"{place}, former", f"'{both[0]}' is a party of this version, and no former one")
    known = [clause.id for clause in clauses]
    for clause in clauses:
        where = _at(place, known, clause.id)
        for what, names, there in _named(clause, head, parties, known):
            if strange := [name for name in names if name not in there]:
                raise refuse(where, f"there is no {what} '{strange[0]}'")
        if clause.trigger.kind == "after" and clause.trigger.state == "verified":
            for name in clause.trigger.clauses:
                fulfilment = clauses[known.index(name)].fulfilment
                if fulfilment is None or fulfilment.verified_by is None:
                    raise refuse(where, f"the clause '{name}' says nobody who verifies it")


def _named(
    clause: Clause, head: Head, parties: Sequence[str], known: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    verify = clause.fulfilment.verified_by if clause.fulfilment is not None else None
    yield "party", (*clause.by, *filter(None, (clause.first,)), *(verify.by if verify else ())), parties
    yield "clause", (*clause.needs, *clause.stops), known
    yield "calendar", clause.term.calendars, tuple(head.calendars)
    if clause.rule is not None and isinstance(clause.rule.numbers, Pair):
        yield "clause", (*clause.rule.numbers.first, *clause.rule.numbers.second), known
