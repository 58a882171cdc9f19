"""A clerk reports: photos that belong together, theme and channel, corrections, and what does not count."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nhi_core.domain.errors import IllegalMove, MonthClosed, NotAClerk
from nhi_core.domain.promotion import ReportState
from nhi_core.domain.promotion_lists import ChannelKind
from tests.integration.promotion.conftest import SEPTEMBER, Rig


class TestPhotosThatBelongTogether:
    def test_the_first_of_a_set_asks_whatever_its_number_and_the_others_are_quiet(self, rig: Rig) -> None:
        taken = [rig.send(f"m{number}", set_id="s1") for number in (3, 1, 2)]
        assert [one.asks for one in taken] == [True, False, False]
        assert len({one.report.id for one in taken}) == 1
        assert taken[-1].report.photos == 3

    def test_without_a_set_quick_photos_are_one_report_with_one_answer(self, rig: Rig) -> None:
        first = rig.send("m1")
        rig.clock.advance(seconds=20)
        second = rig.send("m2")
        assert (second.report.id, second.asks) == (first.report.id, False)

    def test_one_that_comes_by_itself_later_is_asked_about_again(self, rig: Rig) -> None:
        first = rig.send("m1")
        rig.clock.advance(minutes=5)
        second = rig.send("m2")
        assert (second.report.id, second.asks) == (first.report.id, True)

    def test_much_later_a_new_report_begins(self, rig: Rig) -> None:
        first = rig.send("m1")
        rig.clock.advance(minutes=30)
        assert rig.send("m2").report.id != first.report.id

    def test_the_same_event_again_changes_nothing_and_gets_the_same_answer(self, rig: Rig) -> None:
        first, second = rig.send("m1", set_id="s1"), rig.send("m2", set_id="s1")
        again = [rig.send("m1", set_id="s1"), rig.send("m2", set_id="s1")]
        assert [one.asks for one in again] == [first.asks, second.asks] == [True, False]
        assert again[-1].report.photos == 2

    def test_a_late_one_of_the_set_joins_after_filing_in_silence(self, rig: Rig, poster: bytes) -> None:
        filed = rig.file("m1", poster, set_id="s1")
        rig.clock.advance(minutes=20)
        late = rig.send("m2", set_id="s1")
        assert (late.report.id, late.asks, late.report.state) == (filed.id, False, ReportState.FILED)

    def test_a_photo_after_filing_begins_the_next_report(self, rig: Rig, poster: bytes) -> None:
        filed = rig.file("m1", poster)
        assert rig.send("m2").report.id != filed.id

    def test_two_clerks_do_not_share_a_report(self, rig: Rig) -> None:
        assert rig.send("m1").report.id != rig.send("m2", account=rig.colleague).report.id


class TestTheGuide:
    def test_from_photo_to_filed(self, rig: Rig, poster: bytes) -> None:
        taken = rig.send("m1")
        assert taken.report.state is ReportState.ASKED_THEME
        assert taken.report.office == "高雄市鳳山區公所"
        assert "suspension" not in taken.report.themes
        assert len(taken.report.channels) == 10
        rig.fetch(taken, poster)
        asked = rig.promotion.choose_theme(rig.clerk, taken.report.id, "arrears")
        assert asked.state is ReportState.ASKED_CHANNEL
        filed = rig.promotion.choose_channel(rig.clerk, taken.report.id, "meeting")
        assert (filed.state, filed.kind) == (ReportState.FILED, ChannelKind.ACTIVITY)
        assert (filed.month_static, filed.month_activity) == (0, 1)
        assert rig.total() == 1
        assert rig.trail(f"promotion:{filed.id}") == ["promotion_theme_chosen", "promotion_channel_chosen"]

    def test_choosing_twice_is_one_choice(self, rig: Rig, poster: bytes) -> None:
        filed = rig.file("m1", poster)
        assert rig.promotion.choose_channel(rig.clerk, filed.id, "poster") == filed
        assert rig.total() == 1
        assert rig.trail(f"promotion:{filed.id}").count("promotion_channel_chosen") == 1

    def test_opened_by_a_word_it_waits_for_photos_and_the_next_one_joins(self, rig: Rig) -> None:
        opened = rig.promotion.open(rig.clerk)
        assert opened.state is ReportState.COLLECTING
        assert rig.promotion.open(rig.clerk).id == opened.id
        taken = rig.send("m1")
        assert (taken.report.id, taken.asks) == (opened.id, True)

    def test_asked_for_again_it_shows_where_one_is(self, rig: Rig) -> None:
        taken = rig.send("m1")
        rig.clock.advance(hours=3)
        assert rig.promotion.open(rig.clerk).id == taken.report.id

    def test_what_the_list_of_the_year_does_not_have_cannot_be_chosen(self, rig: Rig) -> None:
        taken = rig.send("m1")
        for theme in ("suspension", "nonsense"):
            with pytest.raises(IllegalMove):
                rig.promotion.choose_theme(rig.clerk, taken.report.id, theme)
        with pytest.raises(IllegalMove):
            rig.promotion.choose_channel(rig.clerk, taken.report.id, "poster")

    def test_a_report_is_its_clerk_s_alone(self, rig: Rig) -> None:
        taken = rig.send("m1")
        for act in (
            lambda: rig.promotion.show(rig.colleague, taken.report.id),
            lambda: rig.promotion.choose_theme(rig.colleague, taken.report.id, "arrears"),
            lambda: rig.promotion.withdraw(rig.colleague, taken.report.id),
            lambda: rig.promotion.drop_note(rig.colleague, taken.report.id),
        ):
            with pytest.raises(IllegalMove):
                act()

    def test_citizens_and_editors_report_nothing(self, rig: Rig) -> None:
        for account in (rig.citizen, rig.editor):
            with pytest.raises(NotAClerk):
                rig.promotion.open(account)
            with pytest.raises(NotAClerk):
                rig.promotion.take(account, "m1")


class TestCorrections:
    def test_theme_and_channel_are_mended_after_filing(self, rig: Rig, poster: bytes) -> None:
        filed = rig.file("m1", poster)
        rig.promotion.choose_theme(rig.clerk, filed.id, "hardship")
        mended = rig.promotion.choose_channel(rig.clerk, filed.id, "festival")
        assert (mended.state, mended.theme, mended.channel) == (ReportState.FILED, "hardship", "festival")
        (cell,) = rig.figures.figures(SEPTEMBER, SEPTEMBER).cells
        assert (cell.theme, cell.channel, cell.count) == ("hardship", "festival", 1)

    def test_until_the_month_closes(self, rig: Rig, poster: bytes) -> None:
        filed = rig.file("m1", poster)
        rig.clock.set(datetime(2026, 10, 5, 15, 0, tzinfo=UTC))
        assert rig.promotion.choose_theme(rig.clerk, filed.id, "hardship").can_correct
        rig.clock.set(datetime(2026, 10, 5, 16, 30, tzinfo=UTC))
        assert not rig.promotion.show(rig.clerk, filed.id).can_correct
        for act in (
            lambda: rig.promotion.choose_theme(rig.clerk, filed.id, "rules"),
            lambda: rig.promotion.choose_channel(rig.clerk, filed.id, "meeting"),
            lambda: rig.promotion.withdraw(rig.clerk, filed.id),
        ):
            with pytest.raises(MonthClosed):
                act()
        assert rig.total() == 1

    def test_what_was_withdrawn_counts_no_longer(self, rig: Rig, poster: bytes) -> None:
        filed = rig.file("m1", poster)
        assert rig.promotion.withdraw(rig.clerk, filed.id).state is ReportState.WITHDRAWN
        assert rig.total() == 0

    def test_it_counts_in_the_month_of_its_first_photo(self, rig: Rig, poster: bytes) -> None:
        rig.clock.set(datetime(2026, 9, 30, 15, 55, tzinfo=UTC))
        opened = rig.promotion.open(rig.clerk)
        rig.clock.set(datetime(2026, 9, 30, 16, 2, tzinfo=UTC))
        filed = rig.file("m1", poster)
        assert filed.id == opened.id
        assert filed.month == "2026-10"


class TestNotes:
    def test_a_word_right_after_the_photo_is_its_note(self, rig: Rig) -> None:
        taken = rig.send("m1")
        noted = rig.promotion.note(rig.clerk, " 里民大會  宣導 ")
        assert noted is not None
        assert noted.noted
        with rig.uow() as work:
            report = work.promotions.get(taken.report.id)
        assert report is not None
        assert report.note == "里民大會 宣導"

    @pytest.mark.parametrize("words", ["請問怎麼選主題", "這算哪一種?", "", "字" * 201])
    def test_a_question_is_none(self, rig: Rig, words: str) -> None:
        rig.send("m1")
        assert rig.promotion.note(rig.clerk, words) is None

    def test_a_second_text_is_answered_like_any_other(self, rig: Rig) -> None:
        rig.send("m1")
        rig.promotion.note(rig.clerk, "里民大會")
        assert rig.promotion.note(rig.clerk, "查詢保費") is None

    def test_later_it_is_none(self, rig: Rig) -> None:
        rig.send("m1")
        rig.clock.advance(minutes=4)
        assert rig.promotion.note(rig.clerk, "里民大會") is None

    def test_without_a_photo_or_a_registration_it_is_none(self, rig: Rig) -> None:
        rig.promotion.open(rig.clerk)
        assert rig.promotion.note(rig.clerk, "里民大會") is None
        assert rig.promotion.note(rig.citizen, "里民大會") is None

    def test_what_was_meant_otherwise_is_forgotten_and_not_taken_again(self, rig: Rig) -> None:
        taken = rig.send("m1")
        rig.promotion.note(rig.clerk, "查詢保費")
        assert not rig.promotion.drop_note(rig.clerk, taken.report.id).noted
        assert rig.promotion.note(rig.clerk, "查詢保費") is None


class TestInTheGroup:
    def test_photos_are_taken_only_after_the_word(self, rig: Rig) -> None:
        assert rig.promotion.take(rig.clerk, "m1", group_id=rig.group) is None
        opened = rig.promotion.open(rig.clerk, group_id=rig.group)
        taken = rig.send("m2", group_id=rig.group)
        assert (taken.report.id, taken.asks) == (opened.id, True)
        assert taken.report.from_group

    def test_nobody_else_s_photos_are_taken_and_not_for_ever(self, rig: Rig) -> None:
        rig.promotion.open(rig.clerk, group_id=rig.group)
        assert rig.promotion.take(rig.colleague, "m1", group_id=rig.group) is None
        rig.clock.advance(minutes=11)
        assert rig.promotion.take(rig.clerk, "m2", group_id=rig.group) is None

    def test_the_question_is_gone_on_with_in_private(self, rig: Rig) -> None:
        rig.promotion.open(rig.clerk, group_id=rig.group)
        taken = rig.send("m1", group_id=rig.group)
        assert rig.promotion.open(rig.clerk).id == taken.report.id

    def test_a_photo_in_private_does_not_join_what_was_announced_in_the_group(self, rig: Rig) -> None:
        opened = rig.promotion.open(rig.clerk, group_id=rig.group)
        assert rig.send("m1").report.id != opened.id


def test_what_nobody_goes_on_with_is_over_after_a_day(rig: Rig, poster: bytes) -> None:
    taken = rig.send("m1")
    rig.clock.advance(hours=23)
    assert rig.promotion.abandon_stale() == 0
    rig.clock.advance(hours=2)
    assert rig.promotion.abandon_stale() == 1
    assert rig.promotion.abandon_stale() == 0
    assert rig.promotion.show(rig.clerk, taken.report.id).state is ReportState.ABANDONED
    assert rig.trail(f"promotion:{taken.report.id}") == ["promotion_abandoned"]
    with pytest.raises(IllegalMove):
        rig.promotion.choose_theme(rig.clerk, taken.report.id, "arrears")
