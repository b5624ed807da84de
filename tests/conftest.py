"""What all tests share: one profile of hypothesis, and two enrolled parties with their nodes, that each test may spoil."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from searoom.exercise.made import Stage
from searoom.node.node import Node
from stage import make_stage

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


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


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument: bytes made by chance or clock would name it otherwise in each process."""
    return argname if isinstance(val, bytes) else None
