"""The same product on PostgreSQL, and what people hear while the database is away."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import pytest_socket

from line_sandbox.testing import Sandbox
from scripts.stack.whole import running
from tests.plugins.product import TODAY, Product, button, texts

pytestmark = [pytest.mark.stack, pytest.mark.postgres]


class Database:
    """Takes one database away from everybody, and gives it back."""

    def __init__(self, url: str) -> None:
        self.name = urlsplit(url).path.strip("/")
        self.admin = psycopg.connect(
            url.replace("+psycopg", "").replace(f"/{self.name}?", "/postgres?"), autocommit=True
        )

    def away(self) -> None:
        self.admin.execute(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false".encode())
        self.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.name]
        )

    def back(self) -> None:
        self.admin.execute(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true".encode())


def test_a_conversation_on_postgres_survives_the_database_going_away(
    tmp_path: Path, postgres_url: str, request: pytest.FixtureRequest
) -> None:
    pytest_socket.enable_socket()
    database = Database(postgres_url)
    request.addfinalizer(database.admin.close)
    environment = {"NHI_TODAY": TODAY, "NHI_DATABASE_URL": postgres_url}
    with running(tmp_path, extra_env=environment, workers=1) as stack:
        product = Product(stack, Sandbox(f"http://127.0.0.1:{stack.ports['sandbox']}"))
        product.bind("chen", "in_grace")
        before = product.say("chen", "我還欠多少健保費")

        database.away()
        began = time.monotonic()
        sorry = product.say("chen", "我還欠多少健保費")
        assert time.monotonic() - began < 3.5
        assert stack.ready()["parts"]["database"]["ok"] is False
        retry = button(sorry, "retry")

        database.back()
        assert texts(product.tap("chen", retry)) == texts(before)
        deadline = time.monotonic() + 20
        while not stack.ready()["ready"] and time.monotonic() < deadline:
            time.sleep(0.2)
        assert stack.ready()["ready"]
        product.line.close()
