"""`celery -A bot.workers.app:celery worker` and `… beat`.

The task modules, and with them the LINE SDK, are imported in the parent process before it forks; what holds
connections is built once in each child.
"""

from __future__ import annotations

import sys

from celery.signals import (
    setup_logging,
    task_postrun,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)

from bot.workers import figures, runtime, transport
from bot.workers.queue import configured
from nhi_core import logs, tracing
from nhi_core.settings import Settings

transport.install()
settings = Settings.load()
celery = configured(settings)


def _own_logs(**_: object) -> None:
    logs.configure(settings, process="beat" if "beat" in sys.argv else "worker")


def _build(**_: object) -> None:
    tracing.configure(settings, process="worker")
    runtime.office()


def _close(**_: object) -> None:
    runtime.close()
    tracing.close()
    figures.forget()


def _show(**_: object) -> None:
    figures.serve(settings)


setup_logging.connect(_own_logs, weak=False)
worker_process_init.connect(_build, weak=False)
worker_process_shutdown.connect(_close, weak=False)
worker_ready.connect(_show, weak=False)
task_postrun.connect(figures.note, weak=False)
