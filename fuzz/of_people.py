"""Harnesses for what people and their programs hand over: key files, agreements, forms, requests, pages."""

import io
import json
import re
from typing import Final

from fuzz.material import book, channel, pair
from fuzz.promise import FOUR, Broken, again
from searoom import cbor
from searoom.desk import asking as desk
from searoom.keys import keyfiles
from searoom.keys.proposals import NodeRequest, OfficerRequest
from searoom.matters import slip
from searoom.obligations import agreement
from searoom.record.seal import Opening
from searoom.signals import capalert, capdraft, formbook, forms, schema, wordinglint
from searoom.statements import annexes, offrecord


class _File:
    """A file that is nowhere but in memory, as `keyfiles.load` opens it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def open(self, _mode: str) -> io.BytesIO:
        """Return the bytes to be read."""
        return io.BytesIO(self._data)

    def __str__(self) -> str:
        return "a.key"


def key_file(data: bytes) -> bool:
    """Read a key file as it is, and with the sum that its last line would need."""
    text = data.decode("ascii", "ignore")
    summed = f"{text}sum {keyfiles._sum(text)}\n".encode()  # noqa: SLF001  # else nothing gets past it
    read = again(lambda raw: keyfiles.load(_File(raw)), keyfiles.KeyFile.to_bytes)  # type: ignore[arg-type]  # a file in memory
    first, second = read(data), read(summed)
    return first or second


def annex(data: bytes) -> bool:
    """Read the opening of an annex as what its own hash names."""
    try:
        annexes.value_of(Opening.from_bytes(data).plain_hash(), data)
    except FOUR:
        return False
    return True


def aside(data: bytes) -> bool:
    """Read a copy, a message as it comes, and the padded words that a counterpart with the key could seal."""
    offrecord.is_copy(data)
    try:
        heard = channel("coral").read(offrecord.Aside("amber 3", 1, data), 0)
    except FOUR:
        heard = ""
    if heard and channel("amber").write(1, heard).data != data:
        raise Broken("an off-record message was taken that nobody sealed")
    return bool(heard) or again(offrecord._unpadded, offrecord._padded)(data)  # noqa: SLF001  # behind the seal


def pack(data: bytes) -> bool:
    """Read an agreement's text; what is read has one hash."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    try:
        found = agreement.parse(text, "a pack", book())
    except FOUR:
        return False
    if agreement.parse(text, "a pack", book()).hash != found.hash:
        raise Broken("an agreement has two hashes")
    return True


def form_json(data: bytes) -> bool:
    """Read a form as a page or a program sends it; what is taken is the same JSON again."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return False
    try:
        filled = schema.from_json(given, book())
    except FOUR:
        return False
    if schema.to_json(filled, book()) != given:
        raise Broken("what was read is written otherwise")
    return True


def cap(data: bytes) -> bool:
    """Read an alert; what is read is a form, which is written and read again as it is where nothing is missing."""
    try:
        filled = capdraft.draft(capalert.read(data), "ja", book())
    except FOUR:
        return False
    if not forms.check(filled, book()) and forms.decode(forms.encode(filled, book()), book()) != filled:
        raise Broken("an alert's form does not read as it was written")
    return True


def wording(data: bytes) -> bool:
    """Compare a text with itself: only days and hours that are not there are found."""
    try:
        said = data.decode()
    except UnicodeDecodeError:
        return False
    if [one for one in wordinglint.compare(said, said, langs=("ja", "ja")) if "is no day" not in one.sentence]:
        raise Broken("a text does not agree with itself")
    return bool(said)


_NAME: Final = re.compile(r'^name = "([a-z-]{1,40})"', re.MULTILINE)


def form_table(data: bytes) -> bool:
    """Read a form's table, under the name that it gives itself."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    named = _NAME.search(text)
    try:
        formbook.read_form(text, f"{named[1] if named else 'form'}.toml")
    except FOUR:
        return False
    return True


def retyped(data: bytes) -> bool:
    """Compare a retyped page with a code: the first line is the code, the rest the page."""
    code, _, page = data.decode("utf-8", "surrogateescape").partition("\n")
    if slip.check_slip(page, code) not in slip.CHECK_WORDS:
        raise Broken("a page and a code compare to something that is no answer")
    page = page.encode("utf-8", "replace").decode()
    if slip.check_slip(page, slip.code_of(page)) == slip.MISREAD:
        raise Broken("a code as it was made is called misread")
    return True


def desk_request(data: bytes) -> bool:
    """Read a request to the desk; one whose keys are all text is written the same."""
    try:
        request = desk.unpack(data)
    except FOUR:
        return False
    value = cbor.decode(data, max_depth=desk.MAX_DEPTH)
    if all(isinstance(key, str) for key in value) and desk.pack(request)[desk.LENGTH.size :] != data:  # type: ignore[union-attr,arg-type]  # a map, as unpacked
        raise Broken("what was read is written otherwise")
    return True


def officer(data: bytes) -> bool:
    """Read an officer's request as it is, and the words of one signed by the officer whose key the seeds have."""
    read = again(OfficerRequest.from_bytes, OfficerRequest.to_bytes)
    signed = cbor.encode([[], pair()[0].officers[0].sign(data)])
    first, second = read(data), read(b"\x82" + data + signed[2:])
    return first or second


def node(data: bytes) -> bool:
    """Read a node's request as it is, and the words of one signed by the station whose key the seeds have."""
    read = again(NodeRequest.from_bytes, NodeRequest.to_bytes)
    signed = cbor.encode([[], pair()[0].station.sign(data)])
    first, second = read(data), read(b"\x82" + data + signed[2:])
    return first or second
