"""Rich menus: three kinds of person, five languages, pictures drawn by a script."""

from bot.richmenus.sync import assign, sync

__all__ = ["assign", "sync"]
