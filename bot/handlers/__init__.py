"""One file per kind of event. A handler gets a `Visit` and returns what to say, or why nothing is said."""

from bot.handlers.registry import handle

__all__ = ["handle"]
