"""Putting a picture on a board: who may, how many, and where it is kept."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import NOT_FOUND, access_board_of_document, find_or_not_found
from models.base import utcnow
from models.board import marks
from models.board.messages import refusal
from models.board_image import BoardImage
from models.errors import NotFound, Refused
from models.i18n import N_
from models.policy import Actor, Permission
from workspace.images.checking import Picture

MAX_ON_BOARD = 200
MAX_BYTES_ON_BOARD = 50 * 1024 * 1024
MAX_IN_A_DAY = 100
DAY = timedelta(days=1)

BOARD_IS_FULL = N_("Ce tableau porte déjà beaucoup d’images. Supprimez-en, ou ouvrez un autre tableau.")
ENOUGH_TODAY = N_("Vous avez déposé beaucoup d’images aujourd’hui. Réessayez demain.")


def access_to_add_image(session: Session, actor: Actor, document_id: int) -> None:
    """Pass if the actor may put one more picture on the board now.

    Raises: NotFound, Forbidden; Refused when it is frozen, or holds enough, or the actor gave enough today.
    """
    board = access_board_of_document(session, actor, document_id, Permission.EDIT_BOARD)
    if board.frozen:
        raise refusal("frozen")
    count, size = session.execute(
        select(func.count(), func.coalesce(func.sum(BoardImage.size), 0)).where(
            BoardImage.document_id == document_id
        )
    ).one()
    if count >= MAX_ON_BOARD or size >= MAX_BYTES_ON_BOARD:
        raise Refused("full", BOARD_IS_FULL)
    since = utcnow() - DAY
    given = select(func.count()).where(BoardImage.actor_key == actor.key, BoardImage.created_at > since)
    if session.scalar(given) >= MAX_IN_A_DAY:  # type: ignore[operator]
        raise Refused("enough_today", ENOUGH_TODAY)


def add_image(session: Session, actor: Actor, document_id: int, picture: Picture) -> BoardImage:
    """Keep the picture; an object of the board may name it from now on. Raises: as `access_to_add_image`."""
    access_to_add_image(session, actor, document_id)
    image = BoardImage(
        name=marks.new_name(document_id),
        document_id=document_id,
        actor_key=actor.key,
        width=picture.width,
        height=picture.height,
        size=len(picture.content),
        content=picture.content,
        unused_since=utcnow(),
    )
    session.add(image)
    session.flush()
    return image


def image_content(session: Session, actor: Actor, document_id: int, name: str) -> bytes:
    """The file of a picture, for whoever may read its board. Raises: NotFound, Forbidden."""
    access_board_of_document(session, actor, document_id, Permission.VIEW_BOARD)
    if not marks.is_name(name):
        raise NotFound(NOT_FOUND)
    statement = select(BoardImage).where(BoardImage.document_id == document_id, BoardImage.name == name)
    return find_or_not_found(session, statement).content
