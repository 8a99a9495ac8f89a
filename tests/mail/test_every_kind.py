"""Each kind of message in each language: text and HTML say the same, and one click refuses news."""

import html
import re
from collections.abc import Callable
from datetime import time, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.break_glass import BreakGlass
from models.invitation import Invitation
from models.job import JobKind
from models.mail import MailKind
from models.mail_choice import DigestSent, MailChoice, usual_choice
from models.notification import DELIVERY, Delivery, Notification, NotificationKind, notify
from models.partner import Sector
from models.partner_contact import ContactKind, PartnerContact
from models.people import User
from models.policy import Role
from models.session import transaction
from tests.factories import World, grant, make_user
from tests.mail.conftest import Installation
from tests.mail.server import MailServer, html_of, text_of
from workspace.jobs.mail import WRITERS, Mailer
from workspace.jobs.queue import Claimed
from workspace.services.tokens import new_token, token_hash

ADDRESS = re.compile(r"http://localhost/[\w./-]*")
INVITED = {
    Role.LEARNER: "team",
    Role.TUTOR: "cohort",
    Role.PARTNER: "project",
    Role.OBSERVER: "project",
    Role.MANAGER: "programme",
}
Asked = tuple[str, dict[str, str]]
"""A job's key, after the kind, and its payload."""


def _invited(role: Role) -> Callable[[Session, World], Asked]:
    def ask(session: Session, world: World) -> Asked:
        scope = INVITED[role]
        row = Invitation(
            token_hash=token_hash(new_token()),
            email="alice@exemple.fr",
            name="Alice",
            role=role,
            invited_by_id=world.manager.id,
            expires_at=utcnow() + timedelta(days=3),
            **{f"{scope}_id": getattr(world, scope).id},
        )
        session.add(row)
        session.flush()
        return str(row.id), {}

    return ask


def _about_account(**values: object) -> Callable[[Session, World], Asked]:
    def ask(session: Session, world: World) -> Asked:
        user = session.get_one(User, world.alice.id)
        for name, value in values.items():
            setattr(user, name, value)
        return str(world.alice.id), {}

    return ask


def _link(_session: Session, _world: World) -> Asked:
    return "x", {"email": "alice@exemple.fr", "asked_at": utcnow().isoformat()}


def _glass(session: Session, world: World) -> Asked:
    admin = make_user(session, "ada")
    opened = grant(
        session, admin, Role.ADMIN, project_id=world.project.id, ends_at=utcnow() + timedelta(hours=4)
    )
    access = BreakGlass(membership_id=opened.id, reason="404")
    session.add(access)
    session.flush()
    return f"{access.id}-{world.alice.id}", {"email": "alice@exemple.fr"}


def _to_partner(session: Session, world: World) -> Asked:
    row = PartnerContact(
        project_id=world.project.id, sector=Sector.CITIZEN, kind=ContactKind.WROTE, by_id=world.alice.id
    )
    session.add(row)
    session.flush()
    own_words = {"subject": "Alice", "text": "Alice\n\nL’Établi"}
    return str(row.id), {"email": "dolores@exemple.fr", "reply_to": "alice@exemple.fr", **own_words}


def _told(kind: NotificationKind) -> Callable[[Session, World], Asked]:
    """At an hour that suits: no quiet hours, and the hour of the digest is just past."""

    def ask(session: Session, world: World) -> Asked:
        notify(session, [world.alice.id], kind, who="Zoé", subject="404", url="/notifications")
        just_now = (utcnow() - timedelta(minutes=1)).astimezone(ZoneInfo(world.alice.time_zone)).time()
        choice = usual_choice(world.alice.id)
        choice.daily, choice.digest_at = True, just_now
        choice.quiet_from, choice.quiet_until, choice.quiet_weekends = time(), time(), False
        session.add(choice)
        if DELIVERY[kind] is Delivery.DIGEST:
            return str(world.alice.id), {}
        return str(session.scalars(select(Notification.id)).one()), {}

    return ask


def _mail_of(kind: NotificationKind) -> MailKind:
    return MailKind.DIGEST if DELIVERY[kind] is Delivery.DIGEST else MailKind.AT_ONCE


ASKED: dict[tuple[MailKind, str], Callable[[Session, World], Asked]] = {
    **{(MailKind.INVITATION, role): _invited(role) for role in INVITED},
    (MailKind.SIGN_IN_LINK, ""): _link,
    (MailKind.PASSWORD_CHANGED, ""): _about_account(),
    **{
        (_mail_of(kind), kind): _told(kind)
        for kind, delivery in DELIVERY.items()
        if delivery is not Delivery.LETTER
    },
    (MailKind.ERASURE_ASKED, ""): _about_account(erase_at=utcnow() + timedelta(days=7)),
    (MailKind.ACCOUNT_KEPT, ""): _about_account(),
    (MailKind.UNUSED_ACCOUNT, ""): _about_account(warned_at=utcnow(), warnings=1),
    (MailKind.GLASS_BROKEN, ""): _glass,
    (MailKind.PARTNER_LETTER, ""): _to_partner,
}


def test_every_kind_is_looked_at() -> None:
    assert {kind for kind, _what in ASKED} == set(MailKind) == set(WRITERS)
    assert set(INVITED) == set(Role) - {Role.GUEST, Role.ADMIN}, (
        "guests come by link, administrators by command"
    )


def _sentences(text: str) -> list[str]:
    """What is said, without addresses and layout."""
    lines = ADDRESS.sub("", text).splitlines()
    return [line.strip("•> ").rstrip(" :\u00a0") for line in lines if re.search(r"[a-zà-ÿ]{3}", line)]


@pytest.mark.parametrize(("kind", "what"), ASKED, ids=["-".join(filter(None, one)) for one in ASKED])
def test_message_says_the_same_in_both_languages_as_text_and_as_html(
    sending: Installation, mail_server: MailServer, world: World, kind: MailKind, what: str
) -> None:
    with transaction() as session:
        key, payload = ASKED[kind, what](session, world)
    mailer = Mailer(sending.app.config["SETTINGS"])
    mailer.__dict__["_app"] = sending.app
    said: dict[str, list[str]] = {}
    for locale in ("fr", "en"):
        with transaction() as session:
            session.execute(update(User).where(User.id == world.alice.id).values(locale=locale))
            session.execute(update(Notification).values(mailed_at=None))
            session.execute(delete(DigestSent))
        until = utcnow() + timedelta(minutes=1)
        mailer.run(Claimed(1, JobKind.SEND_MAIL, f"{kind}:{key}", payload, 1, 1, until))
        message = mail_server.taken[-1]
        assert len(mail_server.taken) == len(said) + 1
        assert message["Content-Language"] == locale
        assert message.get_content_type() == "multipart/alternative"
        text, page = text_of(message), html.unescape(re.sub(r"<[^>]+>", " ", html_of(message)))
        said[locale] = [message["Subject"], *_sentences(text)]
        flat = " ".join(page.split())
        assert [one for one in _sentences(text) if " ".join(one.split()) not in flat] == []
        assert set(ADDRESS.findall(text)) == set(ADDRESS.findall(html_of(message)))
        _is_refused_in_one_click(sending, message, text, kind)
    assert len(said["fr"]) == len(said["en"]) > 4
    same = [one for one, other in zip(said["fr"], said["en"], strict=True) if one == other]
    assert [one for one in same if one not in NAMES] == []


NAMES = {"L’Établi", "Alice"}


def _is_refused_in_one_click(sending: Installation, message: EmailMessage, text: str, kind: MailKind) -> None:
    """RFC 8058: the address stands in the headers and in the message, and a bare POST to it does it."""
    if kind not in (MailKind.AT_ONCE, MailKind.DIGEST):
        assert message["List-Unsubscribe"] is None
        assert "/unsubscribe/" not in text + html_of(message)
        return
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip(" <>")
    assert address in text
    assert address in html_of(message)
    posted = sending.client().post(
        address.removeprefix("http://localhost"), data={"List-Unsubscribe": "One-Click"}
    )
    assert posted.status_code == 204
    with transaction() as session:
        user = session.query(User).filter_by(email="alice@exemple.fr").one()
        choice = session.get_one(MailChoice, user.id)
        assert (user.wants_news, choice.digest) == ((False, True), (True, False))[kind is MailKind.DIGEST]
        user.wants_news = choice.digest = True
