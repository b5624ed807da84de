"""Runs the benchmarks: `python -m bench` all of them, `python -m bench link peers` these two.

    python -m bench [screen|near|archive|larger|live|alarms|ais|link|verify|start|standing|append|signals|commitments
                     |peers|review-year|console-alert|console-sse|console-chart ...]
                    [--quick] [--runs N] [--entries N] [--only PART]

Each prints a table and writes bench/results-<subject>.md; `--quick` only shows that all parts run, and writes nothing.
"""

import signal
import sys
from collections.abc import Callable
from itertools import takewhile

from bench import (
    ais,
    alarms,
    append,
    archive,
    commitments,
    console_alert,
    console_chart,
    console_sse,
    larger,
    link,
    live,
    near,
    peers,
    review_year,
    screen,
    signals,
    standing,
    start,
    verify,
)
from bench.frame import Options, parse, work_folder
from bench.stock import Stock

SUBJECTS: dict[str, Callable[[Options, Stock], None]] = {
    "screen": lambda options, _stock: screen.main(options),
    "alarms": lambda options, _stock: alarms.main(options),
    "near": lambda options, _stock: near.main(options),
    "archive": lambda options, _stock: archive.main(options),
    "larger": lambda options, _stock: larger.main(options),
    "live": lambda options, _stock: live.main(options),
    "ais": lambda options, _stock: ais.main(options),
    "link": link.main,
    "signals": lambda options, _stock: signals.main(options),
    "review-year": lambda options, _stock: review_year.main(options),
    "commitments": lambda options, _stock: commitments.main(options),
    "console-alert": lambda options, _stock: console_alert.main(options),
    "console-chart": lambda options, _stock: console_chart.main(options),
    "console-sse": lambda options, _stock: console_sse.main(options),
    "peers": lambda options, _stock: peers.main(options),
    "append": append.main,
    "start": start.main,
    "standing": standing.main,
    "verify": verify.main,
}


def main(arguments: list[str]) -> int:
    """Run the subjects that are named first, or all; return the exit code."""
    named = list(takewhile(lambda word: not word.startswith("-"), arguments))
    strange = [name for name in named if name not in SUBJECTS]
    if strange:
        print(f"There is no benchmark '{strange[0]}'. There are: {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    options = parse(arguments[len(named) :], " ".join(named))
    with work_folder() as folder:
        stock = Stock(folder)
        for subject in named or SUBJECTS:
            SUBJECTS[subject](options, stock)
            print(flush=True)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started us in the background
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped; what was started has ended.", file=sys.stderr)
        sys.exit(130)
