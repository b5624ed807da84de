"""What monitors and calendars ask for."""

import asyncio
from dataclasses import replace

import pytest
from icalendar import Calendar
from starlette.requests import Request

from console_at_work import Program
from searoom.console.api.doors import Doors
from searoom.console.api.stream import Hub
from searoom.console.api.timing import Meter
from searoom.console.follow import Follower
from searoom.console.house import House
from searoom.obligations import agreement as agreements
from searoom.obligations import standing


def test_alive_and_ready_are_open_and_say_no_more(program):
    """Anybody on this machine may ask whether the process lives and the node answers, and hears nothing else."""
    nobody = Program(program.address, "")

    assert (200, "alive\n") == nobody.get("/healthz")[::2]
    assert (200, "ready\n") == nobody.get("/readyz")[::2]
    assert (200, "up\n") == nobody.get("/health")[::2]


def test_metrics_are_in_the_text_format(program):
    """Metrics say which format they are in, and what is up."""
    status, headers, text = program.get("/metrics")

    assert (200, "text/plain; version=0.0.4; charset=utf-8") == (status, headers["content-type"])
    assert 'searoom_line_up{party="coral"} 1\n' in text
    assert 'searoom_open_encounters{grade="urgent"} 1\n' in text
    assert 'route="/api/v1/' in text or 'route="/readyz"' in text


@pytest.fixture
def meant(api_stage, token):
    """The doors of a console whose agreement is meant: no exercise, with duties."""
    from console_at_work import people

    folder = api_stage.folder("amber")
    house = House(folder, Follower(folder), people(folder))
    agreement = agreements.load("macm")
    view = replace(house.follower.view, agreement=agreement, account=house.follower.view.account)
    duties = standing.due(agreement, view.account, view.now_us)
    house.follower._view = replace(view, duties=duties)
    doors = {route.path: route.endpoint for route in Doors(house, Hub(house.follower), Meter()).routes()}

    def get(address):
        path, _, query = address.partition("?")
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
        return asyncio.run(doors[path](Request(scope)))

    yield get
    house.people.close()


def test_a_calendar_has_its_token_in_the_address(meant, token):
    """A calendar program shows its token in the address and gets what is due, with alarms and ids that stay."""
    mine = token("dates", "desk", uses=("calendar",))
    first, again = (meant(f"/calendar.ics?token={mine}&lang=ja") for _ in range(2))
    events = Calendar.from_ical(first.body).walk("VEVENT")

    assert "text/calendar; charset=utf-8" == first.headers["content-type"]
    assert first.body == again.body
    assert events
    assert all(2 == len(event.walk("VALARM")) for event in events)
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert 401 == meant("/calendar.ics?token=searoom-wrong").status_code
    assert 404 == meant(f"/calendar.ics?token={mine}&lang=xx").status_code


def test_not_ready_while_no_node_answered(meant):
    """Before the node has answered once the console is not ready, and alive."""
    assert (503, 200) == (meant("/readyz").status_code, meant("/healthz").status_code)
