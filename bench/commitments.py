"""How long what is owed takes to compute: many entries, many open commitments; and a condition, beside a second engine.

What is owed is computed whole, and again after one more entry with what is kept of the first (`obligations.kept`), as a
console that follows its node does it; and after many entries that come late, from a line that was cut.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

import celpy
from celpy.adapter import json_to_cel

from bench.frame import Options, Report, Spread, versions
from searoom.account import Account
from searoom.obligations.agreement import load
from searoom.obligations.conditions import Condition
from searoom.obligations.coverage import stories_of, tell_all
from searoom.obligations.kept import Kept
from searoom.obligations.standing import Obligation, standing
from searoom.obligations.tellers import Teller
from searoom.signals import forms
from searoom.statements.ledger import Ledger
from searoom.units import MICROSECONDS

SIZES = (100_000, 1_000_000)
OPEN = 10_000
MORE = 9  # entries that come one by one
CONDITION = "fields.personnel >= 9000 && author != 'pearl'"
FIELDS: dict[str, object] = {"personnel": 9500}
PACKS = ("macm", "exercise-notice", "roadmap")


def main(options: Options) -> None:
    """Measure all of it and write bench/results-commitments.md."""
    report = Report("commitments", "Benchmark: commitments", options, used=versions("cel-expr-python", "cel-python"))
    report.say("", f"{OPEN:,} open commitments among so many entries, two parties; accounts made by hand, in memory.")
    report.table("entries", "account read, s", "standing, s", "after one more entry, s", "after as many late, s")
    for size in (2_000,) if options.quick else options.entries or SIZES:
        _standing(report, size, min(OPEN, size // 2))
    _conditions(report, 100 if options.quick else 20_000)
    report.table("stories of a pack, told and reckoned", "s")
    book = forms.load()
    for name in PACKS[:1] if options.quick else PACKS:
        runs = [_timed(partial(tell_all, stories_of(name) or "", name, book)) for _ in range(options.runs)]
        report.row(name, Spread.of(runs).text())
    report.save()


def _standing(report: Report, size: int, still_open: int) -> None:
    book = forms.load()
    agreement = load("demo", book)
    teller, start_us = Teller(agreement.parties, book), agreement.starts_us
    asked = forms.from_text(book, "hotline-message", {"text": "Your course?"})
    other = forms.from_text(book, "hotline-contact", {"phrase": "we-are-here"})
    for number in range(still_open):
        at_us = start_us + number * MICROSECONDS
        teller.say("amber", asked, at_us=at_us, placed_us=at_us)
    teller.receive("coral", at_us=start_us + still_open * MICROSECONDS)
    for number in range(size - still_open):
        teller.say("coral" if number % 2 else "amber", other, at_us=start_us, placed_us=start_us)
    now_us = start_us + (still_open + 5) * MICROSECONDS
    growing, kept = _Growing(teller), Kept[Obligation]()
    arranged = _timed(growing.account)
    first = _timed(partial(standing, agreement, growing.account(), now_us, kept=kept))
    then = []
    for _ in range(MORE):
        teller.say("amber", asked, at_us=now_us, placed_us=now_us)
        then.append(_timed(partial(standing, agreement, growing.account(), now_us, kept=kept)))
    for _ in range(still_open):
        teller.say("coral", other, at_us=now_us, placed_us=now_us)
    late = _timed(lambda: standing(agreement, growing.account(), now_us, kept=kept))
    if standing(agreement, growing.account(), now_us) != standing(agreement, growing.account(), now_us, kept=kept):
        raise AssertionError("what is kept is not the whole")
    report.row(f"{size:,}", f"{arranged:.2f}", f"{first:.2f}", f"{statistics.median(then):.3f}", f"{late:.2f}")


class _Growing:
    """An account that grows as a node's does: one ledger, into which each account looks."""

    def __init__(self, teller: Teller) -> None:
        self._teller, self._ledger = teller, Ledger(teller.parties)

    def account(self) -> Account:
        """Return the account of all that was said."""
        read = self._ledger.sizes()
        for party, items in self._teller.logs.items():
            for item in items[read.get(party, 0) :]:
                self._ledger.add(item)
        sizes = {**dict.fromkeys(self._teller.parties, 0), **self._ledger.sizes()}
        return Account(self._teller.parties, sizes, 0, {}, (), self._ledger)


def _conditions(report: Report, times: int) -> None:
    condition = Condition(CONDITION)
    environment = celpy.Environment()
    program = environment.program(environment.compile(CONDITION))
    second = {"fields": json_to_cel(FIELDS), "author": json_to_cel("amber")}
    report.table("a condition", "answers a second")
    for name, answer in (
        ("cel-expr-python", partial(condition.holds, fields=FIELDS, author="amber", verified={}, done={})),
        ("cel-python", partial(program.evaluate, second)),
    ):
        begun = time.perf_counter()
        for _ in range(times):
            answer()
        report.row(name, f"{times / (time.perf_counter() - begun):,.0f}")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
