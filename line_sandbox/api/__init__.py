"""The Messaging API as LINE serves it, both hosts' paths on one."""

from line_sandbox.api import account, chats, richmenu, sending
from line_sandbox.api.base import bp

__all__ = ["account", "bp", "chats", "richmenu", "sending"]
