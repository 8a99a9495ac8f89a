"""Who may do what: roles, permissions and the one table of grants. Pure: no database, no request.

`Actor` is who asks, `Where` is where the object lies and in which state it is, and
`can(actor, permission, where)` is the only place that answers. `stands(actor, where)` tells in which
capacities the actor meets the object: a learner of the owning team stands there as TEAM, a learner of
another team of the cohort as PEER.
"""

import enum
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime


class Role(enum.StrEnum):
    """What a membership grants in its scope."""

    LEARNER = "learner"
    TUTOR = "tutor"
    PARTNER = "partner"
    GUEST = "guest"
    OBSERVER = "observer"
    MANAGER = "manager"
    ADMIN = "admin"


class Stand(enum.StrEnum):
    """In which capacity an actor meets an object."""

    AUTHOR = "author"
    SUBJECT = "subject"
    """The learner of the owning team, or of the cohort where no team owns it, whom it is about."""
    TEAM = "team"
    PEER = "peer"
    TUTOR = "tutor"
    PARTNER = "partner"
    READER = "reader"
    OBSERVER = "observer"
    MANAGER = "manager"
    ADMIN = "admin"
    RESCUER = "rescuer"
    """An admin who opened this project under break-glass, for hours and for a reason: read only."""


class Permission(enum.StrEnum):
    """What may be asked. One line of GRANTS each."""

    VIEW_COHORT = "view_cohort"
    FOLLOW_COHORT = "follow_cohort"
    VIEW_PARTICIPATION = "view_participation"
    MANAGE_COHORT = "manage_cohort"
    NOTE_ATTENDANCE = "note_attendance"
    KEEP_TEMPLATES = "keep_templates"
    SET_MILESTONES = "set_milestones"
    MANAGE_PROGRAMME = "manage_programme"
    CREATE_PROBLEM = "create_problem"
    VIEW_PROBLEM = "view_problem"
    EDIT_PROBLEM = "edit_problem"
    DECIDE_PROBLEM = "decide_problem"
    JOIN_PROBLEM = "join_problem"
    CREATE_PROJECT = "create_project"
    VIEW_PROJECT = "view_project"
    EDIT_PROJECT = "edit_project"
    VALIDATE_STEP = "validate_step"
    VIEW_MILESTONE = "view_milestone"
    VIEW_JOURNAL = "view_journal"
    INVITE_PARTNER = "invite_partner"
    VIEW_INVOLVEMENT = "view_involvement"
    INVITE_OBSERVER = "invite_observer"
    CREATE_BOARD = "create_board"
    VIEW_BOARD = "view_board"
    VIEW_PAST = "view_past"
    EDIT_BOARD = "edit_board"
    MANAGE_BOARD = "manage_board"
    RESTORE_BOARD = "restore_board"
    VIEW_SNAPSHOT = "view_snapshot"
    FACILITATE_BOARD = "facilitate_board"
    VIEW_WORKSHOP = "view_workshop"
    VOTE = "vote"
    VIEW_COMMENTS = "view_comments"
    WRITE_COMMENT = "write_comment"
    VIEW_SOLUTION = "view_solution"
    EDIT_SOLUTION = "edit_solution"
    WRITE_FEEDBACK = "write_feedback"
    VIEW_FEEDBACK = "view_feedback"
    ANSWER_FEEDBACK = "answer_feedback"
    WRITE_ASSESSMENT = "write_assessment"
    VIEW_ASSESSMENT = "view_assessment"
    VIEW_APPRECIATION = "view_appreciation"
    VIEW_ACCOMPANIMENT = "view_accompaniment"
    LEAD_PEER_REVIEWS = "lead_peer_reviews"
    WRITE_PEER_REVIEW = "write_peer_review"
    VIEW_BRIEF = "view_brief"
    EDIT_BRIEF = "edit_brief"
    ASK_QUESTION = "ask_question"
    ANSWER_QUESTION = "answer_question"
    VIEW_ANSWERS = "view_answers"
    OFFER_SUPPORT = "offer_support"
    VIEW_SUPPORT = "view_support"
    ANSWER_SUPPORT = "answer_support"
    VIEW_AUDIT = "view_audit"
    BREAK_GLASS = "break_glass"
    END_BREAK_GLASS = "end_break_glass"


@dataclass(frozen=True)
class Grant:
    """A role held now, with every scope it is known to lie in."""

    role: Role
    organization_id: int | None = None
    programme_id: int | None = None
    cohort_id: int | None = None
    team_id: int | None = None
    project_id: int | None = None
    read_only: bool = False
    guest_id: int | None = None
    """The guest that the person was in this project before they had an account."""


@dataclass(frozen=True)
class Actor:
    """Who asks: a user (`user_id`) or a guest contributor (`guest_id`), never both, with live grants."""

    user_id: int | None
    guest_id: int | None
    name: str
    login_session_id: int | None = None
    locale: str = "fr"
    time_zone: str = "Europe/Paris"
    title: str = ""
    sector: str = ""
    is_demo: bool = False
    seen_at: datetime | None = None
    token_since: datetime | None = None  # None when the token presented has been replaced
    grants: frozenset[Grant] = frozenset()

    @property
    def key(self) -> str:
        """The author key used in shared documents: 'u12' for a user, 'g5' for a guest."""
        return f"u{self.user_id}" if self.user_id is not None else f"g{self.guest_id}"

    def has(self, role: Role) -> bool:
        """Whether the actor holds `role` anywhere."""
        return any(grant.role is role for grant in self.grants)

    def scope_ids(self, role: Role, column: str) -> list[int]:
        """The ids of the scopes (`column`: 'cohort_id', 'team_id', 'project_id'…) where `role` is held."""
        found = {getattr(grant, column) for grant in self.grants if grant.role is role}
        return sorted(found - {None})


@dataclass(frozen=True)
class Where:
    """Where an object lies and in which state it is. Absent ids match nobody."""

    organization_id: int | None = None
    programme_id: int | None = None
    cohort_id: int | None = None
    team_id: int | None = None
    project_id: int | None = None
    author_id: int | None = None
    subject_id: int | None = None
    states: frozenset[str] = field(default_factory=frozenset)


def stands(actor: Actor, where: Where) -> frozenset[Stand]:
    """Every capacity in which the actor meets the object; empty for an outsider."""
    found: set[Stand] = set()
    if where.author_id is not None and actor.user_id == where.author_id:
        found.add(Stand.AUTHOR)
    for grant in actor.grants:
        found |= _stands_of(grant, where)
    is_learner = Stand.TEAM in found or (where.team_id is None and Stand.PEER in found)
    if is_learner and _same(actor.user_id, where.subject_id):
        found.add(Stand.SUBJECT)
    return frozenset(found)


def _same(mine: int | None, theirs: int | None) -> bool:
    return mine is not None and mine == theirs


def _stands_of(grant: Grant, where: Where) -> set[Stand]:
    match grant.role:
        case Role.LEARNER if _same(grant.team_id, where.team_id):
            return {Stand.TEAM}
        case Role.LEARNER if _same(grant.cohort_id, where.cohort_id):
            return {Stand.PEER}
        case Role.TUTOR if _same(grant.cohort_id, where.cohort_id):
            return {Stand.TUTOR}
        case Role.PARTNER | Role.GUEST if _same(grant.project_id, where.project_id):
            return {Stand.READER if grant.read_only else Stand.PARTNER}
        case Role.OBSERVER if _same(grant.project_id, where.project_id):
            return {Stand.OBSERVER}
        case Role.MANAGER if _same(grant.programme_id, where.programme_id) or _same(
            grant.organization_id, where.organization_id
        ):
            return {Stand.MANAGER}
        case Role.ADMIN if _same(grant.project_id, where.project_id):
            return {Stand.RESCUER}
        case Role.ADMIN if _same(grant.organization_id, where.organization_id) and where.cohort_id is None:
            return {Stand.ADMIN}  # of the establishment and its programmes: within a cohort, all is content
    return set()


def always(_where: Where) -> bool:
    """No condition on the object's state."""
    return True


def when(*states: str) -> Callable[[Where], bool]:
    """The object must be in one of these states."""
    wanted = frozenset(states)

    def condition(where: Where) -> bool:
        return bool(wanted & where.states)

    return condition


S = Stand
P = Permission

# One line per permission: who, in which capacity, under which condition on the object's state.
GRANTS: Mapping[Permission, Mapping[Stand, Callable[[Where], bool]]] = {
    # Cohorts. Every learner is a PEER there, whatever their team.
    P.VIEW_COHORT: {S.PEER: always, S.TUTOR: always, S.MANAGER: always},
    P.FOLLOW_COHORT: {S.TUTOR: always, S.MANAGER: always},
    P.VIEW_PARTICIPATION: {S.TUTOR: always},  # person by person; a manager reads the cohort's figures
    P.MANAGE_COHORT: {S.MANAGER: always},
    P.NOTE_ATTENDANCE: {S.TUTOR: always, S.MANAGER: always},  # person by person: a learner reads their own
    P.KEEP_TEMPLATES: {S.TUTOR: always, S.MANAGER: always},  # every team of the cohort is offered them
    P.SET_MILESTONES: {S.TUTOR: always, S.MANAGER: always},  # for every team of the cohort
    P.MANAGE_PROGRAMME: {S.MANAGER: always},
    # Problems. States: draft, submitted, returned, accepted, open (confidentiality: the cohort may read).
    P.CREATE_PROBLEM: {S.PEER: always},
    P.VIEW_PROBLEM: {
        S.AUTHOR: always,
        S.TEAM: when("accepted"),
        S.PEER: when("accepted_open"),
        S.TUTOR: when("submitted", "returned", "accepted"),
        S.MANAGER: when("submitted", "returned", "accepted"),
        S.PARTNER: when("accepted"),
        S.READER: when("accepted"),
        S.RESCUER: when("accepted"),
    },
    P.EDIT_PROBLEM: {S.AUTHOR: when("draft", "returned", "accepted")},
    P.DECIDE_PROBLEM: {S.TUTOR: when("submitted")},
    P.JOIN_PROBLEM: {S.PEER: when("accepted_open"), S.TEAM: when("accepted")},
    # Projects. State: open (the problem is readable by the cohort).
    P.CREATE_PROJECT: {S.TEAM: always},
    P.VIEW_PROJECT: {
        S.TEAM: always,
        S.PEER: when("open"),
        S.TUTOR: always,
        S.MANAGER: always,
        S.PARTNER: always,
        S.READER: always,
        S.RESCUER: always,
    },
    P.EDIT_PROJECT: {S.TEAM: always},
    P.VALIDATE_STEP: {S.TUTOR: always},
    P.VIEW_MILESTONE: {S.TEAM: always, S.TUTOR: always, S.MANAGER: always, S.RESCUER: always},
    P.VIEW_JOURNAL: {S.TEAM: always, S.TUTOR: always, S.MANAGER: always, S.RESCUER: always},
    P.INVITE_PARTNER: {S.TEAM: always},
    P.VIEW_INVOLVEMENT: {S.TEAM: always, S.TUTOR: always},  # what each partner did: not theirs to compare
    P.INVITE_OBSERVER: {S.TEAM: always, S.MANAGER: always},
    # Boards. States: open_to_observers, open_to_tutors, frozen.
    P.CREATE_BOARD: {S.TEAM: always},
    P.VIEW_BOARD: {
        S.TEAM: always,
        S.TUTOR: always,
        S.MANAGER: always,
        S.PARTNER: always,
        S.READER: always,
        S.OBSERVER: when("open_to_observers"),
        S.RESCUER: always,
    },
    # What was taken off a board before: an élu reads what the team shows, and no more.
    P.VIEW_PAST: {
        S.TEAM: always,
        S.TUTOR: always,
        S.MANAGER: always,
        S.PARTNER: always,
        S.READER: always,
        S.RESCUER: always,
    },
    P.EDIT_BOARD: {S.TEAM: always, S.PARTNER: always, S.TUTOR: when("open_to_tutors")},
    P.MANAGE_BOARD: {S.TEAM: always},
    P.RESTORE_BOARD: {S.TEAM: always, S.TUTOR: when("open_to_tutors")},
    # What was kept of a board or a text. States: shared (all but a draft brief), open_to_observers.
    P.VIEW_SNAPSHOT: {
        S.TEAM: always,
        S.TUTOR: always,
        S.MANAGER: when("shared"),
        S.PARTNER: when("shared"),
        S.READER: when("shared"),
        S.OBSERVER: when("open_to_observers"),
        S.RESCUER: when("shared"),
    },
    # What is led on a board: rounds, votes. An élu meets none of it. State of a ballot: open_to_partners.
    P.FACILITATE_BOARD: {S.TEAM: always, S.TUTOR: always},
    P.VIEW_WORKSHOP: {
        S.TEAM: always,
        S.TUTOR: always,
        S.MANAGER: always,
        S.PARTNER: always,
        S.READER: always,
        S.RESCUER: always,
    },
    P.VOTE: {S.TEAM: always, S.PARTNER: when("open_to_partners")},
    # Comments on a board: those who read it, but no élu; a frozen board may still be spoken of.
    P.VIEW_COMMENTS: {
        S.TEAM: always,
        S.TUTOR: always,
        S.MANAGER: always,
        S.PARTNER: always,
        S.READER: always,
        S.RESCUER: always,
    },
    P.WRITE_COMMENT: {S.TEAM: always, S.TUTOR: always, S.PARTNER: always},
    # Solutions. None is published yet: an élu meets none.
    P.VIEW_SOLUTION: {
        S.TEAM: always,
        S.TUTOR: always,
        S.MANAGER: always,
        S.PARTNER: always,
        S.READER: always,
        S.RESCUER: always,
    },
    P.EDIT_SOLUTION: {S.TEAM: always},
    # Feedback to a team or to one learner. States: draft, released, released_to_one.
    P.WRITE_FEEDBACK: {S.TUTOR: always},
    P.VIEW_FEEDBACK: {
        S.TEAM: when("released"),
        S.SUBJECT: when("released_to_one"),
        S.TUTOR: always,
        S.MANAGER: when("released"),
    },
    P.ANSWER_FEEDBACK: {S.TEAM: when("released"), S.SUBJECT: when("released_to_one")},
    # Assessments of a team, or of a learner in no team. States: draft, released, released_to_one.
    P.WRITE_ASSESSMENT: {S.TUTOR: always},
    P.VIEW_ASSESSMENT: {
        S.TEAM: when("released"),
        S.SUBJECT: when("released_to_one"),
        S.TUTOR: always,
        S.MANAGER: when("released", "released_to_one"),
    },
    # Its words: a manager reads the levels only.
    P.VIEW_APPRECIATION: {
        S.TEAM: when("released"),
        S.SUBJECT: when("released_to_one"),
        S.TUTOR: always,
    },
    # When tutors and learners met, and over what; never a content. A learner reads their own.
    P.VIEW_ACCOMPANIMENT: {S.SUBJECT: always, S.TUTOR: always, S.MANAGER: always},
    # Reviews between teams. State: of the round (prepared, open, released). TEAM is the team that writes.
    P.LEAD_PEER_REVIEWS: {S.TUTOR: always, S.MANAGER: always},
    P.WRITE_PEER_REVIEW: {S.TEAM: when("open", "released")},
    # Progress briefs and the questions on them. States: draft, published.
    P.VIEW_BRIEF: {
        S.TEAM: always,
        S.TUTOR: always,
        S.PARTNER: when("published"),
        S.READER: when("published"),
        S.OBSERVER: when("published"),
        S.MANAGER: when("published"),
        S.RESCUER: when("published"),
    },
    P.EDIT_BRIEF: {S.TEAM: always},
    P.ASK_QUESTION: {S.OBSERVER: always},
    P.ANSWER_QUESTION: {S.TEAM: always},
    # Answers that a team shows under its brief: to every élu of the project, never to its partners.
    P.VIEW_ANSWERS: {
        S.TEAM: always,
        S.TUTOR: always,
        S.OBSERVER: always,
        S.MANAGER: always,
        S.RESCUER: always,
    },
    # Support offered by an élu: they read their own offers, the team and its tutors all; nobody else any.
    P.OFFER_SUPPORT: {S.OBSERVER: always},
    P.VIEW_SUPPORT: {S.TEAM: always, S.TUTOR: always},
    P.ANSWER_SUPPORT: {S.TEAM: always},
    # The audit log: a manager's own scope; all of it for an admin, whom it shows no content.
    P.VIEW_AUDIT: {S.MANAGER: always, S.ADMIN: always},
    # Break-glass: an admin opens one project for some hours; those whose project it is are told.
    P.BREAK_GLASS: {S.ADMIN: always},
    P.END_BREAK_GLASS: {S.ADMIN: always, S.MANAGER: always},
}


@dataclass
class Asked:
    """What one request asked the policy for: a route's declaration is compared with it.

    `rescued` are the rights that nothing but break-glass gave, each with the project.
    """

    permissions: set[Permission] = field(default_factory=set)
    rescued: set[tuple[Permission, int]] = field(default_factory=set)


asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def can(actor: Actor | None, permission: Permission, where: Where) -> bool:
    """Whether the actor may do this there. The one answer for pages, API, sockets, search and exports."""
    seen = asked.get()
    if seen is not None:
        seen.permissions.add(permission)
    if actor is None:
        return False
    granted = GRANTS[permission]
    giving = {stand for stand in stands(actor, where) if stand in granted and granted[stand](where)}
    if seen is not None and giving == {Stand.RESCUER} and where.project_id is not None:
        seen.rescued.add((permission, where.project_id))
    return bool(giving)
