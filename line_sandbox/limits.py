"""Rate limits: a token bucket for every endpoint (reference, 'Rate limits')."""

from __future__ import annotations

from line_sandbox.clock import SandboxClock
from line_sandbox.errors import rate_limit

# Flask endpoint name -> (calls, in seconds). Everything else: 2,000 a second.
LIMITS: dict[str, tuple[int, int]] = {
    "narrowcast": (60, 3600),
    "broadcast": (60, 3600),
    "insight": (60, 3600),
    "multicast": (200, 1),
    "loading": (100, 1),
    "webhook_endpoint": (1000, 60),
    "webhook_test": (60, 3600),
    "richmenu_create": (100, 3600),
    "richmenu_delete": (100, 3600),
    "richmenu_list": (10, 1),
    "alias_delete": (100, 3600),
    "richmenu_batch": (3, 3600),
    "richmenu_batch_progress": (100, 3600),
}
DEFAULT = (2000, 1)


class RateLimits:
    """Callers hold the platform's lock."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, endpoint: str) -> None:
        """One call. LineError 429 when the bucket is empty."""
        size, seconds = LIMITS.get(endpoint, DEFAULT)
        now = self._clock.seconds()
        left, since = self._buckets.get(endpoint, (float(size), now))
        left = min(float(size), left + (now - since) * size / seconds)
        if left < 1:
            raise rate_limit()
        self._buckets[endpoint] = (left - 1, now)
