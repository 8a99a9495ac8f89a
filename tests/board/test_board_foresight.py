"""What is foreseen is what guard and rehearsal find: the same verdicts, changes, skeleton and document."""

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from models.board.changes import Changes
from models.board.foresight import Foreseen, Foresight
from models.board.guard import SYNC, decode_state_vector
from models.board.rules import BoardActor
from models.board.seed import seed_board
from models.board.sync import LiveDocument
from models.errors import Refused
from tests.board.people import Person, note
from tests.board.yjs import genuine_traffic

SEEDS = (1, 2, 3, 4)
IDS = ("n1", "n2", "n3")


class Counting(Foresight):
    """Counts what it foresaw."""

    def __init__(self, skeleton: Any) -> None:
        super().__init__(skeleton)
        self.foreseen = 0

    def foresee(self, update: bytes) -> Foreseen | None:
        found = super().foresee(update)
        self.foreseen += found is not None
        return found


class Blind(Foresight):
    """Leaves everything to guard and rehearsal."""

    def foresee(self, update: bytes) -> Foreseen | None:  # noqa: ARG002
        return None


class Pair:
    """The same board twice: one foresees, the other does not. They must never differ."""

    def __init__(self, seed: bytes) -> None:
        self.quick, self.slow = (LiveDocument.open(seed, []) for _ in range(2))
        self.give_sight()

    def give_sight(self) -> None:
        """Put the two kinds of foresight in place of what the boards made."""
        for board, kind in ((self.quick, Counting), (self.slow, Blind)):
            skeleton = board._skeleton_now()
            if not isinstance(board._foresight, kind):
                board._foresight = kind(skeleton)

    @property
    def foreseen(self) -> int:
        """How many updates were."""
        assert isinstance(self.quick._foresight, Counting)
        return self.quick._foresight.foreseen

    def propose(self, update: bytes, actor: BoardActor, *, accept: bool = True) -> bool:
        """Propose to both; whether they took it."""
        told = [self._told(board, update, actor) for board in (self.quick, self.slow)]
        assert told[0] == told[1]
        assert _skeleton(self.quick) == _skeleton(self.slow)
        if not isinstance(told[0], tuple) or not accept:
            return False
        sound, _clients, is_empty, _changes = told[0]
        if not is_empty:
            for board in (self.quick, self.slow):
                board.accept(sound)
        return True

    @staticmethod
    def _told(board: LiveDocument, update: bytes, actor: BoardActor) -> object:
        try:
            proposal = board.propose(update, actor, limits=SYNC, may_use=lambda clients: 666 not in clients)
        except Refused:
            return "refused"  # by which of several rules is up to the order in which yrs tells the changes
        return proposal.update, proposal.clients, proposal.is_empty, _said(proposal.changes)

    def settle(self) -> None:
        """Both shadows hold the same, and so do both live copies."""
        shadows = [board._shadow_now() for board in (self.quick, self.slow)]
        states = [decode_state_vector(shadow.state_vector()) for shadow in shadows]
        assert states[0] == states[1]
        assert _objects(shadows[0].encoded()) == _objects(shadows[1].encoded())
        assert _objects(self.quick.snapshot()) == _objects(self.slow.snapshot())
        assert self.quick.view == self.slow.view


def _said(changes: Changes) -> object:
    """The changes in no order. A text is told by its length: its words are not always read again."""
    return (
        {made.id: (made.values, made.texts) for made in changes.created},
        set(changes.deleted),
        {(change.id, change.name, repr(change.old), repr(change.new)) for change in changes.fields},
        {(text.id, text.name, text.units, text.sound) for text in changes.texts},
        changes.touched,
        changes.stray,
    )


def _skeleton(board: LiveDocument) -> object:
    skeleton = board._skeleton_now()
    columns = {
        client: (column.starts, column.places, column.contents, column.end)
        for client, column in skeleton.columns.items()
    }
    return columns, skeleton.cuts, skeleton.crowds._by_place


def _objects(update: bytes) -> object:
    doc: Doc[Any] = Doc()
    doc.apply_update(update)
    return doc.get("objects", type=Map).to_py()


@pytest.mark.parametrize("seed", SEEDS)
def test_genuine_traffic_is_judged_the_same(seed: int) -> None:
    first, *messages = genuine_traffic(seed, 500).messages
    pair = Pair(first.update)
    for message in messages:
        pair.propose(message.update, BoardActor(message.key, can_edit=True))
    pair.settle()


class Bursts:
    """People who drag and type in bursts, some hearing of the others late, some doing anything else."""

    def __init__(self, seed: int, pair: Pair) -> None:
        self.chance = random.Random(seed)
        self.pair = pair
        self.people = [Person(pair.quick, f"u{number}", 100 + number) for number in (1, 2, 300)]
        author, *_ = self.people
        for key in IDS:
            self.send(author, lambda objects, key=key: objects.update({key: note("u1", "mots")}))
        self.share(1.0)

    def send(self, person: Person, action: Callable[[Map[Any]], object], **how: bool) -> bytes:
        """Write and propose; what was sent."""
        update = person.write(action)
        self.pair.propose(update, person.actor, **how)
        return update

    def share(self, probability: float) -> None:
        """Let some hear of what was accepted."""
        for person in self.people:
            if self.chance.random() < probability:
                person.refresh()

    def drag(self, objects: Map[Any], names: Iterable[str] = ("x", "y")) -> None:
        """One step of a drag."""
        shared = objects[self.chance.choice(IDS)]
        for name in names:
            shared[name] = self.chance.choice((1, 7.5, -3, 0.1, 100_000, -2.0, 200.25)) + 90

    def words(self, objects: Map[Any]) -> None:
        """A few letters, mostly at the end."""
        text: Text = objects[self.chance.choice(IDS)]["text"]
        at = len(text) if self.chance.random() < 0.8 else 0
        text.insert(at, self.chance.choice(("e", "é", "mot ", "🙂", "a" * 40)))

    def odd(self, objects: Map[Any]) -> None:
        """Something that is not foreseen, or not allowed."""
        key = self.chance.choice(IDS)
        shared = objects[key]
        match self.chance.randrange(8):
            case 0:
                del objects[key]
                objects[key] = note("u1", "revenue")
            case 1:
                shared["colour"] = self.chance.choice(("rose", "ciel", "mauve"))
            case 2:
                shared["x"] = self.chance.choice((2e6, float("nan"), "ici", None))
            case 3 if len(shared["text"]):
                del shared["text"][0:1]
            case 4:
                self.drag(objects, ("w", "h", "x", "y"))
            case 5:
                objects[f"new{self.chance.random()}"[:9].replace(".", "")] = note("u1")
            case 6:
                shared["locked"] = True
            case _:
                shared["text"].insert(0, "\0")

    def run(self, steps: int) -> Iterator[bytes]:
        """Go on for a while; what was sent and taken."""
        for _ in range(steps):
            person = self.chance.choice(self.people)
            action = self.chance.choice((self.drag, self.drag, self.words, self.words, self.odd))
            for _ in range(1 if action == self.odd else self.chance.randrange(1, 6)):
                before = person.doc.get_update()
                update = person.write(action)
                if self.pair.propose(update, person.actor):
                    yield update
                else:  # as a browser does: open afresh
                    person.doc = Doc(client_id=person.doc.client_id)
                    person.doc.apply_update(before)
                    break
            self.share(0.3)


@pytest.mark.parametrize("seed", SEEDS)
def test_bursts_of_dragging_and_typing_are_judged_the_same(seed: int) -> None:
    pair = Pair(seed_board("vierge", "fr"))
    sent = sum(1 for _ in Bursts(seed, pair).run(250))
    pair.settle()
    assert pair.foreseen > sent / 4, "most of it is foreseen"


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_updates_are_judged_the_same(seed: int) -> None:
    pair = Pair(seed_board("vierge", "fr"))
    bursts = Bursts(seed, pair)
    chance = random.Random(seed)
    for update in bursts.run(60):
        for _ in range(6):
            damaged = bytearray(update)
            for _ in range(chance.randrange(1, 3)):
                at = chance.randrange(len(damaged))
                match chance.randrange(3):
                    case 0:
                        damaged[at] ^= 1 << chance.randrange(8)
                    case 1:
                        damaged[at : at + 1] = b""
                    case _:
                        damaged.insert(at, chance.randrange(256))
            pair.propose(bytes(damaged), BoardActor("u1", can_edit=True))
    pair.settle()


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (BoardActor("g9", can_edit=True, edits_own_only=True), "not_yours"),
        (BoardActor("u2", can_edit=False), "read_only"),
        (BoardActor("u2", can_edit=True, frozen=True), "frozen"),
    ],
)
def test_foreseen_edit_is_judged_by_the_rules(actor: BoardActor, expected: str) -> None:
    pair = Pair(seed_board("vierge", "fr"))
    awa = Person(pair.quick, "u1", 101)
    for action in (
        lambda objects: objects.update({"n1": note("u1")}),
        lambda objects: objects["n1"].update({"x": 1}),
    ):
        pair.propose(awa.write(action), awa.actor)
    update = awa.write(lambda objects: objects["n1"].update({"x": 2}))
    assert pair.quick._foresight
    assert pair.quick._foresight.foresee(update)
    shadow = pair.quick._shadow
    with pytest.raises(Refused) as refused:
        pair.quick.propose(update, actor)
    assert refused.value.code == expected
    assert pair.quick._shadow is shadow, "it was never touched"
    assert pair.propose(update, awa.actor)
    pair.settle()


def test_text_is_bounded_however_it_is_written() -> None:
    pair = Pair(seed_board("vierge", "fr"))
    awa = Person(pair.quick, "u1", 101)
    pair.propose(awa.write(lambda objects: objects.update({"n1": note("u1", "a" * 1_990)})), awa.actor)
    taken = [
        pair.propose(
            awa.write(lambda objects: objects["n1"]["text"].insert(len(objects["n1"]["text"]), "é")),
            awa.actor,
        )
        for _ in range(12)
    ]
    assert taken == [True] * 10 + [False] * 2
    pair.settle()


def test_foreigner_to_a_client_id_is_refused() -> None:
    pair = Pair(seed_board("vierge", "fr"))
    awa = Person(pair.quick, "u1", 101)
    pair.propose(awa.write(lambda objects: objects.update({"n1": note("u1")})), awa.actor)
    pair.propose(awa.write(lambda objects: objects["n1"].update({"x": 1})), awa.actor)
    update = awa.write(lambda objects: objects["n1"].update({"x": 2}))
    with pytest.raises(Refused) as refused:
        pair.quick.propose(update, awa.actor, may_use=lambda _clients: False)
    assert refused.value.code == "client_id"
    assert pair.propose(update, awa.actor)
