"""What the rivals of the search for near pairs share: a picture from a file in, seconds and pairs out, as JSON.

bench/.near/bin/python -m bench.rivals.near_tree PICTURE.npz REPEATS
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Picture: TypeAlias = Mapping[str, Array]


def run(method: Callable[[Picture], Array]) -> None:
    """Search the picture as often as the command line says, and print what it took; `method` returns one of a pair."""
    path, repeats = sys.argv[1:3]
    picture, seconds, pairs = dict(np.load(path)), list[float](), 0
    for _ in range(int(repeats)):
        begun = time.perf_counter()
        pairs = len(method(picture))
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": seconds, "pairs": pairs}))
