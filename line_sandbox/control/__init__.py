"""The control API under /_sandbox: what the chat page and tests use. Not part of LINE."""

from line_sandbox.control import act, look, tune
from line_sandbox.control.base import bp

__all__ = ["act", "bp", "look", "tune"]
