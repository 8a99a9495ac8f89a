"""No message holds a secret of somebody else's: everybody does all they may, and every mail is read."""

import re
from datetime import time, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from models.base import utcnow
from models.mail import CaughtMail
from models.mail_choice import DigestSent, usual_choice
from models.notification import Notification
from models.people import User
from models.session import reading, transaction
from tests.canaries import FORM, Planted, attempts, plant, secrets_in, send
from tests.factories import World
from tests.mail.conftest import Installation
from tests.web.test_canaries import stolen

DOERS = ("tutor", "alice", "observer", "paul", "manager")
ENDS = re.compile(r"^(account|auth|personal|setup|demo|home)\.")
"""Deeds about oneself: they end the doer's own session or account."""


OFFERED = ("paul's name", "manager's name", "tutor's name", "cohort's name")
"""Who invites, and to what: the words of an invitation."""


def mails_of(installation: Installation, planted: Planted) -> list[CaughtMail]:
    """What everybody is sent in the end; the reader of each is found by the address."""
    until = (utcnow() + timedelta(days=30)).date().isoformat()
    for doer in DOERS:
        for number, attempt in enumerate(attempts(installation.app, planted, {"POST", "PUT"})):
            if ENDS.match(attempt.rule.endpoint):
                continue
            address = f"{doer}{number}@exemple.fr"
            form = {**FORM, "email": address, "people": address, "access_until": until, "valid_days": "7"}
            send(installation.client(planted.world.people[doer]), attempt, form)
            if installation.jobs():
                installation.work()
    with transaction() as session:  # what was read in the application meanwhile is written about, too
        a_day_ago = utcnow() - timedelta(days=1)
        again = {"read_at": None, "mailed_at": None, "created_at": a_day_ago, "is_quiet": False}
        session.execute(update(Notification).values(**again))
        session.execute(update(User).values(wants_news=True))
        session.execute(delete(DigestSent))
        for user in session.scalars(select(User)).all():
            choice = usual_choice(user.id)
            choice.daily, choice.quiet_weekends = True, False
            choice.quiet_from = choice.quiet_until = time()
            here = (utcnow() - timedelta(minutes=1)).astimezone(ZoneInfo(user.time_zone))
            choice.digest_at = here.time()
            session.merge(choice)
    installation.work()  # plans the news
    installation.work()
    with reading() as session:
        return list(session.scalars(select(CaughtMail)))


def test_no_message_holds_a_secret_of_others(catching: Installation, world: World) -> None:
    with transaction() as session:
        planted = plant(session, world)
    with reading() as session:
        names = {
            user.email.lower(): name
            for name, person in world.people.items()
            if (user := session.get(User, person.id))
        }
    mails = mails_of(catching, planted)
    wrong, read = [], set()
    for mail in mails:
        name = names.get(parseaddr(mail.to)[1].lower(), "invited")
        found = secrets_in(planted, f"{mail.subject}{mail.text}{mail.html}{mail.unsubscribe_url}".encode())
        read.add(name)
        theirs = OFFERED if name == "invited" else ()
        wrong += [
            f"{name}: {mail.subject}: shows {what}"
            for what in stolen(planted, name, found)
            if what not in theirs
        ]
    assert wrong == []
    assert {"alice", "bob", "tutor", "invited"} <= read, "a walk that wrote to nobody proves nothing"
