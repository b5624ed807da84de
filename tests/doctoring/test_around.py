"""Versions, extras, ports, certificates, and what a node says of itself."""

import importlib.util
from dataclasses import replace

from searoom.doctoring import around
from searoom.doctoring.ailment import Weight

YEAR_US = 366 * 24 * 3600 * 1_000_000
STATUS = {"pid": 1, "port": 0, "healing": False, "lines": {}, "blind": {}, "evidence": {}}


def test_an_old_sqlite_is_bad(monkeypatch, patient):
    """A library that can lose a commit is named before a node loses one."""
    assert [Weight.SOUND] == [one.weight for one in around.versions(patient)]
    monkeypatch.setattr(around.apsw, "sqlite_lib_version", lambda: "3.46.0")

    assert [Weight.BAD] == [one.weight for one in around.versions(patient)]


def test_an_extra_that_the_settings_need(monkeypatch, patient):
    """What is not installed is told; it is bad only where this node cannot do without."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert {Weight.SOUND} == {one.weight for one in around.extras(patient)}
    stored = replace(patient, settings=replace(patient.settings, store="postgres://searoom@db/amber"))

    assert ["extras"] == [one.check for one in around.extras(stored) if one.weight is Weight.BAD]


def test_certificates_that_end(patient):
    """Soon is doubtful, over is bad, and the advice is the next card."""
    cards = {
        years: [one.weight for one in around.certificates(replace(patient, now_us=patient.now_us + years * YEAR_US))]
        for years in (0, 20)
    }

    assert [Weight.SOUND] == cards[0]
    assert {Weight.BAD} == set(cards[20])


def test_what_a_node_says_of_itself(patient):
    """A verdict is bad; silence, blindness, evidence and healing are to be looked at; nothing is sound."""
    line = {"verdict": "", "silent_since": None, "last_fault": ""}
    ill = {
        **STATUS,
        "healing": True,
        "blind": {"radar": "no such file"},
        "evidence": {"fork": 1},
        "lines": {"coral": {**line, "silent_since": "2026-06-03T02:00:00Z"}, "teal": {**line, "verdict": "fork"}},
    }
    found = [(one.check, one.weight) for one in around.working(replace(patient, status=ill))]

    assert [("node", Weight.SOUND)] == [
        (one.check, one.weight) for one in around.working(replace(patient, status=STATUS))
    ]
    assert [("lines", Weight.BAD)] == [row for row in found if row[1] is Weight.BAD]
    assert {"node", "lines", "sensors", "evidence"} == {check for check, _ in found}
