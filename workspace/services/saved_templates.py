"""Templates that tutors and managers save for their cohort: made from a board, renamed, withdrawn.

A manager may open one to every cohort of the establishment.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from models.access import access_board, access_cohort, cohort_where, find_or_not_found
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.board.scaffold import scaffold
from models.cohort import Cohort
from models.errors import Conflict
from models.organization import Programme
from models.policy import Actor, Permission
from models.saved_template import CODE_PREFIX, SavedTemplate
from workspace.services.projects import STALE, valid_id


def save_template(
    session: Session,
    actor: Actor,
    board_id: int,
    content: bytes,
    *,
    name: str,
    purpose: str,
    locked: Collection[str],
    with_notes: bool,
) -> SavedTemplate:
    """Keep a board's frames as a template of its cohort. `content`: the board, as it is now.

    Raises: Invalid when it cannot be one.
    """
    board = access_board(session, actor, board_id, Permission.KEEP_TEMPLATES)
    cohort = board.project.team.cohort
    template = SavedTemplate(
        cohort_id=cohort.id,
        name=name,
        purpose=purpose,
        content=scaffold(content, locked=locked, with_notes=with_notes),
        created_by_id=actor.user_id,
    )
    session.add(template)
    session.flush()
    audit(
        session,
        actor,
        AuditAction.TEMPLATE_SAVED,
        where=cohort_where(cohort),
        subject=(SubjectKind.COHORT, cohort.id),
    )
    return template


def templates_of(session: Session, cohort: Cohort) -> list[SavedTemplate]:
    """Those that the cohort's teams are offered, by name: its own, and those open to the establishment."""
    return list(
        session.scalars(
            select(SavedTemplate).where(_offered(cohort)).order_by(SavedTemplate.name, SavedTemplate.id)
        )
    )


def _offered(cohort: Cohort) -> ColumnElement[bool]:
    beside = (
        select(Cohort.id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Programme.organization_id == cohort.organization_id)
    )
    is_open = SavedTemplate.open_to_organization & SavedTemplate.cohort_id.in_(beside)
    return and_(SavedTemplate.withdrawn_at.is_(None), or_(SavedTemplate.cohort_id == cohort.id, is_open))


def find_template(session: Session, cohort: Cohort, code: str) -> SavedTemplate | None:
    """The one of this code, if the cohort's teams are offered it."""
    number = code.removeprefix(CODE_PREFIX)
    if number == code or not (number.isascii() and number.isdigit()):
        return None
    return session.scalar(select(SavedTemplate).where(SavedTemplate.id == int(number[:9]), _offered(cohort)))


def access_template(
    session: Session,
    actor: Actor,
    cohort_id: int,
    template_id: int,
    permission: Permission = Permission.KEEP_TEMPLATES,
) -> SavedTemplate:
    """One of a cohort's templates, with the cohort, for those who keep them."""
    cohort = access_cohort(session, actor, cohort_id, permission)
    return find_or_not_found(
        session,
        select(SavedTemplate)
        .where(
            SavedTemplate.id == valid_id(template_id),
            SavedTemplate.cohort_id == cohort.id,
            SavedTemplate.withdrawn_at.is_(None),
        )
        .options(joinedload(SavedTemplate.cohort)),
    )


def rename_template(
    session: Session, actor: Actor, cohort_id: int, template_id: int, *, version: int, name: str, purpose: str
) -> SavedTemplate:
    """Another name and purpose. Raises: Conflict when somebody changed them since `version`."""
    template = access_template(session, actor, cohort_id, template_id)
    if template.version != version:
        raise Conflict(STALE, {"name": template.name, "version": template.version})
    template.name, template.purpose = name, purpose
    template.version += 1
    return template


def open_template(
    session: Session, actor: Actor, cohort_id: int, template_id: int, *, on: bool
) -> SavedTemplate:
    """Offer it to every cohort of the establishment, or to its own only. A manager does."""
    template = access_template(session, actor, cohort_id, template_id, Permission.MANAGE_COHORT)
    if template.open_to_organization != on:
        template.open_to_organization = on
        audit(
            session,
            actor,
            AuditAction.TEMPLATE_OPENED if on else AuditAction.TEMPLATE_CLOSED,
            where=cohort_where(template.cohort),
            subject=(SubjectKind.COHORT, template.cohort_id),
        )
    return template


def withdraw_template(session: Session, actor: Actor, cohort_id: int, template_id: int) -> SavedTemplate:
    """Offer it no more. Boards made from it stay as they are."""
    template = access_template(session, actor, cohort_id, template_id)
    template.withdrawn_at = utcnow()
    audit(
        session,
        actor,
        AuditAction.TEMPLATE_WITHDRAWN,
        where=cohort_where(template.cohort),
        subject=(SubjectKind.COHORT, template.cohort_id),
    )
    return template
