"""Whether a flash ever waits behind routine, counted in undisturbed exchanges from its being said."""

from dataclasses import dataclass
from typing import Final

from soak.judge import Judge
from soak.station import Node
from soak.wire import Net

BOUND: Final = 3  # undisturbed exchanges of the author with a party, after which its flash is there


@dataclass(slots=True)
class Flash:
    """A flash under way to one party: where it stands, and how many undisturbed exchanges there were before it."""

    author: str
    peer: str
    log: str
    index: int
    since: int
    earlier: int  # flashes that go before it: each takes an exchange of its own
    excused: bool = False  # the adversary had its way with it, until it is sent again


class Flashes:
    """All flashes under way; told of each exchange by the net."""

    def __init__(self, nodes: dict[str, Node], net: Net, judge: Judge) -> None:
        self.worst = 0
        self._nodes, self._net, self._judge = nodes, net, judge
        self._under_way: list[Flash] = []
        net.hurried, net.carried = self._hurried, self.check

    def said(self, author: Node, log: str, index: int) -> None:
        """Begin to count, for each honest party that can know who signed: a card goes its own way, and first."""
        for peer in author.couriers:
            if {author.name, peer} <= set(self._judge.honest) and self._knows_cards(self._nodes[peer], author):
                since, earlier = self._net.clean[author.name, peer], len(author.urgent.get(peer, [])) - 1
                self._under_way.append(Flash(author.name, peer, log, index, since, earlier))

    def _knows_cards(self, peer: Node, author: Node) -> bool:
        return peer.up and peer.record.roster.card(author.name) == author.record.roster.card(author.name)

    def forget(self, name: str) -> None:
        """Stop counting what a node that is put back has said or heard."""
        self._under_way = [flash for flash in self._under_way if name not in (flash.author, flash.peer)]

    def check(self) -> None:
        """Judge those that should have arrived by now."""
        for flash in list(self._under_way):
            peer = self._nodes[flash.peer]
            if not peer.up or not self._nodes[flash.author].up or flash.excused:
                continue
            spent = self._net.clean[flash.author, flash.peer] - flash.since - flash.earlier
            if peer.has(flash.log, flash.index):
                self._under_way.remove(flash)
                self.worst = max(self.worst, spent)  # beside those that the flashes before it took
            elif spent > BOUND:
                self._under_way.remove(flash)
                where = f"{flash.log}/{flash.index}"
                self._judge.breach("flash", f"{where} is not with {flash.peer} after {spent} undisturbed exchanges")

    def _hurried(self, author: str, peer: str, begins: bool) -> None:
        """Count from the moment in which a flash is sent; what the adversary does to it is no fault of the node."""
        for flash in self._under_way:
            if (flash.author, flash.peer) == (author, peer) and flash.excused == begins:
                flash.excused, flash.since = not begins, self._net.clean[author, peer]
