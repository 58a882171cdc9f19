"""`celery -A bot.workers.app:celery worker` and `… beat`.

The task modules, and with them the LINE SDK, are imported in the parent process before it forks; what holds
connections is built once in each child.
"""

from __future__ import annotations

import sys

from celery.signals import setup_logging, worker_process_init, worker_process_shutdown

from bot.workers import runtime, transport
from bot.workers.queue import configured
from nhi_core import logs
from nhi_core.settings import Settings

transport.install()
settings = Settings.load()
celery = configured(settings)


def _own_logs(**_: object) -> None:
    logs.configure(settings, process="beat" if "beat" in sys.argv else "worker")


def _build(**_: object) -> None:
    runtime.office()


def _close(**_: object) -> None:
    runtime.close()


setup_logging.connect(_own_logs, weak=False)
worker_process_init.connect(_build, weak=False)
worker_process_shutdown.connect(_close, weak=False)
