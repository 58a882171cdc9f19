"""What Prometheus is told: what waits, by bounded labels, and what is missing when a part is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from sqlalchemy import insert

from bot.api.figures import NAMES, Figures
from bot.journal import _kind
from nhi_core import measures
from nhi_core.adapters.db import make_engine, read_workload
from nhi_core.adapters.db.tables_kiosks import kiosks
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.ports_operations import Workload
from tests.factories import events
from tests.fakes.clock import FakeClock
from tests.integration.bot.conftest import Bench, replaced

_QUIET = Workload(
    orders={"open": 2, "confirming": 0},
    attempts={"starting": 0, "waiting": 1, "confirming": 0},
    batches={"waiting": 3, "claimed": 0},
    reminders_due=4,
    notices_late=timedelta(0),
    kiosks_seen=5,
    kiosks_silent=1,
    retention_age=timedelta(hours=3),
)


def told(figures: Figures) -> str:
    registry = CollectorRegistry()
    registry.register(figures)
    return generate_latest(registry).decode()


def test_everything_that_waits_is_told(bench: Bench) -> None:
    bench.post(events.text("你好"))
    text = told(Figures(replaced(bench.core, workload=lambda: _QUIET), bench.mailbox))
    for line in (
        "nhi_bot_mailboxes_pending 1.0",
        'nhi_payment_orders{state="open"} 2.0',
        'nhi_notice_batches{state="waiting"} 3.0',
        "nhi_bot_pushes_left 15.0",
        'nhi_kiosks{state="silent"} 1.0',
        "nhi_retention_age_seconds 10800.0",
        'nhi_part_answers{part="database"} 1.0',
    ):
        assert line in text
    assert all(name in text for name in NAMES)


def test_a_part_that_is_away_leaves_its_figures_out_and_says_so(bench: Bench) -> None:
    def away() -> Workload:
        raise StoreUnavailable("away")

    text = told(Figures(replaced(bench.core, workload=away), bench.mailbox))
    assert 'nhi_part_answers{part="database"} 0.0' in text
    assert "nhi_payment_orders" not in text
    assert "nhi_bot_mailboxes_pending 0.0" in text


@pytest.mark.parametrize(
    "url_of", ["migrated_sqlite_url", pytest.param("migrated_postgres_url", marks=pytest.mark.postgres)]
)
def test_the_database_counts_what_is_under_way(request: pytest.FixtureRequest, url_of: str) -> None:
    engine, now = make_engine(request.getfixturevalue(url_of)), FakeClock().now()
    row = {"name": "k", "office": "o", "public_key": "p", "enrolled_at": now}
    with engine.begin() as connection:
        connection.execute(insert(kiosks).values(id="fresh", seen_at=now, **row))
        connection.execute(insert(kiosks).values(id="old", seen_at=now - timedelta(hours=1), **row))
        connection.execute(insert(kiosks).values(id="gone", seen_at=now, revoked_at=now, **row))
        connection.execute(insert(kiosks).values(id="never", **row))
    load = read_workload(engine, now)
    engine.dispose()
    assert (load.kiosks_seen, load.kiosks_silent) == (1, 1)
    assert load.orders == {"open": 0, "confirming": 0}
    assert load.notices_late == timedelta(0)


def test_an_id_at_the_end_of_a_key_is_no_label() -> None:
    assert _kind("01J:reply") == "reply"
    assert _kind("reminder:6b1f6d3e-0d8e-5b57-9a3b-2f3f1c1f8a11") == "other"


def test_labels_of_all_metrics_are_of_the_known_few_kinds() -> None:
    allowed = {
        "action", "call", "gateway", "kind", "outcome", "part", "rule", "process", "reason", "stage", "state",
        "status", "what",
    }  # fmt: skip
    ours = [metric for metric in REGISTRY._names_to_collectors.values() if _named(metric).startswith("nhi_")]
    assert len(ours) > 10
    assert {label for metric in ours for label in getattr(metric, "_labelnames", ())} <= allowed


def _named(metric: object) -> str:
    return str(getattr(metric, "_name", ""))


def test_a_connection_counts_while_it_is_out(migrated_sqlite_url: str) -> None:
    engine = make_engine(migrated_sqlite_url)
    before = measures.POOL_IN_USE._value.get()
    with engine.connect():
        assert measures.POOL_IN_USE._value.get() == before + 1
    assert measures.POOL_IN_USE._value.get() == before
    engine.dispose()
