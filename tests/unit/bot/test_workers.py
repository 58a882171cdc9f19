"""The queue: every task that is asked for exists, and nothing but a mailbox id is ever queued."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery
from kombu.transport import redis

from bot.workers.queue import DRAIN, configured, enqueue_with, task
from bot.workers.transport import SteadyChannel
from nhi_core.settings import Settings


@pytest.fixture
def celery() -> Celery:
    app = configured(Settings.load(env_file=None))
    app.loader.import_default_modules()  # what a worker does at its start: importing registers the tasks
    return app


def test_every_scheduled_task_and_the_drain_are_registered(celery: Celery) -> None:
    celery.finalize()
    scheduled = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert scheduled | {DRAIN} <= set(celery.tasks)


def test_every_sweep_is_scheduled(celery: Celery) -> None:
    celery.finalize()
    sweeping = {name for name in celery.tasks if name.startswith("sweeps.")}
    assert sweeping == {entry["task"] for entry in celery.conf.beat_schedule.values()}


def test_a_lost_worker_gives_its_task_back_and_results_are_not_kept(celery: Celery) -> None:
    conf = celery.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert conf.accept_content == ["json"]
    assert conf.broker_connection_max_retries is None


def test_the_queue_carries_the_mailbox_id_alone(celery: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, Any, dict[str, Any]]] = []
    monkeypatch.setattr(celery, "send_task", lambda name, args, **options: sent.append((name, args, options)))
    enqueue_with(celery)("fingerprint")
    name, args, options = sent[0]
    assert (name, args) == (DRAIN, ["fingerprint"])
    assert options == {"retry": False, "ignore_result": True}


def test_a_registered_task_stays_a_plain_function() -> None:
    def work() -> None:
        """Do nothing."""

    assert task("tests.work")(work) is work


def test_a_redis_behind_a_unix_socket_is_spelt_as_celery_wants_it() -> None:
    settings = Settings.load(env_file=None, NHI_REDIS_URL="unix:///run/redis.sock")
    assert configured(settings).conf.broker_url == "redis+socket:///run/redis.sock"


def test_a_broker_connection_that_is_closed_already_is_a_connection_error() -> None:
    channel = SteadyChannel.__new__(SteadyChannel)
    channel.connection = None
    with pytest.raises(redis.Transport.connection_errors):
        channel._connparams()
