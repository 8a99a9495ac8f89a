"""The life of a problem: draft, send, decide, join. Each rule on SQLite and PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.activity import Activity, ActivityKind
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.notification import Notification, NotificationKind
from models.policy import Role
from models.problem import Approach, Confidentiality, Domain, DriverKind, Problem, ProblemStatus
from models.session import reading, transaction
from tests.factories import World, grant, make_problem, make_user
from workspace.services import problems as service
from workspace.services.problem_content import MISSING, ProblemContent, check_complete, content_of
from workspace.services.problem_list import ProblemFilters, list_problems, own_drafts

FULL = ProblemContent(
    title="Accueil sans attente",
    authority_code="commune-97302",
    challenge="Une heure de file chaque lundi.",
    precedents="Un guichet unique à Agen.",
    ideal="Dix minutes.",
    objective="La moitié avant juin.",
    helps="Deux agentes volontaires.",
    hinders="Aucun budget.",
    people_affected="Trois cents personnes par mois.",
    domain=Domain.PUBLIC_POLICY,
    approach=Approach.CO_CONSTRUCTION,
    drivers={DriverKind.OPEN_DATA: "Publier les temps d’attente."},
)


def draft(world: World, content: ProblemContent = FULL, *, who: str = "alice", key: str = "form-1") -> int:
    with transaction() as session:
        return service.start_draft(session, world.actor(session, who), content, form_key=key).id


def sent(world: World, who: str = "alice") -> tuple[int, int]:
    """A sent problem's id and version."""
    problem_id = draft(world, who=who)
    with transaction() as session:
        problem = service.submit_problem(session, world.actor(session, who), problem_id, 1)
        return problem_id, problem.version


def row(problem_id: int) -> Problem:
    with reading() as session:
        problem = session.get_one(Problem, problem_id)
        session.refresh(problem, ["drivers", "supporters"])
        return problem


def told(kind: NotificationKind) -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Notification.user_id).where(Notification.kind == kind)))


def test_draft_keeps_everything_typed(any_world: World) -> None:
    problem = row(draft(any_world))
    assert content_of(problem) == FULL
    assert (problem.status, problem.version) == (ProblemStatus.DRAFT, 1)
    assert problem.team_id == any_world.team.id


def test_draft_accepts_incomplete_content(any_world: World) -> None:
    problem = row(draft(any_world, ProblemContent(title="Un début")))
    assert content_of(problem) == ProblemContent(title="Un début")


def test_learner_without_team_may_draft(any_world: World) -> None:
    with transaction() as session:
        newcomer = make_user(session, "nouvelle")
        grant(session, newcomer, Role.LEARNER, cohort_id=any_world.cohort.id)
        any_world.people["newcomer"] = newcomer
    problem = row(draft(any_world, who="newcomer"))
    assert (problem.cohort_id, problem.team_id) == (any_world.cohort.id, None)


@pytest.mark.parametrize("who", ["tutor", "manager", "observer", "partner", "guest", "stranger"])
def test_only_learners_post(any_world: World, who: str) -> None:
    with pytest.raises(Forbidden), transaction() as session:
        service.start_draft(session, any_world.actor(session, who), FULL, form_key="k")


def test_draft_goes_to_a_cohort_of_its_author(any_world: World) -> None:
    with transaction() as session:
        actor = any_world.actor(session, "alice")
        problem = service.start_draft(session, actor, FULL, form_key="k", cohort_id=any_world.other_cohort.id)
        assert problem.cohort_id == any_world.cohort.id


def test_form_begins_one_draft_only(any_world: World) -> None:
    draft(any_world, key="same")
    with pytest.raises(IntegrityError):
        draft(any_world, key="same")


def test_same_key_of_two_people_is_two_drafts(any_world: World) -> None:
    assert draft(any_world, key="same") != draft(any_world, who="bob", key="same")
    with reading() as session:
        bob = any_world.actor(session, "bob")
        found = service.draft_of_form(session, bob, "same")
        assert found is not None
        assert session.get_one(Problem, found).author_id == bob.user_id


def test_save_raises_version(any_world: World) -> None:
    problem_id = draft(any_world)
    changed = replace(FULL, title="Autre titre", drivers={DriverKind.OTHER: "Un autre levier."})
    with transaction() as session:
        service.save_problem(session, any_world.actor(session, "alice"), problem_id, changed, 1)
    problem = row(problem_id)
    assert problem.version == 2
    assert content_of(problem) == changed


def test_save_of_the_same_text_changes_nothing(any_world: World) -> None:
    problem_id = draft(any_world)
    with transaction() as session:
        service.save_problem(session, any_world.actor(session, "alice"), problem_id, FULL, 0)
    assert row(problem_id).version == 1


def test_stale_save_is_refused_with_the_saved_version(any_world: World) -> None:
    problem_id = draft(any_world)
    with transaction() as session:
        newer = replace(FULL, ideal="Cinq minutes.")
        service.save_problem(session, any_world.actor(session, "alice"), problem_id, newer, 1, form_key="b")
    mine = replace(FULL, ideal="Une minute.")
    with pytest.raises(Conflict) as caught, transaction() as session:
        service.save_problem(session, any_world.actor(session, "alice"), problem_id, mine, 1, form_key="a")
    assert caught.value.current["ideal"] == "Cinq minutes."
    assert caught.value.current["version"] == 2
    assert row(problem_id).ideal == "Cinq minutes."


def test_form_whose_answer_was_lost_is_not_in_conflict_with_itself(any_world: World) -> None:
    problem_id = draft(any_world, key="form-1")
    for text in ("Un.", "Deux."):  # the answer of the first save never arrived: same version again
        with transaction() as session:
            changed = replace(FULL, ideal=text)
            actor = any_world.actor(session, "alice")
            service.save_problem(session, actor, problem_id, changed, 1, form_key="form-1")
    assert row(problem_id).ideal == "Deux."


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("bob", NotFound), ("paul", NotFound), ("zoe", NotFound), ("tutor", Forbidden), ("stranger", NotFound)],
)
def test_draft_is_its_authors_alone(any_world: World, who: str, refusal: type[Exception]) -> None:
    problem_id = draft(any_world)
    expected = (NotFound, Forbidden) if refusal is NotFound else refusal
    with pytest.raises(expected), transaction() as session:
        service.save_problem(session, any_world.actor(session, who), problem_id, FULL, 1)
    assert row(problem_id).version == 1


def test_submit_tells_the_tutors_once(any_world: World) -> None:
    problem_id, version = sent(any_world)
    assert version == 2
    assert row(problem_id).status is ProblemStatus.SUBMITTED
    assert told(NotificationKind.PROBLEM_SUBMITTED) == [any_world.tutor.id]
    with reading() as session:
        kinds = session.scalars(select(Activity.kind).where(Activity.problem_id == problem_id)).all()
    assert kinds == [ActivityKind.PROBLEM_SUBMITTED]


@pytest.mark.parametrize("field", sorted(MISSING))
def test_submit_refuses_what_is_missing_field_by_field(any_world: World, field: str) -> None:
    gone = {"authority": {"authority_code": None}, "helps": {"helps": "", "hinders": ""}}
    empty = None if field in ("domain", "approach") else ""
    problem_id = draft(any_world, replace(FULL, **gone.get(field, {field: empty})))
    with pytest.raises(Invalid) as caught, transaction() as session:
        service.submit_problem(session, any_world.actor(session, "alice"), problem_id, 1)
    assert list(caught.value.fields) == [field]
    assert row(problem_id).status is ProblemStatus.DRAFT


def test_precedents_are_mandatory() -> None:
    with pytest.raises(Invalid) as caught:
        check_complete(replace(FULL, precedents=""))
    assert "precedents" in caught.value.fields


def test_one_side_of_the_fifth_box_is_enough() -> None:
    check_complete(replace(FULL, helps=""))
    check_complete(replace(FULL, hinders=""))


def test_driver_needs_its_lever() -> None:
    with pytest.raises(Invalid) as caught:
        check_complete(replace(FULL, drivers={DriverKind.PERFORMANCE: ""}))
    assert list(caught.value.fields) == ["lever_performance"]


def test_sent_problem_is_not_sent_twice_nor_changed(any_world: World) -> None:
    problem_id, version = sent(any_world)
    with pytest.raises(Refused), transaction() as session:
        service.submit_problem(session, any_world.actor(session, "alice"), problem_id, version)
    with pytest.raises(Refused), transaction() as session:
        service.save_problem(
            session, any_world.actor(session, "alice"), problem_id, ProblemContent(), version
        )
    assert content_of(row(problem_id)) == FULL
    assert told(NotificationKind.PROBLEM_SUBMITTED) == [any_world.tutor.id]


def test_submit_refuses_a_version_not_reviewed(any_world: World) -> None:
    problem_id = draft(any_world)
    with transaction() as session:
        changed = replace(FULL, ideal="Autre.")
        service.save_problem(session, any_world.actor(session, "alice"), problem_id, changed, 1)
    with pytest.raises(Conflict), transaction() as session:
        service.submit_problem(session, any_world.actor(session, "alice"), problem_id, 1)
    assert row(problem_id).status is ProblemStatus.DRAFT


def test_tutor_accepts_and_team_is_told(any_world: World) -> None:
    problem_id, version = sent(any_world)
    with transaction() as session:
        service.accept_problem(session, any_world.actor(session, "tutor"), problem_id, version)
    problem = row(problem_id)
    assert (problem.status, problem.decided_by_id) == (ProblemStatus.ACCEPTED, any_world.tutor.id)
    assert sorted(told(NotificationKind.PROBLEM_ACCEPTED)) == sorted([any_world.alice.id, any_world.bob.id])


def test_tutor_returns_with_a_reason_and_author_is_told(any_world: World) -> None:
    problem_id, version = sent(any_world)
    with transaction() as session:
        tutor = any_world.actor(session, "tutor")
        service.return_problem(session, tutor, problem_id, version, "  Dites qui est concerné.  ")
    problem = row(problem_id)
    assert (problem.status, problem.decision_reason) == (ProblemStatus.RETURNED, "Dites qui est concerné.")
    assert told(NotificationKind.PROBLEM_RETURNED) == [any_world.alice.id]


@pytest.mark.parametrize("reason", ["", "   \n ", "x" * (service.REASON_LIMIT + 1)])
def test_return_without_a_proper_reason_changes_nothing(any_world: World, reason: str) -> None:
    problem_id, version = sent(any_world)
    with pytest.raises(Invalid) as caught, transaction() as session:
        service.return_problem(session, any_world.actor(session, "tutor"), problem_id, version, reason)
    assert list(caught.value.fields) == ["reason"]
    assert row(problem_id).status is ProblemStatus.SUBMITTED
    assert told(NotificationKind.PROBLEM_RETURNED) == []


def test_returned_problem_is_revised_and_sent_again(any_world: World) -> None:
    problem_id, version = sent(any_world)
    with transaction() as session:
        service.return_problem(session, any_world.actor(session, "tutor"), problem_id, version, "Précisez.")
    with transaction() as session:
        alice = any_world.actor(session, "alice")
        saved = service.save_problem(
            session, alice, problem_id, replace(FULL, people_affected="Mille personnes."), version + 1
        )
        service.submit_problem(session, alice, problem_id, saved.version)
    problem = row(problem_id)
    assert problem.status is ProblemStatus.SUBMITTED
    assert problem.decision_reason == "Précisez."  # the tutor sees again what was asked


def test_decided_problem_is_not_decided_again(any_world: World) -> None:
    problem_id, version = sent(any_world)
    with transaction() as session:
        service.accept_problem(session, any_world.actor(session, "tutor"), problem_id, version)
    with pytest.raises(Refused), transaction() as session:
        service.accept_problem(session, any_world.actor(session, "tutor"), problem_id, version + 1)
    with pytest.raises(Refused), transaction() as session:
        service.return_problem(session, any_world.actor(session, "tutor"), problem_id, version + 1, "Non.")
    assert row(problem_id).status is ProblemStatus.ACCEPTED
    assert len(told(NotificationKind.PROBLEM_ACCEPTED)) == 2


def test_decision_on_another_version_than_the_one_read_is_refused(any_world: World) -> None:
    problem_id, version = sent(any_world)
    with pytest.raises(Conflict), transaction() as session:
        service.accept_problem(session, any_world.actor(session, "tutor"), problem_id, version - 1)
    assert row(problem_id).status is ProblemStatus.SUBMITTED


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run these in threads that start together; gives what each returned, or its exception."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_decisions_at_once_one_is_taken(any_world: World) -> None:
    problem_id, version = sent(any_world)

    def accept() -> str:
        with transaction() as session:
            service.accept_problem(session, any_world.actor(session, "tutor"), problem_id, version)
        return "accepted"

    def give_back() -> str:
        with transaction() as session:
            tutor = any_world.actor(session, "tutor")
            service.return_problem(session, tutor, problem_id, version, "Précisez.")
        return "returned"

    answers = at_once(accept, give_back)
    decided = [answer for answer in answers if isinstance(answer, str)]
    assert decided == [row(problem_id).status.value]
    assert any(isinstance(answer, Refused | Conflict) for answer in answers)


def test_joining_twice_at_once_is_joining_once(any_world: World) -> None:
    def join() -> str:
        with transaction() as session:
            service.join_problem(session, any_world.actor(session, "paul"), any_world.problem.id)
        return "joined"

    assert at_once(join, join) == ["joined", "joined"]
    assert len(row(any_world.problem.id).supporters) == 1
    assert told(NotificationKind.PROBLEM_JOINED) == [any_world.alice.id]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("alice", Forbidden),
        ("bob", Forbidden),
        ("paul", Forbidden),
        ("manager", Forbidden),
        ("zoe", NotFound),
        ("other_tutor", NotFound),
        ("observer", NotFound),
        ("guest", NotFound),
        ("stranger", NotFound),
    ],
)
def test_only_the_cohorts_tutor_decides(any_world: World, who: str, refusal: type[Exception]) -> None:
    problem_id, version = sent(any_world)
    with pytest.raises(refusal), transaction() as session:
        service.accept_problem(session, any_world.actor(session, who), problem_id, version)
    assert row(problem_id).status is ProblemStatus.SUBMITTED


def test_accepted_problem_stays_complete(any_world: World) -> None:
    problem_id = any_world.problem.id
    with pytest.raises(Invalid), transaction() as session:
        service.save_problem(
            session, any_world.actor(session, "alice"), problem_id, replace(FULL, challenge=""), 1
        )
    with transaction() as session:
        service.save_problem(session, any_world.actor(session, "alice"), problem_id, FULL, 1)
    assert row(problem_id).status is ProblemStatus.ACCEPTED


def test_learner_joins_once_and_author_is_told_once(any_world: World) -> None:
    problem_id = any_world.problem.id
    for _attempt in range(2):
        with transaction() as session:
            service.join_problem(session, any_world.actor(session, "paul"), problem_id)
    assert [supporter.user_id for supporter in row(problem_id).supporters] == [any_world.paul.id]
    assert told(NotificationKind.PROBLEM_JOINED) == [any_world.alice.id]
    for _attempt in range(2):
        with transaction() as session:
            service.leave_problem(session, any_world.actor(session, "paul"), problem_id)
    assert row(problem_id).supporters == []


def test_author_does_not_join_their_own(any_world: World) -> None:
    with pytest.raises(Refused), transaction() as session:
        service.join_problem(session, any_world.actor(session, "alice"), any_world.problem.id)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("tutor", Forbidden),
        ("manager", Forbidden),
        ("guest", Forbidden),
        ("zoe", NotFound),
        ("observer", NotFound),
    ],
)
def test_only_learners_of_the_cohort_join(any_world: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal), transaction() as session:
        service.join_problem(session, any_world.actor(session, who), any_world.problem.id)
    assert row(any_world.problem.id).supporters == []


def test_problem_kept_to_its_team_is_not_joined(any_world: World) -> None:
    with transaction() as session:
        session.get_one(Problem, any_world.problem.id).confidentiality = Confidentiality.TEAM
    with pytest.raises(Forbidden), transaction() as session:
        service.join_problem(session, any_world.actor(session, "paul"), any_world.problem.id)


def test_only_a_draft_is_deleted(any_world: World) -> None:
    problem_id = draft(any_world)
    with transaction() as session:
        service.delete_draft(session, any_world.actor(session, "alice"), problem_id)
    with reading() as session:
        assert session.get(Problem, problem_id) is None
    with pytest.raises(Refused), transaction() as session:
        service.delete_draft(session, any_world.actor(session, "alice"), any_world.problem.id)


def listed(world: World, who: str, **filters: object) -> list[str]:
    with reading() as session:
        found = list_problems(session, world.actor(session, who), ProblemFilters(**filters))  # type: ignore[arg-type]
        return [problem.title for problem in found.problems]


def test_list_shows_what_the_policy_lets_read(any_world: World) -> None:
    draft(any_world, replace(FULL, title="Brouillon d’Alice"))
    with transaction() as session:
        make_problem(
            session,
            any_world.cohort,
            any_world.bob,
            title="Réservée",
            team_id=any_world.team.id,
            confidentiality=Confidentiality.TEAM,
        )
    assert sorted(listed(any_world, "alice")) == ["Accueil de la mairie", "Brouillon d’Alice", "Réservée"]
    assert listed(any_world, "paul") == ["Accueil de la mairie"]
    assert sorted(listed(any_world, "tutor")) == ["Accueil de la mairie", "Réservée"]
    assert listed(any_world, "guest") == ["Accueil de la mairie"]
    assert listed(any_world, "observer") == []
    assert listed(any_world, "zoe") == ["Accueil de la mairie"]  # hers, in the other cohort


def test_search_ignores_accents_case_and_hyphens(any_world: World) -> None:
    with transaction() as session:
        make_problem(session, any_world.cohort, any_world.bob, title="Déchets à Saint-Étienne")
    for words in ("dechets", "DÉCHETS saint etienne", "saint-etienne"):
        assert listed(any_world, "paul", text=words) == ["Déchets à Saint-Étienne"]
    assert listed(any_world, "paul", text="cayenne mairie") == ["Accueil de la mairie"]
    assert listed(any_world, "paul", text="introuvable") == []


def test_facets_count_what_choosing_them_would_show(any_world: World) -> None:
    with transaction() as session:
        make_problem(session, any_world.cohort, any_world.paul, title="Un", domain=Domain.DIGITAL)
        make_problem(session, any_world.cohort, any_world.paul, title="Deux", status=ProblemStatus.SUBMITTED)
    with reading() as session:
        tutor = any_world.actor(session, "tutor")
        found = list_problems(session, tutor, ProblemFilters(domain=Domain.DIGITAL))
    assert found.total == 1
    assert found.statuses == {ProblemStatus.ACCEPTED: 1}
    assert found.domains == {Domain.PUBLIC_POLICY: 2, Domain.DIGITAL: 1}
    assert found.departments == {}
    with reading() as session:
        every = list_problems(session, any_world.actor(session, "tutor"), ProblemFilters())
    assert every.departments == {"973": 1}
    assert every.department_names == {"973": "Guyane"}


def test_tutor_sees_what_to_decide_first_the_oldest_first(any_world: World) -> None:
    first, _version = sent(any_world)
    second, _version = sent(any_world, who="bob")
    with reading() as session:
        found = list_problems(session, any_world.actor(session, "tutor"), ProblemFilters())
    assert [problem.id for problem in found.problems] == [first, second, any_world.problem.id]
    assert found.to_decide == {first, second}


def test_page_out_of_range_gives_the_nearest(any_world: World) -> None:
    assert listed(any_world, "paul", page=99) == ["Accueil de la mairie"]


def test_mine_are_those_written_or_joined(any_world: World) -> None:
    assert listed(any_world, "paul", mine=True) == []
    with transaction() as session:
        service.join_problem(session, any_world.actor(session, "paul"), any_world.problem.id)
    assert listed(any_world, "paul", mine=True) == ["Accueil de la mairie"]


def test_own_drafts_are_ones_own(any_world: World) -> None:
    problem_id = draft(any_world)
    with reading() as session:
        assert [one.id for one in own_drafts(session, any_world.actor(session, "alice"))] == [problem_id]
        assert own_drafts(session, any_world.actor(session, "bob")) == []
