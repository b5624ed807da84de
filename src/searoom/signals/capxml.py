"""The XML of a CAP alert, read under narrow rules: no document type, no entity, a bounded size, depth and width.

Nothing is fetched, and nothing that an alert points at is looked at. `capalert` says what the elements mean.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from searoom.errors import NotAllowed

MAX_BYTES: Final = 512 * 1024
MAX_DEPTH: Final = 16
MAX_ELEMENTS: Final = 10_000
MAX_ATTRIBUTES: Final = 16
CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
_ADVICE: Final = "Read one CAP 1.2 alert; other formats are not guessed at."


def refuse(problem: str) -> NotAllowed:
    """Return the error for `problem`, for the caller to raise."""
    return NotAllowed(problem, advice=_ADVICE)


@dataclass(slots=True)
class Element:
    """One element: its namespace and name, the text in it, what stands in it, and the line on which it opens."""

    space: str
    name: str
    line: int
    text: str = ""
    inside: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> tuple["Element", ...]:
        """Return the CAP elements of a name that stand directly in this one."""
        return tuple(one for one in self.inside if one.space == CAP and one.name == name)


def parse(data: bytes) -> Element:
    """Return the outermost element of an XML document; raise `NotAllowed` with the rule that it breaks.

    Text is what stands directly in an element, without the white space around it.
    """
    if len(data) > MAX_BYTES:
        raise refuse(f"the file has {len(data):,} bytes; an alert of more than {MAX_BYTES:,} is not read")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    reader.at = lambda: parser.CurrentLineNumber
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _no_type
    parser.ExternalEntityRefHandler = parser.UnparsedEntityDeclHandler = _no_type  # type: ignore[assignment]  # it never returns
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        raise refuse(f"line {fault.lineno}: this is not XML: {expat.ErrorString(fault.code)}") from None
    except (UnicodeError, LookupError, ValueError):
        raise refuse("the file is in an encoding that is not read") from None
    return reader.top[0]


def _no_type(*_what: object) -> None:
    raise refuse("a document type or an entity stands in it; no alert needs one, and none is read")


class _Reader:
    """Builds the elements while they are read."""

    def __init__(self) -> None:
        self.top: list[Element] = []
        self.at: Callable[[], int] = lambda: 0
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH or self._count > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise refuse(f"line {self.at()}: it is deeper or wider than is read")
        space, _, local = name.rpartition(" ")
        made = Element(space, local, self.at())
        (self._open[-1].inside if self._open else self.top).append(made)
        self._open.append(made)

    def end(self, _name: str) -> None:
        done = self._open.pop()
        done.text = done.text.strip()

    def characters(self, text: str) -> None:
        self._open[-1].text += text
