"""Support that the demonstration's élu offers, in every state: to answer, awaited, late, kept, declined."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.activity import Activity, ActivityKind
from models.brief import BriefStatus, ProgressBrief
from models.cohort import Cohort, Team
from models.milestone import day_in
from models.notification import Notification, NotificationKind
from models.people import User
from models.project import Project
from models.support import SupportChange, SupportKind, SupportOffer, SupportStatus

STATUS = SupportStatus


@dataclass(frozen=True)
class OfferStory:
    """`moves`: (status, days ago, word, due in so many days)."""

    team: str
    days_ago: int
    kind: SupportKind
    body: str
    moves: tuple[tuple[SupportStatus, int, str, int], ...] = ()
    is_told: bool = False


OFFERS = (
    OfferStory(
        "Paris 9e",
        2,
        SupportKind.CONTACT,
        "La présidente d’une copropriété de douze lots, sans gardien, à Tours : elle a essayé le même carré planté et "
        "veut bien en parler au téléphone.",
    ),
    OfferStory(
        "Paris 9e",
        9,
        SupportKind.ROOM,
        "La salle du conseil de quartier, un mardi à 18 h : trente chaises, un vidéoprojecteur.",
        ((STATUS.ACCEPTED, 8, "Merci ! Mardi nous va : nous attendons onze gardiens.", 6),),
        is_told=True,
    ),
    OfferStory(
        "Paris 9e",
        16,
        SupportKind.TIME,
        "Une heure pour relire votre point d’étape avec les yeux de quelqu’un qui n’y connaît rien.",
        (
            (STATUS.ACCEPTED, 15, "Avec plaisir, avant le prochain comité.", -12),
            (STATUS.KEPT, 12, "Trois phrases étaient incompréhensibles : elles ne le sont plus.", 0),
        ),
    ),
    OfferStory(
        "Paris 9e",
        14,
        SupportKind.OTHER,
        "Un article dans le journal municipal de Tours.",
        (
            (
                STATUS.DECLINED,
                13,
                "C’est trop tôt : nous préférons avoir essayé avant d’en parler. Pouvons-nous revenir vers vous ?",
                0,
            ),
        ),
    ),
    OfferStory(
        "Orléans Métropole",
        12,
        SupportKind.CONTACT,
        "L’adjointe d’Orléans chargée de la vie associative : je peux vous mettre en copie.",
        ((STATUS.ACCEPTED, 11, "Volontiers.", -2),),
    ),
    OfferStory(
        "Orléans Métropole",
        20,
        SupportKind.ROOM,
        "Le hall de la médiathèque pour une permanence, un samedi matin.",
        (
            (STATUS.ACCEPTED, 19, "Le samedi qui vient, si la médiathèque est d’accord.", -16),
            (STATUS.LAPSED, 14, "La médiathèque était fermée pour travaux : ce n’est que partie remise.", 0),
        ),
    ),
    OfferStory(
        "Orléans Métropole",
        18,
        SupportKind.TIME,
        "Une matinée pour tenir une permanence avec vous.",
        ((STATUS.WITHDRAWN, 17, "", 0),),
    ),
)


def write_support(
    session: Session,
    cohort: Cohort,
    projects: Mapping[str, Project],
    observer: User,
    now: datetime,
) -> None:
    """The offers with their histories; the lead is told of the one that waits, the élu of an answer."""
    for told in OFFERS:
        project = projects[told.team]
        lead = session.scalars(
            select(User).join(Team, Team.lead_id == User.id).where(Team.id == project.team_id)
        ).one()
        offered_at = now - timedelta(days=told.days_ago)
        offer = SupportOffer(
            project_id=project.id,
            observer_id=observer.id,
            brief_id=session.scalar(
                select(ProgressBrief.id)
                .where(
                    ProgressBrief.project_id == project.id,
                    ProgressBrief.status == BriefStatus.PUBLISHED,
                    ProgressBrief.published_at < offered_at,
                )
                .order_by(ProgressBrief.edition.desc())
                .limit(1)
            ),
            kind=told.kind,
            body=told.body,
            offered_at=offered_at,
            changed_at=offered_at,
            is_told=told.is_told,
            version=1,
            changes=[SupportChange(status=STATUS.OFFERED, at=offered_at, by_id=observer.id)],
        )
        session.add(offer)
        session.add(_activity(cohort, project, observer, ActivityKind.SUPPORT_OFFERED, offered_at))
        for status, days, word, due_in in told.moves:
            at = now - timedelta(days=days)
            offer.status, offer.changed_at = status, at
            if status is STATUS.ACCEPTED:
                offer.due_on = day_in(cohort.time_zone, now + timedelta(days=due_in))
                offer.owner_id = lead.id
            due_on = offer.due_on if status is STATUS.ACCEPTED else None
            by = observer if status is STATUS.WITHDRAWN else lead
            offer.changes.append(SupportChange(status=status, at=at, by_id=by.id, word=word, due_on=due_on))
            offer.version += 1
            if status in (STATUS.ACCEPTED, STATUS.DECLINED):
                session.add(_activity(cohort, project, lead, ActivityKind.SUPPORT_ANSWERED, at))
        session.flush()
        if not told.moves:
            session.add(
                Notification(
                    user_id=lead.id,
                    kind=NotificationKind.SUPPORT_OFFERED,
                    who=observer.name,
                    subject=project.title,
                    url=f"/projects/{project.id}/support#offer-{offer.id}",
                    project_id=project.id,
                    created_at=offered_at,
                )
            )
    session.flush()


def _activity(cohort: Cohort, project: Project, user: User, kind: ActivityKind, at: datetime) -> Activity:
    return Activity(
        cohort_id=cohort.id,
        project_id=project.id,
        user_id=user.id,
        kind=kind,
        subject=project.title,
        at=at,
    )
