"""The command `enrol`: a node's keys made, in an exercise a whole party's at once, and cards accepted."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from searoom.commands.arguments import pack, pairs, parser
from searoom.commands.ceremony import tell_fingerprint
from searoom.errors import NotAllowed
from searoom.keys.enrol import (
    ROOT_FOLDER,
    Address,
    Settings,
    accept_card,
    keys_folder,
    make_node_keys,
    make_party,
    read_settings,
    write_settings,
)
from searoom.keys.keyfiles import write_private
from searoom.keys.proposals import Proposal
from searoom.keys.unlocking import chooser
from searoom.obligations import agreement as agreements
from searoom.obligations.agreement import Agreement
from searoom.record.cards import Card


def enrol(argv: Sequence[str]) -> int:
    """Make a node's keys or, in an exercise, a whole party; or accept a card."""
    command = parser(
        "enrol",
        "Make a node's keys in FOLDER (--apart: officers and keepers make theirs elsewhere), or for an exercise all "
        "keys of a party and its signed card at once, or accept a card: a counterpart's, or our own from the ceremony.",
        [
            "searoom enrol amber-node --party amber --agreement macm --apart",
            "searoom enrol amber-node --party amber --agreement demo --officer amber-1='Lt Cdr A. Arden'",
            "searoom enrol amber-node --accept /media/stick/amber.card",
            "searoom enrol amber-node --accept /media/stick/coral.card --at 192.0.2.7:7420",
        ],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--party")
    command.add_argument("--agreement", default="demo", help="a packaged agreement or the path of one")
    command.add_argument("--officer", action="append", default=[], metavar="ID=NAME")
    command.add_argument("--unit", default="", help="our unit whose sensors this node reads")
    command.add_argument("--listen", default="127.0.0.1:7420", metavar="HOST:PORT", help="where our node listens")
    command.add_argument("--apart", action="store_true", help="make the node's keys alone, and what keepers sign")
    command.add_argument("--protect", action="store_true", help="close an exercise's keys with a passphrase too")
    command.add_argument("--passphrase-file", type=Path, help="of the keys that are made, instead of typing it")
    command.add_argument("--accept", type=Path, metavar="CARD", help="a card to be kept in FOLDER")
    command.add_argument("--at", metavar="HOST:PORT", help="with --accept: where the counterpart's node listens")
    given = command.parse_args(argv)
    if given.accept is not None:
        card = _accept(given)
        sys.stdout.write(f"accepted the card of {card.party}\n")
    elif not given.party:
        command.error("--party is needed to make keys")
    elif given.apart:
        request = _make_apart(given)
        sys.stdout.write(
            f"made the keys of {given.party}'s node in {given.folder}\n"
            f"  take {request} to the keepers; accept the card that they sign\n"
        )
        return 0
    else:
        card = _make(given)
        sys.stdout.write(
            f"made the keys and the card of {card.party} in {given.folder}\n"
            f"  take {given.folder / ROOT_FOLDER} off this machine and lock it away\n"
            f"  hand {given.folder / 'cards' / (card.party + '.card')} to the counterpart, in person\n"
        )
    tell_fingerprint(card.party, card.root)
    return 0


def _agreement(given: Namespace) -> Agreement:
    agreement = agreements.load(pack(given.agreement))
    members = (*agreement.parties, *agreement.observers)
    if given.party not in members:
        raise NotAllowed(f"'{given.party}' is no party of '{agreement.id}': {', '.join(members)}")
    return agreement


def _make_apart(given: Namespace) -> Path:
    agreement = _agreement(given)
    if given.officer:
        raise NotAllowed("with --apart each officer makes a key elsewhere, with `searoom officer new`")
    settings = _settings(given)
    open_keys = agreement.exercise and not given.protect and given.passphrase_file is None
    request = make_node_keys(
        keys_folder(given.folder, 0),
        party=given.party,
        mechanism=agreement.id,
        names=dict(agreement.names[given.party]),
        passphrase=None if open_keys else chooser(given.passphrase_file)(f"the keys of {given.party}"),
    )
    write_settings(given.folder, settings)
    path: Path = given.folder / f"{given.party}.request"
    write_private(path, request.to_bytes())
    return path


def _make(given: Namespace) -> Card:
    agreement = _agreement(given)
    if not agreement.exercise:
        raise NotAllowed(
            f"'{agreement.id}' is no exercise: its keys are not all made at one place by one person",
            advice="Use --apart here, `searoom officer new` for each officer, and `searoom ceremony` for the keepers.",
        )
    settings = _settings(given)
    protect = given.protect or given.passphrase_file is not None
    card = make_party(
        given.folder,
        party=given.party,
        mechanism=agreement.id,
        names=dict(agreement.names[given.party]),
        officers=tuple(pairs(given.officer).items()),
        observer=given.party in agreement.observers,
        passphrase=chooser(given.passphrase_file)(f"all keys of {given.party}") if protect else None,
    )
    write_settings(given.folder, settings)
    return card


def _settings(given: Namespace) -> Settings:
    host, port = address(given.listen)
    return Settings(given.party, given.agreement, given.unit, host, port, "machine", "", ("sensors.csv",), {})


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
    if where is not None and Proposal.signed(data).party == settings.party:
        raise NotAllowed("--at says where a counterpart listens, and this card is our own")
    card = accept_card(given.folder, data)
    if where is not None:
        write_settings(given.folder, replace(settings, peers={**settings.peers, card.party: where}))
    return card
