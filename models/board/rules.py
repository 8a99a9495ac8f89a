"""Who may do what to a board, now. Pure: judges `Changes` for a `BoardActor`, raises `Refused` or returns.

The rules are tables of (code, what breaks it), grouped by what they look at; limits, kinds and fixed
fields are not here but with the object types. Visible changes are enough to judge by: what an update
hides behind a newer value or inside a deleted object can never show again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from models.board.changes import Changes, Created, Fact, FieldChange, Odd, TextChange, View
from models.board.marks import is_of
from models.board.messages import MESSAGES, refusal
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import ID_PATTERN, Field, Kind, ObjectSpec
from models.board.participation import PARTICIPATION_RULES, Inbox

__all__ = ["HARD_OBJECTS", "MESSAGES", "SOFT_OBJECTS", "BoardActor", "check", "check_actor", "warning"]

SOFT_OBJECTS, HARD_OBJECTS = 2_000, 5_000
SOFT_BYTES, HARD_BYTES = 8 * 1024 * 1024, 16 * 1024 * 1024
"""Past the soft limits people are told; past the hard ones nothing more is taken, except deletions."""

_is_id = re.compile(ID_PATTERN).fullmatch
_NOBODY = Fact("", "", locked=False)


@dataclass(frozen=True, slots=True)
class BoardActor:
    """Who edits: `key` is what their objects are signed with, the rest what they may do just now."""

    key: str
    can_edit: bool
    edits_own_only: bool = False
    frozen: bool = False
    facilitates: bool = False
    """Whether they lead workshops here: they lock and unlock zones, and place what came into the inbox."""
    is_novice: bool = False
    inbox: Inbox | None = None
    """The board's, whoever edits."""
    document_id: int = 0
    """The board's: its pictures are marked with it."""
    former_keys: frozenset[str] = frozenset()
    """What they signed with before they had an account: those objects are theirs too."""

    def wrote(self, author: str) -> bool:
        """Whether an object signed so is theirs."""
        return author == self.key or author in self.former_keys


def _overflows(changes: Changes, view: View) -> bool:
    growth = len(changes.created) - len(changes.deleted)
    if growth > 0 and len(view.facts) + growth > HARD_OBJECTS:
        return True
    grows = bool(changes.created or changes.fields or changes.texts)
    return grows and view.size_bytes > HARD_BYTES


def _values_fit(created: Created, spec: ObjectSpec) -> bool:
    return all(
        value is Odd.TEXT if spec.fields[name].kind is Kind.TEXT else spec.fields[name].accepts(value)
        for name, value in created.values.items()
    )


def _may_sign(created: Created, actor: BoardActor, view: View) -> bool:
    """One signs with one's own key, or undoes a deletion: the same object comes back as it was signed."""
    fact = created.fact()
    if fact.author == actor.key:
        return True
    before = view.facts.get(created.id) or view.departed.get(created.id)
    return before == fact and (not actor.edits_own_only or actor.wrote(fact.author))


def _shows_foreign_image(created: Created, actor: BoardActor) -> bool:
    """Another board's picture would be shown to people who may not see it there."""
    return "image" in created.values and not is_of(actor.document_id, created.values["image"])


ActorRule = tuple[str, Callable[[BoardActor], bool]]
ACTOR_RULES: tuple[ActorRule, ...] = (
    ("read_only", lambda actor: not actor.can_edit),
    ("frozen", lambda actor: actor.frozen),
)

BoardRule = tuple[str, Callable[[Changes, View], bool]]
BOARD_RULES: tuple[BoardRule, ...] = (
    ("structure", lambda changes, _view: changes.stray),
    ("full", _overflows),
)


def _turned_locks(changes: Changes, actor: BoardActor, view: View) -> frozenset[str]:
    """The zones of which this does nothing but lock or unlock them, as those who facilitate may."""
    if not actor.facilitates or not any(change.name == "locked" for change in changes.fields):
        return frozenset()
    turned = {change.id for change in changes.fields if change.name == "locked"}
    otherwise = {change.id for change in changes.fields if change.name != "locked"}
    otherwise.update(changes.deleted, changes.touched, (text.id for text in changes.texts))
    return frozenset(one for one in turned - otherwise if view.facts.get(one, _NOBODY).type == "zone")


ObjectRule = tuple[str, Callable[[Fact, BoardActor], bool]]
OBJECT_RULES: tuple[ObjectRule, ...] = (
    ("locked", lambda fact, _actor: fact.locked),
    ("not_yours", lambda fact, actor: actor.edits_own_only and not actor.wrote(fact.author)),
)
"""For every object that exists and is changed or deleted."""

FieldRule = tuple[str, Callable[[Field, FieldChange], bool]]
FIELD_RULES: tuple[FieldRule, ...] = (
    ("fixed_field", lambda field, _change: field.fixed),
    ("removed_field", lambda _field, change: change.new is Odd.MISSING),
    ("bad_value", lambda field, change: not field.accepts(change.new)),
)

TextRule = tuple[str, Callable[[Field, TextChange], bool]]
TEXT_RULES: tuple[TextRule, ...] = (
    ("structure", lambda field, change: field.kind is not Kind.TEXT or not change.sound),
    ("bad_text", lambda _field, change: "\0" in change.value),
    ("text_too_long", lambda field, change: change.units > field.size),
)

CreationRule = tuple[str, Callable[[Created, ObjectSpec, BoardActor, View], bool]]
CREATION_RULES: tuple[CreationRule, ...] = (
    ("bad_id", lambda made, _spec, _actor, _view: not _is_id(made.id)),
    ("unknown_field", lambda made, spec, _actor, _view: not made.values.keys() <= spec.fields.keys()),
    ("missing_field", lambda made, spec, _actor, _view: not made.values.keys() >= spec.required),
    ("bad_value", lambda made, spec, _actor, _view: not _values_fit(made, spec)),
    ("foreign_image", lambda made, _spec, actor, _view: _shows_foreign_image(made, actor)),
    ("lock_reserved", lambda made, _spec, _actor, _view: made.values.get("locked") is True),
    ("author", lambda made, _spec, actor, view: not _may_sign(made, actor, view)),
)


def check_actor(actor: BoardActor) -> None:
    """What needs no look at the update: worth asking first, since a rehearsal that fails costs most."""
    for code, forbids in ACTOR_RULES:
        if forbids(actor):
            raise refusal(code)


def check(changes: Changes, actor: BoardActor, view: View) -> None:
    """Refuse changes that this actor may not make to the board as `view` has it, before them."""
    check_actor(actor)
    for code, breaks in BOARD_RULES:
        if breaks(changes, view):
            raise refusal(code)
    for code, forbids in PARTICIPATION_RULES:
        if forbids(changes, actor, view):
            raise refusal(code)
    turned = _turned_locks(changes, actor, view)
    _check_objects(changes, actor, view, turned)
    for created in changes.created:
        _check_created(created, actor, view)
    for change in changes.fields:
        field = _field_of(change, view)
        for code, misfits in FIELD_RULES:
            if misfits(field, change) and not (code == "fixed_field" and change.id in turned):
                raise refusal(code)
    for text in changes.texts:
        _check_text(_field_of(text, view), text)


def warning(view: View) -> str | None:
    """`nearly_full` past a soft limit."""
    full = len(view.facts) > SOFT_OBJECTS or view.size_bytes > SOFT_BYTES
    return "nearly_full" if full else None


def _check_objects(changes: Changes, actor: BoardActor, view: View, turned: frozenset[str]) -> None:
    concerned = {change.id for change in changes.fields} - turned
    concerned.update(changes.deleted, changes.touched, (text.id for text in changes.texts))
    for identifier in concerned:
        fact = view.facts.get(identifier, _NOBODY)
        for code, forbids in OBJECT_RULES:
            if forbids(fact, actor):
                raise refusal(code)


def _check_created(created: Created, actor: BoardActor, view: View) -> None:
    spec = OBJECT_SPECS.get(str(created.values.get("type")))
    if spec is None:
        raise refusal("unknown_type")
    for code, breaks in CREATION_RULES:
        if breaks(created, spec, actor, view):
            raise refusal(code)
    for name, value in created.texts.items():
        _check_text(spec.fields[name], TextChange(created.id, name, value))


def _check_text(field: Field, text: TextChange) -> None:
    for code, breaks in TEXT_RULES:
        if breaks(field, text):
            raise refusal(code)


def _field_of(change: FieldChange | TextChange, view: View) -> Field:
    spec = OBJECT_SPECS.get(view.facts.get(change.id, _NOBODY).type)
    if spec is None:
        raise refusal("unknown_type")
    field = spec.fields.get(change.name)
    if field is None:
        raise refusal("unknown_field")
    return field
