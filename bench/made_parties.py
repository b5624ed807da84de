"""Two fictitious parties for the benchmarks, with all keys from fixed seeds: the same ones in every run and process."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from searoom.record.algorithms import ED25519, ML_DSA_44, SigningKey
from searoom.record.cards import Card
from searoom.record.heads import NodeKeys
from searoom.record.keys import Key, Role, Root, RootKey
from searoom.record.log import Store
from searoom.record.roster import Roster
from searoom.record.seal import KemKey
from searoom.record.shared import SharedRecord

MECHANISM = "bench-2026"
NAMES = ("amber", "coral")
NOW_US = 1_790_000_000_000_000  # 2026-09-21T13:33:20Z


@dataclass(frozen=True)
class MadeParty:
    """Everything that a party owns; one officer releases what it says, a second one with the first what needs two."""

    name: str
    root: RootKey
    officer: SigningKey
    second: SigningKey
    keys: NodeKeys
    kem: KemKey
    card: Card

    @property
    def card_bytes(self) -> bytes:
        """The card as it is exchanged in person."""
        return self.card.signed(self.root)


def seed(*words: str) -> bytes:
    """Return 32 bytes that depend on the words and on nothing else."""
    return hashlib.sha256("/".join(("searoom bench key", *words)).encode()).digest()


@functools.cache
def made_party(name: str, mechanism: str = MECHANISM, certificate: bytes = b"") -> MadeParty:
    """Return the party of this name, always with the same keys; `certificate` (DER) is what its node shows."""
    root, kem = RootKey(seed(name, "root")), KemKey(seed(name, "kem"))
    officer, station, log, mirror = (SigningKey(seed(name, role)) for role in ("officer", "station", "log", "mirror"))
    second = SigningKey(seed(name, "officer", "2"))
    log_pq, mirror_pq = (SigningKey(seed(name, role, "pq"), ML_DSA_44) for role in ("log", "mirror"))
    rows = (
        (Role.STATION, station, ED25519),
        (Role.LOG, log, ED25519),
        (Role.LOG, log_pq, ML_DSA_44),
        (Role.MIRROR, mirror, ED25519),
        (Role.MIRROR, mirror_pq, ML_DSA_44),
    )
    card = Card(
        party=name,
        mechanism=mechanism,
        names={"en": name.title()},
        root=Root(1, (root.keeper,)),
        keys=(
            *(Key(role, name, f"{name.title()} {role.value}", key.public, algorithm) for role, key, algorithm in rows),
            Key(Role.OFFICER, f"{name}-1", f"Officer 1 of {name.title()}", officer.public),
            Key(Role.OFFICER, f"{name}-2", f"Officer 2 of {name.title()}", second.public),
        ),
        kem=kem.public,
        link_certificates=(certificate or f"link certificate of {name}".encode(),),
    )
    return MadeParty(name, root, officer, second, NodeKeys(station, log, log_pq, mirror, mirror_pq), kem, card)


def made_parties(names: Sequence[str] = NAMES) -> tuple[MadeParty, ...]:
    """Return the parties of these names."""
    return tuple(made_party(name) for name in names)


def made_roster(parties: Sequence[MadeParty]) -> Roster:
    """Return the roster that all of them hold."""
    return Roster([party.card for party in parties])


def open_record(store: Store, party: MadeParty, roster: Roster) -> SharedRecord:
    """Return the record of a party over a store, as its node opens it."""
    return SharedRecord.open(store, roster, party=party.name, exercise=True, keys=party.keys, now_us=NOW_US)
