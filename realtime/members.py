"""Who is in a room, and what waits there: plain records, no behaviour of their own."""

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.board.rules import BoardActor
from models.board_rights import BoardRights
from models.errors import Refused
from models.i18n import N_
from models.partner import SECTOR_LABELS, Sector
from models.policy import Role
from realtime.clients import Client
from realtime.fanout import Person
from realtime.protocol import Cursor, Selection, View

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
    view: View | None = None
    follows: int | None = None
    """The peer number of who they follow."""
    has_missed: bool = False
    is_light: bool = False

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

    @property
    def person(self) -> Person:
        """Who this is: the server's word, never the client's."""
        actor = self.client.actor
        role = self.rights.role.value
        return Person(self.peer, actor.key, actor.name, role, actor.sector, self.colour)

    def described_to(self, reader: "Member") -> dict[str, object]:
        """What `reader` is told of this person."""
        return _described(self.person, reader)


@dataclass(eq=False)
class Stranger:
    """Somebody in a room whose socket another process holds.

    `person` is that process's word, with the peer number it gave; `peer` is the one of this room.
    """

    room: "Room"
    peer: int
    person: Person
    selection: Selection | None = None
    view: View | None = None

    @property
    def colour(self) -> str:
        """The one they have everywhere."""
        return self.person.colour

    def described_to(self, reader: Member) -> dict[str, object]:
        """What `reader` is told of this person."""
        return _described(replace(self.person, peer=self.peer), reader)


Somebody = Member | Stranger


def _described(person: Person, reader: Member) -> dict[str, object]:
    return {
        "peer": person.peer,
        "key": person.key,
        "name": _name_for(person, reader),
        "role": person.role,
        "colour": person.colour,
    }


def _name_for(person: Person, reader: Member) -> str:
    if reader.reads_as == FULL_NAMES:
        return person.name
    if reader.reads_as == FIRST_NAMES:
        return person.name.split()[0]
    capacity = SECTOR_LABELS[Sector(person.sector)] if person.sector else TEAM
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
