"""Pins states of the demonstration's boards: each as it was when only its first notes were there."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models.board.export import demo_notes
from models.document import Board
from models.snapshot import Snapshot, SnapshotKind
from workspace.services.demo.story import BoardStory


def pin_states(
    session: Session,
    board: Board,
    story: BoardStory,
    keys: Mapping[str, str],
    ago: Callable[[float], datetime],
) -> None:
    """`keys` are those of the people of the story."""
    for pinned in story.pins:
        notes = [(keys[who], zone, colour, text) for who, zone, colour, text in story.notes[: pinned.notes]]
        session.add(
            Snapshot(
                project_id=board.project_id,
                kind=SnapshotKind.BOARD,
                board_id=board.id,
                title=pinned.title,
                content=demo_notes(story.template, notes),
                taken_at=ago(pinned.days_ago),
                taken_by_id=int(keys[pinned.who][1:]),
                open_to_observers=pinned.shown,
            )
        )
    session.flush()
