"""Writes a story's ideas for solutions, with the notes that they come from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.document import Board
from models.solution import Solution, SolutionSource, SolutionState, SolutionVersion
from workspace.services.demo.story import IdeaStory, Note


def write_ideas(
    session: Session,
    board: Board,
    ideas: Sequence[IdeaStory],
    notes: Sequence[Note],
    keys: Mapping[str, str],
    ago: Callable[[float], datetime],
) -> None:
    """`keys` are those of the people of the story. The note of index 3 is the object 'demo-3'."""
    for idea in ideas:
        at, words = ago(idea.days_ago), {"title": idea.title, "body": idea.body}
        solution = Solution(project_id=board.project_id, changed_at=at, **words)
        solution.versions = [
            SolutionVersion(
                number=1, state=SolutionState.IDEA, saved_at=at, saved_by_id=int(keys[idea.who][1:]), **words
            )
        ]
        for index in idea.notes:
            who, _zone, _colour, text = notes[index]
            source = SolutionSource(board_id=board.id, object_id=f"demo-{index}", text=text, author=keys[who])
            solution.sources.append(source)
        session.add(solution)
    session.flush()
