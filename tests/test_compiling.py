"""Loops that are compiled where that can be had: when, how, and that nobody waits for it who needs none."""

import subprocess
import sys

import pytest

from searoom import compiling

LATE = """
import sys
import searoom.watch.lookout
print(hasattr(sys.modules.get("numba.core"), "dispatcher"))
from searoom.tracks.aisdecoder import Decoder
line = b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\\n"
Decoder().read(line)
print(hasattr(sys.modules.get("numba.core"), "dispatcher"))
Decoder().read(line * 10_000)
print(hasattr(sys.modules.get("numba.core"), "dispatcher"))
"""


def test_compiled_loops_are_tested():
    """The extra `fast` is part of the checks: without it, the tests of both ways would compare one with itself."""
    assert compiling.COMPILED


def test_numba_is_loaded_by_the_first_loop():
    """A node that hears a line now and then does not wait for it; who reads an archive does."""
    said = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=True)

    assert ["False", "False", "True"] == said.stdout.split()


@pytest.fixture
def marked(monkeypatch):
    """A module with one marked loop, and what the compiler is asked."""
    monkeypatch.setattr(compiling, "_WAITING", {__name__: {"loop": {"parallel": True}}})
    asked = []

    class Numba:
        @staticmethod
        def njit(**options):
            asked.append(options)
            if options.get("cache") and len(asked) == 1:
                raise RuntimeError("cannot cache function: no locator available")
            return lambda function: lambda: f"compiled {function()}"

    monkeypatch.setattr(compiling, "numba", Numba)
    monkeypatch.setitem(globals(), "loop", lambda: "loop")
    return asked


def test_compiles_where_no_folder_can_be_written(marked):
    """Where Numba finds no folder to keep what it compiled, it compiles for this process alone, and only once."""
    compiling.ready(__name__)
    compiling.ready(__name__)

    assert [{"cache": True, "parallel": True}, {"parallel": True}] == marked
    assert "compiled loop" == globals()["loop"]()


def test_leaves_a_loop_as_it_is_where_there_is_no_compiler(marked, monkeypatch):
    """What cannot be compiled stays a function in Python."""
    monkeypatch.setattr(compiling, "COMPILED", False)
    compiling.ready(__name__)

    assert [] == marked
    assert "loop" == globals()["loop"]()


def test_each_module_has_its_own_loops(marked):
    """To be ready in one file compiles nothing of another."""
    compiling.ready("searoom.lazily")

    assert [] == marked
