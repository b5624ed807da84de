"""CAP alerts: two made ones, of the shape of real ones, are read, and what the standard does not allow is refused with its line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.clock import from_text
from searoom.errors import NotAllowed
from searoom.signals.capalert import expires, findings, moment, read, stands
from searoom.signals.capxml import CAP

DATA = Path(__file__).parent.parent / "data" / "cap"
TSUNAMI = (DATA / "tsunami-information.xml").read_bytes()
TYPHOON = (DATA / "typhoon-warning.xml").read_bytes()
SENT_US = from_text("2026-05-04T00:05:50Z")


def changed(old, new, data=TSUNAMI):
    """Return an alert with one thing changed, which must stand in it."""
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


def where(found):
    """Return where findings are."""
    return {one.where for one in found}


def test_reads_a_tsunami_statement():
    """Of the shape in which a warning centre sends it: who, when, what, where."""
    alert = read(TSUNAMI)
    (info,) = alert.infos

    assert ("MADE-1-e0001", "centre@tsunami.example", "Actual", "Alert") == (
        alert.identifier, alert.sender, alert.status, alert.kind,
    )  # fmt: skip
    assert (SENT_US, 0) == (alert.sent.at_us, alert.sent.offset_min)
    assert ("en-US", "Tsunami Information", "Unknown", "Minor", "Unlikely") == (
        info.language, info.event, info.urgency, info.severity, info.certainty,
    )  # fmt: skip
    assert (((312_500_000, 1_285_000_000), 0),) == info.places[0].circles
    assert (True, ()) == (alert.signed, alert.foreign)


def test_reads_an_update_with_two_areas():
    """It takes the place of eight earlier ones, its times are local, its areas two polygons."""
    alert = read(TYPHOON)
    (place,) = alert.infos[0].places

    assert ("Update", 8) == (alert.kind, len(alert.earlier))
    assert ("desk@weather.example", "MADE-7001") == (
        alert.earlier[0].sender, alert.earlier[0].identifier,
    )  # fmt: skip
    assert (from_text("2026-08-26T09:14:00Z"), 540) == (alert.sent.at_us, alert.sent.offset_min)
    assert [3, 67] == [len(polygon) for polygon in place.polygons]
    assert (295_000_000, 1_265_000_000) == place.polygons[0][0]
    assert not alert.signed


@pytest.mark.parametrize(
    ("minutes", "wanted"), [(0, True), (59, True), (60, False), (600, False)]
)  # fmt: skip
def test_an_alert_that_has_expired_is_said_to_have(minutes, wanted):
    """From the moment that it names on, to the minute."""
    alert, now_us = read(TSUNAMI), SENT_US + minutes * 60_000_000

    assert from_text("2026-05-04T01:05:50Z") == expires(alert).at_us
    assert (wanted, not wanted) == (stands(alert, now_us), "expires" in where(findings(alert, now_us)))


def test_without_an_end_it_is_said_that_there_is_none():
    """It is not taken for one that has ended, nor for one that lasts."""
    alert = read(changed("    <expires>2026-05-04T01:05:50-00:00</expires>\n", ""))

    assert stands(alert, SENT_US + 10**15)
    assert "it does not say when it expires" in {one.sentence for one in findings(alert, SENT_US)}


def test_a_cancellation_ends_what_it_names():
    """It warns of nothing itself, and says what it ends."""
    alert = read(changed("<msgType>Update", "<msgType>Cancel", TYPHOON))

    assert not stands(alert, alert.sent.at_us)
    assert any("it ends MADE-7001" in one.sentence for one in findings(alert, alert.sent.at_us))


def test_what_matters_before_it_is_passed_on():
    """A signature that nobody checked, a test, another format in it, an exercise, a clock that lies."""
    test = read(changed("<status>Actual", "<status>Test"))
    foreign = read(changed("<incidents>", '<more xmlns="urn:x"/><incidents>'))

    assert "signature" in where(findings(read(TSUNAMI), SENT_US))
    assert {"status"} <= where(findings(test, SENT_US))
    assert {"status"} <= where(findings(read(TSUNAMI), SENT_US, exercise=True))
    assert {"status"} <= where(findings(test, SENT_US, exercise=False))
    assert "status" not in where(findings(read(TSUNAMI), SENT_US, exercise=False))
    assert ("more",) == foreign.foreign
    assert "sent" in where(findings(read(TSUNAMI), SENT_US - 1))


def test_several_languages_are_several_blocks():
    """Each with its own words; without a name it is English of the United States, as the standard has it."""
    text = TSUNAMI.decode()
    block = text[text.index("<info>") : text.index("</info>") + len("</info>")]
    second = block.replace("<info>", "<info><language>ja-JP</language>").replace("Tsunami Information", "津波情報", 1)
    alert = read(text.replace(block, block + second).encode())

    assert ["en-US", "ja-JP"] == [info.language for info in alert.infos]
    assert "津波情報" == alert.infos[1].event


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("cap:1.2", "cap:1.1", "this is CAP 1.1, and 1.2 is read"),
        (f'alert xmlns="{CAP}"', 'alert xmlns="urn:x"', "no CAP alert"),
        ("<identifier>MADE-1-e0001</identifier>", "", "'identifier' is missing"),
        ("<identifier>MADE-1-e0001", "<identifier>MADE, 1", "a space, a comma"),
        ("<sender>centre@tsunami.example", "<sender>", "line 4: 'sender' says nothing"),
        ("<status>Actual", "<status>Real", "'Real' is no status"),
        ("<msgType>Alert", "<msgType>Update", "says to which one it refers"),
        ("<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>", "stands twice"),
        ("<scope>Public</scope>", "<scope>Public</scope><colour>red</colour>", "'colour' has no place in 'alert'"),
        ("<sent>2026-05-04T00:05:50-00:00", "<sent>2026-05-04T00:05:50", "no time with its zone"),
        ("<sent>2026-05-04", "<sent>2026-02-30", "no moment that there is"),
        ("<sent>2026-05-04T00:05:50-00:00", "<sent>2026-05-04T00:05:50-15:00", "in a zone that there is"),
        ("<sent>2026-05-04T00:05:50", "<sent>2026-05-04T23:59:60", "no moment that there is"),
        ("<sent>2026", "<sent>1926", "in a zone that there is, of the years"),
        ("<category>Geo", "<category>Geology", "no category"),
        ("    <category>Geo</category>\n", "", "'category' is missing in 'info'"),
        ("<urgency>Unknown", "<urgency>Soon", "'Soon' is no urgency"),
        ("<circle>31.250,128.500 0.0", "<circle>31.250 128.500 0.0", "is no circle"),
        ("<circle>31.250,128.500 0.0", "<circle>31.250,128.500 -1", "is no circle"),
        ("<circle>31.250,128.500 0.0", "<circle>91.250,128.500 0.0", "line 68: '91.250,128.500'"),
        ("<circle>31.250,128.500 0.0</circle>", "<polygon>1,1 1,2 2,2 2,1</polygon>", "the first again"),
        ("<circle>31.250,128.500 0.0</circle>", "<polygon>1,1 1,2 1,1</polygon>", "the first again"),
        ("<circle>31.250,128.500 0.0</circle>", "<polygon>1,1 1;2 2,2 1,1</polygon>", "is no place"),
        ("<circle>31.250,128.500 0.0</circle>", "<polygon>1,1 1,NaN 2,2 1,1</polygon>", "is no place"),
        ("<incidents>", "<references>centre@tsunami.example;MADE-1</references><incidents>", "is no reference"),
        ("<incidents>", "<references>a,b,yesterday</references><incidents>", "references: 'yesterday'"),
        ("Tsunami Information</event>", "Tsu\u202enami</event>", "line 14: event"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_alert(old, new, problem):
    """Each with what is wrong, and the line where there is one."""
    with pytest.raises(NotAllowed) as refusal:
        read(changed(old, new))

    assert problem in refusal.value.sentence


@pytest.mark.parametrize(
    ("text", "utc", "offset"),
    [
        ("2026-06-03T13:05:00+09:00", "2026-06-03T04:05:00Z", 540),
        ("2026-06-03T13:05:00-00:00", "2026-06-03T13:05:00Z", 0),
        ("2026-06-03T13:05:00Z", "2026-06-03T13:05:00Z", 0),
        ("2024-02-29T23:30:00-03:30", "2024-03-01T03:00:00Z", -210),
    ],
)
def test_a_time_keeps_its_zone(text, utc, offset):
    """The moment, and in which zone its sender wrote it; -00:00 is how CAP says UTC."""
    assert (from_text(utc), offset) == (moment(text).at_us, moment(text).offset_min)


@given(st.integers(0, len(TSUNAMI) - 1), st.binary(min_size=0, max_size=4))
def test_a_broken_alert_is_refused_and_never_raises(at, bytes_):
    """Bytes of an alert changed anywhere: an alert, or `NotAllowed` with its reason."""
    with suppress(NotAllowed):
        assert read(TSUNAMI[:at] + bytes_ + TSUNAMI[at + len(bytes_) :]).identifier
