"""Whose signatures must stand under a checkpoint: a policy file of logs, witnesses, groups and one quorum.

The format of c2sp.org/tlog-policy. A mechanism's own policy names the keys of a log, every mirror as a
witness, and asks for all of them; an arbiter may write another with any editor.

Rule 1: a key is named once, as a log or as a witness, and a name is a member of one group at most.
Rule 2: a line that is not understood refuses the file; so does text that could be shown as another.
Rule 3: lines of keys that the policy does not name are passed over, as the standard asks; each line of
a key that it does name must check, or the note is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from searoom.cbor import check_text
from searoom.errors import NotAllowed, Tampered
from searoom.record.checkpoint import SignedNote, signers
from searoom.record.note import COSIGNATURE_TYPE, ML_DSA_TYPE, NOTE_TYPE, Verifier

NONE: Final = "none"
MAX_POLICY_BYTES: Final = 512 * 1024
MAX_LINES: Final = 64
"""How many logs, how many witnesses and how many groups a policy may have; the standard asks for 32 of each."""

_LOG_TYPES: Final = (NOTE_TYPE, ML_DSA_TYPE)
_WITNESS_TYPES: Final = (COSIGNATURE_TYPE, ML_DSA_TYPE)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}(?![\s\S])")
_SPACE: Final = re.compile(r"[ \t]+")
_ALL_MIRRORS: Final = "all-mirrors"  # of a party it would be "all-mirror"
_SUFFIXES: Final = {COSIGNATURE_TYPE: "ed25519", ML_DSA_TYPE: "ml-dsa-44"}


@dataclass(frozen=True, slots=True)
class Known:
    """A log or a witness of a policy: its name in the policy (a log has none), its key, and where it is reached, if."""

    name: str
    verifier: Verifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these: `need` of the witnesses and groups `members`."""

    name: str
    need: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The logs that are accepted, the witnesses that are known, and the name of what must have witnessed."""

    logs: tuple[Known, ...] = ()
    witnesses: tuple[Known, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE
    _by_name: Mapping[str, Known | Group] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for rows, what in ((self.logs, "logs"), (self.witnesses, "witnesses"), (self.groups, "groups")):
            if len(rows) > MAX_LINES:
                raise NotAllowed(f"a policy has at most {MAX_LINES} {what}")
        _check_keys(self.logs, self.witnesses)
        known: dict[str, Known | Group] = {}
        for witness in self.witnesses:
            known[_new_name(witness.name, known)] = witness
        members: set[str] = set()
        for group in self.groups:
            _check_group(group, known, members)
            known[_new_name(group.name, known)] = group
        if self.quorum != NONE and self.quorum not in known:
            raise NotAllowed(f"the quorum is '{self.quorum}', which no line before it defines")
        object.__setattr__(self, "_by_name", known)

    def to_bytes(self) -> bytes:
        """Return the policy in one form: logs, witnesses, groups as they were given, then the quorum."""
        lines = [_row("log", known.verifier.to_text(), known.url) for known in self.logs]
        lines += [_row("witness", known.name, known.verifier.to_text(), known.url) for known in self.witnesses]
        for group in self.groups:
            words = {1: "any", len(group.members): "all"}  # of one member, any is all
            lines.append(_row("group", group.name, words.get(group.need, str(group.need)), *group.members))
        return "".join([*lines, _row("quorum", self.quorum)]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Policy":
        """Return the policy of a file; `NotAllowed` for a line that is none, `Tampered` for a key that is none."""
        if len(data) > MAX_POLICY_BYTES:
            raise NotAllowed(f"a policy of {len(data)} bytes is longer than {MAX_POLICY_BYTES}")
        try:
            text = check_text(data.decode())
        except UnicodeDecodeError:
            raise NotAllowed("the policy is not UTF-8") from None
        if text and not text.endswith("\n"):
            raise NotAllowed("the last line of the policy has no newline")
        reader = _Reader()
        for number, line in enumerate(text.split("\n")[:-1], 1):
            try:
                reader.read(line)
            except NotAllowed as fault:
                raise NotAllowed(f"line {number} of the policy: {fault.sentence}") from fault
        return reader.policy()

    def missing(self, note: SignedNote) -> str:
        """Return "" where `note` fulfils the policy, else one sentence that says what it lacks.

        Raises `Tampered` where a line of a known key does not check, `NotAllowed` where the note is no checkpoint.
        """
        name = note.checkpoint.origin
        logs = [known.verifier for known in self.logs if known.verifier.name == name]
        witnesses = [known.verifier for known in self.witnesses]
        ids = {(verifier.name, verifier.key_id) for verifier in (*logs, *witnesses)}
        lines = tuple(line for line in note.signatures if (line.name, line.key_id) in ids)
        found = set(signers(SignedNote(note.text, lines), [*logs, *witnesses]))
        if self.logs and not logs:
            return f"the log '{name}' is none of the policy's"
        if self.logs and not found.intersection(logs):
            return f"no key of the log '{name}' that the policy names signed the checkpoint"
        if self.quorum != NONE and not self._witnessed(self.quorum, found):
            return f"the checkpoint of '{name}' lacks the cosignatures that the quorum '{self.quorum}' asks for"
        return ""

    def check(self, note: SignedNote) -> None:
        """Return where `note` fulfils the policy; raise `Tampered` with what it lacks where not."""
        lack = self.missing(note)
        if lack:
            raise Tampered(lack)

    def _witnessed(self, name: str, found: set[Verifier]) -> bool:
        known = self._by_name[name]
        if isinstance(known, Known):
            return known.verifier in found
        return sum(self._witnessed(member, found) for member in known.members) >= known.need


def satisfied(note: SignedNote, policy: Policy) -> bool:
    """Tell whether `note` fulfils `policy`; raises as `Policy.missing` does."""
    return not policy.missing(note)


def everybody(log: Sequence[Verifier], mirrors: Mapping[str, Sequence[Verifier]]) -> Policy:
    """Return the policy of a mechanism for one log: its keys, every mirror (by its party's id), quorum all."""
    witnesses: list[Known] = []
    groups: list[Group] = []
    for party, keys in mirrors.items():
        name = f"{party}-mirror"
        names = [f"{name}-{_SUFFIXES.get(key.kind, key.kind)}" if len(keys) > 1 else name for key in keys]
        witnesses += [Known(own, key) for own, key in zip(names, keys, strict=True)]
        if len(keys) > 1:
            groups.append(Group(name, len(keys), tuple(names)))
    of_parties = tuple(f"{party}-mirror" for party in mirrors)
    if len(of_parties) > 1:
        groups.append(Group(_ALL_MIRRORS, len(of_parties), of_parties))
        of_parties = (_ALL_MIRRORS,)
    return Policy(tuple(Known("", key) for key in log), tuple(witnesses), tuple(groups), (*of_parties, NONE)[0])


class _Reader:
    """The lines of a policy file as they come; each kind of line has its method."""

    def __init__(self) -> None:
        self._logs: list[Known] = []
        self._witnesses: list[Known] = []
        self._groups: list[Group] = []
        self._names: set[str] = set()
        self._quorum: str | None = None

    def read(self, line: str) -> None:
        """Take one line; `NotAllowed` where it is none."""
        words = _SPACE.split(line.strip(" \t"))
        if words[0].startswith("#") or words == [""]:
            return
        if words[0] == "log" and len(words) in (2, 3):
            self._logs.append(Known("", Verifier.from_text(words[1]), "".join(words[2:])))
        elif words[0] == "witness" and len(words) in (3, 4):
            self._define(words[1])
            self._witnesses.append(Known(words[1], Verifier.from_text(words[2]), "".join(words[3:])))
        elif words[0] == "group" and len(words) >= 4:
            self._group(words[1], words[2], tuple(words[3:]))
        elif words[0] == "quorum" and len(words) == 2:
            self._take_quorum(words[1])
        else:
            raise NotAllowed(f"'{words[0]}' with {len(words) - 1} words is no line of a policy")
        if max(len(self._logs), len(self._witnesses), len(self._groups)) > MAX_LINES:
            raise NotAllowed(
                f"a policy has at most {MAX_LINES} logs, witnesses and groups each"
            )  # before the rest is read

    def policy(self) -> Policy:
        """Return what the lines say together."""
        if self._quorum is None:
            raise NotAllowed("the policy has no quorum line")
        return Policy(tuple(self._logs), tuple(self._witnesses), tuple(self._groups), self._quorum)

    def _define(self, name: str) -> None:
        if name in self._names or name == NONE:
            raise NotAllowed(f"the name '{name}' is taken")
        self._names.add(name)

    def _group(self, name: str, number: str, members: tuple[str, ...]) -> None:
        unknown = [member for member in members if member not in self._names]
        if unknown:
            raise NotAllowed(f"the group '{name}' has the member '{unknown[0]}', which no line before it defines")
        if number not in ("any", "all") and not _NUMBER.match(number):
            raise NotAllowed(f"the group '{name}' asks for '{number}', which is neither any, all nor a number")
        need = {"any": 1, "all": len(members)}.get(number) or int(number)
        self._define(name)
        self._groups.append(Group(name, need, members))

    def _take_quorum(self, name: str) -> None:
        if self._quorum is not None:
            raise NotAllowed("a policy has one quorum line")
        if name != NONE and name not in self._names:
            raise NotAllowed(f"the quorum is '{name}', which no line before it defines")
        self._quorum = name


def _check_keys(logs: Sequence[Known], witnesses: Sequence[Known]) -> None:
    for rows, types, what in ((logs, _LOG_TYPES, "log"), (witnesses, _WITNESS_TYPES, "witness")):
        for known in rows:
            if known.verifier.kind not in types:
                raise NotAllowed(f"the key of '{known.verifier.name}' is of no type that a {what} signs with")
            if _SPACE.search(known.url) or known.url != check_text(known.url) or "\n" in known.url:
                raise NotAllowed(f"the address of '{known.verifier.name}' has a space")
    keys = [known.verifier.public for known in (*logs, *witnesses)]
    if len(set(keys)) != len(keys):
        raise NotAllowed("a policy names one key twice")


def _check_group(group: Group, known: Mapping[str, object], members: set[str]) -> None:
    for member in group.members:
        if member not in known:
            raise NotAllowed(f"the group '{group.name}' has the member '{member}', which no line before it defines")
        if member in members:
            raise NotAllowed(f"'{member}' is a member twice, and would count twice")
        members.add(member)
    if not 1 <= group.need <= len(group.members):
        raise NotAllowed(f"the group '{group.name}' asks for {group.need} of {len(group.members)} members")


def _new_name(name: str, known: Mapping[str, object]) -> str:
    if not name or name == NONE or name in known or _SPACE.search(name) or "\n" in name:
        raise NotAllowed(f"'{name}' cannot be the name of a witness or a group, or is one already")
    return check_text(name)


def _row(*words: str) -> str:
    return " ".join(word for word in words if word) + "\n"
