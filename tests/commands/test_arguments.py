"""What the commands' arguments have in common."""

import json
from pathlib import Path

import pytest

from searoom.commands import arguments
from searoom.errors import NotAllowed


def test_pairs_are_read_at_the_first_equals_sign():
    """A value may hold an equals sign, and may be empty."""
    assert {"a": "1", "b": "x=y", "c": ""} == arguments.pairs(["a=1", "b=x=y", "c="])


@pytest.mark.parametrize(("items", "said"), [(["a"], "NAME=VALUE"), (["=1"], "NAME=VALUE"), (["a=1", "a=2"], "twice")])
def test_what_is_no_pair_is_refused(items, said):
    """A name without a value, a value without a name, and a name twice."""
    with pytest.raises(NotAllowed, match=said):
        arguments.pairs(items)


def test_an_entry_is_named_by_party_and_place():
    """As every page and list here writes it."""
    assert ("amber", 12) == arguments.reference("amber/12")


@pytest.mark.parametrize("text", ["amber", "amber/", "amber/x", "amber/-1", "amber/1/2", "amber/1.5", "/3"])
def test_what_is_no_entry_is_refused(text):
    """The sentence shows how it is written."""
    with pytest.raises(NotAllowed, match="write it like amber/3"):
        arguments.reference(text)


def test_a_pack_is_a_file_or_a_name():
    """What ends in .toml is a path from where the person stands."""
    assert Path("here/ours.toml") == arguments.pack("here/ours.toml")
    assert "macm" == arguments.pack("macm")


def test_options_are_not_guessed():
    """`--ro` is not `--root`: a guess could sign the wrong thing."""
    command = arguments.parser("x", "summary", ["searoom x"])
    command.add_argument("--root")

    with pytest.raises(SystemExit) as ended:
        command.parse_args(["--ro", "1"])
    assert 2 == ended.value.code


def test_json_keeps_every_script(capsys):
    """What a program reads is what was said, in its own characters."""
    arguments.print_json({"words": "琥珀"})

    out = capsys.readouterr().out
    assert "琥珀" in out
    assert {"words": "琥珀"} == json.loads(out)
