"""Nothing typed in a problem's form is lost: a reload, a lost network, a failing server, two open tabs.

Each test writes as Noémie, whose drafts nobody else sees, and deletes hers at the end.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, LocatorAssertions, Page, Route, expect

from tests.browser.conftest import PHONE, Enter

pytestmark = pytest.mark.browser
AUTOSAVE = re.compile(r"/problems/(drafts/|\d+/draft)")
SAVED = re.compile("Enregistré à")
DRAFT = re.compile(r"/problems/\d+/edit")
TEXT = "Les cars scolaires passent trop tôt."


@pytest.fixture
def form(enter: Enter) -> Iterator[Page]:
    """A new problem's form, of Noémie."""
    page = enter("Noémie Charpentier")
    page.goto("/problems/new")
    yield page
    delete_drafts(page.context)


def delete_drafts(context: BrowserContext) -> None:
    context.set_offline(False)
    context.unroute(AUTOSAVE)
    page = context.new_page()
    while True:
        page.goto("/problems?mine=1&status=draft")
        drafts = page.locator(".rows a")
        if not drafts.count():
            return
        drafts.first.click()
        page.wait_for_url(DRAFT)
        page.get_by_role("button", name="Supprimer ce brouillon").click()
        page.get_by_role("dialog").get_by_role("button", name="Supprimer").click()
        page.wait_for_url(re.compile(r"/problems$"))


def status_of(page: Page) -> LocatorAssertions:
    return expect(page.locator("[data-save-status]"))


def challenge(page: Page) -> Locator:
    return page.get_by_label("Le défi")


def kept_on_device(page: Page, text: str = TEXT) -> None:
    page.wait_for_function(
        "text => Object.values(localStorage).some(value => value.includes(text))", arg=text
    )


def test_text_saves_itself_and_a_reload_finds_it(form: Page) -> None:
    form.get_by_label("Titre").fill("Cars scolaires")
    challenge(form).fill(TEXT)
    status_of(form).to_have_text(SAVED)
    expect(form).to_have_url(DRAFT)  # the form has become its draft, at its own address
    form.reload()
    expect(challenge(form)).to_have_value(TEXT)
    expect(form.get_by_label("Titre")).to_have_value("Cars scolaires")


def test_save_that_lands_while_the_next_page_is_on_its_way_is_seen_there(form: Page) -> None:
    form.get_by_label("Titre").fill("Cars scolaires")
    expect(form).to_have_url(DRAFT)
    status_of(form).to_have_text(SAVED)

    said: list[str] = []
    form.on("console", lambda message: said.append(message.text))
    form.evaluate(
        "document.addEventListener('saved', () => setTimeout(() => console.log('read')), {capture: true})"
    )

    def let_the_save_pass(route: Route) -> None:
        served = route.fetch()
        assert TEXT not in served.text()
        while "read" not in said:  # the page that leaves has not read the answer of its save yet
            form.wait_for_timeout(20)
        route.fulfill(response=served)

    form.route(DRAFT, let_the_save_pass, times=1)
    challenge(form).fill(TEXT)
    form.reload()
    expect(challenge(form)).to_have_value(TEXT)
    challenge(form).fill(f"{TEXT} Et trop vite.")
    status_of(form).to_have_text(SAVED)
    form.reload()
    expect(challenge(form)).to_have_value(f"{TEXT} Et trop vite.")


def test_reload_before_the_first_save_loses_nothing(form: Page) -> None:
    form.route(AUTOSAVE, lambda route: route.abort())
    challenge(form).fill(TEXT)
    form.reload()
    expect(challenge(form)).to_have_value(TEXT)
    expect(form.get_by_text("a été remis dans le formulaire")).to_be_visible()


def test_lost_network_keeps_the_text_and_saves_it_later(form: Page) -> None:
    form.context.set_offline(True)
    challenge(form).fill(TEXT)
    status_of(form).to_contain_text("Hors ligne")
    kept_on_device(form)
    form.context.set_offline(False)
    status_of(form).to_have_text(SAVED)
    form.reload()
    expect(challenge(form)).to_have_value(TEXT)


def test_page_closed_without_network_gives_the_text_back(form: Page) -> None:
    context = form.context
    context.set_offline(True)
    challenge(form).fill(TEXT)
    kept_on_device(form)
    form.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/problems/new")
    expect(challenge(again)).to_have_value(TEXT)
    status_of(again).to_have_text(SAVED)


def test_failing_server_is_tried_again(form: Page) -> None:
    answers = iter([500, 503])

    def fail_twice(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, json={"error": "panne"})

    form.route(AUTOSAVE, fail_twice)
    challenge(form).fill(TEXT)
    status_of(form).to_contain_text("gardé sur cet appareil")
    status_of(form).to_have_text(SAVED)


def test_answer_lost_on_the_way_is_no_conflict(form: Page) -> None:
    lost = iter([True])

    def lose_the_answer(route: Route) -> None:
        if next(lost, False):
            route.fetch()  # the server saves, the browser never hears of it
            route.abort()
        else:
            route.continue_()

    form.route(AUTOSAVE, lose_the_answer)
    challenge(form).fill(TEXT)
    status_of(form).to_contain_text("Hors ligne")
    challenge(form).fill(f"{TEXT} Et les parents s’en plaignent.")
    status_of(form).to_have_text(SAVED)
    expect(form.locator(".conflict")).to_have_count(0)


def test_refused_answer_is_told_and_the_rest_is_saved(form: Page) -> None:
    challenge(form).fill(TEXT)
    form.get_by_label("Titre").fill("x" * 170)
    status_of(form).to_contain_text(
        "Enregistré, sauf « Titre »".replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    )
    form.get_by_label("Titre").fill("Cars scolaires")
    status_of(form).to_have_text(SAVED)
    form.reload()
    expect(form.get_by_label("Titre")).to_have_value("Cars scolaires")


def test_form_sent_with_errors_keeps_every_answer(form: Page) -> None:
    challenge(form).fill(TEXT)
    form.get_by_text("Politiques publiques").click()
    form.get_by_text("Culture de la performance").click()
    form.get_by_role("button", name="Vérifier avant d’envoyer").click()
    expect(form.get_by_role("alert")).to_contain_text("à revoir")
    expect(challenge(form)).to_have_value(TEXT)
    expect(form.get_by_role("radio", name="Politiques publiques")).to_be_checked()
    expect(form.get_by_role("checkbox", name="Culture de la performance")).to_be_checked()
    form.goto("/")
    form.get_by_role("link", name="Reprendre", exact=True).click()
    expect(challenge(form)).to_have_value(TEXT)


def test_two_tabs_show_both_versions_and_the_choice_is_kept(form: Page) -> None:
    challenge(form).fill(TEXT)
    status_of(form).to_have_text(SAVED)
    other = form.context.new_page()
    other.goto(form.url)
    challenge(other).fill("Version de l’autre onglet.")
    status_of(other).to_have_text(SAVED)
    challenge(form).fill("Version du premier onglet.")
    conflict = form.locator(".conflict")
    expect(conflict).to_contain_text("Version de l’autre onglet.")
    expect(conflict).to_contain_text("Version du premier onglet.")
    conflict.get_by_role("button", name="Garder mon texte").click()
    expect(form.get_by_text("Brouillon enregistré.")).to_be_visible()
    expect(challenge(form)).to_have_value("Version du premier onglet.")
    other.reload()
    expect(challenge(other)).to_have_value("Version du premier onglet.")


def test_saved_version_can_be_taken_instead(form: Page) -> None:
    challenge(form).fill(TEXT)
    status_of(form).to_have_text(SAVED)
    other = form.context.new_page()
    other.goto(form.url)
    challenge(other).fill("Version de l’autre onglet.")
    status_of(other).to_have_text(SAVED)
    challenge(form).fill("Version du premier onglet.")
    form.locator(".conflict").get_by_role("button", name="Prendre la version enregistrée").click()
    expect(challenge(form)).to_have_value("Version de l’autre onglet.")
    expect(form.locator(".draft-note")).to_have_count(0)


def test_older_copy_of_a_device_never_replaces_a_newer_version(form: Page) -> None:
    challenge(form).fill(TEXT)
    status_of(form).to_have_text(SAVED)
    address = form.url
    form.route(AUTOSAVE, lambda route: route.abort())
    challenge(form).fill("Tapé dans le train.")
    kept_on_device(form, "Tapé dans le train.")
    office = form.context.browser.new_context(  # type: ignore[union-attr]
        locale="fr-FR", storage_state={"cookies": form.context.cookies(), "origins": []}
    )
    desk = office.new_page()
    desk.goto(address)
    challenge(desk).fill("Tapé au bureau, ensuite.")
    status_of(desk).to_have_text(SAVED)
    office.close()
    form.unroute(AUTOSAVE)
    form.reload()
    expect(challenge(form)).to_have_value("Tapé au bureau, ensuite.")
    form.get_by_role("button", name="Le reprendre").click()
    expect(challenge(form)).to_have_value("Tapé dans le train.")


def test_authority_is_chosen_by_keyboard_and_kept(form: Page) -> None:
    authority = form.get_by_role("combobox", name="Collectivité concernée")
    authority.press_sequentially("cayen", delay=20)
    expect(form.get_by_role("option").first).to_contain_text("Cayenne")
    authority.press("ArrowDown")
    authority.press("Enter")
    expect(authority).to_have_value("Cayenne")
    challenge(form).fill(TEXT)
    status_of(form).to_have_text(SAVED)
    form.reload()
    expect(authority).to_have_value("Cayenne")


def test_lever_appears_with_its_constraint(form: Page) -> None:
    levers = form.get_by_label("Comment cette contrainte devient une occasion").locator("visible=true")
    expect(levers).to_have_count(0)
    form.get_by_text("Pénurie financière").click()
    expect(levers).to_have_count(1)
    form.get_by_text("Pénurie financière").click()
    expect(levers).to_have_count(0)


def test_similar_problems_appear_while_writing(form: Page) -> None:
    form.get_by_label("Titre").fill("Données ouvertes pour les associations")
    challenge(form).fill("Les associations cherchent les données de la métropole et ne les trouvent pas.")
    similar = form.locator("#similar")
    expect(similar.get_by_role("link").first).to_be_visible()
    expect(similar).to_contain_text("En commun")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_problem_is_posted_without_script(enter: Enter, viewport: dict[str, int] | None) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = enter("Inès Portal", java_script_enabled=False, **options)
    page.goto("/problems/new")
    page.get_by_label("Titre").fill("Lire sans script")
    page.get_by_label("Collectivité concernée").fill("saint-denis")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_role("radio", name=re.compile("La Réunion")).first.check()
    for label in ("Le défi", "Ce qui existe déjà", "La situation idéale", "L’objectif", "Ce qui aide"):
        page.get_by_label(label, exact=True).fill(f"{label} : quelques mots.")
    page.get_by_label("Personnes concernées").fill("Une centaine de familles.")
    page.get_by_label("Management", exact=True).check()
    page.get_by_label(re.compile("Co-construction")).check()
    page.get_by_role("button", name="Vérifier avant d’envoyer").click()
    expect(page).to_have_url(re.compile("/review$"))
    expect(page.get_by_text("Saint-Denis").first).to_be_visible()
    page.get_by_role("button", name="Envoyer aux tuteur·rices").click()
    expect(page.get_by_text("Problématique envoyée")).to_be_visible()
