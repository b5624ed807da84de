"""A flash that came ahead of its place is read by the watch before the backlog in front of it is here."""

import pytest

from deskside import at_work, fill, meet
from searoom import cli, officer
from searoom.account import Message
from searoom.exercise.made import Stage
from searoom.signals import forms

BOOK = forms.load()


def open_contact(stage: Stage, precedence: str) -> int:
    """Amber's officer opens contact, alone; return the entry's index."""
    folder = stage.folder("amber")
    words = fill("hotline-contact", {"phrase": "message-follows"}, precedence=precedence)
    placed = officer.say(folder, folder / "officers" / "amber-1.key", words, BOOK)
    assert placed.index is not None
    return placed.index


def test_a_flash_is_read_before_the_backlog_came(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Coral's watch reads it with `ahead`, its receipt names it, and in its place it is the same message."""
    with at_work(stage, "amber", "coral") as nodes:
        for _ in range(3):
            open_contact(stage, "routine")
        index = open_contact(stage, "flash")
        amber, coral = nodes["amber"].node, nodes["coral"].node
        assert coral.record.take_ahead(amber.record.ahead(index), now_us=coral.now())
        coral.acknowledge()
        assert 0 == coral.record.size("amber")
        (item,) = coral.ahead()
        assert isinstance(item, Message)
        assert ("amber", index) == item.ref

        for lang, word in (("en", "ahead of its place"), ("ja", "順番に先立って"), ("zh", "先于次序")):
            capsys.readouterr()
            assert 0 == cli.main(["ahead", str(stage.folder("coral")), "--lang", lang])
            said = capsys.readouterr().out
            assert f"amber/{index}" in said
            assert word in said

        meet(nodes)
        assert () == coral.ahead()
        assert item.filled == next(m for m in coral.account().messages() if m.ref == item.ref).filled
        receipts = [m.filled.fields for m in amber.account().messages("receipt") if m.author == "coral"]
        assert (index,) == receipts[0]["ahead"]
        capsys.readouterr()
        assert 0 == cli.main(["ahead", str(stage.folder("coral"))])
        assert "none" in capsys.readouterr().out
