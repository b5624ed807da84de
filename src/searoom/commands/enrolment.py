"""The command `enrol`: a party's keys and card made, or a counterpart's card accepted."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from searoom.commands.arguments import pack, pairs, parser
from searoom.enrol import (
    ROOT_FOLDER,
    Address,
    Settings,
    accept_card,
    make_party,
    read_settings,
    write_settings,
)
from searoom.errors import NotAllowed
from searoom.obligations import agreement as agreements
from searoom.record.keys import Card


def enrol(argv: Sequence[str]) -> int:
    """Make a party's keys and card, or accept a counterpart's card."""
    command = parser(
        "enrol",
        "Make a party's keys and its signed card in FOLDER, or accept the card that a counterpart handed over.",
        [
            "searoom enrol amber-node --party amber --agreement demo --officer amber-1='Lt Cdr A. Arden'",
            "searoom enrol amber-node --accept /media/stick/coral.card --at 192.0.2.7:7420",
        ],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--party")
    command.add_argument("--agreement", default="demo", help="a packaged agreement or the path of one")
    command.add_argument("--officer", action="append", default=[], metavar="ID=NAME")
    command.add_argument("--unit", default="", help="our unit whose sensors this node reads")
    command.add_argument("--listen", default="127.0.0.1:7420", metavar="HOST:PORT", help="where our node listens")
    command.add_argument("--accept", type=Path, metavar="CARD", help="a counterpart's card")
    command.add_argument("--at", metavar="HOST:PORT", help="with --accept: where the counterpart's node listens")
    given = command.parse_args(argv)
    if given.accept is not None:
        card = _accept(given)
        sys.stdout.write(f"accepted the card of {card.party}\n")
    elif given.party:
        card = _make(given)
        sys.stdout.write(
            f"made the keys and the card of {card.party} in {given.folder}\n"
            f"  take {given.folder / ROOT_FOLDER} off this machine and lock it away\n"
            f"  hand {given.folder / 'cards' / (card.party + '.card')} to the counterpart, in person\n"
        )
    else:
        command.error("--party is needed to make keys")
    sys.stdout.write(f"  root fingerprint, to be read aloud and compared: {card.fingerprint()}\n")
    return 0


def _make(given: Namespace) -> Card:
    agreement = agreements.load(pack(given.agreement))
    if given.party not in agreement.parties:
        raise NotAllowed(f"'{given.party}' is no party of '{agreement.id}': {', '.join(agreement.parties)}")
    host, port = address(given.listen)
    card = make_party(
        given.folder,
        party=given.party,
        mechanism=agreement.id,
        names=dict(agreement.names[given.party]),
        officers=tuple(pairs(given.officer).items()),
    )
    settings = Settings(card.party, given.agreement, given.unit, host, port, "machine", "", ("sensors.csv",), {})
    write_settings(given.folder, settings)
    return card


def address(text: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise NotAllowed(f"'{text}' is no address; write it like 192.0.2.7:7420")
    return host, int(port)


def _accept(given: Namespace) -> Card:
    try:
        data = given.accept.read_bytes()
    except OSError as problem:
        raise NotAllowed(f"the card {given.accept} cannot be read: {problem.strerror}") from None
    where = Address(*address(given.at)) if given.at else None
    settings = read_settings(given.folder)
    card = accept_card(given.folder, data)
    if where is not None:
        write_settings(given.folder, replace(settings, peers={**settings.peers, card.party: where}))
    return card
