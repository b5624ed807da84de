"""Whether a joint review is agreed: it is when every party has signed the same hash, made of the same heads.

A difference is a finding and no fork: each party's own words stand, and two people look at two files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from searoom.account import Account, Ref
from searoom.errors import NotAllowed
from searoom.record.keys import Signer
from searoom.review.yearly import heads_from

FORM: Final = "review-agreed"
AGREED, DIFFERS, OTHER_HEADS, WAITS, NOBODY = "agreed", "differs", "other_heads", "waits", "nobody"
STATES: Final = (AGREED, DIFFERS, OTHER_HEADS, WAITS, NOBODY)


@dataclass(frozen=True, slots=True)
class Signed:
    """What one party stands by: the hash of the data file (hex), and of which heads it was made."""

    party: str
    ref: Ref
    at_us: int
    heads: Mapping[str, int]
    digest: str
    signers: tuple[Signer, ...]


def signed(account: Account, year: int) -> tuple[Signed, ...]:
    """Return each party's newest word on a year's review, in the account's order; what cannot be read is left out."""
    newest: dict[str, Signed] = {}
    for message in account.messages(FORM):
        fields = message.filled.fields
        if fields["year"] != year:
            continue
        try:
            heads = heads_from(str(fields["heads"]))
        except NotAllowed:
            continue
        digest = str(fields["hash"]).strip().lower()
        newest.pop(message.author, None)
        newest[message.author] = Signed(
            message.author, message.ref, message.claimed_us, heads, digest, message.signers
        )  # fmt: skip
    return tuple(newest.values())


def state(said: Sequence[Signed], parties: Sequence[str]) -> str:
    """Return how a review stands between the parties: a row of `STATES`."""
    if not said:
        return NOBODY
    heads = {tuple(sorted(one.heads.items())) for one in said}
    if len(heads) > 1:
        return OTHER_HEADS
    if len({one.digest for one in said}) > 1:
        return DIFFERS
    return AGREED if {one.party for one in said} >= set(parties) else WAITS


def years(account: Account) -> tuple[int, ...]:
    """Return the years of which somebody signed a review, the newest first."""
    found = {cast("int", message.filled.fields["year"]) for message in account.messages(FORM)}
    return tuple(sorted(found, reverse=True))
