"""Money that came through us and comes back in the agency's file is in the books once, on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, true

from nhi_core.adapters.clock import SystemIds
from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory, make_engine
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.db.bulk_matching import link
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.imports import ImportKind, Reason
from nhi_core.domain.payment import Attempt
from nhi_core.security import sandbox_rings
from nhi_core.services.imports import ImportService, ImportView
from tests.factories.domain import make_bill
from tests.fakes.clock import FakeClock
from tests.fakes.till import Till

BILL = make_bill(826, date(2026, 6, 30), key="bill-a")
HEADING = "payment,bill,amount,paid_on,posted_on,channel,order_number\n"


@dataclass
class Desk:
    """A till and the operator's imports over one database."""

    till: Till
    service: ImportService
    store: SqlImports
    path: Path

    def run(self, *rows: str, only_good_rows: bool = False) -> ImportView:
        self.path.write_text(HEADING + "\n".join(rows) + "\n", "utf-8")
        return self.service.run(ImportKind.PAYMENTS, self.path, only_good_rows=only_good_rows)

    def reasons(self, view: ImportView) -> list[tuple[int, Reason]]:
        return [(one.line, one.reason) for one in self.store.rejects(view.import_id)]

    def started(self) -> Attempt:
        attempt = self.till.started()
        self.till.gateway.approve(attempt.id, attempt.amount)
        return attempt

    def paid(self) -> Attempt:
        attempt = self.started()
        assert self.till.call(attempt.id) == "paid"
        return attempt

    def books(self) -> set[tuple[str, int, bool, str | None]]:
        return {(p.channel, p.amount, p.posted_on is not None, p.agency_id) for p in self.till.payments()}


@pytest.fixture
def desk(
    engine: Engine,
    url: str,
    sealer: ColumnSealer,
    uow: SqlUnitOfWorkFactory,
    clock: FakeClock,
    tmp_path: Path,
) -> Desk:
    till = Till(uow, clock, bills=(BILL,))
    store = SqlImports(engine, sealer, clock)
    source = FileSource(engine, url, sandbox_rings(), clock, workers=0)
    return Desk(till, ImportService(source, store, SystemIds()), store, tmp_path / "payments.csv")


def row(desk: Desk, key: str = "R1", *, posted: bool = True, channel: str = "fake", order: str = "") -> str:
    today = desk.till.clock.today().isoformat()
    return f"{key},bill-a,826,{today},{today if posted else ''},{channel},{order}"


def test_the_file_posts_our_row_and_paid_not_yet_posted_ends(desk: Desk) -> None:
    desk.paid()
    assert [bill.status for bill in desk.till.arrears().bills] == ["paid_unposted"]
    view = desk.run(row(desk))
    assert (view.inserted, view.updated, view.unchanged) == (0, 1, 0)
    assert desk.books() == {("fake", 826, True, "R1")}
    arrears = desk.till.arrears()
    assert (arrears.total, arrears.overpaid, arrears.bills) == (0, 0, ())


def test_whether_the_file_or_the_gateway_is_first_makes_no_difference(desk: Desk) -> None:
    attempt = desk.started()
    assert desk.run(row(desk)).inserted == 1
    desk.till.call(attempt.id)
    assert desk.books() == {("fake", 826, True, "R1")}
    assert desk.till.arrears().overpaid == 0
    later = desk.run(row(desk), row(desk, "R2", channel="store"))
    assert (later.inserted, later.updated, later.unchanged) == (1, 0, 1)


def test_a_match_is_kept_and_posted_by_a_later_file(desk: Desk) -> None:
    desk.paid()
    assert desk.run(row(desk, posted=False)).updated == 1
    assert desk.books() == {("fake", 826, False, "R1")}
    assert desk.run(row(desk)).updated == 1
    # A file from before does not take the day away.
    assert desk.run(row(desk, posted=False), "").unchanged == 1
    assert desk.books() == {("fake", 826, True, "R1")}


def test_both_payments_of_who_paid_twice_are_in_the_books(desk: Desk) -> None:
    desk.paid()
    view = desk.run(row(desk, "R1", channel="store"), row(desk, "R2"))
    assert (view.inserted, view.updated) == (1, 1)
    assert desk.books() == {("fake", 826, True, "R2"), ("store", 826, True, None)}


def test_what_is_unclear_is_reported_and_waits_for_staff(desk: Desk) -> None:
    attempt = desk.paid()
    unclear = row(desk, channel="store")
    view = desk.run(unclear)
    assert (view.state, desk.reasons(view)) == ("refused", [(2, Reason.UNCLEAR)])
    held = desk.run(unclear, only_good_rows=True)
    assert (held.state, held.inserted, held.updated, held.rejected) == ("applied", 0, 0, 1)
    assert desk.books() == {("fake", 826, False, None)}
    assert desk.run(row(desk, channel="store", order=attempt.id)).updated == 1
    assert desk.books() == {("fake", 826, True, "R1")}


def test_staff_may_say_that_it_came_another_way(desk: Desk) -> None:
    desk.paid()
    assert desk.run(row(desk, channel="store", order="-")).inserted == 1
    assert desk.books() == {("fake", 826, False, None), ("store", 826, True, None)}


@pytest.mark.parametrize("change", [("826", "825"), ("bill-a", "bill-b")])
def test_matched_money_does_not_change(desk: Desk, change: tuple[str, str]) -> None:
    desk.paid()
    desk.run(row(desk))
    with desk.till.store() as uow:
        uow.bills.add_all([make_bill(826, date(2026, 5, 31), payer_id="payer", key="bill-b")])
        uow.commit()
    view = desk.run(row(desk).replace(*change, 1))
    assert (view.state, desk.reasons(view)) == ("refused", [(2, Reason.DIFFERS)])


def test_looking_a_file_over_matches_nothing(desk: Desk) -> None:
    desk.paid()
    desk.path.write_text(f"{HEADING}{row(desk)}\n", "utf-8")
    assert desk.service.run(ImportKind.PAYMENTS, desk.path, apply=False).state == "checked"
    assert desk.books() == {("fake", 826, False, None)}


@pytest.mark.postgres
def test_while_a_file_enters_the_books_reading_goes_on_and_booking_waits(
    migrated_postgres_url: str, sealer: ColumnSealer, clock: FakeClock
) -> None:
    engine = make_engine(migrated_postgres_url)
    till = Till(SqlUnitOfWorkFactory(engine, sealer, clock), clock, bills=(BILL,))
    with engine.connect() as importing:
        link(importing, true())
        with till.store() as uow:
            assert uow.bills.payments_of("payer") == ()
        # Nothing is there to be locked, and still it waits: until the lock's time limit here.
        with pytest.raises(StoreUnavailable), till.store() as uow:
            uow.bills.payments_for_booking("payer")
        importing.rollback()
    with till.store() as uow:
        assert uow.bills.payments_for_booking("payer") == ()
    engine.dispose()
