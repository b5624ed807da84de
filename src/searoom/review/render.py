"""The review and the joint page as text: values in, one self-contained HTML document out, no file written.

Whatever somebody wrote is escaped, isolated in its direction and shown with its control characters
visible: every expression of a template passes through `templating`, so that none can be forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from searoom.account import Account
from searoom.clock import to_text
from searoom.obligations.agreement import Agreement
from searoom.obligations.standing import Obligation
from searoom.review import rows
from searoom.review.chart import chart, is_tall
from searoom.review.distance import say
from searoom.review.frame import HALF, NARROW, WIDE, clock_text
from searoom.review.pictures import Mark, Picture, closest
from searoom.review.plots import Measured, interval_plot, range_plot
from searoom.review.rows import Handed
from searoom.review.sections import SECTIONS, Case, Content, DueRow, Proof, Proven, QuantityRow
from searoom.review.svg import MARKS, PALETTE, Drawing
from searoom.review.templating import environment
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.signals.forms import FormBook
from searoom.signals.forms import load as load_forms
from searoom.units import MICROSECONDS

DETAIL_S = 90.0
"""Seconds on either side of the closest approach that the enlarged chart shows."""

Pair = tuple[Markup, Markup]


@dataclass(frozen=True, slots=True)
class ReviewData:
    """All that a review is made of.

    `pictures` are national: one a party, in any order. `obligations` are `obligations.standing`'s.
    `handed` says when each message was given to a carrier, where a node has told; `now_us` is the
    moment of the review. `proven` is None until the exported record was verified.
    """

    account: Account
    agreement: Agreement
    pictures: tuple[Picture, ...]
    case: Case
    now_us: int
    obligations: tuple[Obligation, ...] = ()
    proven: Proven | None = None
    handed: Handed | None = None


@dataclass(frozen=True, slots=True)
class _Charts:
    whole: Pair
    detail: Pair
    range: Pair
    tall: bool


@dataclass(frozen=True, slots=True)
class _Alert:
    party: str
    grade: str
    at: str
    range: str
    expected: str
    before: str


def review(data: ReviewData, *, lang: str, book: FormBook | None = None) -> str:
    """Return the exercise director's review as one HTML page in `lang` (en, ja, zh).

    It shows every party's national picture and is therefore no page for a party.
    """
    texts = Texts(lang)
    known = load_forms() if book is None else book
    content = rows.content(data.account, data.agreement, known, texts, director=True, handed=data.handed)
    due = rows.dues(data.obligations, data.agreement, texts)
    proof = None if data.proven is None else rows.proof(data.proven, data.agreement, texts)
    return page(content, texts, case=data.case, pictures=data.pictures, due=due, proof=proof, now_us=data.now_us)


def joint(account: Account, agreement: Agreement, *, lang: str, book: FormBook | None = None) -> str:
    """Return the joint page in `lang`: a function of the released entries alone, the same bytes on every node.

    Cosignatures stand beside the entries and may be known to one node earlier than to the other, so
    the state *recorded* is not on this page; nor is *handed over*, which only the author's node knows.
    """
    texts = Texts(lang)
    content = rows.content(account, agreement, load_forms() if book is None else book, texts, director=False)
    return joint_page(content, texts)


def page(
    content: Content,
    texts: Texts,
    *,
    case: Case,
    pictures: Sequence[Picture],
    due: Sequence[DueRow],
    proof: Proof | None,
    now_us: int,
) -> str:
    """Return the review page of values that are ready; pictures and alerts stand in the order of the chairs."""
    order = [chair.party for chair in content.chairs]
    seated = sorted(pictures, key=lambda picture: order.index(picture.party))
    shown = [key for key in SECTIONS if pictures or key not in ("chart", "range")]
    headings = [(key, _heading(key, texts)) for key in shown]
    return _render(
        "review.html",
        content,
        texts,
        title=texts("page.review_title"),
        case=case,
        pictures=seated,
        charts=_charts(seated, content, texts) if seated else None,
        alerts=_alerts(seated, texts),
        due=due,
        proof=proof,
        as_of=to_text(now_us),
        headings=headings,
    )


def joint_page(content: Content, texts: Texts) -> str:
    """Return the joint page of values that are ready."""
    return _render("joint.html", content, texts, title=texts("page.joint_title"))


def _heading(key: str, texts: Texts) -> str:
    return texts("chart.heading" if key == "chart" else f"{key}.title")


def _render(name: str, content: Content, texts: Texts, **more: object) -> str:
    lang = HTML_LANGUAGES[texts.lang]
    return (
        environment("searoom.review")
        .get_template(name)
        .render(
            c=content,
            t=texts,
            lang=lang,
            plots=_interval_plots(content, texts),
            mark=party_mark,
            grade_mark=_grade_mark,
            **more,
        )
    )


def _charts(pictures: Sequence[Picture], content: Content, texts: Texts) -> _Charts:
    names = {chair.party: chair.name for chair in content.chairs}
    lang = HTML_LANGUAGES[texts.lang]
    tall = is_tall(pictures)
    looks = (HALF if tall else WIDE, NARROW)
    whole = [Markup(chart(pictures, names, texts, lang, how)) for how in looks]  # noqa: S704  # made here, escaped there
    detail = [Markup(chart(pictures, names, texts, lang, how, detail_s=DETAIL_S)) for how in looks]  # noqa: S704  # same
    ranged = [Markup(range_plot(pictures, names, texts, lang, how)) for how in (WIDE, NARROW)]  # noqa: S704  # same
    return _Charts((whole[0], whole[1]), (detail[0], detail[1]), (ranged[0], ranged[1]), tall)


def _interval_plots(content: Content, texts: Texts) -> Mapping[str, Pair]:
    parties = [chair.party for chair in content.chairs]
    names = {chair.party: chair.name for chair in content.chairs}
    return {
        f"{at}/{dossier.incident}": intervals(quantity, parties, names, texts)
        for dossier in content.dossiers
        for at, quantity in enumerate(dossier.quantities)
    }


def intervals(quantity: QuantityRow, parties: Sequence[str], names: Mapping[str, str], texts: Texts) -> Pair:
    """Return the measurements of one quantity as bars on one axis: for a wide page and for a narrow one."""
    comma = texts("mark.list")
    bars = [
        Measured(row.party, f"{names.get(row.party, row.party)}{comma}{row.sensor}", row.value_mm, row.error_mm)
        for row in quantity.measured
    ]
    wide, narrow = (
        Markup(interval_plot(bars, parties, texts, HTML_LANGUAGES[texts.lang], how))  # noqa: S704  # escaped there
        for how in (WIDE, NARROW)
    )
    return wide, narrow


def _alerts(pictures: Sequence[Picture], texts: Texts) -> list[_Alert]:
    found = []
    for picture in pictures:
        nearest = closest(picture).time_us
        for mark in picture.marks:
            distance = say(mark.range_m, mark.range_error_m, texts.lang)
            expected = say(mark.cpa_m, mark.cpa_error_m, texts.lang)
            found.append(
                (
                    mark.time_us,
                    _Alert(
                        picture.party,
                        mark.grade,
                        clock_text(mark.time_us),
                        distance,
                        expected,
                        _before(mark, nearest, texts),
                    ),
                )
            )
    return [alert for _, alert in sorted(found, key=lambda pair: pair[0])]


def _before(mark: Mark, nearest_us: int, texts: Texts) -> str:
    lead = (nearest_us - mark.time_us) // MICROSECONDS
    if lead < 0:
        return texts("range.after")
    return texts("range.ahead", minutes=lead // 60, seconds=f"{lead % 60:02d}")


def party_mark(style: int, *, hollow: bool = False) -> Markup:
    """Return a party's mark as a small drawing for running text."""
    return _small(MARKS[style], PALETTE[style], hollow)


def _grade_mark(grade: str) -> Markup:
    return _small({"advise": "circle", "warn": "triangle", "urgent": "diamond"}[grade], "#1b2730", True)


def _small(kind: str, colour: str, hollow: bool) -> Markup:
    drawing = Drawing(12, 12, title="", description="", lang="", size=12)
    drawing.mark(6, 6, kind, colour, radius=4.2, hollow=hollow)
    return Markup(drawing.small())  # noqa: S704  # shapes only, no foreign text


__all__ = ["Case", "Proven", "ReviewData", "intervals", "joint", "joint_page", "page", "party_mark", "review"]
