"""Counting the statements that a page sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from models.session import database


class QueryCount:
    """How many statements were executed inside `counting_queries()`, and which."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __int__(self) -> int:
        return len(self.statements)


@contextmanager
def counting_queries() -> Iterator[QueryCount]:
    """Count the statements executed in the block, on the process's database."""
    found = QueryCount()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.statements.append(statement)

    engine = database().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
