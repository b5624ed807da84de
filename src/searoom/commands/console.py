"""The commands `console` and `account`: the pages of a node that runs on this machine, and who may open them."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from getpass import getpass
from pathlib import Path

from searoom import clock
from searoom.commands.arguments import parser, print_json
from searoom.console import running
from searoom.console.bearers import USES, Bearer
from searoom.console.people import ROLES, People, Person
from searoom.errors import NotAllowed
from searoom.eventlog import FORMS, to_stderr

PORT = 8480
DEEDS = (
    "add", "change", "password", "code", "lock", "unlock", "remove", "list", "token", "tokens", "withdraw",
)  # fmt: skip


def console(argv: Sequence[str]) -> int:
    """Serve the console of a running node until it is told to stop."""
    command = parser(
        "console",
        "Serve the pages of the node that runs in FOLDER, to a browser on this machine. Make an account first.",
        ["searoom console amber", "searoom console amber --port 8480"],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}; 0 takes any that is free")
    command.add_argument("--log", choices=FORMS, default=FORMS[0], help="sentences, or one JSON line an event")
    given = command.parse_args(argv)
    running.run(given.folder, given.port, teller(given.log), to_stderr(given.log))
    return 0


def teller(form: str) -> Callable[[str], None]:
    """Return what prints sentences for a person; where the log tells its events instead, they are left out."""
    return _tell if form == FORMS[0] else _nothing


def account(argv: Sequence[str]) -> int:
    """Make, change, lock, remove and list the accounts of a console."""
    command = parser(
        "account",
        "Who may open the console of a node. A password opens pages; it signs nothing in the party's name.",
        [
            "searoom account amber add watch-1 --name 'Watch 1' --role watch --role duty",
            "searoom account amber code watch-1",
            "searoom account amber list --json",
            "searoom account amber token plotter --role watch --until 2027-06-01T00:00:00Z",
            "searoom account amber token desk-calendar --role desk --for calendar --until 2027-06-01T00:00:00Z",
            "searoom account amber tokens",
            "searoom account amber withdraw plotter",
        ],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("deed", choices=DEEDS)
    command.add_argument("account", nargs="?", default="", help="of the account, or of the token")
    command.add_argument("--name", default="", help="the person's name, as others see it")
    command.add_argument("--role", action="append", default=[], choices=ROLES)
    command.add_argument("--officer", default="", help="the id on the party's card of the officer who signs")
    command.add_argument("--password-file", type=Path, help="a file with the password, instead of typing it")
    command.add_argument("--for", action="append", default=[], choices=USES, dest="uses", help="token: default: api")
    command.add_argument("--until", default="", metavar="TIME", help="token: when it ends: 2027-06-01T00:00:00Z")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    if not (given.folder / "node.toml").exists():
        raise NotAllowed(f"{given.folder} is not a node's folder: it has no node.toml", advice="Enrol the party first.")
    people = People(given.folder)
    try:
        _do(people, given)
    finally:
        people.close()
    return 0


def _do(people: People, given: Namespace) -> None:
    name, now_us = given.account, clock.machine_now()
    person = Person(name, given.name or name, frozenset(given.role), given.officer)
    match given.deed:
        case "list":
            _list(people.everybody(), as_json=given.json)
        case "add":
            people.add(person, _password(given.password_file), now_us)
        case "change":
            held = people.find(name)
            roles = person.roles or held.roles
            people.change_account(Person(name, given.name or held.name, roles, given.officer or held.officer), now_us)
        case "password":
            people.find(name)
            people.change(name, _password(given.password_file), now_us)
        case "code":
            code = people.give_code(name, now_us)
            print_json({"account": name, "code": code}) if given.json else sys.stdout.write(f"{code}\n")
        case "remove":
            people.remove(name, now_us)
        case "token":
            until_us = clock.from_text(given.until) if given.until else 0
            token = people.bearers.give(name, given.role, given.uses or USES[:1], until_us, now_us)
            print_json({"token": name, "secret": token}) if given.json else sys.stdout.write(f"{token}\n")
        case "tokens":
            _list_tokens(people.bearers.everybody(), as_json=given.json)
        case "withdraw":
            people.bearers.withdraw(name, now_us)
        case deed:
            people.lock(name, now_us, closed=deed == "lock")


def _list(everybody: Sequence[Person], *, as_json: bool) -> None:
    if as_json:
        print_json([
            {"account": one.id, "name": one.name, "roles": sorted(one.roles), "officer": one.officer,
             "locked": one.closed}
            for one in everybody
        ])  # fmt: skip
        return
    for one in everybody:
        locked = "  locked" if one.closed else ""
        sys.stdout.write(f"  {one.id:<20}{one.name:<24}{', '.join(sorted(one.roles))}{locked}\n")


def _list_tokens(bearers: Sequence[Bearer], *, as_json: bool) -> None:
    rows = [
        {"token": one.name, "roles": sorted(one.roles), "for": sorted(one.uses), "until": clock.to_text(one.until_us),
         "used": clock.to_text(one.used_us) if one.used_us else None}
        for one in bearers
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for one, row in zip(bearers, rows, strict=True):
        what = ", ".join([*sorted(one.roles), "for", *sorted(one.uses)])
        sys.stdout.write(f"  {one.name:<20}{what:<36}until {row['until']}, last used {row['used'] or 'never'}\n")


def _nothing(_line: str) -> None:
    return


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
