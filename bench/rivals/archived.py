"""What the rivals of the search in archives share: a folder of Parquet files in, seconds and a count out, as JSON.

bench/.archive/bin/python -m bench.rivals.archive_duckdb FOLDER REPEATS
"""

import json
import sys
import time
from collections.abc import Callable

RADIUS_M, AT_LEAST_US, GAP_US = 500.0, 7_200_000_000, 1_200_000_000  # of a meeting
LEG_RADIUS_M, LEG_GAP_US = 926.0, 900_000_000  # of an approach
CELL_DEG = 0.005  # of latitude: 553 m and more
EARTH_M = 6_371_008.8


def run(method: Callable[[str], int]) -> None:
    """Ask the method as often as the command line says, and print what it took; it returns what it found."""
    folder, repeats = sys.argv[1:3]
    seconds, found = list[float](), 0
    for _ in range(int(repeats)):
        begun = time.perf_counter()
        found = method(folder)
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": seconds, "found": found}))
