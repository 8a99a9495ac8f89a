"""Writes a story's comments on a board, and tells those who are named in them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.comment import Comment, Thread, mentioned_in
from models.document import Board
from models.notification import Notification, NotificationKind
from workspace.services.demo.story import Note, TalkStory

BETWEEN = timedelta(minutes=50)
"""Between a comment and the next."""


def write_talks(
    session: Session,
    board: Board,
    talks: Sequence[TalkStory],
    notes: Sequence[Note],
    keys: Mapping[str, str],
    names: Mapping[str, str],
    ago: Callable[[float], datetime],
) -> None:
    """`keys` and `names` are those of the people of the story. The note of index 3 is the object 'demo-3'."""
    for talk in talks:
        at = ago(talk.days_ago)
        thread = Thread(board_id=board.id, created_at=at)
        if talk.note is not None:
            who, _zone, _colour, text = notes[talk.note]
            thread.object_id, thread.object_text, thread.object_author = f"demo-{talk.note}", text, keys[who]
        for author, text in talk.said:
            words = text.format_map({person: f"@[{key}]" for person, key in keys.items()})
            thread.comments.append(Comment(author=keys[author], text=words, created_at=at))
            at += BETWEEN
        if talk.resolved_by:
            thread.resolved_at, thread.resolved_by = at, keys[talk.resolved_by]
        session.add(thread)
        session.flush()
        for (author, _text), comment in zip(talk.said, thread.comments, strict=True):
            for key in mentioned_in(comment.text):
                session.add(
                    Notification(
                        user_id=int(key[1:]),
                        kind=NotificationKind.COMMENT_MENTION,
                        who=names[author],
                        subject=board.title,
                        url=f"/boards/{board.id}#comments-{thread.id}",
                        project_id=board.project_id,
                        created_at=comment.created_at,
                    )
                )
