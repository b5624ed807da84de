"""Which search is used, and that the choice changes nothing but the time it takes."""

import subprocess
import sys

import pytest

from searoom.encounters import engine, swept
from worlds import sea

WITHOUT = """
import sys
sys.modules["numba"] = None  # as where the extra is not installed
sys.path.insert(0, "tests")
from searoom.encounters import engine, swept
from worlds import sea
motion, speed = sea("ports", 300, 3)
engine.SMALL = 0
met = engine.near(motion, speed, radius_m=926.0, horizon_s=1200.0)
print(engine.COMPILED, sorted(zip(met.a.tolist(), met.b.tolist())))
"""


@pytest.mark.parametrize(("count", "used"), [(engine.SMALL, "grid"), (engine.SMALL + 1, "compiled")])
def test_the_compiled_search_is_used_where_numba_is_installed_and_the_picture_is_large(monkeypatch, count, used):
    """The tests install it; a small picture does not wait for it."""
    asked = {}
    monkeypatch.setattr(swept, "near", lambda *given, **named: asked.update(named) or "compiled")
    monkeypatch.setattr(engine, "on_grid", lambda *given, **named: asked.update(named) or "grid")
    motion, speed = sea("ports", count, 3)

    assert used == engine.near(motion, speed, radius_m=926.0, horizon_s=1200.0)
    assert {"radius_m": 926.0, "horizon_s": 1200.0, "wanted": None, "heights": None} == asked


def test_without_numba_the_same_pairs_come_from_the_grid(request):
    """A core installation screens too, with the same answer."""
    motion, speed = sea("ports", 300, 3)
    met = swept.near(motion, speed, radius_m=926.0, horizon_s=1200.0)
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, cwd=request.config.rootpath
    )

    assert f"False {sorted(zip(met.a.tolist(), met.b.tolist(), strict=True))}\n" == said.stdout
