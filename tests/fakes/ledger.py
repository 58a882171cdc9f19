"""What stands behind bills, in memory, over the tables of `tests.fakes.store`."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any, Protocol

from nhi_core.domain.bills import Bill
from nhi_core.domain.ledger import BillItem, DisasterArea, Refund, Subsidy


class Table(Protocol):
    """Own writes over committed rows."""

    @property
    def rows(self) -> MutableMapping[str, Any]: ...


class Bills(Protocol):
    """Where the store keeps bills, by payer."""

    @property
    def bills(self) -> Table: ...


class FakeLedger:
    """Fulfils ports.Ledger. What hung on bills that were replaced is gone with them."""

    def __init__(self, bills: Bills, items: Table, refunds: Table, subsidies: Table, areas: Table) -> None:
        self._bills, self._items, self._refunds = bills, items, refunds
        self._subsidies, self._areas = subsidies, areas

    def items_of(self, bill_id: str) -> tuple[BillItem, ...]:
        if bill_id not in self._payers():
            return ()
        found: tuple[BillItem, ...] = self._items.rows.get(bill_id, ())
        return tuple(sorted(found, key=lambda item: item.number))

    def add_items(self, items: Iterable[BillItem]) -> None:
        for item in items:
            assert item.bill_id in self._payers(), "an item's bill stands"
            self._items.rows[item.bill_id] = (*self._items.rows.get(item.bill_id, ()), item)

    def subsidies_of(self, person_id: str) -> tuple[Subsidy, ...]:
        found: tuple[Subsidy, ...] = self._subsidies.rows.get(person_id, ())
        return tuple(sorted(found, key=lambda one: (-one.since.first_day.toordinal(), one.id)))

    def replace_subsidies(self, person_id: str, new: Iterable[Subsidy]) -> None:
        self._subsidies.rows[person_id] = tuple(new)

    def refunds_of(self, person_id: str) -> tuple[Refund, ...]:
        payers = self._payers()
        found = (one for rows in self._refunds.rows.values() for one in rows)
        return tuple(one for one in found if payers.get(one.bill_id) == person_id)

    def add_refunds(self, new: Iterable[Refund]) -> None:
        for one in new:
            assert one.bill_id in self._payers(), "a refund's bill stands"
            self._refunds.rows[one.bill_id] = (*self._refunds.rows.get(one.bill_id, ()), one)

    def areas_of(self, unit_names: Iterable[str]) -> tuple[DisasterArea, ...]:
        return tuple(one for name in sorted(set(unit_names)) for one in self._areas.rows.get(name, ()))

    def replace_areas(self, unit_name: str, new: Iterable[DisasterArea]) -> None:
        self._areas.rows[unit_name] = tuple(new)

    def _payers(self) -> dict[str, str]:
        bills: Iterable[Bill] = (bill for rows in self._bills.bills.rows.values() for bill in rows)
        return {bill.id: bill.payer_id for bill in bills}
