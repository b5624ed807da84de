"""A national note that a person signed with their own key: the signature stands in the note, over all the rest of it.

Rule 1: a form with a field `signature` of the kind bytes has it; the station signs the note in its place, as any other.
Rule 2: what is signed names mechanism and party, and is no statement: it can be placed in no shared log.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from searoom import cbor
from searoom.errors import Tampered
from searoom.record import cose, shape
from searoom.record.algorithms import PrivateKey
from searoom.record.keys import Key, Role, sign_row
from searoom.record.roster import Roster
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

SIGNATURE: Final = "signature"
AAD: Final = b"searoom/note-by-hand/v1"
MAX_SIGNATURE: Final = 16 * 1024


def wanted(filled: Filled, book: FormBook) -> bool:
    """Whether whoever writes this note signs it by hand."""
    form = book.form(filled.form)
    return form.visibility == "national" and any(each.name == SIGNATURE for each in form.fields)


def sign(filled: Filled, book: FormBook, key: PrivateKey, *, mechanism: str, party: str) -> Filled:
    """Return the note with the signature of `key` in it; `NotAllowed` where the note is not whole."""
    row = sign_row(key, AAD, _payload(_bare(filled), book, mechanism, party))
    value = cbor.encode([shape.VERSION, row.algorithm, row.key_id, row.value])
    return replace(filled, fields={**filled.fields, SIGNATURE: value})


def signer(filled: Filled, book: FormBook, roster: Roster, *, mechanism: str, party: str) -> Key | None:
    """Return whose key signed a note, None where nobody's did.

    Raises `Tampered` where the signature does not hold, `NotAllowed` where it is none, or of no officer of `party`.
    """
    held = filled.fields.get(SIGNATURE)
    if held is None:
        return None
    data = shape.octets(cast("cbor.Value", held), "the signature of a note", least=1, most=MAX_SIGNATURE)
    parts = shape.sequence(cbor.decode(data, max_bytes=MAX_SIGNATURE), "the signature of a note", least=4, most=4)
    key = roster.by_key_id(party, shape.octets(parts[2], "the key of a note", size=cose.KEY_ID_SIZE))
    if key.role is not Role.OFFICER or key.algorithm != parts[1]:
        raise Tampered("a note is signed with a key that is no officer's, or by another algorithm than that key has")
    header = cose.protected(key.algorithm, key.key_id)
    value = shape.octets(parts[3], "the signature of a note", least=1, most=MAX_SIGNATURE)
    key.check(cose.to_sign(header, AAD, _payload(_bare(filled), book, mechanism, party)), value)
    return key


def _bare(filled: Filled) -> Filled:
    fields: Mapping[str, object] = {name: value for name, value in filled.fields.items() if name != SIGNATURE}
    return replace(filled, fields=fields)


def _payload(filled: Filled, book: FormBook, mechanism: str, party: str) -> bytes:
    return cbor.encode([shape.VERSION, mechanism, party, forms.encode(filled, book)])
