"""The hotline's pages before real nodes: threads, flash, two releasers, other means, files, and hostile words."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from console_at_work import Browser, console, fields_of, people, wait_for, words
from deskside import meet
from searoom.console.people import Person
from searoom.desk import asking as desk
from searoom.matters import slip

ZH = "我方舰艇将于0600Z开始训练，不会进入该海域。"
MADE = "of=text; text=en: Our ship begins training at 0700Z and will enter the area.; maker=author; review=unreviewed"
HOSTILE = (
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %}",
    "</article></main><h1>EXERCISE ENDED</h1>",
    "javascript:alert(1)",
)


def test_original_first_translation_beside_it_with_its_maker(scene):
    """Each turn has the author's words in the author's language, then each translation and whose it is."""
    scene.say("hotline-message", {"text": ZH, "translation": MADE}, "coral-1", "coral-2", lang="zh")
    scene.say("hotline-contact", {"phrase": "we-are-here"}, "amber-1", lang="ja")
    one = scene.sit()
    text = scene.shown(one, "/hotline", "Our ship begins training")

    assert text.index(ZH) < text.index("Our ship begins training")
    assert re.search(rf'lang="zh-Hans"><bdi>{ZH}', text)
    assert "by the sender: Coral · unreviewed" in words(text)
    assert "phrase book 'hotline-contact', version 1" in words(text)
    assert text.index("こちらは回線に出ています。") < text.index("We are on the line.</bdi>")


def test_our_translation_is_national_and_stands_beside_theirs(scene):
    """A note of ours is shown as ours; no entry of our log comes of it."""
    ref = scene.say("hotline-message", {"text": ZH}, "coral-1", "coral-2", lang="zh")
    one = scene.sit()
    scene.shown(one, "/hotline", "No translation.")
    before, page = scene.size(), f"/say/translation-note?field-entry={ref[0]}/{ref[1]}&back=/hotline"
    fields = {
        **scene.opened(one, page), "field-entry": f"{ref[0]}/{ref[1]}", "field-translation.of": "text",
        "field-translation.text": "Our ships begin training at 0500Z and enter.", "field-translation.text~lang": "en",
        "field-translation.maker": "recipient", "field-translation.review": "unreviewed",
    }  # fmt: skip

    looked = one.post(page, {**fields, "deed": "look"})[2]
    assert "'0600Z' in zh" in words(looked)
    assert "'不' in zh: no such 'not' was found in en" in words(looked)
    status, headers, _ = one.post(page, {**fields_of(looked), "deed": "sign"})

    assert (303, "/hotline", before) == (status, headers["location"], scene.size())
    assert "ours, national" in words(scene.shown(one, "/hotline", "begin training at 0500Z"))


def test_every_state_stands_with_what_it_does_not_mean(scene):
    """Reached or not, in each language."""
    scene.say("hotline-contact", {"phrase": "we-are-here"}, "amber-1")
    for lang, read, sentence in (
        ("en", "read not yet", "Agreement, or an answer."),
        ("ja", "閲読 未", "同意も回答も意味しません。"),
        ("zh", "已阅 尚未", "既不是同意，也不是答复。"),
    ):
        text = words(scene.shown(scene.sit(lang=lang), "/hotline", "amber/0"))
        assert read in text
        assert sentence in text


def test_exercise_traffic_is_marked_on_the_page_on_each_message_and_in_print(scene):
    """Nobody who sees one message alone takes it for real."""
    scene.say("hotline-contact", {"phrase": "we-are-here"}, "amber-1")
    one = scene.sit()

    text = scene.shown(one, "/hotline", "amber/0")
    assert 1 == len(re.findall(r'<strong class="drill">EXERCISE</strong>', text))
    assert 2 == words(one.get("/hotline/slip/amber/0")[2]).count("EXERCISE EXERCISE EXERCISE")


def test_flash_stands_on_every_page_until_an_officer_signs_that_it_was_read(scene):
    """A console that starts anew goes on with it; a receipt ends nothing, a signature does."""
    ref = scene.say("hotline-contact", {"phrase": "safety-matter"}, "coral-1", precedence="flash")
    one = scene.sit()
    for path in ("/", "/hotline", "/say/hotline-message", "/hotline/flash", "/due"):
        text = scene.shown(one, path, "FLASH, not yet signed as read: 1")
        assert 'data-again="60" data-count="1"' in text
        assert "Sound is off on this page." in text

    with console(scene.stage.folder("amber")) as address:
        again = Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1")
        scene.shown(again, "/", "FLASH, not yet signed as read: 1")

    page = f"/say/read?reply_to={ref[0]}/{ref[1]}&back=/hotline"
    looked = fields_of(one.post(page, {**scene.opened(one, page), "reply_to": f"{ref[0]}/{ref[1]}", "deed": "look"})[2])
    status, headers, _ = one.post(page, {**looked, "deed": "sign"})
    assert (303, "/hotline") == (status, headers["location"])
    wait_for(lambda: 'data-count="0"' in one.get("/hotline/flash")[2])


def test_two_officers_release_one_draft_at_once(scene):
    """One of them wins; the other is told who released it and where it stands, and nothing is sent twice."""
    people(scene.stage.folder("amber"), Person("duty-3", "Duty 3", frozenset({"releaser"}), "amber-2")).close()
    one, two, three = scene.sit(), scene.sit("duty-2"), scene.sit("duty-3")
    page = "/say/hotline-message"
    looked = fields_of(one.post(page, {**scene.opened(one, page), "field-text": "Two at once.", "deed": "look"})[2])
    draft = one.post(page, {**looked, "deed": "sign"})[1]["location"]
    forms = [(who, fields_of(who.get(draft)[2])) for who in (two, three)]
    before = scene.size()

    with ThreadPoolExecutor(2) as hands:
        came = list(hands.map(lambda pair: pair[0].post(draft, pair[1]), forms))

    assert before + 1 == scene.size()
    assert {303, 409} == {status for status, _, _ in came}, [words(text) for _, _, text in came]
    (told,) = [words(text) for status, _, text in came if status == 409]
    assert f"it stands in the record as amber/{before}" in told
    assert "Nothing was signed or sent a second time." in told
    later = three.get(draft)[2]
    assert "Released already by" in words(later)
    assert "Sign and release" not in words(later)


def test_one_press_looks_at_an_agreed_phrase_and_signing_leads_back(scene):
    """The button of a phrase shows it as it will be read; signed, the person is where they were."""
    one = scene.sit()
    fields = fields_of(one.get("/hotline")[2])
    status, _, text = one.post("/say/hotline-contact", {**fields, "field-phrase": "please-answer"})
    assert (200, True) == (status, "We ask you to come to the line." in text)

    status, headers, _ = one.post("/say/hotline-contact", {**fields_of(text), "deed": "sign"})

    assert (303, "/hotline") == (status, headers["location"])
    scene.shown(one, "/hotline", "amber/0")


def test_a_form_leads_nowhere_else(scene):
    """A link cannot send a person out of the console after signing."""
    one = scene.sit()
    for number, back in enumerate(
        ("//evil.example", "https://evil.example", "/hotline\r\nx: y", "\\\\evil", "/sign-out")
    ):
        fields = {**fields_of(one.get("/hotline")[2]), "back": back, "field-phrase": "please-answer", "deed": "sign"}

        assert f"/messages/amber/{number}" == one.post("/say/hotline-contact", fields)[1]["location"]


def test_hostile_words_of_theirs_are_text_wherever_they_stand(scene):
    """Markup, templates and direction signs in words, translations and names of files."""
    for hostile in HOSTILE:
        scene.say("hotline-message", {
            "text": hostile,
            "translation": f"of=text; text=en: {hostile}; maker=author; by={hostile[:60]}; review=unreviewed",
            "attachment": f"hash={'ab' * 32}; size=5; type=text/html; name={hostile[:60].replace(';', ',')}",
        }, "coral-1", "coral-2", precedence="flash")  # fmt: skip
    one = scene.sit()
    scene.shown(one, "/hotline", f"coral/{len(HOSTILE) - 1}")

    for path in ("/hotline", "/hotline/files", "/hotline/line", "/messages", "/messages/coral/0", "/hotline/flash",
                 "/say/hotline-message?reply_to=coral/1", "/say/translation-note?field-entry=coral/3"):  # fmt: skip
        status, _, text = one.get(path)
        assert 200 == status, (path, words(text))
        for sign in ("<script>alert", "<img src=x", "<h1>EXERCISE ENDED", "49 "):
            assert sign not in text, (path, sign)


@pytest.mark.parametrize(
    "path",
    [
        "/hotline?with=nobody", "/hotline/line?with=amber", "/hotline/slip/coral/0", "/hotline/slip/amber/999999",
        "/hotline/files/" + "0" * 64, "/hotline/files/..%2f..%2fconsole.db", "/drafts/999",
    ],
)  # fmt: skip
def test_what_there_is_not_is_said_plainly(address, path):
    """A wrong address has a sentence and no trace of the program."""
    status, _, text = Browser(address).sign_in("duty-1").get(path)
    assert 404 == status
    assert "Traceback" not in text
    assert words(text)


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999", "before=-1", "channel=../x", "channel=%00"])
def test_odd_questions_show_the_thread(address, query):
    """What cannot be read in an address is left out."""
    assert 200 == Browser(address).sign_in("duty-1").get(f"/hotline?{query}")[0]


def test_the_page_of_the_line_says_how_it_stands_now(scene):
    """Before ten minutes make a silence, the page says whether the line is up and when they were last heard."""
    told = words(scene.sit().get("/hotline/line?with=coral")[2])

    assert re.search("Now: (Up|Silent) Last contact: ", told), told
    assert "No silence of more than 10 minutes is in the record." in told


def test_a_page_is_printed_and_what_came_back_is_compared(scene):
    """The printed code fits the printed words; a changed word and a misread code are told apart."""
    ref = scene.say("hotline-message", {"text": "当方の位置を送ります。"}, "amber-1", "amber-2", lang="ja")
    one = scene.sit()
    scene.shown(one, "/hotline", "amber/0")
    page = one.get(f"/hotline/slip/{ref[0]}/{ref[1]}?lang=zh")[2]
    code = re.search(r'class="checkcode">([^<]+)<', page)[1]
    lines = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<p><bdi>(.*?)</bdi></p>", page.split("covered")[1])]
    typed = "\n".join([slip.RULE, *lines[:4], slip.RULE])

    def compare(text, with_code):
        means = "/hotline/other-means"
        return words(one.post(means, {**fields_of(one.get(means)[2]), "page": text, "code": with_code})[2])

    assert "The code fits the page." in compare(typed, code)
    assert "The page differs" in compare(typed.replace("位置", "針路"), code)
    assert "The code itself is misread" in compare(typed, code[:-1] + ("2" if code[-1] != "2" else "3"))


def test_a_file_is_laid_in_attached_and_recognised_at_the_other_side(scene):
    """Its hash, size and type stand in the message; a picture may be shown, all else is a download."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(64)
    one = scene.sit()
    status, text = upload(one, "harbour chart.png", png)
    assert (200, True) == (status, "No message in the record names this hash." in words(text))
    link = re.search(r'href="(/say/hotline-message\?kept=new[^"]*)"', text)[1].replace("&amp;", "&")
    form = one.get(link)[2]
    assert "harbour chart.png" in form
    attach = re.search(r"hash=([0-9a-f]{64})", text.replace("%3D", "="))[1]
    scene.say("hotline-message", {
        "text": "See the chart.", "attachment": f"hash={attach}; size={len(png)}; type=image/png; name=chart.png",
    }, "coral-1", "coral-2")  # fmt: skip

    scene.shown(one, "/hotline", "here: download")
    assert "This is the file that coral/0 names." in words(upload(one, "x.bin", png)[1])
    assert "attachment;" in one.ask("HEAD", f"/hotline/files/{attach}")[1]["content-disposition"]
    status, headers, _ = one.ask("HEAD", f"/hotline/files/{attach}?show=1")
    assert "image/png" == headers["content-type"]
    assert "default-src 'none'; sandbox" == headers["content-security-policy"]


def test_what_is_no_file_is_refused_plainly(scene):
    """Nothing chosen, nothing in it, a page that runs scripts: said in a sentence, or kept as a mere download."""
    one = scene.sit()
    for name, sentence in (("", "No file was chosen."), ("x.png", "this file is empty")):
        status, text = upload(one, name, b"")
        assert (400, True) == (status, sentence in words(text))
    for data in (b"<svg onload='alert(1)'/>", b"%PDF-1.7 with a script in it"):
        status, text = upload(one, "x.png", data)
        digest = re.search(r'<code class="hash">([0-9a-f]{64})', text)[1]
        handed = one.get(f"/hotline/files/{digest}?show=1")[1]
        assert (200, "application/octet-stream") == (status, handed["content-type"])
        assert handed["content-disposition"].startswith("attachment;")


def upload(browser, name, data):
    """Send a file from the page of attachments; return status and text."""
    mark = fields_of(browser.get("/hotline/files")[2])["mark"]
    rim = "rim-of-a-test"
    body = (
        f'--{rim}\r\nContent-Disposition: form-data; name="mark"\r\n\r\n{mark}\r\n'
        f'--{rim}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + data + f"\r\n--{rim}--\r\n".encode()  # fmt: skip
    status, _, text = browser.ask(
        "POST", "/hotline/files", body, Origin=f"http://{browser.address}",
        Content_Type=f"multipart/form-data; boundary={rim}",
    )  # fmt: skip
    return status, text


def test_a_transcript_says_so_for_ever(scene):
    """What an officer wrote down of theirs is marked on each page, and is no entry of theirs."""
    scene.say("transcribed", {
        "said_by": "coral", "medium": "telephone", "heard_by": "Lt Reed", "at": "2026-06-03T02:20Z",
        "words": "They will call again at noon.",
    }, "amber-1", channel="hotline")  # fmt: skip

    text = words(scene.shown(scene.sit(), "/hotline", "They will call again at noon."))

    assert "Transcript: our officer's writing-down. They have not signed it" in text


def test_who_signs_nothing_reads_and_is_offered_nothing_to_say(scene):
    """An auditor sees the thread, and no button that would be refused."""
    scene.say("hotline-contact", {"phrase": "please-answer"}, "coral-1")
    text = scene.shown(scene.sit("audit-1"), "/hotline", "We ask you to come to the line.")

    assert "/say/" not in text.partition('<main id="live">')[2]
    meet(scene.nodes)
    assert desk.ask(scene.stage.folder("amber"), {"do": "drafts"})["drafts"] == []
