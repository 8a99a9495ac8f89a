"""Private rounds: what one writes is one's own until it is shown, then it is on the board, once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models import failpoints
from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.board.export import Outline, OutlineNote
from models.document import Board, DocumentClient, DocumentUpdate
from models.errors import Forbidden, Invalid, Refused
from models.events import DocumentAppended, take_events
from models.failpoints import FailpointError
from models.people import User
from models.personal_rows import person_of
from models.private_round import PrivateNote, PrivateRound
from models.session import reading, transaction
from tests.factories import World
from workspace.services import erasure, personal_export, rounds
from workspace.services.board_words import committed_outline
from workspace.services.rounds import RoundState


def open_round(world: World, who: str = "alice", **values: Any) -> None:
    with transaction() as session:
        wanted = {"zone": "zone-1", "prompt": "Une idée par note", "closes_at": None, **values}
        rounds.open_round(session, world.actor(session, who), world.board.id, **wanted)


def write(world: World, who: str, text: str, key: str = "a", colour: str = "rose") -> None:
    with transaction() as session:
        actor = world.actor(session, who)
        rounds.write_note(session, actor, world.board.id, key=key, text=text, colour=colour)


def reveal(world: World, who: str = "alice") -> list[object]:
    with reading() as session:
        ground, epoch = rounds.ground_of(session, world.actor(session, who), world.board.id)
    with transaction() as session:
        rounds.reveal(session, world.actor(session, who), world.board.id, ground, epoch)
        session.flush()
        events = session.info.get("events", [])
        return list(events)


def shown(world: World) -> Outline:
    with reading() as session:
        return committed_outline(session, world.board.document_id)


def notes_of(world: World) -> list[OutlineNote]:
    return [note for note in shown(world).notes() if not note.locked]


def test_each_reads_their_own_and_who_opened_reads_how_many(any_world: World) -> None:
    open_round(any_world)
    write(any_world, "bob", "Moins d’attente")
    write(any_world, "bob", "Un accueil commun", key="b")
    write(any_world, "guest", "Un banc dehors")
    states = {who: _state(any_world, who) for who in ("alice", "bob", "guest", "tutor", "reader", "manager")}
    assert [note.text for note in states["bob"].mine] == ["Moins d’attente", "Un accueil commun"]
    assert [note.text for note in states["guest"].mine] == ["Un banc dehors"]
    assert {who for who, found in states.items() if found.waiting is not None} == {"alice"}
    assert states["alice"].waiting == 3
    for who in ("alice", "tutor", "reader", "manager"):
        assert states[who].mine == ()
    assert {who for who, found in states.items() if found.may_write} == {"alice", "bob", "guest"}
    assert {who for who, found in states.items() if found.may_reveal} == {"alice", "bob", "tutor"}


def _state(world: World, who: str) -> RoundState:
    with reading() as session:
        actor = world.actor(session, who)
        board = rounds.access_board(session, actor, world.board.id)
        found = rounds.round_state(session, actor, board)
    assert found is not None
    return found


def test_observer_knows_of_no_round(any_world: World) -> None:
    open_round(any_world)
    with transaction() as session:
        session.execute(update(Board).values(open_to_observers=True))
    with reading() as session:
        actor = any_world.actor(session, "observer")
        board = rounds.access_board(session, actor, any_world.board.id)
        assert rounds.round_state(session, actor, board) is None
    for refused in (lambda: write(any_world, "observer", "x"), lambda: open_round(any_world, "observer")):
        with pytest.raises(Forbidden):
            refused()


def test_note_is_changed_and_deleted_by_its_key_and_by_nobody_else(any_world: World) -> None:
    open_round(any_world)
    write(any_world, "bob", "Premier jet")
    write(any_world, "bob", "Second jet", colour="ciel")
    write(any_world, "alice", "Une autre, de même clé")
    assert [(note.text, note.colour) for note in _state(any_world, "bob").mine] == [("Second jet", "ciel")]
    write(any_world, "bob", "  ")
    assert _state(any_world, "bob").mine == ()
    assert [note.text for note in _state(any_world, "alice").mine] == ["Une autre, de même clé"]


@pytest.mark.parametrize("text", ["x" * 2001, "a\0b", "\ud83d"])
def test_words_that_no_note_can_hold_are_refused(world: World, text: str) -> None:
    open_round(world)
    with pytest.raises(Refused):
        write(world, "bob", text)


def test_bounds(world: World) -> None:
    with pytest.raises(Refused, match="Aucun tour"):
        write(world, "bob", "Trop tôt")
    for closes_at in (utcnow() - timedelta(minutes=1), utcnow() + timedelta(days=15)):
        with pytest.raises(Invalid):
            open_round(world, closes_at=closes_at)
    open_round(world)
    with pytest.raises(Refused, match="déjà ouvert"):
        open_round(world, "bob")
    for number in range(rounds.MOST_NOTES):
        write(world, "bob", "x", key=f"k{number}")
    with pytest.raises(Refused, match="beaucoup"):
        write(world, "bob", "x", key="one-more")
    write(world, "bob", "y", key="k0")
    with transaction() as session:
        session.execute(update(PrivateRound).values(closes_at=utcnow() - timedelta(seconds=1)))
    with pytest.raises(Refused, match="écoulé"):
        write(world, "bob", "z", key="k0")
    assert not _state(world, "bob").takes_notes
    assert len(_state(world, "bob").mine) == rounds.MOST_NOTES


def test_round_that_opens_at_an_hour_takes_notes_from_then_on(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utcnow()
    monkeypatch.setattr(rounds, "utcnow", lambda: now)
    for opens_at, closes_at in ((now + timedelta(2), now + timedelta(1)), (now + timedelta(15), None)):
        with pytest.raises(Invalid):
            open_round(any_world, opens_at=opens_at, closes_at=closes_at)
    open_round(any_world, opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=73))
    assert (_state(any_world, "guest").prompt, _state(any_world, "guest").has_begun) == (
        "Une idée par note",
        False,
    )
    with pytest.raises(Refused) as refused:
        write(any_world, "bob", "Trop tôt")
    assert refused.value.code == "not_yet"
    now += timedelta(hours=1)
    write(any_world, "bob", "À l’heure")
    assert (_state(any_world, "bob").has_begun, len(_state(any_world, "bob").mine)) == (True, 1)


def test_reveal_makes_notes_of_the_board_signed_by_their_authors(any_world: World) -> None:
    world = any_world
    open_round(world)
    write(world, "bob", "De Bob", colour="ciel")
    write(world, "guest", "D’une invitée")
    write(world, "alice", "D’Alice")
    before = _seq(world)
    assert DocumentAppended(world.board.document_id) in reveal(world)
    assert _seq(world) == before + 1
    bob, guest = world.bob.key, world.guests["guest"].key
    found = notes_of(world)
    assert {(note.author, note.text, note.colour) for note in found} == {
        (bob, "De Bob", "ciel"),
        (guest, "D’une invitée", "rose"),
        (world.alice.key, "D’Alice", "rose"),
    }
    zone = next(zone for zone in shown(world).zones if zone.id == "zone-1")
    assert {note.id for note in zone.notes} == {note.id for note in found}
    for note in found:
        assert zone.x < note.x < note.x + note.w < zone.x + zone.w
        assert zone.y < note.y < note.y + note.h < zone.y + zone.h
    assert len({(note.x, note.y) for note in found}) == 3
    with reading() as session:
        owners = session.scalars(select(DocumentClient.actor_key)).all()
        assert set(owners) == {bob, guest, world.alice.key}
        edits = select(Activity).where(Activity.kind == ActivityKind.BOARD_EDITED)
        assert sorted(edit.count for edit in session.scalars(edits)) == [1, 1, 1]
        assert session.scalar(select(func.count()).select_from(PrivateNote)) == 0
    with pytest.raises(Refused, match="Aucun tour"):
        reveal(world)
    assert len(notes_of(world)) == 3
    open_round(world)  # another may begin


def _seq(world: World) -> int:
    with reading() as session:
        return session.scalar(select(func.max(DocumentUpdate.seq))) or 0


def test_notes_keep_off_what_stands_there_and_a_full_zone_is_piled_on(world: World) -> None:
    for _time in range(3):
        open_round(world)
        for who in ("alice", "bob"):
            for number in range(20):
                write(world, who, "x", key=f"k{number}")
        reveal(world)
    notes = notes_of(world)
    assert len(notes) == 120
    assert len({(note.x, note.y) for note in notes}) >= 40
    open_round(world, zone="")
    write(world, "bob", "Hors cadre")
    reveal(world)
    (loose,) = [note for note in shown(world).loose if note.type == "note"]
    assert all(loose.x >= zone.x + zone.w for zone in shown(world).zones)


def test_two_who_press_at_once_show_it_once(any_world: World) -> None:
    world = any_world
    open_round(world)
    write(world, "bob", "Une seule fois")
    outcomes: list[str] = []
    at_once(lambda: outcomes.append(_outcome(lambda: reveal(world))), 6)
    assert sorted(outcomes) == ["done", *["no_round"] * 5]
    assert [note.text for note in notes_of(world)] == ["Une seule fois"]


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused as refused:
        return refused.code
    return "done"


def at_once(act: Callable[[], object], count: int) -> None:
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        act()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("point", ["reveal.begun", "reveal.appended", "reveal.moved"])
def test_a_failure_midway_leaves_everything_as_it_was(any_world: World, point: str) -> None:
    world = any_world
    open_round(world)
    write(world, "bob", "Intacte")
    failpoints.arm(f"{point}:1:error")
    try:
        with pytest.raises(FailpointError):
            reveal(world)
    finally:
        failpoints.arm("")
    assert notes_of(world) == []
    assert [note.text for note in _state(world, "bob").mine] == ["Intacte"]
    reveal(world)
    assert [note.text for note in notes_of(world)] == ["Intacte"]


def test_frozen_board_shows_nothing_and_keeps_what_was_written(world: World) -> None:
    open_round(world)
    write(world, "bob", "Gardée")
    with transaction() as session:
        session.execute(update(Board).values(frozen=True))
    with pytest.raises(Refused, match="figé"):
        reveal(world)
    assert [note.text for note in _state(world, "bob").mine] == ["Gardée"]


def test_round_without_a_note_ends_and_leaves_no_row_in_the_log(world: World) -> None:
    open_round(world)
    before = _seq(world)
    reveal(world)
    assert _seq(world) == before
    with reading() as session:
        assert rounds.find_round(session, world.board.id) is None


def test_export_has_ones_private_notes_and_erasure_deletes_them(any_world: World) -> None:
    open_round(any_world)
    write(any_world, "bob", "À moi seul")
    write(any_world, "alice", "À Alice")
    with reading() as session:
        sections = personal_export.export_of(session, person_of(any_world.bob)).sections
    assert [row["text"] for row in sections["private_notes"]] == ["À moi seul"]
    with transaction() as session:
        erasure.erase(session, session.get_one(User, any_world.bob.id), texts=False)
        take_events(session)
    with reading() as session:
        assert session.scalars(select(PrivateNote.text)).all() == ["À Alice"]
