"""`/metrics` for Prometheus: for this machine, or for whoever shows NHI_METRICS_TOKEN.

Behind a proxy the proxy must not forward it; what comes through one needs the token like anybody.
With PROMETHEUS_MULTIPROC_DIR set (the same for web and workers), all processes are counted together.
"""

from __future__ import annotations

import hmac
import ipaddress
import os

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
MULTIPROC = "PROMETHEUS_MULTIPROC_DIR"


def blueprint(figures: Collector, token: str | None = None) -> Blueprint:
    """Return the page with its check; `figures` are looked up at each call."""
    page = Blueprint("metrics", __name__)

    @page.before_request
    def known_only() -> None:
        if token is not None:
            given = request.headers.get("Authorization", "")
            if hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return
            abort(404)
        # A local proxy speaks from loopback too, but says for whom.
        if any(name in request.headers for name in _FORWARDED) or not _is_loopback(request.remote_addr):
            abort(404)

    @page.get("/metrics")
    def show() -> Response:
        looked_up = CollectorRegistry()
        looked_up.register(figures)
        text = generate_latest(counted()) + generate_latest(looked_up)
        return Response(text, content_type=CONTENT_TYPE_LATEST)

    return page


def counted() -> CollectorRegistry:
    """Return what the processes counted: all that share a folder, or this one alone."""
    if MULTIPROC not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
