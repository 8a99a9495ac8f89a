"""Workshops: one at a time, steps, a timer by the server's clock, and what they let guests do."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditAction, AuditEntry
from models.base import utcnow
from models.board_rights import BoardRights, board_rights
from models.document import Board
from models.errors import Forbidden, Invalid, NotFound, Refused
from models.events import BoardChanged, WorkshopChanged
from models.people import User
from models.session import reading, transaction
from models.workshop import Workshop
from tests.factories import World
from workspace.services import erasure, workshops
from workspace.services.board_words import committed_outline
from workspace.services.workshops import WorkshopState

STEPS = [
    {"kind": "read", "title": "Lire", "minutes": 5},
    {"kind": "write", "title": "  Écrire en   silence ", "minutes": 7},
    {"kind": "strange", "title": "Décider", "minutes": 0},
]


def lead(world: World, deed: str, *values: Any, who: str = "alice", **named: Any) -> list[object]:
    """Do it; gives what was told to the live part."""
    with transaction() as session:
        getattr(workshops, deed)(session, world.actor(session, who), world.board.id, *values, **named)
        session.flush()
        return list(session.info.get("events", []))


def begin(world: World, who: str = "alice", **window: datetime) -> list[object]:
    hours = {"opens_at": None, "closes_at": None, **window}
    return lead(world, "begin", STEPS, who=who, **hours)


def state(world: World, who: str = "guest") -> WorkshopState | None:
    with reading() as session:
        actor = world.actor(session, who)
        board = workshops.access_board(session, actor, world.board.id)
        return workshops.workshop_state(session, actor, board)


def now_on(world: World) -> WorkshopState:
    found = state(world)
    assert found is not None
    return found


def rights(world: World, who: str) -> BoardRights:
    with reading() as session:
        actor = world.actor(session, who)
        found = board_rights(actor, workshops.access_board(session, actor, world.board.id))
    assert found is not None
    return found


def test_everybody_who_works_there_reads_the_agenda(any_world: World) -> None:
    told = begin(any_world, "tutor")
    assert told == [WorkshopChanged(any_world.board.id, any_world.board.document_id)]
    for who in ("alice", "guest", "partner", "reader", "manager"):
        found = state(any_world, who)
        assert found is not None
        assert [(step.kind, step.title, step.minutes) for step in found.steps] == [
            ("read", "Lire", 5),
            ("write", "Écrire en silence", 7),
            ("other", "Décider", 0),
        ]
        assert (found.step, found.facilitator, found.has_begun, found.is_over) == (
            0,
            f"u{any_world.tutor.id}",
            True,
            False,
        )


DEEDS: Mapping[str, tuple[Any, ...]] = {
    "go_to": (1,),
    "keep_time": ("start",),
    "end": (),
}


@pytest.mark.parametrize("who", ["guest", "partner", "reader", "manager", "observer"])
def test_only_the_team_and_its_tutor_lead(any_world: World, who: str) -> None:
    begin(any_world)
    before = state(any_world)
    for deed, values in DEEDS.items():
        with pytest.raises((Forbidden, NotFound)):
            lead(any_world, deed, *values, who=who)
    with pytest.raises((Forbidden, NotFound)):
        lead(any_world, "set_novices", who=who, on=True)
    assert state(any_world) == before


def test_there_is_one_at_a_time_and_none_after_the_end(any_world: World) -> None:
    begin(any_world)
    with pytest.raises(Refused) as refused:
        begin(any_world, "bob")
    assert refused.value.code == "already_on"
    lead(any_world, "end")
    assert state(any_world) is None
    with pytest.raises(Refused) as refused:
        lead(any_world, "go_to", 1)
    assert refused.value.code == "no_workshop"
    begin(any_world, "bob")


def test_timer_runs_pauses_and_goes_on_by_the_servers_clock(any_world: World, monkeypatch: Any) -> None:
    clock = [utcnow()]
    monkeypatch.setattr(workshops, "utcnow", lambda: clock[0])
    begin(any_world)
    lead(any_world, "go_to", 1)
    assert (now_on(any_world).timer.ends_at, now_on(any_world).timer.left_ms) == (None, None)
    lead(any_world, "keep_time", "start")
    assert now_on(any_world).timer.ends_at == clock[0] + timedelta(minutes=7)
    clock[0] += timedelta(minutes=2)
    lead(any_world, "keep_time", "pause")
    lead(any_world, "keep_time", "pause")
    clock[0] += timedelta(hours=3)
    assert (now_on(any_world).timer.ends_at, now_on(any_world).timer.left_ms) == (None, 5 * 60_000)
    lead(any_world, "keep_time", "add")
    lead(any_world, "keep_time", "resume")
    assert now_on(any_world).timer.ends_at == clock[0] + timedelta(minutes=6)
    lead(any_world, "keep_time", "add")
    assert now_on(any_world).timer.ends_at == clock[0] + timedelta(minutes=7)
    clock[0] += timedelta(minutes=30)
    lead(any_world, "keep_time", "pause")  # it has run out: there is nothing to pause
    lead(any_world, "keep_time", "add")
    assert now_on(any_world).timer.ends_at == clock[0] + timedelta(minutes=1)
    lead(any_world, "go_to", 0)
    assert now_on(any_world).timer.ends_at is None
    with pytest.raises(Invalid):
        lead(any_world, "keep_time", "rewind")


def test_agenda_is_changed_while_it_is_on(any_world: World) -> None:
    begin(any_world)
    lead(any_world, "change", STEPS[::-1], step=2, opens_at=None, closes_at=None)
    found = now_on(any_world)
    assert (found.steps[0].title, found.step) == ("Décider", 2)
    with pytest.raises(Invalid):
        lead(any_world, "change", STEPS[:1], step=1, opens_at=None, closes_at=None)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        STEPS * 5,
        [{"kind": "read", "title": " ", "minutes": 5}],
        [{"kind": "read", "title": "x" * 61, "minutes": 5}],
        [{"kind": "read", "title": "a\0b", "minutes": 5}],
        [{"kind": "read", "title": "Lire", "minutes": -1}],
        [{"kind": "read", "title": "Lire", "minutes": True}],
        [{"kind": "read", "title": "Lire", "minutes": 241}],
        [{"kind": "read", "minutes": 1}],
    ],
)
def test_agenda_that_is_none_is_refused(any_world: World, steps: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid):
        lead(any_world, "begin", steps, opens_at=None, closes_at=None)


def test_window_of_hours_opens_and_is_over(any_world: World, monkeypatch: Any) -> None:
    now = utcnow()
    monkeypatch.setattr(workshops, "utcnow", lambda: now)
    for opens, closes in ((now, None), (now + timedelta(2), now + timedelta(1)), (None, now + timedelta(15))):
        with pytest.raises(Invalid):
            lead(any_world, "begin", STEPS, opens_at=opens, closes_at=closes)
    begin(any_world, opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=73))
    assert (now_on(any_world).has_begun, now_on(any_world).is_over) == (False, False)
    now += timedelta(hours=2)
    assert (now_on(any_world).has_begun, now_on(any_world).is_over) == (True, False)
    now += timedelta(hours=72)
    assert (now_on(any_world).has_begun, now_on(any_world).is_over) == (True, True)


def test_invitation_is_for_all_fresh_for_two_minutes_and_not_sent_twice_in_a_row(
    any_world: World, monkeypatch: Any
) -> None:
    now = utcnow()
    monkeypatch.setattr(workshops, "utcnow", lambda: now)
    begin(any_world)
    assert now_on(any_world).gathering is None
    told = lead(any_world, "gather", [-40, 10, 1200, 800], who="tutor")
    assert told == [WorkshopChanged(any_world.board.id, any_world.board.document_id)]
    found = now_on(any_world).gathering
    assert found is not None
    assert (found.key, found.place) == (any_world.tutor.key, (-40, 10, 1200, 800))
    now += timedelta(seconds=14)
    with pytest.raises(Refused) as refused:
        lead(any_world, "gather", [0, 0, 10, 10])
    assert refused.value.code == "too_soon"
    now += timedelta(seconds=2)
    lead(any_world, "gather", [0, 0, 10, 10])
    again = now_on(any_world).gathering
    assert again is not None
    assert again.key == any_world.alice.key
    now += timedelta(minutes=2, seconds=1)
    assert now_on(any_world).gathering is None


@pytest.mark.parametrize("who", ["guest", "partner", "manager"])
def test_who_does_not_facilitate_invites_nobody(world: World, who: str) -> None:
    begin(world)
    with pytest.raises(Forbidden):
        lead(world, "gather", [0, 0, 10, 10], who=who)
    assert now_on(world).gathering is None


@pytest.mark.parametrize(
    "place", [[], [0, 0, 1], [0, 0, 0, 1], [0, 0, 1.5, 1], ["0", 0, 1, 1], [True, 0, 1, 1], [2**40, 0, 1, 1]]
)
def test_place_that_is_none_is_refused(world: World, place: list[Any]) -> None:
    begin(world)
    with pytest.raises(Invalid):
        lead(world, "gather", place)


def test_novices_and_inbox_change_the_rights_of_guests_until_the_end(any_world: World) -> None:
    begin(any_world)
    changed = BoardChanged(any_world.board.id, any_world.board.document_id)
    assert changed in lead(any_world, "set_novices", on=True)
    with reading() as session:
        outline = committed_outline(session, any_world.board.document_id)
    with pytest.raises(Invalid):
        lead(any_world, "set_inbox", "no-such-zone", outline)
    assert changed in lead(any_world, "set_inbox", "zone-1", outline)
    for who in ("guest", "partner"):
        actor = rights(any_world, who).board_actor
        assert (actor.is_novice, actor.facilitates, actor.inbox and actor.inbox.zone) == (
            True,
            False,
            "zone-1",
        )
    leads = rights(any_world, "bob").board_actor
    assert (leads.is_novice, leads.facilitates) == (False, True)
    lead(any_world, "end")
    actor = rights(any_world, "guest").board_actor
    assert (actor.is_novice, actor.inbox) == (False, None)
    with reading() as session:
        noted = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [
        action for action in noted if "workshop" in action or "novices" in action or "inbox" in action
    ] == [
        AuditAction.WORKSHOP_BEGUN,
        AuditAction.BOARD_NOVICES_ON,
        AuditAction.BOARD_INBOX_ON,
        AuditAction.WORKSHOP_ENDED,
    ]


def test_who_left_is_named_no_more(any_world: World) -> None:
    begin(any_world)
    lead(any_world, "gather", [0, 0, 10, 10])
    with transaction() as session:
        user = session.get_one(User, any_world.alice.id)
        erasure.erase(session, user, texts=False)
    with reading() as session:
        left = session.execute(select(Workshop.actor_key, Workshop.gatherer, Workshop.gathering_place)).all()
        assert [tuple(row) for row in left] == [("", "", None)]
        assert session.get_one(Board, any_world.board.id).novices is False


def test_when_steps_were_reached_is_kept_for_the_journal(any_world: World) -> None:
    begin(any_world)
    lead(any_world, "go_to", 2)
    others = [{"kind": "read", "title": "Relire", "minutes": 3}, STEPS[2]]
    lead(any_world, "change", others, step=1, opens_at=None, closes_at=None)
    with reading() as session:
        stored = session.scalars(select(Workshop.steps)).one()
    assert ["reached_at" in step for step in stored] == [False, True]
    assert [step.title for step in now_on(any_world).steps] == ["Relire", "Décider"]
