"""Two fictitious parties, amber and coral, with keys, cards and records: what most tests of the house start from.

Keys come from fixed seeds, so a failing test names the same keys each time. Use:

    amber, coral = parties()                    # Party: all private keys, the card, .keyring-ready
    ring = keyring(amber, coral)
    a, b = records()                            # two SharedRecords in memory (or records(tmp_path))
    entry = say(a, amber, b"words")             # released by amber's first officer, to all others
    exchange(a, b)                              # until neither has anything for the other
    cosign(a, b)                                # each cosigns what it holds of the other
    opener(coral)(entry, body)                  # -> content bytes, or None where it is not for coral
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from searoom.errors import NotAllowed
from searoom.record.entry import Entry, Released, Statement, release
from searoom.record.keys import Card, Key, Keyring, Role, SigningKey
from searoom.record.log import Store
from searoom.record.private import PrivateLog
from searoom.record.seal import KemKey, Sealed, open_body, seal
from searoom.record.shared import SharedRecord
from searoom.record.store import SqliteStore

MECHANISM = "demo-2026"
EXERCISE = True
NOW_US = 1_790_000_000_000_000  # 2026-09-21T13:33:20Z
SECOND_US = 1_000_000

NAMES = {
    "amber": {"en": "Amber", "ja": "琥珀", "zh": "琥珀"},
    "coral": {"en": "Coral", "ja": "珊瑚", "zh": "珊瑚"},
    "jade": {"en": "Jade", "ja": "翡翠", "zh": "翡翠"},
}


@dataclass(frozen=True)
class Party:
    """Everything that one party owns: private keys and its card."""

    name: str
    root: SigningKey
    station: SigningKey
    log: SigningKey
    mirror: SigningKey
    officers: tuple[SigningKey, ...]
    kem: KemKey
    card: Card
    card_bytes: bytes


def seed(*words: str) -> bytes:
    """Return 32 bytes that depend on the words and on nothing else."""
    return hashlib.sha256("/".join(("searoom test key", *words)).encode()).digest()


def make_party(name: str, *, mechanism: str = MECHANISM, officers: int = 2, link_certificate: bytes = b"") -> Party:
    """Return a party with `officers` persons, `<name>-1` and so on."""
    root, station, log, mirror = (SigningKey(seed(name, role)) for role in ("root", "station", "log", "mirror"))
    people = tuple(SigningKey(seed(name, "officer", str(n))) for n in range(1, officers + 1))
    kem = KemKey(seed(name, "kem"))
    label = NAMES.get(name, {"en": name.title()})["en"]
    keys = (
        Key(Role.STATION, name, f"{label} station", station.public),
        Key(Role.LOG, name, f"{label} log", log.public),
        Key(Role.MIRROR, name, f"{label} mirror", mirror.public),
        *(Key(Role.OFFICER, f"{name}-{n}", f"{label} officer {n}", k.public) for n, k in enumerate(people, 1)),
    )
    card = Card(
        party=name,
        mechanism=mechanism,
        names=NAMES.get(name, {"en": label}),
        root=root.public,
        keys=keys,
        kem=kem.public,
        link_certificate=link_certificate or f"link certificate of {name}".encode(),
    )
    return Party(name, root, station, log, mirror, people, kem, card, card.signed(root))


def parties(*names: str, mechanism: str = MECHANISM) -> tuple[Party, ...]:
    """Return the parties of these names; amber and coral where none are given."""
    return tuple(make_party(name, mechanism=mechanism) for name in names or ("amber", "coral"))


def keyring(*members: Party) -> Keyring:
    """Return the keyring that all of them hold, in the order given."""
    return Keyring([member.card for member in members])


def make_record(
    party: Party, ring: Keyring, store: Store | None = None, *, exercise: bool = EXERCISE, now_us: int = NOW_US
) -> SharedRecord:
    """Return the party's side of the record, in memory where no store is given."""
    return SharedRecord.open(
        SqliteStore(":memory:") if store is None else store,
        ring,
        party=party.name,
        mechanism=ring.mechanism,
        exercise=exercise,
        station_key=party.station,
        log_key=party.log,
        mirror_key=party.mirror,
        now_us=now_us,
    )


def records(folder: Path | None = None, *names: str) -> tuple[SharedRecord, ...]:
    """Return one record a party, in memory or in `folder/<party>.searoom`."""
    members = parties(*names)
    ring = keyring(*members)
    stores = [SqliteStore(":memory:" if folder is None else folder / f"{m.name}.searoom") for m in members]
    return tuple(make_record(member, ring, store) for member, store in zip(members, stores, strict=True))


def make_private(party: Party, store: Store | None = None, *, exercise: bool = EXERCISE) -> PrivateLog:
    """Return the party's national log."""
    return PrivateLog.open(
        SqliteStore(":memory:") if store is None else store,
        party.card,
        exercise=exercise,
        station_key=party.station,
        log_key=party.log,
        kem=party.kem,
    )


def make_statement(
    ring: Keyring,
    author: str,
    content: bytes,
    *,
    to: Sequence[str] | None = None,
    claimed_us: int = NOW_US,
    until_us: int | None = None,
    exercise: bool = EXERCISE,
    mechanism: str = "",
) -> tuple[Statement, Sealed]:
    """Return a statement over `content`, sealed to `to` (all others where not given) and the author."""
    recipients = tuple(sorted(to if to is not None else ring.others(author)))
    readers = {name: ring.card(name).kem for name in (author, *recipients)}
    mechanism = mechanism or ring.mechanism
    sealed = seal(content, mechanism=mechanism, author=author, recipients=recipients, readers=readers)
    statement = Statement(
        mechanism=mechanism,
        exercise=exercise,
        author=author,
        recipients=recipients,
        body_hash=sealed.body_hash,
        plain_hash=sealed.plain_hash,
        claimed_us=claimed_us,
        until_us=until_us,
    )
    return statement, sealed


def make_released(
    ring: Keyring,
    party: Party,
    content: bytes,
    *,
    signers: Sequence[SigningKey] | None = None,
    to: Sequence[str] | None = None,
    claimed_us: int = NOW_US,
    until_us: int | None = None,
    exercise: bool = EXERCISE,
    mechanism: str = "",
) -> tuple[Released, bytes]:
    """Return a released statement and its body; the first officer signs where no signers are given."""
    statement, sealed = make_statement(
        ring,
        party.name,
        content,
        to=to,
        claimed_us=claimed_us,
        until_us=until_us,
        exercise=exercise,
        mechanism=mechanism,
    )
    return release(statement, *(signers if signers is not None else party.officers[:1])), sealed.body


def say(
    record: SharedRecord,
    party: Party,
    content: bytes,
    *,
    signers: Sequence[SigningKey] | None = None,
    to: Sequence[str] | None = None,
    now_us: int = NOW_US,
    until_us: int | None = None,
) -> Entry:
    """Say `content` in the party's own log and return the entry."""
    released, body = make_released(
        record.keyring,
        party,
        content,
        signers=signers,
        to=to,
        claimed_us=now_us,
        until_us=until_us,
        exercise=record.exercise,
    )
    return record.say(released, body, now_us=now_us)


def hand_over(giver: SharedRecord, taker: SharedRecord, *, now_us: int = NOW_US, max_bytes: int = 1 << 20) -> int:
    """Hand `taker` what `giver` has said and it has not heard; return the number of batches."""
    count = 0
    while (batch := giver.batch(giver.party, taker.size(giver.party), max_bytes=max_bytes)) is not None:
        taker.admit(batch, now_us=now_us)
        count += 1
    return count


def exchange(*sides: SharedRecord, now_us: int = NOW_US, max_bytes: int = 1 << 20) -> None:
    """Hand everything to everybody, until nothing is left."""
    while sum(
        hand_over(giver, taker, now_us=now_us, max_bytes=max_bytes)
        for giver in sides
        for taker in sides
        if giver is not taker
    ):
        pass


def cosign(*sides: SharedRecord, now_us: int = NOW_US) -> None:
    """Let each side cosign the latest note that it holds of every other, and hand the cosignature over."""
    for owner in sides:
        for holder in sides:
            if owner is not holder and holder.size(owner.party):
                cosigned = holder.witness(owner.party, holder.note(owner.party), now_us=now_us)
                owner.accept_cosignature(holder.party, cosigned)


def opener(party: Party) -> Callable[[Entry, bytes], bytes | None]:
    """Return what opens a body for this party: the content, or None where it is not sealed to it."""

    def open_it(entry: Entry, body: bytes) -> bytes | None:
        try:
            return open_body(body, statement=entry.statement, reader=party.name, kem=party.kem).content
        except NotAllowed:
            return None

    return open_it
