"""Two or three fictitious parties with keys from fixed seeds, their cards, and what they say to each other."""

import dataclasses
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searoom.record.algorithms import ML_DSA_44, PrivateKey, SigningKey
from searoom.record.cards import Card, Revoked
from searoom.record.entry import Entry, Kind, Released, Statement, clear_statement, release
from searoom.record.heads import NodeKeys
from searoom.record.keys import Key, Role, Root, RootKey
from searoom.record.roster import Roster, author_of
from searoom.record.seal import KemKey, open_body, reason, seal
from searoom.signals import forms
from searoom.signals.forms import Filled

MECHANISM: Final = "soak-2026"
EXERCISE: Final = True
NAMES: Final = ("amber", "coral", "teal")
OFFICERS: Final = 3
RECEIPT: Final = "receipt"
MESSAGE: Final = "hotline-message"
_book = functools.cache(forms.load)


def seed(*words: str) -> bytes:
    """Return 32 bytes that depend on the words and on nothing else."""
    return hashlib.sha256("/".join(("searoom soak key", *words)).encode()).digest()


@dataclass(frozen=True)
class Party:
    """Everything that one party owns; `officers` are those of the first card."""

    name: str
    root: RootKey
    keys: NodeKeys
    kem: KemKey
    officers: tuple[SigningKey, ...]
    card: Card


def officer(name: str, number: int) -> SigningKey:
    """Return the key of a person; each person has one."""
    return SigningKey(seed(name, "officer", str(number)))


def _officer_row(name: str, number: int) -> Key:
    return Key(Role.OFFICER, f"{name}-{number}", f"Officer {number} of {name.title()}", officer(name, number).public)


@functools.cache
def party(name: str) -> Party:
    """Return the party of this name, always with the same keys."""
    root = RootKey(seed(name, "root"))
    station, log, mirror = (SigningKey(seed(name, role)) for role in ("station", "log", "mirror"))
    log_pq, mirror_pq = (SigningKey(seed(name, role), ML_DSA_44) for role in ("log-pq", "mirror-pq"))
    kem, label = KemKey(seed(name, "kem")), name.title()
    rows = (
        Key(Role.STATION, name, f"{label} station", station.public),
        Key(Role.LOG, name, f"{label} log", log.public),
        Key(Role.LOG, name, f"{label} log", log_pq.public, ML_DSA_44),
        Key(Role.MIRROR, name, f"{label} mirror", mirror.public),
        Key(Role.MIRROR, name, f"{label} mirror", mirror_pq.public, ML_DSA_44),
        *(_officer_row(name, number) for number in range(1, OFFICERS + 1)),
    )
    card = Card(
        party=name,
        mechanism=MECHANISM,
        names={"en": label},
        root=Root(1, (root.keeper,)),
        keys=rows,
        kem=kem.public,
        link_certificates=(f"link certificate of {name}".encode(),),
    )
    people = tuple(officer(name, number) for number in range(1, OFFICERS + 1))
    return Party(name, root, NodeKeys(station, log, log_pq, mirror, mirror_pq), kem, people, card)


def roster(names: Sequence[str]) -> Roster:
    """Return the roster that all of them start with."""
    return Roster([party(name).card for name in names])


def on_duty(card: Card) -> tuple[SigningKey, ...]:
    """Return the keys of the officers that a card names, in its order."""
    return tuple(
        officer(card.party, int(key.holder.partition("-")[2])) for key in card.keys if key.role is Role.OFFICER
    )


def next_card(card: Card, last_good: tuple[str, int]) -> bytes:
    """Return the signed next card: its first officer is revoked, and a new one stands last."""
    people = [key for key in card.keys if key.role is Role.OFFICER]
    gone, newest = people[0], int(people[-1].holder.partition("-")[2])
    rows = (*(key for key in card.keys if key != gone), _officer_row(card.party, newest + 1))
    revoked = sorted((*card.revoked, Revoked(gone.key_id, last_good, "left the service")), key=lambda row: row.key_id)
    fresh = dataclasses.replace(card, serial=card.serial + 1, keys=rows, revoked=tuple(revoked))
    return fresh.signed(party(card.party).root)


def words(
    author: str, known: Roster, content: bytes, *, claimed_us: int, signers: Sequence[PrivateKey]
) -> tuple[Released, bytes]:
    """Return words to all other parties, sealed and released by `signers`."""
    recipients = known.others(author)
    readers = {name: known.card(name).kem for name in (author, *recipients)}
    sealed = seal(content, mechanism=MECHANISM, author=author, recipients=recipients, readers=readers)
    statement = Statement(
        MECHANISM, EXERCISE, author, recipients, sealed.body_hash, sealed.plain_hash, claimed_us, None
    )
    return release(statement, *signers), sealed.body


def new_log(log: str, *, claimed_us: int, signers: Sequence[PrivateKey]) -> tuple[Released, bytes]:
    """Return the reason why a new log is opened, released by `signers`."""
    body = reason(log, "the old log cannot be had again")
    statement = clear_statement(
        Kind.EPOCH, body, mechanism=MECHANISM, exercise=EXERCISE, author=author_of(log), claimed_us=claimed_us
    )
    return release(statement, *signers), body


def message(text: str, precedence: str) -> bytes:
    """Return the content of a message of officers."""
    return forms.encode(Filled(MESSAGE, 1, "hotline", precedence, "en", {"text": text}), _book())


def receipt(log: str, size: int) -> bytes:
    """Return the content of a station's receipt."""
    form = _book().form(RECEIPT)
    return forms.encode(Filled(RECEIPT, form.version, "desk", "routine", "en", {"party": log, "size": size}), _book())


def read(entry: Entry, body: bytes, reader: str) -> Filled | None:
    """Return the form in a body, for a reader that it is sealed to; None for what is said in clear."""
    if entry.statement.kind is not Kind.WORDS:
        return None
    return forms.decode(
        open_body(body, statement=entry.statement, reader=reader, kem=party(reader).kem).content, _book()
    )
