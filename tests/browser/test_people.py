"""Passkeys, accounts and copies of the record in a real Chromium, whose key is a virtual one of its own."""

import zipfile
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from console_at_work import PASSWORD
from deskside import fill, run, signed


@pytest.fixture
def page(desks):
    """A page that calls the console by its name, with a key that verifies its owner."""
    address = desks.url("amber").replace("127.0.0.1", "localhost")
    context = desks.browser.new_context(base_url=address, locale="en", accept_downloads=True)
    outside = []
    context.on("request", lambda one: outside.append(one.url) if urlsplit(one.url).hostname != "localhost" else None)
    context.on("weberror", lambda one: desks.faults.append(str(one.error)))
    made = context.new_page()
    yield made
    assert [] == outside


def authenticator(page, **options):
    """Give a page a virtual security key; return its number and the line to it."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    wanted = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True, **options,
    }  # fmt: skip
    return line.send("WebAuthn.addVirtualAuthenticator", {"options": wanted})["authenticatorId"], line


def sign_in(page, person="duty-1"):
    """Sign in by password."""
    page.goto("/sign-in")
    page.fill("[name=person]", person)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


def sign_out(page):
    """Sign out by the button."""
    page.locator("details.choices summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def register(page):
    """Register a passkey on one's own page."""
    page.goto("/me")
    form = page.locator("form[data-passkey]")
    form.get_by_label("A name for it").fill("bridge tablet")
    form.get_by_label("Password now").fill(PASSWORD)
    form.get_by_role("button", name="Register a passkey").click()


def test_a_passkey_is_registered_and_opens_the_door_without_a_name(page):
    """From the password to the passkey, out and in again, to the page that was asked for."""
    key, line = authenticator(page)
    sign_in(page)
    register(page)
    expect(page.get_by_text("bridge tablet", exact=True)).to_be_visible()
    (credential,) = line.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert ("localhost", True) == (credential["rpId"], credential["isResidentCredential"])
    sign_out(page)

    page.goto("/sign-in?to=/record")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", name="Record", exact=True)).to_be_visible()
    page.goto("/me")
    expect(page.get_by_role("cell", name="passkey", exact=True)).to_be_visible()


def test_a_key_whose_owner_was_not_verified_opens_nothing(page):
    """The browser gives no key, the person is told so, and the password still opens."""
    key, line = authenticator(page)
    sign_in(page)
    register(page)
    expect(page.get_by_text("bridge tablet", exact=True)).to_be_visible()
    sign_out(page)
    line.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert").filter(has_text="The browser gave no passkey")).to_be_visible()
    sign_in(page)


def test_a_wrong_password_registers_no_passkey(page):
    """Whoever finds an open browser is asked for what they do not know."""
    key, line = authenticator(page)
    sign_in(page)
    page.goto("/me")
    form = page.locator("form[data-passkey]")
    form.get_by_label("Password now").fill("not the password")
    form.get_by_role("button", name="Register a passkey").click()

    expect(form.get_by_role("alert")).to_contain_text("the password is wrong")
    assert [] == line.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]


def test_an_auditor_finds_an_entry_and_takes_its_proof_and_the_record_away(page, desks, tmp_path, capsys):
    """What was said is found by two signs of it, its proof and the whole record verify, and the audit says who took them."""
    node = desks.nodes["amber"].node
    node.submit(
        *signed(
            desks.stage, node, fill("hotline-message", {"text": "針路を確認したい"}, lang="ja"), "amber-1", "amber-2"
        )
    )
    desks.meet()
    sign_in(page, "audit-1")
    page.goto("/record")
    expect(page.get_by_role("link", name="amber/0")).to_be_visible()
    page.get_by_label("Words, in any language").fill("針路")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="amber/0").click()
    with page.expect_download() as proof:
        page.get_by_role("button", name="Download the proof").click()
    proof.value.save_as(tmp_path / "one.tlog-proof")
    page.goto("/record/take")
    with page.expect_download() as whole:
        page.get_by_role("button", name="Take copies away").click()
    zipfile.ZipFile(whole.value.path()).extractall(tmp_path)

    assert [0, 0] == [run(capsys, "verify", tmp_path / name)[0] for name in ("one.tlog-proof", "amber-record")]
    page.goto("/audit?words=audit-1")
    while page.get_by_role("cell", name="proof taken").count() == 0:  # until the node has noted it
        page.wait_for_timeout(300)
        page.reload()
    expect(page.get_by_role("cell", name="record exported")).to_be_visible()
