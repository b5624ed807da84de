"""The set-up: what is locked, what it says where something is missing, and that the second time it starts nothing."""

import ast
import errno
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import bootstrap
from tools import venv

ROOT = Path(bootstrap.__file__).parent
OLD_ENOUGH = [ROOT / "bootstrap.py", *(ROOT / "tools" / name for name in ("__init__.py", "debian.py", "venv.py"))]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))? \\\n", re.MULTILINE)
HASHES = re.compile(r"(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+")
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give the set-up a folder of its own, with the project's lock in it."""
    monkeypatch.setattr(venv, "ROOT", str(tmp_path))
    monkeypatch.setattr(venv, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(venv, "MARKER", str(tmp_path / ".venv" / "searoom-set-up"))
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "core.txt").write_text("one==1 \\\n    --hash=sha256:00\n")
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def made(folder, version=(3, 11)):
    """Lay out what a finished set-up leaves behind."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version[0]}.{version[1]}.2\n")
    (folder / ".venv" / "searoom-set-up").write_text("")
    (folder / ".venv" / "searoom-core.stamp").write_text(venv.digest("core", version) + "\n")


@pytest.mark.parametrize("path", OLD_ENOUGH, ids=lambda path: path.name)
def test_is_read_by_python_3_6(path):
    """An old Python reads far enough to say that it is too old."""
    assert ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("path", OLD_ENOUGH, ids=lambda path: path.name)
def test_uses_the_standard_library_only(path):
    """Before the set-up there is nothing else."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}

    assert set() == {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"tools"}


def test_says_which_python_is_needed():
    """Too old, and no newer one on PATH: the sentence names both versions and the remedy."""
    with pytest.raises(venv.Stop, match=r"Python 3\.11 or newer is needed, this is 3\.9 .*\n.*python3-venv"):
        venv.choose_python((3, 9, 18), which=lambda _: None)


def test_finds_a_newer_python_on_the_path():
    """An old `python3` hands over to a `python3.12` that answers."""
    assert (sys.executable, (3, 12)) == venv.choose_python(
        (3, 8, 1), which=lambda name: sys.executable if name == "python3.12" else None
    )


def test_passes_over_a_name_that_does_not_answer():
    """A shim without a Python behind it is no Python."""
    with pytest.raises(venv.Stop):
        venv.choose_python((3, 8, 1), which=lambda _: "/bin/false")


def test_stays_with_the_python_that_it_runs_on():
    """The Python that the user chose is used where it fits."""
    assert (sys.executable, (3, 13)) == venv.choose_python((3, 13, 0), which=lambda _: "/bin/false")


def test_starts_nothing_where_all_is_ready(folder, monkeypatch):
    """The second time, three files are read and no program is started."""
    made(folder, sys.version_info[:2])
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a program was started"))

    assert venv.set_up("core") is None


@pytest.mark.parametrize("name", ["requirements/core.txt", "pyproject.toml"])
def test_sets_up_again_after_a_change(folder, name):
    """A new lock or a new project file asks for a new set-up."""
    made(folder)
    assert venv.is_ready("core", (3, 11))

    (folder / name).write_text("changed")

    assert not venv.is_ready("core", (3, 11))


def test_sets_up_again_for_another_python_and_in_another_place(folder, monkeypatch):
    """The stamp holds for one Python and one folder: paths stand inside `.venv`."""
    made(folder)

    assert not venv.is_ready("core", (3, 12))
    monkeypatch.setattr(venv, "ROOT", str(folder / "elsewhere"))
    (folder / "elsewhere" / "requirements").mkdir(parents=True)
    for name in ("requirements/core.txt", "pyproject.toml"):
        (folder / "elsewhere" / name).write_bytes((folder / name).read_bytes())
    assert not venv.is_ready("core", (3, 11))


def test_a_set_up_that_was_cut_short_is_done_again(folder, monkeypatch):
    """The stamp is written last: without it, nothing counts as done."""
    monkeypatch.setattr(venv, "make_venv", lambda *_: made(folder) or (folder / ".venv/searoom-core.stamp").unlink())
    monkeypatch.setattr(venv, "install", lambda _: (_ for _ in ()).throw(venv.Stop("cut")))

    with pytest.raises(venv.Stop, match="cut"):
        venv.build("core", sys.executable, (3, 11))

    assert not venv.is_ready("core", (3, 11))


def test_does_not_touch_a_folder_that_it_did_not_make(folder):
    """A `.venv` of somebody else is left alone, and the user is told how to move it away."""
    made(folder, (3, 8))
    (folder / ".venv" / "searoom-set-up").unlink()

    with pytest.raises(venv.Stop, match=r"mv \.venv \.venv-old"):
        venv.make_venv(sys.executable, (3, 11))

    assert (folder / ".venv" / "pyvenv.cfg").exists()


def test_replaces_its_own_folder_that_no_longer_fits(folder, monkeypatch):
    """After a change of Python the old `.venv` goes, and a new one is made."""
    made(folder, (3, 8))
    commands = []
    monkeypatch.setattr(venv, "run", lambda *command: commands.append(command))

    venv.make_venv("python3.11", (3, 11))

    assert [("python3.11", "-m", "venv", venv.VENV)] == commands
    assert not (folder / ".venv" / "pyvenv.cfg").exists()
    assert (folder / ".venv" / "searoom-set-up").exists()


def test_says_that_the_disk_is_too_small(folder, monkeypatch):
    """The disk is looked at before anything is fetched."""
    monkeypatch.setitem(venv.LEVELS, "core", 1 << 40)

    with pytest.raises(venv.Stop, match=r"Not enough disk: \d+ MB are free"):
        venv.check_place("core")


def test_says_that_the_folder_cannot_be_written_to(folder, monkeypatch):
    """A read-only folder is named, with what to do."""
    monkeypatch.setattr(venv.os, "access", lambda *_: False)

    with pytest.raises(venv.Stop, match=r"cannot be written to: .*\n.*folder of your own"):
        venv.check_place("core")


def test_says_that_venv_is_missing(monkeypatch):
    """Debian's python3 without python3-venv is the commonest case of all."""
    monkeypatch.setattr(venv, "answers", lambda *_: False)

    with pytest.raises(venv.Stop, match="apt install python3-venv"):
        venv.check_python("python3")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("[Errno -3] Temporary failure in name resolution\nNo matching distribution found", "There is no network"),
        ("OSError: [Errno 28] No space left on device", "The disk is full: free about"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "Do not remove the hash"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "no ready-made file for this machine"),
        ("ReadTimeoutError: Read timed out.", "answers too slowly"),
        ("what nobody foresaw", "The installation failed."),
    ],
)
def test_translates_what_the_installer_says(said, meant):
    """A failed installation is explained in plain words."""
    assert meant in venv.meaning(said)


def test_shows_the_end_of_what_a_failed_program_said():
    """The explanation is followed by the program's own last lines."""
    with pytest.raises(venv.Stop, match=r"There is no network(.|\n)*last lines(.|\n)*name resolution"):
        venv.run(sys.executable, "-c", "print('Temporary failure in name resolution'); raise SystemExit(1)")


@pytest.mark.parametrize(
    ("number", "meant"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EIO, "refused")]
)
def test_a_refusal_of_the_machine_is_one_sentence(number, meant, monkeypatch, capsys):
    """What the machine refuses ends as a sentence and exit code 1, not as a trace."""
    monkeypatch.setitem(bootstrap.TASKS, "demo", lambda _: (_ for _ in ()).throw(OSError(number, "x", "here")))

    assert 1 == bootstrap.main(["demo"])
    assert meant in capsys.readouterr().err


def test_lists_its_tasks(capsys):
    """Without a task it lists them, each with its sentence, and exits with 2."""
    assert 2 == bootstrap.main([])
    said = capsys.readouterr().err
    assert all(f"  {name}" in said and task.__doc__ for name, task in bootstrap.TASKS.items())


def test_make_and_bootstrap_have_the_same_tasks():
    """`make TASK` and `python3 bootstrap.py TASK` are the same."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert dict.fromkeys(bootstrap.TASKS) == dict.fromkeys(
        re.findall(r"bootstrap\.py ([a-z-]+)", makefile.split(".PHONY")[1])
    )
    assert list(bootstrap.TASKS) == re.findall(r"^([a-z-]+): +##", makefile, re.MULTILINE)


def test_keeps_the_users_mirror_and_drops_what_leads_out(monkeypatch):
    """Mirror, proxy and certificates of the user stay; another target folder does not."""
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "kept")

    found = venv.environment()

    assert ("kept", None, None) == (found.get("HTTPS_PROXY"), found.get("PIP_TARGET"), found.get("PYTHONPATH"))


def pins(level):
    """Return the versions that a lock names: canonical name to version."""
    text = (ROOT / "requirements" / f"{level}.txt").read_text(encoding="utf-8")
    return {found["name"]: found["version"] for found in PIN.finditer(text)}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_line_of_a_lock_is_a_pin_with_hashes_or_a_comment(path):
    """A lock names versions and hashes, no address, no path, no option."""
    text = path.read_text(encoding="utf-8")
    rest = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)
    rest = re.sub(PIN.pattern + HASHES.pattern, "", rest, flags=re.MULTILINE)

    assert "" == rest
    assert PIN.search(text)
    assert not re.search(r"http|file:|@|(?<!requirements)/", text)


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        ("core", PYPROJECT["project"]["dependencies"] + PYPROJECT["build-system"]["requires"]),
        ("dev", PYPROJECT["project"]["dependencies"] + PYPROJECT["dependency-groups"]["dev"]),
        ("lock", PYPROJECT["dependency-groups"]["lock"]),
    ],
)
def test_the_lock_satisfies_the_project_file(level, wanted):
    """Every dependency that pyproject.toml asks for is locked at a version that it allows."""
    found = pins(level)
    for requirement in map(Requirement, wanted):
        version = found.get(canonicalize_name(requirement.name), "none")

        assert version != "none", f"{requirement} is not in the lock: make lock"
        assert version in SpecifierSet(str(requirement.specifier)), f"{requirement} is locked at {version}: make lock"


def test_the_builder_is_locked_as_it_is_asked_for():
    """The group `build` says what [build-system] says: the package is built from the lock, offline."""
    assert PYPROJECT["build-system"]["requires"] == PYPROJECT["dependency-groups"]["build"]


def test_the_locks_agree():
    """The demo runs on the versions that the tests ran on."""
    assert pins("core").items() <= pins("dev").items()


def test_each_package_is_locked_at_one_version():
    """Two nodes of one release run on the same libraries, whatever their Python: no fork by version of Python."""
    for path in LOCKS:
        found = list(PIN.finditer(path.read_text(encoding="utf-8")))

        assert len(found) == len(pins(path.stem))
        assert all(
            "python" not in str(Marker(row["marker"])).replace("platform_python", "") for row in found if row["marker"]
        )


def test_nothing_is_installed_that_is_not_in_the_lock(monkeypatch):
    """Packages come by hash and ready-made; Searoom itself without a look at the network."""
    commands = []
    monkeypatch.setattr(venv, "run", lambda *command, on_line=None: commands.append((command, on_line)))

    venv.install("core")

    assert {"--require-hashes", "--only-binary=:all:", "-r"} <= set(commands[0][0])
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(commands[1][0])
    assert 2 == len(commands)
