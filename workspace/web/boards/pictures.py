"""Small pictures and surveys of boards, kept in memory for as long as a board stays as it is."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from workspace.drawing import rendering
from workspace.drawing.rendering import Ask, Survey
from workspace.web.documents.host import DocumentState

T = TypeVar("T")
KEPT = 128
Key = tuple[object, ...]


class Kept(Generic[T]):
    """The newest `KEPT` things that were made, by what they were made of."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, T] = OrderedDict()

    def get(self, key: Key, make: Callable[[], T]) -> T:
        """The thing, made if it is not here."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = make()
        self._kept[key] = made
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made


_surveys: Kept[Survey] = Kept()
_pictures: Kept[bytes] = Kept()


def survey_of(state: DocumentState, document_id: int) -> Survey:
    """What there is on a board in this state. Raises: as `rendering.survey`."""
    key = (document_id, state.epoch, state.seq, len(state.content))
    return _surveys.get(key, lambda: rendering.survey(state.content))


def small_picture(state: DocumentState, document_id: int, ask: Ask) -> bytes:
    """The small drawing of a whole board. It names nobody: it is the same for all who may read the board."""
    key = (document_id, state.epoch, state.seq, len(state.content), ask.title, ask.description)
    return _pictures.get(key, lambda: rendering.render("svg", state.content, ask, {}))
