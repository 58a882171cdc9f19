"""Expand first, contract a release later: after each migration the release before it can go on working.

Judged by what the database looks like before and after each step, not by how the migration is written. One
that drops what no release uses any more says so: `contract = True` in its module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from nhi_core.adapters.db import make_engine, migrate


@dataclass(frozen=True)
class Shape:
    """Of one table: column → (type, may be empty, has a default); and what must be unique."""

    columns: Mapping[str, tuple[str, bool, bool]]
    unique: frozenset[tuple[str, ...]]


def steps() -> list[tuple[str, bool]]:
    """Return (revision, contracts) from the first to the last."""
    config = Config()
    config.set_main_option("script_location", "nhi_core.adapters.db:migrations")
    scripts = reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
    return [(one.revision, bool(getattr(one.module, "contract", False))) for one in scripts]


def shapes(engine: Engine) -> dict[str, Shape]:
    found = inspect(engine)
    return {
        table: Shape(
            {
                column["name"]: (
                    str(column["type"]), bool(column["nullable"]), column["default"] is not None,
                )
                for column in found.get_columns(table)
            },
            frozenset(
                tuple(str(name) for name in index["column_names"])
                for index in found.get_indexes(table)
                # A partial one binds only rows in states that the release before may not know.
                if index["unique"] and not index.get("dialect_options")
            ),
        )
        for table in found.get_table_names()
        if table != "alembic_version"
    }  # fmt: skip


def what_breaks(before: Mapping[str, Shape], after: Mapping[str, Shape]) -> Iterator[str]:
    """Yield what a program written for `before` would stumble over."""
    for table, old in before.items():
        if table not in after:
            yield f"{table} is gone"
            continue
        new = after[table]
        for column, (kind, empty, _default) in old.columns.items():
            if column not in new.columns:
                yield f"{table}.{column} is gone"
            elif new.columns[column][0] != kind:
                yield f"{table}.{column} has another type"
            elif empty and not new.columns[column][1]:
                yield f"{table}.{column} may no longer be empty"
        for column, (_kind, empty, default) in new.columns.items():
            if column not in old.columns and not empty and not default:
                yield f"{table}.{column} must be given by programs that do not know it"
        for columns in new.unique - old.unique:
            if set(columns) <= set(old.columns):
                yield f"{table}: {', '.join(columns)} must be unique now"


def test_no_migration_breaks_the_release_before_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/steps.db"
    before: dict[str, Shape] = {}
    problems: dict[str, list[str]] = {}
    for revision, contracts in steps():
        migrate(url, revision)
        engine = make_engine(url)
        after = shapes(engine)
        engine.dispose()
        if not contracts and (found := list(what_breaks(before, after))):
            problems[revision] = found
        before = after
    assert problems == {}
    assert len(before) > 40


_OLD = {"t": Shape({"a": ("TEXT", True, False), "b": ("TEXT", False, False)}, frozenset())}


@pytest.mark.parametrize(
    ("columns", "unique", "problem"),
    [
        ({"b": ("TEXT", False, False)}, (), "t.a is gone"),
        ({"a": ("INTEGER", True, False), "b": ("TEXT", False, False)}, (), "t.a has another type"),
        ({"a": ("TEXT", False, False), "b": ("TEXT", False, False)}, (), "t.a may no longer be empty"),
        ({**_OLD["t"].columns, "c": ("TEXT", False, False)}, (), "t.c must be given"),
        (_OLD["t"].columns, (("a",),), "t: a must be unique now"),
    ],
)
def test_the_rule_sees_each_way_to_break(
    columns: dict[str, tuple[str, bool, bool]], unique: tuple[tuple[str, ...], ...], problem: str
) -> None:
    (found,) = what_breaks(_OLD, {"t": Shape(columns, frozenset(unique))})
    assert found.startswith(problem)


def test_a_table_that_is_gone_is_seen_and_what_is_only_added_is_not() -> None:
    assert list(what_breaks(_OLD, {})) == ["t is gone"]
    wider = Shape(
        {**_OLD["t"].columns, "c": ("TEXT", True, False), "d": ("INTEGER", False, True)}, frozenset()
    )
    assert list(what_breaks(_OLD, {"t": wider, "new": wider})) == []
