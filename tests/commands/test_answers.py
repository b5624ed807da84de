"""Commands that answer in layers: findings stay at home, each layer is an entry of its own, and none is said unasked."""

import json

import pytest

from deskside import at_work, fill, forms_of, key_file, meet, run, signed
from searoom.commands import answers
from searoom.errors import NotAllowed

ACT = {
    "by": "type=military-aircraft; number=101",
    "observer": "type=military-aircraft; callsign=AMBER 7",
    "act": "act=radar-fire-control; perceived=A steady tone.; means=eye; at=2026-06-03T04:05Z",
}


@pytest.fixture
def nodes(stage):
    """Both nodes at work; amber has said a hotline message and an observed act, and coral holds both."""
    with at_work(stage) as services:
        amber = services["amber"].node
        for form, fields in (("hotline-message", {"text": "We train from 0600Z."}), ("observed-act", ACT)):
            amber.submit(*signed(stage, amber, fill(form, fields), "amber-1", "amber-2"))
        meet(services)
        yield services


@pytest.fixture
def coral(stage, nodes, capsys):
    """Type a command at coral's desk about an entry, with a person's key where it signs."""

    def type_it(name, entry, *words, key="coral-1"):
        signing = () if name == "findings" else ("--key", key_file(stage, key))
        return run(capsys, name, stage.folder("coral"), entry, *words, *signing)

    return type_it


def said(nodes, party="coral"):
    return [
        m.filled for m in nodes[party].node.account().messages() if m.author == party and m.filled.form != "receipt"
    ]


def test_findings_are_shown_at_home_and_nothing_leaves(coral, nodes):
    """What the check doubts is printed with field, sentence and clause; no entry is made of it."""
    before = dict(nodes["coral"].node.account().sizes)
    code, out, _ = coral("findings", "amber/1")

    assert 0 == code
    assert out.startswith(answers.FOUND_HEAD["en"])
    assert "act: a radar or its jamming is not perceived by eye" in out
    assert "[observed act: what was perceived, by which means, when] (unlikely, not wrong)" in out
    assert before == nodes["coral"].node.account().sizes
    assert [] == said(nodes)


def test_findings_for_a_program_and_where_there_are_none(coral):
    """As JSON with their weight; an empty list says nothing about sufficiency."""
    (row,) = json.loads(coral("findings", "amber/1", "--json")[1])
    assert ("act", "advice") == (row["field"], row["weight"])
    assert "act (行為): " in coral("findings", "amber/1", "--lang", "ja")[1]
    assert answers.NOTHING_FOUND["en"] + "\n" == coral("findings", "amber/0")[1]


def test_both_ends_find_the_same(stage, nodes, capsys):
    """The same rules on the same bytes: what the reader's node finds, the author's node found."""
    amber, fields = nodes["amber"].node, {"dossier": "amber/0", "quantity": "range", "distance": "137 m ± 0 m",
        "axis": "slant", "method": "estimate", "source": "bridge", "at": "2026-06-03T04:05:06Z"}  # fmt: skip
    words = signed(stage, amber, fill("measurement", fields), "amber-1", "amber-2")
    with pytest.raises(NotAllowed, match="error_mm"):
        amber.submit(*words)
    amber.record.say(*words, now_us=amber.now())  # as a node would that does not check at home
    meet(nodes)
    place = f"amber/{amber.record.size('amber') - 1}"
    while "measurement" not in run(capsys, "findings", stage.folder("amber"), place)[1]:
        place = f"amber/{int(place.split('/')[1]) - 1}"
    told = [run(capsys, "findings", stage.folder(party), place) for party in ("amber", "coral")]
    assert told[0] == told[1]
    assert "error_mm: a measurement without an error is no measurement [measurement: error]" in told[0][1]


def test_a_question_names_the_fields(coral, nodes):
    """Of the fields that the officer names, or else of those that the check found; one person asks."""
    code, out, _ = coral("clarify", "amber/0", "--field", "text", "--question", "Which area?", "--post", "duty officer")
    assert (0, True) == (code, out.endswith("placed as coral/" + out.rsplit("/", 1)[1]))
    coral("clarify", "amber/1")

    first, second = said(nodes)
    assert ("clarification", ("text",), "Which area?", "duty officer") == (
        first.form, first.fields["fields"], first.fields["question"], first.fields["post"],
    )  # fmt: skip
    assert (("act",), ("amber", 1)) == (second.fields["fields"], second.reply_to)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("amber/0", "--field", "area"), "has no field 'area'"),
        (("amber/1", "--field", "act.colour"), "has no part 'colour'"),
        (("amber/0", "--field", "text.en"), "has no part 'en'"),
        (("amber/0",), "finds nothing to ask about"),
        (("amber/9", "--field", "text"), "no entry"),
    ],
)
def test_a_question_about_nothing_is_refused(coral, nodes, words, named):
    """A field that the message cannot have, or none at all."""
    code, _, err = coral("clarify", *words)
    assert (3, True) == (code, named in err), err
    assert [] == said(nodes)


def test_sufficient_and_comply_take_two_persons(coral, nodes, stage, capsys):
    """They are answers of substance: the first signature makes a draft, the second places it."""
    for number, (name, words) in enumerate((("sufficient", ()), ("comply", ("cannot-comply",)))):
        code, out, _ = coral(name, "amber/0", *words)
        assert (0, True) == (code, "kept as draft" in out)
        draft = out.rsplit("draft ", 1)[1].split(":")[0]
        assert number == len(said(nodes))
        code, out, _ = run(capsys, "release", stage.folder("coral"), draft, "--key", key_file(stage, "coral-2"))
        assert (0, number + 1) == (code, len(said(nodes)))
    sufficient, comply = said(nodes)
    assert ("sufficient", 1, "hotline") == (sufficient.form, sufficient.fields["rules_version"], sufficient.channel)
    assert ("comply", "cannot-comply") == (comply.form, comply.fields["answer"])


def test_an_answer_is_in_the_officers_own_words(coral, nodes):
    """It replies to the message, in the language it is written in."""
    code, out, _ = coral("answer", "amber/0", "--lang", "ja", "--text", "了解。", "--json")
    assert (0, []) == (code, said(nodes))
    assert json.loads(out)["draft"] is not None


def test_nothing_is_signed_when_the_officer_says_no(coral, nodes, monkeypatch):
    """The message and the words are shown first; anything but yes signs nothing."""
    monkeypatch.setattr(answers, "confirmed", lambda question, _given: question == "Sign that it is sufficient?")
    code, out, _ = coral("clarify", "amber/0", "--field", "text")
    assert (1, True) == (code, out.endswith("not signed\n"))
    assert "We train from 0600Z." in out
    assert [] == said(nodes)


def test_a_reading_says_its_role(coral, nodes):
    """Read by whom, in which role."""
    code, _, _ = coral("read", "amber/0", "--post", "当直幕僚", "--lang", "ja")
    (read,) = said(nodes)
    assert (0, "read", "当直幕僚") == (code, read.form, read.fields["post"])


def test_an_unlikely_value_is_advice_before_it_is_sent(stage, nodes, capsys):
    """The officer reads the doubt and may send it all the same."""
    given = [f"--set={name}={value}" for name, value in ACT.items()]
    code, out, _ = run(
        capsys, "say", stage.folder("amber"), "--key", key_file(stage, "amber-1"), "--form", "observed-act", *given
    )
    assert (0, True, True) == (code, out.startswith("advice: act: a radar"), "kept as draft" in out)


def test_forms_of_the_layers_reach_the_other_side(coral, nodes):
    """Each is an entry of the shared record, which the other node reads as such."""
    coral("clarify", "amber/0", "--field", "text")
    meet(nodes)
    assert "clarification" in forms_of(nodes["amber"].node.account().items)


@pytest.mark.parametrize("name", ["sufficient", "clarify", "comply", "read"])
def test_nobody_judges_their_own_words(stage, nodes, capsys, name):
    """A layer is said by who received the message."""
    words = {"clarify": ("--field", "text"), "comply": ("will-comply",)}.get(name, ())
    who = [key_file(stage, "amber-1"), key_file(stage, "amber-2")]
    code, out, err = run(capsys, name, stage.folder("amber"), "amber/0", *words, "--key", who[0])
    if "kept as draft" in out:
        draft = out.rsplit("draft ", 1)[1].split(":")[0]
        code, out, err = run(capsys, "release", stage.folder("amber"), draft, "--key", who[1])
    assert (3, True) == (code, "of one's own words" in err)


def test_whoever_reads_or_releases_sees_what_is_doubted(coral, stage, nodes, capsys):
    """The reader beside the words, before signing; the second person before releasing."""
    out = coral("read", "amber/1")[1]
    assert answers.FOUND_HEAD["en"] in out
    assert "act: a radar" in out
    given = [f"--set={name}={value}" for name, value in ACT.items()]
    said = ("say", stage.folder("amber"), "--key", key_file(stage, "amber-1"), "--form", "observed-act", *given)
    draft = run(capsys, *said)[1].rsplit("draft ", 1)[1].split(":")[0]
    out = run(capsys, "release", stage.folder("amber"), draft, "--key", key_file(stage, "amber-2"))[1]
    assert "  advice: act: a radar" in out
