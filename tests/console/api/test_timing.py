"""How long answers took, by route and never by address."""

import asyncio

import pytest

from searoom.console.api.metrics import BOUNDS_S
from searoom.console.api.timing import Meter, memory_bytes, route


def run(meter, app, scope):
    """Send one request through a meter."""

    async def sent(_message):
        return

    asyncio.run(meter.around(app)(scope, None, sent))


def answering(status, kind=b"text/html"):
    """Return an app that answers so."""

    async def app(scope, _receive, send):
        scope["route"] = type("Route", (), {"path": "/messages/{log}/{index:int}"})
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})

    return app


def test_an_answer_is_counted_once_by_its_route():
    """Which message somebody read does not stand in the counts, nor in what is told."""
    told = []
    meter = Meter(lambda *row: told.append(row))
    run(meter, answering(200), {"type": "http", "method": "GET", "path": "/messages/coral/7"})
    ((key, (counts, total)),) = meter.counted().items()

    assert ("/messages/{log}/{index:int}", "200") == key
    assert (1, len(BOUNDS_S) + 1, True) == (sum(counts), len(counts), total < 1.0)
    assert [("GET", "/messages/{log}/{index:int}", 200)] == [row[:3] for row in told]


def test_a_stream_is_not_counted():
    """How long somebody listens says nothing of how fast pages are."""
    meter = Meter()
    run(meter, answering(200, b"text/event-stream; charset=utf-8"), {"type": "http", "method": "GET"})

    assert {} == meter.counted()


def test_what_breaks_is_counted_as_500():
    """A fault on the way is an answer too."""

    async def broken(_scope, _receive, _send):
        raise RuntimeError

    meter = Meter()
    with pytest.raises(RuntimeError):
        run(meter, broken, {"type": "http", "method": "GET"})

    assert [("other", "500")] == list(meter.counted())
    assert "other" == route({})
    assert memory_bytes() > 1_000_000
