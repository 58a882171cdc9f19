"""Promotion reports in both databases: photos once a message, what counts, duplicates."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from nhi_core.adapters.db import SqlUnitOfWorkFactory
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.promotion import NotCounted, Photo, PhotoState, Report, ReportState
from nhi_core.domain.promotion_figures import Cell
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_promotion import Wanted
from tests.factories import canary
from tests.integration.db.records import NOW, an_account, new_id
from tests.integration.db.test_offices import FENGSHAN, MAGONG, a_clerk
from tests.integration.db.test_transactions import together

Uow = SqlUnitOfWorkFactory
SEPTEMBER, AUGUST = PremiumMonth(2026, 9), PremiumMonth(2026, 8)
PICTURE, OTHER_PICTURE = "a" * 64, "b" * 64


@pytest.fixture
def clerk_id(uow: Uow) -> str:
    """A clerk of Fengshan; a second office stands beside it."""
    with uow() as work:
        for office in (FENGSHAN, MAGONG):
            work.offices.put(office)
        account = work.accounts.add(an_account())
        clerk = a_clerk(account.id)
        work.clerks.add(clerk)
        work.commit()
    return clerk.id


def a_report(clerk_id: str, **changes: Any) -> Report:
    values = {
        "id": new_id(), "clerk_id": clerk_id, "account_id": "a", "office_code": FENGSHAN.code,
        "month": SEPTEMBER, "state": ReportState.FILED, "opened_at": NOW, "last_photo_at": NOW,
        "theme": "arrears", "channel": "poster", "filed_at": NOW,
    }  # fmt: skip
    return Report(**{**values, **changes})


def a_photo(report: Report, **changes: Any) -> Photo:
    values = {
        "id": new_id(), "report_id": report.id, "message_id": new_id(), "state": PhotoState.KEPT,
        "received_at": NOW, "asks": True, "source": PICTURE, "digest": "c" * 64, "thumbnail": "d" * 64,
        "width": 640, "height": 480,
    }  # fmt: skip
    return Photo(**{**values, **changes})


def filed(
    uow: Uow, clerk_id: str, *sources: str, minutes: int = 0, **changes: Any
) -> tuple[Report, list[Photo]]:
    """Put a filed report with one photo a source into the database."""
    report = a_report(clerk_id, **changes)
    at = NOW + timedelta(minutes=minutes)
    photos = [
        a_photo(report, source=source, received_at=at + timedelta(seconds=number))
        for number, source in enumerate(sources)
    ]
    with uow() as work:
        work.promotions.add(report)
        for photo in photos:
            assert work.promotions.add_photo(photo)
        work.commit()
    return report, photos


def counted(uow: Uow, first: PremiumMonth = SEPTEMBER, last: PremiumMonth = SEPTEMBER) -> tuple[Cell, ...]:
    with uow() as work:
        return work.promotions.cells(first, last)


def change(uow: Uow, photo: Photo, **changes: Any) -> None:
    with uow() as work:
        assert work.promotions.settle(dataclasses.replace(photo, **changes), was=photo.state)
        work.commit()


GONE = {"state": PhotoState.UNSENT, "source": None, "digest": None, "thumbnail": None}
ONE = (Cell("KH-FENGSHAN", SEPTEMBER, "arrears", "poster", 1),)


class TestReports:
    def test_a_report_comes_back_as_it_was_and_its_note_is_sealed(
        self, uow: Uow, engine: Engine, clerk_id: str
    ) -> None:
        report, photos = filed(uow, clerk_id, PICTURE, note=f"{canary.NAME} 里民大會", noted_at=NOW)
        with uow() as work:
            assert work.promotions.get(report.id) == report
            assert work.promotions.photos_of(report.id) == tuple(photos)
        with engine.connect() as connection:
            stored = connection.execute(text("SELECT note FROM promotion_reports")).scalar_one()
        assert canary.NAME not in stored

    def test_of_two_who_change_it_one_succeeds(self, uow: Uow, clerk_id: str) -> None:
        report, _ = filed(uow, clerk_id, PICTURE)

        def choose(number: int) -> bool:
            with uow() as work:
                done = work.promotions.save(dataclasses.replace(report, theme=("hardship", "rules")[number]))
                work.commit()
            return done

        assert sorted(together(2, choose)) == [False, True]

    def test_a_message_is_a_photo_once(self, uow: Uow, clerk_id: str) -> None:
        report, _ = filed(uow, clerk_id)

        def add(number: int) -> bool:
            with uow() as work:
                done = work.promotions.add_photo(a_photo(report, message_id="m-1"))
                work.commit()
            return done

        assert sorted(together(3, add)) == [False, False, True]

    def test_lively_are_the_open_and_the_filed_of_late(self, uow: Uow, clerk_id: str) -> None:
        old = NOW - timedelta(hours=2)
        open_one, _ = filed(uow, clerk_id, state=ReportState.ASKED_THEME, filed_at=None)
        done, _ = filed(uow, clerk_id, last_photo_at=NOW - timedelta(minutes=1))
        filed(uow, clerk_id, state=ReportState.ASKED_THEME, last_photo_at=old, filed_at=None)
        filed(uow, clerk_id, state=ReportState.WITHDRAWN)
        with uow() as work:
            assert work.promotions.lively_of(clerk_id, NOW - timedelta(hours=1)) == (open_one, done)
            assert work.promotions.lively_of("another", NOW - timedelta(hours=1)) == ()

    def test_stale_are_the_open_ones_nobody_went_on_with(self, uow: Uow, clerk_id: str) -> None:
        old = NOW - timedelta(days=2)
        stale, _ = filed(uow, clerk_id, state=ReportState.COLLECTING, opened_at=old, last_photo_at=None)
        filed(uow, clerk_id, last_photo_at=old)
        filed(uow, clerk_id, state=ReportState.ASKED_THEME)
        with uow() as work:
            assert work.promotions.stale(NOW - timedelta(days=1), 10) == (stale,)


class TestPhotos:
    def waiting(self, uow: Uow, clerk_id: str) -> Photo:
        report, _ = filed(uow, clerk_id)
        photo = a_photo(
            report, state=PhotoState.WAITING, source=None, digest=None, thumbnail=None, next_try_at=NOW
        )
        with uow() as work:
            work.promotions.add_photo(photo)
            work.commit()
        return photo

    def test_one_worker_takes_a_waiting_photo(self, uow: Uow, clerk_id: str) -> None:
        photo = self.waiting(uow, clerk_id)
        with uow() as work:
            assert work.promotions.due_photos(NOW, 10) == (photo,)
            assert work.promotions.due_photos(NOW - timedelta(seconds=1), 10) == ()

        def lease(_number: int) -> bool:
            with uow() as work:
                done = work.promotions.lease(photo, NOW + timedelta(minutes=1))
                work.commit()
            return done

        assert sorted(together(3, lease)) == [False, False, True]
        with uow() as work:
            assert work.promotions.due_photos(NOW, 10) == ()
            found = work.promotions.photo(photo.id)
            assert found is not None
            assert found.tries == 1

    def test_what_was_unsent_meanwhile_does_not_come_back(self, uow: Uow, clerk_id: str) -> None:
        photo = self.waiting(uow, clerk_id)
        change(uow, photo, state=PhotoState.UNSENT, next_try_at=None)
        kept = dataclasses.replace(photo, state=PhotoState.KEPT, digest="c" * 64)
        with uow() as work:
            assert not work.promotions.settle(kept, was=PhotoState.WAITING)

    def test_an_edge_that_is_not_in_the_table_is_refused(self, uow: Uow, clerk_id: str) -> None:
        _, (photo,) = filed(uow, clerk_id, PICTURE)
        with pytest.raises(IllegalMove), uow() as work:
            work.promotions.settle(dataclasses.replace(photo, state=PhotoState.WAITING), was=PhotoState.KEPT)

    def test_digests_that_are_still_in_use_are_known(self, uow: Uow, clerk_id: str) -> None:
        filed(uow, clerk_id, PICTURE)
        with uow() as work:
            assert work.promotions.referred(["c" * 64, "d" * 64, "e" * 64]) == {"c" * 64, "d" * 64}


class TestWhatCounts:
    def test_a_filed_report_with_a_photo_is_one_however_many_photos_it_has(
        self, uow: Uow, clerk_id: str
    ) -> None:
        filed(uow, clerk_id, PICTURE, OTHER_PICTURE)
        assert counted(uow) == ONE

    @pytest.mark.parametrize(
        "state", [ReportState.ASKED_CHANNEL, ReportState.ABANDONED, ReportState.WITHDRAWN]
    )
    def test_what_was_not_filed_does_not_count(self, uow: Uow, clerk_id: str, state: ReportState) -> None:
        filed(uow, clerk_id, PICTURE, state=state)
        assert counted(uow) == ()

    def test_without_a_photo_it_does_not_count(self, uow: Uow, clerk_id: str) -> None:
        _, (photo,) = filed(uow, clerk_id, PICTURE)
        change(uow, photo, **GONE)
        assert counted(uow) == ()

    def test_the_same_picture_counts_once_in_an_office_and_month(self, uow: Uow, clerk_id: str) -> None:
        first, _ = filed(uow, clerk_id, PICTURE)
        second, (again,) = filed(uow, clerk_id, PICTURE, minutes=5, theme="hardship")
        assert counted(uow) == ONE
        with uow() as work:
            assert work.promotions.duplicates_in(second) == {again.id}
            assert work.promotions.duplicates_in(first) == frozenset()

    def test_it_counts_in_another_month_and_in_another_office(self, uow: Uow, clerk_id: str) -> None:
        filed(uow, clerk_id, PICTURE)
        filed(uow, clerk_id, PICTURE, minutes=5, month=AUGUST)
        filed(uow, clerk_id, PICTURE, minutes=6, office_code=MAGONG.code)
        assert [(cell.office_code, cell.month) for cell in counted(uow, AUGUST)] == [
            ("KH-FENGSHAN", AUGUST),
            ("KH-FENGSHAN", SEPTEMBER),
            ("PH-MAGONG", SEPTEMBER),
        ]

    def test_when_the_original_is_unsent_the_copy_counts(self, uow: Uow, clerk_id: str) -> None:
        _, (original,) = filed(uow, clerk_id, PICTURE)
        filed(uow, clerk_id, PICTURE, minutes=5, theme="hardship")
        change(uow, original, **GONE)
        assert [cell.theme for cell in counted(uow)] == ["hardship"]

    def test_a_copy_with_another_picture_beside_it_counts(self, uow: Uow, clerk_id: str) -> None:
        filed(uow, clerk_id, PICTURE)
        filed(uow, clerk_id, PICTURE, OTHER_PICTURE, minutes=5, theme="hardship")
        assert [cell.theme for cell in counted(uow)] == ["arrears", "hardship"]

    def test_what_the_staff_does_not_count_is_out_and_its_copy_does_not_step_in(
        self, uow: Uow, clerk_id: str
    ) -> None:
        _, (photo,) = filed(uow, clerk_id, PICTURE)
        filed(uow, clerk_id, PICTURE, minutes=5)
        with uow() as work:
            assert work.promotions.mark(photo.id, NotCounted.NO_PROMOTION)
            assert not work.promotions.mark("nobody", NotCounted.NO_PROMOTION)
            work.commit()
        assert counted(uow) == ()
        with uow() as work:
            work.promotions.mark(photo.id, None)
            work.commit()
        assert counted(uow) == ONE

    def test_figures_outlive_the_content(self, uow: Uow, clerk_id: str) -> None:
        _, (photo,) = filed(uow, clerk_id, PICTURE)
        change(uow, photo, state=PhotoState.EXPIRED, digest=None, thumbnail=None)
        assert counted(uow) == ONE

    def test_one_office_can_be_asked_for(self, uow: Uow, clerk_id: str) -> None:
        filed(uow, clerk_id, PICTURE)
        filed(uow, clerk_id, OTHER_PICTURE, office_code=MAGONG.code)
        with uow() as work:
            assert work.promotions.cells(SEPTEMBER, SEPTEMBER, FENGSHAN.code) == ONE


class TestWall:
    def test_it_is_filtered_paged_and_says_what_does_not_count(self, uow: Uow, clerk_id: str) -> None:
        first, (original,) = filed(uow, clerk_id, PICTURE)
        _, (copy,) = filed(uow, clerk_id, PICTURE, minutes=5, theme="hardship", channel="meeting")
        _, (other,) = filed(uow, clerk_id, OTHER_PICTURE, minutes=9, office_code=MAGONG.code)
        filed(uow, clerk_id, OTHER_PICTURE, state=ReportState.ASKED_THEME)
        with uow() as work:
            count, page = work.promotions.wall(Wanted(AUGUST, SEPTEMBER), offset=0, limit=10)
            assert (count, [one.photo for one in page]) == (3, [other, copy, original])
            assert [one.counted for one in page] == [True, False, True]
            assert page[2].report == first
            count, page = work.promotions.wall(Wanted(AUGUST, SEPTEMBER), offset=1, limit=1)
            assert (count, [one.photo for one in page]) == (3, [copy])
            for wanted, photos in (
                ({"office_code": MAGONG.code}, [other]),
                ({"theme": "hardship"}, [copy]),
                ({"channel": "poster"}, [other, original]),
                ({"counted": True}, [other, original]),
                ({"counted": False}, [copy]),
            ):
                _, page = work.promotions.wall(Wanted(SEPTEMBER, SEPTEMBER, **wanted), offset=0, limit=10)
                assert [one.photo for one in page] == photos
            assert work.promotions.wall(Wanted(AUGUST, AUGUST), offset=0, limit=10) == (0, ())


class TestRetention:
    def test_old_photos_go(self, uow: Uow, clerk_id: str) -> None:
        _, (photo,) = filed(uow, clerk_id, PICTURE, month=PremiumMonth(2024, 8), note="里民大會")
        filed(uow, clerk_id, PICTURE, note="里民大會")
        with uow() as work:
            assert work.promotions.outlived(PremiumMonth(2024, 9), 10) == (photo,)
            assert work.promotions.count_outlived(PremiumMonth(2024, 9)) == 1
            assert work.promotions.count_outlived(PremiumMonth(2024, 8)) == 0

    def test_what_was_given_up_goes_whole(self, uow: Uow, clerk_id: str) -> None:
        report, (photo,) = filed(uow, clerk_id, PICTURE, state=ReportState.ABANDONED)
        kept, _ = filed(uow, clerk_id, OTHER_PICTURE)
        with uow() as work:
            assert work.promotions.remove_ended(NOW, 10) == (0, ())
            assert work.promotions.count_ended(NOW + timedelta(days=1)) == 1
            assert work.promotions.remove_ended(NOW + timedelta(days=1), 10) == (1, (photo,))
            work.commit()
        with uow() as work:
            assert work.promotions.get(report.id) is None
            assert work.promotions.get(kept.id) == kept
