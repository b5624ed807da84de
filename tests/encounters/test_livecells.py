"""The index of who moved asks about every pair that a full look would tell, wherever the craft are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from searoom import compiling
from searoom.encounters import livecells
from searoom.encounters.detector import Detector
from searoom.encounters.livecells import Cells
from searoom.encounters.picture import Picture
from searoom.encounters.settings import Grade, Settings
from tracks_made import SECOND, START_US, fixes_of
from worlds import WORLDS, sea

FEW = 160


def rows_of(world, seed, second, chosen, aircraft=0):
    """Return rows of some craft of a world as they are at a second; where they are going is their chance."""
    motion, speed = sea(world, FEW, 7)
    up = motion.up
    chance = np.random.default_rng((seed, second))
    course, climb = chance.uniform(0.0, 360.0, FEW), chance.normal(0.0, 5.0, FEW)
    lat, lon = np.degrees(np.arcsin(up[:, 2])), np.degrees(np.arctan2(up[:, 1], up[:, 0]))
    flying = np.arange(FEW) < aircraft
    names = [f"icao:{k:06x}" if flying[k] else f"{200_000_000 + k}" for k in range(FEW)]
    return [
        (names[k], second, lat[k], lon[k], 30.0 * speed[k] if flying[k] else speed[k], course[k])
        + ((1_000.0 + 40.0 * k, climb[k]) if flying[k] else ())
        for k in chosen
    ]


def told(alerts):
    """Return what was told, without the figures."""
    return sorted((*sorted((one.a, one.b)), one.grade.value) for one in alerts)


def rose(alerts, names):
    """Return those alerts that rose and are of a pair with one of these craft."""
    return [one for one in alerts if one.grade is not Grade.CLEAR and {one.a, one.b} & names]


@profile(max_examples=30, deadline=None)
@given(
    world=st.sampled_from(WORLDS),
    seed=st.integers(0, 2**16),
    watched=st.sampled_from([None, 0.0, 0.1]),
    aircraft=st.sampled_from([0, 20]),
    every=st.booleans(),
    batches=st.lists(st.integers(1, 40), min_size=1, max_size=4),
)
def test_hearing_and_a_full_look_tell_the_same(world, seed, watched, aircraft, every, batches):
    """Batch by batch: what is heard at once is what a full look raises for those craft, and no pair is left over."""
    names = None if watched is None else frozenset(f"{200_000_000 + k}" for k in range(int(watched * FEW)))
    settings = Settings(watched=names)
    live, full = Detector(settings, live=True, every_pair=every), Detector(settings, every_pair=every)
    chance = np.random.default_rng(seed)
    for step, many in enumerate([FEW, *batches]):
        second = 3 * step
        rows = rows_of(world, seed, second, chance.permutation(FEW)[:many], aircraft)
        now_us = START_US + second * SECOND
        expected = full.feed(fixes_of(rows), now_us)
        heard = [*live.hear(fixes_of(rows), now_us), *live.hear_on(FEW, now_us)]
        assert told(rose(expected, {row[0] for row in rows})) == told(heard)
        assert told(expected) == told([*heard, *live.settle(live.glance(now_us))])
    assert [(one.a, one.b) for one in full.encounters()] == [(one.a, one.b) for one in live.encounters()]


@pytest.mark.parametrize("compiled", [True, False])
def test_who_moves_while_a_full_look_is_under_way_is_told_once_and_stays_in_the_index(compiled, monkeypatch):
    """The look that began before does not know of it; the index that it made does, once it is settled."""
    monkeypatch.setattr(livecells.compiling, "COMPILED", compiled and compiling.COMPILED)
    live = Detector(live=True)
    live.hear(fixes_of([("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.0, 130.05, 8.0, 0.0)]), START_US)
    glance = live.glance(START_US)
    seen = glance.look()
    alerts = live.hear(fixes_of([("B", 1, 30.0, 130.05, 8.0, 270.0)]), START_US + SECOND)
    assert [Grade.WARN] == [one.grade for one in alerts]
    assert () == live.settle(glance, seen)
    glance = live.glance(START_US + 20 * SECOND)
    seen = glance.look()
    assert () == live.hear(fixes_of([("B", 21, 30.0, 130.0483, 8.0, 180.0)]), START_US + 21 * SECOND)
    live.settle(glance, seen)
    below = ("C", 22, 29.95, 130.0483 - 0.0287, 4.0, 90.0)  # it crosses the new way of B, and nobody else's
    assert [("B", "C")] == [(one.a, one.b) for one in live.hear(fixes_of([below]), START_US + 22 * SECOND)]


def test_an_older_look_raises_nobody_who_has_turned_away_since():
    """Six seconds ago the two came down to twenty minutes; the look saw that, and not that one has turned by now."""
    apart = 20.0 * 1_203.0 / (111_320.0 * np.cos(np.radians(30.0)))
    live = Detector(live=True)
    meet = [("A", 0, 30.0, 130.0, 10.0, 90.0), ("B", 0, 30.0, 130.0 + apart, 10.0, 270.0)]
    assert () == live.hear(fixes_of(meet), START_US)
    glance = live.glance(START_US + 6 * SECOND)
    seen = glance.look()
    assert [1] == seen.look.raised.tolist()
    assert () == live.hear(fixes_of([("B", 7, 30.0, 130.0 + apart, 10.0, 0.0)]), START_US + 7 * SECOND)
    assert () == live.settle(glance, seen)
    assert () == live.encounters()


def test_a_look_brings_only_what_is_told_held_or_due_soon():
    """Of what comes near, a pair that is to be told in minutes is left out; one that is open, or due in seconds, not."""
    apart = 20.0 / (111_320.0 * np.cos(np.radians(30.0)))  # degrees for each second until two meet at 10 m/s each
    live, rows = Detector(live=True), []
    for lat, seconds in ((30.0, 300.0), (30.2, 1_210.0), (29.8, 1_400.0)):
        rows += [(f"A{lat}", 0, lat, 130.0, 10.0, 90.0), (f"B{lat}", 0, lat, 130.0 + apart * seconds, 10.0, 270.0)]
    live.hear(fixes_of(rows), START_US)
    seen = live.glance(START_US).look()

    assert [300.0, 1_210.0] == seen.look.met.tcpa_s.round(-1).tolist()


def test_a_look_ends_what_is_open_and_comes_near_no_more():
    """A pair that has turned away is no news for a report; two full looks, more than the hold apart, clear it."""
    live = Detector(live=True)
    live.hear(fixes_of([("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.0, 130.1, 8.0, 270.0)]), START_US)
    away = [("A", 1, 30.0, 130.0, 8.0, 270.0), ("B", 1, 30.0, 130.1, 8.0, 90.0)]
    assert () == live.hear(fixes_of(away), START_US + SECOND)
    assert () == live.settle(live.glance(START_US + 2 * SECOND))
    assert [Grade.CLEAR] == [one.grade for one in live.settle(live.glance(START_US + 70 * SECOND))]


def test_who_hears_may_also_look_at_all_at_once():
    """A look at the picture itself, and not at a copy, leaves it as it is."""
    live = Detector(live=True)
    rows = [("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.0, 130.1, 8.0, 270.0)]
    assert [Grade.ADVISE] == [one.grade for one in live.feed(fixes_of(rows), START_US)]
    assert () == live.feed(fixes_of([]), START_US + SECOND)
    assert 1 == live.open


def test_without_numba_the_same_pairs_are_asked_about(monkeypatch):
    """The grid in NumPy is the judge of the compiled lists: the same pairs before anything is graded."""
    picture = Picture(Settings())
    picture.update(fixes_of(rows_of("ports", 3, 0, range(FEW), 20)), START_US)
    everyone = picture.at(START_US)
    some = picture.at(START_US + 5 * SECOND, np.arange(0, FEW, 3))
    found = []
    for compiled in (True, False):
        monkeypatch.setattr(livecells.compiling, "COMPILED", compiled and compiling.COMPILED)
        cells = Cells(Settings())
        cells.move(everyone, START_US)
        found.append(cells.near(some.slot, START_US + 5 * SECOND, only_watched=False).tolist())
    assert found[0] == found[1]
    assert len(found[0]) > 20


def test_of_who_is_told_already_only_more_is_asked(monkeypatch):
    """A pair comes out where more may be told of it than was, now or within seconds, and not again after that."""
    picture, cells = Picture(Settings()), Cells(Settings())
    apart = 2.0 * 1_205.0 * 8.0 / (111_320.0 * np.cos(np.radians(30.0)))  # five seconds more than twenty minutes
    picture.update(fixes_of([("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.0, 130.0 + apart, 8.0, 270.0)]), START_US)
    cells.move(picture.at(START_US), START_US)
    told = [
        cells.near(np.array([0]), START_US, only_watched=False, told=lambda _, grade=grade: grade) for grade in (0, 1)
    ]
    assert [1, 0] == [len(keys) for keys in told]


def test_pages_grow_and_who_left_one_is_not_found_there(monkeypatch):
    """However often a craft moves, it is found where it is now and nowhere else, and the index has room."""
    monkeypatch.setattr(livecells, "_ROOM", 1)
    cells, mover = Cells(Settings()), np.array([1])
    for turn in range(40):
        picture = Picture(Settings())
        lat = 30.01 if turn % 2 else 33.0
        picture.update(fixes_of([("still", 0, 30.0, 130.0, 0.0, 0.0), ("A", 0, lat, 130.0, 9.0, 180.0)]), START_US)
        cells.move(picture.at(START_US) if turn == 0 else picture.at(START_US, mover), START_US)
        assert [1] * (turn % 2) == cells.near(mover, START_US, only_watched=False).tolist()


def test_asks_only_with_a_watched_craft_where_some_are_watched():
    """A stranger's report asks about the watched alone, a watched one's about everybody."""
    live = Detector(Settings(watched=frozenset({"A"})), live=True, every_pair=False)
    near = [("A", 0, 30.0, 130.0, 8.0, 90.0), ("B", 0, 30.0, 130.01, 8.0, 270.0), ("C", 0, 30.0, 130.02, 8.0, 270.0)]
    alerts = live.hear(fixes_of(near), START_US)

    assert {("A", "B"), ("A", "C")} == {(one.a, one.b) for one in alerts}
    every = Detector(Settings(watched=frozenset({"A"})), live=True, every_pair=True)
    every.hear(fixes_of([*near, ("D", 0, 30.01, 130.015, 8.0, 180.0)]), START_US)
    assert 3 == every.waiting
    among = {frozenset((one.a, one.b)) for one in every.hear_on(10, START_US)}
    assert among
    assert all("A" not in pair for pair in among)
    assert 0 == every.waiting


def test_what_a_full_look_found_is_told_in_parts_of_watched_pairs_first_and_reports_count_between():
    """Three pairs meet; of the last part one has turned away by a report heard before it, and is not raised."""
    apart = 20.0 * 1_203.0 / (111_320.0 * np.cos(np.radians(30.0)))
    live = Detector(Settings(watched=frozenset({"W"})), live=True, every_pair=True)
    meet = [
        (name, 0, 30.0 + 0.1 * place, 130.0 + apart * side, 10.0, 270.0 if side else 90.0)
        for place, both in enumerate((("A", "B"), ("C", "D"), ("W", "X")))
        for side, name in enumerate(both)
    ]
    assert () == live.hear(fixes_of(meet), START_US)
    assert () == live.hear_on(10, START_US)
    glance = live.glance(START_US + 6 * SECOND)
    told = live.settling(glance, glance.look(), 1)
    assert [("W", "X")] == [(one.a, one.b) for one in next(told)]
    assert [("A", "B")] == [(one.a, one.b) for one in next(told)]
    live.hear(fixes_of([("D", 7, 30.1, 130.0 + apart, 10.0, 0.0)]), START_US + 7 * SECOND)
    live.hear_on(10, START_US + 7 * SECOND)
    assert [] == [one for part in told for one in part]
    assert [("A", "B"), ("W", "X")] == sorted((one.a, one.b) for one in live.encounters())


def test_who_moves_while_a_look_is_taken_in_stays_in_the_next_index():
    """The next index is filled a craft at a time, while reports come; once it is asked, none of them is missing."""
    live = Detector(live=True)
    far = [(f"S{place}", 0, 10.0 + 3.0 * place, 100.0, 8.0, 90.0) for place in range(4)]
    live.hear(fixes_of(far), START_US)
    live.settle(live.glance(START_US))
    glance = live.glance(START_US + 20 * SECOND)
    seen = glance.look()
    now_us = START_US + 21 * SECOND
    live.hear(fixes_of([(name, 21, lat + 0.015, 100.0, 8.0, 90.0) for name, _, lat, *_ in far[:3]]), now_us)
    told = live.settling(glance, seen, 1)
    next(told)
    live.hear(fixes_of([("S3", 21, 19.015, 100.0, 8.0, 90.0)]), now_us)
    assert [] == [one for part in told for one in part]
    meet = [(f"N{place}", 22, 10.015 + 3.0 * place, 100.1, 8.0, 270.0) for place in range(4)]
    alerts = live.hear(fixes_of(meet), now_us + SECOND)
    assert [(f"S{place}", f"N{place}") for place in range(4)] == [(one.a, one.b) for one in alerts]
