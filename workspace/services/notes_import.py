"""Notes from a spreadsheet or a list: a dry run tells each line's fate, then those that can be are added.

Columns are known by their titles, in any order; without titles they are text, zone, colour, and lines without
separators are a list, one note each. All notes come in one change, signed by who imports, in free slots of
their zones; that change can be taken back as long as nobody rewrote them.
"""

import enum
import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pycrdt import Doc, Map
from sqlalchemy.orm import Session

from models.access import access_board
from models.activity import record_board_edits
from models.base import utcnow
from models.board.export import objects_of
from models.board.laying import Ground, Laid, Written
from models.board.messages import refusal
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import COLOURS, utf16_length
from models.board.rules import HARD_BYTES
from models.board.shadow import OBJECTS, apply_updates
from models.board_rights import own_keys
from models.document import Board
from models.document_log import append_update, own_clients
from models.errors import Forbidden, Invalid
from models.events import DocumentAppended, record
from models.i18n import N_
from models.policy import Actor, Permission
from workspace.services import csv_reading
from workspace.services.board_words import committed_updates
from workspace.services.csv_reading import NO_SEPARATOR, folded
from workspace.services.spreadsheet import safe_cell

MOST_LINES = 2_000
MOST_BYTES = 1_000_000
MOST_NEW_ZONES = 20
TEXT_LIMIT = OBJECT_SPECS["note"].fields["text"].size
TITLE_LIMIT = OBJECT_SPECS["zone"].fields["title"].size
DEFAULT_COLOUR = "jonc"
BATCH_CHARS = 9
DIGEST_CHARS = 10

EMPTY = N_("Il n’y a aucune ligne à lire ici.")
TOO_MANY = N_("Il y a plus de 2 000 lignes. Importez-les en plusieurs fois.")
TOO_LARGE = N_("C’est plus d’un mégaoctet. Importez-le en plusieurs fois.")
UNREADABLE = N_(
    "Ce n’est pas un tableau lisible. "
    "Depuis le tableur, enregistrez-le comme « CSV », ou copiez les cellules."
)
NO_ROOM = N_("Le tableau n’a plus assez de place pour tant de notes : il porte 5 000 éléments au plus.")

TITLES = {
    "text": ("texte", "text", "note", "notes", "contenu", "content", "idee", "idees", "idea"),
    "zone": ("cadre", "zone", "frame", "colonne", "categorie", "category"),
    "colour": ("couleur", "colour", "color"),
}
WITHOUT_TITLES = ("text", "zone", "colour")
COLOUR_NAMES = {
    **{code: code for code in COLOURS},
    "rush yellow": "jonc",
    "jaune": "jonc",
    "yellow": "jonc",
    "apricot": "abricot",
    "orange": "abricot",
    "pink": "rose",
    "lilac": "lilas",
    "violet": "lilas",
    "sky": "ciel",
    "bleu": "ciel",
    "blue": "ciel",
    "mint": "menthe",
    "vert": "menthe",
    "green": "menthe",
    "anise": "anis",
    "sand": "sable",
}


class Fate(enum.StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    NEW_ZONE = "new_zone"
    OUTSIDE = "outside"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    ALREADY_THERE = "already_there"
    REPEATED = "repeated"

    @property
    def is_added(self) -> bool:
        """Whether it becomes a note."""
        return self in (Fate.ADDED, Fate.NEW_ZONE, Fate.OUTSIDE)

    @property
    def is_wrong(self) -> bool:
        """Whether the line should be mended."""
        return self is Fate.TOO_LONG


@dataclass(frozen=True)
class Line:
    """One note to be; `number` as spreadsheets count, `zone_id` "" outside of zones or in a new one."""

    number: int
    text: str
    zone: str
    colour: str
    zone_id: str = ""
    fate: Fate = Fate.ADDED


@dataclass(frozen=True)
class Table:
    """What was read: `ignored` are the titles of columns that mean nothing here."""

    lines: list[Line] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The dry run."""

    lines: list[Line]
    ignored: list[str]

    @property
    def added(self) -> list[Line]:
        """The lines that become notes."""
        return [line for line in self.lines if line.fate.is_added]

    @property
    def new_zones(self) -> list[str]:
        """The titles of zones that will be made, in their order."""
        return list(dict.fromkeys(line.zone for line in self.lines if line.fate is Fate.NEW_ZONE))


@dataclass(frozen=True)
class Read:
    """A board as the import finds it."""

    board: Board
    updates: list[bytes]
    epoch: int


def decode(content: bytes) -> str:
    """The text of a file. Raises: Invalid on `file`."""
    if len(content) > MOST_BYTES:
        raise Invalid(fields={"file": TOO_LARGE})
    try:
        return csv_reading.decode(content, MOST_BYTES)
    except csv_reading.Unreadable as error:
        raise Invalid(fields={"file": UNREADABLE}) from error


def read_table(text: str) -> Table:
    """The lines, in their order. Raises: Invalid on `notes`."""
    if len(text.encode()) > MOST_BYTES:
        raise Invalid(fields={"notes": TOO_LARGE})
    try:
        rows, columns = _rows(text)
    except csv_reading.Unreadable as error:
        raise Invalid(fields={"notes": UNREADABLE}) from error
    titles = rows[0] if columns else []
    named = columns or dict(enumerate(WITHOUT_TITLES))
    ignored = [cell.strip() for place, cell in enumerate(titles) if place not in named and cell.strip()]
    lines = [
        _line(number, row, named)
        for number, row in enumerate(rows[1:] if columns else rows, 2 if columns else 1)
        if any(cell.strip() for cell in row)
    ]
    if not lines:
        raise Invalid(fields={"notes": EMPTY})
    if len(lines) > MOST_LINES:
        raise Invalid(fields={"notes": TOO_MANY})
    return Table(lines, ignored)


def _rows(text: str) -> tuple[list[list[str]], dict[int, str]]:
    """The rows and which column is which, if the first row says so.

    A comma separates only under titles: a list of sentences has commas too.
    """
    text = text.lstrip("\ufeff").lstrip("\r\n")
    for separator in csv_reading.SEPARATORS:
        first = csv_reading.parse(text.split("\n", 1)[0], separator)
        columns = csv_reading.columns_by_title(first[0], TITLES) if first else {}
        if "text" in columns.values():
            return csv_reading.parse(text, separator), columns
    said = [line for line in text.splitlines() if line.strip()]
    for separator in "\t;":
        if said and all(separator in line for line in said):
            return csv_reading.parse(text, separator), {}
    return csv_reading.parse(text, NO_SEPARATOR), {}


def _line(number: int, row: Sequence[str], columns: dict[int, str]) -> Line:
    cells = {columns[place]: cell.strip() for place, cell in enumerate(row) if place in columns}
    text = cells.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
    if safe_cell(text[1:]) == text:  # as our own exports write what a spreadsheet would compute
        text = text[1:]
    colour = COLOUR_NAMES.get(folded(cells.get("colour", "")), DEFAULT_COLOUR)
    return Line(number, text, " ".join(cells.get("zone", "").split()), colour)


def access_to_import(session: Session, actor: Actor, board_id: int) -> Board:
    """The board, if the actor may write on it now. Raises: NotFound, Forbidden."""
    board = access_board(session, actor, board_id, Permission.EDIT_BOARD)
    if board.frozen:
        raise Forbidden(refusal("frozen").message)
    return board


def read_board(session: Session, actor: Actor, board_id: int) -> Read:
    """The board to import into. Raises: NotFound, Forbidden."""
    board = access_to_import(session, actor, board_id)
    updates, epoch = committed_updates(session, board.document_id)
    return Read(board, updates, epoch)


def plan_import(ground: Ground, table: Table, *, makes_zones: bool) -> Plan:
    """Each line with its fate; nothing is written. Raises: Invalid on `notes` when there is no room."""
    known = _names_of(ground.zones())
    lines = list(
        _fates(table.lines, known, {_same(text) for text in ground.texts()}, makes_zones=makes_zones)
    )
    plan = Plan(lines, table.ignored)
    if len(plan.added) + len(plan.new_zones) > ground.room:
        raise Invalid(fields={"notes": NO_ROOM})
    return plan


def _names_of(zones: dict[str, tuple[int, str]]) -> dict[str, str]:
    """What a zone may be called in a table, and its id: its title, its number, both."""
    found: dict[str, str] = {}
    for identifier, (number, title) in zones.items():
        plain = folded(" ".join(title.split()))
        names = [plain, *([str(number), f"{number}. {plain}"] if number else [])]
        for name in names:
            if name:
                found.setdefault(name, identifier)
    return found


def _fates(lines: list[Line], known: dict[str, str], there: set[str], *, makes_zones: bool) -> Iterator[Line]:
    seen: set[str] = set()
    made: set[str] = set()
    for line in lines:
        said = _same(line.text)
        zone_id = known.get(folded(line.zone), "")
        if not said:
            fate = Fate.EMPTY
        elif utf16_length(line.text) > TEXT_LIMIT or utf16_length(line.zone) > TITLE_LIMIT:
            fate = Fate.TOO_LONG
        elif said in there:
            fate = Fate.ALREADY_THERE
        elif said in seen:
            fate = Fate.REPEATED
        elif zone_id or not line.zone:
            fate = Fate.ADDED if zone_id else Fate.OUTSIDE
        elif makes_zones and len(made | {folded(line.zone)}) <= MOST_NEW_ZONES:
            fate = Fate.NEW_ZONE
            made.add(folded(line.zone))
        else:
            fate = Fate.OUTSIDE
        if fate.is_added:
            seen.add(said)
        yield replace(line, zone_id=zone_id, fate=fate)


def _same(text: str) -> str:
    """What makes two notes the same: their words."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class Imported:
    """What was done. `batch` names it, to take it back."""

    batch: str
    count: int


def run_import(session: Session, actor: Actor, read: Read, text: str, *, makes_zones: bool) -> Imported:
    """Add what the dry run says, in one change. Raises: Invalid, Refused, NotFound, Forbidden."""
    board = access_to_import(session, actor, read.board.id)
    ground = Ground(read.updates)
    plan = plan_import(ground, read_table(text), makes_zones=makes_zones)
    if not plan.added:
        raise Invalid(fields={"notes": EMPTY})
    batch = secrets.token_hex(BATCH_CHARS)[:BATCH_CHARS]
    laid = _laid(ground, plan, actor.key, batch)
    if len(laid.content) + sum(map(len, read.updates)) > HARD_BYTES:
        raise refusal("full")
    append_update(session, board.document_id, laid.content, [actor.key], read.epoch)
    if own_clients(session, board.document_id, laid.owners):
        raise refusal("client_id")
    record(session, DocumentAppended(board.document_id))
    record_board_edits(
        session,
        user_id=actor.user_id,
        guest_id=actor.guest_id,
        cohort_id=board.project.team.cohort_id,
        project_id=board.project_id,
        board_id=board.id,
        title=board.title,
        count=len(plan.added),
    )
    board.changed_at = utcnow()
    return Imported(batch, len(plan.added))


def _laid(ground: Ground, plan: Plan, author: str, batch: str) -> Laid:
    places: dict[tuple[str, str], list[Line]] = {}
    for line in plan.added:
        new = folded(line.zone) if line.fate is Fate.NEW_ZONE else ""
        places.setdefault((line.zone_id, new), []).append(line)
    parts: list[Laid] = []
    numbers = iter(range(MOST_LINES))
    for number, ((zone_id, new), lines) in enumerate(places.items()):
        zone = zone_id
        if new:
            zone = f"{batch}-zone-{number}"
            parts.append(ground.add_zone(author, zone, lines[0].zone, len(lines)))
        notes = [
            Written(author, line.colour, line.text, f"{batch}-{_digest(line.text)}-{next(numbers):x}")
            for line in lines
        ]
        parts.append(ground.lay(zone, notes))
    return parts[0].and_also(*parts[1:])


def _digest(text: str) -> str:
    """What an imported note's id remembers of its words."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:DIGEST_CHARS]


@dataclass(frozen=True)
class Undoing:
    """What taking an import back comes to: the update, and how many notes stay, rewritten since."""

    update: bytes
    removed: int
    kept: int


def undo_import(read: Read, actor: Actor, batch: str) -> Undoing:
    """The update that removes a batch's notes, but those that somebody rewrote, and zones that end up empty.

    A batch of somebody else's has nothing to remove.
    """
    own = own_keys(actor, read.board)
    doc: Doc[Any] = Doc()
    apply_updates(doc, read.updates)
    objects = objects_of(doc)
    found = [
        (key, values)
        for key, values in objects
        if len(batch) == BATCH_CHARS and key.startswith(f"{batch}-") and values.get("author") in own
    ]
    notes = [(key, values) for key, values in found if values["type"] == "note"]
    gone = {key for key, values in notes if key.split("-", 1)[1].startswith(_digest(values["text"]))}
    inhabited = Counter(values.get("zone", "") for key, values in objects if key not in gone)
    gone |= {key for key, values in found if values["type"] == "zone" and not inhabited[key]}
    before = doc.get_state()
    stored = doc.get(OBJECTS, type=Map)
    with doc.transaction():
        for key in gone:
            del stored[key]
    update = doc.get_update(before) if gone else b""
    removed = sum(1 for key, _values in notes if key in gone)
    return Undoing(update, removed, len(notes) - removed)
