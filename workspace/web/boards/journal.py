"""The journal of a board: what happened on it, in sentences; as a page, or beside the board."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models.i18n import N_
from models.policy import Permission
from models.session import reading
from workspace.i18n import _, current_zone, format_list, ngettext
from workspace.services.board_deeds import Deed, Line, Sort, Thing
from workspace.services.board_journal import journal_of
from workspace.web.boards.people import people_of
from workspace.web.documents.answers import by_person
from workspace.web.guard import actor, requires

blueprint = Blueprint("board_journal", __name__)

NAMED = 5
"""Of the objects of one line, so many are named."""

SENTENCES = {
    Deed.OPENED: (N_("%(who)s a ouvert le tableau"), ""),
    Deed.COMMENTED: (N_("%(who)s a commenté"), ""),
    Deed.ANSWERED: (N_("%(who)s a répondu à un commentaire"), ""),
    Deed.RESOLVED: (N_("%(who)s a résolu un échange"), ""),
    Deed.ROUND_OPENED: (
        N_("%(who)s a ouvert un tour d’écriture en silence"),
        N_("%(who)s a ouvert un tour d’écriture en silence : %(text)s"),
    ),
    Deed.ROUND_SHOWN: (N_("Les notes écrites en silence ont été révélées"), ""),
    Deed.VOTE_OPENED: (N_("%(who)s a ouvert un vote"), N_("%(who)s a ouvert un vote : %(text)s")),
    Deed.WORKSHOP_BEGUN: (
        N_("%(who)s a commencé un atelier"),
        N_("%(who)s a commencé un atelier : %(text)s"),
    ),
    Deed.STEP_REACHED: (
        N_("L’atelier passe à l’étape suivante"),
        N_("L’atelier passe à l’étape « %(text)s »"),
    ),
    Deed.WORKSHOP_ENDED: (N_("L’atelier est terminé"), ""),
}
"""Each deed that counts nothing: its sentence, and the one that says a text too."""


@dataclass(frozen=True)
class Told:
    """A line as it is read; `name` for an avatar, "" for none; `more` things are not named."""

    at: datetime
    name: str
    sentence: str
    things: tuple[Thing, ...]
    more: int


@blueprint.get("/boards/<int:board_id>/journal")
@requires(Permission.VIEW_PAST)
@by_person
def show(board_id: int) -> ResponseReturnValue:
    """The newest first; ?before=N reads on, ?part=1 gives the list alone, for the board's own page."""
    who = actor()
    with reading() as session:
        journal = journal_of(session, who, board_id, request.args.get("before", type=int))
        keys = {key for line in journal.lines for key in line.keys}
        names = {key: one.name for key, one in people_of(session, who, journal.board, keys).items()}
    zone = current_zone()
    told = [_told(line, names) for line in journal.lines]
    days = [(day, list(lines)) for day, lines in groupby(told, lambda line: line.at.astimezone(zone).date())]
    part = "part" in request.args
    return render_template(
        "board_journal/part.html" if part else "board_journal/show.html",
        board=journal.board,
        project=journal.board.project,
        days=days,
        older=journal.older,
        nothing_yet=journal.older is None and len(told) == 1,
        level=3 if part else 2,
    )


def _told(line: Line, names: dict[str, str]) -> Told:
    known = list(dict.fromkeys(names[key] for key in line.keys if key in names))
    who = format_list(known, "standard" if line.sure else "or") if known else _("Quelqu’un")
    things = line.things[:NAMED] if _names_things(line) else ()
    return Told(
        line.at,
        known[0] if len(known) == 1 and line.sure else "",
        _sentence(line, who),
        things,
        len(line.things) - len(things) if things else 0,
    )


def _names_things(line: Line) -> bool:
    return any(thing.id or thing.words for thing in line.things)


def _sentence(line: Line, who: str) -> str:
    num = len(line.things)
    match line.deed:
        case Deed.ADDED:
            return _added(line, who, num)
        case Deed.REWORDED:
            return _reworded(line, who, num)
        case Deed.REMOVED:
            return _removed(line, who, num)
        case Deed.MOVED if line.zone is None:
            return ngettext(
                "%(who)s a sorti %(num)s élément des cadres",
                "%(who)s a sorti %(num)s éléments des cadres",
                num,
                who=who,
            )
        case Deed.MOVED:
            return ngettext(
                "%(who)s a déplacé %(num)s élément dans « %(zone)s »",
                "%(who)s a déplacé %(num)s éléments dans « %(zone)s »",
                num,
                who=who,
                zone=_title(line.zone),
            )
        case Deed.RECOLOURED:
            return ngettext(
                "%(who)s a changé la couleur de %(num)s note",
                "%(who)s a changé la couleur de %(num)s notes",
                num,
                who=who,
            )
        case _:
            return _beside(line, who)


def _added(line: Line, who: str, num: int) -> str:
    if line.sort is Sort.NOTE and line.zone is not None:
        return ngettext(
            "%(who)s a ajouté %(num)s note dans « %(zone)s »",
            "%(who)s a ajouté %(num)s notes dans « %(zone)s »",
            num,
            who=who,
            zone=_title(line.zone),
        )
    if line.sort is Sort.NOTE:
        return ngettext(
            "%(who)s a ajouté %(num)s note hors cadre",
            "%(who)s a ajouté %(num)s notes hors cadre",
            num,
            who=who,
        )
    if line.sort is Sort.ZONE:
        return ngettext("%(who)s a ajouté %(num)s cadre", "%(who)s a ajouté %(num)s cadres", num, who=who)
    if line.sort is Sort.LINK:
        return ngettext("%(who)s a tracé %(num)s lien", "%(who)s a tracé %(num)s liens", num, who=who)
    return ngettext("%(who)s a ajouté %(num)s élément", "%(who)s a ajouté %(num)s éléments", num, who=who)


def _reworded(line: Line, who: str, num: int) -> str:
    if line.sort is Sort.NOTE:
        return ngettext("%(who)s a modifié %(num)s note", "%(who)s a modifié %(num)s notes", num, who=who)
    if line.sort is Sort.ZONE:
        return ngettext("%(who)s a renommé %(num)s cadre", "%(who)s a renommé %(num)s cadres", num, who=who)
    if line.sort is Sort.LINK:
        return ngettext("%(who)s a écrit sur %(num)s lien", "%(who)s a écrit sur %(num)s liens", num, who=who)
    return ngettext("%(who)s a modifié %(num)s élément", "%(who)s a modifié %(num)s éléments", num, who=who)


def _removed(line: Line, who: str, num: int) -> str:
    if line.sort is Sort.NOTE:
        return ngettext("%(who)s a supprimé %(num)s note", "%(who)s a supprimé %(num)s notes", num, who=who)
    if line.sort is Sort.ZONE:
        return ngettext("%(who)s a supprimé %(num)s cadre", "%(who)s a supprimé %(num)s cadres", num, who=who)
    if line.sort is Sort.LINK:
        return ngettext("%(who)s a supprimé %(num)s lien", "%(who)s a supprimé %(num)s liens", num, who=who)
    return ngettext("%(who)s a supprimé %(num)s élément", "%(who)s a supprimé %(num)s éléments", num, who=who)


def _beside(line: Line, who: str) -> str:
    """What was said, led and voted."""
    if line.deed is Deed.COMMENTED and not _names_things(line):
        return _("%(who)s a commenté le tableau", who=who)
    if line.deed is Deed.VOTE_CLOSED:
        return ngettext(
            "Le vote est clos, %(num)s personne y a pris part",
            "Le vote est clos, %(num)s personnes y ont pris part",
            line.count,
        )
    sentence, with_text = SENTENCES[line.deed]
    return _(with_text if line.text and with_text else sentence, who=who, text=line.text)


def _title(zone: str | None) -> str:
    return zone or _("Cadre sans titre")
