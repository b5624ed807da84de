"""The pages of the room `duties`: what is owed and when, by which rules, how it stands, and what a notice lacks."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from searoom.account import Message, ref_text
from searoom.console.asked import PACKAGE, Asked, Page
from searoom.console.duties import figures, lookthrough, marks, months, owed, packs, releasing
from searoom.console.people import WORKERS
from searoom.console.wording import Told
from searoom.desk import agreed
from searoom.errors import Finding, NotAllowed
from searoom.obligations import diffing, explain, proposing, sovereignty
from searoom.obligations.agreement import Agreement
from searoom.obligations.reckoning import reckon
from searoom.obligations.standing import Obligation, standing
from searoom.review.texts import HTML_LANGUAGES, Texts
from searoom.sentences import Sentence
from searoom.signals.formbook import CHANNELS
from searoom.signals.tables import LANGUAGES

MOST: Final = 200
NOTES: Final = 100
TICK: Final = "ask-"
HIDDEN: Final = frozenset({"draft", "aside", "erased"})
"""Notes that hold other entries whole, or say that something is gone: nothing of them is released field by field."""


def _shown(asked: Asked, template: str, **values: Any) -> Response:
    """Return a page of this room, with what they all have in common."""
    tongues = {lang: Texts(lang, PACKAGE)("page.this_language") for lang in LANGUAGES}
    return asked.page(template, signers=WORKERS, tags=HTML_LANGUAGES, tongues=tongues, **values)


async def due(asked: Asked) -> Response:
    """Show what is owed, by whom and until when, as far as the address asks for it: the earliest deadline first."""
    view, query = asked.view, dict(asked.request.query_params)
    wanted = owed.wanted(query, view.agreement)
    duties = view.duties if wanted.only_open else await _everything(asked)
    rows = owed.rows(duties, wanted, view.book, view.party, asked.lang)
    return _shown(asked,
        "duties/due.html", rows=rows[:MOST], of=len(rows), most=MOST, wanted=wanted, query=query,
        states=owed.WANTED_STATES, channels=[name for name in CHANNELS if name != "national"], anchor=months.anchor,
        rests=packs.rests(view.agreement, view.account, asked.lang),
    )  # fmt: skip


async def _everything(asked: Asked) -> tuple[Obligation, ...]:
    """Return every duty that there is, met ones too; a page waits for it in a thread of its own."""
    view = asked.view
    found = await asyncio.to_thread(standing, view.agreement, view.account, view.now_us)
    return tuple(sorted(found, key=lambda duty: (duty.due_us is None, duty.due_us or 0)))


async def calendar(asked: Asked) -> Response:
    """Show a month: who works when, what falls due, and which days entries name."""
    view = asked.view
    first = months.asked_month(asked.request.query_params.get("month", ""), view.now_us)
    duties = await _everything(asked)
    shown = await asyncio.to_thread(
        months.month, first, view.agreement, view.account, view.book, duties, view.now_us, asked.lang
    )
    called = _called(asked)
    working = asked.words("mark.list").join(dict.fromkeys(called.get(party, party) for party in shown.known))
    return _shown(asked, "duties/calendar.html", month=shown, called=called, working=working)


def _called(asked: Asked) -> dict[str, str]:
    """Return what each party and observer is called; a calendar may be of somebody outside."""
    names = {**asked.view.agreement.names, **asked.view.agreement.outside}
    return {party: words[asked.lang] for party, words in names.items()}


async def stands(asked: Asked) -> Response:
    """Show where the programme stands, drawn as its own kind, with the same as a table."""
    view = asked.view
    reckoning = await asyncio.to_thread(reckon, view.agreement, view.account, view.now_us, view.book)
    drawn = figures.drawn(view.agreement, view.account, reckoning, view.now_us, asked.texts, asked.lang)
    return _shown(asked, "duties/standing.html", figures=drawn, legend=marks.legend())


def agreement(asked: Asked) -> Response:
    """Show an agreement clause by clause, in every language, each with its source and the state of its review."""
    name, found = _pack(asked, "pack")
    return _shown(asked,
        "duties/agreement.html", pack=name, known=packs.known(), agreement=found,
        opening=explain.opening(found, asked.lang), clauses=packs.clauses(found, asked.view.book, asked.lang),
        own=name == packs.OURS, rests=packs.rests(found, asked.view.account, asked.lang) if name == packs.OURS else (),
        adopted=proposing.adopted_by(found, asked.view.account),
        agreed=agreed.told(asked.view.status["agreement"]) if "agreement" in asked.view.status else (),
    )  # fmt: skip


def _pack(asked: Asked, field: str, default: str = packs.OURS) -> tuple[str, Agreement]:
    name = asked.request.query_params.get(field, "") or default
    return name, packs.chosen(name, asked.view.agreement)


def compare(asked: Asked) -> Response:
    """Show what differs between two agreements, line by line."""
    base = asked.view.agreement.base or packs.known()[1]
    old, new = _pack(asked, "old", base if base in packs.known() else packs.known()[1]), _pack(asked, "new")
    changes = diffing.differences(old[1], new[1])
    return _shown(asked, "duties/compare.html", old=old[0], new=new[0], known=packs.known(), changes=changes)


def proposals(asked: Asked) -> Response:
    """Show how each row of a draft stands, by the last word of each party in the record."""
    name, found = _pack(asked, "pack")
    rows = packs.standpoints(found, asked.view.account)
    return _shown(asked,
        "duties/proposals.html", pack=name, known=packs.known(), agreement=found, rows=rows, steps=proposing.STEPS,
        adopted=proposing.adopted_by(found, asked.view.account), binds=found.head.binds,
        step=asked.view.book.form(proposing.FORM).field("step").choices,
    )  # fmt: skip


async def coverage(asked: Asked) -> Response:
    """Show which clauses the stories of a packaged agreement show kept and missed."""
    name, found = _pack(asked, "pack", packs.known()[1])
    tried = await asyncio.to_thread(packs.tried, name)
    return _shown(
        asked,
        "duties/coverage.html",
        pack=name,
        known=packs.known()[1:],
        tried=tried,
        titles={clause.id: clause.title[asked.lang] for clause in found.clauses},
    )


async def wording(asked: Asked) -> Response:
    """Mark the words of sovereignty in a safety message; nothing is changed, kept or sent."""
    typed = await asked.posted() if asked.request.method == "POST" else {}
    text, lang = typed.get("text", "")[:4000], typed.get("lang", asked.lang)
    if lang not in LANGUAGES:
        raise NotAllowed(Sentence("duties.no_language", lang=f"{lang:.16}"))
    marked = sovereignty.marks(text, lang, asked.view.agreement) if text else ()
    return _shown(asked, "duties/wording.html", text=text, text_lang=lang, marked=marked, asked_for=bool(text.strip()))


def findings(asked: Asked) -> Response:
    """Look through an entry field by field; with ticks in the address, go on to the question about them."""
    view, params = asked.view, asked.request.path_params
    item = view.account.message((params["log"], params["index"]))
    looked, words = lookthrough.through(item, view.book, asked.lang), lookthrough.words_of(item)
    query = asked.request.query_params
    if "ask" in query:
        names = [name.removeprefix(TICK) for name in query if name.startswith(TICK)]
        return asked.to(lookthrough.question(view.account, looked, names))

    def told(found: Sequence[Finding]) -> tuple[Told, ...]:
        """Return findings as this page says them; an entry that cannot be read has none."""
        return () if words is None else asked.told(found, view.book.form(words.form))

    return _shown(asked,
        "duties/findings.html", looked=looked, ref=ref_text(item.ref), theirs=item.author != view.party, tick=TICK,
        enough=lookthrough.enough(looked),
        told=told, asks=lambda field: told((Finding(field.name, "", field.clause),))[0],
        answers=[one for one in view.account.answers(item.ref) if isinstance(one, Message)],
    )  # fmt: skip


def notes(asked: Asked) -> Response:
    """Show the national notes of which something could be released, the newest first."""
    view = asked.view
    rows = [
        (number, note, view.book.form(note.filled.form))
        for number, note in enumerate(view.notes)
        if note.filled.form not in HIDDEN
        and releasing.forms_for(view.book.form(note.filled.form), view.book, view.agreement.policy)
    ]
    return _shown(asked, "duties/notes.html", rows=rows[::-1][:NOTES], of=len(rows))


def release(asked: Asked) -> Response:
    """Show one national note with a tick at each field; with ticks in the address, go on to the shared form."""
    view, number = asked.view, asked.request.path_params["number"]
    if number >= len(view.notes):
        raise NotAllowed(Sentence("duties.no_note", number=number))
    note = view.notes[number]
    offered = releasing.forms_for(view.book.form(note.filled.form), view.book, view.agreement.policy)
    if not offered:
        raise NotAllowed(Sentence("duties.nothing_fits"))
    query = dict(asked.request.query_params)
    name = query.get("into", offered[0].name)
    target = next((form for form in offered if form.name == name), None)
    if target is None:
        raise NotAllowed(Sentence("duties.no_form", name=f"{name:.40}"))
    sources = releasing.sources(note.filled, view.book, target, asked.lang)
    if "go" in query:
        taken = releasing.chosen(query, sources)
        return asked.to(releasing.prefilled(note.filled, view.book, target, taken))
    return _shown(asked,
        "duties/release.html", number_of=number, note=note, form=view.book.form(note.filled.form), offered=offered,
        target=target, sources=sources,
    )  # fmt: skip


PAGES: Final[tuple[Page, ...]] = (
    Page("/due", "due", due, menu=True, follows=True),
    Page("/calendar", "calendar", calendar, follows=True),
    Page("/standing", "standing", stands, follows=True),
    Page("/agreement", "agreement", agreement),
    Page("/agreement/compare", "compare", compare),
    Page("/agreement/proposals", "proposals", proposals, follows=True),
    Page("/agreement/coverage", "coverage", coverage),
    Page("/agreement/wording", "wording", wording, posts=True),
    Page("/findings/{log}/{index:int}", "findings", findings),
    Page("/release", "notes", notes, roles=WORKERS, follows=True),
    Page("/release/{number:int}", "release", release, roles=WORKERS),
)
