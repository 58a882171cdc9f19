"""A worker on a machine of its own shows what it counts, on a port of its own (NHI_WORKER_METRICS_PORT).

It runs in the parent process and reads the children's files; the port is for the monitoring network alone.
"""

from __future__ import annotations

import os

import structlog
from prometheus_client import start_http_server
from prometheus_client.multiprocess import mark_process_dead

from bot.api.metrics import MULTIPROC, counted
from nhi_core import measures
from nhi_core.settings import Settings

log = structlog.get_logger(__name__)


def serve(settings: Settings) -> None:
    """Open the port, if the settings name one. A port that is taken must not keep the worker from working."""
    if settings.worker_metrics_port is None:
        return
    try:
        start_http_server(settings.worker_metrics_port, addr=settings.worker_metrics_host, registry=counted())
    except OSError as error:
        log.error("worker_metrics_not_shown", error=type(error).__name__)  # noqa: TRY400 - one line is enough


def note(**_: object) -> None:
    """After a task: how much memory this process holds."""
    measures.note_memory("worker")


def forget() -> None:
    """At the end of a child: its gauges no longer count."""
    if MULTIPROC in os.environ:
        mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
