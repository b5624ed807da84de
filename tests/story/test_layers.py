"""Story: one notice, acknowledged in layers between two nodes, told from both chairs."""

import pytest

from deskside import at_work, key_file, meet, run
from stage import ask, make_stage

NOTICE = "Flight training begins at 0600Z and lasts about 6 hours."
CHAIRS = (("amber", "coral"), ("coral", "amber"))


class Chair:
    """One party's officers at their own desk."""

    def __init__(self, stage, capsys, party):
        self.stage, self.capsys, self.party = stage, capsys, party

    def types(self, name, *words, key="1"):
        """Type a command with a person's key, and return what it printed."""
        keys = () if name in ("show", "findings") else ("--key", key_file(self.stage, f"{self.party}-{key}"))
        code, out, err = run(self.capsys, name, self.stage.folder(self.party), *words, *keys)
        assert (0, "") == (code, err)
        return out

    def together(self, name, *words):
        """Say what takes two persons; return the place."""
        draft = self.types(name, *words).rsplit("draft ", 1)[1].split(":")[0]
        return self.types("release", draft, key="2").rsplit("placed as ", 1)[1].strip()

    def states(self, entry):
        """Return the lines about how far an entry came."""
        author, index = entry.split("/")
        return ask(self.stage, self.party, do="message", author=author, index=int(index))["states"]

    def layers(self, entry, of):
        """Return what stands in each layer, by the officers of a party."""
        author, index = entry.split("/")
        return ask(self.stage, self.party, do="message", author=author, index=int(index))["layers"][of]


def told(stage, capsys, writer, reader):
    """Let one side give notice and the other acknowledge it step by step; return each step as both sides see it."""
    steps = []
    with at_work(stage) as nodes:
        ours, theirs = Chair(stage, capsys, writer), Chair(stage, capsys, reader)

        def step(name):
            meet(nodes)
            assert ours.layers(notice, reader) == theirs.layers(notice, reader)
            steps.append((name, dict(ours.layers(notice, reader)), [by_id(line) for line in ours.states(notice)]))

        people = {key.name: key.holder for party in nodes for key in nodes[party].node.record.roster.card(party).keys}

        def by_id(line):
            for person, holder in people.items():
                line = line.replace(person, holder) if holder not in nodes else line
            return line

        notice = ours.together("say", "--form", "hotline-message", "--set", f"text={NOTICE}")
        step("received")
        theirs.types("findings", notice)
        step("checked at home")
        theirs.types("read", notice, "--post", "duty officer")
        step("read")
        question = theirs.types("clarify", notice, "--field", "text", "--question", "Which area?").rsplit(
            "placed as ", 1
        )[1]
        step("clarification wanted")
        ours.together("answer", question.strip(), "--text", "Within 20 nm of 25-30.0N 125-20.0E.")
        step("replied")
        theirs.together("sufficient", notice)
        step("sufficient")
        theirs.together("comply", notice, "cannot-comply")
        step("cannot comply")
        theirs.together("answer", notice, "--text", "We shall fly there.")
        step("answered")
        assert (0, "") == (run(capsys, "show", stage.folder(reader), notice)[0], "")
    return steps


@pytest.fixture
def both(tmp_path, capsys):
    """The story told twice, with the parties in each other's chairs."""
    return [told(make_stage(tmp_path / writer), capsys, writer, reader) for writer, reader in CHAIRS]


def test_each_layer_is_an_entry_and_no_layer_brings_another(both):
    """Received by itself; the check says nothing to the other side; each further layer when an officer said it."""
    (steps, _) = both
    assert [
        ("received", {}),
        ("checked at home", {}),
        ("read", {"read": "read"}),
        ("clarification wanted", {"read": "read", "sufficiency": "clarification"}),
        ("replied", {"read": "read", "sufficiency": "clarification"}),
        ("sufficient", {"read": "read", "sufficiency": "sufficient"}),
        ("cannot comply", {"read": "read", "sufficiency": "sufficient", "compliance": "cannot-comply"}),
        (
            "answered",
            {"read": "read", "sufficiency": "sufficient", "compliance": "cannot-comply", "answer": "answered"},
        ),
    ] == [(name, layers) for name, layers, _ in steps]
    received, checked = steps[0][2], steps[1][2]
    assert received[-1].endswith(
        "has said nothing further. Saying nothing means nothing: it is neither agreement nor refusal."
    )
    assert received == checked
    last = "\n".join(steps[-1][2])
    assert all(
        words in last
        for words in (
            "received; nothing in it is accepted by this", "duty officer", "It refuses nothing", "This does not say that it suffices",
            "Nothing in it is accepted by this", "no refusal to talk", "An answer means what its own words say",
        )
    )  # fmt: skip
    assert "Saying nothing" not in last


def said(line):
    """Whether a line tells what somebody said; handing over and cosigning hang on who calls whom first."""
    return not line.startswith(("Recorded by ", "Handed over: "))


def test_swapping_the_chairs_swaps_names_and_changes_nothing_else(both):
    """No side of the mechanism is written for one of the parties."""
    first, second = (
        [
            (name, layers, [line.lower().replace(writer, "A").replace(reader, "B") for line in states if said(line)])
            for name, layers, states in steps
        ]
        for (writer, reader), steps in zip(CHAIRS, both, strict=True)
    )
    assert first == second
