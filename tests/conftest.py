"""What all tests share: one profile of hypothesis, and two enrolled parties with their nodes, that each test may spoil."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from folding_made import SMALL
from searoom.exercise.made import Stage
from searoom.node.node import Node
from searoom.statements import folded
from stage import make_stage

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# What takes minutes: it must not be left for the end, when one process works and the others wait.
SLOW = (
    "browser/test_every_page.py", "console/test_swapped.py", "tests/browser/", "console/api/test_schemathesis.py",
    "tests/exercise/", "tests/archive/", "tests/console/", "tests/commands/", "tests/attacks/", "tests/node/",
)  # fmt: skip


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Two enrolled parties, made once; `stage` is a copy of them for one test."""
    return make_stage(tmp_path_factory.mktemp("enrolled"))


@pytest.fixture
def stage(enrolled: Stage, tmp_path: Path) -> Stage:
    """Two enrolled parties whose nodes have never run, in this test's own folder."""
    out = tmp_path / "stage"
    shutil.copytree(enrolled.out, out)
    return Stage(out, enrolled.scenario, enrolled.agreement, enrolled.seats, dict(enrolled.ports))


@pytest.fixture
def amber(stage: Stage) -> Iterator[Node]:
    """Amber's node, opened in this process."""
    node = Node.open(stage.folder("amber"))
    yield node
    node.close()


@pytest.fixture
def coral(stage: Stage) -> Iterator[Node]:
    """Coral's node, opened in this process."""
    node = Node.open(stage.folder("coral"))
    yield node
    node.close()


@pytest.fixture(scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks of few entries, so that a short talk fills some."""
    whole, folded.ENTRIES = folded.ENTRIES, SMALL
    yield
    folded.ENTRIES = whole


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument: bytes made by chance or clock would name it otherwise in each process."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow files first, in the order of `SLOW`; each folder and file keeps its own order."""
    items.sort(key=lambda item: next((at for at, name in enumerate(SLOW) if name in item.nodeid), len(SLOW)))
