"""A folder in which a screening keeps the parts that are done, so that a run that was killed can be gone on with.

The plan lies in it first: which files, which cuts, what is looked for. A run with another plan is refused. What has its
name is whole; whatever a killed run left half written has another, and is written again.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it says no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it says no types

from searoom.archive.cutting import Part
from searoom.archive.inputs import Input
from searoom.archive.working import Found
from searoom.errors import NotAllowed
from searoom.tracks.tables import Counts

FORMAT = 1
_PLAN = "plan.json"
_LOCK = "lock"
_COUNTS = b"searoom-counts"
_ADVICE = "Name another folder, or remove this one and begin anew."


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """The finished parts of one screening."""

    folder: Path

    @property
    def sorted(self) -> Path:
        """Where files lie that had to be put in order of time."""
        return self.folder / "sorted"

    def accept(self, sources: Sequence[Input], asked: str) -> None:
        """Write down what the folder is for, or refuse if it is for something else."""
        plan = {
            "format": FORMAT, "asked": asked, "files": [[one.name, one.size, one.mark] for one in sources]
        }  # fmt: skip
        path = self.folder / _PLAN
        try:
            kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        except ValueError:
            raise NotAllowed(f"{path} is damaged", advice=_ADVICE) from None
        if kept is None:
            _replace(path, json.dumps(plan, indent=1).encode())
            return
        if kept != plan:
            raise NotAllowed(f"{self.folder} holds another screening: {_difference(kept, plan)}", advice=_ADVICE)

    def kept(self, part: Part) -> Found | None:
        """Return what was found in a part, if that is done."""
        try:
            rows = pq.read_table(self._path(part))
        except (OSError, pa.ArrowException):
            return None
        told = json.loads(rows.schema.metadata[_COUNTS])
        return Found(rows, told["fixes"], Counts(**told["counts"]))

    def keep(self, part: Part, found: Found) -> None:
        """Keep what was found in a part; it has its name only when whole."""
        told = json.dumps({"fixes": found.fixes, "counts": asdict(found.counts)}).encode()
        rows = found.rows.replace_schema_metadata({**(found.rows.schema.metadata or {}), _COUNTS: told})
        path = self._path(part)
        part_path = path.with_suffix(".part")
        pq.write_table(rows, part_path)
        part_path.replace(path)

    def _path(self, part: Part) -> Path:
        told = [part.after_us, part.until_us, part.reach_us, len(part.pieces)]
        mark = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
        return self.folder / f"part-{part.number:06}-{mark}.parquet"


@contextmanager
def work_folder(folder: Path) -> Iterator[WorkFolder]:
    """Open a folder to work in, made where it is missing; a second run in it is refused while the first lasts."""
    if folder.exists() and not folder.is_dir():
        raise NotAllowed(f"{folder} is no folder", advice="Name a folder for --work.")
    strange = [one.name for one in folder.iterdir() if one.name not in {_LOCK, "sorted"}] if folder.exists() else []
    if strange and _PLAN not in strange:
        raise NotAllowed(f"{folder} holds something else: {min(strange)}", advice="Name a new or empty folder.")
    (folder / "sorted").mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed(f"another run works in {folder}", advice="Wait for it, or name another folder.") from None
        yield WorkFolder(folder)


def _replace(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _difference(kept: Any, plan: dict[str, Any]) -> str:
    if not isinstance(kept, dict) or kept.get("format") != plan["format"]:
        return "it is of another version of Searoom"
    if kept["asked"] != plan["asked"]:
        return "something else was looked for"
    before, now = ({one[0]: one for one in files} for files in (kept["files"], plan["files"]))
    changed = next((name for name in now if name in before and before[name] != now[name]), "")
    return f"{changed} has changed since" if changed else "it was of other files"
