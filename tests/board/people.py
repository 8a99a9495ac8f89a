"""A person at a board, for the tests: their own copy of the document, and what they send."""

from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Map, Text

from models.board.rules import BoardActor
from models.board.sync import LiveDocument, Proposal

Objects = Map[Any]


def note(author: str, text: str = "", /, **fields: object) -> Map[Any]:
    """A whole new note."""
    values: dict[str, object] = {
        "type": "note", "author": author, "order": "a", "locked": False, "x": 10.0, "y": 20.0, "zone": "",
        "w": 148.0, "h": 148.0, "colour": "jonc", "text": Text(text),
    }  # fmt: skip
    return Map({name: value for name, value in {**values, **fields}.items() if value is not ...})


def connector(author: str, start: str, end: str, /, **fields: object) -> Map[Any]:
    """A whole new connector."""
    values: dict[str, object] = {
        "type": "connector", "author": author, "order": "a", "from": start, "to": end, "label": Text(""),
    }  # fmt: skip
    return Map({**values, **fields})


class Person:
    """`key` is what they sign with; `may` what they may do."""

    def __init__(self, board: LiveDocument, key: str, client: int, **may: bool) -> None:
        self.board = board
        self.actor = BoardActor(key, **{"can_edit": True, **may})
        self.doc: Doc[Any] = Doc(client_id=client)
        self.refresh()

    def refresh(self) -> None:
        """See what the board holds."""
        self.doc.apply_update(self.board.snapshot())

    def write(self, action: Callable[[Objects], object]) -> bytes:
        """Edit one's own copy; the bytes that would be sent."""
        sent: list[bytes] = []
        subscription = self.doc.observe(lambda event: sent.append(event.update))
        with self.doc.transaction():
            action(self.doc.get("objects", type=Map))
        self.doc.unobserve(subscription)
        assert len(sent) == 1, "the action changed nothing"
        return sent[0]

    def propose(self, action: Callable[[Objects], object]) -> Proposal:
        """Edit, and ask the board."""
        return self.board.propose(self.write(action), self.actor)

    def edit(self, action: Callable[[Objects], object]) -> None:
        """Edit, ask, and commit."""
        proposal = self.propose(action)
        if not proposal.is_empty:
            self.board.accept(proposal.update)
