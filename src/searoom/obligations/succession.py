"""Which version of an agreement is in force: the newest that everybody has signed whom it, or one before it, names.

A version takes effect by what stands in the record, and by nothing else: each party says its hash (`proposing`). Who
joins signs, who leaves signs, who stays signs; while one has not, the version before it holds. Nobody is outvoted, and
nobody is left out of an agreement by the others alone.

Each party reads that in its own account. What was said before somebody joined is sealed to those who were there, so
that a version is signed anew for who comes later; and duties are reckoned from the first day of each version, so that
all read alike what it asks for.
"""

from collections.abc import Sequence
from dataclasses import replace

from searoom.account import Account
from searoom.obligations.agreement import Agreement
from searoom.obligations.proposing import adopted_by


def wanting(versions: Sequence[Agreement], account: Account) -> tuple[str, ...]:
    """Return who has not signed the last of these versions yet, of all whom they name, as this account shows."""
    asked = tuple(dict.fromkeys(party for version in versions for party in version.parties))
    signed = adopted_by(replace(versions[-1], parties=asked), account)
    return tuple(party for party in asked if party not in signed)


def in_force(versions: Sequence[Agreement], account: Account) -> Agreement:
    """Return which of these versions is in force, as this account shows; the first of them was signed on paper.

    A version may be passed over: who is named only there signs the one after it as well.
    """
    now = 0
    for at in range(1, len(versions)):
        if versions[at].head.binds and not wanting(versions[now : at + 1], account):
            now = at
    return versions[now]
