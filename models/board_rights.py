"""What an actor may do in a board's document, derived from the policy: one answer for sockets and HTTP."""

from dataclasses import dataclass

from models.board.participation import Inbox
from models.board.rules import BoardActor
from models.document import Board
from models.policy import Actor, Permission, Role, Stand, can, stands

_OWN_NOTES_ONLY = frozenset({Stand.PARTNER})
_EVERY_NOTE = frozenset({Stand.TEAM, Stand.TUTOR})
READ_APART = (Permission.VIEW_COMMENTS, Permission.VIEW_WORKSHOP)
"""What lies beside a board, and is not for everybody who reads it."""


@dataclass(frozen=True)
class BoardRights:
    """As whom somebody meets a board, and what they may do there now. `reads`: which of `READ_APART`."""

    role: Role
    board_actor: BoardActor
    reads: frozenset[Permission] = frozenset()

    @property
    def can(self) -> tuple[str, ...]:
        """The words of the protocol: "read", and "edit" where edits are accepted now."""
        may_edit = self.board_actor.can_edit and not self.board_actor.frozen
        return ("read", "edit") if may_edit else ("read",)


def board_rights(actor: Actor, board: Board) -> BoardRights | None:
    """The actor's rights on a board loaded by `models.access`; None if they may not read it."""
    where = board.where
    if not can(actor, Permission.VIEW_BOARD, where):
        return None
    met = stands(actor, where)
    leads = can(actor, Permission.FACILITATE_BOARD, where)
    return BoardRights(
        role=_role(actor, met),
        reads=frozenset(beside for beside in READ_APART if can(actor, beside, where)),
        board_actor=BoardActor(
            key=actor.key,
            can_edit=can(actor, Permission.EDIT_BOARD, where),
            edits_own_only=not met & _EVERY_NOTE and bool(met & _OWN_NOTES_ONLY),
            frozen=board.frozen,
            facilitates=leads,
            is_novice=board.novices and not leads,
            inbox=Inbox.read(board.inbox),
            document_id=board.document_id,
            former_keys=frozenset(
                f"g{grant.guest_id}"
                for grant in actor.grants
                if grant.guest_id is not None and grant.project_id == board.project_id
            ),
        ),
    )


def own_keys(actor: Actor, board: Board) -> frozenset[str]:
    """What the actor signs with on a board, and signed with before they had an account."""
    rights = board_rights(actor, board)
    return frozenset({actor.key}) if rights is None else rights.board_actor.former_keys | {actor.key}


def _role(actor: Actor, met: frozenset[Stand]) -> Role:
    if Stand.TEAM in met:
        return Role.LEARNER
    if Stand.TUTOR in met:
        return Role.TUTOR
    if met & {Stand.PARTNER, Stand.READER}:
        return Role.GUEST if actor.guest_id is not None else Role.PARTNER
    if Stand.OBSERVER in met:
        return Role.OBSERVER
    return Role.MANAGER if Stand.MANAGER in met else Role.ADMIN
