"""The record: search, one entry with its proof, what the other side's log has shown, and copies to take away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

from starlette.responses import Response

from searoom.account import Again, Item, ref_text
from searoom.console import matters
from searoom.console.asked import Asked, Page
from searoom.console.people import PROVERS
from searoom.console.proving import handing
from searoom.console.proving.diagnosing import hexdump, lines
from searoom.console.proving.indexing import caught_up
from searoom.console.searching import PAGE, PRECEDENCES, STATES, Wanted, search, wanted
from searoom.errors import NotAllowed, SearoomError
from searoom.link.progress import Verdict
from searoom.record.cards import Card
from searoom.record.entry import Entry
from searoom.record.excerpt import Excerpt, Shown, check
from searoom.record.keys import Role, Signer
from searoom.record.merkle import leaf_hash
from searoom.record.proof import Proof
from searoom.record.roster import author_of
from searoom.review import rows
from searoom.review.sections import MessageRow
from searoom.sentences import Sentence

STANDINGS: Final = {
    str(Verdict.NOT_YET): "not_yet",
    str(Verdict.WE_RESTORED): "we_restored",
    str(Verdict.THEY_RESTORED): "they_restored",
    str(Verdict.FORK): "fork",
}
"""What a meeting has shown of a counterpart's log, where not all is well: kept apart, each asks for another deed."""


async def record(asked: Asked) -> Response:
    """Show the logs, what stands against them, and the entries that fit what is looked for."""
    view, status, wrong = asked.view, 200, ""
    try:
        looked = wanted(dict(asked.request.query_params))
    except NotAllowed as fault:
        looked, status, wrong = Wanted(), 400, asked.refusal(fault)
    await caught_up(asked.house)
    count, found = search(asked.house.index.rows(view.account, view.book), looked, view.account)
    pages = max(1, -(-count // PAGE))
    return asked.page(
        "proving/record.html",
        status,
        wrong=wrong,
        looked=looked,
        count=count,
        found=[_row(asked, row.item) for row in found],
        pages=pages,
        link=lambda **change: "/record?" + urlencode(looked.asked(**change)),
        choices=_choices(asked),
        sizes=view.account.sizes,
        recorded=view.account.recorded,
        told=view.status,
        standing=_standing(asked),
        may_take=asked.may(handing.TAKERS),
    )


def _row(asked: Asked, item: Item | Again) -> MessageRow:
    view = asked.view
    return rows.message_row(view.account, item, view.agreement, view.book, asked.words, director=True, handed={})


def _choices(asked: Asked) -> Mapping[str, list[tuple[str, str]]]:
    """Return what each filter offers: its value, and its words in the language of the page."""
    view, t, words = asked.view, asked.texts, asked.words
    shared = [form for form in view.book.forms if form.visibility == "shared"]
    channels = sorted({channel for form in shared for channel in form.channels})
    officers = {
        key.holder: f"{key.name} ({asked.called(party)})"
        for party in asked.house.follower.table.roster.parties
        for key in asked.house.follower.table.roster.card(party).keys
        if key.role is Role.OFFICER
    }
    return {
        "party": [(party, asked.called(party)) for party in view.agreement.parties],
        "officer": sorted(officers.items()),
        "form": sorted(((form.name, form.title[asked.lang]) for form in shared), key=lambda each: each[1]),
        "channel": [(name, _called("channel", name, words)) for name in channels],
        "precedence": [
            (name, t("say.routine") if name == "routine" else _called("precedence", name, words))
            for name in PRECEDENCES
        ],
        "state": [(name, t(f"proving.state_{name}")) for name in STATES],
    }


def _called(group: str, name: str, words: Any) -> str:
    key = f"{group}.{name.replace('-', '_')}"
    return str(words(key)) if words.has(key) else name


@dataclass(frozen=True, slots=True)
class Stand:
    """What a meeting has shown of one counterpart's log: a key of `STANDINGS`, or '' where nothing is against it."""

    party: str
    kind: str


def _standing(asked: Asked) -> tuple[Stand, ...]:
    return tuple(Stand(line.party, STANDINGS.get(line.verdict, "")) for line in matters.lines(asked.view))


@dataclass(frozen=True, slots=True)
class Hand:
    """One who signed: as the card in force at that place names them, and which card that is."""

    signer: Signer
    card: Card
    algorithm: int
    root: str


async def entry(asked: Asked) -> Response:
    """Show one entry: what it says, what is proven of it and how, its bytes, and those who signed it."""
    log, index = str(asked.request.path_params["log"]), int(asked.request.path_params["index"])
    item = asked.view.account.message((log, index))
    if not 0 <= index < asked.house.follower.record.size(log):
        raise NotAllowed(Sentence("entry.none", ref=ref_text((log, index))))
    held, _ = next(asked.house.follower.record.entries(log, index))
    proof, shown, fault = await _proven(asked, log, index)
    standing = next((one.kind for one in _standing(asked) if one.party == author_of(log)), "")
    return asked.page(
        "proving/entry.html",
        ref=ref_text((log, index)),
        elsewhere=[ref_text(ref) for ref in asked.view.account.places((log, index)) if ref != (log, index)],
        row=_row(asked, item),
        entry=held,
        leaf=leaf_hash(held.to_bytes()).hex(),
        lines=lines(held.to_bytes()),
        dump=hexdump(held.to_bytes()),
        hands=_hands(asked, held, item),
        proof=proof,
        note="" if proof is None else proof.note.to_bytes().decode(),
        shown=shown,
        stored=[] if shown is None else [asked.called(party) for party in shown.stored],
        fault=fault,
        standing=standing,
        may_take=asked.may(PROVERS),
    )


async def _proven(asked: Asked, log: str, index: int) -> tuple[Proof | None, Shown | None, str]:
    """Return the proof as the node gives it, what it proves to this console now, or why there is none."""
    try:
        reply = await asked.house.follower.ask({"do": "proof", "log": log, "index": index})
        proof = Proof.from_bytes(cast("bytes", reply["proof"]))
        return proof, check(proof, Excerpt.from_bytes(proof.extra)), ""
    except SearoomError as fault:
        return None, None, asked.refusal(fault)


def _hands(asked: Asked, held: Entry, item: Item | Again) -> tuple[Hand, ...]:
    roster, author = asked.house.follower.table.roster, held.statement.author
    card = roster.card_at(author, held.log, held.index)
    by_key = {each.key_id: each.algorithm for each in (*held.released.signatures, held.station)}
    return tuple(
        Hand(signer, card, by_key.get(signer.key_id, 0), roster.first_card(author).fingerprint())
        for signer in (*item.signers, item.station)
    )


async def take_proof(asked: Asked) -> Response:
    """Hand over the proof of one entry as a file."""
    log, index = str(asked.request.path_params["log"]), int(asked.request.path_params["index"])
    if asked.request.method != "POST":
        return asked.to(f"/record/{log}/{index}")
    return await handing.proof(asked, log, index, opened=(await asked.posted()).get("open") == "1")


async def standing(asked: Asked) -> Response:
    """Show what stands against each log, what that means and what to do, and the evidence that is kept."""
    kept: list[Mapping[str, object]] = []
    fault = ""
    try:
        reply = await asked.house.follower.ask({"do": "evidence"})
        kept = cast("list[Mapping[str, object]]", reply["evidence"])
    except SearoomError as problem:
        fault = asked.refusal(problem)
    return asked.page(
        "proving/standing.html",
        standing=_standing(asked),
        kinds=tuple(STANDINGS.values()),
        kept=kept,
        fault=fault,
        may_take=asked.may(handing.TAKERS),
    )


async def take_evidence(asked: Asked) -> Response:
    """Hand over a piece of evidence as a file."""
    if asked.request.method != "POST":
        return asked.to("/record/standing")
    number, form = int(asked.request.path_params["number"]), await asked.posted()
    return await handing.evidence(asked, number, fork=form.get("as") == "fork")


async def take(asked: Asked) -> Response:
    """Show what can be taken away, and hand it over."""
    if asked.request.method == "POST":
        return await handing.taken(asked, (await asked.posted()).get("what", ""))
    return asked.page("proving/take.html", what=handing.WHAT, sizes=asked.view.account.sizes)


PAGES: Final[tuple[Page, ...]] = (
    Page("/record", "record", record, menu=True),
    Page("/record/standing", "record_standing", standing, follows=True),
    Page("/record/take", "record_take", take, roles=handing.TAKERS, posts=True),
    Page("/record/standing/evidence/{number:int}", "take_evidence", take_evidence, roles=handing.TAKERS, posts=True),
    Page("/record/{log}/{index:int}", "record_entry", entry),
    Page("/record/{log}/{index:int}/proof", "take_proof", take_proof, roles=PROVERS, posts=True),
)
