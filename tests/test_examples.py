"""The examples run on the data that is here, print what they say, and draw the pictures that the pages show."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"


def test_the_example_of_the_library_draws_its_picture(tmp_path):
    """A real collision as Polars tables: three grades in time, and the picture of the analyst's page, byte by byte."""
    command = [sys.executable, "-W", "error", ROOT / "examples" / "closing.py", tmp_path / "closing.svg"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env={"PYTHONPATH": str(ROOT / "src")})

    assert ["advise", "warn", "urgent"] == [line.split()[0] for line in done.stdout.splitlines()]
    assert done.stdout in (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
    assert (PICTURES / "closing.svg").read_text(encoding="utf-8") == (tmp_path / "closing.svg").read_text(
        encoding="utf-8"
    )
