"""Decoded values have the shape that they must have, or are refused with the name of the place.

Every decoder of the record reads through these few functions, so that each refusal is one sentence
and no decoder meets a `TypeError`.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed

VERSION: Final = 1  # of every format of the record
MAX_UINT: Final = (1 << 63) - 1
HASH_SIZE: Final = 32
MAX_PARTY: Final = 32
MAX_MECHANISM: Final = 64

_PARTY: Final = re.compile(r"[a-z][a-z0-9]{0,31}(?![\s\S])")
_LOG: Final = re.compile(r"[a-z][a-z0-9]{0,31}(?:\.(?:[2-9]|[1-9][0-9]{1,5}))?(?![\s\S])")
_PERSON: Final = re.compile(r"[a-z][a-z0-9]{0,31}-[a-z0-9][a-z0-9-]{0,31}(?![\s\S])")
_MECHANISM: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]|/(?=[a-z])){0,63}(?![\s\S])")


def party_id(value: cbor.Value, what: str) -> str:
    """Return the id of a party: 1 to 32 of a-z and 0-9, a letter first; it stands in log names and file names."""
    if not isinstance(value, str) or not _PARTY.match(value):
        raise NotAllowed(f"{what} is no id of a party (a-z and 0-9, at most {MAX_PARTY}, a letter first)")
    return value


def log_id(value: cbor.Value, what: str) -> str:
    """Return the name of a log: a party's id, from its second log on with a dot and the number of the log."""
    if not isinstance(value, str) or not _LOG.match(value):
        raise NotAllowed(f"{what} is no name of a log (a party's id; later logs of it as '.2', '.3' and so on)")
    return value


def person_id(value: cbor.Value, what: str) -> str:
    """Return the id of a person, `<party>-<more>`."""
    if not isinstance(value, str) or not _PERSON.match(value):
        raise NotAllowed(f"{what} is no id of a person (the party's id, a hyphen, then a-z, 0-9 and hyphens)")
    return value


def mechanism_id(value: cbor.Value, what: str) -> str:
    """Return the id of a mechanism: a-z, 0-9, dot, hyphen and inner slashes, at most 64."""
    if not isinstance(value, str) or not _MECHANISM.match(value):
        raise NotAllowed(f"{what} is no id of a mechanism (a-z, 0-9, '.', '-' and inner '/', at most {MAX_MECHANISM})")
    return value


def numbered(value: cbor.Value, size: int, what: str) -> list[cbor.Value]:
    """Return the values of a map whose keys are exactly 0 to size-1, in that order; value 0 is the version, 1."""
    if not isinstance(value, Mapping) or len(value) != size:
        raise NotAllowed(f"{what} is not a map of {size} items")
    if list(value) != list(range(size)):  # decoded maps are in order, and have no key that is a bool
        raise NotAllowed(f"{what} does not have the keys 0 to {size - 1}")
    items = list(value.values())
    if isinstance(items[0], bool) or items[0] != VERSION:
        raise NotAllowed(
            f"{what} has another version than {VERSION}, the one that is read here",
            advice="Bring both sides to the same release of Searoom; nothing was changed.",
        )
    return items


def sequence(value: cbor.Value, what: str, *, least: int = 0, most: int) -> Sequence[cbor.Value]:
    """Return an array of `least` to `most` items."""
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise NotAllowed(f"{what} is not an array of {least} to {most} items")
    return value


def count(number: int, what: str, *, least: int = 0, most: int) -> None:
    """Refuse more or fewer than `least` to `most` of something."""
    if not least <= number <= most:
        raise NotAllowed(f"{what} are {number} and must be {least} to {most}")


def octets(value: cbor.Value, what: str, *, size: int | None = None, least: int = 0, most: int = 0) -> bytes:
    """Return a byte string of exactly `size` bytes, or of `least` to `most`."""
    if not isinstance(value, bytes):
        raise NotAllowed(f"{what} is not a byte string")
    if size is not None and len(value) != size:
        raise NotAllowed(f"{what} has {len(value)} bytes and must have {size}")
    if size is None and not least <= len(value) <= most:
        raise NotAllowed(f"{what} has {len(value)} bytes and must have {least} to {most}")
    return value


def text(value: cbor.Value, what: str, *, most: int) -> str:
    """Return text of 1 to `most` characters that `cbor` allows."""
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise NotAllowed(f"{what} is not text of 1 to {most} characters")
    return cbor.check_text(value)


def uint(value: cbor.Value, what: str) -> int:
    """Return an unsigned integer that fits a signed 64-bit column."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_UINT:
        raise NotAllowed(f"{what} is not an unsigned integer below 2^63")
    return value


def boolean(value: cbor.Value, what: str) -> bool:
    """Return true or false, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise NotAllowed(f"{what} is neither true nor false")
    return value


def ascending(items: Sequence[bytes] | Sequence[str], what: str) -> None:
    """Refuse items that are not in strictly ascending order of their bytes, so that none stands twice."""
    raw = [item.encode() if isinstance(item, str) else item for item in items]
    if any(first >= second for first, second in itertools.pairwise(raw)):
        raise NotAllowed(f"{what} are not in ascending order, each once")
