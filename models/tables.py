"""Every table, imported once: what migrations and tests need to see the whole schema."""

from models import (
    activity,
    authority,
    brief,
    cohort,
    document,
    document_upkeep,
    feedback,
    identity,
    invitation,
    job,
    mail,
    membership,
    notification,
    organization,
    partner,
    people,
    problem,
    project,
    submission,
)
from models.base import Base

__all__ = [
    "Base",
    "activity",
    "authority",
    "brief",
    "cohort",
    "document",
    "document_upkeep",
    "feedback",
    "identity",
    "invitation",
    "job",
    "mail",
    "membership",
    "notification",
    "organization",
    "partner",
    "people",
    "problem",
    "project",
    "submission",
]
metadata = Base.metadata
