"""Fixtures of unit contact: two nodes at work on made tracks that come close, and both their consoles."""

from types import SimpleNamespace

import pytest

from console_at_work import Browser, console
from deskside import at_work, tick

PAIR = "/encounters/AMBER%2021/CORAL%2034"
NEAR_S = 600  # ten minutes after the start the two are within a mile


@pytest.fixture
def close(stage):
    """Amber's and Coral's consoles while their two ships close in on each other."""
    with at_work(stage) as nodes, console(stage.folder("amber")) as amber, console(stage.folder("coral")) as coral:
        for second in range(0, NEAR_S, 30):
            for party in ("amber", "coral"):
                tick(stage, party, second)
        yield SimpleNamespace(
            stage=stage, nodes=nodes, amber=amber, coral=coral, pair=PAIR,
            sit=lambda address, person="duty-1", lang="en": Browser(address, **{"Accept-Language": lang}).sign_in(person),
            notes=lambda form: [one for _, one in nodes["amber"].node.notebook.notes(form)],
        )  # fmt: skip


@pytest.fixture(scope="module")
def still(module_stage):
    """The same for a whole file that changes nothing: the address of Amber's console."""
    with at_work(module_stage, "amber"), console(module_stage.folder("amber")) as amber:
        for second in range(0, NEAR_S, 30):
            tick(module_stage, "amber", second)
        yield amber
