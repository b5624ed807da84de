"""Story: two nodes with nothing to say."""

from searoom.node.node import Node
from stage import ask, make_stage, sizes, tick

HOUR_S = 3600


def test_idle_hours_add_nothing_but_the_scheduled_test(tmp_path):
    """The demo's line is tested at 02:30Z, half an hour after the start: that hour holds the tests and their receipts, the next none."""
    stage = make_stage(tmp_path)
    try:
        for party in stage.parties:
            (stage.folder(party) / "sensors.csv").unlink()
            stage.start(party)
        hour(stage, 0)
        first = sizes(stage, "amber")
        hour(stage, HOUR_S)
        second = sizes(stage, "amber")
    finally:
        stage.stop()

    assert {"amber": 2, "coral": 2} == first == second
    node = Node.open(stage.folder("coral"))
    said = sorted((message.author, message.filled.form) for message in node.account().messages())
    node.close()
    assert [(party, form) for party in ("amber", "coral") for form in ("line-test", "receipt")] == said


def hour(stage, start: int) -> None:
    """Tick every two minutes for an hour, and let the nodes meet at each tick."""
    for seconds in range(start, start + HOUR_S, 120):
        tick(stage, seconds)
        for party in stage.parties:
            assert ask(stage, party, do="meet")["faults"] == {}
