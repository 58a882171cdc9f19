"""Sends signed webhooks at a given rate, from a process of its own: `python -m scripts.load.generator`.

Reads one JSON object (the fields of Order) from standard input, prints one (the fields of Sent). Requests
leave when they are due, whether or not earlier ones were answered, and each is timed from the moment it was
due: a server that stalls is charged for all that had to wait (no "coordinated omission"). Bodies and
signatures are made before the clock starts.
"""

# ruff: noqa: E402 - gevent must come before whatever opens sockets
from __future__ import annotations

from gevent import monkey  # type: ignore[import-untyped]

monkey.patch_all()

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gevent
from gevent.pool import Pool  # type: ignore[import-untyped]
from geventhttpclient import HTTPClient

from line_sandbox import ids
from line_sandbox.signing import sign
from scripts.load.figures import arrivals
from scripts.load.orders import Order, Sent

_CONNECTIONS = 256
_PATIENCE = 10.0  # seconds


def user_ids(count: int) -> list[str]:
    """Return the made-up persons; the same at each run."""
    return [ids.stable_id("U", f"load-{number}") for number in range(count)]


def event(user: str, text: str, number: int, seed: int) -> dict[str, Any]:
    """Return a text message as LINE tells it."""
    now = int(time.time() * 1000)
    return {
        "type": "message",
        "webhookEventId": f"LOAD{seed:08d}{number:014d}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": now,
        "source": {"type": "user", "userId": user},
        "mode": "active",
        "replyToken": ids.token(),
        "message": {
            "type": "text",
            "id": str(400_000_000_000_000_000 + number),
            "quoteToken": ids.token(),
            "text": text,
        },
    }


def requests_of(order: Order) -> list[tuple[float, bytes, dict[str, str]]]:
    """Return (moment due, body, headers) of everything to be sent."""
    dice = random.Random(order.seed)  # noqa: S311 - the same load at each run
    users = user_ids(order.persons)
    made = []
    for number, due in enumerate(arrivals(order.rate, order.seconds, _gaps(dice))):
        events = [event(dice.choice(users), order.text, number, order.seed)]
        body = json.dumps({"destination": "U" + "0" * 32, "events": events}, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Line-Signature": sign(order.secret, body),
        }
        made.append((due, body, headers))
    return made


def _gaps(dice: random.Random) -> Iterator[float]:
    while True:
        yield dice.expovariate(1.0)


def run(order: Order) -> Sent:
    """Send it all; wait for the answers."""
    prepared = requests_of(order)
    client = HTTPClient(
        "127.0.0.1", order.port, concurrency=_CONNECTIONS,
        connection_timeout=_PATIENCE, network_timeout=_PATIENCE,
    )  # fmt: skip
    sent, statuses = Sent(), Counter[str]()
    behind: list[float] = []

    def one(due: float, body: bytes, headers: dict[str, str]) -> None:
        try:
            answer = client.request("POST", order.path, body, headers)
            answer.read()
            answer.release()
            statuses[str(answer.status_code)] += 1
            if answer.status_code == 200:
                sent.ms.append((time.perf_counter() - due) * 1000)
        except (OSError, ValueError, gevent.Timeout) as error:
            statuses[type(error).__name__] += 1

    pool = Pool(_CONNECTIONS)
    cpu, start = time.process_time(), time.perf_counter()
    for due, body, headers in prepared:
        wait = start + due - time.perf_counter()
        # Always let the others run, even when we are behind.
        gevent.sleep(max(0.0, wait))
        behind.append(time.perf_counter() - start - due)
        pool.spawn(one, start + due, body, headers)
    pool.join()
    sent.wall, sent.cpu = time.perf_counter() - start, time.process_time() - cpu
    sent.statuses, sent.late = dict(statuses), sorted(behind)[int(len(behind) * 0.95)] * 1000
    client.close()
    return sent


def main() -> int:
    """Do what standard input orders."""
    print(json.dumps(asdict(run(Order(**json.load(sys.stdin))))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
