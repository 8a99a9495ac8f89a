"""Mutated updates do no harm: what the guard accepts reads the same in Yjs and in yrs."""

import base64
import json
import os
import subprocess
import sys

import pytest

from models.board.guard import decode_state_vector
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Kind
from tests.board.yjs import ROOT, genuine_traffic, opener

LONG = os.environ.get("ETABLI_LONG") == "1"
SEED, COUNT, STEPS = (20260312, 500_000, 600) if LONG else (1, 20_000, 250)
SHARDS = 20 if LONG else 1
SECONDS = 600 if LONG else 60
TEXTS = {
    name for spec in OBJECT_SPECS.values() for name, field in spec.fields.items() if field.kind is Kind.TEXT
}
EXPECTED = {"malformed", "content", "dangling", "gap", "root", "surrogate", "too_many", "accepted"}


def attack(seed: int, count: int) -> tuple[list[dict[str, str]], dict[str, int]]:
    """Run the worker; its death, its silence past the deadline and its memory are failures."""
    messages = [
        base64.b64encode(message.update).decode() for message in genuine_traffic(seed, STEPS).messages
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.board.fuzz_worker"],
        cwd=ROOT,
        input=json.dumps({"seed": seed, "count": count, "messages": messages}) + "\n",
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"seed {seed}: exit {done.returncode}\n{done.stderr[-2000:]}"
    *accepted, last = (json.loads(line) for line in done.stdout.splitlines())
    return accepted, last["codes"]


def in_any_order(objects: dict[str, object]) -> dict[str, object]:
    """The objects with the characters of their texts sorted.

    Neighbours that were never side by side, as only a forged update names them, leave it to each replica
    where in that one text the characters go; nothing else may differ.
    """
    return {
        identifier: {
            name: sorted(held) if name in TEXTS and isinstance(held, str) else held
            for name, held in values.items()
        }
        if isinstance(values, dict)
        else values
        for identifier, values in objects.items()
    }


@pytest.mark.timeout(SECONDS * SHARDS * 2)
def test_mutated_updates_do_no_harm() -> None:
    for shard in range(SHARDS):
        seed = SEED + shard
        accepted, codes = attack(seed, COUNT // SHARDS)
        assert set(codes) <= EXPECTED, f"seed {seed}: {codes}"
        assert sum(codes.values()) == COUNT // SHARDS
        assert len(accepted) > COUNT // SHARDS // 20
        with opener() as yjs:
            for case in accepted:
                base, update, after = (base64.b64decode(case[name]) for name in ("base", "update", "after"))
                in_browsers, from_server = yjs.open(base, update), yjs.open(after)
                told = f"seed {seed}: {update.hex()} on {base.hex()}"
                assert "error" not in in_browsers, f"{told}\n{in_browsers['error']}"
                assert "error" not in from_server, f"{told}\n{from_server['error']}"
                assert not in_browsers["pending"], told
                assert not from_server["pending"], told
                assert in_any_order(in_browsers["objects"]) == in_any_order(from_server["objects"]), told
                assert in_browsers["meta"] == from_server["meta"], told
                state = {int(client): clock for client, clock in case["state"].items()}
                assert decode_state_vector(base64.b64decode(in_browsers["sv"])) == state, told
                assert decode_state_vector(base64.b64decode(from_server["sv"])) == state, told
