"""Bill items, subsidies, refunds, disaster areas."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import bills
from nhi_core.adapters.db.tables_ledger import bill_items, disaster_areas, refunds, subsidies
from nhi_core.domain.ledger import BillItem, DisasterArea, Refund, Relation, Subsidy, SubsidyKind


class SqlLedger:
    """Fulfils ports.Ledger."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def items_of(self, bill_id: str) -> tuple[BillItem, ...]:
        """Return the covered persons of a bill, as they stand on it."""
        query = select(bill_items).where(bill_items.c.bill_id == bill_id).order_by(bill_items.c.number)
        return tuple(
            BillItem(
                **{
                    **row,
                    "name": self._sealer.open(bill_items.c.name, row["name"], row=row["id"]),
                    "relation": Relation(row["relation"]),
                }
            )
            for row in self._connection.execute(query).mappings()
        )

    def add_items(self, items: Iterable[BillItem]) -> None:
        """Insert items. Their bills must stand already."""
        values = [
            {**_columns(item), "name": self._sealer.seal(bill_items.c.name, item.name, row=item.id)}
            for item in items
        ]
        if values:
            self._connection.execute(insert(bill_items), values)

    def subsidies_of(self, person_id: str) -> tuple[Subsidy, ...]:
        """Return the person's subsidies, the newest first."""
        query = (
            select(subsidies)
            .where(subsidies.c.person_id == person_id)
            .order_by(subsidies.c.since.desc(), subsidies.c.id)
        )
        rows = self._connection.execute(query).mappings()
        return tuple(Subsidy(**{**row, "kind": SubsidyKind(row["kind"])}) for row in rows)

    def replace_subsidies(self, person_id: str, new: Iterable[Subsidy]) -> None:
        """Put the person's whole list in place of what is there."""
        self._connection.execute(delete(subsidies).where(subsidies.c.person_id == person_id))
        values = [_columns(one) for one in new]
        if values:
            self._connection.execute(insert(subsidies), values)

    def refunds_of(self, person_id: str) -> tuple[Refund, ...]:
        """Return what was given back on the payer's bills, the earliest first."""
        query = (
            select(refunds)
            .join(bills, bills.c.id == refunds.c.bill_id)
            .where(bills.c.payer_id == person_id)
            .order_by(refunds.c.refunded_on, refunds.c.id)
        )
        return tuple(Refund(**row) for row in self._connection.execute(query).mappings())

    def add_refunds(self, new: Iterable[Refund]) -> None:
        """Insert refunds."""
        values = [_columns(one) for one in new]
        if values:
            self._connection.execute(insert(refunds), values)

    def areas_of(self, unit_names: Iterable[str]) -> tuple[DisasterArea, ...]:
        """Return the announced exemptions of these units, whenever they hold."""
        query = (
            select(disaster_areas)
            .where(disaster_areas.c.unit_name.in_(sorted(set(unit_names))))
            .order_by(disaster_areas.c.since, disaster_areas.c.id)
        )
        return tuple(DisasterArea(**row) for row in self._connection.execute(query).mappings())

    def replace_areas(self, unit_name: str, new: Iterable[DisasterArea]) -> None:
        """Put a unit's whole list of exemptions in place of what is there."""
        self._connection.execute(delete(disaster_areas).where(disaster_areas.c.unit_name == unit_name))
        values = [_columns(one) for one in new]
        if values:
            self._connection.execute(insert(disaster_areas), values)


def _columns(record: BillItem | Subsidy | Refund | DisasterArea) -> dict[str, object]:
    # Field and column names are the same; a test compares them.
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
