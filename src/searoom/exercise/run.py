"""The main job, driven: ticks sent as input, officers' commands run at their times, the outcome gathered (loud)."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from searoom import clock
from searoom.account import ref_text
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.exercise.made import AGREEMENT, Stage
from searoom.exercise.scenario import CHAIRS, Act, Scenario, Side, load
from searoom.obligations import agreement as agreements
from searoom.units import MICROSECONDS

Progress = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What a run left behind: where the records are, what was placed by whom, how each node stood at the end."""

    stage: Stage
    placed: dict[str, tuple[str, int]] = field(default_factory=dict)
    status: dict[str, dict[str, object]] = field(default_factory=dict)
    joint_same: bool = False
    seconds: float = 0.0


def seats(scenario: Scenario, *, swap: bool) -> dict[str, Side]:
    """Return who sits in which chair; swapped, the same words and tracks change owner."""
    sides = scenario.sides[::-1] if swap else scenario.sides
    return dict(zip(CHAIRS, sides, strict=True))


def play(
    out: Path, *, swap: bool, say: Progress, name: str = "main-job", opened: Callable[[Stage], None] | None = None,
    speed: float = 0.0,
) -> Outcome:  # fmt: skip
    """Run the scenario on two nodes as two processes, and leave their folders, records and joint pages in `out`.

    `opened` is called when both nodes run and nothing has happened yet. `speed`: how many seconds of the scenario pass
    in one; 0 for as many as the machine can.
    """
    started = clock.monotonic()
    scenario = load(name)
    stage = Stage(out, scenario, agreements.load(AGREEMENT), seats(scenario, swap=swap))
    outcome = Outcome(stage)
    stage.enrol()
    try:
        for party in stage.parties:
            stage.start(party)
            outcome.status[party] = ask(stage.folder(party), {"do": "status"})
            say(f"node of {party}: process {outcome.status[party]['pid']}, port {outcome.status[party]['port']}")
        if opened is not None:
            opened(stage)
        _drive(outcome, say, speed)
        _settle(stage)
        _hand_out(outcome)
        for party in stage.parties:
            outcome.status[party] = ask(stage.folder(party), {"do": "status"})
    finally:
        stage.stop()
    outcome.seconds = clock.monotonic() - started
    return outcome


def _drive(outcome: Outcome, say: Progress, speed: float) -> None:
    stage, waiting = outcome.stage, list(outcome.stage.scenario.acts)
    started = clock.monotonic()
    for tick_s in stage.scenario.ticks():
        if speed:
            time.sleep(max(0.0, started + tick_s / speed - clock.monotonic()))
        now_us = stage.scenario.start_us + tick_s * MICROSECONDS
        for party in stage.parties:
            reply = ask(stage.folder(party), {"do": "tick", "now_us": now_us})
            for grade in cast("list[str]", reply["grades"]):
                say(f"{_time(now_us)}  {stage.side(party).unit}: {grade} by its own sensors (national, not sent)")
        while waiting and waiting[0].at_s <= tick_s:
            act = waiting.pop(0)
            _perform(outcome, act)
            if act.say:
                say(f"{_time(now_us)}  {_words(outcome, act, act.say)}")
        if stage.scenario.meets_at(tick_s):
            _settle(stage)


def _time(now_us: int) -> str:
    return clock.to_text(now_us).partition("T")[2]


def _settle(stage: Stage) -> None:
    """Let the nodes meet until none has anything left to send; bounded, since a receipt causes no receipt."""
    for _ in range(4):
        replies = [ask(stage.folder(party), {"do": "meet"}) for party in stage.parties]
        if all(reply["in_step"] for reply in replies) and not any(reply["faults"] for reply in replies):
            return
    raise NotAllowed("the two nodes did not come into step", advice=f"Read the node.log files under {stage.out}.")


def _words(outcome: Outcome, act: Act, text: str) -> str:
    own = outcome.stage.seats[act.chair]
    other = outcome.stage.seats[next(chair for chair in CHAIRS if chair != act.chair)]
    return text.format(
        own=own.unit,
        other=other.unit,
        own_party=own.party,
        other_party=other.party,
        person=own.persons[act.person - 1].name,
    )


def _perform(outcome: Outcome, act: Act) -> None:
    """Run an act as the command that the person would type."""
    stage = outcome.stage
    side = stage.seats[act.chair]
    folder = str(stage.folder(side.party))
    person = side.persons[act.person - 1]
    key = ["--key", str(stage.folder(side.party) / "officers" / f"{person.id}.key")]
    language = str(act.arguments.get("lang", side.language))
    if act.do == "say":
        words = ["say", folder, *key, "--form", str(act.arguments["form"]), "--lang", language]
        words += _options(outcome, act, language)
    elif act.do == "call":
        words = ["call", folder, *key, "--to", _words(outcome, act, "{other}"), "--code", str(act.arguments["code"])]
        words += _options(outcome, act, language)
    elif act.do == "heard":
        words = ["heard", folder, *key, "--from", _words(outcome, act, "{other}")]
        words += ["--words", _words(outcome, act, str(act.arguments["words"]))]
        words += ["--quality", str(act.arguments["quality"])]
    elif act.do == "read":
        words = ["read", folder, _entry(outcome, act.arguments["entry"]), *key, "--lang", language]
    elif act.do == "release":
        words = ["release", folder, str(outcome.placed[str(act.arguments["draft"])][1]), *key]
    elif act.do == "range":
        times = [
            clock.to_text(stage.scenario.start_us + _seconds(act, end) * MICROSECONDS) for end in ("from_s", "to_s")
        ]
        words = ["range", folder, *key, "--dossier", _entry(outcome, act.arguments["dossier"]), "--lang", language]
        words += ["--from", times[0], "--to", times[1], "--round-m", str(act.arguments["round_m"])]
    else:
        raise NotAllowed(f"act '{act.id}': nobody knows how to '{act.do}'")
    reply = stage.command(words)
    place = reply["index"] if reply["index"] is not None else reply["draft"]
    outcome.placed[act.id] = (str(reply["author"]), int(str(place)))


def _seconds(act: Act, name: str) -> int:
    return int(str(act.arguments[name]))


def _entry(outcome: Outcome, act_id: object) -> str:
    return ref_text(outcome.placed[str(act_id)])


def _options(outcome: Outcome, act: Act, language: str) -> list[str]:
    words: list[str] = []
    for option in ("channel", "precedence", "intention"):
        if option in act.arguments:
            words += [f"--{option}", str(act.arguments[option])]
    if "reply" in act.arguments:
        words += ["--reply", _entry(outcome, act.arguments["reply"])]
    table = act.arguments.get("set", {})
    if not isinstance(table, Mapping):
        raise NotAllowed(f"act '{act.id}': 'set' must be a table")
    for name, value in table.items():
        text = str(value[language]) if isinstance(value, Mapping) else str(value)
        if text.startswith("entry:"):
            text = _entry(outcome, text.removeprefix("entry:"))
        words += ["--set", f"{name}={_words(outcome, act, text)}"]
    return words


def _hand_out(outcome: Outcome) -> None:
    """Have each node write its record and its joint page."""
    pages = set()
    stage = outcome.stage
    for party in stage.parties:
        ask(stage.folder(party), {"do": "export", "folder": str((stage.out / party / "record").resolve())})
        for lang in ("en", "ja", "zh"):
            page = ask(stage.folder(party), {"do": "joint", "lang": lang})["page"]
            (stage.out / party / f"joint-{lang}.html").write_bytes(cast("bytes", page))
            pages.add((lang, page))
    outcome.joint_same = len(pages) == 3


def flip_one_byte(out: Path, party: str) -> tuple[str, subprocess.CompletedProcess[str]]:
    """Copy a record elsewhere, change one bit of its bodies, and return which file and what `verify` says."""
    copy = out / "one-byte-changed"
    shutil.copytree(out / party / "record", copy)
    victim = max(path for path in (copy / party / "bodies").rglob("*") if path.is_file())
    data = bytearray(victim.read_bytes())
    data[-1] ^= 1  # of the last body; in a length before it, it would be a fault of form
    victim.write_bytes(bytes(data))
    return str(victim.relative_to(copy)), verify(copy)


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `searoom verify` as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "searoom", "verify", str(folder)],
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
    )
