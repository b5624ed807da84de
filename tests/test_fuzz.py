"""Each decoder of foreign bytes keeps its promise with the fuzzer's seeds, and with a few hundred mutations of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import seeds
from fuzz.__main__ import harnesses
from fuzz.harnesses import HARNESSES, judge
from fuzz.promise import Broken, again
from searoom.errors import NotAllowed

# Those whose parser stands behind something that takes time (a signature, a loop, a megabyte of zeros) are tried less.
SLOW = {"http", "card", "block", "message", "proposal", "officer-request", "node-request", "part", "pack", "form-table"}


def mutations(data):
    """Return bytes near `data`: cut, doubled, with other bytes in a place or two."""
    place = st.integers(0, max(0, len(data) - 1))
    edit = st.tuples(st.sampled_from(("put", "flip", "cut", "double", "drop", "end")), place, st.binary(max_size=4))
    return st.lists(edit, min_size=1, max_size=3).map(lambda edits: mutated(data, edits))


def mutated(data, edits):
    """Return `data` after these edits."""
    for deed, at, some in edits:
        match deed:
            case "put":
                data = data[:at] + some + data[at:]
            case "flip":
                data = data[:at] + some + data[at + len(some) :]
            case "cut":
                data = data[:at]
            case "double":
                data = data[:at] + data[at : at + 40] * 2 + data[at + 40 :]
            case "drop":
                data = data[:at] + data[at + 1 + len(some) :]
            case "end":
                data += some
    return data


def test_each_harness_has_its_seeds():
    """There is a folder of seeds for each harness, and none for another."""
    assert sorted(HARNESSES) == harnesses()


@pytest.mark.parametrize("name", HARNESSES)
def test_keeps_the_promise_with_the_seeds(name):
    """Seeds and kept finds break nothing, and each decoder takes at least one: else they are of an older format."""
    taken = []

    assert [] == [fault for data in seeds.of(name) if (fault := judge(name, data, taken))]
    assert taken


@pytest.mark.parametrize("name", HARNESSES)
def test_keeps_the_promise_near_the_seeds(name):
    """Bytes that are almost right are refused, or are written again as they are."""
    near = st.sampled_from(seeds.of(name)).flatmap(mutations)

    @settings(max_examples=20 if name in SLOW else 90, database=None)
    @given(near)
    def tried(data):
        assert judge(name, data) == ""

    tried()


def test_the_seeds_can_be_made_again(tmp_path):
    """The maker makes seeds for each harness out of what the rooms write today."""
    seeds.write(tmp_path)

    assert sorted(HARNESSES) == sorted(folder.name for folder in tmp_path.iterdir())
    for folder in tmp_path.iterdir():
        assert "" == "".join(judge(folder.name, path.read_bytes()) for path in folder.iterdir())


def test_a_broken_promise_is_noticed(monkeypatch):
    """A decoder that lets another error out, or takes what it would not write, does not pass."""
    monkeypatch.setitem(HARNESSES, "planted", again(lambda data: data.decode(), str.encode))
    monkeypatch.setitem(HARNESSES, "loose", again(bytes.lower, bytes))
    monkeypatch.setitem(HARNESSES, "late", again(bytes, refusing))

    assert judge("planted", b"\xff").startswith("UnicodeDecodeError")
    assert "what was read is written otherwise" == judge("loose", b"A")
    assert judge("late", b"A").startswith("NotAllowed where what was read")
    with pytest.raises(Broken):
        HARNESSES["loose"](b"A")


def refusing(_data):
    """Refuse to write."""
    raise NotAllowed("no")
