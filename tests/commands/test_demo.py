"""The command `demo`: whose folder it may remove, what it prints, and its exit code; the run itself is a story."""

import json
from dataclasses import dataclass, replace

import pytest

from deskside import at_work, run, tick, told
from searoom.commands import demo
from searoom.errors import NotAllowed
from searoom.exercise import run as running
from searoom.exercise import watch_test
from searoom.exercise.run import Outcome

MARK = "searoom-demo"


def test_makes_the_folder_it_needs(tmp_path):
    """A new folder bears the mark by which the next run knows it."""
    demo._clear(tmp_path / "a" / "b")

    assert [MARK] == [path.name for path in (tmp_path / "a" / "b").iterdir()]


def test_replaces_what_an_earlier_demo_wrote(tmp_path):
    """What bears the mark is removed with all that is in it."""
    demo._clear(tmp_path / "out")
    (tmp_path / "out" / "old").mkdir()
    demo._clear(tmp_path / "out")

    assert [MARK] == [path.name for path in (tmp_path / "out").iterdir()]


def test_an_empty_folder_may_be_used(tmp_path):
    """Nothing is lost by it."""
    (tmp_path / "out").mkdir()
    demo._clear(tmp_path / "out")

    assert (tmp_path / "out" / MARK).exists()


def test_never_removes_a_foreign_folder(tmp_path, capsys):
    """Somebody's files stay, exit code 3, and the sentence says what to do."""
    (tmp_path / "mine.txt").write_text("mine")

    code, out, err = run(capsys, "demo", "--out", tmp_path)

    assert (3, "") == (code, out)
    assert "no earlier demo wrote it" in err
    assert "--out" in err
    assert "mine" == (tmp_path / "mine.txt").read_text()


def test_never_removes_a_file(tmp_path):
    """A file in the place of the folder stays."""
    (tmp_path / "out").write_text("mine")

    with pytest.raises(NotAllowed, match="no earlier demo wrote it"):
        demo._clear(tmp_path / "out")
    assert "mine" == (tmp_path / "out").read_text()


@dataclass
class Played:
    """Takes the place of the run: two nodes in this process, one hotline message, one reading."""

    stage: object
    joint_same: bool = True

    def __call__(self, out, *, swap, say, name="main-job", opened=None, speed=0.0):
        assert (False, 0.0) == (swap, speed)
        self.stage.out.rename(out.parent / "moved")
        for path in (out.parent / "moved").iterdir():
            path.rename(out / path.name)
        self.stage.out = out
        told(self.stage)
        with at_work(self.stage):
            for party in self.stage.parties:
                tick(self.stage, party, 60)
        say("12:00:00Z  something was said")
        return Outcome(self.stage, joint_same=self.joint_same)


@pytest.fixture
def played(stage, monkeypatch):
    play = Played(stage)
    monkeypatch.setattr(running, "play", play)
    return play


def test_tells_a_person_what_happened(played, tmp_path, capsys):
    """The watch test, the run's own lines, the record, the refused copy, and where to look; the files are there."""
    code, out, err = run(capsys, "demo", "--out", tmp_path / "out")

    assert (0, "") == (code, err), err
    assert "min before the event" in out
    assert "12:00:00Z  something was said" in out
    assert (
        "hotline amber/0 (en): stored, handed over, delivered, recorded, read by Lt Cdr Ostrow (Coral), 0 answer(s)"
        in out
    )
    assert "amber 2, coral 2 entries, proven from the bytes of both exports; joint pages equal: True" in out
    assert "one byte changed in a copy: " in out
    assert "verify " in out
    for name in ("review.html", "review-ja.html", "review-zh.html", "who.txt"):
        assert (tmp_path / "out" / name).exists()


def test_tells_a_program_the_same(played, tmp_path, capsys):
    """With --json there is one JSON value and no line beside it."""
    code, out, _ = run(capsys, "demo", "--out", tmp_path / "out", "--json")

    facts = json.loads(out)
    (hotline,) = facts["main_job"]["hotline"]
    assert 0 == code
    assert {"amber": 2, "coral": 2} == facts["main_job"]["sizes"]
    assert ("amber/0", True, True, "Lt Cdr Ostrow (Coral)") == (
        hotline["entry"], hotline["delivered"], hotline["recorded"], hotline["read_by"],
    )  # fmt: skip
    assert 4 == facts["main_job"]["changed_copy"]["exit_code"]
    assert facts["main_job"]["changed_copy"]["file"] in facts["main_job"]["refusal"]
    assert facts["watch_test"]["bystanders_quiet"]


def test_pages_that_differ_are_an_answer_no(played, tmp_path, capsys):
    """The joint page must be the same bytes on both nodes: else the demo ends with 1."""
    played.joint_same = False

    assert 1 == run(capsys, "demo", "--out", tmp_path / "out", "--json")[0]


def test_loud_bystanders_are_an_answer_no(played, monkeypatch, tmp_path, capsys):
    """A detector that cries at everybody fails the watch test, and the summary says so."""
    quiet = watch_test.run(watch_test.load())
    monkeypatch.setattr(watch_test, "run", lambda _test: replace(quiet, loud_bystanders=("CRAFT-9",)))

    code, out, _ = run(capsys, "demo", "--out", tmp_path / "out")

    assert 1 == code
    assert "NOT quiet" in out


def test_a_change_that_is_not_noticed_fails_the_demo(played, monkeypatch, tmp_path, capsys):
    """If `verify` let a changed byte pass, the demo would say not to rely on this build."""

    class Done:
        returncode = 0
        stderr = ""

    monkeypatch.setattr(running, "verify", lambda _folder: Done())

    code, _, err = run(capsys, "demo", "--out", tmp_path / "out", "--json")

    assert 3 == code
    assert "was not noticed" in err
