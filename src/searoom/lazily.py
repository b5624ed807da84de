"""Modules that are loaded when they are first used: for a library that takes a second, and that few commands need."""

import importlib.util
import sys
from types import ModuleType


def module(name: str) -> ModuleType:
    """Return the module `name`, whose code runs when something of it is first asked for."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"there is no module {name}")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made
