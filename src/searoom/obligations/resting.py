"""When duties rest: a notice of suspension or termination takes effect when all have it, until the same party resumes.

Silence ends nothing: a notice that is not shown as received has no effect.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import FAR_US, Said

EFFECTIVE_FIELD: Final = "effective"
_OPEN: Final = frozenset({"pending", "due", "missed"})


@dataclass(frozen=True, slots=True)
class Rest:
    """From when until when which clauses rest; none named means all of them."""

    from_us: int
    to_us: int
    clauses: tuple[str, ...]


def resting(in_force: Sequence[Clause], start_us: int, notices: Mapping[str, Sequence[Said]]) -> tuple[Rest, ...]:
    """Return what rests when, by the notices since the agreement's start; `notices` are by form."""
    resumed = [
        (author, at_us)
        for clause in in_force
        if clause.effect == "resumes"
        for author, at_us in _effective(clause, start_us, notices)
    ]
    found: list[Rest] = []
    for clause in in_force:
        if clause.effect not in ("suspends", "terminates"):
            continue
        for author, from_us in _effective(clause, start_us, notices):
            ends = [at_us for by, at_us in resumed if by == author and at_us >= from_us and clause.effect == "suspends"]
            found.append(Rest(from_us, min(ends, default=FAR_US), clause.stops))
    return tuple(found)


def _effective(clause: Clause, start_us: int, notices: Mapping[str, Sequence[Said]]) -> Iterator[tuple[str, int]]:
    """Give who gave such a notice and from when it has effect: receipt and the time of notice, or what it names."""
    for notice in notices.get(clause.trigger.form, ()):
        if notice.delivered_us is None or notice.conveyed or notice.at_us < start_us:
            continue
        named = notice.moment_us(EFFECTIVE_FIELD)
        received_us = notice.delivered_us + clause.term.within_us
        yield notice.author, received_us if named is None else max(received_us, named)


def rests(clause: str, state: str, due_us: int | None, at_rest: Sequence[Rest]) -> bool:
    """Whether a duty that is not done rests: its deadline, or its open end, falls into such a time."""
    until_us = FAR_US if due_us is None else due_us
    return state in _OPEN and any(
        rest.from_us < until_us <= rest.to_us and (not rest.clauses or clause in rest.clauses) for rest in at_rest
    )
