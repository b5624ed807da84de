"""How far a message came, each state in words, and with what that state does not mean.

To a counterpart without a node the states end with what our own officers did and heard: handed over by
telephone, read back. Nothing that only their node could show is ever said of them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from searoom.account import Account, Message, Ref, State, Transcribed
from searoom.clock import to_text
from searoom.items import TRANSCRIBED
from searoom.record.keys import Role
from searoom.signals import forms

READ: Final = "read"
ANSWER: Final = "contact-answer"
CONVEYED: Final = "conveyed"
_ANSWERS: Final = ("received", "understood", "will-comply", "cannot-comply")

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

STATE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "stored": {
        "en": "Stored: it stands in {author}'s log. This does not mean that anybody else has it.",
        "ja": "保管済み：{author}の記録にあります。相手に届いたことを意味しません。",
        "zh": "已存储：已载入{author}的记录。这不表示对方已经收到。",
    },
    "handed over": {
        "en": "Handed over: a carrier has taken it. This does not mean that it arrived.",
        "ja": "引き渡し済み：伝送路に渡しました。到着したことを意味しません。",
        "zh": "已交付传送：传送通道已接收。这不表示已经送达。",
    },
    "delivered": {
        "en": "Delivered to {party}: received; nothing in it is accepted by this.",
        "ja": "{party}に到達：受領しました。これにより内容が承諾されたことにはなりません。",
        "zh": "已送达{party}：已收到。这不表示接受其中任何内容。",
    },
    "not delivered": {
        "en": "Not shown as delivered to {party}: no entry of theirs shows it yet. Why is not known.",
        "ja": "{party}への到達は未確認：到達を示す記録がまだありません。理由は不明です。",
        "zh": "尚未证明送达{party}：对方记录中还没有显示。原因不明。",
    },
    "recorded": {
        "en": "Recorded by {party}: they signed that they store it; stored, never agreed.",
        "ja": "{party}が記録：保管したことへの署名です。保管であり、同意ではありません。",
        "zh": "{party}已记录：签名只表示已存储；存储绝不等于同意。",
    },
    "read": {
        "en": "Read by {name} of {party}: a person has seen it. This is neither agreement nor an answer.",
        "ja": "{party}の{name}が閲読：担当者が読みました。同意でも回答でもありません。",
        "zh": "{party}的{name}已阅：有人读过。这既不是同意，也不是答复。",
    },
    "answered": {
        "en": "Answered by {party}. An answer means what its own words say, and no more.",
        "ja": "{party}が回答。回答の意味は、その文言どおりであり、それ以上ではありません。",
        "zh": "{party}已答复。答复只表示其自身文字所说的内容，不表示更多。",
    },
    "received": {
        "en": "{party} answers 'received': the words arrived; nothing in them is accepted by this.",
        "ja": "{party}の回答「受信」：言葉は届きました。内容が承諾されたことにはなりません。",
        "zh": "{party}答复“收到”：话已收到。这不表示接受其中任何内容。",
    },
    "understood": {
        "en": "{party} answers 'understood': the meaning is clear to them. It is no promise to act on it.",
        "ja": "{party}の回答「理解」：意味は理解しました。実行の約束ではありません。",
        "zh": "{party}答复“理解”：已理解含义。这不是按请求行动的承诺。",
    },
    "will-comply": {
        "en": "{party} answers 'will comply': they say what they will do. It does not show that it was done.",
        "ja": "{party}の回答「応じる」：これからの行動を述べたものです。実行されたことを示しません。",
        "zh": "{party}答复“将按请求行动”：说明其将采取的行动。这不证明已经做到。",
    },
    "cannot-comply": {
        "en": "{party} answers 'cannot comply': they say so. It gives no reason, and is no refusal to talk.",
        "ja": "{party}の回答「応じられない」：できないと述べています。理由を示すものでも、対話の拒否でもありません。",
        "zh": "{party}答复“无法按请求行动”：表示做不到。这不说明原因，也不是拒绝沟通。",
    },
    "no node": {
        "en": "{party} had no node to send this to: that it arrived cannot be shown. "
        "This does not mean that it did not arrive.",
        "ja": "送信先となる{party}のノードがなく、到達を示すことができません。届いていないことを意味しません。",
        "zh": "没有可供发送的{party}节点，无法证明送达。这不表示没有送达。",
    },
    "conveyed": {
        "en": "Handed over to {party} ({medium}), writes {name} of {author}. {party} has not signed for it.",
        "ja": "{party}へ伝達（{medium}）：{author}の{name}の記述です。{party}の署名はありません。",
        "zh": "已向{party}递交（{medium}）：据{author}的{name}记述。{party}没有签收。",
    },
    "read back code": {
        "en": "Read back by {party} ({medium}): the check code matches, writes {name} of {author}. "
        "The words came through; nothing in them is accepted by this.",
        "ja": "{party}が復唱（{medium}）：確認符号は一致、と{author}の{name}が記述。"
        "言葉は届きました。内容が承諾されたことにはなりません。",
        "zh": "{party}已复诵（{medium}）：据{author}的{name}记述，核对码一致。话已传到。这不表示接受其中任何内容。",
    },
    "read back words": {
        "en": "Read back by {party} ({medium}): the words match, writes {name} of {author}. "
        "They came through; nothing in them is accepted by this.",
        "ja": "{party}が復唱（{medium}）：全文が一致、と{author}の{name}が記述。"
        "言葉は届きました。内容が承諾されたことにはなりません。",
        "zh": "{party}已复诵（{medium}）：据{author}的{name}记述，全文一致。话已传到。这不表示接受其中任何内容。",
    },
    "read back differs": {
        "en": "Read back by {party} ({medium}), and it differs, writes {name} of {author}. "
        "Which words arrived is not known.",
        "ja": "{party}の復唱（{medium}）は異なる、と{author}の{name}が記述。どの言葉が届いたかは分かりません。",
        "zh": "{party}复诵（{medium}）不一致：据{author}的{name}记述。传到的是哪些话，尚不清楚。",
    },
    "answered, transcribed": {
        "en": "{party} is said to have answered: a transcript by {name} of {author}, which {party} has not signed.",
        "ja": "{party}が回答したとされます：{author}の{name}による書き起こしであり、{party}の署名はありません。",
        "zh": "据称{party}已答复：由{author}的{name}转录，没有{party}的签名。",
    },
}
"""Each state says what it does not mean. ja and zh are our own words and await review by native speakers."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """How far a message came with one recipient; `node` is False where no card of it is known here."""

    party: str
    delivered: State | None
    recorded: bool
    read: State | None
    node: bool = True
    conveyed: tuple[Message, ...] = ()
    transcripts: tuple[Transcribed, ...] = ()


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
        out = [_sentence("stored", lang, self.stored, author=author)]
        for one in self.each:
            party = called.get(one.party, one.party)
            out.append(_sentence(_arrived(one), lang, one.delivered, party=party))
            for kind, at, words in _told(one, lang):
                out.append(_sentence(kind, lang, at, party=party, author=author, **words))
            if one.recorded:
                out.append(_sentence("recorded", lang, None, party=party))
            if one.read:
                out.append(_sentence("read", lang, one.read, party=party, name=one.read.signer.name))
        for answer in self.answers:
            state = State(answer.ref, answer.placed_us, answer.signers[0])
            out.append(_sentence(answer_kind(answer), lang, state, party=called.get(answer.author, answer.author)))
        return tuple(out)


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
    """Return which row of STATE_WORDS an answer is: its own word on a unit contact, else 'answered'."""
    said = str(answer.filled.fields.get("answer", "")) if answer.filled.form == ANSWER else ""
    return said if said in _ANSWERS else "answered"


def delivery(account: Account, ref: Ref) -> Delivery:
    """Return how far the entry `ref` came, as far as the account shows; raise `NotAllowed` where there is none."""
    item = account.message(ref)
    ref = item.ref
    said = account.answers(ref)
    replies = [m for m in said if isinstance(m, Message) and m.author != item.author]
    ours = [m for m in said if isinstance(m, Message) and m.author == item.author]
    conveyed = [m for m in ours if m.filled.form == CONVEYED]
    heard = [t for t in said if isinstance(t, Transcribed) and t.author == item.author]
    told_to = {m.filled.fields["party"] for m in conveyed} | {t.said_by for t in heard}
    each = tuple(
        Recipient(
            party=party,
            delivered=account.delivered(ref, party) if party in item.recipients else None,
            recorded=account.stored(ref, party),
            read=_read_by(party, replies),
            node=party in item.recipients,
            conveyed=tuple(m for m in conveyed if m.filled.fields["party"] == party),
            transcripts=tuple(t for t in heard if t.said_by == party),
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
        answers=tuple(message for message in replies if message.filled.form != READ),
        each=each,
    )


def _read_by(party: str, replies: list[Message]) -> State | None:
    """Return the first *read* of a party that a person signed; a station cannot read."""
    for message in replies:
        person = next((signer for signer in message.signers if signer.role is Role.OFFICER), None)
        if message.author == party and message.filled.form == READ and person:
            return State(message.ref, message.placed_us, person)
    return None


def _last(account: Account, states: list[State | None]) -> State | None:
    known = [state for state in states if state is not None]
    if not known or len(known) < len(states):
        return None

    def order(state: State) -> tuple[int, int]:
        item = account.message(state.ref)
        return item.height, account.parties.index(item.author)

    return max(known, key=order)
