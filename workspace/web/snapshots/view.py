"""What the page of a snapshot shows: what was kept beside the present, as its reader may know both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.access import access_snapshot
from models.board.export import Outline, to_outline
from models.document import Board
from models.errors import CorruptDocument, NotFound, Refused
from models.i18n import N_
from models.policy import Actor, Permission, can
from models.snapshot import Snapshot
from models.solution import STATE_LABELS, SolutionState
from workspace.drawing import rendering
from workspace.drawing.rendering import Survey
from workspace.drawing.tables import Facts
from workspace.i18n import _, current_zone
from workspace.services import snapshots
from workspace.web.boards.exporting import describe
from workspace.web.documents.host import documents

SHOWN = 40
"""Of what came, went or changed, so many are named."""
FIELD_LABELS = {
    "title": N_("Titre"),
    "challenge": N_("Le défi"),
    "precedents": N_("Ce qui existe déjà"),
    "ideal": N_("La situation idéale"),
    "objective": N_("L’objectif"),
    "helps": N_("Ce qui aide"),
    "hinders": N_("Ce qui freine"),
    "people_affected": N_("Personnes concernées"),
    "body": N_("Description"),
    "state": N_("État"),
    "reason": N_("Pourquoi"),
    "edition": N_("Édition"),
    "problem": N_("Le problème, en mots simples"),
    "progress": N_("Où nous en sommes"),
    "partners": N_("Avec qui nous travaillons"),
    "learned": N_("Ce que nous avons appris"),
    "decisions": N_("Ce que nous avons décidé"),
    "support": N_("Les appuis reçus"),
    "asked": N_("Ce que nous vous demandons"),
    "next_label": N_("Ce qui se passe ce jour-là"),
}


@dataclass(frozen=True)
class Said:
    """A field of a text then and now; `now` None: the present is not this reader's, or is no more."""

    label: str
    then: str
    now: str | None

    @property
    def has_changed(self) -> bool:
        """Whether it says something else now."""
        return self.now is not None and self.now != self.then


@dataclass(frozen=True)
class Since:
    """What came, went and changed on a board since, in words."""

    added: list[str]
    removed: list[str]
    changed: list[tuple[str, str]]
    """Then, now."""
    counts: tuple[int, int, int]

    def __bool__(self) -> bool:
        return any(self.counts)


@dataclass(frozen=True)
class SnapshotPage:
    """A board's has an outline, a text's has words."""

    board: Board | None = None
    outline: Outline | None = None
    description: str = ""
    since: Since | None = None
    words: list[Said] = field(default_factory=list)

    @property
    def is_compared(self) -> bool:
        """Whether its reader may read the present too."""
        return self.since is not None or any(said.now is not None for said in self.words)


def kept_board(session: Session, who: Actor, snapshot_id: int) -> tuple[Snapshot, Board]:
    """A snapshot of a board, and the board. Raises: NotFound for one of a text."""
    snapshot = access_snapshot(session, who, snapshot_id)
    if snapshot.board is None:
        raise NotFound
    return snapshot, snapshot.board


def board_page(who: Actor, snapshot: Snapshot) -> SnapshotPage:
    """The board as it was; what came since, if they may read it now."""
    board = snapshot.board
    assert board is not None  # noqa: S101
    found: Survey = rendering.survey(snapshot.content)
    return SnapshotPage(
        board=board,
        outline=to_outline(snapshot.content),
        description=describe(found),
        since=_since(who, board, snapshot),
    )


def text_page(session: Session, who: Actor, snapshot: Snapshot) -> SnapshotPage:
    """A text field by field."""
    now = snapshots.text_now(session, who, snapshot)
    return SnapshotPage(
        words=[
            Said(_(FIELD_LABELS[name]), _plain(name, then), _plain(name, now[name]) if now else None)
            for name, then in snapshot.fields.items()
            if then or (now and now[name])
        ]
    )


def facts_then(dates: Mapping[str, tuple[datetime | None, datetime | None]], taken_at: datetime) -> Facts:
    """Dates as spreadsheets read them, as far as they were true when the state was kept."""
    zone = current_zone()

    def written(when: datetime | None) -> str:
        return when.astimezone(zone).strftime("%Y-%m-%d %H:%M") if when and when <= taken_at else ""

    return Facts(
        created={one: written(came) for one, (came, _changed) in dates.items()},
        changed={one: written(changed) for one, (_came, changed) in dates.items()},
    )


def _since(who: Actor, board: Board, snapshot: Snapshot) -> Since | None:
    if board.archived_at is not None or not can(who, Permission.VIEW_BOARD, board.where):
        return None
    try:
        found = snapshots.board_since(snapshot, documents().state(board.document_id).content)
    except (CorruptDocument, Refused):
        return None
    difference = found.difference
    added = [_says(found.now[one]) for one in difference.added]
    removed = [_says(found.then[one]) for one in difference.removed]
    changed = [(_says(found.then[one]), _says(found.now[one])) for one in difference.changed]
    return Since(
        added=[words for words in added if words][:SHOWN],
        removed=[words for words in removed if words][:SHOWN],
        changed=[pair for pair in changed if pair[0] != pair[1]][:SHOWN],
        counts=(len(added), len(removed), len(changed)),
    )


def _says(values: Mapping[str, object]) -> str:
    return str(values.get("text") or values.get("title") or values.get("label") or "")


def _plain(name: str, text: str) -> str:
    return _(STATE_LABELS[SolutionState(text)]) if name == "state" and text else text
