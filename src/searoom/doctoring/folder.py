"""What lies in a node's folder: who may read it, settings that nobody reads, keys that lie open, room on the disk."""

import os
import shutil
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

from searoom.doctoring.ailment import Ailment, Patient, Weight
from searoom.encounters import zones
from searoom.encounters.settings import Settings as Levels
from searoom.errors import NotAllowed
from searoom.keys.enrol import LEVELS, REGISTRY, ROOT_FOLDER, ZONES, Settings
from searoom.keys.keyfiles import load
from searoom.node import packs
from searoom.obligations import agreement as agreements
from searoom.obligations.agreement import Agreement
from searoom.tracks.registry import Registry

KNOWN: Final = frozenset({one.name for one in fields(Settings)} - {"peers"} | {"peer"})
PRIVATE: Final = ("keys*", "officers", ROOT_FOLDER)
STORES: Final = ("*.db", "*.db-wal", "*.db-shm")
LEAST_BYTES, FEW_BYTES = 100 << 20, 1 << 30
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def pack(patient: Patient) -> Agreement:
    """Return the agreement that the settings name."""
    return agreements.load(packs.pack(patient.folder, patient.settings.agreement))


def settings(patient: Patient) -> Iterator[Ailment]:
    """Find settings that nobody reads, and tables that the node could not read at its next start."""
    raw = tomllib.loads((patient.folder / "node.toml").read_text(encoding="utf-8"))
    found = False
    for name in sorted(set(raw) - KNOWN):
        found = True
        yield Ailment(
            "settings", Weight.DOUBTFUL, f"node.toml has '{name}', which nothing reads",
            "Is it misspelt? docs/operator.md, section 3, has all settings.",
        )  # fmt: skip
    readers = {LEVELS: Levels.from_table, ZONES: zones.from_table, REGISTRY: Registry.from_table}
    for name, read in readers.items():
        path = patient.folder / name
        try:
            if path.exists():
                read(tomllib.loads(path.read_text(encoding="utf-8")))
        except (NotAllowed, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            found = True
            yield Ailment("settings", Weight.BAD, f"{name} cannot be read: {fault}", "The node does not start with it.")
    try:
        pack(patient)
    except NotAllowed as fault:
        found = True
        yield Ailment("settings", Weight.BAD, f"the agreement cannot be read: {fault.sentence}", fault.advice())
    if not found:
        yield Ailment("settings", Weight.SOUND, "every setting is one that is read")


def modes(patient: Patient) -> Iterator[Ailment]:
    """Find what others on this machine could read or exchange."""
    count, found = 0, False
    for path in _guarded(patient.folder):
        try:
            held = path.stat()
        except FileNotFoundError:
            continue  # a store's log may go while we look
        count += 1
        if held.st_mode & _OTHERS and not (path.match("*.db*") and _closed(patient.folder)):
            found = True
            mode, right = stat.S_IMODE(held.st_mode), "700" if path.is_dir() else "600"
            where = path.relative_to(patient.folder.parent)
            yield Ailment(
                "modes", Weight.BAD, f"{where} can be reached by others on this machine (mode {mode:o})",
                f"chmod {right} {path}",
            )  # fmt: skip
        if held.st_uid != os.geteuid() and os.geteuid() != 0:
            found = True
            yield Ailment(
                "modes", Weight.DOUBTFUL, f"{path.name} is owned by another user",
                "Run this as the node's own user; if that is what you did, give the file back to it.",
            )  # fmt: skip
    if not found:
        yield Ailment("modes", Weight.SOUND, f"{count} files and folders are their owner's alone")


def _guarded(folder: Path) -> Iterator[Path]:
    for pattern in PRIVATE:
        for inner in sorted(folder.glob(pattern)):
            yield inner
            yield from sorted(path for path in inner.glob("*") if path.suffix != ".crt")
    for pattern in STORES:
        yield from sorted(folder.glob(pattern))


def _closed(folder: Path) -> bool:
    """Whether nobody else can enter the folder: then the mode of a store in it does not matter."""
    return not folder.stat().st_mode & _OTHERS


def keys(patient: Patient) -> Iterator[Ailment]:
    """Find keys that are damaged, lie open, or should not lie here at all."""
    count, found = 0, False
    for path in sorted(path for pattern in PRIVATE for path in patient.folder.glob(f"{pattern}/*.key")):
        count += 1
        try:
            held = load(path)
        except NotAllowed as fault:
            found = True
            yield Ailment("keys", Weight.BAD, fault.sentence, fault.advice())
            continue
        if held.clear and not _exercise(patient):
            found = True
            yield Ailment(
                "keys", Weight.BAD, f"{path.parent.name}/{path.name} lies open: no passphrase closes it",
                "Keys of a node that is meant are closed by a passphrase: docs/keys.md.",
            )  # fmt: skip
    if any(patient.folder.glob(f"{ROOT_FOLDER}/*.key")) and not _exercise(patient):
        found = True
        yield Ailment(
            "keys", Weight.BAD, "the keepers' keys lie on this machine",
            "Take root/ off this machine and lock it away: whoever has it can sign your next card.",
        )  # fmt: skip
    if not found:
        yield Ailment("keys", Weight.SOUND, f"{count} key files are whole")


def _exercise(patient: Patient) -> bool:
    try:
        return pack(patient).exercise
    except NotAllowed:
        return False


def room(patient: Patient) -> Iterator[Ailment]:
    """Find a disk that is nearly full."""
    free = shutil.disk_usage(patient.folder).free
    stores = sum(path.stat().st_size for path in patient.folder.glob("*.db"))
    told = f"{free >> 20} MiB are free, the stores take {stores >> 20} MiB"
    if free < LEAST_BYTES:
        yield Ailment("room", Weight.BAD, told, "Make room now: a full disk stops the node.")
    elif free < max(FEW_BYTES, stores):
        yield Ailment("room", Weight.DOUBTFUL, told, "Make room: a backup here would not fit.")
    else:
        yield Ailment("room", Weight.SOUND, told)
