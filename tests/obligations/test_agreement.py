"""Agreements as packs: what ships says what it is, and a pack that does not hang together is refused."""

from importlib import resources

import pytest

from searoom import clock
from searoom.errors import NotAllowed
from searoom.obligations import agreement
from searoom.obligations.agreement import load, parse
from searoom.signals import codebook
from searoom.statements.release import ANY, Rule
from told import BOOK, DEMO, MACM

FOLDER = resources.files("searoom.obligations") / "data" / "agreements"
PACKAGED = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
TEXTS = {name: (FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in ("macm", "demo")}


def test_starts_on_the_thirtieth_day_from_signature():
    """Signed on 9 May 2018, in operation from 8 June 2018."""
    assert "2018-06-08T00:00:00Z" == clock.to_text(MACM.starts_us)


def test_names_its_parties_in_the_order_of_the_pack():
    """`order` decides columns and nothing else."""
    swapped = TEXTS["macm"].replace("order = 1", "order = 3").replace("order = 2", "order = 1")
    other = parse(swapped, "macm.toml", BOOK)

    assert (("japan", "china"), ("china", "japan")) == (MACM.parties, other.parties)
    assert MACM.clauses == other.clauses


def test_calls_the_overview_an_overview():
    """Our words for a text that is not public are marked so, and nobody has reviewed them."""
    assert ("overview", {"en": "unreviewed", "ja": "unreviewed", "zh": "unreviewed"}) == (MACM.wording, MACM.review)


def test_has_the_first_clauses_of_the_overview():
    """Two meetings hosted in turn, hotline, unit contact, written notice, start, and no place."""
    assert [
        "meeting-directors-general", "meeting-experts", "hotline", "unit-contact", "notice-of-suspension",
        "entry-into-operation", "scope",
    ] == [clause.id for clause in MACM.in_force()]  # fmt: skip
    assert all(MACM.clause(f"meeting-{level}").in_turn for level in ("directors-general", "experts"))
    assert "coast-guards" in MACM.outside


def test_never_ships_a_model_clause_as_the_text():
    """Schedules and answer times are ours: they stand apart and bind nobody under the base."""
    assert {
        "no-prejudice", "line-test", "hotline-read", "notice-of-resumption", "fault-reproduced", "fault-tested", "fault-carried",
        "training-notice", "training-sufficient", "call-ledger", "no-gate",
    } == {c.id for c in MACM.clauses if c.model}  # fmt: skip
    assert not any(clause.model for clause in MACM.in_force())


@pytest.mark.parametrize("agreement", [MACM, DEMO], ids=lambda agreement: agreement.id)
def test_every_clause_has_its_source_and_its_words(agreement):
    """Each clause names where it is from; a model says what asks for it."""
    for clause in agreement.clauses:
        assert clause.source, clause.id
        assert bool(clause.basis) == clause.model, clause.id
        for words in (clause.title, clause.text, clause.silence_text):
            assert {"en", "ja", "zh"} == set(words), clause.id


def test_an_instance_takes_the_base_and_adopts_what_it_wants():
    """The demonstration: fictitious parties, the base's clauses, its own schedule."""
    assert ("demo-2026", "macm", ("amber", "coral"), True) == (DEMO.id, DEMO.base, DEMO.parties, DEMO.exercise)
    assert {"no-prejudice", "line-test", "hotline-read"} == DEMO.adopted
    assert {clause.id for clause in MACM.in_force()} < {clause.id for clause in DEMO.in_force()}
    assert 24 * 3600 * 10**6 == DEMO.clause("line-test").trigger.every_us
    assert DEMO.clause("line-test").trigger.start_us != MACM.clause("line-test").trigger.start_us


def test_has_no_party_of_the_real_world_in_the_demonstration():
    """Real parties are no stage material."""
    for language in ("en", "ja", "zh"):
        told = " ".join(
            [DEMO.title[language], *(n[language] for n in DEMO.names.values())]
            + [text[language] for c in DEMO.in_force() for text in (c.title, c.text, c.silence_text)]
        )
        assert not any(word in told for word in ("Japan", "China", "日本", "中国")), language


def test_puts_the_special_table_in_force_only_where_its_parties_agreed():
    """YV1 binds only its own parties: in force under `incsea`, which says where they agreed, and under no other."""
    assert ("colregs", "cues", "ics", "plain") == MACM.books
    assert ("colregs", "ics", "plain") == DEMO.books
    assert ["incsea"] == [name for name in PACKAGED if "incsea" in load(name, BOOK).books]
    with pytest.raises(NotAllowed, match="the table YV1 binds only parties that agreed to it"):
        parse(TEXTS["macm"].replace('"plain"]', '"plain", "incsea"]'), "macm.toml", BOOK)
    with pytest.raises(NotAllowed, match="'incsea' cannot be put in force"):
        agreed = TEXTS["demo"].replace('"plain"]', '"plain", "incsea"]\nspecial_table = "we say so"')
        parse(agreed, "demo.toml", BOOK)
    with pytest.raises(NotAllowed, match="'yv1' cannot be put in force"):
        parse(TEXTS["macm"].replace('"plain"]', '"plain", "yv1"]'), "macm.toml", BOOK)


def test_a_model_binds_where_the_whole_pack_is_a_model():
    """What is written as our proposal and said by fictitious parties is in force; an overview's proposals are not."""
    for name in PACKAGED:
        each = load(name, BOOK)
        in_force = {clause.id for clause in each.in_force() if clause.model}
        own = {clause.id for clause in each.clauses[each.from_base :] if clause.model}
        assert (set() if each.wording == "overview" else own) <= in_force
        assert each.exercise or not in_force, name


def test_fits_the_books_of_the_signals():
    """Each book that a pack can put in force is loaded by its id, or is one that a party brings itself."""
    assert {*codebook.BOOKS, *codebook.OWN_BOOKS, agreement.SPECIAL} <= agreement.BOOKS
    assert all(codebook.load(load(name, BOOK).books).signals for name in PACKAGED)


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("macm", "format = 1", "format = 0", "macm.toml, format"),
        ("macm", "format = 1", "", "macm.toml: 'format' is missing"),
        ("macm", 'id = "macm"', 'id = "macm"\nside = "ours"', "macm.toml: 'side' is not a field"),
        ("macm", 'wording = "overview"', 'wording = "truth"', "wording: 'truth' is unknown"),
        ("macm", "exercise = false", "exercise = 0", "exercise: this must be true or false"),
        ("macm", "signed = 2018-05-09", 'signed = "9 May"', "signed: this must be a date"),
        ("macm", "starts_after_days = 30", "starts_after_days = -1", "starts_after_days"),
        ("macm", "order = 2", "order = 1", "another party has this id or this order"),
        ("macm", 'id = "china"', 'id = "japan"', "another party has this id or this order"),
        ("macm", 'id = "china"', 'id = "the-other"', "at most 32 small letters and digits"),
        ("macm", ', zh = "日本" }', " }", "parties[1] 'japan', names: 'zh' is missing"),
        ("macm", '[[parties]]\nid = "china"\norder = 2', '[[outside]]\nid = "china"', "two parties or more"),
        ("macm", 'zh = "unreviewed" }', 'zh = "perfect" }', "review, zh: 'perfect' is unknown"),
        ("macm", 'form = "line-test"', 'form = "line-toast"', "there is no form 'line-toast'"),
        ("macm", 'id = "scope"', 'id = "hotline"', "another clause has this id"),
        ("macm", 'id = "macm"', 'id = "macm', "this is not TOML"),
        ("macm", "starts_after_days = 30", "starts_after_days = 30\nadopts = {}", "'adopts' is not a field"),
        ("demo", 'base = "macm"', 'base = "demo"', "a base has no base of its own"),
        ("demo", 'base = "macm"', 'base = "ours"', "no packaged agreement 'ours'"),
        ("demo", "[adopts.hotline-read]", "[adopts.hotline]", "offers no model clause 'hotline'"),
        ("demo", "[adopts.hotline-read]", "[adopts.hotline-raed]", "offers no model clause 'hotline-raed'"),
        ("demo", "[adopts.hotline-read]", "[adopts.hotline-read]\nwords = 1", "adopts, hotline-read: 'words'"),
        ("demo", 'kind = "schedule", every', 'kind = "yearly", every', "has the trigger 'schedule'"),
        ("demo", 'every = "24 h"', 'every = "24"', "has no unit"),
        ("demo", 'every = "24 h"', 'every = "24 h", minute = 3', "'minute' is not a field"),
    ],
)
def test_refuses_a_planted_fault(name, old, new, problem):
    """Every fault is refused with file and place."""
    assert old in TEXTS[name]
    with pytest.raises(NotAllowed) as refusal:
        parse(TEXTS[name].replace(old, new, 1), f"{name}.toml", BOOK)

    assert problem in refusal.value.sentence
    assert refusal.value.advice()


def test_an_instance_does_not_rewrite_a_clause_of_its_base():
    """A clause of the base cannot be replaced under the same id."""
    start = TEXTS["macm"].index('[[clauses]]\nid = "scope"')
    clause = TEXTS["macm"][start : TEXTS["macm"].index("[[clauses]]", start + 1)]

    with pytest.raises(NotAllowed, match="has a clause 'scope' already"):
        parse(TEXTS["demo"] + clause, "demo.toml", BOOK)
    assert "reach" in [
        c.id for c in parse(TEXTS["demo"] + clause.replace('"scope"', '"reach"', 1), "x", BOOK).in_force()
    ]


def test_a_model_clause_of_an_instance_is_in_force():
    """What an instance writes itself it means."""
    start = TEXTS["macm"].index('[[clauses]]\nid = "no-prejudice"')
    clause = TEXTS["macm"][start : TEXTS["macm"].index("[[clauses]]", start + 1)].replace('"no-prejudice"', '"own"', 1)

    assert "own" in parse(TEXTS["demo"] + clause, "demo.toml", BOOK).adopted


def test_the_hash_is_of_what_is_said():
    """Comments and line breaks do not change it; a word, a number or a base does."""
    same = parse("# another comment\n\n" + TEXTS["demo"], "elsewhere.toml", BOOK)
    word = parse(TEXTS["demo"].replace('en = "Amber"', 'en = "Ambre"'), "demo.toml", BOOK)
    number = parse(TEXTS["demo"].replace('"24 h"', '"12 h"'), "demo.toml", BOOK)

    assert DEMO.hash == same.hash
    assert 3 == len({DEMO.hash, word.hash, number.hash})
    assert [32, 32] == [len(DEMO.hash), len(MACM.hash)]


def test_the_hash_of_an_instance_holds_that_of_its_base(monkeypatch):
    """A changed base is another agreement, though the instance's own file is the same."""
    changed = parse(TEXTS["macm"].replace("English included.", "English too."), "macm.toml", BOOK)
    monkeypatch.setattr("searoom.obligations.agreement.load", lambda _name, _book: changed)

    assert MACM.hash != changed.hash
    assert DEMO.hash != parse(TEXTS["demo"], "demo.toml", BOOK).hash


def test_reads_a_pack_from_a_file(tmp_path):
    """A diplomat's own pack need not be packaged."""
    path = tmp_path / "ours.toml"
    path.write_text(TEXTS["demo"], encoding="utf-8")

    assert DEMO == load(path, BOOK)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"\x00" * 100, b"[" * 5000, b"format = " + b"1" * 5000, TEXTS["demo"].encode()[:700]]
)
def test_refuses_a_file_that_is_no_pack(tmp_path, data):
    """Empty, binary, nested or cut off: refused with the file's name."""
    path = tmp_path / "broken.toml"
    path.write_bytes(data)

    with pytest.raises(NotAllowed, match=r"broken\.toml"):
        load(path, BOOK)


def test_refuses_a_file_that_is_not_there(tmp_path):
    """A missing file and an unknown name are refused in words."""
    with pytest.raises(NotAllowed, match="cannot be read"):
        load(tmp_path / "absent.toml", BOOK)
    with pytest.raises(NotAllowed, match="no packaged agreement 'absent'") as refusal:
        load("absent", BOOK)
    assert "demo, " in refusal.value.advice()


def test_refuses_a_pack_without_end():
    """A pack has a limit."""
    with pytest.raises(NotAllowed, match="at most"):
        parse("#" * (1 << 19), "long.toml", BOOK)


def test_knows_no_stranger():
    """A party or clause that the pack does not name is refused."""
    with pytest.raises(NotAllowed, match="is no party"):
        DEMO.name("japan", "en")
    with pytest.raises(NotAllowed, match="has no clause"):
        DEMO.clause("tribute")


# -- who must sign what, observers, and leave ------------------------------------------------------

RELEASE = """
[[release]]
channel = "hotline"
precedence = "flash"
forms = ["hotline-*"]
persons = 1

[[release]]
forms = ["*"]
persons = 3
members = 2
"""


def test_reads_who_must_sign_what():
    """The rules in their order; what is left out is any."""
    policy = parse(TEXTS["demo"] + RELEASE, "demo.toml", BOOK).policy

    assert (Rule("hotline", "flash", ("hotline-*",), 1), Rule(ANY, ANY, ("*",), 3, 2)) == policy.rules
    assert frozenset() == policy.leaves == MACM.policy.leaves
    assert () == DEMO.policy.rules


def test_an_instances_rules_stand_before_its_bases(monkeypatch):
    """The first that holds decides, so an instance can make exceptions; leave is inherited until it is taken back."""
    base = parse(
        TEXTS["macm"].replace("exercise = false", "exercise = false\noff_record = true") + RELEASE, "macm.toml", BOOK
    )
    monkeypatch.setattr(agreement, "load", lambda *_: base)
    own = '\n[[release]]\nforms = ["meeting-held"]\npersons = 4\n'
    made = parse(TEXTS["demo"] + own, "demo.toml", BOOK)
    taken = parse(TEXTS["demo"].replace("exercise = true", "exercise = true\noff_record = false"), "demo.toml", BOOK)

    assert [("meeting-held",), ("hotline-*",), ("*",)] == [rule.forms for rule in made.policy.rules]
    assert (frozenset({"off_record"}), frozenset()) == (made.policy.leaves, taken.policy.leaves)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("persons = 1", "persons = 0", r"release\[1\].*persons: this must be a whole number"),
        ("persons = 1", "persons = 9", r"release\[1\].*persons: this must be a whole number"),
        ('channel = "hotline"', 'channel = "national"', r"release\[1\]: a release rule is for a shared channel"),
        ('precedence = "flash"', 'precedence = "now"', r"release\[1\]: a release rule is for a precedence"),
        ('forms = ["*"]', "forms = []", r"release\[2\]: a release rule names forms"),
        ('forms = ["*"]', 'forms = ["hotline-mesage"]', r"release\[2\], forms: 'hotline-mesage' is no form"),
        ('forms = ["*"]', 'forms = ["receipt"]', r"release\[2\], forms: 'receipt' is no form that persons release"),
        ('forms = ["*"]', 'forms = ["track-note"]', r"release\[2\], forms: 'track-note' is no form that persons"),
        ('forms = ["*"]', 'forms = ["hotline-contact", "read"]', r"release\[2\]: one officer can always open contact"),
        ('forms = ["*"]', 'forms = ["hotline-[cm]*"]', r"release\[2\]: a release rule names forms"),
        ("persons = 3", "people = 3", r"release\[2\]: 'persons' is missing"),
        ("members = 2", "members = 2\nalone = false", r"release\[2\]: 'alone' is not a field"),
    ],
)
def test_refuses_a_release_rule_that_is_none(old, new, problem):
    """File and place, and what is wrong there."""
    with pytest.raises(NotAllowed, match=problem):
        parse(TEXTS["demo"] + RELEASE.replace(old, new), "demo.toml", BOOK)


def test_the_rules_are_part_of_the_hash():
    """Two nodes with other rules have another agreement, and see it before a word is exchanged."""
    assert DEMO.hash != parse(TEXTS["demo"] + RELEASE, "demo.toml", BOOK).hash


OBSERVER = '\n[[observers]]\nid = "pearl"\norder = 1\nnames = { en = "Pearl", ja = "真珠", zh = "珍珠" }\n'


def test_an_observer_is_named_and_is_no_party():
    """It has a name in each language, and owes nothing."""
    made = parse(TEXTS["demo"] + OBSERVER, "demo.toml", BOOK)

    assert (("amber", "coral"), ("pearl",), "真珠") == (made.parties, made.observers, made.name("pearl", "ja"))
    assert () == DEMO.observers
    with pytest.raises(NotAllowed, match="a party does not observe itself"):
        parse(TEXTS["demo"] + OBSERVER.replace("pearl", "amber"), "demo.toml", BOOK)
