"""Addresses of sensors: read, or refused with a sentence and the forms that there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom.errors import NotAllowed
from searoom.tracks.addresses import Address, near, parse, plain


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (Address("udp-10110", "udp", "nmea", "0.0.0.0", 10110), "udp://0.0.0.0:10110"),
        (Address("udp-10110", "udp", "nmea", "0.0.0.0", 10110), "udp://0.0.0.0"),
        (Address("bridge", "tcp", "nmea", "127.0.0.1", 2000), "bridge=tcp://127.0.0.1:2000"),
        (Address("tcp-10110", "tcp", "nmea", "::1", 10110), "tcp://[::1]"),
        (Address("sbs-30003", "tcp", "sbs", "mast.local", 30003), "sbs://mast.local"),
        (Address("cot-4242", "udp", "cot", "0.0.0.0", 4242), "cot+udp://0.0.0.0:4242"),
        (Address("cot-8087", "tcp", "cot", "192.168.1.9", 8087), "cot+tcp://192.168.1.9:8087"),
        (
            Address("aircraft-8080", "http", "aircraft", "127.0.0.1", 8080, "/data/aircraft.json?x=1"),
            "aircraft+http://127.0.0.1:8080/data/aircraft.json?x=1",
        ),
        (Address("sensors", "file", "any", path="sensors.csv"), "sensors.csv"),
        (Address("sensors", "file", "any", path="folder/Sensors.csv.gz"), "file:folder/Sensors.csv.gz"),
        (Address("radar-2", "file", "any", path="C:x"), "radar-2=C:x"),
        (
            Address("aircraft", "poll", "aircraft", path="/run/readsb/aircraft.json"),
            "aircraft+file:/run/readsb/aircraft.json",
        ),
    ],
)
def test_reads_each_form(expected, text):
    """A file, a listener, a connection, a list that is written anew; with a name or without."""
    assert expected == parse(text)
    assert (expected.carrier != "file") == expected.live


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("empty", ""),
        ("empty", "a\nb"),
        ("empty", "x" * 2000),
        ("no way to reach", "http://127.0.0.1/x"),
        ("no way to reach", "UDP://0.0.0.0:1"),
        ("names no file", "file:"),
        ("names no file", "aircraft+file:"),
        ("host and port", "udp://0.0.0.0:99999"),
        ("host and port", "udp://[::1"),
        ("no host", "udp://:10110"),
        ("no host", "tcp://bad host:1"),
        ("no host", "tcp://" + "a" * 64 + ":1"),
        ("needs a port", "cot+udp://0.0.0.0"),
        ("needs a port", "udp://0.0.0.0:0"),
        ("more in it", "tcp://user:word@127.0.0.1:1"),
        ("more in it", "tcp://127.0.0.1:1/path"),
        ("more in it", "udp://127.0.0.1:1#x"),
        ("not on a network of our own", "tcp://8.8.8.8:10110"),
        ("not on a network of our own", "aircraft+http://8.8.8.8/aircraft.json"),
    ],
)
def test_refuses_what_is_no_address(sentence, text):
    """With a sentence, and all forms as advice."""
    with pytest.raises(NotAllowed, match=sentence) as refusal:
        parse(text)
    assert refusal.value.advice()


@pytest.mark.parametrize(
    ("expected", "host"),
    [(True, "127.0.0.1"), (True, "10.1.2.3"), (True, "192.168.0.1"), (True, "172.16.0.1"), (True, "::1"), (True, "fe80::1%eth0"),
     (True, "169.254.0.1"), (False, "8.8.8.8"), (False, "2001:4860::1"), (False, "mast.local"), (False, "")],
)  # fmt: skip
def test_knows_what_is_near(expected, host):
    """This machine and private networks; a name says nothing."""
    assert expected == near(host)


@given(st.text(max_size=60))
def test_any_word_is_an_address_or_is_refused(text):
    """Nothing else comes out of a settings file; and the name can stand in the name of a craft."""
    try:
        found = parse(text)
    except NotAllowed:
        return
    assert found.name.isprintable()
    assert 24 >= len(found.name) >= 1


def test_a_files_name_is_made_plain():
    """Letters, figures and dashes; something where nothing is left."""
    assert "noaa-us-2022" == plain("NOAA us_2022")
    assert "file" == plain("星")
