"""The command line: what a person types, what a program reads, and how a failure ends."""

import json
import subprocess
import sys

import pytest

from searoom import cli
from searoom.commands import proof, words
from searoom.errors import NotAllowed


def run(capsys, *argv: str) -> tuple[int, str, str]:
    code = cli.main(argv)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_help_lists_every_command(capsys):
    """`searoom --help` names each command once, with examples and exit codes."""
    code, out, _ = run(capsys, "--help")

    assert code == 0
    assert all(f"\n  {name:<9}" in out for name in cli.COMMANDS)
    assert "exit codes:" in out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_has_help_with_examples(capsys, name):
    """Each command's own help ends with examples that start with `searoom`."""
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])

    assert ended.value.code == 0
    assert f"examples:\n  searoom {name}" in capsys.readouterr().out


def test_unknown_command_names_the_near_one(capsys):
    """A slip of the finger gets the command that was probably meant, and exit code 2."""
    code, _, err = run(capsys, "verfiy")

    assert code == 2
    assert "Did you mean 'verify'?" in err


def test_failure_is_a_sentence_with_advice(capsys, tmp_path):
    """No traceback reaches a user: what was wrong, and what to do."""
    code, out, err = run(capsys, "status", str(tmp_path))

    assert code == cli.EXIT_CODES[NotAllowed]
    assert out == ""
    assert err.startswith("searoom status: no node is running in ")
    assert "Traceback" not in err


def test_signal_prints_three_languages_and_their_state(capsys):
    """A signal is shown in English, Japanese and Chinese, each with its state of review."""
    code, out, _ = run(capsys, "signal", "V-Q1")

    assert code == 0
    assert [line[2:4] for line in out.splitlines()[1:4]] == ["en", "ja", "zh"]
    assert out.count("unreviewed") == 3


def test_signal_gives_no_script_for_an_order(capsys):
    """A group that orders another navy's ship is explained, and never put into words to send."""
    code, out, err = run(capsys, "signal", "L", "--to", "CORAL 34", "--from", "AMBER 21")

    assert code == cli.EXIT_CODES[NotAllowed]
    assert out == ""
    assert "never offered" in err


def test_signal_speaks_json(capsys):
    """A program can read the same facts."""
    code, out, _ = run(
        capsys, "signal", "V-F1", "--to", "A", "--from", "B", "--set", "speed=10", "--set", "course=045", "--json"
    )

    facts = json.loads(out)
    assert code == 0
    assert facts["code"] == "V-F1"
    assert "ONE ZERO" in facts["script"][2]


def test_due_without_a_record_accuses_nobody(capsys):
    """From the agreement alone come its dates, in each language; that nothing was named is no evidence of a miss."""
    for lang in words.LANGUAGES:
        code, out, _ = run(
            capsys, "due", "--agreement", "macm", "--at", "2026-01-01T00:00:00Z", "--lang", lang, "--json"
        )
        rows = json.loads(out)
        assert code == 0
        assert len({row["label"] for row in rows if row["state"] == "no record"}) >= 4
        assert not [row for row in rows if row["state"] == "missed"]


def test_verify_of_an_empty_folder_says_so(capsys, tmp_path):
    """A folder without a record is named, with what to name instead."""
    code, _, err = run(capsys, "verify", str(tmp_path))

    assert code == cli.EXIT_CODES[NotAllowed]
    assert "holds no exported record" in err
    assert proof.RECORD == "record"


def test_signal_does_not_load_what_it_does_not_need():
    """`searoom signal` starts without NumPy, apsw, cryptography or h11: it must answer at once."""
    code = "import sys; from searoom import cli; cli.main(['signal', 'EV1']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1]

    assert not [name for name in ("numpy", "apsw", "cryptography", "h11", "jinja2", "asyncio") if f"'{name}'" in loaded]


def test_version_is_the_package_version(capsys):
    """`searoom --version` prints the installed version."""
    code, out, _ = run(capsys, "--version")

    assert code == 0
    assert out.startswith("searoom ")
