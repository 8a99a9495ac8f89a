"""The names that appear on a board: who signed its notes, as the reader may know them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.board.objects.spec import COLOURS
from models.document import Board
from models.membership import Membership
from models.partner import SECTOR_LABELS, GuestContributor
from models.people import User
from models.policy import Actor, Stand, stands
from workspace.i18n import _

_KEY = re.compile(r"([ug])([1-9][0-9]{0,9})")
_BY_FULL_NAME = frozenset({Stand.TEAM, Stand.TUTOR, Stand.MANAGER})


@dataclass(frozen=True, slots=True)
class BoardPerson:
    """Somebody whose name stands on the board; `short` is how their notes are signed."""

    name: str
    short: str
    colour: str


def colour_of(name: str) -> str:
    """The colour of an avatar: always the same for a name, as in the pages."""
    return COLOURS[sum(name.encode()) % len(COLOURS)]


def people_of(session: Session, actor: Actor, board: Board, keys: Iterable[str]) -> Mapping[str, BoardPerson]:
    """The people behind these author keys. Two queries whatever their number.

    A partner or a guest reads first names only, and a guest of another project is nobody here. An élu reads
    no name: who did what is not theirs to know.
    """
    user_ids, guest_ids = _ids(keys)
    met = stands(actor, board.where)
    if met == {Stand.OBSERVER}:
        return _by_capacity(session, board, user_ids, guest_ids)
    short = not met & _BY_FULL_NAME
    found: dict[str, BoardPerson] = {}
    if user_ids:
        for user_id, name in session.execute(select(User.id, User.name).where(User.id.in_(user_ids))):
            shown = name if not short or user_id == actor.user_id else _first_name(name)
            found[f"u{user_id}"] = BoardPerson(shown, _first_name(name), colour_of(name))
    if guest_ids:
        statement = (
            select(GuestContributor.id, func.coalesce(User.name, GuestContributor.name))
            .outerjoin(Membership, Membership.guest_id == GuestContributor.id)
            .outerjoin(User, User.id == Membership.user_id)
            .where(GuestContributor.id.in_(guest_ids), GuestContributor.project_id == board.project_id)
        )
        for guest_id, full_name in session.execute(statement):
            name = _first_name(full_name) if short else full_name
            found[f"g{guest_id}"] = BoardPerson(name, _first_name(name), colour_of(name))
    return found


def _by_capacity(
    session: Session, board: Board, user_ids: Iterable[int], guest_ids: Iterable[int]
) -> dict[str, BoardPerson]:
    """The team as one, guests by their sector."""
    team = _("Équipe")
    found = {f"u{user_id}": BoardPerson(team, team, colour_of(team)) for user_id in user_ids}
    statement = select(GuestContributor.id, GuestContributor.sector).where(
        GuestContributor.id.in_(list(guest_ids)), GuestContributor.project_id == board.project_id
    )
    for guest_id, sector in session.execute(statement):
        label = _(SECTOR_LABELS[sector])
        found[f"g{guest_id}"] = BoardPerson(label, label, colour_of(label))
    return found


def _ids(keys: Iterable[str]) -> tuple[set[int], set[int]]:
    users: set[int] = set()
    guests: set[int] = set()
    for key in keys:
        match = _KEY.fullmatch(key)
        if match:
            number = int(match[2])
            if number < 2**31:
                (users if match[1] == "u" else guests).add(number)
    return users, guests


def _first_name(name: str) -> str:
    return name.split(" ", 1)[0]
