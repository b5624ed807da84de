"""The main job, driven: acts become commands, a node that dies ends the run in one sentence, a changed byte is found."""

from dataclasses import replace

import pytest

from deskside import run as type_command
from deskside import told
from searoom import cli
from searoom.errors import NotAllowed
from searoom.exercise import run, scenario
from searoom.exercise.run import Outcome
from stage import gone


@pytest.fixture
def typed(stage, monkeypatch):
    """An outcome whose stage keeps the words of each command instead of running it."""
    words = []

    def command(_self, argv):
        words.append(list(argv))
        return {"author": "amber", "index": len(words) + 4, "draft": None}

    monkeypatch.setattr(type(stage), "command", command)
    outcome = Outcome(stage)
    outcome.placed["before"] = ("coral", 3)
    return outcome, words


def act(do, chair="first", person=1, **arguments):
    return scenario.Act("one", 0, chair, person, do, arguments, "")


def perform(typed, one):
    outcome, words = typed
    run._perform(outcome, one)
    return words[-1]


def test_swapped_chairs_change_who_sits_where():
    """Who speaks first is a matter of the chair."""
    main_job = scenario.load("main-job")

    assert ["amber", "coral"] == [side.party for side in run.seats(main_job, swap=False).values()]
    assert ["coral", "amber"] == [side.party for side in run.seats(main_job, swap=True).values()]


def test_an_act_is_the_command_of_that_person(typed, stage):
    """Key, folder and language are the person's own; the place is kept under the act's name."""
    words = perform(typed, act("say", "second", 2, form="hotline-contact", set={"phrase": "we-are-here"}))

    folder = stage.folder("coral")
    assert ["say", str(folder), "--key", str(folder / "officers" / "coral-2.key")] == words[:4]
    assert ["--form", "hotline-contact", "--lang", "zh", "--set", "phrase=we-are-here"] == words[4:]
    assert ("amber", 5) == typed[0].placed["one"]


def test_words_in_three_languages_are_said_in_the_speakers_own(typed):
    """The language of the party picks the words, and names are put in."""
    texts = {"en": "{own} to {other}", "ja": "{own}から{other}", "zh": "{own}致{other}"}
    words = perform(typed, act("say", form="hotline-message", set={"text": texts}))

    assert "text=AMBER 21から CORAL 34".replace(" CORAL", "CORAL") in words


ACTS = [
    (act("call", code="V-N8", intention="slow-down", set={"speed": "10"}), ["--to", "CORAL 34", "--code", "V-N8"]),
    (act("call", code="V-N8", intention="slow-down", set={"speed": "10"}), ["--intention", "slow-down"]),
    (act("heard", words="What are you, {other}?", quality="clear"), ["--words", "What are you, CORAL 34?"]),
    (act("read", entry="before"), ["coral/3"]),
    (act("say", form="contact-answer", reply="before", set={"answer": "received"}), ["--reply", "coral/3"]),
    (act("say", form="x", set={"dossier": "entry:before"}), ["--set", "dossier=coral/3"]),
    (act("say", form="x", channel="hotline", precedence="flash"), ["--channel", "hotline", "--precedence", "flash"]),
    (act("release", draft="before"), ["3"]),
    (
        act("range", dossier="before", from_s=60, to_s=120, round_m=10),
        ["--from", "2026-06-03T02:01:00Z", "--to", "2026-06-03T02:02:00Z", "--round-m", "10"],
    ),
]


@pytest.mark.parametrize(("one", "part"), ACTS)
def test_what_an_act_says_is_in_its_command(typed, one, part):
    """Each kind of act becomes the words that a person would type."""
    words = perform(typed, one)

    assert one.do == words[0]
    assert any(part == words[at : at + len(part)] for at in range(len(words)))


@pytest.mark.parametrize(
    ("one", "said"), [(act("dance"), "nobody knows how to 'dance'"), (act("say", form="x", set=3), "table")]
)
def test_an_act_that_nobody_knows_is_told(typed, one, said):
    """A fault in the scenario's file ends the run with the act's name."""
    with pytest.raises(NotAllowed, match=said):
        perform(typed, one)


def test_nodes_that_do_not_come_into_step_are_told(stage, monkeypatch):
    """After a few meetings the run gives up, and names the logs to read."""
    asked = []
    monkeypatch.setattr(run, "ask", lambda folder, _request: asked.append(folder) or {"in_step": False, "faults": {}})

    with pytest.raises(NotAllowed, match="did not come into step") as caught:
        run._settle(stage)
    assert "node.log" in caught.value.advice()
    assert 8 == len(asked)


def test_a_fault_is_not_in_step(stage, monkeypatch):
    """A line that broke is no success, whatever stood before."""
    monkeypatch.setattr(run, "ask", lambda _folder, _request: {"in_step": True, "faults": {"coral": "broke"}})

    with pytest.raises(NotAllowed, match="did not come into step"):
        run._settle(stage)


def test_a_node_that_dies_ends_the_demo_in_one_sentence(monkeypatch, capsys, tmp_path):
    """Coral's node is killed midway: exit code 3, which node and what to do, no traceback, and no process is left."""
    pids = []
    perform_act = run._perform

    def kill_first(outcome, one):
        pids.extend(process.pid for process in outcome.stage.processes.values())
        outcome.stage.processes["coral"].kill()
        outcome.stage.processes["coral"].wait()
        perform_act(outcome, one)

    main_job = scenario.load("main-job")
    soon = replace(main_job, acts=(replace(main_job.acts[0], at_s=0), *main_job.acts[1:]))
    monkeypatch.setattr(run, "load", lambda _name: soon)
    monkeypatch.setattr(run, "_perform", kill_first)

    code, _, err = type_command(capsys, "demo", "--out", tmp_path / "out")

    assert cli.EXIT_CODES[NotAllowed] == code
    assert str(tmp_path / "out" / "coral" / "node") in err
    assert "does not answer" in err
    assert "Traceback" not in err
    assert 2 == len(pids)
    assert all(gone(pid) for pid in pids)


def test_a_node_that_cannot_start_leaves_no_other_behind(monkeypatch, tmp_path):
    """The second does not start: the first is stopped."""
    started = []
    start = run.Stage.start

    def once(self, party):
        if started:
            raise NotAllowed("the second cannot start")
        start(self, party)
        started.append(self.processes[party].pid)

    monkeypatch.setattr(run.Stage, "start", once)

    with pytest.raises(NotAllowed, match="the second cannot start"):
        run.play(tmp_path, swap=False, say=lambda _line: None)
    assert gone(started[0])


def test_one_changed_byte_is_refused_and_the_record_stays(stage):
    """The change is made in a copy: `verify` names the file there, and the record itself still holds."""
    told(stage)

    name, done = run.flip_one_byte(stage.out, "amber")

    assert 4 == done.returncode
    assert name in done.stderr
    assert 0 == run.verify(stage.out).returncode
