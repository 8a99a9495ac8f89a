"""Edits told to the journals, coarsely: who touched how many objects of which board, and when.

The first edit of a person in an hour is written within seconds; later ones are counted and written at most
once a minute, so that journals cost the hot path nothing.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.activity import record_board_edits
from models.base import utcnow
from models.document import Board
from models.session import transaction
from realtime.members import Batch
from realtime.rooms import Room

WRITE_EVERY_SECONDS = 60.0
WRITE_AT_ONCE = 4


@dataclass
class Tally:
    """The objects one person touched on one board since the last writing."""

    room: Room
    key: str
    objects: set[str] = field(default_factory=set)
    written_at: float = 0.0
    hour: int = -1


class Journal:
    """Counts in memory; what was not written when the process dies is a count, never an edit."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[int, str], Tally] = {}

    def count(self, room: Room, batches: Iterable[Batch]) -> None:
        """These batches are committed."""
        for batch in batches:
            if batch.objects:
                place = (room.document_id, batch.actor.key)
                tally = self._tallies.get(place)
                if tally is None:
                    tally = self._tallies[place] = Tally(room, batch.actor.key)
                tally.objects |= batch.objects

    def write_due(self) -> None:
        """Write what is due, a few at a time, in transactions of their own: no edit waits long for a journal.

        Others run in between; a count that a power cut takes back is no loss.
        """
        now, hour = time.monotonic(), utcnow().hour
        due = [
            tally
            for tally in self._tallies.values()
            if tally.objects and (tally.hour != hour or now - tally.written_at >= WRITE_EVERY_SECONDS)
        ]
        for start in range(0, len(due), WRITE_AT_ONCE):
            with transaction(durable=False) as session:
                for tally in due[start : start + WRITE_AT_ONCE]:
                    self._record(session, tally)
                    tally.hour, tally.written_at = hour, now
            time.sleep(0)

    def write_rest(self, session: Session, room: Room) -> None:
        """Write what is left of a room that closes."""
        for place in [place for place in self._tallies if place[0] == room.document_id]:
            tally = self._tallies.pop(place)
            if tally.objects:
                self._record(session, tally)

    @staticmethod
    def _record(session: Session, tally: Tally) -> None:
        board = tally.room.board
        number = int(tally.key[1:])
        record_board_edits(
            session,
            user_id=number if tally.key.startswith("u") else None,
            guest_id=number if tally.key.startswith("g") else None,
            cohort_id=board.cohort_id,
            project_id=board.project_id,
            board_id=board.board_id,
            title=board.title,
            count=len(tally.objects),
        )
        session.execute(update(Board).where(Board.id == board.board_id).values(changed_at=utcnow()))
        tally.objects.clear()
