"""How far a message came, each state in words, and with what that state does not mean.

Received is shown by a station. Read, sufficient or clarification wanted, will comply or cannot, answered are said by
officers, each in an entry of its own; none follows from another, and none from silence. Of one layer the newest stands.

To a counterpart without a node the states end with what our own officers did and heard: handed over by
telephone, read back. Nothing that only their node could show is ever said of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, cast

from searoom.account import Account, Message, Ref, State, Transcribed
from searoom.clock import to_text
from searoom.record.keys import Role, Signer
from searoom.signals import forms, states
from searoom.statements.items import TRANSCRIBED

READ: Final = "read"
SUFFICIENT: Final = "sufficient"
CLARIFICATION: Final = "clarification"
COMPLY: Final = "comply"
ANSWER: Final = "contact-answer"
CONVEYED: Final = "conveyed"
_ANSWERS: Final = ("received", "understood", "will-comply", "cannot-comply")
CLARIFIED: Final = "clarified"
_LISTS: Final = MappingProxyType({"en": ", ", "ja": "、", "zh": "、"})
LAYERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "read": (READ,),
    "sufficiency": (SUFFICIENT, CLARIFICATION),
    "compliance": ("will-comply", "cannot-comply"),
    "answer": ("received", "understood", "answered"),
})  # fmt: skip
"""The layers that officers say, in their order, each with the states of which the newest stands."""
LAYER_FORMS: Final = (READ, SUFFICIENT, CLARIFICATION, COMPLY)  # forms that say a layer and answer nothing in words

AHEAD_WORDS: Final[Mapping[str, str]] = {
    "en": "Came ahead of its place: signed, proven and stored here; entries before it have not come yet.",
    "ja": "順番に先立って到着：署名と証明を確認し保管済み。これより前の記録は未着です。",
    "zh": "先于次序到达：签名和证明已核实并存储；其前面的条目尚未到达。",
}
"""What is said of a message that came ahead; ja and zh are our own words and await review by native speakers."""

UNREAD_WORDS: Final[Mapping[str, str]] = {
    "en": "How far it came is not known yet: entry {read} of {of} of the record was read since the start.",
    "ja": "どこまで届いたかはまだ分かりません：起動後、記録{of}件中{read}件まで読み込みました。",
    "zh": "送达情况尚不清楚：启动后记录已读入{read}条，共{of}条。",
}
"""What is said while a node still reads; ja and zh are our own words and await review by native speakers."""

STATE_WORDS: Final[Mapping[str, Mapping[str, str]]] = states.sentences()
"""Each state says what it does not mean; `signals/data/states.toml` has the words, for the pages too."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What one officer of a recipient said about a message: a state of a layer (`LAYERS`), in an entry of its own.

    `signers` are all officers who signed it, in the order of their ids; `post` is the role in which it was said, or ''.
    `fields` are those that a clarification asks about, and `replies` the entries in which the author
    of the message replied to that question.
    """

    layer: str
    kind: str
    state: State
    signers: tuple[Signer, ...] = ()
    post: str = ""
    fields: tuple[str, ...] = ()
    replies: tuple[Ref, ...] = ()

    @property
    def persons(self) -> tuple[str, ...]:
        """The names of those who signed it."""
        return tuple(officer.name for officer in self.signers)


@dataclass(frozen=True, slots=True)
class Recipient:
    """How far a message came with one recipient; `node` is False where no card of it is known here.

    `said` is all that its officers said of the message, in the joint order.
    """

    party: str
    delivered: State | None
    recorded: bool
    read: State | None
    node: bool = True
    conveyed: tuple[Message, ...] = ()
    transcripts: tuple[Transcribed, ...] = ()
    said: tuple[Acknowledged, ...] = ()

    def stands(self, layer: str) -> Acknowledged | None:
        """Return what stands in a layer: the newest that was said in it, or None, which means nothing."""
        return next((one for one in reversed(self.said) if one.layer == layer), None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a message came with all its recipients.

    `delivered` and `read` are the last step that completed them with every recipient, and None
    until then. `recorded` says of each recipient whether its cosignature covers the entry: that it stored it,
    never that it agreed. Of each recipient, `conveyed` is what its author's officers write of handing it over by
    other means, `transcripts` what they write of its answers.
    """

    ref: Ref
    stored: State
    delivered: State | None
    recorded: Mapping[str, bool]
    read: State | None
    answers: tuple[Message, ...]
    each: tuple[Recipient, ...]

    def sentences(self, lang: str, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Return each state in words of `lang` (en, ja, zh), with what it does not mean; `names` by party id."""
        called = dict(names or {})
        author = called.get(self.stored.signer.party, self.stored.signer.party)
        answered = {answer.ref for answer in self.answers}  # these are told at the end, in their own row
        out = [_sentence("stored", lang, self.stored, author=author)]
        for one in self.each:
            party = called.get(one.party, one.party)
            out.append(_sentence(_arrived(one), lang, one.delivered, party=party))
            for kind, at, words in _told(one, lang):
                out.append(_sentence(kind, lang, at, party=party, author=author, **words))
            if one.recorded:
                out.append(_sentence("recorded", lang, None, party=party))
            out += (
                _sentence(kind, lang, state, party=party, author=author, **words)
                for kind, state, words in _layers(one, lang)
                if state.ref not in answered
            )
        for answer in self.answers:
            state = State(answer.ref, answer.placed_us, answer.signers[0])
            out.append(_sentence(answer_kind(answer), lang, state, party=called.get(answer.author, answer.author)))
        return tuple(out)

    def judged(self, one: Recipient) -> tuple[Acknowledged, ...]:
        """Return what officers of a recipient said of sufficiency and compliance, and is no answer in `answers`."""
        answered = {answer.ref for answer in self.answers}
        return tuple(
            said for said in one.said if said.layer in ("sufficiency", "compliance") and said.state.ref not in answered
        )

    def silent(self, lang: str, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Return what silence means, for each recipient of whom no officer said anything: nothing."""
        called = dict(names or {})
        return tuple(
            STATE_WORDS["nothing further"][lang].format(party=called.get(one.party, one.party))
            for one in self.each
            if one.node and not one.said
        )


def _layers(one: Recipient, lang: str) -> Iterator[tuple[str, State, dict[str, str]]]:
    """Yield what officers said: the row, its state, and the words in it; each reading in a role by itself."""
    for said in one.said:
        name = _LISTS[lang].join(said.persons)
        if said.layer == "read":
            if said.state == one.read or said.post:
                yield ("read as" if said.post else "read"), said.state, {"name": name, "post": said.post}
            continue
        yield said.kind, said.state, {"name": name, "fields": _LISTS[lang].join(said.fields)}
        if said.replies:
            yield CLARIFIED, said.state, {}


def _arrived(one: Recipient) -> str:
    return "delivered" if one.delivered else "not delivered" if one.node else "no node"


def _told(one: Recipient, lang: str) -> Iterator[tuple[str, State, dict[str, str]]]:
    """Yield what the author's officers write of this recipient: the row, when it was, and the words in it."""
    items: tuple[Message | Transcribed, ...] = (*one.conveyed, *one.transcripts)
    for item in items:
        fields = item.filled.fields
        at_us = fields["at"]
        state = State(item.ref, at_us if isinstance(at_us, int) else item.claimed_us, item.signers[0])
        words = {"name": item.signers[0].name, "medium": _media()[str(fields["medium"])][lang]}
        if isinstance(item, Transcribed):
            yield "answered, transcribed", state, words
            continue
        yield "conveyed", state, words
        if fields["readback"] != "none":
            yield f"read back {fields['readback']}", state, words


@cache
def _media() -> Mapping[str, Mapping[str, str]]:
    return forms.load().form(TRANSCRIBED).field("medium").choices


def _sentence(kind: str, lang: str, state: State | None, **words: str) -> str:
    text = STATE_WORDS[kind][lang].format(**words)
    return f"{text} [{to_text(state.at_us)}]" if state else text


def answer_kind(answer: Message) -> str:
    """Return which row of STATE_WORDS an answer is: an agreed word of its own, else 'answered'."""
    form = answer.filled.form
    if form in (READ, SUFFICIENT, CLARIFICATION):
        return form
    said = str(answer.filled.fields.get("answer", "")) if form in (ANSWER, COMPLY) else ""
    return said if said in _ANSWERS else "answered"


def _acknowledged(account: Account, message: Message, author: str) -> Acknowledged | None:
    """Return what a reply says of the message, where an officer signed it; a station says none of this."""
    officers = sorted((one for one in message.signers if one.role is Role.OFFICER), key=lambda one: one.holder)
    if not officers:
        return None
    kind, fields = answer_kind(message), message.filled.fields
    asked = fields.get("fields", ()) if kind == CLARIFICATION else ()
    again = account.answers(message.ref) if kind == CLARIFICATION else ()
    return Acknowledged(
        layer=next(layer for layer, kinds in LAYERS.items() if kind in kinds),
        kind=kind,
        state=State(message.ref, message.placed_us, officers[0]),
        signers=tuple(officers),
        post=str(fields.get("post", "")),
        fields=tuple(map(str, cast("tuple[str, ...]", asked))),
        replies=tuple(m.ref for m in again if isinstance(m, Message) and m.author == author and _in_words(m)),
    )


def _in_words(message: Message) -> bool:
    """Whether a message says something of its own, beside the layers of acknowledgement."""
    return message.filled.form not in LAYER_FORMS


def delivery(account: Account, ref: Ref) -> Delivery:
    """Return how far the entry `ref` came, as far as the account shows; raise `NotAllowed` where there is none."""
    item = account.message(ref)
    ref = item.ref
    said = account.answers(ref)
    replies = [m for m in said if isinstance(m, Message) and m.author != item.author]
    ours = [m for m in said if isinstance(m, Message) and m.author == item.author]
    conveyed = [m for m in ours if m.filled.form == CONVEYED]
    heard = [t for t in said if isinstance(t, Transcribed) and t.author == item.author]
    acknowledged = {
        party: tuple(filter(None, (_acknowledged(account, m, item.author) for m in replies if m.author == party)))
        for party in account.parties
    }
    told_to = {m.filled.fields["party"] for m in conveyed} | {t.said_by for t in heard}
    each = tuple(
        Recipient(
            party=party,
            delivered=account.delivered(ref, party) if party in item.recipients else None,
            recorded=account.stored(ref, party),
            read=next((one.state for one in acknowledged[party] if one.layer == "read"), None),
            node=party in item.recipients,
            conveyed=tuple(m for m in conveyed if m.filled.fields["party"] == party),
            transcripts=tuple(t for t in heard if t.said_by == party),
            said=acknowledged[party],
        )
        for party in account.parties
        if party in item.recipients or party in told_to or (party in account.without_node and party != item.author)
    )
    return Delivery(
        ref=ref,
        stored=State(ref, item.placed_us, item.station),
        delivered=_last(account, [one.delivered for one in each]),
        recorded={one.party: one.recorded for one in each},
        read=_last(account, [one.read for one in each]),
        answers=tuple(message for message in replies if _in_words(message)),
        each=each,
    )


def _last(account: Account, states: list[State | None]) -> State | None:
    known = [state for state in states if state is not None]
    if not known or len(known) < len(states):
        return None

    def order(state: State) -> tuple[int, int]:
        item = account.message(state.ref)
        return item.height, account.parties.index(item.author)

    return max(known, key=order)
