"""The second step of sign-in: set up, asked for on every way in, taken once, lost, turned off."""

import html
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.membership import Membership
from models.people import LoginSession, User
from models.policy import Role
from models.second_factor import RecoveryCode, SecondFactor
from models.session import reading, transaction
from tests.authenticator import PHRASE, Authenticator, turn_on
from tests.clock import Clock
from tests.conftest import ClientOf, make_app
from tests.factories import World, grant
from workspace.cli import main
from workspace.services.invitations import Invitee, Terms, invite_tutor
from workspace.services.passwords import hash_password
from workspace.web.auth.cookies import STEP_COOKIE
from workspace.web.guard import COOKIE

PAGE = "/account/second-factor"
CODE_PAGE = "/sign-in/code"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def phone(world: World, app: Flask, clock: Clock) -> Authenticator:
    """The tutor’s phone; the second factor is on."""
    return turn_on(app, clock, world.tutor)[0]


@pytest.fixture
def codes(world: World, app: Flask, clock: Clock) -> list[str]:
    """The tutor’s recovery codes; the second factor is on."""
    return turn_on(app, clock, world.tutor)[1]


def sign_in(client: FlaskClient, email: str = "tutor@exemple.fr", **values: str):
    return client.post("/sign-in", data={"email": email, "password": PHRASE, **values})


def at_second_step(client_of: ClientOf, **values: str) -> FlaskClient:
    client = client_of()
    assert sign_in(client, **values).location == CODE_PAGE
    return client


def give(client: FlaskClient, code: str):
    return client.post(CODE_PAGE, data={"code": code})


def has_session(client: FlaskClient) -> bool:
    return client.get_cookie(COOKIE) is not None


def sessions_of(user: User) -> int:
    with reading() as session:
        mine = select(func.count()).select_from(LoginSession).where(LoginSession.user_id == user.id)
        return session.scalar(mine.where(LoginSession.ended_at.is_(None))) or 0


# -- setting it up --------------------------------------------------------------------------------


@pytest.fixture
def tutor(world: World, clock: Clock, client_of: ClientOf) -> FlaskClient:
    """The tutor’s browser; no second factor yet."""
    with transaction() as session:
        session.merge(world.tutor).password_hash = hash_password(PHRASE)
    return client_of(world.tutor)


def shown_key(page: str) -> str:
    return re.search(r'id="factor-key"[^>]*value="([A-Z2-7 ]+)"', page)[1]


def started(tutor: FlaskClient, clock: Clock) -> Authenticator:
    assert tutor.post(PAGE, data={"password": PHRASE}).location == PAGE
    return Authenticator(shown_key(tutor.get(PAGE).text), clock)


def shown_codes(page: str) -> list[str]:
    return re.findall(r"<code>([a-z0-9-]{19})</code>", page)


def test_set_up_shows_a_key_and_its_picture_to_its_owner_only(
    world: World, tutor: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    phone = started(tutor, clock)
    page = tutor.get(PAGE)
    assert len(phone.key.replace(" ", "")) == 32
    assert 'src="data:image/svg+xml' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text
    assert phone.key not in client_of(world.manager).get(PAGE).text
    with reading() as session:
        sealed = session.get(SecondFactor, world.tutor.id).sealed_secret
    assert phone.key.replace(" ", "") not in sealed


def test_nothing_is_asked_before_a_first_code(tutor: FlaskClient, clock: Clock, client_of: ClientOf) -> None:
    phone = started(tutor, clock)
    assert sign_in(client_of()).location == "/"
    wrong = tutor.post(f"{PAGE}/confirm", data={"code": phone.wrong_code()})
    assert wrong.status_code == 422
    assert "pas le bon" in wrong.text
    assert sign_in(client_of()).location == "/"


def test_first_code_turns_it_on_ends_other_devices_and_shows_ten_codes_once(
    world: World, tutor: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    other, before = client_of(world.tutor), tutor.get_cookie(COOKIE).value
    phone = started(tutor, clock)
    answer = tutor.post(f"{PAGE}/confirm", data={"code": f" {phone.code()[:3]} {phone.code()[3:]} "})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    codes = shown_codes(answer.text)
    assert len(set(codes)) == 10
    assert tutor.get_cookie(COOKIE).value != before
    assert tutor.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    for page in (tutor.get(PAGE).text, tutor.get("/account").text):
        assert "Il vous reste 10 codes de secours" in page
        assert not shown_codes(page)
        assert phone.key not in page
    with reading() as session:
        stored = set(session.scalars(select(RecoveryCode.code_hash)))
    assert not stored & {code.replace("-", "") for code in codes}
    assert sign_in(client_of()).location == CODE_PAGE


def test_code_that_turned_it_on_opens_nothing(tutor: FlaskClient, clock: Clock, client_of: ClientOf) -> None:
    phone = started(tutor, clock)
    tutor.post(f"{PAGE}/confirm", data={"code": phone.code()})
    client = at_second_step(client_of)
    answer = give(client, phone.code())
    assert answer.status_code == 422
    assert "déjà servi" in answer.text
    assert give(client, phone.code(1)).status_code == 302


def test_set_up_expires_after_half_an_hour(tutor: FlaskClient, clock: Clock) -> None:
    phone = started(tutor, clock)
    clock.move(minutes=31)
    assert 'id="factor-key"' not in tutor.get(PAGE).text
    answer = tutor.post(f"{PAGE}/confirm", data={"code": phone.code()}, follow_redirects=True)
    assert "Recommencez-la" in answer.text


def test_set_up_asks_for_the_password(tutor: FlaskClient) -> None:
    answer = tutor.post(PAGE, data={"password": "pas la bonne"})
    assert answer.status_code == 422
    assert "mot de passe actuel" in answer.text
    assert 'id="factor-key"' not in tutor.get(PAGE).text


def test_it_is_not_set_up_twice(phone: Authenticator, world: World, client_of: ClientOf) -> None:
    tutor = client_of(world.tutor)
    assert tutor.post(PAGE, data={"password": PHRASE}).status_code == 409
    assert "Désactiver" in tutor.get(PAGE).text


@pytest.mark.parametrize("who", ["tutor", "manager"])
def test_it_is_offered_to_those_who_follow_or_direct(world: World, client_of: ClientOf, who: str) -> None:
    client = client_of(world.people[who])
    assert 'href="/account/second-factor"' in client.get("/account").text
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("who", ["alice", "observer", "partner", "stranger"])
def test_it_is_not_offered_to_others(world: World, client_of: ClientOf, who: str) -> None:
    client = client_of(world.people[who])
    assert "/account/second-factor" not in client.get("/account").text
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, data={"password": PHRASE}).status_code == 403


def test_guests_have_none(world: World, client_of: ClientOf) -> None:
    guest = client_of(guest=world.guests["guest"])
    assert guest.get(PAGE).status_code == 404
    assert guest.post(PAGE, data={"password": PHRASE}).status_code == 404


def test_admin_of_an_establishment_may_have_one(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        grant(session, world.stranger, Role.ADMIN, organization_id=world.organization.id)
    assert client_of(world.stranger).get(PAGE).status_code == 200


def test_it_stays_on_when_the_role_ends(
    world: World, phone: Authenticator, clock: Clock, client_of: ClientOf
) -> None:
    with transaction() as session:
        session.scalars(
            select(Membership).where(Membership.user_id == world.tutor.id)
        ).one().ends_at = clock.now
    clock.move(seconds=1)
    client = at_second_step(client_of)
    give(client, phone.code())
    assert "Désactiver" in client.get(PAGE).text


# -- the second step ------------------------------------------------------------------------------


def test_right_password_alone_opens_no_session(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    client = at_second_step(client_of)
    assert not has_session(client)
    assert sessions_of(world.tutor) == 0
    assert client.get("/account").status_code == 302
    page = client.get(CODE_PAGE)
    assert page.status_code == 200
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text


def test_step_cookie_is_short_lived_and_for_these_pages_only(
    phone: Authenticator, client_of: ClientOf
) -> None:
    header = next(
        value for _name, value in sign_in(client_of()).headers if value.startswith(f"{STEP_COOKIE}=")
    )
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=300", "Path=/sign-in"):
        assert part in header


def test_code_opens_the_session_and_leads_where_one_was_going(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    client = at_second_step(client_of, next="/account?x=1")
    answer = give(client, phone.code())
    assert answer.location == "/account?x=1"
    assert client.get("/account").status_code == 200
    assert client.get_cookie(STEP_COOKIE, path="/sign-in") is None
    assert sessions_of(world.tutor) == 1
    assert "Dernier code utilisé le" in client.get("/account").text


def test_long_address_does_not_keep_the_step_cookie_out(phone: Authenticator, client_of: ClientOf) -> None:
    answer = sign_in(client_of(), next="/" + "é" * 1500)
    header = next(value for _name, value in answer.headers if value.startswith(f"{STEP_COOKIE}="))
    assert len(header) < 4000


def test_second_step_never_leads_elsewhere(phone: Authenticator, client_of: ClientOf) -> None:
    client = at_second_step(client_of, next="https://evil.example")
    assert give(client, phone.code()).location == "/"


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_clock_may_be_one_step_early_or_late(phone: Authenticator, client_of: ClientOf, step: int) -> None:
    assert give(at_second_step(client_of), phone.code(step)).status_code == 302


@pytest.mark.parametrize("step", [-3, -2, 2, 3])
def test_code_of_another_time_is_refused(phone: Authenticator, client_of: ClientOf, step: int) -> None:
    client = at_second_step(client_of)
    answer = give(client, phone.code(step))
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert not has_session(client)


@pytest.mark.parametrize(
    "written", ["{0} {1}", " {0}{1} ", "{0}-{1}", "{0}\u00a0{1}", "{0}\t{1}\n", "{0}\u202f{1}"]
)
def test_pasted_spaces_do_not_matter(phone: Authenticator, client_of: ClientOf, written: str) -> None:
    code = phone.code()
    assert give(at_second_step(client_of), written.format(code[:3], code[3:])).status_code == 302


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00", "x" * 5000, "12 34"])
def test_what_is_no_code_is_refused_in_place(phone: Authenticator, client_of: ClientOf, code: str) -> None:
    client = at_second_step(client_of)
    answer = give(client, code)
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text


def test_code_is_taken_once_by_whomever(phone: Authenticator, client_of: ClientOf, clock: Clock) -> None:
    first, second = at_second_step(client_of), at_second_step(client_of)
    assert give(first, phone.code()).status_code == 302
    for _ in range(2):
        answer = give(second, phone.code())
        assert answer.status_code == 422
        assert "déjà servi" in answer.text
    assert give(second, phone.code(-1)).status_code == 422
    clock.move(seconds=30)
    assert give(second, phone.code(-1)).status_code == 422
    assert give(second, phone.code()).status_code == 302


def test_of_twenty_sendings_of_one_code_at_once_one_opens_a_session(
    any_world: World, any_app: Flask, clock: Clock
) -> None:
    phone, codes = turn_on(any_app, clock, any_world.tutor)
    for field, code in (("code", phone.code()), ("recovery", codes[0])):
        before = sessions_of(any_world.tutor)
        clients = [any_app.test_client() for _ in range(20)]
        for client in clients:
            assert sign_in(client).location == CODE_PAGE
        statuses = at_once(
            [
                lambda client=client, field=field, code=code: client.post(CODE_PAGE, data={field: code})
                for client in clients
            ]
        )
        assert sorted(statuses) == [302] + [422] * 19
        assert sessions_of(any_world.tutor) == before + 1


def at_once(sendings: list[Callable[[], object]]) -> list[int]:
    start, statuses = threading.Barrier(len(sendings)), []

    def send(sending: Callable[[], object]) -> None:
        start.wait()
        statuses.append(sending().status_code)

    threads = [threading.Thread(target=send, args=[sending]) for sending in sendings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return statuses


def test_second_step_is_over_after_five_minutes(
    phone: Authenticator, client_of: ClientOf, clock: Clock
) -> None:
    client = at_second_step(client_of)
    clock.move(minutes=5)
    assert client.get(CODE_PAGE).status_code == 200
    clock.move(seconds=1)
    assert client.get(CODE_PAGE).location == "/sign-in"
    assert give(client, phone.code()).location == "/sign-in"
    assert not has_session(client)


@pytest.mark.parametrize("cookie", ["", "x", "WzEsImEiLCIvIl0.aaaa.bbbb", "é", "[5]"])
def test_forged_step_opens_nothing(phone: Authenticator, client_of: ClientOf, cookie: str) -> None:
    client = client_of()
    client.set_cookie(STEP_COOKIE, cookie, path="/sign-in")
    assert client.get(CODE_PAGE).location == "/sign-in"
    assert give(client, phone.code()).location == "/sign-in"
    assert not has_session(client)


def test_step_of_a_password_that_changed_is_over(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    client = at_second_step(client_of)
    with transaction() as session:
        session.merge(world.tutor).password_hash = hash_password("une autre phrase")
    assert give(client, phone.code()).location == "/sign-in"
    assert not has_session(client)


def test_step_of_a_disabled_account_is_over(
    world: World, phone: Authenticator, client_of: ClientOf, clock: Clock
) -> None:
    client = at_second_step(client_of)
    with transaction() as session:
        session.merge(world.tutor).disabled_at = clock.now
    assert give(client, phone.code()).location == "/sign-in"


def test_a_reset_link_is_no_second_step_nor_the_contrary(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    client = at_second_step(client_of)
    step = client.get_cookie(STEP_COOKIE, path="/sign-in").value
    assert client.get(f"/new-password/{step}").status_code == 410


def test_second_step_without_a_form_token_is_refused(world: World, sqlite_url: str, tmp_path) -> None:
    app = make_app(sqlite_url, tmp_path)
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post(CODE_PAGE, data={"code": "123456"}).status_code == 400


# -- every way to a session asks for it -----------------------------------------------------------


def test_reset_link_changes_the_password_and_then_asks(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    manager = client_of(world.manager)
    path = f"/programmes/cohorts/{world.cohort.id}/members/{membership_of(world.tutor)}"
    answer = manager.post(f"{path}/new-password", follow_redirects=True)
    link = re.search(r"/new-password/[^\"]+", answer.text)[0]
    client = client_of()
    assert client.post(link, data={"password": "une autre phrase"}).location == CODE_PAGE
    assert not has_session(client)
    assert client.get(link).status_code == 410
    assert give(client, phone.code()).location == "/"
    assert has_session(client)


def membership_of(user: User) -> int:
    with reading() as session:
        return session.scalars(select(Membership.id).where(Membership.user_id == user.id)).first()


def test_sign_in_on_an_invitation_asks_and_then_comes_back_to_it(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    with transaction() as session:
        made = invite_tutor(
            session,
            world.actor(session, "other_manager"),
            world.other_cohort.id,
            Invitee(world.tutor.email, "Tutor"),
            Terms(),
        )
    link, client = f"/invitations/{made.token}", client_of()
    assert client.post(link, data={"password": PHRASE}).location == CODE_PAGE
    assert not has_session(client)
    with reading() as session:
        taken = select(Membership).where(Membership.user_id == world.tutor.id)
        assert len(session.scalars(taken).all()) == 1
    assert give(client, phone.code()).location == link
    assert client.post(link).status_code == 302
    with reading() as session:
        assert len(session.scalars(taken).all()) == 2


def test_no_other_way_opens_a_session_of_a_user() -> None:
    """`accounts.enter` is the one door: it raises CodeNeeded, and only the second step passes it."""
    root = Path(__file__).resolve().parents[2] / "workspace"
    sources = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.py")}
    opening = {name for name, text in sources.items() if "open_session(" in text}
    assert opening == {"services/sessions.py", "services/accounts.py", "services/guests.py"}
    assert sources["services/accounts.py"].count("open_session(") == 1
    assert {name for name, text in sources.items() if "with_code=True" in text} == {"web/auth/second_step.py"}


# -- recovery codes -------------------------------------------------------------------------------


def recover(client: FlaskClient, code: str):
    return client.post(CODE_PAGE, data={"recovery": code})


def test_recovery_code_opens_a_session_once(world: World, codes: list[str], client_of: ClientOf) -> None:
    client = at_second_step(client_of)
    assert recover(client, codes[3]).location == "/"
    assert "Il vous reste 9 codes de secours" in client.get("/account").text
    again = at_second_step(client_of)
    answer = recover(again, codes[3])
    assert answer.status_code == 422
    assert "déjà servi" in answer.text
    assert "<details" in answer.text
    assert not has_session(again)
    assert recover(again, codes[4]).status_code == 302


@pytest.mark.parametrize("change", [str.upper, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_recovery_code_may_be_written_otherwise(
    codes: list[str], client_of: ClientOf, change: Callable[[str], str]
) -> None:
    assert recover(at_second_step(client_of), change(codes[0])).status_code == 302


@pytest.mark.parametrize("code", ["", "x", "abcd-efgh-jkmn-pqrs", "\x00" * 16, "é" * 16])
def test_wrong_recovery_code_is_refused_in_place(codes: list[str], client_of: ClientOf, code: str) -> None:
    client = at_second_step(client_of)
    answer = recover(client, code)
    assert answer.status_code == 422
    assert 'href="#recovery"' in answer.text
    assert not has_session(client)


def test_recovery_code_of_somebody_else_opens_nothing(
    world: World, app: Flask, codes: list[str], clock: Clock, client_of: ClientOf
) -> None:
    turn_on(app, clock, world.manager)
    client = client_of()
    sign_in(client, "manager@exemple.fr")
    assert recover(client, codes[0]).status_code == 422


def test_new_recovery_codes_ask_for_a_code_and_replace_the_former(
    world: World, app: Flask, clock: Clock, client_of: ClientOf
) -> None:
    phone, former = turn_on(app, clock, world.tutor)
    tutor = client_of(world.tutor)
    wrong = tutor.post(f"{PAGE}/codes", data={"fresh_code": phone.wrong_code()})
    assert wrong.status_code == 422
    assert 'href="#fresh_code"' in wrong.text
    codes = shown_codes(tutor.post(f"{PAGE}/codes", data={"fresh_code": phone.code()}).text)
    assert len(set(codes)) == 10
    assert recover(at_second_step(client_of), former[0]).status_code == 422
    assert recover(at_second_step(client_of), codes[0]).status_code == 302


# -- off, and lost --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [{"password": "pas la bonne"}, {"code": "000000"}, {"code": ""}, {"password": ""}, {"code": "x" * 16}],
)
def test_turning_it_off_needs_password_and_code(
    world: World, phone: Authenticator, client_of: ClientOf, values: dict[str, str]
) -> None:
    tutor = client_of(world.tutor)
    answer = tutor.post(f"{PAGE}/off", data={"password": PHRASE, "code": phone.code(), **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert sign_in(client_of()).location == CODE_PAGE


@pytest.mark.parametrize("by", ["code", "recovery"])
def test_it_is_turned_off(world: World, app: Flask, clock: Clock, client_of: ClientOf, by: str) -> None:
    phone, codes = turn_on(app, clock, world.tutor)
    tutor = client_of(world.tutor)
    before = tutor.get_cookie(COOKIE).value
    code = phone.code() if by == "code" else codes[0]
    assert tutor.post(f"{PAGE}/off", data={"password": PHRASE, "code": code}).status_code == 302
    assert tutor.get_cookie(COOKIE).value != before
    assert tutor.get("/account").status_code == 200
    assert sign_in(client_of()).location == "/"
    with reading() as session:
        assert not session.scalars(select(RecoveryCode)).all()


def test_manager_removes_a_lost_one_and_its_sessions_end(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    tutor, manager = client_of(world.tutor), client_of(world.manager)
    path = f"/programmes/cohorts/{world.cohort.id}/members/{membership_of(world.tutor)}"
    removal = f"{path}/remove-second-factor"
    assert removal in manager.get(path).text
    assert manager.post(removal).status_code == 302
    assert removal not in manager.get(path).text
    assert tutor.get("/account").status_code == 302
    assert sign_in(client_of()).location == "/"
    assert "n’utilise pas" in html.unescape(manager.post(removal, follow_redirects=True).text)


@pytest.mark.parametrize(
    ("who", "status"), [("tutor", 403), ("alice", 403), ("zoe", 404), ("other_manager", 404)]
)
def test_only_the_manager_removes_one(
    world: World, phone: Authenticator, client_of: ClientOf, who: str, status: int
) -> None:
    removal = (
        f"/programmes/cohorts/{world.cohort.id}/members/{membership_of(world.tutor)}/remove-second-factor"
    )
    assert client_of(world.people[who]).post(removal).status_code == status
    assert sign_in(client_of()).location == CODE_PAGE


def test_manager_reaches_nobody_who_also_has_a_role_elsewhere(
    world: World, phone: Authenticator, client_of: ClientOf
) -> None:
    with transaction() as session:
        grant(session, world.tutor, Role.TUTOR, cohort_id=world.other_cohort.id)
    path = f"/programmes/cohorts/{world.cohort.id}/members/{membership_of(world.tutor)}/remove-second-factor"
    answer = client_of(world.manager).post(path, follow_redirects=True)
    assert "un rôle ailleurs" in answer.text
    assert sign_in(client_of()).location == CODE_PAGE


def test_whoever_runs_the_installation_removes_anybody_s(
    world: World, app: Flask, clock: Clock, client_of: ClientOf, sqlite_url: str, tmp_path: Path
) -> None:
    turn_on(app, clock, world.manager)
    manager = client_of(world.manager)
    environment = {"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": sqlite_url}

    def run(email: str) -> Result:
        return CliRunner().invoke(main, ["remove-second-factor", email], env=environment)

    assert run("nobody@exemple.fr").exit_code == 2
    assert "Manager se connecte de nouveau" in run(" MANAGER@exemple.fr ").output
    assert run("manager@exemple.fr").exit_code == 2
    assert manager.get("/account").status_code == 302
    assert sign_in(client_of(), "manager@exemple.fr").location == "/"


def test_another_secret_key_of_the_application_leaves_recovery_codes(
    world: World, app: Flask, codes: list[str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "secret_key", "another key, after the first was lost")
    client = app.test_client()
    sign_in(client)
    assert give(client, "123456").status_code == 422
    assert recover(client, codes[0]).status_code == 302


def test_it_reads_in_english(phone: Authenticator, client_of: ClientOf, world: World) -> None:
    client = at_second_step(client_of)
    client.post("/language", data={"locale": "en"})
    assert "Second step: your code" in client.get(CODE_PAGE).text
    assert "Wrong" in give(client, "000000").text or "not the right" in give(client, "000000").text


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, for SHA-1, cut to six digits."""
    totp = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    for at, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert totp.at(at) == code
