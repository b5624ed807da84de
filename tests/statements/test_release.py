"""Who must sign what: persons and not keys, by channel, precedence and form; and what no policy can take from one officer."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record.keys import Role, Signer
from searoom.signals import forms
from searoom.signals.forms import CHANNELS, PRECEDENCES, Filled
from searoom.statements.release import (
    ANY,
    BY_FORM,
    MAX_PERSONS,
    Need,
    Policy,
    Rule,
    lacking,
    need,
    persons,
    read_policy,
    require_named,
)

BOOK = forms.load()
SHARED = [form for form in BOOK.forms if form.visibility == "shared"]
ALONE = {"contact-answer", "contact-heard", "contact-sent", "hotline-contact", "read"}


@dataclass(frozen=True)
class Card:
    member_need: int = 0


PLAIN, BOTH = Card(), Card(2)


def officer(number, *, key="", member=""):
    """Return an officer of that number, with the key of that name (their own where none is named)."""
    return Signer("jade", Role.OFFICER, f"jade-{number}", f"Jade {number}", (key or str(number)).encode(), member)


STATION = Signer("jade", Role.STATION, "jade", "Jade station", b"station")


def said(form, channel="", precedence="routine"):
    """Return an empty form of that name as it is said on a channel."""
    known = BOOK.form(form)
    return Filled(form, known.version, channel or known.channels[0], precedence, "en", {})


def why(form, *signers, policy=BY_FORM, card=PLAIN, **how):
    """Return why these signers do not suffice for this form, '' where they do."""
    return lacking(policy, BOOK.form(form), said(form, **how), signers, card)


def test_without_a_policy_the_form_decides():
    """Substance takes two persons, agreed phrases one."""
    assert "takes 2 officers and 1 signed it" in why("hotline-message", officer(1))
    assert "" == why("hotline-message", officer(1), officer(2))
    assert "" == why("hotline-contact", officer(1))
    assert "takes 1 officers and 0 signed it" in why("hotline-contact", STATION)


def test_persons_count_and_not_keys():
    """The same person with two keys is one; so are two names on one key; and who shares with both joins them."""
    assert "takes 2 officers and 1 signed it" in why("hotline-message", officer(1, key="a"), officer(1, key="b"))
    assert "takes 2 officers and 1 signed it" in why("hotline-message", officer(1, key="a"), officer(2, key="a"))
    chain = (officer(1, key="a"), officer(2, key="b"), officer(2, key="a"))
    assert "takes 2 officers and 1 signed it" in why("hotline-message", *chain)
    assert "" == why("hotline-message", *chain, officer(3))


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from("abcd")), max_size=8), st.randoms(use_true_random=False))
def test_counts_alike_in_any_order(rows, chance):
    """Who signed first decides nothing, and there are never more persons than names or keys."""
    signers = [officer(number, key=key) for number, key in rows]
    shuffled = chance.sample(signers, len(signers))

    assert len(persons(signers)) == len(persons(shuffled)) <= len({s.holder for s in signers})
    assert len(persons(signers)) <= len({s.key_id for s in signers})


def test_a_station_is_no_person():
    """The station's signature adds nobody, and what is automatic bears no person's."""
    assert "and 1 signed it" in why("hotline-message", officer(1), STATION)
    assert "" == why("receipt", STATION)
    assert "its station alone" in why("receipt", officer(1))
    assert "its station alone" in why("receipt", STATION, officer(1))
    assert "its station alone" in why("receipt")


@pytest.mark.parametrize(
    ("rule", "how", "persons"),
    [
        (Rule("hotline", ANY, ("*",), 3), {}, 3),
        (Rule(ANY, "flash", ("hotline-*",), 1), {"precedence": "flash"}, 1),
        (Rule(ANY, "flash", ("hotline-*",), 1), {"precedence": "immediate"}, 2),
        (Rule("desk", ANY, ("*",), 4), {}, 2),
        (Rule(ANY, ANY, ("meeting-*", "hotline-message"), 4), {}, 4),
    ],
)
def test_a_policy_decides_by_channel_precedence_and_form(rule, how, persons):
    """A rule that holds asks for its number; one for another channel, precedence or form asks for nothing."""
    assert Need(persons, 0) == need(
        Policy((rule,)), BOOK.form("hotline-message"), said("hotline-message", **how), PLAIN
    )


def test_the_first_rule_that_holds_decides():
    """Exceptions stand before what they are exceptions from."""
    policy = Policy((Rule("hotline", "flash", ("*",), 1), Rule("hotline", ANY, ("*",), 3)))
    assert "" == why("hotline-message", officer(1), policy=policy, precedence="flash")
    assert "takes 3 officers" in why("hotline-message", officer(1), officer(2), policy=policy)


RULES = st.builds(
    Rule,
    st.sampled_from((ANY, *(c for c in CHANNELS if c != "national"))),
    st.sampled_from((ANY, *PRECEDENCES)),
    st.sampled_from([("*",), ("hotline-*",), ("contact-*", "read"), tuple(sorted(ALONE))]),
    st.integers(1, MAX_PERSONS),
    st.integers(0, MAX_PERSONS),
)


@given(
    st.lists(RULES, max_size=4),
    st.sampled_from(sorted(ALONE)),
    st.sampled_from(PRECEDENCES),
    st.integers(0, 3),
    st.sampled_from([None, frozenset()]),
)
def test_no_policy_keeps_one_officer_from_opening_contact(rules, form, precedence, member_need, leaves):
    """Whatever an agreement asks, in whatever party: one officer opens contact and sends agreed phrases at once."""
    for channel in BOOK.form(form).channels:
        filled = said(form, channel, precedence)
        assert "" == lacking(
            Policy(tuple(rules), leaves), BOOK.form(form), filled, (officer(1, member="north"),), Card(member_need)
        )


def test_the_forms_that_one_may_always_say_are_these():
    """Opening contact, agreed phrases, what was sent and heard, their answers, and that one has read; no others."""
    assert ALONE == {form.name for form in SHARED if form.alone}
    assert {"code"} <= {field.name for field in BOOK.form("contact-sent").fields if field.required}
    assert ["choice"] == [field.kind for field in BOOK.form("hotline-contact").fields]


def test_a_composite_party_needs_its_members():
    """Two officers of one member are half an alliance; one of each speak for it."""
    north, south = officer(1, member="north"), officer(2, member="south")
    assert "officers of 2 members, and it has those of: north" in why(
        "hotline-message", north, officer(3, member="north"), card=BOTH
    )
    assert "" == why("hotline-message", north, south, card=BOTH)
    assert "takes 2 officers and 1 signed it" in why("off-record-close", north, card=BOTH)


def test_nobody_is_two_members():
    """A person with a key of each member is one person, and speaks for neither alone."""
    both = (officer(1, key="a", member="north"), officer(1, key="b", member="south"))
    assert "takes 2 officers and 1 signed it" in why("hotline-message", *both, card=BOTH)
    assert "officers of 2 members, and it has those of: north" in why(
        "hotline-message", *both, officer(2, member="north"), card=BOTH
    )


def test_a_policy_can_ask_for_more_members_and_never_for_fewer():
    """The card's number is the party's own; an agreement adds to it and takes nothing away."""
    one, three = (Policy((Rule(ANY, ANY, ("*",), 1, members),)) for members in (1, 3))
    form, filled = BOOK.form("hotline-message"), said("hotline-message")
    assert [Need(2, 2), Need(3, 3)] == [need(policy, form, filled, BOTH) for policy in (one, three)]
    assert Need(1, 0) == need(three, form, filled, PLAIN)


def test_what_needs_leave_is_said_only_with_leave():
    """Off the record only where the agreement gives leave; where no agreement is at hand, nobody can judge it."""
    two = (officer(1), officer(2))
    assert "needs the agreement's leave 'off_record'" in why("off-record-open", *two, policy=Policy((), frozenset()))
    assert "" == why("off-record-open", *two, policy=Policy((), frozenset({"off_record"})))
    assert "" == why("off-record-open", *two)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "national"),
        ("channel", "pub"),
        ("precedence", "now"),
        ("forms", ()),
        ("persons", 0),
        ("persons", MAX_PERSONS + 1),
        ("members", -1),
    ],
)
def test_refuses_a_rule_that_can_mean_nothing(field, value):
    """A rule for no channel, no form or nobody is a slip of the pen."""
    with pytest.raises(NotAllowed):
        replace(Rule(ANY, ANY, ("*",), 1), **{field: value})


@given(st.lists(RULES, max_size=3), st.sampled_from([None, frozenset(), frozenset({"off_record"})]))
def test_a_node_tells_its_policy_to_an_officer(rules, leaves):
    """Through the bytes of the desk and back it is the same; nothing told is the forms' own rule."""
    policy = Policy(tuple(rules), leaves)
    assert policy == read_policy(cbor.decode(cbor.encode(policy.to_value())))
    assert BY_FORM == read_policy(None)


@pytest.mark.parametrize("value", [[], {}, {"rules": [], "leaves": 1}, {"rules": [[]], "leaves": None}, "x"])
def test_refuses_what_is_no_policy(value):
    """What a desk tells is read strictly, too."""
    with pytest.raises(NotAllowed):
        read_policy(value)


def test_what_names_people_leaves_only_where_they_may_be_named():
    """Cards and signatures go out where an agreement quotes people by name, and nowhere else; who must sign is the same."""
    require_named(Policy())
    with pytest.raises(NotAllowed, match="names nobody") as refusal:
        require_named(Policy(attributed=False))

    assert "searoom agreement promote" in str(refusal.value.advice())
    form, words = BOOK.form("hotline-message"), said("hotline-message")
    one, two = [officer(1)], [officer(1), officer(2)]
    assert [True, False] == [bool(lacking(Policy(attributed=False), form, words, who, PLAIN)) for who in (one, two)]
