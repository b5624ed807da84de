"""The house rules, run over the tree; and planted faults, over which each of them must complain."""

import ast
import tomllib
from pathlib import Path

import pytest

from tools import house

# Files that are longer than the rule, or have no test of their own name: each with its reason, and no others.
MAX_TEST_LINES = 600
LONG: dict[str, str] = {}
TESTED_ELSEWHERE: dict[str, str] = {}

SOURCES = house.modules()
TESTS = house.modules(house.ROOT / "tests")
TOOLS = [
    house.ROOT / "bootstrap.py",
    *(path for name in ("tools", "bench", "soak", "fuzz", "mutants") for path in house.modules(house.ROOT / name)),
]
PYPROJECT = tomllib.loads((house.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {row["name"].split(":")[0]: row for row in PYPROJECT["tool"]["importlinter"]["contracts"]}
# What a check does not read: the words that it looks for stand in the check itself; tests have wider limits.
EXEMPT = {
    "check_finished": {"tools/house.py", "tests/test_house.py"},
    "check_silenced": {"tools/house.py"} | {house.place(path) for path in TESTS},
    "check_imports": {house.place(path) for path in TESTS},
    "check_functions": {"tests/review/samples.py"},  # one sample account, told in order
    "check_length": set(LONG) | {house.place(path) for path in TESTS},
}

FAULTS = [
    (house.check_sentence, "import os\n"),
    (house.check_sentence, '# SPDX\n"""A sentence."""\n'),
    (house.check_sentence, '"""no full stop"""\n'),
    (house.check_sentence, f'"""{"word " * 40}."""\n'),
    (house.check_length, "a = 1\n" * (house.MAX_FILE_LINES + 1)),
    (house.check_functions, "def f():\n" + "    a = 1\n" * house.MAX_FUNCTION_LINES),
    (house.check_functions, "async def f():\n" + "    a = 1\n" * house.MAX_FUNCTION_LINES),
    (house.check_imports, "def f():\n    import os\n"),
    (house.check_imports, "class A:\n    def f(self):\n        from os import path\n"),
    (house.check_imports, "from typing import TYPE_CHECKING\n"),
    (house.check_imports, "import typing\nif typing.TYPE_CHECKING:\n    import os\n"),
    (house.check_imports, "import importlib\nimportlib.import_module('os')\n"),
    (house.check_finished, "a = 1  # TODO later\n"),
    (house.check_finished, "raise NotImplementedError\n"),
    (house.check_finished, "@pytest.mark.skip\n"),
    (house.check_finished, "@pytest.mark.xfail(reason='x')\n"),
    (house.check_silenced, "a = 1  # type: ignore\n"),
    (house.check_silenced, "a = 1  # type: ignore[arg-type]\n"),
    (house.check_silenced, "a = 1  # noqa\n"),
    (house.check_silenced, "a = 1  # noqa: E501\n"),
    (house.check_moment, "now_us = clock.machine_now()\n"),
    (house.check_moment, "from searoom.clock import monotonic\n"),
]


def assert_none(faults):
    """Fail where there are faults, and show all of them, one a line."""
    found = "\n".join(sorted(faults))
    assert not found, found


@pytest.mark.parametrize("check", house.CHECKS, ids=lambda check: check.__name__)
def test_keeps_the_rule(check):
    """Each file of the project keeps each house rule."""
    paths = [path for path in (*SOURCES, *TESTS, *TOOLS) if house.place(path) not in EXEMPT.get(check.__name__, ())]

    assert_none(fault for path in paths for fault in check(path, path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("check", "text"), FAULTS, ids=lambda value: getattr(value, "__name__", "text"))
def test_complains_of_a_planted_fault(check, text):
    """A rule that cannot fail is no rule."""
    assert check(Path("planted.py"), text)


def test_complains_of_an_empty_name():
    """`utils` is where subjects go to hide."""
    assert house.check_name(Path("utils.py"), "")


def test_lets_good_code_pass():
    """What keeps the rules is left in peace."""
    text = '"""One sentence."""\n\nimport os\n\na = os  # type: ignore[attr-defined]  # the stubs lag behind\n'

    assert [] == [fault for check in (*house.CHECKS, house.check_moment) for fault in check(Path("good.py"), text)]


def test_a_docstring_is_not_counted_as_length():
    """A long contract does not make a function long."""
    words = '    """One.\n' + "    word\n" * 60 + '    """\n'

    assert [] == house.check_functions(Path("good.py"), f"def f():\n{words}    return 1\n")


def test_a_test_file_may_be_longer():
    """A file of tests is a list of cases; it has a wider limit."""
    assert_none(
        f"{house.place(path)} has {lines} lines"
        for path in TESTS
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MAX_TEST_LINES
    )


def test_each_excepted_file_is_long():
    """An exception that is no longer needed is taken off the list."""
    assert [] == [name for name in LONG if not house.check_length(house.ROOT / name, (house.ROOT / name).read_text())]


def test_each_room_has_its_test_file():
    """Tests mirror the tree: a room without a test file is named here."""
    assert_none(name for name in house.missing_tests() if name not in TESTED_ELSEWHERE)


def test_each_exception_from_the_mirror_is_needed():
    """A room on the list of those that are tested elsewhere has no test file of its own."""
    assert [] == [name for name in TESTED_ELSEWHERE if name not in house.missing_tests()]


def quiet_files():
    """Return the files of the quiet rooms, as the import contract lists them."""
    for name in CONTRACTS["Quiet rooms"]["source_modules"]:
        path = house.SOURCE.joinpath(*name.split(".")[1:])
        yield from house.modules(path) if path.is_dir() else [path.with_suffix(".py")]


def test_quiet_rooms_do_not_ask_the_machine_for_the_time():
    """The import contract lets quiet rooms write instants as text; the two functions that measure stay closed."""
    assert_none(fault for path in quiet_files() for fault in house.check_moment(path, path.read_text(encoding="utf-8")))


def test_each_room_is_quiet_by_contract_or_known_to_be_loud():
    """There is no third kind, and no room is of both."""
    quiet = set(quiet_files())
    rooms = {path for path in SOURCES if not path.stem.startswith("__")}

    assert_none(house.room(path) for path in rooms if (path in quiet) == bool(house.loudness(path)))


def test_the_table_of_loud_rooms_names_rooms_that_stand():
    """A room that is gone is taken off the table."""
    rooms = {house.room(path) for path in SOURCES} | {
        house.room(path.parent) for path in SOURCES if path.parent != house.SOURCE
    }

    assert_none(set(house.LOUD) - rooms)


def test_nobody_but_the_floors_orders_the_rooms():
    """The layers name each top-level room once."""
    layers = CONTRACTS["Floors"]["layers"]
    named = [room.strip() for floor in layers for room in floor.split("|")]
    rooms = {path.stem if path.suffix else path.name for path in house.SOURCE.iterdir() if has_code(path)}

    assert_none(rooms ^ set(named))
    assert len(named) == len(set(named))


def has_code(path):
    """Tell whether `path` is a room: a module, or a package."""
    return (path.is_dir() and (path / "__init__.py").exists()) or (
        path.suffix == ".py" and not path.stem.startswith("__")
    )


def test_tests_say_what_they_promise():
    """Each test has a docstring of one line that ends with a full stop."""
    silent = []
    for path in TESTS:
        for node in house.functions(ast.parse(path.read_text(encoding="utf-8"))):
            words = (ast.get_docstring(node) or "").split("\n", 1)[0]
            if node.name.startswith("test_") and not words.endswith("."):
                silent.append(f"{house.place(path)}:{node.lineno}: {node.name}")

    assert_none(silent)


def test_each_process_gives_a_case_the_same_name(request):
    """No case is named by its bytes: those of a key or of a clock differ in each of the processes that share a run."""
    cases = [item for item in request.session.items if hasattr(item, "callspec")]
    of_bytes = [item for item in cases if any(isinstance(value, bytes) for value in item.callspec.params.values())]

    assert_none(item.nodeid for item in of_bytes if "\\x" in item.name)
