"""gunicorn: `gunicorn -c deploy/gunicorn.conf.py 'bot.app:create_app()'`.

Threads, because a webhook call waits for Redis and computes nothing; preloaded, so that settings are refused
once, before the port opens. Loopback: a proxy with TLS stands in front.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

bind = f"127.0.0.1:{os.environ.get('NHI_WEB_PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("NHI_WEB_WORKERS", "2"))
threads = int(os.environ.get("NHI_WEB_THREADS", "8"))
preload_app = True
timeout = 30
graceful_timeout = 10
keepalive = 65
max_requests = 50_000
max_requests_jitter = 5_000
limit_request_line = 4094
accesslog = None  # our own events say what happened, by ids
forwarded_allow_ips = "127.0.0.1"


def on_starting(_server: Any) -> None:
    """Make the folder in which the processes count together; whoever starts them all empties it."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Let the metrics forget a worker that ended."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - reads the variable at import

        mark_process_dead(worker.pid)
