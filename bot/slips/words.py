"""The texts of slips, their pages and letters, from `eslip.po`; what is not there is the payment pages'."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.pay.words import words as pay_words
from bot.rendering.catalogue import Catalogue

DOMAIN = "eslip"


@cache
def words(language: str) -> Catalogue:
    """Return the catalogue of `language`, read once."""
    return Catalogue(language, domain=DOMAIN)


def text(language: str, key: str, args: Mapping[str, Any] | None = None) -> str:
    """Return a text of ours, else the payment pages' of that name. Raises UnknownText."""
    found = words(language) if key in _keys(language) else pay_words(language)
    return found.text(key, args)


@cache
def _keys(language: str) -> frozenset[str]:
    return words(language).keys()
