"""Who joins a board by break-glass reads, never writes, and is written down."""

from datetime import timedelta

from sqlalchemy import select

from models.audit import AuditAction, AuditEntry, SubjectKind
from models.base import utcnow
from models.people import LoginSession
from models.policy import Role
from models.session import reading, transaction
from realtime.admission import Wanted, _judge
from tests.factories import World, grant, make_user
from workspace.services.sessions import open_session


def test_joining_a_board_by_break_glass(world: World) -> None:
    with transaction() as session:
        admin = make_user(session, "ada")
        open_session(session, user_id=admin.id)
    with reading() as session:
        login = session.scalar(select(LoginSession.id).where(LoginSession.user_id == admin.id))
    assert login is not None
    wanted = Wanted(login, world.board.document_id)
    (refused,) = _judge([wanted])
    assert isinstance(refused, Exception)
    with transaction() as session:
        access = grant(session, admin, Role.ADMIN, project_id=world.project.id)
        access.starts_at, access.ends_at = utcnow(), utcnow() + timedelta(hours=1)
    for _time in range(2):
        (answer,) = _judge([wanted])
        assert isinstance(answer, tuple)
        actor, rights = answer
        assert actor.user_id == admin.id
        assert (rights.role, rights.can) == (Role.ADMIN, ("read",))
    with reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.GLASS_READ))
    assert (entry.subject_kind, entry.subject_id) == (SubjectKind.BOARD, world.board.id)
