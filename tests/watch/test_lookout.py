"""The node's eyes: each thing noted once, grades that go on after a restart, and the nearest range as measured."""

import pytest

from deskside import BOOK, change_settings
from geodesic_oracle import EARTH
from searoom import clock
from searoom.encounters.settings import Grade, Level, Settings
from searoom.errors import NotAllowed, StateUnknown
from searoom.exercise.scenario import CSV_HEAD
from searoom.node.node import Node
from searoom.signals import forms
from searoom.units import MICROSECONDS
from searoom.watch import lookout
from searoom.watch.lookout import ENCOUNTER_NOTE, TRACK_NOTE, Lookout

OWN, OTHER, THIRD = "AMBER 21", "CORAL 34", "OTHER 1"


def row(stage, name, second, lat, lon, *, sigma_m=10.0, speed_kn=10.0, course_deg=0.0):
    """One line of a sensors' file, so many seconds after the start."""
    when = clock.to_text(stage.scenario.start_us + second * MICROSECONDS)
    return f"{name},ARPA,,{when},{lat:.7f},{lon:.7f},{speed_kn:.2f},{course_deg:.1f},,{sigma_m:.1f}"


def at_us(stage, second):
    return stage.scenario.start_us + second * MICROSECONDS


def sensors(stage, lines, name="sensors.csv"):
    (stage.folder("amber") / name).write_text("\n".join([CSV_HEAD, *lines]) + "\n")


def thin(stage, every_s=60, until_s=600):
    """Keep of the scenario's own sensors one look a minute: enough for advise, warn and urgent."""
    path = stage.folder("amber") / "sensors.csv"
    head, *lines = path.read_text().splitlines()
    kept = {clock.to_text(at_us(stage, second)) for second in range(0, until_s + 1, every_s)}
    path.write_text("\n".join([head, *(line for line in lines if line.split(",")[3] in kept)]) + "\n")


def noted(node):
    """Everything in the national log, in its order."""
    return [content for _, content in node.national.read()]


def grades(node):
    return [str(filled.fields["grade"]) for _, filled in node.notebook.notes(ENCOUNTER_NOTE)]


def watch(stage, *seconds):
    """Look at these times on a fresh node, each time as after a restart where a time is followed by another; return all notes."""
    for second in seconds:
        node = Node.open(stage.folder("amber"))
        Lookout(node).look(at_us(stage, second))
        found = noted(node), grades(node)
        node.close()
    return found


def test_notes_what_the_sensors_report_and_each_change_of_grade(stage, amber):
    """Each report is noted with its place and two standard deviations; each change of grade with its figures."""
    thin(stage)
    alerts = Lookout(amber).look(at_us(stage, 600))

    tracks = [filled for _, filled in amber.notebook.notes(TRACK_NOTE)]
    assert 22 == len(tracks)
    assert {OWN, OTHER} == {filled.fields["craft"] for filled in tracks}
    assert ["advise", "warn", "urgent"] == grades(amber) == [str(alert.grade) for alert in alerts]
    own = next(filled for filled in tracks if filled.fields["craft"] == OWN)
    assert 2 * 5 * 1000 == own.fields["error_mm"]


def test_nothing_of_it_is_in_the_shared_record(stage, amber):
    """What is seen and judged is national."""
    thin(stage)
    Lookout(amber).look(at_us(stage, 600))

    assert 0 == amber.record.size("amber")


def test_nothing_is_noted_before_its_time(stage, amber):
    """A file may hold what is still to come; it is looked at when its time has come, once."""
    thin(stage)
    eyes = Lookout(amber)
    for second in (0, 0, 59, 60, 60):
        eyes.look(at_us(stage, second))

    assert 4 == len(list(amber.notebook.notes(TRACK_NOTE)))
    assert at_us(stage, 60) == int(eyes.fixes.time_us.max())


def test_after_a_restart_nothing_is_noted_twice_and_grades_go_on(stage, amber):
    """A node that starts again after each look ends with the very notes of one that never stopped."""
    amber.close()
    thin(stage)
    other = stage.folder("coral") / "sensors.csv"
    other.write_bytes((stage.folder("amber") / "sensors.csv").read_bytes())
    whole = Node.open(stage.folder("coral"))
    change_settings(stage.folder("coral"), sensors=("sensors.csv",))
    eyes = Lookout(whole)
    for second in (0, 240, 300, 300, 600):
        eyes.look(at_us(stage, second))
    straight = noted(whole)
    whole.close()

    broken, raised = watch(stage, 0, 240, 300, 300, 600)

    assert straight == broken
    assert ["advise", "warn", "urgent"] == raised


def test_a_restart_reports_no_old_change_as_new(stage):
    """What a look returns is what is new: not what was noted before the restart."""
    thin(stage)
    watch(stage, 300)
    node = Node.open(stage.folder("amber"))

    alerts = Lookout(node).look(at_us(stage, 600))

    assert ["urgent"] == [str(alert.grade) for alert in alerts]
    node.close()


@pytest.mark.parametrize("written", range(7))
def test_a_crash_between_two_notes_loses_none(stage, monkeypatch, written):
    """The notes of a look were cut short after so many: the next start writes the rest, and none twice."""
    thin(stage, until_s=120)
    change = Settings(levels=(Level(Grade.URGENT, 20_000.0, 3600.0),))
    node = Node.open(stage.folder("amber"))
    note_all, left = node.notebook.note_all, [written]

    def failing(notes):
        placed = note_all(notes[: left[0]])
        left[0] -= len(placed)
        if len(placed) < len(notes):
            raise StateUnknown("the disk is full")
        return placed

    monkeypatch.setattr(node.notebook, "note_all", failing)
    with pytest.raises(StateUnknown):
        Lookout(node, change).look(at_us(stage, 120))
    node.close()

    node = Node.open(stage.folder("amber"))
    assert written == len(noted(node))
    Lookout(node, change).look(at_us(stage, 120))
    after = noted(node)
    node.close()

    assert len(after) == len(set(after)) == 7
    assert ["urgent"] == [forms.decode(data, BOOK).fields["grade"] for data in after if b"encounter-note" in data]


def test_a_file_that_grew_is_read_on(stage, amber):
    """What a sensor adds to its file is noted; what was there before is not noted again."""
    sensors(stage, [row(stage, OWN, 0, 32.0, -165.0)])
    eyes = Lookout(amber)
    eyes.look(at_us(stage, 0))
    sensors(stage, [row(stage, OWN, 0, 32.0, -165.0), row(stage, OWN, 60, 32.1, -165.0)])
    eyes.look(at_us(stage, 60))

    assert [at_us(stage, 0), at_us(stage, 60)] == [
        filled.fields["at"] for _, filled in amber.notebook.notes(TRACK_NOTE)
    ]


def test_several_sensors_are_one_picture_and_a_missing_one_is_no_fault(stage):
    """Two files are read together; a sensor that has not reported yet has no file."""
    change_settings(stage.folder("amber"), sensors=("a.csv", "b.csv", "none.csv"))
    sensors(stage, [row(stage, OWN, 0, 32.0, -165.0)], "a.csv")
    sensors(stage, [row(stage, OTHER, 0, 32.1, -165.0)], "b.csv")
    node = Node.open(stage.folder("amber"))
    eyes = Lookout(node)
    eyes.look(at_us(stage, 0))

    assert {OWN, OTHER} == set(eyes.fixes.names)
    node.close()


# -- the nearest range -------------------------------------------------------------------------------


def range_m(a, b):
    """The geodesic distance of two places (lat, lon) by another library than ours."""
    return EARTH.inv(a[1], a[0], b[1], b[0])[2]


def test_the_nearest_range_is_the_nearest_that_was_measured(stage, amber):
    """Of three instants the nearest one, with the radar's own error at that instant (two sigma), and its time."""
    places = [(32.02, 15.0), (32.005, 25.0), (32.04, 35.0)]
    lines = [row(stage, OWN, n * 10, 32.0, -165.0, sigma_m=5.0) for n in range(3)]
    lines += [row(stage, OTHER, n * 10, lat, -165.0, sigma_m=sigma) for n, (lat, sigma) in enumerate(places)]
    sensors(stage, lines)
    amber.tick(at_us(stage, 100))

    found = Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 20))

    assert (OWN, OTHER, at_us(stage, 10)) == (found.by, found.other, found.at_us)
    assert 2 * 25_000 == found.error_mm
    assert range_m((32.0, -165.0), (32.005, -165.0)) * 1000 == pytest.approx(found.value_mm, abs=200)


def test_the_period_counts_with_both_ends_and_nothing_outside(stage, amber):
    """A nearer range a second before or after the period is not taken."""
    lines = [row(stage, OWN, second, 32.0, -165.0) for second in (9, 10, 20, 21)]
    lines += [
        row(stage, OTHER, second, 32.0 + away, -165.0)
        for second, away in ((9, 0.001), (10, 0.02), (20, 0.01), (21, 0.001))
    ]
    sensors(stage, lines)
    amber.tick(at_us(stage, 100))
    eyes = Lookout(amber)

    assert at_us(stage, 20) == eyes.nearest(at_us(stage, 10), at_us(stage, 20)).at_us
    assert at_us(stage, 10) == eyes.nearest(at_us(stage, 10), at_us(stage, 10)).at_us


def test_only_ranges_from_our_own_unit_count(stage, amber):
    """Two others that are nearer to each other are none of our measurements; of several the nearest to us counts."""
    sensors(
        stage,
        [
            row(stage, OWN, 0, 32.0, -165.0),
            row(stage, OTHER, 0, 32.1, -165.0),
            row(stage, THIRD, 0, 32.1001, -165.0),
            row(stage, "OTHER 2", 0, 32.05, -165.0),
        ],
    )

    assert "OTHER 2" == Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 0)).other


def test_nothing_is_reckoned_between_two_measurements(stage, amber):
    """Only instants at which both were reported count."""
    sensors(stage, [row(stage, OWN, 0, 32.0, -165.0), row(stage, OTHER, 5, 32.001, -165.0)])
    amber.tick(at_us(stage, 100))

    with pytest.raises(NotAllowed, match="measured no range"):
        Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 10))


def test_what_is_still_to_come_was_not_measured(stage, amber):
    """A file that runs ahead of the clock gives no range from the future."""
    lines = [row(stage, name, 60, lat, -165.0) for name, lat in ((OWN, 32.0), (OTHER, 32.001))]
    sensors(stage, lines)

    with pytest.raises(NotAllowed, match="measured no range"):
        Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 600))
    amber.tick(at_us(stage, 60))
    assert at_us(stage, 60) == Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 600)).at_us


@pytest.mark.parametrize("names", [(OTHER,), (OWN,), (OTHER, THIRD)])
def test_without_our_unit_or_another_there_is_no_range(stage, amber, names):
    """One unit alone, or two others, give a sentence and not a number."""
    sensors(stage, [row(stage, name, 0, 32.0, -165.0) for name in names])

    with pytest.raises(NotAllowed, match="measured no range|no craft is called 'AMBER 21'"):
        Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 0))


def test_without_sensors_there_is_no_range(stage, amber):
    """No file at all is the same sentence."""
    (stage.folder("amber") / "sensors.csv").unlink()

    with pytest.raises(NotAllowed, match="measured no range"):
        Lookout(amber).nearest(at_us(stage, 0), at_us(stage, 0))
    assert () == Lookout(amber).look(at_us(stage, 0))


def test_a_released_error_is_two_standard_deviations():
    """The constant is what the docs say."""
    assert 2.0 == lookout.SIGMAS


def test_a_sensor_that_cannot_be_read_is_blind_and_stops_nothing(stage, amber):
    """A file of another kind blinds its sensor, with the reason; what was read of it before still counts, and it can come back."""
    look_at = [row(stage, OWN, 0, 32.0, -165.0), row(stage, OTHER, 0, 32.01, -165.0)]
    sensors(stage, look_at)
    eyes = Lookout(amber)
    eyes.look(at_us(stage, 0))
    (stage.folder("amber") / "sensors.csv").write_text("garbage,header\n1,2\n")
    eyes.look(at_us(stage, 10))
    blind = eyes.blind
    kept = len(eyes.fixes)
    sensors(stage, [*look_at, row(stage, OWN, 20, 32.0, -165.0)])
    eyes.look(at_us(stage, 20))

    assert ["sensors.csv"] == list(blind)
    assert "no table of tracks" in blind["sensors.csv"]
    assert 2 == kept
    assert {} == eyes.blind
    assert 3 == len(eyes.fixes)


def test_a_craft_that_falls_silent_is_told_as_lost(stage, amber):
    """Silence is no all-clear, and it is told although no sensor reports anything any more; a restart tells it only once."""
    sensors(stage, [row(stage, OWN, 0, 32.0, -165.0), row(stage, OTHER, 0, 32.05, -165.0, course_deg=180.0)])
    eyes = Lookout(amber)
    raised = eyes.look(at_us(stage, 0))
    later = eyes.look(at_us(stage, 3600))
    again = Lookout(amber).look(at_us(stage, 3600))

    assert raised
    assert ["clear"] == [str(alert.grade) for alert in later]
    assert "not an all-clear" in later[0].reason.value
    assert () == again
    assert ["clear"] == grades(amber)[-1:]
    assert 1 == grades(amber).count("clear")


def test_shows_what_is_open_now(stage, amber):
    """An encounter is open from its first alert until it is cleared."""
    sensors(stage, [row(stage, OWN, 0, 32.0, -165.0), row(stage, OTHER, 0, 32.05, -165.0, course_deg=180.0)])
    eyes = Lookout(amber)
    eyes.look(at_us(stage, 0))
    during = eyes.now_open().encounters
    eyes.look(at_us(stage, 3600))

    assert [{OWN, OTHER}] == [{one.a, one.b} for one in during]
    assert () == eyes.now_open().encounters
