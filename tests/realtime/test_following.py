"""What somebody sees is told to those who follow them, as often as presence is, and to nobody else."""

import pytest

from realtime import protocol
from realtime.presence import Presence
from realtime.protocol import Follow, Malformed, View
from tests.realtime.test_rooms import Writer
from tests.realtime.test_roster import Enter, enter, presence  # noqa: F401


def seen(writer: Writer) -> list[tuple[int, list[int]]]:
    return [(event["peer"], event["at"]) for event in writer.outlet.of(protocol.VIEW)]


def look(presence: Presence, writer: Writer, x: int) -> None:  # noqa: F811
    presence.looked(writer.member, View(writer.room.handle, x, 0, 800, 600))


def test_view_goes_to_followers_only_and_the_newest_once_in_a_tick(
    enter: Enter,  # noqa: F811
    presence: Presence,  # noqa: F811
) -> None:
    alice, bob, guest = enter("alice"), enter("bob"), enter("guest")
    presence.follows(guest.member, alice.member.peer)
    for x in range(50):
        look(presence, alice, x)
    look(presence, bob, 7)
    presence.tell()
    assert seen(guest) == [(alice.member.peer, [49, 0, 800, 600])]
    assert (seen(alice), seen(bob)) == ([], [])
    presence.follows(guest.member, None)
    look(presence, alice, 60)
    presence.tell()
    presence.tell_light()
    assert len(seen(guest)) == 1, "who follows nobody any more is told nothing"


def test_who_begins_to_follow_is_told_what_is_seen_already(
    enter: Enter,  # noqa: F811
    presence: Presence,  # noqa: F811
) -> None:
    alice, guest = enter("alice"), enter("guest")
    look(presence, alice, 5)
    presence.tell()
    presence.follows(guest.member, alice.member.peer)
    presence.tell_light()
    assert seen(guest) == [(alice.member.peer, [5, 0, 800, 600])]


def test_light_mode_is_told_less_often(enter: Enter, presence: Presence) -> None:  # noqa: F811
    alice, guest = enter("alice"), enter("guest")
    guest.member.is_light = True
    presence.follows(guest.member, alice.member.peer)
    for x in range(3):
        look(presence, alice, x)
        presence.tell()
    assert seen(guest) == []
    presence.tell_light()
    assert seen(guest) == [(alice.member.peer, [2, 0, 800, 600])]


def test_number_of_nobody_is_followed_in_vain(enter: Enter, presence: Presence) -> None:  # noqa: F811
    alice, guest = enter("alice"), enter("guest")
    presence.follows(guest.member, 999)
    look(presence, alice, 1)
    presence.tell()
    presence.tell_light()
    assert seen(guest) == []


@pytest.mark.parametrize(
    "at",
    [
        None,
        [],
        [0, 0, 10],
        [0, 0, 0, 10],
        [0, 0, 10, -1],
        [2**28, 0, 10, 10],
        [0, 0, 2**28, 10],
        [0.5, 0, 1, 1],
        [True, 0, 1, 1],
    ],
)
def test_view_that_is_no_rectangle_of_the_world_is_malformed(at: object) -> None:
    with pytest.raises(Malformed):
        View.decode({"h": 1, "at": at})


@pytest.mark.parametrize("peer", ["1", -1, 2**31, True, 1.5])
def test_peer_that_is_no_number_is_malformed(peer: object) -> None:
    with pytest.raises(Malformed):
        Follow.decode({"h": 1, "peer": peer})
