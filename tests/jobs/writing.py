"""People who write into a stored document, for the tests of what jobs make of it."""

from datetime import datetime
from typing import Any

from pycrdt import Doc, Map, Text
from sqlalchemy import update

from models.board.export import Outline
from models.board.sync import LiveDocument
from models.document import DocumentUpdate
from models.document_log import append_update, load_document
from models.session import reading, transaction


class Writer:
    """A Yjs document whose every change becomes a row of the log, at a time of the test's choice."""

    def __init__(self, document_id: int, key: str = "u1", client: int = 77) -> None:
        self.document_id = document_id
        self.key = key
        self.doc: Doc[Any] = Doc(client_id=client)
        self.at: datetime | None = None
        with reading() as session:
            stored = load_document(session, document_id)
        self.doc.apply_update(LiveDocument.open(stored.snapshot, stored.updates).snapshot())

    @property
    def objects(self) -> Map[Any]:
        """The board's objects."""
        return self.doc.get("objects", type=Map)

    def note(self, identifier: str, text: str = "", **values: object) -> int:
        """Add a note; gives the row's number."""
        before = self.doc.get_state()
        fields = {"type": "note", "x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0, "locked": False, "order": "a0"}
        words = {"zone": "", "colour": "jonc", "author": self.key}
        self.objects[identifier] = Map({**fields, **words, **values, "text": Text(text or identifier)})
        return self._append(before)

    def move(self, identifier: str, x: float) -> int:
        """Put an object elsewhere."""
        before = self.doc.get_state()
        self.objects[identifier]["x"] = x
        return self._append(before)

    def retype(self, identifier: str, text: str) -> int:
        """Replace an object's text, character by character as Yjs knows it."""
        before = self.doc.get_state()
        shared = self.objects[identifier]["text"]
        with self.doc.transaction():
            shared.clear()
            shared += text
        return self._append(before)

    def delete(self, identifier: str) -> int:
        """Delete an object."""
        before = self.doc.get_state()
        del self.objects[identifier]
        return self._append(before)

    def _append(self, before: bytes) -> int:
        with transaction() as session:
            seq = append_update(session, self.document_id, self.doc.get_update(before), [self.key], 1)
            if self.at is not None:
                session.execute(
                    update(DocumentUpdate)
                    .where(DocumentUpdate.document_id == self.document_id, DocumentUpdate.seq == seq)
                    .values(at=self.at)
                )
        return seq


def outline(document_id: int) -> Outline:
    """The board as stored."""
    with reading() as session:
        stored = load_document(session, document_id)
    return LiveDocument.open(stored.snapshot, stored.updates).outline()


def backdate(document_id: int, at: datetime) -> None:
    """Give all rows of a document the same date."""
    with transaction() as session:
        session.execute(update(DocumentUpdate).where(DocumentUpdate.document_id == document_id).values(at=at))
