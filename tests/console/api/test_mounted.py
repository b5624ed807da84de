"""All that is for programs, beside the pages."""

import json

from searoom.console.api.mounted import Programs
from searoom.console.follow import Follower
from searoom.console.house import House
from searoom.eventlog import EventLog


def test_an_answer_is_an_event_without_an_address(api_stage, program):
    """What the console logs of an answer is its route, status and time: no path, no account, no word."""
    lines = []
    house = House(
        api_stage.folder("amber"), Follower(api_stage.folder("amber")), None, log=EventLog(lines.append, "json")
    )
    programs = Programs(house)
    programs.meter._heard("GET", "/messages/{log}/{index:int}", 200, 0.0123)
    (told,) = [json.loads(line) for line in lines]

    assert ("answered", "info", 12.3) == (told["event"], told["level"], told["duration_ms"])
    assert {"time", "level", "event", "method", "route", "status", "duration_ms"} == set(told)


def test_what_is_not_there_is_said_in_one_shape(program):
    """An address that there is not, and a way of asking that there is not, are a sentence with its advice."""
    status, headers, text = program.get("/api/v1/nothing")

    assert (404, "application/json") == (status, headers["content-type"])
    assert {"sentence", "advice", "where"} == set(json.loads(text))
