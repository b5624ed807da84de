"""The commands: a table, each loaded when it is called; every failure ends here as one sentence with its advice."""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import cast

from searoom.errors import Forked, NotAllowed, PeerFault, SearoomError, StateUnknown, Tampered, Unreachable

COMMANDS = {
    "demo": ("searoom.commands.demo:demo", "the main job end to end, on real and on made tracks"),
    "verify": ("searoom.commands.proof:verify", "prove an exported record from its bytes alone"),
    "proof": ("searoom.commands.evidence:entry", "one entry as a file that proves itself"),
    "fork-proof": ("searoom.commands.evidence:fork", "the forks that a node has kept evidence of, as files"),
    "publish": ("searoom.commands.publishing:publish", "serve an exported record over HTTP, read-only"),
    "screen": ("searoom.commands.watch:screen", "encounters in AIS and track files"),
    "presence": ("searoom.commands.presence:show", "days, hours and craft in a zone, by party and kind"),
    "capture": ("searoom.commands.feeds:capture", "record what a sensor says, each line behind its time"),
    "replay": ("searoom.commands.feeds:replay", "play a recording back onto the network"),
    "signal": ("searoom.commands.words:signal", "a signal's words in three languages, and how to say it by voice"),
    "codebook": ("searoom.commands.codebook:codebook", "review the signals' words, and bring a book of your own"),
    "agreement": ("searoom.commands.agreement:agreement", "check, explain, compare and propose agreements"),
    "hadr": ("searoom.commands.hadr:hadr", "read a public alert (CAP), and pass it on"),
    "due": ("searoom.commands.promises:due", "what is owed, by whom, until when"),
    "enrol": ("searoom.commands.enrolment:enrol", "make a node's keys, or accept a card"),
    "officer": ("searoom.commands.officers:officer", "make your own key, or change its passphrase"),
    "ceremony": ("searoom.commands.ceremony:ceremony", "make the keepers' keys and sign a party's first card"),
    "card": ("searoom.commands.cards:card", "show and compare a card; prepare, sign and publish the next one"),
    "serve": ("searoom.commands.serving:serve", "run a node and its console together"),
    "node": ("searoom.commands.desk:node", "run a node alone"),
    "console": ("searoom.commands.console:console", "the pages of a running node, for a browser on this machine"),
    "account": ("searoom.commands.console:account", "who may open a node's console"),
    "status": ("searoom.commands.condition:status", "how a running node and its lines are"),
    "doctor": ("searoom.commands.doctor:doctor", "what is wrong with a node and its machine, and what to do"),
    "evidence": ("searoom.commands.condition:evidence", "what is kept of proofs that failed"),
    "backup": ("searoom.commands.stores:backup", "both stores of a node as one folder, while it runs"),
    "restore": ("searoom.commands.stores:restore", "a backup as the stores of a node, at a new place"),
    "bundle": ("searoom.commands.sticks:bundle", "carry the exchange by hand"),
    "new-log": ("searoom.commands.newlog:new_log", "two officers open a new log of their party"),
    "call": ("searoom.commands.contact:call", "put a signal into words to speak, and log it as sent"),
    "heard": ("searoom.commands.contact:heard", "log what was heard, in the words that were heard"),
    "read": ("searoom.commands.contact:read", "sign that a person has read an entry"),
    "findings": ("searoom.commands.answers:findings", "what the check finds in an entry: advice for our side"),
    "clarify": ("searoom.commands.answers:clarify", "ask about fields of an entry: clarification wanted"),
    "sufficient": ("searoom.commands.answers:sufficient", "say that nothing is missing in an entry"),
    "comply": ("searoom.commands.answers:comply", "say that our side will comply with an entry, or cannot"),
    "answer": ("searoom.commands.answers:answer", "answer an entry in words"),
    "say": ("searoom.commands.people:say", "say something with an officer's key"),
    "release": ("searoom.commands.people:release", "release another officer's draft with your own key"),
    "transcribe": ("searoom.commands.paper:transcribe", "log what was heard by telephone, fax, paper, radio or press"),
    "convey": ("searoom.commands.paper:convey", "log that an entry was handed over by other means"),
    "slip": ("searoom.commands.paper:page", "a message of ours as one page with a check code"),
    "checkslip": ("searoom.commands.paper:check", "does a retyped page fit its check code"),
    "aside": ("searoom.commands.paper:aside", "words off the record, and our copies of them"),
    "erase": ("searoom.commands.erasing:erase", "erase personal data of a message, for good"),
    "range": ("searoom.commands.people:nearest", "release the nearest range that our own sensors measured"),
    "watch": ("searoom.commands.live:watch", "watch live; or what a node's own sensors have open now"),
    "encounters": ("searoom.commands.bridge:encounters", "what our sensors have open now, and what nobody answered"),
    "acknowledge": ("searoom.commands.bridge:acknowledge", "say that an alarm was heard"),
    "snooze": ("searoom.commands.bridge:snooze", "put a pair off for some minutes"),
    "tag": ("searoom.commands.bridge:tag", "say which unit a track is, for a time"),
    "cot": ("searoom.commands.bridge:cot", "the open encounters as Cursor on Target events, into a file"),
    "drafts": ("searoom.commands.desk:drafts", "the drafts that wait for a second person"),
    "ahead": ("searoom.commands.desk:ahead", "messages that came ahead of their place: a flash past a backlog"),
    "show": ("searoom.commands.desk:show", "what an entry says, and its states"),
    "joint": ("searoom.commands.desk:joint", "the joint page: released entries only, the same on both nodes"),
    "review": ("searoom.commands.review:review", "the review of a year: data, page, tables and PDF"),
    "export": ("searoom.commands.desk:export", "write the whole record as files"),
}
EXIT_CODES = {Forked: 7, Unreachable: 8, NotAllowed: 3, Tampered: 4, StateUnknown: 5, PeerFault: 6}
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
  3 not allowed, nothing changed; 4 a proof does not check; 5 disk or lock failed; 6 the other node is at fault;
  7 a fork is proven; 8 what was to be read cannot be reached
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
    lines = [f"  {name:<12}{summary}" for name, (_, summary) in COMMANDS.items()]
    return _HELP_HEAD + "\nusage: searoom COMMAND [...]\n\n" + "\n".join(lines) + "\n" + _HELP_TAIL


if __name__ == "__main__":
    sys.exit(main())
