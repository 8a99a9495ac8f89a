"""What a manager sets of the explainable rules: from which limit one speaks in a cohort, or that it does not.

The rules themselves are code (`workspace/services/rules.py`); a rule without a line here is as it was made.
"""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CohortRule(Base):
    """One rule as this cohort has it. `threshold` is in the rule's own unit: days, or percent."""

    __tablename__ = "cohort_rule"
    __table_args__ = (CheckConstraint("threshold BETWEEN 0 AND 365", name="plausible_threshold"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=True)
    threshold: Mapped[int]
