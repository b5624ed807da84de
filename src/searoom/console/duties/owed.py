"""What is owed as rows of a list: by party, channel, state and time, each with its clause and what fulfils it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from searoom.console.gathering import FIELD, link
from searoom.errors import NotAllowed
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.pack import DAY_US, day_us
from searoom.obligations.standing import STATES, Obligation
from searoom.sentences import Sentence
from searoom.signals.formbook import CHANNELS, FormBook

OPEN: Final = "open"
ALL: Final = "all"
WANTED_STATES: Final = (OPEN, *STATES, ALL)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for: a party, a channel, a state (`WANTED_STATES`), a span of deadlines in microseconds.

    '' or None asks for nothing in particular. `until_us` is the first moment that no longer belongs to it.
    """

    party: str = ""
    channel: str = ""
    state: str = OPEN
    from_us: int | None = None
    until_us: int | None = None

    @property
    def only_open(self) -> bool:
        """Whether what is still to be done is enough to answer it."""
        return self.state in (OPEN, "pending", "due")

    def holds(self, duty: Obligation, channels: Sequence[str]) -> bool:
        """Whether a duty that lies on these channels is asked for; one without a deadline lies in no span."""
        if self.party and self.party not in duty.owed_by:
            return False
        if self.channel and self.channel not in channels:
            return False
        if self.state != ALL and not (duty.open if self.state == OPEN else duty.state == self.state):
            return False
        if duty.due_us is None:
            return self.from_us is None and self.until_us is None
        return (self.from_us is None or duty.due_us >= self.from_us) and (
            self.until_us is None or duty.due_us < self.until_us
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One duty of the list: what our party can do about it (`form` and its `link`, '' where nothing), and its clause.

    `by_station` says that the form leaves by itself; `look` is where the entry that started it is looked through.
    """

    duty: Obligation
    title: str
    text: str
    silence: str
    source: str
    form: str
    link: str
    by_station: bool
    ours: bool
    look: str


def wanted(query: Mapping[str, str], agreement: Agreement) -> Wanted:
    """Return what the address of a page asks for; raise `NotAllowed` for what the agreement or a calendar lacks."""
    party, channel, state = query.get("party", ""), query.get("channel", ""), query.get("state", "") or OPEN
    for what, value, known in (
        ("party", party, ("", *agreement.parties)),
        ("channel", channel, ("", *(name for name in CHANNELS if name != "national"))),
        ("state", state, WANTED_STATES),
    ):
        if value not in known:
            raise NotAllowed(Sentence(f"more.no_{what}", value=f"{value:.40}", known=", ".join(filter(None, known))))
    first, last = (_day(query.get(name, "")) for name in ("from", "until"))
    if first is not None and last is not None and last < first:
        raise NotAllowed(Sentence("duties.days_turned"))
    return Wanted(party, channel, state, first, None if last is None else last + DAY_US)


def _day(text: str) -> int | None:
    if not text:
        return None
    try:
        return day_us(date.fromisoformat(text))
    except ValueError:
        raise NotAllowed(Sentence("duties.no_day", text=f"{text:.40}")) from None


def channels_of(clause: Clause, book: FormBook) -> tuple[str, ...]:
    """Return the channels on which a clause is fulfilled, or started where nobody owes an entry."""
    forms = clause.fulfilment.forms if clause.fulfilment is not None else (clause.trigger.form,)
    found = (channel for name in forms if name for channel in book.form(name).channels)
    return tuple(dict.fromkeys(found))


def rows(duties: Sequence[Obligation], asked: Wanted, book: FormBook, ours: str, lang: str) -> tuple[Row, ...]:
    """Return the duties that are asked for, in the order given; `ours` is the party at whose console it is read."""
    return tuple(_row(duty, book, ours, lang) for duty in duties if asked.holds(duty, channels_of(duty.clause, book)))


def _row(duty: Obligation, book: FormBook, ours: str, lang: str) -> Row:
    clause, mine = duty.clause, ours in duty.owed_by
    wanted_by = clause.fulfilment
    form = book.form(wanted_by.form) if wanted_by is not None else None
    by_hand = form is not None and not form.automatic and mine and duty.open
    started = duty.label if clause.trigger.kind == "on-entry" else ""
    return Row(
        duty=duty,
        title=clause.title[lang],
        text=clause.text[lang],
        silence=clause.silence_text[lang],
        source=clause.basis if clause.model else clause.source,
        form="" if form is None else form.title[lang],
        link=fulfilling(duty, book) if by_hand else "",
        by_station=form is not None and form.automatic,
        ours=mine,
        look=f"/findings/{started}" if started and not started.startswith(ours + "/") else "",
    )


def fulfilling(duty: Obligation, book: FormBook) -> str:
    """Return the address of the form that fulfils a duty, with what is known of it filled in; '' where none does."""
    wanted_by = duty.clause.fulfilment
    if wanted_by is None:
        return ""
    query = dict(_known(duty))
    if "desk" in book.form(wanted_by.form).channels:
        query["channel"] = "desk"
    return link(f"/say/{wanted_by.form}", query)


def _known(duty: Obligation) -> Iterator[tuple[str, str]]:
    if duty.clause.trigger.kind == "on-entry":
        yield "reply_to", duty.label
    if duty.clause.fulfilment is not None:
        for name, value in duty.clause.fulfilment.where.items():
            yield FIELD + name, value
    if duty.host:
        yield f"{FIELD}host", duty.host
