"""Hands the seeds and the kept finds to their harnesses, and says which promise is broken; or makes the seeds anew."""

import sys
from pathlib import Path

from fuzz import seeds
from fuzz.harnesses import HARNESSES, judge


def main(names: list[str]) -> int:
    """Replay the harnesses that are named, or all; return 1 where a promise is broken."""
    if names == ["--seeds"]:
        print(f"{seeds.write(Path(__file__).resolve().parent / 'seeds')} seeds")
        return 0
    broken = 0
    for name in names or HARNESSES:
        found = seeds.of(name)
        faults = [fault for data in found if (fault := judge(name, data))]
        broken += len(faults)
        print(f"{name:16} {len(found):3} seeds and kept finds  {'; '.join(faults) or 'ok'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
