"""From a form to a mailbox: the server, the worker that it starts, a real mail server."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.live.live_support import LiveServer, eventually
from tests.mail.server import MailServer, text_of

pytestmark = pytest.mark.live
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_invitation_reaches_a_mailbox_and_its_link_opens(
    make_database: Callable[[str], str], tmp_path: Path
) -> None:
    mailbox = MailServer().start()
    server = LiveServer(
        tmp_path,
        make_database("sqlite"),
        ETABLI_SMTP_URL=f"smtp://127.0.0.1:{mailbox.port}",
        ETABLI_MAIL_FROM="L’Établi <etabli@formation.example>",
    ).start()
    try:
        manager = server.sign_in("manager")
        path = f"/programmes/teams/{server.world.team.id}/invite"
        people = urlencode({"people": "Nina Roy nina@ville.fr", "message": "", "valid_days": "14"})
        assert manager.post(path, people.encode(), **FORM).status == 302
        eventually(lambda: mailbox.taken, 60, "the message")
        link = re.search(r"http://127\.0\.0\.1:\d+(/invitations/[\w-]+)", text_of(mailbox.taken[0]))
        assert link
        assert server.request("GET", link[1]).status == 200
        assert "nina" not in server.errors()
    finally:
        server.stop()
        mailbox.stop()
