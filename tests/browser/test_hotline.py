"""The hotline in a real browser: flash until somebody signs, words that survive an ended session, help while typing."""

from playwright.sync_api import expect

from console_at_work import PASSWORD
from deskside import fill, signed


def say(desks, party, form, fields, *persons, **options):
    """Let these persons say something, and the nodes meet."""
    node = desks.nodes[party].node
    node.submit(*signed(desks.stage, node, fill(form, fields, **options), *persons))
    desks.meet()


def test_flash_calls_again_until_an_officer_signs_that_it_was_read(desks):
    """It comes to the page that is open, calls at its interval, says that sound is off, and ends with a signature."""
    page = desks.sit("amber")
    page.goto("/hotline")
    say(desks, "coral", "hotline-contact", {"phrase": "safety-matter"}, "coral-1", precedence="flash")

    banner = page.locator("#flash")
    expect(banner.get_by_role("heading", name="FLASH, not yet signed as read: 1")).to_be_visible(timeout=15_000)
    expect(banner).to_have_attribute("data-called", "1")
    banner.evaluate("(one) => { one.dataset.again = '1'; }")
    expect(page.locator("#flash[data-called='3']")).to_be_attached(timeout=10_000)

    banner.get_by_role("link", name="I have read it").click()
    page.get_by_role("button", name="Look at it as it will be read").click()
    page.get_by_role("button", name="Sign and send").click()
    page.wait_for_url("**/hotline")
    expect(page.locator("#flash[data-count='0']")).to_be_attached(timeout=15_000)
    assert [] == desks.outside
    assert [] == desks.faults


def test_two_persons_write_and_release_with_help_beside_the_words(desks):
    """Terms and advice come while one types; the other releases; the counterpart's page shows both languages."""
    one, two = desks.sit("amber"), desks.sit("amber", "duty-2")
    theirs = desks.sit("coral", lang="ja")
    theirs.goto("/hotline")
    one.goto("/hotline")
    one.get_by_role("link", name="Write a message").first.click()
    one.fill("[name=field-text]", "We request that your warship not enter before 0600Z.")
    one.select_option("[name='field-translation.text~lang']", "ja")
    one.fill("[name='field-translation.text']", "貴艦は0700Z以前に入ってください。")
    expect(one.locator("#terms")).to_contain_text("军舰")
    expect(one.locator("#advised")).to_contain_text("'not' in en: no such 'not' was found in ja")
    expect(one.locator("#advised")).to_contain_text("0700Z")
    one.fill("[name='field-translation.text']", "貴艦は0600Z以前に入らないでください。")
    expect(one.locator("#advised")).not_to_contain_text("0700Z")
    one.get_by_role("button", name="Look at it as it will be read").click()
    one.get_by_role("button", name="Sign the draft").click()
    one.wait_for_url("**/drafts/*")

    two.goto("/hotline")
    two.get_by_role("link", name="Draft").first.click()
    two.get_by_role("button", name="Sign and release").click()
    two.wait_for_url("**/messages/amber/*")
    desks.meet()

    turn = theirs.locator("article.turn").first
    expect(turn.locator(".side").first).to_contain_text("not enter before 0600Z", timeout=15_000)
    expect(turn.locator(".side").last).to_contain_text("入らないでください")
    expect(turn).to_contain_text("発出側による：琥珀")
    assert [] == desks.outside


def test_words_survive_a_session_that_ended_in_the_middle(desks):
    """The page says that the session has ended; after signing in the words are there, to the last pause."""
    page = desks.sit("amber")
    page.goto("/say/hotline-message")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.fill("[name=field-text]", "We hold a rescue drill.")
    other = page.context.new_page()
    other.goto("/")
    other.locator("details.choices summary").click()
    other.locator("form[action='/sign-out'] button").click()

    page.locator("[name=field-text]").press("End")
    page.locator("[name=field-text]").press_sequentially(" More.")
    expect(page.locator("#ended")).to_be_visible()

    page.goto("/say/hotline-message")
    page.fill("[name=person]", "duty-1")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.main")
    expect(page.locator("[name=field-text]")).to_have_value("We hold a rescue drill.")
    expect(page.get_by_text("It has not been sent.")).to_be_visible()
