"""The calendar and its secret feed: hours in the reader's zone, forms that lose nothing, who reads."""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.base import utcnow
from models.class_session import Attendance, AttendanceStatus, ClassSession
from models.cohort import Cohort
from models.membership import Membership
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.calendar.reader import Read, read
from tests.conftest import ClientOf
from tests.factories import World, grant, hold, make_class_session, make_user
from tests.queries import counting_queries

DAY = date(2030, 3, 26)
FORM = {
    "title": "Atelier vote",
    "day": DAY.isoformat(),
    "starts": "18:30",
    "ends": "21:00",
    "time_zone": "Europe/Paris",
    "mode": "hybrid",
    "place": "Paris",
    "link": "https://visio.exemple.fr/salle",
    "note": "À lire avant",
    "every": "1",
    "times": "3",
}


@pytest.fixture
def manager(world: World, client_of: ClientOf) -> FlaskClient:
    with transaction() as session:
        session.get_one(Cohort, world.cohort.id).ends_on = date(2030, 12, 31)
    return client_of(world.manager)


def new(world: World) -> str:
    return f"/cohorts/{world.cohort.id}/sessions/new"


def page(client: FlaskClient, path: str) -> str:
    """The page as it is read: text without markup, one space between words."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    text = re.sub(r"<[^>]+>", " ", html.unescape(answer.text))
    return re.sub(r"\s+", " ", text)


def path_of(world: World, id_: int, number: int = 1) -> str:
    return f"/cohorts/{world.cohort.id}/sessions/{id_}/{number}"


def added(world: World, manager: FlaskClient, **values: str) -> int:
    assert manager.post(new(world), data={**FORM, **values}).status_code == 302
    with reading() as session:
        return session.scalar(select(func.max(ClassSession.id)))


def living_in(world: World, name: str, zone: str) -> object:
    person = world.people[name]
    with transaction() as session:
        session.get_one(User, person.id).time_zone = zone
    return person


def test_session_in_paris_shows_the_right_hour_in_cayenne_before_and_after_the_change(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    """Clocks change on 31 March 2030."""
    id_ = added(world, manager)
    away = client_of(living_in(world, "bob", "America/Cayenne"))
    month = page(away, f"/cohorts/{world.cohort.id}/calendar?month=2030-03")
    assert re.search(r"14:30 ?– ?17:00 \(18:30 à Paris\)", month)
    april = page(away, f"/cohorts/{world.cohort.id}/calendar?month=2030-04")
    assert re.search(r"13:30 ?– ?16:00 \(18:30 à Paris\)", april)
    ahead = client_of(living_in(world, "paul", "Pacific/Noumea"))
    noumea = page(ahead, path_of(world, id_))
    assert re.search(r"mercredi 27 mars, 04:30 ?– ?07:00 \(18:30 à Paris, la veille\)", noumea)
    here = page(manager, f"/cohorts/{world.cohort.id}/calendar?month=2030-03")
    assert re.search(r"18:30 ?– ?21:00", here)
    assert "à Paris)" not in here


def test_series_is_changed_alone_then_with_those_that_follow(world: World, manager: FlaskClient) -> None:
    id_ = added(world, manager)
    second = path_of(world, id_, 2)
    form = {**FORM, "day": "2030-04-04", "seen": seen(manager, second), "scope": "one"}
    assert manager.post(f"{second}/edit", data=form).location == second
    text = page(manager, second)
    assert "Cette séance a changé d’heure Elle était prévue le mardi 2 avril 2030 à 18:30" in text
    assert "Séance 2 sur 3" in text
    third = path_of(world, id_, 3)
    values = {"day": "2030-04-09", "starts": "17:00", "seen": seen(manager, third), "scope": "following"}
    there = manager.post(f"{third}/edit", data={**FORM, **values, "times": "2"}).location
    assert there != third
    assert "Séance 1 sur 2" in page(manager, there)
    assert manager.get(third).status_code == 404


def seen(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="seen"[^>]*value="(\w+)"', client.get(f"{path}/edit").text)
    assert found is not None
    return found[1]


def test_stale_form_shows_both_versions_and_can_be_sent_again(world: World, manager: FlaskClient) -> None:
    path = path_of(world, added(world, manager))
    form = {**FORM, "scope": "one", "seen": seen(manager, path)}
    manager.post(f"{path}/edit", data={**form, "title": "La leur"})
    answer = manager.post(f"{path}/edit", data={**form, "title": "La mienne"})
    assert answer.status_code == 409
    assert "La leur" in answer.text
    assert "La mienne" in answer.text
    again = re.search(r'name="seen"[^>]*value="(\w+)"', answer.text)
    assert (
        manager.post(f"{path}/edit", data={**form, "title": "La mienne", "seen": again[1]}).status_code == 302
    )


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"title": "x" * 161},
        {"title": "\x00"},
        {"day": "demain"},
        {"day": "2001-01-01"},
        {"starts": "18h30"},
        {"starts": "25:00"},
        {"ends": "18:00"},
        {"ends": ""},
        {"mode": "telepathy"},
        {"mode": ""},
        {"place": "x" * 201},
        {"link": "javascript:alert(1)"},
        {"link": "//visio"},
        {"link": "https://"},
        {"link": "https://[visio"},
        {"note": "x" * 2001},
        {"last_day": "2001-01-01"},
        {"time_zone": "Mars/Olympus"},
        {"every": "13"},
        {"every": ""},
        {"times": "0"},
        {"times": "105"},
        {"times": "beaucoup"},
        {"times": ""},
        {"until": "2030-05-01"},
        {"times": "", "until": "2030-03-01"},
        {"times": "", "until": "2031-05-01"},
    ],
)
def test_bad_session_is_refused_in_place(world: World, manager: FlaskClient, values: dict[str, str]) -> None:
    answer = manager.post(new(world), data={**FORM, "note": "À garder", **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert "À garder" in answer.text or "note" in values
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ClassSession)) == 1


def test_last_day_of_a_series_may_be_given_instead_of_a_number(world: World, manager: FlaskClient) -> None:
    id_ = added(world, manager, times="", until="2030-05-08", every="2")
    assert "Séance 1 sur 4" in page(manager, path_of(world, id_))
    form = manager.get(f"{path_of(world, id_, 2)}/edit").text
    assert re.search(r'<option selected value="2">toutes les 2 semaines', form)
    assert re.search(r'name="times"[^>]*value="3"', form)


def test_form_sent_twice_counts_once(world: World, manager: FlaskClient) -> None:
    for _again in range(2):
        assert manager.post(new(world), data={**FORM, "_once": "k"}).status_code == 302
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ClassSession)) == 2


def test_cancelled_session_stays_and_comes_back(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    path = path_of(world, added(world, manager), 2)
    assert "Il reste 2 séances" in page(manager, f"{path}/cancel")
    assert manager.post(f"{path}/cancel", data={}).status_code == 422
    assert manager.post(f"{path}/cancel", data={"scope": "one"}).location == path
    learner = client_of(world.bob)
    assert "Cette séance n’a pas lieu" in page(learner, path)
    assert "a annulé une séance" in page(learner, "/notifications")
    assert manager.post(f"{path}/restore").location == path
    assert "Cette séance n’a pas lieu" not in page(learner, path)


def removed_page(client: FlaskClient, world: World) -> str:
    return page(client, f"/cohorts/{world.cohort.id}/calendar?month=2030-03")


def test_removed_series_leaves_the_calendar_and_can_be_put_back(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    id_ = added(world, manager)
    path = path_of(world, id_, 2)
    manager.post(f"{path}/cancel", data={"scope": "one"})
    asked = page(manager, f"{path}/remove")
    assert "Les 3 séances de la série, du 26 mars 2030 au 9 avril 2030, disparaissent du calendrier" in asked
    assert "2 sont encore à venir : la promotion est prévenue." in asked.replace("\u00a0", " ")
    assert "1 avait été changée ou annulée pour elle seule." in asked
    assert manager.post(f"{path}/remove").location == f"/cohorts/{world.cohort.id}/calendar#removed"
    learner = client_of(world.bob)
    for client in (manager, learner):
        assert client.get(path).status_code == 404
        assert client.get(path_of(world, id_)).status_code == 404
    assert "Atelier vote 3 séances, supprimées le" in removed_page(manager, world)
    assert "Supprimé depuis peu" not in removed_page(learner, world)
    assert page(learner, "/notifications").count("a supprimé toute une série de séances") == 1
    assert manager.post(f"{path_of(world, id_)}/put-back").location == path_of(world, id_)
    assert "Cette séance n’a pas lieu" in page(learner, path), "what was otherwise for one is as it was"
    assert "Supprimé depuis peu" not in removed_page(manager, world)
    assert page(learner, "/notifications").count("a remis au calendrier toute une série de séances") == 1


def test_session_on_its_own_is_removed_as_one(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    path = path_of(world, added(world, manager, every="0", times=""))
    assert "Supprimer la séance" in page(manager, path)
    assert "La séance du 26 mars 2030 disparaît du calendrier et des agendas." in page(
        manager, f"{path}/remove"
    )
    manager.post(f"{path}/remove")
    assert "1 séance, supprimée le" in removed_page(manager, world)
    assert "a annulé une séance" in page(client_of(world.bob), "/notifications")


def test_series_whose_attendance_was_noted_stays(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    sheet = sheet_of(world)
    path = path_of(world, world.class_session.id)
    client_of(world.tutor).post(sheet, data={f"status-{world.bob.id}": "on_site"})
    asked = page(manager, f"{path}/remove")
    assert "Des présences sont notées : cette séance ne se supprime pas" in asked.replace("\u00a0", " ")
    assert f"{path}/cancel" in manager.get(f"{path}/remove").text
    answer = manager.post(f"{path}/remove")
    assert answer.status_code == 409
    assert "ne se supprime pas" in answer.text
    assert "Atelier vote" in page(client_of(world.bob), path)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == 1


def test_removed_series_is_copied_with_no_cohort_and_comes_next_for_nobody(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    tutor, cohort = client_of(world.tutor), f"/cohorts/{world.cohort.id}"
    assert "Prochaine séance" in page(tutor, cohort)
    manager.post(f"{path_of(world, world.class_session.id)}/remove")
    assert "Prochaine séance" not in page(tutor, cohort)
    assert "Aucune séance n’est prévue." in page(tutor, cohort)
    assert "Elle n’a pas encore de séance" in page(manager, f"/programmes{cohort}/copy")


def test_what_is_done_to_sessions_is_kept_in_the_audit_log_without_a_word_of_them(
    world: World, manager: FlaskClient
) -> None:
    id_ = added(world, manager)
    path = path_of(world, id_, 2)
    manager.post(
        f"{path}/edit", data={**FORM, "day": "2030-04-03", "seen": seen(manager, path), "scope": "one"}
    )
    manager.post(
        f"{path}/edit",
        data={**FORM, "day": "2030-04-03", "title": "Titre", "seen": seen(manager, path), "scope": "one"},
    )
    manager.post(f"{path}/cancel", data={"scope": "one"})
    manager.post(f"{path}/restore")
    manager.post(f"{path}/remove")
    manager.post(f"{path}/put-back")
    with reading() as session:
        kept = [
            (entry.action, entry.facts)
            for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if entry.action.startswith("class_session")
        ]
    done = ("added", "moved", "changed", "cancelled", "restored", "removed", "put_back")
    assert [action.removeprefix("class_session_") for action, _facts in kept] == list(done)
    assert [facts for _action, facts in kept] == [
        {"series": id_, "number": 1 if number == 0 else 2} for number in range(len(done))
    ]
    shown = page(manager, "/audit")
    assert f"a déplacé une séance du calendrier (« {world.cohort.name} »)" in shown.replace("\u202f", " ")
    assert "a supprimé une série de séances du calendrier" in shown


def test_calendar_says_what_to_do_when_it_is_empty(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    month = f"/cohorts/{world.cohort.id}/calendar"
    assert "La suivante : Atelier vote" in page(manager, f"{month}?month=2020-01")
    assert "Il n’y en a plus après" in page(manager, f"{month}?month=2040-01")
    with transaction() as session:
        session.delete(session.get_one(ClassSession, world.class_session.id))
    assert "Le calendrier est vide Ajoutez la première séance" in page(manager, month)
    learner = page(client_of(world.bob), month)
    assert "Les séances apparaîtront ici" in learner
    assert "Ajouter une séance" not in learner


@pytest.mark.parametrize(
    "month", ["", "x", "2030-13", "0000-01", "9999-12", "-1", "2030-1", "\x00", "2" * 99]
)
def test_any_month_has_a_page(world: World, client_of: ClientOf, month: str) -> None:
    path = f"/cohorts/{world.cohort.id}/calendar"
    assert client_of(world.bob).get(path, query_string={"month": month}).status_code == 200


def sheet_of(world: World) -> str:
    with transaction() as session:
        hold(session.get_one(ClassSession, world.class_session.id), utcnow() - timedelta(hours=1))
    return f"{path_of(world, world.class_session.id)}/attendance"


def test_attendance_is_noted_read_by_oneself_and_counted_for_others(
    world: World, client_of: ClientOf
) -> None:
    tutor, sheet = client_of(world.tutor), sheet_of(world)
    names = {name: world.people[name].id for name in ("alice", "bob", "paul")}
    form = {f"was-{id_}": "" for id_ in names.values()}
    form |= {
        f"status-{names['alice']}": "excused",
        f"status-{names['bob']}": "",
        f"status-{names['paul']}": "",
    }
    assert tutor.post(sheet, data={**form, "fill": "remote"}).location == sheet
    with reading() as session:
        noted = {row.user_id: row.status for row in session.scalars(select(Attendance))}
    remote = AttendanceStatus.REMOTE
    assert noted == {names["alice"]: AttendanceStatus.EXCUSED, names["bob"]: remote, names["paul"]: remote}
    text = page(client_of(world.alice), path_of(world, world.class_session.id))
    assert "Pour vous, il est noté : Excusé·e" in text
    assert "En tout : 2 à distance." in text
    others = page(client_of(world.bob), path_of(world, world.class_session.id))
    assert "Pour vous, il est noté : À distance" in others
    assert "xcusé" not in others
    assert client_of(world.bob).get(sheet).status_code == 403


@pytest.mark.parametrize(
    "form",
    [
        {"status-x": "on_site"},
        {"status-": "on_site"},
        {"status-999999999999999999999": "on_site"},
        {"status-²": "on_site"},
        {"status-1": "\x00"},
        {"fill": "nowhere"},
        {},
    ],
)
def test_sheet_with_nonsense_notes_nothing(world: World, client_of: ClientOf, form: dict[str, str]) -> None:
    assert client_of(world.tutor).post(sheet_of(world), data=form).status_code == 302
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == 0


def test_sheet_before_the_hour_is_refused_with_a_sentence(world: World, client_of: ClientOf) -> None:
    path = f"{path_of(world, world.class_session.id)}/attendance"
    answer = client_of(world.tutor).post(path, data={f"status-{world.bob.id}": "on_site"})
    assert answer.status_code == 409
    assert "Les présences se notent dès que la séance commence." in html.unescape(answer.text)


# The feed


def feed_of(client: FlaskClient) -> str:
    """Make an address, and give its path."""
    client.post("/account/calendar")
    found = re.search(r"/calendar/[\w-]{43}\.ics", client.get("/account").text)
    assert found is not None
    return found[0]


@pytest.fixture
def feed(world: World, client_of: ClientOf) -> Callable[[str], str]:
    return lambda name: feed_of(client_of(world.people[name]))


def test_calendar_software_reads_the_feed_without_a_session(
    world: World, manager: FlaskClient, client_of: ClientOf, feed: Callable[[str], str]
) -> None:
    id_ = added(world, manager)
    path = feed("bob")
    answer = client_of().get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    _zones, found = read(answer.data)
    mine = [one for one in found if one.uid.startswith(f"class-session-{id_}@")]
    assert [one.starts for one in mine] == [
        datetime(2030, 3, 26, 17, 30, tzinfo=UTC),
        datetime(2030, 4, 2, 16, 30, tzinfo=UTC),
        datetime(2030, 4, 9, 16, 30, tzinfo=UTC),
    ]
    assert "https://visio.exemple.fr/salle" in mine[0].description
    etag = answer.headers["ETag"]
    assert client_of().get(path, headers={"If-None-Match": etag}).status_code == 304
    manager.post(f"{path_of(world, id_, 2)}/cancel", data={"scope": "one"})
    changed = client_of().get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert len([one for one in read(changed.data)[1] if one.uid == mine[0].uid]) == 2
    assert read(changed.data)[1][-1].sequence == 1


def test_feed_tells_a_removed_series_as_cancelled_and_nothing_else_of_it(
    world: World, manager: FlaskClient, client_of: ClientOf, feed: Callable[[str], str]
) -> None:
    id_ = added(world, manager)
    path = feed("bob")

    def told() -> list[Read]:
        found = read(client_of().get(path).data)[1]
        return [one for one in found if one.uid.startswith(f"class-session-{id_}@")]

    before = told()
    assert {(one.status, one.sequence) for one in before} == {(None, 0)}
    second = path_of(world, id_, 2)
    form = {**FORM, "day": "2030-04-02", "starts": "17:00", "scope": "one", "seen": seen(manager, second)}
    manager.post(f"{second}/edit", data=form)
    manager.post(f"{path_of(world, id_)}/remove")
    after = told()
    assert {(one.status, one.sequence) for one in after} == {("CANCELLED", 2)}
    assert [one.starts for one in after] == [one.starts for one in before], "the whole series, as it was made"
    assert "visio.exemple.fr" not in client_of().get(path).text
    manager.post(f"{path_of(world, id_)}/put-back")
    again = told()
    assert {(one.status, one.sequence) for one in again} == {(None, 3)}
    assert again[1].starts == datetime(2030, 4, 2, 15, 0, tzinfo=UTC)


def test_feed_holds_what_its_owner_may_read_now_and_nothing_else(
    world: World, client_of: ClientOf, feed: Callable[[str], str]
) -> None:
    with transaction() as session:
        make_class_session(session, world.other_cohort, "D’une autre promotion", utcnow())
    addresses = {name: feed(name) for name in ("bob", "zoe", "observer", "tutor", "manager", "partner")}
    read_by = {name: client_of().get(path).text for name, path in addresses.items()}
    assert {name for name, text in read_by.items() if "Atelier vote" in text} == {"bob", "tutor", "manager"}
    assert {name for name, text in read_by.items() if "D’une autre promotion" in text} == {"zoe"}
    with transaction() as session:
        for row in session.scalars(select(Membership).where(Membership.user_id == world.bob.id)):
            row.ends_at = utcnow() - timedelta(seconds=1)
    assert "Atelier vote" not in client_of().get(addresses["bob"]).text
    with transaction() as session:
        session.get_one(User, world.tutor.id).disabled_at = utcnow()
    assert client_of().get(addresses["tutor"]).status_code == 404


def test_new_address_ends_the_one_before_and_deleting_ends_it(world: World, client_of: ClientOf) -> None:
    bob = client_of(world.bob)
    first = feed_of(bob)
    second = feed_of(bob)
    assert first != second
    assert [client_of().get(path).status_code for path in (first, second)] == [404, 200]
    assert bob.post("/account/calendar/end").status_code == 302
    assert client_of().get(second).status_code == 404
    assert second not in bob.get("/account").text
    assert "a supprimé l’adresse secrète de son agenda" in page(bob, "/account/actions")


def test_address_is_shown_once_to_its_maker(world: World, client_of: ClientOf) -> None:
    path = feed_of(client_of(world.bob))
    assert path not in client_of(world.bob).get("/account").text
    with reading() as session:
        stored = session.connection().exec_driver_sql("SELECT token_hash FROM calendar_feed").scalars().all()
    assert not any(path.split("/")[-1].removesuffix(".ics") in value for value in stored)


@pytest.mark.parametrize("token", ["x", "x" * 43, "../../etc/passwd", "%00", "é"])
def test_unknown_address_opens_nothing(world: World, client_of: ClientOf, token: str) -> None:
    assert client_of().get(f"/calendar/{token}.ics").status_code == 404


def test_sheet_costs_the_same_whatever_the_number_of_learners(world: World, client_of: ClientOf) -> None:
    tutor, sheet = client_of(world.tutor), sheet_of(world)
    tutor.get(sheet)
    with counting_queries() as before:
        tutor.get(sheet)
    with transaction() as session:
        for number in range(4):
            grant(session, make_user(session, f"Personne {number}"), Role.LEARNER, team_id=world.team.id)
    with counting_queries() as after:
        tutor.get(sheet)
    assert int(after) == int(before)
