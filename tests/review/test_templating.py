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
