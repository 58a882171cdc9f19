"""Alembic's folder. Each migration must leave a database that the previous release can still work with."""
