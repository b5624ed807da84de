"""The command `bundle`: the exchange carried by hand, where no line works."""

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from searoom.commands.arguments import parser, print_json
from searoom.desk.asking import ask
from searoom.errors import NotAllowed, SearoomError
from searoom.node.stick import PART_BYTES

LARGEST = 8 << 20  # of a file that is read at all
_AT_FAULT = 6


def bundle(argv: Sequence[str]) -> int:
    """Write a stick for a counterpart, or read one that came."""
    command = parser(
        "bundle",
        "Carry the exchange by hand. `write` puts into DIR what a counterpart lacks, as far as is known here; `read` "
        "takes what came, and with --answer writes what goes back. Parts may be split, late, out of order, twice or "
        "missing: nothing comes of it but another stick. There, back and there again is a whole exchange.",
        [
            "searoom bundle write amber-node --to coral --out /media/stick",
            "searoom bundle write amber-node --to coral --out /media/cards --part-bytes 262144",
            "searoom bundle read coral-node /media/stick/*.bundle --answer /media/stick-back",
        ],
    )
    deeds = command.add_subparsers(dest="deed", required=True, metavar="write|read")
    write = deeds.add_parser("write", allow_abbrev=False, help="write a stick for a counterpart")
    write.add_argument("node", type=Path)
    write.add_argument("--to", required=True, metavar="PARTY")
    write.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a folder; files in it are never replaced"
    )
    write.add_argument("--part-bytes", type=int, default=PART_BYTES, metavar="N", help="at most so many in each file")
    write.add_argument("--json", action="store_true")
    read = deeds.add_parser("read", allow_abbrev=False, help="read the files of one or more sticks, in any order")
    read.add_argument("node", type=Path)
    read.add_argument("file", type=Path, nargs="+")
    read.add_argument("--answer", type=Path, metavar="DIR", help="write what goes back into this folder")
    read.add_argument("--part-bytes", type=int, default=PART_BYTES, metavar="N", help="for the answer")
    read.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    return _write(given) if given.deed == "write" else _read(given)


def _write(given: Namespace) -> int:
    made = _written(given.node, given.to, given.out, given.part_bytes)
    if given.json:
        print_json(made)
    else:
        _tell_written(made)
    return 0


def _tell_written(made: dict[str, object]) -> None:
    for name in cast("list[str]", made["files"]):
        sys.stdout.write(f"  wrote {name}\n")
    sys.stdout.write(f"  for {made['to']}: {made['entries']} entries that it lacks, as far as is known here\n")


def _written(node: Path, party: str, folder: Path, part_bytes: int) -> dict[str, object]:
    """Let the node make sticks for a party until nothing is left, and write their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files, entries, left = list[str](), 0, list[object]()
    while True:
        asked = {"do": "bundle-write", "to": party, "part_bytes": part_bytes, "goes_on": left}
        reply = ask(node, asked)  # type: ignore[arg-type]  # what the reply before said, as it stood there
        for name, data in cast("list[tuple[str, bytes]]", reply["parts"]):
            with (folder / name).open("xb") as file:
                file.write(data)
            files.append(str(folder / name))
        entries += cast("int", reply["entries"])
        left = cast("list[object]", reply["left"])
        if not left:
            return {"to": party, "files": files, "entries": entries}


def _read(given: Namespace) -> int:
    left, gained, refused = list(given.file), Counter[str](), dict[str, str]()
    senders, early = set[str](), list[Path]()
    while left:
        early = []
        before = sum(gained.values())
        for path in left:
            try:
                reply = ask(given.node, {"do": "bundle-read", "part": _bytes(path)})
            except SearoomError as fault:
                if not refused and len(given.file) == 1:
                    raise
                refused[str(path)] = fault.sentence
                continue
            senders.add(str(reply["from"]))
            gained.update(cast("dict[str, int]", reply["gained"]))
            refused |= {str(path): sentence for sentence in cast("list[str]", reply["refused"])}
            early += [path] if reply["early"] else []
        left = early if sum(gained.values()) > before else []  # what stood before them may have come since
    answers = (
        [_written(given.node, party, given.answer, given.part_bytes) for party in sorted(senders)]
        if given.answer
        else []
    )
    if given.json:
        waiting = [str(path) for path in early]
        print_json({"gained": gained, "waiting": waiting, "refused": refused, "answers": answers})
    else:
        _tell_read(gained, early, refused)
        for made in answers:
            _tell_written(made)
    return _AT_FAULT if refused else 0


def _tell_read(gained: Counter[str], early: Sequence[Path], refused: dict[str, str]) -> None:
    for log, count in sorted(gained.items()):
        sys.stdout.write(f"  log of {log}: {count} new entries\n")
    if not gained:
        sys.stdout.write("  nothing new\n")
    for path in early:
        sys.stdout.write(f"  {path}: what comes before it is not here yet; read it again with the other parts\n")
    for name, sentence in refused.items():
        sys.stdout.write(f"  {name}: refused: {sentence}\n")


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as problem:
        raise NotAllowed(f"{path} cannot be read: {problem.strerror}") from None
    if len(data) > LARGEST:
        raise NotAllowed(f"{path} is longer than any part of a bundle")
    return data
