"""The clock, the dice, and the health of parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nhi_core.adapters.clock import SystemClock, SystemIds
from nhi_core.domain.calendar import TAIPEI
from nhi_core.health import HealthService
from tests.factories import canary


def test_the_clock_tells_utc_and_taipei_days() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.today() == clock.now().astimezone(TAIPEI).date()


def test_another_today_keeps_the_time_of_day_running() -> None:
    clock = SystemClock(date(2020, 2, 29))
    assert clock.today() == date(2020, 2, 29)
    real = datetime.now(UTC).astimezone(TAIPEI)
    told = clock.now().astimezone(TAIPEI)
    shown, expected = (moment.hour * 3600 + moment.minute * 60 + moment.second for moment in (told, real))
    assert (expected - shown) % 86400 < 5 or (shown - expected) % 86400 < 5
    assert clock.now() <= clock.now()


def test_ids_are_new_each_time_and_of_the_asked_form() -> None:
    ids = SystemIds()
    assert len({ids.uuid() for _ in range(100)}) == 100
    assert len(ids.token()) == 32
    assert len(ids.token(9)) == 12
    code = ids.code("ABC", 200)
    assert set(code) == {"A", "B", "C"}
    assert len(code) == 200


def test_health_names_each_part_and_never_raises_nor_tells_more_than_the_kind_of_error() -> None:
    def broken() -> None:
        raise ConnectionError(canary.NAME)

    status = HealthService({"database": lambda: None, "redis": broken}).check()
    assert list(status) == ["database", "redis"]
    assert status["database"].ok
    assert status["database"].latency_ms is not None
    assert (status["redis"].ok, status["redis"].latency_ms, status["redis"].problem) == (
        False, None, "ConnectionError",
    )  # fmt: skip
    assert canary.NAME not in repr(status)
