"""What the pages of unit contact ask the node and the account for, and how an answer is sent once (loud)."""

from collections.abc import Mapping, Sequence
from typing import Any

from searoom import clock
from searoom.account import Account, Message
from searoom.cbor import Value
from searoom.console.asked import PACKAGE, Asked
from searoom.console.contact import links, listening, seen
from searoom.console.contact.seen import Craft, Shown
from searoom.console.people import WORKERS
from searoom.errors import NotAllowed, SearoomError, StateUnknown
from searoom.matters.contacts import contacts
from searoom.node.books import in_force
from searoom.review.distance import say
from searoom.review.sections import ContactRow
from searoom.review.svg import look
from searoom.review.tellings import contact_rows
from searoom.review.texts import placeholders, table
from searoom.sentences import Sentence
from searoom.signals.codebook import Codebook
from searoom.statements.items import ref_of
from searoom.units import METRES_PER_NAUTICAL_MILE, MICROSECONDS


async def told(asked: Asked) -> tuple[Mapping[str, Any], bool]:
    """Return what the desk says is open, and whether it is of now: a silent node's last picture is not."""
    if asked.view.silent_us is None:
        try:
            return await asked.house.follower.ask({"do": "encounters"}), True
        except SearoomError:  # it does not run, or gave no whole answer
            pass
    return seen.from_picture(asked.view), False


def book_of(asked: Asked) -> Codebook:
    """Return the books in force at this node, with its own and its officers' reviews."""
    return in_force(asked.house.folder, asked.house.follower.table.books)


def calls(asked: Asked) -> tuple[ContactRow, ...]:
    """Return all calls of the account with both sides' words."""
    view = asked.view
    return contact_rows(view.account, view.book, asked.words, book_of(asked)) if contacts(view.account) else ()


def classed(asked: Asked, group: str, one: Shown) -> str:
    """Return the class of a geometry (`geometry`) or the rule that it falls under (`colregs`), with the two names."""
    key = f"{group}.{seen.slug(getattr(one, group))}"
    names = {"a": one.a.said, "b": one.b.said}
    wanted = placeholders(table(PACKAGE)[key][asked.lang])
    return asked.texts(key, **{name: names[name] for name in wanted})


def common(asked: Asked) -> dict[str, Any]:
    """Return what the templates of this room have in common."""
    view = asked.view
    return {
        "apart": lambda value, error: say(value, error, asked.lang),
        "miles": lambda metres: f"{metres / METRES_PER_NAUTICAL_MILE:.1f} nm",
        "colour": lambda party: look(party, view.agreement.parties),
        "owner": lambda party: asked.called(party) if party in view.agreement.parties else party,
        "may": asked.may(WORKERS),
        "snoozes": [(minutes, view.now_us + minutes * 60 * MICROSECONDS) for minutes in seen.SNOOZES_MIN],
        "answering": lambda ref: [
            (which, links.answer(ref, which, back=links.logged(asked.request.url.path))) for which in listening.ANSWERS
        ],
        "who": lambda by: _who(asked, by),
        "said_back": lambda ref: _said_back(view.account, ref),
        "classed": lambda group, one: classed(asked, group, one), "link": links.pair, "reason": seen.why,
    }  # fmt: skip


def _who(asked: Asked, by: str) -> str:
    """Return an officer of ours by name where notes have the id on our card; all else as it stands."""
    try:
        keys = asked.house.follower.table.roster.card(asked.view.party).keys
    except NotAllowed:
        return by
    return next((key.name for key in keys if key.holder == by), by)


def _said_back(account: Account, ref: str) -> str:
    """Return the words of an answer, such as a readback, or ''."""
    item = account.message(ref_of(ref))
    return str(item.filled.fields.get("words", "")) if isinstance(item, Message) else ""


async def pair(asked: Asked) -> tuple[Shown, bool, Sequence[Mapping[str, Any]]]:
    """Return the pair that the address names, whether its figures are of now, and the limits that one of them nears."""
    a, b = seen.named(asked.request.path_params["a"], asked.request.path_params["b"])
    reply, fresh = await told(asked)
    near = [row for row in reply["limits"] if row["craft"] in (a, b)]
    return seen.pair(reply, asked.view.notes, a, b), fresh, near


def here(one: Shown) -> str:
    """Return the address of the page of a pair."""
    return links.pair(one.a.name, one.b.name)


def ends(asked: Asked, one: Shown) -> tuple[Craft, Craft, int | None]:
    """Return our own unit, the other, and the bearing from ours to it."""
    return seen.ours_first(one, asked.house.follower.table.unit)


async def once(asked: Asked, typed: Mapping[str, str], came: str, request: Mapping[str, Value]) -> None:
    """Ask the desk for what a form says, once for its number; where that is not known any more, say so."""
    number, people = typed.get("number", ""), asked.house.people
    if not number or asked.session is None:
        raise NotAllowed(Sentence("page.no_number"))
    number = f"{number} {request['do']!s} {came}"  # a page has one number, and may have a form for each pair
    before = people.begin(number, asked.session.person, clock.machine_now())
    if before is not None:
        if not before:
            raise StateUnknown(Sentence("page.sent_before_there"))
        return
    try:
        await asked.house.follower.ask(request)
    except NotAllowed:
        people.give_back(number)
        raise
    people.ended(number, came)
