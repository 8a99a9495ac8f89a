"""What a team writes to a partner: it arrives as it was left, answers go to who wrote, nothing is kept."""

from sqlalchemy import select

from models.job import Job
from models.partner_contact import PartnerContact
from models.session import reading
from tests.factories import World
from tests.mail.conftest import Installation
from tests.mail.server import MailServer, html_of, text_of

LETTER = {
    "email": "dolores@ville.fr",
    "subject": "Des nouvelles\r\nBcc: tous@ville.fr",
    "text": "Bonjour,\n\nVoici <b>la suite</b>.\n\nAlice",
}


def _write(sending: Installation, world: World) -> None:
    path = f"/projects/{world.project.id}/involvement/write?sector=citizen&name="
    assert sending.client(world.alice).post(path, data=LETTER).status_code == 302


def test_letter_arrives_as_it_was_left_and_is_answered_to_its_writer(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    _write(sending, world)
    sending.work()
    (message,) = mail_server.taken
    assert (message["To"], message["Reply-To"]) == ("dolores@ville.fr", "alice@exemple.fr")
    assert message["Bcc"] is None
    assert message["Subject"] == "Des nouvelles Bcc: tous@ville.fr"
    assert "Voici <b>la suite</b>." in text_of(message)
    assert "Voici &lt;b&gt;la suite&lt;/b&gt;." in html_of(message)
    assert "Alice vous écrit depuis L’Établi" in text_of(message)
    with reading() as session:
        assert session.scalars(select(Job).where(Job.key.startswith("partner_letter"))).all() == []


def test_letter_that_was_taken_back_does_not_leave(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    _write(sending, world)
    with reading() as session:
        contact_id = session.scalars(select(PartnerContact.id)).one()
    path = f"/projects/{world.project.id}/involvement/contacts/{contact_id}/delete"
    assert sending.client(world.alice).post(path).status_code == 302
    sending.work()
    assert mail_server.taken == []
