"""The command `officer`: a person makes a key on their own medium or token, and changes its passphrase."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from searoom.commands.arguments import parser
from searoom.keys import keyfiles
from searoom.keys.ceremonies import REQUEST_SUFFIX, make_officer, make_token_officer
from searoom.keys.unlocking import asker, chooser, token_module


def officer(argv: Sequence[str]) -> int:
    """Make a person's key, or change its passphrase."""
    command = parser(
        "officer",
        "Make your own key on your own medium, with a passphrase that only you know; the request beside it goes to the "
        "keepers, who put it on the next card. A node's machine never needs your key.",
        [
            "searoom officer new amber-1.key --id amber-1 --name 'Lt Cdr A. Arden'",
            "searoom officer new amber-1.key --id amber-1 --name 'Lt Cdr A. Arden' --duress",
            "searoom officer new amber-1.key --id amber-1 --name 'Lt Cdr A. Arden' --token searoom",
            "searoom officer passphrase amber-1.key",
        ],
    )
    deeds = command.add_subparsers(dest="deed", required=True, metavar="new|passphrase")
    _new_arguments(deeds.add_parser("new", allow_abbrev=False, help="make a key and a request"))
    change = deeds.add_parser("passphrase", allow_abbrev=False, help="change the passphrase of a key file")
    change.add_argument("key", type=Path)
    change.add_argument("--passphrase-file", type=Path, help="the passphrase that opens it now")
    change.add_argument("--new-passphrase-file", type=Path, help="the new one")
    given = command.parse_args(argv)
    return {"new": _new, "passphrase": _passphrase}[given.deed](given)


def _new_arguments(command: ArgumentParser) -> None:
    command.add_argument("key", type=Path, help="the key file to be made")
    command.add_argument("--id", required=True, help="the party's id, a hyphen, and more: amber-1")
    command.add_argument("--name", required=True, help="as the counterpart reads it")
    command.add_argument("--member", default="", help="the member of an alliance for which the person speaks")
    command.add_argument("--passphrase-file", type=Path)
    command.add_argument("--duress", action="store_true", help="set a second passphrase, to be given under duress")
    command.add_argument("--duress-file", type=Path, help="a file with the second passphrase")
    command.add_argument("--token", help="make the key on the PKCS#11 token of this label instead")


def _new(given: Namespace) -> int:
    if given.token:
        pin = asker(given.passphrase_file)(f"the token '{given.token}' (its PIN)")
        request = make_token_officer(
            given.key, holder=given.id, name=given.name, member=given.member, token=given.token, pin=pin,
            module=token_module(),
        )  # fmt: skip
    else:
        passphrase, duress = chooser(given.passphrase_file)(f"the key of {given.id}"), None
        if given.duress or given.duress_file:
            duress = chooser(given.duress_file)(f"the key of {given.id}, to be given under duress")
        request = make_officer(
            given.key, holder=given.id, name=given.name, member=given.member, passphrase=passphrase, duress=duress
        )
    sys.stdout.write(
        f"made {given.key}: it stays with {request.name}\n"
        f"  hand {given.key.with_suffix(REQUEST_SUFFIX)} to the keepers, who put key {request.key().key_id.hex()} "
        "on the card\n"
    )
    return 0


def _passphrase(given: Namespace) -> int:
    old = asker(given.passphrase_file)(f"'{keyfiles.load(given.key).what}' in {given.key}")
    keyfiles.change_passphrase(given.key, old, chooser(given.new_passphrase_file, {})(f"{given.key}"))
    sys.stdout.write(f"{given.key} is opened with the new passphrase\n")
    return 0
