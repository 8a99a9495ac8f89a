"""What an export says, in the reader's language and by the reader's rights: names, dates, file names."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from models.document import Board
from models.policy import Actor
from workspace.drawing.rendering import Ask, Paper, Part, Person, Spoken, Survey
from workspace.drawing.tables import Facts, Words
from workspace.i18n import _, current_locale, current_zone, format_date, ngettext
from workspace.services.ballots import results_of
from workspace.services.board_cards import all_named_cards
from workspace.services.board_facts import dates_of
from workspace.web.boards.people import people_of

KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv",
    "md": "text/markdown",
}
MOST_TITLE = 80
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def colour_names() -> Mapping[str, str]:
    """The note colours, as the board's palette calls them."""
    return {
        "jonc": _("Jonc"),
        "abricot": _("Abricot"),
        "rose": _("Rose"),
        "lilas": _("Lilas"),
        "ciel": _("Ciel"),
        "menthe": _("Menthe"),
        "anis": _("Anis"),
        "sable": _("Sable"),
    }


def describe(survey: Survey) -> str:
    """What is in it, in a few words: 12 notes, 6 cadres."""
    notes = ngettext("%(num)s note", "%(num)s notes", survey.notes)
    if not survey.zones:
        return notes
    zones = ngettext("%(num)s cadre", "%(num)s cadres", len(survey.zones))
    return _("%(notes)s, %(zones)s", notes=notes, zones=zones)


def ask_for(
    session: Session, who: Actor, board: Board, survey: Survey, part: Part, *, small: bool = False
) -> Ask:
    """Everything that the drawing is told. Authors are named as on the board's page: `people_of` says how."""
    people = {} if small else people_of(session, who, board, survey.authors)
    return Ask(
        title=board.title,
        description=describe(survey),
        spoken=Spoken(
            unreadable=_("Élément illisible"),
            alt_one=_("{heading} : {count} note. Tout est écrit dans le plan, à la fin."),
            alt_many=_("{heading} : {count} notes. Tout est écrit dans le plan, à la fin."),
            plan=_("Plan du tableau"),
            empty=_("Rien pour l’instant."),
        ),
        table_words=table_words(session, who, board.title, () if small else survey.cards),
        paper=Paper(
            author="L’Établi",
            lang=current_locale(),
            region="GB" if current_locale() == "en" else "FR",
            place=board.project.title,
            date=format_date(datetime.now(UTC), "long"),
            page=_("Page"),
        ),
        people={key: Person(person.name, person.short) for key, person in people.items()},
        part=part,
        small=small,
    )


def table_words(session: Session, who: Actor, title: str, cards: Sequence[str]) -> Words:
    """What tables and Markdown say; what cards point to is called as this reader may know it."""
    return Words(
        title=title,
        loose=_("Hors cadre"),
        links=_("Liens"),
        columns=(_("Cadre"), _("Texte"), _("Auteur·rice"), _("Couleur"), _("Créée le"), _("Modifiée le")),
        votes=_("Votes"),
        colours=colour_names(),
        untold_image=_("Image sans description"),
        drawing=_("Dessin"),
        inaccessible=_("Élément non accessible"),
        cards={card.name: card.title for card in all_named_cards(session, who, cards)},
        nothing=_("Sans texte"),
    )


def facts_for(session: Session, who: Actor, board: Board) -> Facts:
    """Dates as spreadsheets read them, in the reader's zone; the totals of the newest closed ballot."""
    zone = current_zone()

    def written(when: datetime | None) -> str:
        return when.astimezone(zone).strftime("%Y-%m-%d %H:%M") if when else ""

    dates = dates_of(session, board.document_id)
    results = results_of(session, who, board)
    return Facts(
        created={one: written(came) for one, (came, _changed) in dates.items()},
        changed={one: written(changed) for one, (_came, changed) in dates.items()},
        votes={total.note: total.points for total in results[0].totals} if results else None,
    )


def disposition(title: str, kind: str, day: date | None = None, *, what: str = "") -> str:
    """Content-Disposition of a file named as people file it: Tableau - Titre - 2026-11-28.pdf.

    Without a `day`, it is today's. `what` it is: a board unless said otherwise.
    """
    name = _file_name(what or _("Tableau"), title, kind, day or datetime.now(current_zone()).date())
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def _file_name(what: str, title: str, kind: str, day: date) -> str:
    clean = " ".join(_NOT_IN_NAMES.sub(" ", title).split())[:MOST_TITLE].strip(". ")
    return " - ".join(part for part in (what, clean, day.isoformat()) if part) + f".{kind}"
