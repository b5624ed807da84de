"""Commands of the watch on the bridge: open encounters, answers to alarms, tags of tracks, marks for a map."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from searoom import cbor
from searoom.commands.arguments import parser, print_json
from searoom.desk.asking import ask
from searoom.encounters.screen import distance_text
from searoom.units import METRES_PER_NAUTICAL_MILE

Table = Mapping[str, object]
_DEFAULT_MINUTES = 10


def encounters(argv: Sequence[str]) -> int:
    """Print the open encounters, who keeps company, which limits are near, and what still calls for somebody."""
    command = parser(
        "encounters",
        "What our own sensors have open now: range and closest approach of this moment with their errors, by what seen "
        "and how long ago, states, events, alarms that nobody answered. National: advice about geometry, and it never "
        "leaves.",
        ["searoom encounters amber", "searoom encounters amber --json"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    reply = ask(given.node, {"do": "encounters"})
    if given.json:
        print_json(reply)
    else:
        sys.stdout.write("\n".join(_page(reply)) + "\n")
    return 0


def acknowledge(argv: Sequence[str]) -> int:
    """Write down that an alarm was heard."""
    command = parser(
        "acknowledge",
        "Say that you have heard an alarm. It holds while this encounter lasts and its grade does not rise; it is in "
        "the national log before this command ends. One name: every open encounter with that craft.",
        ["searoom acknowledge amber 'CORAL 34' --by amber-1", "searoom acknowledge amber 'AMBER 21' 'CORAL 34'"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("names", nargs="+", metavar="CRAFT", help="one craft of the encounter, or both")
    command.add_argument("--by", default="", metavar="NAME", help="who has heard it")
    given = command.parse_args(argv)
    request: dict[str, cbor.Value] = {"do": "acknowledge", "names": list(given.names), "by": given.by}
    return _say_answered(ask(given.node, request), "acknowledged")


def snooze(argv: Sequence[str]) -> int:
    """Put a pair off until a time."""
    command = parser(
        "snooze",
        "Put a pair off for some minutes, an hour at most: it rings again then, and before if its grade rises.",
        ["searoom snooze amber 'AMBER 21' 'CORAL 34' --minutes 20 --by amber-1"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("names", nargs="+", metavar="CRAFT", help="one craft of the encounter, or both")
    command.add_argument("--minutes", type=int, default=_DEFAULT_MINUTES, metavar="N")
    command.add_argument("--by", default="", metavar="NAME", help="who puts it off")
    given = command.parse_args(argv)
    request: dict[str, cbor.Value] = {
        "do": "snooze", "names": list(given.names), "minutes": given.minutes, "by": given.by,
    }  # fmt: skip
    return _say_answered(ask(given.node, request), f"put off for {given.minutes} min")


def tag(argv: Sequence[str]) -> int:
    """Say which unit a track is for a time, take it back, or list what was said."""
    command = parser(
        "tag",
        "Say which unit of registry.toml a track is, for a time (from now on for an hour, if no more is said); --undo "
        "takes it back. Without a track: the tags that stand.",
        [
            "searoom tag amber radar:bridge:07 'CORAL 34' --by amber-1 --note 'seen from the bridge wing'",
            "searoom tag amber radar:bridge:07 'CORAL 34' --from 2026-06-03T02:00:00Z --until 2026-06-03T02:40:00Z",
            "searoom tag amber radar:bridge:07 --undo",
            "searoom tag amber",
        ],
    )
    command.add_argument("node", type=Path)
    command.add_argument("track", nargs="?", default="")
    command.add_argument("unit", nargs="?", default="")
    command.add_argument("--from", dest="begin", default="", metavar="TIME")
    command.add_argument("--until", default="", metavar="TIME")
    command.add_argument("--undo", action="store_true", help="take back the tag that holds now, or at --from")
    command.add_argument("--by", default="", metavar="NAME", help="who says so")
    command.add_argument("--note", default="", help="why")
    given = command.parse_args(argv)
    if not given.track:
        rows = cast("list[Table]", ask(given.node, {"do": "tags"})["tags"])
        sys.stdout.write("".join(f"  {_tag_line(row)}\n" for row in rows) or "  none\n")
        return 0
    request: dict[str, cbor.Value] = {"do": "untag", "track": given.track, "at": given.begin, "by": given.by}
    if not given.undo:
        request = {
            "do": "tag", "track": given.track, "unit": given.unit, "begin": given.begin, "end": given.until,
            "by": given.by, "note": given.note,
        }  # fmt: skip
    told = ask(given.node, request)
    sys.stdout.write(f"{'taken back' if given.undo else 'tagged'}: {_tag_line(told)}\n")
    return 0


def cot(argv: Sequence[str]) -> int:
    """Write the open encounters as Cursor on Target events into a file."""
    command = parser(
        "cot",
        "Write the open encounters as Cursor on Target events, one a line: marks at the closest approach, which say "
        "neither friend nor foe. Nothing is sent. Who hands the file on gives away what our sensors see.",
        ["searoom cot amber encounters.cot"],
    )
    command.add_argument("node", type=Path)
    command.add_argument("file", type=Path, metavar="FILE", help="a new file; none is replaced")
    given = command.parse_args(argv)
    events = cast("list[str]", ask(given.node, {"do": "cot"})["events"])
    with given.file.open("x", encoding="utf-8") as file:
        file.writelines(f"{event}\n" for event in events)
    sys.stderr.write(f"{len(events)} encounters in {given.file}; national: handing it on is a release\n")
    return 0 if events else 1


def _say_answered(reply: Table, deed: str) -> int:
    for a, b, grade in cast("list[tuple[str, str, str]]", reply["answered"]):
        sys.stdout.write(f"{deed}: {a} and {b}, up to {grade}\n")
    return 0


def _tag_line(row: Table) -> str:
    said = f", said by {row['by']}" if row["by"] else ""
    why = f" ({row['note']})" if row["note"] else ""
    return f"{row['track']} is {row['unit']} from {row['begin']} until {row['end']}{said}{why}"


def _page(reply: Table) -> list[str]:
    lines = [f"{reply['now']}  looked at {reply['looked_at'] or 'nothing yet'}"]
    if reply["behind"]:
        lines.append("  STILL LOOKING AT WHAT WAS RECORDED BEFORE THE RESTART: not all is shown yet")
    lines += [f"  BLIND {name}: {why}" for name, why in cast("dict[str, str]", reply["blind"]).items()]
    open_ = cast("list[Table]", reply["open"])
    for row in open_:
        lines += ["", *_open(row)]
    if not open_:
        lines += ["", "  no encounter is open; no alarm is not a clear sea"]
    lines += _part("in company", [_company(row) for row in cast("list[Table]", reply["company"])])
    lines += _part("claimed limits", [_limit(row) for row in cast("list[Table]", reply["limits"])])
    lines += _part("events", [_event(row) for row in cast("list[Table]", reply["events"])])
    cleared = [
        f"{row['at']}  {row['a']} and {row['b']}: {row['why']}; nearest {row['nearest_m']:,} m"
        for row in cast("list[Table]", reply["cleared"])
    ]
    return lines + _part("ended", cleared)


def _part(title: str, rows: Sequence[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {row}" for row in rows)] if rows else []


def _open(row: Table) -> list[str]:
    a, b = cast("Table", row["a"]), cast("Table", row["b"])
    lines = [f"{str(row['grade']).upper()}  {_name(a)} and {_name(b)}   {row['geometry']}, since {row['since']}"]
    figures = cast("Table | None", row["figures"])
    lines.append(f"  {_figures(figures)}" if figures else "  NOT SEEN NOW: the figures of the last alert hold no more")
    if row["colregs"]:
        lines.append(f"  {row['colregs']}, if in sight of one another")
    lines += [f"  state: {row['state']}"] if row["state"] else []
    lines += [f"  {craft['name']}: {seen}" for craft in (a, b) if (seen := _seen(craft))]
    bell = cast("Table | None", row["bell"])
    if bell is not None:
        lines.append(f"  UNANSWERED since {bell['since']}; step {bell['step']} of {bell['of']}: {bell['calls']}")
    lines += [f"  acknowledged {row['acknowledged']}"] if row["acknowledged"] else []
    return lines + ([f"  put off until {row['snoozed_until']}"] if row["snoozed_until"] else [])


def _name(craft: Table) -> str:
    name, unit = str(craft["name"]), craft["unit"]
    said = ", ".join(str(word) for word in (unit if unit != name else None, craft["party"]) if word)
    sent = f" '{craft['called']}'" if craft["called"] else ""
    return f"{name}{sent} ({said})" if said else f"{name}{sent}"


def _seen(craft: Table) -> str:
    rows = cast("list[tuple[str, int]]", craft["seen"])
    return ", ".join(f"{what} {age_s} s ago" for what, age_s in rows)


def _figures(figures: Table) -> str:
    def metres(name: str) -> str:
        distance, error = cast("int", figures[f"{name}_m"]), cast("int", figures[f"{name}_error_m"])
        return f"{distance / METRES_PER_NAUTICAL_MILE:.1f} nm ({distance_text(distance, error)})"

    bearing = "" if figures["bearing_deg"] is None else f" bearing {figures['bearing_deg']:03d}"
    seconds = cast("int", figures["tcpa_s"])
    when = f"in {seconds // 60} min {seconds % 60:02d} s" if seconds >= 0 else "is past, the range opens"
    return f"range {metres('range')}{bearing}; CPA {metres('cpa')} {when}"


def _company(row: Table) -> str:
    figures = cast("Table | None", row["figures"])
    told = f"; {_figures(figures)}" if figures else ""
    return f"{_name(cast('Table', row['a']))} and {_name(cast('Table', row['b']))}: {row['state']}{told}"


def _event(row: Table) -> str:
    who = f"{row['by']} " if row["by"] else ""
    distance, error = cast("int | None", row["range_m"]), cast("int | None", row["range_error_m"])
    at = "" if distance is None or error is None else f", range {distance_text(distance, error)}"
    height = "" if row["height_m"] is None else f", height {row['height_m']:+,} m"
    return f"{row['at']}  {row['a']} and {row['b']}, {row['state']}: {who}{row['deed']}{at}{height}"


def _limit(row: Table) -> str:
    outside, error = cast("int", row["outside_m"]), cast("int", row["error_m"])
    side = "outside" if outside >= 0 else "INSIDE"
    when = cast("int | None", row["crosses_s"])
    crosses = "" if when is None else f", crosses it in {when // 60} min {when % 60:02d} s"
    claim = f"claimed by {row['claimed_by']}, {row['source']}, {row['date']}"
    return f"{row['craft']} is {distance_text(abs(outside), error)} {side} of '{row['zone']}' ({claim}){crosses}"
