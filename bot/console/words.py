"""The console's words: `console.po` for what all pages share, `console_<feature>.po` for a feature's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from flask import Request, session

from bot.rendering.catalogue import Catalogue, UnknownText, po_path
from nhi_core.wire import LANGUAGES

DOMAIN = "console"
HOME = "zh-TW"
Text = Callable[..., str]


@cache
def catalogue(language: str, domain: str) -> Catalogue:
    """Return a domain's words; those of the home language where it is not translated."""
    return Catalogue(language if po_path(language, domain).exists() else HOME, domain=domain)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that all domains of the console have: no page is half in another one."""
    domains = [path.stem for path in po_path(HOME).parent.glob(f"{DOMAIN}*.po")]
    return tuple(one for one in LANGUAGES if all(po_path(one, domain).exists() for domain in domains))


def text(language: str, *domains: str) -> Text:
    """Return a look-up that goes through the domains in order, the shared one last. Raises UnknownText."""
    shelves = [catalogue(language, domain) for domain in dict.fromkeys((*domains, DOMAIN))]

    def look_up(key: str, args: Mapping[str, object] | None = None, **more: object) -> str:
        for shelf in shelves:
            if key in shelf.keys():  # noqa: SIM118 - a catalogue is no mapping
                return shelf.text(key, {**(args or {}), **more})
        raise UnknownText(key)

    return look_up


def language_of(request: Request) -> str:
    """Return the language chosen before, else the browser's, else Chinese."""
    chosen = session.get("language")
    if chosen in languages():
        return str(chosen)
    return request.accept_languages.best_match(languages(), default=HOME) or HOME
