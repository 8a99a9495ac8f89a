"""Board templates that tutors and managers saved from a board, for the teams of its cohort or of all."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, utcnow
from models.cohort import Cohort

NAME_LIMIT = 120
PURPOSE_LIMIT = 400
CODE_PREFIX = "saved-"


class SavedTemplate(WithId, Versioned, Base):
    """A template of a cohort. `content` is a Yjs update as `models.board.scaffold` makes it: nobody's name
    is in it. Withdrawn, it is offered no more; boards made from it stay."""

    __tablename__ = "board_template"
    __table_args__ = (Index(None, "cohort_id"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LIMIT), default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]
    open_to_organization: Mapped[bool] = mapped_column(default=False)
    """Whether a manager offers it to every cohort of the establishment."""
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")

    @property
    def code(self) -> str:
        """What a board made from it keeps as its `template_code`."""
        return f"{CODE_PREFIX}{self.id}"
