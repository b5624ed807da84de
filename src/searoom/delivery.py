"""How far a message came, each state in words, and with what that state does not mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from searoom.account import Account, Message, Ref, State
from searoom.clock import to_text
from searoom.record.keys import Role

READ: Final = "read"
ANSWER: Final = "contact-answer"

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
}
"""Each state says what it does not mean. ja and zh are our own words and await review by native speakers."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """How far a message came with one recipient."""

    party: str
    delivered: State | None
    recorded: bool
    read: State | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a message came with all its recipients.

    `delivered` and `read` are the last step that completed them with every recipient, and None
    until then. `recorded` says of each recipient whether its cosignature covers the entry.
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
        out = [_sentence("stored", lang, self.stored, author=called.get(self.ref[0], self.ref[0]))]
        for one in self.each:
            party = called.get(one.party, one.party)
            out.append(_sentence("delivered" if one.delivered else "not delivered", lang, one.delivered, party=party))
            if one.recorded:
                out.append(_sentence("recorded", lang, None, party=party))
            if one.read:
                out.append(_sentence("read", lang, one.read, party=party, name=one.read.signer.name))
        for answer in self.answers:
            state = State(answer.ref, answer.placed_us, answer.signers[0])
            out.append(_sentence(answer_kind(answer), lang, state, party=called.get(answer.author, answer.author)))
        return tuple(out)


def _sentence(kind: str, lang: str, state: State | None, **words: str) -> str:
    text = STATE_WORDS[kind][lang].format(**words)
    return f"{text} [{to_text(state.at_us)}]" if state else text


def answer_kind(answer: Message) -> str:
    """Return which row of STATE_WORDS an answer is: its own word on a unit contact, else 'answered'."""
    said = str(answer.filled.fields.get("answer", "")) if answer.filled.form == ANSWER else ""
    return said if said in ("received", "understood", "will-comply", "cannot-comply") else "answered"


def delivery(account: Account, ref: Ref) -> Delivery:
    """Return how far the entry `ref` came, as far as the account shows; raise `NotAllowed` where there is none."""
    item = account.message(ref)
    replies = [message for message in account.messages() if message.filled.reply_to == ref and message.author != ref[0]]
    each = tuple(
        Recipient(
            party=party,
            delivered=account.delivered(ref, party),
            recorded=account.recorded.get((ref[0], party), 0) > ref[1],
            read=_read_by(party, replies),
        )
        for party in account.parties
        if party in item.recipients
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
    return max(known, key=lambda state: (account.message(state.ref).height, account.parties.index(state.ref[0])))
