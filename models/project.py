"""Projects: a team works on an accepted problem, step by step."""

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.cohort import Team
from models.people import User
from models.policy import Where
from models.problem import Confidentiality, Problem
from models.stages import STEP_BY_CODE, STEPS, Stage, Step


class StepStatus(enum.StrEnum):
    """todo → current → waiting (the team asked for its tutor's view) → done."""

    TODO = "todo"
    CURRENT = "current"
    WAITING = "waiting"
    DONE = "done"


class Project(WithId, Versioned, Base):
    """A team's project. It begins at the first step; `current_step` is a code of models.stages."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("problem_id", "team_id"), Index(None, "team_id"))

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text, default="")
    current_step: Mapped[str] = mapped_column(String(32), default=STEPS[0].code)
    next_due_on: Mapped[date | None]
    next_due_label: Mapped[str] = mapped_column(String(160), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    team: Mapped[Team] = relationship(lazy="raise_on_sql")
    problem: Mapped[Problem] = relationship(lazy="raise_on_sql")
    steps: Mapped[list["ProjectStep"]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")
    criteria: Mapped[list["ProjectCriterion"]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan"
    )

    @property
    def step(self) -> Step:
        """The step the project is at."""
        return STEP_BY_CODE[self.current_step]

    @property
    def stage(self) -> Stage:
        """The stage the project is at."""
        return self.step.stage

    @property
    def where(self) -> Where:
        """Where this project lies for the policy. Needs `team`, `team.cohort` and `problem` loaded."""
        is_open = self.problem.confidentiality is Confidentiality.COHORT
        return Where(
            organization_id=self.team.cohort.organization_id,
            programme_id=self.team.cohort.programme_id,
            cohort_id=self.team.cohort_id,
            team_id=self.team_id,
            project_id=self.id,
            states=frozenset({"open"}) if is_open else frozenset(),
        )


class ProjectStep(WithId, Base):
    """The state of one step of a project; a step without a row is still to do."""

    __tablename__ = "project_step"
    __table_args__ = (UniqueConstraint("project_id", "step_code"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    step_code: Mapped[str] = mapped_column(String(32))
    status: Mapped[StepStatus] = mapped_column(enum_type(StepStatus), default=StepStatus.CURRENT)
    request: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    changed_by: Mapped[User | None] = relationship(lazy="raise_on_sql")


class ProjectCriterion(WithId, Base):
    """An exit criterion that the team has ticked."""

    __tablename__ = "project_criterion"
    __table_args__ = (UniqueConstraint("project_id", "criterion_code"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    criterion_code: Mapped[str] = mapped_column(String(64))
    met_at: Mapped[datetime] = mapped_column(default=utcnow)
    met_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
