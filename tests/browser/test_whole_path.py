"""The main job from end to end, as people do it: each in a browser of their own, by the interface only."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Enter

pytestmark = pytest.mark.browser

BOXES = {
    "Le défi": "En été, la place est un four : plus personne ne s’y arrête.",
    "Ce qui existe déjà": "Voiles d’ombrage à Séville ; oasis dans les cours d’école à Paris.",
    "La situation idéale": "On s’assoit à l’ombre, on se parle, les enfants jouent.",
    "L’objectif": "Trois places à l’ombre avant le mois de juin.",
    "Ce qui aide": "Un budget participatif et des artisans volontaires.",
    "Ce qui freine": "Les réseaux enterrés sous la place.",
    "Personnes concernées": "Les anciens et les familles du centre.",
}
BOARD = ".board[data-ready]"


def post_problem(page: Page, title: str) -> str:
    """Post a problem through the form, its check and its sending; gives its address."""
    page.goto("/problems/new")
    page.get_by_label("Titre").fill(title)
    page.get_by_role("combobox", name="Collectivité concernée").fill("saint laurent du mar")
    page.get_by_role("option", name=re.compile("Saint-Laurent-du-Maroni")).click()
    for label, text in BOXES.items():
        page.get_by_label(label).first.fill(text)
    page.get_by_text("Politiques publiques").click()
    page.get_by_text("Co-construction").click()
    page.get_by_text("Open data").click()
    page.get_by_label("Comment cette contrainte devient une occasion").locator("visible=true").fill(
        "Publier les relevés de chaleur."
    )
    page.get_by_role("button", name="Vérifier avant d’envoyer").click()
    page.wait_for_url(re.compile("/review"))
    page.get_by_role("button", name="Envoyer aux tuteur·rices").click()
    page.wait_for_url(re.compile(r"/problems/\d+$"))
    expect(page.get_by_role("main")).to_contain_text("Soumise")
    return page.url


def write_note(page: Page, words: str, x: int, y: int) -> None:
    """Double-click at a free place of the board and write."""
    page.mouse.dblclick(x, y)
    expect(page.locator(".board-editor")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Escape")


def sees_note(page: Page, words: str) -> None:
    """The note is drawn on this person's board."""
    expect(page.locator("#board").get_by_role("option", name=re.compile("^" + words))).to_be_visible()


def test_from_a_problem_to_an_answered_feedback(enter: Enter) -> None:
    learner, tutor, teammate = enter("Léa Vasseur"), enter("Nadia Ferrand"), enter("Jean-Marc Bourdin")
    problem = post_problem(learner, "Des bancs à l’ombre")

    tutor.goto(problem)
    tutor.get_by_role("button", name="Accepter").click()
    expect(tutor.locator(".flash")).to_contain_text("acceptée")

    learner.goto(problem)
    learner.get_by_role("link", name="En faire un projet").click()
    learner.get_by_role("button", name="Ouvrir le projet").click()
    learner.wait_for_url(re.compile(r"/projects/\d+$"))
    project = learner.url
    expect(learner.get_by_role("main")).to_contain_text("Ce qui est attendu maintenant")

    learner.get_by_role("link", name="Ajouter un partenaire").first.click()
    learner.get_by_label("Nom du partenaire").fill("Menuiserie du Maroni")
    learner.get_by_text("Entreprise").click()
    learner.get_by_role("button", name="Ajouter").click()
    expect(learner.get_by_role("main")).to_contain_text("Menuiserie du Maroni")

    learner.goto(project)
    learner.get_by_role("link", name="Inviter par un lien").first.click()
    learner.get_by_role("button", name="Créer le lien").click()
    link = learner.locator("input[readonly]").first.input_value()
    assert "/join/" in link

    learner.goto(project)
    learner.get_by_role("link", name="Ouvrir un tableau").first.click()
    learner.get_by_role("button", name="Ouvrir le tableau").click()
    learner.wait_for_selector(BOARD)
    board = learner.url

    guest = enter(None)
    guest.goto(link)
    expect(guest.get_by_role("main")).to_contain_text("Léa et son équipe vous invitent")
    guest.get_by_label(re.compile("prénom", re.IGNORECASE)).fill("Odile")
    guest.get_by_text("Habitant·e").click()
    guest.get_by_role("main").get_by_role("button").last.click()
    guest.wait_for_url(re.compile(r"/(boards|projects)/\d+"))
    guest.goto(board)
    guest.wait_for_selector(BOARD)
    teammate.goto(board)
    teammate.wait_for_selector(BOARD)

    write_note(learner, "Une voile", 500, 420)
    write_note(guest, "Un platane", 720, 420)
    write_note(teammate, "Une fontaine", 720, 640)
    for page in (learner, guest, teammate):
        for words in ("Une voile", "Un platane", "Une fontaine"):
            sees_note(page, words)
        expect(page.locator("[data-save-text]")).to_have_text(re.compile("Enregistré|Tout est à jour"))

    # The link is revoked: the open board of the guest ends at once, and so does every page of theirs.
    learner.goto(f"{project}/links")
    learner.get_by_role("button", name=re.compile("Révoquer|Couper|Fermer")).first.click()
    learner.get_by_role("dialog").get_by_role("button").last.click()
    expect(guest.locator(".board[data-ready]")).to_have_count(0)
    response = guest.goto(board)
    assert "/sign-in" in guest.url or (response is not None and response.status in (401, 403, 404))

    tutor.goto(f"{project}/feedback/new")
    tutor.get_by_label("Votre retour").fill("Qui arrosera le platane en août ?")
    tutor.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(tutor.locator(".flash")).to_contain_text("Brouillon enregistré")
    learner.goto(f"{project}/feedback")
    expect(learner.get_by_role("main")).not_to_contain_text("platane en août")
    tutor.get_by_role("button", name="Publier maintenant").click()
    expect(tutor.locator(".flash")).to_contain_text("Votre retour est publié")
    learner.goto("/notifications")
    learner.get_by_role("link", name=re.compile("vous a fait un retour")).first.click()
    learner.get_by_role("link", name="Lire les retours").click()
    expect(learner.get_by_role("main")).to_contain_text("Qui arrosera le platane en août")
    learner.get_by_text("Contesté, parce que…").click()
    learner.get_by_label("Précisez").fill("L’école s’en charge déjà.")
    learner.get_by_role("button", name="Envoyer la réponse").click()
    expect(learner.locator(".flash")).to_contain_text("Votre réponse est envoyée")
    tutor.goto(f"{project}/feedback")
    expect(tutor.get_by_role("main")).to_contain_text("L’école s’en charge déjà.")


def test_returned_problem_tells_its_author_why_and_can_be_sent_again(enter: Enter) -> None:
    learner, tutor = enter("Inès Portal"), enter("Nadia Ferrand")
    problem = post_problem(learner, "Des repas qui voyagent moins")
    tutor.goto(problem)
    tutor.locator("details:has(#reason) > summary").click()
    tutor.locator("#reason").fill("Dites qui a essayé avant vous.")
    tutor.get_by_role("button", name="Rendre à son auteur·rice").click()
    expect(tutor.locator(".flash")).to_contain_text("Problématique rendue")
    learner.goto("/")
    expect(learner.get_by_role("main")).to_contain_text("Des repas qui voyagent moins")
    learner.goto(problem)
    expect(learner.get_by_role("main")).to_contain_text("Dites qui a essayé avant vous.")


def test_elu_reads_on_a_phone_what_was_published_asks_and_is_answered(enter: Enter) -> None:
    elu = enter("Philippe Anelli", viewport=PHONE)
    expect(elu.get_by_role("main")).to_contain_text("Des cours qui trient et qui fleurissent")
    elu.get_by_role("link", name=re.compile("Des cours qui trient")).first.click()
    elu.wait_for_url(re.compile(r"/observations/\d+"))
    expect(elu.get_by_role("main")).to_contain_text("quelqu’un à qui parler")
    elu.get_by_role("textbox").last.fill("Quand ouvrez-vous la première cour ?")
    elu.get_by_role("main").get_by_role("button", name=re.compile("question", re.IGNORECASE)).last.click()
    expect(elu.get_by_role("main")).to_contain_text("Quand ouvrez-vous la première cour ?")
    number = elu.url.split("/observations/")[1].split("?")[0].split("#")[0]
    for path in (
        f"/projects/{number}",
        f"/projects/{number}/feedback",
        f"/projects/{number}/journal",
        "/cohorts/1",
    ):
        response = elu.goto(path)
        assert response is not None
        assert response.status in (403, 404), path

    lead = enter("Awa Diallo")
    lead.goto("/notifications")
    lead.get_by_role("link", name=re.compile("pose une question")).first.click()
    expect(lead.get_by_role("main")).to_contain_text("Quand ouvrez-vous la première cour ?")


def test_what_is_typed_survives_a_reload(enter: Enter) -> None:
    page = enter("Rémi Boulet")
    page.goto("/problems/new")
    page.get_by_label("Titre").fill("Des routes qui écoutent")
    page.get_by_label("Le défi").fill("Les nids-de-poule reviennent chaque hiver.")
    page.wait_for_url(re.compile(r"/problems/\d+/edit"))
    page.reload()
    expect(page.get_by_label("Le défi")).to_have_value("Les nids-de-poule reviennent chaque hiver.")


def test_what_is_typed_without_network_is_kept_on_the_device(enter: Enter) -> None:
    page = enter("Solange Vidal")
    page.goto("/problems/new")
    page.get_by_label("Titre").fill("Un texte d’avant la coupure")
    page.wait_for_url(re.compile(r"/problems/\d+/edit"))
    page.context.set_offline(True)
    page.get_by_label("Le défi").fill("Écrit sans réseau, entre deux virages.")
    expect(page.locator("[data-save-status]").first).to_contain_text(
        re.compile("Hors ligne|gardé", re.IGNORECASE)
    )
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("Le défi")).to_have_value("Écrit sans réseau, entre deux virages.")
