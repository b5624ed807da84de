"""Who must sign what: one rule about persons and members, asked by the sender and again by the receiver.

Rule 1: persons count, not keys. Whoever shares a key or a name with another signer is one person with them.
Rule 2: an agreement may ask for more persons, or for fewer, by channel, precedence and form; it cannot take from
one officer the right to open contact and to send agreed phrases at once: a form that says `alone` is asked here first.
Rule 3: a composite party speaks with one voice: its words carry officers of as many different members as its card says.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Protocol

from searoom.cbor import Value
from searoom.errors import NotAllowed
from searoom.record import shape
from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.sentences import Sentence
from searoom.signals.forms import CHANNELS, PRECEDENCES, Filled, Form

ANY: Final = "*"
MAX_PERSONS: Final = 8
MAX_RULES: Final = 64
_PATTERN: Final = re.compile(r"[a-z0-9*-]{1,64}")
LEAVES: Final = ("off_record",)
"""What an agreement may give leave for; a form that needs it says so by name."""


class Party(Protocol):
    """What is asked of a card: `searoom.record.cards.Card` has it."""

    @property
    def member_need(self) -> int:
        """How many different members of a composite party release its words; 0 for a plain one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: where it holds (`*` is any), and how many persons, of how many members, it asks for.

    `forms` are names of forms, in which `*` stands for any letters. `members` matters for a composite party alone.
    """

    channel: str
    precedence: str
    forms: tuple[str, ...]
    persons: int
    members: int = 0

    def __post_init__(self) -> None:
        if self.channel not in (ANY, *CHANNELS) or self.channel == "national":
            raise NotAllowed(f"a release rule is for a shared channel or '{ANY}', not for '{self.channel:.24}'")
        if self.precedence not in (ANY, *PRECEDENCES):
            raise NotAllowed(f"a release rule is for a precedence or '{ANY}', not for '{self.precedence:.24}'")
        if not self.forms or not all(_PATTERN.fullmatch(pattern) for pattern in self.forms):
            raise NotAllowed("a release rule names forms, in which * stands for any letters")
        if not 1 <= self.persons <= MAX_PERSONS or not 0 <= self.members <= MAX_PERSONS:
            raise NotAllowed(f"a release rule asks for 1 to {MAX_PERSONS} persons, of at most as many members")

    def of(self, form: str) -> bool:
        """Whether this rule is about a form of this name."""
        return any(fnmatchcase(form, pattern) for pattern in self.forms)

    def holds(self, filled: Filled) -> bool:
        """Whether this rule is about what is said here."""
        return (
            self.channel in (ANY, filled.channel)
            and self.precedence in (ANY, filled.precedence)
            and self.of(filled.form)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """An agreement's rules about release: the first that holds decides, and where none does the form's own number.

    `leaves` is what the agreement gives leave for (`LEAVES`); None where no agreement is at hand to be asked,
    as when a stranger verifies an exported record. Where nothing is `attributed`, no account names who signed what.
    `later` are the policies of later versions of the agreement, each with the entries by which it came into force.
    """

    rules: tuple[Rule, ...] = ()
    leaves: frozenset[str] | None = None
    attributed: bool = True
    later: tuple["Later", ...] = ()

    def at(self, log: str, index: int, heard: Iterable[Heard]) -> "Policy":
        """Return the policy for an entry: that of the newest version whose coming into force its author had heard.

        `heard` are the sizes of the other logs that stand in the entry. What an author had not heard binds nobody by
        surprise, and what arrives late changes nothing that was judged.
        """
        if not self.later:
            return self
        sizes = {log: index, **{each.log: each.size for each in heard}}
        known = [each.policy for each in self.later if all(sizes.get(at, 0) > place for at, place in each.by)]
        return known[-1] if known else self

    def to_value(self) -> Value:
        """Return the policy as a node tells it to an officer who sits down at its desk."""
        rows: list[Value] = [[r.channel, r.precedence, list(r.forms), r.persons, r.members] for r in self.rules]
        leaves: Value = None if self.leaves is None else sorted(self.leaves)
        return {"rules": rows, "leaves": leaves}


@dataclass(frozen=True, slots=True)
class Later:
    """The policy of a later version, and the entries (log, index) in which all adopted it."""

    by: tuple[tuple[str, int], ...]
    policy: Policy


BY_FORM: Final = Policy()


def read_policy(value: Value) -> Policy:
    """Return the policy that a node told; raise `NotAllowed` for anything else. Nothing told is `BY_FORM`."""
    if value is None:
        return BY_FORM
    if not isinstance(value, dict) or set(value) != {"rules", "leaves"}:
        raise NotAllowed("these are no release rules")
    rules = []
    for row in shape.sequence(value["rules"], "the release rules", most=MAX_RULES):
        channel, precedence, forms, persons, members = shape.sequence(row, "a release rule", least=5, most=5)
        rules.append(
            Rule(
                shape.text(channel, "the channel of a release rule", most=32),
                shape.text(precedence, "the precedence of a release rule", most=32),
                tuple(shape.text(n, "a form", most=64) for n in shape.sequence(forms, "the forms of a rule", most=64)),
                shape.uint(persons, "the persons of a release rule"),
                shape.uint(members, "the members of a release rule"),
            )
        )
    if value["leaves"] is None:
        return Policy(tuple(rules))
    leaves = shape.sequence(value["leaves"], "the leaves of an agreement", most=len(LEAVES))
    return Policy(tuple(rules), frozenset(shape.text(leave, "a leave", most=32) for leave in leaves))


@dataclass(frozen=True, slots=True)
class Need:
    """How many persons must sign, and of how many different members of a composite party."""

    persons: int
    members: int


def need(policy: Policy, form: Form, filled: Filled, party: Party) -> Need:
    """Return what a party needs to release these words. What is `alone` needs one officer, whatever a policy says."""
    if form.alone:
        return Need(1, 0)
    rule = next((rule for rule in policy.rules if rule.holds(filled)), None)
    persons = form.release_persons if rule is None else rule.persons
    members = max(party.member_need, 0 if rule is None else rule.members) if party.member_need else 0
    return Need(max(persons, members), members)


def forbidden(policy: Policy, form: Form) -> str:
    """Say why nobody may say this form, however many sign ('' where they may): the agreement gives no leave for it."""
    if not form.leave or policy.leaves is None or form.leave in policy.leaves:
        return ""
    return Sentence("signing.no_leave", form=form.name, leave=form.leave)


def require_named(policy: Policy) -> None:
    """Raise `NotAllowed` where what is to leave would carry signatures and cards, and nobody may be quoted by name."""
    if not policy.attributed:
        raise NotAllowed(Sentence("signing.nameless"))


def lacking(policy: Policy, form: Form, filled: Filled, signers: Sequence[Signer], party: Party) -> str:
    """Say why these signers do not suffice for these words ('' where they do)."""
    if why := forbidden(policy, form):
        return why
    if form.automatic:
        alone = bool(signers) and all(signer.role is Role.STATION for signer in signers)
        return "" if alone else Sentence("signing.station_alone", form=form.name)
    needed, people = need(policy, form, filled, party), persons(signers)
    if len(people) < needed.persons:
        return Sentence("signing.few_officers", form=form.name, wanted=needed.persons, signed=len(people))
    members = {member for one in people if len(one) == 1 for member in one if member}
    if len(members) < needed.members:
        if not members:
            return Sentence("signing.no_members", form=form.name, wanted=needed.members)
        return Sentence("signing.few_members", form=form.name, wanted=needed.members, spoke=tuple(sorted(members)))
    return ""


def persons(signers: Iterable[Signer]) -> tuple[frozenset[str], ...]:
    """Return the officers among the signers as persons, each as the members for which that person signed.

    Two keys in one hand are one person, and so are two names on one key. Who signs for two members is counted
    as a person and speaks for neither of the members: else one officer alone could be a whole alliance.
    """
    groups: list[tuple[set[str | bytes], set[str]]] = []
    for signer in signers:
        if signer.role is not Role.OFFICER:
            continue
        marks: set[str | bytes] = {signer.holder, signer.key_id}
        members = {signer.member}
        apart = []
        for known, spoke in groups:
            if known & marks:
                marks |= known
                members |= spoke
            else:
                apart.append((known, spoke))
        groups = [*apart, (marks, members)]
    return tuple(frozenset(members) for _, members in groups)
