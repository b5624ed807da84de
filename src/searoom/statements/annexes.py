"""Personal data set apart from what is signed: the record holds their salted hash, an erasable store holds the value.

`detach` before the words are checked, sealed and signed; what it gives beside them is sealed to the same readers with
`seal_annex` and kept and carried apart. `attach` when the words are shown. No part of the account asks for a value:
whether one is still held changes nothing that is proven, and nothing that two nodes compare.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import shape
from searoom.record.entry import Statement
from searoom.record.seal import SALT_SIZE, Opening, seal
from searoom.signals.forms import Filled, FormBook
from searoom.signals.personal import MAX_PERSONAL, Absent, check_value

KIND: Final = "personal"
LABEL: Final = "searoom/personal/v1"
MAX_ANNEX: Final = 1 << 18
ERASED: Final = b""
"""What a lookup gives for a value that was erased here; None is for one that never came."""


def detach(filled: Filled, book: FormBook) -> tuple[Filled, dict[bytes, bytes]]:
    """Return the form with a hash in the place of each personal value, and {hash: what opens it}.

    The salt is 32 fresh random bytes inside the opening: with the opening gone, no guess of the value can be tried.
    """
    openings: dict[bytes, bytes] = {}
    fields = dict(filled.fields)
    for each in book.form(filled.form).fields:
        value = fields.get(each.name)
        if each.kind == KIND and isinstance(value, str):
            content = cbor.encode([LABEL, check_value(value)])
            opening = Opening(secrets.token_bytes(SALT_SIZE), content)
            fields[each.name] = opening.plain_hash()
            openings[opening.plain_hash()] = opening.to_bytes()
    return replace(filled, fields=fields), openings


def references(filled: Filled, book: FormBook) -> tuple[bytes, ...]:
    """Return the hashes of the personal values to which a form refers: what a node asks for as `want-annex`."""
    values = (filled.fields.get(each.name) for each in book.form(filled.form).fields if each.kind == KIND)
    return tuple(value for value in values if isinstance(value, bytes))


def attach(filled: Filled, book: FormBook, lookup: Callable[[bytes], bytes | None]) -> Filled:
    """Return the form for showing: each value where `lookup` has its opening, else that it is erased or not held.

    Raises `Tampered` where what is kept under a hash is not what the hash names.
    """
    fields = dict(filled.fields)
    for each in book.form(filled.form).fields:
        reference = fields.get(each.name)
        if each.kind == KIND and isinstance(reference, bytes):
            opening = lookup(reference)
            if opening is None or opening == ERASED:
                fields[each.name] = Absent.NOT_HELD if opening is None else Absent.ERASED
            else:
                fields[each.name] = value_of(reference, opening)
    return replace(filled, fields=fields)


def value_of(reference: bytes, opening: bytes) -> str:
    """Return the value that an opening holds, checked against the hash in the record."""
    opened = Opening.from_bytes(opening)
    if opened.plain_hash() != reference:
        raise Tampered(f"personal data kept under {reference.hex()[:16]} are not those that were signed for")
    label, value = shape.sequence(cbor.decode(opened.content), "personal data", least=2, most=2)
    if label != LABEL:
        raise NotAllowed("what is kept as personal data is something else")
    return check_value(shape.text(value, "personal data", most=MAX_PERSONAL))


def seal_annex(opening: bytes, *, mechanism: str, author: str, readers: Mapping[str, bytes]) -> bytes:
    """Return an opening sealed to the readers of its message (party -> KEM key, the author among them)."""
    recipients = sorted(set(readers) - {author})
    sealed = seal(opening, mechanism=mechanism, author=author, recipients=recipients, readers=readers)
    return cbor.encode([sealed.plain_hash, sealed.body])


def parts_of(data: bytes, statement: Statement) -> tuple[Statement, bytes]:
    """Return what a sealed annex of the message of this statement says of itself, as a statement, and its body."""
    plain_hash, body = shape.sequence(cbor.decode(data, max_bytes=MAX_ANNEX), "an annex", least=2, most=2)
    body = shape.octets(body, "the body of an annex", most=MAX_ANNEX)
    inside = replace(
        statement,
        body_hash=hashlib.sha256(body).digest(),
        plain_hash=shape.octets(plain_hash, "the hash of an annex", size=shape.HASH_SIZE),
    )
    return inside, body
