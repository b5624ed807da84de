"""What a page is asked with: a language and a light, as chosen, else as the browser asks, else the first."""

import pytest
from starlette.requests import Request

from searoom.console.asked import LANGUAGE_COOKIE, LIGHT_COOKIE, LIGHTS, PACKAGE, chosen
from searoom.review.texts import Texts, table
from searoom.signals.tables import LANGUAGES


def request(cookie="", accept=""):
    """Return a request with these headers."""
    headers = [(b"cookie", cookie.encode()), (b"accept-language", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""})


@pytest.mark.parametrize(
    ("cookie", "accept", "lang"),
    [
        ("", "", "en"),
        ("", "ja,en;q=0.5", "ja"),
        ("", "zh-CN,zh;q=0.9", "zh"),
        ("", "fr,zh;q=0.1", "zh"),
        ("", "xx", "en"),
        (f"{LANGUAGE_COOKIE}=zh", "ja", "zh"),
        (f"{LANGUAGE_COOKIE}=../../etc", "ja", "ja"),
    ],
)
def test_a_language_is_the_persons_choice_first(cookie, accept, lang):
    """What was chosen stands before what the browser asks for; what is no language is passed over."""
    assert lang == chosen(request(cookie, accept), LANGUAGE_COOKIE, LANGUAGES)


def test_a_light_is_never_taken_from_a_language():
    """Day is the first, and night only where it was chosen."""
    assert "day" == chosen(request(accept="night"), LIGHT_COOKIE, LIGHTS)
    assert "night" == chosen(request(f"{LIGHT_COOKIE}=night"), LIGHT_COOKIE, LIGHTS)


def test_every_sentence_stands_in_every_language():
    """No language is a second one: no gap, no copy of the English, no odd value."""
    rows = table(PACKAGE)

    assert all(row[lang].strip() for row in rows.values() for lang in LANGUAGES)
    own = {"page.this_language"} | {key for key, row in rows.items() if row["en"] == "{words}"}  # what a person wrote
    assert own >= {key for key, row in rows.items() if row["en"] in (row["ja"], row["zh"])}
    assert {"English", "日本語", "中文"} == {Texts(lang, PACKAGE)("page.this_language") for lang in LANGUAGES}
