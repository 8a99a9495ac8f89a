"""The audit log through the front door: what is kept, who reads it, what they find in it and take away."""

import csv
import html
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from models.audit import AuditAction, AuditEntry, Export, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.document import Board
from models.invitation import Invitation
from models.membership import Membership
from models.partner import GuestContributor, ShareLink
from models.people import User
from models.policy import Role, Where
from models.problem import Problem, ProblemStatus
from models.project import Project
from models.session import database, reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_user
from tests.queries import counting_queries
from workspace.services import audit_log
from workspace.services.audit_log import PER_PAGE
from workspace.services.audit_texts import GROUP_OF, SENTENCES
from workspace.services.passwords import hash_password
from workspace.services.spreadsheet import safe_cell, to_csv

A = AuditAction
PHRASE = "une phrase bien à moi"


def entries(action: AuditAction | None = None) -> list[AuditEntry]:
    with reading() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [entry for entry in found if action is None or entry.action is action]


def note(who: str, action: AuditAction, where: Where, *, subject: object = None, **facts: object) -> None:
    with transaction() as session:
        audit(session, who, action, where=where, subject=subject, **facts)  # type: ignore[arg-type]


def page_of(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/audit{query}")
    assert answer.status_code == 200
    return html.unescape(answer.text).replace("\u202f", " ").replace("\u00a0", " ")


def export_of(client: FlaskClient, **filters: str) -> str:
    answer = client.post("/audit/export", data=filters)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def admin(world: World) -> User:
    with transaction() as session:
        person = make_user(session, "ada")
        grant(session, person, Role.ADMIN, organization_id=world.organization.id)
        return person


def with_password(world: World, name: str) -> None:
    with transaction() as session:
        session.get_one(User, world.people[name].id).password_hash = hash_password(PHRASE)


def sign_in(client: FlaskClient, email: str, phrase: str) -> int:
    answer = client.post("/sign-in", data={"email": email, "password": phrase})
    answer.get_data()
    answer.close()
    return answer.status_code


def test_signing_in_and_out_is_kept(world: World, client_of: ClientOf) -> None:
    with_password(world, "alice")
    client = client_of()
    assert sign_in(client, "alice@exemple.fr", PHRASE) == 302
    client.post("/sign-out")
    assert sign_in(client, "alice@exemple.fr", PHRASE) == 302
    new = "une autre phrase à moi"
    client.post("/account/password", data={"current": PHRASE, "password": new})
    client.post("/sign-out-everywhere")
    kept = [(entry.action, entry.actor_key, entry.organization_id) for entry in entries()]
    wanted = [A.SIGNED_IN, A.SIGNED_OUT, A.SIGNED_IN, A.PASSWORD_CHANGED, A.SESSIONS_ENDED]
    assert kept == [(action, world.alice.key, None) for action in wanted]


def test_refused_sign_ins_are_kept_once_in_ten_minutes(world: World, client_of: ClientOf) -> None:
    with_password(world, "alice")
    client = client_of()
    for email in ("nobody@exemple.fr", "alice@exemple.fr", "ALICE@exemple.fr ", "alice@exemple.fr"):
        assert sign_in(client, email, "mauvaise phrase") == 422
    (kept,) = entries()
    assert (kept.action, kept.actor_key) == (A.SIGN_IN_REFUSED, "")
    assert (kept.subject_kind, kept.subject_id, kept.details) == (SubjectKind.USER, world.alice.id, "{}")
    assert "Une connexion au compte de Alice a été refusée" in html.unescape(
        client_of(world.alice).get("/account/actions").text
    )
    assert "refusée" not in client_of(world.bob).get("/account/actions").text


def test_answer_to_a_wrong_password_leaves_before_anything_is_written(
    world: World, client_of: ClientOf
) -> None:
    with_password(world, "alice")
    answer = client_of().post("/sign-in", data={"email": "alice@exemple.fr", "password": "mauvaise"})
    assert entries() == []
    answer.close()
    assert len(entries()) == 1


def act(world: World, client_of: ClientOf, word: str = "Secret") -> None:
    """Everything that the log keeps, done by those who may, on their pages; texts all hold `word`."""
    alice, manager, tutor = (client_of(world.people[name]) for name in ("alice", "manager", "tutor"))
    project, cohort, team = world.project.id, world.cohort.id, world.team.id
    mail = f"{word.lower()}@exemple.fr"
    ok: list[int] = []

    def do(client: FlaskClient, path: str, **form: object) -> None:
        answer = client.post(path, data=form)
        assert answer.status_code == 302, (path, answer.status_code)
        ok.append(1)

    # invitations and what becomes of them
    person = {"name": word, "title": word, "message": word, "valid_days": "14"}
    until = {"access_until": str(utcnow().date() + timedelta(days=30))}
    do(alice, f"/projects/{project}/observers", email=f"a{mail}", **person, **until)
    do(alice, f"/projects/{project}/partner-accounts", email=f"b{mail}", **person)
    do(manager, f"/programmes/cohorts/{cohort}/tutors/invite", email=f"c{mail}", **person)
    do(manager, f"/programmes/teams/{team}/invite", people=f"{word} d{mail}", valid_days="14")
    with reading() as session:
        ids = dict(session.execute(select(Invitation.role, Invitation.id)).all())
    do(alice, f"/projects/{project}/observers/invitations/{ids[Role.OBSERVER]}/renew")
    page = alice.get(f"/projects/{project}/observers").text
    link = re.search(r"/invitations/[\w-]{43}", page)
    do(alice, f"/projects/{project}/partner-accounts/invitations/{ids[Role.PARTNER]}/revoke")
    account = {"name": word, "title": word, "password": PHRASE, "time_zone": "Europe/Paris"}
    assert link is not None
    refused = client_of().post(link[0], data={**account, "authority": "Cayenne"})
    assert refused.status_code in (403, 409, 422), refused.status_code
    with transaction() as session:
        session.execute(update(Problem).where(Problem.id == world.problem.id).values(authority_code=None))
    do(client_of(), link[0], **account, authority="Cayenne", authority_value="commune-97302")
    with transaction() as session:
        session.execute(
            update(Problem).where(Problem.id == world.problem.id).values(authority_code="commune-97302")
        )
        session.get_one(User, world.stranger.id).authority_code = "commune-97302"
    own = {**person, **until, "email": world.stranger.email}
    assert alice.post(f"/projects/{project}/observers", data=own).status_code == 422
    # memberships
    with reading() as session:
        held = {row.user_id: row.id for row in session.scalars(select(Membership))}
    members = f"/programmes/cohorts/{cohort}/members"
    do(manager, f"{members}/{held[world.bob.id]}/place", team_id=world.peer_team.id)
    do(manager, f"/programmes/teams/{world.peer_team.id}/lead", user_id=world.bob.id)
    do(manager, f"/programmes/teams/{team}/lead", user_id=world.alice.id)  # the authority is the élu's now
    observed = f"/projects/{project}/observers/{held[world.observer.id]}"
    seen = re.search(r'name="seen" value="([^"]+)"', alice.get(f"{observed}/dates").text)
    assert seen is not None
    do(alice, f"{observed}/dates", seen=seen[1], **until)
    do(manager, f"{members}/{held[world.paul.id]}/new-password")
    do(manager, f"{members}/{held[world.paul.id]}/withdraw")
    do(alice, f"{observed}/withdraw")
    # links and guests
    terms = {"role": "contribute", "days": "30", "max_uses": "5", "question": word, "label": word}
    made = alice.post(f"/projects/{project}/links/new", data=terms)
    token = re.search(r"/join/[\w-]{43}", alice.get(made.location).text)
    assert token is not None
    do(client_of(), token[0], name=word, sector="citizen", organization_name=word)
    with reading() as session:
        link_id = session.scalar(select(ShareLink.id).order_by(ShareLink.id.desc()).limit(1))
        guest_id = session.scalar(select(GuestContributor.id).order_by(GuestContributor.id.desc()).limit(1))
    do(alice, f"/projects/{project}/guests/{guest_id}/remove")
    do(alice, f"/projects/{project}/links/{link_id}/renew")
    do(alice, f"/projects/{project}/links/{link_id}/revoke")
    # boards
    for switch in ("open_to_observers", "open_to_tutors", "frozen"):
        for on in ("1", "0"):
            do(alice, f"/boards/{world.board.id}/switch", switch=switch, on=on)
    do(alice, f"/boards/{world.board.id}/archive")
    do(alice, f"/projects/{project}/boards/{world.board.id}/restore")
    # problems, steps, feedback, briefs
    with transaction() as session:
        problem = session.get_one(Problem, world.problem.id)
        problem.status, version = ProblemStatus.SUBMITTED, problem.version
    do(tutor, f"/problems/{world.problem.id}/return", reason=word, version=version)
    do(alice, f"/problems/{world.problem.id}/submit", version=version + 1)
    do(tutor, f"/problems/{world.problem.id}/accept", version=version + 2)
    do(tutor, f"/projects/{project}/steps/understand/validate")
    do(tutor, f"/projects/{project}/steps/understand/reopen", word=word)
    do(tutor, f"/projects/{project}/feedback/new", body=word, step_code="", then="release", version="1")
    brief = {"problem": word, "progress": word, "edition": "1", "version": "0", "form_key": "a-form"}
    do(alice, f"/projects/{project}/brief", **brief, then="review")
    do(alice, f"/projects/{project}/brief/publish", version="1")
    # programmes, cohorts, teams
    dates = {"starts_on": "2026-09-01", "ends_on": "2027-03-01", "time_zone": "Europe/Paris"}
    do(manager, f"/programmes/{world.programme.id}/new", name=f"{word} formation")
    do(manager, f"/programmes/{world.programme.id}/cohorts/new", name=f"{word} promotion", **dates)
    edit = manager.get(f"/programmes/cohorts/{cohort}/edit").text
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', edit)
    assert seen is not None
    do(manager, f"/programmes/cohorts/{cohort}/edit", name=f"{word} autre", seen=seen[1], **dates)
    do(manager, f"/programmes/cohorts/{cohort}/teams/new", name=f"{word} équipe")
    do(manager, f"/programmes/teams/{team}/rename", name=f"{word} nom")


KEPT_BY_ACTING = {
    *(A.INVITATION_MADE, A.INVITATION_RENEWED, A.INVITATION_REVOKED, A.INVITATION_ACCEPTED),
    *(A.CONFLICT_REFUSED, A.ACCOUNT_CREATED, A.AUTHORITY_DECLARED, A.SIGNED_IN),
    *(A.MEMBERSHIP_GRANTED, A.MEMBERSHIP_ENDED, A.MEMBERSHIP_MOVED, A.LEAD_SET, A.PASSWORD_LINK_MADE),
    *(A.MEMBERSHIP_DATES_CHANGED, A.OBSERVATION_ENDED),
    *(A.LINK_MADE, A.LINK_RENEWED, A.LINK_REVOKED, A.GUEST_JOINED, A.GUEST_SHUT_OUT),
    *(A.BOARD_SHOWN_TO_OBSERVERS, A.BOARD_HIDDEN_FROM_OBSERVERS, A.BOARD_OPENED_TO_TUTORS),
    *(A.BOARD_CLOSED_TO_TUTORS, A.BOARD_FROZEN, A.BOARD_UNFROZEN, A.BOARD_ARCHIVED, A.BOARD_BROUGHT_BACK),
    *(A.PROBLEM_RETURNED, A.PROBLEM_SUBMITTED, A.PROBLEM_ACCEPTED, A.STEP_VALIDATED, A.STEP_REOPENED),
    *(A.FEEDBACK_RELEASED, A.BRIEF_PUBLISHED, A.PROGRAMME_CREATED, A.COHORT_CREATED, A.COHORT_CHANGED),
    *(A.TEAM_CREATED, A.TEAM_RENAMED),
}


def test_what_is_done_on_the_pages_is_kept_without_its_content(
    any_world: World, any_client_of: ClientOf
) -> None:
    world, client_of = any_world, any_client_of
    word = "Canari7Q"
    with transaction() as session:
        for person in session.scalars(select(User)):
            person.email = f"{word.lower()}.{person.id}@exemple.fr"
            world.people[next(n for n, p in world.people.items() if p.id == person.id)].email = person.email
        for table, column in ((Project, "summary"), (Problem, "challenge"), (Board, "title")):
            session.execute(update(table).values({column: word}))
    act(world, client_of, word)
    assert {entry.action for entry in entries()} == KEPT_BY_ACTING
    with database().engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit_entry")).all()
    assert word.lower() not in repr(rows).lower()
    with transaction() as session:  # what the page looks up by itself is called otherwise
        session.execute(update(User).values(name="Une personne"))
        session.execute(update(GuestContributor).values(name="Une personne"))
        for table in (Team, Cohort):
            session.execute(update(table).values(name="Un lieu"))
        session.execute(text("UPDATE programme SET name = 'Un lieu'"))
        session.execute(update(Board).values(title="Une chose"))
    manager = client_of(world.manager)
    assert word.lower() not in page_of(manager).lower()
    assert word.lower() not in export_of(manager).lower()


def test_manager_reads_sentences(world: World, client_of: ClientOf) -> None:
    act(world, client_of)
    page = page_of(client_of(world.manager))
    assert "Manager a placé Bob dans une équipe" in page
    assert "Alice a ouvert le tableau « Le défi » aux élus" in page
    assert "Tutor a validé l’étape « Comprendre »" in page
    assert "Alice a retiré l’accès de Observer (élue ou élu)" in page
    assert "L’accueil sans attente · Secret nom · Secret autre" in page
    assert "journal intact" in page
    english = client_of(world.manager)
    with transaction() as session:
        session.get_one(User, world.manager.id).locale = "en"
    assert "Alice opened the board “Le défi” to elected officials" in page_of(english)


def test_every_action_has_its_sentence_and_its_group() -> None:
    assert set(SENTENCES) == set(GROUP_OF) == set(AuditAction)


@pytest.mark.parametrize("name", ["alice", "tutor", "partner", "observer", "stranger", "zoe"])
def test_log_is_not_found_by_others(world: World, client_of: ClientOf, name: str) -> None:
    note("u1", A.LINK_MADE, Where(project_id=world.project.id))
    client = client_of(world.people[name])
    assert client.get("/audit").status_code == 404
    assert client.post("/audit/export").status_code == 404
    assert 'href="/audit"' not in client.get("/account").text


def test_log_and_own_actions_are_not_for_guests(world: World, client_of: ClientOf) -> None:
    client = client_of(guest=world.guests["guest"])
    assert client.get("/audit").status_code == 404
    assert client.get("/account/actions").status_code == 404


def test_manager_reads_their_own_scope_only(world: World, client_of: ClientOf, admin: User) -> None:
    note(world.alice.key, A.LINK_MADE, Where(project_id=world.project.id))
    note(world.zoe.key, A.LINK_MADE, Where(project_id=world.other_project.id))
    note(world.alice.key, A.SIGNED_IN, Where())
    with transaction() as session:
        head = make_user(session, "head")
        grant(session, head, Role.MANAGER, organization_id=world.organization.id)
    sentence = "a créé un lien de partage"
    for person, seen in (
        (world.manager, ["Alice"]),
        (world.other_manager, ["Zoe"]),
        (head, ["Zoe", "Alice"]),
        (admin, ["Zoe", "Alice"]),
    ):
        assert re.findall(rf"(\w+) {sentence}", page_of(client_of(person))) == seen
        exported = export_of(client_of(person))
        assert [name for name in ("Alice", "Zoe") if f"{name} {sentence}" in exported] == sorted(seen)
    assert "connecté·e" in page_of(client_of(admin))
    assert "connecté·e" not in page_of(client_of(head)), "sign-ins lie in nobody's scope"
    other = f"?cohort={world.other_cohort.id}"
    assert "Aucune action ne correspond" in page_of(client_of(world.manager), other)


def test_manager_of_another_organization_reads_nothing(world: World, client_of: ClientOf) -> None:
    note(world.alice.key, A.LINK_MADE, Where(project_id=world.project.id))
    with transaction() as session:
        session.execute(text("INSERT INTO organization (name, created_at) VALUES ('Autre', '2026-01-01')"))
        other = session.scalar(text("SELECT max(id) FROM organization"))  # type: ignore[call-overload]
        stranger = make_user(session, "autre")
        grant(session, stranger, Role.MANAGER, organization_id=other)
    page = page_of(client_of(stranger))
    assert "Rien encore" in page
    assert "Alice" not in page
    assert "Alice" not in export_of(client_of(stranger))


def test_admin_sees_no_title(world: World, client_of: ClientOf, admin: User) -> None:
    board = (SubjectKind.BOARD, world.board.id)
    problem = (SubjectKind.PROBLEM, world.problem.id)
    note(world.alice.key, A.BOARD_FROZEN, Where(project_id=world.project.id), subject=board)
    note(world.alice.key, A.PROBLEM_SUBMITTED, Where(cohort_id=world.cohort.id), subject=problem)
    for shown in (page_of(client_of(admin)), export_of(client_of(admin))):
        assert "Alice a figé le tableau n°" in shown.replace("\u00a0", " ")
        assert "Équipe Cayenne" in shown
        for title in (world.board.title, world.project.title, world.problem.title):
            assert title not in shown
    assert 'href="/audit"' in client_of(admin).get("/account").text


def test_filters_keep_what_they_say(world: World, client_of: ClientOf) -> None:
    client, place = client_of(world.manager), Where(project_id=world.project.id)
    note(world.alice.key, A.LINK_MADE, place)
    note(world.bob.key, A.BOARD_FROZEN, place, subject=(SubjectKind.BOARD, world.board.id))
    bob = (SubjectKind.USER, world.bob.id)
    note(world.manager.key, A.LEAD_SET, Where(team_id=world.team.id), subject=bob)
    note(world.manager.key, A.PROGRAMME_CREATED, Where(programme_id=world.programme.id))

    def count(query: str) -> int:
        return page_of(client, f"?{query}").count('class="symbol"')

    assert count("") == 4
    assert count(f"person={world.alice.key}") == 1
    assert count(f"person={world.bob.key}") == 2, "what they did, and what was done to them"
    assert count("kind=links") == 1
    assert count("kind=access") == 1
    assert count(f"cohort={world.cohort.id}") == 3
    assert count(f"cohort={world.cohort.id}&kind=boards&person={world.bob.key}") == 1
    today = utcnow().date()
    day = timedelta(days=1)
    assert count(f"since={today - day}&until={today + day}") == 4
    assert count(f"since={today + 2 * day}") == 0
    assert count(f"until={today - 2 * day}") == 0
    for nonsense in ("person=x", "kind=x", "cohort=x", "since=x", "until=9999-12-31", "before=x", "cohort=²"):
        assert count(nonsense) == 4, nonsense
    assert "Aucune action ne correspond" in page_of(client, "?kind=upkeep")
    exported = export_of(client, kind="links")
    assert len(exported.splitlines()) == 2
    assert "link_made" in exported


def test_days_are_the_readers(world: World, client_of: ClientOf) -> None:
    note(world.alice.key, A.LINK_MADE, Where(project_id=world.project.id))
    (kept,) = entries()
    with transaction() as session:
        session.get_one(User, world.manager.id).time_zone = "Pacific/Kiritimati"
    day = (kept.at + timedelta(hours=14)).date()
    client = client_of(world.manager)
    assert 'class="symbol"' in page_of(client, f"?since={day}&until={day}")
    assert 'class="symbol"' not in page_of(client, f"?until={day - timedelta(days=1)}")
    assert f"{day} " in export_of(client)
    assert "+14:00" in export_of(client)


def test_pages_follow_without_gap_at_a_constant_cost(world: World, client_of: ClientOf) -> None:
    client, place = client_of(world.manager), Where(project_id=world.project.id)

    def write(numbers: range) -> None:
        with transaction() as session:
            for number in numbers:
                audit(session, world.alice.key, A.LINK_MADE, where=place, count=number)

    write(range(1, PER_PAGE + 2))
    page_of(client)
    with counting_queries() as few:
        page_of(client)
    write(range(PER_PAGE + 2, 2 * PER_PAGE + 11))
    with counting_queries() as many:
        first = page_of(client, "?kind=links")
    assert int(many) <= int(few)
    seen, page, older = [], first, ""
    for _page in range(3):
        seen += [int(number) for number in re.findall(r"pour (\d+) personne", page)]
        found = re.search(r'href="(/audit\?before=\d+[^"]*)"', page)
        older = found[1] if found else ""
        page = page_of(client, older.removeprefix("/audit")) if older else ""
    assert seen == list(range(2 * PER_PAGE + 10, 0, -1))
    assert older == ""


def test_export_is_safe_named_and_kept(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.alice.id).name = "=HYPERLINK(1)"
    note(world.alice.key, A.LINK_MADE, Where(project_id=world.project.id))
    answer = client_of(world.manager).post("/audit/export")
    assert answer.mimetype == "text/csv"
    name = answer.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="journal-des-actions-\d{4}-\d\d-\d\d\.csv"', name)
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert rows[1][3].startswith("'=HYPERLINK(1) a créé")
    (kept,) = entries(A.EXPORT_DOWNLOADED)
    assert kept.facts == {"export": Export.AUDIT_LOG.value, "count": 1}
    assert (kept.programme_id, kept.actor_key) == (world.programme.id, world.manager.key)
    assert "Manager a téléchargé le journal des actions" in page_of(client_of(world.manager))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1") == f"'{start}1"
    assert safe_cell(f"a{start}1") == f"a{start}1"
    assert list(csv.reader(io.StringIO(to_csv([["a;b", 'c"d']])[1:]), delimiter=";")) == [["a;b", 'c"d']]


def test_own_actions_are_ones_own(world: World, client_of: ClientOf) -> None:
    place, board = Where(project_id=world.project.id), (SubjectKind.BOARD, world.board.id)
    note(world.alice.key, A.BOARD_FROZEN, place, subject=board)
    note(world.bob.key, A.LINK_MADE, place)
    alice = client_of(world.alice)
    page = html.unescape(alice.get("/account/actions").text)
    assert "Alice a figé le tableau « Le défi »" in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert "lien de partage" not in page
    assert "Rien encore" in client_of(world.zoe).get("/account/actions").text
    assert "/account/actions" in alice.get("/account").text
    with transaction() as session:  # out of the team, a title may no longer be known
        session.execute(
            update(Membership).where(Membership.user_id == world.alice.id).values(ends_at=utcnow())
        )
    later = html.unescape(alice.get("/account/actions").text)
    assert "Le défi" not in later
    assert world.project.title not in later
    with transaction() as session:
        session.get_one(User, world.alice.id).is_demo = True
    assert "figé" not in alice.get("/account/actions").text


def test_who_is_gone_is_shown_as_gone_even_if_the_number_is_given_again(
    world: World, client_of: ClientOf
) -> None:
    with transaction() as session:
        leaver = make_user(session, "zacharie")
    note(leaver.key, A.LINK_MADE, Where(project_id=world.project.id))
    note("u1", A.BOARD_FROZEN, Where(project_id=world.project.id), subject=(SubjectKind.BOARD, 4000))
    manager = client_of(world.manager)
    assert "Zacharie a créé" in page_of(manager)
    with transaction() as session:
        session.execute(delete(User).where(User.id == leaver.id))
    page = page_of(manager)
    assert "Une personne qui n’est plus là a créé un lien de partage" in page
    assert "le tableau (n’existe plus)" in page
    with transaction() as session:
        session.add(User(id=leaver.id, email="neuf@exemple.fr", name="Neuve Venue"))
    assert "Neuve Venue a créé" not in page_of(manager)


def test_page_says_that_the_log_was_changed(world: World, client_of: ClientOf) -> None:
    note("u1", A.LINK_MADE, Where(project_id=world.project.id))
    note("u1", A.LINK_MADE, Where(project_id=world.project.id))
    with database().engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_update"))
        connection.execute(text("UPDATE audit_entry SET actor_key = 'u2' WHERE id = 2"))
    page = page_of(client_of(world.manager))
    assert "L’entrée n° 2 n’est pas celle qui fut écrite" in page
    assert "journal intact" not in page


def test_manager_finds_the_log_from_their_pages(world: World, client_of: ClientOf) -> None:
    manager = client_of(world.manager)
    assert 'href="/audit"' in manager.get("/programmes").text
    assert (
        f'href="/audit?cohort={world.cohort.id}"'
        in manager.get(f"/programmes/cohorts/{world.cohort.id}").text
    )


def test_first_manager_is_kept_too(world: World) -> None:
    from workspace.services.managers import create_first_manager  # noqa: PLC0415

    for at_console in (True, False):
        with transaction() as session:
            create_first_manager(
                session,
                email=f"m{at_console}@exemple.fr",
                name="Mia",
                password=PHRASE,
                organization_name=f"École {at_console}",
                programme_name="Formation",
                at_console=at_console,
            )
    counted = Counter((entry.action, entry.actor_key == "cli") for entry in entries())
    wanted = (A.ACCOUNT_CREATED, A.PROGRAMME_CREATED, A.MEMBERSHIP_GRANTED)
    assert counted == {(action, by): 1 for action in wanted for by in (True, False)}


def test_file_holds_what_the_page_was_filtered_by(world: World, client_of: ClientOf) -> None:
    note(world.alice.key, A.LINK_MADE, Where(project_id=world.project.id))
    page = page_of(client_of(world.manager), f"?kind=links&person={world.alice.key}&cohort={world.cohort.id}")
    form = page[page.index('action="/audit/export"') :].split("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    sent.pop("csrf_token")
    assert sent == {"kind": "links", "person": world.alice.key, "cohort": str(world.cohort.id)}
    assert "link_made" in export_of(client_of(world.manager), **sent)


def test_file_is_bounded(world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "EXPORT_LIMIT", 40)
    monkeypatch.setattr(audit_log, "EXPORT_STEP", 20)
    with transaction() as session:
        for _number in range(45):
            audit(session, world.alice.key, A.LINK_MADE, where=Where(project_id=world.project.id))
    lines = export_of(client_of(world.manager)).splitlines()[1:]
    assert [int(line.split(";")[0]) for line in lines] == list(range(45, 5, -1))
