"""The journal of looks: what was looked at comes back as it was, whatever a crash left, and is not kept for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.units import MICROSECONDS
from searoom.watch.journal import FOLDER, Journal, Look

HOUR = 3_600 * MICROSECONDS
START = 1_780_452_000_000_000  # a whole hour


def look(second, **lines):
    return Look(START + second * MICROSECONDS, {name: [line.encode() for line in some] for name, some in lines.items()})


def written(folder, *looks, keep_hours=48.0):
    journal = Journal(folder, keep_hours=keep_hours)
    for one in looks:
        journal.write(one)
    journal.close()


def again(folder, from_us=START):
    """Return (second, lines by sensor) of each look that comes back, and what is left."""
    journal = Journal(folder, keep_hours=48.0)
    found = [
        ((one.moment_us - START) // MICROSECONDS, {name: list(some) for name, some in one.lines.items() if some})
        for one in journal.again(from_us)
    ]
    return found, journal.left


LOOKS = (look(0, bridge=["a", "b"]), look(1), look(2, bridge=["c"], mast=["x", "y"]), look(3600, mast=["z"]))


def test_what_was_looked_at_comes_back_as_it_was(tmp_path):
    """Moments, lines and their order, looks that saw nothing too, over the turn of the hour."""
    written(tmp_path, *LOOKS)

    assert (
        [
            (0, {"bridge": [b"a", b"b"]}),
            (1, {}),
            (2, {"bridge": [b"c"], "mast": [b"x", b"y"]}),
            (3600, {"mast": [b"z"]}),
        ],
        {},
    ) == again(tmp_path)


def test_a_restart_within_the_hour_goes_on(tmp_path):
    """Written by two processes one after another, read as one."""
    whole, broken = tmp_path / "a", tmp_path / "b"
    written(whole, *LOOKS)
    for one in LOOKS:
        written(broken, one)

    assert again(whole) == again(broken)


@pytest.mark.parametrize("later_s", [5, 4000])
def test_lines_that_no_look_had_taken_are_taken_by_the_first_look_after_the_crash(tmp_path, later_s):
    """Written down and then killed before the look: left at the first start, and in the next look for all later ones."""
    written(tmp_path, look(0, bridge=["a"]))
    with next((tmp_path / FOLDER).rglob("bridge.nmea")).open("ab") as file:
        file.write(b"b\nc\n")

    assert ([(0, {"bridge": [b"a"]})], {"bridge": [b"b", b"c"]}) == again(tmp_path)
    written(tmp_path, look(later_s, bridge=["d"]))
    assert ([(0, {"bridge": [b"a"]}), (later_s, {"bridge": [b"b", b"c", b"d"]})], {}) == again(tmp_path)


@pytest.mark.parametrize("cut", range(1, 22))
def test_a_look_that_was_cut_short_was_not_made(tmp_path, cut):
    """Whatever is left of its line; its sensors' lines are left for the next."""
    written(tmp_path, look(0, bridge=["a"]), look(1, bridge=["b"]))
    (path,) = (tmp_path / FOLDER).rglob("looks")
    path.write_bytes(path.read_bytes()[:-cut])

    found, left = again(tmp_path)

    assert ([(0, {"bridge": [b"a"]})], {"bridge": [b"b"]}) == (found, left) or cut == 1


@given(
    marks=st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"1 bridge=1 .", b"9" * 5000 + b" .", b"5 =3 ."]))
    )
)
def test_whatever_stands_in_a_journal_stops_no_start(tmp_path_factory, marks):
    """Damaged by a disk or by hand: what cannot be read says nothing, and no line comes twice."""
    folder = tmp_path_factory.mktemp("j")
    written(folder, look(0, bridge=["a", "b"]))
    (path,) = (folder / FOLDER).rglob("looks")
    path.write_bytes(b"\n".join(marks))
    journal = Journal(folder, keep_hours=48.0)
    lines = [line for one in journal.again(START) for some in one.lines.values() for line in some]

    assert [b"a", b"b"] == [*lines, *journal.left.get("bridge", [])]


def test_hours_that_are_too_old_are_removed_whole(tmp_path):
    """With two hours kept, the third before is gone; a restart looks again at no more than it is asked for."""
    written(tmp_path, *(look(3600 * hour, bridge=[str(hour)]) for hour in range(5)), keep_hours=2.0)

    assert [2, 3, 4] == [second // 3600 for second, _ in again(tmp_path)[0]]
    assert [4] == [second // 3600 for second, _ in again(tmp_path, START + 4 * HOUR)[0]]


def test_only_its_owner_may_enter_the_recordings(tmp_path):
    """What sensors say is national."""
    written(tmp_path, look(0, bridge=["a"]))

    assert 0o700 == (tmp_path / FOLDER).stat().st_mode & 0o777
