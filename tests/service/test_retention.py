"""The sweep: what waits longest first, one failing rule alone, no round without an end; rules as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.promotion import month_of
from nhi_core.domain.retention import RULES, Means, Rule, rules_at
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import rules_at as survey_rules_at
from nhi_core.domain.uploads import KEPT as UPLOADS_KEPT
from nhi_core.services.instalments import DRAFT_LIFE
from nhi_core.services.retention import BATCH, FRESH, ROUND, RetentionService
from tests.fakes.clock import FakeClock


@dataclass
class Pile:
    """So many rows past their time; each batch takes a while."""

    rows: int = 0
    clock: FakeClock | None = None
    away: bool = False
    asked: list[datetime] = field(default_factory=list)

    def count(self, before: datetime, /) -> int:
        self.asked.append(before)
        return self.rows

    def remove(self, _before: datetime, limit: int, /) -> int:
        if self.away:
            raise StoreUnavailable("away")
        if self.clock is not None:
            self.clock.advance(seconds=20)
        some = min(self.rows, limit)
        self.rows -= some
        return some


@dataclass
class Runs:
    at: dict[str, datetime] = field(default_factory=dict)

    def done(self, rule: str, at: datetime, removed: int) -> None:
        self.at[rule] = at

    def last(self) -> Mapping[str, datetime]:
        return dict(self.at)


@dataclass
class House:
    clock: FakeClock = field(default_factory=FakeClock)
    piles: dict[str, Pile] = field(
        default_factory=lambda: {rule.name: Pile() for rule in RULES if rule.means is Means.SWEEP}
    )
    runs: Runs = field(default_factory=Runs)

    @property
    def service(self) -> RetentionService:
        return RetentionService(self.clock, self.piles, self.runs)


def test_a_look_counts_and_removes_nothing() -> None:
    house = House()
    house.piles["sends"].rows = 7
    found = {outcome.rule.name: outcome.removed for outcome in house.service.look()}
    assert found["sends"] == 7
    assert set(found) == set(house.piles)
    assert house.piles["sends"].rows == 7
    assert house.runs.at == {}


def test_a_run_goes_on_until_nothing_is_left() -> None:
    house = House()
    house.piles["sends"].rows = 3 * BATCH + 1
    [sends] = [one for one in house.service.run() if one.rule.name == "sends"]
    assert (sends.removed, sends.left, house.piles["sends"].rows) == (3 * BATCH + 1, False, 0)
    assert set(house.runs.at) == set(house.piles)


def test_a_round_has_an_end_and_the_next_goes_on_with_what_waited() -> None:
    house = House()
    house.piles["codes"] = Pile(rows=100 * BATCH, clock=house.clock)
    outcomes = house.service.sweep()
    assert outcomes[0].rule.name == "codes"
    assert all(one.left for one in outcomes)
    assert sum(one.removed for one in outcomes) == BATCH * (int(ROUND.total_seconds()) // 20 + 1)
    assert house.runs.at == {}, "nothing was done to its end"
    house.piles["codes"].rows = 0
    house.runs.at["sends"] = house.clock.now() - 2 * FRESH
    assert house.service.sweep()[-1].rule.name == "sends", "who never ran comes before"


def test_one_rule_that_fails_does_not_keep_the_others_waiting() -> None:
    house = House()
    house.piles["sends"].away = True
    house.piles["inbound"].rows = 4
    outcomes = {one.rule.name: one for one in house.service.sweep()}
    assert outcomes["sends"].failed == "store_unavailable"
    assert outcomes["inbound"].removed == 4
    assert set(house.piles) - set(house.runs.at) == {"sends"}


def test_what_was_done_lately_is_left_alone_by_the_beat_and_not_by_hand() -> None:
    house = House()
    house.service.sweep()
    house.clock.advance(hours=1)
    assert house.service.sweep() == ()
    assert len(house.service.run()) == len(house.piles)
    house.clock.advance(seconds=FRESH.total_seconds())
    assert len(house.service.sweep()) == len(house.piles)


@pytest.mark.parametrize(
    ("months", "days", "now", "before"),
    [
        (24, 0, datetime(2028, 9, 30, 15, 59, tzinfo=UTC), PremiumMonth(2026, 9)),
        # In Taipei it is October already.
        (24, 0, datetime(2028, 9, 30, 16, 0, tzinfo=UTC), PremiumMonth(2026, 10)),
        (12, 0, datetime(2028, 2, 29, 4, 0, tzinfo=UTC), PremiumMonth(2027, 2)),
        (0, 180, datetime(2026, 11, 28, 4, 0, tzinfo=UTC), PremiumMonth(2026, 6)),
    ],
)
def test_months_are_those_of_the_calendar(
    months: int, days: int, now: datetime, before: PremiumMonth
) -> None:
    rule = Rule("r", date(1995, 3, 1), "", "", days=days, months=months)
    assert month_of(rule.before(now)) == before


def test_a_new_row_replaces_the_old_one_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = Rule("sends", date(2030, 1, 1), "", "", months=6)
    monkeypatch.setattr("nhi_core.domain.retention.RULES", (*RULES, newer))
    assert rules_at(date(2029, 12, 31))["sends"].months == 13
    assert rules_at(date(2030, 1, 1))["sends"].months == 6


def test_every_rule_has_its_reason_and_its_time() -> None:
    for rule in RULES:
        assert rule.what, rule.name
        assert rule.why, rule.name
        assert rule.means in (Means.FEATURE, Means.STAYS) or rule.period or rule.name in _AT_ONCE, rule.name


def test_what_a_feature_does_by_itself_agrees_with_the_table() -> None:
    rules = rules_at(date(2026, 11, 28))
    assert rules["satisfaction_moments"].days == survey_rules_at(date(2026, 11, 28)).quiet_days
    assert timedelta(days=rules["uploads"].days) == UPLOADS_KEPT
    assert timedelta(days=rules["drafts"].days) == DRAFT_LIFE


_AT_ONCE = {"staff_sessions", "promotion_orphans"}
