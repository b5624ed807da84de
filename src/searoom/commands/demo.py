"""The command `demo`: the watch test on real tracks, then the main job on made ones, with a summary for a person."""

import contextlib
import math
import shutil
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searoom import clock
from searoom.account import Account, Message, Ref, ref_text
from searoom.commands.arguments import parser, print_json
from searoom.commands.proof import account_of, records_in, who
from searoom.encounters.screen import distance_text
from searoom.encounters.settings import Grade
from searoom.errors import NotAllowed
from searoom.exercise import director, run, watch_test
from searoom.exercise.consoles import Consoles
from searoom.exercise.made import Stage
from searoom.matters import contacts
from searoom.matters.delivery import delivery
from searoom.matters.dossiers import Dossier, dossiers
from searoom.record.verify import verify_many
from searoom.signals.quantities import say_distance

HOTLINE = "hotline-message"
UNATTENDED_MIN = 10.0
_STAY = f"default: until Ctrl-C; {UNATTENDED_MIN:.0f} where nobody sits at a terminal"
_MARK = "searoom-demo"
_GRADES = (Grade.ADVISE, Grade.WARN, Grade.URGENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record says of the run, as a program reads it."""

    contacts: list[dict[str, Any]]
    hotline: list[dict[str, Any]]
    dossiers: list[dict[str, Any]]
    sizes: dict[str, int]
    joint_same: bool
    refusal: str


def demo(argv: Sequence[str]) -> int:
    """Run both scenarios, prove the records, write the review, and say what happened."""
    command = parser(
        "demo",
        "Run the watch test on real tracks, then the main job: two nodes, four officers, one encounter, one record.",
        [
            "searoom demo",
            "searoom demo --speed 60",
            "searoom demo --once",
            "searoom demo --out demo-out --json",
            "searoom demo --disguise 7",
            "searoom demo --swap-chairs",
        ],
    )
    command.add_argument("--out", type=Path, default=Path("demo-out"), metavar="DIR", help="default: demo-out")
    command.add_argument("--once", action="store_true", help="open no console, and end when it has run")
    command.add_argument(
        "--speed", type=float, default=0.0, metavar="N", help="seconds of the main job in one; default: all it can"
    )
    command.add_argument("--stay", type=float, metavar="MINUTES", help=f"close the consoles then ({_STAY})")
    command.add_argument("--disguise", type=int, metavar="SEED", help="rename, shift and mirror the real tracks first")
    command.add_argument("--swap-chairs", action="store_true", help="let the two parties change ships")
    command.add_argument("--json", action="store_true", help="all of it for a program; implies --once")
    given = command.parse_args(argv)

    def say(line: str) -> None:
        if not given.json:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended from outside, it still ends its nodes
    _clear(given.out)
    watch = _watch(given.disguise, say)
    consoles = None if given.once or given.json else _Open(say)
    try:
        main = _main_job(given.out, swap=given.swap_chairs, say=say, consoles=consoles, speed=given.speed)
        if consoles is not None:
            consoles.stay(given.stay)
    finally:
        if consoles is not None:
            consoles.close()
    if given.json:
        print_json({"watch_test": watch, "main_job": main})
    return 0 if watch["bystanders_quiet"] and main["joint_same"] else 1


class _Open:
    """The two consoles beside the running scenario, and after it until somebody ends them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._consoles: Consoles | None = None

    def begin(self, stage: Stage) -> None:
        """Open both consoles before anything happens, and say how to sign in."""
        self._consoles = Consoles(stage)
        self._consoles.open()
        for party, address in self._consoles.addresses.items():
            names = ", ".join(person.id for person in self._consoles.staff(party))
            self._say(f"   console of {party}: {address}  (accounts: {names})")
        self._say(f"   password of every account, this once: {self._consoles.password}")
        if sys.stdout.isatty():
            for address in self._consoles.addresses.values():
                webbrowser.open_new(address)

    def stay(self, minutes: float | None) -> None:
        """Start the nodes again where they stopped, and wait; without a terminal not for ever."""
        if self._consoles is None:
            return
        stage = self._consoles.stage
        for party in stage.parties:
            stage.start(party)
        wait_s = (minutes if minutes is not None else math.inf if sys.stdin.isatty() else UNATTENDED_MIN) * 60
        until = "until you press Ctrl-C" if wait_s == math.inf else f"for {wait_s / 60:.0f} min, or until Ctrl-C"
        self._say(f"\n4. The consoles stay open {until}: {' and '.join(self._consoles.addresses.values())}")
        ends = clock.monotonic() + wait_s
        with contextlib.suppress(KeyboardInterrupt):
            while clock.monotonic() < ends:
                time.sleep(min(1.0, max(0.0, ends - clock.monotonic())))

    def close(self) -> None:
        """End consoles and nodes."""
        if self._consoles is not None:
            self._consoles.close()
            self._consoles.stage.stop()


def _clear(out: Path) -> None:
    """Make room for the output; only a folder that an earlier demo wrote is removed."""
    if out.exists():
        if not out.is_dir() or (any(out.iterdir()) and not (out / _MARK).exists()):
            raise NotAllowed(f"{out} is there already and no earlier demo wrote it", advice="Name another with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _MARK).write_text("Written by `searoom demo`, which replaces this folder next time.\n", encoding="utf-8")


def _watch(seed: int | None, say: Callable[[str], None]) -> dict[str, object]:
    outcome = watch_test.run(watch_test.load(seed))
    pair = " and ".join(sorted(outcome.test.pair))
    say(f"1. {outcome.test.title['en']} (detection only; nothing is said in it)")
    for grade in _GRADES:
        if grade in outcome.minutes_before:
            first = next(one for one in outcome.changes if one.grade is grade)
            say(
                f"   {grade:<7} {outcome.minutes_before[grade]:5.1f} min before the event: {pair}, {first.geometry},"
                f" range {distance_text(first.range_m, first.range_error_m)},"
                f" CPA {distance_text(first.cpa_m, first.cpa_error_m)} in {first.tcpa_s / 60:.0f} min"
            )
    quiet = not outcome.loud_bystanders
    names = " and ".join(outcome.test.bystanders)
    watched = " and ".join(sorted(outcome.test.settings.watched or ()))
    say(f"   {names}: {f'no alert with {watched} at the same settings' if quiet else 'NOT quiet'}")
    others = watch_test.among_others(outcome.test)
    for others_pair, highest in others.items():
        say(f"   (asked about every pair, the detector also tells {highest} for {others_pair})")
    return {
        "pair": sorted(outcome.test.pair),
        "minutes_before": {str(grade): round(minutes, 3) for grade, minutes in outcome.minutes_before.items()},
        "bystanders": list(outcome.test.bystanders),
        "bystanders_quiet": quiet,
        "every_pair_also": others,
        "alerts": [
            {
                "minutes_before": round((outcome.test.event_us - one.time_us) / 60e6, 3),
                "grade": str(one.grade),
                "range_m": round(one.range_m),
                "cpa_m": round(one.cpa_m),
                "tcpa_s": round(one.tcpa_s),
                "aspect_deg": None if one.aspect_deg is None else round(one.aspect_deg),
                "geometry": str(one.geometry),
            }
            for one in outcome.changes
        ],
    }


def _main_job(
    out: Path, *, swap: bool, say: Callable[[str], None], consoles: _Open | None, speed: float
) -> dict[str, object]:  # fmt: skip
    say("\n2. The main job (EXERCISE; two fictitious parties, made tracks): two nodes as two processes")
    say("   Who sits in which chair means nothing: --swap-chairs runs the same with the parties exchanged.")
    opened = None if consoles is None else consoles.begin
    outcome = run.play(out, swap=swap, say=lambda line: say(f"   {line}"), opened=opened, speed=speed)
    folders = records_in(out)
    proven = verify_many(folders)
    account = account_of(proven[0])
    refused_file, refusal = run.flip_one_byte(out, outcome.stage.parties[0])
    if refusal.returncode == 0:
        raise NotAllowed(f"a changed byte in {refused_file} was not noticed", advice="Do not rely on this build.")
    told = refusal.stderr.strip().splitlines()[0]
    reviews, handed = director.write_reviews(outcome, told)
    (out / "who.txt").write_text("\n".join(who(proven[0])) + "\n", encoding="utf-8")
    facts = Facts(
        contacts=[_contact(one) for one in contacts.contacts(account)],
        hotline=[_states(account, message.ref, handed) for message in account.messages(HOTLINE)],
        dossiers=[row for one in dossiers(account) for row in _rows(one)],
        sizes=dict(proven[0].sizes),
        joint_same=outcome.joint_same,
        refusal=told,
    )
    _summary(facts, out, say)
    return {
        **{name: getattr(facts, name) for name in Facts.__slots__},
        "nodes": outcome.status,
        "seconds": round(outcome.seconds, 1),
        "changed_copy": {"file": refused_file, "exit_code": refusal.returncode},
        "reviews": [str(path) for path in reviews],
    }


def _contact(one: contacts.Contact) -> dict[str, object]:
    entry = one.sent or one.heard
    return {
        "code": "" if one.sent is None else one.sent.filled.fields["code"],
        "from": "" if entry is None else entry.filled.fields["unit_from"],
        "sent": None if one.sent is None else one.sent.filled.fields["words"],
        "heard": None if one.heard is None else one.heard.filled.fields["words"],
        "verdict": one.verdict,
        "independent": one.independent,
        "answers": [str(answer.filled.fields["answer"]) for answer in one.answers],
    }


def _states(account: Account, ref: Ref, handed: Mapping[Ref, int]) -> dict[str, object]:
    told = delivery(account, ref)
    message = account.message(ref)
    return {
        "entry": ref_text(ref),
        "lang": message.filled.lang if isinstance(message, Message) else "",
        "released_by": [signer.name for signer in message.signers],
        "stored": True,
        "handed over": ref in handed,
        "delivered": told.delivered is not None,
        "recorded": all(told.recorded.values()),
        "read_by": None if told.read is None else told.read.signer.name,
        "answers": len(told.answers),
    }


def _rows(one: Dossier) -> list[dict[str, object]]:
    return [
        {
            "incident": one.incident,
            "verdict": row.verdict,
            "said": {
                claim.message.author: say_distance(claim.value_mm, claim.error_mm, "en")
                for claim in row.columns
                if claim is not None
            },
        }
        for row in one.rows()
    ]


def _program() -> str:
    """Return how this program was called, so that the next command can be pasted."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{sys.executable} -m searoom"
    return str(called.relative_to(Path.cwd())) if called.is_relative_to(Path.cwd()) else str(called)


def _summary(facts: Facts, out: Path, say: Callable[[str], None]) -> None:
    say("\n3. What happened")
    for contact in facts.contacts:
        answers = ", ".join(contact["answers"]) or "no answer"
        apart = "logged before a byte of the other's entry came" if contact["independent"] else "not independent"
        tail = "" if contact["heard"] is None else f" ({apart})"
        say(f"   {contact['from']} {contact['code']}: {contact['verdict']}{tail}; answers: {answers}")
    for line in facts.hotline:
        reached = [state for state in ("stored", "handed over", "delivered", "recorded") if line[state]]
        read = f"read by {line['read_by']}" if line["read_by"] else "not yet read"
        say(f"   hotline {line['entry']} ({line['lang']}): {', '.join(reached)}, {read}, {line['answers']} answer(s)")
    for row in facts.dossiers:
        said = "; ".join(f"{party} {text}" for party, text in row["said"].items())
        say(f"   range, each by its own radar: {said}: {row['verdict']}")
    sizes = ", ".join(f"{party} {size}" for party, size in facts.sizes.items())
    say(f"   record: {sizes} entries, proven from the bytes of both exports; joint pages equal: {facts.joint_same}")
    say(f"   one byte changed in a copy: {facts.refusal}")
    say(f"\n   {out / 'review.html'}  the review (also review-ja.html, review-zh.html)")
    say(f"   {out / 'who.txt'}  the person and the key behind each state")
    say(f"   {_program()} verify {out} --who  proves it again")
