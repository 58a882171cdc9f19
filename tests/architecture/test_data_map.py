"""No column is kept without somebody having said what it is to a person."""

from __future__ import annotations

import pytest
from sqlalchemy import Table

from nhi_core.adapters.db.data_map import DataClass, Whose, data_map
from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Fingerprint, Sealed
from nhi_core.domain.retention import RULES
from scripts.data_map import PAGE, page

_TELLING = (DataClass.IDENTITY, DataClass.CONTACT, DataClass.CONTENT)
TABLES = list(metadata.tables.values())


def test_every_table_is_in_the_map_and_none_that_is_gone() -> None:
    assert set(data_map()) == set(metadata.tables)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_classified_once(table: Table) -> None:
    entry = data_map()[table.name]
    assert set(entry.columns) == {column.name for column in table.columns}
    assert {name for name, kinds in entry.columns.items() if len(kinds) > 1} == set()
    assert entry.links | set(entry.clear) <= set(entry.columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_tells_who_somebody_is_is_sealed_or_has_its_reason(table: Table) -> None:
    entry = data_map()[table.name]
    for column in table.columns:
        [kind] = entry.columns[column.name]
        hidden = isinstance(column.type, Sealed | Fingerprint)
        if kind in _TELLING:
            assert hidden or column.name in entry.links or entry.clear.get(column.name), column.name
        if hidden and kind not in _TELLING:
            assert kind is DataClass.TECHNICAL, f"{column.name}: sealed, so it is something"


def test_a_table_of_nobody_holds_nothing_about_anybody() -> None:
    for entry in data_map().values():
        if entry.whose is Whose.NOBODY:
            # A group is nobody; who tied it is a clerk's id.
            telling = {name for name, kinds in entry.columns.items() if kinds[0] is DataClass.IDENTITY}
            assert telling <= {"tied_by"}, entry.name
            assert not any(DataClass.FINANCE in kinds for kinds in entry.columns.values()), entry.name


def test_every_table_says_until_when_by_a_rule_that_there_is() -> None:
    known = {rule.name for rule in RULES}
    for entry in data_map().values():
        assert entry.until, entry.name
        assert set(entry.until) <= known, entry.name


def test_the_page_is_what_the_map_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.data_map"
