"""Gives the demonstration's boards a past: written over several days by several people, some of it taken away."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pycrdt import Doc, Map
from sqlalchemy.orm import Session

from models.board.export import to_outline
from models.board.past import Values, read_objects
from models.board.seed import TEMPLATE_AUTHOR, add_objects, order_key
from models.board.shadow import META, OBJECTS
from models.board_visit import BoardVisit
from models.document import Board, DocumentUpdate, SharedDocument
from workspace.jobs import history, project
from workspace.services.demo.story import BoardStory
from workspace.services.document_upkeep import note_upkeep

CLIENT = 3
SITTINGS = 3
"""On so many days, one after the other; what is `later` comes on another."""
SEEN_DAYS_AGO, LATE_DAYS_AGO = 3, 2


def write_past(
    session: Session,
    document: SharedDocument,
    story: BoardStory,
    content: bytes,
    keys: Mapping[str, str],
    now: datetime,
) -> None:
    """The rows of the log that lead to `content`, and the read model as it was brought along. Commits nothing."""
    doc: Doc[Any] = Doc(client_id=CLIENT)
    doc.get(META, type=Map)
    doc.get(OBJECTS, type=Map)
    before = b""
    for seq, (at, who) in enumerate(_sittings(doc, story, read_objects([content]), keys, now), 1):
        update = doc.get_update(before) if before else doc.get_update()
        before = doc.get_state()
        authors = ",".join(sorted(who))
        session.add(
            DocumentUpdate(document_id=document.id, seq=seq, update=update, actor_keys=authors, at=at)
        )
        document.last_seq = seq
        session.flush()
        project.write(session, document.id, seq, project.lines(to_outline(doc.get_update())), at)
        moment = history.Entry(seq, at, tuple(sorted(who)))
        history.write(session, document.id, [moment], {seq: doc.get_update()}, now)
        note_upkeep(session, document.id, projected_seq=seq, history_seq=seq)


def note_visits(
    session: Session, board: Board, story: BoardStory, people: Iterable[str], now: datetime
) -> None:
    """Each of them saw all but what came in the last days. Commits nothing."""
    if not story.later:
        return
    at = now - timedelta(days=SEEN_DAYS_AGO)
    seen = {"since_seq": SITTINGS, "since_at": at, "last_seq": SITTINGS, "last_at": at}
    session.add_all(BoardVisit(board_id=board.id, actor_key=key, **seen) for key in people)
    session.flush()


def _sittings(
    doc: Doc[Any], story: BoardStory, whole: Mapping[str, Values], keys: Mapping[str, str], now: datetime
) -> Iterator[tuple[datetime, set[str]]]:
    """Writes one after the other into `doc`; gives when each ended, and who wrote."""
    late = {f"demo-{place}" for place in range(len(story.notes), len(story.notes) + len(story.later))}
    fixed = [one for one in whole if whole[one]["author"] == TEMPLATE_AUTHOR]
    written = [one for one in whole if one not in late and one not in fixed]
    meta = doc.get(META, type=Map)
    meta["version"], meta["template"] = 1, story.template
    _lay(doc, whole, fixed)
    size = -(-len(written) // SITTINGS)
    for number in range(SITTINGS):
        part = written[number * size : (number + 1) * size]
        _lay(doc, whole, part)
        who = {str(whole[one]["author"]) for one in part}
        if number == 1:
            who |= _draft(doc, story, whole, keys)
        yield now - timedelta(days=max(0.0, story.days_ago - number)), who
    if late:
        _lay(doc, whole, [one for one in whole if one in late])
        for place in range(len(story.drafts)):
            del doc.get(OBJECTS, type=Map)[f"draft-{place}"]
        yield now - timedelta(days=LATE_DAYS_AGO), {str(whole[one]["author"]) for one in late}


def _lay(doc: Doc[Any], whole: Mapping[str, Values], ids: list[str]) -> None:
    with doc.transaction():
        add_objects(
            doc,
            [
                (
                    one,
                    str(whole[one]["type"]),
                    {name: it for name, it in whole[one].items() if name != "type"},
                )
                for one in ids
            ],
        )


def _draft(
    doc: Doc[Any], story: BoardStory, whole: Mapping[str, Values], keys: Mapping[str, str]
) -> set[str]:
    """Notes that somebody takes away in the end: below those of their zone."""
    for place, (who, number, colour, text) in enumerate(story.drafts):
        zone, frame = next((one, it) for one, it in whole.items() if it.get("number") == number)
        where = {"x": frame["x"] + 16 + 160 * place, "y": frame["y"] + frame["h"] - 164, "zone": zone}
        words = {"colour": colour, "text": text, "author": keys[who], "order": order_key(500 + place)}
        add_objects(doc, [(f"draft-{place}", "note", {**where, **words})])
    return {keys[who] for who, *_rest in story.drafts}
