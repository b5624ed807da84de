"""The commands `console` and `account`: the pages of a node that runs on this machine, and who may open them."""

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from searoom.commands.arguments import parser, print_json
from searoom.console import running
from searoom.console.people import ROLES, People, Person
from searoom.errors import NotAllowed

PORT = 8480


def console(argv: Sequence[str]) -> int:
    """Serve the console of a running node until it is told to stop."""
    command = parser(
        "console",
        "Serve the pages of the node that runs in FOLDER, to a browser on this machine. Make an account first.",
        ["searoom console amber", "searoom console amber --port 8480"],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}; 0 takes any that is free")
    given = command.parse_args(argv)
    running.run(given.folder, given.port, _tell)
    return 0


def account(argv: Sequence[str]) -> int:
    """Make, change, remove and list the accounts of a console."""
    command = parser(
        "account",
        "Who may open the console of a node. A password opens pages; it signs nothing in the party's name.",
        [
            "searoom account amber add watch-1 --name 'Watch 1' --role watch --role duty",
            "searoom account amber password watch-1",
            "searoom account amber list --json",
        ],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("deed", choices=("add", "password", "remove", "list"))
    command.add_argument("account", nargs="?", default="")
    command.add_argument("--name", default="", help="the person's name, as others see it")
    command.add_argument("--role", action="append", default=[], choices=ROLES)
    command.add_argument("--officer", default="", help="the id on the party's card of the officer who signs")
    command.add_argument("--password-file", type=Path, help="a file with the password, instead of typing it")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    if not (given.folder / "node.toml").exists():
        raise NotAllowed(f"{given.folder} is not a node's folder: it has no node.toml", advice="Enrol the party first.")
    people = People(given.folder)
    if given.deed == "list":
        rows = [
            {"account": one.id, "name": one.name, "roles": sorted(one.roles), "officer": one.officer}
            for one in people.everybody()
        ]
        if given.json:
            print_json(rows)
        for row in () if given.json else rows:
            sys.stdout.write(f"  {row['account']:<20}{row['name']:<24}{', '.join(row['roles'])}\n")
        return 0
    if given.deed == "add":
        person = Person(given.account, given.name or given.account, frozenset(given.role), given.officer)
        people.add(person, _password(given.password_file))
    elif given.deed == "password":
        people.find(given.account)
        people.change(given.account, _password(given.password_file))
    else:
        people.remove(given.account)
    return 0


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _password(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as problem:
            raise NotAllowed(f"the password in {file} cannot be read: {problem}") from None
    if not sys.stdin.isatty():
        raise NotAllowed("a password is needed and there is no terminal to ask at", advice="Name --password-file.")
    password = getpass("New password: ")
    if getpass("The same again: ") != password:
        raise NotAllowed("the two passwords differ")
    return password
