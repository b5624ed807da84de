"""Commands on a node: run it, ask how it is, read an entry and its states, write the joint page or the record."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from searoom import serve
from searoom.commands.arguments import parser, print_json, reference
from searoom.desk import ask
from searoom.signals import forms


def node(argv: Sequence[str]) -> int:
    """Run the node of a folder until it is told to stop."""
    command = parser(
        "node", "Run the node of FOLDER: its peer port, couriers, lookout and desk.", ["searoom node amber"]
    )
    command.add_argument("folder", type=Path)
    given = command.parse_args(argv)
    return serve.run(given.folder)


def status(argv: Sequence[str]) -> int:
    """Print how a running node and its line are."""
    command = parser(
        "status", "How a running node and its line to each counterpart are.", ["searoom status amber --json"]
    )
    command.add_argument("node", type=Path)
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    reply = ask(given.node, {"do": "status"})
    if given.json:
        print_json(reply)
        return 0
    sys.stdout.write(f"{reply['party']}  {reply['now']}  process {reply['pid']}, port {reply['port']}\n")
    for party, size in cast("dict[str, int]", reply["sizes"]).items():
        sys.stdout.write(f"  log of {party}: {size} entries held\n")
    for party, line in cast("dict[str, dict[str, object]]", reply["lines"]).items():
        contact = line["last_contact"] or "never"
        fault = f"; no contact since, because {line['last_fault']}" if line["last_fault"] else ""
        sys.stdout.write(f"  line to {party}: last contact {contact}{fault}\n")
    for name, why in cast("dict[str, str]", reply["blind"]).items():
        sys.stdout.write(f"  sensor {name} is blind: {why}\n")
    return 0


def watch(argv: Sequence[str]) -> int:
    """Print the encounters that our own sensors have open now."""
    command = parser(
        "watch",
        "The encounters that our own sensors have open now. National: advice about geometry, and it never leaves.",
        ["searoom watch amber"],
    )
    command.add_argument("node", type=Path)
    given = command.parse_args(argv)
    sys.stdout.write(str(ask(given.node, {"do": "watch"})["table"]))
    return 0


def drafts(argv: Sequence[str]) -> int:
    """Print the drafts that wait for a second person."""
    command = parser("drafts", "The drafts that wait for a second person to release them.", ["searoom drafts amber"])
    command.add_argument("node", type=Path)
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    rows = cast("list[dict[str, object]]", ask(given.node, {"do": "drafts"})["drafts"])
    if given.json:
        print_json(rows)
        return 0
    for row in rows:
        names = ", ".join(cast("list[str]", row["by"]))
        sys.stdout.write(f"  {row['draft']:<6}{row['form']:<18}{row['at']}  signed by {names}\n")
    if not rows:
        sys.stdout.write("  none\n")
    return 0


def show(argv: Sequence[str]) -> int:
    """Print what an entry says, and its states."""
    command = parser(
        "show", "What an entry says in its own words, and how far it has come.", ["searoom show amber coral/3"]
    )
    command.add_argument("node", type=Path)
    command.add_argument("entry", metavar="PARTY/INDEX")
    command.add_argument("--lang", choices=("en", "ja", "zh"), default="en", help="language of labels and states")
    given = command.parse_args(argv)
    author, index = reference(given.entry)
    reply = ask(given.node, {"do": "message", "author": author, "index": index, "lang": given.lang})
    book = forms.load()
    filled = forms.decode(cast("bytes", reply["content"]), book)
    for line in (*forms.read_out(filled, book, given.lang), *cast("list[str]", reply["states"])):
        sys.stdout.write(line + "\n")
    return 0


def joint(argv: Sequence[str]) -> int:
    """Write the joint page."""
    command = parser(
        "joint",
        "The joint page: released entries only; both nodes write the same bytes from the same record.",
        ["searoom joint amber --lang ja --out joint.html"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--lang", choices=("en", "ja", "zh"), default="en")
    command.add_argument("--out", type=Path, required=True)
    given = command.parse_args(argv)
    reply = ask(given.node, {"do": "joint", "lang": given.lang})
    given.out.write_bytes(cast("bytes", reply["page"]))
    sys.stdout.write(f"wrote {given.out}\n")
    return 0


def export(argv: Sequence[str]) -> int:
    """Write the whole record as files."""
    command = parser(
        "export",
        "Write our log and the logs of the others as files that `searoom verify` and others can check.",
        ["searoom export amber amber-record"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("folder", type=Path)
    given = command.parse_args(argv)
    reply = ask(given.node, {"do": "export", "folder": str(given.folder.resolve())})
    sys.stdout.write(f"wrote {reply['entries']} entries to {given.folder}\n")
    return 0
