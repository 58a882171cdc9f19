"""The migrations and the tables say the same, in both directions, on both databases."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from nhi_core.adapters.db import make_engine, migrate, migration_state
from nhi_core.adapters.db.migrate import downgrade
from nhi_core.adapters.db.tables import metadata
from nhi_core.domain.errors import StoreUnavailable


def tables_of(url: str) -> set[str]:
    engine = make_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_migrations_build_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_check_constraints_and_partial_indexes_are_there_too(engine: Engine) -> None:
    # compare_metadata does not look at these.
    found = inspect(engine)
    for table in metadata.tables.values():
        named = {constraint["name"] for constraint in found.get_check_constraints(table.name)}
        wanted = {c.name for c in table.constraints if c.__visit_name__ == "check_constraint"}
        assert wanted <= named, table.name
    partial = {
        index["name"]
        for index in found.get_indexes("bindings")
        if any("where" in option for option in index.get("dialect_options", {}))
    }
    assert partial == {
        "uq_bindings_account_bound",
        "uq_bindings_account_proposed",
        "uq_bindings_person_bound",
        "uq_bindings_person_dependant",
        "ix_bindings_news",
    }


def test_upgrade_is_repeatable_and_says_where_it_stands(empty_url: str) -> None:
    assert migration_state(empty_url).current is None
    assert not migration_state(empty_url).up_to_date
    migrate(empty_url)
    migrate(empty_url)
    assert migration_state(empty_url).up_to_date


def test_downgrade_leaves_nothing_and_upgrade_comes_back(empty_url: str) -> None:
    url = empty_url
    migrate(url)
    assert tables_of(url) == set(metadata.tables)
    downgrade(url, "base")
    assert tables_of(url) == set()
    migrate(url)
    assert tables_of(url) == set(metadata.tables)


def test_two_processes_may_upgrade_at_once(empty_url: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty_url)
        except StoreUnavailable as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migration_state(empty_url).up_to_date


@pytest.mark.postgres
def test_the_append_only_function_goes_with_the_downgrade(postgres_url: str) -> None:
    migrate(postgres_url)
    downgrade(postgres_url, "base")
    engine = make_engine(postgres_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM pg_proc WHERE proname = 'refuse_audit_change'"))
        assert found.scalar_one() == 0
    engine.dispose()


def test_bills_of_a_payer_are_found_through_the_index(engine: Engine) -> None:
    query = "SELECT * FROM bills WHERE payer_id = 'p' ORDER BY month, id"
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
        else:
            # An empty table would be read whole whatever indexes there are.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN {query}")))
    assert "ix_bills_payer_id_month" in plan
