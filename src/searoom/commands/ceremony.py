"""The command `ceremony`: keepers make the root of a party, and sign its first card at one table, off every network."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from searoom.commands.arguments import pairs, parser
from searoom.commands.people import confirmed
from searoom.errors import NotAllowed
from searoom.keys.ceremonies import make_keepers
from searoom.keys.keyfiles import write_private
from searoom.keys.proposals import NodeRequest, OfficerRequest, describe, first_card, root_bytes
from searoom.keys.unlocking import Ask, chooser
from searoom.record import shape
from searoom.record.cards import Card
from searoom.record.keys import Root, RootKey
from searoom.signals import fingerprints
from searoom.signals.tables import LANGUAGES

MAX_FILE = 1 << 19
_NOBODY = Root(1, (RootKey(bytes(32)).keeper,))
"""A root that stands on the card while the table reads it, before there is one."""


def ceremony(argv: Sequence[str]) -> int:
    """Make the keepers' keys and the first card."""
    command = parser(
        "ceremony",
        "Make a key file for each keeper of a party's root, and sign its first card with as many as are needed. "
        "Run it on a machine without a network; each keeper types a passphrase that nobody else knows.",
        [
            "searoom ceremony table --node amber.request --officer amber-1.request --officer amber-2.request",
            "searoom ceremony table --node teal.request --officer teal-1.request --keepers 5 --need 3",
            "searoom ceremony table --party amber --keepers 3 --need 2",
        ],
    )
    command.add_argument("folder", type=Path, help="where the keepers' files and the card are written")
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--node", type=Path, help="the node's request, from `enrol --apart`: the first card is made")
    what.add_argument("--party", help="new keepers for a party that has a card: a root is made, and no card")
    command.add_argument("--officer", type=Path, action="append", default=[], help="a request from `officer new`")
    command.add_argument("--keepers", type=int, default=3, help="how many keepers there are (3)")
    command.add_argument("--need", type=int, default=2, help="how many of them sign a card (2)")
    command.add_argument("--observer", action="store_true", help="the party verifies and stores, and says nothing")
    command.add_argument("--member", action="append", default=[], metavar="ID=NAME", help="a member of an alliance")
    command.add_argument("--member-need", type=int, default=0, help="how many members release its words")
    command.add_argument(
        "--passphrase-file", type=Path, action="append", default=[], help="one a keeper, in order, instead of typing"
    )
    command.add_argument("--yes", action="store_true", help="do not ask before signing")
    command.set_defaults(json=False)
    given = command.parse_args(argv)
    if given.party is not None:
        return _new_root(given, shape.party_id(given.party, "--party"))
    return _first_card(given)


def _new_root(given: Namespace, party: str) -> int:
    root, _ = make_keepers(given.folder, party, keepers=given.keepers, need=given.need, ask=_sources(given))
    path = given.folder / f"{party}.root"
    write_private(path, root_bytes(root))
    sys.stdout.write(
        f"made {given.keepers} keepers' keys and {path}\n"
        f"  put it on the next card with `searoom card next --root {path}`; {given.need} of the new keepers sign that "
        "card, and as many of the old ones as the old root needs\n"
    )
    tell_fingerprint(party, root)
    return 0


def _sources(given: Namespace) -> list[Ask]:
    return [chooser(path) for path in given.passphrase_file] or [chooser()] * given.keepers


def _first_card(given: Namespace) -> int:
    officers = [OfficerRequest.from_bytes(taken(path)) for path in given.officer]
    members = {member: {"en": name} for member, name in pairs(given.member).items()}
    node = NodeRequest.from_bytes(taken(given.node))

    def with_root(root: Root) -> Card:
        return first_card(node, officers, root, observer=given.observer, members=members, member_need=given.member_need)

    tell(line for line in describe(with_root(_NOBODY), None) if not line.startswith("root"))
    if not confirmed("Is this what the party's first card shall say?", given):
        sys.stdout.write("no key was made\n")
        return 1
    root, keys = make_keepers(given.folder, node.party, keepers=given.keepers, need=given.need, ask=_sources(given))
    card, path = with_root(root), given.folder / f"{node.party}.card"
    write_private(path, card.signed(*keys[: given.need]))
    sys.stdout.write(
        f"made {given.keepers} keepers' keys and {path}, signed by {given.need} of them\n"
        "  each keeper takes the file that is theirs, and keeps it where no other keeper's file is\n"
    )
    tell_fingerprint(card.party, card.root)
    return 0


def taken(path: Path) -> bytes:
    """Return the bytes of a file that somebody handed in; no more than a request, card or proposal can have."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as problem:
        raise NotAllowed(f"{path} cannot be read: {problem.strerror}") from None
    if len(data) > MAX_FILE:
        raise NotAllowed(f"{path} is longer than any request, card or proposal")
    return data


def tell(lines: Iterator[str]) -> None:
    """Print what somebody is asked to sign."""
    for line in lines:
        sys.stdout.write(f"  {line}\n")


def tell_fingerprint(party: str, root: Root) -> None:
    """Print the fingerprint of a root: as figures, as spoken in each language, and as hex digits for machines."""
    groups = fingerprints.groups(root.fingerprint())
    sys.stdout.write(f"  root fingerprint of {party}, to be read aloud and compared:\n    {' '.join(groups)}\n")
    for lang in LANGUAGES:
        words = fingerprints.spoken(groups, lang)
        sys.stdout.write("".join(f"    {lang} {number:2} {said}\n" for number, said in enumerate(words, 1)))
    digits = root.fingerprint().hex()
    sys.stdout.write(f"    as hex digits: {' '.join(digits[at : at + 4] for at in range(0, len(digits), 4))}\n")
