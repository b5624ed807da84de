"""All that is for programs, put together for one console: the interface, its stream, its counts and its log."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from searoom.console.api.doors import Doors
from searoom.console.api.routes import Api
from searoom.console.api.stream import Hub
from searoom.console.api.timing import Meter
from searoom.console.house import House


class Programs:
    """What `app` mounts beside the pages."""

    def __init__(self, house: House) -> None:
        self._log = house.log
        self.hub, self.meter = Hub(house.follower), Meter(self._told)
        self._doors, self._api = Doors(house, self.hub, self.meter), Api(house, self.hub)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [*self._doors.routes(), Mount("/api", self._api.app())]

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the pages with their times taken."""
        return self.meter.around(app)

    async def run(self) -> None:
        """Tell who listens what changes, until cancelled."""
        await self.hub.run()

    def _told(self, method: str, route: str, status: int, took_s: float) -> None:
        self._log.tell(
            "answered", level="error" if status >= 500 else "info", method=method, route=route, status=status,
            duration_ms=round(took_s * 1000, 1),
        )  # fmt: skip
