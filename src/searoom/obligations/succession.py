"""Which version of an agreement is in force: the newest that everybody has signed whom it, or one before it, names.

A version takes effect by what stands in the record, and by nothing else: each party says its hash (`proposing`). Who
joins signs, who leaves signs, who stays signs; while one has not, the version before it holds. Nobody is outvoted, and
nobody is left out of an agreement by the others alone.

Each party reads that in its own account. What was said before somebody joined is sealed to those who were there, so
that a version is signed anew for who comes later; and duties are reckoned from the first day of each version, so that
all read alike what it asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from searoom.account import Account, Ref
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.obligations.proposing import adopted_by, adoptions, all_adoptions
from searoom.sentences import Sentence
from searoom.statements.release import Later, Policy


@dataclass(frozen=True, slots=True)
class Turn:
    """A version that came into force, and the entries by which it did: the first in which each party said its hash."""

    version: Agreement
    by: tuple[Ref, ...]


def wanting(versions: Sequence[Agreement], account: Account) -> tuple[str, ...]:
    """Return who has not signed the last of these versions yet, of all whom they name, as this account shows."""
    asked = tuple(dict.fromkeys(party for version in versions for party in version.parties))
    signed = adopted_by(replace(versions[-1], parties=asked), account)
    return tuple(party for party in asked if party not in signed)


def turns(versions: Sequence[Agreement], account: Account) -> tuple[Turn, ...]:
    """Return the versions that came into force after the first, in their order, as this account shows.

    A version may be passed over: who is named only there signs the one after it as well.
    """
    found, now = list[Turn](), 0
    for at in range(1, len(versions)):
        if versions[at].head.binds and not wanting(versions[now : at + 1], account):
            said = adoptions(versions[at], account)
            asked = dict.fromkeys(party for version in versions[now : at + 1] for party in version.parties)
            found.append(Turn(versions[at], tuple(said[party] for party in asked)))
            now = at
    return tuple(found)


def in_force(versions: Sequence[Agreement], account: Account) -> Agreement:
    """Return which of these versions is in force, as this account shows; the first of them was signed on paper."""
    return (versions[0], *(turn.version for turn in turns(versions, account)))[-1]


class Versions:
    """The texts that a node holds of its agreement, and which of them is in force as far as its account was read.

    `texts` begin with the one that the parties began with, on paper; `named` are the hashes of those that the settings
    name now. A text that the settings name no more and whose hash nobody has said was given up, and asks nobody.
    """

    def __init__(self, texts: Sequence[Agreement], named: Sequence[bytes] = ()) -> None:
        if strange := [text.id for text in texts if text.exercise != texts[0].exercise]:
            raise NotAllowed(f"the version '{strange[0]}' and the first differ on whether this is an exercise")
        self.texts, self.named = tuple(texts), frozenset(named)
        self.turns: tuple[Turn, ...] = ()

    @property
    def now(self) -> Agreement:
        """The version in force."""
        return self.turns[-1].version if self.turns else self.texts[0]

    @property
    def policy(self) -> Policy:
        """Who must sign what: for each entry by the version that was in force where it stands."""
        policies = [self.texts[0].policy, *(turn.version.policy for turn in self.turns)]
        if all(policy == policies[0] for policy in policies):
            return policies[0]
        later = tuple(Later(turn.by, turn.version.policy) for turn in self.turns)
        return replace(policies[0], attributed=policies[-1].attributed, later=later)

    @property
    def observers(self) -> tuple[str, ...]:
        """Whom a text names as an observer, and none as a party."""
        return tuple(dict.fromkeys(one for text in self.texts for one in text.observers if one not in self.parties))

    @property
    def former(self) -> tuple[str, ...]:
        """Whom a text names as former, and none as a party: they have left before the first of these texts."""
        return tuple(dict.fromkeys(one for text in self.texts for one in text.head.former if one not in self.parties))

    @property
    def parties(self) -> tuple[str, ...]:
        """Whom any of the texts names as a party, in the order of the texts: their logs are held and receipted."""
        return tuple(dict.fromkeys(party for text in self.texts for party in text.parties))

    def settle(self, account: Account) -> bool:
        """Look which version is in force by this account; return whether that is another one than before."""
        if len(self.texts) == 1:
            return False
        before, self.turns = self.now, turns(self._counting(account), account)
        return self.now is not before

    def waiting(self, account: Account) -> tuple[tuple[Agreement, tuple[str, ...]], ...]:
        """Return the versions that are not in force yet, each with whose word it still wants."""
        counting = self._counting(account)
        now = counting.index(self.now)
        return tuple((counting[at], wanting(counting[now : at + 1], account)) for at in range(now + 1, len(counting)))

    def require_held(self, said: str) -> None:
        """Raise `NotAllowed` for a hash of no text that is held: what we adopt, our node must be able to go by.

        Where no settings name a text, as in a story, nothing is asked.
        """
        if self.named and said.lower() not in {text.hash.hex() for text in self.texts}:
            raise NotAllowed(Sentence("adoption.not_held", hash=said[:16]))

    def unknown(self, account: Account) -> tuple[str, ...]:
        """Return the hashes that parties of the version in force have said, all of them, and whose text is not held."""
        held = {text.hash.hex() for text in self.texts}
        said = {hash_: frozenset(by) for hash_, by in all_adoptions(account).items() if hash_ not in held}
        return tuple(sorted(hash_ for hash_, by in said.items() if by.issuperset(self.now.parties)))

    def _counting(self, account: Account) -> tuple[Agreement, ...]:
        """Return the first text, and those that count: in the order in which their hashes were said, as all hold it.

        One that the settings name and nobody has said keeps its place among the others.
        """
        order = {hash_: at for at, hash_ in enumerate(all_adoptions(account))}
        first, *later = self.texts
        said = iter(sorted((t for t in later if t.hash.hex() in order), key=lambda text: order[text.hash.hex()]))
        counting = [text for text in later if text.hash.hex() in order or text.hash in self.named]
        return first, *(next(said) if text.hash.hex() in order else text for text in counting)
