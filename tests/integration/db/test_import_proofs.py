"""What a kiosk checks arrives with the persons: sealed, kept by an empty cell, cleared by a dash."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from nhi_core.adapters.clock import SystemIds
from nhi_core.adapters.db import ColumnSealer, SqlUnitOfWorkFactory
from nhi_core.adapters.db.bulk_imports import SqlImports
from nhi_core.adapters.premiums.files.source import FileSource
from nhi_core.domain.imports import ImportKind, Reason
from nhi_core.domain.people import Proofs
from nhi_core.security import sandbox_rings
from nhi_core.services.imports import ImportService, ImportView
from tests.factories import canary
from tests.factories.domain import make_person
from tests.fakes.clock import FakeClock

WHO = canary.UI_NUMBER
PLAIN = ("number", "name", "birth", "category")
PROOFS = ("entry_permit", "passport", "card_number")
PERMIT, PASSPORT = "112233445566", "X7654321"
ALL = Proofs(card_number=canary.CARD_NUMBER, entry_permit=PERMIT, passport=PASSPORT)


@dataclass
class Desk:
    """Imports of persons over one database."""

    engine: Engine
    uow: SqlUnitOfWorkFactory
    service: ImportService
    store: SqlImports
    path: Path

    def run(self, *proofs: str, columns: tuple[str, ...] = PROOFS, **options: Any) -> ImportView:
        """Import one person with these values in these columns."""
        return self.rows(",".join((WHO, canary.NAME, "1980-01-01", "6", *proofs)), columns=columns, **options)

    def rows(self, *rows: str, columns: tuple[str, ...] = PROOFS, **options: Any) -> ImportView:
        self.path.write_text("\n".join((",".join(PLAIN + columns), *rows, "")), "utf-8")
        return self.service.run(ImportKind.PERSONS, self.path, **options)

    def proofs(self, number: str = WHO) -> Proofs:
        with self.uow() as unit:
            person = unit.people.by_number(number)
            assert person is not None
            return person.proofs

    def stored(self) -> tuple[object, ...]:
        with self.engine.connect() as connection:
            return tuple(connection.execute(text(f"SELECT {', '.join(PROOFS)} FROM persons")).one())


@pytest.fixture
def desk(engine: Engine, sealer: ColumnSealer, tmp_path: Path, url: str, uow: SqlUnitOfWorkFactory) -> Desk:
    clock = FakeClock()
    store = SqlImports(engine, sealer, clock)
    source = FileSource(engine, url, sandbox_rings(), clock, workers=0)
    return Desk(engine, uow, ImportService(source, store, SystemIds()), store, tmp_path / "persons.csv")


def test_they_are_there_and_sealed_also_while_they_are_staged(desk: Desk) -> None:
    staged: list[str] = []

    def look(_done: int, _size: int) -> None:
        with desk.engine.connect() as connection:
            staged.append(repr(connection.execute(text("SELECT * FROM staged_persons")).all()))

    view = desk.run("1122 3344 5566", PASSPORT.lower(), canary.CARD_NUMBER, progress=look)
    assert view.inserted == 1
    assert desk.proofs() == ALL
    books = repr(desk.stored())
    assert books.count("s1.") == 3
    assert staged[0].count("s1.") == 6
    for value in (PERMIT, PASSPORT, canary.CARD_NUMBER):
        assert value not in books + staged[0]


@pytest.mark.parametrize("columns", [(), PROOFS, ("passport",)], ids=["no columns", "empty", "some columns"])
def test_an_empty_cell_and_an_absent_column_leave_what_is_there(desk: Desk, columns: tuple[str, ...]) -> None:
    desk.run(PERMIT, PASSPORT, canary.CARD_NUMBER)
    before = desk.stored()
    assert desk.run(*("" for _ in columns), columns=columns).updated == 1
    assert desk.stored() == before
    assert desk.proofs() == ALL


def test_each_value_is_changed_and_cleared_by_itself(desk: Desk) -> None:
    desk.run(PERMIT, PASSPORT, canary.CARD_NUMBER)
    desk.run("", "-", "900000000002")
    assert desk.proofs() == Proofs(card_number="900000000002", entry_permit=PERMIT)
    desk.run("Y9988776", columns=("passport",))
    assert desk.proofs() == Proofs(card_number="900000000002", entry_permit=PERMIT, passport="Y9988776")
    desk.run("-", "－", "—")
    assert desk.proofs() == Proofs()
    assert desk.stored() == (None, None, None)


def test_clearing_what_is_not_there_leaves_nothing(desk: Desk) -> None:
    desk.run("-", "-", "-")
    assert desk.stored() == (None, None, None)
    newcomer = make_person()
    line = "王小明,1980-01-01,6"
    view = desk.rows(f"{WHO},{line},-,-,-", f"{newcomer.number},{line},-,{PASSPORT},-")
    assert (view.inserted, view.updated) == (1, 1)
    assert (desk.proofs(), desk.proofs(newcomer.number)) == (Proofs(), Proofs(passport=PASSPORT))


def test_importing_again_changes_nothing(desk: Desk) -> None:
    assert desk.run(PERMIT, PASSPORT, "-").inserted == 1
    assert desk.run(PERMIT, PASSPORT, "-").again
    # The same values in another file, as each month's is.
    view = desk.rows(f"{WHO},{canary.NAME},69/01/01,6,{PERMIT},{PASSPORT},-")
    assert (view.again, view.inserted, view.updated) == (False, 0, 1)
    assert desk.proofs() == Proofs(entry_permit=PERMIT, passport=PASSPORT)


def test_a_wrong_value_refuses_its_row_and_is_not_repeated(desk: Desk) -> None:
    desk.run(PERMIT, PASSPORT, canary.CARD_NUMBER)
    other, line = make_person().number, "王小明,1980-01-01,6"
    rows = (f"{WHO},{line},12,x,{canary.CARD_NUMBER}0", f"{other},{line},,{PASSPORT},")
    view = desk.rows(*rows)
    assert (view.state, view.rejected) == ("refused", 1)
    found = tuple(desk.store.rejects(view.import_id))
    assert {(one.line, one.column, one.reason) for one in found} == {
        (2, "entry_permit", Reason.DOCUMENT),
        (2, "passport", Reason.DOCUMENT),
        (2, "card_number", Reason.CARD_NUMBER),
    }
    assert canary.CARD_NUMBER not in repr(found)
    assert desk.rows(*rows, only_good_rows=True).inserted == 1
    assert (desk.proofs(), desk.proofs(other)) == (ALL, Proofs(passport=PASSPORT))


def test_no_row_is_looked_up_by_itself(desk: Desk) -> None:
    """As many statements for sixty persons as for two, new or known."""
    line, people = "王小明,1980-01-01,6", [make_person().number for _ in range(60)]
    seen: list[str] = []
    event.listen(desk.engine, "before_cursor_execute", lambda _c, _u, sql, *_r: seen.append(sql))

    def statements(numbers: list[str], proofs: str) -> int:
        seen.clear()
        desk.rows(*(f"{number},{line},{proofs}" for number in numbers))
        return len(seen)

    few, few_known = (statements(people[:2], proofs) for proofs in (f"{PERMIT},,-", f"-,{PASSPORT},"))
    many, many_known = (statements(people[2:], proofs) for proofs in (f"{PERMIT},,-", f"-,{PASSPORT},"))
    assert (many, many_known) == (few, few_known)
