"""Templates of pages: what they print is escaped, and control and direction characters in it are shown, not obeyed.

Every expression of a template passes through `_shown`, so that none can be forgotten.
"""

import re
from functools import cache
from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from searoom.review.svg import visible

_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT)(\d\d:\d\d(?::\d\d)?Z)")
_UNBROKEN: Final = r'<span class="unbroken">\1</span><wbr><span class="unbroken">\2</span>'


@cache
def environment(package: str) -> Environment:
    """Return what renders the templates in the folder `templates` of a package."""
    folder = resources.files(package).joinpath("templates")

    def source(name: str) -> str | None:
        file = folder.joinpath(name)
        return file.read_text(encoding="utf-8") if file.is_file() else None

    found = Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    found.filters["unbroken"] = unbroken
    return found


def unbroken(words: str) -> Markup:
    """Return words as markup in which a line may end behind the date of a time, and nowhere else in that time."""
    return Markup(_STAMP.sub(_UNBROKEN, str(escape(visible(words, lines=True)))))  # noqa: S704 - escaped just here


def _shown(value: object) -> object:
    """Make what a template prints harmless: control and direction characters become visible codes."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value, lines=True)
