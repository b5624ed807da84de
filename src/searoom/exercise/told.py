"""Stories told on nodes: as many as the story has parties, each with keys, stores and a log of its own (loud: disk).

The words are those that are told on an account made by hand (`searoom.obligations.tellers`). Here officers sign them,
nodes place them, and they go from node to node in the messages of the exchange: over a line in this process where all
meet, on a stick where one party receives. What each party sees is the account of its own node.

    with Rehearsal() as rehearsal:
        told = coverage.tell_all(text, "ours.txt", book, on=rehearsal.nodes)
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from typing import Final, Self

from searoom import officer
from searoom.account import Account, Ref
from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.enrol import Settings, accept_card, make_node_keys, write_settings
from searoom.keys.keyfiles import write_key, write_private
from searoom.keys.proposals import OfficerRequest, first_card
from searoom.link.answerer import Answerer
from searoom.link.carriers import LoopCarrier
from searoom.link.courier import Courier
from searoom.node.node import Node
from searoom.node.stick import Sticks
from searoom.obligations.agreement import Agreement
from searoom.record.algorithms import SEED_SIZE, SigningKey
from searoom.record.entry import Released, Statement, release, verify_released
from searoom.record.keys import Root, RootKey
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.statements.annexes import seal_annex
from searoom.statements.release import lacking

MECHANISM: Final = "story"
OFFICERS: Final = 4
"""How many officers a party has; where it consists of members, they are of each in turn."""
START: Final = "1990-01-01T00:00:00Z"
"""Where the clock of each node stands before the story moves it."""
_ROUNDS: Final = 16


class Rehearsal:
    """Parties that were enrolled once and take part in many stories; all of it lies in a folder that ends with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="searoom-story-")
        self._enrolled: dict[tuple[str, ...], Path] = {}
        self._stories = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self._folder.cleanup()

    def nodes(self, agreement: Agreement, book: FormBook) -> "Nodes":
        """Return the nodes of an agreement's parties, on which nobody has said anything yet; close them."""
        self._stories += 1
        return Nodes(agreement, book, self, Path(self._folder.name) / f"story-{self._stories}")

    def enrolled(self, party: str, names: Mapping[str, str], members: Mapping[str, Mapping[str, str]]) -> Path:
        """Return the folder with the keys and the card of a party, which may consist of members; made once."""
        known = (party, *members)
        if known not in self._enrolled:
            folder = Path(self._folder.name) / "-".join(known)
            _enrol(folder, party, names, members)
            self._enrolled[known] = folder
        return self._enrolled[known]


def _enrol(folder: Path, party: str, names: Mapping[str, str], members: Mapping[str, Mapping[str, str]]) -> None:
    """Make the keys of a node and of its officers, and sign its card. They lie open, as an exercise's may."""
    request = make_node_keys(folder / "keys", party=party, mechanism=MECHANISM, names=names, passphrase=None)
    root, people = RootKey(token_bytes(SEED_SIZE)), []
    for number in range(OFFICERS):
        person, key = f"{party}-{number + 1}", SigningKey.generate()
        member = list(members)[number % len(members)] if members else ""
        write_key(folder / "officers" / f"{person}.key", f"officer {person}", key.seed, None)
        people.append(OfficerRequest(person, f"Officer {person}", key.public, member))
    card = first_card(request, people, Root(1, (root.keeper,)), members=members or None, member_need=len(members))
    write_private(folder / "cards" / f"{party}.card", card.signed(root))


@dataclass(slots=True)
class _Side:
    """One party's node with both ends of every line, and its sticks."""

    node: Node
    answerer: Answerer
    sticks: Sticks
    officers: tuple[officer.Person, ...] = field(repr=False)


class Nodes:
    """The parties of a story, each with its node; `searoom.obligations.tellers.Voices` says what each deed means."""

    def __init__(self, agreement: Agreement, book: FormBook, rehearsal: Rehearsal, folder: Path) -> None:
        self._agreement, self._book, self._rehearsal, self._folder = agreement, book, rehearsal, folder
        self._runner = asyncio.Runner()
        self._last: dict[str, Account] = {}
        self._sides: dict[str, _Side] = {}
        self._enrol()

    def _enrol(self) -> None:
        """Enrol who is new under the agreement, exchange cards as officers do in person, and open the nodes."""
        agreement, folder = self._agreement, self._folder
        here = (*agreement.parties, *agreement.head.former)
        for party in here:
            if not (folder / party).exists():
                made = self._rehearsal.enrolled(party, agreement.names[party], agreement.head.members.get(party, {}))
                shutil.copytree(made, folder / party)
                settings = Settings(party, agreement.id, "", "127.0.0.1", 0, "scenario", START, (), {})
                write_settings(folder / party, settings)
        for party in here:
            for other in here:
                if not (folder / party / "cards" / f"{other}.card").exists():
                    accept_card(folder / party, (folder / other / "cards" / f"{other}.card").read_bytes())
        self._sides = {party: self._open(party) for party in here}

    def _open(self, party: str) -> _Side:
        node = Node.open(self._folder / party, agreement=self._agreement)

        def admitted(_party: str) -> None:
            node.acknowledge()

        rules, (shared, _) = node.rules_hash, node.stores()
        table = officer_table(node)
        keys = sorted((self._folder / party / "officers").iterdir())
        return _Side(
            node,
            Answerer(
                node.record, agreement=rules, now=node.now, on_admitted=admitted, on_ahead=admitted, mail=node.postbox
            ),
            Sticks(node.record, shared, node.postbox, agreement=rules, now=node.now, on_admitted=admitted),
            tuple(officer.person(table, key) for key in keys),
        )

    def say(self, author: str, filled: Filled, *, at_us: int, placed_us: int, to: Sequence[str] = ()) -> Ref:
        """Let officers of a party sign it, as many as must, and its node place it; stations sign what is automatic."""
        self._tick(placed_us)
        side, form = self._sides[author], self._book.form(filled.form)
        if form.automatic:
            entry = side.node.say_automatic(form.name, dict(filled.fields))
        else:
            entry = side.node.submit(*self._released(side, filled, at_us, to))
        return entry.log, entry.index

    def _released(self, side: _Side, filled: Filled, at_us: int, to: Sequence[str]) -> tuple[Released, bytes]:
        """Return the words, closed for who reads them and signed by as many officers as the agreement asks for."""
        node, table = side.node, officer_table(side.node)
        filled, apart = officer.complete(filled, self._book)
        readers = tuple(sorted(to)) or table.recipients(filled)
        kems = {party: table.roster.card(party).kem for party in (node.party, *readers)}
        rows = [
            (reference, seal_annex(opening, mechanism=table.mechanism, author=node.party, readers=kems))
            for reference, opening in apart.items()
        ]
        node.postbox.keep_annexes(rows)
        sealed = officer.close(table, forms.encode(filled, self._book), readers)
        statement = Statement(
            mechanism=table.mechanism,
            exercise=table.exercise,
            author=node.party,
            recipients=readers,
            body_hash=sealed.body_hash,
            plain_hash=sealed.plain_hash,
            claimed_us=at_us,
            until_us=None,
        )
        form, why = self._book.form(filled.form), ""
        for number in range(1, len(side.officers) + 1):
            released = release(statement, *(person.key for person in side.officers[:number]))
            why = lacking(table.policy, form, filled, verify_released(released, table.own), table.own)
            if not why:
                return released, sealed.body
        raise NotAllowed(f"{node.party} has {len(side.officers)} officers in a story: {why}")

    def receive(self, party: str, *, at_us: int) -> None:
        """Let each of the others write a stick for a party, and its node read them: nothing goes the other way."""
        self._tick(at_us)
        side = self._sides[party]
        for _ in range(_ROUNDS):
            for other, giver in self._sides.items():
                if other != party:
                    self._runner.run(_carry(giver, side))
            if all(side.node.record.size(log) == size for log, size in self._sizes().items() if log != party):
                return
        raise StateUnknown(f"{party} did not receive all that was said")

    def meet(self, *, at_us: int) -> None:
        """Let all nodes meet over their lines until each holds all that there is."""
        self._tick(at_us)
        names = tuple(self._sides)
        for _ in range(_ROUNDS):
            for number, party in enumerate(names):
                for other in names[number + 1 :]:
                    self._runner.run(_meet(self._sides[party], self._sides[other]))
            sizes = self._sizes()
            if all(side.node.record.size(log) == sizes[log] for side in self._sides.values() for log in sizes):
                return
        raise StateUnknown("the nodes of a story did not come into step")

    def take_up(self, agreement: Agreement, *, at_us: int) -> None:
        """Open each node anew on its own store, under another version; who is new begins with an empty one."""
        for side in self._sides.values():
            side.node.close()
        self._agreement = agreement
        self._enrol()
        self._tick(at_us)

    def _sizes(self) -> dict[str, int]:
        return {log: side.node.record.size(log) for side in self._sides.values() for log in [side.node.record.own]}

    def _tick(self, now_us: int) -> None:
        for side in self._sides.values():
            if now_us > side.node.now():
                side.node.tick(now_us)

    def node(self, party: str) -> Node:
        """Return the node of a party, while it is open."""
        return self._sides[party].node

    def account_of(self, party: str) -> Account:
        """Return the account that the node of a party reads from its own store."""
        return self._last[party] if self._last else self._sides[party].node.account()

    def account(self) -> Account:
        """Return the account of all that was said, which is what every party holds after they have met."""
        if not self._last:
            self.meet(at_us=0)
        return self.account_of(self._agreement.parties[0])

    def close(self) -> None:
        """Close the nodes and remove what they wrote; what each one held last can still be asked for."""
        if not self._last:
            self._last = {party: side.node.account() for party, side in self._sides.items()}
            for side in self._sides.values():
                side.node.close()
            self._runner.close()
            shutil.rmtree(self._folder)


def officer_table(node: Node) -> officer.Table:
    """Return what a node's desk tells an officer who sits down at it."""
    return officer.Table(
        party=node.party,
        mechanism=node.record.mechanism,
        exercise=node.record.exercise,
        unit=node.settings.unit,
        books=node.agreement.books,
        now_us=node.now(),
        roster=node.record.roster,
        policy=node.agreement.policy,
    )


async def _carry(giver: _Side, taker: _Side) -> None:
    written = giver.sticks.write(taker.node.party, station=giver.node.station)
    for _, data in written.parts:
        taken = await taker.sticks.read(data)
        if taken.refused:
            raise NotAllowed(f"{taker.node.party} refused what {giver.node.party} brought: {taken.refused[0]}")


async def _meet(caller: _Side, peer: _Side) -> None:
    """Let two nodes meet, as a courier does on a line."""
    node = caller.node

    async def answer(data: bytes) -> bytes:
        return await peer.answerer.handle(node.party, data)

    def admitted(_party: str) -> None:
        node.acknowledge()

    courier = Courier(
        node.record, peer.node.party, LoopCarrier(answer),
        agreement=node.rules_hash, now=node.now, on_admitted=admitted, on_ahead=admitted, mail=node.postbox,
    )  # fmt: skip
    progress = await courier.meet()
    if progress.fault:
        raise NotAllowed(f"{node.party} and {peer.node.party} did not come into step: {progress.fault}")
