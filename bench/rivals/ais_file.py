"""What the rivals of the AIS decoder share: a file of sentences in, seconds and the number of positions out, as JSON.

    bench/.ais/bin/python -m bench.rivals.ais_pyais FILE REPEATS

Of each position report (messages 1-3, 18, 19) six fields are looked at: some decoders make them when they are asked.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

POSITIONS = frozenset({1, 2, 3, 18, 19})


def run(types: Callable[[Path], Iterator[int]]) -> None:
    """Read the file as often as the command line says, and print what it took; `types` yields that of each message."""
    path, repeats = Path(sys.argv[1]), int(sys.argv[2])
    seconds, positions = list[float](), 0
    for _ in range(repeats):
        begun = time.process_time()
        positions = sum(kind in POSITIONS for kind in types(path))
        seconds.append(time.process_time() - begun)
    print(json.dumps({"seconds": seconds, "positions": positions}))
