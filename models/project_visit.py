"""When somebody was last on a project's page: what 'depuis votre dernière visite' is counted from."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ProjectVisit(Base):
    """One person on one project. `before_at` is the end of the visit before that of `seen_at`."""

    __tablename__ = "project_visit"
    __table_args__ = (Index(None, "project_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime]
    before_at: Mapped[datetime | None]
