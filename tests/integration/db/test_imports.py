"""A file goes into the books whole or not at all, once, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text, update

from nhi_core.adapters.clock import SystemIds
from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory
from nhi_core.adapters.db.bulk import pack
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.db.bulk_rows import STAGED
from nhi_core.adapters.db.tables import audit_events, bills, payments, persons
from nhi_core.adapters.db.tables_imports import imports, preregistrations
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.domain.imports import BooksMoved, ImportKind, ImportTaken, Reason
from nhi_core.security import sandbox_rings
from nhi_core.services.imports import ImportService, ImportView
from tests.factories import canary
from tests.factories.domain import make_person
from tests.fakes.clock import FakeClock

WHO = [make_person().number for _serial in range(40)]
PERSONS = "number,name,birth,category,household\n" + "".join(
    f"{number},王小{index},69/02/{1 + index % 28:02d},6,F{index // 3:07d}\n"
    for index, number in enumerate(WHO)
)
BILLS = "bill,number,month,amount,due,unit_name\n" + "".join(
    f"B{index:04d},{WHO[index % len(WHO)]},115/0{1 + index // 100},826,115/07/31,臺中市后里區公所\n"
    for index in range(300)
)
PAYMENTS = "payment,bill,amount,paid_on,posted_on,channel\n" + "".join(
    f"R{index:04d},B{index:04d},826,115/08/03,,store\n" for index in range(100)
)


@dataclass
class Books:
    """The databases' books with an import service over them."""

    engine: Engine
    store: SqlImports
    source: FileSource
    folder: Path

    def run(self, kind: ImportKind, content: str, **options: Any) -> ImportView:
        path = self.folder / f"{kind.value}.csv"
        path.write_bytes(content.encode(options.pop("written", "utf-8")))
        return self.service.run(kind, path, **{"block_bytes": 2048, **options})

    @property
    def service(self) -> ImportService:
        return ImportService(self.source, self.store, SystemIds())

    def count(self, table: Any) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def staged(self) -> int:
        return sum(self.count(table) for table in STAGED.values())

    def reasons(self, view: ImportView) -> list[tuple[int, str, Reason]]:
        return [(r.line, r.column, r.reason) for r in self.store.rejects(view.import_id)]


@pytest.fixture
def books(engine: Engine, sealer: ColumnSealer, tmp_path: Path, url: str) -> Books:
    clock = FakeClock(date(2026, 9, 10))
    source = FileSource(engine, url, sandbox_rings(), clock, workers=0)
    return Books(engine, SqlImports(engine, sealer, clock), source, tmp_path)


@pytest.fixture
def full(books: Books) -> Books:
    books.run(ImportKind.PERSONS, PERSONS)
    books.run(ImportKind.BILLS, BILLS)
    return books


def test_persons_bills_and_payments_arrive_as_they_were_written(
    books: Books, uow: SqlUnitOfWorkFactory
) -> None:
    assert books.run(ImportKind.PERSONS, PERSONS, written="cp950").inserted == 40
    assert books.run(ImportKind.BILLS, BILLS, written="cp950").inserted == 300
    assert books.run(ImportKind.PAYMENTS, PAYMENTS).inserted == 100
    with uow() as unit:
        person = unit.people.by_number(WHO[4])
        assert person is not None
        assert (person.name, person.birth, person.category.value) == ("王小4", date(1980, 2, 5), 6)
        neighbour = unit.people.by_number(WHO[3])
        assert neighbour is not None
        assert person.household == neighbour.household != "F0000001"
        found = unit.bills.of_payer(person.id)
        assert {bill.id for bill in found} == {f"B{n:04d}" for n in range(4, 300, 40)}
        first = next(bill for bill in found if bill.id == "B0004")
        assert (first.amount, first.due, first.month.roc) == (826, date(2026, 7, 31), "115/01")
        assert (first.unit_name, first.kind.value, first.headcount) == ("臺中市后里區公所", "own", 1)
        paid = unit.bills.payments_of(person.id)
        assert {(p.id, p.bill_id, p.amount, p.posted_on) for p in paid} == {
            (f"R{n:04d}", f"B{n:04d}", 826, None) for n in (4, 44, 84)
        }
    assert books.staged() == 0


def test_what_names_a_person_is_sealed_in_the_books(books: Books, uow: SqlUnitOfWorkFactory) -> None:
    content = f"number,name,birth,category\n{canary.NATIONAL_ID},{canary.NAME},1980-02-29,6\n"
    books.run(ImportKind.PERSONS, content)
    with books.engine.connect() as connection:
        stored = repr(connection.execute(text("SELECT * FROM persons")).all())
        journal = repr(connection.execute(text("SELECT * FROM imports")).all())
    for value in (canary.NATIONAL_ID, canary.NAME, "1980"):
        assert value not in stored + journal
    with uow() as unit:
        person = unit.people.by_number(canary.NATIONAL_ID)
    assert person is not None
    assert person.name == canary.NAME


def test_the_same_file_again_does_nothing(full: Books) -> None:
    again = full.run(ImportKind.BILLS, BILLS)
    assert (again.again, again.inserted) == (True, 300)
    assert full.count(bills) == 300
    assert full.count(imports) == 2


def test_a_newer_file_changes_what_changed_and_leaves_the_rest(
    full: Books, uow: SqlUnitOfWorkFactory
) -> None:
    view = full.run(ImportKind.BILLS, BILLS.replace(",826,", ",413,", 3))
    assert (view.inserted, view.updated, view.unchanged) == (0, 3, 297)
    names = full.run(ImportKind.PERSONS, PERSONS.replace("王小0,", "王大明,"))
    assert (names.inserted, names.updated) == (0, 40)
    with uow() as unit:
        person = unit.people.by_number(WHO[0])
        assert person is not None
        assert person.name == "王大明"
        assert unit.bills.of_payer(person.id)[0].amount == 413
    assert full.count(persons) == 40


def test_columns_that_the_file_lacks_stay_as_they_were(full: Books) -> None:
    with full.engine.begin() as connection:
        connection.execute(
            update(bills).where(bills.c.id == "B0000").values(charged_late_fee=41, in_enforcement=True)
        )
    full.run(ImportKind.BILLS, BILLS.replace(",826,", ",413,", 1))
    with full.engine.connect() as connection:
        row = connection.execute(select(bills).where(bills.c.id == "B0000")).one()
    assert (row.amount, row.charged_late_fee, row.in_enforcement) == (413, 41, True)


class TestWriteOffNumbers:
    HEADING = "bill,number,month,amount,due,unit_name,write_off\n"

    def rows(self, *slips: tuple[str, str, str]) -> str:
        return self.HEADING + "".join(
            f"{bill},{number},115/06,826,115/07/31,后里區公所,{write_off}\n"
            for bill, number, write_off in slips
        )

    def test_they_are_kept_with_the_bills_and_two_bills_of_one_slip_share_one(
        self, full: Books, uow: SqlUnitOfWorkFactory
    ) -> None:
        one = "4595000011506001"
        assert full.run(ImportKind.BILLS, self.rows(("W1", WHO[0], one), ("W2", WHO[0], one))).inserted == 2
        # A file without the column leaves them where they are.
        without = "\n".join(line.rpartition(",")[0] for line in self.rows(("W1", WHO[0], "")).splitlines())
        full.run(ImportKind.BILLS, without.replace("826", "413") + "\n")
        with uow() as unit:
            person = unit.people.by_number(WHO[0])
            assert person is not None
            found = {bill.id: (bill.amount, bill.write_off) for bill in unit.bills.of_payer(person.id)}
        assert (found["W1"], found["W2"], found["B0000"]) == ((413, one), (826, one), (826, None))

    def test_money_could_go_to_somebody_else_so_a_number_is_one_persons(self, full: Books) -> None:
        one, two = "4595000011506001", "4595000011506002"
        view = full.run(
            ImportKind.BILLS, self.rows(("W1", WHO[0], one), ("W2", WHO[1], one), ("W3", WHO[1], two))
        )
        assert full.reasons(view) == [
            (2, "write_off", Reason.OTHER_SLIP),
            (3, "write_off", Reason.OTHER_SLIP),
        ]
        full.run(ImportKind.BILLS, self.rows(("W1", WHO[0], one)))
        view = full.run(ImportKind.BILLS, self.rows(("W2", WHO[1], one)))
        assert full.reasons(view) == [(2, "write_off", Reason.OTHER_SLIP)]


def test_one_bad_row_refuses_the_whole_file_and_is_named(full: Books) -> None:
    bad = BILLS.replace("B0", "C0").replace("115/07/31", "114/02/29", 1)
    view = full.run(ImportKind.BILLS, bad)
    assert (view.state, view.rejected, view.inserted) == ("refused", 1, 0)
    assert full.reasons(view) == [(2, "due", Reason.DATE)]
    assert full.count(bills) == 300
    assert full.staged() == 0


def test_the_good_rows_go_in_when_asked(full: Books) -> None:
    bad = BILLS.replace("B0", "C0").replace("115/07/31", "114/02/29", 1)
    full.run(ImportKind.BILLS, bad)
    view = full.run(ImportKind.BILLS, bad, only_good_rows=True)
    assert (view.state, view.rejected, view.inserted) == ("applied", 1, 299)
    assert full.count(bills) == 599


def test_looking_over_applies_nothing(full: Books) -> None:
    content = BILLS.replace("B0", "C0")
    assert full.run(ImportKind.BILLS, content, apply=False).state == "checked"
    assert (full.count(bills), full.staged()) == (300, 0)
    assert full.run(ImportKind.BILLS, content).inserted == 300


@pytest.mark.parametrize(
    ("kind", "rows", "expected"),
    [
        (ImportKind.BILLS, [("D1", make_person().number)], (2, "number", Reason.NO_PERSON)),
        (ImportKind.BILLS, [("D1", WHO[0]), ("D2", WHO[1]), ("D1", WHO[0])], (4, "bill", Reason.TWICE)),
        (ImportKind.BILLS, [("B0000", WHO[1])], (2, "number", Reason.OTHER_PERSON)),
    ],
)
def test_bills_that_contradict_the_books_or_themselves(
    full: Books, kind: ImportKind, rows: list[tuple[str, str]], expected: tuple[int, str, Reason]
) -> None:
    heading = BILLS.partition("\n")[0]
    lines = "".join(f"{bill},{number},115/01,826,115/07/31,后里區公所\n" for bill, number in rows)
    view = full.run(kind, f"{heading}\n{lines}")
    assert (view.state, full.reasons(view)) == ("refused", [expected])


def test_one_person_twice_in_a_file(books: Books) -> None:
    view = books.run(ImportKind.PERSONS, PERSONS + PERSONS.splitlines()[5] + "\n")
    assert books.reasons(view) == [(42, "number", Reason.TWICE)]


class TestPayments:
    def test_a_payment_that_was_not_posted_is_posted_later(self, full: Books) -> None:
        full.run(ImportKind.PAYMENTS, PAYMENTS)
        view = full.run(ImportKind.PAYMENTS, PAYMENTS.replace("115/08/03,,", "115/08/03,115/08/06,", 10))
        assert (view.inserted, view.updated, view.unchanged) == (0, 10, 90)
        # And an older file does not take the day away again.
        assert full.run(ImportKind.PAYMENTS, PAYMENTS + "\n").updated == 0
        with full.engine.connect() as connection:
            posted = (
                select(func.count()).select_from(payments).where(payments.c.posted_on == date(2026, 8, 6))
            )
            assert connection.execute(posted).scalar_one() == 10

    @pytest.mark.parametrize("change", [("R0000,B0000", "R0000,B0001"), ("B0000,826", "B0000,825"),
                                        ("826,115/08/03", "826,115/08/02")])  # fmt: skip
    def test_money_that_is_in_the_books_does_not_change(self, full: Books, change: tuple[str, str]) -> None:
        full.run(ImportKind.PAYMENTS, PAYMENTS)
        view = full.run(ImportKind.PAYMENTS, PAYMENTS.replace(*change, 1))
        assert (view.state, full.reasons(view)) == ("refused", [(2, "payment", Reason.DIFFERS)])

    def test_a_payment_needs_its_bill(self, full: Books) -> None:
        view = full.run(ImportKind.PAYMENTS, PAYMENTS.replace(",B0007,", ",B9999,"))
        assert full.reasons(view) == [(9, "bill", Reason.NO_BILL)]


def test_subsidies_stand_with_their_persons(full: Books) -> None:
    content = "subsidy,number,kind,percent,ceiling,granted_by,since,until\n" + "".join(
        f"S{index},{number},near_poor,50,413,臺中市政府,115/01,\n" for index, number in enumerate(WHO)
    )
    assert full.run(ImportKind.SUBSIDIES, content).inserted == 40
    moved = full.run(ImportKind.SUBSIDIES, content.replace(WHO[0], WHO[1], 1))
    assert full.reasons(moved) == [(2, "number", Reason.OTHER_PERSON)]


def test_registrations_are_kept_sealed_with_unit_and_consent(full: Books, sealer: ColumnSealer) -> None:
    content = f"{WHO[0]},{canary.EMAIL},{canary.PHONE}\n{WHO[1]},b@unit.example\nA123456788,c@unit.example,\n"
    options = {"unit_code": "110027220", "consented_on": date(2026, 9, 1), "only_good_rows": True}
    view = full.run(ImportKind.REGISTRATIONS, content, **options)
    assert (view.state, view.inserted, view.rejected) == ("applied", 2, 1)
    with full.engine.connect() as connection:
        rows = connection.execute(select(preregistrations)).all()
        raw = repr(connection.execute(text("SELECT * FROM preregistrations")).all())
    assert {row.unit_code for row in rows} == {"110027220"}
    assert {row.consented_on for row in rows} == {date(2026, 9, 1)}
    assert {row.mail for row in rows} == {"waiting"}
    c = preregistrations.c
    assert sorted(sealer.open(c.email, row.email, row=row.id) for row in rows) == [
        "b@unit.example",
        canary.EMAIL,
    ]
    assert [sealer.open(c.phone, row.phone, row=row.id) for row in rows if row.phone] == [canary.PHONE]
    assert canary.EMAIL not in raw
    again = full.run(ImportKind.REGISTRATIONS, content.replace("b@", "new@"), **options)
    assert (again.inserted, again.updated) == (0, 2)


class Stop(Exception):
    """The process ends here."""


def stopped_after(batches: int) -> Callable[[int, int], None]:
    left = iter(range(batches - 1))

    def progress(_done: int, _size: int) -> None:
        if next(left, None) is None:
            raise Stop

    return progress


class TestInterrupted:
    def test_it_goes_on_after_the_last_batch(self, full: Books) -> None:
        content = BILLS.replace("B0", "C0")
        with pytest.raises(Stop):
            full.run(ImportKind.BILLS, content, progress=stopped_after(2))
        assert full.count(bills) == 300
        assert 0 < full.staged() < 300
        view = full.run(ImportKind.BILLS, content)
        assert view.resumed_at is not None
        assert (view.inserted, full.count(bills), full.staged()) == (300, 600, 0)

    def test_it_starts_over_when_asked(self, full: Books) -> None:
        content = BILLS.replace("B0", "C0")
        with pytest.raises(Stop):
            full.run(ImportKind.BILLS, content, progress=stopped_after(2))
        view = full.run(ImportKind.BILLS, content, fresh=True)
        assert (view.resumed_at, view.inserted) == (None, 300)

    def test_it_starts_over_when_staged_rows_are_gone(self, full: Books) -> None:
        content = BILLS.replace("B0", "C0")
        with pytest.raises(Stop):
            full.run(ImportKind.BILLS, content, progress=stopped_after(3))
        with full.engine.begin() as connection:
            connection.execute(text("DELETE FROM staged_bills"))
        view = full.run(ImportKind.BILLS, content)
        assert (view.resumed_at, view.inserted, full.count(bills)) == (None, 300, 600)

    def test_it_starts_over_when_the_keys_changed(self, full: Books) -> None:
        content = BILLS.replace("B0", "C0")
        with pytest.raises(Stop):
            full.run(ImportKind.BILLS, content, progress=stopped_after(3))
        with full.engine.begin() as connection:
            connection.execute(update(imports).values(keys="older"))
        assert full.run(ImportKind.BILLS, content).resumed_at is None
        assert full.count(bills) == 600

    def test_refused_rows_of_the_first_half_are_not_forgotten(self, full: Books) -> None:
        content = BILLS.replace("B0", "C0").replace("115/07/31", "nonsense", 1)
        with pytest.raises(Stop):
            full.run(ImportKind.BILLS, content, progress=stopped_after(3))
        view = full.run(ImportKind.BILLS, content)
        assert (view.state, full.reasons(view)) == ("refused", [(2, "due", Reason.DATE)])

    def test_of_two_runs_at_once_the_later_one_goes_on_alone(self, full: Books) -> None:
        content = BILLS.replace("B0", "C0")
        inner: list[ImportView] = []

        def overtake(_done: int, _size: int) -> None:
            if not inner:
                inner.append(full.run(ImportKind.BILLS, content))

        with pytest.raises(ImportTaken):
            full.run(ImportKind.BILLS, content, progress=overtake)
        assert inner[0].inserted == 300
        assert (full.count(bills), full.staged()) == (600, 0)

    def test_books_that_moved_meanwhile_change_nothing(self, full: Books) -> None:
        # A person of the file was registered by somebody else between the look-up and the merge.
        newcomer = make_person("王新")
        content = PERSONS + f"{newcomer.number},王新,69/01/01,6,\n"
        other = full.folder / "other.csv"

        def register(done: int, size: int) -> None:
            if done == size:
                other.write_text(f"number,name,birth,category\n{newcomer.number},王新,69/01/01,6\n")
                full.service.run(ImportKind.PERSONS, other)

        with pytest.raises(BooksMoved):
            full.run(ImportKind.PERSONS, content, progress=register)
        assert full.count(persons) == 41
        view = full.run(ImportKind.PERSONS, content, fresh=True)
        assert (view.inserted, view.updated, full.count(persons)) == (0, 41, 41)


def test_the_trail_says_what_was_applied_without_values(full: Books) -> None:
    with full.engine.connect() as connection:
        rows = connection.execute(select(audit_events.c.event, audit_events.c.detail)).all()
    assert [row.event for row in rows] == ["import_applied", "import_applied"]
    assert rows[1].detail == {"kind": "bills", "rows": 300, "rejected": 0}


def test_a_value_with_a_tab_never_reaches_copy() -> None:
    assert pack([(1, "a\\b", None)], "postgresql") == b"1\ta\\\\b\t\n"
    for bad in ("a\tb", "a\nb", "a\rb"):
        with pytest.raises(ValueError, match="tab or a line break"):
            pack([(1, bad)], "postgresql")
