"""The command `card`: a card shown and compared, the next one prepared, signed by its keepers, and published."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from searoom.commands.arguments import parser, reference
from searoom.commands.ceremony import taken, tell, tell_fingerprint
from searoom.commands.people import confirmed
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.keys.ceremonies import PART_SUFFIX, prepare_next, sign_proposal
from searoom.keys.keyfiles import write_private
from searoom.keys.proposals import Change, OfficerRequest, Proposal, describe, join_parts, root_from_bytes
from searoom.keys.unlocking import asker
from searoom.record.cards import Card
from searoom.record.roster import author_of
from searoom.signals import fingerprints


def card(argv: Sequence[str]) -> int:
    """Show, prepare, sign or publish a card."""
    command = parser(
        "card",
        "Show a card and compare its fingerprint; prepare a party's next card on its node, sign it as a keeper away "
        "from the node, and publish it. Keys that are not on the next card end with the entry that brings it.",
        [
            "searoom card show amber.card --compare '12345 67890 ...'",
            "searoom card next amber-node --add amber-3.request --remove amber-1 --why 'lost' --last-good amber/17",
            "searoom card next amber-node --renew --why 'yearly renewal' --out amber-1.proposal",
            "searoom card sign amber-1.proposal --key amber-keeper-3.key --out keeper-c.part",
            "searoom card publish amber-node amber-1.proposal keeper-a.part keeper-c.part",
            "searoom card retire amber-node",
        ],
    )
    deeds = command.add_subparsers(dest="deed", required=True, metavar="show|next|sign|publish|retire")
    _show_arguments(deeds.add_parser("show", allow_abbrev=False, help="what a card says, and its fingerprint"))
    _next_arguments(deeds.add_parser("next", allow_abbrev=False, help="prepare our node's next card"))
    _sign_arguments(deeds.add_parser("sign", allow_abbrev=False, help="sign a proposal with a keeper's key"))
    publish = deeds.add_parser("publish", allow_abbrev=False, help="let our node say the signed card")
    publish.add_argument("node", type=Path)
    publish.add_argument("proposal", type=Path)
    publish.add_argument("part", type=Path, nargs="+", help="the keepers' parts")
    retire = deeds.add_parser("retire", allow_abbrev=False, help="destroy our older KEM keys; what they opened stays")
    retire.add_argument("node", type=Path)
    command.set_defaults(json=False)
    given = command.parse_args(argv)
    deed = {"show": _show, "next": _next, "sign": _sign, "publish": _publish, "retire": _retire}[given.deed]
    return deed(given)


def _show_arguments(command: ArgumentParser) -> None:
    command.add_argument("card", type=Path, help="a card, or a proposal of one")
    command.add_argument("--compare", metavar="FIGURES", help="what the other side reads aloud: figures or words")


def _next_arguments(command: ArgumentParser) -> None:
    command.add_argument("node", type=Path)
    command.add_argument("--add", type=Path, action="append", default=[], metavar="REQUEST", help="an officer joins")
    command.add_argument("--remove", action="append", default=[], metavar="ID", help="an officer leaves")
    command.add_argument("--renew", action="store_true", help="new keys for the node itself")
    command.add_argument("--stolen", action="store_true", help="with --renew: nothing more goes to the old keys")
    command.add_argument("--root", type=Path, help="new keepers: the root from `ceremony --party`")
    command.add_argument("--why", default="", help="why keys end; the counterpart reads it")
    command.add_argument("--last-good", metavar="ENTRY", help="the last entry under those keys that is ours: amber/17")
    command.add_argument("--out", type=Path, help="the proposal's file")
    command.add_argument("--passphrase-file", type=Path, help="of the node's keys, with --renew")


def _sign_arguments(command: ArgumentParser) -> None:
    command.add_argument("proposal", type=Path)
    command.add_argument("--key", type=Path, required=True, help="the keeper's key file")
    command.add_argument("--out", type=Path, help="the part's file")
    command.add_argument("--passphrase-file", type=Path)
    command.add_argument("--yes", action="store_true", help="do not ask before signing")


def _show(given: Namespace) -> int:
    found = _read_card(given.card)
    tell(describe(found, None))
    tell_fingerprint(found.party, found.root)
    if given.compare is None:
        return 0
    wrong = fingerprints.compare(given.compare, found.root.fingerprint())
    if wrong:
        sys.stdout.write(f"NOT THE SAME: group {', '.join(map(str, wrong))} differs\n")
        return 1
    sys.stdout.write("the same\n")
    return 0


def _read_card(path: Path) -> Card:
    data = taken(path)
    try:
        return Proposal.from_bytes(data).card
    except NotAllowed:
        return Proposal.signed(data)


def _next(given: Namespace) -> int:
    if given.stolen and not given.renew:
        raise NotAllowed("--stolen goes with --renew: the node needs new keys")
    before_bytes = _newest(given.node)
    before = Proposal.signed(before_bytes)
    change = Change(
        add=tuple(OfficerRequest.from_bytes(taken(path)) for path in given.add),
        remove=tuple(given.remove),
        root=root_from_bytes(taken(given.root)) if given.root else None,
        why=given.why,
        last_good=reference(given.last_good) if given.last_good else None,
        drop_kem=given.stolen,
    )
    proposed = prepare_next(given.node, before, change, renew=given.renew, ask=asker(given.passphrase_file))
    proposal = Proposal.of(proposed, before_bytes)
    path = given.out or Path(f"{proposed.party}-{proposed.serial}.proposal")
    write_private(path, proposal.to_bytes())
    tell(describe(proposed, before))
    need = max(root.need for root in proposal.roots)
    sys.stdout.write(f"wrote {path}: {need} keepers sign it, each with `searoom card sign`\n")
    return 0


def _newest(folder: Path) -> bytes:
    """Return our newest signed card, as the running node has it: a card that was prepared earlier may be in force."""
    reply = ask(folder, {"do": "material"})
    first, later = cast("list[bytes]", reply["cards"]), cast("list[tuple[str, int, bytes]]", reply.get("later", []))
    own = [data for data in first if Proposal.signed(data).party == reply["party"]]
    return [*own, *(data for log, _, data in later if author_of(log) == reply["party"])][-1]


def _sign(given: Namespace) -> int:
    proposal = Proposal.from_bytes(taken(given.proposal))
    tell(describe(proposal.card, proposal.before))
    tell_fingerprint(proposal.card.party, proposal.card.root)
    if not confirmed("Sign this card as a keeper?", given):
        sys.stdout.write("not signed\n")
        return 1
    kid, part = sign_proposal(proposal, given.key, asker(given.passphrase_file))
    path = given.out or given.proposal.with_suffix(f".{kid}{PART_SUFFIX}")
    write_private(path, part)
    sys.stdout.write(f"wrote {path}\n")
    return 0


def _publish(given: Namespace) -> int:
    proposal = Proposal.from_bytes(taken(given.proposal))
    before = proposal.before
    data = join_parts(proposal.payload, [taken(path) for path in given.part], None if before is None else before.root)
    if before is None:
        path = given.node / "cards" / f"{proposal.card.party}.card"
        write_private(path, data)
        sys.stdout.write(f"wrote {path}: the first card is handed over in person\n")
        return 0
    reply = ask(given.node, {"do": "issue-card", "card": data})
    sys.stdout.write(
        f"card {proposal.card.serial} of {proposal.card.party} is in force from {reply['log']}/{reply['index']} on\n"
    )
    return 0


def _retire(given: Namespace) -> int:
    reply = ask(given.node, {"do": "retire-keys"})
    sys.stdout.write(
        f"{reply['destroyed']} older KEM key(s) destroyed; {reply['kept']} message(s) stay readable by our storage "
        "key\n"
    )
    return 0
