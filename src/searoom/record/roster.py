"""Who may sign what at which place: the cards of all parties, and from which entry on each of them is in force.

Position decides, never a clock: a key is valid from the entry that brings the card that names it to the entry that
brings a card without it. An entry that brings a card is itself judged by the card that it brings, so a new station
key can announce itself and a stolen one ends there.

A key speaks for the party on whose card it stands. Another party may copy it from there onto its own card: it gains
nothing, since it cannot sign with it, and takes nothing from the first, so no key is looked for across parties.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from searoom.errors import NotAllowed
from searoom.record.algorithms import key_id
from searoom.record.cards import Card, Revoked
from searoom.record.keys import Key

FIRST: Final = -1  # the index at which the card that was exchanged in person stands
Issued: TypeAlias = tuple[str, int, Card]  # log and index of the entry that brought the card


def log_name(party: str, epoch: int) -> str:
    """Return the name of a party's log: its id, from the second on with the number behind a dot."""
    return party if epoch == 1 else f"{party}.{epoch}"


def author_of(log: str) -> str:
    """Return whose log it is."""
    return log.partition(".")[0]


def epoch_of(log: str) -> int:
    """Return which log of its party it is, counted from 1."""
    return int(log.partition(".")[2] or 1)


class Roster:
    """The cards of one mechanism's parties, in the agreement's order; never changed, `with_card` makes a new one.

    Of `former` parties the logs stay and their keys are known; nothing new is said to them.
    """

    def __init__(self, cards: Sequence[Card], former: Collection[str] = ()) -> None:
        if not cards or len({card.mechanism for card in cards}) != 1:
            raise NotAllowed("a roster holds the cards of exactly one mechanism")
        if any(card.serial for card in cards):
            raise NotAllowed("a roster begins with each party's first card; later ones come in its log")
        self.mechanism = cards[0].mechanism
        self.parties, self._former = tuple(card.party for card in cards), frozenset(former)
        self._issued: Mapping[str, tuple[Issued, ...]] = {card.party: ((card.party, FIRST, card),) for card in cards}
        self._keys: dict[tuple[str, bytes], Key] = {}
        if len(self._issued) != len(cards):
            raise NotAllowed("a party has two cards in one roster")
        for card in cards:
            self._take_keys(card)

    def _take_keys(self, card: Card) -> None:
        for key in card.keys:
            self._keys.setdefault((card.party, key.key_id), key)

    def with_card(self, data: bytes, log: str, index: int) -> "Roster":
        """Return the roster in which the signed card `data` is in force from the entry `index` of `log` on.

        Raises `NotAllowed` or `Tampered` where it does not follow from the party's newest card.
        """
        party = author_of(log)
        before_log, before_index, before = self.issued(party)[-1]
        card = Card.from_bytes(data, before=before.root)
        if (card.party, card.mechanism, card.observer) != (party, self.mechanism, before.observer):
            raise NotAllowed(f"the log of {party} brings a card of '{card.party}' for '{card.mechanism}'")
        if card.serial != before.serial + 1:
            raise NotAllowed(f"a card of {party} has the serial number {card.serial}; {before.serial + 1} comes next")
        if (epoch_of(log), index) <= (epoch_of(before_log), before_index):
            raise NotAllowed(f"a card of {party} stands before the one that it follows")
        self._check_keys(card, before)
        made = Roster.__new__(Roster)
        made.mechanism, made.parties, made._former = self.mechanism, self.parties, self._former  # noqa: SLF001  # its own
        made._issued = {**self._issued, party: (*self._issued[party], (log, index, card))}  # noqa: SLF001  # its own kind
        made._keys = dict(self._keys)  # noqa: SLF001  # the same
        made._take_keys(card)  # noqa: SLF001  # the same
        return made

    def _check_keys(self, card: Card, before: Card) -> None:
        """Refuse a key that comes back, or that passes to another holder or role: what it once signed would change."""
        for key in card.keys:
            known = self._keys.get((card.party, key.key_id))
            if known is not None and (known.role, known.holder) != (key.role, key.holder):
                raise NotAllowed(f"a key of {known.holder} cannot pass to {key.holder}")
            if known is not None and before.by_key_id(key.key_id) is None:
                raise NotAllowed(f"a key of {key.holder} was taken off the card and cannot come back")
        ended = {item.key_id for item in before.revoked}
        if not ended <= {item.key_id for item in card.revoked}:
            raise NotAllowed(f"the new card of {card.party} leaves out a revocation that stood on the one before")

    def issued(self, party: str) -> tuple[Issued, ...]:
        """Return all cards of a party with their places, oldest first; raise `NotAllowed` for a stranger."""
        if party not in self._issued:
            raise NotAllowed(f"'{party}' is no party of {self.mechanism}")
        return self._issued[party]

    def card(self, party: str) -> Card:
        """Return the newest card of a party."""
        return self.issued(party)[-1][2]

    def first_card(self, party: str) -> Card:
        """Return the card that was exchanged in person."""
        return self.issued(party)[0][2]

    def card_at(self, party: str, log: str, index: int) -> Card:
        """Return the card of `party` by which its entry `index` of its `log` is judged."""
        issued = self.issued(party)
        if len(issued) == 1:
            return issued[0][2]
        place = (epoch_of(log), index)
        return next(card for at, start, card in reversed(issued) if (epoch_of(at), start) <= place)

    def kems(self, party: str, log: str, index: int) -> frozenset[bytes]:
        """Return the ids of the KEM keys that a body may be sealed to for `party`, as its log stood at `index`.

        The newest and older ones that are not revoked: a draft may have been sealed before a card changed.
        """
        place = (epoch_of(log), index)
        known = [card for at, start, card in self.issued(party) if (epoch_of(at), start) <= place]
        ended = {item.key_id for item in known[-1].revoked}
        return frozenset(key_id(card.kem) for card in known) - ended

    def revoked(self, party: str) -> Mapping[bytes, Revoked]:
        """Return what the newest card of a party says of keys that ended."""
        return {item.key_id: item for item in self.card(party).revoked}

    def by_key_id(self, party: str, kid: bytes) -> Key:
        """Return the key of a party that its signatures name by `kid`, in force or not; `NotAllowed` for none."""
        if (party, kid) not in self._keys:
            raise NotAllowed(f"no card of {party} has a key {kid.hex()}")
        return self._keys[party, kid]

    def others(self, party: str) -> tuple[str, ...]:
        """Return the other parties, sorted."""
        return tuple(sorted(other for other in self.parties if other != party))

    def speakers(self) -> tuple[str, ...]:
        """Return the parties that speak and are spoken to, in order: no observers, and none that has left."""
        return tuple(party for party in self.parties if party not in self._former and not self.card(party).observer)
