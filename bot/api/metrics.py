"""`/metrics` for Prometheus: from this machine only. Behind a proxy the proxy must not forward it.

With PROMETHEUS_MULTIPROC_DIR set (the same for web and workers), all processes are counted together.
"""

from __future__ import annotations

import ipaddress
import os

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from bot import metrics
from bot.mailbox import Mailbox
from nhi_core.domain.errors import CacheUnavailable

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def blueprint(mailbox: Mailbox) -> Blueprint:
    """Return the page with its check."""
    page = Blueprint("metrics", __name__)

    @page.before_request
    def local_only() -> None:
        # A local proxy speaks from loopback too, but says for whom.
        if any(name in request.headers for name in _FORWARDED) or not _is_loopback(request.remote_addr):
            abort(404)

    @page.get("/metrics")
    def show() -> Response:
        try:
            metrics.PENDING.set(mailbox.pending())
        except CacheUnavailable:
            metrics.PENDING.set(-1)
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)

    return page


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
