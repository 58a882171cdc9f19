"""Turns a template name and its data into LINE messages, in the person's language and within LINE's limits."""

from bot.rendering.engine import RenderError, render
from bot.rendering.postbacks import BadPostback, Postback, decode, encode

__all__ = ["BadPostback", "Postback", "RenderError", "decode", "encode", "render"]
