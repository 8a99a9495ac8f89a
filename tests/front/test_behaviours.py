"""What the scripts promise: nothing typed is lost or sent twice, all of it from the keyboard."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.front.specimen_site import Site

pytestmark = pytest.mark.browser


def open_form(page: Page, site: Site, query: str = "") -> None:
    page.goto(f"{site.url}/page/form{query}")


def stored_drafts(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"))


def wait_for_draft(page: Page) -> None:
    page.wait_for_function("Object.keys(localStorage).some(key => key.startsWith('draft:'))")


def test_draft_survives_a_reload_and_can_be_erased(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "Files d’attente")
    page.check("[value=policy]")
    page.check("[value=open_data]")
    wait_for_draft(page)
    page.reload()
    expect(page.locator("#title")).to_have_value("Files d’attente")
    expect(page.locator("[value=policy]")).to_be_checked()
    expect(page.locator("[value=open_data]")).to_be_checked()
    page.click("text=Effacer le brouillon local")
    expect(page.locator("#title")).to_have_value("")
    assert stored_drafts(page) == 0


def test_draft_is_kept_by_leaving_at_once(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "Écrit juste avant de partir")
    page.goto(f"{site.url}/page/brief")
    open_form(page, site)
    expect(page.locator("#title")).to_have_value("Écrit juste avant de partir")


def test_accepted_form_leaves_no_draft(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "Files d’attente")
    page.click("text=Soumettre")
    page.wait_for_url("**/page/specimen")
    assert stored_drafts(page) == 0


def test_refused_form_keeps_its_draft(page: Page, site: Site) -> None:
    site.accept_posts = False
    open_form(page, site)
    page.fill("#title", "Files d’attente")
    page.click("text=Soumettre")
    expect(page.locator("#form-errors")).to_be_focused()
    open_form(page, site)
    expect(page.locator("#title")).to_have_value("Files d’attente")


def test_older_copy_never_replaces_a_newer_version_by_itself(page: Page, site: Site) -> None:
    site.save_status = 503
    open_form(page, site)
    page.fill("#note", "Ma version d’avant")
    wait_for_draft(page)
    open_form(page, site, "?version=2")
    expect(page.locator("#note")).to_have_value("")
    page.click("text=Le reprendre")
    expect(page.locator("#note")).to_have_value("Ma version d’avant")


def test_draft_of_another_person_is_not_shown(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "Le mien")
    wait_for_draft(page)
    open_form(page, site, "?anonymous")
    expect(page.locator("#title")).to_have_value("")


def test_sign_out_asks_before_it_erases_drafts(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "Le mien")
    wait_for_draft(page)
    page.click("details.menu > summary")
    page.click("text=Se déconnecter")
    expect(page.locator("dialog")).to_contain_text("effacé de cet appareil")
    page.click("dialog >> text=Annuler")
    expect(page.locator("dialog")).to_have_count(0)
    assert stored_drafts(page) == 1


def test_combobox_is_filled_from_the_keyboard(page: Page, site: Site) -> None:
    open_form(page, site)
    page.locator("#authority").press_sequentially("ca")
    expect(page.locator("[role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#authority")).to_have_attribute("aria-activedescendant", "authority-option-0")
    page.keyboard.press("Enter")
    expect(page.locator("#authority")).to_have_value("Cayenne")
    expect(page.locator("[name=authority_code]")).to_have_value("97302")
    expect(page.locator("#authority")).to_have_attribute("aria-expanded", "false")
    assert site.posts == []


def test_combobox_forgets_its_choice_when_the_text_changes(page: Page, site: Site) -> None:
    open_form(page, site)
    page.locator("#authority").press_sequentially("cay")
    page.click("[role=option]")
    expect(page.locator("[name=authority_code]")).to_have_value("97302")
    page.locator("#authority").press_sequentially("x")
    expect(page.locator("[name=authority_code]")).to_have_value("")
    expect(page.locator(".listbox")).to_contain_text("Aucun résultat")
    page.keyboard.press("Escape")
    expect(page.locator(".listbox")).to_be_hidden()


def test_double_click_sends_once(page: Page, site: Site) -> None:
    site.slow_seconds = 5
    open_form(page, site)
    page.fill("#title", "Une seule fois")
    button = page.locator("#sent button[type=submit]")
    state = button.evaluate(
        """button => {
            button.click(); button.click(); button.form.requestSubmit();
            return button.getAttribute("aria-disabled");
        }"""
    )
    assert state == "true"
    site.release.set()
    page.wait_for_url("**/page/specimen")
    assert len(site.posts) == 1


def test_destructive_act_is_done_only_when_confirmed(page: Page, site: Site) -> None:
    open_form(page, site)
    page.click("text=Supprimer")
    expect(page.locator("dialog >> text=Annuler")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert site.posts == []
    page.click("text=Supprimer")
    page.click("dialog .button-danger")
    page.wait_for_url("**/page/specimen")
    assert len(site.posts) == 1


def test_autosave_tells_the_version_and_the_time(page: Page, site: Site) -> None:
    open_form(page, site)
    status = page.locator("[data-save-status]")
    page.fill("#note", "Un premier avis")
    expect(status).to_contain_text("Enregistré à")
    page.fill("#note", "Un second avis")
    expect(page.locator("[name=version]")).to_have_value("3")
    assert [(saved["note"], saved["version"]) for saved in site.saves] == [
        ("Un premier avis", 1),
        ("Un second avis", 2),
    ]
    assert stored_drafts(page) == 0


def test_autosave_waits_for_the_network(page: Page, site: Site, context: BrowserContext) -> None:
    open_form(page, site)
    context.set_offline(True)
    expect(page.locator("[data-offline] .banner")).to_be_visible()
    page.fill("#note", "Écrit dans le train")
    expect(page.locator("[data-save-status]")).to_contain_text("gardé sur cet appareil")
    assert stored_drafts(page) == 1
    context.set_offline(False)
    expect(page.locator("[data-save-status]")).to_contain_text("Enregistré à")
    assert site.saves[-1]["note"] == "Écrit dans le train"


def test_autosave_stops_at_a_conflict_and_keeps_the_text(page: Page, site: Site) -> None:
    site.save_status = 409
    open_form(page, site)
    page.fill("#note", "Ma version")
    expect(page.locator("[role=alert]")).to_contain_text("Jean-Marc a modifié ce texte.")
    site.save_status = 200
    page.fill("#note", "Ma version, suite")
    wait_for_draft(page)
    expect(page.locator("#note")).to_have_value("Ma version, suite")
    page.wait_for_function(
        "Object.keys(localStorage).some(key => localStorage.getItem(key).includes('Ma version, suite'))"
    )
    assert len(site.saves) == 1


def test_counter_stays_out_of_the_way_until_it_matters(page: Page, site: Site) -> None:
    open_form(page, site)
    counter = page.locator("[data-counter=title]")
    expect(counter).to_have_class("counter sr-only")
    page.fill("#title", "a" * 60)
    expect(counter).to_have_class("counter")
    expect(counter).to_have_text("60 sur 80 caractères")


def test_counter_says_how_much_is_too_much(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "a" * 83)
    counter = page.locator("[data-counter=title]")
    expect(counter).to_have_text("3 caractères de trop")
    expect(page.locator("#title")).to_have_value("a" * 83)


def test_similar_problems_appear_while_writing(page: Page, site: Site) -> None:
    open_form(page, site)
    page.fill("#title", "Files d’attente à la mairie")
    expect(page.locator("#similar")).to_contain_text("Une équipe travaille déjà")


def test_menu_closes_on_escape_and_gives_the_focus_back(page: Page, site: Site) -> None:
    open_form(page, site)
    summary = page.locator("details.menu > summary")
    summary.click()
    expect(page.locator(".menu-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()
    expect(summary).to_be_focused()


def test_scripts_speak_english_to_english_readers(page: Page, site: Site) -> None:
    open_form(page, site, "?lang=en")
    page.fill("#title", "a" * 83)
    expect(page.locator("[data-counter=title]")).to_have_text("3 characters too many")


def test_skip_link_leads_to_the_content(page: Page, site: Site) -> None:
    open_form(page, site)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
