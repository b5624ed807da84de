"""What can stand at one place of the account: a message, a transcript, a notice about keys or logs, or a closed entry.

Each keeps its place for ever, and says of itself what it is: a transcript is our officer's word about
what somebody is said to have said, however much later that party gets a node of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias, TypeVar

from searoom.errors import NotAllowed
from searoom.record.entry import Heard, Kind
from searoom.record.keys import Key, Role, Signer
from searoom.sentences import Sentence
from searoom.signals.forms import Filled, FormBook

Ref: TypeAlias = tuple[str, int]
"""The name of a log and the index in it."""

TRANSCRIBED: Final = "transcribed"

NOTICE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "card": {
        "en": "{author} changed its keys: card number {serial} is in force from here on.",
        "ja": "{author}が鍵を変更しました。ここから第{serial}号カードが有効です。",
        "zh": "{author}更换了密钥：自此起第{serial}号密钥卡生效。",
    },
    "begun": {"en": " New on it: {names}.", "ja": "追加：{names}。", "zh": "新增：{names}。"},
    "ended": {"en": " No longer on it: {names}.", "ja": "失効：{names}。", "zh": "终止：{names}。"},
    "epoch": {
        "en": "{author} opened a new log, {log}. Its earlier logs stay as they are. Its reason: {reason}",
        "ja": "{author}が新しい記録簿（{log}）を開設しました。以前の記録簿はそのまま残ります。理由：{reason}",
        "zh": "{author}开启了新的记录簿（{log}）。以前的记录簿保持不变。理由：{reason}",
    },
}
ROLE_WORDS: Final[Mapping[Role, Mapping[str, str]]] = {
    Role.STATION: {"en": "the station's key", "ja": "局の鍵", "zh": "台站密钥"},
    Role.LOG: {"en": "the log's key", "ja": "記録簿の鍵", "zh": "记录簿密钥"},
    Role.MIRROR: {"en": "the mirror's key", "ja": "写しの鍵", "zh": "镜像密钥"},
}
AGAIN_WORDS: Final[Mapping[str, str]] = {
    "en": "Said again: the statement of {of}, which {author}'s station placed a second time, in its log {log}. "
    "It is one message and counts once.",
    "ja": "再掲：{of}と同一の発言であり、{author}の局が記録簿{log}に再び記載したものです。"
    "一つの通信であり、一度だけ数えます。",
    "zh": "重复载入：与{of}为同一陈述，由{author}的台站再次载入其记录簿{log}。这是同一条消息，只计一次。",
}
STANDS_WORDS: Final[Mapping[str, str]] = {
    "en": "The same statement also stands at {places}: it is one message and counts once.",
    "ja": "同一の発言が{places}にもあります。一つの通信であり、一度だけ数えます。",
    "zh": "同一陈述还载于{places}：这是同一条消息，只计一次。",
}
TRANSCRIPT_WORDS: Final[Mapping[str, str]] = {
    "en": "Transcript: {name} of {author} writes that {said_by} said this ({medium}). "
    "{said_by} has not signed it, and it is no entry of theirs.",
    "ja": "書き起こし：{author}の{name}の記述によれば、{said_by}がこのように述べたとされます（{medium}）。"
    "{said_by}の署名はなく、{said_by}自身の記録ではありません。",
    "zh": "转录：据{author}的{name}记述，{said_by}作此表示（{medium}）。"
    "没有{said_by}的签名，也不是{said_by}自己的记录。",
}
"""ja and zh of all these are our own words and await review by native speakers."""
MAX_DIGITS: Final = 18
_LIST: Final[Mapping[str, str]] = {"en": ", ", "ja": "、", "zh": "、"}


@dataclass(frozen=True, slots=True)
class Place:
    """What every item has: where it stands, who released and who placed it, and what its author had heard.

    `ref` is (log, index), `author` the party whose log it is; `claimed_us` is the author's clock when it was said,
    `placed_us` the clock of the station that placed it: the one may be long before the other, and neither decides.
    `signers` released it, `station` placed it. `heard` is what the author's station held of the other logs.
    `statement` is the hash of what was signed: the same in each log of its author in which it stands.
    `doubtful` says that a key behind it was withdrawn and is not vouched for as far as here ('' for none).
    """

    ref: Ref
    height: int
    author: str
    recipients: tuple[str, ...]
    claimed_us: int
    placed_us: int
    until_us: int | None
    signers: tuple[Signer, ...]
    station: Signer
    heard: tuple[Heard, ...]
    statement: bytes = field(default=b"", kw_only=True)
    doubtful: str = field(default="", kw_only=True)

    def had_heard(self, ref: Ref) -> bool:
        """Whether the author's station held the entry `ref` of another log when it placed this one."""
        return any(item.log == ref[0] and item.size > ref[1] for item in self.heard)


@dataclass(frozen=True, slots=True)
class Message(Place):
    """An entry that we could open, read and accept: what was said, by whom, and at which place."""

    filled: Filled


@dataclass(frozen=True, slots=True)
class Closed(Place):
    """An entry that keeps its place though we cannot read it; `why` says so in one sentence.

    `partly` is what could be read of a form that lacks needed fields: it counts for nothing, and an officer may ask.
    """

    why: str
    partly: Filled | None = None


@dataclass(frozen=True, slots=True)
class Transcribed(Place):
    """What `author`'s officer wrote down of what `said_by` is said to have said; for ever no message of that party.

    `filled` is the transcript as it was signed, `understood` the form in it, as the officer understood the words.
    """

    filled: Filled
    said_by: str
    understood: Filled | None

    def sentence(self, lang: str, book: FormBook, names: Mapping[str, str] | None = None) -> str:
        """Return the mark that goes before its words wherever they are shown; `names` by party id."""
        called = names or {}
        return TRANSCRIPT_WORDS[lang].format(
            name=_LIST[lang].join(signer.name for signer in self.signers),
            author=called.get(self.author, self.author),
            said_by=called.get(self.said_by, self.said_by),
            medium=book.form(TRANSCRIBED).field("medium").choices[str(self.filled.fields["medium"])][lang],
        )


@dataclass(frozen=True, slots=True)
class Notice(Place):
    """An entry about the record itself: its author's next card, or why it opened a new log.

    `serial`, `begun` and `ended` are of a card: its number, the keys that are new on it, and those that are gone.
    """

    kind: Kind
    serial: int = 0
    begun: tuple[Key, ...] = ()
    ended: tuple[Key, ...] = ()
    reason: str = ""

    def sentence(self, lang: str, names: Mapping[str, str] | None = None) -> str:
        """Return what happened, in words of `lang` (en, ja, zh)."""
        author = (names or {}).get(self.author, self.author)
        if self.kind is Kind.EPOCH:
            return NOTICE_WORDS["epoch"][lang].format(author=author, log=self.ref[0], reason=self.reason)
        text = NOTICE_WORDS["card"][lang].format(author=author, serial=self.serial)
        for what, keys in (("begun", self.begun), ("ended", self.ended)):
            if keys:
                text += NOTICE_WORDS[what][lang].format(names=_LIST[lang].join(_named(key, lang) for key in keys))
        return text


def _named(key: Key, lang: str) -> str:
    return key.name if key.role is Role.OFFICER else ROLE_WORDS[key.role][lang]


Item: TypeAlias = Message | Closed | Transcribed | Notice


@dataclass(frozen=True, slots=True)
class Again(Place):
    """A place where a statement stands that counts at another, `of`: no message of its own; nothing follows from it.

    `alone` is what it would be if it stood here only.
    """

    of: Ref
    alone: Item

    def sentence(self, lang: str, names: Mapping[str, str] | None = None) -> str:
        """Return what this is, in words of `lang` (en, ja, zh)."""
        author = (names or {}).get(self.author, self.author)
        return AGAIN_WORDS[lang].format(of=ref_text(self.of), author=author, log=self.ref[0])


def stands_too(places: Sequence[Ref], lang: str) -> str:
    """Return that what is shown stands at these places, too; '' for none."""
    return STANDS_WORDS[lang].format(places=_LIST[lang].join(map(ref_text, places))) if places else ""


_PLACE: Final = tuple(each.name for each in fields(Place))
_Kind = TypeVar("_Kind", Message, Closed, Transcribed, Notice, Again)


def as_item(kind: type[_Kind], place: Place, /, **more: Any) -> _Kind:
    """Return an item at this place."""
    return kind(**{name: getattr(place, name) for name in _PLACE}, **more)


def ref_text(ref: Ref) -> str:
    """Return a reference as forms write it: `amber/3`, and in a party's second log `amber.2/3`."""
    return f"{ref[0]}/{ref[1]}"


def ref_of(text: str) -> Ref:
    """Return the reference that `amber/3` writes; raise `NotAllowed` for anything else."""
    log, slash, index = text.partition("/")
    if not log or not slash or not index.isdecimal() or len(index) > MAX_DIGITS:
        raise NotAllowed(Sentence("entry.no_ref", text=f"{text:.40}"))
    return log, int(index)
