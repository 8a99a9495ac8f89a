"""Messages by mail: what they say, that they leave, and what becomes of them when they cannot."""

import html
import re
import ssl
import subprocess
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from models.base import utcnow
from models.invitation import Invitation
from models.membership import Membership
from models.notification import NotificationKind, notify
from models.people import LoginSession, SignInLink, User
from models.policy import Role
from models.session import reading, transaction
from tests.factories import World, make_user
from tests.mail.conftest import Install, Installation
from tests.mail.server import MailServer, html_of, text_of
from workspace.services.passwords import hash_password
from workspace.services.tokens import token_hash

LEARNER = {
    "people": "Nina Roy nina@ville.fr",
    "message": "Au plaisir <b>de vous lire</b>",
    "valid_days": "14",
}


def _invite(sending: Installation, world: World, people: str = LEARNER["people"]) -> None:
    answer = sending.client(world.manager).post(
        f"/programmes/teams/{world.team.id}/invite", data={**LEARNER, "people": people}
    )
    assert answer.status_code == 302


def _link(text: str, path: str) -> str:
    found = re.search(rf"http://localhost({path}/[\w.-]+)", text)
    assert found, text
    return found[1]


def _link_mail(sending: Installation, mail_server: MailServer, email: str) -> str:
    assert sending.client().post("/sign-in/link", data={"email": email}).status_code == 200
    sending.work()
    return text_of(mail_server.taken[-1])


def test_invitation_arrives_in_both_languages_and_its_link_works_once(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    _invite(sending, world)
    sending.work()
    (message,) = mail_server.taken
    assert (message["To"], message["From"]) == ("nina@ville.fr", "L’Établi <etabli@formation.example>")
    assert message["Content-Language"] == "fr, en"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert "vous invite à rejoindre l’équipe" in message["Subject"]
    text = text_of(message)
    assert "Au plaisir <b>de vous lire</b>" in text
    assert "Hello," in text
    assert "Au plaisir &lt;b&gt;de vous lire&lt;/b&gt;" in html_of(message)
    path = _link(text, "/invitations")
    assert path in html_of(message)
    account = {"name": "Nina Roy", "title": "", "time_zone": "Europe/Paris", "password": "une phrase à moi"}
    assert sending.client().get(path).status_code == 200
    assert sending.client().post(path, data=account).status_code == 302
    assert sending.client().post(path, data=account).status_code == 410
    with reading() as session:
        joined = session.scalars(
            select(Membership).join(User, User.id == Membership.user_id).where(User.email == "nina@ville.fr")
        ).one()
        row = session.scalars(select(Invitation).where(Invitation.email == "nina@ville.fr")).one()
    assert (joined.role, joined.team_id) == (Role.LEARNER, world.team.id)
    assert row.mailed_at is not None
    assert sending.jobs() == []


def test_shown_link_and_mailed_link_are_one_invitation(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    manager = sending.client(world.manager)
    manager.post(f"/programmes/teams/{world.team.id}/invite", data=LEARNER)
    page = manager.get(f"/programmes/cohorts/{world.cohort.id}")
    sending.work()
    mailed = _link(text_of(mail_server.taken[-1]), "/invitations")
    shown = re.search(r"/invitations/[\w-]{43}", html.unescape(page.text))
    assert shown, page.status_code
    assert shown[0] != mailed
    account = {"name": "Nina", "title": "", "time_zone": "Europe/Paris", "password": "une phrase à moi"}
    assert sending.client().post(shown[0], data=account).status_code == 302
    assert sending.client().get(mailed).status_code == 410


def test_known_person_is_written_to_in_their_language(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    with transaction() as session:
        make_user(session, "nina", locale="en")
    _invite(sending, world, "nina@exemple.fr")
    sending.work()
    (message,) = mail_server.taken
    assert message["Content-Language"] == "en"
    assert "invites you to join the team" in message["Subject"]
    assert "Bonjour" not in text_of(message)


def test_invitation_withdrawn_meanwhile_is_not_sent(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    _invite(sending, world)
    with transaction() as session:
        session.execute(update(Invitation).values(revoked_at=utcnow()))
    sending.work()
    assert mail_server.taken == []
    assert sending.jobs() == []


def test_renewed_invitation_is_sent_again_and_the_first_link_is_dead(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    _invite(sending, world)
    sending.work()
    with reading() as session:
        row = session.scalars(select(Invitation).where(Invitation.email == "nina@ville.fr")).one()
    path = f"/programmes/cohorts/{world.cohort.id}/invitations/{row.id}/renew"
    assert sending.client(world.manager).post(path).status_code == 302
    sending.work()
    first, second = (_link(text_of(message), "/invitations") for message in mail_server.taken)
    assert sending.client().get(first).status_code == 404
    assert sending.client().get(second).status_code == 200


@pytest.mark.parametrize("answer", ["451 try later", "421 too busy"])
def test_message_is_tried_again_until_it_leaves(
    sending: Installation, mail_server: MailServer, world: World, answer: str
) -> None:
    mail_server.answers = [answer, answer]
    _invite(sending, world)
    sending.work()
    sending.work()
    assert mail_server.taken == []
    (job,) = sending.jobs()
    assert job.attempts == 2
    assert "nina" not in job.last_error
    sending.work()
    (message,) = mail_server.taken
    assert sending.client().get(_link(text_of(message), "/invitations")).status_code == 200
    assert sending.jobs() == []


def test_server_that_is_away_is_waited_for(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    mail_server.stop()
    _invite(sending, world)
    sending.work()
    (job,) = sending.jobs()
    assert (job.attempts, job.failed_at) == (1, None)
    assert job.run_at > utcnow()
    mail_server.start()
    sending.work()
    assert len(mail_server.taken) == 1


def test_refused_address_is_told_to_who_invited_and_not_tried_again(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    mail_server.refused = frozenset({"nina@ville.fr"})
    _invite(sending, world)
    sending.work()
    assert sending.jobs() == []
    page = sending.client(world.manager).get(f"/programmes/cohorts/{world.cohort.id}")
    assert "adresse refusée" in page.text


def test_same_message_asked_twice_is_sent_once(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    for _ in range(3):
        sending.client().post("/sign-in/link", data={"email": "ALICE@exemple.fr "})
    sending.work()
    assert len(mail_server.taken) == 1


def test_link_by_mail_signs_in_once(sending: Installation, mail_server: MailServer, world: World) -> None:
    path = _link(_link_mail(sending, mail_server, "alice@exemple.fr"), "/sign-in/link")
    page = sending.client().get(path)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    client = sending.client()
    assert client.post(path, data={"next": "//evil.example"}).location == "/"
    assert client.get("/account").status_code == 200
    assert sending.client().post(path).status_code == 410
    assert sending.client().get(path).status_code == 410
    with reading() as session:
        assert session.scalars(select(SignInLink)).all() == []


def test_of_many_uses_of_a_link_exactly_one_opens_a_session(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    path = _link(_link_mail(sending, mail_server, "alice@exemple.fr"), "/sign-in/link")
    start, answers = Barrier(12), []

    def use() -> None:
        client = sending.client()
        start.wait()
        answers.append(client.post(path).status_code)

    threads = [Thread(target=use) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302] + [410] * 11
    with reading() as session:
        opened = session.scalars(select(LoginSession).where(LoginSession.user_id == world.alice.id)).all()
    assert len(opened) == 1


def test_link_by_mail_is_over_after_twenty_minutes(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    path = _link(_link_mail(sending, mail_server, "alice@exemple.fr"), "/sign-in/link")
    with transaction() as session:
        session.execute(update(SignInLink).values(expires_at=utcnow() - timedelta(seconds=1)))
    assert sending.client().get(path).status_code == 410
    assert sending.client().post(path).status_code == 410


def test_only_hashes_of_links_are_stored(
    sending: Installation, mail_server: MailServer, world: World, sqlite_folder: Path
) -> None:
    text = _link_mail(sending, mail_server, "alice@exemple.fr")
    _invite(sending, world)
    sending.work()
    secrets = [_link(text, "/sign-in/link"), _link(text_of(mail_server.taken[-1]), "/invitations")]
    for secret in (path.rsplit("/", 1)[1] for path in secrets):
        stored = b"".join(path.read_bytes() for path in sqlite_folder.iterdir())
        assert secret.encode() not in stored
        assert token_hash(secret).encode() in stored


def test_link_by_mail_also_chooses_another_password(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    with transaction() as session:
        session.get_one(User, world.alice.id).password_hash = hash_password("une phrase ancienne")
    path = _link(_link_mail(sending, mail_server, "alice@exemple.fr"), "/new-password")
    assert sending.client().post(path, data={"password": "une phrase toute neuve"}).status_code == 302
    assert sending.client().post(path, data={"password": "une autre phrase"}).status_code == 410
    form = {"email": "alice@exemple.fr", "password": "une phrase toute neuve"}
    assert sending.client().post("/sign-in", data=form).status_code == 302
    sending.work()
    assert "mot de passe a été changé" in mail_server.taken[-1]["Subject"]


def test_answer_is_the_same_for_an_address_nobody_has(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    known = sending.client().post("/sign-in/link", data={"email": "alice@exemple.fr"})
    unknown = sending.client().post("/sign-in/link", data={"email": "malik@exemple.fr"})
    assert known.status_code == unknown.status_code == 200
    assert len(sending.jobs()) == 2, "the same work is done"
    strip = re.compile(r'nonce="[^"]+"|content="[^"]+"|value="[^"]+"|(alice|malik)(@|%40)exemple.fr')
    assert strip.sub("", known.text) == strip.sub("", unknown.text)
    sending.work()
    assert [message["To"] for message in mail_server.taken] == ["alice@exemple.fr"]


def test_closed_account_gets_no_link(sending: Installation, mail_server: MailServer, world: World) -> None:
    with transaction() as session:
        session.get_one(User, world.alice.id).disabled_at = utcnow()
    sending.client().post("/sign-in/link", data={"email": "alice@exemple.fr"})
    sending.work()
    assert mail_server.taken == []


def test_link_that_could_not_leave_for_half_an_hour_is_not_sent(
    sending: Installation, mail_server: MailServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending.client().post("/sign-in/link", data={"email": "alice@exemple.fr"})
    monkeypatch.setattr("workspace.mail.letters.ASKED_LATELY", timedelta(0))
    sending.work()
    assert (mail_server.taken, sending.jobs()) == ([], [])


def _tell(world: World) -> None:
    with transaction() as session:
        kind = NotificationKind.FEEDBACK_RELEASED
        notify(session, [world.alice.id], kind, who="Tom", subject="Accueil", url="/notifications")


def test_invented_people_are_never_written_to(
    sending: Installation, mail_server: MailServer, world: World
) -> None:
    with transaction() as session:
        session.get_one(User, world.alice.id).is_demo = True
    sending.client().post("/sign-in/link", data={"email": "alice@exemple.fr"})
    sending.work()
    assert (mail_server.taken, sending.jobs()) == ([], [])


def test_developer_reads_the_messages_on_a_page(catching: Installation, world: World) -> None:
    _invite(catching, world)
    catching.work()
    client = catching.client()
    page = client.get("/mails")
    assert "vous invite à rejoindre l’équipe" in html.unescape(page.text)
    path = re.search(r"/mails/\d+", page.text)
    assert path
    shown = client.get(path[0])
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    inside = client.get(f"{path[0]}/html")
    assert "sandbox" in inside.headers["Content-Security-Policy"]
    assert client.get(_link(html.unescape(shown.text), "/invitations")).status_code == 200
    assert client.post("/mails/clear").status_code == 302
    assert "Aucun message" in client.get("/mails").text


@pytest.mark.parametrize("path", ["/mails", "/mails/1", "/mails/1/html"])
@pytest.mark.parametrize(
    "environ",
    [
        {"ETABLI_SMTP_URL": "smtp://127.0.0.1:1", "ETABLI_MAIL_FROM": "etabli@formation.example"},
        {
            "ETABLI_ENV": "production",
            "ETABLI_ORIGINS": "https://localhost",
            "ETABLI_TRUSTED_PROXIES": "0",
            "ETABLI_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789",
        },
    ],
    ids=["where mail leaves", "in production"],
)
def test_messages_are_kept_nowhere_else(
    install: Install, world: World, environ: dict[str, str], path: str
) -> None:
    installation = install(**environ)
    assert installation.client().get(path, base_url="https://localhost").status_code == 404


def test_messages_are_shown_to_this_machine_only(catching: Installation) -> None:
    client = catching.client()
    assert client.get("/mails", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert client.get("/mails", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404


def test_without_a_mail_server_links_are_passed_on_by_hand(install: Install, world: World) -> None:
    installation = install(
        ETABLI_ENV="production",
        ETABLI_ORIGINS="https://localhost",
        ETABLI_TRUSTED_PROXIES="0",
        ETABLI_SECRET_KEY="abcdefghijklmnopqrstuvwxyz0123456789",  # noqa: S106
    )
    client = installation.client()
    assert client.get("/sign-in/link", base_url="https://localhost").status_code == 404
    assert "Recevoir un lien" not in client.get("/sign-in", base_url="https://localhost").text
    _tell(world)
    installation.work()
    assert installation.jobs() == [], "nothing piles up"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that this process trusts."""
    key, found = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", found]
    subprocess.run(["openssl", *made.split(), *named], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(found))
    return found, key


def _secure(certificate: tuple[Path, Path]) -> MailServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return MailServer(tls=context).start()


def test_password_of_the_mail_server_crosses_an_encrypted_line(
    install: Install, world: World, certificate: tuple[Path, Path]
) -> None:
    server = _secure(certificate)
    try:
        installation = install(
            ETABLI_SMTP_URL=f"smtp://etabli:un%20mot%20de%20passe@127.0.0.1:{server.port}",
            ETABLI_MAIL_FROM="etabli@formation.example",
        )
        _invite(installation, world)
        installation.work()
    finally:
        server.stop()
    assert (len(server.taken), server.passwords) == (1, [b"un mot de passe"])


def test_password_is_not_sent_over_an_open_line_nor_to_an_unknown_certificate(
    install: Install,
    world: World,
    mail_server: MailServer,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def tried(port: int) -> Installation:
        return install(
            ETABLI_SMTP_URL=f"smtp://etabli:un%20mot%20de%20passe@127.0.0.1:{port}",
            ETABLI_MAIL_FROM="etabli@formation.example",
        )

    installation = tried(mail_server.port)
    _invite(installation, world)
    installation.work()
    assert mail_server.taken == []
    server = _secure(certificate)
    monkeypatch.delenv("SSL_CERT_FILE")
    try:
        tried(server.port).work()
    finally:
        server.stop()
    assert (server.taken, server.passwords) == ([], [])
    (job,) = installation.jobs()
    assert job.attempts == 2
