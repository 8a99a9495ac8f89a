"""Élus' questions: asked on the page they read, routed to the team lead, answered by any of the team.

An élu reads their own questions and answers; of other élus', those that the team shows under its brief,
without a name. The caller's transaction commits.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.access import access_observed_project, access_question, latest_brief
from models.activity import ActivityKind, record_activity
from models.base import utcnow
from models.brief import ObserverQuestion, ProgressBrief
from models.errors import Conflict, Invalid
from models.i18n import N_
from models.membership import Membership, is_live, members
from models.notification import NotificationKind, notify
from models.people import User
from models.policy import Actor, Permission, Role
from models.project import Project
from workspace.services.tokens import token_hash

QUESTION_LIMIT = 1_000
ANSWER_LIMIT = 2_000
EMPTY_QUESTION = N_("Écrivez votre question.")
EMPTY_ANSWER = N_("Écrivez votre réponse.")
TOO_LONG = N_("Ce texte est trop long.")
ANSWERED_MEANWHILE = N_("Quelqu’un de l’équipe a répondu entre-temps.")


def ask_question(session: Session, actor: Actor, project_id: int, body: str) -> ObserverQuestion:
    """Put a question to the team lead, or to the whole team when it has none. Raises: Invalid."""
    project = access_observed_project(session, actor, project_id)
    check_text(body, "body", QUESTION_LIMIT, EMPTY_QUESTION)
    brief = latest_brief(session, project.id)
    question = ObserverQuestion(
        project_id=project.id,
        observer_id=actor.user_id,
        brief_id=brief.id if brief else None,
        body=body.strip(),
    )
    session.add(question)
    session.flush()
    note_activity(session, actor, project, ActivityKind.QUESTION_ASKED)
    notify(
        session,
        team_to_tell(session, project),
        NotificationKind.QUESTION_ASKED,
        who=actor.name,
        subject=project.title,
        url=_team_url(question),
        project_id=project.id,
    )
    return question


def team_to_tell(session: Session, project: Project) -> list[int]:
    """Whom an élu's words go to: the lead of the team, or all of it when it has none."""
    team = [user.id for user in members(session, Role.LEARNER, team_id=project.team_id)]
    if project.team.lead_id in team:  # and not one whose time in the team is over
        return [project.team.lead_id]
    return team


def answer_question(
    session: Session, actor: Actor, question_id: int, text: str, *, seen: str, is_shared: bool = False
) -> ObserverQuestion:
    """Answer, or correct the answer; `seen` is the fingerprint of the answer that was on the page.

    `is_shared`: every élu of the project reads both under the brief, without the asker's name. The élu is
    told, by the team's name, if they still observe; the lead is told when another answered.

    Raises: Invalid; Conflict with the current answer when somebody of the team wrote one meanwhile.
    """
    question = _lock(session, actor, question_id)
    check_text(text, "answer", ANSWER_LIMIT, EMPTY_ANSWER)
    text = text.strip()
    if text == question.answer:
        question.is_shared = is_shared
        return question
    if seen != fingerprint(question.answer):
        raise Conflict(ANSWERED_MEANWHILE, _current(session, question))
    question.answer, question.answered_at, question.answered_by_id = text, utcnow(), actor.user_id
    question.is_shared = is_shared
    session.flush()
    project = question.project
    note_activity(session, actor, project, ActivityKind.QUESTION_ANSWERED)
    kinds = (NotificationKind.QUESTION_ANSWERED, NotificationKind.QUESTION_HANDLED)
    urls = (f"/observations/{project.id}#question-{question.id}", _team_url(question))
    tell_both(session, actor, project, question.observer_id, kinds, urls)
    return question


def _current(session: Session, question: ObserverQuestion) -> dict[str, object]:
    by = session.get(User, question.answered_by_id) if question.answered_by_id else None
    return {
        "answer": question.answer,
        "seen": fingerprint(question.answer),
        "who": by.name if by else "",
        "at": question.answered_at,
    }


def fingerprint(answer: str) -> str:
    """Changes when the answer does."""
    return token_hash(answer)[:16]


def questions_of(session: Session, project_id: int) -> list[ObserverQuestion]:
    """Every question put to the team, those that wait first. For the team only."""
    found = session.scalars(
        select(ObserverQuestion)
        .where(ObserverQuestion.project_id == project_id)
        .options(joinedload(ObserverQuestion.observer), joinedload(ObserverQuestion.answered_by))
        .order_by(ObserverQuestion.asked_at.desc(), ObserverQuestion.id.desc())
    )
    return sorted(found, key=lambda question: question.answered_at is not None)


def own_questions(session: Session, actor: Actor, project_ids: Sequence[int]) -> list[ObserverQuestion]:
    """What this élu asked on these projects, newest first."""
    if actor.user_id is None:
        return []
    found = session.scalars(
        select(ObserverQuestion)
        .where(
            ObserverQuestion.observer_id == actor.user_id,
            ObserverQuestion.project_id.in_(project_ids),
        )
        .order_by(ObserverQuestion.asked_at.desc(), ObserverQuestion.id.desc())
    )
    return list(found)


def shared_answers(session: Session, brief: ProgressBrief, *, is_latest: bool) -> list[ObserverQuestion]:
    """What the team shows under this edition: asked on it; under the latest, answered since. Oldest first.

    The caller has decided that the reader may see it (VIEW_ANSWERS), and shows no name.
    """
    belongs = ObserverQuestion.brief_id == brief.id
    if is_latest and brief.published_at is not None:
        belongs = belongs | (ObserverQuestion.answered_at >= brief.published_at)
    found = session.scalars(
        select(ObserverQuestion)
        .where(
            ObserverQuestion.project_id == brief.project_id,
            ObserverQuestion.is_shared.is_(True),
            ObserverQuestion.answered_at.is_not(None),
            belongs,
        )
        .order_by(ObserverQuestion.asked_at, ObserverQuestion.id)
    )
    return list(found)


def observes(session: Session, user_id: int, project_id: int) -> bool:
    """Whether this person observes the project now."""
    found = session.scalar(
        select(Membership.id)
        .where(
            Membership.user_id == user_id,
            Membership.project_id == project_id,
            Membership.role == Role.OBSERVER,
            is_live(),
        )
        .limit(1)
    )
    return found is not None


def _lock(session: Session, actor: Actor, question_id: int) -> ObserverQuestion:
    """The question, its row locked: of two answers, one waits for the other."""
    access_question(session, actor, question_id, Permission.ANSWER_QUESTION)
    session.execute(select(ObserverQuestion.id).where(ObserverQuestion.id == question_id).with_for_update())
    session.expire_all()
    return access_question(session, actor, question_id, Permission.ANSWER_QUESTION)


def tell_both(
    session: Session,
    actor: Actor,
    project: Project,
    observer_id: int,
    kinds: tuple[NotificationKind, NotificationKind],
    urls: tuple[str, str],
) -> None:
    """The élu, by the team's name, if they still observe; and the lead, when another of the team did it."""
    to_observer, to_lead = kinds
    if observes(session, observer_id, project.id):
        who = project.team.name
        _tell(session, observer_id, to_observer, who, project, urls[0])
    lead = project.team.lead_id
    if lead is not None and lead != actor.user_id:
        _tell(session, lead, to_lead, actor.name, project, urls[1])


def _tell(
    session: Session, user_id: int, kind: NotificationKind, who: str, project: Project, url: str
) -> None:
    notify(session, [user_id], kind, who=who, subject=project.title, url=url, project_id=project.id)


def _team_url(question: ObserverQuestion) -> str:
    return f"/projects/{question.project_id}/brief#question-{question.id}"


def check_text(text: str, name: str, limit: int, empty: str) -> None:
    """Raise Invalid, on the field `name`, for a text that is empty or too long."""
    if not text.strip():
        raise Invalid(fields={name: empty})
    if len(text) > limit:
        raise Invalid(fields={name: TOO_LONG})


def note_activity(session: Session, actor: Actor, project: Project, kind: ActivityKind) -> None:
    """Write it in the project's journal."""
    record_activity(
        session,
        actor,
        kind,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=project.title,
    )
