"""Clerks at the console, from a process of its own: `python -m scripts.load.clerks`; locust does the walking.

Reads one JSON object (the fields of Shift) from standard input, prints {page: [count, failures, p50, p95,
worst]} in milliseconds. Each clerk asks for a page, reads it for a second, asks for the next.
"""

# ruff: noqa: E402 - gevent must come before whatever opens sockets
from __future__ import annotations

from gevent import monkey  # type: ignore[import-untyped]

monkey.patch_all()

import json
import sys

import gevent
from locust import FastHttpUser, constant, task
from locust.env import Environment

from scripts.load.orders import Shift


def work(shift: Shift) -> dict[str, list[float]]:
    """Let them work; return what each page took."""

    class Clerk(FastHttpUser):
        host = shift.host
        wait_time = constant(1)

        @task
        def walk(self) -> None:
            """Ask for every page once."""
            for page in shift.pages:
                self.client.get(page, headers={"Cookie": shift.cookie, "User-Agent": "bench"}, name=page)
                gevent.sleep(1)

    environment = Environment(user_classes=[Clerk])
    runner = environment.create_local_runner()
    runner.start(shift.clerks, spawn_rate=shift.clerks)
    gevent.sleep(shift.seconds)
    runner.quit()
    return {
        entry.name: [
            entry.num_requests, entry.num_failures, entry.get_response_time_percentile(0.5) or 0,
            entry.get_response_time_percentile(0.95) or 0, entry.max_response_time,
        ]
        for entry in environment.stats.entries.values()
    }  # fmt: skip


def main() -> int:
    """Do what standard input orders."""
    print(json.dumps(work(Shift(**json.load(sys.stdin)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
