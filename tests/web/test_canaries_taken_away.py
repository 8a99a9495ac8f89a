"""The secrets of `tests/canaries.py` in what is taken away: files of boards, copies of data, calendars.

Bytes that a search would not see are unpacked first: archives, the words and facts of PDFs and pictures.
"""

import pytest
from flask import Flask

from models.session import transaction
from tests.canaries import Planted, leaks
from tests.conftest import ClientOf
from tests.web.test_canaries import PEOPLE, client_named, planted, stolen
from workspace.services.calendar_feeds import make_feed
from workspace.web.boards.exporting import KINDS

__all__ = ["planted"]

NOTE = "note on a board that is closed"


@pytest.mark.parametrize("name", PEOPLE)
def test_no_file_of_a_board_holds_a_secret_of_others(
    planted: Planted, client_of: ClientOf, name: str
) -> None:
    client, taken, wrong = client_named(planted, client_of, name), set(), []
    for which, board_id in planted.ids["board_id"].items():
        for kind in KINDS:
            answer = client.get(f"/boards/{board_id}/export/file?format={kind}")
            found = leaks(planted, answer)
            wrong += [f"{which}.{kind}: shows {what}" for what in stolen(planted, name, found)]
            if NOTE in found:
                taken.add(kind)
    assert wrong == []
    if name in ("alice", "tutor", "guest"):
        assert taken == set(KINDS) - {"png"}, "the control; the words of a picture are drawn"


@pytest.mark.parametrize("name", PEOPLE)
def test_no_copy_of_ones_data_holds_a_secret_of_others(
    planted: Planted, client_of: ClientOf, name: str
) -> None:
    answer = client_named(planted, client_of, name).post("/account/data")
    found = leaks(planted, answer)
    assert stolen(planted, name, found) == []
    if name == "alice":
        assert {"alice's private note", "somebody else's notification"} <= set(found)
    if name not in ("anonymous", "gone"):
        assert answer.mimetype == "application/zip"


@pytest.mark.parametrize("name", PEOPLE)
def test_no_calendar_holds_a_secret_of_others(planted: Planted, app: Flask, name: str) -> None:
    person = planted.world.people.get(name)
    if person is None:
        return  # guests have no calendar
    with transaction() as session:
        token = make_feed(session, planted.world.actor(session, name))
    answer = app.test_client().get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    found = leaks(planted, answer)
    assert stolen(planted, name, found) == []
    if name in ("alice", "paul", "tutor"):
        assert {"session's title", "session's place", "session's note"} <= set(found)


@pytest.mark.parametrize("name", PEOPLE)
def test_no_table_of_the_audit_log_holds_a_secret_of_others(
    planted: Planted, client_of: ClientOf, name: str
) -> None:
    client = client_named(planted, client_of, name)
    for board_id in planted.ids["board_id"].values():
        client.get(f"/boards/{board_id}/export/file?format=md")
    assert stolen(planted, name, leaks(planted, client.post("/audit/export"))) == []


def test_vote_changes_nothing_of_what_others_are_told(planted: Planted, client_of: ClientOf) -> None:
    """Points are numbers, no words to search for: the same question is asked before and after."""
    board_id, ballot_id = planted.ids["board_id"]["closed"], planted.ids["ballot_id"]["closed"]

    def told() -> dict[str, object]:
        answers = {
            name: client_named(planted, client_of, name).get(f"/boards/{board_id}/rounds").get_json()
            for name in PEOPLE
        }
        for answer in answers.values():
            (answer or {}).pop("now", None)
        return answers

    before = told()
    vote = {"note": "demo-0", "points": 2}
    voted = client_of(planted.world.bob).post(f"/boards/{board_id}/ballots/{ballot_id}/points", json=vote)
    assert voted.status_code == 200
    after = told()
    assert before.pop("bob") != after.pop("bob"), "the control: one reads one's own"
    assert before == after
