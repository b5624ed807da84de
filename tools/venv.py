"""Makes .venv from the locks in requirements/, and says in plain words what is missing where it cannot.

Rule 1: standard library only, and no syntax younger than Python 3.6, so that an old Python can read far enough
to say what is missing.
Rule 2: nothing is installed that is not in `requirements/` with its hash, and nothing outside `.venv` is changed.
Rule 3: set-up speaks on standard error; standard output belongs to the task.

Why pip and not a faster installer: docs/decisions/0007-set-up.md.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]  # Windows, where `bootstrap.main` stops in plain words

Version = Tuple[int, int]

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
MARKER = os.path.join(VENV, "searoom-set-up")  # "this folder is ours": what we made we may also replace

OLDEST = (3, 11)
NEWEST = (3, 14)  # the youngest Python for which every locked package has a ready-made file
LEVELS = {"core": 300, "dev": 1100, "lock": 1200}  # name of the lock, and the megabytes that it wants free
RETRIES, TIMEOUT_S = "2", "20"

# What would lead pip away from `.venv`; the rest of the user's settings (mirror, proxy, certificates) stays.
UNWANTED = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT")

OFFLINE = "There is no network: the package source was not found. Connect this machine and start again."
UNLIKE = (
    "A file that arrived is not the file that was locked in requirements/; nothing of it was used. "
    "If your package source is a mirror, ask its keeper. Do not remove the hash."
)
READ_ONLY = "This folder cannot be written to: {root}\nCopy the project to a folder of your own."
FULL = "The disk is full: free about {space} MB here and in the folder for temporary files, then start again."
NO_FILE = (
    "A locked package has no ready-made file for this machine or this Python ({python}). "
    "Python 3.11 to 3.14 on 64-bit Linux and macOS are provided for."
)

# What pip says, and what it means to a person. The first row that fits is said.
MEANINGS = (
    ("No space left on device", FULL),
    ("DO NOT MATCH THE HASHES", UNLIKE),
    ("CERTIFICATE_VERIFY_FAILED", "The package source shows a certificate that this machine does not trust."),
    ("name resolution", OFFLINE),
    ("Name or service not known", OFFLINE),
    ("nodename nor servname", OFFLINE),
    ("Network is unreachable", OFFLINE),
    ("Connection refused", "The package source, or the proxy on the way to it, refused the connection."),
    ("ProxyError", "The proxy on the way to the package source does not answer."),
    ("timed out", "The package source answers too slowly or not at all: check the network and start again."),
    ("Could not fetch URL", "The package source could not be reached: check the network and start again."),
    ("Permission denied", "A file in {venv} belongs to somebody else: remove that folder and start again."),
    ("Read-only file system", READ_ONLY),
    ("No matching distribution found", NO_FILE),
)


class Stop(Exception):
    """What is missing, in plain words; ends the program with exit code 1."""


def say(text: str, end: str = "\n") -> None:
    """Write one line for the person who waits."""
    sys.stderr.write(text + end)
    sys.stderr.flush()


def dotted(version: Sequence[Any]) -> str:
    """Return `3.11` for (3, 11, 7)."""
    return "%d.%d" % (version[0], version[1])


def choose_python(
    version: Sequence[Any] = sys.version_info, which: Callable[[str], Optional[str]] = shutil.which
) -> Tuple[str, Version]:
    """Return (path, version) of the Python to use: this one if it fits, else one that PATH has."""
    mine = (int(version[0]), int(version[1]))
    if OLDEST <= mine <= NEWEST:
        return sys.executable, mine
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        path = which("python3.%d" % minor)
        if path and answers(path, "import ensurepip"):
            return path, (3, minor)
    if mine > NEWEST:
        return sys.executable, mine  # worth a try; pip says so if a package has no file for it
    raise Stop(
        "Python %s or newer is needed, this is %s (%s), and no newer one is on PATH.\n"
        "On Debian 12, Ubuntu 24.04 or later: apt install python3 python3-venv"
        % (dotted(OLDEST), dotted(mine), sys.executable)
    )


def answers(python: str, statement: str) -> bool:
    """Tell whether `python` runs `statement` without complaint."""
    command = [python, "-c", statement]
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()) == 0
    except OSError:
        return False


def environment() -> Dict[str, str]:
    """Return the environment for everything that is started here: the user's, less what leads out of `.venv`."""
    return {name: value for name, value in os.environ.items() if name not in UNWANTED}


def tool(name: str) -> str:
    """Return the path of a program of `.venv`."""
    return os.path.join(VENV, "bin", name)


def lock_path(level: str) -> str:
    """Return the path of the lock of `level`."""
    return os.path.join(ROOT, "requirements", level + ".txt")


def stamp_path(level: str) -> str:
    """Return where it is noted that `level` is installed."""
    return os.path.join(VENV, "searoom-" + level + ".stamp")


def digest(level: str, version: Version) -> str:
    """Return what a set-up depends on, as one line: the lock, the project's own file, the Python, the place."""
    total = hashlib.sha256(repr((version, ROOT)).encode())
    for path in (lock_path(level), os.path.join(ROOT, "pyproject.toml")):
        with open(path, "rb") as file:
            total.update(hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def is_ready(level: str, version: Version) -> bool:
    """Tell whether `.venv` holds exactly this lock for this Python; reads three small files and starts nothing."""
    try:
        with open(stamp_path(level)) as file:
            return file.read().strip() == digest(level, version) and os.path.exists(tool("python"))
    except OSError:
        return False


def venv_version() -> Optional[Version]:
    """Return the version of the Python that `.venv` was made with, or None where there is none or it is broken."""
    if not os.path.exists(tool("python")):
        return None
    try:
        with open(os.path.join(VENV, "pyvenv.cfg")) as file:
            rows = [line.split("=", 1) for line in file if "=" in line]
        parts = {name.strip(): value.strip() for name, value in rows}["version"].split(".")
        return int(parts[0]), int(parts[1])
    except (OSError, KeyError, ValueError, IndexError):
        return None


def check_place(level: str) -> None:
    """Raise `Stop` where this folder cannot take the set-up."""
    if not os.access(ROOT, os.W_OK):
        raise Stop(READ_ONLY.format(root=ROOT))
    free = shutil.disk_usage(ROOT).free // 1000000
    if free < LEVELS[level]:
        raise Stop("Not enough disk: %d MB are free in %s; the set-up wants %d MB." % (free, ROOT, LEVELS[level]))


def check_python(python: str) -> None:
    """Raise `Stop` where `python` came without the parts that make a `.venv`."""
    if not answers(python, "import venv, ensurepip"):
        raise Stop(
            "This Python (%s) came without venv and ensurepip, which the set-up needs.\n"
            "On Debian and Ubuntu: apt install python3-venv" % python
        )


def make_venv(python: str, version: Version) -> None:
    """See to it that `.venv` is there, ours, whole, and of this Python."""
    if os.path.lexists(VENV):
        if venv_version() == version and answers(tool("python"), "import pip"):
            return
        if not os.path.exists(MARKER):
            raise Stop(
                "The folder .venv was not made by this script and is not a whole one of Python %s.\n"
                "Move it away and start again: mv .venv .venv-old" % dotted(version)
            )
        shutil.rmtree(VENV)
    os.mkdir(VENV)
    with open(MARKER, "w") as file:
        file.write("Made by bootstrap.py, which may remove this folder and make it again.\n")
    with Step("making .venv for Python %s" % dotted(version)):
        run(python, "-m", "venv", VENV)


class Step:
    """One line of progress: what is done, and then its seconds."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self.watched = sys.stderr.isatty()
        self.show("")

    def __enter__(self) -> "Step":  # noqa: PYI034  # `Self` came with Python 3.11
        return self

    def show(self, text: str) -> None:
        """Show how far it is, where a person looks on."""
        if self.watched:
            say("\r  %-60s" % (self.title + text), end="")

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        state = "failed" if kind else ""
        start = "\r" if self.watched else ""
        say("%s  %-60s %6.1f s %s" % (start, self.title, time.monotonic() - self.started, state))


def run(*command: str, on_line: Optional[Callable[[str], None]] = None) -> None:
    """Run `command`; where it fails, raise `Stop` with what it means and the end of what it said."""
    said = []  # type: List[str]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            said.append(line.decode("utf-8", "replace").rstrip())
            if on_line:
                on_line(said[-1])
    if process.returncode != 0:
        raise Stop(meaning("\n".join(said)) + "\n\nThe last lines were:\n  " + "\n  ".join(said[-8:]))


def meaning(said: str) -> str:
    """Return what the output of a failed installation means to a person."""
    for words, sentence in MEANINGS:
        if words in said:
            return sentence.format(space=LEVELS["dev"], venv=VENV, root=ROOT, python=dotted(sys.version_info))
    return "The installation failed."


def failure(problem: OSError) -> str:
    """Return what a refusal of the machine means to a person."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL.format(space=LEVELS["dev"])
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return READ_ONLY.format(root=problem.filename or ROOT)
    return "The machine refused: %s" % problem


def pip(*arguments: str) -> List[str]:
    """Return the command that runs the pip of `.venv` without questions."""
    command = [tool("python"), "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--no-compile"]
    return [*command, "--progress-bar", "off", "--retries", RETRIES, "--timeout", TIMEOUT_S, *arguments]


def pinned(level: str) -> List[str]:
    """Return the lines of the lock of `level` that name a package."""
    with open(lock_path(level)) as file:
        return [line for line in file if "==" in line and not line.startswith((" ", "#"))]


def install(level: str) -> None:
    """Install the lock of `level`, and Searoom itself from this folder, without a look at the network for it."""
    count = len(pinned(level))
    seen = []  # type: List[str]

    def follow(line: str) -> None:
        if line.startswith("Collecting"):
            seen.append(line)
            step.show(": %d" % len(seen))

    with Step("fetching and installing %d packages, checked by hash" % count) as step:
        run(*pip("--require-hashes", "--only-binary=:all:", "-r", lock_path(level)), on_line=follow)
    if level != "lock":
        with Step("installing searoom from this folder"):
            run(*pip("--no-deps", "--no-index", "--no-build-isolation", "--editable", ROOT))


def set_up(level: str) -> None:
    """Make `.venv` ready for `level`; where it is, that takes a glance at three files."""
    python, version = choose_python()
    if is_ready(level, version):
        return
    with open(__file__, "rb") as held:  # of two set-ups at once, the second waits here for the first
        if fcntl:
            try:
                fcntl.flock(held, fcntl.LOCK_EX)
            except OSError as problem:
                say("(This disk has no locks: %s. Start no second set-up beside this one.)" % problem)
        if not is_ready(level, version):
            build(level, python, version)


def build(level: str, python: str, version: Version) -> None:
    """Check, make, install, and note that it is done: in that order, so that what was cut short is done again."""
    started = time.monotonic()
    check_place(level)
    check_python(python)
    say("Setting up in .venv, this once; the packages come over the network.")
    make_venv(python, version)
    install(level)
    with open(stamp_path(level), "w") as file:
        file.write(digest(level, version) + "\n")
    say("Ready after %.1f s.\n" % (time.monotonic() - started))
