"""The promise that each decoder of foreign bytes keeps, as a harness: bytes in; it tells whether they were taken.

The promise: it raises one of the four errors of the house and nothing else, or returns a value that is written as
the same bytes again.
"""

from collections.abc import Callable
from typing import Final

from searoom.errors import NotAllowed, PeerFault, StateUnknown, Tampered

FOUR: Final = (NotAllowed, PeerFault, Tampered, StateUnknown)
Harness = Callable[[bytes], bool]


class Broken(Exception):
    """A decoder took bytes that it would not have written, or did otherwise than it promises."""


def again(read: Callable[[bytes], object], write: Callable[..., bytes]) -> Harness:
    """Return the harness of a decoder and its encoder."""

    def harness(data: bytes) -> bool:
        try:
            value = read(data)
        except FOUR:
            return False
        if write(value) != data:
            raise Broken("what was read is written otherwise")
        return True

    return harness


def text(read: Callable[[str], object], write: Callable[..., str]) -> Harness:
    """Return the harness of a decoder of text."""
    inner = again(lambda data: read(data.decode()), lambda value: write(value).encode())

    def harness(data: bytes) -> bool:
        try:
            data.decode()
        except UnicodeDecodeError:
            return False
        return inner(data)

    return harness


def each_of(*each: Harness) -> Harness:
    """Return the harness that hands its bytes to all of these."""

    def harness(data: bytes) -> bool:
        taken = [one(data) for one in each]
        return any(taken)

    return harness
