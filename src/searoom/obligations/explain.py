"""A whole pack as prose in one language: what a lawyer reads, made from the pack's own words and from its numbers.

What the machine says beside the pack's words are the sentences of the tables below; ja and zh await review.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from searoom.clock import to_text
from searoom.obligations.agreement import Agreement
from searoom.obligations.clauses import Clause
from searoom.obligations.deadlines import Term, Trigger
from searoom.obligations.pack import DAY_US
from searoom.signals.forms import FormBook
from searoom.signals.quantities import say_position

Words = Mapping[str, str]
HEAD: Final[Mapping[str, Words]] = {
    "wording-overview": {
        "en": "Our words for a text that is known from overviews only.",
        "ja": "概要でのみ知られる文書を当方の言葉で記したものです。",
        "zh": "本文为对仅见概要的文本的转述。",
    },
    "wording-model": {
        "en": "A proposal of ours; no published text says this.",
        "ja": "当方の提案であり、公表された文書ではありません。",
        "zh": "本文为建议，并非已公布文本。",
    },
    "wording-agreed": {"en": "The parties' own text.", "ja": "当事者自身の文書です。", "zh": "当事方自己的文本。"},
    "exercise": {"en": "For exercises only.", "ja": "演習専用。", "zh": "仅供演习。"},
    "review": {
        "en": "Reviewed by native speakers: en {en}, ja {ja}, zh {zh}.",
        "ja": "母語話者の確認：英 {en}、日 {ja}、中 {zh}。",
        "zh": "母语者审校：英 {en}，日 {ja}，中 {zh}。",
    },
    "parties": {
        "en": "Parties: {names}. Their order decides columns and is no rank.",
        "ja": "当事者：{names}。順序は欄の並びのみで、順位ではありません。",
        "zh": "当事方：{names}。顺序仅决定列次，不表示位次。",
    },
    "composite": {
        "en": "{name} speaks as one party: {members}.",
        "ja": "{name}は一つの当事者として発言します：{members}。",
        "zh": "{name}作为一方发言：{members}。",
    },
    "observers": {
        "en": "Observers, who neither speak nor owe: {names}.",
        "ja": "発言も義務もない視察者：{names}。",
        "zh": "不发言、不承担义务的观察方：{names}。",
    },
    "former": {
        "en": "Parties of earlier versions, whose words stay in the record: {names}.",
        "ja": "以前の版の当事者（その発言は記録に残ります）：{names}。",
        "zh": "先前文本的当事方（其所述仍留在记录中）：{names}。",
    },
    "outside": {"en": "Outside this agreement: {names}.", "ja": "対象外：{names}。", "zh": "不在本协定之内：{names}。"},
    "purpose": {"en": "Purpose: {text}", "ja": "目的：{text}", "zh": "目的：{text}"},
    "force": {"en": "In force from {time}.", "ja": "{time}から効力を有します。", "zh": "自{time}起生效。"},
    "books": {
        "en": "Signal books in force: {names}.",
        "ja": "適用する信号書：{names}。",
        "zh": "有效的信号书：{names}。",
    },
    "promoted": {
        "en": "Persons who speak for themselves agreed on this and none is named (source {hash}). "
        "It is in force only when each party's own node has adopted its hash.",
        "ja": "個人の資格で参加した者が合意した案です。氏名は記しません（出所 {hash}）。"
        "各当事者自身のノードがハッシュ値を採択して初めて効力を生じます。",
        "zh": "本案由以个人身份与会者商定，不具姓名（来源 {hash}）。各方自己的节点均通过其哈希值后方才生效。",
    },
    "track": {
        "en": "Track {track}: nothing binds.",
        "ja": "トラック{track}：拘束力はありません。",
        "zh": "第{track}轨：不具约束力。",
    },
    "channel": {
        "en": "Channel {name}: released by {release}; {persons} person(s) for substance.",
        "ja": "連絡線「{name}」：発出者は{release}。実質的内容は{persons}名。",
        "zh": "渠道“{name}”：发出者为{release}；实质内容{persons}人。",
    },
    "zone": {
        "en": "Zone {id}, claimed by {by}: {place}. It says nothing about whose it is.",
        "ja": "区域{id}（{by}が主張）：{place}。帰属については何も述べません。",
        "zh": "区域{id}（{by}主张）：{place}。不表示归属。",
    },
    "word": {
        "en": "'{word}' means, for {party}: {means}",
        "ja": "「{word}」は{party}にとって：{means}",
        "zh": "“{word}”对{party}而言：{means}",
    },
    "calendar": {
        "en": "Working days of {party} from {first} to {last} lie in this pack.",
        "ja": "{party}の業務日（{first}から{last}まで）は本文書に含まれます。",
        "zh": "{party}自{first}至{last}的工作日载于本文件。",
    },
}  # fmt: skip
TRIGGERS_SAID: Final[Mapping[str, Words]] = {
    "standing": {"en": "It holds always.", "ja": "常に適用されます。", "zh": "始终适用。"},
    "yearly": {"en": "Once a year from {year} on.", "ja": "{year}年から毎年一回。", "zh": "自{year}年起每年一次。"},
    "schedule": {
        "en": "Every {every} from {start} on.",
        "ja": "{start}から{every}ごと。",
        "zh": "自{start}起每{every}。",
    },
    "on-entry": {"en": "With each entry '{form}'.", "ja": "「{form}」の記録ごとに。", "zh": "每有“{form}”条目时。"},
    "once": {"en": "Once, on {start}.", "ja": "{start}に一回。", "zh": "{start}一次。"},
    "after": {"en": "When {clauses} is {state}.", "ja": "{clauses}が{state}となった時。", "zh": "{clauses}{state}时。"},
    "pledge": {"en": "Always, from {start} on.", "ja": "{start}から常に。", "zh": "自{start}起始终。"},
}
TERMS_SAID: Final[Mapping[str, Words]] = {
    "none": {"en": "No deadline.", "ja": "期限なし。", "zh": "无期限。"},
    "period-end": {"en": "By the end of the period.", "ja": "期間の終わりまでに。", "zh": "在该期间结束前。"},
    "within": {"en": "Within {time}.", "ja": "{time}以内に。", "zh": "在{time}内。"},
    "within-delivery": {
        "en": "Within {time} of its delivery.",
        "ja": "到達から{time}以内に。",
        "zh": "送达后{time}内。",
    },
    "on-receipt": {"en": "It takes effect on receipt.", "ja": "受領時に効力を生じます。", "zh": "收到时生效。"},
    "on-receipt-later": {
        "en": "It takes effect {time} after receipt.",
        "ja": "受領から{time}後に効力を生じます。",
        "zh": "收到{time}后生效。",
    },
    "by-day": {
        "en": "By the end of {day}, UTC.",
        "ja": "{day}の終わり（協定世界時）までに。",
        "zh": "在{day}结束（协调世界时）前。",
    },
    "by-date": {"en": "By {date}, UTC.", "ja": "{date}（協定世界時）までに。", "zh": "在{date}（协调世界时）前。"},
    "before": {
        "en": "{time} before '{field}', counted to {counted}.",
        "ja": "「{field}」の{time}前までに（{counted}基準）。",
        "zh": "在“{field}”之前{time}，以{counted}为准。",
    },
    "at-latest": {
        "en": "{time} after '{field}' at the latest, counted to {counted}.",
        "ja": "遅くとも「{field}」の{time}後（{counted}基準）。",
        "zh": "至迟在“{field}”后{time}，以{counted}为准。",
    },
    "after-field": {
        "en": "Within {time} after '{field}'.",
        "ja": "「{field}」から{time}以内に。",
        "zh": "在“{field}”后{time}内。",
    },
    "working-days": {
        "en": "Within {days} days that are working days of all of: {calendars}.",
        "ja": "{calendars}のいずれでも業務日である{days}日以内に。",
        "zh": "在{days}个于{calendars}均为工作日的日子内。",
    },
}  # fmt: skip
OWES_SAID: Final[Mapping[str, Words]] = {
    "each": {"en": "Each party owes its own.", "ja": "各当事者がそれぞれ行います。", "zh": "各方各自履行。"},
    "together": {"en": "All owe it together.", "ja": "全当事者が共同で行います。", "zh": "各方共同履行。"},
    "author": {"en": "Who said it owes it.", "ja": "述べた側が行います。", "zh": "由陈述方履行。"},
    "recipients": {"en": "Each recipient owes it.", "ja": "各受領者が行います。", "zh": "由各收方履行。"},
    "named": {"en": "Owed by each of {by}.", "ja": "{by}がそれぞれ行います。", "zh": "由{by}各自履行。"},
    "named-together": {"en": "Owed together by {by}.", "ja": "{by}が共同で行います。", "zh": "由{by}共同履行。"},
    "in-turn": {"en": "In turn, from {first} on.", "ja": "{first}から順に行います。", "zh": "自{first}起轮流履行。"},
}
PARTS: Final[Mapping[str, Words]] = {
    "when": {"en": "Only where: {text}", "ja": "条件：{text}", "zh": "条件：{text}"},
    "source": {"en": "Source: {text}", "ja": "出典：{text}", "zh": "来源：{text}"},
    "model": {
        "en": "Our proposal, {state}. What asks for it: {text}",
        "ja": "当方の提案（{state}）。理由：{text}",
        "zh": "本方建议（{state}）。理由：{text}",
    },
    "silence": {"en": "Silence: {text}", "ja": "沈黙：{text}", "zh": "沉默：{text}"},
    "form": {
        "en": "Done by an entry '{form}'.",
        "ja": "「{form}」の記録により行われます。",
        "zh": "以“{form}”条目履行。",
    },
}  # fmt: skip
_STATES: Final[Mapping[str, Words]] = {
    "met": {"en": "done", "ja": "実施済み", "zh": "完成"},
    "verified": {"en": "verified", "ja": "検証済み", "zh": "经核实"},
    "receipt": {"en": "receipt", "ja": "受領", "zh": "收到"},
    "sending": {"en": "sending", "ja": "発信", "zh": "发出"},
    "in force": {"en": "in force here", "ja": "ここで有効", "zh": "在此有效"},
    "offered": {"en": "not in force", "ja": "効力なし", "zh": "未生效"},
}
_DAYS: Final[Words] = {"en": "{n} day{s}", "ja": "{n}日", "zh": "{n}天"}
_HOURS: Final[Words] = {"en": "{n} hour{s}", "ja": "{n}時間", "zh": "{n}小时"}
_MINUTES: Final[Words] = {"en": "{n} minute{s}", "ja": "{n}分", "zh": "{n}分钟"}
_REVIEWS: Final[Mapping[str, Words]] = {
    "unreviewed": {"en": "unreviewed", "ja": "未確認", "zh": "未审校"},
    "reviewed": {"en": "reviewed", "ja": "確認済み", "zh": "已审校"},
    "authentic": {"en": "authentic", "ja": "正文", "zh": "作准文本"},
}
_JOIN: Final[Words] = {"en": ", ", "ja": "、", "zh": "、"}


def explain(agreement: Agreement, book: FormBook, lang: str) -> str:
    """Return the whole agreement as text in a language: head, then clause by clause."""
    parts = [agreement.title[lang], "", *_head(agreement, lang), ""]
    for number, clause in enumerate(agreement.clauses, 1):
        parts += [
            f"{number}. {clause.title[lang]}  [{clause.id}]",
            *(f"   {line}" for line in told(agreement, clause, book, lang)),
            "",
        ]
    return "\n".join(parts)


def opening(agreement: Agreement, lang: str) -> tuple[str, ...]:
    """Return what stands before the clauses, as lines in a language."""
    return tuple(_head(agreement, lang))


def reviewed(agreement: Agreement, lang: str) -> dict[str, str]:
    """Return by language the state of its review, in words of `lang`."""
    return {each: _REVIEWS[state][lang] for each, state in agreement.review.items()}


def _head(agreement: Agreement, lang: str) -> Iterator[str]:
    head, join = agreement.head, _JOIN[lang].join
    yield HEAD[f"wording-{agreement.wording}"][lang]
    if agreement.exercise:
        yield HEAD["exercise"][lang]
    yield HEAD["review"][lang].format(**{each: _REVIEWS[state][lang] for each, state in agreement.review.items()})
    if head.purpose:
        yield HEAD["purpose"][lang].format(text=head.purpose[lang])
    yield HEAD["parties"][lang].format(names=join(agreement.name(party, lang) for party in agreement.parties))
    for party, members in head.members.items():
        inside = join(names[lang] for names in members.values())
        yield HEAD["composite"][lang].format(name=agreement.name(party, lang), members=inside)
    for what, names in (
        ("observers", [agreement.names[name] for name in agreement.observers]),
        ("former", list(head.former.values())),
        ("outside", list(agreement.outside.values())),
    ):
        if names:
            yield HEAD[what][lang].format(names=join(words[lang] for words in names))
    yield HEAD["force"][lang].format(time=to_text(agreement.starts_us))
    yield HEAD["books"][lang].format(names=join(agreement.books))
    if not head.binds:
        yield HEAD["track"][lang].format(track=head.track)
    if head.promoted_from:
        yield HEAD["promoted"][lang].format(hash=head.promoted_from)
    yield from _tables(agreement, lang)


def _tables(agreement: Agreement, lang: str) -> Iterator[str]:
    head = agreement.head
    for channel in head.channels.values():
        yield HEAD["channel"][lang].format(
            name=channel.names[lang], release=channel.release[lang], persons=channel.persons
        )
    for zone in head.zones.values():
        place = _JOIN[lang].join(say_position(*corner) for corner in zone.corners)
        place += f" ({zone.radius_m} m)" if zone.radius_m else ""
        by = _JOIN[lang].join(agreement.names.get(party, {}).get(lang, party) for party in zone.claimed_by)
        yield HEAD["zone"][lang].format(id=zone.id, by=by or "-", place=place)
    for word in head.glossary.values():
        for party, means in word.means.items():
            if party in agreement.names:  # an instance with other parties has other meanings, or none
                name = agreement.name(party, lang)
                yield HEAD["word"][lang].format(word=word.words[lang], party=name, means=means[lang])
    used = {name for clause in agreement.in_force() for name in clause.term.calendars}
    for table in (head.calendars[name] for name in head.calendars if name in used):
        yield HEAD["calendar"][lang].format(party=table.party or table.id, first=table.first, last=table.last)


def told(agreement: Agreement, clause: Clause, book: FormBook, lang: str) -> Iterator[str]:
    """Yield a clause as lines in a language: its words, when and who, the form, what silence means, its source."""
    yield clause.text[lang]
    said = [_trigger(clause.trigger, agreement, book, lang), _owes(agreement, clause, lang), _term(clause.term, lang)]
    yield _space(lang).join(filter(None, said))
    if clause.when is not None:
        yield PARTS["when"][lang].format(text=clause.when.text)
    if clause.fulfilment is not None:
        yield PARTS["form"][lang].format(form=book.form(clause.fulfilment.form).title[lang])
    yield PARTS["silence"][lang].format(text=clause.silence_text[lang])
    if clause.model:
        state = _STATES["in force" if clause in agreement.in_force() else "offered"][lang]
        yield PARTS["model"][lang].format(state=state, text=clause.basis or "-")
    else:
        yield PARTS["source"][lang].format(text=clause.source)


def _space(lang: str) -> str:
    return " " if lang == "en" else ""


def span(time_us: int, lang: str) -> str:
    """Return a whole span of time in words: in days, hours or minutes, whichever is the largest that fits."""
    for unit_us, words in ((DAY_US, _DAYS), (DAY_US // 24, _HOURS), (DAY_US // 1440, _MINUTES)):
        if time_us % unit_us == 0:
            number = time_us // unit_us
            return words[lang].format(n=number, s="" if number == 1 else "s")
    return f"{time_us / 1_000_000:g} s"


def _trigger(trigger: Trigger, agreement: Agreement, book: FormBook, lang: str) -> str:
    return TRIGGERS_SAID[trigger.kind][lang].format(
        year=trigger.from_year,
        every=span(trigger.every_us, lang) if trigger.every_us else "",
        start=to_text(trigger.start_us) if trigger.kind == "schedule" else to_text(trigger.start_us)[:10],
        form=book.form(trigger.form).title[lang] if trigger.form else "",
        clauses=_JOIN[lang].join(agreement.clause(name).title[lang] for name in trigger.clauses),
        state=_STATES.get(trigger.state, _STATES["met"])[lang],
    )


def _owes(agreement: Agreement, clause: Clause, lang: str) -> str:
    if clause.owes == "nobody":
        return ""
    by = _JOIN[lang].join(agreement.name(party, lang) for party in clause.by)
    first = agreement.name(clause.first, lang) if clause.first else ""
    return OWES_SAID[clause.owes][lang].format(by=by, first=first)


def _term(term: Term, lang: str) -> str:
    kind = term.kind
    if kind == "within" and term.counts_from == "delivery":
        kind = "within-delivery"
    if kind == "on-receipt" and term.within_us:
        kind = "on-receipt-later"
    return TERMS_SAID[kind][lang].format(
        time=span(term.within_us, lang) if term.within_us else "",
        day=f"{term.month:02}-{term.day:02}",
        date=to_text(term.at_us - 1)[:10] if term.at_us else "",
        field=term.field,
        counted=_STATES[term.counts_from][lang] if term.counts_from in _STATES else "",
        days=term.days,
        calendars=_JOIN[lang].join(term.calendars),
    )
