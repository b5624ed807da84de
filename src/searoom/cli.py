"""The commands: a table, each loaded when it is called; every failure ends here as one sentence with its advice."""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import cast

from searoom.errors import NotAllowed, PeerFault, SearoomError, StateUnknown, Tampered

COMMANDS = {
    "demo": ("searoom.commands.demo:demo", "the main job end to end, on real and on made tracks"),
    "verify": ("searoom.commands.proof:verify", "prove an exported record from its bytes alone"),
    "screen": ("searoom.commands.watch:screen", "encounters in AIS and track files"),
    "signal": ("searoom.commands.words:signal", "a signal's words in three languages, and how to say it by voice"),
    "due": ("searoom.commands.promises:due", "what is owed, by whom, until when"),
    "enrol": ("searoom.commands.enrolment:enrol", "make a party's keys and card, or accept a counterpart's card"),
    "node": ("searoom.commands.desk:node", "run a node"),
    "status": ("searoom.commands.desk:status", "how a running node and its line are"),
    "call": ("searoom.commands.contact:call", "put a signal into words to speak, and log it as sent"),
    "heard": ("searoom.commands.contact:heard", "log what was heard, in the words that were heard"),
    "read": ("searoom.commands.contact:read", "sign that a person has read an entry"),
    "say": ("searoom.commands.people:say", "say something with an officer's key"),
    "release": ("searoom.commands.people:release", "release another officer's draft with your own key"),
    "range": ("searoom.commands.people:nearest", "release the nearest range that our own sensors measured"),
    "watch": ("searoom.commands.desk:watch", "the encounters that our own sensors have open now"),
    "drafts": ("searoom.commands.desk:drafts", "the drafts that wait for a second person"),
    "show": ("searoom.commands.desk:show", "what an entry says, and its states"),
    "joint": ("searoom.commands.desk:joint", "the joint page: released entries only, the same on both nodes"),
    "export": ("searoom.commands.desk:export", "write the whole record as files"),
}
EXIT_CODES = {NotAllowed: 3, Tampered: 4, StateUnknown: 5, PeerFault: 6}
_EXIT_INTERRUPTED = 130

_HELP_HEAD = "searoom: a communication mechanism between defence establishments that do not trust each other\n"
_HELP_TAIL = """
examples:
  searoom demo --out demo-out
  searoom verify demo-out --who
  searoom screen tracks.csv
  searoom signal EV1
  searoom COMMAND --help

exit codes: 0 done; 1 done, and the answer is no; 2 unusable arguments;
  3 not allowed, nothing changed; 4 a proof does not check; 5 disk or lock failed; 6 the other node is at fault
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0 if words else 2
    name, *rest = words
    if name in ("--version", "version"):
        return _version()
    if name not in COMMANDS:
        sys.stderr.write(f"searoom: there is no command '{name}'\n  {_near(name)}`searoom --help` lists them.\n")
        return 2
    try:
        return _load(COMMANDS[name][0])(rest)
    except SearoomError as error:
        sys.stderr.write(f"searoom {name}: {error.sentence}\n  {error.advice()}\n")
        return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))
    except KeyboardInterrupt:
        sys.stderr.write(f"searoom {name}: interrupted\n")
        return _EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:  # a folder that is missing, full or forbidden
        where = f"{problem.filename}: " if problem.filename else ""
        sys.stderr.write(f"searoom {name}: {where}{problem.strerror or problem}\n  {StateUnknown.default_advice}\n")
        return EXIT_CODES[StateUnknown]


def _load(place: str) -> Callable[[Sequence[str]], int]:
    # The one lazy import of the house: `searoom signal` must not wait for NumPy (docs/decisions).
    module, function = place.split(":")
    return cast("Callable[[Sequence[str]], int]", getattr(importlib.import_module(module), function))


def _version() -> int:
    metadata = importlib.import_module("importlib.metadata")
    sys.stdout.write(f"searoom {metadata.version('searoom')}\n")
    return 0


def _near(name: str) -> str:
    matches = importlib.import_module("difflib").get_close_matches(name, COMMANDS, n=1)
    return f"Did you mean '{matches[0]}'? " if matches else ""


def _help() -> str:
    lines = [f"  {name:<9}{summary}" for name, (_, summary) in COMMANDS.items()]
    return _HELP_HEAD + "\nusage: searoom COMMAND [...]\n\n" + "\n".join(lines) + "\n" + _HELP_TAIL


if __name__ == "__main__":
    sys.exit(main())
