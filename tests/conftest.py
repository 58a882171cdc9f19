"""Fixtures for all tests. What needs a real server asks for its fixture; nothing starts unasked."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ("tests.plugins.canary", "tests.plugins.servers", "tests.plugins.product")

_LOOPBACK = ["127.0.0.1", "::1"]
_OURS = ("NHI_", "LINE_", "RASA_", "ACTIONS_", "KIOSK_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Open this machine's own addresses, and only those, to the tests that say they need sockets."""
    for item in items:
        if any(item.get_closest_marker(name) for name in ("net", "stack", "postgres")):
            item.add_marker(pytest.mark.allow_hosts(_LOOPBACK))


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's settings out of the tests."""
    for name in os.environ:
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
