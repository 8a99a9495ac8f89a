"""What people's own Yjs sends is never refused, and the server ends with the same board as they do."""

import random
from typing import Any

import pytest
from pycrdt import Doc, Map, merge_updates

from models.board.guard import SYNC, decode_state_vector, encode_state_vector
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from tests.board.people import note
from tests.board.yjs import Traffic, genuine_traffic, opener

SEEDS = (1, 2, 3, 20260312)
STEPS = 1_500


def receive(traffic: Traffic, *, reopen: float = 0.0, seed: int = 0) -> LiveDocument:
    """A server that takes the messages in; now and then it is restarted from its snapshot."""
    chance = random.Random(seed)
    first, *messages = traffic.messages
    board = LiveDocument.open(first.update, [])
    for message in messages:
        if chance.random() < reopen:
            departed = board.view.departed
            board = LiveDocument.open(board.snapshot(), [])
            board.view.departed.update(departed)
        proposal = board.propose(message.update, BoardActor(message.key, can_edit=True), limits=SYNC)
        if not proposal.is_empty:
            board.accept(proposal.update)
    return board


@pytest.mark.parametrize("seed", SEEDS)
def test_genuine_traffic_is_never_refused_and_all_agree(seed: int) -> None:
    traffic = genuine_traffic(seed, STEPS)
    kinds = {message.kind for message in traffic.messages}
    assert kinds == {"seed", "edit", "merged", "offline", "whole", "again"}
    for reopen in (0.0, 0.05):
        board = receive(traffic, reopen=reopen, seed=seed)
        assert decode_state_vector(board.state_vector()) == decode_state_vector(traffic.state_vector)
        with opener() as yjs:
            opened = yjs.open(board.snapshot())
        assert opened["objects"] == traffic.objects
        assert not opened["pending"]


def test_log_replayed_from_its_rows_gives_the_same_board() -> None:
    traffic = genuine_traffic(5, 600)
    board = receive(traffic)
    replayed = LiveDocument.open(None, [message.update for message in traffic.messages])
    assert replayed.outline() == board.outline()
    assert replayed.view.facts == board.view.facts


def test_second_process_follows_the_first() -> None:
    traffic = genuine_traffic(6, 600)
    first, *messages = traffic.messages
    here, there = LiveDocument.open(first.update, []), LiveDocument.open(first.update, [])
    for number, message in enumerate(messages):
        author, other = (here, there) if number % 2 else (there, here)
        proposal = author.propose(message.update, BoardActor(message.key, can_edit=True), limits=SYNC)
        if not proposal.is_empty:
            author.accept(proposal.update)
            other.absorb(proposal.update)
    assert here.outline() == there.outline()
    assert here.view.facts == there.view.facts


def test_rows_of_several_edits_are_absorbed_as_one() -> None:
    traffic = genuine_traffic(7, 600)
    first, *messages = traffic.messages
    here, there = LiveDocument.open(first.update, []), LiveDocument.open(first.update, [])
    chance = random.Random(7)
    while messages:
        tick = [messages.pop(0) for _ in range(min(len(messages), chance.randrange(1, 9)))]
        proposals = [
            here.propose(message.update, BoardActor(message.key, can_edit=True), limits=SYNC)
            for message in tick
        ]
        updates = [proposal.update for proposal in proposals if not proposal.is_empty]
        for update in updates:
            here.accept(update)
        if updates:
            there.absorb(merge_updates(*updates))
    assert there.outline() == here.outline()
    assert there.view.facts == here.view.facts
    assert decode_state_vector(there.state_vector()) == decode_state_vector(here.state_vector())


def test_what_was_changed_and_deleted_at_once_is_told_together_with_what_was_known_before() -> None:
    doc: Doc[Any] = Doc(client_id=7)
    objects = doc.get("objects", type=Map)
    objects["n1"] = note("u1", "vu")
    board = LiveDocument.open(None, [doc.get_update()])
    (known,) = decode_state_vector(board.state_vector()).values()
    objects["n1"]["x"] = 5.0
    del objects["n1"]
    for since in range(known + 1):
        update = doc.get_update(encode_state_vector({7: since}))
        proposal = board.propose(update, BoardActor("u1", can_edit=True), limits=SYNC)
        assert not proposal.is_empty, since
        board.reset_shadow()
    board.accept(board.propose(update, BoardActor("u1", can_edit=True), limits=SYNC).update)
    assert decode_state_vector(board.state_vector()) == decode_state_vector(doc.get_state())
    assert not board.outline().loose
