"""Search in the record: words of any language however they are written, each filter by itself, pages, and bad input."""

from dataclasses import replace

import pytest

from searoom.account import Closed, Message, arrange
from searoom.console.searching import PAGE, PRECEDENCES, STATES, Index, Wanted, fold, row, search, wanted
from searoom.errors import NotAllowed
from searoom.record.entry import Heard
from searoom.record.keys import Role, Signer
from searoom.signals import forms

BOOK = forms.load()
START = 1_780_444_800_000_000  # 2026-06-03T00:00:00Z
HOUR = 3_600_000_000
PARTIES = ("amber", "coral")


def said(log, index, text, lang="en", *, form="hotline-message", to=None, at=0, heard=0, **options):
    """Return an item as it stands in an account."""
    other = "coral" if log == "amber" else "amber"
    fields = {"text": text} if form == "hotline-message" else {}
    filled = forms.from_text(BOOK, form, fields, lang=lang, reply_to=to, **options)
    signer = Signer(log, Role.OFFICER, f"{log}-1", f"Officer of {log}", bytes(8))
    return Message(
        ref=(log, index), height=at + 1, author=log, recipients=(other,), claimed_us=START + at * HOUR,
        placed_us=START + at * HOUR, until_us=None, signers=(signer,), station=replace(signer, role=Role.STATION),
        heard=(Heard(other, heard, bytes(32)),) if heard else (), filled=filled, statement=bytes([at]) * 32,
    )  # fmt: skip


ITEMS = (
    said("amber", 0, "貴艦の針路と速力を確認したい。", "ja", at=0),
    said("amber", 1, "Please confirm your COURSE on ＶＨＦ １６.", at=1, precedence="flash"),
    said("amber", 2, "请确认贵舰的航向。", "zh", at=2),
    said("coral", 0, "", form="read", to=("amber", 0), at=3, heard=3, channel="hotline"),
    said("coral", 1, "Course 050.", at=4, heard=3, to=("amber", 1)),
    said("amber", 3, "ﾚｰﾀﾞｰ echo at 02:16Z, straße", at=5),
)
ACCOUNT = arrange(PARTIES, ITEMS, {("amber", "coral"): 2})


def refs(asked, account=ACCOUNT):
    """Return what is found, as text, the newest first."""
    return [f"{one.item.ref[0]}/{one.item.ref[1]}" for one in search(Index().rows(account, BOOK), asked, account)[1]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("針路", ["amber/0"]),
        ("路", ["amber/0"]),
        ("确认", ["amber/2"]),
        ("course", ["coral/1", "amber/1"]),
        ("ＣＯＵＲＳＥ", ["coral/1", "amber/1"]),
        ("vhf 16", ["amber/1"]),
        ('"vhf 16"', ["amber/1"]),
        ('"16 vhf"', []),
        ("16 vhf", ["amber/1"]),
        ("レーダー", ["amber/3"]),
        ("STRASSE", ["amber/3"]),
        ("officer coral", ["coral/1", "coral/0"]),
        ("amber/3", ["amber/3"]),
        ("zzz", []),
        ("", ["amber/3", "coral/1", "coral/0", "amber/2", "amber/1", "amber/0"]),
    ],
)
def test_words_are_found_however_they_are_written(words, found):
    """Width, case and form of a letter make no difference, in any language, anywhere inside a word."""
    assert found == refs(Wanted(words=words))


def test_a_form_is_found_by_its_title_in_each_language():
    """Whoever knows the form's name in their own language finds what was said in it."""
    for title in BOOK.form("read").title.values():
        assert ["coral/0"] == refs(Wanted(words=f'"{title}"'))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Wanted(party="coral"), ["coral/1", "coral/0"]),
        (Wanted(officer="coral-1"), ["coral/1", "coral/0"]),
        (Wanted(form="read"), ["coral/0"]),
        (Wanted(precedence="flash"), ["amber/1"]),
        (Wanted(channel="hotline", party="coral"), ["coral/1", "coral/0"]),
        (Wanted(state="delivered"), ["amber/2", "amber/1", "amber/0"]),
        (Wanted(state="undelivered"), ["amber/3", "coral/1", "coral/0"]),
        (Wanted(state="read"), ["amber/0"]),
        (Wanted(state="answered"), ["amber/1"]),
        (Wanted(state="unanswered", party="amber"), ["amber/3", "amber/2", "amber/0"]),
        (Wanted(state="recorded"), ["amber/1", "amber/0"]),
        (Wanted(state="closed"), []),
        (Wanted(since="2026-06-03T04:00"), ["amber/3", "coral/1"]),
        (Wanted(until="2026-06-03T01:00"), ["amber/1", "amber/0"]),
        (Wanted(since="2026-06-03", until="2026-06-03"), refs(Wanted())),
        (Wanted(since="2026-06-04"), []),
        (Wanted(words="course", party="coral"), ["coral/1"]),
    ],
)
def test_each_filter_finds_what_it_names(asked, found):
    """Filters narrow one another down, and none changes the order."""
    assert found == refs(asked)


def test_what_is_closed_to_us_is_found_as_closed():
    """An entry that we cannot read keeps its place in the search, with its reason."""
    first = ITEMS[0]
    shut = Closed(
        **{name: getattr(first, name) for name in Closed.__dataclass_fields__ if hasattr(first, name)}, why="not for us"
    )
    account = arrange(PARTIES, [shut], {})

    assert ["amber/0"] == refs(Wanted(state="closed", words="not for us"), account)


def test_pages_have_fifty_each_and_lose_nothing():
    """Every entry stands on exactly one page, also the last."""
    account = arrange(PARTIES, [said("amber", at, f"number {at}", at=at) for at in range(2 * PAGE + 7)], {})
    rows = Index().rows(account, BOOK)
    pages = [search(rows, Wanted(page=page), account) for page in (1, 2, 3, 4)]

    assert [2 * PAGE + 7] * 4 == [count for count, _ in pages]
    assert [PAGE, PAGE, 7, 0] == [len(found) for _, found in pages]
    assert 2 * PAGE + 7 == len({one.item.ref for _, found in pages for one in found})


def test_an_index_grows_with_the_account_and_folds_nothing_twice():
    """What was folded stays; what came since is added, in the account's order."""
    index = Index()
    assert not index.read_on(ACCOUNT, BOOK, 2)
    assert index.read_on(ACCOUNT, BOOK, 99)
    first = index.rows(ACCOUNT, BOOK)
    more = arrange(PARTIES, [*ITEMS, said("amber", 4, "more", at=6)], {})
    second = index.rows(more, BOOK)

    assert [*map(id, first)] == [*map(id, second[: len(first)])]
    assert ("amber", 4) == second[-1].item.ref


def test_an_item_that_changed_is_folded_anew():
    """Where a later card puts an entry in doubt, the search says so too."""
    index = Index()
    index.rows(ACCOUNT, BOOK)
    changed = arrange(PARTIES, [replace(ITEMS[0], doubtful="a key was withdrawn"), *ITEMS[1:]], {})

    found = search(index.rows(changed, BOOK), Wanted(state="doubtful"), changed)

    assert 1 == found[0]


def test_an_address_says_what_is_looked_for_and_is_read_back():
    """A link to a search finds the same again."""
    asked = Wanted(words="針路 course", party="amber", state="read", since="2026-06-03T02:10", page=3)

    assert asked == wanted(asked.asked())
    assert {} == Wanted().asked()


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"}, {"page": "x"}, {"page": "-1"}, {"page": "９"}, {"page": "9" * 30}, {"words": "a" * 201},
        {"state": "lost"}, {"since": "yesterday"}, {"until": "2026-13-01"}, {"since": "2026-02-30T00:00"},
        {"since": "2026-06-04", "until": "2026-06-03"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(query):
    """A wrong address gets a sentence, and no traceback."""
    with pytest.raises(NotAllowed):
        wanted(query)


def test_all_states_and_precedences_can_be_asked():
    """Nothing that the page offers fails."""
    for state in STATES:
        refs(wanted({"state": state}))
    assert set(PRECEDENCES) == {"flash", "immediate", "routine"}


def test_folding_twice_changes_nothing():
    """What is folded is compared with what is folded."""
    for text in ("Straße ＡＢＣ", "ﾚｰﾀﾞｰ", "İ", "ﬁ", "①"):
        assert fold(text) == fold(fold(text))


def test_hostile_text_is_text():
    """Markup and signs of search languages are looked for as they are."""
    item = said("amber", 0, 'a%b_c* OR "x" <script>')

    assert all(each in row(item, BOOK).text for each in ("a%b_c*", "<script>", 'or "x"'))
