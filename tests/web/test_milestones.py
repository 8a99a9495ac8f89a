"""Milestones through the pages: set, seen wherever one looks, reached, taken back, compared with now."""

import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from models.base import utcnow
from models.cohort import Cohort
from models.people import User
from models.project import Project
from models.session import transaction
from tests.clock import Clock
from tests.conftest import ClientOf
from tests.factories import World, make_milestone
from tests.jobs.writing import Writer
from tests.queries import counting_queries
from workspace.services.calendar_feeds import feed_of


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.text)


def in_days(days: int) -> str:
    return (utcnow() + timedelta(days=days)).date().isoformat()


def part(text: str, name: str) -> str:
    """What stands in the card of this id."""
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_a_tutor_sets_one_and_every_page_shows_it(world: World, client_of: ClientOf) -> None:
    tutor, alice = client_of(world.tutor), client_of(world.alice)
    at = f"/cohorts/{world.cohort.id}/milestones"
    form = {
        "title": "Trois idées montrées",
        "due_on": in_days(3),
        "step_code": "imagine",
        "criteria": "Un\nDeux",
    }
    assert tutor.post(f"{at}/new", data=form).location == at
    assert "Trois idées montrées" in page(tutor, at)
    for client, path, name in (
        (tutor, f"/cohorts/{world.cohort.id}", "due"),
        (alice, f"/projects/{world.project.id}", "milestones"),
        (alice, "/", "due"),
        (alice, f"/cohorts/{world.cohort.id}/calendar?month={in_days(3)[:7]}", "milestones"),
    ):
        assert "Trois idées montrées" in part(page(client, path), name), path
    assert "bientôt" in part(page(alice, "/"), "due")
    with transaction() as session:
        calendar = feed_of(session, world.actor(session, "alice"), base_url="https://etabli.example")
    assert f"DTSTART;VALUE=DATE:{in_days(3).replace('-', '')}" in calendar.decode()


def test_late_is_seen_at_a_glance(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        make_milestone(session, world.cohort, due_on=(utcnow() - timedelta(days=5)).date())
    assert "en retard" in part(page(client_of(world.alice), "/"), "due")
    assert "en retard" in part(page(client_of(world.tutor), f"/cohorts/{world.cohort.id}"), "due")


@pytest.mark.parametrize(("zone", "is_late"), [("Europe/Paris", True), ("America/Cayenne", False)])
@pytest.mark.parametrize("readers", ["Pacific/Noumea", "America/Cayenne"])
def test_late_is_told_by_the_cohort_s_clock_wherever_one_reads(
    world: World,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    is_late: bool,
    readers: str,
) -> None:
    """The day is over in Paris and not in Cayenne; where the reader is, it is over, or it is not."""
    clock = Clock(monkeypatch)
    clock.move(days=1)
    clock.now = clock.now.replace(hour=23, minute=30)
    day = clock.now.date()
    with transaction() as session:
        session.execute(update(Cohort).where(Cohort.id == world.cohort.id).values(time_zone=zone))
        session.execute(update(User).values(time_zone=readers))
        one = make_milestone(session, world.cohort, due_on=day).id
        session.execute(update(Project).values(next_due_on=day, next_due_label="La date de l’équipe"))
    project = f"/projects/{world.project.id}"
    for name, path, card in (
        ("alice", "/", "due"),
        ("alice", project, "milestones"),
        ("tutor", f"/cohorts/{world.cohort.id}", "due"),
        ("tutor", f"/cohorts/{world.cohort.id}/milestones", "main"),
        ("tutor", f"{project}/milestones/{one}", "main"),
    ):
        text = page(client_of(world.people[name]), path)
        assert ("en retard" in (text if card == "main" else part(text, card))) is is_late, path
    contacts = part(page(client_of(world.tutor), f"/cohorts/{world.cohort.id}"), "contacts")
    assert ("passée" in contacts) is is_late


def test_what_was_typed_survives_a_day_that_is_none(world: World, client_of: ClientOf) -> None:
    at = f"/projects/{world.project.id}/milestones/new"
    answer = client_of(world.alice).post(at, data={"title": "Montrer", "due_on": "le 3", "criteria": "Un"})
    assert answer.status_code == 422
    shown = html.unescape(answer.text)
    assert "Cette date ne se lit pas" in shown
    assert 'value="le 3"' in shown
    assert 'value="Montrer"' in shown


def test_the_team_confirms_what_is_frozen_and_compares_it_with_now(world: World, client_of: ClientOf) -> None:
    writer = Writer(world.board.document_id, world.alice.key)
    writer.note("n1", "Une rampe devant la mairie")
    with transaction() as session:
        milestone = make_milestone(session, world.cohort, criteria="Un\nDeux")
    alice = client_of(world.alice)
    at = f"/projects/{world.project.id}/milestones/{milestone.id}"
    asked = page(alice, at)
    assert world.board.title in asked.partition("Ce qui sera figé")[2]
    refused = alice.post(f"{at}/reach", data={"met": ["1"], "word": "Presque"})
    assert refused.status_code == 422
    shown = html.unescape(refused.text)
    assert "Cochez chaque critère" in shown
    assert "Presque" in shown
    assert re.search(r'value="1" checked', shown)
    assert alice.post(f"{at}/reach", data={"met": ["1", "2"], "word": "Nous y sommes"}).location == at
    writer.note("n2", "Un banc au soleil", x=400.0)
    reached = part(page(client_of(world.tutor), at), "reached")
    assert "Nous y sommes" in reached
    links = re.findall(r'href="(/snapshots/\d+)"', reached)
    assert len(links) >= 2
    compared = [page(client_of(world.tutor), path) for path in links]
    assert any("Un banc au soleil" in part(one, "since") for one in compared)
    assert not any("Un banc au soleil" in part(one, "plan") for one in compared)
    assert "atteint" in part(page(alice, f"/projects/{world.project.id}"), "milestones")


def test_an_announcement_taken_back_leaves_its_trace(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        milestone = make_milestone(session, world.cohort)
    alice = client_of(world.alice)
    at = f"/projects/{world.project.id}/milestones/{milestone.id}"
    alice.post(f"{at}/reach", data={})
    alice.post(f"{at}/take-back")
    shown = page(alice, at)
    assert 'id="reached"' not in shown
    former = part(shown, "former")
    assert world.alice.name in former
    assert "/snapshots/" in former


def test_one_that_is_withdrawn_is_put_back(world: World, client_of: ClientOf) -> None:
    tutor, at = client_of(world.tutor), f"/cohorts/{world.cohort.id}/milestones"
    with transaction() as session:
        milestone = make_milestone(session, world.cohort)
    gone = html.unescape(tutor.post(f"{at}/{milestone.id}/withdraw", follow_redirects=True).text)
    assert f"{at}/{milestone.id}/put-back" in gone
    assert milestone.title not in page(client_of(world.alice), f"/projects/{world.project.id}")
    tutor.post(f"{at}/{milestone.id}/put-back")
    assert milestone.title in page(client_of(world.alice), f"/projects/{world.project.id}")


def test_two_who_change_one_at_once_are_told(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    with transaction() as session:
        milestone = make_milestone(session, world.cohort, project_id=world.project.id)
    at = f"/projects/{world.project.id}/milestones/{milestone.id}/edit"
    form = {"title": "Autrement", "due_on": in_days(9), "version": "1"}
    assert alice.post(at, data=form).status_code == 302
    answer = alice.post(at, data={**form, "title": "Encore autrement"})
    assert answer.status_code == 409
    assert "Encore autrement" in html.unescape(answer.text)
    assert "Autrement" in html.unescape(answer.text)


def test_a_peer_reads_the_cohort_s_and_no_other_team_s_state(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        milestone = make_milestone(session, world.cohort)
    paul, at = client_of(world.paul), f"/cohorts/{world.cohort.id}/milestones"
    shown = page(paul, at)
    assert milestone.title in shown
    assert f"/projects/{world.project.id}/milestones" not in shown
    assert paul.get(f"/projects/{world.project.id}/milestones/{milestone.id}").status_code == 403


def test_the_pages_ask_no_more_for_more_milestones(world: World, client_of: ClientOf) -> None:
    alice, tutor = client_of(world.alice), client_of(world.tutor)
    paths = (
        (alice, f"/projects/{world.project.id}"),
        (alice, "/"),
        (tutor, f"/cohorts/{world.cohort.id}"),
        (tutor, f"/cohorts/{world.cohort.id}/milestones"),
    )
    with transaction() as session:
        make_milestone(session, world.cohort)

    def asked() -> list[int]:
        found = []
        for client, path in paths:
            client.get(path)
            with counting_queries() as queries:
                client.get(path)
            found.append(int(queries))
        return found

    few = asked()
    with transaction() as session:
        for _number in range(5):
            make_milestone(session, world.cohort)
            make_milestone(session, world.cohort, project_id=world.project.id)
    assert asked() == few
