"""The only loaders of protected objects: `access_x(session, actor, id, permission)` gives it or raises.

An outsider gets NotFound, an insider without the right gets Forbidden. What each function loads with the
object is stated in its docstring, so that templates never query. `visible_*` build the lists an actor
may read.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from models.assessment import Assessment
from models.audit import AuditEntry
from models.base import Base
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.cohort import Cohort, Team
from models.document import Board
from models.errors import Forbidden, NotFound
from models.feedback import Feedback
from models.i18n import N_
from models.milestone import Milestone
from models.organization import Programme
from models.policy import Actor, Permission, Role, Where, can, stands
from models.problem import Confidentiality, Problem, ProblemStatus
from models.project import Project
from models.snapshot import Snapshot
from models.solution import Solution
from models.support import SupportChange, SupportOffer

NOT_FOUND = N_("Cette page n’existe pas, ou vous n’y avez pas accès.")
FORBIDDEN = N_("Vous n’avez pas le droit de faire cela ici.")
MAX_ID = 2**31 - 1

T = TypeVar("T", bound=Base)


def project_options() -> tuple[_AbstractLoad, ...]:
    """What `Project.where` and most pages need: team, cohort, problem with its authority."""
    return (
        joinedload(Project.team).joinedload(Team.cohort),
        joinedload(Project.problem).joinedload(Problem.authority),
    )


def listed_project_options() -> tuple[_AbstractLoad, ...]:
    """The same for a page that lists many: of the problem nothing but where it lies and who may read it."""
    problem = joinedload(Project.problem)
    return (
        joinedload(Project.team).joinedload(Team.cohort),
        problem.load_only(Problem.confidentiality, Problem.authority_code, raiseload=True),
        problem.joinedload(Problem.authority),
    )


def check(actor: Actor | None, permission: Permission, where: Where) -> None:
    """Raise unless the actor may do this there."""
    if can(actor, permission, where):
        return
    if actor is None or not stands(actor, where):
        raise NotFound(NOT_FOUND)
    raise Forbidden(FORBIDDEN)


def find_or_not_found(session: Session, statement: Select[T], **values: object) -> T:
    """The one row of `statement`, in which these values are set, or NotFound."""
    found = session.scalar(statement, values)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _valid(id_: int) -> int:
    if not 0 < id_ <= MAX_ID:
        raise NotFound(NOT_FOUND)
    return id_


# The statements that most requests ask are built once, the first time: by then every model is known.


@cache
def _one_cohort() -> Select[Cohort]:
    return select(Cohort).where(Cohort.id == bindparam("id")).options(joinedload(Cohort.programme))


@cache
def _one_problem() -> Select[Problem]:
    return (
        select(Problem)
        .where(Problem.id == bindparam("id"))
        .options(
            joinedload(Problem.cohort),
            joinedload(Problem.author),
            joinedload(Problem.authority),
            joinedload(Problem.decided_by),
            selectinload(Problem.drivers),
            selectinload(Problem.supporters),
        )
    )


@cache
def _one_project() -> Select[Project]:
    return select(Project).where(Project.id == bindparam("id")).options(*project_options())


@cache
def _one_board(column: InstrumentedAttribute[int]) -> Select[Board]:
    return _boards(column == bindparam("id"))


def programme_where(programme: Programme) -> Where:
    """Where a programme lies for the policy."""
    return Where(organization_id=programme.organization_id, programme_id=programme.id)


def cohort_where(cohort: Cohort) -> Where:
    """Where a cohort lies for the policy."""
    return Where(
        organization_id=cohort.organization_id, programme_id=cohort.programme_id, cohort_id=cohort.id
    )


def team_where(team: Team) -> Where:
    """Where a team lies for the policy. Needs `cohort` loaded."""
    return replace(cohort_where(team.cohort), team_id=team.id)


def access_programme(
    session: Session, actor: Actor, programme_id: int, permission: Permission = Permission.MANAGE_PROGRAMME
) -> Programme:
    """The programme with its organisation."""
    statement = (
        select(Programme)
        .where(Programme.id == _valid(programme_id))
        .options(joinedload(Programme.organization))
    )
    programme = find_or_not_found(session, statement)
    check(actor, permission, programme_where(programme))
    return programme


def access_cohort(
    session: Session, actor: Actor, cohort_id: int, permission: Permission = Permission.VIEW_COHORT
) -> Cohort:
    """The cohort with its programme."""
    cohort = find_or_not_found(session, _one_cohort(), id=_valid(cohort_id))
    check(actor, permission, cohort_where(cohort))
    return cohort


def access_accompaniment(
    session: Session, actor: Actor, cohort_id: int, learner_id: int | None, *, is_chosen: bool
) -> tuple[Cohort, int | None]:
    """The cohort with its programme, and whose accompaniment is read: `learner_id`'s, or everybody's.

    When it was not chosen, those who do not follow the cohort read their own.
    """
    cohort = find_or_not_found(session, _one_cohort(), id=_valid(cohort_id))
    where = cohort_where(cohort)
    if not is_chosen and not can(actor, Permission.FOLLOW_COHORT, where):
        learner_id = actor.user_id
    check(actor, Permission.VIEW_ACCOMPANIMENT, replace(where, subject_id=learner_id))
    return cohort, learner_id


def access_team(session: Session, actor: Actor, team_id: int, permission: Permission) -> Team:
    """The team with its cohort."""
    statement = select(Team).where(Team.id == _valid(team_id)).options(joinedload(Team.cohort))
    team = find_or_not_found(session, statement)
    check(actor, permission, team_where(team))
    return team


def access_problem(
    session: Session, actor: Actor, problem_id: int, permission: Permission = Permission.VIEW_PROBLEM
) -> Problem:
    """The problem with its cohort, author, authority, decider, drivers and supporters.

    A problem on which the actor works as a partner or a guest is met through its project.
    """
    problem = find_or_not_found(session, _one_problem(), id=_valid(problem_id))
    if can(actor, permission, problem.where):
        return problem
    may_read = False
    for project in session.scalars(
        select(Project).where(Project.problem_id == problem.id).options(*project_options())
    ):
        inner = project.where
        where = Where(project_id=inner.project_id, team_id=inner.team_id, states=problem.where.states)
        if can(actor, permission, where):
            return problem
        may_read = may_read or can(actor, Permission.VIEW_PROBLEM, where)
    if may_read:  # as a partner or a guest: told no, since they know that it is there
        raise Forbidden(FORBIDDEN)
    check(actor, permission, problem.where)
    raise AssertionError("unreachable: check raises when can() refuses")


def access_project(
    session: Session, actor: Actor, project_id: int, permission: Permission = Permission.VIEW_PROJECT
) -> Project:
    """The project with its team, cohort, problem and authority."""
    project = find_or_not_found(session, _one_project(), id=_valid(project_id))
    check(actor, permission, project.where)
    return project


def administered_organizations(actor: Actor) -> list[int]:
    """The organisations in which the actor may break the glass of a project. Raises: NotFound for others."""
    ids = actor.scope_ids(Role.ADMIN, "organization_id")
    found = [id_ for id_ in ids if can(actor, Permission.BREAK_GLASS, Where(organization_id=id_))]
    if not found:
        check(actor, Permission.BREAK_GLASS, Where())
    return found


def access_project_from_outside(
    session: Session, actor: Actor, project_id: int, permission: Permission
) -> Project:
    """The project with its team, cohort and programme, for those who run the place and not the project."""
    statement = (
        select(Project)
        .where(Project.id == _valid(project_id))
        .options(joinedload(Project.team).joinedload(Team.cohort).joinedload(Cohort.programme))
    )
    project = find_or_not_found(session, statement)
    check(actor, permission, programme_where(project.team.cohort.programme))
    return project


def access_board(
    session: Session, actor: Actor, board_id: int, permission: Permission = Permission.VIEW_BOARD
) -> Board:
    """The board with its project (as `access_project`) and its document row."""
    return _access_board(session, actor, Board.id, board_id, permission)


def access_board_of_document(
    session: Session, actor: Actor, document_id: int, permission: Permission = Permission.VIEW_BOARD
) -> Board:
    """The same board, found by the id of its shared document."""
    return _access_board(session, actor, Board.document_id, document_id, permission)


def access_boards_of_documents(
    session: Session, asked: Sequence[tuple[Actor, int]], permission: Permission = Permission.VIEW_BOARD
) -> list[Board | NotFound | Forbidden]:
    """The same for many people at once, in one query: to each their board, or why not."""
    ids = {document_id for _actor, document_id in asked if 0 < document_id <= MAX_ID}
    boards = {board.document_id: board for board in session.scalars(_boards(Board.document_id.in_(ids)))}

    def answer(actor: Actor, document_id: int) -> Board | NotFound | Forbidden:
        board = boards.get(document_id)
        if board is None:
            return NotFound(NOT_FOUND)
        try:
            check(actor, permission, board.where)
        except (NotFound, Forbidden) as refusal:
            return refusal
        return board

    return [answer(actor, document_id) for actor, document_id in asked]


def _access_board(
    session: Session, actor: Actor, column: InstrumentedAttribute[int], id_: int, permission: Permission
) -> Board:
    board = find_or_not_found(session, _one_board(column), id=_valid(id_))
    check(actor, permission, board.where)
    return board


def _boards(condition: ColumnElement[bool]) -> Select[Board]:
    return (
        select(Board)
        .where(condition, Board.archived_at.is_(None))
        .options(
            joinedload(Board.document),
            joinedload(Board.project).options(*project_options()),
        )
    )


def readable_boards(
    session: Session, actor: Actor, condition: ColumnElement[bool], limit: int
) -> list[Board]:
    """Those among the boards that meet `condition`, at most `limit` looked at, that the actor may read."""
    boards = session.scalars(_boards(condition).order_by(Board.title, Board.id).limit(limit))
    return [board for board in boards if can(actor, Permission.VIEW_BOARD, board.where)]


def readable_solutions(
    session: Session, actor: Actor, condition: ColumnElement[bool], limit: int
) -> list[Solution]:
    """Those among the solutions that meet `condition`, at most `limit` looked at, that the actor may read."""
    statement = (
        select(Solution)
        .where(condition)
        .options(joinedload(Solution.project).options(*project_options()))
        .order_by(Solution.changed_at.desc(), Solution.id.desc())
        .limit(limit)
    )
    found = session.scalars(statement)
    return [one for one in found if can(actor, Permission.VIEW_SOLUTION, one.project.where)]


def access_feedback(session: Session, actor: Actor, feedback_id: int, permission: Permission) -> Feedback:
    """The feedback with its project and author. It is not found by those who may not read it."""
    statement = (
        select(Feedback)
        .where(Feedback.id == _valid(feedback_id))
        .options(joinedload(Feedback.project).options(*project_options()), joinedload(Feedback.author))
    )
    feedback = find_or_not_found(session, statement)
    if not can(actor, Permission.VIEW_FEEDBACK, feedback.where):
        raise NotFound(NOT_FOUND)
    check(actor, permission, feedback.where)
    return feedback


def access_assessment(
    session: Session, actor: Actor, assessment_id: int, permission: Permission
) -> Assessment:
    """The assessment with its cohort, team and learner. It is not found by those who may not read it."""
    statement = (
        select(Assessment)
        .where(Assessment.id == _valid(assessment_id))
        .options(joinedload(Assessment.cohort), joinedload(Assessment.team), joinedload(Assessment.learner))
    )
    assessment = find_or_not_found(session, statement)
    where = assessment.where_in(cohort_where(assessment.cohort))
    if not can(actor, Permission.VIEW_ASSESSMENT, where):
        raise NotFound(NOT_FOUND)
    check(actor, permission, where)
    return assessment


def access_brief(session: Session, actor: Actor, brief_id: int, permission: Permission) -> ProgressBrief:
    """The brief with its project. A draft is not found by those who only read published ones."""
    statement = (
        select(ProgressBrief)
        .where(ProgressBrief.id == _valid(brief_id))
        .options(joinedload(ProgressBrief.project).options(*project_options()))
    )
    brief = find_or_not_found(session, statement)
    if not can(actor, Permission.VIEW_BRIEF, brief.where):
        raise NotFound(NOT_FOUND)
    check(actor, permission, brief.where)
    return brief


def access_solution(session: Session, actor: Actor, solution_id: int, permission: Permission) -> Solution:
    """The solution with its project."""
    statement = (
        select(Solution)
        .where(Solution.id == _valid(solution_id))
        .options(joinedload(Solution.project).options(*project_options()))
    )
    solution = find_or_not_found(session, statement)
    check(actor, permission, solution.project.where)
    return solution


def access_snapshot(
    session: Session, actor: Actor, snapshot_id: int, permission: Permission = Permission.VIEW_SNAPSHOT
) -> Snapshot:
    """What was kept, with its project, who took it, and its board as `access_board` loads one.

    Once unpinned, it is found by those only who may pin it again.
    """
    statement = (
        select(Snapshot)
        .where(Snapshot.id == _valid(snapshot_id))
        .options(
            joinedload(Snapshot.project).options(*project_options()),
            joinedload(Snapshot.board).options(joinedload(Board.project).options(*project_options())),
            joinedload(Snapshot.taken_by),
        )
    )
    snapshot = find_or_not_found(session, statement)
    if snapshot.unpinned_at is not None and not can(actor, Permission.MANAGE_BOARD, snapshot.where):
        raise NotFound(NOT_FOUND)
    check(actor, permission, snapshot.where)
    return snapshot


def access_milestone(
    session: Session,
    actor: Actor,
    project_id: int,
    milestone_id: int,
    permission: Permission,
    *,
    own: bool = False,
) -> tuple[Project, Milestone]:
    """A project (as `access_project`) and one of its milestones; `own`: not one of its cohort."""
    project = access_project(session, actor, project_id, permission)
    theirs = Milestone.project_id == project.id
    statement = select(Milestone).where(
        Milestone.id == _valid(milestone_id),
        Milestone.cohort_id == project.team.cohort_id,
        theirs if own else or_(Milestone.project_id.is_(None), theirs),
    )
    return project, find_or_not_found(session, statement)


def access_cohort_milestone(
    session: Session, actor: Actor, cohort_id: int, milestone_id: int
) -> tuple[Cohort, Milestone]:
    """A cohort and one of the milestones that all of its teams have, for those who set them."""
    cohort = access_cohort(session, actor, cohort_id, Permission.SET_MILESTONES)
    statement = select(Milestone).where(
        Milestone.id == _valid(milestone_id),
        Milestone.cohort_id == cohort.id,
        Milestone.project_id.is_(None),
    )
    return cohort, find_or_not_found(session, statement)


def access_question(
    session: Session, actor: Actor, question_id: int, permission: Permission
) -> ObserverQuestion:
    """The élu's question with its project and observer."""
    statement = (
        select(ObserverQuestion)
        .where(ObserverQuestion.id == _valid(question_id))
        .options(
            joinedload(ObserverQuestion.project).options(*project_options()),
            joinedload(ObserverQuestion.observer),
        )
    )
    question = find_or_not_found(session, statement)
    check(actor, permission, question.project.where)
    return question


def support_options() -> tuple[_AbstractLoad, ...]:
    """What shows an offer of support: who offers, who of the team sees to it, its history with who did it."""
    return (
        joinedload(SupportOffer.observer),
        joinedload(SupportOffer.owner),
        selectinload(SupportOffer.changes).joinedload(SupportChange.by),
    )


def access_support_offer(
    session: Session, actor: Actor, offer_id: int, permission: Permission
) -> SupportOffer:
    """The offer with its project and all that shows it. It is not found by those who may not read it.

    An élu reads their own, for as long as they observe the project.
    """
    statement = (
        select(SupportOffer)
        .where(SupportOffer.id == _valid(offer_id))
        .options(joinedload(SupportOffer.project).options(*project_options()), *support_options())
    )
    offer = find_or_not_found(session, statement)
    where = offer.project.where
    is_own = can(actor, Permission.OFFER_SUPPORT, where) and offer.observer_id == actor.user_id
    if not is_own and not can(actor, Permission.VIEW_SUPPORT, where):
        raise NotFound(NOT_FOUND)
    if permission is Permission.OFFER_SUPPORT and not is_own:
        raise Forbidden(FORBIDDEN)
    check(actor, permission, where)
    return offer


def access_observed_project(
    session: Session, actor: Actor, project_id: int, permission: Permission = Permission.ASK_QUESTION
) -> Project:
    """The project as an élu meets it: their grant holds, whatever has been published so far."""
    return access_project(session, actor, project_id, permission)


def latest_brief(session: Session, project_id: int) -> ProgressBrief | None:
    """The newest published brief, with its publisher."""
    return session.scalar(
        select(ProgressBrief)
        .where(ProgressBrief.project_id == project_id, ProgressBrief.status == BriefStatus.PUBLISHED)
        .options(joinedload(ProgressBrief.published_by))
        .order_by(ProgressBrief.edition.desc())
        .limit(1)
    )


def audited_places(actor: Actor) -> list[Where]:
    """Where the actor may read the audit log: one place per grant; an admin's is the whole installation.

    Raises: NotFound for those who may nowhere.
    """
    grants = sorted(actor.grants, key=repr)
    places = {
        grant: Where(organization_id=grant.organization_id, programme_id=grant.programme_id)
        for grant in grants
    }
    found = {grant: place for grant, place in places.items() if can(actor, Permission.VIEW_AUDIT, place)}
    if not found:
        check(actor, Permission.VIEW_AUDIT, Where())
    return [Where() if grant.role is Role.ADMIN else place for grant, place in found.items()]


def visible_audit(actor: Actor) -> ColumnElement[bool]:
    """The SQL condition on AuditEntry: those the actor may read (VIEW_AUDIT). Raises as `audited_places`."""
    places = audited_places(actor)
    if Where() in places:
        return true()
    columns = (AuditEntry.organization_id, AuditEntry.programme_id)
    held = {column: {getattr(place, column.key) for place in places} - {None} for column in columns}
    # A condition that holds for nothing would keep the other from being read along its index.
    return or_(false(), *(column.in_(ids) for column, ids in held.items() if ids))


def managed_cohorts(actor: Actor) -> ColumnElement[bool]:
    """The SQL condition on Cohort: those the actor manages."""
    programmes = actor.scope_ids(Role.MANAGER, "programme_id")
    organizations = actor.scope_ids(Role.MANAGER, "organization_id")
    return or_(
        Cohort.programme_id.in_(programmes),
        Cohort.programme_id.in_(select(Programme.id).where(Programme.organization_id.in_(organizations))),
    )


def visible_cohorts(actor: Actor) -> Select[Cohort]:
    """The cohorts of a learner, a tutor or a manager, newest first."""
    own = set(actor.scope_ids(Role.LEARNER, "cohort_id")) | set(actor.scope_ids(Role.TUTOR, "cohort_id"))
    return (
        select(Cohort)
        .where(or_(Cohort.id.in_(own), managed_cohorts(actor)))
        .options(joinedload(Cohort.programme))
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )


def visible_projects(actor: Actor) -> Select[Project]:
    """The projects whose page the actor may open (VIEW_PROJECT), loaded as `access_project` does."""
    followed = Team.cohort_id.in_(actor.scope_ids(Role.TUTOR, "cohort_id")) | Team.cohort_id.in_(
        select(Cohort.id).where(managed_cohorts(actor))
    )
    own = Project.team_id.in_(actor.scope_ids(Role.LEARNER, "team_id"))
    peers = Team.cohort_id.in_(actor.scope_ids(Role.LEARNER, "cohort_id")) & (
        Problem.confidentiality == Confidentiality.COHORT
    )
    joined = actor.scope_ids(Role.PARTNER, "project_id") + actor.scope_ids(Role.GUEST, "project_id")
    return (
        select(Project)
        .join(Team, Team.id == Project.team_id)
        .join(Problem, Problem.id == Project.problem_id)
        .where(or_(followed, own, peers, Project.id.in_(joined)))
        .options(*project_options())
        .order_by(Project.title, Project.id)
    )


def visible_problems(actor: Actor) -> Select[Problem]:
    """The problems the actor may read (VIEW_PROBLEM), with cohort, author and authority."""
    if actor.user_id is None:
        mine: ColumnElement[bool] = false()
    else:
        mine = Problem.author_id == actor.user_id
    not_draft = Problem.status != ProblemStatus.DRAFT
    accepted = Problem.status == ProblemStatus.ACCEPTED
    followed = not_draft & (
        Problem.cohort_id.in_(actor.scope_ids(Role.TUTOR, "cohort_id"))
        | Problem.cohort_id.in_(select(Cohort.id).where(managed_cohorts(actor)))
    )
    team = accepted & Problem.team_id.in_(actor.scope_ids(Role.LEARNER, "team_id"))
    peers = (
        accepted
        & Problem.cohort_id.in_(actor.scope_ids(Role.LEARNER, "cohort_id"))
        & (Problem.confidentiality == Confidentiality.COHORT)
    )
    on_project = accepted & Problem.id.in_(
        select(Project.problem_id).where(
            Project.team_id.in_(actor.scope_ids(Role.LEARNER, "team_id"))
            | Project.id.in_(
                actor.scope_ids(Role.PARTNER, "project_id") + actor.scope_ids(Role.GUEST, "project_id")
            )
        )
    )
    return (
        select(Problem)
        .where(or_(mine, followed, team, peers, on_project))
        .options(joinedload(Problem.cohort), joinedload(Problem.author), joinedload(Problem.authority))
        .order_by(Problem.updated_at.desc(), Problem.id.desc())
    )
