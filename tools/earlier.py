"""Whether a node with libraries one release older reaches the same standing: every packaged story, told under both.

    python -m tools.earlier            fetches the releases before the locked ones into .earlier and compares
    python -m tools.earlier --told     only tells the stories, and prints what came of them and by which libraries

Of each library that telling the stories has loaded, the newest release before the one at hand is taken, without what
else it asks for, and laid before it on the path of a second process. What came of a story is every duty and every
fact of each party at its end. Exit code 0: the same everywhere; 1: they differ, and where; 2: nothing to compare with.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Final

from searoom.obligations.coverage import packs, stories_of, tell_all
from searoom.obligations.facts import Fact
from searoom.obligations.reckoning import reckon
from searoom.obligations.standing import Obligation
from searoom.obligations.stories import Told
from searoom.signals import forms
from searoom.signals.forms import FormBook

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / ".earlier"
NO_PART: Final = frozenset({"searoom", "pip", "setuptools"})  # of what a standing is computed with
SAME, DIFFERENT, NOTHING = 0, 1, 2
_FINAL: Final = re.compile(r"\d+(\.\d+)*(\.post\d+)?")  # no release candidate, no development version
_PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, or only tell."""
    asked = argparse.ArgumentParser(prog="python -m tools.earlier", description=str(__doc__).split("\n", 1)[0])
    asked.add_argument("--told", action="store_true", help="only tell the stories under the libraries at hand")
    asked.add_argument("--with", dest="folder", type=Path, help="compare with the libraries in this folder; fetch none")
    given = asked.parse_args(argv)
    here = told()
    if given.told:
        sys.stdout.write(json.dumps(here) + "\n")
        return SAME
    folder = given.folder or fetch(here["libraries"])
    if folder is None:
        _say("There is no earlier release of any library to be had; nothing was compared.")
        return NOTHING
    return compare(here, told_by(folder))


def told() -> dict[str, dict[str, str]]:
    """Tell every packaged story; return the digest of what came of each, and the libraries that were loaded for it."""
    book = forms.load()
    stories = {
        f"{name}: {story.title}": digest(story, book)
        for name in packs()
        if (text := stories_of(name)) is not None
        for story in tell_all(text, name, book)
    }
    loaded = {name.partition(".")[0] for name in sys.modules}
    found = {each for top, names in packages_distributions().items() if top in loaded for each in names}
    return {"stories": stories, "libraries": {name: version(name) for name in sorted(found - NO_PART)}}


def digest(story: Told, book: FormBook) -> str:
    """Return the SHA-256 of every duty and every fact at the end of a story, as each party sees them."""
    lines: list[str] = []
    for party in story.agreement.parties:
        found = reckon(story.agreement, story.teller.account_of(party), story.now_us, book)
        lines += [f"{party} {line}" for line in (*map(_duty, found.duties), *map(_fact, found.facts))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _duty(one: Obligation) -> str:
    return repr((
        one.clause.id, one.label, one.owed_by, one.arose_us, one.due_us, one.state, one.said, one.met_by, one.silence,
        one.host, one.progress, one.verified, sorted(one.views.items()), one.moment_us, one.verified_us, one.note,
    ))  # fmt: skip


def _fact(one: Fact) -> str:
    return repr((one.clause, one.kind, one.parties, one.label, one.state, sorted(one.figures.items()), one.refs))


def fetch(libraries: Mapping[str, str]) -> Path | None:
    """Lay the release before each of these into `.earlier`; None where none is to be had."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, at_hand in libraries.items():
        for earlier in before(name, at_hand):
            wanted = [
                *_PIP,
                "install",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--target",
                str(FOLDER),
                f"{name}=={earlier}",
            ]
            if subprocess.run(wanted, check=False, capture_output=True).returncode == 0:
                _say(f"{name} {earlier} instead of {at_hand}")
                break
        else:
            _say(f"{name} {at_hand}: no earlier release for this machine")
    return FOLDER if FOLDER.is_dir() else None


def before(name: str, at_hand: str) -> tuple[str, ...]:
    """Ask the package source which releases of a library came before this one; the newest first."""
    asked = [*_PIP, "index", "versions", name]
    return older(subprocess.run(asked, check=False, capture_output=True, text=True).stdout, at_hand)


def older(said: str, at_hand: str, most: int = 3) -> tuple[str, ...]:
    """Return the last finished releases before the one at hand, of those that pip has listed."""
    line = next((line for line in said.splitlines() if line.startswith("Available versions:")), "")
    listed = [each.strip() for each in line.partition(":")[2].split(",")]
    behind = listed[listed.index(at_hand) + 1 :] if at_hand in listed else []
    return tuple([each for each in behind if _FINAL.fullmatch(each)][:most])


def told_by(folder: Path) -> dict[str, dict[str, str]]:
    """Tell the stories in a process that finds the libraries of a folder first."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "tools.earlier", "--told"],
        check=False, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The stories cannot be told with the libraries in {folder}:\n{done.stderr[-2000:]}")
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def compare(here: Mapping[str, Mapping[str, str]], there: Mapping[str, Mapping[str, str]]) -> int:
    """Print what differs and say so; return the exit code."""
    other = {name: found for name, found in there["libraries"].items() if here["libraries"].get(name) != found}
    names = sorted({*here["stories"], *there["stories"]})
    differ = [name for name in names if here["stories"].get(name) != there["stories"].get(name)]
    for name in differ:
        sys.stdout.write(f"DIFFERS  {name}\n")
    others = ", ".join(f"{name} {found}" for name, found in other.items()) or "none"
    sys.stdout.write(f"{len(names)} stories, {len(differ)} with another standing; other libraries: {others}\n")
    return DIFFERENT if differ else SAME


def _say(words: str) -> None:
    """Say on standard error how far it is."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
