"""What changed from one view to the next, told once."""

from dataclasses import replace

from searoom.console.api.news import TYPES, news

NEAR = {
    "a": "A",
    "b": "B",
    "grade": "advise",
    "since_us": 1,
    "at_us": 2,
    "figures_us": 2,
    "calls": False,
    "range_m": 3,
    "range_error_m": 1,
    "cpa_m": 2,
    "cpa_error_m": 1,
    "cpa_us": 4,
    "geometry": "crossing",
    "colregs": "",
    "age_s": 0,
    "height_m": None,
}


def seen(view, *grades):
    """Return a view with one open encounter of this grade, or none."""
    return replace(view, picture={"open": [{**NEAR, "grade": grade} for grade in grades]})


def told(before, after):
    """Return the events as (type, what changed)."""
    return [(kind, data.get("change") or data.get("state") or data.get("up")) for kind, data in news(before, after)]


def test_nothing_new_is_nothing_told(view):
    """The same view again, and one drawn anew without a change, tell nothing."""
    assert [] == told(view, view)
    assert [] == told(view, replace(view, picture=dict(view.picture), duties=tuple(view.duties)))


def test_an_alert_is_raised_changed_and_cleared(view):
    """Each grade is told once, in its order, with the pair."""
    none, low, high = seen(view), seen(view, "advise"), seen(view, "urgent")

    assert [("alert", "raised")] == told(none, low)
    assert [("alert", "changed")] == told(low, high)
    assert [("alert", "cleared")] == told(high, none)
    assert [] == told(low, low)
    (event,) = news(none, high)
    assert ("urgent", "A", "B", 2) == (event[1]["grade"], event[1]["a"], event[1]["b"], event[1]["cpa_m"])


def test_an_alert_comes_before_everything_else(view):
    """Where much changed at once, the bell is told first."""
    empty = replace(view, account=replace(view.account, sizes={}), duties=(), picture={"open": []})
    kinds = [kind for kind, _ in news(empty, view)]

    assert "alert" == kinds[0]
    assert {"alert", "message", "due"} <= set(kinds) <= set(TYPES)


def test_a_message_is_told_without_its_words(view):
    """An event names entry, author, form and precedence; what was said is asked for by who may read it."""
    empty = replace(view, account=replace(view.account, sizes={}))
    events = [data for kind, data in news(empty, view) if kind == "message"]

    assert {"amber/0", "coral/0"} <= {data["ref"] for data in events}
    assert all("course" not in str(data) for data in events)


def test_lines_node_and_dues(view):
    """A line that falls silent, a node that does not answer, and a duty that is met are told as they change."""
    silent = {
        **view.status,
        "lines": {"coral": {**view.status["lines"]["coral"], "silent_since": "2026-06-03T02:00:00Z"}},
    }
    assert [("line", False)] == told(view, replace(view, status=silent))[:1]
    (event,) = news(view, replace(view, silent_us=5))
    assert ("node", False) == (event[0], event[1]["answers"])
    gone = [state for kind, state in told(view, replace(view, duties=()))]
    assert {"ended"} == set(gone)


def test_countersigned_is_a_state(view):
    """That the other side stored more of a log is told as far as it reaches, and never as agreed."""
    less = replace(view, account=replace(view.account, recorded=dict.fromkeys(view.account.recorded, 0)))

    assert {("state", "recorded")} == {one for one in told(less, view) if one[0] == "state"}
