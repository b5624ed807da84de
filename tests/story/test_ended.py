"""Story: the demo is ended from outside while both nodes run."""

import re
import signal
import subprocess
import sys

from stage import gone


def test_a_demo_that_is_ended_leaves_no_node_behind(tmp_path):
    """SIGTERM midway: one sentence, an exit code, and no orphan process of either party."""
    with subprocess.Popen(
        [sys.executable, "-m", "searoom", "demo", "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        pids = []
        for line in running.stdout:
            found = re.search(r"node of \w+: process (\d+)", line)
            pids += [int(found[1])] if found else []
            if "warn by its own sensors" in line:
                break
        running.send_signal(signal.SIGTERM)
        _, err = running.communicate(timeout=60)

    assert running.returncode == 130
    assert err == "searoom demo: interrupted\n"
    assert len(pids) == 2
    assert not [pid for pid in pids if not gone(pid)]
