"""The whole path with real sockets: join, edit, acknowledge, tell the others, read again."""

import base64

import pytest

from tests.live.live_support import Driver, LiveServer, eventually

pytestmark = pytest.mark.live


def test_two_people_see_the_same_board(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    bob = driver.client().enter(live_server.sign_in("bob"))
    alice("note", id="from-alice", text="Bonjour")
    bob("note", id="from-bob", text="Salut", x=300)
    alice.await_acks()
    bob.await_acks()
    eventually(lambda: "from-bob" in alice.objects() and "from-alice" in bob.objects())
    bob("type", id="from-alice", index=7, text=" à tous")
    eventually(lambda: alice.objects()["from-alice"]["text"] == "Bonjour à tous")
    assert alice("state")["vector"] == bob("state")["vector"]
    assert driver.open_in_yjs(base64.b64decode(alice("whole"))) == bob.objects()
