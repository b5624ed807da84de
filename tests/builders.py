"""Two fictitious parties, amber and coral, with keys, cards and records: what most tests of the house start from.

Keys come from fixed seeds, so a failing test names the same keys each time. Use:

    amber, coral = parties()                    # Party: all private keys, the card
    ring = roster(amber, coral)
    a, b = records()                            # two SharedRecords in memory (or records(tmp_path))
    entry = say(a, amber, b"words")             # released by amber's first officer, to all others
    exchange(a, b)                              # until neither has anything for the other
    cosign(a, b)                                # each cosigns what it holds of the other
    opener(coral)(entry, body)                  # -> content bytes, or None where it is not for coral
    later = renewed(amber, "2")                 # amber with its next card: other node keys, another KEM key
    issue(a, later)                             # in force from that entry of amber's log on
    epoch(a, amber)                             # two officers open amber's next log
"""

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from searoom.errors import NotAllowed
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.cards import Card
from searoom.record.entry import Entry, Kind, Released, Statement, clear_statement, release
from searoom.record.heads import NodeKeys
from searoom.record.keys import Key, Role, Root, RootKey
from searoom.record.log import Store
from searoom.record.private import PrivateLog
from searoom.record.roster import Roster, author_of, epoch_of, log_name
from searoom.record.seal import KemKey, Sealed, open_body, reason, seal
from searoom.record.shared import SharedRecord
from searoom.record.storage import StorageKey
from searoom.record.store import SqliteStore

MECHANISM = "demo-2026"
EXERCISE = True
NOW_US = 1_790_000_000_000_000  # 2026-09-21T13:33:20Z
SECOND_US = 1_000_000

NAMES = {
    "amber": {"en": "Amber", "ja": "琥珀", "zh": "琥珀"},
    "coral": {"en": "Coral", "ja": "珊瑚", "zh": "珊瑚"},
    "jade": {"en": "Jade", "ja": "翡翠", "zh": "翡翠"},
    "pearl": {"en": "Pearl", "ja": "真珠", "zh": "珍珠"},
    "teal": {"en": "Teal", "ja": "鴨羽", "zh": "青鸭"},
}


@dataclass(frozen=True)
class Party:
    """Everything that one party owns: private keys and its card. `station`, `log`, `mirror` are the Ed25519 ones."""

    name: str
    roots: tuple[RootKey, ...]
    keys: NodeKeys
    officers: tuple[SigningKey, ...]
    kem: KemKey
    storage: StorageKey
    card: Card
    card_bytes: bytes

    @property
    def station(self) -> SigningKey:
        return self.keys.station

    @property
    def log(self) -> SigningKey:
        return self.keys.log

    @property
    def mirror(self) -> SigningKey:
        return self.keys.mirror


def seed(*words: str) -> bytes:
    """Return 32 bytes that depend on the words and on nothing else."""
    return hashlib.sha256("/".join(("searoom test key", *words)).encode()).digest()


def node_keys(name: str, *more: str) -> NodeKeys:
    """Return the keys of a party's node; `more` words give others, for a rotation."""
    return NodeKeys(
        station=SigningKey(seed(name, "station", *more)),
        log=SigningKey(seed(name, "log", *more)),
        log_pq=SigningKey(seed(name, "log pq", *more), ML_DSA_44),
        mirror=SigningKey(seed(name, "mirror", *more)),
        mirror_pq=SigningKey(seed(name, "mirror pq", *more), ML_DSA_44),
    )


def card_keys(name: str, keys: NodeKeys, officers: Sequence[Key]) -> tuple[Key, ...]:
    """Return the keys as a card names them: the node's five, then the officers'."""
    label = NAMES.get(name, {"en": name.title()})["en"]
    return (
        Key(Role.STATION, name, f"{label} station", keys.station.public),
        Key(Role.LOG, name, f"{label} log", keys.log.public),
        Key(Role.LOG, name, f"{label} log", keys.log_pq.public, ML_DSA_44),
        Key(Role.MIRROR, name, f"{label} mirror", keys.mirror.public),
        Key(Role.MIRROR, name, f"{label} mirror", keys.mirror_pq.public, ML_DSA_44),
        *officers,
    )


def make_party(
    name: str,
    *,
    mechanism: str = MECHANISM,
    officers: int = 2,
    link_certificate: bytes = b"",
    keepers: int = 1,
    need: int = 1,
    observer: bool = False,
    members: Sequence[str] = (),
    member_need: int = 0,
) -> Party:
    """Return a party with `officers` persons, `<name>-1` and so on; those of a composite party in turn by member."""
    certificate = link_certificate or f"link certificate of {name}".encode()
    people = 0 if observer else officers
    return _made(name, mechanism, people, certificate, keepers, need, observer, tuple(members), member_need)


@functools.cache  # a party never changes, and its post-quantum keys take time to derive
def _made(
    name: str,
    mechanism: str,
    officers: int,
    certificate: bytes,
    keepers: int,
    need: int,
    observer: bool,
    members: tuple[str, ...],
    member_need: int,
) -> Party:
    roots = tuple(RootKey(seed(name, "root", str(n))) for n in range(keepers))
    keys = node_keys(name)
    people = tuple(SigningKey(seed(name, "officer", str(n))) for n in range(1, officers + 1))
    kem = KemKey(seed(name, "kem"))
    label = NAMES.get(name, {"en": name.title()})["en"]
    named = [
        Key(
            Role.OFFICER,
            f"{name}-{n}",
            f"{label} officer {n}",
            key.public,
            member=members[(n - 1) % len(members)] if members else "",
        )
        for n, key in enumerate(people, 1)
    ]
    card = Card(
        party=name,
        mechanism=mechanism,
        names=NAMES.get(name, {"en": label}),
        root=Root(need, tuple(root.keeper for root in roots)),
        keys=card_keys(name, keys, named),
        kem=kem.public,
        link_certificates=(certificate,),
        observer=observer,
        members={member: {"en": member.title()} for member in members},
        member_need=member_need,
    )
    return Party(name, roots, keys, people, kem, StorageKey(seed(name, "storage")), card, card.signed(*roots[:need]))


def renewed(
    party: Party,
    word: str,
    *,
    keys: NodeKeys | None = None,
    kem: KemKey | None = None,
    signers: Sequence[RootKey] | None = None,
    **changes: object,
) -> Party:
    """Return the party with its next card: node keys and KEM key that `word` names where none are given.

    The officers stay; `changes` go into the card; `signers` are the keepers who sign it.
    """
    keys = keys or node_keys(party.name, word)
    kem = kem or KemKey(seed(party.name, "kem", word))
    officers = [key for key in party.card.keys if key.role is Role.OFFICER]
    fields = {"serial": party.card.serial + 1, "keys": card_keys(party.name, keys, officers), "kem": kem.public}
    card = dataclasses.replace(party.card, **{**fields, **changes})
    data = card.signed(*(party.roots[: party.card.root.need] if signers is None else signers))
    return dataclasses.replace(party, keys=keys, kem=kem, card=card, card_bytes=data)


def issue(record: SharedRecord, party: Party, *, now_us: int = NOW_US) -> Entry:
    """Place the party's next card in its log; from that entry on it is in force."""
    return record.issue_card(party.card_bytes, party.keys, now_us=now_us)


def epoch_words(
    record: SharedRecord,
    party: Party,
    why: str = "our store is lost",
    *,
    log: str = "",
    signers: Sequence[SigningKey] | None = None,
) -> tuple[Released, bytes]:
    """Return the reason for a new log (the next, where none is named), released by both officers, and its body."""
    body = reason(log or log_name(party.name, epoch_of(record.log_of(party.name)) + 1), why)
    statement = clear_statement(
        Kind.EPOCH, body, mechanism=record.mechanism, exercise=record.exercise, author=party.name, claimed_us=NOW_US
    )
    return release(statement, *(party.officers[:2] if signers is None else signers)), body


def epoch(record: SharedRecord, party: Party, why: str = "our store is lost") -> Entry:
    """Open the party's next log, by two of its officers."""
    return record.open_log(*epoch_words(record, party, why), now_us=NOW_US)


def parties(*names: str, mechanism: str = MECHANISM) -> tuple[Party, ...]:
    """Return the parties of these names; amber and coral where none are given."""
    return tuple(make_party(name, mechanism=mechanism) for name in names or ("amber", "coral"))


def roster(*members: Party) -> Roster:
    """Return the roster that all of them hold, in the order given."""
    return Roster([member.card for member in members])


def make_record(
    party: Party, ring: Roster, store: Store | None = None, *, exercise: bool = EXERCISE, now_us: int = NOW_US
) -> SharedRecord:
    """Return the party's side of the record, in memory where no store is given."""
    return SharedRecord.open(
        SqliteStore(":memory:") if store is None else store,
        ring,
        party=party.name,
        exercise=exercise,
        keys=party.keys,
        now_us=now_us,
    )


def records(folder: Path | None = None, *names: str) -> tuple[SharedRecord, ...]:
    """Return one record a party, in memory or in `folder/<party>.searoom`."""
    members = parties(*names)
    ring = roster(*members)
    stores = [SqliteStore(":memory:" if folder is None else folder / f"{m.name}.searoom") for m in members]
    return tuple(make_record(member, ring, store) for member, store in zip(members, stores, strict=True))


def make_private(party: Party, store: Store | None = None, *, exercise: bool = EXERCISE) -> PrivateLog:
    """Return the party's national log."""
    return PrivateLog.open(
        SqliteStore(":memory:") if store is None else store,
        roster(party),
        party.name,
        exercise=exercise,
        station_key=party.station,
        log_key=party.log,
        storage=party.storage,
    )


def make_statement(
    ring: Roster,
    author: str,
    content: bytes,
    *,
    to: Sequence[str] | None = None,
    claimed_us: int = NOW_US,
    until_us: int | None = None,
    exercise: bool = EXERCISE,
    mechanism: str = "",
) -> tuple[Statement, Sealed]:
    """Return a statement over `content`, sealed to `to` (all others but observers where not given) and the author."""
    recipients = tuple(sorted(to if to is not None else set(ring.speakers()) - {author}))
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
    ring: Roster,
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
        record.roster,
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
    for log in giver.logs():
        while author_of(log) == giver.party and (batch := giver.batch(log, taker.size(log), max_bytes=max_bytes)):
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
            if owner is not holder and holder.size(owner.own):
                cosigned = holder.witness(owner.own, owner.offer(now_us=now_us), now_us=now_us)
                owner.accept_cosignature(holder.party, cosigned)


def opener(party: Party) -> Callable[[Entry, bytes], bytes | None]:
    """Return what opens a body for this party: the content, or None where it is not sealed to it."""

    def open_it(entry: Entry, body: bytes) -> bytes | None:
        try:
            return open_body(body, statement=entry.statement, reader=party.name, kem=party.kem).content
        except NotAllowed:
            return None

    return open_it
