"""Where a form goes on that somebody had begun: kept while they type, found again after they signed in, done once.

Each opened form has a number of its own. Who opens a form anew goes on with their own newest words of that form and
that answer, under a new number; two tabs never write over each other, and what was signed in the one is not signed
again from the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from searoom import clock
from searoom.console.asked import Asked
from searoom.console.gathering import FIELD
from searoom.console.hotline.kept import Desk, Kept
from searoom.errors import NotAllowed, StateUnknown
from searoom.sentences import Sentence
from searoom.signals.forms import Form

MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Begun:
    """How a form opens: what stands in it, which unfinished one it goes on with (or None), and the others."""

    typed: Mapping[str, str]
    of: Kept | None
    others: tuple[Kept, ...]

    @property
    def was(self) -> str:
        """What the form brings along of the one it goes on with: its number and when it was last typed into."""
        return "" if self.of is None else f"{self.of.number}@{self.of.at_us}"


def begin(asked: Asked, form: Form, brought: Mapping[str, str]) -> Begun:
    """Return how a form opens, with what a link brought for it.

    A link that names an unfinished form (`kept`) opens that one; one that brings words of its own opens those; any
    other opens the newest unfinished one that answers the same entry.
    """
    mine = [one for one in _desk(asked).all(_person(asked)) if one.form == form.name]
    named = asked.request.query_params.get("kept", "")
    of = next((one for one in mine if one.number == named), None)
    if of is None and not named and not any(name.startswith(FIELD) for name in brought):
        of = next((one for one in mine if one.reply == brought.get("reply_to", "")), None)
    typed = {**(of.typed if of is not None else {}), **brought}
    attached = asked.request.query_params.get("attach", "")
    if attached:
        free = (FIELD + each.name for each in form.fields if each.kind == "attachment")
        typed[next((name for name in free if not typed.get(name)), FIELD + "attachment")] = attached
    return Begun(typed, of, tuple(one for one in mine if one is not of))


def keep(asked: Asked, form: Form, typed: Mapping[str, str]) -> None:
    """Keep what stands in a form; nothing where it has no number, or where nobody has typed anything."""
    number, now_us = typed.get("number", ""), clock.machine_now()
    if not _is_number(number) or not any(name.startswith(FIELD) and value for name, value in typed.items()):
        return
    desk, person = _desk(asked), _person(asked)
    desk.keep(person, form.name, number, typed, now_us)
    _go_on(desk, person, typed, now_us)


def done(asked: Asked, typed: Mapping[str, str], came: str) -> None:
    """Forget what was signed; where it went on with another form that nobody has changed, that one is done, too."""
    number, now_us = typed.get("number", ""), clock.machine_now()
    if not _is_number(number):
        return
    desk, person, people = _desk(asked), _person(asked), asked.house.people
    desk.done(person, number, now_us)
    _go_on(desk, person, typed, now_us)
    before = _was(typed)[0]
    if before and not desk.holds(person, before) and asked.session is not None:
        people.begin(before, asked.session.person, now_us)
        people.ended(before, came)


def throw_away(asked: Asked, typed: Mapping[str, str]) -> None:
    """Forget an unfinished form, because its writer says so."""
    for number in (typed.get("number", ""), _was(typed)[0], typed.get("kept", "")):
        if _is_number(number):
            _desk(asked).done(_person(asked), number, clock.machine_now())


def _go_on(desk: Desk, person: str, typed: Mapping[str, str], now_us: int) -> None:
    before, typed_us = _was(typed)
    if before and before != typed.get("number"):
        desk.went_on(person, before, typed_us, now_us)


def _was(typed: Mapping[str, str]) -> tuple[str, int]:
    number, _, at = typed.get("was", "").partition("@")
    return (number, int(at)) if _is_number(number) and at.isdecimal() and len(at) <= MAX_DIGITS else ("", 0)


def _is_number(text: str) -> bool:
    return 8 <= len(text) <= 64 and text.isascii()


def all_of(asked: Asked) -> tuple[Kept, ...]:
    """Return everything unfinished of whoever sits there, the newest first; nothing where the file cannot be read."""
    try:
        return _desk(asked).all(_person(asked)) if asked.session is not None else ()
    except StateUnknown:
        return ()


def _desk(asked: Asked) -> Desk:
    return Desk(asked.house.folder)


def _person(asked: Asked) -> str:
    if asked.session is None:
        raise NotAllowed(Sentence("page.nobody"))
    return asked.session.person.id
