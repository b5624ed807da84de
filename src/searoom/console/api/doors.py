"""What monitors and calendars ask for: alive, ready, Prometheus metrics, and what is due as a calendar."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from searoom import clock
from searoom.console.api import metrics
from searoom.console.api.access import caller, of_calendar
from searoom.console.api.metrics import Counted
from searoom.console.api.stream import Hub
from searoom.console.api.timing import Meter, memory_bytes
from searoom.console.house import House
from searoom.errors import NotAllowed
from searoom.obligations import feed
from searoom.signals.tables import LANGUAGES

WANTED = 'Bearer realm="searoom"'


class Doors:
    """These routes of one console."""

    def __init__(self, house: House, hub: Hub, meter: Meter) -> None:
        self._house, self._hub, self._meter = house, hub, meter

    def routes(self) -> list[Route]:
        """Return the routes; the first two are open to everybody on this machine, and say no more than yes or no."""
        return [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
            Route("/calendar.ics", self._calendar),
        ]

    async def _alive(self, _request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def _ready(self, _request: Request) -> Response:
        view = self._house.follower.view
        if view.silent_us is not None or not self._house.follower.number:
            return PlainTextResponse("not ready: the node does not answer; see `searoom status`\n", 503)
        if view.unread:
            return PlainTextResponse("not ready: the record is being read\n", 503)
        return PlainTextResponse("ready\n")

    async def _metrics(self, request: Request) -> Response:
        if caller(self._house, request, "metrics", "api") is None:
            return _refused("a token for metrics is needed: searoom account FOLDER token NAME --for metrics ...")
        counted = Counted(len(self._hub.listeners), self._hub.dropped, memory_bytes(), self._meter.counted())
        told = metrics.text(self._house.follower.view, counted, clock.machine_now())
        return Response(told, media_type=metrics.MEDIA)

    async def _calendar(self, request: Request) -> Response:
        asked, view = request.query_params, self._house.follower.view
        who = of_calendar(self._house, asked.get("token", "")) or caller(self._house, request, "api")
        lang = asked.get("lang", LANGUAGES[0])
        if who is None:
            return _refused("a token for a calendar is needed: searoom account FOLDER token NAME --for calendar ...")
        if lang not in LANGUAGES:
            return PlainTextResponse(f"the languages are {', '.join(LANGUAGES)}\n", 404)
        ours = [duty for duty in view.duties if asked.get("whose") != "ours" or view.party in duty.owed_by]
        try:
            told = feed.calendar(view.agreement, ours, lang, view.now_us)
        except NotAllowed as fault:
            return PlainTextResponse(f"{fault.sentence}\n{fault.advice()}\n", 404)
        return Response(told, media_type="text/calendar; charset=utf-8")


def _refused(sentence: str) -> Response:
    return PlainTextResponse(f"{sentence}\n", 401, {"www-authenticate": WANTED})
