"""What makes an entry fit its place in the record, written once for the door and for the verifier.

`shared.admit` asks these rules before it stores, `verify` asks them again from bytes alone. They
look at one entry and at what the asker holds; signatures and bodies are checked elsewhere.

Rule 1: an entry stands at its index, in its author's log of this mechanism, exercise or not.
Rule 2: it has heard every other party, never less than before, and only heads that exist.
Rule 3: its height is one more than the highest entry that its author had before it.
Rule 4: nothing is said twice in one log.
"""

from collections.abc import Callable, Sequence

from searoom.errors import NotAllowed, Tampered
from searoom.record.entry import Entry, Statement


def check_entry(
    entry: Entry,
    *,
    previous: Entry | None,
    index: int,
    mechanism: str,
    exercise: bool,
    author: str,
    order_of_parties: Sequence[str],
    head_height: Callable[[str, int], int],
    root_of: Callable[[str, int], bytes | None],
    said_before: Callable[[bytes], bool] = lambda _: False,
) -> None:
    """Return where `entry` may stand at `index` of `author`'s log; raise `NotAllowed` or `Tampered` where not.

    `previous` is the entry before it in the same log, `None` at the start. `root_of(party, size)`
    is the tree head of that party's log at that size (0 too), or `None` where we hold less;
    `head_height(party, size)` is the height of the last entry under that head (asked for
    size >= 1 only). `said_before(plain_hash)` says whether this log has that statement already.
    """
    statement = entry.statement
    _check_place(statement, mechanism=mechanism, exercise=exercise, author=author, parties=order_of_parties)
    if entry.index != index:
        raise NotAllowed(f"the entry says that it is number {entry.index} of its log, but it stands at {index}")
    _check_heard(entry, previous, author, order_of_parties, root_of)
    expected = next_height(previous, [(h.party, h.size) for h in entry.heard], head_height)
    if entry.height != expected:
        raise NotAllowed(f"the entry has height {entry.height}, but what it had heard makes it {expected}")
    if said_before(statement.plain_hash):
        raise NotAllowed("the same statement stands in this log already")


def next_height(
    previous: Entry | None, heard: Sequence[tuple[str, int]], head_height: Callable[[str, int], int]
) -> int:
    """Return the height of the entry after `previous` whose author has heard `heard`, as (party, size).

    One more than the larger of the author's own last height and of the last entry of each heard
    prefix; an empty log counts as 0. No clock and no hash decides, so both sides order alike.
    """
    own = previous.height if previous is not None else 0
    return 1 + max([own, *(head_height(party, size) for party, size in heard if size > 0)])


def _check_place(statement: Statement, *, mechanism: str, exercise: bool, author: str, parties: Sequence[str]) -> None:
    """Refuse words of another mechanism, of an exercise in the real record, and words put in another's mouth."""
    if statement.mechanism != mechanism:
        raise NotAllowed(f"the entry belongs to mechanism '{statement.mechanism}', not to '{mechanism}'")
    if statement.exercise != exercise:
        kind = {True: "exercise", False: "real"}
        raise NotAllowed(f"an entry of the {kind[statement.exercise]} record stands in the {kind[exercise]} record")
    if statement.author != author:
        raise NotAllowed(f"the author of the entry is '{statement.author}', but the log is that of '{author}'")
    if author not in parties:
        raise NotAllowed(f"'{author}' is no party of this mechanism")
    if not statement.recipients and len(parties) > 1:
        raise NotAllowed("what is said to nobody belongs into the national log")
    for recipient in statement.recipients:
        if recipient not in parties or recipient == author:
            raise NotAllowed(f"'{recipient}' cannot be a recipient of what '{author}' says here")


def _check_heard(
    entry: Entry,
    previous: Entry | None,
    author: str,
    parties: Sequence[str],
    root_of: Callable[[str, int], bytes | None],
) -> None:
    others = sorted(party for party in parties if party != author)
    if [heard.party for heard in entry.heard] != others:
        expected = ", ".join(others) or "nobody"
        raise NotAllowed(f"the entry must say what it has heard of {expected}, each once, in this order")
    before = {heard.party: heard for heard in previous.heard} if previous is not None else {}
    for heard in entry.heard:
        earlier = before.get(heard.party)
        if earlier is not None and heard.size < earlier.size:
            raise NotAllowed(
                f"the entry has heard {heard.size} entries of '{heard.party}', its predecessor {earlier.size} already"
            )
        root = root_of(heard.party, heard.size)
        if root is None:
            raise NotAllowed(f"the entry has heard {heard.size} entries of '{heard.party}', more than are held here")
        if root != heard.root:
            raise Tampered(f"the entry has heard another log of '{heard.party}' at size {heard.size} than is held here")
