"""The commands `status` and `evidence`: how a running node and its lines are, and what is kept of failed proofs."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from searoom.commands.arguments import parser, print_json
from searoom.desk.agreed import told
from searoom.desk.asking import ask
from searoom.keys.keyfiles import write_private

_MIB = 1 << 20


def status(argv: Sequence[str]) -> int:
    """Print how a running node and its lines are."""
    command = parser(
        "status",
        "How a running node is: its log and the copies it holds, each line with last contact, silence and verdict, "
        "evidence, disk and versions.",
        ["searoom status amber", "searoom status amber --json"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    reply = ask(given.node, {"do": "status"})
    if given.json:
        print_json(reply)
        return 0
    sys.stdout.write("\n".join(_lines(reply)) + "\n")
    return 0


def _lines(reply: Mapping[str, object]) -> list[str]:
    lines = [f"{reply['party']}  {reply['now']}  process {reply['pid']}, port {reply['port']}"]
    lines.append(f"  root fingerprint {reply['fingerprint']}, card {reply['card']}")
    lines += [f"  {sentence}" for sentence in told(cast("dict[str, object]", reply["agreement"]))]
    if reply["healing"]:
        lines.append(
            "  THIS STORE WAS PUT BACK: nothing is said until our log was compared with the counterparts' copies"
        )
    recorded = cast("dict[str, int]", reply["recorded"])
    for log, size in cast("dict[str, int]", reply["sizes"]).items():
        stored = [
            f"{name.split(' by ')[1]} {count}" for name, count in recorded.items() if name.startswith(f"{log} by ")
        ]
        ahead = cast("dict[str, int]", reply["ahead"]).get(log, 0)
        lines.append(f"  log of {log}: {size} entries held" + (f", {ahead} more ahead of their place" if ahead else ""))
        lines.append(f"    signed as stored by {', '.join(stored)}")
    lines += _unread(cast("dict[str, int]", reply["account"]))
    for party, line in cast("dict[str, dict[str, object]]", reply["lines"]).items():
        lines += _line(party, line)
    found = ", ".join(f"{count} {grade}" for grade, count in cast("dict[str, int]", reply["open"]).items())
    lines += [f"  open encounters: {found}"] if found else []
    for kind, count in cast("dict[str, int]", reply["evidence"]).items():
        lines.append(f"  evidence: {count} of the kind '{kind}'; `searoom evidence` lists it")
    lines += [f"  sensor {name} is blind: {why}" for name, why in cast("dict[str, str]", reply["blind"]).items()]
    disk = cast("dict[str, object]", reply["disk"])
    stores = ", ".join(f"{name} {size // _MIB} MiB" for name, size in cast("dict[str, int]", disk["stores"]).items())
    lines.append(f"  disk: {cast('int', disk['free_bytes']) // _MIB} MiB free; {stores}")
    versions = cast("dict[str, str]", reply["versions"])
    return [*lines, "  versions: " + ", ".join(f"{name} {version}" for name, version in versions.items())]


def _unread(account: Mapping[str, int]) -> list[str]:
    if account["read"] == account["of"]:
        return []
    return [f"  account read up to entry {account['read']:,} of {account['of']:,}; until then states and duties wait"]


def _line(party: str, line: Mapping[str, object]) -> list[str]:
    contact = line["last_contact"] or "never"
    fault = f"; no contact since, because {line['last_fault']}" if line["last_fault"] else ""
    silent = f"; SILENT since {line['silent_since']}" if line["silent_since"] else ""
    lines = [f"  line to {party}: last contact {contact}{fault}{silent}"]
    lines += [f"    key exchange {line['key_exchange']}"] if line["key_exchange"] else []
    lines += [f"    {str(line['verdict']).upper()}"] if line["verdict"] else []
    lines += [f"    when they called: {line['last_fault_of_theirs']}"] if line["last_fault_of_theirs"] else []
    return lines


def evidence(argv: Sequence[str]) -> int:
    """List what is kept of failed proofs, or write it as files; 1 where there is none."""
    command = parser(
        "evidence",
        "What this node has kept of proofs that failed: forks, forged or contradicting notes, changed sticks. With "
        "--out each piece as a file; a fork that proves itself to others is written by `searoom fork-proof`.",
        ["searoom evidence amber", "searoom evidence amber --out amber-evidence"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--out", type=Path, metavar="DIR", help="write each piece as a file; none is replaced")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    rows = cast("list[dict[str, object]]", ask(given.node, {"do": "evidence"})["evidence"])
    files = [_write(given.node, row, given.out) for row in rows] if given.out else []
    if given.json:
        print_json({"evidence": rows, "files": [str(path) for path in files]})
    else:
        for row in rows:
            sys.stdout.write(
                f"  {row['number']:<4}{row['kind']:<13}{row['at']}  {row['sentence']} ({row['bytes']} bytes)\n"
            )
        sys.stdout.write("".join(f"  wrote {path}\n" for path in files) if rows else "  none\n")
    return 0 if rows else 1


def _write(node: Path, row: Mapping[str, object], folder: Path) -> Path:
    number = cast("int", row["number"])
    reply = ask(node, {"do": "evidence", "number": number})
    path = folder / f"{number:04}-{row['kind']}.cbor"
    write_private(path, cast("bytes", reply["detail"]))
    return path
