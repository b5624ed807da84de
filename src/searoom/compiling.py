"""Loops that are compiled where Numba is installed, and run as they are where it is not.

Numba takes a second to load, so it is loaded by the first who needs a loop: a module marks its loops with `kernel`,
and asks for `ready` before it runs them. What was compiled is kept where a folder can be written.

Rule: whatever a kernel uses stands in its own file, constants too: what is kept is known by that file alone.
"""

import importlib.util
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from searoom import lazily

COMPILED = importlib.util.find_spec("numba") is not None  # the extra `fast`
numba: Any = lazily.module("numba") if COMPILED else None

Function = TypeVar("Function", bound=Callable[..., Any])
_WAITING: dict[str, dict[str, dict[str, bool]]] = {}  # kernels that are not compiled yet, by module and name


def kernel(function: Function) -> Function:
    """Mark a loop of this module."""
    return _marked(function, nogil=True)


def side_by_side(function: Function) -> Function:
    """Mark a loop of this module whose `numba.prange` runs on all cores."""
    return _marked(function, parallel=True)


def ready(module: str) -> None:
    """Compile what `module` has marked, where Numba is installed; the second time there is nothing left to do."""
    for name, options in _WAITING.pop(module, {}).items() if COMPILED else ():
        found = vars(sys.modules[module])
        found[name] = _compiled(found[name], options)


def load() -> None:
    """Load Numba now, where it is installed: who uses threads must, for two may not load it at once."""
    if COMPILED:
        dir(numba.njit)


def _marked(function: Function, **options: bool) -> Function:
    _WAITING.setdefault(function.__module__, {})[function.__name__] = options
    return function


def _compiled(function: Callable[..., Any], options: dict[str, bool]) -> Callable[..., Any]:
    try:
        made: Callable[..., Any] = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder to keep it in: each process compiles anew
        made = numba.njit(**options)(function)
    return made
