"""The dialogue engine, over HTTP: one keep-alive session, one deadline, one circuit breaker.

A turn must be answered within three seconds whatever the engine does, so the whole call has 2.5 s; after five
failures in a row nobody waits any more for some seconds, and one call then tries whether it is back.
"""

from __future__ import annotations

import time

import pybreaker
import requests
import structlog
from pydantic import ValidationError
from requests.adapters import HTTPAdapter
from urllib3 import Timeout

from bot import metrics, stages
from nhi_core import tracing
from nhi_core.wire import TurnReply, TurnRequest

log = structlog.get_logger(__name__)

PATH = "/webhooks/nhi/webhook"
CONNECT_SECONDS = 0.5
TOTAL_SECONDS = 2.5
FAILURES_TO_OPEN = 5
SECONDS_OPEN = 5.0


class RasaFailed(Exception):
    """The engine gave no usable answer. `reason` is a stable word for records and metrics."""

    reason = "rasa_failed"


class RasaDown(RasaFailed):
    """No connection, a server error, or the breaker is open."""

    reason = "rasa_down"


class RasaSlow(RasaFailed):
    """The deadline passed. The engine may still have done the work."""

    reason = "rasa_slow"


class RasaRefused(RasaFailed):
    """The engine refuses our request, or answers what nobody can read: a fault of ours, not of the line."""

    reason = "rasa_refused"


class RasaClient:
    """Asks Rasa's `CounterInput` channel."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        total: float = TOTAL_SECONDS,
        failures_to_open: int = FAILURES_TO_OPEN,
        seconds_open: float = SECONDS_OPEN,
    ) -> None:
        """Use the engine at `url` with the bearer `token`; times in seconds."""
        self._url = url.rstrip("/") + PATH
        self._total = total
        self._session = requests.Session()
        self._session.trust_env = False  # an internal service: no proxy, no .netrc
        self._session.headers["Authorization"] = f"Bearer {token}"
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=16, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=failures_to_open,
            reset_timeout=seconds_open,
            exclude=[RasaRefused],
            throw_new_error_on_trip=False,
            name="rasa",
        )

    def ask(self, request: TurnRequest) -> TurnReply:
        """Return the engine's answer. Raises RasaDown, RasaSlow or RasaRefused."""
        began, outcome = time.perf_counter(), "answered"
        try:
            with stages.stage("dialogue"):
                reply: TurnReply = self._breaker.call(self._post, request)
        except pybreaker.CircuitBreakerError as error:
            outcome = "breaker_open"
            raise RasaDown("the breaker is open") from error
        except RasaFailed as error:
            outcome = error.reason
            raise
        finally:
            metrics.RASA_SECONDS.labels(outcome=outcome).observe(time.perf_counter() - began)
        return reply

    def close(self) -> None:
        """Close idle connections."""
        self._session.close()

    def _post(self, request: TurnRequest) -> TurnReply:
        timeout = Timeout(connect=min(CONNECT_SECONDS, self._total), total=self._total)
        try:
            # requests hands a urllib3 Timeout through; its `total` bounds connecting and reading together.
            answer = self._session.post(
                self._url,
                data=request.model_dump_json().encode(),
                headers={"Content-Type": "application/json", **_trace()},
                timeout=timeout,  # type: ignore[arg-type]
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise RasaDown("connect timeout") from error
        except requests.Timeout as error:
            raise RasaSlow("deadline") from error
        except requests.RequestException as error:
            raise RasaDown(type(error).__name__) from error
        if answer.status_code >= 500:
            raise RasaDown(f"status {answer.status_code}")
        if answer.status_code != 200:
            log.error("rasa_refused", status=answer.status_code)
            raise RasaRefused(f"status {answer.status_code}")
        try:
            return TurnReply.model_validate_json(answer.content)
        except ValidationError as error:
            log.error("rasa_answer_unreadable", problems=error.error_count())  # noqa: TRY400 - its text holds input
            raise RasaRefused("unreadable answer") from None


def _trace() -> dict[str, str]:
    carried = tracing.carried()
    return {} if carried is None else {tracing.CARRIER: carried}
