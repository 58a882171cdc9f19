"""The content of photos: fetched once, made safe, duplicates seen, and deleted when it must be."""

from __future__ import annotations

import errno
import os
from datetime import UTC, date, datetime

import pytest

from nhi_core.domain.errors import FilesFull, Invalid
from nhi_core.domain.files import FileKind, kind_of
from nhi_core.domain.promotion import RETRY_AFTER, NotCounted, PhotoState, ReportState
from nhi_core.domain.retention import rules_at
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_promotion import Wanted
from tests.factories.pictures import picture
from tests.integration.promotion.conftest import SEPTEMBER, Rig

RULES = rules_at(date(2026, 11, 28))


class TestFetching:
    def test_a_photo_is_kept_with_a_thumbnail_and_nothing_of_the_camera(
        self, rig: Rig, poster: bytes
    ) -> None:
        taken = rig.send("m1")
        assert rig.fetch(taken, poster) is PhotoState.KEPT
        photo = rig.photo(taken)
        for small in (True, False):
            data = rig.figures.picture(photo.id, small=small)
            assert kind_of(data) is FileKind.JPEG
            assert b"Canary" not in data
        assert rig.kept_files() == 2
        assert rig.photos.due() == ()

    def test_one_worker_fetches(self, rig: Rig) -> None:
        taken = rig.send("m1")
        assert [one.id for one in rig.photos.due()] == [taken.photo_id]
        assert rig.photos.claim(taken.photo_id) is not None
        assert rig.photos.claim(taken.photo_id) is None
        assert rig.photos.due() == ()

    def test_a_worker_that_died_is_followed_by_another(self, rig: Rig, poster: bytes) -> None:
        taken = rig.send("m1")
        rig.photos.claim(taken.photo_id)
        rig.clock.advance(minutes=3)
        assert rig.fetch(taken, poster) is PhotoState.KEPT

    def test_what_is_not_ready_is_tried_again_and_given_up_in_the_end(self, rig: Rig) -> None:
        taken = rig.send("m1")
        for seconds in RETRY_AFTER:
            photo = rig.photos.claim(taken.photo_id)
            assert photo is not None
            assert rig.photos.later(photo)
            assert rig.photos.due() == ()
            rig.clock.advance(seconds=seconds)
        photo = rig.photos.claim(taken.photo_id)
        assert photo is not None
        assert not rig.photos.later(photo)
        assert (rig.photo(taken).state, rig.photo(taken).reason) == (PhotoState.GONE, "timed_out")

    def test_what_the_platform_has_no_longer_is_recorded(self, rig: Rig) -> None:
        taken = rig.send("m1")
        photo = rig.photos.claim(taken.photo_id)
        assert photo is not None
        rig.photos.gone(photo)
        assert (rig.photo(taken).state, rig.photo(taken).reason) == (PhotoState.GONE, "not_there")
        assert rig.promotion.show(rig.clerk, taken.report.id).lost == 1

    def test_what_is_no_picture_is_refused_with_its_reason(self, rig: Rig) -> None:
        taken = rig.send("m1")
        assert rig.fetch(taken, b"%PDF-1.7") is PhotoState.REFUSED
        view = rig.promotion.show(rig.clerk, taken.report.id)
        assert (view.photos, view.refused) == (0, ("unknown_kind",))
        assert rig.kept_files() == 0

    def test_a_report_of_refused_photos_alone_does_not_count(self, rig: Rig) -> None:
        rig.file("m1", b"GIF89a")
        assert rig.total() == 0

    def test_a_full_disk_loses_nothing(
        self, rig: Rig, poster: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_handle: int) -> None:
            raise OSError(errno.ENOSPC, "no")

        taken = rig.send("m1")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(FilesFull):
                rig.fetch(taken, poster)
        assert rig.photo(taken).state is PhotoState.WAITING
        rig.clock.advance(minutes=3)
        assert rig.fetch(taken, poster) is PhotoState.KEPT


class TestDuplicates:
    def test_the_same_picture_is_noticed_and_not_counted_twice(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        again = rig.file("m2", poster, theme="hardship", account=rig.colleague)
        assert again.duplicates == 1
        assert rig.total() == 1
        assert rig.kept_files() == 2  # once, with its thumbnail

    def test_the_clerk_is_told_before_filing(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        taken = rig.send("m2", account=rig.colleague)
        rig.fetch(taken, poster)
        assert rig.promotion.show(rig.colleague, taken.report.id).duplicates == 1

    def test_taking_back_the_first_lets_the_second_count(self, rig: Rig, poster: bytes) -> None:
        first = rig.file("m1", poster)
        rig.file("m2", poster, theme="hardship", account=rig.colleague)
        rig.promotion.withdraw(rig.clerk, first.id)
        assert [one.theme for one in rig.figures.figures(SEPTEMBER, SEPTEMBER).cells] == ["hardship"]


class TestUnsending:
    def test_the_content_is_deleted_and_a_report_without_photos_is_over(
        self, rig: Rig, poster: bytes
    ) -> None:
        filed = rig.file("m1", poster)
        assert rig.photos.unsend("m1")
        assert rig.kept_files() == 0
        assert rig.total() == 0
        assert rig.promotion.show(rig.clerk, filed.id).state is ReportState.WITHDRAWN
        assert rig.trail(f"promotion:{filed.id}")[-2:] == ["promotion_emptied", "promotion_photo_unsent"]

    def test_with_another_photo_the_report_stands(self, rig: Rig, poster: bytes, stall: bytes) -> None:
        rig.fetch(rig.send("m1", set_id="s1"), poster)
        filed = rig.file("m2", stall, set_id="s1")
        rig.photos.unsend("m1")
        assert rig.promotion.show(rig.clerk, filed.id).photos == 1
        assert rig.total() == 1

    def test_content_that_another_photo_shows_stays(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        rig.file("m2", poster, account=rig.colleague)
        rig.photos.unsend("m1")
        assert rig.kept_files() == 2
        assert rig.total() == 1

    def test_unsent_while_it_is_fetched_nothing_is_kept(self, rig: Rig, poster: bytes) -> None:
        taken = rig.send("m1")
        photo = rig.photos.claim(taken.photo_id)
        assert photo is not None
        rig.photos.unsend("m1")
        assert rig.photos.received(photo, poster) is PhotoState.UNSENT
        assert rig.kept_files() == 0
        assert rig.photo(taken).source is None

    def test_what_is_no_photo_of_ours_is_none(self, rig: Rig) -> None:
        assert not rig.photos.unsend("m9")

    def test_twice_is_as_good_as_once(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        assert rig.photos.unsend("m1")
        assert rig.photos.unsend("m1")


class TestRetention:
    def test_after_two_years_contents_go_and_figures_stay(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        rig.clock.set(datetime(2028, 9, 30, 12, 0, tzinfo=UTC))
        assert rig.photos.expire(RULES["promotion_photos"].before(rig.clock.now())) == 0
        rig.clock.set(datetime(2028, 10, 1, 12, 0, tzinfo=UTC))
        assert rig.photos.expire(RULES["promotion_photos"].before(rig.clock.now())) == 1
        assert rig.kept_files() == 0
        assert rig.total() == 1

    def test_what_was_given_up_goes_after_a_month(self, rig: Rig, poster: bytes) -> None:
        taken = rig.send("m1")
        rig.fetch(taken, poster)
        rig.clock.advance(hours=25)
        rig.promotion.abandon_stale()
        rig.clock.advance(days=30)
        assert rig.photos.remove_ended(RULES["promotion_ended"].before(rig.clock.now())) == 1
        assert rig.kept_files() == 0

    def test_contents_without_a_row_are_found_once_they_are_old(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        orphan = rig.files.put(b"left by a crash")
        assert rig.photos.drop_orphans() == 0
        for path in rig.root.rglob("*"):
            if path.is_file():
                os.utime(path, (0, 0))
        assert rig.photos.orphans() == 1
        assert rig.photos.drop_orphans(0) == 0
        assert rig.photos.drop_orphans() == 1
        assert rig.files.get(orphan) is None
        assert rig.kept_files() == 2


class TestTheStaff:
    def test_a_photo_that_is_not_counted_takes_its_report_out_and_is_on_the_trail(
        self, rig: Rig, poster: bytes
    ) -> None:
        rig.file("m1", poster)
        _, (shown,) = rig.figures.wall(Wanted(SEPTEMBER, SEPTEMBER), offset=0, limit=10)
        rig.figures.mark(shown.photo.id, NotCounted.UNREADABLE, staff="staff-1")
        assert rig.total() == 0
        assert not rig.figures.photo(shown.photo.id).counted
        rig.figures.mark(shown.photo.id, None, staff="staff-1")
        assert rig.total() == 1
        assert rig.trail(f"promotion_photo:{shown.photo.id}") == [
            "promotion_photo_not_counted",
            "promotion_photo_counted_again",
        ]

    def test_there_is_no_picture_of_what_was_unsent(self, rig: Rig, poster: bytes) -> None:
        taken = rig.send("m1")
        rig.fetch(taken, poster)
        rig.photos.unsend("m1")
        with pytest.raises(Invalid):
            rig.figures.picture(taken.photo_id, small=True)
        with pytest.raises(Invalid):
            rig.figures.photo("nobody")

    def test_the_evaluation_reads_static_and_activity_of_each_office(self, rig: Rig, poster: bytes) -> None:
        rig.file("m1", poster)
        rig.file("m2", picture(colour="navy"), channel="festival")
        rig.file("m3", picture(colour="gold"), channel="meeting")
        counts = rig.figures.figures(PremiumMonth(2026, 2), SEPTEMBER).by_office()
        assert counts == {"KH-FENGSHAN": (1, 2)}
