"""Libraries of one release before: a story that ends otherwise under them is named, and the exit code says so."""

import json
import subprocess
import sys

import pytest

from tools import earlier

# A library that answers every condition the other way round, and is the real one in all else.
CONTRARY = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

found = PathFinder.find_spec("cel_expr_python", [p for p in sys.path if Path(p) != Path(__file__).parent.parent])
__path__ = list(found.submodule_search_locations)
from cel_expr_python import cel as _real


class cel:
    Type = _real.Type

    @staticmethod
    def NewEnv(*given, **named):
        return Turned(_real.NewEnv(*given, **named))


class Turned:
    def __init__(self, real):
        self.real = real

    def __getattr__(self, name):
        found = getattr(self.real, name)
        return (lambda *given, **named: Turned(found(*given, **named))) if name in ("compile", "eval") else found

    def plain_value(self):
        value = self.real.plain_value()
        return not value if isinstance(value, bool) else value
"""


def run(*arguments):
    """Run the tool in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tools.earlier", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=earlier.ROOT,
    )


def test_the_same_libraries_reach_the_same_standing(tmp_path):
    """Two processes tell every story of every pack that has some, and end alike."""
    done = run("--with", str(tmp_path))

    assert (0, "") == (done.returncode, done.stderr)
    assert " 0 with another standing; other libraries: none" in done.stdout


def test_a_library_that_decides_otherwise_is_noticed(tmp_path):
    """A condition that is answered the other way round changes what is owed, and its story is named."""
    package = tmp_path / "cel_expr_python"
    package.mkdir()
    (package / "__init__.py").write_text(CONTRARY, encoding="utf-8")

    done = run("--with", str(tmp_path))

    assert earlier.DIFFERENT == done.returncode, done.stdout + done.stderr
    assert "DIFFERS  " in done.stdout


def test_what_is_told_names_its_libraries():
    """What computes a standing is named with its version: the conditions' engine is among it."""
    found = json.loads(run("--told").stdout)

    assert {"stories", "libraries"} == found.keys()
    assert "cel-expr-python" in found["libraries"]


@pytest.mark.parametrize(
    ("at_hand", "wanted"),
    [("3.0", ("2.1.post1", "2.0", "1.9")), ("2.0", ("1.9", "1.8")), ("1.8", ()), ("4.0", ())],
    ids=["newest", "middle", "first", "unknown"],
)
def test_finished_releases_before_the_one_at_hand(at_hand, wanted):
    """Candidates and development versions are passed over, and what the source does not know has none before it."""
    said = "anything (3.0)\nAvailable versions: 3.0, 3.0rc1, 2.1.post1, 2.1.dev3, 2.0, 1.9, 1.8\n  INSTALLED: 3.0\n"

    assert wanted == earlier.older(said, at_hand)
