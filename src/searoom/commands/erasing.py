"""The command `erase`: personal data of a message erased here, for good; the record verifies as before."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from searoom import officer
from searoom.commands.arguments import parser, print_json, reference
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.keys.unlocking import asker
from searoom.signals import forms
from searoom.statements.items import ref_text


def erase(argv: Sequence[str]) -> int:
    """Erase personal data of a message, after asking."""
    command = parser(
        "erase",
        "Erase personal data that stand apart from what was signed: on this node, for good. The message then reads "
        "[erased], and everything verifies as before. Our national log keeps who erased which field when. Backups that "
        "were made before still hold the data, and so does each counterpart until it erases its own.",
        ["searoom erase amber amber/12 travellers --key amber-1.key"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("entry", metavar="PARTY/INDEX")
    command.add_argument("field", metavar="FIELD")
    command.add_argument("--key", type=Path, required=True, help="of the person who erases")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    (log, index), table = reference(given.entry), officer.sit_down(given.node)
    what = f"'{given.field}' of {ref_text((log, index))}"
    if not given.yes:
        if not sys.stdin.isatty():
            raise NotAllowed(f"nobody is here to be asked whether {what} is to be erased", advice="Add --yes.")
        sys.stdout.write(f"Erase {what} here, for good? [y/N] ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            sys.stdout.write("nothing was erased\n")
            return 1
    who = officer.person(table, given.key, asker(given.passphrase_file))
    officer.note_duress(given.node, table, who, forms.load())
    ask(given.node, {"do": "erase", "log": log, "index": index, "field": given.field, "person": who.id})
    if given.json:
        print_json({"erased": cast("str", given.field), "entry": ref_text((log, index)), "by": who.id})
    else:
        sys.stdout.write(f"erased {what}; our national log says that {who.name} did it\n")
        sys.stdout.write("  backups made before still hold it: replace them; the counterpart erases its own copy\n")
    return 0
