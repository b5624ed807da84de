"""The commands `backup` and `restore`: a node's stores as one folder while it runs, and back to a new place."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from searoom import clock
from searoom.commands.arguments import parser, print_json
from searoom.desk.asking import ask, runs
from searoom.errors import NotAllowed
from searoom.node import storing

PATIENCE_S = 24 * 3600.0  # for a backup of whatever size


def backup(argv: Sequence[str]) -> int:
    """Write a backup of a node, while it runs or not."""
    command = parser(
        "backup",
        "Write both stores of a node, its settings and its cards into a new folder, as they stand at this moment; the "
        "node may run and write on. Never a key: back up keys/ once, apart. What is erased later stays in it.",
        [
            "searoom backup amber-node /media/safe/amber-2026-06-03",
            "searoom backup amber-node /media/safe/amber --json",
        ],
    )
    command.add_argument("node", type=Path)
    command.add_argument("folder", type=Path, metavar="BACKUP", help="a new folder")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    target = given.folder.resolve()
    if runs(given.node):
        reply = ask(given.node, {"do": "backup", "folder": str(target)}, timeout_s=PATIENCE_S)
        sizes = cast("Mapping[str, int]", reply["sizes"])
    else:
        sizes = storing.back_up_idle(given.node, target)
    if given.json:
        print_json({"backup": str(target), "sizes": dict(sizes)})
        return 0
    _tell(f"wrote {given.folder}", sizes)
    sys.stdout.write("  it holds no keys; it holds sealed words and our own notes: guard it like the node\n")
    return 0


def restore(argv: Sequence[str]) -> int:
    """Make a backup the stores of a node's folder."""
    command = parser(
        "restore",
        "Make a backup the stores of NODE, a folder without stores; nothing is overwritten. The node then says nothing "
        "until its log was compared with the copy that the counterparts hold, and takes back what is missing.",
        ["searoom restore /media/safe/amber-2026-06-03 amber-node"],
    )
    command.add_argument("backup", type=Path, metavar="BACKUP")
    command.add_argument("node", type=Path, help="its folder: keys/ must be there, or be put there before it starts")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    if runs(given.node):
        raise NotAllowed(f"a node runs in {given.node}", advice="Stop it; then move its stores away, and keep them.")
    sizes = storing.put_back(given.backup, given.node, clock.machine_now())
    if given.json:
        print_json({"node": str(given.node), "sizes": dict(sizes)})
        return 0
    _tell(f"put back into {given.node}", sizes)
    if not (given.node / "keys").exists():
        sys.stdout.write(f"  {given.node / 'keys'} is missing: put the node's keys there before it starts\n")
    sys.stdout.write(
        "  the store is marked as put back: what was said since this backup is not in it\n"
        f"  start it with `searoom node {given.node}`: it says nothing until its log was compared with every\n"
        "  counterpart's copy, and takes back what is missing. Where they cannot be reached by a line, carry\n"
        "  sticks (`searoom bundle`), or two officers open a new log (`searoom new-log`).\n"
    )
    return 0


def _tell(what: str, sizes: Mapping[str, int]) -> None:
    sys.stdout.write(f"{what}\n")
    for log, size in sizes.items():
        sys.stdout.write(f"  log of {log}: {size} entries\n")
