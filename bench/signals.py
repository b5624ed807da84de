"""How fast the words come: a signal as a whole process, a search, and what was heard on a bad line, by kind.

Beside each, what a bridge would have otherwise: Python doing nothing, and the nearest sentence by `difflib`.
"""

import difflib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench.frame import ROOT, Options, Report, Spread, percentile, versions
from bench.garbled import KINDS, Line, corpus
from searoom.signals import codebook
from searoom.signals.readback import recognise
from searoom.signals.rows import Signal

LINES = 2700
QUICK_LINES = 54
SEARCHES = ("turn starboard", "RT1", "あぶない", "右 転針", "xiang zuo", "distress help", "nothing like this")
PROCESSES = {
    "searoom signal RT1": ("-m", "searoom", "signal", "RT1"),
    "searoom signal --heard": ("-m", "searoom", "signal", "--heard", "what manoevres do you inten"),
    "Python doing nothing": ("-c", "pass"),
}


def main(options: Options) -> None:
    """Measure all of it and write bench/results-signals.md."""
    report = Report("signals", "Benchmark: signals", options, used=versions())
    report.table("whole process", "s")
    for name, words in PROCESSES.items():
        runs = [_timed(partial(_run, words)) for _ in range(max(options.runs, 1))]
        report.row(name, Spread.of(runs).text(digits=3))
    book = codebook.load(codebook.SHIPPED)
    report.table("search in all books", "first, ms", "then, ms")
    for wanted in SEARCHES:
        first = _timed(partial(codebook.load(codebook.SHIPPED).search, wanted))
        then = Spread.of([_timed(partial(book.search, wanted)) for _ in range(options.runs * 5)])
        report.row(wanted, f"{first * 1e3:.2f}", f"{then.median * 1e3:.2f}")
    _heard(report, book, corpus(book, QUICK_LINES if options.quick else LINES))
    report.save()


def _heard(report: Report, book: codebook.Codebook, lines: Sequence[Line]) -> None:
    sentences = [row.wording[lang] for row, lang in _plain(book)]
    report.say("", f"{len(lines):,} garbled lines of {len(book.signals)} rows, seeded; milliseconds a line.")
    report.table(
        "kind", "lines", "right one shown", "certain", "wrong as certain", "median", "99 %", "worst", "difflib, median"
    )
    for kind in KINDS:
        mine = [line for line in lines if line.kind == kind]
        times, peer, shown, certain, wrong = [], [], 0, 0, 0
        for line in mine:
            begun = time.perf_counter()
            found = recognise(line.heard, book)
            times.append((time.perf_counter() - begun) * 1e3)
            peer.append(_timed(partial(difflib.get_close_matches, line.heard, sentences, 5, 0.5)) * 1e3)
            shown += line.code in [candidate.signal.code for candidate in found]
            sure = [candidate.signal.code for candidate in found if candidate.certain]
            certain, wrong = certain + bool(sure), wrong + bool(sure and sure != [line.code])
        report.row(
            kind, len(mine), f"{shown / len(mine):.0%}", certain, wrong, f"{percentile(times, 0.5):.2f}",
            f"{percentile(times, 0.99):.2f}", f"{max(times):.2f}", f"{percentile(peer, 0.5):.2f}",
        )  # fmt: skip


def _plain(book: codebook.Codebook) -> list[tuple[Signal, str]]:
    """Return the rows without values, in every language: what the peer looks through."""
    return [(row, lang) for row in book.signals if not row.parameters for lang in row.wording]


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _run(words: Sequence[str]) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT.parent, capture_output=True, check=True)
