"""What a yearly review is counted from: the account, the period, and its messages sorted once by form."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from searoom.account import Account, Again, Item, Message
from searoom.obligations.agreement import Agreement
from searoom.obligations.standing import Obligation
from searoom.signals.forms import FormBook

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year, from its first microsecond to before `until_us`: its end, or as far as the record goes."""

    year: int
    from_us: int
    until_us: int

    def holds(self, time_us: int | None) -> bool:
        """Whether a time lies within."""
        return time_us is not None and self.from_us <= time_us < self.until_us


@dataclass(frozen=True, slots=True)
class Scene:
    """What is counted: `items` are those placed within the period, `duties` as they stand at its end."""

    account: Account
    agreement: Agreement
    book: FormBook
    period: Period
    items: tuple[Item | Again, ...]
    duties: tuple[Obligation, ...]
    by_form: Mapping[str, Sequence[Message]] = field(init=False)
    """The messages of the period by form, in the order of the account."""

    def __post_init__(self) -> None:
        found: defaultdict[str, list[Message]] = defaultdict(list)
        for item in self.items:
            if isinstance(item, Message):
                found[item.filled.form].append(item)
        object.__setattr__(self, "by_form", dict(found))

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties, in an order that no chair decides."""
        return tuple(sorted(self.agreement.parties))

    def of(self, *forms: str) -> list[Message]:
        """Return the messages of the period in these forms, form by form."""
        return [message for form in forms for message in self.by_form.get(form, ())]


def month(time_us: int) -> int:
    """Return the month of a time in UTC, 1 to 12."""
    return (_EPOCH + timedelta(microseconds=time_us)).month


def months(times_us: Sequence[int]) -> list[int]:
    """Return how many of these times lie in each of the twelve months (UTC)."""
    found = [0] * 12
    for time_us in times_us:
        found[month(time_us) - 1] += 1
    return found


def square(position: object) -> str:
    """Return the square of one degree in which a position (ten-millionths of degrees) lies: `N24E123`; '' for none."""
    if not isinstance(position, tuple) or len(position) != 2:
        return ""
    lat, lon = (int(part) // 10_000_000 for part in position)  # the edge towards south and west
    return f"{'S' if lat < 0 else 'N'}{abs(lat):02d}{'W' if lon < 0 else 'E'}{abs(lon):03d}"
