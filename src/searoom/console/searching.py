"""Search in the record: words in any language, and who, when, how, and how far it came; pure, over an index in memory.

Letters are folded before they are compared: full and half width, capitals, and ways to write one letter (NFKC). What a
person looks for is found anywhere inside what was said, so that Chinese and Japanese need no borders between words.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from searoom import clock
from searoom.account import Account, Again, Closed, Item, Message, Notice, Ref, Transcribed, ref_text
from searoom.errors import NotAllowed
from searoom.matters.delivery import READ
from searoom.record.roster import author_of
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.signals.tables import LANGUAGES
from searoom.units import MICROSECONDS

PAGE: Final = 50
MAX_WORDS: Final = 200
MAX_PAGE: Final = 100_000
STATES: Final = (
    "delivered", "undelivered", "read", "unread", "answered", "unanswered", "recorded", "closed", "transcribed",
    "notice", "again", "doubtful",
)  # fmt: skip
"""What can be asked of how far an entry came, or what it is."""
PRECEDENCES: Final = ("flash", "immediate", "routine")
_PHRASE: Final = re.compile(r'"([^"]+)"|(\S+)')
_MINUTE: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; an empty part asks for nothing. Times are as typed, UTC."""

    words: str = ""
    party: str = ""
    officer: str = ""
    form: str = ""
    channel: str = ""
    precedence: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    def asked(self, **change: object) -> dict[str, str]:
        """Return what stands in an address that asks for this, changed as told."""
        made = replace(self, **change)  # type: ignore[arg-type]  # names and kinds of its own fields
        found = {each.name: str(getattr(made, each.name)) for each in fields(made)}
        return {name: text for name, text in found.items() if text and (name, text) != ("page", "1")}

    def span(self) -> tuple[int, int]:
        """Return the first and the last microsecond that are looked for; `NotAllowed` for what is no time."""
        return _moment(self.since, 0), _moment(self.until, 1 << 62, end=True)

    def needles(self) -> tuple[str, ...]:
        """Return what must stand in an entry, folded; what stands in quotes is one of them."""
        return tuple(fold(phrase or word) for phrase, word in _PHRASE.findall(self.words))


def wanted(query: Mapping[str, str]) -> Wanted:
    """Return what an address asks for; `NotAllowed` where a part of it is none that can be asked."""
    page = query.get("page", "1")
    if not page.isascii() or not page.isdecimal() or not 1 <= int(page[:9]) <= MAX_PAGE:
        raise NotAllowed(Sentence("search.no_page", page=f"{page:.20}"))
    texts = {each.name: query.get(each.name, "").strip() for each in fields(Wanted) if each.name != "page"}
    if len(texts["words"]) > MAX_WORDS:
        raise NotAllowed(Sentence("search.too_long", most=MAX_WORDS))
    if texts["state"] and texts["state"] not in STATES:
        raise NotAllowed(Sentence("search.no_state", state=f"{texts['state']:.20}"))
    found = Wanted(**texts, page=int(page))
    since, until = found.span()
    if since > until:
        raise NotAllowed(Sentence("search.turned"))
    return found


def _moment(text: str, otherwise: int, *, end: bool = False) -> int:
    if not text:
        return otherwise
    plain = text.removesuffix("Z")
    if not _MINUTE.fullmatch(plain):
        raise NotAllowed(Sentence("search.no_time", text=f"{text:.30}"))
    whole = plain if "T" in plain else plain + ("T23:59" if end else "T00:00")
    seconds = 0 if whole.count(":") == 2 else 59 if end else 0
    moment = clock.from_text(whole + "Z" if whole.count(":") == 2 else f"{whole}:{seconds:02}Z")
    return moment + MICROSECONDS - 1 if end else moment


def fold(text: str) -> str:
    """Return a text as it is compared: width, case and ways to write one letter make no difference."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it is looked for."""

    item: Item | Again
    text: str
    form: str
    channel: str
    precedence: str
    officers: tuple[str, ...]


class Index:
    """The entries of one console's account, each folded once."""

    def __init__(self) -> None:
        self._rows: dict[Ref, Row] = {}
        self._of: Account | None = None
        self._ordered: list[Row] = []

    def read_on(self, account: Account, book: FormBook, most: int) -> bool:
        """Fold so many entries more; return whether that was all."""
        left = most
        for log, size in account.sizes.items():
            for index in range(self._known(log), size):
                if left <= 0:
                    return False
                self._take(account.message((log, index)), (log, index), book)
                left -= 1
        return True

    def _known(self, log: str) -> int:
        low, high = 0, 1
        while (log, high - 1) in self._rows:  # the entries of a log are folded in order
            low, high = high, high * 2
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if (log, middle) in self._rows else (low, middle)
        return low

    def _take(self, item: Item | Again, ref: Ref, book: FormBook) -> Row:
        self._rows[ref] = made = row(item, book)
        return made

    def rows(self, account: Account, book: FormBook) -> Sequence[Row]:
        """Return the rows of an account, in its order."""
        if account is not self._of:
            held = self._rows
            self._ordered = [
                known
                if (known := held.get(item.ref)) is not None and known.item is item
                else self._take(item, item.ref, book)
                for item in account.items
            ]
            self._of = account
        return self._ordered


def row(item: Item | Again, book: FormBook) -> Row:
    """Return an entry folded: its names, its words, and the words of its form in every language."""
    filled = item.filled if isinstance(item, Message | Transcribed) else None
    parts = [ref_text(item.ref), item.author, *(signer.name for signer in item.signers)]
    if isinstance(item, Closed):
        parts.append(item.why)
    elif isinstance(item, Notice):
        parts += [item.sentence(lang) for lang in LANGUAGES]
    elif filled is not None:
        parts += _said(filled, book)
    return Row(
        item,
        fold("\n".join(parts)),
        filled.form if filled else "",
        filled.channel if filled else "",
        filled.precedence if filled else "",
        tuple(signer.holder for signer in item.signers),
    )


def _said(filled: Filled, book: FormBook) -> Iterator[str]:
    form = book.form(filled.form)
    yield form.name
    yield from (form.title[lang] for lang in LANGUAGES)
    yield from forms.read_out(filled, book, filled.lang)
    for each in form.fields:
        if each.kind == "choice" and each.choices:
            chosen = each.choices.get(str(filled.fields.get(each.name)), {})
            yield from chosen.values()


def search(rows: Sequence[Row], asked: Wanted, account: Account) -> tuple[int, tuple[Row, ...]]:
    """Return how many entries fit, and those of the page that is asked for; the newest of the record first."""
    found = [row for row in reversed(rows) if _fits(row, asked)] if _plain(asked) else list(reversed(rows))
    if needles := asked.needles():
        found = [row for row in found if all(needle in row.text for needle in needles)]
    if asked.since or asked.until:
        since, until = asked.span()
        found = [row for row in found if since <= row.item.placed_us <= until]
    if asked.state:
        heard = _heard(account) if asked.state in ("delivered", "undelivered") else {}
        found = [row for row in found if _is(asked.state, row.item, account, heard)]
    start = (asked.page - 1) * PAGE
    return len(found), tuple(found[start : start + PAGE])


def _plain(asked: Wanted) -> bool:
    return bool(asked.party or asked.officer or asked.form or asked.channel or asked.precedence)


def _fits(row: Row, asked: Wanted) -> bool:
    return (
        (not asked.party or row.item.author == asked.party)
        and (not asked.form or row.form == asked.form)
        and (not asked.channel or row.channel == asked.channel)
        and (not asked.precedence or row.precedence == asked.precedence)
        and (not asked.officer or asked.officer in row.officers)
    )


def _heard(account: Account) -> Mapping[tuple[str, str], int]:
    """Return up to which size each log was held by each party, as the newest entries of its own logs say."""
    found: dict[tuple[str, str], int] = {}
    for log, size in account.sizes.items():
        newest = account.message((log, size - 1)) if size else None
        for one in newest.heard if newest else ():
            place = (one.log, author_of(log))
            found[place] = max(found.get(place, 0), one.size)
    return found


def _is(state: str, item: Item | Again, account: Account, heard: Mapping[tuple[str, str], int]) -> bool:
    """Whether an entry is in a state; of what is no message nothing is said but what it is."""
    kinds = {"closed": Closed, "transcribed": Transcribed, "notice": Notice, "again": Again}
    if state in kinds:
        return isinstance(item, kinds[state])
    if state == "doubtful":
        return bool(item.doubtful)
    if not isinstance(item, Message):
        return False
    name = state.removeprefix("un")
    held = _delivered(item, account, heard) if name == "delivered" else _HELD[name](item, account)
    return not held if state.startswith("un") else held


def _delivered(item: Message, account: Account, heard: Mapping[tuple[str, str], int]) -> bool:
    log, index = item.ref
    return all(index < heard.get((log, to), 0) or account.delivered(item.ref, to) is not None for to in item.recipients)


def _recorded(item: Message, account: Account) -> bool:
    return all(account.stored(item.ref, to) for to in item.recipients)


def _read(item: Message, account: Account) -> bool:
    return any(answer.author != item.author and _form(answer) == READ for answer in account.answers(item.ref))


def _answered(item: Message, account: Account) -> bool:
    return any(answer.author != item.author and _form(answer) != READ for answer in account.answers(item.ref))


def _form(answer: Message | Transcribed) -> str:
    return answer.filled.form


_HELD: Final = {"recorded": _recorded, "read": _read, "answered": _answered}
