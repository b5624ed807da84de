"""Words that are really sealed and released, as an officer's command does it; and the parts of that, to be timed."""

import os
from collections.abc import Iterator

from bench.made_parties import MadeParty
from searoom.record.entry import Released, Statement, release
from searoom.record.roster import Roster
from searoom.record.seal import Sealed, seal

WORDS_BYTES = 1024


def sealed_words(party: MadeParty, roster: Roster, content: bytes) -> Sealed:
    """Return words sealed to all other parties and to their author."""
    recipients = roster.others(party.name)
    readers = {name: roster.card(name).kem for name in (party.name, *recipients)}
    return seal(content, mechanism=roster.mechanism, author=party.name, recipients=recipients, readers=readers)


def stated(party: MadeParty, roster: Roster, sealed: Sealed, now_us: int) -> Statement:
    """Return the statement over sealed words."""
    return Statement(
        mechanism=roster.mechanism,
        exercise=True,
        author=party.name,
        recipients=roster.others(party.name),
        body_hash=sealed.body_hash,
        plain_hash=sealed.plain_hash,
        claimed_us=now_us,
        until_us=None,
    )


def released_words(party: MadeParty, roster: Roster, content: bytes, now_us: int) -> tuple[Released, bytes]:
    """Return words, sealed and released by the party's officer, and their body."""
    sealed = sealed_words(party, roster, content)
    return release(stated(party, roster, sealed, now_us), party.officer), sealed.body


def prepared(party: MadeParty, roster: Roster, count: int, *, now_us: int) -> Iterator[tuple[Released, bytes]]:
    """Yield `count` words of 1 KiB, sealed and released."""
    for number in range(count):
        yield released_words(party, roster, os.urandom(WORDS_BYTES), now_us + number)
