"""The copy of a document on which an update is tried, and what it was seen to do there."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pycrdt import Doc, Map, merge_updates
from pycrdt._pycrdt import Map as StoredMap
from pycrdt._pycrdt import Text as StoredText

from models.board.changes import Changes, Created, Fact, FieldChange, Odd, TextChange, Value
from models.board.messages import refusal

log = logging.getLogger("etabli.board")

OBJECTS, META = "objects", "meta"
FACT_FIELDS = ("type", "author", "locked")

KeyChanges = dict[str, dict[str, Any]]


def apply_updates(doc: Doc[Any], updates: Iterable[bytes]) -> None:
    """Apply bytes to a document; raises `Refused` when yrs cannot, after which `doc` must be dropped.

    A panic inside yrs arrives as pyo3's PanicException, a BaseException that cannot be imported.
    """
    try:
        with doc.transaction():
            for update in updates:
                doc.apply_update(update)
    except (RuntimeError, ValueError) as error:
        raise refusal("malformed") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise refusal("panic") from error


def merged(updates: Sequence[bytes]) -> Sequence[bytes]:
    """The updates as one, which is cheaper to apply; as they are, should yrs be unable to merge them."""
    if len(updates) < 2:
        return updates
    try:
        return [merge_updates(*updates)]
    except BaseException as error:
        if not is_of_yrs(error):
            raise
        log.exception("updates could not be merged")
        return updates


def is_of_yrs(error: BaseException) -> bool:
    """A panic of yrs comes as a BaseException that cannot be imported, a refusal as a ValueError."""
    return type(error).__name__ == "PanicException" or isinstance(error, (ValueError, RuntimeError))


class _Heard:
    """What the transactions of a shadow were heard to do."""

    __slots__ = ("is_deaf", "meta_changed", "seen")

    def __init__(self) -> None:
        self.is_deaf = False
        self.seen: list[tuple[list[str | int], KeyChanges | None]] = []
        self.meta_changed = False

    def note(self, events: list[Any]) -> None:
        # Events can be read only here, inside the transaction. Texts have a delta instead of keys.
        if not self.is_deaf:
            self.seen += [(event.path, getattr(event, "keys", None)) for event in events]

    def note_meta(self, _events: list[Any]) -> None:
        self.meta_changed = True


class Shadow:
    """A document that reports, for each update applied to it, the visible changes in a board's words."""

    def __init__(self, update: bytes) -> None:
        self._doc: Doc[Any] = Doc()
        apply_updates(self._doc, (update,))
        self._objects: Map[Any] = self._doc.get(OBJECTS, type=Map)
        self._meta: Map[Any] = self._doc.get(META, type=Map)
        self._heard = heard = _Heard()
        # The events under pycrdt's wrappers: they cost a third as much, and this is the hot path. What is
        # subscribed must not lead back here: Python does not see the circle through yrs, and frees nothing.
        self._subscriptions = (
            self._objects.integrated.observe_deep(heard.note),
            self._meta.integrated.observe_deep(heard.note_meta),
        )

    def apply(self, update: bytes) -> Changes:
        """Apply an update. Raises `Refused`; this shadow must then be dropped."""
        self._heard.seen.clear()
        self._heard.meta_changed = False
        apply_updates(self._doc, (update,))
        with self._doc.transaction() as transaction:
            return self._changes(transaction._txn)  # noqa: SLF001 - see `fields_of`

    def follow(self, updates: Sequence[bytes]) -> None:
        """Apply updates of which everything is known already. Raises `Refused`, like `apply`."""
        self._heard.is_deaf = True
        try:
            apply_updates(self._doc, merged(updates))
        finally:
            self._heard.is_deaf = False

    def encoded(self) -> bytes:
        """The whole document as one update."""
        return self._doc.get_update()

    def state_vector(self) -> bytes:
        """What it holds."""
        return self._doc.get_state()

    def _changes(self, transaction: Any) -> Changes:
        created: list[Created] = []
        deleted: list[str] = []
        fields: list[FieldChange] = []
        texts: list[TextChange] = []
        touched: set[str] = set()
        stray = self._heard.meta_changed
        for path, keys in self._heard.seen:
            match path, keys:
                case [], dict():
                    for identifier, change in keys.items():
                        if change["action"] != "add":
                            deleted.append(identifier)
                        if change["action"] != "delete":
                            made = self._read(transaction, identifier)
                            stray = stray or made is None
                            created += [made] if made else []
                case [str() as identifier], dict():
                    fields += [field_change(identifier, name, change) for name, change in keys.items()]
                    if not keys:
                        touched.add(identifier)
                case [str() as identifier, str() as name], None:
                    text = self._text(transaction, identifier, name)
                    stray = stray or text is None
                    texts += [text] if text else []
                case _:
                    stray = True
        return Changes(tuple(created), tuple(deleted), tuple(fields), tuple(texts), frozenset(touched), stray)

    def _read(self, transaction: Any, identifier: str) -> Created | None:
        stored = _at(transaction, self._objects.integrated, identifier)
        return _read_object(transaction, identifier, stored) if isinstance(stored, StoredMap) else None

    def _text(self, transaction: Any, identifier: str, name: str) -> TextChange | None:
        owner = _at(transaction, self._objects.integrated, identifier)
        text = _at(transaction, owner, name) if isinstance(owner, StoredMap) else None
        if not isinstance(text, StoredText):
            return None
        value = text.get_string(transaction)
        # yrs counts UTF-8 bytes and everything countable: more than its characters means hidden content.
        return TextChange(identifier, name, value, sound=text.len(transaction) == len(value.encode()))


def _at(transaction: Any, stored: StoredMap, key: str) -> object:
    """What a map holds at a key, if anything."""
    try:
        return stored.get(transaction, key)
    except ValueError:
        return None


def fields_of(transaction: Any, stored: Any) -> Iterator[tuple[str, object]]:
    """The keys of a map and what they hold, as yrs gives it.

    What pycrdt puts around it costs eight times as much, and boards are read object by object.
    """
    for key in stored.keys(transaction):
        yield key, stored.get(transaction, key)


def facts_of(doc: Doc[Any]) -> dict[str, Fact]:
    """What the rules need to know of every object of a board."""
    objects: Map[Any] = doc.get(OBJECTS, type=Map)
    facts: dict[str, Fact] = {}
    with doc.transaction() as opened:
        transaction = opened._txn  # noqa: SLF001
        for identifier, stored in fields_of(transaction, objects.integrated):
            if isinstance(stored, StoredMap):
                kind, author, locked = (_at(transaction, stored, name) for name in FACT_FIELDS)
                facts[identifier] = Fact(_words(kind), _words(author), locked is True)
    return facts


def _words(value: object) -> str:
    return "" if value is None else str(value)


def _read_object(transaction: Any, identifier: str, stored: StoredMap) -> Created:
    """An object as it is now, whatever it holds."""
    values: dict[str, Value] = {}
    texts: dict[str, str] = {}
    for name, value in fields_of(transaction, stored):
        if isinstance(value, StoredText):
            values[name], texts[name] = Odd.TEXT, value.get_string(transaction)
        else:
            values[name] = plain(value)
    return Created(identifier, values, texts)


def field_change(identifier: str, name: str, change: dict[str, Any]) -> FieldChange:
    """One key of a map event. An absent old or new value is not the same as a stored null."""
    old = plain(change["oldValue"]) if "oldValue" in change else Odd.MISSING
    new = plain(change["newValue"]) if "newValue" in change else Odd.MISSING
    return FieldChange(identifier, name, old, new)


def plain(value: object) -> Value:
    """A scalar as it is; anything else as a token that no field accepts."""
    return value if value is None or isinstance(value, str | float | int | bool) else Odd.OTHER
