"""An account told by hand: parties, their logs, and what each holds of the others', without keys, bytes or carriers.

What a story says happens here is read by the same fold as what two nodes exchange: it is an account like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from searoom.account import Account, Item, Message, Ref, Transcribed, arrange
from searoom.items import as_item
from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

_NO_ROOT = bytes(32)


@dataclass(slots=True)
class Teller:
    """Several parties; each holds of the others what it has received. `told` is in the order in which it was said."""

    parties: tuple[str, ...]
    book: FormBook
    logs: dict[str, list[Item]] = field(default_factory=dict)
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    told: list[Ref] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logs = {party: [] for party in self.parties}
        self.held = {(who, log): 0 for who in self.parties for log in self.parties if who != log}

    def say(self, author: str, filled: Filled, *, at_us: int, placed_us: int, to: Sequence[str] = ()) -> Ref:
        """Let a party say something, having heard what it holds; return where it stands."""
        known, log = self.book.form(filled.form), self.logs[author]
        station = Signer(author, Role.STATION, author, f"{author} station", author.encode())
        officers = tuple(
            Signer(author, Role.OFFICER, f"{author}-{n}", f"{author} officer {n}", f"{author}{n}".encode())
            for n in range(1, known.release_persons + 1)
        )
        heard = tuple(
            Heard(party, self.held[author, party], _NO_ROOT)
            for party in sorted(self.parties)
            if party != author and self.held[author, party]
        )
        below = [self.logs[each.log][each.size - 1].height for each in heard] + [item.height for item in log[-1:]]
        message = Message(
            ref=(author, len(log)),
            height=1 + max(below, default=0),
            author=author,
            recipients=tuple(to) or tuple(sorted(party for party in self.parties if party != author)),
            claimed_us=at_us,
            placed_us=placed_us,
            until_us=None,
            signers=(station,) if known.automatic else officers,
            station=station,
            heard=heard,
            filled=filled,
        )
        log.append(message)
        self.told.append(message.ref)
        return message.ref

    def write_down(self, author: str, said_by: str, understood: Filled, medium: str, *, at_us: int) -> Ref:
        """Let an officer of `author` write down what another party is said to have said."""
        fields: dict[str, object] = {
            "said_by": said_by,
            "medium": medium,
            "heard_by": f"{author} officer 1",
            "at": at_us,
            "understood": forms.encode(replace(understood, reply_to=None), self.book),
        }
        form = self.book.form("transcribed")
        words = Filled(form.name, form.version, form.channels[0], "routine", "en", fields, understood.reply_to)
        ref = self.say(author, words, at_us=at_us, placed_us=at_us)
        place = self.logs[author][ref[1]]
        told = as_item(Transcribed, place, filled=words, said_by=said_by, understood=understood)
        self.logs[author][ref[1]] = told
        return ref

    def receive(self, party: str, *, at_us: int) -> None:
        """Let a party take all that was said so far, and sign for it to each of the others."""
        others = [other for other in self.parties if other != party]
        behind = [other for other in others if self.held[party, other] < len(self.logs[other])]
        for other in behind:
            self.held[party, other] = len(self.logs[other])
        form = self.book.form("receipt")
        for other in behind[:1]:
            fields: dict[str, object] = {"party": other, "size": len(self.logs[other])}
            filled = Filled(form.name, form.version, form.channels[0], "routine", "en", fields)
            self.say(party, filled, at_us=at_us, placed_us=at_us)

    def account(self, parties: Sequence[str] = ()) -> Account:
        """Return the account of all that was said."""
        return arrange(tuple(parties) or self.parties, [item for log in self.logs.values() for item in log], {})
