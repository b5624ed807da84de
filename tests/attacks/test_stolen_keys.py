"""Threats 14 and 18: who stole a station's keys, or a keeper's, is refused from the next card's place on.

Each attack: refused, the store unchanged, evidence kept where there is a proof, and the next honest word passes.
"""

import hashlib
from collections.abc import Sequence

import pytest

from builders import NOW_US, Party, exchange, issue, make_party, make_record, make_released, renewed, roster, say
from searoom.errors import NotAllowed, SearoomError, Tampered
from searoom.keys.proposals import Change, next_card, sign_part
from searoom.record import heads
from searoom.record.algorithms import SigningKey
from searoom.record.batch import Batch
from searoom.record.entry import Entry, Kind, Released, clear_statement, place, release
from searoom.record.log import Item
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.store import SqliteStore

OLD = make_party("amber", keepers=3, need=2)
NEW = renewed(OLD, "after the theft")
CORAL = make_party("coral")
RING = roster(OLD, CORAL)


def digest(store: SqliteStore) -> str:
    """Return a hash of everything that the store holds of the logs; evidence stands apart."""
    parts = [repr((log, list(store.leaves(log)), store.note(log), store.cosigned(log))) for log in store.logs()]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


class Scene:
    """Amber's record and coral's copy of it; amber's station was stolen, and its next card says so."""

    def __init__(self, *, revoked: bool = True) -> None:
        self.store = SqliteStore(":memory:")
        self.amber, self.coral = make_record(OLD, RING), make_record(CORAL, RING, self.store)
        self.party = OLD
        say(self.amber, OLD, b"before the theft")
        if revoked:
            issue(self.amber, NEW)
            self.party = NEW
        exchange(self.amber, self.coral)

    def refused(self, batch: Batch, error: type[SearoomError], said: str, evidence: Sequence[str] = ()) -> None:
        """Let coral be told the lie, and assert the four things that must follow."""
        before, kept = digest(self.store), len(self.coral.evidence())
        with pytest.raises(error, match=said):
            self.coral.admit(batch, now_us=NOW_US)
        assert before == digest(self.store)
        assert [*evidence] == [piece.kind for piece in self.coral.evidence()[kept:]]
        say(self.amber, self.party, b"the next honest word")
        exchange(self.amber, self.coral)
        assert self.amber.root("amber") == self.coral.root("amber")

    def lie(
        self, released: Released, body: bytes, *, station: SigningKey, log: SigningKey, start: int | None = None
    ) -> Batch:
        """Return a batch with one entry behind the first `start` that coral holds, signed by these keys."""
        start = self.coral.size("amber") if start is None else start
        entries = [entry for entry, _ in self.amber.entries("amber")][:start]
        entry = place(
            released, log="amber", index=start, height=entries[-1].height + 1, heard=entries[-1].heard,
            placed_us=NOW_US, station_key=station,
        )  # fmt: skip
        return self.batch(entries, entry, (entry.to_bytes(), body), log)

    def batch(self, entries: Sequence[Entry], entry: Entry, item: Item, log: SigningKey) -> Batch:
        """Return a batch of one entry under a note of this log key."""
        tree = Tree([leaf_hash(one.to_bytes()) for one in (*entries, entry)])
        note = heads.sign_head(RING.mechanism, "amber", len(entries) + 1, tree.root(), log)
        return Batch("amber", len(entries), (item,), note)


def words(signers: Sequence[SigningKey] = OLD.officers[:1], party: Party = OLD) -> tuple[Released, bytes]:
    """Return words that officers of amber released."""
    return make_released(RING, party, b"we yield", signers=signers)


def card_words(data: bytes) -> tuple[Released, bytes]:
    """Return a card as the thief's station would say it."""
    statement = clear_statement(
        Kind.CARD, data, mechanism=RING.mechanism, exercise=True, author="amber", claimed_us=NOW_US
    )
    return release(statement, OLD.station), data


# -- threat 14: a stolen station -------------------------------------------------------------------------


def test_threat_14_a_stolen_station_says_nothing_after_its_card_ended():
    """The old station and log keys place another word behind the card that ended them: refused."""
    scene = Scene()

    scene.refused(scene.lie(*words(), station=OLD.station, log=OLD.log), Tampered, "no known key made", ["forged"])


def test_threat_14_the_new_log_key_does_not_help_a_stolen_station():
    """A station key off the card is refused, whoever signs the head."""
    scene = Scene()

    scene.refused(
        scene.lie(*words(), station=OLD.station, log=NEW.log), NotAllowed, "not on the card of amber", ["refused"]
    )


def test_threat_14_a_stolen_station_rewrites_nothing():
    """A word in the place where the new card stands is signed by a key that ended there: it is refused as forged."""
    scene = Scene()

    lie = scene.lie(*words(), station=OLD.station, log=OLD.log, start=1)
    scene.refused(lie, NotAllowed, "not on the card", ["forged"])


def test_threat_14_a_stolen_station_gives_itself_no_card():
    """A card that the thief's station says and no keeper signed is refused, before any card has ended its keys."""
    scene = Scene(revoked=False)
    forged = renewed(OLD, "the thief's own", signers=OLD.roots[:2])
    payload = forged.card.payload()
    data = sign_part(payload, OLD.roots[0])  # one keeper's key was stolen too; it takes two

    scene.refused(scene.lie(*card_words(data), station=OLD.station, log=OLD.log), NotAllowed, "takes 2", ["refused"])


def test_threat_14_earlier_words_stay_good():
    """What the station placed before the theft reads as before: a key ends at a place, not in the past."""
    scene = Scene()
    first = next(iter(scene.coral.entries("amber")))[0]

    assert OLD.station.key_id == first.station.key_id
    assert (0, 1) == (RING.card_at("amber", "amber", 0).serial, scene.coral.roster.card_at("amber", "amber", 1).serial)


# -- threat 18: keepers' keys stolen or lost ----------------------------------------------------------------


@pytest.mark.parametrize("twice", [False, True])
def test_threat_18_one_keeper_s_key_makes_no_card(twice):
    """Who stole one of three keepers' keys and a station puts no officer of their own on the card."""
    scene = Scene(revoked=False)
    card = next_card(OLD.card, Change(remove=("amber-1",), why="the thief says so"))
    data = sign_part(card.payload(), OLD.roots[2])

    scene.refused(scene.lie(*card_words(data), station=OLD.station, log=OLD.log), NotAllowed, "takes 2", ["refused"])
    assert 0 == scene.coral.roster.card("amber").serial
    if twice:  # the same keeper again, after an honest word
        scene.refused(
            scene.lie(*card_words(data), station=OLD.station, log=OLD.log), NotAllowed, "takes 2", ["refused"]
        )


def test_threat_18_two_keepers_go_on_without_the_third():
    """One keeper is gone: the two who are left sign the next card, and the counterpart takes it."""
    scene = Scene(revoked=False)
    party = renewed(OLD, "after the loss", signers=OLD.roots[1:])
    issue(scene.amber, party)
    say(scene.amber, party, b"under the new card")
    exchange(scene.amber, scene.coral)

    assert (1, 3) == (scene.coral.roster.card("amber").serial, scene.coral.size("amber"))
