"""The ledger of calls: attempted, answered, unanswered, declined with a reason, faults, and how long the line stood.

Each row is the caller's word. A silence is counted and never explained.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from searoom.obligations.asking import form_field, shared_form
from searoom.obligations.deadlines import Said
from searoom.obligations.facts import Fact, Scene
from searoom.obligations.pack import Table, day_us, refuse
from searoom.signals.forms import FormBook

OUTCOMES: Final = ("answered", "unanswered", "declined", "fault", "restored")


@dataclass(frozen=True, slots=True)
class Calls:
    """The form of a call attempt, the field with its outcome (`OUTCOMES`), and the field with whom was called."""

    form: str
    outcome: str
    called: str


def read_calls(table: Table, book: FormBook) -> Calls:
    """Return the ledger of calls of a pack."""
    form = shared_form(table, "form", book)
    outcome = form_field(table, "outcome", book, form, ("choice",))
    if lacking := [name for name in OUTCOMES if name not in book.form(form).field(outcome).choices]:
        raise refuse(table.at("outcome"), f"the field '{outcome}' has no choice '{lacking[0]}'")
    return Calls(form, outcome, form_field(table, "called", book, form, ("party",)))


def tell_calls(rule: Calls, scene: Scene) -> Iterator[Fact]:
    """Give the calls of each month to each party."""
    rows: dict[tuple[int, str], list[Said]] = defaultdict(list)
    for said in scene.of(rule.form):
        rows[month_start_us(said.at_us), str(said.fields.get(rule.called))].append(said)
    for (start_us, party), calls in sorted(rows.items()):
        counts = Counter(str(said.fields.get(rule.outcome)) for said in calls)
        attempted = sum(counts[name] for name in OUTCOMES if name != "restored")
        bad = attempted - counts["answered"]
        figures = {name: str(counts[name]) for name in OUTCOMES}
        figures |= {"attempted": str(attempted), "up": f"{up_percent(rule, calls, start_us, scene.now_us):.1f}"}
        label = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=start_us)).strftime("%Y-%m")
        refs = tuple(said.ref for said in calls)
        yield Fact(scene.clause, "calls", (party,), label, "unanswered" if bad else "answered", figures, refs)


def month_start_us(time_us: int) -> int:
    """Return the first microsecond of the month, in UTC."""
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).date()
    return day_us(day.replace(day=1))


def up_percent(rule: Calls, calls: Sequence[Said], start_us: int, now_us: int) -> float:
    """Return for how much of the month so far no fault stood, in percent: from a fault to its repair it did."""
    next_us = month_start_us(start_us + 32 * 86_400_000_000)
    end_us = max(min(next_us, now_us), start_us + 1)
    down_us, since_us = 0, None
    for said in sorted(calls, key=lambda said: (said.at_us, said.ref)):
        outcome = said.fields.get(rule.outcome)
        if outcome == "fault" and since_us is None:
            since_us = said.at_us
        elif outcome in ("restored", "answered") and since_us is not None:
            down_us, since_us = down_us + said.at_us - since_us, None
    if since_us is not None:
        down_us += max(0, end_us - since_us)
    return max(0.0, 100 * (1 - down_us / (end_us - start_us)))
