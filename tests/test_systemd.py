"""The systemd units say what the commands say, and are closed as tightly as they can be."""

import configparser
import shlex
import shutil
import subprocess

import pytest

from searoom import cli
from tools import house

UNITS = sorted((house.ROOT / "packaging" / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")


def read(path):
    """Return a unit as {section: {key: values}}."""
    parser = configparser.RawConfigParser(strict=False, dict_type=dict, interpolation=None)
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_that_there_is(path):
    """ExecStart is a command of ours with options that it has."""
    words = shlex.split(read(path)["Service"]["ExecStart"].replace("${SEAROOM_PORT}", "8480").replace("%i", "amber"))

    assert words[0].endswith("/searoom")
    assert words[1] in cli.COMMANDS
    with pytest.raises(SystemExit) as ended:
        cli.main([*words[1:], "--help"])
    assert 0 == ended.value.code


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_hardened(path):
    """No new privileges, no capabilities, a file system that is read-only but for the node's folder, no core dumps."""
    service = read(path)["Service"]
    wanted = {
        "User": "searoom",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateDevices": "yes",
        "UMask": "0077",
        "LimitCORE": "0",
        "RestrictNamespaces": "yes",
        "ReadWritePaths": "/var/lib/searoom/%i",
        "SystemCallArchitectures": "native",
    }

    assert wanted == {name: service[name] for name in wanted}


def test_the_console_reaches_nobody_but_this_machine():
    """The console's unit may speak to loopback alone, and sees no key of the node."""
    service = read(next(path for path in UNITS if "console" in path.name))["Service"]

    assert ("any", "localhost") == (service["IPAddressDeny"], service["IPAddressAllow"])
    assert "/keys" in service["InaccessiblePaths"]


def test_systemd_reads_them(tmp_path):
    """Where systemd is installed, its own check finds nothing; elsewhere the units are at least read."""
    copies = [tmp_path / path.name.replace("@", "@amber") for path in UNITS]
    for path, copy in zip(UNITS, copies, strict=True):
        copy.write_text(
            path.read_text(encoding="utf-8").replace("/opt/searoom/.venv/bin/searoom", "/bin/true"), encoding="utf-8"
        )
    said = ""
    if ANALYZE:
        done = subprocess.run(
            [ANALYZE, "verify", "--man=no", *map(str, copies)], capture_output=True, text=True, check=False
        )
        said = "\n".join(line for line in done.stderr.splitlines() if str(tmp_path) in line or "searoom" in line)

    assert "" == said
    assert 2 == len(UNITS)
