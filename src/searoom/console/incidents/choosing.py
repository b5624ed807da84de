"""Which years and which incidents there are to be shown; pure, from a view."""

from searoom.console.view import View
from searoom.obligations.deadlines import LAST_YEAR, year_of
from searoom.review.agreeing import years


def years_of(view: View) -> tuple[int, ...]:
    """Return the years since the agreement began, up to this one, and those that somebody signed, the newest first."""
    first = year_of(view.agreement.starts_us)
    last = max(first, year_of(max(view.now_us, 0)))
    return tuple(sorted({*range(first, last + 1), *years(view.account)} & set(range(first, LAST_YEAR)), reverse=True))
