"""The routes under /api: what is known as JSON and in the formats of maps, all read and nothing written (FastAPI).

Nothing is said by this door, nor drafted: what speaks for a party is signed by an officer's own key, and a program
that holds none can do no harm here (docs/decisions/0045-api.md).
"""

from collections.abc import Iterable
from importlib import metadata
from typing import Annotated, Any, Final, Literal, cast

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from searoom import clock
from searoom.account import Again, Item, Message
from searoom.console.api import faults, formats, models, rows
from searoom.console.api.access import Caller, caller, still
from searoom.console.api.faults import REFUSALS, BadRequest, NoAccess
from searoom.console.api.formats import Row
from searoom.console.api.reference import page
from searoom.console.api.stream import LISTENERS, Hub, Told, wanted
from searoom.console.house import House
from searoom.console.people import SHOWN_TO
from searoom.console.streams import MOST_OF_PROGRAM
from searoom.console.view import View
from searoom.errors import NotAllowed
from searoom.signals.schema import form_schema

MOST: Final = 500
MANY: Final = 100_000
Lang = Annotated[Literal["en", "ja", "zh"], Query(description="The language of sentences and titles.")]
Shape = Literal["json", "geojson", "kml", "gpx", "csv"]
Format = Annotated[Shape, Query(alias="format", description="What the answer is written in.")]
LogName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9]{0,31}(\.[1-9][0-9]{0,5})?$", examples=["coral"])]
Index = Annotated[int, Path(ge=0, le=2**53)]
MEDIA: Final = {
    "json": "application/json", "geojson": "application/geo+json", "kml": "application/vnd.google-earth.kml+xml",
    "gpx": "application/gpx+xml", "csv": "text/csv; charset=utf-8", "cot": "application/xml",
}  # fmt: skip
_POINTS: Final = {"geojson": formats.geojson, "kml": formats.kml, "gpx": formats.gpx, "csv": formats.table}
_TRACKS: Final = {
    "geojson": formats.tracks_geojson, "kml": formats.tracks_kml, "gpx": formats.tracks_gpx, "csv": formats.table,
}  # fmt: skip


def written(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Return how an answer is described that comes in other formats too."""
    features = {"type": "object", "required": ["type", "features"], "description": "RFC 7946"}
    told = {kind: {"schema": features if kind == "geojson" else {"type": "string"}} for kind in kinds}
    return {200: {"content": {MEDIA[kind].partition(";")[0]: schema for kind, schema in told.items()}}}


class Api:
    """The answers of one console."""

    def __init__(self, house: House, hub: Hub) -> None:
        self._house, self._hub = house, hub

    @property
    def _view(self) -> View:
        return self._house.follower.view

    def app(self) -> FastAPI:
        """Return what is mounted at /api."""
        app = FastAPI(
            title="Searoom", version=metadata.version("searoom"), docs_url=None, redoc_url=None, openapi_url=None,
            description=DESCRIPTION, redirect_slashes=False,
        )  # fmt: skip
        faults.install(app)
        guarded = APIRouter(prefix="/v1", dependencies=[Depends(self._caller)], responses=REFUSALS)
        self._situation(guarded)
        self._said(guarded)
        self._kept(guarded)
        app.include_router(guarded)
        document = app.openapi()
        document["servers"] = [{"url": "/api"}]
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]

        async def openapi(_who: Annotated[Caller, Depends(self._caller)]) -> Response:
            return JSONResponse(document)

        async def docs(_who: Annotated[Caller, Depends(self._caller)]) -> Response:
            return Response(page(document), media_type="text/html; charset=utf-8")

        app.add_api_route("/openapi.json", openapi, include_in_schema=False)
        app.add_api_route("/docs", docs, include_in_schema=False)
        return app

    async def _caller(self, request: Request) -> Caller:
        who = caller(self._house, request, "api")
        if who is None:
            raise NoAccess
        return who

    # -- what is going on ------------------------------------------------------------------------------

    def _situation(self, router: APIRouter) -> None:
        @router.get("/status", response_model=models.Status)
        async def status() -> Any:
            """How the node is, in short."""
            return rows.status(self._view)

        @router.get("/lines", response_model=list[models.Line])
        async def lines() -> Any:
            """The line to each counterpart that has a node."""
            return rows.lines(self._view)

        @router.get(
            "/encounters", response_model=list[models.Encounter], responses=written("geojson", "kml", "gpx", "csv")
        )
        async def encounters(shape: Format = "json") -> Any:
            """What is open, the most pressing first, with both places of the closest approach."""
            told = rows.encounters(self._view, await self._house.follower.sea.now())
            return told if shape == "json" else _points(shape, told)

        @router.get(
            "/craft", response_model=list[models.Craft], responses=written("geojson", "kml", "gpx", "csv", "cot")
        )
        async def craft(
            shape: Annotated[Literal["json", "geojson", "kml", "gpx", "csv", "cot"], Query(alias="format")] = "json",
        ) -> Any:
            """Where each craft was when it was last told of. Not for navigation."""
            sea = await self._house.follower.sea.now()
            if shape == "cot":
                if self._view.agreement.exercise:
                    raise BadRequest("nothing of an exercise goes onto other systems' maps", NO_COT, "format")
                return Response(formats.cot(sea), media_type=MEDIA["cot"])
            return list(rows.craft(sea)) if shape == "json" else _points(shape, rows.craft(sea))

        self._rest_of_situation(router)

    def _rest_of_situation(self, router: APIRouter) -> None:
        @router.get("/tracks", response_model=list[models.Position], responses=written("geojson", "kml", "gpx", "csv"))
        async def tracks(
            begin: Annotated[str, Query(alias="from", description="ISO 8601, UTC.", max_length=32)] = "",
            end: Annotated[str, Query(alias="to", description="ISO 8601, UTC.", max_length=32)] = "",
            craft: Annotated[str, Query(description="Names of craft, separated by commas.", max_length=2_000)] = "",
            shape: Format = "json",
        ) -> Any:
            """Positions that the lookout noted of our unit and craft near it; of the last hour, unless told."""
            to_us = _moment(end, self._view.now_us)
            from_us = _moment(begin, to_us - HOUR_US)
            found = list(rows.tracks(self._view.notes, from_us, to_us, frozenset(filter(None, craft.split(",")))))
            if len(found) > MANY:
                raise BadRequest(
                    f"these are {len(found)} positions; {MANY} are told at once", "Ask for a shorter time."
                )
            return found if shape == "json" else Response(_TRACKS[shape](found), media_type=MEDIA[shape])

        @router.get("/zones", response_model=list[models.Zone])
        async def zones() -> Any:
            """The zones that this node was given, each with who claims it. None of them is Searoom's."""
            return list(rows.zones(await self._house.follower.sea.zones()))

        @router.get("/stream", response_class=Response, responses={200: STREAMED, 503: BUSY})
        async def stream(
            request: Request,
            who: Annotated[Caller, Depends(self._caller)],
            types: Annotated[str, Query(max_length=100, description="Types of events, separated by commas.")] = "",
            last_event_id: Annotated[str, Header(max_length=40)] = "",
        ) -> Any:
            """Listen to what changes, as server-sent events; `Last-Event-ID` goes on where a line was cut."""
            chosen = wanted(types)
            if not chosen:
                raise BadRequest("there is no such type of event", "docs/programs.md has the types.", "types")
            if len(self._hub.listeners) >= LISTENERS:
                raise faults.Busy(f"{LISTENERS} programs listen already", "Let one of them end, and try again.")
            place = self._house.streams.program(who.name)
            if place is None:
                raise faults.Busy(f"{MOST_OF_PROGRAM} streams of yours are open already", "End one, and try again.")
            listener = self._hub.listen(chosen, last_event_id)
            return Told(self._hub, listener, still(self._house, request, "api"), place)

    # -- what was said ---------------------------------------------------------------------------------

    def _said(self, router: APIRouter) -> None:
        @router.get("/messages", response_model=models.Messages)
        async def messages(
            after: Annotated[str, Query(max_length=2_000, description="The cursor `next` of the answer before.")] = "",
            limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
            form: Annotated[str, Query(max_length=64)] = "",
            channel: Annotated[str, Query(max_length=64)] = "",
            author: Annotated[str, Query(max_length=64)] = "",
            precedence: Annotated[Literal["", "routine", "immediate", "flash"], Query()] = "",
            automatic: Annotated[bool, Query(description="Also what stations write by themselves.")] = False,
        ) -> Any:
            """Return entries in the joint order. The cursor leaves out nothing that came later and stands earlier."""
            asked = {"form": form, "channel": channel, "author": author, "precedence": precedence}
            return _part(self._view, after, limit, {name: value for name, value in asked.items() if value}, automatic)

        @router.get("/messages/{log}/{index}", response_model=models.MessageWithStates)
        async def message(log: LogName, index: Index, lang: Lang = "en") -> Any:
            """One entry, and how far it came with each recipient."""
            item = self._view.account.message((log, index))
            return rows.message(self._view, item) | {"states": rows.states(self._view, item, lang)}

        @router.get("/dues", response_model=list[models.Due])
        async def dues(lang: Lang = "en", state: Annotated[str, Query(max_length=32)] = "") -> Any:
            """What is owed, by whom, until when, and what silence means."""
            return [row for row in rows.dues(self._view, lang) if state in ("", row["state"])]

        @router.get("/drafts", response_model=models.Drafts)
        async def drafts(who: Annotated[Caller, Depends(self._caller)]) -> Any:
            """How many drafts wait for a second person; which ones, for those who may open them on the pages."""
            return rows.drafts(self._view, shown=who.may(SHOWN_TO["drafts"]))

    # -- what is kept ----------------------------------------------------------------------------------

    def _kept(self, router: APIRouter) -> None:
        @router.get("/record", response_model=models.Record)
        async def record() -> Any:
            """How far each log is held here, and countersigned by the others."""
            return rows.record(self._view)

        @router.get("/record/{log}/{index}/proof", response_class=Response, responses={200: {"content": {PROOF: {}}}})
        async def proof(log: LogName, index: Index, who: Annotated[Caller, Depends(self._caller)]) -> Any:
            """One entry as a file that proves itself (`searoom verify`), its words closed; to whom pages give it."""
            _refuse_unless(who, "proof")
            now_us = clock.machine_now()
            reply = await self._house.follower.ask({"do": "proof", "log": log, "index": index, "open": False})
            self._house.people.audit.note("proof-taken", who.name, now_us, about=f"{log}/{index}")
            return Response(cast("bytes", reply["proof"]), media_type=PROOF)

        @router.get("/reviews", response_model=list[models.Review])
        async def reviews(who: Annotated[Caller, Depends(self._caller)]) -> Any:
            """What officers of each party signed of yearly reviews, for those who may read reviews on the pages."""
            _refuse_unless(who, "reviews")
            return list(rows.reviews(self._view))

        @router.get("/forms", response_model=list[models.FormName])
        async def forms(lang: Lang = "en") -> Any:
            """The forms that messages can have."""
            return list(rows.forms(self._view, lang))

        @router.get("/forms/{form}", response_model=dict[str, Any])
        async def form(form: Annotated[str, Path(pattern="^[a-z0-9-]{1,64}$")], lang: Lang = "en") -> Any:
            """One form as a JSON Schema."""
            return form_schema(self._view.book.form(form), lang)


NO_COT: Final = "Ask for another format; Cursor on Target is for agreements that are meant."
HOUR_US: Final = 3_600_000_000
PROOF: Final = "application/octet-stream"
STREAMED: Final = {
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
    "description": "Events, until it ends.",
}
BUSY: Final = {"model": models.Problem, "description": "The node does not answer, or too many listen."}
DESCRIPTION: Final = (
    "What a console of Searoom knows, for programs on the same machine. All of it is read; nothing is said by it. "
    "Times are UTC, lengths are metres, speeds metres a second, angles degrees. What sensors saw is national, and "
    "not for navigation."
)


def _refuse_unless(who: Caller, what: str) -> None:
    if not who.may(SHOWN_TO[what]):
        raise faults.NoRole(SHOWN_TO[what])


def _points(shape: str, told: Iterable[Row]) -> Response:
    return Response(_POINTS[shape](told), media_type=MEDIA[shape])


def _moment(text: str, otherwise_us: int) -> int:
    try:
        return clock.from_text(text) if text else otherwise_us
    except NotAllowed as fault:
        raise BadRequest(fault.sentence, fault.advice(), "from", "to") from None


def _part(view: View, after: str, limit: int, asked: dict[str, str], automatic: bool) -> dict[str, Any]:
    """Return so many entries beyond a cursor, and the cursor behind the last that was looked at."""
    sizes, found = rows.sizes_of(after), list[Row]()
    for item in view.account.items:
        log, index = item.ref
        if index < sizes.get(log, 0):
            continue
        if len(found) == limit:
            return {"messages": found, "next": rows.cursor(sizes)}
        sizes[log] = index + 1
        if _fits(view, item, asked, automatic):
            found.append(rows.message(view, item))
    return {"messages": found, "next": rows.cursor(sizes) or None}


def _fits(view: View, item: Item | Again, asked: dict[str, str], automatic: bool) -> bool:
    filled = item.filled if isinstance(item, Message) else None
    if filled is not None and not automatic and view.book.form(filled.form).automatic:
        return False
    held = {"author": item.author}
    if filled is not None:
        held |= {"form": filled.form, "channel": filled.channel, "precedence": filled.precedence}
    return all(held.get(name) == value for name, value in asked.items())
