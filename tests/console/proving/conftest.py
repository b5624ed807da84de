"""A record with words of three languages in it, behind a console, for a whole file of tests."""

import shutil
from dataclasses import replace

import pytest

from console_at_work import console
from deskside import at_work, fill, meet, signed
from searoom.exercise.made import Stage

SAID = (("en", "Please confirm your course."), ("ja", "貴艦の針路を確認したい。"), ("zh", "请确认贵舰的航向。"))


@pytest.fixture(scope="module")
def talked(enrolled, tmp_path_factory) -> Stage:
    """The enrolled parties, in folders of this file alone."""
    out = tmp_path_factory.mktemp("talked")
    shutil.copytree(enrolled.out, out, dirs_exist_ok=True)
    return replace(enrolled, out=out)


@pytest.fixture(scope="module")
def nodes(talked):
    """Both nodes at work; amber has said something in each language, and coral has read the first of it."""
    with at_work(talked) as found:
        amber, coral = (found[party].node for party in ("amber", "coral"))
        for lang, text in SAID:
            amber.submit(
                *signed(talked, amber, fill("hotline-message", {"text": text}, lang=lang), "amber-1", "amber-2")
            )
        meet(found)
        coral.submit(*signed(talked, coral, fill("read", {}, channel="hotline", reply_to=("amber", 0)), "coral-1"))
        meet(found)
        yield found


@pytest.fixture(scope="module")
def address(talked, nodes):
    """The console of amber."""
    with console(talked.folder("amber")) as found:
        yield found
