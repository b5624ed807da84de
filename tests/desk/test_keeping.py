"""The verbs for what is kept and carried: what they take and what they refuse."""

import asyncio

import pytest

from deskside import CONTACT, at_work, signed
from searoom.desk import asking as desk
from searoom.desk.serve import Service
from searoom.errors import NotAllowed


@pytest.fixture
def amber(stage):
    """Amber's node in this process."""
    service = Service(stage.folder("amber"), lambda _line: None)
    yield service
    service.node.close()


def ask(service, do, **request):
    return asyncio.run(service._handle({"do": do, **request}))


@pytest.mark.parametrize(
    ("do", "request_", "said"),
    [
        ("backup", {}, "lacks 'folder'"),
        ("bundle-write", {}, "lacks 'to'"),
        ("bundle-write", {"to": "coral", "part_bytes": "x"}, "a number of bytes"),
        ("bundle-write", {"to": "coral", "part_bytes": True}, "a number of bytes"),
        ("bundle-write", {"to": "coral", "part_bytes": 10}, "a part has"),
        ("bundle-write", {"to": "coral", "part_bytes": 1 << 40}, "a part has"),
        ("bundle-write", {"to": "coral", "goes_on": [["amber"]]}, "goes on"),
        ("bundle-read", {}, "lacks 'part'"),
        ("evidence", {"number": 1}, "no piece 1"),
        ("evidence", {"number": "x"}, "no piece x"),
        ("erase", {}, "lacks 'field'"),
    ],
)
def test_what_is_asked_wrongly_is_a_sentence(amber, do, request_, said):
    """And nothing else comes of it."""
    with pytest.raises(NotAllowed, match=said):
        ask(amber, do, **request_)
    assert amber._failed is None


def test_a_backup_does_not_keep_the_node_from_speaking(stage, tmp_path):
    """It is read over a connection of its own, while the node says more; what it holds is of one moment."""
    with at_work(stage, "amber") as nodes:
        node = nodes["amber"].node
        node.submit(*signed(stage, node, CONTACT, "amber-1"))
        sizes = desk.ask(stage.folder("amber"), {"do": "backup", "folder": str(tmp_path / "b")})["sizes"]
        node.submit(*signed(stage, node, CONTACT, "amber-1"))
    assert 1 == sizes["amber"]


def test_a_line_that_works_again_makes_what_was_said_by_hand_old(stage):
    """The meeting in step forgets it."""
    with at_work(stage) as nodes:
        stick = desk.ask(stage.folder("coral"), {"do": "bundle-write", "to": "amber"})
        desk.ask(stage.folder("amber"), {"do": "bundle-read", "part": stick["parts"][0][1]})
        assert nodes["amber"].node.stores()[0].get("stick", b"coral") is not None
        desk.ask(stage.folder("amber"), {"do": "meet"})
        assert nodes["amber"].node.stores()[0].get("stick", b"coral") is None


def test_what_a_stick_brought_wakes_who_waits_on_the_line(stage):
    """A third party, or the same one on another carrier, hears of it at once."""
    with at_work(stage) as nodes:
        nodes["amber"].node.submit(*signed(stage, nodes["amber"].node, CONTACT, "amber-1"))
        nodes["coral"]._news.clear()
        stick = desk.ask(stage.folder("amber"), {"do": "bundle-write", "to": "coral"})
        desk.ask(stage.folder("coral"), {"do": "bundle-read", "part": stick["parts"][0][1]})
        assert nodes["coral"]._news.is_set()
