"""The demonstration's assessments: released of some, a draft of others, nothing yet of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.assessment import Assessment, AssessmentMark, AssessmentStatus
from models.cohort import Cohort
from models.notification import Notification, NotificationKind
from models.people import User
from models.project import Project
from workspace.services.rubrics import set_marks


@dataclass(frozen=True)
class AssessmentStory:
    """Of a team, or of a person by their key; without `days_ago` it is a draft."""

    appreciation: str
    levels: Mapping[str, int]
    days_ago: float | None = None
    team: str = ""
    person: str = ""


STORIES = (
    AssessmentStory(
        "Vous avez écouté avant de proposer, et cela se voit : le gardien est dans le projet. Le coût d’une cour "
        "reste à dire, avec ce qu’elle fait économiser en bacs refusés.",
        {"novelty": 3, "transferability": 2, "public_money": 2, "effectiveness": 2, "closeness": 4},
        9,
        team="Paris 9e",
    ),
    AssessmentStory(
        "Vos visites de cours ont changé le projet. Osez maintenant présenter vous-même les chiffres à "
        "l’assemblée des gardiens.",
        {"novelty": 3, "effectiveness": 2, "closeness": 4},
        9,
        person="jean_marc",
    ),
    AssessmentStory(
        "Un vrai sens de l’animation ; gardez une trace de ce que disent les absents.",
        {"novelty": 2, "closeness": 3},
        person="awa",
    ),
    AssessmentStory(
        "Le lundi des files mesuré deux fois : c’est le point de départ qui manque souvent. Reste à savoir qui "
        "tiendra l’essai après vous.",
        {"novelty": 3, "public_money": 3, "effectiveness": 3, "closeness": 3},
        6,
        team="Cayenne",
    ),
    AssessmentStory(
        "L’idée est claire, l’essai ne l’est pas encore : avec quelle association commencez-vous, et quand ?",
        {"novelty": 2, "transferability": 3},
        team="Orléans Métropole",
    ),
    AssessmentStory("", {"closeness": 3}, 5, person="teva"),
)


def write_assessments(
    session: Session,
    cohort: Cohort,
    projects: Mapping[str, Project],
    users: Mapping[str, User],
    now: datetime,
) -> None:
    """Write them, and tell those whom the released ones are about."""
    tutor = users["tutor"]
    for story in STORIES:
        released_at = None if story.days_ago is None else now - timedelta(days=story.days_ago)
        at = released_at or now - timedelta(days=1)
        row = Assessment(
            cohort_id=cohort.id,
            team_id=projects[story.team].team_id if story.team else None,
            learner_id=users[story.person].id if story.person else None,
            author_id=tutor.id,
            appreciation=story.appreciation,
            status=AssessmentStatus.RELEASED if released_at else AssessmentStatus.DRAFT,
            created_at=at,
            updated_at=at,
            released_at=released_at,
        )
        session.add(row)
        session.flush()
        set_marks(session, cohort.id, row.id, story.levels, AssessmentMark.assessment_id)
        if released_at and story.person:
            session.add(
                Notification(
                    user_id=users[story.person].id,
                    kind=NotificationKind.ASSESSMENT_RELEASED,
                    who=tutor.name,
                    subject=cohort.name,
                    url=f"/assessments#assessment-{row.id}",
                    created_at=released_at,
                )
            )
    session.flush()
