"""What people did reaches the national log by itself, also after a time in which no node answered."""

from console_at_work import Browser, console, wait_for
from deskside import at_work


def deeds(nodes):
    """Return what the national log says of the console: (deed, account)."""
    notes = nodes["amber"].node.notebook.notes("console-note")
    return [(each.fields["deed"], each.fields.get("account", "")) for _, each in notes]


def test_signing_in_and_out_is_noted_by_the_station(stage):
    """Nobody needs a key for it, and it stands where it cannot be changed."""
    with at_work(stage, "amber") as nodes, console(stage.folder("amber")) as address:
        sit = Browser(address).sign_in("duty-1")
        sit.post("/sign-out", {"mark": sit.hidden("/me")["mark"]})

        wait_for(lambda: ("signed-out", "duty-1") in deeds(nodes))

        assert ("signed-in", "duty-1") in deeds(nodes)
        entries = [entry for entry, _ in nodes["amber"].node.notebook.notes("console-note")]
        assert all(
            nodes["amber"].node.station.key_id in {one.key_id for one in each.released.signatures} for each in entries
        )


def test_what_is_done_while_the_node_is_silent_is_noted_later(stage):
    """A console whose node has ended goes on, and hands over what waited when a node is there again."""
    folder = stage.folder("amber")
    with at_work(stage, "amber"):
        running = console(folder)
        address = running.__enter__()
    try:
        Browser(address).sign_in("duty-1")
        with at_work(stage, "amber") as nodes:
            wait_for(lambda: ("signed-in", "duty-1") in deeds(nodes), 15)
    finally:
        running.__exit__(None, None, None)
