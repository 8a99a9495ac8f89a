"""Writes the stories to the database, through the same tables and the same board engine as real work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import latest_brief
from models.activity import Activity, ActivityKind
from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.board.export import demo_notes
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.cohort import Cohort, Team
from models.document import Board, SharedDocument
from models.feedback import FeedbackAnswer
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.organization import Organization, Programme
from models.partner import GuestContributor, LinkRole, Partner, ShareLink
from models.people import User
from models.policy import Role
from models.problem import Problem, ProblemDriver, ProblemStatus, ProblemSupporter
from models.project import Project, ProjectCriterion, ProjectStep, StepStatus
from models.stages import STEP_BY_CODE
from workspace.services.demo import involvement, templates, timetable
from workspace.services.demo.assessments import write_assessments
from workspace.services.demo.aubrac import AUBRAC
from workspace.services.demo.cayenne import CAYENNE
from workspace.services.demo.feedback import Teller, add_peer_reviews, add_phrases, write_feedback
from workspace.services.demo.ideas import write_ideas
from workspace.services.demo.keeping import pin_states
from workspace.services.demo.meetings import write_workshop
from workspace.services.demo.milestones import write_milestones
from workspace.services.demo.orleans import ORLEANS
from workspace.services.demo.others import (
    ADMIN,
    DRAFT,
    MANAGER,
    OBSERVER,
    PARTNER,
    QUESTIONS,
    RETURN_REASON,
    RETURNED,
    SUBMITTED,
    TUTOR,
    WITHOUT_TEAM,
)
from workspace.services.demo.paris import PARIS
from workspace.services.demo.past import note_visits, write_past
from workspace.services.demo.pulse import pulse
from workspace.services.demo.story import BoardStory, Person, ProblemStory, TeamStory, VoteStory
from workspace.services.demo.support import write_support
from workspace.services.demo.talks import write_talks
from workspace.services.demo.told import write_told
from workspace.services.tokens import new_token, token_hash

T = TypeVar("T")


def seed_demo(session: Session) -> bool:
    """Write the demonstration content unless a demonstration person exists; tells whether it did."""
    if session.scalar(select(User.id).where(User.is_demo).limit(1)) is not None:
        return False
    DemoWriter(session, utcnow()).write()
    session.flush()
    return True


class DemoWriter:
    """Writes one demonstration, with every date counted from `now`."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.users: dict[str, User] = {}
        self.projects: dict[str, Project] = {}

    def write(self) -> None:
        """Write everything."""
        organization = self._add(Organization(name="Atelier des territoires (démonstration)"))
        programme = self._add(Programme(organization_id=organization.id, name="Innover avec les habitants"))
        self.cohort = self._add(
            Cohort(
                programme_id=programme.id,
                name="Innovation publique dans les territoires",
                time_zone="Europe/Paris",
                other_time_zone="America/Cayenne",
                starts_on=(self.now - timedelta(days=70)).date(),
                ends_on=(self.now + timedelta(days=80)).date(),
            )
        )
        for person in (TUTOR, MANAGER, ADMIN, OBSERVER, PARTNER, WITHOUT_TEAM):
            self._user(person)
        self._grant(TUTOR, Role.TUTOR, cohort_id=self.cohort.id)
        self._grant(MANAGER, Role.MANAGER, programme_id=programme.id)
        self._grant(ADMIN, Role.ADMIN, organization_id=organization.id)
        self._grant(WITHOUT_TEAM, Role.LEARNER, cohort_id=self.cohort.id)
        timetable.add_sessions(self.session, self.cohort, self.now)
        timetable.add_overseas(self.session, programme, self.now)
        templates.add_template(self.session, self.cohort, self.users[TUTOR.key], self.now)
        add_phrases(self.session, self.users[TUTOR.key], self.now)
        for story in (PARIS, CAYENNE, ORLEANS, AUBRAC):
            self._team(story)
        write_milestones(self.session, self.cohort, self.projects, self.users[TUTOR.key], self.now)
        add_peer_reviews(self.session, self.cohort.id, self.projects, self.now)
        write_assessments(self.session, self.cohort, self.projects, self.users, self.now)
        self._other_problems()
        for name in ("Paris 9e", "Orléans Métropole"):
            self._grant(OBSERVER, Role.OBSERVER, project_id=self.projects[name].id, days=20, lasts=75)
        self._grant(PARTNER, Role.PARTNER, project_id=self.projects["Paris 9e"].id, days=26)
        self._grant(
            PARTNER, Role.PARTNER, project_id=self.projects["Orléans Métropole"].id, days=60, lasts=-9
        )
        timetable.note_attendance(self.session, self.cohort, self.users["tutor"], self.now)
        self._questions()
        write_support(self.session, self.cohort, self.projects, self.users[OBSERVER.key], self.now)
        involvement.note_contacts(self.session, self.projects, self.users, self.now)
        write_told(self.session, self.projects, self.users, self.now)
        self._visits()

    def _add(self, row: T) -> T:
        self.session.add(row)
        self.session.flush()
        return row

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _user(self, person: Person) -> User:
        user = self._add(
            User(
                email=f"{person.key.replace('_', '-')}@demonstration.invalid",
                name=person.name,
                title=person.title,
                time_zone=person.time_zone,
                authority_code=person.authority_code,
                is_demo=True,
                created_at=self._ago(72),
            )
        )
        self.users[person.key] = user
        return user

    def _grant(
        self, person: Person, role: Role, *, days: float = 70, lasts: float | None = None, **scope: int
    ) -> None:
        """Since `days` ago, until `lasts` days from now (None: without an end)."""
        granter = self.users["manager"].id if "manager" in self.users else None
        self._add(
            Membership(
                user_id=self.users[person.key].id,
                role=role,
                starts_at=self._ago(days),
                ends_at=None if lasts is None else self._ago(-lasts),
                granted_by_id=granter,
                **scope,
            )
        )

    def _visits(self) -> None:
        """Everybody came last when they did something last; one has not come yet."""
        did = select(Activity.user_id, func.max(Activity.at)).group_by(Activity.user_id)
        came = {user_id: at.date() for user_id, at in self.session.execute(did)}
        for person, days in ((TUTOR, 1), (MANAGER, 0), (OBSERVER, 4), (PARTNER, 6)):
            came[self.users[person.key].id] = self._ago(days).date()
        for user in self.users.values():
            user.seen_on = came.get(user.id)
        self.session.flush()

    def _problem(self, story: ProblemStory, author: User, team: Team | None, **values: object) -> Problem:
        texts = (
            "title",
            "challenge",
            "precedents",
            "ideal",
            "objective",
            "helps",
            "hinders",
            "people_affected",
        )
        problem = Problem(
            cohort_id=self.cohort.id,
            author_id=author.id,
            team_id=team.id if team else None,
            authority_code=story.authority_code,
            domain=story.domain,
            approach=story.approach,
            confidentiality=story.confidentiality,
            **{name: getattr(story, name) for name in texts},
            **values,
        )
        problem.drivers = [ProblemDriver(kind=kind, lever=lever) for kind, lever in story.drivers]
        return self._add(problem)

    def _team(self, story: TeamStory) -> None:
        learners = [self._user(person) for person in story.learners]
        lead, tutor = learners[0], self.users[TUTOR.key]
        team = self._add(
            Team(cohort_id=self.cohort.id, name=story.name, lead_id=lead.id, created_at=self._ago(70))
        )
        for person in story.learners:
            self._grant(person, Role.LEARNER, team_id=team.id)
        first_day = max(days for _code, _status, days in story.steps) + 8
        problem = self._problem(
            story.problem,
            lead,
            team,
            status=ProblemStatus.ACCEPTED,
            created_at=self._ago(first_day + 3),
            submitted_at=self._ago(first_day + 1),
            decided_at=self._ago(first_day),
            decided_by_id=tutor.id,
            updated_at=self._ago(first_day),
        )
        due = story.next_due
        project = self._add(
            Project(
                team_id=team.id,
                problem_id=problem.id,
                title=story.title,
                summary=story.summary,
                current_step=story.steps[-1][0],
                next_due_on=(self.now + timedelta(days=due[0])).date() if due else None,
                next_due_label=due[1] if due else "",
                created_at=self._ago(first_day),
            )
        )
        self.projects[story.name] = project
        self._note(
            ActivityKind.PROBLEM_SUBMITTED, first_day + 1, lead, problem=problem, subject=problem.title
        )
        self._note(ActivityKind.PROBLEM_ACCEPTED, first_day, tutor, problem=problem, subject=problem.title)
        self._note(ActivityKind.PROJECT_CREATED, first_day - 0.1, lead, project, subject=project.title)
        self._steps(story, project, lead)
        for name, sector, contact, contribution in story.partners:
            self._add(
                Partner(
                    project_id=project.id,
                    name=name,
                    sector=sector,
                    contact=contact,
                    contribution=contribution,
                    added_by_id=lead.id,
                    created_at=self._ago(first_day - 4),
                )
            )
        guests = self._guests(story, project, lead)
        boards = [self._board(board, project, learners, story, guests) for board in story.boards]
        self._pulse(story, project, learners, list(guests.values()), boards)
        self._feedback(story, project, learners, boards)
        self._briefs(story, project, lead)

    def _steps(self, story: TeamStory, project: Project, lead: User) -> None:
        tutor = self.users[TUTOR.key]
        for code, status, days in story.steps:
            is_done = status is StepStatus.DONE
            self._add(
                ProjectStep(
                    project_id=project.id,
                    step_code=code,
                    status=status,
                    request=story.request if status is StepStatus.WAITING else "",
                    changed_at=self._ago(days),
                    changed_by_id=tutor.id if is_done else lead.id,
                )
            )
            if is_done:
                self._note(ActivityKind.STEP_VALIDATED, days, tutor, project, subject=STEP_BY_CODE[code].name)
            elif status is StepStatus.WAITING:
                self._note(ActivityKind.STEP_REQUESTED, days, lead, project, subject=STEP_BY_CODE[code].name)
                self._tell(tutor, NotificationKind.STEP_REQUESTED, days, lead.name, project)
        for code in story.criteria:
            self._add(ProjectCriterion(project_id=project.id, criterion_code=code, met_by_id=lead.id))

    def _guests(self, story: TeamStory, project: Project, lead: User) -> dict[str, GuestContributor]:
        link = self._add(
            ShareLink(
                project_id=project.id,
                token_hash=token_hash(new_token()),
                label="Atelier avec nos partenaires",
                role=LinkRole.CONTRIBUTE,
                max_uses=30,
                uses=len(story.guests),
                created_by_id=lead.id,
                created_at=self._ago(50),
                expires_at=self.now + timedelta(days=40),
            )
        )
        guests = {}
        for guest in story.guests:
            guests[guest.key] = self._add(
                GuestContributor(
                    project_id=project.id,
                    link_id=link.id,
                    name=guest.name,
                    sector=guest.sector,
                    organization_name=guest.organization,
                    created_at=self._ago(guest.days_ago),
                    seen_on=self._ago(guest.days_ago).date(),
                )
            )
            self._note(ActivityKind.GUEST_JOINED, guest.days_ago, None, project, guest=guests[guest.key])
        return guests

    def _board(
        self,
        story: BoardStory,
        project: Project,
        learners: list[User],
        team: TeamStory,
        guests: dict[str, GuestContributor],
    ) -> Board:
        keys = {person.key: user.key for person, user in zip(team.learners, learners, strict=True)}
        keys |= {key: guest.key for key, guest in guests.items()}
        content = demo_notes(
            story.template,
            [(keys[who], zone, colour, text) for who, zone, colour, text in (*story.notes, *story.later)],
            connectors=[(keys[who], start, end, label) for who, start, end, label in story.connectors],
        )
        document = self._add(SharedDocument(kind="board", created_at=self._ago(story.days_ago)))
        write_past(self.session, document, story, content, keys, self.now)
        board = self._add(
            Board(
                project_id=project.id,
                document_id=document.id,
                title=story.title,
                template_code=story.template,
                step_code=story.step,
                open_to_observers=story.open_to_observers,
                open_to_tutors=story.open_to_tutors,
                created_at=self._ago(story.days_ago),
                changed_at=self._ago(story.days_ago),
                created_by_id=learners[0].id,
            )
        )
        self._note(
            ActivityKind.BOARD_OPENED, story.days_ago, learners[0], project, board=board, subject=board.title
        )
        if story.workshop_days_ago is not None:
            began = self._ago(story.workshop_days_ago)
            involvement.lead_workshop(self.session, board, content, learners[0].key, began)
        if story.vote:
            self._vote(story.vote, story, board, keys)
        write_workshop(self.session, board, story.workshop, keys, self._ago, self.cohort.time_zone)
        tutor = self.users[TUTOR.key]
        keys["tutor"] = tutor.key
        note_visits(self.session, board, story, keys.values(), self.now)
        names = {person.key: person.name for person in team.learners} | {"tutor": tutor.name}
        names |= {key: guest.name for key, guest in guests.items()}
        write_ideas(self.session, board, story.ideas, story.notes, keys, self._ago)
        pin_states(self.session, board, story, keys, self._ago)
        write_talks(self.session, board, story.talks, story.notes, keys, names, self._ago)
        return board

    def _vote(self, vote: VoteStory, story: BoardStory, board: Board, keys: Mapping[str, str]) -> None:
        ballot = self._add(
            Ballot(
                board_id=board.id,
                actor_key=keys[story.notes[0][0]],
                question=vote.question,
                points=vote.points,
                with_partners=True,
                opened_at=self._ago(vote.days_ago),
                closed_at=self._ago(vote.days_ago),
                voters=vote.voters,
            )
        )
        for place, ((who, _zone, _colour, text), points) in enumerate(
            zip(story.notes, vote.totals, strict=True)
        ):
            self._add(
                BallotChoice(
                    ballot_id=ballot.id,
                    object_id=f"demo-{place}",
                    place=place,
                    author=keys[who],
                    text=text,
                    points=points,
                )
            )

    def _pulse(
        self,
        story: TeamStory,
        project: Project,
        learners: list[User],
        guests: list[GuestContributor],
        boards: list[Board],
    ) -> None:
        people: list[User | GuestContributor] = [*learners, *guests]
        for when, position, edits in pulse(self.now, story.weeks, len(people), story.name):
            person = people[position]
            opened = [board for board in boards if board.created_at <= when] or boards[:1]
            is_guest = isinstance(person, GuestContributor)
            if is_guest and person.created_at > when:
                person, is_guest = learners[0], False
            board = opened[-1]
            board.changed_at = max(board.changed_at, when)
            self._add(
                Activity(
                    cohort_id=self.cohort.id,
                    project_id=project.id,
                    board_id=board.id,
                    user_id=None if is_guest else person.id,
                    guest_id=person.id if is_guest else None,
                    kind=ActivityKind.BOARD_EDITED,
                    subject=board.title,
                    count=edits,
                    at=when,
                )
            )

    def _feedback(
        self, story: TeamStory, project: Project, learners: list[User], boards: list[Board]
    ) -> None:
        tutor = self.users[TUTOR.key]
        for told in story.feedback:
            about = Teller(story, project, boards, tutor, self.users, self.cohort.id)
            row = write_feedback(self.session, about, told, self.now)
            if told.days_ago is None or told.learner:
                continue
            days = told.days_ago
            self._note(ActivityKind.FEEDBACK_RELEASED, days, tutor, project, subject=project.title)
            if told.answer is None:
                for learner in learners:
                    kind, place = NotificationKind.FEEDBACK_RELEASED, f"#feedback-{row.id}"
                    self._tell(learner, kind, days, tutor.name, project, place)
            elif told.answer is FeedbackAnswer.CONTESTED:
                kind, place = NotificationKind.FEEDBACK_ANSWERED, f"#feedback-{row.id}"
                self._tell(tutor, kind, days - 2, learners[0].name, project, place)
            if told.answer is not None:
                self._note(
                    ActivityKind.FEEDBACK_ANSWERED, days - 2, learners[0], project, subject=project.title
                )

    def _briefs(self, story: TeamStory, project: Project, lead: User) -> None:
        told = [one for one in (story.earlier_brief, story.brief) if one is not None]
        for edition, one in enumerate(told, start=1):
            self._add(
                ProgressBrief(
                    project_id=project.id,
                    edition=edition,
                    status=BriefStatus.PUBLISHED,
                    problem=one.problem,
                    progress=one.progress,
                    partners=one.partners,
                    learned=one.learned,
                    decisions=one.decisions,
                    asked=one.asked,
                    next_date=(self.now + timedelta(days=one.next_in_days)).date(),
                    next_label=one.next_label,
                    step_code=one.step_code or project.current_step,
                    updated_at=self._ago(one.days_ago),
                    published_at=self._ago(one.days_ago),
                    published_by_id=lead.id,
                )
            )
            self._note(ActivityKind.BRIEF_PUBLISHED, one.days_ago, lead, project, subject=project.title)

    def _questions(self) -> None:
        observer = self.users[OBSERVER.key]
        for team, days, body, answer in QUESTIONS:
            project = self.projects[team]
            lead = self.session.scalars(
                select(User).join(Team, Team.lead_id == User.id).where(Team.name == team)
            ).one()
            latest = latest_brief(self.session, project.id)
            self._add(
                ObserverQuestion(
                    project_id=project.id,
                    observer_id=observer.id,
                    brief_id=latest.id if latest else None,
                    is_shared=bool(answer),
                    body=body,
                    asked_at=self._ago(days),
                    answer=answer,
                    answered_at=self._ago(days - 1) if answer else None,
                    answered_by_id=lead.id if answer else None,
                )
            )
            self._note(ActivityKind.QUESTION_ASKED, days, observer, project, subject=project.title)
            if answer:
                self._note(ActivityKind.QUESTION_ANSWERED, days - 1, lead, project, subject=project.title)
            else:
                self._tell(lead, NotificationKind.QUESTION_ASKED, days, observer.name, project)

    def _other_problems(self) -> None:
        """One waiting for the tutor, one returned, one draft, and somebody who joined another's."""
        tutor = self.users[TUTOR.key]
        author = self.users["noemie"]
        waiting = self._problem(
            SUBMITTED,
            author,
            None,
            status=ProblemStatus.SUBMITTED,
            submitted_at=self._ago(2),
            updated_at=self._ago(2),
        )
        self._note(ActivityKind.PROBLEM_SUBMITTED, 2, author, problem=waiting, subject=waiting.title)
        self._add(
            Notification(
                user_id=tutor.id,
                kind=NotificationKind.PROBLEM_SUBMITTED,
                who=author.name,
                subject=waiting.title,
                url=f"/problems/{waiting.id}",
                created_at=self._ago(2),
            )
        )
        author = self.users["lucas"]
        returned = self._problem(
            RETURNED,
            author,
            None,
            status=ProblemStatus.RETURNED,
            submitted_at=self._ago(6),
            decided_at=self._ago(5),
            decided_by_id=tutor.id,
            decision_reason=RETURN_REASON,
            updated_at=self._ago(5),
        )
        self._note(ActivityKind.PROBLEM_RETURNED, 5, tutor, problem=returned, subject=returned.title)
        self._problem(DRAFT, self.users["jean_marc"], None, updated_at=self._ago(1))
        joined = self.session.get_one(Problem, self.projects["Paris 9e"].problem_id)
        self._add(ProblemSupporter(problem_id=joined.id, user_id=self.users[WITHOUT_TEAM.key].id))

    def _note(
        self,
        kind: ActivityKind,
        days: float,
        user: User | None,
        project: Project | None = None,
        *,
        problem: Problem | None = None,
        board: Board | None = None,
        guest: GuestContributor | None = None,
        subject: str = "",
    ) -> None:
        self._add(
            Activity(
                cohort_id=self.cohort.id,
                project_id=project.id if project else None,
                problem_id=problem.id if problem else None,
                board_id=board.id if board else None,
                user_id=user.id if user else None,
                guest_id=guest.id if guest else None,
                kind=kind,
                subject=subject,
                at=self._ago(days),
            )
        )

    def _tell(
        self, user: User, kind: NotificationKind, days: float, who: str, project: Project, place: str = ""
    ) -> None:
        paths = {
            NotificationKind.FEEDBACK_RELEASED: f"/projects/{project.id}/feedback",
            NotificationKind.FEEDBACK_ANSWERED: f"/projects/{project.id}/feedback",
            NotificationKind.QUESTION_ASKED: f"/projects/{project.id}/brief",
        }
        self._add(
            Notification(
                user_id=user.id,
                kind=kind,
                who=who,
                subject=project.title,
                url=paths.get(kind, f"/projects/{project.id}") + place,
                project_id=project.id,
                created_at=self._ago(days),
            )
        )
