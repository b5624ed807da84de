"""Runs a module's tests once to learn which reach which line, then once for each change, in a fork of its own.

Started by `mutants/__main__.py` as a plugin of pytest. The code of the functions is replaced in memory, so the tree
on the disk is never changed. What a change outside functions does is tried by a start afresh (`FAULTY`).
"""

import ast
import contextlib
import gc
import importlib.machinery
import importlib.util
import json
import os
import resource
import select
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from mutants.changes import Change, changes

MODULE, RESULTS, FAULTY, LINES = "MUTANTS_MODULE", "MUTANTS_RESULTS", "MUTANTS_FAULTY", "MUTANTS_LINES"
LEAST_S, FACTOR = 10.0, 6.0
MEMORY_BYTES = 6 << 30
_KILLED, _SURVIVED = 1, 0
_failed: list[str] = []


class _Finder:
    """Loads the one module from its changed source, before anybody else can."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of the changed module."""
        if name != self.name:
            return None
        path = path_of(name)
        loader = importlib.machinery.SourceFileLoader(name, str(path))
        loader.get_code = lambda _name: compile(self.source, str(path), "exec")  # type: ignore[method-assign]  # meant
        return importlib.util.spec_from_file_location(name, path, loader=loader)


def path_of(module: str) -> Path:
    """Return the file of a module."""
    return Path(__file__).resolve().parent.parent / "src" / Path(*module.split(".")).with_suffix(".py")


if FAULTY in os.environ:
    sys.meta_path.insert(0, _Finder(os.environ[MODULE], Path(os.environ[FAULTY]).read_text(encoding="utf-8")))


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Let hypothesis try the same values each time, and not look for the smallest."""
    settings.register_profile(
        "mutants", deadline=None, derandomize=True, database=None, max_examples=40,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    settings.load_profile("mutants")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take note of each test that fails."""
    if report.failed:
        _failed.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests for each change; without a file for the results they run once, as usual."""
    if RESULTS not in os.environ or session.testsfailed:
        return None
    with Path(os.environ[RESULTS]).open("w", encoding="utf-8") as out:
        for row in _results(session, os.environ[MODULE]):
            print(json.dumps(row), file=out, flush=True)
    return True


def _results(session: pytest.Session, module: str) -> Iterator[dict[str, object]]:
    path = path_of(module)
    reached = _learn(session.items, str(path))
    if reached is None:
        yield {"broken": _failed}
        return
    whole = sum(seconds for seconds, _ in reached.values())
    yield {"tests": len(session.items), "seconds": round(whole, 2)}
    source = path.read_text(encoding="utf-8")
    lines = source.split("\n")
    plain = _Code(str(path), compile(source, str(path), "exec"))
    asked = {int(line) for line in os.environ.get(LINES, "").split(",") if line}
    for change, tree in changes(source):
        if asked and change.line not in asked:
            continue
        row = {"line": change.line, "text": lines[change.line - 1].strip(), "what": change.what}
        items = _reaching(session.items, reached, change)
        fresh = _Code(str(path), compile(tree, str(path), "exec"))
        outcome = "survived"
        if items and change.deferred and plain.fits(fresh):
            limit_s = max(LEAST_S, FACTOR * sum(reached[item.nodeid][0] for item in items))
            outcome = _fork(lambda fresh=fresh, items=items: _judge(plain, fresh, items), limit_s)
        if outcome == "survived":
            # what no test reaches may still be reached while the tests are loaded, and what one does too
            otherwise = "survived" if items else "unreached"
            yield {**row, "outcome": "afresh", "otherwise": otherwise, "source": ast.unparse(tree)}
        else:
            yield {**row, "outcome": outcome}


class _Code:
    """The code of a module's functions by name and place."""

    def __init__(self, path: str, code: types.CodeType) -> None:
        self.path = path
        self.by_place: dict[tuple[object, ...], types.CodeType] = {}
        self._take(code)

    def fits(self, other: "_Code") -> bool:
        """Tell whether each function can take the other's code: only where it has as many free variables."""
        return all(
            len(code.co_freevars) == len(other.by_place[place].co_freevars)
            for place, code in self.by_place.items()
            if place in other.by_place
        )

    def _take(self, code: types.CodeType) -> None:
        self.by_place[place_of(code)] = code
        for inner in code.co_consts:
            if isinstance(inner, types.CodeType):
                self._take(inner)


def place_of(code: types.CodeType) -> tuple[object, ...]:
    """Return what tells a function from all others of its file."""
    first = next((position for position in code.co_positions() if position[2]), None)
    return code.co_qualname, code.co_firstlineno, first[:3] if code.co_name == "<lambda>" and first else None


def _judge(plain: _Code, fresh: _Code, items: Sequence[pytest.Item]) -> int:
    for function in [thing for thing in gc.get_objects() if isinstance(thing, types.FunctionType)]:
        place = place_of(function.__code__)
        if function.__code__.co_filename == plain.path and place in plain.by_place and place in fresh.by_place:
            function.__code__ = fresh.by_place[place]
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if _failed:
            return _KILLED
    return _SURVIVED


def _reaching(
    items: Sequence[pytest.Item], reached: dict[str, tuple[float, set[int]]], change: Change
) -> list[pytest.Item]:
    """Return the tests that reach the change, the quickest first; all of them for what happens at the import."""
    first, last = change.lines
    chosen = [
        item for item in items
        if not change.deferred or any(first <= line <= last for line in reached[item.nodeid][1])
    ]  # fmt: skip
    return sorted(chosen, key=lambda item: reached[item.nodeid][0])


def _learn(items: Sequence[pytest.Item], path: str) -> dict[str, tuple[float, set[int]]] | None:
    """Run all tests once in a fork; return how long each takes and which lines it reaches, None where one fails."""
    reader, writer = os.pipe()

    def run() -> int:
        with os.fdopen(writer, "w", encoding="utf-8") as out:
            for item, following in zip(items, [*items[1:], None], strict=True):
                started, lines = time.monotonic(), _traced(item, following, path)
                print(json.dumps([item.nodeid, time.monotonic() - started, sorted(lines)]), file=out, flush=True)
            print(json.dumps(_failed), file=out, flush=True)
        return 0

    said = _fork(run, 1800.0, reader, writer)
    rows = [json.loads(line) for line in str(said).splitlines()]
    if not rows or rows[-1]:
        _failed.extend(map(str, rows[-1] if rows else ["nothing ran"]))
        return None
    return {name: (seconds, set(lines)) for name, seconds, lines in rows[:-1]}


def _traced(item: pytest.Item, following: pytest.Item | None, path: str) -> set[int]:
    lines = set[int]()

    def local(frame: types.FrameType, _event: str, _argument: object) -> object:
        lines.add(frame.f_lineno)
        return local

    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename == path else None)  # type: ignore[arg-type,return-value]  # a tracer
    try:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    finally:
        sys.settrace(None)
    return lines


def _fork(deed: Callable[[], int], limit_s: float, reader: int = -1, writer: int = -1) -> str:
    """Do `deed` in a fork; return "killed", "survived" or "slow"; with a pipe, what was written into it."""
    child = os.fork()
    if child == 0:
        code = _KILLED
        with contextlib.suppress(BaseException):
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            code = deed()
        os._exit(code)  # the rest of pytest is the parent's
    if writer >= 0:
        os.close(writer)
    said, ends = b"", time.monotonic() + limit_s
    while True:
        if reader >= 0 and select.select([reader], [], [], 0)[0]:
            said += os.read(reader, 1 << 16)
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "slow"
        time.sleep(0.002)
    if reader < 0:
        return "survived" if os.waitstatus_to_exitcode(status) == _SURVIVED else "killed"
    while more := os.read(reader, 1 << 16):
        said += more
    os.close(reader)
    return said.decode()
