"""The bot's bench, for what is measured and traced of it."""

from tests.integration.bot.conftest import bench, client

__all__ = ["bench", "client"]
