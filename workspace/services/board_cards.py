"""What the cards of a board point to, told to each reader by their own rights.

A board holds the kind and the id of what a card points to, nothing else (`models.board.objects.link`). Titles
are read here, in one query for each kind asked for; what the reader may not see is left out, and so is what
does not exist: nobody learns which it is.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.access import readable_boards, readable_solutions, visible_problems, visible_projects
from models.document import Board
from models.policy import Actor
from models.problem import STATUS_LABELS, Problem
from models.project import Project
from models.search_text import fold
from models.solution import STATE_LABELS, Solution
from workspace.i18n import _

MOST_ASKED = 100
MOST_FOUND = 20
MOST_SEARCHED = 500
"""A search looks at this many of what one may see, newest or first by name."""
SEARCH_LIMIT = 100

_NAME = re.compile(r"([a-z]{1,16})\.([1-9][0-9]{0,9})")

Target = tuple[str, int]
"""A kind and an id."""


@dataclass(frozen=True, slots=True)
class BoardCard:
    """What a reader may know of what a card points to; `label` says what it is and in which state."""

    kind: str
    id: int
    title: str
    label: str

    @property
    def name(self) -> str:
        """As the board calls it: kind.id."""
        return f"{self.kind}.{self.id}"


Reader = Callable[[Session, Actor, Collection[int] | None], Sequence[BoardCard]]
"""The cards of one kind that the actor may see: those with these ids, or all of them (None)."""


@dataclass(frozen=True, slots=True)
class CardKind:
    """One kind: who reads it, and its page, an endpoint with the name of its id."""

    read: Reader
    endpoint: str
    argument: str


def _problems(session: Session, actor: Actor, ids: Collection[int] | None) -> list[BoardCard]:
    statement = visible_problems(actor)
    if ids is not None:
        statement = statement.where(Problem.id.in_(ids))
    return [
        BoardCard(
            "problem", problem.id, problem.title, f"{_('Problème')} · {_(STATUS_LABELS[problem.status])}"
        )
        for problem in session.scalars(statement.limit(MOST_SEARCHED))
    ]


def _boards(session: Session, actor: Actor, ids: Collection[int] | None) -> list[BoardCard]:
    among = visible_projects(actor).with_only_columns(Project.id).order_by(None)
    condition = Board.project_id.in_(among) if ids is None else Board.id.in_(ids)
    return [
        BoardCard("board", board.id, board.title, f"{_('Tableau')} · {board.project.title}")
        for board in readable_boards(session, actor, condition, MOST_SEARCHED)
    ]


def _solutions(session: Session, actor: Actor, ids: Collection[int] | None) -> list[BoardCard]:
    among = visible_projects(actor).with_only_columns(Project.id).order_by(None)
    condition = Solution.project_id.in_(among) if ids is None else Solution.id.in_(ids)
    return [
        BoardCard("solution", one.id, one.title, f"{_('Solution')} · {_(STATE_LABELS[one.state])}")
        for one in readable_solutions(session, actor, condition, MOST_SEARCHED)
    ]


CARD_KINDS: Mapping[str, CardKind] = {
    "problem": CardKind(_problems, "problems.show", "problem_id"),
    "board": CardKind(_boards, "boards.show", "board_id"),
    "solution": CardKind(_solutions, "solutions.show", "solution_id"),
}
"""Every kind of `LINK_KINDS`: a new one is its reader above, and a line here and there."""


def named_cards(session: Session, actor: Actor, targets: Iterable[Target]) -> list[BoardCard]:
    """The cards of these, the first hundred, without those that the actor may not see."""
    wanted: dict[str, set[int]] = {}
    for kind, id_ in list(targets)[:MOST_ASKED]:
        if kind in CARD_KINDS and 0 < id_ < 2**31:
            wanted.setdefault(kind, set()).add(id_)
    return [card for kind, ids in wanted.items() for card in CARD_KINDS[kind].read(session, actor, ids)]


def all_named_cards(session: Session, actor: Actor, names: Sequence[str]) -> list[BoardCard]:
    """The cards of all these names (kind.id), however many a board has."""
    targets = targets_in(names)
    return [
        card
        for first in range(0, len(targets), MOST_ASKED)
        for card in named_cards(session, actor, targets[first : first + MOST_ASKED])
    ]


def targets_in(names: Iterable[str]) -> list[Target]:
    """What these names (kind.id) name; what is no name is left out."""
    found = (_NAME.fullmatch(name) for name in names)
    return [(match[1], int(match[2])) for match in found if match]


def found_cards(session: Session, actor: Actor, words: str) -> list[BoardCard]:
    """Those that the actor may see with all these words in their title or label, the first twenty."""
    asked = fold(words[:SEARCH_LIMIT]).split()
    cards = [card for kind in CARD_KINDS.values() for card in kind.read(session, actor, None)]
    matching = (card for card in cards if all(word in fold(f"{card.title} {card.label}") for word in asked))
    return list(matching)[:MOST_FOUND]
