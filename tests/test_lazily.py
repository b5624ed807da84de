"""Modules that are loaded when they are first used."""

import subprocess
import sys

import pytest

from searoom import lazily

FIRST_USED = """
import sys
from searoom import lazily
made = lazily.module("colorsys")
print("ONE_THIRD" in object.__getattribute__(made, "__dict__"))
made.ONE_THIRD
print("ONE_THIRD" in object.__getattribute__(made, "__dict__"))
"""


def test_a_library_is_loaded_with_the_first_use():
    """To name the module loads nothing; to ask for something in it does."""
    said = subprocess.run([sys.executable, "-c", FIRST_USED], capture_output=True, text=True, check=True)

    assert ["False", "True"] == said.stdout.split()


def test_what_is_loaded_already_is_that_module():
    """Nobody gets a second copy."""
    assert sys.modules["searoom.lazily"] is lazily.module("searoom.lazily")


def test_a_module_that_is_not_there_is_refused_at_once():
    """A wrong name fails where it is written, not where it would be used."""
    with pytest.raises(ModuleNotFoundError, match="there is no module searoom.nothing"):
        lazily.module("searoom.nothing")
