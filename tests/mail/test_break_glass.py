"""The message that tells of break-glass: to everybody concerned, and nobody refuses it."""

from sqlalchemy import select, update

from models.mail import CaughtMail
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.factories import World, grant, make_user
from tests.mail.conftest import Installation

REASON = "Le tableau de l’équipe ne s’ouvre plus depuis ce matin."


def test_everybody_concerned_is_written_to_in_their_language(catching: Installation, world: World) -> None:
    with transaction() as session:
        admin = make_user(session, "ada")
        grant(session, admin, Role.ADMIN, organization_id=world.organization.id)
        session.execute(update(User).where(User.id == world.bob.id).values(locale="en", wants_news=False))
    answer = catching.client(admin).post(
        "/break-glass", data={"address": f"/projects/{world.project.id}", "reason": REASON, "hours": "4"}
    )
    assert answer.status_code == 302
    catching.work()
    with reading() as session:
        mails = {mail.to: mail for mail in session.scalars(select(CaughtMail))}
    assert set(mails) == {f"{name}@exemple.fr" for name in ("alice", "bob", "tutor", "manager", "partner")}
    for mail in mails.values():
        assert REASON in mail.text
        assert REASON in mail.html
        assert f"/projects/{world.project.id}" in mail.text
        assert mail.unsubscribe_url == ""
    assert mails["alice@exemple.fr"].subject.startswith("Accès exceptionnel")
    assert mails["bob@exemple.fr"].subject.startswith("Break-glass access")
