"""Messages of precedence flash that nobody here has signed as read: what the console sounds again and again.

It is a fold of the record: a console that starts anew goes on with it, and it ends when an officer of ours has said
anything to the message (that it was read is enough), and by nothing else.
"""

from typing import Final

from searoom.account import Message
from searoom.console.view import Flash, View

FLASH: Final = "flash"
AGAIN_S: Final = 60
"""After so many seconds a page sounds and flashes again."""


def unread(view: View) -> tuple[Flash, ...]:
    """Return the flash messages to us that no officer of ours has answered in any layer, the oldest first."""
    said_by_persons = [form.name for form in view.book.forms if not form.automatic]
    return tuple(
        Flash(one.ref, one.author, one.filled.form, _since(view, one))
        for one in view.account.messages(*said_by_persons)
        if one.filled.precedence == FLASH
        and one.author != view.party
        and view.party in one.recipients
        and not _signed(view, one)
    )


def _signed(view: View, message: Message) -> bool:
    return any(isinstance(one, Message) and one.author == view.party for one in view.account.answers(message.ref))


def _since(view: View, message: Message) -> int:
    """Return when our station wrote that it holds it, else when its author says that it was said."""
    held = view.account.delivered(message.ref, view.party)
    return message.claimed_us if held is None else held.at_us
