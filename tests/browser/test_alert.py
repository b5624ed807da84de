"""The benchmark of an alert on a screen at tiny size: it runs on real parts and misses none; no time is judged here."""

from bench import console_alert, console_sse


def test_each_change_of_grade_is_seen_on_the_first_screen(chromium, tmp_path):
    """A node, its console and a browser: every look that raises a grade ends in a frame that shows it."""
    with console_sse.at_work(tmp_path / "stage", 1) as (stage, port, _):
        took = console_alert.measured(console_alert.opened(chromium, port, "front"), stage, 1)
    for context in chromium.contexts:
        context.close()

    assert len(took) > 1
    assert all(0 < one < console_alert.PATIENCE_MS for one in took)
