"""The pages of the yearly review: which years there are, one edition to read, its files, and who stands by which."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from searoom.account import Account, ref_text
from searoom.clock import to_text
from searoom.console.asked import Asked, Page
from searoom.console.incidents.choosing import years_of
from searoom.console.people import SHOWN_TO, WORKERS
from searoom.console.view import View
from searoom.errors import NotAllowed
from searoom.review import agreeing, yearly, yearlypage, yearlypdf
from searoom.review.agreeing import Signed
from searoom.review.texts import Texts
from searoom.review.yearly import JOINT, Made
from searoom.review.yearlysections import sheet
from searoom.sentences import Sentence
from searoom.signals.tables import LANGUAGES

READERS: Final = SHOWN_TO["reviews"]
KEPT: Final = 4  # reviews that were made and are kept for the next page that shows them


@dataclass(frozen=True, slots=True)
class Stand:
    """One party's word on a review, and what this node makes of the same entries: `ours` is '' where it lacks some.

    `heads` is how they are written in an address, `entries` how many of which log in words.
    """

    signed: Signed
    heads: str
    entries: str
    at: str
    ours: str

    @property
    def same(self) -> bool:
        """Whether this node makes the same file."""
        return self.ours == self.signed.digest


async def reviews(asked: Asked) -> Response:
    """List the years, and how the joint edition of each stands."""
    view = asked.view
    rows = [
        (year, agreeing.state(agreeing.signed(view.account, year), view.agreement.parties)) for year in years_of(view)
    ]
    return asked.page("incidents/reviews.html", rows=rows)


async def review(asked: Asked) -> Response:
    """Show one edition: its sections, its files, and for the joint one who stands by which data file."""
    made, heads = await _made(asked)
    laid = sheet(made.data, made.digest, asked.view.agreement, asked.view.book, asked.words)
    body = await asyncio.to_thread(yearlypage.body, laid, asked.words)
    year, edition = _which(asked)
    joint = edition == JOINT
    stands = await asyncio.to_thread(_stands, asked, year) if joint else []
    said = [one.signed for one in stands]
    fields = {"field-year": str(year), "field-heads": yearly.heads_text(heads), "field-hash": made.digest}
    return asked.page(
        "incidents/review.html", sheet=laid, body=body, year=year, joint=joint, stands=stands, digest=made.digest,
        state=agreeing.state(said, asked.view.agreement.parties), entries=_entries(asked, heads),
        first=_first(stands, asked.view.party),
        query=_query(asked), sign="/say/review-agreed?" + urlencode(fields), may_sign=asked.may(WORKERS),
        pdf=yearlypdf.ready(), command=yearlypdf.HOW_TO_GET, ref=ref_text,
    )  # fmt: skip


async def data(asked: Asked) -> Response:
    """Give one edition as a file: data (JSON), tables (CSV), or a PDF in one of the languages."""
    kind = asked.request.path_params["kind"]
    lang = asked.request.query_params.get("lang", asked.lang)
    if kind not in TYPES or lang not in LANGUAGES:
        raise NotAllowed(Sentence("review_file.none", types=", ".join(TYPES), langs=", ".join(LANGUAGES)))
    made, _ = await _made(asked)
    content = await asyncio.to_thread(_file, asked.view, made, kind, lang)
    year, edition = _which(asked)
    tail = "" if kind == "json" else f"-{lang}"
    name = f"review-{asked.view.agreement.id}-{year}-{edition}{tail}.{kind}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=TYPES[kind], headers=headers)


def _file(view: View, made: Made, kind: str, lang: str) -> bytes:
    if kind == "json":
        return made.file
    if kind == "pdf":
        return yearlypdf.pdf(made, view.agreement, view.book, lang)
    laid = sheet(made.data, made.digest, view.agreement, view.book, Texts(lang))
    return ("\ufeff" + yearlypage.to_csv(laid)).encode()  # table programs take it for UTF-8 by the mark alone


TYPES: Final[Mapping[str, str]] = {
    "json": "application/json", "csv": "text/csv; charset=utf-8", "pdf": "application/pdf",
}  # fmt: skip


def _which(asked: Asked) -> tuple[int, str]:
    year, edition = asked.request.path_params["year"], asked.request.path_params["edition"]
    if edition not in yearly.EDITIONS:
        raise NotAllowed(Sentence("review_file.no_edition", known=", ".join(yearly.EDITIONS)))
    return year, edition


async def _made(asked: Asked) -> tuple[Made, Mapping[str, int]]:
    """Make the edition that is asked for, at the heads in the address or at those that are held."""
    view = asked.view
    if view.unread:
        raise NotAllowed(asked.texts("reviews.still_reading"))
    year, edition = _which(asked)
    if year not in years_of(view):
        raise NotAllowed(asked.texts("reviews.no_year"))
    given = asked.request.query_params.get("heads", "")
    heads = yearly.heads_from(given) if given else yearly.heads_of(view.account)
    return await asked.house.at_length(_make, view, year, edition, heads), heads


def _make(view: View, year: int, edition: str, heads: Mapping[str, int]) -> Made:
    if edition == JOINT:
        return _joint(_Same(view.account, view), year, tuple(sorted(heads.items())))
    return yearly.make(
        view.account, view.agreement, view.book, year, heads=heads, party=view.party, notes=view.notes
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """An account as a key: by which it is, not by what is in it; a newer view of the same account is the same."""

    account: Account
    view: View

    def __hash__(self) -> int:
        return hash(id(self.account))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.account is self.account


@lru_cache(maxsize=KEPT)
def _joint(known: _Same, year: int, heads: tuple[tuple[str, int], ...]) -> Made:
    view = known.view
    return yearly.make(known.account, view.agreement, view.book, year, heads=dict(heads))


def _stands(asked: Asked, year: int) -> list[Stand]:
    view, found = asked.view, []
    for one in agreeing.signed(view.account, year):
        try:
            ours = _make(view, year, JOINT, one.heads).digest
        except NotAllowed:
            ours = ""
        found.append(Stand(one, yearly.heads_text(one.heads), _entries(asked, one.heads), to_text(one.at_us), ours))
    return sorted(found, key=lambda stand: view.agreement.parties.index(stand.signed.party))


def _entries(asked: Asked, heads: Mapping[str, int]) -> str:
    """Return in words of how many entries of which log a file is made; a second log of a party has its own name."""
    return asked.words("mark.list").join(
        asked.texts(
            "reviews.entries_of", count=size, log=asked.called(log) if log in asked.view.agreement.parties else log
        )
        for log, size in sorted(heads.items())
    )


def _first(stands: Sequence[Stand], party: str) -> Stand | None:
    """Return the file by which the page's first button stands: another party's that we make too, and did not sign.

    Two parties that each sign their own newest record never sign the same; so who comes second signs what is signed.
    """
    ours = {(stand.signed.digest, stand.heads) for stand in stands if stand.signed.party == party}
    same = [stand for stand in stands if stand.signed.party != party and stand.same]
    newest = max(same, key=lambda stand: stand.signed.at_us, default=None)
    return None if newest is None or (newest.signed.digest, newest.heads) in ours else newest


def _query(asked: Asked) -> str:
    given = asked.request.query_params.get("heads", "")
    return urlencode({"heads": given}) if given else ""


PAGES: Final = (
    Page("/reviews", "reviews", reviews, roles=READERS, menu=True, follows=True),
    Page("/reviews/{year:int}/{edition}", "review", review, roles=READERS),
    Page("/reviews/{year:int}/{edition}/file.{kind}", "review-file", data, roles=READERS),
)
