"""Commands of a person with a key: said or drafted, released by another, a range given out and never made finer."""

import json
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskside import at_work, fill, forms_of, key_file, run, signed, tick
from searoom import clock
from searoom.commands import people
from searoom.officer import Placed
from searoom.units import MICROSECONDS

TEXT = "当時の貴艦の針路をお知らせ願います。"


@pytest.fixture
def amber(stage):
    with at_work(stage, "amber") as services:
        yield services["amber"]


@pytest.fixture
def person(stage, amber, capsys):
    """Type a command at amber's desk with a person's key."""

    def type_it(name, *words, key="amber-1", after=()):
        return run(capsys, name, stage.folder("amber"), *after, "--key", key_file(stage, key), *words)

    return type_it


def items(amber):
    return amber.node.account().items


def test_what_one_may_say_is_placed(person, amber):
    """The command prints where it stands; channel, precedence, language and end of validity are as typed."""
    code, out, _ = person(
        "say", "--form", "hotline-contact", "--set", "phrase=message-follows", "--precedence", "flash",
        "--lang", "zh", "--channel", "hotline", "--until", "2026-06-04T00:00:00Z",
    )  # fmt: skip

    (message,) = items(amber)
    assert (0, "placed as amber/0\n") == (code, out)
    assert ("flash", "zh", "hotline") == (message.filled.precedence, message.filled.lang, message.filled.channel)
    assert clock.from_text("2026-06-04T00:00:00Z") == message.until_us


def test_substance_becomes_a_draft_that_another_person_releases(person, amber):
    """The words in their own language are shown to the second person, who signs them; then they stand in the log."""
    code, out, _ = person("say", "--form", "hotline-message", "--lang", "ja", "--set", f"text={TEXT}", "--json")
    draft = json.loads(out)["draft"]
    assert (0, None) == (code, json.loads(out)["index"])
    assert () == items(amber)

    code, out, err = person("release", after=(draft,))
    assert (3, ()) == (code, items(amber))
    assert "has signed draft" in err

    code, out, _ = person("release", after=(draft,), key="amber-2")
    assert 0 == code
    assert TEXT in out
    assert "placed as amber/0" in out
    assert ["hotline-message"] == forms_of(items(amber))


def test_a_draft_is_told_as_one(person):
    """A person reads that it waits, and for whom."""
    _, out, _ = person("say", "--form", "hotline-message", "--set", "text=Hello")

    assert "kept as draft 0: another person releases it" in out


def test_a_release_for_a_program_prints_its_place_alone(person):
    """With --json there is one JSON value."""
    person("say", "--form", "hotline-message", "--set", "text=Hello")
    _, out, _ = person("release", "--json", after=(0,), key="amber-2")

    assert {"author": "amber", "index": 0, "draft": None} == json.loads(out)


def test_an_answer_names_the_entry(stage, person, amber):
    """`--reply` is the entry that is answered."""
    filled = fill("hotline-contact", {"phrase": "message-follows"})
    amber.node.submit(*signed(stage, amber.node, filled, "amber-1"))
    code, _, _ = person("say", "--form", "contact-answer", "--reply", "amber/0", "--set", "answer=understood")

    assert 0 == code
    assert ("amber", 0) == items(amber)[-1].filled.reply_to


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--form", "no-such-form"), "there is no form 'no-such-form'"),
        (("--form", "receipt", "--set", "party=coral", "--set", "size=0"), "by the station alone"),
        (("--form", "contact-answer", "--set", "answer=understood"), "reply_to: "),
        (("--form", "contact-answer", "--set", "answer=perhaps", "--reply", "coral/0"), "answer"),
        (("--form", "hotline-contact", "--set", "phrase"), "NAME=VALUE"),
        (("--form", "hotline-contact", "--set", "phrase=message-follows", "--until", "soon"), "'soon' is not a time"),
        (("--form", "hotline-contact", "--set", "phrase=message-follows", "--channel", "desk"), "channel"),
        (("--form", "hotline-contact", "--reply", "coral"), "write it like amber/3"),
    ],
)
def test_what_cannot_be_said_is_told_why(person, amber, words, said):
    """A planted fault in each argument gets a sentence with the command's name, and nothing is placed."""
    code, out, err = person("say", *words)

    assert (3, "") == (code, out)
    assert err.startswith("searoom say: ")
    assert said in err
    assert () == items(amber)


# -- range -------------------------------------------------------------------------------------------


def released(value_mm, error_mm, round_m):
    """Return the interval that `range --round-m` releases of a measured one, both as (low, high) in millimetres."""
    found = {
        "value_mm": value_mm,
        "error_mm": error_mm,
        "at_us": 1_780_452_000_000_000,
        "by": "AMBER 21",
        "sensor": "ARPA",
    }
    said = []

    def say(_folder, _key, filled, _book, **_more):
        said.append(filled.fields)
        return Placed("amber", None, 0)

    words = ["n", "--key", "k", "--dossier", "amber/0", "--from", "2026-06-03T02:00Z", "--to", "2026-06-03T03:00Z"]
    with mock.patch.object(people, "ask", return_value=found), mock.patch.object(people.officer, "say", say):
        assert 0 == people.nearest([*words, "--round-m", str(round_m), "--json"])
    return said[0]["value_mm"], said[0]["error_mm"]


@given(
    value_mm=st.integers(0, 100_000_000),
    error_mm=st.integers(1, 5_000_000),
    round_m=st.integers(1, 5_000),
)
def test_rounding_only_widens(value_mm, error_mm, round_m):
    """The released interval holds the measured one, in whole steps, and is no wider than rounding needs."""
    value, error = released(value_mm, error_mm, round_m)
    step = round_m * 1000

    assert value - error <= value_mm - error_mm
    assert value_mm + error_mm <= value + error
    assert 0 == value % step == error % step
    assert error < error_mm + 1.5 * step


@pytest.mark.parametrize("round_m", ["0", "-10"])
def test_a_step_below_a_metre_is_refused(stage, capsys, round_m):
    """No digit is released that no radar measures."""
    code, _, err = run(
        capsys, "range", stage.folder("amber"), "--key", "k", "--dossier", "amber/0", "--from", "2026-06-03T02:00Z",
        "--to", "2026-06-03T02:10Z", "--round-m", round_m,
    )  # fmt: skip

    assert 3 == code
    assert "--round-m must be at least 1 metre" in err


def dossier(stage, amber):
    filled = fill(
        "dossier-open",
        {"incident": "2026-06-03/1", "at": "2026-06-03T02:16:00Z", "words": "We held course north."},
    )
    return amber.node.submit(*signed(stage, amber.node, filled, "amber-1", "amber-2")).index


def test_a_range_goes_into_a_dossier_by_two_persons(stage, person, amber):
    """The nearest range that our radar measured is drafted with its error and time, and released by another person."""
    tick(stage, "amber", 300)
    index = dossier(stage, amber)
    period = ("--from", "2026-06-03T02:00:00Z", "--to", "2026-06-03T02:05:00Z")
    code, out, _ = person("range", "--dossier", f"amber/{index}", *period, "--round-m", "10", "--json")
    draft = json.loads(out)["draft"]
    assert (0, 1) == (code, len(items(amber)))
    person("release", after=(draft,), key="amber-2")

    fields = items(amber)[-1].filled.fields
    nearest = amber.lookout.nearest(stage.scenario.start_us, stage.scenario.start_us + 300 * MICROSECONDS)
    assert (("amber", index), "AMBER 21", nearest.at_us) == (fields["dossier"], fields["source"], fields["at"])
    assert abs(fields["value_mm"] - nearest.value_mm) + nearest.error_mm <= fields["error_mm"]
    assert 0 == fields["value_mm"] % 10_000 == fields["error_mm"] % 10_000


def test_a_period_without_a_range_is_told(stage, person, amber):
    """Nothing was seen, nothing is released."""
    tick(stage, "amber", 0)
    period = ("--from", "2026-06-03T01:00:00Z", "--to", "2026-06-03T01:05:00Z")
    code, _, err = person("range", "--dossier", "amber/0", *period)

    assert 3 == code
    assert "measured no range" in err
