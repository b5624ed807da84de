"""The command `doctor`: what is wrong with a node and its machine, and what to do about it; it changes nothing."""

import sys
from collections.abc import Sequence
from pathlib import Path

from searoom import clock
from searoom.commands.arguments import parser, print_json
from searoom.doctoring.ailment import Ailment, Weight
from searoom.doctoring.examining import examine

_MARKS = {Weight.SOUND: "  ok  ", Weight.DOUBTFUL: "LOOK  ", Weight.BAD: "BAD   "}


def doctor(argv: Sequence[str]) -> int:
    """Examine a node's folder; 0: sound, 1: something to see to, 2: something is broken."""
    command = parser(
        "doctor",
        "What is wrong with the node of FOLDER and its machine, and what to do about it. Changes nothing, and can be "
        "asked while the node runs. Exit code 0: sound, 1: something to see to, 2: something is broken.",
        ["searoom doctor amber", "searoom doctor amber --json", "searoom doctor amber --deep"],
    )
    command.add_argument("folder", type=Path)
    command.add_argument("--deep", action="store_true", help="read every entry and index of the stores")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    found = list(examine(given.folder, clock.machine_now(), deep=given.deep))
    worst = max((one.weight for one in found), default=Weight.SOUND)
    if given.json:
        rows = [
            {"check": one.check, "weight": one.weight.name.lower(), "sentence": one.sentence, "advice": one.advice}
            for one in found
        ]
        print_json({"folder": str(given.folder), "worst": worst.name.lower(), "findings": rows})
    else:
        sys.stdout.write("".join(map(_line, found)))
    return int(worst)


def _line(one: Ailment) -> str:
    advice = f"        {one.advice}\n" if one.advice and one.weight > Weight.SOUND else ""
    return f"{_MARKS[one.weight]}{one.check:<10}{one.sentence}\n{advice}"
