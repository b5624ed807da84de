"""The command `enrol`: a party's keys and card made, or a counterpart's card accepted."""

import sys
from collections.abc import Sequence
from pathlib import Path

from searoom.commands.arguments import pack, pairs, parser
from searoom.enrol import accept_card, make_party
from searoom.errors import NotAllowed
from searoom.obligations import agreement as agreements


def enrol(argv: Sequence[str]) -> int:
    """Make a party's keys and card, or accept a counterpart's card."""
    command = parser(
        "enrol",
        "Make a party's keys and its signed card in FOLDER, or accept the card that a counterpart handed over.",
        [
            "searoom enrol amber-node --party amber --agreement demo --officer amber-1='Lt Cdr A. Arden'",
            "searoom enrol amber-node --accept /media/stick/coral.card",
        ],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--party")
    command.add_argument("--agreement", default="demo", help="a packaged agreement or the path of one")
    command.add_argument("--officer", action="append", default=[], metavar="ID=NAME")
    command.add_argument("--accept", type=Path, metavar="CARD")
    given = command.parse_args(argv)
    if given.accept is not None:
        try:
            data = given.accept.read_bytes()
        except OSError as problem:
            raise NotAllowed(f"the card {given.accept} cannot be read: {problem.strerror}") from None
        card = accept_card(given.folder, data)
        sys.stdout.write(f"accepted the card of {card.party}\n")
    else:
        if not given.party:
            command.error("--party is needed to make keys")
        agreement = agreements.load(pack(given.agreement))
        if given.party not in agreement.parties:
            raise NotAllowed(f"'{given.party}' is no party of '{agreement.id}': {', '.join(agreement.parties)}")
        officers = tuple(pairs(given.officer).items())
        card = make_party(
            given.folder,
            party=given.party,
            mechanism=agreement.id,
            names=dict(agreement.names[given.party]),
            officers=officers,
        )
        sys.stdout.write(f"made the keys and the card of {card.party} in {given.folder}\n")
    sys.stdout.write(f"  root fingerprint, to be read aloud and compared: {card.fingerprint()}\n")
    return 0
