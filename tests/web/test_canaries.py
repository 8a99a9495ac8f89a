"""A secret in every private text: every byte that anybody can get is searched, and holds only what is theirs.

`MAY_READ` is the reviewed list: from the product's rules, who may read each kind of secret. Pages, JSON,
searches, exports and downloads come by HTTP; what a joined board sends comes by sockets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.base import utcnow
from models.board.objects.link import LINK_KINDS
from models.partner import Sector
from models.session import transaction
from tests.canaries import Planted, attempts, leaks, plant, secrets_in, send
from tests.conftest import ClientOf
from tests.factories import World
from tests.matrix.places import Places, make_private
from tests.matrix.sockets import Socket, Sockets
from workspace.services.sessions import open_session

TEAM = frozenset({"alice", "bob"})
INSIDE = TEAM | {"tutor", "manager"}
GUESTS = frozenset({"partner", "guest", "reader"})
RESCUER = frozenset({"rescuer"})
"""The administrator who has opened the project: reads what its team shows, for some hours."""
TAKING_PART = INSIDE | GUESTS | RESCUER
PEOPLE = (
    *("alice", "bob", "paul", "zoe", "tutor", "other_tutor", "manager", "other_manager"),
    *("observer", "other_observer", "partner", "stranger", "guest", "reader", "gone", "anonymous"),
    *("admin", "rescuer"),
)

# What a secret is called in tests/canaries.py, and who may read it: the first line that fits.
MAY_READ: tuple[tuple[str, frozenset[str]], ...] = (
    # People: the cohort knows its members; partners and guests the team; addresses are for who manages them.
    (r"bob's name", TAKING_PART | {"paul"}),
    (r"tutor's name", TAKING_PART | {"paul"}),
    (r"paul's name", INSIDE | {"paul"}),
    (r"manager's name", TAKING_PART),  # on a board, who is there is seen by who else is there
    (r"partner's (name|title)", TAKING_PART),
    (r"(bob|tutor|paul|manager)'s title", INSIDE | {"paul"}),
    (r"(other_tutor|zoe|other_manager) e-mail", frozenset({"other_manager"})),
    (r"stranger e-mail", frozenset()),
    (r"partner e-mail", TEAM),
    (r"élu e-mail", TEAM | {"manager"}),
    (r"invited e-mail|invited name|invitation's message", TEAM | {"manager"}),
    (r"\w+ e-mail", frozenset({"manager"})),
    (r"(guest|reader|gone)'s name", TAKING_PART),
    (r"(guest|reader|gone)'s organisation|another guest", INSIDE | RESCUER),
    # The cohort and its calendar; who was away is for the sheet, which names nobody to others.
    (r"cohort's name", INSIDE | RESCUER | {"paul", "admin"}),
    (r"session's \w+", INSIDE | {"paul"}),
    # Break-glass: those whose project it is, while it lasts; whoever administers.
    (r"reason of break-glass", TAKING_PART | {"admin"}),
    # The project and its problem: the cohort, as it is shared, and those who take part.
    (r"problem's .*|lever|summary", TAKING_PART | {"paul"}),
    (r"due|word on a step|journal .*", INSIDE | RESCUER),
    (r"problem being drafted", frozenset({"paul"})),
    # Boards.
    (r"note (removed from|on) a board that is archived", frozenset()),
    (r"board that is archived", TEAM),
    (r"(note|picture) on a board that is closed|board that is closed", TAKING_PART),
    (r"note removed from a board that is (closed|open)", TAKING_PART),
    # What is led on boards: who works there and who follows; what is written in silence, its author.
    (r"prompt of a round|step of a workshop|(question|result) of a vote", TAKING_PART),
    (r"words of a vote that is open", frozenset()),
    (r"alice's private note", frozenset({"alice"})),
    # What a tutor keeps of a board: the teams of the cohort, who may open a board like it.
    (r"saved template's \w+", INSIDE | {"paul"}),
    # Comments: those who read the board, and no élu, whatever the team shows.
    (r"words of a note that was commented|comment(, resolved)?", TAKING_PART),
    # Solutions: those who take part; none is published.
    (r"solution's (title|words|reason|source)", TAKING_PART),
    # What was kept of boards and texts: who reads them; unpinned, its team.
    (r"(note on|title of) a state that is pinned", TAKING_PART),
    (r"(note on|title of) a state that is unpinned", TEAM),
    (r"frozen draft", TEAM | {"tutor"}),
    # Milestones: the cohort its own, the team what is its.
    (r"cohort's milestone", INSIDE | RESCUER | {"paul"}),
    (r"team's milestone|word on a milestone", INSIDE | RESCUER),
    # Feedback, briefs, questions.
    (r"feedback draft|words of a note that feedback draft is about|tutor's phrase", frozenset({"tutor"})),
    (r"feedback released|answer to feedback|words of a note that feedback released is about", INSIDE),
    (r"feedback to bob, draft", frozenset({"tutor"})),
    (r"feedback to bob, released|bob's answer to feedback", frozenset({"bob", "tutor"})),
    # Reviews between teams: who leads and who writes; the team reviewed once they are given.
    (r"(round of reviews|review by a peer's team), open", frozenset({"paul", "tutor", "manager"})),
    (r"(round of reviews|review by a peer's team), released", INSIDE | {"paul"}),
    # Assessments: whose they are and the tutors; managers read the levels and no word.
    (r"team's appreciation", TEAM | {"tutor"}),
    (r"team's mark", INSIDE),
    (r"bob's appreciation", frozenset({"bob", "tutor"})),
    (r"bob's mark", frozenset({"bob", "tutor", "manager"})),
    (r"draft of .* (appreciation|mark)", frozenset({"tutor"})),
    (r"meaning of a level .*", INSIDE | {"paul"}),  # whoever reviews another team reads the rubric
    (r"draft brief: .*", TEAM | {"tutor"}),
    (r"other brief: .*", frozenset({"zoe", "other_tutor", "other_manager", "other_observer"})),
    (r"other élu", INSIDE | RESCUER),
    (r"another élu's question|answer to another élu", TEAM | {"tutor"}),
    # Shown under the brief, without a name: to every élu of the project and those inside, never to partners.
    (r"shown (question of|answer to) another élu", INSIDE | RESCUER | {"observer"}),
    (r"support offered by another élu|word on support", TEAM | {"tutor"}),
    # Partners in the list, links, what is one person's alone.
    (r"partner", INSIDE | RESCUER | {"paul"}),
    (r"partner's contact", INSIDE),
    (r"partner's contribution", INSIDE | RESCUER),
    (r"link's (label|question)", TEAM),
    # What a team notes of its partners: neither they, nor élus, nor managers.
    (r"contact's (name|text)", TEAM | {"tutor"}),
    (r"somebody else's notification", frozenset({"alice"})),
    (r"somebody's browser", frozenset({"alice"})),
)


def readers(what: str) -> frozenset[str]:
    """Who may read this secret; what one said of oneself is one's own."""
    for pattern, who in MAY_READ:
        if re.fullmatch(pattern, what):
            owner = re.match(r"(\w+)('s name|'s title|'s organisation| e-mail)$", what)
            return who | {owner[1]} if owner else who
    raise AssertionError(f"say in MAY_READ who may read: {what}")


@pytest.fixture
def planted(world: World) -> Planted:
    with transaction() as session:
        return plant(session, world)


def client_named(planted: Planted, client_of: ClientOf, name: str) -> FlaskClient:
    world = planted.world
    return client_of(world.people.get(name), guest=world.guests.get(name))


def searches(planted: Planted) -> Iterator[str]:
    """Addresses that show more when they are asked for more."""
    cohort, board = planted.world.cohort.id, planted.ids["board_id"]["open"]
    yield from ("/problems?q=secret", "/projects?q=secret", "/problems?mine=1&q=secret")
    yield f"/cohorts/{cohort}?grid=people"
    yield f"/cohorts/{cohort}/live?grid=people"
    yield f"/cohorts/{cohort}/assessments/file?format=xlsx"
    yield f"/cohorts/{cohort}/accompaniment?who=learner-{planted.world.bob.id}"
    yield f"/cohorts/{cohort}/accompaniment/file?format=pdf"
    for sector in Sector:
        for what in ("write?letter=news", "note?kind=refused"):
            yield f"/projects/{planted.world.project.id}/involvement/{what}&sector={sector}&name="
    yield f"/boards/{board}/people?clients=1,2,3,77"
    yield f"/projects/{planted.world.project.id}/journal?page=2"
    yield from (f"/projects/{planted.world.project.id}/boards/new?q=secret", "/audit?person=secret")
    yield f"/cohorts/{cohort}/calendar?month={utcnow():%Y-%m}"
    named = ",".join(f"{kind}.{number}" for kind in LINK_KINDS for number in range(1, 40))
    for number in planted.ids["board_id"].values():
        yield f"/boards/{number}/cards?of={named}"
        yield f"/boards/{number}/history?moment=1"
        yield f"/boards/{number}/cards?search=secret"
        for problem in planted.ids["problem_id"].values():
            yield f"/boards/{number}/cards?address=/problems/{problem}"


def stolen(planted: Planted, name: str, found: list[str]) -> list[str]:
    return [what for what in found if name not in readers(what)]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_is_sent_a_secret_that_is_not_theirs(
    planted: Planted, app: Flask, client_of: ClientOf, name: str, accept: str
) -> None:
    client = client_named(planted, client_of, name)
    client.environ_base["HTTP_ACCEPT"] = accept
    wrong = []
    for attempt in attempts(app, planted, {"GET"}):
        found = stolen(planted, name, leaks(planted, client.get(attempt.path)))
        wrong += [f"{attempt}: shows {what}" for what in found]
    for path in searches(planted):
        wrong += [f"{path}: shows {what}" for what in stolen(planted, name, leaks(planted, client.get(path)))]
    assert wrong == []


@pytest.mark.parametrize(
    "name",
    [
        *("zoe", "other_tutor", "other_manager", "stranger", "gone", "anonymous", "reader"),
        *("observer", "other_observer", "partner", "guest", "paul", "admin", "rescuer"),
    ],
)
def test_no_answer_to_a_deed_tells_a_secret(
    planted: Planted, app: Flask, client_of: ClientOf, name: str
) -> None:
    wrong = []
    for attempt in attempts(app, planted, {"POST", "PUT", "PATCH", "DELETE"}):
        answer = send(client_named(planted, client_of, name), attempt)
        wrong += [f"{attempt}: shows {what}" for what in stolen(planted, name, leaks(planted, answer))]
    assert wrong == []


@pytest.mark.parametrize("name", ["alice", "tutor", "manager", "paul", "zoe"])
def test_control_those_inside_do_read_theirs(
    planted: Planted, app: Flask, client_of: ClientOf, name: str
) -> None:
    """A walk that showed nobody anything would prove nothing."""
    client = client_named(planted, client_of, name)
    seen = {
        what
        for attempt in attempts(app, planted, {"GET"})
        for what in leaks(planted, client.get(attempt.path))
    }
    expected = {
        "alice": {
            "feedback released",
            "team's appreciation",
            "draft brief: asked",
            "partner's contact",
            "somebody else's notification",
        },
        "tutor": {
            "feedback draft",
            "draft of alice's mark",
            "note on a board that is closed",
            "journal partner_added",
        },
        "manager": {"bob's mark", "feedback released", "bob e-mail", "invited e-mail"},
        "paul": {"problem being drafted", "summary", "partner"},
        "zoe": {"other brief: asked", "zoe e-mail"},
    }
    assert expected[name] <= seen


def test_rest_of_the_cohort_reads_nothing_of_a_private_project(
    planted: Planted, app: Flask, client_of: ClientOf
) -> None:
    """Not on its own pages, nor on those of the cohort; its journal's lines neither."""
    with transaction() as session:
        make_private(session, planted.world)
    client = client_named(planted, client_of, "paul")
    paths = [attempt.path for attempt in attempts(app, planted, {"GET"})] + list(searches(planted))
    private = re.compile(r"(?!problem being drafted).*(problem's|lever|summary|partner\b|alice's).*")
    shown = {what for path in paths for what in leaks(planted, client.get(path)) if private.fullmatch(what)}
    assert shown == set()


# -- sockets ------------------------------------------------------------------------------------------


@dataclass
class Hall:
    """Where sockets find the planted world."""

    path: Path
    places: Places


@pytest.fixture
def sockets(planted: Planted, sqlite_url: str, tmp_path: Path) -> Sockets:
    world = planted.world
    hall = Hall(Path(sqlite_url.removeprefix("sqlite:///")), Places(world))
    with transaction() as session:
        for name in PEOPLE:
            user, guest = world.people.get(name), world.guests.get(name)
            if user is not None or guest is not None:
                hall.places.cookies[name] = open_session(
                    session, user_id=user.id if user else None, guest_id=guest.id if guest else None
                )
    return Sockets(hall, tmp_path)


@pytest.mark.parametrize("which", ["closed", "open", "archived"])
def test_no_frame_of_a_board_holds_a_secret_of_others(planted: Planted, sockets: Sockets, which: str) -> None:
    """Everybody knocks while the team, a partner and a guest work there: point, select, come and go."""
    document_id = int(planted.ids["document_id"][which])
    workers = [Socket(sockets, name) for name in ("bob", "partner", "guest")]
    visitors = [Socket(sockets, name) for name in PEOPLE]
    for one in (*workers, *visitors):
        one.join(document_id)
        sockets.live.presence.tell()
    for one in workers:
        if one.answer.get("ok"):
            one.client.emit("sel", {"h": one.answer["handle"], "ids": ["z1"], "editing": None})
            sockets.live.presence.tell()
            one.close()
            sockets.live.presence.tell()
    heard = {
        one.principal: repr(one.answer).encode() + b"".join(f.frames for f in one.frames.sent)
        for one in visitors
    }
    wrong = {name: stolen(planted, name, secrets_in(planted, received)) for name, received in heard.items()}
    assert {name: found for name, found in wrong.items() if found} == {}
    if which == "closed":
        assert "note on a board that is closed" in secrets_in(planted, heard["tutor"])
        assert "bob's name" in secrets_in(planted, heard["alice"]), "the roster was told"
    if which == "open":
        assert len(heard["observer"]) > 1000, "an élu did read the open board"
