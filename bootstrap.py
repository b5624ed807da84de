"""Makes everything ready, then runs the demo, the tests or another task; needs Python 3.11 with venv, nothing else.

    python3 bootstrap.py demo      set up, then run the demo (what follows is handed to `searoom demo`)
    python3 bootstrap.py test      set up, then run every check (what follows is handed to pytest)
    python3 bootstrap.py           list all tasks

Rule 1: standard library only, and no syntax younger than Python 3.6 (see tools/venv.py, which does the set-up).
"""

import os
import shutil
import subprocess
import sys
import time
from typing import List, Tuple

from tools import debian
from tools.venv import LEVELS, OLDEST, ROOT, Stop, dotted, environment, failure, pinned, say, set_up, tool

# One row a check: its name, the command, and what to do where it fails. The tests come after them, so that the
# last lines of the output are pytest's own.
CHECKS = (
    ("format", ["ruff", "format", "--check", "--output-format", "concise", "."], "`make fix` formats these files."),
    ("lint", ["ruff", "check", "--output-format", "concise", "."], "`make fix` repairs what can be repaired."),
    ("types", ["mypy", "--strict"], "CONTRIBUTING.md says what is asked of types."),
    ("import contracts", ["lint-imports"], "The floors are drawn in docs/architecture.md."),
)

# What writes the generated parts of docs/: the list of forms, then the table of files.
GENERATED = (["python", "-m", "tools.formpage"], ["python", "-m", "tools.house"])

# How the whole suite runs where nothing else is asked for: a file stays with one process, for its fixtures' sake, and
# the slowest files come first (tests/conftest.py), so that no process waits long for the other at the end.
WHOLE_SUITE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "40", "-q")
COVERED = ("--cov", "--cov-report=term:skip-covered")

# One row a lock: its level, and the parts of pyproject.toml that it holds.
LOCK_SOURCES = (
    ("core", ["pyproject.toml", "--group", "build"]),
    ("dev", ["pyproject.toml", "--group", "build", "--group", "dev", "--constraint", "requirements/core.txt"]),
    ("lock", ["--group", "lock"]),
)

# What the tasks make, and `clean` removes.
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", ".coverage")
RUBBISH = (*CACHES, ".venv", "dist", "demo-out", os.path.join("fuzz", ".tools"), ".earlier")


def program(name: str) -> List[str]:
    """Return how to start a program of `.venv`: a script by the name of its Python, however long its path is."""
    with open(tool(name), "rb") as file:
        script = file.read(2) == b"#!"
    return [tool("python"), tool(name)] if script else [tool(name)]


def call(command: List[str], quiet: bool = False) -> Tuple[int, str]:
    """Run a program of `.venv` in this folder; return its exit code and, where `quiet`, what it said."""
    whole = program(command[0]) + command[1:]
    if not quiet:
        return subprocess.run(whole, cwd=ROOT, env=environment(), check=False).returncode, ""
    done = subprocess.run(
        whole, cwd=ROOT, env=environment(), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").rstrip()


def hand_over(command: List[str]) -> None:
    """Become this program of `.venv`: its output, its exit code, its signals."""
    whole = program(command[0]) + command[1:]
    os.execve(whole[0], whole, environment())  # noqa: S606  # no shell is wanted


def task_demo(arguments: List[str]) -> None:
    """Set up, then run the main job: two nodes, one encounter, one review."""
    set_up("core")
    hand_over(["searoom", "demo", *arguments])


def task_test(arguments: List[str]) -> None:
    """Set up, then check format, lint, types, import contracts and tests; stop at the first that fails."""
    set_up("dev")
    debian.provide()
    os.chdir(ROOT)
    total = len(CHECKS) + 1
    for place, (name, command, advice) in enumerate(CHECKS, 1):
        started = time.monotonic()
        say("[%d/%d] %-17s" % (place, total, name), end="")
        code, said = call(command, quiet=True)
        say("%6.1f s  %s" % (time.monotonic() - started, "FAILED" if code else "ok"))
        if code:
            raise Stop("%s\n\nStopped at '%s'. %s" % (said, name, advice))
    say("[%d/%d] tests" % (total, total))
    hand_over(["python", "-m", "pytest", *(arguments or WHOLE_SUITE)])


def task_cover(arguments: List[str]) -> None:
    """Run the tests and count what they reach, half as long again; fails below the floor that pyproject.toml sets."""
    set_up("dev")
    os.chdir(ROOT)
    hand_over(["python", "-m", "pytest", *(arguments or WHOLE_SUITE), *COVERED])


def task_fix(_arguments: List[str]) -> None:
    """Repair what can be repaired: format, lint, the table of files in docs/architecture.md."""
    set_up("dev")
    commands = (["ruff", "check", "--fix", "."], ["ruff", "format", "."], *GENERATED)
    left = [" ".join(command) for command in commands if call(command)[0]]
    if left:
        raise Stop("Left to do by hand, as said above: %s" % ", ".join(left))


def task_docs(_arguments: List[str]) -> None:
    """Write the generated parts of docs/ anew: the table of files, and the list of forms."""
    set_up("dev")
    os.chdir(ROOT)
    for command in GENERATED[:-1]:
        call(command)
    hand_over(GENERATED[-1])


def task_bench(arguments: List[str]) -> None:
    """Run the benchmarks of bench/; they print their tables and write them beside themselves."""
    set_up("dev")
    os.chdir(ROOT)
    hand_over(["python", "-m", "bench", *arguments])


def task_soak(arguments: List[str]) -> None:
    """Live through simulated faults for as long as told (--minutes 5), or look for planted defects (--planted)."""
    set_up("dev")
    os.chdir(ROOT)
    hand_over(["python", "-m", "soak", *arguments])


def task_fuzz(arguments: List[str]) -> None:
    """Hand random bytes to each decoder of foreign bytes (--seconds 20; --replay for the seeds and kept finds)."""
    set_up("dev")
    os.chdir(ROOT)
    hand_over(["python", "-m", "fuzz", *arguments])


def task_mutants(arguments: List[str]) -> None:
    """Put small faults into the rooms that are named, or all of the list, and see whether their tests notice."""
    set_up("dev")
    os.chdir(ROOT)
    hand_over(["python", "-m", "mutants", *arguments])


def task_earlier(arguments: List[str]) -> None:
    """Tell every packaged story with the releases before the locked ones too: the standing must be the same."""
    set_up("dev")
    os.chdir(ROOT)
    hand_over(["python", "-m", "tools.earlier", *arguments])


def task_lock(arguments: List[str]) -> None:
    """Solve the dependencies anew into requirements/; with --upgrade, to the newest versions."""
    set_up("lock")
    compiler = ["uv", "pip", "compile", "--universal", "--python-version", dotted(OLDEST), "--generate-hashes"]
    compiler += ["--fork-strategy", "fewest", "--quiet", "--custom-compile-command", "make lock"]
    for level, sources in LOCK_SOURCES:
        out = os.path.join("requirements", level + ".txt")
        code, said = call([*compiler, *sources, "--output-file", out, *arguments], quiet=True)
        if code:
            raise Stop("%s\n\n%s was not written." % (said, out))
        say("  %-22s %3d packages" % (out, len(pinned(level))))


def task_set_up(arguments: List[str]) -> None:
    """Only make .venv ready: for the tests, or `set-up core` for the demo."""
    set_up(arguments[0] if arguments and arguments[0] in LEVELS else "dev")


def task_clean(_arguments: List[str]) -> None:
    """Remove what the tasks made: .venv, caches, the demo's output."""
    for name in RUBBISH:
        path = os.path.join(ROOT, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.remove(path)


TASKS = {
    "demo": task_demo,
    "test": task_test,
    "check": task_test,
    "cover": task_cover,
    "fix": task_fix,
    "docs": task_docs,
    "bench": task_bench,
    "soak": task_soak,
    "fuzz": task_fuzz,
    "mutants": task_mutants,
    "earlier": task_earlier,
    "lock": task_lock,
    "set-up": task_set_up,
    "clean": task_clean,
}


def usage() -> str:
    """Return the list of tasks."""
    rows = ["  %-7s %s" % (name, (task.__doc__ or "").split("\n", 1)[0]) for name, task in TASKS.items()]
    return "\n".join(["Tasks (`make TASK` is the same as `python3 bootstrap.py TASK`):", *rows])


def main(arguments: List[str]) -> int:
    """Run the task that is named first; return the exit code."""
    if os.name != "posix":
        say("Searoom runs on Linux and macOS; on Windows, inside the Windows Subsystem for Linux.")
        return 1
    if not arguments or arguments[0] not in TASKS:
        say(usage())
        return 0 if arguments[:1] in (["help"], ["--help"], ["-h"]) else 2
    try:
        TASKS[arguments[0]](arguments[1:])
    except Stop as stop:
        say("\n%s" % stop)
        return 1
    except OSError as problem:
        say("\n%s" % failure(problem))
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Nothing is broken: start again when you like.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
