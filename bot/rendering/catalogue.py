"""The words of each language, read from the PO files. Keys are names (`arrears.title`), not sentences."""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from nhi_core.wire import LANGUAGES

LOCALE_DIR = Path(__file__).resolve().parents[1] / "locale"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class UnknownText(LookupError):
    """A key that the PO file does not have, or a placeholder that was not given."""


def po_path(language: str, domain: str = "messages") -> Path:
    """Return the PO file of `language` (a LINE-style tag such as zh-TW)."""
    return LOCALE_DIR / language.replace("-", "_") / "LC_MESSAGES" / f"{domain}.po"


class Catalogue:
    """One language's texts. Plural forms are chosen by the argument `n`."""

    def __init__(self, language: str, domain: str = "messages") -> None:
        """Read the PO file of `language`; raise UnknownText when there is none."""
        if language not in LANGUAGES:
            raise UnknownText("no such language")
        self.language = language
        with po_path(language, domain).open("rb") as file:
            catalogue = read_po(file, locale=language.replace("-", "_"))
        self._plural = gettext.c2py(catalogue.plural_expr)
        self._texts: dict[str, tuple[str, ...]] = {}
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                self._texts[key] = tuple(form or "" for form in forms)

    def keys(self) -> frozenset[str]:
        """Return every key."""
        return frozenset(self._texts)

    def text(self, key: str, args: Mapping[str, object] | None = None) -> str:
        """Return the text of `key` with `{placeholders}` filled from `args`.

        Values are put in as they are and never read as a pattern. Raises UnknownText.
        """
        values = args or {}
        forms = self._texts.get(key, ())
        if len(forms) > 1:
            number = values.get("n")
            form = forms[self._plural(number)] if isinstance(number, int) else ""
        else:
            form = forms[0] if forms else ""
        if not form:
            raise UnknownText(key)

        def fill(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise UnknownText(f"{key}: {match[0]}")
            return str(values[match[1]])

        return PLACEHOLDER.sub(fill, form)


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of `language`, read once."""
    return Catalogue(language)
