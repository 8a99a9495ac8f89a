"""Who is in a room, and what waits there: plain records, no behaviour of their own."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.board.rules import BoardActor
from models.board_rights import BoardRights
from models.errors import Refused
from models.i18n import N_
from models.partner import SECTOR_LABELS, Sector
from models.policy import Role
from realtime.clients import Client
from realtime.protocol import Cursor, Selection

if TYPE_CHECKING:
    from realtime.rooms import Room


TEAM = N_("Équipe")
_BY_FULL_NAME = frozenset({Role.LEARNER, Role.TUTOR, Role.MANAGER})

# In which words somebody reads of the others, and in which language.
Reading = tuple[str, str]
FULL_NAMES: Reading = ("full", "")
FIRST_NAMES: Reading = ("first", "")


@dataclass(frozen=True)
class BoardFacts:
    """What the journal needs to know of a board."""

    board_id: int
    project_id: int
    cohort_id: int
    title: str


@dataclass(eq=False)
class Member:
    """A client in a room. `rights` are replaced when the person's access changes."""

    client: Client
    room: "Room"
    peer: int
    rights: BoardRights
    colour: str
    cursor: Cursor | None = None
    selection: Selection | None = None
    has_missed: bool = False

    @property
    def reads_as(self) -> Reading:
        """Whole names for the team and its tutors, first names for partners and guests.

        An élu reads no name: the team as one, guests by their sector.
        """
        if self.rights.role in _BY_FULL_NAME:
            return FULL_NAMES
        if self.rights.role is not Role.OBSERVER:
            return FIRST_NAMES
        return ("capacity", self.client.actor.locale)

    def described_to(self, reader: "Member") -> dict[str, object]:
        """What `reader` is told of this person: the server's word, never the client's."""
        return {
            "peer": self.peer,
            "key": self.client.actor.key,
            "name": self._name_for(reader),
            "role": self.rights.role.value,
            "colour": self.colour,
        }

    def _name_for(self, reader: "Member") -> str:
        actor = self.client.actor
        if reader.reads_as == FULL_NAMES:
            return actor.name
        if reader.reads_as == FIRST_NAMES:
            return actor.name.split()[0]
        capacity = SECTOR_LABELS[Sector(actor.sector)] if actor.sector else TEAM
        return reader.client.sentences.say("name", reader.client.actor.locale, capacity)


@dataclass(eq=False)
class Batch:
    """An accepted proposal that waits for its commit. `member` is None for one sent over HTTP."""

    member: Member | None
    number: int
    actor: BoardActor
    update: bytes
    objects: frozenset[str]
    outcome: int | Refused | None = None
    waiter: threading.Event | None = None

    def answer(self, outcome: int | Refused) -> None:
        """Keep the row's number or the refusal for whoever waits."""
        self.outcome = outcome
        if self.waiter is not None:
            self.waiter.set()
