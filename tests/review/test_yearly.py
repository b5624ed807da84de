"""Tests of the yearly review as data: one encoding, any heads, what is joint, and no chair that decides anything."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.year import CHAIRS, YEAR, made, swapped, told
from searoom.account import Closed, arrange
from searoom.console.view import Note
from searoom.errors import NotAllowed
from searoom.obligations.agreement import load
from searoom.review import yearly
from searoom.review.yearly import heads_from, heads_of, heads_text, make
from searoom.statements.items import Place
from told import BOOK, DEMO, START_US, Tale

TALE = told()
ACCOUNT = TALE.account()
MADE = made()


def exchanged(value):
    """Return data with the parties' names exchanged, and each list that a name orders put in order again."""
    text = json.dumps(value).replace("amber", "\0").replace("coral", "amber").replace("\0", "coral")
    return json.loads(text)


def sorted_lists(value):
    """Return data with lists of words and of rows in one order, for a comparison that names have no part in."""
    if isinstance(value, dict):
        return {name: sorted_lists(item) for name, item in value.items()}
    if isinstance(value, list) and value and not isinstance(value[0], int):
        return sorted((sorted_lists(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def test_the_file_is_json_of_whole_numbers_with_sorted_keys():
    """No fraction, no NaN, one order of keys, one line feed at the end: one encoding."""
    read = json.loads(MADE.file, parse_float=lambda _text: pytest.fail("a fraction"))
    assert MADE.file == (json.dumps(read, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()
    assert 64 == len(MADE.digest)


def test_the_same_entries_give_the_same_bytes_however_they_arrived():
    """Items in another order, and countersignatures that one node alone knows, change nothing."""
    items = [item for log in reversed(TALE.logs.values()) for item in log]
    other = arrange(("amber", "coral"), items, {("amber", "coral"): 5})
    assert MADE.file == make(other, DEMO, BOOK, YEAR).file


def test_another_process_makes_the_same_bytes():
    """Neither the seed of hashes nor the time of day has a part in it."""
    code = "from review.year import made; print(made().digest)"
    paths = ":".join(path for path in sys.path if path)
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": paths}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert MADE.digest == done.stdout.strip()


@given(amber=st.integers(0, len(TALE.logs["amber"])), coral=st.integers(0, len(TALE.logs["coral"])))
@settings(max_examples=40)
def test_a_review_of_earlier_heads_is_what_it_was_then(amber, coral):
    """What was said later changes nothing in a review made of earlier heads."""
    heads = {"amber": amber, "coral": coral}
    then = arrange(("amber", "coral"), [m for log, size in heads.items() for m in TALE.logs[log][:size]], {})
    assert make(then, DEMO, BOOK, YEAR).file == make(ACCOUNT, DEMO, BOOK, YEAR, heads=heads).file


def test_swapping_the_chairs_changes_no_byte_of_the_data():
    """The order of the parties in the agreement is no part of the figures."""
    other = TALE.account("coral", "amber")
    assert MADE.file == make(other, CHAIRS, BOOK, YEAR).file


def test_swapping_the_parties_swaps_their_names_and_nothing_else():
    """Every figure of one is the other's, and every list differs by names alone."""
    other = make(swapped(TALE), DEMO, BOOK, YEAR)
    assert sorted_lists(exchanged(MADE.data)) == sorted_lists(json.loads(other.file))


def test_each_part_of_the_head_changes_the_hash():
    """Year, agreement, heads and edition are all in the data."""
    pack = replace(DEMO, hash=bytes(32))
    others = [
        make(ACCOUNT, DEMO, BOOK, YEAR + 1), make(ACCOUNT, pack, BOOK, YEAR),
        make(ACCOUNT, DEMO, BOOK, YEAR, heads={"amber": 5}), make(ACCOUNT, DEMO, BOOK, YEAR, party="amber"),
    ]  # fmt: skip
    assert 5 == len({MADE.digest, *(one.digest for one in others)})


def test_the_national_edition_has_the_joint_one_unchanged():
    """Beside the joint figures stands one key more, and the joint edition has none of what is noted."""
    note = Note(START_US + 1, TALE.logs["amber"][0].filled)
    own = make(ACCOUNT, DEMO, BOOK, YEAR, party="amber", notes=[note])
    assert {**MADE.data, "edition": "national", "national": own.data["national"]} == own.data
    assert b"national" not in MADE.file


def test_what_only_some_can_read_is_no_part_of_a_joint_review():
    """Of three parties, what two say to each other is closed for the review, on their own nodes too."""
    tale = Tale("amber", "coral", "teal")
    agreement = load("demo", BOOK)
    three = replace(agreement, parties=tale.parties, names={**agreement.names, "teal": agreement.names["amber"]})
    tale.say("amber", "hotline-message", text="To all.")
    tale.say("amber", "hotline-message", text="To one.", to=("coral",))
    held = make(tale.account(), three, BOOK, YEAR)
    private = tale.logs["amber"][1]
    place = {name: getattr(private, name) for name in Place.__dataclass_fields__}
    tale.logs["amber"][1] = Closed(**place, why="not for us")
    assert 1 == held.data["messages"]["amber"]["by_form"]["hotline-message"]
    assert held.file == make(tale.account(), three, BOOK, YEAR).file


def test_a_year_that_still_runs_ends_with_its_newest_entry():
    """Its end follows from the heads, so that two nodes reckon to the same moment."""
    assert "2026-06-28T00:00:01Z" == MADE.data["period"]["until"]
    whole = make(ACCOUNT, DEMO, BOOK, YEAR - 1)
    assert "2026-01-01T00:00:00Z" == whole.data["period"]["until"]


@pytest.mark.parametrize("year", [0, 1989, 2200, -5])
def test_a_year_that_cannot_be_is_refused(year):
    """A sentence, and no trace of a failure."""
    with pytest.raises(NotAllowed, match="a review is of a year"):
        make(ACCOUNT, DEMO, BOOK, year)


def test_heads_beyond_what_is_held_are_refused():
    """It says how many there are."""
    with pytest.raises(NotAllowed, match="holds .* entries of coral, and not 999"):
        make(ACCOUNT, DEMO, BOOK, YEAR, heads={"coral": 999})
    with pytest.raises(NotAllowed, match="entries of teal"):
        make(ACCOUNT, DEMO, BOOK, YEAR, heads={"teal": 1})


def test_heads_are_written_and_read():
    """What is written is read again; anything else is refused."""
    heads = heads_of(ACCOUNT)
    assert heads == heads_from(heads_text(heads))
    for text in ("", "amber", "amber/1 amber/2", "amber/-1", "x/1 " * 65, "amber/1\u202e"):
        with pytest.raises(NotAllowed):
            heads_from(text)


def test_every_figure_of_the_tale_is_there():
    """Counted by hand from the tale."""
    data = MADE.data
    spread = {"asked": 4, "done": 3, "quarter": 60, "half": 120, "three_quarters": 180, "longest": 180}
    assert spread == data["answers"]["coral"]["answered"]
    assert {"asked": 4, "done": 3, "quarter": 30, "half": 60, "three_quarters": 90, "longest": 90} == data["answers"][
        "coral"
    ]["read"]
    assert {"dossier-open": 1, "observed-act": 1} == data["encounters"]["by_area"]["N27E123"]
    assert {"laser": 1} == data["encounters"]["acts"]
    assert {"opened": 1, "closed": {"facts-not-agreed-prevention-agreed": 1}} == data["encounters"]["incidents"]
    assert {"heard garbled": 1, "not heard": 1} == data["calls"]["by_caller"]["amber"]["heard"]
    assert {"said": 2, "sufficient": 1, "clarification wanted": 1} == data["notices"]["amber"]
    assert (1, 1, ["coral"]) == (
        data["faults"]["count"],
        data["faults"]["open"],
        data["faults"]["list"][0]["waits_for"],
    )
    assert [{"row": "hotline-read", "steps": {"amber": "adopted", "coral": "bracketed"}, "adopted": False}] == data[
        "proposals"
    ]["list"]
    assert data["next_meetings"][0]["set"]
    held = {row["clause"]: row["state"] for row in data["meetings"]}
    assert {"meeting-experts": "met", "meeting-directors-general": "due"} == held
    assert 1 == data["overdue"]["by_owner"]["coral"]["hotline-read"]


def test_line_tests_are_counted_with_their_silences():
    """Amber held five of those that were owed; a run of missed ones is one silence."""
    rows = MADE.data["lines"]
    assert (5, 4) == tuple(sum(rows[party]["held_by_month"]) for party in ("amber", "coral"))
    assert rows["amber"]["owed"] - 5 == rows["amber"]["silences"]["missed"]
    assert 2 == rows["coral"]["silences"]["count"]
    assert 1 == rows["amber"]["silences"]["count"]
    assert yearly.FORMAT == MADE.data["format"]
