"""Turns a template's name and data into LINE messages: the person's language, LINE's limits."""

from bot.rendering.engine import RenderError, render
from bot.rendering.postbacks import BadPostback, Postback, decode, encode

__all__ = ["BadPostback", "Postback", "RenderError", "decode", "encode", "render"]
