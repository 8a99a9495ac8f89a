"""The table of rules: who reads it, who sets it, what it changes on the cohort's page."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.cohort import Cohort
from models.cohort_rule import CohortRule
from models.policy import Actor
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, make_deed
from workspace.services.programmes import copy_cohort, model_cohort
from workspace.services.rule_table import ALL_RULES


def path_of(world: World) -> str:
    return f"/cohorts/{world.cohort.id}/rules"


def form_of(client: FlaskClient, world: World, **changed: str) -> dict[str, str]:
    """The form as it is read, with some limits changed; an empty one switches the rule off."""
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path_of(world)).text)
    assert seen is not None
    form = {"seen": seen[1]}
    for rule in ALL_RULES:
        form[f"limit-{rule.code}"] = str(rule.usual)
        form[f"on-{rule.code}"] = "1"
    for name, value in changed.items():
        if value == "off":
            del form[f"on-{name}"]
        else:
            form[f"limit-{name}"] = value
    return form


def work(world: World, days: int) -> None:
    """The team and a resident were there that many days ago."""
    with transaction() as session:
        make_deed(session, world, days, user_id=world.alice.id)
        make_deed(session, world, days, guest_id=world.guests["guest"].id)


def kept(world: World) -> dict[str, tuple[int, bool]]:
    with reading() as session:
        rows = session.scalars(select(CohortRule).where(CohortRule.cohort_id == world.cohort.id))
        return {row.rule: (row.threshold, row.is_on) for row in rows}


def test_tutor_reads_every_rule_and_sets_none(world: World, client_of: ClientOf) -> None:
    page = client_of(world.tutor).get(path_of(world)).text
    assert "L’équipe n’a rien fait sur son projet depuis un moment." in page
    assert "Silence" in page
    assert "<input class" not in page
    assert client_of(world.tutor).post(path_of(world), data={}).status_code == 403


def test_manager_sets_a_limit_and_the_page_of_the_cohort_obeys(world: World, client_of: ClientOf) -> None:
    work(world, 5)
    manager, tutor = client_of(world.manager), client_of(world.tutor)
    cohort = f"/cohorts/{world.cohort.id}"
    assert "Aucune activité depuis" not in tutor.get(cohort).text
    answer = manager.post(path_of(world), data=form_of(manager, world, silent="5", no_citizen="off"))
    assert answer.status_code == 302
    assert kept(world) == {"silent": (5, True), "no_citizen": (21, False)}
    assert "Aucune activité depuis" in tutor.get(cohort).text
    assert manager.post(f"{path_of(world)}/reset").status_code == 302
    assert kept(world) == {}
    assert "Aucune activité depuis" not in tutor.get(cohort).text


def test_preview_says_what_would_speak_and_saves_nothing(world: World, client_of: ClientOf) -> None:
    work(world, 5)
    manager = client_of(world.manager)
    form = form_of(manager, world, silent="5")
    answer = manager.post(path_of(world), data={**form, "then": "preview"})
    assert answer.status_code == 200
    assert "ne sont pas encore enregistrés" in answer.text
    assert "Aucune activité depuis" in answer.text
    assert kept(world) == {}


@pytest.mark.parametrize("typed", ["", "neuf", "-3", "0", "400", "9" * 40, "²"])
def test_limit_that_makes_no_sense_is_refused_in_place(world: World, client_of: ClientOf, typed: str) -> None:
    manager = client_of(world.manager)
    answer = manager.post(path_of(world), data=form_of(manager, world, silent=typed, overdue="3"))
    assert answer.status_code == 422
    assert 'id="error-silent"' in answer.text
    assert 'name="limit-overdue" inputmode="numeric" autocomplete="off" value="3"' in answer.text
    assert kept(world) == {}


def test_what_somebody_else_saved_meanwhile_is_not_lost(world: World, client_of: ClientOf) -> None:
    manager = client_of(world.manager)
    first, second = form_of(manager, world, silent="5"), form_of(manager, world, overdue="4")
    assert manager.post(path_of(world), data=first).status_code == 302
    answer = manager.post(path_of(world), data=second)
    assert answer.status_code == 409
    assert "relisez" in answer.text
    assert kept(world) == {"silent": (5, True)}


def test_a_cohort_made_like_another_has_its_rules(world: World, client_of: ClientOf) -> None:
    manager = client_of(world.manager)
    manager.post(path_of(world), data=form_of(manager, world, silent="5"))
    with transaction() as session:
        actor: Actor = world.actor(session, "manager")
        made: Cohort = copy_cohort(
            session, actor, world.cohort.id, model_cohort(session, actor, world.cohort.id).text
        )
        made_id = made.id
    with reading() as session:
        rule = session.get_one(CohortRule, (made_id, "silent"))
        assert rule.threshold == 5
