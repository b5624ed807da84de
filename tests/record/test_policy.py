"""Policies: the standard's example is read, files that are none are refused with their line, and a quorum counts keys."""

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.checkpoint import (
    Checkpoint,
    NoteSignature,
    SignedNote,
    cosignature,
    mirror_name,
    origin,
    sign,
    with_lines,
)
from searoom.record.note import COSIGNATURE_TYPE, ML_DSA_TYPE, NOTE_TYPE, Verifier
from searoom.record.policy import MAX_LINES, MAX_POLICY_BYTES, Group, Known, Policy, everybody, satisfied

PARTIES = ("amber", "coral", "teal", "pearl", "jade", "north", "south")
ED = {name: SigningKey(bytes([at]) * 32) for at, name in enumerate(PARTIES)}
PQ = {name: SigningKey(bytes([at + 100]) * 32, ML_DSA_44) for at, name in enumerate(PARTIES)}
NAME = origin("demo-2026", "amber")
HEAD = Checkpoint(NAME, 7, bytes(range(32)))
LOG = (Verifier(NAME, NOTE_TYPE, ED["amber"].public), Verifier(NAME, ML_DSA_TYPE, PQ["amber"].public))


def mirror(party):
    name = mirror_name("demo-2026", party)
    return (Verifier(name, COSIGNATURE_TYPE, ED[party].public), Verifier(name, ML_DSA_TYPE, PQ[party].public))


def lines(party, *keys):
    return [cosignature(HEAD, mirror_name("demo-2026", party), key[party], 5) for key in keys or (ED, PQ)]


def note(*lines_of, pq=True):
    own = [cosignature(HEAD, NAME, PQ["amber"], 5)] if pq else []
    return with_lines(sign(HEAD, NAME, ED["amber"]), [*own, *(line for some in lines_of for line in some)])


KEYS = {name: mirror(name)[0].to_text() for name in PARTIES}
X1, X2, X3, Y1, Y2, Y3 = (KEYS[name] for name in PARTIES[1:])
# The example of the specification, with keys where it has elided them.
EXAMPLE = f"""
log {LOG[0].to_text()}

witness X1 {X1}
witness X2 {X2}
witness X3 {X3}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1}
witness Y2 {Y2}
witness Y3 {Y3}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


@pytest.mark.parametrize(("cosigned", "enough"), [
    ((), False), (("coral",), False), (("coral", "teal"), False), (("coral", "north"), False), (("coral", "teal", "north"), True), (("coral", "pearl", "south"), True),
    (("jade", "north", "south"), False), (("coral", "jade", "north", "south"), False), (tuple(PARTIES[1:]), True),
])  # fmt: skip
def test_the_standards_example_asks_for_two_of_x_and_one_of_y(cosigned, enough):
    """Two levels of groups: a threshold of two in one, any of the other, and both."""
    policy = Policy.from_bytes(EXAMPLE.encode())
    signed = note(*(lines(name, ED) for name in cosigned), pq=False)
    assert enough == satisfied(signed, policy)
    with nullcontext() if enough else pytest.raises(Tampered, match="X-and-Y"):
        policy.check(signed)


def test_what_is_read_is_written_in_one_form():
    """Comments, tabs and empty lines go; the meaning stays; what is written is read as the same policy."""
    loose = (
        EXAMPLE.replace("witness X1 ", "\t witness\tX1 \t ").replace("\nquorum", "\n  # a remark\n \t\nquorum")
        + "# end\n"
    )
    policy = Policy.from_bytes(EXAMPLE.encode())
    assert policy == Policy.from_bytes(loose.encode())
    written = policy.to_bytes()
    assert policy == Policy.from_bytes(written)
    assert written == Policy.from_bytes(written).to_bytes()
    assert sorted(line for line in EXAMPLE.splitlines() if line) == sorted(written.decode().splitlines())


def test_a_mechanism_asks_for_every_line_of_every_mirror():
    """The log's keys, both lines of each mirror, quorum all: one line less is too few, whichever it is."""
    policy = everybody(LOG, {"coral": mirror("coral"), "teal": mirror("teal")})
    assert policy == Policy.from_bytes(policy.to_bytes())
    full = note(lines("coral"), lines("teal"))
    assert satisfied(full, policy)
    for at, line in enumerate(full.signatures):
        less = SignedNote(full.text, full.signatures[:at] + full.signatures[at + 1 :])
        assert (line.name == NAME) == satisfied(less, policy)
    assert not satisfied(SignedNote(full.text, full.signatures[2:]), policy)


@pytest.mark.parametrize(("parties", "keys", "quorum", "rows"), [
    ((), 2, "none", 3), (("coral",), 1, "coral-mirror", 4), (("coral",), 2, "coral-mirror", 6), (("coral", "teal"), 1, "all-mirrors", 6), (("coral", "teal"), 2, "all-mirrors", 10),
])  # fmt: skip
def test_writes_no_group_that_a_mechanism_does_not_need(parties, keys, quorum, rows):
    """Alone: no quorum; one mirror with one key: its name; else groups."""
    policy = everybody(LOG, {name: mirror(name)[:keys] for name in parties})
    assert quorum == policy.quorum
    assert rows == policy.to_bytes().count(b"\n")
    assert policy == Policy.from_bytes(policy.to_bytes())
    assert satisfied(note(*(lines(name) for name in parties)), policy)


def test_a_mechanism_of_32_parties_has_a_policy():
    """62 mirror keys and 32 groups are within the limits."""
    mirrors = {
        f"p{n}": tuple(
            Verifier(f"m/p{n}/mirror", kind, SigningKey(bytes([n, kind]) * 16, alg).public)
            for kind, alg in ((4, -19), (6, -48))
        )
        for n in range(31)
    }
    policy = everybody(LOG, mirrors)
    assert policy == Policy.from_bytes(policy.to_bytes())


def test_passes_over_lines_of_keys_that_it_does_not_name():
    """An arbiter who relies on one mirror is not disturbed by another's line, not even by one that is wrong."""
    policy = everybody(LOG, {"coral": mirror("coral")})
    wrong = NoteSignature(mirror_name("demo-2026", "teal"), b"abcd", bytes(72))
    assert satisfied(note(lines("coral"), lines("teal"), [wrong]), policy)


def test_refuses_a_note_in_which_a_known_line_does_not_check():
    """One wrong line of a key that the policy names refuses the note, though the quorum is reached without it."""
    policy = Policy(
        (Known("", LOG[0]),),
        tuple(Known(n, mirror(n)[0]) for n in ("coral", "teal")),
        (Group("g", 1, ("coral", "teal")),),
        "g",
    )
    good = lines("teal", ED)[0]
    bad = NoteSignature(good.name, good.key_id, good.value[:-1] + bytes((good.value[-1] ^ 1,)))
    assert satisfied(note(lines("coral", ED)), policy)
    with pytest.raises(Tampered, match="teal/mirror"):
        satisfied(note(lines("coral", ED), [bad]), policy)


def test_asks_for_the_log_that_the_note_is_of():
    """A log key of another log, or a note that only mirrors signed, fulfils nothing: the sentence says which."""
    policy = everybody(LOG, {"coral": mirror("coral")})
    foreign = Checkpoint(origin("demo-2026", "amber.2"), 7, bytes(32))
    with pytest.raises(Tampered, match=r"'demo-2026/amber.2' is none of the policy's"):
        policy.check(sign(foreign, foreign.origin, ED["amber"]))
    with pytest.raises(Tampered, match="no key of the log"):
        policy.check(SignedNote(HEAD.to_text(), tuple(lines("coral"))))
    posing = SigningKey(bytes([99]) * 32)
    with pytest.raises(Tampered, match="no key of the log"):
        policy.check(with_lines(sign(HEAD, NAME, posing), lines("coral")))
    assert "" == policy.missing(note(lines("coral")))


def test_a_policy_may_name_no_log_and_ask_for_nothing():
    """`quorum none` is a policy of the standard; what it proves is what its reader knows from elsewhere."""
    policy = Policy.from_bytes(b"quorum none\n")
    assert Policy() == policy
    assert b"quorum none\n" == policy.to_bytes()
    assert satisfied(note(), policy)


A, B = (f"witness {name} {KEYS[name]}\n" for name in ("coral", "teal"))


@pytest.mark.parametrize(("text", "why"), [
    ("", "no quorum line"), ("quorum none", "no newline"), ("quorum none\nquorum none\n", "line 2 .*one quorum"), ("quorum\n", "line 1"), ("quorum a b\n", "line 1"), ("quorum coral\n" + A, "line 1 .*defines"),
    ("Quorum none\n", "no line of a policy"), ("quorum none\r\n", "carriage|forbidden"), ("quorum\u00a0none\n", "line 1"), ("quorum none\n\u202e\n", "forbidden"), ("quorum e\u0301\n", "normalisation"),
    (A + A.replace("coral ", "other ") + "quorum none\n", "one key twice"), (A + B.replace("witness teal", "witness coral") + "quorum none\n", "line 2 .*taken"), (A.replace("witness coral", "witness none") + "quorum none\n", "taken"),
    (A + "group g any coral teal\nquorum g\n", "line 2 .*'teal'"), (A + "group g any none\nquorum g\n", "'none'"), (A + "group g any g\nquorum g\n", "'g'"), (A + "group g any\nquorum none\n", "line 2"),
    (A + "group g 0 coral\nquorum g\n", "neither any"), (A + "group g 01 coral\nquorum g\n", "neither any"), (A + "group g +1 coral\nquorum g\n", "neither any"), (A + "group g 2 coral\nquorum g\n", "asks for 2 of 1"),
    (A + "group g ANY coral\nquorum g\n", "neither any"), (A + "group g 2 coral coral\nquorum g\n", "count twice"), (A + B + "group g any coral\ngroup h any coral teal\nquorum h\n", "count twice"), (A + "group coral any coral\nquorum coral\n", "taken"),
    (f"log {KEYS['coral']}\nquorum none\n", "no type that a log"), (f"witness w {LOG[0].to_text()}\nquorum none\n", "no type that a witness"), (f"log {LOG[0].to_text()} a b\nquorum none\n", "line 1"), (f"witness {KEYS['coral']}\nquorum none\n", "line 1"),
    (f"log {LOG[1].to_text()}\nwitness w {LOG[1].to_text()}\nquorum none\n", "one key twice"), ("log x\nquorum none\n", "line 1"), ("log " + LOG[0].to_text().replace("amber", "teal") + "\nquorum none\n", "id of its name"),
    ("quorum none\n" + "#" * (512 * 1024), "longer than"), (A + "group n\u0660 1 coral\nquorum n\u0661\n", "line 3"), (A + "groop g any coral\nquorum none\n", "line 2 .*no line of a policy"),
])  # fmt: skip
def test_refuses_every_other_file(text, why):
    """What is no policy is refused, and where one line is at fault, with its number."""
    with pytest.raises(NotAllowed, match=why):
        Policy.from_bytes(text.encode())


def test_the_longest_policy_is_read():
    """A file of 512 KiB is read to its last line, however many empty lines fill it; one byte more refuses it unread."""
    longest = "quorum none\n".rjust(MAX_POLICY_BYTES, "\n").encode()
    assert 512 * 1024 == len(longest)
    assert Policy() == Policy.from_bytes(longest)
    with pytest.raises(NotAllowed, match="longer than"):
        Policy.from_bytes(b"\n" + longest)


def test_two_policies_that_say_the_same_are_one():
    """A policy is a value: equal ones are one in a set, and each shows what it was made of and nothing else."""
    policy = Policy.from_bytes(EXAMPLE.encode())
    assert 1 == len({policy, Policy.from_bytes(policy.to_bytes())})
    assert "Policy(logs=(), witnesses=(), groups=(), quorum='none')" == repr(Policy())


def test_stops_at_the_first_line_too_many():
    """Of a file with thousands of lines no more than 65 of a kind are looked at."""
    groups = "".join(
        f"witness w{n} {Verifier('w', COSIGNATURE_TYPE, SigningKey(bytes([n]) * 32).public).to_text()}\n"
        for n in range(65)
    )
    with pytest.raises(NotAllowed, match="line 65 .*at most 64"):
        Policy.from_bytes((groups + "nonsense\n").encode())
    assert 64 == len(Policy.from_bytes((groups[: groups.rindex("witness")] + "quorum w63\n").encode()).witnesses)


def test_refuses_a_file_that_is_no_text():
    """Bytes that are not UTF-8: the standard lets them be, and we do not."""
    with pytest.raises(NotAllowed, match="UTF-8"):
        Policy.from_bytes(b"# \xff\nquorum none\n")


def test_refuses_a_witness_whose_key_verifiers_could_differ_on():
    """A key of small order in a policy is refused when the policy is read."""
    with pytest.raises(Tampered, match="prime order"):
        Policy.from_bytes(f"witness w {Verifier('w', COSIGNATURE_TYPE, bytes(32)).to_text()}\nquorum w\n".encode())


@pytest.mark.parametrize("rows", [
    {"logs": tuple(Known("", Verifier("a", NOTE_TYPE, bytes([n]) * 32)) for n in range(MAX_LINES + 1))}, {"witnesses": tuple(Known(f"w{n}", Verifier("a", COSIGNATURE_TYPE, bytes([n]) * 32)) for n in range(MAX_LINES + 1))},
    {"groups": tuple(Group(f"g{n}", 1, ("w",)) for n in range(MAX_LINES + 1))}, {"witnesses": (Known("a b", mirror("coral")[0]),)}, {"witnesses": (Known("", mirror("coral")[0]),)}, {"quorum": "coral"},
    {"witnesses": (Known("w", mirror("coral")[0], "http://a b"),)}, {"groups": (Group("g", 1, ("w",)),)}, {"groups": (Group("g", 0, ()),)},
    {"witnesses": (Known("none", mirror("coral")[0]),)}, {"witnesses": (Known("a\nb", mirror("coral")[0]),)}, {"witnesses": tuple(Known("w", mirror(n)[0]) for n in ("coral", "teal"))},
    {"witnesses": (Known("w", mirror("coral")[0]),), "groups": (Group("w", 1, ("w",)),)}, {"witnesses": (Known("w", mirror("coral")[0], "http://a\nquorum"),)}, {"logs": (Known("", LOG[0], "http://a\u202eb"),)},
])  # fmt: skip
def test_makes_no_policy_that_could_not_be_written(rows):
    """More than 64 of a kind, names or addresses that are no one word, groups of nobody: refused before a file is written."""
    with pytest.raises(NotAllowed):
        Policy(**rows)


@given(st.text(alphabet="logwitnesgrupqm 12#\n\tay", max_size=60))
def test_foreign_text_ends_in_a_policy_or_a_refusal(text):
    """Whatever stands in the file: a policy that is written and read again, or `NotAllowed`."""
    try:
        policy = Policy.from_bytes(text.encode())
    except NotAllowed:
        return
    assert policy == Policy.from_bytes(policy.to_bytes())


def test_keeps_the_addresses():
    """Where a log or witness is reached stays in the file, and means nothing to us."""
    text = f"log {LOG[0].to_text()} https://amber.example/log\nwitness w {KEYS['coral']} https://coral.example/\nquorum w\n"
    policy = Policy.from_bytes(text.encode())
    assert ("https://amber.example/log", "https://coral.example/") == (policy.logs[0].url, policy.witnesses[0].url)
    assert text.encode() == policy.to_bytes()
