"""Small packs and stories for the tests of obligations, how to tell them, and the packs that ship, as they are found."""

from importlib.resources import files

from searoom.obligations import coverage, stories
from searoom.obligations.agreement import parse
from told import BOOK

_STORIES = files("searoom.obligations") / "data" / "stories"
PACKS = tuple(sorted(file.name.removesuffix(".txt") for file in _STORIES.iterdir()))
"""A pack that ships brings its stories, and is told by them; `test_every_pack_has_its_stories` holds that."""

TEXT = '{ en = "e", ja = "か", zh = "字" }'
HEAD = f"""
format = 1
id = "small"
wording = "model"
exercise = true
signed = 2026-01-01
starts_after_days = 0
books = ["plain"]
conditions = "cel-1"
title = {TEXT}
review = {{ en = "unreviewed", ja = "unreviewed", zh = "unreviewed" }}
[[parties]]
id = "amber"
order = 1
names = {TEXT}
[[parties]]
id = "coral"
order = 2
names = {TEXT}
"""


def clause(
    name, *, owes="each", trigger='kind = "yearly", from_year = 2026', term='kind = "period-end"', ful="", extra=""
):
    """Return the TOML of one clause."""
    done = f"fulfilled_by = {{ {ful} }}\n" if ful else ""
    return (
        f'[[clauses]]\nid = "{name}"\nabout = "step"\nsource = "model"\nbasis = "b"\nowes = "{owes}"\n{extra}\n'
        f"trigger = {{ {trigger} }}\nterm = {{ {term} }}\ntitle = {TEXT}\ntext = {TEXT}\n{done}"
        'silence = { means = "overdue" }\n'
    )


def rule(name, numbers):
    """Return the TOML of a clause that counts."""
    return (
        clause(name, owes="nobody", trigger='kind = "standing"', term='kind = "none"') + f"[clauses.rule]\n{numbers}\n"
    )


def small(*clauses, head=HEAD):
    """Return the agreement of two parties with these clauses."""
    return parse(head + "".join(clauses), "small.toml", BOOK)


def tell(agreement, *lines):
    """Tell a story of these lines under an agreement; every line must come out as it says."""
    told = stories.tell("\n".join(("Story: s", *lines)), 1, agreement, BOOK)
    assert () == told.findings("story")
    return told


def told_of(name):
    """Tell the packaged stories of a pack."""
    return coverage.tell_all(coverage.stories_of(name), f"{name}.txt", BOOK)
