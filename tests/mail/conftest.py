"""An installation that sends its mail to a server of the tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models.base import utcnow
from models.job import Job, JobKind
from models.session import reading, transaction
from tests.conftest import COOKIE, make_app
from tests.factories import World
from tests.mail.server import MailServer
from workspace.jobs.mail import Mailer
from workspace.jobs.worker import Worker
from workspace.services.sessions import open_session


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer().start()
    yield server
    server.stop()


@dataclass
class Installation:
    """The application, and the worker that sends its mail."""

    app: Flask
    worker: Worker

    def client(self, user: object | None = None) -> FlaskClient:
        """A browser, signed in as `user`."""
        client = self.app.test_client()
        if user is not None:
            with transaction() as session:
                client.set_cookie(COOKIE, open_session(session, user_id=user.id))  # type: ignore[attr-defined]
        return client

    def work(self) -> None:
        """Run what is due, and what had to wait for another try."""
        with transaction() as session:
            session.execute(update(Job).where(Job.kind == JobKind.SEND_MAIL).values(run_at=utcnow()))
        self.worker.turn()

    def jobs(self) -> list[Job]:
        """The messages that wait."""
        with reading() as session:
            return list(session.scalars(select(Job).where(Job.kind == JobKind.SEND_MAIL)))


Install = Callable[..., Installation]


@pytest.fixture
def install(sqlite_url: str, tmp_path: Path) -> Install:
    def make(**environ: str) -> Installation:
        app = make_app(sqlite_url, tmp_path, **{"ETABLI_ORIGINS": "http://localhost", **environ})
        settings = app.config["SETTINGS"]
        mailer = Mailer(settings)
        mailer.__dict__["_app"] = app  # it would make one like it
        return Installation(app, Worker(mailer.run if settings.mail != "off" else None))

    return make


@pytest.fixture
def sending(install: Install, mail_server: MailServer, world: World) -> Installation:
    """Mail goes to `mail_server`."""
    return install(
        ETABLI_SMTP_URL=f"smtp://127.0.0.1:{mail_server.port}",
        ETABLI_MAIL_FROM="L’Établi <etabli@formation.example>",
    )


@pytest.fixture
def catching(install: Install, world: World) -> Installation:
    """Mail is kept, as on a developer's machine."""
    return install(ETABLI_DEMO="0")
