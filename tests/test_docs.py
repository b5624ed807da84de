"""The documents say what is so: the tree, the floors, the glossary, the commands, the decisions and the links."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

import bootstrap
from searoom import cli
from tools import house

ROOT = house.ROOT
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ARCHITECTURE = house.ARCHITECTURE.read_text(encoding="utf-8")
MAX_DECISION_LINES = 70
PARTS = ["## Problem", "## Options", "## Choice", "## Bad because"]


def read(name):
    """Return the text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(title):
    """Return one section of the architecture page."""
    return ARCHITECTURE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_tree_is_made_from_the_first_sentences():
    """The tree of the architecture page is what `make docs` would write."""
    assert house.with_table(ARCHITECTURE) == ARCHITECTURE, "run `make docs`"


def test_the_floors_are_those_of_the_contract():
    """The page shows the floors that the import contract checks, in its order."""
    contract = next(row for row in PYPROJECT["tool"]["importlinter"]["contracts"] if row["name"].startswith("Floors"))
    shown = re.search(r"```\n(.*?)```", section("The floors"), re.DOTALL)

    assert contract["layers"] == shown[1].splitlines()


def test_each_word_of_the_glossary_is_used():
    """The glossary holds the words of the source, in order, each once."""
    words = re.findall(r"^\| ([a-z ]+) \| (?!what is meant)", section("Glossary"), re.MULTILINE)
    source = "\n".join(path.read_text(encoding="utf-8").lower() for path in house.modules())

    assert sorted(set(words)) == words
    assert [] == [word for word in words if not re.search(rf"\b{word}", source.replace("_", " "))]


def test_the_change_table_names_what_there_is():
    """Each file, folder and table of "where each change is made" stands in the source."""
    names = re.findall(r"`([^`]+)`", section("Where each change is made"))
    source = "\n".join(path.read_text(encoding="utf-8") for path in house.modules())
    known = {"make lock", "pyproject.toml"}
    gone = [
        name
        for name in names
        if name not in known
        and not (list(house.SOURCE.glob(name.rstrip("/"))) or list(house.SOURCE.rglob(f"{name}.py")))
        and not (name.isupper() and re.search(rf"^{name}\b", source, re.MULTILINE))
    ]

    assert [] == gone


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_its_price(path):
    """Problem, options, choice, bad because: in this order, on one page, under its own number; more may stand between."""
    text = path.read_text(encoding="utf-8")
    title = text.splitlines()[0]

    assert PARTS == [part for part in re.findall(r"^## .*$", text, re.MULTILINE) if part in PARTS]
    assert MAX_DECISION_LINES >= text.count("\n")
    assert title.startswith(f"# {path.stem[:4]} ")


def test_no_two_decisions_have_one_number():
    """A number names one decision for ever."""
    numbers = [path.stem[:4] for path in DECISIONS]

    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize("path", PAGES, ids=house.place)
def test_every_link_leads_somewhere(path):
    """A link into the project leads to a file or folder that is there."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [] == [link for link in links if not (path.parent / link).exists()]


def test_each_library_has_its_row():
    """Each dependency is weighed in decision 0004, run time and checks alike."""
    text = read("docs/decisions/0004-libraries.md").lower()
    wanted = (
        PYPROJECT["project"]["dependencies"]
        + PYPROJECT["dependency-groups"]["dev"]
        + PYPROJECT["build-system"]["requires"]
    )
    names = [re.split(r"[<>=~!\[ ]", line)[0] for line in wanted]

    assert [] == [name for name in names if name.lower() not in text]


def test_continuous_integration_runs_the_readmes_test_command_and_no_more():
    """What a reader is told to run is what is run on every change."""
    command = re.findall(r"^(?!#)\S.*$", read(".ci/run"), re.MULTILINE)

    assert ['cd "$(dirname "$0")/.." && exec python3 bootstrap.py test'] == command
    assert "`python3 bootstrap.py test`" in read("README.md")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_readme_names_commands_that_there_are():
    """Each `searoom COMMAND`, `make TASK` and `bootstrap.py TASK` of the documents exists."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)

    assert set() == set(re.findall(r"`searoom ([a-z]+)", text)) - set(cli.COMMANDS)
    assert set() == set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) - set(bootstrap.TASKS)
    assert set() == set(re.findall(r"bootstrap\.py ([a-z-]+)", text)) - set(bootstrap.TASKS)


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_row_of_the_command_table_loads(name):
    """A command that is loaded late is loaded here, so that a broken import is not found by a user."""
    module, function = cli.COMMANDS[name][0].split(":")

    assert callable(getattr(importlib.import_module(module), function))


def test_the_changelog_knows_this_version():
    """The version of the project file has its section, and it stands first."""
    first = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)

    assert PYPROJECT["project"]["version"] == first[1]


def test_no_page_names_a_place_of_somebodys_machine():
    """No path of a person's machine, and no address of a package source."""
    files = [
        *PAGES,
        *house.modules(),
        *house.modules(ROOT / "tests"),
        *ROOT.glob("*.py"),
        *ROOT.glob("*.toml"),
        ROOT / "Makefile",
    ]
    personal = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w")

    assert [] == [house.place(Path(path)) for path in files if personal.search(path.read_text(encoding="utf-8"))]
