"""Erasing somebody: what goes, what stays without a name, and what waits for second thoughts."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from models.board_image import BoardImage
from models.cohort import Team
from models.document import DocumentUpdate
from models.document_log import load_document
from models.document_upkeep import SetAside
from models.errors import Refused
from models.events import AccessChanged, SessionEnded, subscribe
from models.feedback import Feedback, FeedbackStatus
from models.invitation import Invitation
from models.job import Job, JobKind
from models.mail import CaughtMail, MailKind
from models.membership import Membership, is_live
from models.notification import Notification, NotificationKind, notify
from models.partner import GuestContributor, Partner, Sector
from models.people import LoginSession, User
from models.personal_data import PERSON_LEFT
from models.policy import Role
from models.problem import Problem, ProblemStatus
from models.session import database, reading, transaction
from tests.factories import World, make_board, make_image, make_problem
from tests.jobs.writing import Writer, outline
from workspace import cli
from workspace.jobs import compact, history, project, texts
from workspace.mail.asking import ask_for_mail, ask_for_sign_in_link
from workspace.services import accounts, erasure
from workspace.services.sessions import find_actor, open_session


def erase(world: World, name: str, *, words: bool = False) -> None:
    with transaction() as session:
        if name in world.people:
            erasure.erase(session, session.get_one(User, world.people[name].id), texts=words)
        else:
            guest = session.get_one(GuestContributor, world.guests[name].id)
            erasure.erase(session, guest, texts=words)


def test_account_is_an_empty_row_that_opens_nothing(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        token = open_session(session, user_id=world.alice.id, user_agent="Firefox/130.0")
        session.get_one(User, world.alice.id).title = "Cheffe"
    erase(world, "alice")
    with reading() as session:
        user = session.get_one(User, world.alice.id)
        assert (user.name, user.title, user.password_hash, user.authority_code) == (
            PERSON_LEFT,
            "",
            None,
            None,
        )
        assert user.email == f"u{user.id}@erased.invalid"
        assert user.disabled_at is not None
        assert user.erased_at is not None
        assert find_actor(session, token) is None
        assert session.scalars(select(LoginSession).where(LoginSession.user_id == user.id)).all() == []
        assert accounts.find_user(session, "alice@exemple.fr") is None


def test_team_is_led_by_nobody_and_roles_end(any_world: World) -> None:
    erase(any_world, "alice")
    with reading() as session:
        assert session.get_one(Team, any_world.team.id).lead_id is None
        live = select(func.count()).where(Membership.user_id == any_world.alice.id, is_live())
        ever = select(func.count()).where(Membership.user_id == any_world.alice.id)
        assert (session.scalar(live), session.scalar(ever)) == (0, 1)


def test_decisions_stay_and_drafts_go(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        returned = make_problem(
            session,
            world.cohort,
            world.alice,
            title="Rendue",
            status=ProblemStatus.RETURNED,
            decided_by_id=world.tutor.id,
            decision_reason="Trop large",
        )
        make_problem(session, world.cohort, world.alice, title="Brouillon", status=ProblemStatus.DRAFT)
        for status in FeedbackStatus:
            session.add(
                Feedback(project_id=world.project.id, author_id=world.tutor.id, body=status, status=status)
            )
    erase(world, "alice")
    erase(world, "tutor")
    with reading() as session:
        titles = set(session.scalars(select(Problem.title).where(Problem.author_id == world.alice.id)))
        assert titles == {"Accueil de la mairie", "Rendue"}
        assert session.get_one(Problem, returned.id).decision_reason == "Trop large"
        bodies = session.scalars(select(Feedback.body)).all()
        assert bodies == [FeedbackStatus.RELEASED]


def test_name_is_replaced_where_it_was_copied(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        notify(session, [world.bob.id], NotificationKind.STEP_REQUESTED, who="Alice", subject="x", url="/")
        notify(session, [world.alice.id], NotificationKind.STEP_REQUESTED, who="Bob", subject="x", url="/")
        notify(session, [world.bob.id], NotificationKind.STEP_REQUESTED, who="Paul", subject="x", url="/")
        scope = {"cohort_id": world.cohort.id, "project_id": world.project.id, "user_id": world.bob.id}
        session.add(Activity(kind=ActivityKind.OBSERVER_INVITED, subject="Mme Alice Kali", **scope))
        session.add(Activity(kind=ActivityKind.BOARD_EDITED, subject="Alice", **scope))
        session.add(
            Invitation(
                token_hash="a" * 64,
                email="alice@exemple.fr",
                name="Mme Alice Kali",
                role=Role.OBSERVER,
                project_id=world.project.id,
                expires_at=utcnow(),
            )
        )
        session.add(
            Invitation(
                token_hash="b" * 64,
                email="nina@ville.fr",
                name="Nina",
                message="Je vous attends",
                role=Role.OBSERVER,
                project_id=world.project.id,
                invited_by_id=world.alice.id,
                expires_at=utcnow(),
            )
        )
        sector = Sector.CITIZEN
        session.add_all(
            [
                Partner(project_id=world.project.id, name="Alice", sector=sector),
                Partner(project_id=world.project.id, name="Asso", sector=sector, contact="ALICE@exemple.fr"),
                Partner(project_id=world.project.id, name="Ville", sector=sector, contact="Zoé"),
                CaughtMail(to="alice@exemple.fr", subject="s", text="t", html="h"),
                CaughtMail(to="bob@exemple.fr", subject="Alice vous invite", text="t", html="h"),
                CaughtMail(to="bob@exemple.fr", subject="Paul vous invite", text="t", html="h"),
            ]
        )
        ask_for_mail(session, MailKind.PASSWORD_CHANGED, world.alice.id)
        ask_for_mail(session, MailKind.PASSWORD_CHANGED, world.bob.id)
        ask_for_sign_in_link(session, "alice@exemple.fr")
    erase(world, "alice")
    with reading() as session:
        assert sorted(session.scalars(select(Notification.who))) == ["Paul", PERSON_LEFT]
        assert sorted(session.scalars(select(Activity.subject))) == ["Alice", PERSON_LEFT], "a board's title"
        left = session.scalars(select(Invitation)).one()
        assert (left.name, left.message) == ("Nina", "")
        partners = dict(session.execute(select(Partner.name, Partner.contact)).all())
        assert {"Asso": "", "Ville": "Zoé"}.items() <= partners.items()
        assert len(partners) == 3
        assert "Alice" not in partners
        assert session.scalars(select(CaughtMail.subject)).all() == ["Paul vous invite"]
        jobs = session.scalars(select(Job.key).where(Job.kind == JobKind.SEND_MAIL)).all()
        assert jobs == [f"password_changed:{world.bob.id}"]


def test_change_of_name_is_followed_by_its_copies(world: World) -> None:
    with transaction() as session:
        notify(session, [world.bob.id], NotificationKind.STEP_REQUESTED, who="Alice", subject="x", url="/")
        alice = world.actor(session, "alice")
        profile = {"title": "", "locale": "fr", "time_zone": "Europe/Paris"}
        accounts.update_profile(session, alice, name="Alice Kali", **profile)
    with reading() as session:
        assert session.scalars(select(Notification.who)).all() == ["Alice Kali"]


def test_sockets_are_told_after_the_commit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.events._handlers", {})
    heard: list[object] = []
    subscribe(SessionEnded, heard.append)
    subscribe(AccessChanged, heard.append)
    with transaction() as session:
        open_session(session, user_id=world.alice.id)
    erase(world, "alice")
    assert [type(event) for event in heard] == [SessionEnded, AccessChanged]
    assert heard[1] == AccessChanged(user_id=world.alice.id)


def test_guest_is_erased_and_shut_out_and_homonyms_elsewhere_are_left_alone(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        told = {"who": "Guest", "subject": "x", "url": "/"}
        notify(session, [world.bob.id], NotificationKind.GUEST_JOINED, **told)
        notify(session, [world.bob.id], NotificationKind.STEP_REQUESTED, **told)
    erase(world, "guest")
    with reading() as session:
        guest = session.get_one(GuestContributor, world.guests["guest"].id)
        assert (guest.name, guest.organization_name) == (PERSON_LEFT, "")
        assert guest.revoked_at is not None
        assert session.get_one(GuestContributor, world.guests["reader"].id).name == "Reader"
        kinds = dict(session.execute(select(Notification.kind, Notification.who)).all())
        assert kinds == {
            NotificationKind.GUEST_JOINED: PERSON_LEFT,
            NotificationKind.STEP_REQUESTED: "Guest",
        }


def test_nobody_is_erased_twice(world: World) -> None:
    erase(world, "alice")
    with pytest.raises(Refused):
        erase(world, "alice")


def test_erasure_waits_a_week_and_signing_in_changes_it(world: World) -> None:
    with transaction() as session:
        open_session(session, user_id=world.alice.id)
        at = erasure.ask_for_erasure(session, world.actor(session, "alice"), texts=True)
    assert timedelta(days=6, hours=23) < at - utcnow() <= timedelta(days=7)
    with reading() as session:
        open_ones = select(LoginSession).where(
            LoginSession.user_id == world.alice.id, LoginSession.ended_at.is_(None)
        )
        assert session.scalars(open_ones).all() == []
        assert session.scalars(select(Job.key)).all() == [f"erasure_asked:{world.alice.id}"]
    with transaction() as session:
        accounts.enter(session, world.alice.id)
    with reading() as session:
        user = session.get_one(User, world.alice.id)
        assert (user.erase_at, user.erase_texts, user.name) == (None, False, "Alice")


CANARY = "CANARIROUGE"
NOW = utcnow()


def write_on_a_board(world: World) -> int:
    document_id = world.board.document_id
    alice = Writer(document_id, key=world.alice.key)
    bob = Writer(document_id, key=world.bob.key, client=78)
    alice.note("hers", f"{CANARY} de la note")
    alice.note("gone", f"{CANARY} supprimée")
    bob.doc.apply_update(alice.doc.get_update())
    bob.note("his", "ce que Bob écrit")
    alice.delete("gone")
    history.run(document_id, utcnow() + timedelta(hours=1))
    compact.run(document_id, utcnow())
    project.run(document_id, utcnow())
    with transaction() as session:
        aside = {"epoch": 1, "seq": 2, "kind": "update", "at": utcnow()}
        session.add(SetAside(document_id=document_id, content=CANARY.encode(), **aside))
    return document_id


def run_texts(world: World) -> int:
    """How many runs it took."""
    for number in range(1, 5):
        if texts.run(world.alice.key, utcnow()) is None:
            return number
    raise AssertionError("it never ends")


def stored_bytes(document_id: int) -> bytes:
    with reading() as session:
        stored = load_document(session, document_id)
    return b"".join([stored.snapshot or b"", *stored.updates])


def test_words_go_from_the_board_and_its_past_when_asked(any_world: World) -> None:
    document_id = write_on_a_board(any_world)
    assert CANARY.encode() in stored_bytes(document_id)
    erase(any_world, "alice", words=True)
    with reading() as session:
        assert session.scalars(select(Job.key).where(Job.kind == JobKind.ERASE_TEXTS)).all() == ["u1"]
    assert run_texts(any_world) == 2, "open boards are told before the past goes"
    notes = {note.id: (note.text, note.author) for note in outline(document_id).notes() if not note.locked}
    assert notes == {"hers": ("", any_world.alice.key), "his": ("ce que Bob écrit", any_world.bob.key)}
    assert CANARY.encode() not in stored_bytes(document_id)
    with reading() as session:
        assert session.scalars(select(SetAside)).all() == []
        for entry in history.entries_of(session, document_id):
            assert entry.keys
    assert run_texts(any_world) == 1, "it may be run again"


@pytest.mark.parametrize("words", [True, False])
def test_pictures_go_with_the_words_and_stay_without_a_name(any_world: World, words: bool) -> None:
    with transaction() as session:
        board = make_board(session, any_world.project, any_world.alice)
        mine = make_image(session, board.document_id, any_world.alice).id
        another = make_image(session, board.document_id, any_world.bob).id
    erase(any_world, "alice", words=words)
    with reading() as session:
        left = {image.id: image.actor_key for image in session.scalars(select(BoardImage))}
    key = f"u{any_world.bob.id}"
    assert left == ({another: key} if words else {mine: "", another: key})


def test_words_stay_unless_asked(world: World) -> None:
    document_id = write_on_a_board(world)
    erase(world, "alice")
    with reading() as session:
        assert session.scalars(select(Job).where(Job.kind == JobKind.ERASE_TEXTS)).all() == []
    assert {note.text for note in outline(document_id).notes()} >= {f"{CANARY} de la note"}


def test_open_board_takes_the_emptying_in_as_any_row(world: World) -> None:
    document_id = write_on_a_board(world)
    with reading() as session:
        before = load_document(session, document_id)
    live = LiveDocument.open(before.snapshot, before.updates)
    live.propose(live.snapshot(), BoardActor(key=world.bob.key, can_edit=True))
    texts.run(world.alice.key, utcnow())
    with reading() as session:
        after = load_document(session, document_id)
    live.absorb(after.updates[-1])
    assert "" in {note.text for note in live.outline().notes() if note.id == "hers"}
    assert CANARY not in live.outline().words()


def run_command(*arguments: str, tmp_path: object) -> tuple[int, str]:
    runner = CliRunner(env={"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": database().url})
    result = runner.invoke(cli.main, ["people", "erase", *arguments])
    return result.exit_code, result.output


def test_command_rehearses_then_erases(world: World, tmp_path) -> None:
    code, said = run_command("alice@exemple.fr", "--dry-run", tmp_path=tmp_path)
    assert (code, "serait effacé·e" in said, "user_account : 1" in said) == (0, True, True)
    with reading() as session:
        assert session.get_one(User, world.alice.id).name == "Alice"
    code, said = run_command("ALICE@exemple.fr ", tmp_path=tmp_path)
    assert (code, "est effacé·e" in said) == (0, True)
    with reading() as session:
        assert session.get_one(User, world.alice.id).name == PERSON_LEFT


def test_command_erases_a_guest_by_key_and_refuses_nobody(world: World, tmp_path) -> None:
    assert run_command(world.guests["guest"].key, tmp_path=tmp_path)[0] == 0
    for who in ("nobody@exemple.fr", "u999", "u", "x1", "", world.guests["guest"].key):
        assert run_command(who, tmp_path=tmp_path)[0] == 2, who


def test_invented_person_stays(world: World, tmp_path) -> None:
    with transaction() as session:
        session.get_one(User, world.alice.id).is_demo = True
    assert run_command("alice@exemple.fr", tmp_path=tmp_path)[0] == 2
    with transaction() as session, pytest.raises(Refused):
        erasure.ask_for_erasure(session, world.actor(session, "alice"), texts=False)


def test_damaged_board_waits_to_be_restored_and_holds_up_no_other(world: World) -> None:
    document_id = write_on_a_board(world)
    with transaction() as session:
        other = make_board(session, world.project, world.bob, "Un autre")
    Writer(other.document_id, key=world.alice.key).note("hers", CANARY)
    with reading() as session:
        newest = load_document(session, document_id).seq
    Writer(document_id, key=world.bob.key, client=79).note("later")
    with transaction() as session:
        session.execute(
            update(DocumentUpdate)
            .where(DocumentUpdate.document_id == document_id, DocumentUpdate.seq > newest)
            .values(update=b"\xff")
        )
    assert texts.run(world.alice.key, NOW) == NOW + texts.AFTER
    assert texts.run(world.alice.key, NOW) == NOW + texts.WHEN_CORRUPT
    assert CANARY.encode() not in stored_bytes(other.document_id)
