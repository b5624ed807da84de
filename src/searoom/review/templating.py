"""Templates of pages: what they print is escaped, and control and direction characters in it are shown, not obeyed.

Every expression of a template passes through `_shown`, so that none can be forgotten.
"""

from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from searoom.review.svg import visible


@cache
def environment(package: str) -> Environment:
    """Return what renders the templates in the folder `templates` of a package."""
    folder = resources.files(package).joinpath("templates")

    def source(name: str) -> str | None:
        file = folder.joinpath(name)
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _shown(value: object) -> object:
    """Make what a template prints harmless: control and direction characters become visible codes."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value, lines=True)
