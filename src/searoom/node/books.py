"""The books on a node's disk: what its party brought itself, and the reviews that its officers signed."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from searoom.errors import NotAllowed, Tampered
from searoom.record import cose
from searoom.record.algorithms import PrivateKey, key_id
from searoom.record.keys import Key, Role
from searoom.signals import codebook, reviewing
from searoom.signals.codebook import OWN_BOOKS, Codebook, Reviewed

FOLDER: Final = "codebooks"
REVIEWS: Final = "*.review"
_DOMAIN: Final = b"searoom wording review 1"


def in_force(node: Path | None, names: Sequence[str]) -> Codebook:
    """Return the books `names`, with what `node` holds of its own books and of reviews whose signature fits."""
    if node is None:
        return codebook.load(names)
    folder = node / FOLDER
    own = {name: path.read_text(encoding="utf-8") for name in OWN_BOOKS if (path := own_path(node, name)).is_file()}
    reviews = [review for path in sorted(folder.glob(REVIEWS)) for review in taken(path.read_text(encoding="utf-8"))]
    return codebook.load(names, own).reviewed(reviews)


def own_path(node: Path, name: str) -> Path:
    """Return where a node keeps a book that its party brought."""
    return node / FOLDER / f"codebook-{name}.toml"


def signed(body: str, key: PrivateKey, holder: str) -> str:
    """Return a filled-in sheet with a person's signature below it."""
    reviewing.read(body)
    mark = key.sign(_message(body, key.algorithm, key.public))
    lines = (reviewing.SIGNED_BELOW, f"holder: {holder}", f"key: {_text(key.public)}", f"signature: {_text(mark)}")
    return body + "\n".join(lines) + "\n"


def signer(text: str) -> Key:
    """Return who signed a sheet, after checking that they did; a sheet that was changed since raises `Tampered`."""
    body, below = reviewing.split(text)
    lines = dict(line.partition(": ")[::2] for line in below.splitlines())
    if set(lines) != {"holder", "key", "signature"}:
        raise NotAllowed("nobody has signed this sheet", advice="`searoom codebook review SHEET --sign --key YOUR.key`")
    key = Key(Role.OFFICER, lines["holder"], "", _bytes(lines["key"]))
    try:
        key.check(_message(body, key.algorithm, key.public), _bytes(lines["signature"]))
    except Tampered:
        raise Tampered("the signature does not fit the sheet: it was changed after it was signed") from None
    return key


def taken(text: str) -> tuple[Reviewed, ...]:
    """Return what a signed sheet says is fine; the signature is checked every time."""
    signer(text)
    return reviewing.read(reviewing.split(text)[0]).fine


def _message(body: str, algorithm: int, public: bytes) -> bytes:
    return cose.to_sign(cose.protected(algorithm, key_id(public)), _DOMAIN, body.encode("utf-8"))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotAllowed("the lines below the sheet are no signature") from None
