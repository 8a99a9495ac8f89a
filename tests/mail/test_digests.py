"""News by mail: at once or in a digest, by the reader's clock, never empty, never twice, never to whoever may
not read it any more."""

import re
import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from models.mail_choice import DigestSent, MailChoice, usual_choice
from models.membership import Membership
from models.notification import DELIVERY, Notification, NotificationKind, ProjectMute, notify
from models.people import User
from models.project import Project
from models.session import reading, transaction
from tests.clock import Clock
from tests.factories import World
from tests.mail.conftest import Installation
from tests.mail.server import MailServer, html_of, text_of
from workspace.mail import digests
from workspace.services.notifications import MANY, SENTENCES

KIND = NotificationKind
PARIS = ZoneInfo("Europe/Paris")


def on_a_tuesday(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A Tuesday to come, at 10:00 in Paris."""
    clock = Clock(monkeypatch)
    day = clock.now.astimezone(PARIS).date() + timedelta(days=1)
    while day.weekday() != 1:
        day += timedelta(days=1)
    clock.now = datetime.combine(day, time(10), PARIS).astimezone(UTC)
    return clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, world: World) -> Clock:
    return on_a_tuesday(monkeypatch)


@pytest.fixture
def clock_of_any(monkeypatch: pytest.MonkeyPatch, any_world: World) -> Clock:
    return on_a_tuesday(monkeypatch)


def tell(world: World, kind: NotificationKind, who: str = "Zoé", to: str = "alice", url: str = "") -> None:
    project = world.project
    with transaction() as session:
        notify(
            session,
            [world.people[to].id],
            kind,
            who=who,
            subject="Carte des acteurs",
            url=url or f"/projects/{project.id}",
            project_id=project.id,
        )


def comment_url(world: World) -> str:
    return f"/boards/{world.board.id}#comments-3"


def turn(sending: Installation) -> None:
    """Plan, and run what is due by the clock."""
    sending.worker.turn()
    sending.worker.turn()


def subjects(server: MailServer) -> list[str]:
    return [message["Subject"] for message in server.taken]


def test_every_kind_has_a_delivery_a_sentence_and_for_a_digest_its_plural() -> None:
    assert set(DELIVERY) == set(SENTENCES) == set(NotificationKind)
    assert set(MANY) == {kind for kind, delivery in DELIVERY.items() if delivery == "digest"}


def test_mention_leaves_within_minutes_and_the_rest_waits_for_the_morning(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    tell(world, KIND.COMMENT_MENTION, url=comment_url(world))
    tell(world, KIND.GUEST_JOINED)
    turn(sending)
    assert mail_server.taken == [], "whoever looks at the application reads it there"
    clock.move(minutes=2)
    turn(sending)
    assert subjects(mail_server) == ["Zoé vous mentionne dans un commentaire sur « Carte des acteurs »"]
    clock.move(hours=21)
    turn(sending)
    assert len(mail_server.taken) == 1
    clock.move(hours=1)  # 8:02 the day after
    turn(sending)
    assert len(mail_server.taken) == 2
    assert "rejoint" in mail_server.taken[1]["Subject"]


def test_what_was_read_is_not_sent_and_nothing_is_sent_empty(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    for kind in (KIND.COMMENT_MENTION, KIND.GUEST_JOINED):
        tell(world, kind, url=comment_url(world))
    turn(sending)
    assert len(sending.jobs()) == 2
    sending.client(world.alice).post("/notifications/read")
    clock.move(hours=23)
    turn(sending)
    assert (mail_server.taken, sending.jobs()) == ([], [])
    with reading() as session:
        assert session.scalars(select(DigestSent)).all() == []


def test_mention_in_quiet_hours_waits_until_they_end(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    clock.move(hours=13)  # 23:00
    tell(world, KIND.COMMENT_MENTION, url=comment_url(world))
    clock.move(hours=2)
    turn(sending)
    assert mail_server.taken == []
    clock.move(hours=6, minutes=29)  # 7:29
    turn(sending)
    assert mail_server.taken == []
    clock.move(minutes=2)
    turn(sending)
    assert len(mail_server.taken) == 1


def test_quiet_hours_are_those_of_the_reader(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.id == world.bob.id).values(time_zone="America/Cayenne"))
    clock.move(hours=13)  # 23:00 in Paris, 18:00 or 19:00 in Cayenne
    for name in ("alice", "bob"):
        tell(world, KIND.COMMENT_MENTION, to=name, url=comment_url(world))
    clock.move(minutes=2)
    turn(sending)
    assert [message["To"] for message in mail_server.taken] == ["bob@exemple.fr"]


def test_digest_is_grouped_by_project_then_kind_with_counts(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    for who in ("Ana", "Bo", "Cy"):
        tell(world, KIND.GUEST_JOINED, who=who)
    tell(world, KIND.QUESTION_ASKED, who="Philippe")
    with transaction() as session:
        notify(
            session, [world.alice.id], KIND.PROBLEM_ACCEPTED, who="Tom", subject="Tri", url="/notifications"
        )
    clock.move(days=1)
    turn(sending)
    (message,) = mail_server.taken
    assert message["Subject"] == f"5 nouvelles à lire sur « {world.project.title} »"
    text, page = text_of(message), html_of(message)
    lines = [" ".join(line.strip("•").split()) for line in text.splitlines() if line.strip()]
    order = [
        world.project.title,
        "Philippe pose une question sur « Carte des acteurs »",
        "3 personnes venues par le lien de partage",
        "Ana a rejoint « Carte des acteurs » par le lien de partage",
        "Votre promotion et votre compte",
        "Tom a accepté votre problématique « Tri »",
    ]
    assert [lines.index(one) for one in order] == sorted(lines.index(one) for one in order)
    assert "Mettre ce projet en sourdine" in page
    link = re.search(r"http://localhost(/notifications/\d+)\b", text)
    assert link
    opened = sending.client(world.alice).get(link[1])
    assert opened.location == f"/projects/{world.project.id}"


def test_digest_leaves_once_a_day_whatever_comes_after(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    tell(world, KIND.GUEST_JOINED)
    clock.move(hours=22, minutes=1)
    turn(sending)
    tell(world, KIND.GUEST_JOINED)
    with transaction() as session:  # as if it had been told before the digest left
        session.execute(update(Notification).values(created_at=clock.now - timedelta(hours=3)))
    turn(sending)
    assert len(mail_server.taken) == 1
    clock.move(days=1)
    turn(sending)
    assert len(mail_server.taken) == 2


def test_digest_that_could_not_leave_is_tried_again_and_leaves_once(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    mail_server.answers = ["451 try later"]
    tell(world, KIND.GUEST_JOINED)
    clock.move(hours=22, minutes=1)
    turn(sending)
    assert mail_server.taken == []
    with reading() as session:
        assert session.scalars(select(Notification.mailed_at)).all() == [None]
        assert session.scalars(select(DigestSent)).all() == []
    clock.move(minutes=5)
    turn(sending)
    clock.move(minutes=5)
    turn(sending)
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("kind", [KIND.GUEST_JOINED, KIND.COMMENT_MENTION])
def test_worker_that_dies_while_it_hands_over_sends_nothing_twice(
    sending: Installation,
    mail_server: MailServer,
    world: World,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    kind: NotificationKind,
) -> None:
    class Killed(BaseException):
        """Nothing in the worker may catch it."""

    tell(world, kind, url=comment_url(world) if kind is KIND.COMMENT_MENTION else "")
    clock.move(hours=22, minutes=1)
    from workspace.jobs import mail  # noqa: PLC0415 - what dies

    sent = mail.send

    def dies(*arguments: object) -> None:
        sent(*arguments)  # type: ignore[arg-type]
        raise Killed

    monkeypatch.setattr(mail, "send", dies)
    with pytest.raises(Killed):
        turn(sending)
    assert len(mail_server.taken) == 1
    monkeypatch.setattr(mail, "send", sent)
    clock.move(minutes=10)  # the lease is over
    turn(sending)
    clock.move(days=3)
    turn(sending)
    assert len(mail_server.taken) == 1


def test_two_workers_write_one_digest(any_world: World, any_app: object, clock_of_any: Clock) -> None:
    tell(any_world, KIND.GUEST_JOINED)
    clock_of_any.move(hours=22, minutes=1)
    start, written = threading.Barrier(2), []

    def work() -> None:
        with any_app.test_request_context(base_url="http://localhost"):  # type: ignore[attr-defined]
            start.wait()
            with transaction() as session:
                written.append(digests.digest(session, any_world.alice.id))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in written if one is not None]) == 1
    assert len(written) == 2


# -- choices ------------------------------------------------------------------------------------

CHOICES = {
    "wants_news": "y",
    "wanted": ["mention", "digest"],
    "digest_at": "18:15",
    "days": "daily",
    "quiet_from": "22:00",
    "quiet_until": "06:00",
}


def test_choices_move_what_already_waits(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    tell(world, KIND.GUEST_JOINED)
    tell(world, KIND.MILESTONE_MOVED)
    turn(sending)
    client = sending.client(world.alice)
    assert client.post("/notifications/choices", data=CHOICES).status_code == 302
    clock.move(hours=8, minutes=16)
    turn(sending)
    assert len(mail_server.taken) == 1, "the digest at its new hour, and no class that was refused"
    assert "rejoint" in mail_server.taken[0]["Subject"]
    page = client.get("/notifications/choices").text
    assert 'value="18:15"' in page


@pytest.mark.parametrize("field", ["digest_at", "quiet_from", "days"])
def test_choices_that_cannot_be_read_are_refused_in_place(
    sending: Installation, world: World, field: str
) -> None:
    answer = sending.client(world.alice).post("/notifications/choices", data={**CHOICES, field: "quand ?"})
    assert answer.status_code == 422
    with reading() as session:
        assert session.get(MailChoice, world.alice.id) is None


def test_digest_is_refused_in_one_click_and_mentions_go_on(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    tell(world, KIND.GUEST_JOINED)
    clock.move(days=1)
    turn(sending)
    address = mail_server.taken[0]["List-Unsubscribe"].strip(" <>").removeprefix("http://localhost")
    clicked = sending.client().post(address, data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 204
    tell(world, KIND.GUEST_JOINED)
    tell(world, KIND.COMMENT_MENTION, url=comment_url(world))
    clock.move(days=1)
    turn(sending)
    assert len(mail_server.taken) == 2
    assert "mentionne" in mail_server.taken[1]["Subject"]


# -- muted projects -----------------------------------------------------------------------------


def test_project_is_muted_from_the_message_on_post_alone(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    tell(world, KIND.GUEST_JOINED)
    clock.move(days=1)
    turn(sending)
    found = re.search(r"http://localhost(/mute/[\w.-]+)", text_of(mail_server.taken[0]))
    assert found
    stranger = sending.client()
    page = stranger.get(found[1])
    assert page.status_code == 200
    assert world.project.title not in page.text
    with reading() as session:
        assert session.scalars(select(ProjectMute)).all() == []
    sending.app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert stranger.post(found[1]).status_code == 200
    finally:
        sending.app.config["WTF_CSRF_ENABLED"] = False
    tell(world, KIND.GUEST_JOINED)
    tell(world, KIND.COMMENT_MENTION, url=comment_url(world))
    clock.move(days=1)
    turn(sending)
    assert len(mail_server.taken) == 2
    assert "mentionne" in mail_server.taken[1]["Subject"]
    assert stranger.post("/mute/nothing").status_code == 410


# -- threads ------------------------------------------------------------------------------------


def test_mails_of_one_thread_gather_and_others_do_not(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    first, second = comment_url(world), f"/boards/{world.board.id}#comments-4"
    for url in (first, second):
        tell(world, KIND.COMMENT_MENTION, url=url)
    clock.move(minutes=2)
    turn(sending)
    tell(world, KIND.COMMENT_MENTION, url=first)
    clock.move(minutes=2)
    turn(sending)
    one, other, again = mail_server.taken
    assert one["References"] == again["References"] == again["In-Reply-To"] != other["References"]
    assert len({message["Message-ID"] for message in mail_server.taken}) == 3
    for message in mail_server.taken:
        for name in ("Message-ID", "References"):
            assert re.fullmatch(r"<[0-9a-f]{40}@formation\.example>", message[name])


def test_digests_of_a_project_gather_and_one_that_leaves_again_is_the_same(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    for _day in range(2):
        tell(world, KIND.GUEST_JOINED)
        clock.move(days=1)
        turn(sending)
    one, other = mail_server.taken
    assert one["References"] == other["References"]
    assert one["Message-ID"] != other["Message-ID"]


# -- who may read it when it leaves -------------------------------------------------------------


def _may_not(world: World, name: str, kind: NotificationKind, url: str) -> None:
    tell(world, kind, who="Secret", to=name, url=url)


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("observer", KIND.BRIEF_PUBLISHED, "/observations/{project}"),
        ("observer", KIND.QUESTION_ANSWERED, "/observations/{project}#question-1"),
        ("partner", KIND.COMMENT_REPLY, "/boards/{board}#comments-1"),
        ("partner", KIND.COMMENT_MENTION, "/boards/{board}#comments-1"),
        ("partner", KIND.SOLUTION_RETAINED, "/projects/{project}"),
        ("alice", KIND.GUEST_JOINED, "/projects/{project}"),
    ],
)
def test_whose_access_ended_is_sent_nothing(
    sending: Installation,
    mail_server: MailServer,
    world: World,
    clock: Clock,
    name: str,
    kind: NotificationKind,
    path: str,
) -> None:
    _may_not(world, name, kind, path.format(project=world.project.id, board=world.board.id))
    turn(sending)
    assert len(sending.jobs()) == 1, "it waits for its hour"
    person = world.people[name].id
    with transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == person).values(ends_at=clock.now))
        stays = Membership(user_id=person, role="learner", team_id=world.other_team.id, starts_at=clock.now)
        session.add(stays)
    clock.move(days=1)
    turn(sending)
    turn(sending)
    assert (mail_server.taken, sending.jobs()) == ([], [])


@pytest.mark.parametrize("name", ["observer", "partner", "paul"])
def test_digest_tells_nobody_what_they_may_not_read(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock, name: str
) -> None:
    with transaction() as session:
        session.get_one(Project, world.project.id).title = "canari-du-titre"
    for url in (
        f"/projects/{world.project.id}/feedback#feedback-1",
        f"/projects/{world.project.id}/milestones/1",
        f"/projects/{world.project.id}/brief#question-1",
        "/nowhere/1",
    ):
        _may_not(world, name, KIND.GUEST_JOINED, url)
    clock.move(days=1)
    turn(sending)
    assert mail_server.taken == []
    assert sending.jobs() == []


def test_nobody_is_written_to_who_closed_their_account_meanwhile(
    sending: Installation, mail_server: MailServer, world: World, clock: Clock
) -> None:
    tell(world, KIND.GUEST_JOINED)
    turn(sending)
    with transaction() as session:
        session.execute(update(User).where(User.id == world.alice.id).values(disabled_at=clock.now))
    clock.move(days=1)
    turn(sending)
    assert mail_server.taken == []


def test_usual_choice_is_what_the_table_would_hold(world: World) -> None:
    with transaction() as session:
        session.add(MailChoice(user_id=world.alice.id))
        session.flush()
        row = session.get_one(MailChoice, world.alice.id)
        usual = usual_choice(world.alice.id)
        names = [column.name for column in MailChoice.__table__.columns]
        assert {name: getattr(row, name) for name in names} == {name: getattr(usual, name) for name in names}
