"""Support that élus offer: told to the team lead at once, answered, and kept in sight until it is settled.

An élu reads their own offers, the team and its tutors all of the project's. The caller's transaction commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.access import access_observed_project, access_support_offer, latest_brief, support_options
from models.activity import ActivityKind
from models.base import utcnow
from models.errors import Conflict, Invalid, Refused
from models.i18n import N_
from models.membership import members
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role
from models.support import (
    OFFER_LIMIT,
    TEAM_MOVES,
    WORD_LIMIT,
    SupportChange,
    SupportKind,
    SupportOffer,
    SupportStatus,
)
from workspace.services.briefs import today_of
from workspace.services.questions import TOO_LONG, check_text, note_activity, team_to_tell, tell_both

STATUS = SupportStatus
EMPTY_OFFER = N_("Dites en quelques mots ce que vous proposez.")
WORD_NEEDED = N_("Dites un mot de votre refus : la personne qui propose le lira.")
DAY_NEEDED = N_("Donnez le jour où cet appui est attendu.")
PAST_DAY = N_("Ce jour est passé.")
NOT_OF_THE_TEAM = N_("Choisissez quelqu’un de l’équipe.")
CHANGED_MEANWHILE = N_("Cet appui a changé entre-temps : voici où il en est.")
SETTLED = N_("Cet appui n’est plus en cours : il n’y a rien à retirer.")


@dataclass(frozen=True)
class Answer:
    """What the team says to an offer; day, owner and `is_told` count where it is accepted."""

    to: SupportStatus
    word: str = ""
    due_on: date | None = None
    owner_id: int | None = None
    is_told: bool = False


@dataclass(frozen=True)
class Supports:
    """A project's offers: those to answer, those awaited by their day, the settled ones newest first."""

    waiting: Sequence[SupportOffer]
    awaited: Sequence[SupportOffer]
    settled: Sequence[SupportOffer]


def offer_support(
    session: Session, actor: Actor, project_id: int, kind: SupportKind, body: str
) -> SupportOffer:
    """Offer the team something; its lead is told, or the whole team when it has none. Raises: Invalid."""
    project = access_observed_project(session, actor, project_id, Permission.OFFER_SUPPORT)
    check_text(body, "body", OFFER_LIMIT, EMPTY_OFFER)
    brief = latest_brief(session, project.id)
    offer = SupportOffer(
        project_id=project.id,
        observer_id=actor.user_id,
        brief_id=brief.id if brief else None,
        kind=kind,
        body=body.strip(),
        changes=[SupportChange(status=STATUS.OFFERED, by_id=actor.user_id)],
    )
    session.add(offer)
    session.flush()
    note_activity(session, actor, project, ActivityKind.SUPPORT_OFFERED)
    notify(
        session,
        team_to_tell(session, project),
        NotificationKind.SUPPORT_OFFERED,
        who=actor.name,
        subject=project.title,
        url=_team_url(offer),
        project_id=offer.project_id,
    )
    return offer


def answer_support(
    session: Session, actor: Actor, offer_id: int, answer: Answer, *, version: int
) -> SupportOffer:
    """Accept, decline, say that it was kept or lapsed, or go back on it. An élu who still observes is told.

    Raises: Invalid; Conflict when the offer changed since `version`, or cannot come there from where it is.
    """
    offer = _lock(session, actor, offer_id, Permission.ANSWER_SUPPORT)
    if offer.version != version or answer.to not in TEAM_MOVES[offer.status]:
        raise Conflict(CHANGED_MEANWHILE, {"version": offer.version})
    _check(session, offer, answer)
    was = offer.status
    if answer.to is STATUS.ACCEPTED:
        offer.due_on, offer.owner_id, offer.is_told = answer.due_on, answer.owner_id, answer.is_told
    _move(offer, actor, answer.to, answer.word)
    project, is_answer = offer.project, was in (STATUS.OFFERED, STATUS.DECLINED)
    if is_answer:
        note_activity(session, actor, project, ActivityKind.SUPPORT_ANSWERED)
    told = NotificationKind.SUPPORT_ANSWERED if is_answer else NotificationKind.SUPPORT_SETTLED
    kinds, urls = (told, NotificationKind.SUPPORT_HANDLED), (_observer_url(offer), _team_url(offer))
    tell_both(session, actor, project, offer.observer_id, kinds, urls)
    return offer


def withdraw_support(session: Session, actor: Actor, offer_id: int) -> SupportOffer:
    """The élu takes back what they offered; the team is told. Twice changes nothing. Raises: Refused."""
    offer = _lock(session, actor, offer_id, Permission.OFFER_SUPPORT)
    if offer.status is STATUS.WITHDRAWN:
        return offer
    if not offer.is_open:
        raise Refused("settled", SETTLED)
    told = [*team_to_tell(session, offer.project), *([offer.owner_id] if offer.owner_id else [])]
    _move(offer, actor, STATUS.WITHDRAWN, "")
    notify(
        session,
        told,
        NotificationKind.SUPPORT_WITHDRAWN,
        who=actor.name,
        subject=offer.project.title,
        url=_team_url(offer),
        project_id=offer.project_id,
    )
    return offer


def tell_support(session: Session, actor: Actor, offer_id: int, *, is_told: bool) -> SupportOffer:
    """Whether the next brief says it, without a name."""
    offer = _lock(session, actor, offer_id, Permission.ANSWER_SUPPORT)
    offer.is_told = is_told
    return offer


def supports_of(session: Session, project_id: int) -> Supports:
    """Every offer made to the project's team, for those who read them (VIEW_SUPPORT): two queries."""
    found = session.scalars(_offers().where(SupportOffer.project_id == project_id)).all()
    awaited = [one for one in found if one.status is STATUS.ACCEPTED]
    return Supports(
        waiting=[one for one in found if one.status is STATUS.OFFERED],
        awaited=sorted(awaited, key=lambda one: one.due_on or date.max),
        settled=[one for one in found if not one.is_open],
    )


def own_support(session: Session, actor: Actor, project_ids: Iterable[int]) -> list[SupportOffer]:
    """What this élu offered on these projects, what is open first, then the newest. Two queries."""
    if actor.user_id is None:
        return []
    found = session.scalars(
        _offers()
        .where(SupportOffer.observer_id == actor.user_id, SupportOffer.project_id.in_(list(project_ids)))
        .options(joinedload(SupportOffer.project))
    )
    return sorted(found, key=lambda one: not one.is_open)


def told_support(session: Session, project_id: int) -> list[SupportOffer]:
    """The commitments that the team says in its next brief, those kept first."""
    found = session.scalars(
        select(SupportOffer)
        .where(
            SupportOffer.project_id == project_id,
            SupportOffer.is_told.is_(True),
            SupportOffer.status.in_((STATUS.ACCEPTED, STATUS.KEPT)),
        )
        .order_by(SupportOffer.status.desc(), SupportOffer.id)
    )
    return list(found)


def _offers() -> Select[SupportOffer]:
    return (
        select(SupportOffer)
        .options(*support_options())
        .order_by(SupportOffer.offered_at.desc(), SupportOffer.id.desc())
    )


def _lock(session: Session, actor: Actor, offer_id: int, permission: Permission) -> SupportOffer:
    """The offer, its row locked: of two answers, one waits for the other."""
    access_support_offer(session, actor, offer_id, permission)
    session.execute(select(SupportOffer.id).where(SupportOffer.id == offer_id).with_for_update())
    session.expire_all()
    return access_support_offer(session, actor, offer_id, permission)


def _check(session: Session, offer: SupportOffer, answer: Answer) -> None:
    wrong = {}
    if len(answer.word) > WORD_LIMIT:
        wrong["word"] = TOO_LONG
    if answer.to is STATUS.DECLINED and not answer.word.strip():
        wrong["word"] = WORD_NEEDED
    if answer.to is STATUS.ACCEPTED:
        if answer.due_on is None:
            wrong["due_on"] = DAY_NEEDED
        elif answer.due_on < today_of(offer.project):
            wrong["due_on"] = PAST_DAY
        team = {user.id for user in members(session, Role.LEARNER, team_id=offer.project.team_id)}
        if answer.owner_id not in team:
            wrong["owner_id"] = NOT_OF_THE_TEAM
    if wrong:
        raise Invalid(fields=wrong)


def _move(offer: SupportOffer, actor: Actor, to: SupportStatus, word: str) -> None:
    offer.status, offer.changed_at = to, utcnow()
    offer.version += 1
    offer.changes.append(
        SupportChange(
            status=to,
            word=word.strip(),
            due_on=offer.due_on if to is STATUS.ACCEPTED else None,
            by_id=actor.user_id,
        )
    )


def _observer_url(offer: SupportOffer) -> str:
    return f"/observations/{offer.project_id}#offer-{offer.id}"


def _team_url(offer: SupportOffer) -> str:
    return f"/projects/{offer.project_id}/support#offer-{offer.id}"
