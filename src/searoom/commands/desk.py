"""Commands on a node: run it, ask how it is, read an entry and its states, write the joint page or the record."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from searoom.commands.arguments import parser, print_json, reference
from searoom.desk import serve
from searoom.desk.asking import ask
from searoom.eventlog import FORMS, to_stderr
from searoom.keys.unlocking import asker
from searoom.signals import forms
from searoom.statements import annexes


def node(argv: Sequence[str]) -> int:
    """Run the node of a folder until it is told to stop."""
    command = parser(
        "node", "Run the node of FOLDER: its peer port, couriers, lookout and desk.", ["searoom node amber"]
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--passphrase-file", type=Path, help="of the node's keys, instead of typing it")
    command.add_argument("--log", choices=FORMS, default=FORMS[0], help="sentences, or one JSON line an event")
    given = command.parse_args(argv)
    return serve.run(given.folder, asker(given.passphrase_file), to_stderr(FORMS[1]) if given.log == FORMS[1] else None)


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
    lines = [str(reply["sentence"])] if reply["sentence"] else []
    if reply["content"]:
        held = dict(cast("list[tuple[bytes, bytes]]", reply["annexes"]))
        filled = annexes.attach(forms.decode(cast("bytes", reply["content"]), book), book, held.get)
        lines += forms.read_out(filled, book, given.lang)
    for line in (*lines, *cast("list[str]", reply["states"])):
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
        ["searoom export amber amber-record", "searoom export amber for-an-observer --closed"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("folder", type=Path)
    command.add_argument("--closed", action="store_true", help="open no words: for who verifies and may not read")
    given = command.parse_args(argv)
    reply = ask(given.node, {"do": "export", "folder": str(given.folder.resolve()), "closed": given.closed})
    sys.stdout.write(f"wrote {reply['entries']} entries to {given.folder}\n")
    return 0


def ahead(argv: Sequence[str]) -> int:
    """Print the messages that came ahead of their place."""
    command = parser(
        "ahead",
        "The messages that came ahead of their place, a flash past a backlog: what each says, before the rest is here.",
        ["searoom ahead amber", "searoom ahead amber --lang ja"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--lang", choices=("en", "ja", "zh"), default="en", help="language of labels and states")
    given = command.parse_args(argv)
    book = forms.load()
    rows = cast("list[dict[str, object]]", ask(given.node, {"do": "ahead", "lang": given.lang})["ahead"])
    for row in rows:
        sys.stdout.write(f"{row['ref']}\n")
        content = cast("bytes", row["content"])
        lines = forms.read_out(forms.decode(content, book), book, given.lang) if content else [str(row["why"])]
        for line in (*lines, str(row["state"])):
            sys.stdout.write(f"  {line}\n")
    if not rows:
        sys.stdout.write("  none\n")
    return 0
