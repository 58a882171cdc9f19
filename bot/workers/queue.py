"""The task queue: it carries mailbox ids and nothing else. Celery, with Redis as the broker.

Importing this costs no LINE SDK and opens no connection: the web process uses it to queue tasks only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from celery import Celery, shared_task
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from bot import webhook
from bot.mailbox import Bell
from bot.workers.bell import bell
from nhi_core.settings import Settings

log = structlog.get_logger(__name__)

DRAIN = "conversation.drain"
BINDING_NEWS = "sweeps.binding_news"
QUEUE = "nhi-counter"
QUEUE_PREFIX = "nhi-queue:"


def _options(settings: Settings) -> dict[str, Any]:
    patience = {"socket_connect_timeout": 1, "socket_keepalive": True, "health_check_interval": 30}
    return {
        "broker_url": settings.celery_broker_url,
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        "timezone": "UTC",
        "task_default_queue": QUEUE,
        # A task that dies with its process comes again; draining a mailbox twice is harmless.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        # A turn that is under way when Redis goes is better finished than killed in the middle of a send.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "task_soft_time_limit": 120,
        "task_time_limit": 180,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "worker_enable_remote_control": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # for ever: recovery needs no restart
        # A task whose worker vanished comes back after this many seconds; the sweeper is quicker.
        "broker_transport_options": {
            "visibility_timeout": 600,
            "global_keyprefix": QUEUE_PREFIX,
            **patience,
        },
        # In memory: what is due is found in Redis, so a restarted beat has nothing to remember.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_max_loop_interval": 5,
        "beat_schedule": {
            # `expires`: after a long pause one run is enough, not one for each that was missed.
            "heartbeat": {"task": "sweeps.heartbeat", "schedule": 10.0, "options": {"expires": 10}},
            "mail": {"task": "sweeps.mail", "schedule": 5.0, "options": {"expires": 5}},
            "errands": {"task": "sweeps.errands", "schedule": 30.0, "options": {"expires": 30}},
            "parked": {"task": "sweeps.parked", "schedule": 60.0, "options": {"expires": 60}},
            "instalments": {"task": "sweeps.instalments", "schedule": 600.0, "options": {"expires": 600}},
            "answers": {"task": "sweeps.instalment_answers", "schedule": 60.0, "options": {"expires": 60}},
            # Each walks or sends a part and leaves the rest to the next: see bot/workers/reminders.py.
            "plan": {"task": "sweeps.reminders_plan", "schedule": 60.0, "options": {"expires": 60}},
            "reminders": {"task": "sweeps.reminders_send", "schedule": 60.0, "options": {"expires": 60}},
            "binding_news": {"task": BINDING_NEWS, "schedule": 15.0, "options": {"expires": 15}},
            "card_sessions": {"task": "sweeps.card_sessions", "schedule": 60.0, "options": {"expires": 60}},
            "groups": {"task": "sweeps.groups", "schedule": 600.0, "options": {"expires": 600}},
            "staff": {"task": "sweeps.staff", "schedule": 600.0, "options": {"expires": 600}},
            "promotion_photos": {
                "task": "sweeps.promotion_photos",
                "schedule": 10.0,
                "options": {"expires": 10},
            },
            "uploads": {"task": "sweeps.uploads", "schedule": 10.0, "options": {"expires": 10}},
            "promotion": {"task": "sweeps.promotion", "schedule": 3600.0, "options": {"expires": 3600}},
            "erasures": {"task": "sweeps.erasures", "schedule": 60.0, "options": {"expires": 60}},
            "retention": {"task": "sweeps.retention", "schedule": 3600.0, "options": {"expires": 3600}},
            "payments": {"task": "sweeps.payments", "schedule": 15.0, "options": {"expires": 15}},
            "letters": {"task": "sweeps.letters", "schedule": 10.0, "options": {"expires": 10}},
            "eslips": {"task": "sweeps.eslips", "schedule": 600.0, "options": {"expires": 600}},
            "notices": {"task": "sweeps.notices", "schedule": 5.0, "options": {"expires": 5}},
            "nudges": {"task": "sweeps.notice_nudges", "schedule": 600.0, "options": {"expires": 600}},
            "journal": {"task": "sweeps.journal", "schedule": 10.0, "options": {"expires": 10}},
        },
    }


def configured(settings: Settings) -> Celery:
    """Return the application for these settings."""
    application = Celery(
        "nhi_counter",
        include=[
            "bot.workers.bindings",
            "bot.workers.conversation",
            "bot.workers.groups",
            "bot.workers.imports",
            "bot.workers.instalments",
            "bot.workers.mails",
            "bot.workers.notice_nudges",
            "bot.workers.notices",
            "bot.workers.privacy",
            "bot.workers.promotion",
            "bot.workers.reminders",
            "bot.workers.retention",
            "bot.workers.staff",
            "bot.workers.sweeps",
        ],
    )
    application.conf.update(_options(settings))
    return application


def bell_with(application: Celery) -> Bell:
    """Return what queues a drain in the same step that stores the mail: see bot/workers/bell.py."""
    return bell(application, task=DRAIN, queue=QUEUE, prefix=QUEUE_PREFIX)


def enqueue_with(application: Celery) -> webhook.Enqueue:
    """Return the function that queues a drain: one quick try, because the sweeper is there."""

    def enqueue(mailbox_id: str) -> None:
        application.send_task(DRAIN, args=[mailbox_id], retry=False, ignore_result=True)

    return enqueue


def tell_with(application: Celery) -> Callable[[], None]:
    """Return the function that hurries binding news: one quick try, because the sweeper is there."""

    def tell() -> None:
        try:
            application.send_task(BINDING_NEWS, retry=False, ignore_result=True)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("binding_news_not_hurried", error=type(error).__name__)

    return tell


def hurry_with(application: Celery) -> Callable[[str, str], None]:
    """Return the function that queues a task for one id: one quick try, because a sweeper is there."""

    def hurry(name: str, subject_id: str) -> None:
        try:
            application.send_task(name, args=[subject_id], retry=False, ignore_result=True)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("task_not_hurried", task=name, error=type(error).__name__)

    return hurry


_Task = TypeVar("_Task", bound=Callable[..., None])


def task(name: str, **options: int) -> Callable[[_Task], _Task]:
    """Register a function as the task `name`; it stays a plain function for those who call it.

    `options` are Celery's, such as time limits in seconds where the usual ones are too short.
    """

    def register(function: _Task) -> _Task:
        shared_task(name=name, **options)(function)
        return function

    return register
