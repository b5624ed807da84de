"""Puts small faults into rooms of the record and the link, and looks whether their tests notice.

python -m mutants                     every room of the list
python -m mutants merkle cbor         these
python -m mutants cbor --lines 126,162 only the changes of these lines
python -m mutants --list              which rooms there are, and their tests
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from mutants.plugin import FAULTY, LINES, MODULE, RESULTS

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = ROOT / "mutants" / "equivalent.toml"
LIMIT_S = 300

# Tests of the record as a whole, which each of its rooms has its part in.
_WHOLE = (
    "tests/record/test_shared.py", "tests/record/test_healing.py", "tests/record/test_shelf.py",
    "tests/attacks/test_record_attacks.py",
)  # fmt: skip

# The rooms, and the test files whose promise it is to notice a fault in each.
ROOMS = {
    "cbor": ("searoom.cbor", ("tests/test_cbor.py",)),
    "merkle": ("searoom.record.merkle", ("tests/record/test_merkle.py",)),
    "note": ("searoom.record.note", ("tests/record/test_note.py", "tests/record/test_checkpoint.py")),
    "checkpoint": ("searoom.record.checkpoint", ("tests/record/test_checkpoint.py", "tests/record/test_note.py")),
    "tiles": ("searoom.record.tiles", ("tests/record/test_tiles.py",)),
    "proof": ("searoom.record.proof", ("tests/record/test_proof.py",)),
    "policy": ("searoom.record.policy", ("tests/record/test_policy.py",)),
    "frames": (
        "searoom.link.frames",
        ("tests/link/test_frames.py", "tests/link/test_session.py", "tests/link/test_session_doc.py"),
    ),
    "session": ("searoom.link.session", ("tests/link/test_session.py", "tests/link/test_session_doc.py")),
    "admission": ("searoom.record.admission", ("tests/record/test_admission.py", *_WHOLE)),
    "log": ("searoom.record.log", ("tests/record/test_log.py", "tests/record/test_logs.py", *_WHOLE)),
    "logs": ("searoom.record.logs", ("tests/record/test_logs.py", *_WHOLE)),
    "witnesses": ("searoom.record.witnesses", ("tests/record/test_witnesses.py",)),
    "shared": ("searoom.record.shared", ("tests/record/test_ahead.py", *_WHOLE)),
    "roster": ("searoom.record.roster", ("tests/record/test_roster.py",)),
    "cards": ("searoom.record.cards", ("tests/record/test_cards.py", "tests/record/test_roster.py")),
    "rules": ("searoom.record.rules", ("tests/record/test_rules.py",)),
    "heads": ("searoom.record.heads", ("tests/record/test_heads.py",)),
    "cose": ("searoom.record.cose", ("tests/record/test_cose.py",)),
}  # fmt: skip


def known() -> dict[tuple[str, str, str], str]:
    """Return why each change of the list of equivalents changes nothing, by room, line and change."""
    if not EQUIVALENT.exists():
        return {}
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    return {(row["room"], row["line"], row["change"]): row["why"] for row in rows}


def tests_of(room: str) -> list[str]:
    """Return the test files of a room that stand."""
    return [name for name in ROOMS[room][1] if (ROOT / name).exists()]


def _pytest(room: str, log: Path, **names: str) -> int:
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "-p", "mutants.plugin", "-p", "no:cacheprovider", "-p", "no:cov",
        *tests_of(room),
    ]  # fmt: skip
    environment = {**os.environ, MODULE: ROOMS[room][0], "PYTHONPATH": str(ROOT / "src"), **names}
    with log.open("wb") as out:
        try:
            return subprocess.run(  # a list of our own words
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, check=False, timeout=_limit(names)
            ).returncode
        except subprocess.TimeoutExpired:
            return 1


def _limit(names: dict[str, str]) -> float | None:
    return LIMIT_S if FAULTY in names else None


def outcomes(room: str, folder: Path, spared: Collection[tuple[str, str, str]] = ()) -> Iterator[dict[str, str]]:
    """Yield what became of each change of a room; raises `SystemExit` where its tests fail without one.

    For what is `spared`, by room, line and change, the tests are not started afresh.
    """
    results, log, faulty = folder / "results", folder / "log", folder / "faulty.py"
    _pytest(room, log, **{RESULTS: str(results)})
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    if not rows or "broken" in rows[0]:
        said = log.read_text(errors="replace")[-3000:]
        raise SystemExit(f"{room}: its tests fail without any change\n{said}")
    print(f"{room}: {rows[0]['tests']} tests, {rows[0]['seconds']} s", flush=True)
    for row in rows[1:]:
        if row["outcome"] == "afresh" and (room, row["text"], row["what"]) in spared:
            row["outcome"] = row["otherwise"]
        elif row["outcome"] == "afresh":
            faulty.write_text(row["source"], encoding="utf-8")
            row["outcome"] = "killed" if _pytest(room, log, **{FAULTY: str(faulty)}) else row["otherwise"]
        yield row


def run(room: str, equivalents: dict[tuple[str, str, str], str]) -> Counter[str]:
    """Try every change of a room, print those that nobody noticed, return the counts."""
    count, started = Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        for row in outcomes(room, Path(name), equivalents):
            outcome = row["outcome"]
            if outcome in {"survived", "unreached"} and (room, row["text"], row["what"]) in equivalents:
                outcome = "equivalent"
            if outcome in {"survived", "unreached"}:
                print(f"  {outcome}  {room}:{row['line']}  {row['text']}\n      {row['what']}", flush=True)
            count[outcome] += 1
    said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(count.items()))
    print(f"{room}: {count.total()} changes in {time.monotonic() - started:.0f} s: {said}", flush=True)
    return count


def main(arguments: list[str]) -> int:
    """Run the rooms that are named, or all; return 1 where a change was not noticed."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="which rooms; all where none is named")
    parser.add_argument("--lines", default="", help="only changes of these lines of one room: 126,162")
    parser.add_argument("--list", action="store_true", help="show the rooms and their tests")
    asked = parser.parse_args(arguments)
    if unknown := [room for room in asked.rooms if room not in ROOMS]:
        parser.error(f"there is no room '{unknown[0]}' in the list")
    if asked.list:
        print("\n".join(f"{room:11} {' '.join(tests_of(room))}" for room in ROOMS))
        return 0
    if asked.lines and not (len(asked.rooms) == 1 and all(line.isdigit() for line in asked.lines.split(","))):
        parser.error("--lines takes numbers with commas between them, and goes with one room")
    os.environ[LINES] = asked.lines
    equivalents, total = known(), Counter[str]()
    for room in asked.rooms or ROOMS:
        total += run(room, equivalents)
    return 1 if total["survived"] + total["unreached"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
