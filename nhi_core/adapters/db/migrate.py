"""Migrations, run from code: they travel inside the package and need no configuration file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from nhi_core.adapters.db.engine import READ_ONLY, make_engine, translated

# Any number will do, as long as every release uses the same one.
_LOCK = 711_401_990


@dataclass(frozen=True, slots=True)
class MigrationState:
    """Where a database stands: `current` is None for an empty one."""

    current: str | None
    head: str

    @property
    def up_to_date(self) -> bool:
        """Whether the code and the database agree."""
        return self.current == self.head


def migrate(url: str, target: str = "head") -> None:
    """Bring the database up to `target`, in one transaction; callers at the same time wait for one another.

    Raises StoreUnavailable.
    """
    _run(url, lambda config: command.upgrade(config, target))


def downgrade(url: str, target: str) -> None:
    """Take the database down to `target` (`base` empties it)."""
    _run(url, lambda config: command.downgrade(config, target))


def migration_state(url: str) -> MigrationState:
    """Return where the database stands; raises StoreUnavailable."""
    engine = make_engine(url)
    try:
        with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise LookupError("the package holds no migrations")
    return MigrationState(current, head)


def _run(url: str, work: Callable[[Config], None]) -> None:
    engine = make_engine(url, for_migrations=True)
    try:
        with translated(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            work(_config(connection))
    finally:
        engine.dispose()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "nhi_core.adapters.db:migrations")
    config.attributes["connection"] = connection
    return config
