"""A console at work inside a test: its real server on a real socket, and a browser that is a plain HTTP client.

with at_work(stage) as nodes, console(stage.folder("amber")) as address:
    sit = Browser(address).sign_in("duty-1")
    page = sit.get("/")                     # (status, headers, text)
"""

import contextlib
import gc
import html
import http.client
import re
import socket
import threading
import time
import warnings
from dataclasses import replace
from urllib.parse import urlencode

import uvicorn

from searoom.console.app import Console
from searoom.console.follow import Follower
from searoom.console.house import House
from searoom.console.people import ROLES, People, Person
from searoom.keys.enrol import read_settings
from searoom.keys.passphrases import FLOOR

TOO_MANY = 429  # the guard lets so many through in a second
PASSWORD = "officer of the watch 7"
STAFF = (
    Person("watch-1", "Watch 1", frozenset({"watch"})),
    Person("duty-1", "Duty 1", frozenset({"duty"}), "{party}-1"),
    Person("duty-2", "Duty 2", frozenset({"releaser"}), "{party}-2"),
    Person("all-1", "All 1", frozenset(ROLES), "{party}-1"),
    Person("audit-1", "Auditor", frozenset({"auditor"})),
)


def people(folder, *staff):
    """Return the accounts of a folder, made where they are not there yet."""
    known = People(folder, cost=FLOOR)
    there = {one.id for one in known.everybody()}
    party = read_settings(folder).party
    for one in staff or STAFF:
        if one.id not in there:
            known.add(replace(one, officer=one.officer.format(party=party)), PASSWORD, time.time_ns() // 1000)
    return known


@contextlib.contextmanager
def console(folder):
    """Serve the console of the node that works in `folder`, and give its address."""
    accounts = people(folder)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(16)
        address = f"127.0.0.1:{door.getsockname()[1]}"
        app = Console(House(folder, Follower(folder), accounts)).app(
            [address, address.replace("127.0.0.1", "localhost")]
        )
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, server_header=False, timeout_graceful_shutdown=1))
        server.install_signal_handlers = lambda: None
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            wait_for(lambda: server.started)
            yield address
        finally:
            server.should_exit = True
            thread.join()
            with warnings.catch_warnings():  # what browsers left open ends with the loop, here and not in a later test
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()


def wait_for(there, seconds=10.0):
    """Wait until something is so; fail where it never is."""
    until = time.monotonic() + seconds
    while not (found := there()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)
    return found


class Browser:
    """Keeps cookies, and follows nothing by itself."""

    def __init__(self, address, **headers):
        self.address, self.headers, self.cookies = address, headers, {}

    def ask(self, method, path, body=None, **headers):
        """Send one request; return its status, headers and text. A page that came too fast is asked for again."""
        answer = self._ask_once(method, path, body, **headers)
        while answer[0] == TOO_MANY:  # refused before it was read, so nothing is done twice
            time.sleep(0.2)
            answer = self._ask_once(method, path, body, **headers)
        return answer

    def _ask_once(self, method, path, body, **headers):
        line = http.client.HTTPConnection(self.address, timeout=20)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **self.headers}
        line.request(method, path, body, {**sent, **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = line.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        line.close()
        return answer.status, dict(answer.getheaders()), text

    def get(self, path, **headers):
        """Open a page."""
        return self.ask("GET", path, **headers)

    def post(self, path, fields, **headers):
        """Send a form, from this console's own page."""
        own = {"Origin": f"http://{self.address}", "Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields), **{**own, **headers})

    def sign_in(self, person, password=PASSWORD):
        """Sign in, or fail the test."""
        status, _, text = self.post("/sign-in", {"person": person, "password": password})
        assert 303 == status, text
        return self

    def hidden(self, path):
        """Return the hidden fields of the main form of a page."""
        return fields_of(self.get(path)[2])


class Program:
    """A program with a token."""

    def __init__(self, address, token):
        self.address, self.token = address, token
        self._browser = Browser(address)

    def get(self, path, **headers):
        """Ask for an address; return status, headers and text."""
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self._browser.ask("GET", path, **{**given, **headers})


def fields_of(text):
    """Return the hidden fields inside a page's main part."""
    main = text.partition('<main id="live">')[2]
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', main):
        name = re.search(r'name="([^"]*)"', tag)[1]
        found[name] = html.unescape(re.search(r'value="([^"]*)"', tag)[1])
    return found


def words(text):
    """Return what a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
