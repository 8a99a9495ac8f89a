"""Measure live boards: one shape of work on one server.

python bench/realtime/run.py plenary            ours, as it is configured by default
python bench/realtime/run.py cohort --seconds 8
"""

import argparse
import json
import sys
from typing import Any

from generator import play
from servers import SERVERS
from shapes import SHAPES, Shape


def summary(shape: Shape, event: dict[str, Any]) -> str:
    """A phase in one line."""
    cpu, seconds, deliveries = event["cpu"][0], event["seconds"], event["deliveries"]
    latency, ack, own = event["latency_ms"], event["ack_ms"], event["generator"]
    return (
        f"{shape.name}: {cpu / max(deliveries, 1) * 1e6:.2f} ms of CPU per 1,000 deliveries · "
        f"{cpu / seconds:.0%} of a core · {deliveries / seconds:,.0f} deliveries/s · "
        f"p50 {latency.get('p50')} p99 {latency.get('p99')} ms · "
        f"ack p50 {ack.get('p50')} ms · lost {event['lost']} · "
        f"generator {own['cpu'] / seconds:.0%}, lag p99 {own['lag_ms'].get('p99')} ms"
    )


def main() -> int:
    """Run once and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("shape", choices=SHAPES)
    options.add_argument("server", nargs="?", default="etabli", choices=SERVERS)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--json", action="store_true", help="every event of the generator")
    given = options.parse_args()
    shape = SHAPES[given.shape]
    with SERVERS[given.server]() as server:
        seats = shape.seats()
        boards = server.prepare(shape.boards, seats)
        server.start()
        for event in play(server.plan(boards, seats, rate=shape.rate, measure=given.seconds)):
            if given.json:
                print(json.dumps(event), flush=True)
            elif event["event"] == "joined":
                print(f"{event['people']} people joined in {event['seconds']:.2f} s", flush=True)
            elif event["event"] == "phase":
                print(summary(shape, event), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
