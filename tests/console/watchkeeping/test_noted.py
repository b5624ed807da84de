"""What the pages of the watch share: both clocks, and a note that is in the view before the page that shows it opens."""

from console_at_work import Browser, console, fields_of, words


def test_a_note_is_shown_by_the_page_that_its_writer_is_led_to(scene):
    """Nobody writes a thing twice because the first one did not appear."""
    with console(scene.stage.folder("amber")) as address:
        one = Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1")
        for at in range(3):
            form = {**fields_of(one.get("/watch")[2]), "kind": "note", "words": f"Entry {at}."}
            status, headers, _ = one.post("/watch", form)
            assert 303 == status
            assert f"note · Entry {at}." in words(one.get(headers["location"])[2])
    assert ["watch-entry"] * 3 == scene.watched()


def test_a_party_without_a_clock_is_named(scene):
    """Times stand in Z alone, and the page says for whom."""
    (scene.stage.folder("amber") / "watch.toml").write_text("format = 1\nhours = 4\n", encoding="utf-8")
    with console(scene.stage.folder("amber")) as address:
        text = words(Browser(address, **{"Accept-Language": "en"}).sign_in("watch-1").get("/watch")[2])
    assert "No clock is set for Amber: times are in Z alone." in text
    assert "No clock is set for Coral" in text
