"""Promotion reports: the lists of a year, what belongs together, when a month closes, public figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

import pytest

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.promotion import (
    MOST_PHOTOS,
    OPEN,
    Photo,
    PhotoState,
    Report,
    ReportEvent,
    ReportState,
    closed,
    joins,
    month_of,
    next_state,
)
from nhi_core.domain.promotion_figures import Cell, Figures, per_mille
from nhi_core.domain.promotion_lists import CHANNELS, THEMES, ChannelKind, channels_of, themes_of
from nhi_core.domain.roc import PremiumMonth

NOW = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)
FEBRUARY, SEPTEMBER = PremiumMonth(2022, 2), PremiumMonth(2022, 9)
MONTHS = [PremiumMonth(2022, number) for number in range(2, 10)]


def a_report(**changes: object) -> Report:
    report = Report("r1", "c1", "a1", "KH-MEINONG", PremiumMonth(2026, 9), ReportState.ASKED_THEME, NOW, NOW)
    return replace(report, **changes)  # type: ignore[arg-type]


def a_photo(set_id: str | None = None, number: int = 1) -> Photo:
    return Photo(f"p{number}", "r1", f"m{number}", PhotoState.WAITING, NOW, asks=True, set_id=set_id)


class TestLists:
    def test_codes_are_unique(self) -> None:
        for rows in (THEMES, CHANNELS):
            assert len({one.code for one in rows}) == len(rows)

    def test_of_111_they_are_those_of_the_evaluation(self) -> None:
        assert len(themes_of(2022)) == 11
        assert len(channels_of(2022)) == 10
        assert "suspension" in {one.code for one in themes_of(2022)}

    def test_abolished_suspension_is_offered_no_longer_and_what_holds_abroad_is(self) -> None:
        assert "suspension" in {one.code for one in themes_of(2024)}
        now = {one.code for one in themes_of(2025)}
        assert "suspension" not in now
        assert "abroad" in now
        assert "abroad" not in {one.code for one in themes_of(2024)}


class TestStates:
    def test_the_straight_way(self) -> None:
        state = ReportState.COLLECTING
        for event in (ReportEvent.PHOTO, ReportEvent.THEME, ReportEvent.CHANNEL):
            state = next_state(state, event)
        assert state is ReportState.FILED

    def test_a_filed_report_can_be_corrected_and_withdrawn(self) -> None:
        filed = ReportState.FILED
        assert next_state(filed, ReportEvent.THEME) is filed
        assert next_state(filed, ReportEvent.CHANNEL) is filed
        assert next_state(filed, ReportEvent.WITHDRAW) is ReportState.WITHDRAWN

    @pytest.mark.parametrize("state", [ReportState.ABANDONED, ReportState.WITHDRAWN])
    @pytest.mark.parametrize("event", list(ReportEvent))
    def test_what_is_over_stays_over(self, state: ReportState, event: ReportEvent) -> None:
        with pytest.raises(IllegalMove):
            next_state(state, event)

    def test_the_channel_is_not_chosen_before_the_theme(self) -> None:
        with pytest.raises(IllegalMove):
            next_state(ReportState.ASKED_THEME, ReportEvent.CHANNEL)

    def test_a_filed_report_does_not_expire(self) -> None:
        with pytest.raises(IllegalMove):
            next_state(ReportState.FILED, ReportEvent.EXPIRE)


class TestBelonging:
    def test_photos_in_quick_succession_are_one_report_though_no_set_is_named(self) -> None:
        assert joins(a_report(), (a_photo(),), None, NOW + timedelta(minutes=9))

    def test_a_photo_much_later_begins_a_new_one(self) -> None:
        assert not joins(a_report(), (a_photo(),), None, NOW + timedelta(minutes=11))

    def test_a_late_photo_of_the_same_set_still_joins(self) -> None:
        later = NOW + timedelta(minutes=40)
        assert joins(a_report(), (a_photo("s1"),), "s1", later)
        assert joins(a_report(state=ReportState.FILED), (a_photo("s1"),), "s1", later)

    def test_after_filing_only_the_same_set_joins_and_not_for_ever(self) -> None:
        filed = a_report(state=ReportState.FILED)
        assert not joins(filed, (a_photo("s1"),), None, NOW + timedelta(minutes=1))
        assert not joins(filed, (a_photo("s1"),), "s2", NOW + timedelta(minutes=1))
        assert not joins(filed, (a_photo("s1"),), "s1", NOW + timedelta(hours=2))

    def test_what_is_over_takes_no_photo(self) -> None:
        for state in set(ReportState) - OPEN - {ReportState.FILED}:
            assert not joins(a_report(state=state), (a_photo("s1"),), "s1", NOW)

    def test_a_report_does_not_grow_for_ever(self) -> None:
        many = tuple(a_photo("s1", number) for number in range(MOST_PHOTOS))
        assert not joins(a_report(), many, "s1", NOW)


class TestMonths:
    def test_the_month_is_taipei_s(self) -> None:
        assert month_of(datetime(2026, 8, 31, 16, 30, tzinfo=UTC)) == PremiumMonth(2026, 9)
        assert month_of(datetime(2026, 8, 31, 15, 30, tzinfo=UTC)) == PremiumMonth(2026, 8)

    def test_a_month_closes_at_the_end_of_the_fifth_in_taipei(self) -> None:
        august = PremiumMonth(2026, 8)
        assert not closed(august, datetime(2026, 9, 5, 15, 59, tzinfo=UTC))
        assert closed(august, datetime(2026, 9, 5, 16, 0, tzinfo=UTC))


# The division's slides on 111 (February to September): counts, not the percentages printed there.
BY_CHANNEL = {
    "poster": 502, "own_facebook": 150, "office_facebook": 84, "open_facebook": 36, "line_group": 17,
    "office_website": 4, "video_wall": 2, "meeting": 22, "festival": 7, "joint_stand": 4,
}  # fmt: skip
BY_THEME = {
    "health_bank": 185, "hardship": 180, "arrears": 112, "suspension": 99, "virtual_card": 64,
    "copayment": 61, "official_line": 55, "pay_ways": 29, "hepatitis_c": 25, "rules": 15, "other": 3,
}  # fmt: skip
STATIC = [196, 115, 62, 74, 53, 133, 113, 49]
ACTIVITY = [5, 12, 5, 0, 4, 1, 4, 2]


def figures_of_111() -> Figures:
    """One cell a report: made so that every margin is the slides'."""
    kinds = {one.code: one.kind for one in CHANNELS}
    channels = list(chain.from_iterable(repeat(code, n) for code, n in BY_CHANNEL.items()))
    themes = list(chain.from_iterable(repeat(code, n) for code, n in BY_THEME.items()))
    months = {
        ChannelKind.STATIC: chain.from_iterable(
            repeat(month, n) for month, n in zip(MONTHS, STATIC, strict=True)
        ),
        ChannelKind.ACTIVITY: chain.from_iterable(
            repeat(month, n) for month, n in zip(MONTHS, ACTIVITY, strict=True)
        ),
    }
    cells = [
        Cell(f"O{number % 55}", next(months[kinds[channel]]), theme, channel, 1)
        for number, (channel, theme) in enumerate(zip(channels, themes, strict=True))
    ]
    return Figures(tuple(cells), FEBRUARY, SEPTEMBER)


class TestPublicFigures:
    def test_static_and_activity_make_the_whole(self) -> None:
        found = figures_of_111()
        assert found.of_kind(ChannelKind.STATIC) == 795
        assert found.of_kind(ChannelKind.ACTIVITY) == 33
        assert found.total == 795 + 33 == 828

    def test_the_table_of_channels_with_true_shares(self) -> None:
        assert [(one.code, one.count, one.per_mille) for one in figures_of_111().by_channel()] == [
            ("poster", 502, 606),
            ("own_facebook", 150, 181),
            ("office_facebook", 84, 101),
            ("open_facebook", 36, 43),
            ("meeting", 22, 27),
            ("line_group", 17, 21),
            ("festival", 7, 8),
            ("office_website", 4, 5),
            ("joint_stand", 4, 5),
            ("video_wall", 2, 2),
        ]

    def test_the_table_of_themes_with_true_shares(self) -> None:
        assert [(one.code, one.count, one.per_mille) for one in figures_of_111().by_theme()] == [
            ("health_bank", 185, 223),
            ("hardship", 180, 217),
            ("arrears", 112, 135),
            ("suspension", 99, 120),
            ("virtual_card", 64, 77),
            ("copayment", 61, 74),
            ("official_line", 55, 66),
            ("pay_ways", 29, 35),
            ("hepatitis_c", 25, 30),
            ("rules", 15, 18),
            ("other", 3, 4),
        ]

    def test_the_table_of_months(self) -> None:
        found = figures_of_111().by_month()
        assert [one.static for one in found] == STATIC
        assert [one.activity for one in found] == ACTIVITY
        assert sum(one.total for one in found) == 828

    def test_offices_add_up_to_the_whole(self) -> None:
        offices = figures_of_111().by_office()
        assert sum(static for static, _ in offices.values()) == 795
        assert sum(activity for _, activity in offices.values()) == 33

    def test_a_month_without_reports_stands_in_the_table(self) -> None:
        empty = Figures((), FEBRUARY, SEPTEMBER)
        assert [one.month for one in empty.by_month()] == MONTHS
        assert empty.total == 0
        assert empty.by_theme() == ()

    @pytest.mark.parametrize(
        ("part", "whole", "share"),
        [(1, 3, 333), (2, 3, 667), (1, 2000, 1), (1, 2001, 0), (0, 0, 0), (7, 7, 1000)],
    )
    def test_halves_are_rounded_up(self, part: int, whole: int, share: int) -> None:
        assert per_mille(part, whole) == share
