"""The commands `console` and `account`: who may open the pages."""

import io
import json

import pytest

from searoom import cli, clock

PASSWORD = "officer of the watch 7\n"


@pytest.fixture
def folder(stage, tmp_path):
    """A node's folder, and a file with a password."""
    (tmp_path / "password").write_text(PASSWORD)
    return stage.folder("amber"), str(tmp_path / "password")


def run(*argv):
    return cli.main([str(each) for each in argv])


def test_accounts_are_made_listed_changed_and_removed(folder, capsys):
    """The list says who may do what, for a person and for a program."""
    node, password = folder
    made = ("--name", "Watch 1", "--role", "watch", "--role", "duty", "--officer", "amber-1")

    assert 0 == run("account", node, "add", "watch-1", *made, "--password-file", password)
    assert 0 == run("account", node, "list", "--json")
    row = {"account": "watch-1", "name": "Watch 1", "roles": ["duty", "watch"], "officer": "amber-1", "locked": False}
    assert [row] == json.loads(capsys.readouterr().out)
    assert 0 == run("account", node, "list")
    assert "Watch 1" in capsys.readouterr().out
    assert 0 == run("account", node, "password", "watch-1", "--password-file", password)
    assert 0 == run("account", node, "remove", "watch-1")
    assert 0 == run("account", node, "list", "--json")
    assert [] == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("remove", "nobody"), "there is no account 'nobody'"),
        (("password", "nobody"), "there is no account 'nobody'"),
        (("add", "watch-1", "--role", "watch", "--password-file", "nowhere"), "cannot be read"),
        (("add", "watch-1", "--role", "watch"), "no terminal to ask at"),
    ],
)
def test_what_cannot_be_done_is_said(folder, capsys, monkeypatch, argv, said):
    """A wrong name, a missing file or nobody to ask: one sentence, exit code 3."""
    monkeypatch.setattr("sys.stdin", io.StringIO())

    assert 3 == run("account", folder[0], *argv)
    assert said in capsys.readouterr().err


def test_accounts_belong_to_a_nodes_folder(tmp_path, capsys):
    """No file is made where there is no node."""
    assert 3 == run("account", tmp_path, "list")
    assert "no node.toml" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_tokens_are_given_listed_and_withdrawn(folder, capsys):
    """A token is printed once and alone; the list shows what it opens and until when, and never the token."""
    node, _ = folder
    end = "2026-12-01T00:00:00Z"
    machine = clock.from_text("2026-11-22T00:00:00Z")

    assert 3 == run("account", node, "token", "plotter", "--role", "watch")
    assert "--until" in capsys.readouterr().err
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "machine_now", lambda: machine)
        assert 0 == run("account", node, "token", "plotter", "--role", "watch", "--until", end)
        (token,) = capsys.readouterr().out.split()
        assert 0 == run("account", node, "tokens", "--json")
        listed = capsys.readouterr().out
        assert [{"token": "plotter", "roles": ["watch"], "for": ["api"], "until": end, "used": None}] == json.loads(
            listed
        )
        assert token not in listed
        assert 0 == run("account", node, "tokens")
        assert "plotter" in capsys.readouterr().out
        assert 0 == run("account", node, "withdraw", "plotter")
        assert 3 == run("account", node, "withdraw", "plotter")


def test_a_console_needs_a_running_node(folder, capsys):
    """Without a node there is nothing to show."""
    node, password = folder
    run("account", node, "add", "watch-1", "--role", "watch", "--password-file", password)

    assert 3 == run("console", node, "--port", "0")
    assert "no node is running" in capsys.readouterr().err
