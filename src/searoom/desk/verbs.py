"""What can be asked at a node's desk: one verb a question, each with its reply; commands on the same machine use it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, cast

from searoom import cbor, clock
from searoom.account import Account, Again, Closed, Message, Notice, Ref, Transcribed, ref_text
from searoom.desk.agreed import Agreed
from searoom.desk.bridge import Bridge
from searoom.desk.charting import Charting
from searoom.desk.door import Request, take
from searoom.desk.following import Following
from searoom.desk.keeping import Keeping
from searoom.encounters import screen
from searoom.errors import NotAllowed
from searoom.keys.ourcards import later_cards
from searoom.link.progress import Progress
from searoom.matters import slip
from searoom.matters.delivery import AHEAD_WORDS, LAYERS, STATE_WORDS, UNREAD_WORDS, delivery
from searoom.node.node import Node
from searoom.obligations import standing
from searoom.record import shape
from searoom.record.entry import Entry, Released
from searoom.record.export import Opener, closed
from searoom.record.roster import author_of
from searoom.review import render
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.tables import LANGUAGES
from searoom.statements.annexes import MAX_ANNEX
from searoom.statements.items import stands_too
from searoom.statements.release import require_named
from searoom.watch.lookout import Lookout

Reply = dict[str, cbor.Value]
FLASH = "flash"
MAX_ANNEXES = 64


class Link(Protocol):
    """What the desk asks of the couriers."""

    def news(self, entry: Entry, *, flash: bool) -> None:
        """Tell the couriers that our log has grown; a flash goes ahead at once."""

    async def meet_all(self) -> dict[str, Progress]:
        """Meet every counterpart once; return what came of it, by party."""

    def state(self) -> Reply:
        """Return what is known of the lines: port, last contacts, faults, verdicts, key exchanges."""


class Verbs:
    """The desk of one node."""

    def __init__(self, node: Node, lookout: Lookout, link: Link, keeping: Keeping, stop: asyncio.Event) -> None:
        self._node, self._lookout, self._link, self._stop = node, lookout, link, stop
        self._keeping, self._following, self._agreed = keeping, Following(node, lookout), Agreed(node)
        self._verbs: dict[str, Callable[[Request], Awaitable[Reply]]] = {
            "material": self._material,
            "status": self._status,
            "submit": self._submit,
            "open-log": self._open_log,
            "issue-card": self._issue_card,
            "retire-keys": self._retire_keys,
            "draft": self._draft,
            "drafts": self._drafts,
            "look": self._look,
            "note": self._note,
            "message": self._message,
            "slip": self._slip,
            "ahead": self._ahead,
            "aside": self._aside,
            "asides": self._asides,
            "annexes": self._annexes,
            "tick": self._tick,
            "meet": self._meet,
            "nearest": self._nearest,
            "joint": self._joint,
            "export": self._export,
            "due": self._due,
            "watch": self._watch,
            "stop": self._halt,
            **(Bridge(node, lookout).verbs() | Charting(node, lookout).verbs()),
            **(keeping.verbs() | self._following.verbs() | self._agreed.verbs()),
        }

    async def handle(self, request: Request) -> Reply:
        """Return the reply to a request; raise `NotAllowed` for a verb that there is not."""
        verb = self._verbs.get(str(request.get("do")))
        if verb is None:
            raise NotAllowed(Sentence("desk.no_verb", verb=request.get("do")))
        return await verb(request)

    def stir(self) -> None:
        """Let consoles that wait see whether something is new, after what may have changed without being written."""
        self._following.stir()

    async def _material(self, _request: Request) -> Reply:
        node = self._node
        return {
            "party": node.party,
            "mechanism": node.record.mechanism,
            "exercise": node.record.exercise,
            "unit": node.settings.unit,
            "books": list(node.agreement.books),
            "now_us": node.now(),
            "cards": list(node.cards.values()),
            "former": [one for one in node.record.roster.parties if one not in node.agreement.parties],
            "later": [[log, index, data] for log, index, data in later_cards(node.record)],
            "policy": node.agreement.policy.to_value(),
        }

    async def _status(self, _request: Request) -> Reply:
        node = self._node
        record = node.record
        parties, logs = record.roster.parties, record.logs()
        recorded: dict[str, cbor.Value] = {
            f"{log} by {by}": record.recorded(log, by) for log in logs for by in parties if by != author_of(log)
        }
        return {
            "party": node.party,
            "fingerprint": record.roster.first_card(node.party).fingerprint(),
            "card": record.roster.card(node.party).serial,
            "now": clock.to_text(node.now()),
            "log": record.own,
            "healing": record.healing,
            "sizes": {log: record.size(log) for log in logs},
            "ahead": {log: len(record.aheads(log)) for log in logs},
            "recorded": recorded,
            "account": dict(zip(("read", "of"), node.accounting.progress(), strict=True)),
            "exercise": record.exercise,
            "agreement": self._agreed.condition(),
            "open": dict(Counter(str(one.alerts[-1].grade) for one in self._lookout.now_open().encounters)),
            "blind": dict(self._lookout.blind),
            "sensors": {name: dict(counts) for name, counts in self._lookout.condition().items()},
            **self._keeping.condition(),
            **self._link.state(),
        }

    async def _submit(self, request: Request) -> Reply:
        released = Released.from_bytes(take(request, "released", bytes))
        body = take(request, "body", bytes)
        entry = self._node.submit(released, body)
        said = forms.decode(self._node.openings.require(released.statement, body).content, self._node.book)
        self._link.news(entry, flash=said.precedence == FLASH)
        return {"log": entry.log, "index": entry.index}

    async def _open_log(self, request: Request) -> Reply:
        released = Released.from_bytes(take(request, "released", bytes))
        entry = self._node.open_log(released, take(request, "body", bytes))
        self._node.acknowledge()  # what came while nothing could be said is answered now
        self._link.news(entry, flash=False)
        return {"log": entry.log, "index": entry.index}

    async def _issue_card(self, request: Request) -> Reply:
        entry = self._node.issue_card(take(request, "card", bytes))
        self._link.news(entry, flash=False)
        return {
            "log": entry.log,
            "index": entry.index,
            "serial": self._node.record.roster.card(self._node.party).serial,
        }

    async def _retire_keys(self, _request: Request) -> Reply:
        kept, destroyed = self._node.retire_keys()
        return {"kept": kept, "destroyed": destroyed}

    async def _draft(self, request: Request) -> Reply:
        released = Released.from_bytes(take(request, "released", bytes))
        return {"draft": self._node.notebook.draft(released, take(request, "body", bytes))}

    async def _drafts(self, _request: Request) -> Reply:
        rows: list[cbor.Value] = [
            {"draft": number, "form": filled.form, "at": clock.to_text(at_us), "by": list(names)}
            for number, filled, at_us, names in self._node.notebook.waiting()
        ]
        return {"drafts": rows}

    async def _look(self, request: Request) -> Reply:
        released, body, opening = self._node.notebook.look(take(request, "draft", int))
        filled = forms.decode(opening.content, self._node.book)
        held = self._node.postbox.look_up_draft(filled, released.statement)
        rows: list[cbor.Value] = [[reference, found] for reference, found in held.items()]
        return {"released": released.to_bytes(), "body": body, "opening": opening.to_bytes(), "annexes": rows}

    async def _note(self, request: Request) -> Reply:
        filled = forms.decode(take(request, "content", bytes), self._node.book)
        return {"index": self._node.notebook.note(filled).index}

    async def _message(self, request: Request) -> Reply:
        node, lang = self._node, _language(request)
        ref = (take(request, "author", str), take(request, "index", int))
        account = node.account() if node.accounting.ready else None
        message = node.accounting.entry(ref) if account is None else account.message(ref)
        if isinstance(message, Closed):
            raise NotAllowed(Sentence("desk.closed", ref=ref_text(ref), party=node.party, why=message.why))
        names = node.agreement.names_in(lang)
        content, first, rows = b"", "", list[cbor.Value]()
        if not isinstance(message, Notice):
            content = forms.encode(message.filled, node.book)
        if isinstance(message, Message):
            rows = [[reference, opening] for reference, opening in node.postbox.look_up(message).items()]
            first = stands_too([each for each in account.places(ref) if each != ref], lang) if account else ""
        elif isinstance(message, Transcribed):
            first = message.sentence(lang, node.book, names)
        else:
            first = message.sentence(lang, names)
        return {"content": content, "sentence": first, "annexes": rows, **self._states(account, ref, lang)}

    def _states(self, account: Account | None, ref: Ref, lang: str) -> Reply:
        """Return how far an entry came; while the account is not read, that this is not known yet."""
        if account is None:
            read, whole = self._node.accounting.progress()
            return {"states": [UNREAD_WORDS[lang].format(read=read, of=whole)], "reached": {}, "layers": {}}
        told = delivery(account, ref)
        states = list(told.sentences(lang, self._node.agreement.names_in(lang)))
        handed = self._node.notebook.taken_us(*account.places(ref))
        if handed is not None:
            states.insert(1, f"{STATE_WORDS['handed over'][lang]} [{clock.to_text(handed)}]")
        item = account.message(ref)
        if isinstance(item, Message) and not self._node.book.form(item.filled.form).automatic:
            states += told.silent(lang, self._node.agreement.names_in(lang))
        reached: Reply = {
            "handed over": handed is not None,
            "delivered": told.delivered is not None,
            "recorded": all(told.recorded.values()),
            "read": told.read is not None,
        }
        layers: Reply = {
            each.party: {layer: one.kind for layer in LAYERS if (one := each.stands(layer)) is not None}
            for each in told.each
        }
        return {"states": list(states), "reached": reached, "layers": layers}

    async def _ahead(self, request: Request) -> Reply:
        lang = _language(request)
        rows: list[cbor.Value] = []
        for item in self._node.ahead():
            content = forms.encode(item.filled, self._node.book) if isinstance(item, Message) else b""
            why = item.why if isinstance(item, Closed) else item.sentence(lang) if isinstance(item, Again) else ""
            rows.append({"ref": ref_text(item.ref), "content": content, "why": why, "state": AHEAD_WORDS[lang]})
        return {"ahead": rows}

    async def _slip(self, request: Request) -> Reply:
        node, lang = self._node, _language(request)
        ref = (take(request, "log", str), take(request, "index", int))
        message = node.account().message(ref)
        if not isinstance(message, Message) or message.author != node.party:
            raise NotAllowed(Sentence("desk.not_ours", ref=ref_text(ref)))
        page = slip.slip(
            message,
            node.book,
            lang=lang,
            mechanism=node.record.mechanism,
            exercise=node.record.exercise,
            names=node.agreement.names_in(lang),
            to=[party for party in node.agreement.parties if party != node.party],
        )
        return {"text": page.text(), "html": page.html(), "code": page.code}

    async def _aside(self, request: Request) -> Reply:
        said = self._node.postbox.say_aside(
            take(request, "channel", str), take(request, "text", str), _language(request)
        )
        return {"number": said.number}

    async def _asides(self, request: Request) -> Reply:
        copies = self._node.postbox.copies(take(request, "channel", str))
        rows: list[cbor.Value] = [
            {"author": str(one.fields["author"]), "number": str(one.fields["number"]), "text": str(one.fields["text"])}
            for one in copies
        ]
        return {"asides": rows}

    async def _annexes(self, request: Request) -> Reply:
        sealed = shape.sequence(
            cast("cbor.Value", request.get("annexes")), "the personal data of a request", most=MAX_ANNEXES
        )
        pairs = [shape.sequence(row, "personal data", least=2, most=2) for row in sealed]
        self._node.postbox.keep_annexes(
            [
                (
                    shape.octets(reference, "the hash of personal data", size=shape.HASH_SIZE),
                    shape.octets(data, "sealed personal data", least=1, most=MAX_ANNEX),
                )
                for reference, data in pairs
            ]
        )
        return {"kept": len(pairs)}

    async def _tick(self, request: Request) -> Reply:
        now_us = take(request, "now_us", int)
        self._node.tick(now_us)
        alerts = self._lookout.look(now_us)
        self.stir()
        self._node.test_lines()
        faults = await self._meet(request) if request.get("meet") else {}
        return {"idle_at": now_us, "grades": [str(alert.grade) for alert in alerts], **faults}

    async def _meet(self, _request: Request) -> Reply:
        progress = await self._link.meet_all()
        return {
            "faults": {party: result.fault for party, result in progress.items() if result.fault},
            "in_step": all(result.in_step for result in progress.values()),
        }

    async def _nearest(self, request: Request) -> Reply:
        found = self._lookout.nearest(take(request, "from_us", int), take(request, "to_us", int))
        return {
            "value_mm": found.value_mm,
            "error_mm": found.error_mm,
            "at_us": found.at_us,
            "by": found.by,
            "sensor": found.source,
        }

    async def _joint(self, request: Request) -> Reply:
        page = render.joint(self._node.account(), self._node.agreement, lang=_language(request))
        return {"page": page.encode()}

    async def _export(self, request: Request) -> Reply:
        require_named(self._node.agreement.policy)
        opener: Opener | None = closed if request.get("closed") else None
        return {"entries": self._node.export(Path(take(request, "folder", str)), opener=opener)}

    async def _due(self, request: Request) -> Reply:
        lang = _language(request)
        return {
            "duties": [standing.facts(duty, lang) for duty in self._node.duties(everything=bool(request.get("all")))]
        }

    async def _watch(self, _request: Request) -> Reply:
        return {"table": screen.to_table(self._lookout.now_open())}

    async def _halt(self, _request: Request) -> Reply:
        self._stop.set()
        return {"stopping": True}


def _language(request: Request) -> str:
    lang = request.get("lang", LANGUAGES[0])
    if lang not in LANGUAGES:
        raise NotAllowed(Sentence("form.no_language", lang=lang, known=", ".join(LANGUAGES)))
    return str(lang)
