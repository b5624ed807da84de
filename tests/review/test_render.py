"""Tests of the two pages: complete, self-contained, harmless, neutral, and the same bytes on both nodes."""

import dataclasses
import re
from functools import cache
from importlib import resources

import pytest

from builders import cosign, exchange, make_record, opener, parties, roster, say
from review import samples
from review.reading import Reader
from review.tales import LETTER, WORDS, at, call, told
from searoom import account as accounts
from searoom.obligations.standing import due
from searoom.review.render import Case, Proven, ReviewData, joint, joint_page, page, review
from searoom.review.texts import HTML_LANGUAGES, LANGUAGES, Texts, table
from searoom.signals import forms
from told import BOOK, DEMO, Tale

HOSTILE = "</bdi></td><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u202eevil\u2066\x07{{ 7*7 }}"
LOADING = {
    "src",
    "href",
    "srcset",
    "data",
    "action",
    "poster",
    "background",
    "formaction",
    "xlink:href",
    "cite",
    "ping",
}


def data(tale=None, **more):
    account = (tale or told()).account()
    proven = Proven(
        account.sizes,
        dict.fromkeys(account.sizes, bytes(32)),
        {("amber", "coral"): 5},
        12,
        refused="coral/tile/0/000: not the hash",
    )
    whole = {
        "account": account,
        "agreement": DEMO,
        "pictures": samples.pictures(),
        "case": samples.CASE,
        "now_us": at(4000),
        "obligations": due(DEMO, account, at(4000)),
        "proven": proven,
        "handed": {("amber", 4): at(1000)},
    }
    return ReviewData(**(whole | more))


def pages(lang="en", tale=None):
    return plain_pages(lang) if tale is None else make_pages(lang, tale)


@cache
def plain_pages(lang):
    return make_pages(lang, None)


def make_pages(lang, tale):
    account = (tale or told()).account()
    return review(data(tale), lang=lang, book=BOOK), joint(account, DEMO, lang=lang, book=BOOK)


def text(markup):
    return " ".join(" ".join(Reader(markup).words).split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", [0, 1], ids=["review", "joint"])
def test_no_request_leaves_the_page(lang, which):
    """Nothing is loaded from anywhere, no script is needed, and the page's own policy forbids both."""
    read = Reader(pages(lang)[which])
    loads = [
        (tag, value)
        for tag, attrs in read.tags
        for key, value in attrs.items()
        if key in LOADING and not value.startswith("#")
    ]

    assert [] == loads
    assert not {"script", "link", "iframe", "object", "embed", "base", "form", "img", "image", "use"} & {
        tag for tag, _ in read.tags
    }
    assert not [key for _, attrs in read.tags for key in attrs if key.startswith("on")]
    assert not re.search(r"url\(|@import|@font-face|https?:", "".join(read.styles))
    assert "default-src 'none'; style-src 'unsafe-inline'" in [
        attrs.get("content") for tag, attrs in read.tags if tag == "meta"
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", [0, 1], ids=["review", "joint"])
def test_is_one_whole_document(lang, which):
    """Tags open and close in order, ids stand once, links inside the page lead somewhere."""
    read = Reader(pages(lang)[which])
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]

    assert read.balance
    assert [] == read.open
    assert sorted(set(ids)) == sorted(ids)
    assert {attrs["href"][1:] for tag, attrs in read.tags if tag == "a"} <= set(ids)
    assert HTML_LANGUAGES[lang] == next(attrs["lang"] for tag, attrs in read.tags if tag == "html")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", [0, 1], ids=["review", "joint"])
def test_exercise_is_said_in_three_languages_on_screen_and_on_paper(lang, which):
    """At the top, at the foot, in the title, and at the head of each printed page."""
    markup = pages(lang)[which]
    printed = re.search(r'@top-center \{ content: "([^"]*)"', markup)[1]

    assert {"EXERCISE", "演習", "演习"} == set(printed.split(" · "))
    assert all(2 <= text(markup).count(word) for word in ("EXERCISE", "演習", "演习"))
    assert Texts(lang)("banner.exercise") in re.search("<title>(.*)</title>", markup)[1]


def test_no_exercise_no_banner():
    """A real page never says that it is one."""
    texts = Texts("en")
    markup = joint_page(samples.content(exercise=False), texts)

    assert "EXERCISE" not in markup


@pytest.mark.parametrize("lang", LANGUAGES)
def test_says_whose_edition_it_is(lang):
    """The review shows both national pictures and says that no party would see it; the joint page says what it is made of."""
    texts = Texts(lang)
    whole, shared = (text(markup) for markup in pages(lang))

    assert texts("page.director") in whole
    assert texts("page.director_note") in whole
    assert texts("page.tracks_made") in whole
    assert texts("page.joint_note") in shared
    assert texts("page.director") not in shared


def test_the_joint_page_shows_nothing_national():
    """No picture, no alert, no carrier, no cosignature."""
    shared = pages()[1]

    assert "Range against time" not in shared
    assert "CPA" not in shared
    assert "handed over" not in text(shared)
    assert "recorded" not in text(shared).split("Messages of both parties")[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_has_every_section(lang):
    """Chart, ranges, contacts, hotline, dossiers, timeline, dues, proof: each with its heading."""
    texts = Texts(lang)
    ids = {attrs.get("id") for tag, attrs in Reader(pages(lang)[0]).tags if tag == "section"}

    assert {"chart", "range", "contact", "hotline", "dossier", "timeline", "due", "proof"} == ids
    assert 2 <= text(pages(lang)[0]).count(texts("proof.ok"))


def test_words_stand_in_their_own_language():
    """The hotline message is shown as written, marked as what it was written in."""
    filled = forms.from_text(BOOK, "hotline-message", {"text": LETTER}, lang="ja")
    account = told().account()
    items = tuple(
        dataclasses.replace(m, filled=filled) if m.filled.form == "hotline-message" else m for m in account.items
    )
    markup = joint(accounts.arrange(account.parties, items, {}), DEMO, lang="zh", book=BOOK)

    assert f'<blockquote class="original" lang="ja"><bdi>{LETTER}</bdi></blockquote>' in markup


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_agreed_phrase_is_no_original(lang):
    """Chosen from a list: its key and our wording in the page's language, and no quotation in the writer's."""
    tale = Tale()
    tale.say("coral", "hotline-contact", phrase="we-are-here")
    markup = joint(tale.account(), DEMO, lang=lang, book=BOOK)
    wording = BOOK.form("hotline-contact").field("phrase").choices["we-are-here"][lang]

    assert '<blockquote class="original"' not in markup
    assert Texts(lang)("hotline.agreed", key="we-are-here") in markup
    assert f'<p lang="{HTML_LANGUAGES[lang]}"><bdi>{wording}</bdi></p>' in markup


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_codebooks_words_stand_beside_the_spoken_ones(lang):
    """And say that nobody has reviewed them."""
    tale = Tale()
    call(tale, 10, code="V-N1")
    markup = joint(tale.account(), DEMO, lang=lang, book=BOOK)

    assert (lang != "en") == (Texts(lang)("contact.codebook_unreviewed") in markup)
    assert (lang == "ja") == ("本船は針路と速力を保持します。" in markup)


@pytest.mark.parametrize("lang", ["ja", "zh"])
@pytest.mark.parametrize("which", [0, 1], ids=["review", "joint"])
def test_marks_after_japanese_and_chinese_are_full_width(lang, which):
    """No half-width colon, comma, semicolon or bracket leans on a full-width letter."""
    assert [] == re.findall(r"[\u3040-\u30ff\u3400-\u9fff](?:<[^>]*>)* ?[:;,(]", pages(lang)[which])
    assert "amber radar：" in pages(lang)[which]
    assert "amber radar:" not in pages(lang)[which]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", [0, 1], ids=["review", "joint"])
def test_a_time_has_one_form(lang, which):
    """`2026-06-03T02:00:00Z`, in rows and in sentences."""
    assert "2026-06-03T00:00:10Z" in pages(lang)[which]
    assert not re.search(r"\d{4}-\d\d-\d\d \d\d:|\d\d:\d\d Z|\d\d:\d\d:\d\d Z", pages(lang)[which])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_words_are_harmless(lang):
    """Markup, direction marks, control characters and template code stay words."""
    tale = told(letter=HOSTILE, words=HOSTILE)
    for markup in (
        *pages(lang, tale),
        page(
            samples.content(lang, hotline=HOSTILE, unit=HOSTILE),
            Texts(lang),
            case=Case(HOSTILE, HOSTILE, made=True),
            pictures=samples.pictures(),
            due=samples.DUE,
            proof=None,
            now_us=at(0),
        ),
    ):
        read = Reader(markup)

        assert read.balance
        assert not {"script", "img"} & {tag for tag, _ in read.tags}
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00-\x08]", markup)
        assert "[U+202E]evil[U+2066][U+0007]{{ 7*7 }}" in "".join(read.words)


def test_no_distance_is_finer_than_its_error():
    """137.16 m ± 25 m appears in tens of metres, on both pages and in their pictures."""
    for markup in pages():
        assert "140 m ± 30 m" in text(markup)
        assert not re.search(r"137(\.16)? ?m", text(markup))


def test_shows_the_three_cases_of_hearing():
    """Heard as sent, heard garbled, not heard."""
    whole = text(pages()[0])

    assert all(case in whole for case in ("heard as sent", "heard garbled", "not heard"))
    assert "<del>COURSE</del>" in pages()[0]


def test_names_person_and_key_behind_each_state():
    """Who read it, with which key."""
    assert re.search(r"read .{0,40}coral officer 1 \( ?officer coral-1 ?, key 01", text(pages()[0]))


def test_a_failed_check_is_no_proof():
    """The page says what is wrong, and nowhere that anything is proven."""
    markup = review(data(proven=Proven({}, {}, {}, 0, problem="amber/checkpoint: no signature")), lang="en", book=BOOK)

    assert "✗ Not proven" in text(markup)
    assert "amber/checkpoint: no signature" in text(markup)
    assert "✓" not in text(markup)


def test_without_a_check_it_says_so():
    """A page made before the check claims nothing."""
    markup = text(review(data(proven=None), lang="en", book=BOOK))

    assert "before the exported record was verified" in markup
    assert "✓" not in markup


def test_without_pictures_there_is_no_chart():
    """A party that was not watching has no picture, and the page no hole."""
    read = Reader(review(data(pictures=()), lang="en", book=BOOK))

    assert {"contact", "hotline", "dossier", "timeline", "due", "proof"} == {
        attrs.get("id") for tag, attrs in read.tags if tag == "section"
    }
    assert {attrs["href"] for tag, attrs in read.tags if tag == "a"} == {
        f"#{key}" for key in ("contact", "hotline", "dossier", "timeline", "due", "proof")
    }


def test_swapping_the_chairs_swaps_columns_and_changes_nothing_else():
    """The same words in the same number, the same colours on the same names."""
    swapped = dataclasses.replace(DEMO, parties=DEMO.parties[::-1])
    plain = joint(told().account(), DEMO, lang="en", book=BOOK)
    other = joint(told().account("coral", "amber"), swapped, lang="en", book=BOOK)

    assert plain != other
    assert sorted(re.findall(r"[\w#]+", text(plain))) == sorted(re.findall(r"[\w#]+", text(other)))
    for name, style in (("Amber", "p0"), ("Coral", "p1")):
        assert all(
            {style} == set(re.findall(rf'class="party (p\d)"><svg[^>]*><[^>]*/></svg><bdi>{name}<', one))
            for one in (plain, other)
        )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_is_a_pure_function(lang):
    """The same account, the same bytes, every time."""
    assert plain_pages(lang) == make_pages(lang, None)


def test_stays_readable_on_a_telephone_and_on_paper():
    """Narrow pictures for narrow screens, a sheet size for paper."""
    css = "".join(Reader(pages()[0]).styles)

    assert "@media (max-width: 700px)" in css
    assert "@media print" in css
    assert "size: A4" in css
    assert pages()[0].count('class="narrow"') == pages()[0].count('class="wide"')


def test_both_nodes_compute_the_same_joint_page():
    """From two records with their own keys, stores and cosignatures, byte for byte, in every language."""
    amber, coral = parties()
    ring = roster(amber, coral)
    sides = {"amber": (amber, make_record(amber, ring)), "coral": (coral, make_record(coral, ring))}
    for message in told().account().messages():
        party, record = sides[message.author]
        exchange(*(one for _, one in sides.values()))
        automatic = BOOK.form(message.filled.form).automatic
        signers = [party.station] if automatic else party.officers[: BOOK.form(message.filled.form).release_persons]
        say(record, party, forms.encode(message.filled, BOOK), signers=signers, now_us=message.claimed_us)
    exchange(*(one for _, one in sides.values()))
    before = accounts.read(sides["amber"][1], BOOK, opener(amber))
    cosign(*(one for _, one in sides.values()))
    ours, theirs = (accounts.read(record, BOOK, opener(party)) for party, record in sides.values())

    assert len(told().account().items) == len(ours.messages())
    for lang in LANGUAGES:
        assert (
            joint(ours, DEMO, lang=lang).encode()
            == joint(theirs, DEMO, lang=lang).encode()
            == joint(before, DEMO, lang=lang).encode()
        )


YEARLY = ("encounters", "national", "calls", "messages", "overdue", "proposals")


def test_every_group_of_the_table_is_used():
    """A sentence that no page shows is taken off the table."""
    folder = resources.files("searoom.review")
    sources = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".py")]
    sources += [file.read_text(encoding="utf-8") for file in (folder / "templates").iterdir()]
    used = "".join(sources)
    composed = {
        "grade",
        "verdict",
        "answer",
        "answer_not",
        "state",
        "state_says",
        "state_not",
        "due_state",
        "channel",
        "precedence",
        "role",
        *(f"yearly_{key}" for key in ("meetings", "answers", "lines", "notices", "faults", "made")),
    }
    titles = {f"yearly_{key}.{part}" for key in YEARLY for part in ("title", "note")}
    titles |= {f"{key}.title" for key in ("range", "contact", "hotline", "dossier", "timeline", "due", "proof")}

    from_table = {key for key in table() if key.split(".")[0] not in composed | {"title"}} - titles
    assert [] == sorted(key for key in from_table if f'"{key}"' not in used and f"'{key}'" not in used)


def test_the_words_of_the_tale_are_there():
    """Both sides' own words stand on the joint page."""
    shared = text(pages()[1])

    assert WORDS in shared
    assert "Passed at a safe distance." in shared
    assert LETTER in shared
