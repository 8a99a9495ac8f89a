"""Problems (« problématiques »): five boxes, their drivers, and the tutor's decision."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.authority import Authority
from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.cohort import Cohort
from models.i18n import N_
from models.people import User
from models.policy import Where
from models.search_text import fold


class ProblemStatus(enum.StrEnum):
    """draft → submitted → accepted, or returned with a reason and submitted again."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Domain(enum.StrEnum):
    """The training's three domains."""

    MANAGEMENT = "management"
    PUBLIC_POLICY = "public_policy"
    DIGITAL = "digital"


class Approach(enum.StrEnum):
    """How the team means to work."""

    MANAGERIAL_TOOLS = "managerial_tools"
    CO_CONSTRUCTION = "co_construction"


class DriverKind(enum.StrEnum):
    """The constraint that pushes to innovate."""

    TERRITORIAL_REFORM = "territorial_reform"
    OPEN_DATA = "open_data"
    PRIVATE_OPENING = "private_opening"
    PERFORMANCE = "performance"
    FINANCIAL_SHORTAGE = "financial_shortage"
    OTHER = "other"


class Confidentiality(enum.StrEnum):
    """Who, beyond the author's team and the tutors, may read an accepted problem."""

    COHORT = "cohort"
    TEAM = "team"


DOMAIN_LABELS = {
    Domain.MANAGEMENT: N_("Management"),
    Domain.PUBLIC_POLICY: N_("Politiques publiques"),
    Domain.DIGITAL: N_("Transformations du numérique"),
}
APPROACH_LABELS = {
    Approach.MANAGERIAL_TOOLS: N_("Outils managériaux"),
    Approach.CO_CONSTRUCTION: N_("Co-construction"),
}
DRIVER_LABELS = {
    DriverKind.TERRITORIAL_REFORM: N_("Réforme territoriale"),
    DriverKind.OPEN_DATA: N_("Open data"),
    DriverKind.PRIVATE_OPENING: N_("Ouverture au privé"),
    DriverKind.PERFORMANCE: N_("Culture de la performance"),
    DriverKind.FINANCIAL_SHORTAGE: N_("Pénurie financière"),
    DriverKind.OTHER: N_("Autre contrainte"),
}
CONFIDENTIALITY_LABELS = {
    Confidentiality.COHORT: N_("Lisible par toute la promotion"),
    Confidentiality.TEAM: N_("Réservée à mon équipe et aux tuteurs"),
}
STATUS_LABELS = {
    ProblemStatus.DRAFT: N_("Brouillon"),
    ProblemStatus.SUBMITTED: N_("Soumise"),
    ProblemStatus.RETURNED: N_("À reprendre"),
    ProblemStatus.ACCEPTED: N_("Acceptée"),
}


class Problem(WithId, Versioned, Base):
    """A problem of an authority, posted by a learner of a cohort. Texts are plain text.

    The five boxes are `challenge`, `precedents`, `ideal`, `objective`, and `helps` with `hinders`.
    `draft_key` is the key of the form that began it, `form_key` of the form that saved it last;
    `search_text` is its title and challenge as searches read them, kept up to date by every flush.
    """

    __tablename__ = "problem"
    __table_args__ = (
        Index(None, "cohort_id", "status"),
        Index(None, "authority_code"),
        UniqueConstraint("author_id", "draft_key"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"), index=True)
    authority_code: Mapped[str | None] = mapped_column(ForeignKey("authority.code", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(160), default="")
    challenge: Mapped[str] = mapped_column(Text, default="")
    precedents: Mapped[str] = mapped_column(Text, default="")
    ideal: Mapped[str] = mapped_column(Text, default="")
    objective: Mapped[str] = mapped_column(Text, default="")
    helps: Mapped[str] = mapped_column(Text, default="")
    hinders: Mapped[str] = mapped_column(Text, default="")
    people_affected: Mapped[str] = mapped_column(Text, default="")
    domain: Mapped[Domain | None] = mapped_column(enum_type(Domain))
    approach: Mapped[Approach | None] = mapped_column(enum_type(Approach))
    confidentiality: Mapped[Confidentiality] = mapped_column(
        enum_type(Confidentiality), default=Confidentiality.COHORT
    )
    status: Mapped[ProblemStatus] = mapped_column(enum_type(ProblemStatus), default=ProblemStatus.DRAFT)
    draft_key: Mapped[str | None] = mapped_column(String(80))
    form_key: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text, default="")

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    author: Mapped[User] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id], lazy="raise_on_sql")
    authority: Mapped[Authority | None] = relationship(lazy="raise_on_sql")
    drivers: Mapped[list["ProblemDriver"]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", order_by="ProblemDriver.kind"
    )
    supporters: Mapped[list["ProblemSupporter"]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan"
    )

    @property
    def where(self) -> Where:
        """Where this problem lies for the policy. Needs `cohort` loaded."""
        states = {self.status.value}
        if self.status is ProblemStatus.ACCEPTED and self.confidentiality is Confidentiality.COHORT:
            states.add("accepted_open")
        return Where(
            organization_id=self.cohort.organization_id,
            programme_id=self.cohort.programme_id,
            cohort_id=self.cohort_id,
            team_id=self.team_id,
            author_id=self.author_id,
            states=frozenset(states),
        )


@event.listens_for(Problem, "before_insert")
@event.listens_for(Problem, "before_update")
def _fold_search_text(_mapper: object, _connection: object, problem: Problem) -> None:
    problem.search_text = fold(f"{problem.title or ''} {problem.challenge or ''}")


class ProblemDriver(WithId, Base):
    """A constraint of the problem and its lever: how the constraint becomes the occasion."""

    __tablename__ = "problem_driver"
    __table_args__ = (UniqueConstraint("problem_id", "kind"),)

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"))
    kind: Mapped[DriverKind] = mapped_column(enum_type(DriverKind))
    lever: Mapped[str] = mapped_column(String(400), default="")


class ProblemSupporter(WithId, Base):
    """A learner who joined another's problem (often one without an authority of their own)."""

    __tablename__ = "problem_supporter"
    __table_args__ = (UniqueConstraint("problem_id", "user_id"),)

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    joined_at: Mapped[datetime] = mapped_column(default=utcnow)
    user: Mapped[User] = relationship(lazy="raise_on_sql")
