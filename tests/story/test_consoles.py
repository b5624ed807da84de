"""Story: somebody runs the demo, opens both consoles while it runs, and finds there what happened."""

import re
import subprocess
import sys

from console_at_work import Browser, wait_for, words
from stage import gone


def test_both_consoles_show_the_running_scenario_and_end_with_the_demo(tmp_path):
    """Without --once both consoles are open from the first tick on; after --stay nothing of the demo is left."""
    command = [sys.executable, "-m", "searoom", "demo", "--out", str(tmp_path / "out"), "--stay", "0.4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        addresses, pids, password, before = {}, [], "", None
        for line in running.stdout:
            pids += [int(found[1]) for found in re.finditer(r"node of \w+: process (\d+)", line)]
            addresses |= {found[1]: found[2] for found in re.finditer(r"console of (\w+): http://(\S+)/", line)}
            password = next((found[1] for found in re.finditer(r"this once: (\S+)", line)), password)
            if "asks" in line and before is None:
                before = {party: _seen(party, address, password) for party, address in addresses.items()}
            if line.startswith("4. "):
                after = {party: _messages(party, address, password) for party, address in addresses.items()}
        assert 0 == running.wait(60), running.stderr.read()

    assert ["amber", "coral"] == sorted(addresses)
    assert all("What is closing?" in text and "EXERCISE" in text for text in before.values()), before
    assert after["amber"] == after["coral"]
    assert len(after["amber"]) > 10
    assert not [pid for pid in pids if not gone(pid)]


def _seen(party, address, password):
    sit = Browser(address, **{"Accept-Language": "en"}).sign_in(f"{party}-1", password)
    return words(sit.get("/")[2])


def _messages(party, address, password):
    """Return what the page of messages leads to, once this console has read all that the demo wrote."""
    sit = Browser(address).sign_in(f"{party}-1", password)

    def shown():
        return sorted(set(re.findall(r'href="(/messages/(?:amber|coral)/\d+)"', sit.get("/messages")[2])))

    return wait_for(lambda: (found := shown()) and len(found) > 10 and found, 15)
