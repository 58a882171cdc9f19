"""Runs the migrations on the connection that `nhi_core.adapters.db.migrate` hands over."""

from __future__ import annotations

from alembic import context

from nhi_core.adapters.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite alters tables by copying them.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
