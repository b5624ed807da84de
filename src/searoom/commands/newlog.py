"""The command `new-log`: two officers open a new log of their party, where the old one cannot be gone on with."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from searoom import cbor, officer
from searoom.commands.arguments import parser, print_json
from searoom.commands.people import confirmed
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.keys.keyfiles import write_private
from searoom.keys.unlocking import asker
from searoom.officer import Table
from searoom.record import shape
from searoom.record.entry import Kind, Released, clear_statement, release, sign_statement, verify_released
from searoom.record.roster import epoch_of, log_name
from searoom.record.seal import read_reason, reason
from searoom.signals import forms

MAX_DRAFT: Final = 64 << 10


def new_log(argv: Sequence[str]) -> int:
    """Draft a new log with one officer's key, or open it with another's."""
    command = parser(
        "new-log",
        "Open a new log of our party: for a store that was put back while its counterparts cannot be reached, and "
        "after a fork of our own. The old log stays as it is, and the counterparts read the reason. One officer "
        "drafts it (--reason, --out), another opens it (--release): two persons with two keys, and nobody alone.",
        [
            "searoom new-log amber-node --key amber-1.key --reason 'our store is lost' --out new-log.draft",
            "searoom new-log amber-node --key amber-2.key --release new-log.draft",
        ],
    )
    command.add_argument("node", type=Path)
    command.add_argument("--key", type=Path, required=True)
    command.add_argument("--reason", help="why; the counterparts read it")
    command.add_argument("--out", type=Path, metavar="DRAFT", help="where the draft is written, for another person")
    command.add_argument("--release", type=Path, metavar="DRAFT", help="open what another person drafted")
    command.add_argument("--yes", action="store_true", help="do not ask before signing")
    command.add_argument("--passphrase-file", type=Path, help="of your key, instead of typing it")
    command.add_argument("--json", action="store_true")
    given = command.parse_args(argv)
    if bool(given.release) == bool(given.reason and given.out) or (given.release and (given.reason or given.out)):
        command.error("either --reason with --out, or --release")
    return _open(given) if given.release else _draft(given)


def _draft(given: Namespace) -> int:
    table = officer.sit_down(given.node)
    who = officer.person(table, given.key, asker(given.passphrase_file))
    officer.note_duress(given.node, table, who, forms.load())
    body = reason(_next_log(given.node, table), given.reason)
    statement = clear_statement(
        Kind.EPOCH,
        body,
        mechanism=table.mechanism,
        exercise=table.exercise,
        author=table.party,
        claimed_us=table.now_us,
    )
    write_private(given.out, cbor.encode([release(statement, who.key).to_bytes(), body]))
    if given.json:
        print_json({"draft": str(given.out)})
    else:
        sys.stdout.write(f"wrote {given.out}: another officer opens the log with `searoom new-log --release`\n")
    return 0


def _open(given: Namespace) -> int:
    table = officer.sit_down(given.node)
    released, body = _read(given.release, given.node, table)
    if not given.json:
        names = ", ".join(_name(signature.key_id, table) for signature in released.signatures)
        log, why = read_reason(body)
        sys.stdout.write(f"{table.party} opens its new log {log}. Reason: {why}\n  signed so far by {names}\n")
        sys.stdout.write("  the log of before is never written again, and all counterparts read this reason\n")
    if not confirmed("Sign this and open the new log?", given):
        sys.stdout.write("not signed; the draft stays\n")
        return 1
    who = officer.person(table, given.key, asker(given.passphrase_file))
    officer.note_duress(given.node, table, who, forms.load())
    if any(
        table.own.by_key_id(signature.key_id) == table.own.by_key_id(who.key.key_id)
        for signature in released.signatures
    ):
        raise NotAllowed(f"{who.name} has drafted this", advice="It takes two: another person opens the log.")
    signatures = (*released.signatures, sign_statement(released.statement, who.key))
    both = Released(released.statement, tuple(sorted(signatures, key=lambda item: item.key_id)))
    verify_released(both, table.own)
    reply = ask(given.node, {"do": "open-log", "released": both.to_bytes(), "body": body})
    if given.json:
        print_json({"log": reply["log"], "index": reply["index"]})
    else:
        sys.stdout.write(f"opened the log {reply['log']}\n")
    return 0


def _read(path: Path, node: Path, table: Table) -> tuple[Released, bytes]:
    """Return a draft, checked to be of our party, over the reason that is shown."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise NotAllowed(f"{path} cannot be read: {problem.strerror}") from None
    first, second = shape.sequence(cbor.decode(data, max_bytes=MAX_DRAFT), "a draft of a new log", least=2, most=2)
    released = Released.from_bytes(shape.octets(first, "what was signed", least=1, most=MAX_DRAFT))
    body = shape.octets(second, "the reason of a new log", least=1, most=MAX_DRAFT)
    statement = released.statement
    same = clear_statement(
        Kind.EPOCH,
        body,
        mechanism=table.mechanism,
        exercise=table.exercise,
        author=table.party,
        claimed_us=statement.claimed_us,
    )
    if statement != same:
        raise NotAllowed(f"{path} is no draft of a new log of {table.party}, or its reason was changed")
    log, _ = read_reason(body)
    if (due := _next_log(node, table)) != log:
        raise NotAllowed(
            f"{path} opens the log {log}, and the next one of {table.party} is {due}", advice="Draft it once more."
        )
    return released, body


def _next_log(node: Path, table: Table) -> str:
    """Return the name of the log that our party can open next: what is signed for it opens no other."""
    return log_name(table.party, epoch_of(str(ask(node, {"do": "status"})["log"])) + 1)


def _name(key_id: bytes, table: Table) -> str:
    key = table.own.by_key_id(key_id)
    return "somebody who is not on our card" if key is None else key.name
