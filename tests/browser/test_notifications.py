"""Notifications in two browsers: the bell, the words at the foot of the page, the list; read by axe."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from models.notification import Notification, NotificationKind, notify
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessibility import violations_of
from tests.conftest import EXPECTED_MS
from tests.live.live_support import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.live]
LIVE = "html[data-told=live]"


def _open(chromium: Browser, server: LiveServer, name: str, path: str, **options: object) -> Page:
    context = chromium.new_context(base_url=server.url, locale="fr-FR", **options)
    cookie, _equals, value = server.sign_in(name).cookie.partition("=")
    context.add_cookies([{"name": cookie, "value": value, "url": server.url}])
    page = context.new_page()
    page.set_default_timeout(EXPECTED_MS)
    page.goto(path)
    return page


def _tell(server: LiveServer, kind: NotificationKind, who: str, to: str = "bob") -> None:
    world = server.world
    with server.transaction() as session:
        notify(
            session,
            [world.people[to].id],
            kind,
            who=who,
            subject="Carte",
            url=f"/projects/{world.project.id}",
            project_id=world.project.id,
        )


def test_bell_words_and_list_change_without_reload(chromium: Browser, own_server: LiveServer) -> None:
    page = _open(chromium, own_server, "bob", "/problems", viewport=DESKTOP)
    listed = _open(chromium, own_server, "bob", "/notifications", viewport=PHONE, color_scheme="dark")
    for one in (page, listed):
        expect(one.locator(LIVE)).to_have_count(1)
    expect(listed.get_by_role("heading", name="Rien de nouveau")).to_be_visible()
    _tell(own_server, NotificationKind.COMMENT_MENTION, "Alice")
    expect(page.locator("#toasts")).to_contain_text("Alice vous mentionne")
    expect(page.locator("[data-unread-count]")).to_have_text("1")
    expect(page.get_by_role("link", name="Notifications, une non lue")).to_be_visible()
    expect(listed.get_by_role("link", name=re.compile("Alice vous mentionne")).first).to_be_visible()
    _tell(own_server, NotificationKind.GUEST_JOINED, "Zoé")
    expect(page.locator("[data-unread-count]")).to_have_text("2")
    expect(page.locator("#announcer")).to_contain_text("2 non lues")
    expect(page.locator("#toasts")).not_to_contain_text("Zoé")
    assert violations_of(page) == violations_of(listed) == []
    for one in (page, listed):
        one.context.close()


@pytest.mark.parametrize(
    "look",
    [{"viewport": DESKTOP}, {"viewport": PHONE, "color_scheme": "dark"}],
    ids=["desktop", "phone-dark"],
)
def test_list_and_choices_by_keyboard(
    chromium: Browser, own_server: LiveServer, look: dict[str, object]
) -> None:
    _tell(own_server, NotificationKind.GUEST_JOINED, "Zoé")
    page = _open(chromium, own_server, "bob", "/notifications", **look)
    menu = page.get_by_label("Que faire de cette notification")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Marquer comme lue")).to_be_visible()
    assert violations_of(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    silence = page.get_by_role("button", name="Mettre ce projet en sourdine")
    silence.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ce projet est en sourdine.", exact=False)).to_be_visible()
    page.goto("/notifications/choices")
    assert violations_of(page) == []
    page.get_by_role("button", name=re.compile("^Réactiver")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucun projet n’est en sourdine.", exact=False)).to_be_visible()
    page.get_by_label("Heure du résumé").fill("18:15")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Vos réglages sont enregistrés.")).to_be_visible()
    expect(page.get_by_label("Heure du résumé")).to_have_value("18:15")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with own_server.reading() as session:
        assert session.query(Notification).filter_by(user_id=own_server.world.bob.id).one().is_quiet
    page.context.close()
