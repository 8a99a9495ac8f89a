"""The messages before an account ends: what they say, to whom, and that nobody gets them in vain."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from models.base import utcnow
from models.people import User
from models.session import transaction
from tests.factories import World
from tests.mail.conftest import Installation
from tests.mail.server import MailServer, html_of, text_of
from workspace.i18n.reader import DEFAULT_ZONE
from workspace.jobs import retention
from workspace.services import accounts, erasure

DAY = timedelta(days=1)


def unused_for(world: World, days: int, **values: object) -> None:
    with transaction() as session:
        user = session.get_one(User, world.alice.id)
        user.last_seen_at = utcnow() - days * DAY
        for name, value in values.items():
            setattr(user, name, value)


@pytest.mark.parametrize(("locale", "words"), [("fr", "près de deux ans"), ("en", "nearly two years")])
def test_owner_of_an_unused_account_is_told_when_it_ends_in_their_language(
    sending: Installation, mail_server: MailServer, world: World, locale: str, words: str
) -> None:
    unused_for(world, 701, locale=locale, wants_news=False)
    retention.run(utcnow(), with_mail=True)
    sending.work()
    (message,) = mail_server.taken
    assert (message["To"], message["Content-Language"]) == ("alice@exemple.fr", locale)
    assert message["List-Unsubscribe"] is None
    text = text_of(message)
    assert words in text
    assert str((utcnow() + 30 * DAY).year) in message["Subject"]
    assert "http://localhost/sign-in" in text
    assert "http://localhost/sign-in" in html_of(message)
    assert sending.jobs() == []


def test_last_warning_tells_the_last_week(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    unused_for(world, 724, warnings=1, warned_at=utcnow() - 23 * DAY)
    retention.run(utcnow(), with_mail=True)
    sending.work()
    (message,) = mail_server.taken
    assert f"{(utcnow() + 7 * DAY).astimezone(ZoneInfo(DEFAULT_ZONE)).day}" in message["Subject"]


def test_who_came_back_meanwhile_is_told_nothing(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    unused_for(world, 701)
    retention.run(utcnow(), with_mail=True)
    with transaction() as session:
        session.get_one(User, world.alice.id).last_seen_at = utcnow()
    sending.work()
    assert (mail_server.taken, sending.jobs()) == ([], [])


@pytest.mark.parametrize(
    ("locale", "words"), [("fr", "effacées de L’Établi"), ("en", "erased from L’Établi")]
)
def test_who_asked_for_erasure_is_told_how_to_keep_all(
    sending: Installation, mail_server: MailServer, world: World, locale: str, words: str
) -> None:
    unused_for(world, 0, locale=locale, wants_news=False)
    with transaction() as session:
        erasure.ask_for_erasure(session, world.actor(session, "alice"), texts=False)
    sending.work()
    (message,) = mail_server.taken
    assert words in text_of(message)
    assert message["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    ("locale", "words"), [("fr", "rien ne sera effacé"), ("en", "nothing will be erased")]
)
def test_who_changed_their_mind_is_told_only_that_all_is_kept(
    sending: Installation, mail_server: MailServer, world: World, locale: str, words: str
) -> None:
    unused_for(world, 0, locale=locale)
    with transaction() as session:
        erasure.ask_for_erasure(session, world.actor(session, "alice"), texts=False)
        accounts.enter(session, world.alice.id)
        accounts.enter(session, world.alice.id)
    sending.work()
    (message,) = mail_server.taken
    assert words in message["Subject"]
    assert sending.jobs() == []


def test_link_by_mail_keeps_all_too(sending: Installation, mail_server: MailServer, world: World) -> None:
    with transaction() as session:
        erasure.ask_for_erasure(session, world.actor(session, "alice"), texts=False)
    sending.client().post("/sign-in/link", data={"email": "alice@exemple.fr"})
    sending.work()
    links = [
        line for message in mail_server.taken for line in text_of(message).split() if "/sign-in/link/" in line
    ]
    assert sending.client().post(links[0].removeprefix("http://localhost")).status_code == 302
    with transaction() as session:
        assert session.get_one(User, world.alice.id).erase_at is None
