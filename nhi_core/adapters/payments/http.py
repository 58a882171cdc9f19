"""The way to talk to a gateway: exact bytes out, JSON in, limits, no redirects; every doubt is "away"."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import requests

from nhi_core import measures
from nhi_core.ports_payments import GatewayAway

_CONNECT_SECONDS, _READ_SECONDS = 3, 20
Json = dict[str, Any]


class GatewayHttp:
    """A gateway's address. `sign` gets the exact text that is sent (body or query) and returns headers."""

    def __init__(self, base: str, *, name: str = "other", read_seconds: float = _READ_SECONDS) -> None:
        self._base = base
        self._name = name  # for metrics
        self._limits = (_CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        self._session.trust_env = False

    def post(self, path: str, body: str, headers: Mapping[str, str]) -> Json:
        """Post a JSON text. Raises GatewayAway."""
        return self._call(
            "POST", path, {"Content-Type": "application/json", **headers}, data=body.encode("utf-8")
        )

    def get(self, path: str, query: str, headers: Mapping[str, str]) -> Json:
        """Get with a query that is already written out. Raises GatewayAway."""
        return self._call("GET", f"{path}?{query}" if query else path, headers)

    def _call(self, verb: str, path: str, headers: Mapping[str, str], data: bytes | None = None) -> Json:
        # Prepared by hand: the query goes out as it was signed, character by character.
        request = requests.Request(verb, self._base, headers=dict(headers), data=data).prepare()
        request.url = f"{self._base}{path}"
        began, outcome = time.perf_counter(), "away"
        try:
            answer = self._session.send(request, timeout=self._limits, allow_redirects=False)
            value = answer.json() if answer.status_code == 200 else None
            outcome = "answered" if isinstance(value, dict) else "refused"
        except (requests.RequestException, ValueError) as error:
            raise GatewayAway(type(error).__name__) from None
        finally:
            measures.GATEWAY_SECONDS.labels(gateway=self._name, outcome=outcome).observe(
                time.perf_counter() - began
            )
        if not isinstance(value, dict):
            raise GatewayAway(f"status {answer.status_code}")
        return value
