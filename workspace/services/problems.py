"""The life of a problem: drafted, sent, accepted or returned, joined. The caller's transaction commits.

A draft belongs to the form it is written in: saving twice from one form, even when the first answer was
lost on the way, changes one row and is no conflict. Another form's older text is (`Conflict`).
"""

from dataclasses import asdict, fields, replace

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.access import FORBIDDEN, access_cohort, access_problem
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Conflict, Forbidden, Invalid, Refused
from models.i18n import N_
from models.membership import members
from models.notification import NotificationKind, notify
from models.policy import Actor, Grant, Permission, Role, Where, can
from models.problem import Confidentiality, Problem, ProblemStatus, ProblemSupporter
from workspace.services.conflicts import about_problem, end_conflicting
from workspace.services.problem_content import ProblemContent, check_complete, content_of, write_content

FORM_KEY_LENGTH = 80
REASON_LIMIT = 2000
STALE = N_("Cette problématique a été modifiée entre-temps.")
REASON_MISSING = N_("Dites à l’auteur·rice ce qu’il faut reprendre, et pourquoi.")
DECIDED_SENTENCES = {
    ProblemStatus.DRAFT: N_("Cette problématique n’a pas encore été envoyée."),
    ProblemStatus.ACCEPTED: N_("Cette problématique est déjà acceptée : rien n’a été changé."),
    ProblemStatus.RETURNED: N_(
        "Cette problématique a déjà été rendue à son auteur·rice : attendez son nouvel envoi."
    ),
}
ALREADY_SENT = N_("Cette problématique est déjà envoyée : elle attend la décision d’un·e tuteur·rice.")


def learner_grants(actor: Actor) -> list[Grant]:
    """Where the actor may post: one grant per cohort, with its team if there is one."""
    found: dict[int, Grant] = {}
    for grant in sorted(actor.grants, key=lambda grant: (grant.team_id is None, grant.team_id or 0)):
        if grant.role is Role.LEARNER and grant.cohort_id is not None:
            found.setdefault(grant.cohort_id, grant)
    return list(found.values())


def check_may_post(actor: Actor) -> None:
    """Raise Forbidden unless the actor learns in some cohort."""
    grants = learner_grants(actor)
    if not any(can(actor, Permission.CREATE_PROBLEM, Where(cohort_id=grant.cohort_id)) for grant in grants):
        can(actor, Permission.CREATE_PROBLEM, Where())
        raise Forbidden(FORBIDDEN)


def start_draft(
    session: Session, actor: Actor, content: ProblemContent, *, form_key: str, cohort_id: int | None = None
) -> Problem:
    """A new draft in the learner's cohort (the newest by default), written in the form `form_key`."""
    check_may_post(actor)
    grants = {grant.cohort_id: grant for grant in learner_grants(actor)}
    if cohort_id not in grants:
        cohort_id = max(known for known in grants if known is not None)
    cohort = access_cohort(session, actor, cohort_id or 0, Permission.CREATE_PROBLEM)
    problem = Problem(
        cohort_id=cohort.id,
        author_id=actor.user_id,
        team_id=grants[cohort.id].team_id,
        draft_key=form_key[:FORM_KEY_LENGTH] or None,
        form_key=form_key[:FORM_KEY_LENGTH],
        version=1,
    )
    problem.drivers = []
    write_content(problem, content)
    session.add(problem)
    session.flush()
    return problem


def draft_of_form(session: Session, actor: Actor, form_key: str) -> int | None:
    """The id of the problem that this person's form `form_key` began, if it did."""
    if not form_key or actor.user_id is None:
        return None
    return session.scalar(
        select(Problem.id).where(
            Problem.author_id == actor.user_id, Problem.draft_key == form_key[:FORM_KEY_LENGTH]
        )
    )


def access_to_edit(session: Session, actor: Actor, problem_id: int) -> Problem:
    """One's problem, to change it.

    Raises: Refused with the sentence to show while it awaits the tutors' decision.
    """
    problem = access_problem(session, actor, problem_id)
    if problem.author_id == actor.user_id and problem.status is ProblemStatus.SUBMITTED:
        can(actor, Permission.EDIT_PROBLEM, problem.where)
        raise Refused("already_sent", ALREADY_SENT)
    return access_problem(session, actor, problem_id, Permission.EDIT_PROBLEM)


def save_problem(
    session: Session,
    actor: Actor,
    problem_id: int,
    content: ProblemContent,
    version: int,
    *,
    form_key: str = "",
) -> Problem:
    """Write the content. An accepted problem must stay complete; a draft or a returned one need not be.

    Raises:
        Conflict: the row changed since `version` by another form than `form_key`.
        Invalid: an accepted problem would become incomplete.
        Refused: it awaits the tutors' decision.
    """
    problem = access_to_edit(session, actor, problem_id)
    if problem.status is ProblemStatus.ACCEPTED:
        check_complete(content)
    if content == content_of(problem):
        return problem
    if form_key and form_key[:FORM_KEY_LENGTH] == problem.form_key:
        version = problem.version
    _claim(session, problem, version)
    problem.form_key = form_key[:FORM_KEY_LENGTH]
    before = content_of(problem)
    write_content(problem, content)
    if problem.authority_code != before.authority_code:
        end_conflicting(session, actor, about_problem(problem.id))
    if problem.confidentiality != before.confidentiality and problem.status is not ProblemStatus.DRAFT:
        is_open = problem.confidentiality is Confidentiality.COHORT
        action = AuditAction.PROBLEM_OPENED if is_open else AuditAction.PROBLEM_RESTRICTED
        _audit(session, actor, problem, action)
    return problem


def delete_draft(session: Session, actor: Actor, problem_id: int) -> None:
    """Delete one's own draft; what was ever sent stays."""
    problem = access_problem(session, actor, problem_id, Permission.EDIT_PROBLEM)
    if problem.status is not ProblemStatus.DRAFT:
        raise Refused("not_a_draft", N_("Seul un brouillon peut être supprimé."))
    session.delete(problem)


def submit_problem(session: Session, actor: Actor, problem_id: int, version: int) -> Problem:
    """Send the problem to the cohort's tutors, who are told.

    Raises:
        Refused: it is already sent or accepted.
        Invalid: something is missing.
    """
    problem = access_to_edit(session, actor, problem_id)
    if problem.status is ProblemStatus.ACCEPTED:
        raise Refused("already_accepted", N_("Cette problématique est déjà acceptée."))
    check_complete(content_of(problem))
    _claim(session, problem, version)
    problem.status = ProblemStatus.SUBMITTED
    problem.submitted_at = utcnow()
    _note(session, actor, problem, ActivityKind.PROBLEM_SUBMITTED)
    _audit(session, actor, problem, AuditAction.PROBLEM_SUBMITTED)
    tutors = [tutor.id for tutor in members(session, Role.TUTOR, cohort_id=problem.cohort_id)]
    _tell(session, actor, problem, tutors, NotificationKind.PROBLEM_SUBMITTED)
    return problem


def accept_problem(session: Session, actor: Actor, problem_id: int, version: int) -> Problem:
    """The tutor accepts: the author and the team are told, and may make a project of it."""
    problem = _decide(session, actor, problem_id, version, ProblemStatus.ACCEPTED)
    problem.decision_reason = ""
    _note(session, actor, problem, ActivityKind.PROBLEM_ACCEPTED)
    _audit(session, actor, problem, AuditAction.PROBLEM_ACCEPTED)
    team = members(session, Role.LEARNER, team_id=problem.team_id) if problem.team_id else []
    told = [problem.author_id, *(member.id for member in team)]
    _tell(session, actor, problem, told, NotificationKind.PROBLEM_ACCEPTED)
    return problem


def return_problem(session: Session, actor: Actor, problem_id: int, version: int, reason: str) -> Problem:
    """The tutor gives it back to its author, who is told, with the reason why.

    Raises: Invalid for an empty or over-long reason.
    """
    reason = reason.strip()
    problem = _decide(session, actor, problem_id, version, ProblemStatus.RETURNED)
    if not reason:
        raise Invalid(fields={"reason": REASON_MISSING})
    if len(reason) > REASON_LIMIT:
        raise Invalid(fields={"reason": N_("Ce texte est trop long : 2 000 caractères au plus.")})
    problem.decision_reason = reason
    _note(session, actor, problem, ActivityKind.PROBLEM_RETURNED)
    _audit(session, actor, problem, AuditAction.PROBLEM_RETURNED)
    _tell(session, actor, problem, [problem.author_id], NotificationKind.PROBLEM_RETURNED)
    return problem


def join_problem(session: Session, actor: Actor, problem_id: int) -> Problem:
    """The learner joins another's accepted problem; once is enough. Its author is told."""
    problem = access_problem(session, actor, problem_id, Permission.JOIN_PROBLEM)
    if problem.author_id == actor.user_id:
        raise Refused("own_problem", N_("C’est votre propre problématique : vous en faites déjà partie."))
    if any(supporter.user_id == actor.user_id for supporter in problem.supporters):
        return problem
    try:
        with session.begin_nested():
            session.add(ProblemSupporter(problem_id=problem.id, user_id=actor.user_id))
    except IntegrityError:  # joined at the same moment from another page
        return problem
    _tell(session, actor, problem, [problem.author_id], NotificationKind.PROBLEM_JOINED)
    return problem


def leave_problem(session: Session, actor: Actor, problem_id: int) -> Problem:
    """The learner no longer supports it."""
    problem = access_problem(session, actor, problem_id, Permission.JOIN_PROBLEM)
    for supporter in problem.supporters:
        if supporter.user_id == actor.user_id:
            problem.supporters.remove(supporter)
            break
    return problem


def access_to_decide(session: Session, actor: Actor, problem_id: int) -> Problem:
    """The sent problem, for a tutor of its cohort.

    Raises: Refused with the sentence to show when it is not, or no longer, to be decided.
    """
    problem = access_problem(session, actor, problem_id)
    sent = replace(problem.where, states=frozenset({ProblemStatus.SUBMITTED.value}))
    if not can(actor, Permission.DECIDE_PROBLEM, sent):
        raise Forbidden(FORBIDDEN)
    if problem.status is not ProblemStatus.SUBMITTED:
        raise Refused(f"already_{problem.status}", DECIDED_SENTENCES[problem.status])
    return problem


def _decide(session: Session, actor: Actor, problem_id: int, version: int, status: ProblemStatus) -> Problem:
    problem = access_to_decide(session, actor, problem_id)
    _claim(session, problem, version)
    problem.status = status
    problem.decided_at = utcnow()
    problem.decided_by_id = actor.user_id
    return problem


def _claim(session: Session, problem: Problem, version: int) -> None:
    """Take the next version, unless somebody has taken it since `version` was read."""
    claimed = session.scalar(
        update(Problem)
        .where(Problem.id == problem.id, Problem.version == version)
        .values(version=version + 1)
        .returning(Problem.version)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        session.refresh(problem, [*(field.name for field in fields(ProblemContent)), "version", "updated_at"])
        raise Conflict(STALE, {**asdict(content_of(problem)), **_stamp(problem)})
    set_committed_value(problem, "version", claimed)


def _stamp(problem: Problem) -> dict[str, object]:
    return {"version": problem.version, "updated_at": problem.updated_at}


def _note(session: Session, actor: Actor, problem: Problem, kind: ActivityKind) -> None:
    record_activity(
        session, actor, kind, cohort_id=problem.cohort_id, problem_id=problem.id, subject=problem.title
    )


def _audit(session: Session, actor: Actor, problem: Problem, action: AuditAction) -> None:
    place = Where(cohort_id=problem.cohort_id, team_id=problem.team_id)
    audit(session, actor, action, where=place, subject=(SubjectKind.PROBLEM, problem.id))


def _tell(
    session: Session, actor: Actor, problem: Problem, user_ids: list[int], kind: NotificationKind
) -> None:
    others = [user_id for user_id in user_ids if user_id != actor.user_id]
    notify(session, others, kind, who=actor.name, subject=problem.title, url=f"/problems/{problem.id}")
