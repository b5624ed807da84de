"""Fixtures of the console's tests: a stage that a whole file shares, for pages that change nothing on it."""

import shutil
from dataclasses import replace

import pytest

from console_at_work import console
from deskside import at_work
from hotline_scene import Scene


@pytest.fixture(scope="module")
def module_stage(enrolled, tmp_path_factory):
    """The enrolled parties, in folders of this file alone."""
    out = tmp_path_factory.mktemp("console")
    shutil.copytree(enrolled.out, out, dirs_exist_ok=True)
    return replace(enrolled, out=out)


@pytest.fixture(scope="module")
def address(module_stage):
    """A console at work beside its node."""
    with at_work(module_stage, "amber"), console(module_stage.folder("amber")) as found:
        yield found


@pytest.fixture
def nodes_at_work(stage):
    """Two nodes at work, and no console."""
    with at_work(stage) as nodes:
        yield Scene(stage, nodes)
