"""The documents say what is so: the tree, the floors, the glossary, the commands, the decisions and the links."""

import argparse
import importlib
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import bootstrap
from searoom import cli, officer
from searoom.commands.arguments import pairs, reference
from searoom.encounters import screen
from searoom.encounters.settings import Settings
from searoom.keys import enrol
from searoom.signals import forms
from tools import house

ROOT = house.ROOT
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
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

    assert set() == set(re.findall(r"`searoom ([a-z-]+)", text)) - set(cli.COMMANDS)
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


# -- what is written in code blocks ------------------------------------------------------------------

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
REDIRECTS = {">", ">>", "2>", "|", "&"}


class Parsed(Exception):
    """What a command's own parser made of a line: raised in its place, so that nothing runs."""


def blocks(name, kind):
    """Return the code blocks of one kind on a page."""
    return [text for found, text in BLOCK.findall(read(name)) if found == kind]


def example_lines():
    """Return (page, words) of each `searoom ...` line of the pages' code blocks, the shell's own signs cut off."""
    found = []
    for path in PAGES:
        for kind, text in BLOCK.findall(path.read_text(encoding="utf-8")):
            if kind not in ("", "sh"):
                continue
            for line in text.replace("\\\n", " ").splitlines():
                if line.strip().startswith("searoom "):
                    words = shlex.split(line, comments=True)
                    end = next((at for at, word in enumerate(words) if word in REDIRECTS), len(words))
                    found.append((house.place(path), tuple(words[1:end])))
    return found


EXAMPLES = example_lines()


@pytest.fixture
def only_parse(monkeypatch):
    """Let each command stop where it has read its arguments."""
    true = argparse.ArgumentParser.parse_args

    def parse_args(self, args=None, namespace=None):
        raise Parsed(true(self, args, namespace))

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)


def test_each_command_stands_in_an_example():
    """The pages show every command at least once, so the next test looks at all of them."""
    assert set(cli.COMMANDS) == {words[0] for _, words in EXAMPLES}


@pytest.mark.parametrize(("page", "words"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else value[0])
@pytest.mark.usefixtures("only_parse")
def test_each_example_line_can_be_typed(page, words):
    """The command and each of its options exist, and what is said with a form fits the form."""
    with pytest.raises(Parsed) as stopped:
        cli.main(words)
    given = stopped.value.args[0]
    if words[0] == "say":
        book = forms.load()
        reply = reference(given.reply) if given.reply else None
        filled = forms.from_text(book, given.form, pairs(given.set), lang=given.lang, reply_to=reply)
        filled, _ = officer.complete(filled, book)

        assert () == tuple(forms.check(filled, book)), page


@pytest.mark.usefixtures("only_parse")
def test_an_example_with_a_wrong_option_is_found():
    """The check above can fail."""
    with pytest.raises(SystemExit):
        cli.main(["verify", "DIR", "--whom"])


def test_the_library_example_runs_and_prints_what_is_shown(tmp_path):
    """The last Python block of the analyst's page, run in an empty folder, prints the block below it."""
    code = blocks("docs/analyst.md", "python")[-1]
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert blocks("docs/analyst.md", "text")[-1] == done.stdout


def test_the_auditors_examples_run(tmp_path):
    """The Python blocks of the auditor's page run over the golden record."""
    record = ROOT / "tests" / "vectors" / "record"
    shutil.copytree(record, tmp_path / "amber-record")
    shutil.copy(record / "cards" / "amber.card", tmp_path)
    for code in blocks("docs/auditor.md", "python"):
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "amber" in done.stdout


def test_the_settings_shown_are_read(tmp_path):
    """The operator's node.toml and the analyst's watch.toml are files as they stand, and name every setting."""
    (shown,) = blocks("docs/operator.md", "toml")
    (tmp_path / "node.toml").write_text(shown, encoding="utf-8")
    settings = enrol.read_settings(tmp_path)
    (levels,) = blocks("docs/analyst.md", "toml")
    page = read("docs/analyst.md")

    assert ("amber", 7420, ("sensors.csv",)) == (settings.party, settings.port, settings.sensors)
    assert enrol.Address("192.0.2.7", 7420) == settings.peers["coral"]
    assert [] == [one.name for one in fields(enrol.Settings) if one.name != "peers" and f"{one.name} = " not in shown]
    assert ["advise", "warn", "urgent"] == [str(one.name) for one in Settings.from_table(tomllib.loads(levels)).levels]
    assert [] == [one.name for one in fields(Settings) if not re.search(rf"\b{one.name}\b", page)]


def test_the_columns_of_a_screening_are_explained():
    """Each column of the CSV stands in the analyst's table."""
    page = read("docs/analyst.md")

    assert [] == [name for name in screen.COLUMNS if not re.search(rf"^\|.*`{name}`", page, re.MULTILINE)]


def test_the_exit_codes_of_the_page_are_those_of_the_command_line():
    """The operator's table has each code that a command can end with, as `--help` says."""
    table = read("docs/operator.md").split("## 9. Exit codes", 1)[1].split("\n## ", 1)[0]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}

    assert {0, 1, 2, 130} | set(cli.EXIT_CODES.values()) == codes


LATER = "comes later"


def threats():
    """Return the rows of the tables of threats: the 24, by number, and those besides."""
    numbered, besides = re.split(r"^## ", read("docs/threats.md"), flags=re.MULTILINE)[1:3]
    found = [
        [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in part.splitlines()
            if line.startswith("| ")
        ][1:]
        for part in (numbered, besides)
    ]
    return {int(row[0]): row for row in found[0]}, found[1]


def test_each_threat_names_tests_that_there_are():
    """Each answered threat names at least one test, and each test named is in its file."""
    numbered, besides = threats()
    rows = [" ".join(row) for row in (*numbered.values(), *besides)]
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", " ".join(rows))

    assert [] == [row for row in rows if "::test_" not in row and LATER not in row]
    assert [] == [f"{file}::{name}" for file, name in named if f"def {name}(" not in read(file)]


def test_the_24_threats_have_their_tests_and_their_lines():
    """The numbers are those of the tests: each of them has tests under its name, and its line names some, or says that it comes later."""
    numbered, _ = threats()
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "attacks").glob("*.py"))
    files = {int(path.name[12:14]): path.name for path in (ROOT / "tests" / "attacks").glob("test_threat_*.py")}

    assert list(range(1, 25)) == list(numbered)
    assert [] == [n for n, row in numbered.items() if len(row) != 6 or not row[5].strip(" |")]
    assert [] == [n for n, name in files.items() if name not in " ".join(numbered[n])]
    later = [n for n, row in numbered.items() if LATER in " ".join(row)]
    assert later == [n for n in numbered if f"def test_threat_{n:02}_" not in tests]


def test_the_index_leads_to_every_page():
    """No page of docs/ is left out of the index."""
    index = read("docs/index.md")

    assert [] == [
        path.name for path in (ROOT / "docs").glob("*.md") if f"({path.name})" not in index and path.stem != "index"
    ]


def test_the_hotline_phrases_of_the_page_are_those_of_the_form():
    """A duty officer finds each agreed phrase with its English words."""
    page = read("docs/duty-officer.md")
    choices = forms.load().form("hotline-contact").field("phrase").choices

    assert [] == [name for name, words in choices.items() if f"| `{name}` | {words['en']} |" not in page]


@pytest.mark.parametrize("form", forms.load().forms, ids=lambda form: form.name)
def test_each_form_is_described_as_it_is(form):
    """The page of forms has each form's version, visibility, channels, and each field's kind, need and choices."""
    page = read("docs/formats/forms-list.md")
    found = re.search(rf"^### `{form.name}`, version {form.version}\n(.*?)(?=^### |\Z)", page, re.MULTILINE | re.DOTALL)
    text = found[1]
    rows = re.findall(r"^\| `(\w+)` \| ([\w-]+) \| (yes|no) \| (.*) \|$", text, re.MULTILINE)
    choices = {name: tuple(re.findall(r"`([\w-]+)`", what)) for name, _, _, what in rows}

    assert f"{form.title['en']}. {form.visibility.capitalize()}; channels: {', '.join(form.channels)};" in text
    assert [(one.name, one.kind, "yes" if one.required else "no") for one in form.fields] == [row[:3] for row in rows]
    assert {one.name: tuple(one.choices) for one in form.fields} == choices
    assert form.answers == ("answers an entry" in text)
    if form.visibility == "shared":
        writer = "the station alone" if form.automatic else ("one person", "two persons")[form.release_persons - 1]
        assert f"written by {writer}" in text


def test_each_feature_names_tests_that_stand():
    """A row of the list of features leads to a test; one that was renamed or taken away is found here."""
    text = read("docs/features.md")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    named = set(re.findall(r"\btest_\w+(?!\.py|\w)", text))
    files = {path.name for path in (ROOT / "tests").rglob("*.py")}

    assert [] == sorted(name for name in named if f"def {name}(" not in tests)
    assert [] == sorted(name for name in set(re.findall(r"\btest_\w+\.py", text)) if name not in files)
    assert [] == [path for path in re.findall(r"`(tests/[\w/.]+)`", text) if not (ROOT / path).exists()]
