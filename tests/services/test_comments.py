"""Comments on a board: what is said, by whom, who is told, what stays of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pycrdt import Doc, Map
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.board.export import demo_notes, to_outline
from models.comment import Comment, Thread
from models.document import DocumentUpdate
from models.document_log import append_update, checksum_of
from models.errors import Forbidden, NotFound, Refused
from models.events import CommentsChanged, subscribe
from models.notification import Notification, NotificationKind
from models.people import User
from models.policy import Actor
from models.session import reading, transaction
from tests.factories import World
from workspace.jobs import project, texts
from workspace.services import comments as service
from workspace.services import erasure
from workspace.services.comments import Anchor

MENTION, REPLY = NotificationKind.COMMENT_MENTION, NotificationKind.COMMENT_REPLY


@contextmanager
def deed(world: World, name: str) -> Iterator[tuple[Session, Actor]]:
    with transaction() as session:
        yield session, world.actor(session, name)


def say(world: World, name: str, text: str, thread: int | None = None, on: str = "") -> int:
    """Begin a thread, or reply to one; gives its id."""
    with deed(world, name) as (session, actor):
        if thread is not None:
            return service.reply(session, actor, world.board.id, thread, text).id
        outline = to_outline(session.scalars(select(DocumentUpdate.update)).one())
        return service.open_thread(session, actor, world.board.id, Anchor(on), text, outline).id


def rename(world: World, name: str, full_name: str) -> None:
    with transaction() as session:
        session.get_one(User, world.people[name].id).name = world.people[name].name = full_name


def told(world: World, name: str) -> list[tuple[NotificationKind, str]]:
    with reading() as session:
        rows = session.scalars(
            select(Notification)
            .where(Notification.user_id == world.people[name].id)
            .order_by(Notification.id)
        )
        return [(row.kind, row.who) for row in rows]


def words(thread: int) -> list[str]:
    with reading() as session:
        return list(
            session.scalars(select(Comment.text).where(Comment.thread_id == thread).order_by(Comment.id))
        )


@pytest.fixture
def note(any_world: World) -> str:
    """A note of Bob's on the board: its id."""
    update = demo_notes("defi", [(any_world.bob.key, 1, "jonc", "Une idée de Bob")])
    with transaction() as session:
        row = session.scalars(select(DocumentUpdate)).one()
        row.update, row.checksum = update, checksum_of(update)
    return next(one.id for one in to_outline(update).notes() if one.text == "Une idée de Bob")


@pytest.mark.parametrize("name", ["observer", "manager", "reader", "paul"])
def test_those_who_do_not_take_part_cannot_comment(any_world: World, name: str) -> None:
    with pytest.raises(Forbidden):
        say(any_world, name, "Et moi ?")


def test_elu_reads_no_comment_of_a_board_that_is_shown_to_them(any_world: World) -> None:
    say(any_world, "alice", "Entre nous.")
    with transaction() as session:
        session.merge(any_world.board).open_to_observers = True
    with reading() as session, pytest.raises(Forbidden):
        service.threads_of(session, any_world.actor(session, "observer"), any_world.board.id)


def test_named_people_are_told_once_and_those_who_take_part_of_replies(any_world: World) -> None:
    world = any_world
    thread = say(world, "alice", f"@[{world.tutor.key}] et @[{world.tutor.key}], vos avis ?")
    say(world, "tutor", "Oui.", thread)
    assert told(world, "tutor") == [(MENTION, "Alice")]
    assert told(world, "alice") == [(REPLY, "Tutor")]
    assert told(world, "bob") == []


def test_author_of_a_note_is_told_that_it_is_commented(any_world: World, note: str) -> None:
    say(any_world, "guest", "D’où vient ce chiffre ?", on=note)
    assert told(any_world, "bob") == [(REPLY, "Guest")]


def test_partner_is_told_by_a_first_name(any_world: World) -> None:
    rename(any_world, "alice", "Alice Martin")
    thread = say(any_world, "partner", "Nous pouvons essayer.")
    say(any_world, "alice", f"Merci @[{any_world.partner.key}] et @[{any_world.bob.key}] !", thread)
    assert told(any_world, "partner") == [(MENTION, "Alice")]
    assert told(any_world, "bob") == [(MENTION, "Alice Martin")]


@pytest.mark.parametrize("stranger", ["observer", "paul", "zoe", "manager", "nobody"])
def test_nobody_else_can_be_named(any_world: World, stranger: str) -> None:
    key = "u999999" if stranger == "nobody" else any_world.people[stranger].key
    thread = say(any_world, "alice", f"Et @[{key}] ?")
    assert words(thread) == ["Et @… ?"]
    with reading() as session:
        board, _threads = service.threads_of(session, any_world.actor(session, "alice"), any_world.board.id)
        assert key not in service.readers_of(session, board)
        assert session.scalars(select(Notification)).all() == []


def test_muted_board_tells_nothing_more(any_world: World) -> None:
    for muted in (True, True):
        with deed(any_world, "bob") as (session, actor):
            service.mute(session, actor, any_world.board.id, muted=muted)
    say(any_world, "alice", f"@[{any_world.bob.key}] ?")
    assert told(any_world, "bob") == []
    with deed(any_world, "bob") as (session, actor):
        service.mute(session, actor, any_world.board.id, muted=False)
    say(any_world, "alice", f"@[{any_world.bob.key}] ?")
    assert told(any_world, "bob") == [(MENTION, "Alice")]


def test_only_the_author_edits_and_deletes_and_no_word_stays(any_world: World) -> None:
    world = any_world
    thread = say(world, "alice", "Premier")
    say(world, "bob", "Second", thread)
    with reading() as session:
        first, second = session.scalars(select(Comment.id).order_by(Comment.id)).all()
    with pytest.raises(Forbidden), deed(world, "bob") as (session, actor):
        service.edit_comment(session, actor, world.board.id, thread, first, "Changé")
    with deed(world, "alice") as (session, actor):
        service.edit_comment(session, actor, world.board.id, thread, first, f"@[{world.bob.key}] Changé")
    assert told(world, "bob") == [(MENTION, "Alice")]
    with deed(world, "alice") as (session, actor):
        service.delete_comment(session, actor, world.board.id, thread, first)
    assert words(thread) == ["", "Second"]
    with pytest.raises(Refused), deed(world, "alice") as (session, actor):
        service.edit_comment(session, actor, world.board.id, thread, first, "Encore")
    with deed(world, "bob") as (session, actor):
        service.delete_comment(session, actor, world.board.id, thread, second)
    with reading() as session:
        assert session.scalars(select(Thread)).all() == []
        assert session.scalars(select(Comment)).all() == []


def test_resolved_thread_is_reopened_before_it_is_answered(any_world: World) -> None:
    world = any_world
    thread = say(world, "alice", "Une question")
    with deed(world, "tutor") as (session, actor):
        service.settle(session, actor, world.board.id, thread, resolved=True)
    with pytest.raises(Refused) as refusal:
        say(world, "bob", "Trop tard", thread)
    assert refusal.value.code == "resolved"
    with deed(world, "bob") as (session, actor):
        service.settle(session, actor, world.board.id, thread, resolved=False)
    say(world, "bob", "À temps", thread)
    assert words(thread) == ["Une question", "À temps"]


def test_thread_of_another_board_is_not_found(any_world: World) -> None:
    thread = say(any_world, "alice", "Ici")
    with reading() as session, pytest.raises(NotFound):
        service.access_thread(
            session,
            any_world.actor(session, "alice"),
            any_world.board.id,
            thread + 1,
            service.Permission.VIEW_COMMENTS,
        )


def test_what_is_not_on_the_board_cannot_be_commented(any_world: World) -> None:
    with pytest.raises(Refused) as refusal:
        say(any_world, "alice", "Où ?", on="nowhere")
    assert refusal.value.code == "no_object"


def test_thread_keeps_the_last_words_of_a_note_that_is_deleted(any_world: World, note: str) -> None:
    thread = say(any_world, "alice", "Gardons-la", on=note)

    def shown_after(update: bytes) -> str:
        with transaction() as session:
            append_update(session, any_world.board.document_id, update, ["u1"], 1)
        project.run(any_world.board.document_id, service.utcnow())
        with reading() as session:
            return session.get_one(Thread, thread).object_text

    doc: Doc = Doc()
    with reading() as session:
        doc.apply_update(session.scalars(select(DocumentUpdate.update)).one())
    before = doc.get_state()
    text = doc.get("objects", type=Map)[note]["text"]
    text += " et d’Awa"
    assert shown_after(doc.get_update(before)) == "Une idée de Bob et d’Awa"
    before = doc.get_state()
    del doc.get("objects", type=Map)[note]
    assert shown_after(doc.get_update(before)) == "Une idée de Bob et d’Awa"


def test_erasing_somebody_with_their_words_leaves_none(any_world: World, note: str) -> None:
    thread = say(any_world, "alice", "De moi", on=note)
    say(any_world, "bob", "De Bob", thread)
    with transaction() as session:
        erasure.erase(session, session.get_one(User, any_world.bob.id), texts=True)
    assert words(thread) == ["De moi", "De Bob"]
    texts.run(any_world.bob.key, service.utcnow())
    assert words(thread) == ["De moi", ""]
    with reading() as session:
        assert session.get_one(Thread, thread).object_text == ""


def test_name_of_somebody_erased_is_taken_from_what_others_were_told(any_world: World) -> None:
    rename(any_world, "alice", "Alice Martin")
    say(any_world, "alice", f"@[{any_world.partner.key}] @[{any_world.bob.key}]")
    with transaction() as session:
        erasure.erase(session, session.get_one(User, any_world.alice.id), texts=False)
    assert {who for name in ("partner", "bob") for _kind, who in told(any_world, name)} == {"Personne partie"}


def test_each_deed_rings_its_thread(any_world: World) -> None:
    rung: list[CommentsChanged] = []
    subscribe(CommentsChanged, rung.append)
    thread = say(any_world, "alice", "Un")
    say(any_world, "bob", "Deux", thread)
    assert [event.thread_id for event in rung if event.board_id == any_world.board.id] == [thread, thread]


def test_guest_names_another_guest_only_once_they_have_said_something(any_world: World) -> None:
    key = any_world.guests["guest"].key
    first = say(any_world, "partner", f"@[{key}] ?")
    say(any_world, "guest", "Me voici.", first)
    second = say(any_world, "partner", f"@[{key}] ?")
    assert words(first) == ["@… ?", "Me voici."]
    assert words(second) == [f"@[{key}] ?"]
