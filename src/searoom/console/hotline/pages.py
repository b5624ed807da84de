"""The pages of the hotline: the thread with each counterpart, the line, other means, attachments, and what flashes."""

import asyncio
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response

from searoom.account import Item, Message, ref_text
from searoom.console import flashes, matters
from searoom.console.asked import Asked, Page, form_of
from searoom.console.hotline import line, threads, unfinished
from searoom.console.hotline.attachments import MAX_FILE, UNKNOWN, Laid, Shelf, typed
from searoom.console.hotline.threads import Turn
from searoom.console.people import WORKERS
from searoom.console.view import View
from searoom.errors import NotAllowed, SearoomError
from searoom.matters import slip
from searoom.record.roster import author_of
from searoom.review import rows
from searoom.review.sections import MessageRow
from searoom.review.svg import look
from searoom.review.texts import HTML_LANGUAGES
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import PRECEDENCES
from searoom.signals.tables import LANGUAGES
from searoom.units import MICROSECONDS

NEWEST: Final = 30
PRINTED: Final = 10
MAX_DIGITS: Final = 10
CONTACT: Final = "hotline-contact"
CHANNELS: Final = ("", "hotline", "desk", "unit-contact")
_FILE_POLICY: Final = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": "private, no-store"}


def thread(asked: Asked) -> Response:
    """Show what was said between us and a counterpart, the newest first, with what is at hand to answer."""
    view, party = asked.view, _party(asked)
    channel, before = asked.request.query_params.get("channel", ""), asked.request.query_params.get("before", "")
    items = threads.between(view, party, channel if channel in CHANNELS else "")
    stop = int(before) if before.isdecimal() and len(before) < MAX_DIGITS else 0
    shown, earlier = threads.newest(items, stop, NEWEST)
    turns = [(_row(asked, one), threads.turn(view, one, asked.lang)) for one in reversed(shown)]
    return asked.page(
        "hotline/thread.html",
        party=party,
        others=threads.counterparts(view),
        channel=channel,
        turns=turns,
        earlier=earlier,
        unread={ref_text(one.ref) for one in view.flashes},
        unsigned={ref_text(one.ref) for one in matters.unread(view)},
        here=_here(asked, [turn for _, turn in turns]),
        precedences=PRECEDENCES,
        pressing=_pressing(view, party),
        phrases=view.book.form(CONTACT).field("phrase").choices,
        drafts=view.drafts,
        kept=unfinished.all_of(asked),
        lines=[one for one in matters.lines(view) if one.party == party],
        node=party not in view.account.without_node,
        may_sign=asked.may(WORKERS),
        colour=lambda who: look(who, view.agreement.parties),
    )


def _pressing(view: View, party: str) -> str:
    """Return the precedence with which a phrase to a counterpart begins: of the most pressing that waits for us."""
    waiting = (*matters.unread(view), *matters.unanswered(view))
    talk = (one.filled.precedence for one in waiting if one.author == party and one.filled.form in matters.TALK)
    return min(talk, key=PRECEDENCES.index, default=PRECEDENCES[-1])


def _row(asked: Asked, item: Item) -> MessageRow:
    view = asked.view
    return rows.message_row(view.account, item, view.agreement, view.book, asked.words, director=True, handed={})


def _party(asked: Asked) -> str:
    """Return the counterpart that a page is about: the one that is asked for, else the first."""
    others = threads.counterparts(asked.view)
    wanted = asked.request.query_params.get("with", others[0] if others else "")
    if wanted not in others:
        raise NotAllowed(Sentence("hotline.none"))
    return wanted


def _here(asked: Asked, turns: list[Turn]) -> dict[str, Laid]:
    shelf = Shelf(asked.house.folder)
    found = {file.digest: shelf.find(file.digest) for turn in turns for file in turn.files}
    return {digest: laid for digest, laid in found.items() if laid is not None}


def the_line(asked: Asked) -> Response:
    """Show the tests of the line, the ledger of its silences, and what is used in its place."""
    view, party = asked.view, _party(asked)
    return asked.page(
        "hotline/line.html",
        party=party,
        others=threads.counterparts(view),
        lines=[one for one in matters.lines(view) if one.party == party],
        tests=[one for one in line.tests(view) if one.party in (party, view.party)],
        silences=line.silences(view, party),
        minutes=line.SILENT_US // (60 * MICROSECONDS),
        instead=line.instead(view, "hotline"),
        ref=ref_text,
    )


async def other_means(asked: Asked) -> Response:
    """Show what to do by telephone, fax or paper; compare a page that came with its check code."""
    party, posted = _party(asked), await asked.posted() if asked.request.method == "POST" else {}
    found = slip.check_slip(posted.get("page", ""), posted.get("code", "")) if posted else ""
    return asked.page(
        "hotline/means.html",
        party=party,
        ours=[_row(asked, one) for one in reversed(_printable(asked)[-PRINTED:])],
        found=found,
        sentence=slip.CHECK_WORDS[found][asked.lang] if found else "",
        page=posted.get("page", ""),
        code=posted.get("code", ""),
        may_sign=asked.may(WORKERS),
    )


def _printable(asked: Asked) -> list[Message]:
    view = asked.view
    named = [form.name for form in view.book.forms if not form.automatic and set(form.channels) & set(threads.SIDES)]
    said = view.account.messages(*named)
    return [one for one in said if one.author == view.party and one.filled.form not in ("read", "conveyed")]


def page(asked: Asked) -> Response:
    """Show a message of ours as one page to print, fax or read aloud, with its check code."""
    view, ref = asked.view, (asked.request.path_params["log"], asked.request.path_params["index"])
    item = view.account.message(ref)
    if not isinstance(item, Message) or author_of(item.ref[0]) != view.party:
        raise NotAllowed(Sentence("hotline.not_ours", ref=ref_text(ref)))
    wanted = asked.request.query_params.get("lang", asked.lang)
    lang = wanted if wanted in LANGUAGES else asked.lang
    made = slip.slip(
        item,
        view.book,
        lang=lang,
        mechanism=asked.house.follower.table.mechanism,
        exercise=asked.house.follower.table.exercise,
        names=view.agreement.names_in(lang),
        to=threads.counterparts(view),
    )
    return asked.page(
        "hotline/slip.html",
        page=made,
        entry=ref_text(item.ref),
        others=threads.counterparts(view),
        may_sign=asked.may(WORKERS),
        labels={name: words[lang] for name, words in slip.LABELS.items()},
        voiced=slip.spoken(made.code),
        slip_lang=HTML_LANGUAGES[lang],
        words_lang=HTML_LANGUAGES[item.filled.lang],
    )


async def files(asked: Asked) -> Response:
    """Show the files that messages name, and take one in."""
    laid, name, wrong = None, "", ""
    if asked.request.method == "POST":
        if not asked.may(WORKERS):
            raise NotAllowed(Sentence("hotline.lays_nothing"))
        laid, name, wrong = await _lay(asked)
    named = _named(asked)
    shelf = Shelf(asked.house.folder)
    return asked.page(
        "hotline/files.html",
        400 if wrong else 200,
        wrong=wrong,
        laid=laid,
        attach="" if laid is None else typed(laid, name),
        fitting=[] if laid is None else [entry for entry, file in named if file.digest == laid.digest],
        kept=[one for one in unfinished.all_of(asked) if one.form == "hotline-message"],
        named=named,
        here={file.digest for _, file in named if shelf.has(file.digest)},
        mib=MAX_FILE >> 20,
        may_sign=asked.may(WORKERS),
    )


async def _lay(asked: Asked) -> tuple[Laid | None, str, str]:
    """Keep the file that was sent; return it with its name, and what was wrong, or ''."""
    form = await form_of(asked.request, 1)
    try:
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            return None, "", asked.texts("files.no_file")
        data = await sent.read(MAX_FILE + 1)
        return await asyncio.to_thread(Shelf(asked.house.folder).lay, data), sent.filename, ""
    except NotAllowed as fault:
        return None, "", asked.refusal(fault)
    finally:
        await form.close()


def _named(asked: Asked) -> list[tuple[str, threads.File]]:
    view = asked.view
    bearing = [form.name for form in view.book.forms if any(each.kind == "attachment" for each in form.fields)]
    said = view.account.messages(*bearing)
    turns = [threads.turn(view, one, asked.lang) for one in reversed(said[-matters.LOOKED_BACK :])]
    return [(ref_text(turn.item.ref), file) for turn in turns for file in turn.files]


def file(asked: Asked) -> Response:
    """Hand over a file: a picture may stand in a page, all else is a download."""
    digest = str(asked.request.path_params["digest"])
    data = Shelf(asked.house.folder).read(digest)
    if data is None:
        raise NotAllowed(asked.texts("files.gone"), advice="")
    laid = Shelf(asked.house.folder).find(digest)
    if laid is not None and laid.picture and asked.request.query_params.get("show"):
        return Response(data, media_type=laid.type, headers=_FILE_POLICY)
    name = {"content-disposition": f'attachment; filename="{digest[:16]}"', **_FILE_POLICY}
    return Response(data, media_type=UNKNOWN, headers=name)


async def flashing(asked: Asked) -> Response:
    """Show what flashes and is not signed as read, also what came ahead of its place: a part of each page."""
    return asked.page("hotline/flashes.html", ahead=await _ahead(asked))


async def _ahead(asked: Asked) -> list[str]:
    try:
        told = (await asked.house.follower.ask({"do": "ahead", "lang": asked.lang}))["ahead"]
    except SearoomError:
        return []  # that the node is silent stands on every page
    found, book = [], asked.view.book
    for row in told if isinstance(told, list) else ():
        if row["content"]:
            said = forms.decode(row["content"], book)
            if said.precedence == flashes.FLASH:
                found.append(f"{row['ref']} {book.form(said.form).title[asked.lang]}")
    return found


PAGES: Final = (
    Page("/hotline", "hotline", thread, menu=True, follows=True),
    Page("/hotline/line", "hotline_line", the_line, follows=True),
    Page("/hotline/other-means", "hotline_means", other_means, posts=True),
    Page("/hotline/slip/{log}/{index:int}", "hotline_slip", page),
    Page("/hotline/files", "hotline_files", files, posts=True, files=1),
    Page("/hotline/files/{digest}", "hotline_file", file),
    Page("/hotline/flash", "hotline_flash", flashing),
)
