"""Lives through stories for as long as it is told; prints what was survived, or the seed that broke a promise.

python -m soak                        a minute of stories
python -m soak --minutes 60           an hour of them
python -m soak --seed 7               the story of one seed, with its trace
python -m soak --planted              plants each listed defect and looks how long it stays hidden
"""

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from soak import planted
from soak.scripts import script_of
from soak.stories import Outcome, live

TAIL = 40


@dataclass
class Tally:
    """What was lived through so far."""

    seeds: int = 0
    virtual_s: float = 0.0
    steps: int = 0
    exchanges: int = 0
    calm: int = 0
    flash: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Add a story."""
        self.seeds += 1
        self.virtual_s += outcome.virtual_s
        self.steps += outcome.steps
        self.exchanges += outcome.exchanges
        self.calm = max(self.calm, outcome.calm_exchanges)
        self.flash = max(self.flash, outcome.flash_exchanges)
        self.faults.update(outcome.faults)

    def lines(self, first: int, real_s: float) -> list[str]:
        """Return the report."""
        seeds, hours = f"{first} to {first + self.seeds - 1}", self.virtual_s / 3600
        rows = [
            f"{self.seeds} stories (seeds {seeds}) in {real_s:.0f} s",
            f"{self.steps} steps, {hours:.0f} simulated hours, {self.exchanges} exchanges",
            f"at most {self.calm} exchanges after the faults until all were in step, {self.flash} until a flash was",
        ]
        return rows + [f"  {count:8d}  {what}" for what, count in sorted(self.faults.items())]


def told(outcome: Outcome) -> str:
    """Return what broke, and how to see it again."""
    broken = "\n".join(f"  [{breach.invariant}] {breach.sentence}" for breach in outcome.breaches)
    tail = "\n".join(outcome.details[-TAIL:])
    return (
        f"seed {outcome.seed}: a promise is broken after {outcome.steps} steps\n{broken}\n"
        f"the end of the story:\n{tail}\n"
        f"trace {outcome.digest}; again with: make soak ARGS='--seed {outcome.seed}'"
    )


def replay(seed: int) -> int:
    """Live through one story, show its trace, and return the exit code."""
    outcome = live(seed, script_of(seed))
    print("\n".join(outcome.trace))
    print(f"trace {outcome.digest}")
    if outcome.breaches:
        print(told(outcome))
    return 1 if outcome.breaches else 0


def soak(minutes: float, first: int) -> int:
    """Live through stories until the time is over or one of them breaks a promise; return the exit code."""
    begun, tally, said = time.monotonic(), Tally(), 0.0
    while (spent := time.monotonic() - begun) < minutes * 60:
        outcome = live(first + tally.seeds, script_of(first + tally.seeds))
        tally.add(outcome)
        if outcome.breaches:
            print(told(outcome))
            return 1
        if spent - said > 60:
            said = spent
            print(f"{spent / 60:.0f} min: {tally.seeds} stories", file=sys.stderr)
    print("\n".join(tally.lines(first, time.monotonic() - begun)))
    return 0


def main(arguments: list[str]) -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="soak", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    parser.add_argument("--seed", type=int, help="live through this one and show its trace")
    parser.add_argument("--start", type=int, help="the first seed (default: a new one each time)")
    parser.add_argument("--planted", action="store_true", help="plant the listed defects, one at a time")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None:
        return replay(chosen.seed)
    if chosen.planted:
        return planted.find_all(print)
    first = int.from_bytes(os.urandom(4), "big") if chosen.start is None else chosen.start
    return soak(chosen.minutes, first)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
