"""The standing of a duty as one sentence in each language; it never guesses why somebody was silent.

The Japanese and Chinese are our own words and await review by native speakers.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from searoom.clock import to_text
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.pack import LANGUAGES


class Duty(Protocol):
    """What is told: `searoom.obligations.standing.Obligation` has it."""

    @property
    def clause(self) -> Clause:
        """The clause under which it arose."""

    @property
    def label(self) -> str:
        """What people call the occasion."""

    @property
    def owed_by(self) -> tuple[str, ...]:
        """Who owes it."""

    @property
    def due_us(self) -> int | None:
        """Until when, or None."""

    @property
    def state(self) -> str:
        """Its state."""

    @property
    def host(self) -> str:
        """Whose turn it is to host, or ''."""

    @property
    def transcript_by(self) -> str:
        """Whose transcript it rests on, or ''."""

    @property
    def conveyed_by(self) -> str:
        """Whose own word it is that something came through, or ''."""

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many of how many steps."""

    @property
    def verified(self) -> str:
        """What those who verify have found, or ''."""

    @property
    def note(self) -> str:
        """'waits' or 'unclear' where its condition does not hold or is not known."""


_JOIN: Final[Mapping[str, str]] = {"en": " and ", "ja": "と", "zh": "和"}

STATE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "pending": {
        "en": "{title} ({label}): not yet due; {who} until {due}.",
        "ja": "{title}（{label}）：期限はまだです。義務者は{who}、期限は{due}。",
        "zh": "{title}（{label}）：尚未到期。由{who}履行，期限为{due}。",
    },
    "due": {
        "en": "{title} ({label}): due from {who} by {due}.",
        "ja": "{title}（{label}）：{who}が{due}までに行います。",
        "zh": "{title}（{label}）：由{who}在{due}前履行。",
    },
    "met": {
        "en": "{title} ({label}): done by {who} in time.",
        "ja": "{title}（{label}）：{who}が期限内に行いました。",
        "zh": "{title}（{label}）：{who}已按时履行。",
    },
    "late": {
        "en": "{title} ({label}): done by {who}, after {due}.",
        "ja": "{title}（{label}）：{who}が{due}より後に行いました。",
        "zh": "{title}（{label}）：{who}已履行，但晚于{due}。",
    },
    "missed": {
        "en": "{title} ({label}): not shown as done by {who} by {due}. Why is not known.",
        "ja": "{title}（{label}）：{due}までに{who}が行ったことは確認できません。理由は不明です。",
        "zh": "{title}（{label}）：截至{due}，未见{who}履行。原因不明。",
    },
    "disputed": {
        "en": "{title} ({label}): said by {who}; the entries of the sides differ in time, date or host, "
        "or do not show that it arrived by {due}. Both stand.",
        "ja": "{title}（{label}）：{who}が述べましたが、双方の記録は時刻・日付・主催が異なるか、"
        "{due}までの到達を示していません。双方の記録をそのまま併記します。",
        "zh": "{title}（{label}）：{who}已陈述，但各方记录在时间、日期或主办方上不一致，"
        "或未显示在{due}前送达。各方记录并列保留。",
    },
    "waived": {
        "en": "{title} ({label}): not asked of {who} while a notice of suspension is in effect.",
        "ja": "{title}（{label}）：停止通知の効力がある間、{who}には求められません。",
        "zh": "{title}（{label}）：在中止通知生效期间，不要求{who}履行。",
    },
    "transcribed": {
        "en": "{title} ({label}): done by {who} in time, as one side alone has written it down.",
        "ja": "{title}（{label}）：一方のみの記述によれば、{who}が期限内に行いました。",
        "zh": "{title}（{label}）：仅据一方记述，{who}已按时履行。",
    },
    "reversed": {
        "en": "{title} ({label}): done by {who}, and undone again since.",
        "ja": "{title}（{label}）：{who}が行いましたが、その後取り消されました。",
        "zh": "{title}（{label}）：{who}曾履行，其后已撤回。",
    },
}
_NOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "waits": {
        "en": "{title} ({label}): of {who}, not yet asked for: what has to be verified first is not.",
        "ja": "{title}（{label}）：{who}にはまだ求められません。先に検証されるべき事項が未検証です。",
        "zh": "{title}（{label}）：尚不要求{who}履行：须先核实的事项尚未核实。",
    },
    "unclear": {
        "en": "{title} ({label}): whether {who} owe it is not known: what decides it is missing from the entry.",
        "ja": "{title}（{label}）：{who}の義務か否か不明です。判断に必要な記載がありません。",
        "zh": "{title}（{label}）：{who}是否须履行不明：条目缺少作出判断所需的内容。",
    },
}
_PLEDGE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "met": {
        "en": "{title}: kept by {who} so far, as far as the record shows.",
        "ja": "{title}：記録の限り、{who}はこれまで守っています。",
        "zh": "{title}：据记录，{who}迄今遵守。",
    },
    "missed": {
        "en": "{title}: broken by {who}, by its own word.",
        "ja": "{title}：{who}自身の記述によれば、守られませんでした。",
        "zh": "{title}：据{who}自述，未予遵守。",
    },
    "disputed": {
        "en": "{title}: another party says that {who} broke it; {who} has not said so. Both stand.",
        "ja": "{title}：他の当事者は{who}が守らなかったと述べ、{who}はそう述べていません。双方を併記します。",
        "zh": "{title}：另一方称{who}未遵守，{who}没有这样表示。两者并列保留。",
    },
    "pending": {
        "en": "{title}: holds for {who} from {label} on.",
        "ja": "{title}：{who}について{label}から適用されます。",
        "zh": "{title}：自{label}起适用于{who}。",
    },
}
_PROGRESS_WORDS: Final[Mapping[str, str]] = {
    "en": "{n} of {of} are done.",
    "ja": "{of}件中{n}件が完了。",
    "zh": "{of}项中已完成{n}项。",
}
_VERIFIED_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "joint": {
        "en": "Found by all who verify: {found}.",
        "ja": "検証者全員の所見：{found}。",
        "zh": "核查各方一致结论：{found}。",
    },
    "contested": {
        "en": "Those who verify differ; each finding stands.",
        "ja": "検証者の所見は分かれており、それぞれ併記します。",
        "zh": "核查各方结论不一，各自保留。",
    },
}

_NOT_RUNNING: Final[Mapping[str, str]] = {
    "en": "{title} ({label}): owed by {who}; the time runs only from receipt, which is not shown yet.",
    "ja": "{title}（{label}）：義務者は{who}。期間は受領時から数え、受領はまだ確認されていません。",
    "zh": "{title}（{label}）：由{who}履行；期限自收到时起算，目前尚未显示收到。",
}
_RECEIPT_WORDS: Final[Mapping[str, str]] = {
    "en": "receipt by the other side",
    "ja": "相手方の受領時",
    "zh": "对方收到之时",
}
_HOST_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("Host: {host}.", "Who hosts first is for the parties to agree; after that they take turns."),
    "ja": ("主催：{host}。", "最初の主催は当事者が合意し、その後は交代します。"),
    "zh": ("主办方：{host}。", "首次主办方由各方商定，此后轮流主办。"),
}
_OVERDUE_WORDS: Final[Mapping[str, str]] = {
    "en": "Overdue since {due}.",
    "ja": "{due}以来、期限を過ぎています。",
    "zh": "自{due}起逾期。",
}
_TRANSCRIPT_WORDS: Final[Mapping[str, str]] = {
    "en": "This rests on {by}'s transcript; {who} has signed no entry of it.",
    "ja": "{by}の書き起こしに基づくもので、{who}の署名した記録はありません。",
    "zh": "此依据为{by}的转录，{who}没有签名条目。",
}
_CONVEYED_WORDS: Final[Mapping[str, str]] = {
    "en": "That it came through is the word of {who}; the other side has signed nothing.",
    "ja": "届いたことは{who}の記述のみにより、相手側の署名はありません。",
    "zh": "是否送达仅凭{who}自述，对方没有签名。",
}
_SPACE: Final[Mapping[str, str]] = {"en": " ", "ja": "", "zh": ""}


def join_names(agreement: Agreement, parties: Sequence[str], lang: str) -> str:
    """Return the names of parties in a language, in the order given."""
    return _JOIN[lang].join(agreement.name(party, lang) for party in parties)


def sentences(agreement: Agreement, duty: Duty) -> Mapping[str, str]:
    """Return the sentence of a duty in every language, with host and silence where they matter."""
    return {lang: _SPACE[lang].join(_parts(agreement, duty, lang)) for lang in LANGUAGES}


def _parts(agreement: Agreement, duty: Duty, lang: str) -> list[str]:
    clause, until = duty.clause, _RECEIPT_WORDS[lang] if duty.due_us is None else to_text(duty.due_us)
    words = {"title": clause.title[lang], "label": duty.label, "who": join_names(agreement, duty.owed_by, lang)}
    running = duty.state != "pending" or duty.due_us is not None
    parts = [_first(duty, running=running)[lang].format(**words, due=until)]
    if duty.progress is not None:
        parts.append(_PROGRESS_WORDS[lang].format(n=duty.progress[0], of=duty.progress[1]))
    if duty.verified:
        found = _VERIFIED_WORDS["contested" if duty.verified == "contested" else "joint"]
        parts.append(found[lang].format(found=duty.verified))
    if clause.in_turn and duty.state in ("due", "pending", "missed"):
        named, open_question = _HOST_WORDS[lang]
        parts.append(named.format(host=agreement.name(duty.host, lang)) if duty.host else open_question)
    if duty.transcript_by:
        by = agreement.name(duty.transcript_by, lang)
        parts.append(_TRANSCRIPT_WORDS[lang].format(by=by, who=words["who"]))
    if duty.conveyed_by:
        parts.append(_CONVEYED_WORDS[lang].format(who=agreement.name(duty.conveyed_by, lang)))
    if duty.state == "missed" and clause.silence == "overdue":
        parts.append(_OVERDUE_WORDS[lang].format(due=until))
    if duty.state == "missed" or (duty.state == "due" and duty.due_us is None):
        parts.append(clause.silence_text[lang])
    return parts


def _first(duty: Duty, *, running: bool) -> Mapping[str, str]:
    """Return the words of the first sentence: of a condition that does not hold, a pledge, or the state."""
    if duty.note:
        return _NOTES[duty.note]
    if duty.clause.trigger.kind == "pledge" and duty.state in _PLEDGE_WORDS:
        return _PLEDGE_WORDS[duty.state]
    return STATE_WORDS[duty.state] if running else _NOT_RUNNING
