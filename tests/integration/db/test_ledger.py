"""Items, subsidies, refunds, disaster areas: whole, sealed, and gone with the snapshot they belong to."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db import SqlUnitOfWorkFactory
from nhi_core.adapters.db.tables_ledger import bill_items, disaster_areas, refunds, subsidies
from nhi_core.domain.ledger import BillItem, DisasterArea, Refund, Relation, Subsidy, SubsidyKind
from nhi_core.domain.roc import PremiumMonth
from tests.factories import canary
from tests.factories.domain import make_subsidy
from tests.integration.db.records import a_bill, a_person, another_person, new_id

Uow = SqlUnitOfWorkFactory
AREA = DisasterArea(new_id(), "花蓮縣光復鄉公所", date(2026, 9, 1), date(2026, 12, 31))


def an_item(bill_id: str, number: int = 1) -> BillItem:
    return BillItem(new_id(), bill_id, number, canary.NAME, Relation.SELF, 826, 413)


def test_records_come_back_whole_and_in_order(uow: Uow) -> None:
    person, other = a_person(), another_person()
    bill, theirs = a_bill(person), a_bill(other)
    items = [an_item(bill.id, 2), an_item(bill.id, 1)]
    old = make_subsidy(person.id, 25, PremiumMonth(2025, 1), PremiumMonth(2025, 12))
    new = make_subsidy(person.id, 50, PremiumMonth(2026, 1), kind=SubsidyKind.ELDERLY, ceiling=400)
    refund = Refund(new_id(), bill.id, 826, date(2026, 9, 1))
    with uow() as work:
        work.people.add(person)
        work.people.add(other)
        work.bills.add_all([bill, theirs])
        work.ledger.add_items(items)
        work.ledger.add_items([])
        work.ledger.replace_subsidies(person.id, [old, new])
        work.ledger.replace_subsidies(other.id, [])
        work.ledger.add_refunds([refund, Refund(new_id(), theirs.id, 1, date(2026, 9, 1))])
        work.ledger.replace_areas(AREA.unit_name, [AREA])
        work.commit()
    with uow() as work:
        assert work.ledger.items_of(bill.id) == (items[1], items[0])
        assert work.ledger.items_of(theirs.id) == ()
        assert work.ledger.subsidies_of(person.id) == (new, old)
        assert work.ledger.subsidies_of(other.id) == ()
        assert work.ledger.refunds_of(person.id) == (refund,)
        assert work.ledger.areas_of(["臺中市后里區公所", AREA.unit_name]) == (AREA,)
        assert work.ledger.areas_of([]) == ()
        work.ledger.replace_subsidies(person.id, [old])
        work.ledger.replace_areas(AREA.unit_name, [])
        assert work.ledger.subsidies_of(person.id) == (old,)
        assert work.ledger.areas_of([AREA.unit_name]) == ()


def test_a_name_on_a_bill_is_sealed(uow: Uow, engine: Engine) -> None:
    person = a_person()
    bill = a_bill(person)
    with uow() as work:
        work.people.add(person)
        work.bills.add_all([bill])
        work.ledger.add_items([an_item(bill.id)])
        work.commit()
    with engine.connect() as connection:
        assert canary.NAME not in str(connection.execute(text("SELECT * FROM bill_items")).all())


def test_a_new_snapshot_takes_items_and_refunds_of_the_old_bills_along(uow: Uow) -> None:
    person = a_person()
    bill, newer = a_bill(person), a_bill(person)
    with uow() as work:
        work.people.add(person)
        work.bills.add_all([bill])
        work.ledger.add_items([an_item(bill.id)])
        work.ledger.add_refunds([Refund(new_id(), bill.id, 826, date(2026, 9, 1))])
        work.bills.replace(person.id, bills=[newer], payments=[], plans=[])
        work.commit()
    with uow() as work:
        assert work.bills.of_payer(person.id) == (newer,)
        assert work.ledger.items_of(bill.id) == ()
        assert work.ledger.refunds_of(person.id) == ()


def test_the_database_refuses_a_subsidy_above_the_premium(uow: Uow) -> None:
    person = a_person()
    bill = a_bill(person)
    with pytest.raises(IntegrityError), uow() as work:
        work.people.add(person)
        work.bills.add_all([bill])
        work.ledger.add_items([dataclasses.replace(an_item(bill.id), subsidy=827)])


def test_fields_and_columns_have_the_same_names() -> None:
    for record, table in (
        (BillItem, bill_items), (Subsidy, subsidies), (Refund, refunds), (DisasterArea, disaster_areas),
    ):  # fmt: skip
        assert {field.name for field in dataclasses.fields(record)} == set(table.columns.keys())
