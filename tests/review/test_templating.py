"""Templates: what they print is escaped, and control characters in it are shown, not obeyed."""

import pytest
from jinja2 import UndefinedError

from searoom.review.templating import environment


@pytest.mark.parametrize("package", ["searoom.review", "searoom.console"])
def test_what_is_printed_is_harmless(package):
    """Markup is text, a bidirectional override is its code, and a missing value is an error."""
    template = environment(package).from_string("{{ said }}")

    assert "&lt;b&gt;[U+202E]" == template.render(said="<b>\u202e")
    with pytest.raises(UndefinedError):
        template.render()


def test_a_time_is_broken_behind_its_date_alone():
    """The words around a time are escaped as ever; the time has one place where a line may end."""
    template = environment("searoom.console").from_string("{{ said | unbroken }}")

    whole = (
        'since <span class="unbroken">2026-06-03T</span><wbr><span class="unbroken">02:00:10Z</span> &lt;b&gt;[U+202E]'
    )
    assert whole == template.render(said="since 2026-06-03T02:00:10Z <b>\u202e")
