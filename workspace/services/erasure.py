"""Erasing a person: what `models.personal_data` declares, and the copies of their name. The caller commits.

Their row stays, empty: decisions and shared texts point at it, so that what several people made together
keeps its shape and nobody's name. The words they wrote on boards stay too, unless they ask for these to go
(`workspace/jobs/texts.py`).
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, func, or_, select, update
from sqlalchemy.orm import Session

from models.activity import Activity, ActivityKind
from models.audit import COMMAND, AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Refused
from models.events import AccessChanged, record
from models.feedback import Feedback, FeedbackStatus
from models.i18n import N_
from models.invitation import Invitation
from models.job import Job, JobKind
from models.mail import CaughtMail, MailKind
from models.membership import Membership, is_not_over
from models.notification import Notification, NotificationKind
from models.partner import GuestContributor, Partner
from models.partner_contact import PartnerContact
from models.people import User
from models.personal_data import PERSON_LEFT
from models.personal_rows import PEOPLE, Person, former_guests, found_by, person_of
from models.policy import Actor
from models.problem import Problem, ProblemStatus
from models.retention import ERASURE_GRACE
from models.session import affected
from workspace.jobs.images import delete_pictures_of
from workspace.jobs.queue import enqueue
from workspace.mail.asking import ask_for_mail
from workspace.services import accounts, sessions

NO_ADDRESS = "erased.invalid"
ABOUT_INVITATIONS = (MailKind.INVITATION, MailKind.SIGN_IN_LINK)
NAMING = (ActivityKind.OBSERVER_INVITED, ActivityKind.PARTNER_ADDED)
"""Activities whose subject is a name."""
BY_FIRST_NAME = (
    NotificationKind.COMMENT_MENTION,
    NotificationKind.COMMENT_REPLY,
    NotificationKind.SOLUTION_IDEA,
    NotificationKind.SOLUTION_RETAINED,
    NotificationKind.SOLUTION_DROPPED,
)
"""What guests do too, and what partners are told by a first name alone."""
ALREADY = N_("Ces données sont déjà effacées.")

Erased = Counter[str]
"""How many rows of each table were deleted or emptied."""


def ask_for_erasure(session: Session, actor: Actor, *, texts: bool) -> datetime:
    """Close the account now, and have it erased after the time for second thoughts; gives when.

    Raises:
        Refused: visitors share an invented person, who stays.
    """
    user = accounts.own_account(session, actor)
    if user.is_demo:
        raise Refused("demo", accounts.DEMO_STAYS)
    user.erase_at = utcnow() + ERASURE_GRACE
    user.erase_texts = texts
    sessions.end_all_sessions(session, user_id=user.id)
    ask_for_mail(session, MailKind.ERASURE_ASKED, user.id)
    audit(session, actor, AuditAction.ERASURE_ASKED)
    return user.erase_at


def erase_own_guest(session: Session, actor: Actor, *, texts: bool) -> None:
    """Erase a guest who asks: there is no way back in that could be waited for."""
    guest = session.get_one(GuestContributor, actor.guest_id)
    erase(session, guest, texts=texts)


def erase(session: Session, someone: User | GuestContributor, *, texts: bool) -> Erased:
    """Erase now, with the guests that an account was before. Their sessions and sockets end.

    With `texts`, their pictures go, and a job takes their words off the boards.

    Raises:
        Refused: nothing is left of this person.
    """
    if someone.erased_at is not None:
        raise Refused("erased", ALREADY)
    session.flush()
    person = person_of(someone)
    _shut_out(session, person)
    erased = _erase_copies(session, person, someone.name)
    if texts:
        delete_pictures_of(session, person.key)  # by their key, which is emptied next
    if isinstance(someone, User):
        for guest in former_guests(session, someone.id):
            erased += _erase_former(session, guest, texts=texts)
        erased += _erase_drafts(session, someone.id)
        _end_memberships(session, someone.id)
    erased += _erase_declared(session, person)
    session.expire_all()
    _close(someone)
    session.flush()
    kind = SubjectKind.USER if isinstance(someone, User) else SubjectKind.GUEST
    audit(session, COMMAND, AuditAction.PERSON_ERASED, subject=(kind, someone.id))
    if texts:
        enqueue(session, JobKind.ERASE_TEXTS, person.key)
    return erased


def _erase_former(session: Session, guest: GuestContributor, *, texts: bool) -> Erased:
    """A guest whose time was over is erased already; their words are not."""
    if guest.erased_at is None:
        return erase(session, guest, texts=texts)
    if texts:
        enqueue(session, JobKind.ERASE_TEXTS, guest.key)
    return Erased()


def _shut_out(session: Session, person: Person) -> None:
    is_guest = person.table == GuestContributor.__tablename__
    ids = {"guest_id" if is_guest else "user_id": person.id}
    sessions.end_all_sessions(session, **ids)
    record(session, AccessChanged(**ids))


def _close(someone: User | GuestContributor) -> None:
    """What is left says nothing, and opens nothing."""
    someone.erased_at = utcnow()
    someone.seen_on = None
    if isinstance(someone, GuestContributor):
        someone.revoked_at = someone.revoked_at or utcnow()
        return
    someone.last_seen_at = None
    someone.disabled_at = someone.disabled_at or utcnow()
    someone.erase_at = someone.warned_at = None
    someone.wants_news = someone.erase_texts = False
    someone.warnings = 0


def _erase_declared(session: Session, person: Person) -> Erased:
    erased = Erased()
    for declared, table, name, condition in found_by(person):
        if name in declared.deleted_by:
            erased[table.name] += affected(session.execute(delete(table).where(condition)))
        elif name in declared.emptied:
            values = {column: empty(table.c[column], person) for column in declared.emptied[name]}
            erased[table.name] += affected(session.execute(update(table).where(condition).values(values)))
    return erased


def empty(column: Column[Any], person: Person) -> object:
    """What a column holds once it is emptied."""
    if column.table.name in PEOPLE and column.name in ("name", "email"):
        return PERSON_LEFT if column.name == "name" else f"{person.key}@{NO_ADDRESS}"
    if column.nullable:
        return None
    default = getattr(column.default, "arg", "")
    return "" if callable(default) else default


def _erase_drafts(session: Session, user_id: int) -> Erased:
    """What nobody but its author was ever shown."""
    problems = delete(Problem).where(Problem.author_id == user_id, Problem.status == ProblemStatus.DRAFT)
    feedback = delete(Feedback).where(Feedback.author_id == user_id, Feedback.status == FeedbackStatus.DRAFT)
    return Erased(problem=affected(session.execute(problems)), feedback=affected(session.execute(feedback)))


def _end_memberships(session: Session, user_id: int) -> None:
    now = utcnow()
    session.execute(
        update(Membership).where(Membership.user_id == user_id, is_not_over(now)).values(ends_at=now)
    )


def _erase_copies(session: Session, person: Person, name: str) -> Erased:
    """Their name and address where they were copied as text."""
    names = {name, *_names_in_invitations(session, person)} - {"", PERSON_LEFT}
    is_about_guest = Notification.kind == NotificationKind.GUEST_JOINED
    by_anybody = Notification.kind.in_(BY_FIRST_NAME)
    first_names = {one.split(" ", 1)[0] for one in names}
    is_named = or_(Notification.who.in_(names), by_anybody & Notification.who.in_(first_names))
    told = (is_named, ~is_about_guest if person.email else is_about_guest | by_anybody)
    erased = Erased()
    erased["notification"] += affected(
        session.execute(update(Notification).where(*told).values(who=PERSON_LEFT))
    )
    if person.email:
        erased["activity"] += affected(
            session.execute(
                update(Activity)
                .where(Activity.kind.in_(NAMING), Activity.subject.in_(names))
                .values(subject=PERSON_LEFT)
            )
        )
        erased["partner"] += _erase_as_partner(session, person, names)
    erased["caught_mail"] += _erase_caught(session, person, names)
    erased["job"] += _erase_jobs(session, person)
    return erased


def _names_in_invitations(session: Session, person: Person) -> list[str]:
    if not person.email:
        return []
    found = session.scalars(select(Invitation.name).where(func.lower(Invitation.email) == person.email))
    return list(found)


def _erase_as_partner(session: Session, person: Person, names: set[str]) -> int:
    """A resident may be a partner under their own name; somebody's address may be a partner's contact."""
    count = 0
    for partner in session.scalars(select(Partner).where(Partner.name.in_(names))):
        left = f"{PERSON_LEFT} {partner.id}"  # a project has no two partners of one name
        noted = (PartnerContact.project_id == partner.project_id, PartnerContact.name == partner.name)
        session.execute(update(PartnerContact).where(*noted).values(name=left, text=""))
        partner.name = left
        count += 1
    held = [Partner.contact.icontains(text, autoescape=True) for text in (person.email, *sorted(names))]
    for partner in session.scalars(select(Partner).where(or_(*held))):
        partner.contact = ""
        count += 1
    session.flush()
    return count


def _erase_caught(session: Session, person: Person, names: set[str]) -> int:
    words = sorted(names | ({person.email} if person.email else set()))
    columns = (CaughtMail.to, CaughtMail.subject, CaughtMail.text, CaughtMail.html)
    held = [column.icontains(word, autoescape=True) for column in columns for word in words]
    return affected(session.execute(delete(CaughtMail).where(or_(*held)))) if held else 0


def _erase_jobs(session: Session, person: Person) -> int:
    """Messages that wait, or that could not leave."""
    if not person.email:
        return 0
    to_them = {f"{kind}:{person.id}" for kind in MailKind if kind not in ABOUT_INVITATIONS}
    invitations = select(Invitation.id).where(func.lower(Invitation.email) == person.email)
    to_them |= {f"{MailKind.INVITATION}:{found}" for found in session.scalars(invitations)}
    gone = [
        job.id
        for job in session.scalars(select(Job).where(Job.kind == JobKind.SEND_MAIL))
        if job.key in to_them or str(job.payload.get("email", "")).lower() == person.email
    ]
    return affected(session.execute(delete(Job).where(Job.id.in_(gone))))
