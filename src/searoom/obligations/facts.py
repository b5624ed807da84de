"""What an agreement counts beside its duties: quotas, thresholds, pairs, disputes, calls; facts, no verdicts.

A fact says what the entries say and nothing about why. Two figures beside each other accuse nobody: what lies just
below a threshold is shown as lying there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searoom.account import Ref
from searoom.obligations.deadlines import Said
from searoom.obligations.pack import LANGUAGES

KEPT: Final = frozenset({"met", "within", "below", "notify", "observe", "settled", "answered", "agree", "fits"})
BROKEN: Final = frozenset({
    "missed", "exceeded", "near", "split", "reported-above", "one-sided", "out-of-order", "default", "unanswered",
    "differ", "does-not-fit",
})  # fmt: skip
"""How a clause that counts can come out; what stands in neither is still open."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is counted under a clause.

    `parties` whom it concerns, `label` what people call it (a year, an entry), `state` a row of FACT_WORDS for its
    kind, `figures` the numbers in it, `refs` the entries that it rests on, `until_us` when it changes by itself.
    """

    clause: str
    kind: str
    parties: tuple[str, ...]
    label: str
    state: str
    figures: Mapping[str, str]
    refs: tuple[Ref, ...] = ()
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a rule needs to know of a duty: whose, its occasion, its state, and when it was done."""

    label: str
    owed_by: tuple[str, ...]
    state: str
    moment_us: int | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule looks at: entries by form in order, replies by entry, duties by clause, the moment."""

    clause: str
    parties: tuple[str, ...]
    said: Mapping[str, Sequence[Said]]
    replies: Mapping[Ref, Sequence[Said]]
    duties: Mapping[str, Sequence[Done]]
    start_us: int
    now_us: int

    def of(self, form: str) -> Sequence[Said]:
        """Return the entries of a form since the agreement's start."""
        return [said for said in self.said.get(form, ()) if said.at_us >= self.start_us]

    def place(self, party: str) -> tuple[int, str]:
        """Return where a party stands in the order of the agreement; strangers stand behind."""
        return (self.parties.index(party) if party in self.parties else len(self.parties), party)

    def answers(self, ref: Ref, form: str, author: str = "") -> Sequence[Said]:
        """Return the replies to an entry in a form, of one party or of any."""
        return [its for its in self.replies.get(ref, ()) if its.form == form and author in ("", its.author)]


FACT_WORDS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "quota": {
        "within": {
            "en": "{label}: {who} has accepted {used} of {of} ({what}).",
            "ja": "{label}：{who}の受入れは{of}件中{used}件（{what}）。",
            "zh": "{label}：{who}已接受{used}次，限额{of}次（{what}）。",
        },
        "exceeded": {
            "en": "{label}: {who} has accepted {used}, more than the {of} of the quota ({what}).",
            "ja": "{label}：{who}の受入れは{used}件で、割当{of}件を超えています（{what}）。",
            "zh": "{label}：{who}已接受{used}次，超过限额{of}次（{what}）。",
        },
    },
    "threshold": {
        "below": {
            "en": "{label}: {who} declared {declared}; notice from {notify}.",
            "ja": "{label}：{who}の申告は{declared}。通告の基準は{notify}。",
            "zh": "{label}：{who}申报{declared}；通报门槛为{notify}。",
        },
        "near": {
            "en": "{label}: {who} declared {declared}, within {near} % below {notify}. A fact, not an accusation.",
            "ja": "{label}：{who}の申告は{declared}で、基準{notify}を下回ること{near}％以内です。"
            "事実であり、非難ではありません。",
            "zh": "{label}：{who}申报{declared}，低于门槛{notify}不到{near}％。仅为事实，并非指责。",
        },
        "notify": {
            "en": "{label}: {who} declared {declared}, {notify} or more: notice is owed.",
            "ja": "{label}：{who}の申告は{declared}で{notify}以上です。通告の対象です。",
            "zh": "{label}：{who}申报{declared}，达到{notify}：须予通报。",
        },
        "observe": {
            "en": "{label}: {who} declared {declared}, {observe} or more: observers are to be invited.",
            "ja": "{label}：{who}の申告は{declared}で{observe}以上です。視察員招請の対象です。",
            "zh": "{label}：{who}申报{declared}，达到{observe}：须邀请观察员。",
        },
        "split": {
            "en": "{label}: {who} declared {declared}, and {other} at an overlapping time: {together} together. "
            "A fact, not an accusation.",
            "ja": "{label}：{who}の申告は{declared}、時期が重なる別件は{other}、合わせて{together}。"
            "事実であり、非難ではありません。",
            "zh": "{label}：{who}申报{declared}，另一时间重叠的活动为{other}，合计{together}。仅为事实，并非指责。",
        },
        "reported-above": {
            "en": "{label}: {who} declared {declared}; afterwards {reported} were reported. Both stand.",
            "ja": "{label}：{who}の申告は{declared}、事後の報告は{reported}。双方を併記します。",
            "zh": "{label}：{who}申报{declared}；事后报告为{reported}。两者并列保留。",
        },
    },
    "limit": {
        "within": {
            "en": "{label}: {who} has {used} of {of}; {balance} are left.",
            "ja": "{label}：{who}は{of}のうち{used}。残りは{balance}。",
            "zh": "{label}：{who}已用{used}，上限{of}，余额{balance}。",
        },
        "exceeded": {
            "en": "{label}: {who} has {used}, above the ceiling of {of}.",
            "ja": "{label}：{who}は{used}で、上限{of}を超えています。",
            "zh": "{label}：{who}为{used}，超过上限{of}。",
        },
    },
    "pair": {
        "open": {
            "en": "{label}: neither side of the pair is done.",
            "ja": "{label}：対をなす行動はいずれも未了です。",
            "zh": "{label}：成对行动双方均未完成。",
        },
        "one-sided": {
            "en": "{label}: one side of the pair is done and the other is not ({done}).",
            "ja": "{label}：対をなす行動の一方のみ完了しています（{done}）。",
            "zh": "{label}：成对行动仅一方完成（{done}）。",
        },
        "met": {
            "en": "{label}: both sides of the pair are done as paired.",
            "ja": "{label}：対をなす行動は定めどおり双方とも完了しました。",
            "zh": "{label}：成对行动双方已按约定完成。",
        },
        "out-of-order": {
            "en": "{label}: both are done, but not as paired: {apart} apart.",
            "ja": "{label}：双方とも完了しましたが、定めどおりではありません。時間差は{apart}です。",
            "zh": "{label}：双方均已完成，但未按约定成对：相隔{apart}。",
        },
    },
    "dispute": {
        "running": {
            "en": "Dispute {label}: stage '{stage}' until {until}.",
            "ja": "紛争{label}：段階「{stage}」、{until}まで。",
            "zh": "争议{label}：处于“{stage}”阶段，至{until}。",
        },
        "open": {
            "en": "Dispute {label}: its clock runs from receipt, which is not shown yet.",
            "ja": "紛争{label}：期間は受領時から数え、受領はまだ確認されていません。",
            "zh": "争议{label}：期限自收到时起算，目前尚未显示收到。",
        },
        "settled": {
            "en": "Dispute {label}: each party has said that it is settled.",
            "ja": "紛争{label}：各当事者が解決済みと述べました。",
            "zh": "争议{label}：各方均表示已解决。",
        },
        "default": {
            "en": "Dispute {label}: all stages have run out on {until}. {default}",
            "ja": "紛争{label}：{until}にすべての段階が満了しました。{default}",
            "zh": "争议{label}：各阶段已于{until}届满。{default}",
        },
    },
    "calls": {
        "answered": {
            "en": "{label}, calls to {who} as the callers log them: {attempted} attempted, {answered} answered; "
            "the line stood {up} % of the time.",
            "ja": "{label}、{who}への呼出し（発呼側の記録による）：試行{attempted}、応答{answered}。"
            "回線の稼働率{up}％。",
            "zh": "{label}，对{who}的呼叫（据呼叫方记录）：尝试{attempted}次，接通{answered}次；线路可用率{up}％。",
        },
        "unanswered": {
            "en": "{label}, calls to {who} as the callers log them: {attempted} attempted, {answered} answered, "
            "{unanswered} unanswered, {declined} declined with a reason, {fault} with a fault; "
            "the line stood {up} % of the time. Why is not known.",
            "ja": "{label}、{who}への呼出し（発呼側の記録による）："
            "試行{attempted}、応答{answered}、応答なし{unanswered}、"
            "理由を付した辞退{declined}、障害{fault}。回線の稼働率{up}％。理由は不明です。",
            "zh": "{label}，对{who}的呼叫（据呼叫方记录）："
            "尝试{attempted}次，接通{answered}次，无人应答{unanswered}次，"
            "说明理由谢绝{declined}次，故障{fault}次；线路可用率{up}％。原因不明。",
        },
    },
    "crosscheck": {
        "agree": {
            "en": "{label}: {who} give the same figure, {first}.",
            "ja": "{label}：{who}の数値は一致しています（{first}）。",
            "zh": "{label}：{who}所报数字一致（{first}）。",
        },
        "differ": {
            "en": "{label}: {who} give different figures, {first} and {second}. Both stand.",
            "ja": "{label}：{who}の数値は異なります（{first}と{second}）。双方を併記します。",
            "zh": "{label}：{who}所报数字不同（{first}和{second}）。两者并列保留。",
        },
        "alone": {
            "en": "{label}: {who} alone gives a figure, {first}.",
            "ja": "{label}：数値を示したのは{who}のみです（{first}）。",
            "zh": "{label}：仅{who}报了数字（{first}）。",
        },
    },
    "reveal": {
        "open": {
            "en": "{label}: {who} has committed to words that it has not shown yet.",
            "ja": "{label}：{who}は内容のハッシュを示し、内容はまだ開示していません。",
            "zh": "{label}：{who}已提交内容的哈希值，尚未公开内容。",
        },
        "fits": {
            "en": "{label}: what {who} showed is what it had committed to.",
            "ja": "{label}：{who}の開示内容は先に示したハッシュと一致します。",
            "zh": "{label}：{who}公开的内容与先前提交的哈希值相符。",
        },
        "does-not-fit": {
            "en": "{label}: what {who} showed is not what it had committed to.",
            "ja": "{label}：{who}の開示内容は先に示したハッシュと一致しません。",
            "zh": "{label}：{who}公开的内容与先前提交的哈希值不符。",
        },
    },
    "frameworks": {
        "agree": {
            "en": "{label}: {who} see it alike: {first}.",
            "ja": "{label}：{who}の見方は一致しています（{first}）。",
            "zh": "{label}：{who}看法一致（{first}）。",
        },
        "differ": {
            "en": "{label}: {who} see it differently: {views}. Both stand.",
            "ja": "{label}：{who}の見方は異なります（{views}）。双方を併記します。",
            "zh": "{label}：{who}看法不同（{views}）。两者并列保留。",
        },
        "alone": {
            "en": "{label}: {who} alone has classified it: {first}.",
            "ja": "{label}：分類したのは{who}のみです（{first}）。",
            "zh": "{label}：仅{who}作了分类（{first}）。",
        },
    },
}
"""ja and zh are our own words and await review by native speakers."""


def sentences(fact: Fact, names: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return a fact as one sentence in every language; `names` by party and language."""
    joined = {"en": " and ", "ja": "と", "zh": "和"}
    return {
        lang: FACT_WORDS[fact.kind][fact.state][lang].format(
            label=fact.label,
            who=joined[lang].join(names[party][lang] for party in fact.parties if party in names),
            **{name.removesuffix(f"_{lang}"): text for name, text in _in(fact.figures, lang)},
        )
        for lang in LANGUAGES
    }


def _in(figures: Mapping[str, str], lang: str) -> list[tuple[str, str]]:
    """Return the figures that have no language, and those of this one."""
    others = tuple(f"_{other}" for other in LANGUAGES if other != lang)
    return [(name, text) for name, text in figures.items() if not name.endswith(others)]
