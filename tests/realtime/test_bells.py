"""The bytes of bells: what is rung is heard, and nothing else is."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events import (
    AccessChanged,
    BoardChanged,
    DocumentReplaced,
    RoundsChanged,
    SessionEnded,
    WorkshopChanged,
)
from realtime import bells
from realtime.fanout import (
    Bell,
    ByeBell,
    CursorsBell,
    DocumentBell,
    PeopleBell,
    Person,
    SelectionBell,
    ViewBell,
    WhoBell,
)
from realtime.protocol import Cursor, Malformed, Selection, View
from workspace.bells import MAX_MESSAGE_BYTES, frame, message, split

ORIGIN = b"12345678"
AWA = Person(peer=3, key="u7", name="Awa Diallo", role="learner", sector="", colour="jonc")
BELLS: list[Bell] = [
    DocumentBell(5, 1, 300, b"\x00update"),
    DocumentBell(2**31 - 1, 2, 1, b""),
    SessionEnded(9),
    AccessChanged(user_id=4),
    AccessChanged(guest_id=4),
    BoardChanged(board_id=1, document_id=2),
    DocumentReplaced(document_id=2),
    RoundsChanged(board_id=1, document_id=2),
    WorkshopChanged(board_id=1, document_id=2),
    PeopleBell(5, (AWA,)),
    PeopleBell(5, ()),
    CursorsBell(5, ((3, Cursor(-4, 5, 1, 1)), (400, Cursor(0, 0, 0, 0)))),
    SelectionBell(5, 3, Selection(3, ("a", "b"), "a")),
    ViewBell(5, 3, View(3, -40, 0, 1200, 800)),
    WhoBell(0),
    ByeBell(),
]


def _heard(content: bytes) -> list[Bell | None]:
    return [bells.decode(kind, body) for kind, body in split(content)[1]]


def test_every_bell_is_heard_as_it_was_rung() -> None:
    content = message(ORIGIN, [bells.encode(bell) for bell in BELLS])
    assert split(content)[0] == ORIGIN
    assert _heard(content) == BELLS


def test_large_update_is_rung_without_its_bytes() -> None:
    rung = DocumentBell(5, 1, 2, bytes(bells.MAX_UPDATE_IN_BELL + 1))
    assert _heard(message(ORIGIN, [bells.encode(rung)])) == [DocumentBell(5, 1, 2, b"")]


def test_bell_of_a_later_version_is_left_out() -> None:
    later = frame(ord("?"), b"whatever")
    assert _heard(message(ORIGIN, [later, bells.encode(SessionEnded(1))])) == [None, SessionEnded(1)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b"[" * 100_000,
        b'{"login_session_id": "1"}',
        b'{"login_session_id": true}',
        b'{"login_session_id": 0}',
        b'{"login_session_id": null}',
        b'{"login_session_id": 1, "more": 2}',
    ],
)
def test_event_that_is_not_one_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        _heard(message(ORIGIN, [frame(ord("S"), body)]))


def test_access_change_of_nobody_or_of_two_is_refused() -> None:
    for body in (b'{"user_id": 1, "guest_id": 2}', b'{"user_id": null, "guest_id": null}'):
        with pytest.raises(Malformed):
            _heard(message(ORIGIN, [frame(ord("A"), body)]))


@pytest.mark.parametrize(
    ("known", "forged"),
    [
        (b'"learner"', b'"emperor"'),
        (b'"peer":3', b'"peer":-3'),
        (b'"peer":3', b'"peer":"3"'),
        (b'"u7"', b"7"),
    ],
)
def test_person_who_cannot_be_is_refused(known: bytes, forged: bytes) -> None:
    content = bells.encode(PeopleBell(5, (AWA,)))
    assert known in content
    body = content[content.index(b"{") :].replace(known, forged)
    with pytest.raises(Malformed):
        _heard(message(ORIGIN, [frame(bells.PEOPLE, body)]))


@pytest.mark.parametrize("content", [b"", b"\x01short", b"\x02" + ORIGIN, bytes(MAX_MESSAGE_BYTES + 1)])
def test_message_that_is_not_one_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        split(content)


@given(st.data())
def test_broken_message_is_refused_or_read_but_never_fails_otherwise(data: st.DataObject) -> None:
    content = bytearray(message(ORIGIN, [bells.encode(bell) for bell in BELLS]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        _heard(bytes(content[: data.draw(st.integers(0, len(content)))]))
