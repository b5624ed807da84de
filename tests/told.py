"""An account told without keys or bytes: who said what when, and who had heard whom. For the rooms above the account.

tale = Tale()
sent = tale.say("amber", "contact-sent", at_us=T, unit_from="A", unit_to="C", ...)
tale.meet()                                # from here on each holds all that was said
tale.say("coral", "receipt", party="amber", size=1)
account = tale.account()
"""

from dataclasses import fields as dataclass_fields
from dataclasses import replace

from searoom.account import Account, Item, Message, Ref, Transcribed, arrange
from searoom.obligations.agreement import Agreement, load
from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.signals import forms
from searoom.signals.forms import Filled

BOOK = forms.load()
DEMO: Agreement = load("demo", BOOK)
MACM: Agreement = load("macm", BOOK)
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
START_US = DEMO.starts_us


class Tale:
    """Two parties or more, their logs, and what each holds of the others'."""

    def __init__(self, *parties: str) -> None:
        self.parties = parties or ("amber", "coral")
        self.logs: dict[str, list[Item]] = {party: [] for party in self.parties}
        self.held = {(who, log): 0 for who in self.parties for log in self.parties if who != log}
        self.recorded: dict[tuple[str, str], int] = {}

    def say(
        self,
        author: str,
        form: str,
        *,
        at_us: int = START_US,
        placed_us: int | None = None,
        reply_to: Ref | None = None,
        to: tuple[str, ...] = (),
        **fields: object,
    ) -> Ref:
        """Let `author` say a form, having heard what it holds; return where it stands. Placed at once if not told when."""
        known, log = BOOK.form(form), self.logs[author]
        people = () if known.automatic else range(1, known.release_persons + 1)
        station = Signer(author, Role.STATION, author, f"{author} station", author.encode())
        officers = tuple(
            Signer(author, Role.OFFICER, f"{author}-{n}", f"{author} officer {n}", bytes([n])) for n in people
        )
        heard = tuple(
            Heard(p, self.held[author, p], bytes(32))
            for p in sorted(self.parties)
            if p != author and self.held[author, p]
        )
        below = [self.logs[h.log][h.size - 1].height for h in heard] + [m.height for m in log[-1:]]
        message = Message(
            ref=(author, len(log)),
            height=1 + max(below, default=0),
            author=author,
            recipients=to or tuple(sorted(p for p in self.parties if p != author)),
            claimed_us=at_us,
            placed_us=at_us if placed_us is None else placed_us,
            until_us=None,
            signers=officers or (station,),
            station=station,
            heard=heard,
            filled=Filled(form, known.version, known.channels[0], "routine", "en", fields, reply_to),
        )
        log.append(message)
        return message.ref

    def alone(self, author: str, form: str, *, without: tuple[str, ...], at_us: int = START_US, **more: object) -> Ref:
        """Let `author` say something for which there is no node to send it to: it is sealed to nobody else."""
        ref = self.say(author, form, at_us=at_us, **more)
        to = tuple(p for p in self.logs[author][ref[1]].recipients if p not in without)
        self.logs[author][ref[1]] = replace(self.logs[author][ref[1]], recipients=to)
        return ref

    def transcribe(
        self,
        author: str,
        said_by: str,
        *,
        at_us: int = START_US,
        medium: str = "telephone",
        understood: Filled | None = None,
        reply_to: Ref | None = None,
        words: str = "",
    ) -> Ref:
        """Let an officer of `author` write down what `said_by` is said to have said."""
        fields: dict[str, object] = {"said_by": said_by, "medium": medium, "heard_by": f"{author}-1", "at": at_us}
        if words or understood is None:
            fields["words"] = words or "They say they are coming."
        if understood is not None:
            fields["understood"] = forms.encode(understood, BOOK)
        ref = self.say(author, "transcribed", at_us=at_us, reply_to=reply_to, **fields)
        told = self.logs[author][ref[1]]
        values = {f.name: getattr(told, f.name) for f in dataclass_fields(told)}
        self.logs[author][ref[1]] = Transcribed(**values, said_by=said_by, understood=understood)
        return ref

    def meet(self, *whose: str) -> None:
        """Hand over what the named parties (or all) have said, to everybody."""
        for who, log in self.held:
            if not whose or log in whose:
                self.held[who, log] = len(self.logs[log])

    def receive(self, party: str, *, at_us: int = START_US) -> Ref:
        """Let `party` take all that was said and write a receipt for it."""
        for who, log in self.held:
            if who == party:
                self.held[who, log] = len(self.logs[log])
        other = next(p for p in self.parties if p != party)
        return self.say(party, "receipt", at_us=at_us, party=other, size=len(self.logs[other]))

    def account(self, *order: str, without_node: tuple[str, ...] = ()) -> Account:
        """Return the account, with the parties in their order or in another one."""
        items = [m for log in self.logs.values() for m in log]
        return arrange(order or self.parties, items, self.recorded, without_node=without_node)
