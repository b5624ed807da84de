"""What harnesses and seeds are made of: two fictitious parties with fixed keys, a channel, the book of forms."""

import functools

from builders import MECHANISM, Party, parties, roster
from searoom.record.roster import Roster
from searoom.signals import forms
from searoom.signals.formbook import FormBook
from searoom.statements.offrecord import Channel, join

__all__ = ["MECHANISM", "book", "channel", "pair", "ring"]


@functools.cache
def pair() -> tuple[Party, Party]:
    """Return amber and coral."""
    amber, coral = parties()
    return amber, coral


@functools.cache
def ring() -> Roster:
    """Return the roster that both hold."""
    return roster(*pair())


@functools.cache
def book() -> FormBook:
    """Return the packaged forms."""
    return forms.load()


@functools.cache
def channel(we: str) -> Channel:
    """Return an off-record channel, as one of the two holds it."""
    return join(MECHANISM, "amber 3", we, {"amber": bytes(32), "coral": bytes(range(32))})
